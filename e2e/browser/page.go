package browser

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// Unfold opens everything on the page that is folded.
func (b *Tab) Unfold() {
	b.T.Helper()
	Get[bool](b, "() => { for (const d of document.querySelectorAll('main details')) d.open = true; return true }")
}

// Call sends one command to the tab.
func Call[P, R any](b *Tab, command cdp.Command[P, R], params P) R {
	b.T.Helper()
	result, err := chromedp.Call(b.Ctx, command, params)
	if err != nil {
		b.T.Fatalf("%s: %v", command.Method, err)
	}
	return result
}

var yes = true

// Try calls a JavaScript function in the page; arguments are plain values.
func Try[T any](b *Tab, function string, arguments ...any) (T, error) {
	var value T
	list, err := json.Marshal(append([]any{}, arguments...))
	if err != nil {
		return value, err
	}
	result, err := chromedp.Call(b.Ctx, runtime.Evaluate, runtime.EvaluateParams{
		Expression: "(" + function + ")(..." + string(list) + ")", ReturnByValue: &yes, AwaitPromise: &yes,
	})
	switch {
	case err != nil:
		return value, err
	case result.ExceptionDetails != nil:
		return value, fmt.Errorf("%s", exceptionText(result.ExceptionDetails))
	case len(result.Result.Value) == 0:
		return value, nil
	}
	return value, json.Unmarshal(result.Result.Value, &value)
}

// Get is try for what has to work.
func Get[T any](b *Tab, function string, arguments ...any) T {
	b.T.Helper()
	value, err := Try[T](b, function, arguments...)
	if err != nil {
		b.T.Fatalf("%s: %v", function, err)
	}
	return value
}

// Open goes to an address and waits until the page is there.
func (b *Tab) Open(address string) {
	b.T.Helper()
	b.Leads(func() {
		if said := Call(b, page.Navigate, page.NavigateParams{URL: address}); said.ErrorText != "" {
			b.T.Fatalf("%s: %s", address, said.ErrorText)
		}
	})
}

// Leads does something and waits until it has led to another document.
func (b *Tab) Leads(do func()) {
	b.T.Helper()
	const origin = "() => document.readyState === 'complete' ? performance.timeOrigin : 0"
	before := Get[float64](b, "() => performance.timeOrigin")
	do()
	b.Until("the next page", func() bool {
		now, err := Try[float64](b, origin)
		return err == nil && now != 0 && now != before
	})
}

// Until waits for a condition of the page.
func (b *Tab) Until(what string, done func() bool) {
	b.T.Helper()
	b.UntilWithin(Patience, what, done)
}

// UntilWithin waits for a condition of the page that may take longer than Patience.
func (b *Tab) UntilWithin(limit time.Duration, what string, done func() bool) {
	b.T.Helper()
	until(b.T, limit, func() string {
		text, _ := Try[string](b, "() => location.href + '\\n' + document.body.innerText")
		return what + "; the page is " + text
	}, done)
}

// Sees waits until the page shows all of these words.
func (b *Tab) Sees(phrases ...string) {
	b.T.Helper()
	b.SeesIn("body", phrases...)
}

// SeesIn does the same for a part of the page.
func (b *Tab) SeesIn(selector string, phrases ...string) {
	b.T.Helper()
	b.Until(fmt.Sprintf("%q in %s", phrases, selector), func() bool {
		text, err := Try[string](b, textOf, selector)
		for _, phrase := range phrases {
			if err != nil || !strings.Contains(text, phrase) {
				return false
			}
		}
		return true
	})
}

// textOf puts what a part shows on one line.
const textOf = `s => [...document.querySelectorAll(s)].map(e => e.innerText.replace(/\s+/g, ' ').trim()).join('\n')`

// Text is what a part of the page shows now.
func (b *Tab) Text(selector string) string {
	b.T.Helper()
	return Get[string](b, textOf, selector)
}

// Count is how many elements match.
func (b *Tab) Count(selector string) int {
	b.T.Helper()
	return Get[int](b, "s => document.querySelectorAll(s).length", selector)
}

// Path is the address after the host.
func (b *Tab) Path() string {
	b.T.Helper()
	return Get[string](b, "() => location.pathname + location.search")
}

// element is something of the page, as assistive technology finds it. The page
// may change under it: it is found anew each time.
type element struct {
	b                    *Tab
	selector, role, name string
}

// String implements fmt.Stringer.
func (e element) String() string { return fmt.Sprintf("one %s %q in %s", e.role, e.name, e.selector) }

// Find waits for the one element of this role and accessible name.
func (b *Tab) Find(role, name string) element {
	b.T.Helper()
	return b.FindIn("html", role, name)
}

// FindIn finds within a part of the page.
func (b *Tab) FindIn(selector, role, name string) element {
	b.T.Helper()
	e := element{b, selector, role, name}
	b.Until(e.String(), func() bool { return len(b.all(selector, role, name)) == 1 })
	return e
}

// Has tells whether there is such an element now.
func (b *Tab) Has(role, name string) bool { return len(b.all("html", role, name)) > 0 }

// all finds elements of a page that has come completely. What is hidden or
// inert behind a dialog does not count.
func (b *Tab) all(selector, role, name string) []cdp.BackendNodeID {
	root, err := chromedp.Call(b.Ctx, runtime.Evaluate, runtime.EvaluateParams{
		Expression: fmt.Sprintf("document.readyState === 'complete' ? document.querySelector(%q) : null", selector),
	})
	if err != nil || root.Result == nil || root.Result.ObjectID == "" {
		return nil
	}
	found, err := chromedp.Call(b.Ctx, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{
		ObjectID: root.Result.ObjectID, Role: role, AccessibleName: name,
	})
	if err != nil {
		return nil
	}
	var nodes []cdp.BackendNodeID
	for _, n := range found.Nodes {
		if !n.Ignored && n.BackendDOMNodeID != 0 {
			nodes = append(nodes, n.BackendDOMNodeID)
		}
	}
	return nodes
}

// On calls a function with the element as this.
func (e element) On(function string, into any) error {
	nodes := e.b.all(e.selector, e.role, e.name)
	if len(nodes) != 1 {
		return fmt.Errorf("%d of %s", len(nodes), e)
	}
	object, err := chromedp.Call(e.b.Ctx, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: nodes[0]})
	if err != nil {
		return err
	}
	result, err := chromedp.Call(e.b.Ctx, runtime.CallFunctionOn, runtime.CallFunctionOnParams{
		FunctionDeclaration: function, ObjectID: object.Object.ObjectID, ReturnByValue: &yes,
	})
	if err != nil || into == nil {
		return err
	}
	if result.ExceptionDetails != nil {
		return fmt.Errorf("%s", exceptionText(result.ExceptionDetails))
	}
	return json.Unmarshal(result.Result.Value, into)
}

// where brings the element into view and gives its middle, unless something
// else lies there or htmx is at work on the page.
const where = `function () {
	if (document.querySelector('.htmx-added, .htmx-settling, .htmx-swapping')) return null
	this.scrollIntoView({block: 'center', behavior: 'instant'})
	const box = this.getClientRects()[0]
	if (!box) return null
	const x = box.x + box.width / 2, y = box.y + box.height / 2
	const there = document.elementFromPoint(x, y)
	return there && (this.contains(there) || there.contains(this) && this.disabled) ? {x, y} : null
}`

// Click clicks in the middle of the element, where nothing may cover it.
func (e element) Click() {
	e.b.T.Helper()
	var at *struct{ X, Y float64 }
	e.b.Until("a place to click on "+e.String(), func() bool {
		return e.On(where, &at) == nil && at != nil
	})
	for _, kind := range []input.DispatchMouseEventType{
		input.DispatchMouseEventTypeMouseMoved, input.DispatchMouseEventTypeMousePressed, input.DispatchMouseEventTypeMouseReleased,
	} {
		Call(e.b, input.DispatchMouseEvent, input.DispatchMouseEventParams{
			Type: kind, X: at.X, Y: at.Y, Button: input.MouseButtonLeft, ClickCount: 1,
		})
	}
}

// Click clicks on the one element of this role and name.
func (b *Tab) Click(role, name string) {
	b.T.Helper()
	b.Find(role, name).Click()
}

// Follow clicks and waits for the page it leads to.
func (b *Tab) Follow(role, name string) {
	b.T.Helper()
	b.Leads(func() { b.Click(role, name) })
}

// Fill puts text into the box with this label, in place of what is there.
func (b *Tab) Fill(label, text string) {
	b.T.Helper()
	box := b.Find("textbox", label)
	box.Click()
	if err := box.On("function () { this.select() }", nil); err != nil {
		b.T.Fatal(err)
	}
	Call(b, input.InsertText, input.InsertTextParams{Text: text})
}

// Value is what stands in the box with this label.
func (b *Tab) Value(label string) string {
	b.T.Helper()
	var text string
	if err := b.Find("textbox", label).On("function () { return this.value }", &text); err != nil {
		b.T.Fatal(err)
	}
	return text
}

// attachFile gives a file to a file input.
func (b *Tab) attachFile(selector, path string) {
	b.T.Helper()
	if err := chromedp.Do(b.Ctx, chromedp.SetUploadFiles(selector, []string{path})); err != nil {
		b.T.Fatalf("%s: %v", selector, err)
	}
}

// Opens follows something that opens a tab of its own, and gives that tab.
func (b *Tab) Opens(do func()) *Tab {
	b.T.Helper()
	own := chromedp.FromContext(b.Ctx).BrowserContextID // tests beside this one open tabs too
	opened := chromedp.WaitNewTarget(b.Ctx, func(i *target.Info) bool { return i.Type == "page" && i.BrowserContextID == own })
	do()
	select {
	case id := <-opened:
		other := attach(b.T, b.Ctx, b.hosts, b.Look, chromedp.WithTargetID(id))
		other.Until("the page in the new tab", func() bool {
			there, err := Try[bool](other, "() => document.readyState === 'complete' && location.href !== 'about:blank'")
			return err == nil && there
		})
		return other
	case <-time.After(Patience):
		b.T.Fatal("no tab opened")
		return nil
	}
}

// Press presses keys, such as kb.Tab or letters.
func (b *Tab) Press(keys string, modifiers ...chromedp.Modifier) {
	b.T.Helper()
	if err := chromedp.Do(b.Ctx, chromedp.KeyEvent(keys, chromedp.KeyModifiers(modifiers...))); err != nil {
		b.T.Fatal(err)
	}
}
