package camera_test

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"mooring/walkthrough"
	"mooring/walkthrough/camera"
)

var stopChromium = func() {}

// chromium is the one browser of all tests.
var chromium = sync.OnceValues(func() (*camera.Browser, error) {
	b, err := camera.Start(context.Background())
	if err == nil {
		stopChromium = b.Close
	}
	return b, err
})

func TestMain(m *testing.M) {
	code := m.Run()
	stopChromium()
	os.Exit(code)
}

// needChromium skips the test where there is no browser, unless the
// environment says that there has to be one.
func needChromium(t *testing.T) *camera.Browser {
	t.Helper()
	_, err := camera.Find()
	switch {
	case err == nil:
	case os.Getenv("MOORING_E2E") == "required":
		t.Fatal("no Chromium (chromium, chromium-browser or google-chrome) in PATH, and MOORING_E2E=required")
	default:
		t.Skip("no Chromium (chromium, chromium-browser or google-chrome) in PATH; install it, or see CONTRIBUTING.md")
	}
	b, err := chromium()
	if err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	return b
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

func wantErr(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error is %v, want %v", err, want)
	}
}

// site serves pages by their paths. changed goes into every page.
type site struct {
	*httptest.Server
	mux     *http.ServeMux
	changed atomic.Value
}

const pageStyle = `<!DOCTYPE html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Harbor</title><style>
	:root { color-scheme: light dark }
	body { margin: 0; font: 16px/1.5 "DejaVu Sans", sans-serif; background: light-dark(#ffffff, #101416); color: light-dark(#14191b, #e6eaea) }
</style>`

func newSite(t *testing.T) *site {
	s := &site{mux: http.NewServeMux()}
	s.changed.Store("")
	s.Server = httptest.NewServer(s.mux)
	t.Cleanup(s.Close)
	return s
}

// page serves a page with this body.
func (s *site) page(path string, body func(changed string) string) {
	s.mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, pageStyle, body(s.changed.Load().(string)))
	})
}

func (s *site) fixed(path, body string) { s.page(path, func(string) string { return body }) }

// fences writes blocks with ”' for the fences, which Go's raw strings cannot
// hold.
func fences(text string) string { return strings.ReplaceAll(text, "'''", "```") }

func guide(t *testing.T, head, body string) *walkthrough.Walkthrough {
	t.Helper()
	w, err := walkthrough.Parse("x", []byte("---\nsummary: Do it.\n"+head+"\n---\n# Do it\n\n"+fences(body)))
	wantErr(t, err, nil)
	return w
}

// stage is where walkthroughs play on the site, with tabs of its own.
func (s *site) stage(t *testing.T) *camera.Stage {
	t.Helper()
	stage := needChromium(t).Stage(t.Context(), camera.World{
		Sites: map[string]string{walkthrough.OnMooring: s.URL, walkthrough.OnPortal: s.URL + "/portal", walkthrough.OnConsole: s.URL + "/console"}, Password: "right", Folder: t.TempDir(),
	})
	t.Cleanup(stage.Close)
	return stage
}

// act acts a walkthrough out in the browser.
func act(t *testing.T, stage *camera.Stage, w *walkthrough.Walkthrough) *walkthrough.Take {
	t.Helper()
	return walkthrough.Run{Stage: stage}.Act(t.Context(), w)
}

func told(take *walkthrough.Take) []string {
	var all []string
	for _, f := range take.Findings {
		all = append(all, f.String())
	}
	return all
}

// compared tells what a take would change, and how many pictures are the same.
func compared(t *testing.T, root string, w *walkthrough.Walkthrough, take *walkthrough.Take) (changes []walkthrough.Change, says []string, identical int) {
	t.Helper()
	changes, identical, err := w.Compare(os.DirFS(root), take)
	wantErr(t, err, nil)
	for _, c := range changes {
		says = append(says, c.Finding().String())
	}
	return changes, says, identical
}

func stored(t *testing.T, w *walkthrough.Walkthrough, take *walkthrough.Take) string {
	t.Helper()
	equal(t, "findings", told(take), []string(nil))
	root := t.TempDir()
	changes, _, _ := compared(t, root, w, take)
	for _, c := range changes {
		wantErr(t, c.Apply(root), nil)
	}
	return root
}

func pixel(img image.Image, x, y int) string {
	c := color.NRGBAModel.Convert(img.At(img.Bounds().Min.X+x, img.Bounds().Min.Y+y)).(color.NRGBA)
	return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B)
}

// bay is the page that changes.
func bay(changed string) string {
	label, word, address, more := "Save", "Linked", "max@example.com", ""
	style := ""
	switch changed {
	case "label":
		label = "Store"
	case "word":
		word = "Locked"
	case "secret":
		address = "max@harbor.io"
	case "hidden":
		style = "visibility: hidden"
	case "moved":
		style = "margin-left: 60px"
	case "dialog":
		more = `<div role="dialog" aria-label="News" style="position: fixed; left: 0; top: 100px; width: 300px; height: 200px; background: gray">News</div>`
	case "pixel":
		more = `<i style="position: absolute; left: 0; top: 0; width: 1px; height: 1px; background: red"></i>`
	case "second":
		more = `<button>Save</button>`
	}
	return fmt.Sprintf(`<main style="position: relative; padding: 40px; width: 420px"><h1>Harbor</h1><p>%s by %s</p><p><button style="%s">%s</button></p>%s</main>`, word, address, style, label, more)
}

const bayGuide = `Press **Save**. See [the end](#the-end).

'''picture save
open: /
frame: main
mark:
  - outline: button "Save"
alt: The button.
'''

## The end

'''act
open: /elsewhere
'''
`

func TestACheckNamesWhatHasChanged(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.page("/{$}", bay)
	s.fixed("/elsewhere", "<h1>So that no words stay behind</h1>")
	const head = "themes: [light]"
	w := guide(t, head, bayGuide)
	stage := s.stage(t)
	root := stored(t, w, act(t, stage, w))
	const at, mark, picture = "x/walkthrough.md:9: picture save: ", "x/walkthrough.md:13: picture save: ", "x/walkthrough.md: pictures/save-wide-light.png: the picture has changed in "
	const noLabel = `x/walkthrough.md:7: the text names "Save", but the interface does not show it at this step`
	for _, test := range []struct {
		name, changed     string
		source            func(string) string
		findings, changes []string
		identical         int
	}{
		{name: "nothing", identical: 1},
		{name: "a label", changed: "label", findings: []string{mark + `button "Save": it is not on the page; the page has these of the role button: ["Store"]`, noLabel}},
		{name: "a hidden target", changed: "hidden", findings: []string{mark + `button "Save": it is not on the page`, noLabel}},
		{name: "a moved button", changed: "moved", changes: []string{picture}},
		{name: "a dialog over it", changed: "dialog", findings: []string{mark + `button "Save": it is covered by: News`}},
		{name: "a secret", changed: "secret", findings: []string{at + "it shows an e-mail address: blur it, or use an example domain"}},
		{name: "a second one", changed: "second", findings: []string{mark + `button "Save": the page has 2 of it: specify a part, as in button "Save" in region "…"`}},
		{name: "a pixel in a corner", changed: "pixel"},
		{name: "a word", changed: "word", changes: []string{picture}},
		{name: "a broken link", source: func(text string) string { return strings.Replace(text, "(#the-end)", "(#the-ent)", 1) },
			findings: []string{`x/walkthrough.md:7: the link "#the-ent" leads to a heading that does not exist`}, changes: []string{"x/walkthrough.md: README.md: the finished page does not match its source"}, identical: 1},
		{name: "no alt text", source: func(text string) string { return strings.Replace(text, "alt: The button.\n", "", 1) },
			findings: []string{at + "it has no alt text: describe the picture in alt:"}, changes: []string{"x/walkthrough.md: README.md: the finished page does not match its source"}, identical: 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			s.changed.Store(test.changed)
			w := w
			if test.source != nil {
				w = guide(t, head, test.source(bayGuide))
			}
			take := act(t, stage, w)
			findings := told(take)
			for _, f := range walkthrough.CheckLinks([]*walkthrough.Walkthrough{w}) {
				findings = append(findings, f.String())
			}
			equal(t, "findings", findings, test.findings)
			_, says, identical := compared(t, root, w, take)
			for i := range says {
				if before, _, ok := strings.Cut(says[i], picture); ok {
					says[i] = before + picture
				}
			}
			equal(t, "changes", says, test.changes)
			equal(t, "identical", identical, test.identical)
		})
	}
}

const looksGuide = `'''picture page
open: /
frame: page
height: 300
alt: All of it.
'''

'''picture marked
frame: button "Save"
margin: 200
mark:
  - outline: button "Save"
  - badge: button "Save"
  - callout: button "Save"
    text: Press it, and wait until it is done
alt: The button.
'''
`

func TestPicturesAreTheSameEachTimeInEveryLook(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.fixed("/{$}", `<style>@media (max-width: 40rem) { .wide { display: none } }
		@keyframes turn { to { transform: rotate(1turn) } } i { display: block; width: 9px; height: 9px; background: teal; transition: all 1s }</style>
		<main style="padding: 140px 90px 200px"><h1>Harbor <span class="wide">at sea</span></h1><i></i><input value="a caret" autofocus> <button style="margin: 8px">Save</button></main>`)
	w := guide(t, "themes: [light, dark]\nwidths: [wide, narrow]", looksGuide)
	first := stored(t, w, act(t, s.stage(t), w))
	again := act(t, s.stage(t), w)
	changes, says, identical := compared(t, first, w, again)
	equal(t, "changes", says, []string(nil))
	equal(t, "identical", identical, 8)
	equal(t, "changes", len(changes), 0)

	second := stored(t, w, again)
	page, err := os.ReadFile(filepath.Join(first, "x", walkthrough.PageFile))
	wantErr(t, err, nil)
	for name, ground := range map[string]string{"wide-light": "#ffffff", "wide-dark": "#101416", "narrow-light": "#ffffff", "narrow-dark": "#101416"} {
		for _, picture := range []string{"page", "marked"} {
			file := picture + "-" + name + ".png"
			one, err := os.ReadFile(filepath.Join(first, "x", "pictures", file))
			wantErr(t, err, nil)
			other, err := os.ReadFile(filepath.Join(second, "x", "pictures", file))
			wantErr(t, err, nil)
			if string(one) != string(other) {
				t.Errorf("%s has other bytes each time", file)
			}
			img, err := png.Decode(strings.NewReader(string(one)))
			wantErr(t, err, nil)
			equal(t, file+" in its corner", pixel(img, 1, 1), ground)
			size := img.Bounds().Size()
			if markup := fmt.Sprintf(`pictures/%s" width="%d" height="%d"`, file, size.X/2, size.Y/2); !strings.Contains(strings.ReplaceAll(string(page), ` alt="All of it."`, ""), markup) && !strings.Contains(strings.ReplaceAll(string(page), ` alt="The button."`, ""), markup) {
				t.Errorf("the page does not say %s", markup)
			}
			if picture == "page" {
				want := image.Point{X: 2560, Y: 600}
				if strings.HasPrefix(name, "narrow") {
					want.X = 780
				}
				equal(t, file, size, want)
			}
		}
	}
}

func TestWhatIsBelowTheFoldIsFramedRight(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.fixed("/{$}", `<style>.deep { position: absolute; left: 300px; width: 100px; height: 40px; background: #1020ff }
		nav { position: sticky; top: 0; height: 30px; background: gray }</style><nav>Above all</nav>
		<main style="height: 5000px"><div class="deep" data-doc="deep" style="top: 2400px"></div><div class="deep" data-doc="last" style="top: 4960px"></div>
		<div style="position: absolute; top: 700px; left: 20px; width: 200px; height: 90px; overflow: auto"><div style="height: 900px"></div><div data-doc="inner" style="margin: 20px; width: 60px; height: 30px; background: #1020ff"></div><div style="height: 900px"></div></div></main>`)
	w := guide(t, "themes: [light]", `'''picture deep
open: /
frame: doc "deep"
mark:
  - outline: doc "deep"
alt: x
'''

'''picture last
frame: doc "last"
mark:
  - outline: doc "last"
alt: x
'''

'''picture inner
frame: doc "inner"
mark:
  - outline: doc "inner"
alt: x
'''

'''picture all
height: 500
mark:
  - outline: doc "deep"
alt: x
'''
`)
	take := act(t, s.stage(t), w)
	equal(t, "findings", told(take), []string(nil))
	for picture, size := range map[string]image.Point{"deep": {X: 132, Y: 72}, "last": {X: 132, Y: 72}, "inner": {X: 92, Y: 62}} {
		img := take.Pictures[picture+"-wide-light.png"]
		if img == nil {
			continue
		}
		equal(t, picture, img.Bounds().Size(), size.Mul(2))
		// The middle, inside of the edges, the line around it at 8.5, and beside it.
		for _, want := range []struct {
			x, y   int
			colour string
		}{{size.X, size.Y, "#1020ff"}, {33, size.Y, "#1020ff"}, {size.X, 33, "#1020ff"}, {2*size.X - 34, size.Y, "#1020ff"}, {15, size.Y, "#c2410c"}, {size.X, 15, "#c2410c"}, {2*size.X - 16, size.Y, "#c2410c"}, {30, size.Y, "#ffffff"}, {1, 1, "#ffffff"}} {
			equal(t, fmt.Sprintf("%s at %d, %d", picture, want.x, want.y), pixel(img, want.x, want.y), want.colour)
		}
	}
	if img := take.Pictures["all-wide-light.png"]; img != nil {
		equal(t, "the whole window", img.Bounds().Size(), image.Point{X: 2560, Y: 1000})
		middle := 500 // of the window, where the first target of a picture goes
		equal(t, "the target in it", pixel(img, 700, middle), "#1020ff")
		equal(t, "the line in it", pixel(img, 600-17, middle), "#c2410c")
	}
}

func TestASceneDoesWhatPeopleDo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.fixed("/{$}", `<a href="/form">Go on</a> <b data-doc="id">AB-12</b>`)
	s.fixed("/form", `<h1>Form</h1><a href="/file">Download</a>
		<label>Name <input id="name" value="what was there before"></label> <label>Role <select id="role"><option>Owner</option><option>Reader</option></select></label>
		<label>Certificate <input type="file" id="file"></label> <button id="load">Load</button> <button id="send">Send</button> <p id="said"></p>
		<script>
			const $ = (id) => document.getElementById(id)
			let roles = '', entered = ''
			$('role').onchange = () => { roles += $('role').value }
			$('name').onkeydown = (e) => { if (e.key === 'Enter') entered = 'entered' }
			$('load').onclick = () => { $('said').textContent = 'Working'; setTimeout(() => { $('said').innerHTML = '<i>Loaded</i>' }, 150) }
			$('send').onclick = async () => {
				const file = $('file').files[0] ? await $('file').files[0].text() : 'none'
				await fetch('/sent', { method: 'POST', body: [$('name').value, roles, entered, file, $('said').innerText].join('|') })
				$('said').textContent = 'Sent'
			}
		</script>`)
	s.mux.HandleFunc("GET /file", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Disposition", `attachment; filename="a.cer"`)
		fmt.Fprint(w, "a certificate")
	})
	var sent atomic.Value
	s.mux.HandleFunc("POST /sent", func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		sent.Store(string(body))
	})
	take := act(t, s.stage(t), guide(t, "themes: [light]", `'''act
open: /
do:
  - remember: id
    from: doc "id"
  - click: link "Go on"
  - wait for: heading "Form"
  - click: link "Download"
  - type: "{id} \"quoted\" äö"
    into: textbox "Name"
  - press: Enter
  - choose: Reader
    in: combobox "Role"
  - attach: a.cer
    to: button "Certificate"
  - click: button "Load"
  - wait until gone: text "Working"
  - wait for: text "Loaded"
  - click: button "Send"
  - wait for: text "Sent"
'''

'''picture end
alt: x
'''
`))
	equal(t, "findings", told(take), []string(nil))
	equal(t, "sent", sent.Load(), any(`AB-12 "quoted" äö|Reader|entered|a certificate|Loaded`))
}

// TestPicturesWaitForWhatIsOnItsWay takes them right after a click, without a
// wait in the walkthrough.
func TestPicturesWaitForWhatIsOnItsWay(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.fixed("/{$}", `<a href="/next">Next</a> <button onclick="late(this)">Late</button> <button onclick="move()">Move</button><script>
		function late(b) { // it comes when the camera has asked often, however slow the machine is
			b.classList.add('htmx-request')
			let asked = 0
			const ask = document.querySelector
			document.querySelector = function (what) {
				if (++asked === 12) { b.classList.remove('htmx-request'); document.body.style.background = '#1020ff' }
				return ask.call(document, what)
			}
		}
		function move() { document.body.animate([{ background: '#ffffff' }, { background: '#208010' }], { duration: 700, fill: 'forwards' }) }</script>`)
	s.fixed("/next", `<body style="background: #ff2010"><h1>Next</h1>`)
	take := act(t, s.stage(t), guide(t, "themes: [light]", `'''picture late
open: /
do:
  - click: button "Late"
height: 200
alt: x
'''

'''picture moved
open: /
do:
  - click: button "Move"
height: 200
alt: x
'''

'''picture one
open: /
do:
  - click: link "Next"
height: 200
alt: x
'''

'''picture two
open: /
do:
  - click: link "Next"
height: 200
alt: x
'''
`))
	equal(t, "findings", told(take), []string(nil))
	for name, want := range map[string]string{"late": "#1020ff", "moved": "#208010", "one": "#ff2010", "two": "#ff2010"} {
		if img := take.Pictures[name+"-wide-light.png"]; img != nil {
			equal(t, name, pixel(img, 1280, 350), want)
		}
	}
}

func TestEverybodyHasABrowserOfTheirOwn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.fixed("/login", `<form method="post" action="/login"><label>E-mail address <input name="email"></label> <label>Password <input type="password" name="password"></label> <button>Sign in</button></form>`)
	s.mux.HandleFunc("POST /login", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("password") == "right" {
			http.SetCookie(w, &http.Cookie{Name: "who", Value: strings.Split(r.FormValue("email"), "@")[0]})
		}
		http.Redirect(w, r, "/home", http.StatusSeeOther)
	})
	hello := func(w http.ResponseWriter, r *http.Request) {
		who := "nobody"
		if c, err := r.Cookie("who"); err == nil {
			who = c.Value
		}
		fmt.Fprintf(w, "%s<h1>%s at %s</h1>", pageStyle, who, r.URL.Path)
	}
	s.mux.HandleFunc("GET /home", hello)
	s.mux.HandleFunc("GET /portal/home", hello)
	s.mux.HandleFunc("GET /console/home", hello)
	take := act(t, s.stage(t), guide(t, "themes: [light]", `**ada at /home**

'''act
as: ada@example.com
'''

**nobody at /portal/home**

'''act
on: portal
open: /home
'''

**nobody at /console/home**

'''act
on: console
open: /home
'''

**max at /home**

'''act
as: max@example.com
'''

**ada at /home**

'''act
as: ada@example.com
'''
`))
	equal(t, "findings", told(take), []string(nil))
}

func TestAPageIsPrintedWithItsPictures(t *testing.T) {
	t.Parallel()
	b := needChromium(t)
	file := filepath.Join(t.TempDir(), "page.html")
	wantErr(t, os.WriteFile(file, []byte(pageStyle+"<h1>Harbor</h1>"), 0o600), nil)
	pdf, err := b.Print(t.Context(), file)
	wantErr(t, err, nil)
	if !strings.HasPrefix(string(pdf), "%PDF-") || !strings.Contains(string(pdf), "%%EOF") {
		t.Errorf("it is no PDF: %.20q", pdf)
	}
}

func TestASurveyMeasuresLettersControlsIconsAndBorders(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.fixed("/{$}", `<style>* { box-sizing: border-box } .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden }</style>
		<main style="position: relative; height: 2000px">
		<p style="position: absolute; margin: 0; left: 20px; top: 20px; line-height: 40px">xaz</p>
		<p style="position: absolute; margin: 0; left: 120px; top: 20px; line-height: 40px">Ãgj</p>
		<button style="position: absolute; left: 20px; top: 80px; width: 90px; height: 30px; border: 1px solid; outline: 2px solid blue; outline-offset: 1px">Go</button>
		<svg style="position: absolute; left: 220px; top: 80px" width="16" height="18" aria-label="mark"><path d="M0 0h9v9z"/></svg>
		<section style="position: absolute; left: 20px; top: 140px; width: 300px; height: 100px; border: 1px solid gray; border-left: 0">Card</section>
		<input style="position: absolute; left: 20px; top: 260px; width: 200px; height: 30px; border: 1px solid; padding: 0 10px; font: 16px monospace" value="abcd">
		<pre style="position: absolute; margin: 0; left: 20px; top: 320px; width: 200px; height: 20px; line-height: 20px; overflow: hidden">one
		two</pre>
		<span class="unseen">hidden words</span>
		<p style="position: absolute; margin: 0; left: 20px; top: 793px; line-height: 20px">At the end</p>
		</main>`)
	stage := s.stage(t)
	wantErr(t, stage.Enter(t.Context(), "", walkthrough.OnMooring), nil)
	wantErr(t, stage.Do(t.Context(), walkthrough.Action{Verb: walkthrough.Open, Text: "/"}), nil)
	survey, err := stage.Survey(t.Context(), nil)
	wantErr(t, err, nil)
	texts := map[string]walkthrough.Rect{}
	for _, text := range survey.Texts {
		texts[strings.TrimSpace(text.Words)] = text.Box
	}
	if low, tall := texts["xaz"], texts["Ãgj"]; !(low.H > 6 && low.H < 14 && tall.H > 15 && tall.H < 26 && tall.Y < low.Y && tall.Y+tall.H > low.Y+low.H) {
		t.Errorf("letters: low ones are at %v, tall ones at %v", low, tall)
	}
	if field := texts["abcd"]; field.X != 31 || field.W < 30 || field.W > 60 {
		t.Errorf("the words of a field are at %v", field)
	}
	if _, there := texts["hidden words"]; there {
		t.Error("words that nobody sees are there")
	}
	for words := range texts {
		if box := texts[words]; strings.HasPrefix(words, "one") && box.Y+box.H > 341 {
			t.Errorf("words that are cut off are at %v", box)
		}
	}
	if end := texts["At the end"]; end.Y+end.H < 801 {
		t.Errorf("what the window cuts ends with it: %v", end)
	}
	var shapes []string
	for _, shape := range survey.Shapes {
		shapes = append(shapes, fmt.Sprint(shape.Kind, " ", shape.Box))
	}
	for _, want := range []string{"control {17 77 96 36}", "icon {220 80 16 18}", "edge {20 140 300 1}", "edge {319 140 1 100}", "edge {20 239 300 1}", "control {20 260 200 30}"} {
		if !slices.Contains(shapes, want) {
			t.Errorf("%s is not among %q", want, shapes)
		}
	}
	if slices.Contains(shapes, "edge {20 140 1 100}") {
		t.Error("a side without a border is there")
	}
	equal(t, "dialog", survey.Dialog.Empty(), true)
}

func TestAStageKnowsTheDialogTheStatusAndWhatCanBeNamed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.fixed("/{$}", `<title>x</title><h1>Harbor</h1><p data-doc="client-id">abc</p><button>Hidden behind</button>
		<dialog style="position: fixed; left: 100px; top: 50px; width: 300px; height: 200px; margin: 0; padding: 0; border: 0"><button>Save</button><button>Save</button></dialog>
		<script>document.querySelector('dialog').showModal()</script>`)
	stage := s.stage(t)
	open := func(path string) {
		t.Helper()
		wantErr(t, stage.Do(t.Context(), walkthrough.Action{Verb: walkthrough.Open, Text: path}), nil)
	}
	wantErr(t, stage.Enter(t.Context(), "", walkthrough.OnMooring), nil)
	open("/")
	survey, err := stage.Survey(t.Context(), nil)
	wantErr(t, err, nil)
	equal(t, "dialog", fmt.Sprint(survey.Dialog), "{100 50 300 200}")
	targets, err := stage.Targets(t.Context())
	wantErr(t, err, nil)
	equal(t, "targets", fmt.Sprint(targets), `[button "Save" doc "client-id"]`)
	status := func() int {
		t.Helper()
		status, err := stage.Status(t.Context())
		wantErr(t, err, nil)
		return status
	}
	equal(t, "status", fmt.Sprint(status()), "200")
	open("/nowhere")
	equal(t, "status of what is not there", fmt.Sprint(status()), "404")
}

func TestNobodyIsSomebodyNewAndAWrongPasswordIsSaid(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mux.HandleFunc("GET /login", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, pageStyle, `<form method="post"><label>E-mail address <input name="email"></label><label>Password <input type="password" name="password"></label><button>Sign in</button></form>`)
	})
	s.mux.HandleFunc("POST /login", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("password") == "right" && r.FormValue("email") == "olivia@example.com" {
			http.SetCookie(w, &http.Cookie{Name: "who", Value: "olivia", Path: "/"})
			http.Redirect(w, r, "/", http.StatusSeeOther)
			return
		}
		http.Redirect(w, r, "/login", http.StatusSeeOther)
	})
	s.mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		who, err := r.Cookie("who")
		if err != nil {
			who = &http.Cookie{Value: "nobody"}
		}
		http.SetCookie(w, &http.Cookie{Name: "who", Value: who.Value + "-seen", Path: "/"})
		fmt.Fprint(w, pageStyle, "<h1>"+who.Value+"</h1>")
	})
	stage := needChromium(t).Stage(t.Context(), camera.World{
		Sites: map[string]string{walkthrough.OnMooring: s.URL}, Password: "wrong", Folder: t.TempDir(), SignInHint: ": name somebody with --as",
		People: map[string]camera.Person{"owner@demo.example": {Email: "olivia@example.com", Password: "right"}},
	})
	t.Cleanup(stage.Close)
	shows := func(as string) string {
		t.Helper()
		wantErr(t, stage.Enter(t.Context(), as, walkthrough.OnMooring), nil)
		wantErr(t, stage.Do(t.Context(), walkthrough.Action{Verb: walkthrough.Open, Text: "/"}), nil)
		words, err := stage.Words(t.Context())
		wantErr(t, err, nil)
		return strings.Join(words, " ")
	}
	equal(t, "the owner", strings.HasPrefix(shows("owner@demo.example"), "olivia"), true)
	first := shows(walkthrough.Nobody)
	equal(t, "nobody", first, "nobody-seen") // the first page of a tab is loaded twice
	equal(t, "nobody again", shows(walkthrough.Nobody), "nobody-seen")
	err := stage.Enter(t.Context(), "viewer@demo.example", walkthrough.OnMooring)
	if err == nil || err.Error() != "viewer@demo.example can't sign in at "+s.URL+" with this password: name somebody with --as" {
		t.Errorf("error is %v", err)
	}
}
