package walkthrough

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"slices"
	"strings"
)

// A picture is replaced when more than changedPixels of it differ, each by more
// than changedLevels of 255 in a colour. One changed letter is far more than
// that, and a pixel in a corner less.
const (
	changedPixels = 24
	changedLevels = 12
)

// pixels gives an image with a layout that is known.
func pixels(img image.Image) *image.NRGBA {
	if same, ok := img.(*image.NRGBA); ok && same.Rect.Min == (image.Point{}) {
		return same
	}
	b := img.Bounds()
	into := image.NewNRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	switch known := img.(type) { // the two that PNGs are read as, without detours: pictures are large
	case *image.RGBA:
		if known.Opaque() {
			for y := range b.Dy() {
				copy(into.Pix[y*into.Stride:(y+1)*into.Stride], known.Pix[known.PixOffset(b.Min.X, b.Min.Y+y):])
			}
			return into
		}
	case *image.Paletted:
		colours := make([]color.NRGBA, len(known.Palette))
		for i, c := range known.Palette {
			colours[i] = color.NRGBAModel.Convert(c).(color.NRGBA)
		}
		for y := range b.Dy() {
			row := known.Pix[known.PixOffset(b.Min.X, b.Min.Y+y):]
			for x := range b.Dx() {
				into.SetNRGBA(x, y, colours[row[x]])
			}
		}
		return into
	}
	draw.Draw(into, into.Rect, img, b.Min, draw.Src)
	return into
}

// Picture is a finished picture.
type Picture struct {
	image.Image
	Hidden []image.Rectangle // what is blurred, in its pixels
}

// differing counts the pixels in which two pictures differ. Pictures of
// different sizes differ in all of them. What is hidden in both is left out, as
// it may be as long as it likes.
func differing(before, after *Picture) int {
	a, b := pixels(before.Image), pixels(after.Image)
	if a.Rect != b.Rect {
		return max(a.Rect.Dx()*a.Rect.Dy(), b.Rect.Dx()*b.Rect.Dy())
	}
	veiled := veils(before, after)
	count := 0
	for y := range a.Rect.Dy() {
		rowA, rowB := a.Pix[y*a.Stride:y*a.Stride+4*a.Rect.Dx()], b.Pix[y*b.Stride:y*b.Stride+4*b.Rect.Dx()]
		if bytes.Equal(rowA, rowB) {
			continue
		}
		for x := 0; x < len(rowA); x += 4 {
			differs := apart(rowA[x], rowB[x]) || apart(rowA[x+1], rowB[x+1]) || apart(rowA[x+2], rowB[x+2])
			if differs && !slices.ContainsFunc(veiled, func(v image.Rectangle) bool { return image.Pt(x/4, y).In(v) }) {
				count++
			}
		}
	}
	return count
}

// veils are what two pictures of the same thing hide. A picture that hides more
// or less than the other, or something else, hides nothing together with it.
func veils(before, after *Picture) []image.Rectangle {
	if len(before.Hidden) != len(after.Hidden) {
		return nil
	}
	var veiled []image.Rectangle
	for i, was := range before.Hidden {
		if !was.Overlaps(after.Hidden[i]) {
			return nil
		}
		veiled = append(veiled, was.Union(after.Hidden[i]))
	}
	return veiled
}

func apart(a, b byte) bool {
	d := int(a) - int(b)
	return d > changedLevels || d < -changedLevels
}

// same tells whether two pictures are the same, pixel for pixel.
func same(before, after *Picture) bool {
	a, b := pixels(before.Image), pixels(after.Image)
	return a.Rect == b.Rect && bytes.Equal(a.Pix, b.Pix)
}

// changed tells whether a picture has changed so much that it is replaced.
func changed(before, after *Picture) bool { return differing(before, after) > changedPixels }

// difference shows in red where two pictures differ, over a faint copy of the
// one after.
func difference(before, after image.Image) image.Image {
	a, b := pixels(before), pixels(after)
	out := image.NewNRGBA(b.Rect)
	for y := range b.Rect.Dy() {
		for x := range b.Rect.Dx() {
			now := b.NRGBAAt(x, y)
			was := color.NRGBA{}
			if (image.Point{X: x, Y: y}).In(a.Rect) {
				was = a.NRGBAAt(x, y)
			}
			if apart(now.R, was.R) || apart(now.G, was.G) || apart(now.B, was.B) {
				out.SetNRGBA(x, y, color.NRGBA{220, 20, 20, 255})
				continue
			}
			faint := func(v uint8) uint8 { return uint8(255 - (255-int(v))/4) }
			out.SetNRGBA(x, y, color.NRGBA{faint(now.R), faint(now.G), faint(now.B), 255})
		}
	}
	return out
}

// hiddenKeyword marks the text in a PNG that lists what the picture hides.
const hiddenKeyword = "mooring-hidden"

// headEnd is where the first chunk of a PNG, its header, ends.
const headEnd = 8 + 4 + 4 + 13 + 4

// encodePicture is encode with a note of what is hidden, for later comparisons.
func encodePicture(p *Picture) ([]byte, error) {
	file, err := encode(p.Image)
	if err != nil || len(p.Hidden) == 0 {
		return file, err
	}
	data := []byte("tEXt" + hiddenKeyword + "\x00")
	for _, r := range p.Hidden {
		data = fmt.Appendf(data, "%d,%d,%d,%d ", r.Min.X, r.Min.Y, r.Max.X, r.Max.Y)
	}
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(data)-4))
	chunk = binary.BigEndian.AppendUint32(append(chunk, data...), crc32.ChecksumIEEE(data))
	return slices.Concat(file[:headEnd], chunk, file[headEnd:]), nil
}

// decodePicture reads a stored picture. A note that can't be read hides nothing.
func decodePicture(file []byte) (*Picture, error) {
	img, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	p := &Picture{Image: img}
	prefix := []byte("tEXt" + hiddenKeyword + "\x00")
	note := file[headEnd:] // Decode has found the header
	if len(note) < 4 || !bytes.HasPrefix(note[4:], prefix) {
		return p, nil
	}
	size := int(binary.BigEndian.Uint32(note))
	for _, word := range strings.Fields(string(note[4+len(prefix) : min(len(note), 8+size)])) {
		var r image.Rectangle
		if n, _ := fmt.Sscanf(word, "%d,%d,%d,%d", &r.Min.X, &r.Min.Y, &r.Max.X, &r.Max.Y); n == 4 {
			p.Hidden = append(p.Hidden, r)
		}
	}
	return p, nil
}

// encode writes a picture as a PNG that is as small as the standard library
// makes it without losing anything: without transparency, which screenshots do
// not have, and with a palette where the colours fit into one.
func encode(img image.Image) ([]byte, error) {
	var file bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if small := paletted(pixels(img)); small != nil {
		img = small
	}
	err := encoder.Encode(&file, img)
	return file.Bytes(), err
}

// paletted gives the same picture with a palette, or nil when it has more than
// 256 colours.
func paletted(img *image.NRGBA) *image.Paletted {
	index := map[color.NRGBA]uint8{}
	var palette color.Palette
	out := image.NewPaletted(img.Rect, nil)
	var last color.NRGBA
	var i uint8
	known := false
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			c := img.NRGBAAt(x, y)
			if !known || c != last { // most are as the one before
				i, known = index[c]
			}
			if !known {
				if len(palette) == 256 {
					return nil
				}
				i = uint8(len(palette))
				index[c], palette, known = i, append(palette, c), true
			}
			last = c
			out.Pix[y*out.Stride+x] = i
		}
	}
	out.Palette = palette
	return out
}
