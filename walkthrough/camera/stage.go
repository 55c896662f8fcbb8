package camera

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"mooring/walkthrough"
)

// World is where a stage plays.
type World struct {
	Sites      map[string]string // address of each site, without a slash at the end
	Password   string            // of the people who sign in
	People     map[string]Person // who else signs in, by the address that walkthroughs give
	SignInHint string            // what to do when somebody can't sign in; begins with a separator
	Folder     string            // for downloads
}

// Person is somebody who signs in.
type Person struct {
	Email    string
	Password string
}

// Stage plays one walkthrough in a browser. It implements walkthrough.Stage.
type Stage struct {
	ctx      context.Context
	browser  *Browser
	world    World
	tabs     map[string]*tab // by who and where
	current  *tab
	site     string
	darkroom *tab // where pictures get their marks
}

// Stage makes a stage in a world. It ends by Close, or with ctx.
func (b *Browser) Stage(ctx context.Context, world World) *Stage {
	return &Stage{ctx: ctx, browser: b, world: world, tabs: map[string]*tab{}}
}

// Close closes the stage's tabs.
func (s *Stage) Close() {
	for _, t := range s.tabs {
		t.close()
	}
	if s.darkroom != nil {
		s.darkroom.close()
	}
}

// Enter implements walkthrough.Stage.
func (s *Stage) Enter(ctx context.Context, as, on string) error {
	who := as
	if on != walkthrough.OnMooring || as == walkthrough.Nobody {
		who = ""
	}
	s.site = on
	if old := s.tabs[on+" "+who]; old != nil && as == walkthrough.Nobody {
		old.close()
	} else if s.current = old; old != nil {
		return nil
	}
	t, err := s.browser.open(s.ctx)
	if err != nil {
		return err
	}
	s.current, s.tabs[on+" "+who] = t, t
	_, err = chromedp.CallBrowser(t.ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: s.world.Folder,
		BrowserContextID: chromedp.FromContext(t.ctx).BrowserContextID,
	})
	if err != nil || who == "" {
		return err
	}
	if err := s.signIn(ctx, who); err != nil {
		delete(s.tabs, on+" "+who) // the next scene tries again
		return err
	}
	return nil
}

// signInPatience is how long a sign-in may take, once the page has come to rest.
const signInPatience = 3 * time.Second

// signIn signs somebody in, as they do.
func (s *Stage) signIn(ctx context.Context, who string) error {
	person, known := s.world.People[who]
	if !known {
		person = Person{Email: who, Password: s.world.Password}
	}
	password := walkthrough.Target{Role: "textbox", Name: "Password"}
	for _, step := range []walkthrough.Action{
		{Verb: walkthrough.Open, Text: "/login"},
		{Verb: walkthrough.Type, Text: person.Email, Target: walkthrough.Target{Role: "textbox", Name: "E-mail address"}},
		{Verb: walkthrough.Type, Text: person.Password, Target: password},
		{Verb: walkthrough.Click, Target: walkthrough.Target{Role: "button", Name: "Sign in"}},
	} {
		if err := s.Do(ctx, step); err != nil {
			return fmt.Errorf("%s can't sign in at %s: %w", person.Email, s.world.Sites[s.site], err)
		}
	}
	gone := s.current.until(ctx, signInPatience, func() string { return "" }, func() bool {
		still, err := s.current.all(password)
		return err == nil && len(still) == 0
	})
	if gone != nil {
		return fmt.Errorf("%s can't sign in at %s with this password%s", person.Email, s.world.Sites[s.site], s.world.SignInHint)
	}
	return nil
}

// Do implements walkthrough.Stage.
func (s *Stage) Do(ctx context.Context, a walkthrough.Action) error {
	t := s.current
	var err error
	switch a.Verb {
	case walkthrough.Open:
		return t.goTo(ctx, s.address(a.Text))
	case walkthrough.Click:
		err = s.click(ctx, a.Target)
	case walkthrough.Type:
		if err = s.click(ctx, a.Target); err != nil {
			break
		}
		if _, err = chromedp.Call(t.ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: "document.activeElement.select()"}); err == nil {
			_, err = chromedp.Call(t.ctx, input.InsertText, input.InsertTextParams{Text: a.Text})
		}
	case walkthrough.Choose:
		err = s.choose(ctx, a)
	case walkthrough.Attach:
		err = s.attach(ctx, a)
	case walkthrough.Press:
		err = chromedp.Do(t.ctx, chromedp.KeyEvent(keyOf(a.Text)))
		t.pass()
	case walkthrough.WaitFor:
		_, err = t.find(ctx, a.Target, patience)
	case walkthrough.WaitGone:
		err = t.until(ctx, patience, func() string { return "it is still there" }, func() bool {
			found, err := t.all(a.Target)
			return err == nil && len(found) == 0
		})
	case walkthrough.Reload:
		err = s.reload(ctx, a.Target)
	default:
		err = fmt.Errorf("unknown action %s", a.Verb)
	}
	if err != nil {
		return err
	}
	return t.settle(ctx)
}

// reload asks for the page again and again, until something is there that the
// server works on.
func (s *Stage) reload(ctx context.Context, target walkthrough.Target) error {
	t := s.current
	return t.until(ctx, patience, func() string { return "it does not appear, even after reloading the page" }, func() bool {
		if _, err := t.find(ctx, target, pause); err == nil {
			return true
		}
		err := t.reload(ctx)
		_, missing := t.find(ctx, target, pause)
		return err == nil && missing == nil
	})
}

// address puts a path behind the address of the site that the scene plays on.
func (s *Stage) address(path string) string {
	if strings.HasPrefix(path, "/") {
		return s.world.Sites[s.site] + path
	}
	return path
}

// place brings an element into view and gives its middle, unless something else
// lies there.
const place = `function () {
	this.scrollIntoView({ block: 'nearest', behavior: 'instant' })
	const box = this.getClientRects()[0]
	if (!box) return null
	const x = box.x + box.width / 2, y = box.y + box.height / 2
	const there = document.elementFromPoint(x, y)
	return there && (this.contains(there) || there.contains(this) && this.disabled) ? { X: x, Y: y } : null
}`

// click presses the middle of a target, where nothing may lie over it.
func (s *Stage) click(ctx context.Context, target walkthrough.Target) error {
	t := s.current
	if err := t.settle(ctx); err != nil {
		return err
	}
	object, err := t.find(ctx, target, patience)
	if err != nil {
		return err
	}
	var where *struct{ X, Y float64 }
	err = t.until(ctx, patience, func() string { return "something covers it, and nobody can click it" }, func() bool {
		if where, err = on[*struct{ X, Y float64 }](t, object, place); err != nil { // it was replaced meanwhile
			if again, failed := t.find(ctx, target, glance); failed == nil {
				object = again
			}
		}
		return err == nil && where != nil
	})
	if err != nil {
		return err
	}
	return t.mouse(where.X, where.Y)
}

// choose takes an option of a list, as a person does with the keyboard.
func (s *Stage) choose(ctx context.Context, a walkthrough.Action) error {
	object, err := s.current.find(ctx, a.Target, patience)
	if err != nil {
		return err
	}
	there, err := on[[]string](s.current, object, fmt.Sprintf(`function () {
		const option = [...this.options].find((o) => o.text.trim() === %s)
		if (!option) return [...this.options].map((o) => o.text.trim())
		this.value = option.value
		this.dispatchEvent(new Event('input', { bubbles: true }))
		this.dispatchEvent(new Event('change', { bubbles: true }))
		return null
	}`, literal(a.Text)))
	if err == nil && there != nil {
		err = fmt.Errorf("it has no option %q, but %q", a.Text, there)
	}
	return err
}

// attach gives a downloaded file to a field, once it is there.
func (s *Stage) attach(ctx context.Context, a walkthrough.Action) error {
	t := s.current
	object, err := t.find(ctx, a.Target, patience)
	if err != nil {
		return err
	}
	if filepath.Base(a.Text) != a.Text {
		return fmt.Errorf("%q is not the plain name of a downloaded file", a.Text)
	}
	file := filepath.Join(s.world.Folder, a.Text)
	err = t.until(ctx, patience, func() string { return "no such file was downloaded" + s.downloaded() }, func() bool {
		_, err := os.Stat(file)
		return err == nil
	})
	if err != nil {
		return err
	}
	_, err = chromedp.Call(t.ctx, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: []string{file}, ObjectID: object})
	return err
}

func (s *Stage) downloaded() string {
	entries, err := os.ReadDir(s.world.Folder)
	if err != nil || len(entries) == 0 {
		return ""
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return "; there are " + strings.Join(names, ", ")
}

// keys are the keys that have names.
var keys = map[string]string{"Enter": kb.Enter, "Escape": kb.Escape, "Tab": kb.Tab, "ArrowDown": kb.ArrowDown, "ArrowUp": kb.ArrowUp,
	"Home": kb.Home, "End": kb.End}

func keyOf(name string) string {
	if key, ok := keys[name]; ok {
		return key
	}
	return name
}

// Read implements walkthrough.Stage.
func (s *Stage) Read(ctx context.Context, target walkthrough.Target) (string, error) {
	object, err := s.current.find(ctx, target, patience)
	if err != nil {
		return "", err
	}
	said, err := on[string](s.current, object, "function () { return this.value ?? this.innerText }")
	if err == nil && strings.TrimSpace(said) == "" {
		err = fmt.Errorf("it says nothing")
	}
	return strings.TrimSpace(said), err
}

// Words implements walkthrough.Stage.
func (s *Stage) Words(context.Context) ([]string, error) { return ask[[]string](s.current, "words") }

// Look implements walkthrough.Stage.
func (s *Stage) Look(ctx context.Context, l walkthrough.Look, height int) error {
	if err := s.current.look(l, height); err != nil {
		return err
	}
	return s.current.settle(ctx)
}

// Survey implements walkthrough.Stage.
func (s *Stage) Survey(ctx context.Context, targets []walkthrough.Target) (walkthrough.Survey, error) {
	t := s.current
	survey := walkthrough.Survey{Window: t.window, Targets: make([]walkthrough.Spot, len(targets))}
	if _, err := chromedp.Call(t.ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: "scrollTo(0, 0)"}); err != nil {
		return survey, err
	}
	objects := make([]runtime.RemoteObjectID, len(targets))
	for i, target := range targets {
		if target.Role == walkthrough.RolePage {
			continue
		}
		object, err := t.find(ctx, target, glance)
		if err != nil {
			survey.Targets[i].Problem = err.Error()
			continue
		}
		objects[i] = object
		if err := t.bring(object, i == 0); err != nil {
			return survey, err
		}
	}
	if _, err := ask[any](t, "snap"); err != nil {
		return survey, err
	}
	if err := t.settle(ctx); err != nil {
		return survey, err
	}
	for i, target := range targets {
		var err error
		switch {
		case target.Role == walkthrough.RolePage:
			survey.Targets[i].Box = t.window
		case objects[i] != "":
			survey.Targets[i], err = askOf[walkthrough.Spot](t, objects[i], "spot", slices.Contains(tightRoles, target.Role))
		}
		if err != nil {
			return survey, err
		}
	}
	var err error
	if survey.Texts, err = ask[[]walkthrough.Text](t, "texts"); err == nil {
		survey.Shapes, err = ask[[]walkthrough.Shape](t, "shapes")
	}
	if err == nil {
		survey.Dialog, err = ask[walkthrough.Rect](t, "dialog")
	}
	return survey, err
}

// Status implements walkthrough.Stage.
func (s *Stage) Status(context.Context) (int, error) { return ask[int](s.current, "status") }

// bring brings an element into view: the first of a picture to the middle, and
// the others as little as they need.
func (t *tab) bring(object runtime.RemoteObjectID, first bool) error {
	block := "nearest"
	if first {
		block = "center"
	}
	_, err := on[any](t, object, "function () { this.scrollIntoView({ block: '"+block+"', behavior: 'instant' }) }")
	return err
}

// Photograph implements walkthrough.Stage.
func (s *Stage) Photograph(_ context.Context, frame walkthrough.Rect) ([]byte, error) {
	return s.current.photograph(frame)
}

// Develop implements walkthrough.Stage.
func (s *Stage) Develop(ctx context.Context, svg string, size walkthrough.Rect) ([]byte, error) {
	if s.darkroom == nil {
		t, err := s.browser.open(s.ctx)
		if err != nil {
			return nil, err
		}
		s.darkroom = t
	}
	t := s.darkroom
	frame, err := chromedp.Call(t.ctx, page.GetFrameTree, none{})
	if err != nil {
		return nil, err
	}
	if err := t.look(walkthrough.Look{}, int(max(size.H, wideHeight))); err != nil {
		return nil, err
	}
	content := `<!DOCTYPE html><style>html, body { margin: 0 } svg { display: block }</style>` + svg
	if _, err := chromedp.Call(t.ctx, page.SetDocumentContent, page.SetDocumentContentParams{FrameID: frame.FrameTree.Frame.ID, HTML: content}); err != nil {
		return nil, err
	}
	drawn := `document.querySelector('image').decode ? document.querySelector('image').decode().then(() => true) : true`
	if _, err := chromedp.Call(t.ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: drawn, AwaitPromise: &yes}); err != nil {
		return nil, err
	}
	return t.photograph(size)
}

// Print makes a PDF of a page of HTML that needs nothing beside it.
func (b *Browser) Print(ctx context.Context, file string) ([]byte, error) {
	t, err := b.open(ctx)
	if err != nil {
		return nil, err
	}
	defer t.close()
	if err := t.goTo(ctx, "file://"+file); err != nil {
		return nil, err
	}
	margin := 0.6 // inches
	pdf, err := chromedp.Call(t.ctx, page.PrintToPDF, page.PrintToPDFParams{
		PrintBackground: &yes, PreferCSSPageSize: &yes, GenerateTaggedPDF: &yes, GenerateDocumentOutline: &yes,
		MarginTop: &margin, MarginBottom: &margin, MarginLeft: &margin, MarginRight: &margin,
	})
	return pdf.Data, err
}

var _ walkthrough.Stage = (*Stage)(nil)
