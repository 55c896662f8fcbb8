package walkthrough

import (
	"context"
	"errors"
	"fmt"
	"image"
	"maps"
	"slices"
	"strings"
	"testing"
)

// stageFake is a stage without a browser: a page that shows words, has targets
// in places, and changes with what is done to it.
type stageFake struct {
	did     []string
	words   []string
	spots   map[string]Spot // by target; others are at usualSpot
	texts   []Text
	says    map[string]string             // what targets say when they are read
	then    map[string]func(*stageFake)   // what follows an action or a look
	refuse  map[string]error              // by action
	problem func(l Look, t Target) string // "": the spot's own
	now     Look
	height  int
	svg     string // that was developed last
	noWords bool
}

var usualSpot = Spot{Box: Rect{100, 100, 80, 20}}

func (f *stageFake) note(what string) error {
	f.did = append(f.did, what)
	if then := f.then[what]; then != nil {
		then(f)
	}
	return f.refuse[what]
}

func (f *stageFake) Enter(_ context.Context, as, on string) error {
	return f.note(strings.TrimSpace("enter " + on + " " + as))
}
func (f *stageFake) Do(_ context.Context, a Action) error { return f.note(a.String()) }
func (f *stageFake) Read(_ context.Context, t Target) (string, error) {
	return f.says[t.String()], f.note("read " + t.String())
}
func (f *stageFake) Words(context.Context) ([]string, error) {
	if f.noWords {
		return nil, errors.New("the page is leaving")
	}
	return f.words, nil
}
func (f *stageFake) Look(_ context.Context, l Look, height int) error {
	f.now, f.height = l, height
	return f.note(fmt.Sprintf("look %v %d", l, height))
}
func (f *stageFake) Survey(_ context.Context, targets []Target) (Survey, error) {
	s := Survey{Window: Rect{W: 640, H: 400}, Texts: f.texts}
	for _, t := range targets {
		spot, known := f.spots[t.String()]
		if !known {
			spot = usualSpot
		}
		if f.problem != nil && spot.Problem == "" {
			spot.Problem = f.problem(f.now, t)
		}
		s.Targets = append(s.Targets, spot)
	}
	return s, f.note(fmt.Sprintf("survey %v", targets))
}
func (f *stageFake) Photograph(_ context.Context, frame Rect) ([]byte, error) {
	file, err := encode(painted(int(frame.W)*PixelRatio, int(frame.H)*PixelRatio, white))
	return file, errors.Join(err, f.note(fmt.Sprintf("photograph %v", frame)))
}
func (f *stageFake) Develop(_ context.Context, svg string, size Rect) ([]byte, error) {
	f.svg = svg
	file, err := encode(painted(int(size.W)*PixelRatio, int(size.H)*PixelRatio, orange))
	return file, errors.Join(err, f.note(fmt.Sprintf("develop %v", size)))
}

// acted acts a walkthrough with this body out on a stage.
func acted(t *testing.T, f *stageFake, body string) *Take {
	t.Helper()
	return Run{Stage: f, Names: map[string]string{"mooring": "http://localhost:1"}}.Act(t.Context(), parsed(t, "x", guide(fences(body))))
}

func toldBy(take *Take) []string {
	var told []string
	for _, f := range take.Findings {
		told = append(told, f.String())
	}
	return told
}

func picturesOf(take *Take) []string { return slices.Sorted(maps.Keys(take.Pictures)) }

const onePicture = `Press **Save**.

'''picture first
frame: main
mark:
  - outline: button "Save"
alt: A button.
'''
`

func TestARunEntersActsAndTakesPictures(t *testing.T) {
	f := &stageFake{words: []string{"Save"}}
	var told []string
	w := parsed(t, "x", "---\nsummary: Do it.\nthemes: [light, dark]\n---\n# Do it\n\n"+fences(`Press **Save**.

'''picture first
as: max@example.com
open: /accounts
do:
  - click: button "Save"
frame: main
height: 900
mark:
  - outline: button "Save"
alt: A button.
'''

'''act
do:
  - press: Escape
'''

'''picture second
alt: The window.
on: portal
'''
`))
	take := Run{Stage: f, Progress: func(did string) { told = append(told, did) }}.Act(t.Context(), w)
	equal(t, "findings", toldBy(take), []string(nil))
	equal(t, "done", f.did, []string{
		"enter mooring max@example.com", "look wide-light 0", "open /accounts", `click button "Save"`,
		"look wide-light 900", `survey [main button "Save"]`, "photograph {84 84 112 52}", "develop {0 0 112 52}",
		"look wide-dark 900", `survey [main button "Save"]`, "photograph {84 84 112 52}", "develop {0 0 112 52}",
		"look wide-light 0",
		"press Escape",
		"enter portal max@example.com", "look wide-light 0",
		"look wide-light 0", "survey []", "photograph {0 0 640 400}",
		"look wide-dark 0", "survey []", "photograph {0 0 640 400}",
		"look wide-light 0",
	})
	want := []string{"first-wide-dark.png", "first-wide-light.png", "second-wide-dark.png", "second-wide-light.png"}
	equal(t, "pictures", picturesOf(take), want)
	slices.Sort(told)
	equal(t, "progress", told, want)
	equal(t, "size", take.Pictures["first-wide-dark.png"].Bounds(), image.Rect(0, 0, 224, 104))
	if !strings.Contains(f.svg, "data:image/png;base64,") || pixels(take.Pictures["first-wide-light.png"]).NRGBAAt(0, 0) != orange {
		t.Error("the picture is not that with its marks")
	}
}

func TestAMissingTargetFailsAndYieldsNoPicture(t *testing.T) {
	const gone = "there is no such thing on the page"
	for name, body := range map[string]string{"marked": onePicture, "framed": strings.Replace(onePicture, "frame: main", `frame: button "Save"`, 1)} {
		f := &stageFake{words: []string{"Save"}, spots: map[string]Spot{`button "Save"`: {Problem: gone}}}
		take := acted(t, f, body)
		equal(t, name, toldBy(take), []string{`x/walkthrough.md:10: picture first: button "Save": ` + gone})
		equal(t, name+": pictures", len(take.Pictures), 0)
	}
}

func TestAMissingTargetDoesNotKeepLaterPicturesFromBeingTaken(t *testing.T) {
	f := &stageFake{words: []string{"Save"}, spots: map[string]Spot{`button "Save"`: {Problem: "gone"}}}
	take := acted(t, f, onePicture+"\n'''picture second\nalt: x\n'''\n")
	equal(t, "findings", len(take.Findings), 1)
	equal(t, "pictures", picturesOf(take), []string{"second-wide-light.png"})
}

func TestATargetPartlyOutsideTheFrameIsToldAndYieldsNoPicture(t *testing.T) {
	frame := Spot{Box: Rect{100, 100, 200, 100}}
	for name, test := range map[string]struct {
		box  Rect
		want []string
	}{
		"inside":             {Rect{90, 90, 80, 20}, nil},
		"a hair outside":     {Rect{83, 90, 80, 20}, nil},
		"partly to the left": {Rect{70, 110, 80, 20}, []string{`x/walkthrough.md:10: picture first: button "Save": it is not wholly in the frame`}},
		"partly below":       {Rect{150, 200, 80, 20}, []string{`x/walkthrough.md:10: picture first: button "Save": it is not wholly in the frame`}},
		"elsewhere":          {Rect{500, 300, 80, 20}, []string{`x/walkthrough.md:10: picture first: button "Save": it is not wholly in the frame`}},
	} {
		f := &stageFake{words: []string{"Save"}, spots: map[string]Spot{"main": frame, `button "Save"`: {Box: test.box}}}
		take := acted(t, f, strings.Replace(onePicture, "outline", "blur", 1))
		equal(t, name, toldBy(take), test.want)
		equal(t, name+": pictures", len(take.Pictures), 1-len(test.want))
	}
}

func TestAMarkWithoutRoomYieldsNoPicture(t *testing.T) {
	f := &stageFake{words: []string{"Save"}}
	take := acted(t, f, strings.Replace(onePicture, "frame: main", "frame: main\nmargin: 1", 1))
	equal(t, "findings", toldBy(take), []string{`x/walkthrough.md:10: picture first: outline button "Save": ` + errNoRoom.Error()})
	equal(t, "pictures", len(take.Pictures), 0)
}

func TestProblemsOfAllLooksAreToldOnce(t *testing.T) {
	body := strings.Replace(onePicture, "alt:", "height: 700\nalt:", 1)
	source := strings.Replace(guide(fences(body)), "themes: [light]", "widths: [wide, narrow]", 1)
	act := func(problem func(l Look, target Target) string) ([]string, []string) {
		f := &stageFake{words: []string{"Save"}, problem: problem}
		take := Run{Stage: f}.Act(t.Context(), parsed(t, "x", source))
		return toldBy(take), picturesOf(take)
	}
	told, taken := act(func(_ Look, target Target) string {
		return map[bool]string{true: "it is gone"}[target.Role == "button"]
	})
	equal(t, "in all looks", told, []string{`x/walkthrough.md:10: picture first: button "Save": it is gone`})
	equal(t, "pictures", len(taken), 0)
	told, taken = act(func(l Look, target Target) string {
		return map[bool]string{true: "it is gone"}[target.Role == "button" && l.Narrow]
	})
	equal(t, "in some", told, []string{`x/walkthrough.md:10: picture first (narrow-light, narrow-dark): button "Save": it is gone`})
	equal(t, "pictures of others", taken, []string{"first-wide-dark.png", "first-wide-light.png"})
	told, _ = act(func(l Look, target Target) string {
		return map[string]string{"button true": "no room", "main false": "hidden"}[target.Role+" "+fmt.Sprint(l.Narrow)]
	})
	equal(t, "different ones", told, []string{
		`x/walkthrough.md:10: picture first (narrow-light, narrow-dark): button "Save": no room`,
		`x/walkthrough.md:10: picture first (wide-light, wide-dark): main: hidden`,
	})
}

func TestMarksOfOtherWidthsAreNotLookedFor(t *testing.T) {
	f := &stageFake{words: []string{"Save"}, spots: map[string]Spot{`button "Save"`: {Problem: "gone"}}}
	take := acted(t, f, strings.Replace(onePicture, `button "Save"`, "button \"Save\"\n    width: narrow", 1))
	equal(t, "findings", toldBy(take), []string(nil))
	equal(t, "pictures", len(take.Pictures), 1)
}

func TestLabelsAreMetAtTheStartDuringAndAtTheEndOfAStep(t *testing.T) {
	const body = `Here is **Before**, then **Between**, and then **After** and **Narrowly**. There is never **Never**
or **Before > Nowhere**.

'''act
open: /
'''

**Start**, **Between** and **End**.

'''picture first
do:
  - click: button "One"
  - click: button "Two"
alt: x
'''

At last, **End** and **Start**.
`
	page := func(words ...string) func(*stageFake) { return func(f *stageFake) { f.words = words } }
	f := &stageFake{then: map[string]func(*stageFake){
		"enter mooring": page("Before", "Between", "After", "Narrowly"), "open /": page("Start"), `click button "One"`: page("Between"), `click button "Two"`: page("End"),
	}}
	equal(t, "findings", toldBy(acted(t, f, body)), []string{
		`x/walkthrough.md:8: the prose names "Never", and the interface does not have that at this step`,
		`x/walkthrough.md:9: the prose names "Nowhere", and the interface does not have that at this step`,
		`x/walkthrough.md:24: the prose names "Start", and the interface does not have that at this step`,
	})
}

func TestLabelsThatOnlyOneLookHasAreMet(t *testing.T) {
	f := &stageFake{then: map[string]func(*stageFake){"look narrow-light 0": func(f *stageFake) { f.words = []string{"Save"} }, "look wide-light 0": func(f *stageFake) { f.words = nil }}}
	source := strings.Replace(guide(fences(onePicture)), "themes: [light]", "themes: [light]\nwidths: [wide, narrow]", 1)
	equal(t, "findings", toldBy(Run{Stage: f}.Act(t.Context(), parsed(t, "x", source))), []string(nil))
}

func TestAPageThatIsLeavingHasNoWords(t *testing.T) {
	f := &stageFake{words: []string{"Save"}, then: map[string]func(*stageFake){`click button "Save"`: func(f *stageFake) { f.noWords = true }}}
	equal(t, "findings", toldBy(acted(t, f, "Press **Save**.\n\n'''act\nopen: /\ndo:\n  - click: button \"Save\"\n'''\n\nAfter **Save**.\n")), []string(nil))
}

func TestAPictureWithoutAltTextIsTold(t *testing.T) {
	f := &stageFake{words: []string{"Save"}}
	take := acted(t, f, strings.Replace(onePicture, "alt: A button.", "", 1))
	equal(t, "findings", toldBy(take), []string{"x/walkthrough.md:10: picture first: it has no alt text: say in alt: what it shows"})
}

func TestASecretInTheFrameYieldsNoPictureAndIsNotRepeated(t *testing.T) {
	inFrame, outside := Rect{110, 104, 60, 12}, Rect{500, 300, 90, 12}
	for what, texts := range secrets {
		for _, secret := range texts {
			f := &stageFake{words: []string{"Save"}, texts: []Text{{Box: inFrame, Words: "It is " + secret}}}
			take := acted(t, f, onePicture)
			equal(t, what, toldBy(take), []string{"x/walkthrough.md:10: picture first: it shows " + what + ": blur it, or use one of an example domain"})
			equal(t, what+": pictures", len(take.Pictures), 0)
			if strings.Contains(fmt.Sprint(take), secret) {
				t.Errorf("%s: the secret is repeated: %v", what, take.Findings)
			}
		}
	}
	f := &stageFake{words: []string{"Save"}, texts: []Text{{Box: outside, Words: "max@harbor.io"}, {Box: inFrame, Words: "max@example.com"}}}
	equal(t, "outside, and an example", toldBy(acted(t, f, onePicture)), []string(nil))
	f = &stageFake{words: []string{"Save"}, texts: []Text{{Box: inFrame, Words: "max@harbor.io", Covered: true}}}
	equal(t, "behind a shade", len(acted(t, f, onePicture).Findings), 1)
}

func TestWhatIsBlurredIsNoSecretAnyMore(t *testing.T) {
	blurred := strings.Replace(onePicture, "outline", "blur", 1)
	act := func(box Rect) int {
		return len(acted(t, &stageFake{words: []string{"Save"}, texts: []Text{{Box: box, Words: "max@harbor.io"}}}, blurred).Findings)
	}
	equal(t, "wholly", act(Rect{110, 104, 60, 12}), 0)
	equal(t, "its second half", act(Rect{150, 104, 60, 12}), 1)
	equal(t, "beside it", act(Rect{100, 124, 60, 10}), 1)
}

func TestMarksKeepOffWordsButNotOffThoseBehindADialog(t *testing.T) {
	boxes, err := textsIn(Rect{100, 100, 50, 50}, []Text{{Box: Rect{110, 105, 20, 10}}, {Box: Rect{120, 125, 20, 10}, Covered: true}, {Box: Rect{10, 10, 20, 10}}}, nil)
	wantErr(t, err, nil)
	equal(t, "words", boxes, []Rect{{10, 5, 20, 10}})
}

func TestAnActionThatFailsStopsTheWalkthrough(t *testing.T) {
	f := &stageFake{words: []string{"Save"}, refuse: map[string]error{`click button "Save"`: errors.New("something lies over it")}}
	take := acted(t, f, "'''picture first\nalt: x\n'''\n\nPress **Nothing**.\n\n'''picture second\ndo:\n  - press: Tab\n  - click: button \"Save\"\n  - press: Escape\nalt: x\n'''\n\n'''picture third\nalt: x\n'''\n\nAt last **Nothing**.\n")
	equal(t, "findings", toldBy(take), []string{
		`x/walkthrough.md:14: picture second: click button "Save": something lies over it`,
		`x/walkthrough.md:12: the prose names "Nothing", and the interface does not have that at this step`,
	})
	equal(t, "pictures", picturesOf(take), []string{"first-wide-light.png"})
	if slices.Contains(f.did, "press Escape") {
		t.Error("it went on")
	}
}

func TestWhoCannotComeInStopsTheWalkthrough(t *testing.T) {
	f := &stageFake{words: []string{"Save"}, refuse: map[string]error{"enter mooring max@example.com": errors.New("max@example.com cannot sign in")}}
	take := acted(t, f, "'''act\nas: max@example.com\n'''\n\n'''picture second\nalt: x\n'''\n")
	equal(t, "findings", toldBy(take), []string{"x/walkthrough.md:8: max@example.com cannot sign in"})
	equal(t, "pictures", len(take.Pictures), 0)
}

func TestNobodyEntersTwiceInARow(t *testing.T) {
	f := &stageFake{}
	acted(t, f, "'''act\nas: max@example.com\n'''\n\n'''act\nas: max@example.com\n'''\n\n'''act\non: portal\n'''\n\n'''act\n'''\n\n'''act\non: mooring\n'''\n\n'''act\nas: ada@example.com\n'''\n\n'''act\non: portal\n'''\n\n'''act\nas: ada@example.com\n'''\n")
	var entered []string
	for _, did := range f.did {
		if who, ok := strings.CutPrefix(did, "enter "); ok {
			entered = append(entered, who)
		}
	}
	equal(t, "entered", entered, []string{"mooring max@example.com", "portal max@example.com", "mooring max@example.com", "mooring ada@example.com", "portal ada@example.com", "mooring ada@example.com"})
}

func TestTheLookIsSetBackAfterAPicture(t *testing.T) {
	f := &stageFake{words: []string{"Save"}, problem: func(Look, Target) string { return "gone" }}
	source := strings.Replace(guide(fences(strings.Replace(onePicture, "alt:", "height: 900\nalt:", 1))), "[light]", "[dark, light]\nwidths: [narrow, wide]", 1)
	Run{Stage: f}.Act(t.Context(), parsed(t, "x", source))
	equal(t, "look", f.now, Look{Narrow: true, Dark: true})
	equal(t, "height", f.height, 0)
}

func TestWhatIsRememberedStandsInLaterTexts(t *testing.T) {
	f := &stageFake{words: []string{"Save"}, says: map[string]string{`doc "id"`: "ABC-1"}}
	take := acted(t, f, `'''act
open: "{mooring}/x"
do:
  - remember: client id
    from: doc "id"
'''

'''picture first
do:
  - type: "id {client id}"
    into: textbox "ID of {client id}"
frame: row "{client id}"
mark:
  - outline: button "Stop {client id}" in row "{client id}"
alt: x
'''
`)
	equal(t, "findings", toldBy(take), []string(nil))
	for _, want := range []string{"open http://localhost:1/x", `read doc "id"`, `type id ABC-1 into textbox "ID of ABC-1"`, `survey [row "ABC-1" button "Stop ABC-1" in row "ABC-1"]`} {
		if !slices.Contains(f.did, want) {
			t.Errorf("not done: %s in %q", want, f.did)
		}
	}
}

func TestWhatCannotBeRememberedStopsTheWalkthrough(t *testing.T) {
	f := &stageFake{refuse: map[string]error{`read doc "id"`: errors.New("it says nothing")}}
	take := acted(t, f, "'''act\ndo:\n  - remember: id\n    from: doc \"id\"\n'''\n\n'''picture first\nalt: x\n'''\n")
	equal(t, "findings", toldBy(take), []string{`x/walkthrough.md:8: remember id from doc "id": it says nothing`})
}

func TestANameThatNobodyRememberedIsTold(t *testing.T) {
	take := acted(t, &stageFake{}, "'''act\ndo:\n  - type: \"{id}\"\n    into: textbox \"ID\"\n'''\n")
	equal(t, "in an action", toldBy(take), []string{`x/walkthrough.md:8: type {id} into textbox "ID": nothing was remembered as {id}; there are [mooring]`})
	take = acted(t, &stageFake{}, "'''picture first\nalt: x\nmark:\n  - outline: text \"{id}\"\n'''\n")
	equal(t, "in a mark", toldBy(take), []string{"x/walkthrough.md:8: picture first: nothing was remembered as {id}; there are [mooring]"})
}

func TestNamesOfOneRunDoNotReachAnother(t *testing.T) {
	run := Run{Stage: &stageFake{says: map[string]string{`doc "id"`: "A"}}, Names: map[string]string{"mooring": "x"}}
	run.Act(t.Context(), parsed(t, "x", guide(fences("'''act\ndo:\n  - remember: id\n    from: doc \"id\"\n'''\n"))))
	equal(t, "names", run.Names, map[string]string{"mooring": "x"})
}

func TestARunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f := &stageFake{then: map[string]func(*stageFake){"open /one": func(*stageFake) { cancel() }}}
	Run{Stage: f}.Act(ctx, parsed(t, "x", guide(fences("'''act\nopen: /one\n'''\n\n'''act\nopen: /two\n'''\n"))))
	if slices.Contains(f.did, "open /two") {
		t.Error("it went on")
	}
}

func TestFramesAreWholePixelsAroundTheirTargets(t *testing.T) {
	window := Rect{W: 640, H: 400}
	at := func(r ...Rect) []Spot {
		var spots []Spot
		for _, box := range r {
			spots = append(spots, Spot{Box: box})
		}
		return spots
	}
	equal(t, "no target", frameOf(nil, 16, window), window)
	equal(t, "one", frameOf(at(Rect{100.4, 50.5, 20.2, 10}), 16, window), Rect{84, 34, 53, 43})
	equal(t, "two", frameOf(at(Rect{100, 50, 20, 10}, Rect{300, 20, 10, 10}), 0, window), Rect{100, 20, 210, 40})
	equal(t, "at the edge", frameOf(at(Rect{5, 390, 20, 10}), 16, window), Rect{0, 374, 41, 26})
}

func TestFindingsLeadToTheirPlace(t *testing.T) {
	equal(t, "all", Finding{"link-azure", 12, "picture ids", "it is gone"}.String(), "link-azure/walkthrough.md:12: picture ids: it is gone")
	equal(t, "no line", Finding{"link-azure", 0, "README.md", "it is missing"}.String(), "link-azure/walkthrough.md: README.md: it is missing")
	equal(t, "no part", Finding{"link-azure", 3, "", "x"}.String(), "link-azure/walkthrough.md:3: x")
}
