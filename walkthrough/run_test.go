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
	hasty   []string // of these, what had a short time only
	words   []string
	spots   map[string]Spot // by target; others are at usualSpot
	texts   []Text
	shapes  []Shape
	dialog  Rect
	status  int
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
func (f *stageFake) Do(ctx context.Context, a Action) error {
	if _, limited := ctx.Deadline(); limited {
		f.hasty = append(f.hasty, a.String())
	}
	return f.note(a.String())
}
func (f *stageFake) Read(_ context.Context, t Target) (string, error) {
	return f.says[t.String()], f.note("read " + t.String())
}
func (f *stageFake) Status(context.Context) (int, error) { return f.status, nil }
func (f *stageFake) Targets(context.Context) ([]Target, error) {
	return []Target{{Role: "button", Name: "Save"}, {Role: "doc", Name: "client-id"}}, nil
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
	s := Survey{Window: Rect{W: 640, H: 400}, Texts: f.texts, Shapes: f.shapes, Dialog: f.dialog}
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
	if !strings.Contains(f.svg, "data:image/png;base64,") || pixels(take.Pictures["first-wide-light.png"].Image).NRGBAAt(0, 0) != orange {
		t.Error("the picture is not that with its marks")
	}
}

func TestAMissingTargetFailsAndYieldsNoPicture(t *testing.T) {
	const gone = "there is no such thing on the page"
	for name, line := range map[string]int{"marked": 13, "framed": 10} {
		body := onePicture
		if name == "framed" {
			body = strings.Replace(onePicture, "frame: main", `frame: button "Save"`, 1)
		}
		f := &stageFake{words: []string{"Save"}, spots: map[string]Spot{`button "Save"`: {Problem: gone}}}
		take := acted(t, f, body)
		equal(t, name, toldBy(take), []string{fmt.Sprintf(`x/walkthrough.md:%d: picture first: button "Save": %s`, line, gone)})
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
		"partly to the left": {Rect{70, 110, 80, 20}, []string{`x/walkthrough.md:13: picture first: button "Save": it is not completely inside the frame`}},
		"partly below":       {Rect{150, 200, 80, 20}, []string{`x/walkthrough.md:13: picture first: button "Save": it is not completely inside the frame`}},
		"elsewhere":          {Rect{500, 300, 80, 20}, []string{`x/walkthrough.md:13: picture first: button "Save": it is not completely inside the frame`}},
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
	equal(t, "findings", toldBy(take), []string{`x/walkthrough.md:14: picture first: outline button "Save": ` + errNoRoom.Error()})
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
	equal(t, "in all looks", told, []string{`x/walkthrough.md:13: picture first: button "Save": it is gone`})
	equal(t, "pictures", len(taken), 0)
	told, taken = act(func(l Look, target Target) string {
		return map[bool]string{true: "it is gone"}[target.Role == "button" && l.Narrow]
	})
	equal(t, "in some", told, []string{`x/walkthrough.md:13: picture first (narrow-light, narrow-dark): button "Save": it is gone`})
	equal(t, "pictures of others", taken, []string{"first-wide-dark.png", "first-wide-light.png"})
	told, _ = act(func(l Look, target Target) string {
		return map[string]string{"button true": "no room", "main false": "hidden"}[target.Role+" "+fmt.Sprint(l.Narrow)]
	})
	equal(t, "different ones", told, []string{
		`x/walkthrough.md:10: picture first (wide-light, wide-dark): main: hidden`,
		`x/walkthrough.md:13: picture first (narrow-light, narrow-dark): button "Save": no room`,
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
		`x/walkthrough.md:8: the text names "Never", but the interface does not show it at this step`,
		`x/walkthrough.md:9: the text names "Nowhere", but the interface does not show it at this step`,
		`x/walkthrough.md:24: the text names "Start", but the interface does not show it at this step`,
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
	equal(t, "findings", toldBy(take), []string{"x/walkthrough.md:10: picture first: it has no alt text: describe the picture in alt:"})
}

func TestASecretInTheFrameYieldsNoPictureAndIsNotRepeated(t *testing.T) {
	inFrame, outside := Rect{110, 104, 60, 12}, Rect{500, 300, 90, 12}
	for what, texts := range secrets {
		for _, secret := range texts {
			f := &stageFake{words: []string{"Save"}, texts: []Text{{Box: inFrame, Words: "It is " + secret}}}
			take := acted(t, f, onePicture)
			equal(t, what, toldBy(take), []string{"x/walkthrough.md:10: picture first: it shows " + what + ": blur it, or use an example domain"})
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
	around, err := sceneryOf(Rect{100, 100, 50, 50}, Survey{
		Texts: []Text{{Box: Rect{110, 105, 20, 10}}, {Box: Rect{120, 125, 20, 10}, Covered: true}, {Box: Rect{10, 10, 20, 10}}},
		Shapes: []Shape{{Box: Rect{102, 103, 8, 9}, Kind: Icon}, {Box: Rect{120, 125, 20, 10}, Kind: Control}, {Box: Rect{100, 148, 50, 1}, Kind: Edge},
			{Box: Rect{102, 103, 8, 9}, Kind: Icon, Covered: true}, {Box: Rect{300, 103, 8, 9}, Kind: Icon}},
	}, nil)
	wantErr(t, err, nil)
	equal(t, "scenery", around, scenery{texts: []Rect{{10, 5, 20, 10}}, solid: []Rect{{2, 3, 8, 9}, {20, 25, 20, 10}}, edges: []Rect{{0, 48, 50, 1}}})
}

func TestABrokenStepDoesNotHideTheNext(t *testing.T) {
	f := &stageFake{words: []string{"Save"}, refuse: map[string]error{`click button "Save"`: errors.New("something lies over it"), "press End": errors.New("there is no such key")}}
	take := acted(t, f, "'''picture first\nalt: x\n'''\n\nPress **Nothing**.\n\n'''picture second\ndo:\n  - press: Tab\n  - click: button \"Save\"\n  - press: Escape\nalt: x\n'''\n\n'''picture third\ndo:\n  - press: End\nalt: x\n'''\n\n'''picture fourth\nalt: x\n'''\n")
	equal(t, "findings", toldBy(take), []string{
		`x/walkthrough.md:17: picture second: click button "Save": something lies over it`,
		"x/walkthrough.md:24: picture third: press End: there is no such key",
	})
	equal(t, "pictures", picturesOf(take), []string{"first-wide-light.png", "fourth-wide-light.png"})
	if slices.Contains(f.did, "press Escape") {
		t.Error("the scene went on")
	}
}

func TestAfterAFailureNothingIsWaitedForLong(t *testing.T) {
	f := &stageFake{refuse: map[string]error{"press Tab": errors.New("no")}}
	acted(t, f, "'''act\ndo:\n  - press: Enter\n'''\n\n'''act\ndo:\n  - press: Tab\n'''\n\n'''act\ndo:\n  - press: Escape\n'''\n")
	equal(t, "in haste", f.hasty, []string{"press Escape"})
}

func TestAFailureShowsTheMomentAndWhatCouldBeNamed(t *testing.T) {
	for name, f := range map[string]*stageFake{
		"an action": {refuse: map[string]error{"press Tab": errors.New("no")}},
		"a mark":    {spots: map[string]Spot{`button "Save"`: {Problem: "gone"}}},
		"a sign-in": {refuse: map[string]error{"enter mooring max@example.com": errors.New("max@example.com can't sign in")}},
	} {
		take := acted(t, f, "'''picture first\nas: max@example.com\ndo:\n  - press: Tab\nmark:\n  - outline: button \"Save\"\nalt: x\n'''\n")
		if len(take.Findings) != 1 || take.Findings[0].Moment == nil {
			t.Fatalf("%s: %v", name, take.Findings)
		}
		m := take.Findings[0].Moment
		equal(t, name+": targets", fmt.Sprint(m.Targets), `[button "Save" doc "client-id"]`)
		if m.Window == nil || m.Window.Bounds() != image.Rect(0, 0, 640*PixelRatio, 400*PixelRatio) {
			t.Errorf("%s: the window is not photographed", name)
		}
	}
}

func TestMistakesOfMarksHaveTheirLine(t *testing.T) {
	f := &stageFake{spots: map[string]Spot{`button "One"`: {Problem: "gone"}, `button "Three"`: {Box: Rect{300, 300, 20, 20}}, "main": {Box: Rect{90, 90, 100, 100}}}}
	take := acted(t, f, "'''picture first\nframe: main\nmark:\n  - outline: button \"One\"\n  - outline: button \"Two\"\n  - blur: button \"Three\"\nalt: x\n'''\n")
	equal(t, "findings", toldBy(take), []string{`x/walkthrough.md:11: picture first: button "One": gone`, `x/walkthrough.md:13: picture first: button "Three": it is not completely inside the frame`})
}

func TestAPageThatIsAnErrorIsToldUnlessItIsAskedFor(t *testing.T) {
	const answers = `x/walkthrough.md:%d: picture first: open /gone: the site answers 404: add answers: 404 if the page is meant to be an error`
	body := "'''picture first\nopen: /gone\nalt: x\n'''\n\n'''picture second\nalt: x\n'''\n"
	equal(t, "not asked for", toldBy(acted(t, &stageFake{status: 404}, body)), []string{fmt.Sprintf(answers, 8)})
	equal(t, "another one", toldBy(acted(t, &stageFake{status: 404}, strings.Replace(body, "alt", "answers: 500\nalt", 1))), []string{fmt.Sprintf(answers, 8)})
	expected := strings.Replace(body, "alt", "answers: 404\ndo:\n  - press: Tab\nalt", 1)
	equal(t, "asked for", toldBy(acted(t, &stageFake{status: 404}, expected+"\n'''act\ndo:\n  - press: Tab\n'''\n")), []string(nil))
	for _, fine := range []int{0, 200, 204, 304} {
		equal(t, fmt.Sprint(fine), toldBy(acted(t, &stageFake{status: fine}, body)), []string(nil))
	}
}

func TestOnlyOnePictureIsTakenAndPlayedTo(t *testing.T) {
	f := &stageFake{words: []string{"Save"}}
	w := parsed(t, "x", guide(fences("**Nowhere**\n\n'''picture first\nopen: /one\n'''\n\n'''picture second\nopen: /two\nalt: x\n'''\n\n'''picture third\nopen: /three\nalt: x\n'''\n")))
	take := Run{Stage: f, Only: "second"}.Act(t.Context(), w)
	equal(t, "findings", toldBy(take), []string(nil))
	equal(t, "pictures", picturesOf(take), []string{"second-wide-light.png"})
	if !slices.Contains(f.did, "open /one") || slices.Contains(f.did, "open /three") {
		t.Errorf("played: %q", f.did)
	}
}

func TestADraftIsTakenInOneLookAsFarAsItGoes(t *testing.T) {
	source := strings.Replace(guide(fences(strings.Replace(onePicture, "mark:", "mark:\n  - underline: text \"gone\"\n  - outline: page", 1))), "themes: [light]", "widths: [wide, narrow]", 1)
	f := &stageFake{words: []string{"Save"}, spots: map[string]Spot{`text "gone"`: {Problem: "gone"}, "page": {Box: Rect{84, 84, 112, 52}}}}
	w := parsed(t, "x", source)
	take := Run{Stage: f, Draft: true}.Act(t.Context(), w)
	equal(t, "findings", toldBy(take), []string{`x/walkthrough.md:13: picture first: text "gone": gone`, "x/walkthrough.md:14: picture first: outline page: " + errNoRoom.Error()})
	equal(t, "pictures", picturesOf(take), []string{"first-wide-light.png"})
	if !strings.Contains(f.svg, "stroke-width") {
		t.Error("the mark that has room is not drawn")
	}
	equal(t, "pictures without draft", len(Run{Stage: f}.Act(t.Context(), w).Pictures), 0)
	f.texts = []Text{{Box: Rect{110, 104, 60, 12}, Words: "max@harbor.io"}}
	equal(t, "with a secret", len(Run{Stage: f, Draft: true}.Act(t.Context(), w).Pictures), 0)
}

func TestWhatALastingWorldKeepsIsUndoneAtTheEnd(t *testing.T) {
	body := "'''act\nopen: /link\n'''\n\n'''undo\nopen: /unlink\n'''\n\n'''act\nopen: /register\n'''\n\n'''undo\nopen: /remove\n'''\n\n'''act\nopen: /last\n'''\n"
	opened := func(lasting bool, refuse string) []string {
		f := &stageFake{refuse: map[string]error{refuse: errors.New("no")}}
		Run{Stage: f, Lasting: lasting}.Act(t.Context(), parsed(t, "x", guide(fences(body))))
		var opened []string
		for _, did := range f.did {
			if where, ok := strings.CutPrefix(did, "open "); ok {
				opened = append(opened, where)
			}
		}
		return opened
	}
	equal(t, "in a demo world", opened(false, ""), []string{"/link", "/register", "/last"})
	equal(t, "in a world that stays", opened(true, ""), []string{"/link", "/register", "/last", "/remove", "/unlink"})
	equal(t, "after a failure", opened(true, "open /register"), []string{"/link", "/register", "/last", "/remove", "/unlink"})
}

func TestNobodyIsANewVisitorEachTime(t *testing.T) {
	f := &stageFake{}
	acted(t, f, "'''act\nas: max@example.com\n'''\n\n'''act\nas: nobody\n'''\n\n'''act\n'''\n\n'''act\nas: nobody\n'''\n")
	var entered []string
	for _, did := range f.did {
		if who, ok := strings.CutPrefix(did, "enter "); ok {
			entered = append(entered, who)
		}
	}
	equal(t, "entered", entered, []string{"mooring max@example.com", "mooring nobody", "mooring nobody"})
}

func TestABlurredPictureKnowsWhatItHides(t *testing.T) {
	f := &stageFake{words: []string{"Save"}, texts: []Text{{Box: Rect{110, 104, 60, 12}, Words: "max@harbor.io"}}}
	take := acted(t, f, strings.Replace(onePicture, "outline", "blur", 1))
	equal(t, "findings", toldBy(take), []string(nil))
	equal(t, "hidden", take.Pictures["first-wide-light.png"].Hidden, []image.Rectangle{image.Rect(28, 28, 196, 76)})
}

func TestNobodyEntersTwiceInARow(t *testing.T) {
	f := &stageFake{}
	acted(t, f, "'''act\nas: max@example.com\n'''\n\n'''act\nas: max@example.com\n'''\n\n'''act\non: portal\n'''\n\n'''act\n'''\n\n'''act\non: mooring\n'''\n\n'''act\nas: ada@example.com\n'''\n\n'''act\non: portal\n'''\n\n'''act\non: console\n'''\n\n'''act\nas: ada@example.com\n'''\n")
	var entered []string
	for _, did := range f.did {
		if who, ok := strings.CutPrefix(did, "enter "); ok {
			entered = append(entered, who)
		}
	}
	equal(t, "entered", entered, []string{"mooring max@example.com", "portal max@example.com", "mooring max@example.com", "mooring ada@example.com", "portal ada@example.com", "console ada@example.com", "mooring ada@example.com"})
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

func TestWhatCannotBeRememberedIsTold(t *testing.T) {
	f := &stageFake{refuse: map[string]error{`read doc "id"`: errors.New("it says nothing")}}
	take := acted(t, f, "'''act\ndo:\n  - remember: id\n    from: doc \"id\"\n'''\n\n'''picture first\nalt: x\n'''\n")
	equal(t, "findings", toldBy(take), []string{`x/walkthrough.md:10: remember id from doc "id": it says nothing`})
}

func TestANameThatNobodyRememberedIsTold(t *testing.T) {
	take := acted(t, &stageFake{}, "'''act\ndo:\n  - type: \"{id}\"\n    into: textbox \"ID\"\n'''\n")
	equal(t, "in an action", toldBy(take), []string{`x/walkthrough.md:10: type {id} into textbox "ID": nothing was remembered as {id}; known names are [mooring]`})
	take = acted(t, &stageFake{}, "'''picture first\nalt: x\nmark:\n  - outline: text \"{id}\"\n'''\n")
	equal(t, "in a mark", toldBy(take), []string{"x/walkthrough.md:11: picture first: nothing was remembered as {id}; known names are [mooring]"})
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

func TestFindingsLeadToTheirPlace(t *testing.T) {
	equal(t, "all", Finding{"link-azure", 12, "picture ids", "it is gone", nil}.String(), "link-azure/walkthrough.md:12: picture ids: it is gone")
	equal(t, "no line", Finding{"link-azure", 0, "README.md", "it is missing", nil}.String(), "link-azure/walkthrough.md: README.md: it is missing")
	equal(t, "no part", Finding{"link-azure", 3, "", "x", nil}.String(), "link-azure/walkthrough.md:3: x")
}

func TestAWindowGrowsWithWhatIsFramed(t *testing.T) {
	body := strings.Replace(onePicture, "frame: main", "frame: main\nmargin: 20", 1)
	high := func(body string) []string {
		f := &stageFake{words: []string{"Save"}, spots: map[string]Spot{"main": {Box: Rect{0, 0, 600, 400}, Lacks: 250.5}}}
		f.then = map[string]func(*stageFake){"look wide-light 690": func(f *stageFake) { f.spots = nil }}
		acted(t, f, body)
		var looks []string
		for _, did := range f.did {
			if strings.HasPrefix(did, "look") {
				looks = append(looks, did)
			}
		}
		return looks
	}
	equal(t, "looks", high(body), []string{"look wide-light 0", "look wide-light 0", "look wide-light 690", "look wide-light 0"})
	equal(t, "with a height of its own", high(strings.Replace(body, "margin", "height: 500\nmargin", 1)), []string{"look wide-light 0", "look wide-light 500", "look wide-light 0"})
}
