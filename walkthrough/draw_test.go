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
				for next().name != "use" {
				}
				d.boxes = append(d.boxes, next().rect())
			case Outline, Underline, Arrow:
				next() // the edge
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
	texts []Rect
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
	return s
}

// overEach draws many random pictures, of which most have room for their marks.
func overEach(t *testing.T, kinds []MarkKind, look func(s scatter, d []drawn)) {
	t.Helper()
	const tries = 120
	fitted := 0
	for seed := range uint64(tries) {
		s := scattered(seed, kinds...)
		svg, err := overlay("x.png", s.size, s.marks, s.texts, seed%2 == 0)
		if errors.Is(err, errNoRoom) {
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
	overEach(t, markKinds, func(_ scatter, all []drawn) {
		for _, d := range all {
			if covers := d.covers(d.box); covers != (d.Kind == Blur) {
				t.Errorf("%s covers its target at %v: %v", d.Kind, d.box, covers)
			}
		}
	})
}

func TestABlurCoversAllOfItsTarget(t *testing.T) {
	overEach(t, []MarkKind{Blur}, func(_ scatter, all []drawn) {
		for _, d := range all {
			if !d.boxes[0].grow(0.02).holds(d.box) {
				t.Errorf("the blur at %v leaves something of %v", d.boxes[0], d.box)
			}
		}
	})
}

func TestWhatStandsBesideATargetCoversNoOtherOne(t *testing.T) {
	overEach(t, []MarkKind{Badge, Arrow, Pointer, Callout, Outline}, func(_ scatter, all []drawn) {
		for _, d := range all {
			for _, other := range all {
				if d.Kind != Outline && d.covers(other.box) {
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

func TestAnOutlineKeepsClearOfTheWordsBesideIt(t *testing.T) {
	overEach(t, []MarkKind{Outline}, func(s scatter, all []drawn) {
		for _, d := range all {
			for _, text := range s.texts {
				gap := math.Max(math.Max(d.box.X-text.right(), text.X-d.box.right()), math.Max(d.box.Y-text.bottom(), text.Y-d.box.bottom()))
				if gap < narrowPad+stroke {
					continue // it has to pass between them
				}
				want := math.Min(clear, gap-narrowPad-stroke-0.5)
				for _, l := range d.lines {
					if away := l.away(text) - stroke/2; away < want-0.02 && s.size.holds(text) {
						t.Errorf("the outline of %v passes %v at %.2f, and it could at %.2f", d.box, text, away, want)
					}
				}
			}
		}
	})
}

func TestAnOutlineTakesTheRoomThatThereIs(t *testing.T) {
	box := Rect{100, 100, 80, 20}
	outline := func(texts ...Rect) Rect {
		marks := []placed{{Mark{Kind: Outline}, box}}
		svg, err := overlay("x.png", Rect{W: 400, H: 300}, marks, texts, false)
		wantErr(t, err, nil)
		return shapesOf(t, svg)[1].rect()
	}
	equal(t, "alone", outline(), box.grow(widestPad+stroke/2))
	equal(t, "with its own words", outline(box.grow(-4), Rect{105, 99, 70, 22}), box.grow(widestPad+stroke/2))
	equal(t, "words 9 to the right", outline(Rect{189, 100, 30, 20}), box.grow(4+stroke/2))
	equal(t, "words 3 above", outline(Rect{100, 87, 30, 10}), Rect{91.5, 98, 97, 30.5})
}

func TestAnUnderlineRunsBetweenTheTargetAndTheWordsBelow(t *testing.T) {
	box := Rect{100, 100, 80, 20}
	underline := func(texts ...Rect) line {
		svg, err := overlay("x.png", Rect{W: 400, H: 300}, []placed{{Mark{Kind: Underline}, box}}, texts, false)
		wantErr(t, err, nil)
		return shapesOf(t, svg)[1].lines()[0]
	}
	equal(t, "alone", underline(), line{100, 125, 180, 125})
	equal(t, "words 6 below", underline(Rect{90, 126, 40, 20}), line{100, 123, 180, 123})
	equal(t, "words below and beside", underline(Rect{190, 121, 40, 20}), line{100, 125, 180, 125})
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
		"a pointer where all is it":        {Pointer, Rect{4, 4, 292, 92}},
		"a callout where all is it":        {Callout, Rect{4, 4, 292, 92}},
	} {
		marks := []placed{{Mark{Kind: test.kind, Target: Target{Role: "button", Name: "Save"}, Text: "Here"}, test.box}}
		_, err := overlay("x.png", Rect{W: 300, H: 100}, marks, nil, false)
		if !errors.Is(err, errNoRoom) || !strings.HasPrefix(err.Error(), string(test.kind)+` button "Save": `) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestABlurNeedsNoRoom(t *testing.T) {
	_, err := overlay("x.png", Rect{W: 300, H: 100}, []placed{{Mark{Kind: Blur}, Rect{W: 300, H: 100}}}, nil, false)
	wantErr(t, err, nil)
}

func TestAPointerTouchesItsTargetOrTheOutlineAroundIt(t *testing.T) {
	box := Rect{100, 100, 80, 20}
	tip := func(kinds ...MarkKind) (x, y float64) {
		var marks []placed
		for _, kind := range kinds {
			marks = append(marks, placed{Mark{Kind: kind}, box})
		}
		svg, err := overlay("x.png", Rect{W: 400, H: 300}, marks, nil, false)
		wantErr(t, err, nil)
		at := marksOf(t, svg, marks)[len(kinds)-1].boxes[0]
		return at.X, at.Y
	}
	x, y := tip(Pointer)
	if y-box.bottom() > 2 || x < box.X || x > box.right() {
		t.Errorf("the tip is at %v, %v", x, y)
	}
	if _, outlined := tip(Outline, Pointer); math.Abs(outlined-(box.bottom()+widestPad+stroke+1)) > 0.1 {
		t.Errorf("with an outline, the tip is at %v", outlined)
	}
}

func TestBadgesCountInTheOrderOfTheFile(t *testing.T) {
	marks := []placed{
		{Mark{Kind: Badge}, Rect{100, 200, 60, 20}}, {Mark{Kind: Outline}, Rect{200, 40, 60, 20}},
		{Mark{Kind: Badge}, Rect{100, 40, 60, 20}}, {Mark{Kind: Badge}, Rect{100, 120, 60, 20}},
	}
	svg, err := overlay("x.png", Rect{W: 400, H: 300}, marks, nil, false)
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
	svg, err := overlay("x.png", Rect{W: 400, H: 300}, marks, words, false)
	wantErr(t, err, nil)
	if badge := marksOf(t, svg, marks)[0]; badge.covers(words[0]) {
		t.Errorf("the badge at %v covers the words", badge.boxes)
	}
}

func TestTextsOfMarksAreOnlyTexts(t *testing.T) {
	const said = `</text><script>"it's" & more`
	marks := []placed{{Mark{Kind: Callout, Text: said}, Rect{100, 100, 60, 20}}}
	svg, err := overlay(`x.png" onload="y`, Rect{W: 600, H: 400}, marks, nil, false)
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
		one, _ := overlay("x.png", s.size, s.marks, s.texts, true)
		other, _ := overlay("x.png", s.size, s.marks, s.texts, true)
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
		svg, err := overlay("x.png", Rect{W: 300, H: 300}, []placed{{Mark{Kind: Badge}, Rect{100, 100, 60, 20}}}, nil, dark)
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
		_, err := overlay("x.png", Rect{W: 400, H: 300}, marks, nil, false)
		wantErr(t, err, nil)
	}
}
