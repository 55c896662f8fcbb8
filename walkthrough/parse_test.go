package walkthrough

import (
	"fmt"
	"image"
	"strings"
	"testing"
)

func TestAHeadSaysWhatTheWalkthroughIs(t *testing.T) {
	w := parsed(t, "link-azure", "---\nsummary: |\n  Link a subscription,\n  and see it work.\norder: 7\nworld: bare\nlinked: 40\nfor: administrators\nthemes: [dark, light]\nwidths: [narrow, wide]\n---\n\n# Link an *account*\n")
	equal(t, "name", w.Name, "link-azure")
	equal(t, "title", w.Title, "Link an account")
	equal(t, "summary", w.Summary, "Link a subscription, and see it work.")
	equal(t, "order, world, linked", fmt.Sprint(w.Order, " ", w.World, " ", w.Linked), "7 bare 40")
	equal(t, "audience", w.Audience, Administrators)
	equal(t, "looks", fmt.Sprint(w.Looks), "[narrow-dark narrow-light wide-dark wide-light]")
}

func TestAHeadThatSaysLittleMeansTheDemoInBothThemes(t *testing.T) {
	w := parsed(t, "x", "---\nsummary: Do it.\n---\n# Do it\n")
	equal(t, "world", w.World, DemoWorld)
	equal(t, "audience", w.Audience, Everyone)
	equal(t, "looks", fmt.Sprint(w.Looks), "[wide-light wide-dark]")
}

func TestWhatIsWrongWithAHeadIsToldWithItsLine(t *testing.T) {
	const none = "1: the file must begin with a header between two --- lines, with at least a summary"
	for head, want := range map[string]string{
		"":                                   none,
		"# Do it\n":                          none,
		"---\n---\n# Do it\n":                none,
		"---\nsummary: Do it.\n# Do it\n":    none,
		"---\norder: 1\n---\n# Do it\n":      "1: summary: describe the walkthrough in one sentence",
		"---\nsummary: ' '\n---\n# Do it\n":  "2: summary: describe the walkthrough in one sentence",
		"---\nsummary: Do it.\n---\nDo it\n": "4: the title is missing: begin with a line # Title",
		"---\nsummary: Do it.\n---\n":        "4: the title is missing: begin with a line # Title",
	} {
		equal(t, head, mistakesOf(t, "x", head), []string{want})
	}
	for line, want := range map[string]string{
		"titel: x":             `3: unknown field "titel"`,
		"summary: again":       `3: mapping key "summary" already defined at [1:1]`,
		"order: first":         "3: cannot unmarshal string into Go struct field head.Order of type int",
		"themes: [blue]":       `3: themes: "blue" is not one of light and dark, or is listed twice`,
		"themes: [dark, dark]": `3: themes: "dark" is not one of light and dark, or is listed twice`,
		"themes: []":           "3: themes: name at least one of light and dark",
		"widths: [huge]":       `3: widths: "huge" is not one of wide and narrow, or is listed twice`,
		"widths: []":           "3: widths: name at least one of wide and narrow",
		"world: moon":          `3: world: "moon" is neither demo nor bare`,
		"linked: -1":           "3: linked: specify at most 1000",
		"for: sailors":         `3: for: "sailors" is not administrators; leave it out if the page is for everyone`,
		"former: [x]":          "3: former: list earlier names of the walkthrough's folder",
		"former: [../y]":       "3: former: list earlier names of the walkthrough's folder",
		"linked: 1001":         "3: linked: specify at most 1000",
	} {
		equal(t, line, mistakesOf(t, "x", "---\nsummary: Do it.\n"+line+"\n---\n# Do it\n"), []string{want})
	}
}

func TestANameBecomesAPartOfAddresses(t *testing.T) {
	for _, name := range []string{"", "Azure", "link_azure", "link azure", "-link", "link-", "link--azure", "../link", "link/azure", "lïnk", strings.Repeat("a", 61)} {
		if _, err := Parse(name, []byte(guide(""))); err == nil || ValidName(name) {
			t.Errorf("%q is taken", name)
		}
	}
	for _, name := range []string{"a", "link-azure", "2016", strings.Repeat("a", 60)} {
		parsed(t, name, guide(""))
	}
}

func TestWhatIsWrongWithAStepIsToldWithItsLine(t *testing.T) {
	roles := "a target begins with one of " + strings.Join(Roles, ", ")
	actions := fmt.Sprintf("an action is one of %v, with into:, in:, to: or from: where it needs one", verbs)
	marks := fmt.Sprintf("a mark is one of %v with its target", markKinds)
	const alone = "the block must begin and end with a line of ```, outside quotations"
	picture := func(data string) string { return "'''picture first\n" + data + "\n'''\n" }
	for _, test := range []struct {
		body string
		line int // of the body
		says string
	}{
		{picture("alt: x\ncapton: y"), 3, `unknown field "capton"`},
		{picture("alt: x\nalt: y"), 3, `mapping key "alt" already defined at [1:1]`},
		{picture("alt: [x"), 2, "sequence end token ']' not found"},
		{picture("- alt"), 2, "sequence was used where mapping is expected"},
		{picture("alt: x\ndo: click"), 3, "string was used where mapping is expected"},
		{picture("do:\n  - jump: button \"Save\""), 3, actions},
		{picture("do:\n  - click: button \"Save\"\n    into: main"), 3, actions},
		{picture("do:\n  - click: knob \"Save\""), 3, `"knob \"Save\"": ` + roles},
		{picture("do:\n  - click: button"), 3, `"button": the role must be followed by a name in quotation marks, as in button "Save"`},
		{picture("do:\n  - click: 'button \"\"'"), 3, `"button \"\"": the name is empty or cannot be read`},
		{picture("do:\n  - click: 'button \"Save\" of main'"), 3, `"button \"Save\" of main": unexpected "of main" after the name`},
		{picture("do:\n  - click:"), 3, "click: is empty"},
		{picture("do:\n  - type: Production"), 3, "type: add into: with the target"},
		{picture("do:\n  - choose: Reader"), 3, "choose: add in: with the target"},
		{picture("do:\n  - attach: a.cer"), 3, "attach: add to: with the target"},
		{picture("do:\n  - remember: id"), 3, "remember: add from: with the target"},
		{picture("frame: knob"), 2, `"knob": ` + roles},
		{picture("frame:\n  - main\n  - knob"), 4, `"knob": ` + roles},
		{picture("mark:\n  - circle: main"), 3, marks},
		{picture("mark:\n  - outline: main\n    badge: main"), 3, marks},
		{picture("mark:\n  - width: wide"), 3, marks},
		{picture("mark:\n  - outline: knob"), 3, `"knob": ` + roles},
		{picture("mark:\n  - callout: main"), 3, "a callout, and only a callout, has a text"},
		{picture("mark:\n  - outline: main\n    text: Here"), 3, "a callout, and only a callout, has a text"},
		{picture("mark:\n  - outline: main\n    width: huge"), 3, `width: "huge" is neither wide nor narrow`},
		{picture("on: moon"), 2, `on: "moon" is not one of mooring, portal, console, google, oracle, digitalocean`},
		{picture("as: max@example.com\non: portal"), 2, "as: can't be used on the portal, which has no sign-in"},
		{picture("as: max@example.com\non: console"), 2, "as: can't be used on the console, which has no sign-in"},
		{picture("margin: -1"), 2, "margin: specify 0 to 200 CSS pixels"},
		{picture("margin: 201"), 2, "margin: specify 0 to 200 CSS pixels"},
		{picture("height: -1"), 2, "height: specify at most 4000 CSS pixels"},
		{picture("height: 4001"), 2, "height: specify at most 4000 CSS pixels"},
		{"'''picture First\n'''\n", 1, `a picture needs a name of small letters, digits and hyphens after the word picture, not "First"`},
		{"'''picture\n'''\n", 1, `a picture needs a name of small letters, digits and hyphens after the word picture, not ""`},
		{picture("answers: 200"), 2, "answers: specify the status of the answer, from 400 to 599; other statuses are not errors"},
		{"'''act\nalt: x\n'''\n", 1, "a block without a picture can't have frame, mark, alt or caption: begin it with picture and a name instead"},
		{"'''act\nframe: main\n'''\n", 1, "a block without a picture can't have frame, mark, alt or caption: begin it with picture and a name instead"},
		{"'''terminal\nrun: ls\n'''\n", 1, `a terminal needs a name of small letters, digits and hyphens after the word terminal, not ""`},
		{"'''terminal list\n'''\n", 1, "run: specify the command"},
		{"'''terminal list\nrun: ls\nsudo: yes\n'''\n", 3, `unknown field "sudo"`},
		{"'''terminal list\nrun: ls\nshow:\n  - match: (\n    as: x\n'''\n", 3, "show: error parsing regexp: missing closing ): `(`"},
		{"'''terminal list\nrun: ls\nremember:\n  id: (\n'''\n", 3, "remember: error parsing regexp: missing closing ): `(`"},
		{"Text.\n\n" + picture("alt: x") + "\n'''act first\n'''\n", 7, `two blocks have the name "first"`},
		{picture("alt: x") + "\n'''terminal   first\nrun: ls\n'''\n", 5, `two blocks have the name "first"`},
		{"'''picture first\nalt: x\n", 1, alone},
		{"* '''picture first\n  alt: x\n  '''\n", 1, alone},
		{"> '''picture first\n> alt: x\n> '''\n", 1, alone},
		{"* One\n\n  '''picture first\n  alt: x\n\nTwo\n", 3, alone},
		{"Text.\n\n# Another\n", 3, "there can be only one title (#); begin sections with ##"},
		{"Text <b>bold</b\n>.\n", 1, "a walkthrough can't contain HTML or other pictures: write a picture block"},
		{"Text.\n\n<!-- quiet -->\n", 3, "a walkthrough can't contain HTML or other pictures: write a picture block"},
		{"Text\nand ![x](y.png)\n", 2, "a walkthrough can't contain HTML or other pictures: write a picture block"},
	} {
		want := fmt.Sprintf("%d: %s", linesOfHead+test.line, test.says)
		got := mistakesOf(t, "x", guide(fences(test.body)))
		if len(got) == 0 || got[0] != want {
			t.Errorf("%s\n got %q\nwant %q", test.body, got, want)
		}
	}
}

func TestAllMistakesAreToldAtOnce(t *testing.T) {
	got := mistakesOf(t, "x", guide(fences(`<br>

'''picture first
capton: x
'''

'''terminal second
'''

# Another

'''picture first
on: moon
'''
`)))
	equal(t, "mistakes", got, []string{
		"8: a walkthrough can't contain HTML or other pictures: write a picture block",
		`11: unknown field "capton"`,
		"14: run: specify the command",
		"17: there can be only one title (#); begin sections with ##",
		`20: on: "moon" is not one of mooring, portal, console, google, oracle, digitalocean`,
		`19: two blocks have the name "first"`,
	})
}

func TestAllMistakesOfAListAreToldEachWithItsLine(t *testing.T) {
	for _, key := range []string{"do:\n  - click: button \"Save\"\n  - jump: main\n  - type: x\n    into: main\n  - click: knob", "mark:\n  - blur: main\n  - circle: main\n  - outline: main\n    width: wide\n  - outline: knob"} {
		got := mistakesOf(t, "x", guide(fences("'''picture first\nalt: x\n"+key+"\n'''\n")))
		var lines []string
		for _, m := range got {
			line, _, _ := strings.Cut(m, ":")
			lines = append(lines, line)
		}
		equal(t, key, lines, []string{"12", "15"})
	}
}

func TestAMistakeLeadsToItsPlace(t *testing.T) {
	_, err := Parse("link-azure", []byte(guide("<br>\n")))
	equal(t, "mistake", err.Error(), "link-azure/walkthrough.md:8: a walkthrough can't contain HTML or other pictures: write a picture block")
}

func TestLinesOfWindowsMeanTheSame(t *testing.T) {
	source := guide(fences("Press **Save**.\n\n'''picture first\nalt: x\n'''\n"))
	one, other := parsed(t, "x", source), parsed(t, "x", strings.ReplaceAll(source, "\n", "\r\n"))
	equal(t, "steps", fmt.Sprintf("%+v", *other.Steps[0]), strings.ReplaceAll(fmt.Sprintf("%+v", *one.Steps[0]), fmt.Sprintf("%p", one.Steps[0].Scene), fmt.Sprintf("%p", other.Steps[0].Scene)))
	equal(t, "source", string(other.source), string(one.source))
	equal(t, "mistakes", mistakesOf(t, "x", strings.ReplaceAll(guide("Text.\n\n<br>\n"), "\n", "\r\n")),
		[]string{"10: a walkthrough can't contain HTML or other pictures: write a picture block"})
}

func TestStepsHaveTheProseAboveTheirBlocks(t *testing.T) {
	w := parsed(t, "x", guide(fences(`Open **Account
info**, *then* **Cloud Providers**.

* Choose **Azure `+"`AD`"+`**.

  '''picture first
  alt: x
  '''

'''sh
ls
'''

**Run** it.

'''terminal second
run: ls
'''

'''act
open: /
'''

The **end**.
`)))
	var got []string
	for _, step := range w.Steps {
		kind := "nothing"
		switch {
		case step.Terminal != nil:
			kind = "terminal " + step.Terminal.Name
		case step.Scene != nil && step.Scene.Picture:
			kind = "picture " + step.Scene.Name
		case step.Scene != nil:
			kind = "act"
		}
		got = append(got, fmt.Sprint(step.Line, " ", kind, " ", step.Labels))
	}
	equal(t, "steps", got, []string{"13 picture first [{Account info 8} {Cloud Providers 9} {Azure AD 11}]", "23 terminal second [{Run 21}]", "27 act []", "0 nothing [{end 31}]"})
	equal(t, "pictures", w.Pictures(), 1)
	equal(t, "scenes", len(w.Scenes()), 2)
}

func TestHeadingsHaveTheAnchorsThatCodeHostsGiveThem(t *testing.T) {
	w := parsed(t, "x", guide("## Upload it (2016)\n\n## Client ID & secret\n\n## Again\n\n## Again\n\n## snake_case-word\n"))
	var anchors []string
	for _, part := range w.parts() {
		anchors = append(anchors, part.Anchor)
	}
	equal(t, "anchors", anchors, []string{"", "upload-it-2016", "client-id--secret", "again", "again-1", "snake_case-word"})
}

func FuzzParse(f *testing.F) {
	for _, body := range []string{"", "Open **Save**.\n\n'''picture a\nalt: x\nmark:\n  - callout: main\n    text: x\n'''\n", "1. x\n\n   '''act\n   do:\n     - press: Enter\n   '''\n",
		"~~~terminal a\nrun: ls\nshow:\n  - match: .\n    as: x\n~~~", "> '''picture a\n> alt: x", "| a |\n|---|\n| **b** |\n\n<x>\n# y", "'''picture a\nframe: [main, page]\n",
		"[x](#y) <https://z.example> ~~w~~\n\n***\n**"} {
		f.Add([]byte(guide(fences(body))))
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		w, err := Parse("x", source)
		if err != nil {
			if err.Error() == "" || !strings.HasPrefix(err.Error(), "x/"+SourceFile+":") {
				t.Fatalf("the mistake has no place: %v", err)
			}
			return
		}
		if w.Title == "" || w.Summary == "" || len(w.parts()) == 0 || len(w.Looks) == 0 {
			t.Fatal("taken, and something is missing")
		}
		if len(w.blocks)+1 != len(w.Steps) {
			t.Fatalf("%d blocks and %d steps", len(w.blocks), len(w.Steps))
		}
		of := func(string) (image.Point, error) { return image.Point{X: 20, Y: 10}, nil }
		page, err := w.finished(of, func(string) string { return "$ ls\n" })
		if err != nil || len(page) == 0 {
			t.Fatal(err)
		}
		if _, err := w.body(setting{of: of, transcript: func(string) string { return "" }, picture: func(f string) string { return f }, link: func(to string) string { return to }, anchor: func(a string) string { return a }}); err != nil {
			t.Fatal(err)
		}
		CheckLinks([]*Walkthrough{w})
	})
}
