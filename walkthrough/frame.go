package walkthrough

import (
	"fmt"
	"math"
)

// A picture ends between things. The edges of its frame move in or out by so
// much, in CSS pixels, so that none runs through a line of words, a control or an
// icon.
const mostShift = 48.0

// takenIn is how far from the edge something is that is taken in, where it can be.
const takenIn = 6.0

// thing is what an edge must not cut.
type thing struct {
	box  Rect
	name string
}

// limitOf is what a picture shows at most: the window or, when what is framed
// stands in a dialog, the dialog, so that nothing of the page behind is cut.
func limitOf(frames []Spot, survey Survey) Rect {
	for _, f := range frames {
		if !survey.Dialog.grow(1).holds(f.Box) {
			return survey.Window
		}
	}
	if len(frames) == 0 || survey.Dialog.Empty() {
		return survey.Window
	}
	return survey.Dialog.whole().within(survey.Window)
}

// plainFrame is the box around the targets with the margin, or the window.
func plainFrame(frames []Spot, margin float64, survey Survey) Rect {
	limit := limitOf(frames, survey)
	if len(frames) == 0 {
		return limit
	}
	var around Rect
	for _, f := range frames {
		around = around.union(f.Box)
	}
	return around.grow(margin).whole().within(limit)
}

// frameOf is the box of the picture: around the targets, or the whole window, with
// edges that end between things. It fails when an edge has no such place.
func frameOf(frames []Spot, margin float64, survey Survey) (Rect, error) {
	frame, limit := plainFrame(frames, margin, survey), limitOf(frames, survey)
	core := frame.grow(-mostShift) // what stays in the picture in any case
	if len(frames) > 0 {
		core = Rect{}
		for _, f := range frames {
			core = core.union(f.Box)
		}
		core = core.within(limit)
	}
	plain, things := frame, thingsOf(survey)
	for range 4*len(things) + 1 { // it may swing between two things
		cut, ok := cutBy(frame, things)
		if !ok {
			return frame, nil
		}
		moved, ok := settled(frame, plain, core, limit, cut)
		if !ok {
			return frame, cutError{cut.name}
		}
		frame = moved
	}
	cut, _ := cutBy(frame, things)
	return frame, cutError{cut.name}
}

// cutError is a frame that ends within something.
type cutError struct{ name string }

// Error implements error.
func (e cutError) Error() string {
	return fmt.Sprintf("the frame cuts through %q: use another frame or margin", e.name)
}

func thingsOf(survey Survey) []thing {
	var things []thing
	for _, text := range survey.Texts {
		if text.Covered {
			continue
		}
		things = append(things, thing{text.Box, shortened(text.Words)})
	}
	for _, shape := range survey.Shapes {
		if shape.Kind != Edge && !shape.Covered {
			things = append(things, thing{shape.Box, shortened(shape.Words)})
		}
	}
	return things
}

func shortened(words string) string {
	words = spaced(words)
	if runes := []rune(words); len(runes) > 40 {
		return string(runes[:40]) + "…"
	}
	return words
}

// cutBy is something of which the frame shows a part only.
func cutBy(frame Rect, things []thing) (thing, bool) {
	const hair = 0.75 // less than this of it is not seen
	for _, t := range things {
		if t.box.grow(-hair).overlap(frame) > 0 && !frame.grow(hair).holds(t.box) {
			return t, true
		}
	}
	return thing{}, false
}

// settled moves an edge of the frame by as little as it takes to leave the thing
// out, or all edges that cut it so that it is in.
func settled(frame, plain, core, limit Rect, cut thing) (Rect, bool) {
	b := cut.box
	far := func(r Rect) bool {
		return math.Max(math.Max(math.Abs(r.X-plain.X), math.Abs(r.Y-plain.Y)), math.Max(math.Abs(r.right()-plain.right()), math.Abs(r.bottom()-plain.bottom()))) > mostShift
	}
	left, top, right, bottom := frame.X, frame.Y, frame.right(), frame.bottom()
	tries := []Rect{
		between(math.Ceil(b.right()), top, right, bottom), // left out at the left
		between(left, math.Ceil(b.bottom()), right, bottom),
		between(left, top, math.Floor(b.X), bottom),
		between(left, top, right, math.Floor(b.Y)),
		frame.union(b.grow(takenIn)).whole().within(limit), // taken in
	}
	best, least := frame, math.Inf(1)
	for i, try := range tries {
		if !try.grow(0.01).holds(core) || i == len(tries)-1 && !try.grow(0.75).holds(b) || far(try) {
			continue
		}
		shift := math.Abs(try.X-left) + math.Abs(try.Y-top) + math.Abs(try.right()-right) + math.Abs(try.bottom()-bottom)
		if i == len(tries)-1 {
			shift *= 1.5 // rather less than more
		}
		if shift > 0 && shift < least {
			best, least = try, shift
		}
	}
	return best, !math.IsInf(least, 1)
}

// between is the box between four edges.
func between(left, top, right, bottom float64) Rect {
	return Rect{left, top, math.Max(0, right-left), math.Max(0, bottom-top)}
}
