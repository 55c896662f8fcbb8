package walkthrough

import (
	"image"
	"math"
)

// Rect is a box in CSS pixels.
type Rect struct{ X, Y, W, H float64 }

func (r Rect) right() float64  { return r.X + r.W }
func (r Rect) bottom() float64 { return r.Y + r.H }
func (r Rect) midX() float64   { return r.X + r.W/2 }
func (r Rect) midY() float64   { return r.Y + r.H/2 }

// Empty tells whether nothing is in the box.
func (r Rect) Empty() bool { return r.W <= 0 || r.H <= 0 }

// grow moves every edge out by d, or in when d is negative.
func (r Rect) grow(d float64) Rect { return Rect{r.X - d, r.Y - d, r.W + 2*d, r.H + 2*d} }

func (r Rect) moved(x, y float64) Rect { return Rect{r.X + x, r.Y + y, r.W, r.H} }

// within is the part of the box that lies in frame.
func (r Rect) within(frame Rect) Rect {
	x, y := math.Max(r.X, frame.X), math.Max(r.Y, frame.Y)
	return Rect{x, y, math.Max(0, math.Min(r.right(), frame.right())-x), math.Max(0, math.Min(r.bottom(), frame.bottom())-y)}
}

func (r Rect) overlap(other Rect) float64 {
	shared := r.within(other)
	return shared.W * shared.H
}

func (r Rect) holds(other Rect) bool {
	return other.X >= r.X && other.Y >= r.Y && other.right() <= r.right() && other.bottom() <= r.bottom()
}

func (r Rect) union(other Rect) Rect {
	if r.Empty() {
		return other
	}
	x, y := math.Min(r.X, other.X), math.Min(r.Y, other.Y)
	return Rect{x, y, math.Max(r.right(), other.right()) - x, math.Max(r.bottom(), other.bottom()) - y}
}

// whole moves the edges out to whole pixels, so that a picture of the box has
// the size that it says.
func (r Rect) whole() Rect {
	x, y := math.Floor(r.X), math.Floor(r.Y)
	return Rect{x, y, math.Ceil(r.right()) - x, math.Ceil(r.bottom()) - y}
}

// pixels is the box in the pixels of a picture.
func (r Rect) pixels() image.Rectangle {
	return image.Rect(int(r.X*PixelRatio), int(r.Y*PixelRatio), int(r.right()*PixelRatio), int(r.bottom()*PixelRatio))
}
