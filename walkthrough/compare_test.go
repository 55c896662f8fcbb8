package walkthrough

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"testing"
)

var (
	white  = color.NRGBA{255, 255, 255, 255}
	black  = color.NRGBA{20, 25, 30, 255}
	orange = color.NRGBA{0xc2, 0x41, 0x0c, 255}
)

// sheet is a picture with words on it: bars of the size of letters, at two
// pixels for one.
func sheet(words int) *image.NRGBA {
	img := painted(400, 300, white)
	for i := range words {
		for letter := range 6 {
			fill(img, 20+i%4*90+letter*12, 20+i/4*40, 4, 18, black)
			fill(img, 20+i%4*90+letter*12, 20+i/4*40+letter*3, 9, 3, black)
		}
	}
	return img
}

func TestAPixelInACornerDoesNotReplaceAPicture(t *testing.T) {
	before := sheet(20)
	for _, corner := range []image.Point{{}, {X: 399}, {Y: 299}, {X: 399, Y: 299}} {
		after := sheet(20)
		after.Set(corner.X, corner.Y, orange)
		if changed(pic(before), pic(after)) || same(pic(before), pic(after)) || differing(pic(before), pic(after)) != 1 {
			t.Errorf("a pixel at %v: changed %v, same %v, in %d", corner, changed(pic(before), pic(after)), same(pic(before), pic(after)), differing(pic(before), pic(after)))
		}
	}
}

func TestAShadeThatNobodySeesDoesNotReplaceAPicture(t *testing.T) {
	before, after := sheet(20), sheet(20)
	fill(before, 0, 0, 400, 300, color.NRGBA{200, 200, 200, 255})
	fill(after, 0, 0, 400, 300, color.NRGBA{200 + changedLevels, 200, 200 - changedLevels, 255})
	equal(t, "differing", differing(pic(before), pic(after)), 0)
	if changed(pic(before), pic(after)) || same(pic(before), pic(after)) {
		t.Error("it replaces the picture, or is taken for the same")
	}
	fill(after, 0, 0, 400, 300, color.NRGBA{200, 200 + changedLevels + 1, 200, 255})
	equal(t, "one level more", differing(pic(before), pic(after)), 400*300)
}

func TestAChangedWordOrLetterReplacesAPicture(t *testing.T) {
	if !changed(pic(sheet(20)), pic(sheet(19))) {
		t.Error("a word less does not")
	}
	after := sheet(20)
	fill(after, 20, 20, 9, 18, white) // its first letter
	if !changed(pic(sheet(20)), pic(after)) {
		t.Errorf("a letter less does not, in %d pixels", differing(pic(sheet(20)), pic(after)))
	}
}

func TestAPictureOfAnotherSizeIsAnotherOne(t *testing.T) {
	for _, size := range []image.Point{{X: 401, Y: 300}, {X: 400, Y: 299}, {X: 300, Y: 400}} {
		other := painted(size.X, size.Y, white)
		if !changed(pic(painted(400, 300, white)), pic(other)) || same(pic(painted(400, 300, white)), pic(other)) {
			t.Errorf("%v is the same as 400 by 300", size)
		}
	}
}

func TestPicturesAreComparedWhateverTheirLayout(t *testing.T) {
	img := sheet(20)
	moved := image.NewRGBA(image.Rect(7, 9, 407, 309))
	for y := range 300 {
		for x := range 400 {
			moved.Set(x+7, y+9, img.At(x, y))
		}
	}
	if !same(pic(img), pic(moved)) || !same(pic(moved), pic(img)) || !same(pic(img), pic(paletted(img))) {
		t.Error("the same pixels are not the same")
	}
	if !same(pic(img), pic(img.SubImage(img.Rect))) || same(pic(img), pic(img.SubImage(image.Rect(10, 10, 110, 110)))) {
		t.Error("a part is not what it is")
	}
	equal(t, "a part", differing(pic(img.SubImage(image.Rect(10, 10, 110, 110))), pic(moved.SubImage(image.Rect(17, 19, 117, 119)))), 0)
}

func TestADifferenceIsRedAndTheRestIsFaint(t *testing.T) {
	before, after := sheet(20), sheet(20)
	fill(after, 5, 5, 3, 3, orange)
	img := pixels(difference(before, after))
	red := color.NRGBA{220, 20, 20, 255}
	for y := range 300 {
		for x := range 400 {
			if changed := x >= 5 && x < 8 && y >= 5 && y < 8; (img.NRGBAAt(x, y) == red) != changed {
				t.Fatalf("%v at %d, %d", img.NRGBAAt(x, y), x, y)
			}
		}
	}
	equal(t, "a letter", img.NRGBAAt(21, 21), color.NRGBA{197, 198, 199, 255})
	equal(t, "size", difference(before, painted(500, 20, white)).Bounds(), image.Rect(0, 0, 500, 20))
}

// noisy has more colours than a palette.
func noisy() *image.NRGBA {
	random := rand.New(rand.NewPCG(1, 2))
	img := image.NewNRGBA(image.Rect(0, 0, 60, 40))
	for i := range img.Pix {
		img.Pix[i] = byte(random.Uint32())
		if i%4 == 3 {
			img.Pix[i] = 255
		}
	}
	return img
}

func TestStoringAPictureLosesNothing(t *testing.T) {
	gradient := image.NewRGBA(image.Rect(3, 4, 67, 8)) // 256 colours: as many as a palette holds
	for i := range 256 {
		gradient.Set(3+i%64, 4+i/64, color.NRGBA{byte(i), byte(255 - i), 7, 255})
	}
	more := image.NewNRGBA(image.Rect(0, 0, 257, 1)) // one colour more
	for i := range 257 {
		more.Set(i, 0, color.NRGBA{byte(i), byte(i / 256), 7, 255})
	}
	clear := painted(4, 4, color.NRGBA{10, 20, 30, 128})
	for name, img := range map[string]image.Image{"few colours": sheet(20), "many colours": noisy(), "256 colours": gradient, "257 colours": more, "one pixel": painted(1, 1, orange), "clear": clear, "clear and noisy": func() image.Image {
		img := noisy()
		img.Pix[3] = 90
		return img
	}()} {
		file := pngOf(t, img)
		back, err := png.Decode(bytes.NewReader(file))
		wantErr(t, err, nil)
		if !same(pic(img), pic(back)) {
			t.Errorf("%s: it is not the same any more", name)
		}
		if again := pngOf(t, img); !bytes.Equal(file, again) {
			t.Errorf("%s: other bytes for the same picture", name)
		}
		if again := pngOf(t, back); !bytes.Equal(file, again) {
			t.Errorf("%s: other bytes for the picture that was stored", name)
		}
	}
}

func TestPicturesWithFewColoursGetAPalette(t *testing.T) {
	for name, test := range map[string]struct {
		img  image.Image
		want bool
	}{"few": {sheet(20), true}, "many": {noisy(), false}} {
		back, err := png.Decode(bytes.NewReader(pngOf(t, test.img)))
		wantErr(t, err, nil)
		if _, got := back.(*image.Paletted); got != test.want {
			t.Errorf("%s colours: palette %v", name, got)
		}
	}
	var plain bytes.Buffer
	wantErr(t, png.Encode(&plain, sheet(20)), nil)
	if got := len(pngOf(t, sheet(20))); got > plain.Len() {
		t.Errorf("%d bytes, and %d without a palette", got, plain.Len())
	}
}

func TestWhatIsHiddenIsLeftOutOfTheComparison(t *testing.T) {
	before, after := sheet(20), sheet(20)
	fill(before, 20, 20, 60, 30, orange)
	fill(after, 20, 20, 90, 30, black)
	short, long, elsewhere := image.Rect(20, 20, 80, 50), image.Rect(20, 20, 110, 50), image.Rect(200, 200, 260, 230)
	equal(t, "both hide it", differing(pic(before, short), pic(after, long)), 0)
	if same(pic(before, short), pic(after, long)) {
		t.Error("they are taken for the same")
	}
	for name, test := range map[string][2][]image.Rectangle{
		"only the new one hides it":     {nil, {long}},
		"only the old one hides it":     {{short}, nil},
		"the new one hides another too": {{short}, {long, elsewhere}},
		"they hide different things":    {{elsewhere}, {long}},
	} {
		if !changed(pic(before, test[0]...), pic(after, test[1]...)) {
			t.Errorf("%s: the picture stays", name)
		}
	}
	fill(after, 300, 200, 10, 10, orange)
	equal(t, "and something beside it", differing(pic(before, short), pic(after, long)), 100)
}

func TestAStoredPictureKnowsWhatItHides(t *testing.T) {
	hidden := []image.Rectangle{image.Rect(1, 2, 30, 40), image.Rect(100, 120, 140, 160)}
	for _, test := range []*Picture{pic(sheet(3)), pic(sheet(3), hidden[:1]...), pic(sheet(3), hidden...)} {
		file, err := encodePicture(test)
		wantErr(t, err, nil)
		back, err := decodePicture(file)
		wantErr(t, err, nil)
		equal(t, "hidden", back.Hidden, test.Hidden)
		if !same(back, test) {
			t.Error("it is another picture")
		}
		if _, err := png.Decode(bytes.NewReader(file)); err != nil {
			t.Errorf("others cannot read it: %v", err)
		}
	}
	file, err := encodePicture(pic(sheet(3), hidden...))
	wantErr(t, err, nil)
	for cut := range file {
		_, _ = decodePicture(file[:cut]) // it may fail, and goes on
	}
}
