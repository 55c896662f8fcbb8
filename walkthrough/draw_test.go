package walkthrough

import (
	"encoding/xml"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// shape is an element of a drawing.
type shape struct {
	name  string
	attrs map[string]string
	text  string
}

func (s shape) length(name string) float64 {
	v, _ := strconv.ParseFloat(s.attrs[name], 64)
	return v
}

func (s shape) rect() Rect {
	return Rect{s.length("x"), s.length("y"), s.length("width"), s.length("height")}
}

// line is a straight part of what is drawn, from one place to another.
type line struct{ x1, y1, x2, y2 float64 }

func (l line) box(half float64) Rect {
	return Rect{math.Min(l.x1, l.x2), math.Min(l.y1, l.y2), math.Abs(l.x1 - l.x2), math.Abs(l.y1 - l.y2)}.grow(half)
}

// away is how far the line passes by a box, in its nearest place.
func (l line) away(r Rect) float64 {
	least := math.Inf(1)
	steps := math.Ceil(math.Hypot(l.x1-l.x2, l.y1-l.y2)*2) + 1
	for i := 0.0; i <= steps; i++ {
		x, y := l.x1+(l.x2-l.x1)*i/steps, l.y1+(l.y2-l.y1)*i/steps
		dx, dy := math.Max(0, math.Max(r.X-x, x-r.right())), math.Max(0, math.Max(r.Y-y, y-r.bottom()))
		least = math.Min(least, math.Hypot(dx, dy))
	}
	return least
}

var pathStep = regexp.MustCompile(`([MLH])(-?[\d.]+)(?: (-?[\d.]+))?`)

// lines are the straight parts of a rectangle's edge or of a path.
func (s shape) lines() []line {
	if s.name == "rect" {
		r := s.rect()
		return []line{{r.X, r.Y, r.right(), r.Y}, {r.right(), r.Y, r.right(), r.bottom()}, {r.right(), r.bottom(), r.X, r.bottom()}, {r.X, r.bottom(), r.X, r.Y}}
	}
	var all []line
	var x, y float64
	for _, step := range pathStep.FindAllStringSubmatch(s.attrs["d"], -1) {
		toX, _ := strconv.ParseFloat(step[2], 64)
		toY, err := strconv.ParseFloat(step[3], 64)
		if err != nil {
			toY = y
		}
		if step[1] != "M" {
			all = append(all, line{x, y, toX, toY})
		}
		x, y = toX, toY
	}
	return all
}

// shapesOf reads a drawing, without what stands before its marks.
func shapesOf(t *testing.T, svg string) []shape {
	t.Helper()
	var shapes []shape
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := d.Token()
		if token == nil {
			break
		}
		wantErr(t, err, nil)
		switch e := token.(type) {
		case xml.StartElement:
			s := shape{name: e.Name.Local, attrs: map[string]string{}}
			for _, a := range e.Attr {
				s.attrs[a.Name.Local] = a.Value
			}
			shapes = append(shapes, s)
		case xml.CharData:
			shapes[len(shapes)-1].text += string(e)
		}
	}
	i := slices.IndexFunc(shapes, func(s shape) bool { return s.name == "image" })
	return shapes[i+1:]
}

// drawn is a mark with what was drawn for it.
type drawn struct {
	placed
	lines []line // in the colour of marks, half of stroke on each side
	halo  float64
	boxes []Rect // filled
	words []string
}

// marksOf tells which shapes belong to which mark.
func marksOf(t *testing.T, svg string, marks []placed) []drawn {
	t.Helper()
	shapes := shapesOf(t, svg)
	next := func() shape {
		if len(shapes) == 0 {
			t.Fatalf("something is not drawn: %s", svg)
		}
		s := shapes[0]
		shapes = shapes[1:]
		return s
	}
	circle := func(s shape) Rect {
		return Rect{s.length("cx"), s.length("cy"), 0, 0}.grow(s.length("r"))
	}
	var all []drawn
	for _, kinds := range [][]MarkKind{{Blur}, {Outline, Underline}, {Badge, Arrow, Pointer}, {Callout}} {
		for _, m := range marks {
			if !slices.Contains(kinds, m.Kind) {
				continue
			}
			d := drawn{placed: m}
			switch m.Kind {
			case Blur:
				d.boxes = append(d.boxes, next().rect())
			case Outline, Underline, Arrow:
				d.halo = (next().length("stroke-width") - stroke) / 2
				d.lines = next().lines()
			case Badge:
				d.boxes = append(d.boxes, circle(next()))
				d.words = append(d.words, next().text)
			case Pointer:
				var x, y float64
				if _, err := fmt.Sscanf(next().attrs["transform"], "translate(%g %g)", &x, &y); err != nil {
					t.Fatal(err)
				}
				d.boxes = append(d.boxes, Rect{x, y, 17, 25})
			case Callout:
				next()
				d.lines = next().lines()
				d.boxes = append(d.boxes, circle(next()))
				d.boxes = append(d.boxes, next().rect())
				for len(shapes) > 0 && shapes[0].name == "text" {
					d.words = append(d.words, next().text)
				}
			}
			all = append(all, d)
		}
	}
	if len(shapes) > 0 {
		t.Fatalf("more is drawn than marks: %v", shapes)
	}
	return all
}

// ink are the boxes of all that is drawn for a mark.
func (d drawn) ink() []Rect {
	boxes := slices.Clone(d.boxes)
	for _, l := range d.lines {
		boxes = append(boxes, l.box(stroke/2))
	}
	return boxes
}

// covers tells whether what is drawn for a mark lies over a box.
func (d drawn) covers(box Rect) bool {
	const hair = 0.02 // lengths are written with two digits
	box = box.grow(-hair)
	return slices.ContainsFunc(d.boxes, func(b Rect) bool { return b.overlap(box) > 0 }) ||
		slices.ContainsFunc(d.lines, func(l line) bool { return l.away(box) < stroke/2-hair })
}

// scatter is a random picture: marks with targets side by side, and words in
// and around them.
type scatter struct {
	size  Rect
	marks []placed
	scenery
}

func scattered(seed uint64, kinds ...MarkKind) scatter {
	random := rand.New(rand.NewPCG(seed, 5))
	between := func(low, high float64) float64 { return low + random.Float64()*(high-low) }
	s := scatter{size: Rect{W: math.Round(between(150, 1280)), H: math.Round(between(90, 800))}}
	for range 1 + random.IntN(5) {
		w, h := between(8, math.Min(320, s.size.W)), between(8, math.Min(60, s.size.H))
		box := Rect{between(0, s.size.W-w), between(0, s.size.H-h), w, h}
		if slices.ContainsFunc(s.marks, func(m placed) bool { return m.box.overlap(box) > 0 }) {
			continue
		}
		m := Mark{Kind: kinds[random.IntN(len(kinds))], Target: Target{Role: "button", Name: fmt.Sprint(len(s.marks))}}
		if m.Kind == Callout {
			m.Text = strings.Repeat("Paste it here ", 1+random.IntN(5))
		}
		s.marks = append(s.marks, placed{m, box})
		s.texts = append(s.texts, box.grow(-math.Min(w, h)/4))
	}
	for range random.IntN(40) {
		s.texts = append(s.texts, Rect{between(-20, s.size.W), between(-10, s.size.H), between(5, 200), between(10, 22)})
	}
	for range random.IntN(8) {
		s.solid = append(s.solid, Rect{between(-20, s.size.W), between(-10, s.size.H), between(8, 120), between(8, 36)})
		s.edges = append(s.edges, Rect{between(0, s.size.W), between(0, s.size.H), between(1, 400), 1})
	}
	return s
}

// overEach draws many random pictures, of which most have room for their marks.
func overEach(t *testing.T, kinds []MarkKind, look func(s scatter, d []drawn)) {
	t.Helper()
	const tries = 120
	fitted := 0
	for seed := range uint64(tries) {
		s := scattered(seed, kinds...)
		svg, err := overlay("x.png", s.size, s.marks, s.scenery, seed%2 == 0)
		if errors.Is(err, errNoRoom) || err != nil && strings.Contains(err.Error(), "it would hide") {
			continue
		}
		wantErr(t, err, nil)
		fitted++
		look(s, marksOf(t, svg, s.marks))
		if t.Failed() {
			t.Fatalf("seed %d: %+v", seed, s)
		}
	}
	if fitted < tries/3 {
		t.Errorf("only %d of %d pictures had room", fitted, tries)
	}
}

func TestMarksStayInsideThePicture(t *testing.T) {
	overEach(t, markKinds, func(s scatter, all []drawn) {
		for _, d := range all {
			for _, box := range d.ink() {
				if d.Kind != Blur && !s.size.grow(0.02).holds(box) {
					t.Errorf("%s is at %v in a picture of %v", d.Kind, box, s.size)
				}
			}
		}
	})
}

func TestNothingButABlurCoversWhatItPointsAt(t *testing.T) {
	overEach(t, markKinds, func(s scatter, all []drawn) {
		for i, d := range all {
			switch d.Kind {
			case Blur:
				if !d.covers(d.box) {
					t.Errorf("the blur leaves its target at %v", d.box)
				}
			case Pointer: // its tip lies on the target
			case Badge:
				if shared := d.boxes[0].overlap(d.box); shared > 0.36*d.box.W*d.box.H {
					t.Errorf("the badge at %v covers too much of %v", d.boxes[0], d.box)
				}
			case Outline, Underline:
				if d.covers(ownWords(s, d.box)) {
					t.Errorf("%s %d covers the words of its target at %v", d.Kind, i, d.box)
				}
			default:
				if d.covers(d.box) {
					t.Errorf("%s covers its target at %v", d.Kind, d.box)
				}
			}
		}
	})
}

// ownWords is the box of the words that scattered puts on a target.
func ownWords(s scatter, box Rect) Rect {
	return box.within(s.size).grow(-math.Min(box.W, box.H) / 4)
}

func TestABlurCoversAllOfItsTargetSoThatNothingShowsThrough(t *testing.T) {
	overEach(t, []MarkKind{Blur}, func(_ scatter, all []drawn) {
		for _, d := range all {
			if !d.boxes[0].grow(0.02).holds(d.box) {
				t.Errorf("the blur at %v leaves something of %v", d.boxes[0], d.box)
			}
		}
	})
	svg, err := overlay("x.png", Rect{W: 300, H: 100}, []placed{{Mark{Kind: Blur}, Rect{100, 40, 60, 20}}}, scenery{}, false)
	wantErr(t, err, nil)
	if strings.Contains(svg, "opacity") || strings.Contains(svg, "filter") {
		t.Errorf("something shows through: %s", svg)
	}
	for _, colour := range []string{checkLight, checkDark} {
		for _, ink := range []ink{inkOnLight, inkOnDark} {
			if colour == ink.mark || colour == ink.halo {
				t.Errorf("%s is a colour of marks", colour)
			}
		}
	}
}

func TestABlurThatWouldHideAMarkedTargetIsRefused(t *testing.T) {
	target := Target{Role: "button", Name: "Save"}
	for name, test := range map[string]struct {
		blur, other Rect
		kind        MarkKind
		want        bool
	}{
		"beside it":         {Rect{10, 10, 50, 20}, Rect{100, 10, 50, 20}, Outline, false},
		"over a part of it": {Rect{10, 10, 100, 20}, Rect{100, 10, 50, 20}, Outline, true},
		"on its edge":       {Rect{10, 10, 89, 20}, Rect{100, 10, 50, 20}, Pointer, true},
		"the same":          {Rect{100, 40, 50, 20}, Rect{100, 40, 50, 20}, Outline, false},
		"a part of it":      {Rect{120, 45, 20, 10}, Rect{100, 40, 60, 20}, Outline, false},
		"another blur":      {Rect{10, 10, 100, 20}, Rect{100, 10, 50, 20}, Blur, false},
	} {
		marks := []placed{{Mark{Kind: Blur, Target: Target{Role: "row", Name: "x"}}, test.blur}, {Mark{Kind: test.kind, Target: target}, test.other}}
		_, err := overlay("x.png", Rect{W: 400, H: 200}, marks, scenery{}, false)
		if got := err != nil && strings.Contains(err.Error(), `blur row "x": it would hide what the `+string(test.kind)+` points at, button "Save"`); got != test.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatStandsBesideATargetCoversNoOtherOne(t *testing.T) {
	overEach(t, []MarkKind{Badge, Arrow, Pointer, Callout, Outline}, func(_ scatter, all []drawn) {
		for _, d := range all {
			for _, other := range all {
				if d.Kind != Outline && d.box != other.box && d.covers(other.box) {
					t.Errorf("the %s of %v covers the target at %v", d.Kind, d.box, other.box)
				}
			}
		}
	})
}

func TestMarksDoNotCoverEachOther(t *testing.T) {
	overEach(t, []MarkKind{Badge, Arrow, Pointer, Callout}, func(_ scatter, all []drawn) {
		for i, d := range all {
			for _, other := range all[:i] {
				for _, box := range other.boxes {
					if slices.ContainsFunc(d.boxes, func(b Rect) bool { return b.overlap(box) > 0.02*b.W }) {
						t.Errorf("the %s at %v covers the %s at %v", d.Kind, d.boxes, other.Kind, box)
					}
				}
			}
		}
	})
}

// strangers are the words, controls, icons and borders that are no part of a
// target, and that it does not stand in.
func (s scatter) strangers(box Rect) []Rect {
	var all []Rect
	for _, r := range slices.Concat(s.texts, s.solid, s.edges) {
		if r.overlap(box) < r.W*r.H/2 && !r.holds(box) {
			all = append(all, r)
		}
	}
	return all
}

func TestHalosCutNoLettersIconsOrBorders(t *testing.T) {
	overEach(t, []MarkKind{Outline, Underline}, func(s scatter, all []drawn) {
		for _, d := range all {
			for _, other := range s.strangers(d.box.within(s.size.grow(-edge))) {
				for _, l := range d.lines {
					if l.away(other) < stroke/2+d.halo {
						t.Errorf("the %s of %v cuts %v", d.Kind, d.box, other)
					}
				}
			}
		}
	})
}

func TestNumbersLieOnNoWordsControlsOrBorders(t *testing.T) {
	overEach(t, []MarkKind{Badge}, func(s scatter, all []drawn) {
		for _, d := range all {
			for _, other := range s.strangers(d.box.within(s.size.grow(-edge))) {
				if d.boxes[0].overlap(other) > 0 {
					t.Errorf("the badge at %v lies on %v", d.boxes[0], other)
				}
			}
		}
	})
}

func TestNumbersOfAPictureStandOnTheSameSide(t *testing.T) {
	overEach(t, []MarkKind{Badge}, func(s scatter, all []drawn) {
		same := slices.ContainsFunc(badgeSides(), func(side func(Rect) Rect) bool {
			return !slices.ContainsFunc(all, func(d drawn) bool {
				place := side(d.box.within(s.size))
				return math.Hypot(place.midX()-d.boxes[0].midX(), place.midY()-d.boxes[0].midY()) > 0.1
			})
		})
		if !same {
			t.Errorf("the badges are on different sides: %v", all)
		}
	})
}

func TestLinesOfCalloutsCrossNoWords(t *testing.T) {
	overEach(t, []MarkKind{Callout}, func(s scatter, all []drawn) {
		for _, d := range all {
			for _, text := range s.strangers(d.box.within(s.size.grow(-edge))) {
				if slices.Contains(s.edges, text) {
					continue
				}
				if d.lines[0].away(text) < stroke/2 {
					t.Errorf("the line of the callout at %v crosses %v", d.boxes, text)
				}
			}
		}
	})
}

func TestAnOutlineTakesTheRoomThatThereIs(t *testing.T) {
	box := Rect{100, 100, 80, 20}
	outline := func(around scenery) (Rect, float64) {
		marks := []placed{{Mark{Kind: Outline}, box}}
		svg, err := overlay("x.png", Rect{W: 400, H: 300}, marks, around, false)
		wantErr(t, err, nil)
		d := marksOf(t, svg, marks)[0]
		return shapesOf(t, svg)[1].rect(), d.halo
	}
	for name, test := range map[string]struct {
		around scenery
		want   Rect
		halo   float64
	}{
		"alone":                  {scenery{}, box.grow(widestPad + stroke/2), haloWidth},
		"with its own words":     {scenery{texts: []Rect{box.grow(-4), {105, 99, 70, 22}}}, box.grow(widestPad + stroke/2), haloWidth},
		"in a card":              {scenery{solid: []Rect{box.grow(40)}}, box.grow(widestPad + stroke/2), haloWidth},
		"words 9 to the right":   {scenery{texts: []Rect{{189, 100, 30, 20}}}, box.grow(4 + stroke/2), haloWidth},
		"a button 11 below":      {scenery{solid: []Rect{{100, 131, 80, 20}}}, box.grow(6 + stroke/2), haloWidth},
		"a border 7 to the left": {scenery{edges: []Rect{{92, 0, 1, 300}}}, Rect{96.5, 91.5, 92, 37}, haloWidth},
		"an icon 5 above":        {scenery{solid: []Rect{{100, 79, 16, 16}}}, Rect{91.5, 97, 97, 31.5}, 0},
		"words that touch it":    {scenery{texts: []Rect{{100, 84, 80, 15}, {110, 106, 60, 8}}}, Rect{91.5, 102.5, 97, 26}, haloWidth},
	} {
		got, halo := outline(test.around)
		equal(t, name, got, test.want)
		equal(t, name+": halo", halo, test.halo)
	}
}

func TestAnUnderlineRunsBetweenTheTargetAndTheWordsBelow(t *testing.T) {
	box := Rect{100, 100, 80, 20}
	underline := func(texts ...Rect) line {
		svg, err := overlay("x.png", Rect{W: 400, H: 300}, []placed{{Mark{Kind: Underline}, box}}, scenery{texts: texts}, false)
		wantErr(t, err, nil)
		return shapesOf(t, svg)[1].lines()[0]
	}
	equal(t, "alone", underline(), line{100, 125, 180, 125})
	equal(t, "words 8 below", underline(Rect{90, 128, 40, 20}), line{100, 124, 180, 124})
	equal(t, "words below and beside", underline(Rect{190, 121, 40, 20}), line{100, 125, 180, 125})
	equal(t, "its letters end higher", underline(Rect{100, 104, 80, 10}, Rect{100, 121, 80, 10}), line{100, 117.5, 180, 117.5})
}

func TestAMarkWithoutRoomIsRefused(t *testing.T) {
	for name, test := range map[string]struct {
		kind MarkKind
		box  Rect
	}{
		"an outline at the left edge":      {Outline, Rect{0, 40, 60, 20}},
		"an outline at the right edge":     {Outline, Rect{237, 40, 60, 20}},
		"an outline at the upper edge":     {Outline, Rect{100, 3, 60, 20}},
		"an outline as large as all":       {Outline, Rect{0, 0, 300, 100}},
		"an underline at the lower edge":   {Underline, Rect{100, 78, 60, 20}},
		"a badge where all is the target":  {Badge, Rect{4, 4, 292, 92}},
		"an arrow where all is the target": {Arrow, Rect{4, 4, 292, 92}},
		"a callout where all is it":        {Callout, Rect{4, 4, 292, 92}},
	} {
		marks := []placed{{Mark{Kind: test.kind, Target: Target{Role: "button", Name: "Save"}, Text: "Here"}, test.box}}
		_, err := overlay("x.png", Rect{W: 300, H: 100}, marks, scenery{}, false)
		if !errors.Is(err, errNoRoom) || !strings.HasPrefix(err.Error(), string(test.kind)+` button "Save": `) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestABlurNeedsNoRoom(t *testing.T) {
	_, err := overlay("x.png", Rect{W: 300, H: 100}, []placed{{Mark{Kind: Blur}, Rect{W: 300, H: 100}}}, scenery{}, false)
	wantErr(t, err, nil)
}

func TestThePointersTipLiesOnItsTarget(t *testing.T) {
	overEach(t, []MarkKind{Pointer, Outline}, func(s scatter, all []drawn) {
		for _, d := range all {
			if d.Kind != Pointer {
				continue
			}
			if tip := (Rect{d.boxes[0].X, d.boxes[0].Y, 0, 0}); !d.box.within(s.size).holds(tip) {
				t.Errorf("the tip is at %v, and the target at %v", tip, d.box)
			}
		}
	})
}

func TestAPointerLeavesTheWordsOfItsTargetAndItsNeighboursAlone(t *testing.T) {
	box, words, below := Rect{100, 100, 80, 30}, Rect{114, 109, 52, 12}, Rect{100, 138, 120, 30}
	marks := []placed{{Mark{Kind: Outline}, box}, {Mark{Kind: Pointer}, box}}
	svg, err := overlay("x.png", Rect{W: 400, H: 300}, marks, scenery{texts: []Rect{words}, solid: []Rect{box, below}}, false)
	wantErr(t, err, nil)
	at := marksOf(t, svg, marks)[1].boxes[0]
	if at.overlap(words) > 0.15*words.W*words.H {
		t.Errorf("the pointer at %v covers the words at %v", at, words)
	}
	if at.overlap(below) > 0.3*at.W*at.H {
		t.Errorf("the pointer at %v covers the button at %v", at, below)
	}
}

func TestBadgesCountInTheOrderOfTheFile(t *testing.T) {
	marks := []placed{
		{Mark{Kind: Badge}, Rect{100, 200, 60, 20}}, {Mark{Kind: Outline}, Rect{200, 40, 60, 20}},
		{Mark{Kind: Badge}, Rect{100, 40, 60, 20}}, {Mark{Kind: Badge}, Rect{100, 120, 60, 20}},
	}
	svg, err := overlay("x.png", Rect{W: 400, H: 300}, marks, scenery{}, false)
	wantErr(t, err, nil)
	var got []string
	for _, d := range marksOf(t, svg, marks) {
		if d.Kind == Badge {
			got = append(got, fmt.Sprintf("%s at %v", d.words[0], d.box.Y))
			if math.Abs(d.boxes[0].midY()-d.box.midY()) > 40 || math.Abs(d.boxes[0].right()-d.box.X) > 40 {
				t.Errorf("badge %s is at %v, and its target at %v", d.words[0], d.boxes[0], d.box)
			}
		}
	}
	equal(t, "badges", got, []string{"1 at 200", "2 at 40", "3 at 120"})
}

func TestMarksPreferPlacesWithoutWords(t *testing.T) {
	box := Rect{150, 150, 60, 20}
	words := []Rect{{40, 150, 100, 20}} // where a badge would be otherwise
	marks := []placed{{Mark{Kind: Badge}, box}}
	svg, err := overlay("x.png", Rect{W: 400, H: 300}, marks, scenery{texts: words}, false)
	wantErr(t, err, nil)
	if badge := marksOf(t, svg, marks)[0]; badge.covers(words[0]) {
		t.Errorf("the badge at %v covers the words", badge.boxes)
	}
}

func TestTextsOfMarksAreOnlyTexts(t *testing.T) {
	const said = `</text><script>"it's" & more`
	marks := []placed{{Mark{Kind: Callout, Text: said}, Rect{100, 100, 60, 20}}}
	svg, err := overlay(`x.png" onload="y`, Rect{W: 600, H: 400}, marks, scenery{}, false)
	wantErr(t, err, nil)
	if strings.Contains(svg, "<script") || strings.Contains(svg, ` onload="`) {
		t.Errorf("it is markup: %s", svg)
	}
	equal(t, "words", strings.Join(marksOf(t, svg, marks)[0].words, " "), said)
}

func TestLongTextsOfCalloutsAreBroken(t *testing.T) {
	equal(t, "lines", wrapped("Paste the ID that you copied from the overview of the subscription", 34),
		[]string{"Paste the ID that you copied from", "the overview of the subscription"})
	equal(t, "a long word", wrapped("a 6453B3F89193A66C9C7C81510A05397627BED291 b", 34), []string{"a", "6453B3F89193A66C9C7C81510A05397627BED291", "b"})
	equal(t, "as long as a line", wrapped("abc defg hi", 8), []string{"abc defg", "hi"})
	equal(t, "a letter longer", wrapped("abc defgh i", 8), []string{"abc", "defgh i"})
	equal(t, "spaces", wrapped("  a \n b ", 34), []string{"a b"})
}

func TestTheSameMarksAreTheSameDrawing(t *testing.T) {
	for seed := range uint64(20) {
		s := scattered(seed, markKinds...)
		one, _ := overlay("x.png", s.size, s.marks, s.scenery, true)
		other, _ := overlay("x.png", s.size, s.marks, s.scenery, true)
		equal(t, "drawing", one, other)
	}
}

// luminance and contrast are those of WCAG 2.2.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	v, err := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 32)
	if err != nil || len(hex) != 7 {
		t.Fatalf("%q is no colour", hex)
	}
	channel := func(shift int) float64 {
		c := float64(v>>shift&255) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(16) + 0.7152*channel(8) + 0.0722*channel(0)
}

func contrast(t *testing.T, one, other string) float64 {
	t.Helper()
	a, b := luminance(t, one), luminance(t, other)
	return (math.Max(a, b) + 0.05) / (math.Min(a, b) + 0.05)
}

// TestMarksCanBeToldFromWhatIsBehindThem holds the inks against the grounds of
// the product itself, in both themes.
func TestMarksCanBeToldFromWhatIsBehindThem(t *testing.T) {
	css, err := os.ReadFile("../static/app.css")
	wantErr(t, err, nil)
	grounds := regexp.MustCompile(`--(ground|panel|raised|sunken|[a-z]+-soft): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)`).FindAllSubmatch(css, -1)
	if len(grounds) < 9 {
		t.Fatalf("only %d grounds in app.css", len(grounds))
	}
	for theme, ink := range map[int]ink{2: inkOnLight, 3: inkOnDark} {
		for _, ground := range grounds {
			if got := contrast(t, ink.mark, string(ground[theme])); got < 3 {
				t.Errorf("%s on --%s (%s): %.2f", ink.mark, ground[1], ground[theme], got)
			}
		}
		if got := contrast(t, ink.mark, ink.halo); got < 3 {
			t.Errorf("%s beside its edge %s: %.2f", ink.mark, ink.halo, got)
		}
		if got := contrast(t, ink.word, ink.mark); got < 4.5 {
			t.Errorf("words %s on %s: %.2f", ink.word, ink.mark, got)
		}
	}
}

func TestEachThemeHasItsInk(t *testing.T) {
	for dark, ink := range map[bool]ink{false: inkOnLight, true: inkOnDark} {
		svg, err := overlay("x.png", Rect{W: 300, H: 300}, []placed{{Mark{Kind: Badge}, Rect{100, 100, 60, 20}}}, scenery{}, dark)
		wantErr(t, err, nil)
		if !strings.Contains(svg, ink.mark) || !strings.Contains(svg, ink.halo) || !strings.Contains(svg, ink.word) {
			t.Errorf("dark %v: %s", dark, svg)
		}
	}
}

func TestWhatATargetStandsInIsInNobodysWay(t *testing.T) {
	dialog, button := Rect{60, 40, 280, 220}, Rect{150, 120, 90, 30}
	for _, kind := range []MarkKind{Badge, Arrow, Pointer, Callout} {
		marks := []placed{{Mark{Kind: Outline}, dialog}, {Mark{Kind: kind, Text: "Here"}, button}}
		_, err := overlay("x.png", Rect{W: 400, H: 300}, marks, scenery{}, false)
		wantErr(t, err, nil)
	}
}
