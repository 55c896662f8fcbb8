package walkthrough

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
)

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %v\nwant %v", what, got, want)
	}
}

func wantErr(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error is %v, want %v", err, want)
	}
}

// guide is the file of a walkthrough with this body, which begins in line 6.
func guide(body string) string {
	return "---\nsummary: Do it.\nthemes: [light]\n---\n\n# Do it\n\n" + body
}

// linesOfHead is how many lines guide puts before the body.
const linesOfHead = 7

func parsed(t *testing.T, name, source string) *Walkthrough {
	t.Helper()
	w, err := Parse(name, []byte(source))
	wantErr(t, err, nil)
	return w
}

// mistakesOf lists the mistakes of a file as "line: sentence".
func mistakesOf(t *testing.T, name, source string) []string {
	t.Helper()
	_, err := Parse(name, []byte(source))
	if err == nil {
		return nil
	}
	var all []error
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		all = many.Unwrap()
	} else {
		all = []error{err}
	}
	var told []string
	for _, err := range all {
		var mistake *MistakeError
		if !errors.As(err, &mistake) || mistake.Walkthrough != name {
			t.Fatalf("%v is no mistake of %s", err, name)
		}
		told = append(told, fmt.Sprintf("%d: %s", mistake.Line, mistake.Says))
	}
	return told
}

// fences writes blocks with ”' for the fences, which Go's raw strings cannot
// hold.
func fences(text string) string { return strings.ReplaceAll(text, "'''", "```") }

// painted is a picture in one colour.
func painted(w, h int, c color.Color) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	draw.Draw(img, img.Rect, image.NewUniform(c), image.Point{}, draw.Src)
	return img
}

// fill paints a box of a picture.
func fill(img draw.Image, x, y, w, h int, c color.Color) {
	draw.Draw(img, image.Rect(x, y, x+w, y+h), image.NewUniform(c), image.Point{}, draw.Src)
}

// pic is a picture that hides nothing, or these boxes.
func pic(img image.Image, hidden ...image.Rectangle) *Picture { return &Picture{img, hidden} }

func pngOf(t *testing.T, img image.Image) []byte {
	t.Helper()
	file, err := encode(img)
	wantErr(t, err, nil)
	return file
}

func fileOf(data string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(data), Mode: 0o644} }
