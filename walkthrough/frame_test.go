package walkthrough

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
)

func spotsAt(boxes ...Rect) []Spot {
	var spots []Spot
	for _, box := range boxes {
		spots = append(spots, Spot{Box: box})
	}
	return spots
}

func framed(t *testing.T, frames []Spot, margin float64, survey Survey) Rect {
	t.Helper()
	frame, err := frameOf(frames, margin, survey)
	wantErr(t, err, nil)
	return frame
}

func TestFramesAreWholePixelsAroundTheirTargets(t *testing.T) {
	window := Survey{Window: Rect{W: 640, H: 400}}
	equal(t, "no target", framed(t, nil, 16, window), window.Window)
	equal(t, "one", framed(t, spotsAt(Rect{100.4, 50.5, 20.2, 10}), 16, window), Rect{84, 34, 53, 43})
	equal(t, "two", framed(t, spotsAt(Rect{100, 50, 20, 10}, Rect{300, 20, 10, 10}), 0, window), Rect{100, 20, 210, 40})
	equal(t, "at the edge", framed(t, spotsAt(Rect{5, 390, 20, 10}), 16, window), Rect{0, 374, 41, 26})
}

func TestAFrameEndsBetweenThings(t *testing.T) {
	target := Rect{100, 100, 200, 50}
	for name, test := range map[string]struct {
		shape Shape
		want  Rect
	}{
		"nothing near":              {Shape{}, Rect{84, 84, 232, 82}},
		"a line above, half in":     {Shape{Box: Rect{110, 80, 100, 12}, Kind: Control}, Rect{84, 92, 232, 74}},
		"a button below, hardly in": {Shape{Box: Rect{110, 165, 100, 30}, Kind: Control}, Rect{84, 84, 232, 81}},
		"a button below, almost in": {Shape{Box: Rect{110, 153, 100, 14}, Kind: Control}, Rect{84, 84, 232, 89}},
		"an icon at the left":       {Shape{Box: Rect{76, 120, 16, 16}, Kind: Icon}, Rect{92, 84, 224, 82}},
		"all the width of the page": {Shape{Box: Rect{0, 160, 640, 16}, Kind: Control}, Rect{84, 84, 232, 76}},
		"the border of a card":      {Shape{Box: Rect{0, 90, 640, 1}, Kind: Edge}, Rect{84, 84, 232, 82}},
		"behind something else":     {Shape{Box: Rect{110, 80, 100, 12}, Kind: Control, Covered: true}, Rect{84, 84, 232, 82}},
	} {
		survey := Survey{Window: Rect{W: 640, H: 400}}
		if test.shape.Kind != "" {
			survey.Shapes = []Shape{test.shape}
		}
		equal(t, name, framed(t, spotsAt(target), 16, survey), test.want)
	}
}

func TestAFrameThatCannotEndBetweenThingsIsRefused(t *testing.T) {
	survey := Survey{Window: Rect{W: 640, H: 400}, Texts: []Text{{Box: Rect{250, 110, 300, 12}, Words: "A line that begins in the target and ends far outside of it"}}}
	_, err := frameOf(spotsAt(Rect{100, 100, 200, 50}), 16, survey)
	var cut cutError
	if !errors.As(err, &cut) || cut.name != "A line that begins in the target and end…" {
		t.Errorf("error is %v", err)
	}
}

func TestWhatStandsInADialogIsFramedWithinIt(t *testing.T) {
	survey := Survey{Window: Rect{W: 640, H: 400}, Dialog: Rect{100, 50, 300, 300}, Texts: []Text{{Box: Rect{60, 100, 80, 12}, Words: "behind", Covered: true}}}
	equal(t, "a part of it", framed(t, spotsAt(Rect{110, 100, 280, 50}), 38, survey), Rect{100, 62, 300, 126})
	equal(t, "all of it", framed(t, spotsAt(survey.Dialog), 16, survey), survey.Dialog)
	equal(t, "something else", framed(t, spotsAt(Rect{90, 100, 300, 50}), 16, survey), Rect{74, 84, 332, 82})
	equal(t, "the window", framed(t, nil, 16, survey), survey.Window)
}

func TestNoFrameCutsWords(t *testing.T) {
	const tries = 300
	ended := 0
	for seed := range uint64(tries) {
		random := rand.New(rand.NewPCG(seed, 9))
		between := func(low, high float64) float64 { return low + random.Float64()*(high-low) }
		survey := Survey{Window: Rect{W: 1280, H: 800}}
		target := Rect{between(100, 400), between(100, 400), between(50, 500), between(30, 200)}
		for i := range 30 {
			survey.Texts = append(survey.Texts, Text{Box: Rect{between(0, 1200), between(0, 780), between(10, 200), between(8, 16)}, Words: fmt.Sprint(i)})
		}
		frame, err := frameOf(spotsAt(target), between(0, 40), survey)
		var cut cutError
		if errors.As(err, &cut) {
			continue
		}
		wantErr(t, err, nil)
		ended++
		if !frame.grow(0.01).holds(target) || !survey.Window.holds(frame) {
			t.Errorf("seed %d: %v around %v", seed, frame, target)
		}
		for _, text := range survey.Texts {
			if text.Box.grow(-0.75).overlap(frame) > 0 && !frame.grow(0.75).holds(text.Box) {
				t.Errorf("seed %d: the frame %v cuts %v", seed, frame, text.Box)
			}
		}
	}
	if ended < tries/2 {
		t.Errorf("only %d of %d frames end between things", ended, tries)
	}
}
