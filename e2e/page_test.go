package e2e

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

// call sends one command to the tab.
func call[P, R any](b *tab, command cdp.Command[P, R], params P) R {
	b.t.Helper()
	result, err := chromedp.Call(b.ctx, command, params)
	if err != nil {
		b.t.Fatalf("%s: %v", command.Method, err)
	}
	return result
}

var yes = true

// try calls a JavaScript function in the page; arguments are plain values.
func try[T any](b *tab, function string, arguments ...any) (T, error) {
	var value T
	list, err := json.Marshal(append([]any{}, arguments...))
	if err != nil {
		return value, err
	}
	result, err := chromedp.Call(b.ctx, runtime.Evaluate, runtime.EvaluateParams{
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

// get is try for what has to work.
func get[T any](b *tab, function string, arguments ...any) T {
	b.t.Helper()
	value, err := try[T](b, function, arguments...)
	if err != nil {
		b.t.Fatalf("%s: %v", function, err)
	}
	return value
}

// open goes to an address and waits until the page is there.
func (b *tab) open(address string) {
	b.t.Helper()
	b.leads(func() {
		if said := call(b, page.Navigate, page.NavigateParams{URL: address}); said.ErrorText != "" {
			b.t.Fatalf("%s: %s", address, said.ErrorText)
		}
	})
}

// leads does something and waits until it has led to another document.
func (b *tab) leads(do func()) {
	b.t.Helper()
	const origin = "() => document.readyState === 'complete' ? performance.timeOrigin : 0"
	before := get[float64](b, "() => performance.timeOrigin")
	do()
	b.until("the next page", func() bool {
		now, err := try[float64](b, origin)
		return err == nil && now != 0 && now != before
	})
}

// until waits for a condition of the page.
func (b *tab) until(what string, done func() bool) {
	b.t.Helper()
	b.untilWithin(patience, what, done)
}

func (b *tab) untilWithin(limit time.Duration, what string, done func() bool) {
	b.t.Helper()
	until(b.t, limit, func() string {
		text, _ := try[string](b, "() => location.href + '\\n' + document.body.innerText")
		return what + "; the page is " + text
	}, done)
}

// sees waits until the page shows all of these words.
func (b *tab) sees(phrases ...string) {
	b.t.Helper()
	b.seesIn("body", phrases...)
}

// seesIn does the same for a part of the page.
func (b *tab) seesIn(selector string, phrases ...string) {
	b.t.Helper()
	b.until(fmt.Sprintf("%q in %s", phrases, selector), func() bool {
		text, err := try[string](b, textOf, selector)
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

// text is what a part of the page shows now.
func (b *tab) text(selector string) string {
	b.t.Helper()
	return get[string](b, textOf, selector)
}

// count is how many elements match.
func (b *tab) count(selector string) int {
	b.t.Helper()
	return get[int](b, "s => document.querySelectorAll(s).length", selector)
}

// path is the address after the host.
func (b *tab) path() string {
	b.t.Helper()
	return get[string](b, "() => location.pathname + location.search")
}

// element is something of the page, as assistive technology finds it. The page
// may change under it: it is found anew each time.
type element struct {
	b                    *tab
	selector, role, name string
}

func (e element) String() string { return fmt.Sprintf("one %s %q in %s", e.role, e.name, e.selector) }

// find waits for the one element of this role and accessible name.
func (b *tab) find(role, name string) element {
	b.t.Helper()
	return b.findIn("html", role, name)
}

// findIn finds within a part of the page.
func (b *tab) findIn(selector, role, name string) element {
	b.t.Helper()
	e := element{b, selector, role, name}
	b.until(e.String(), func() bool { return len(b.all(selector, role, name)) == 1 })
	return e
}

// has tells whether there is such an element now.
func (b *tab) has(role, name string) bool { return len(b.all("html", role, name)) > 0 }

// all finds elements of a page that has come completely. What is hidden or
// inert behind a dialog does not count.
func (b *tab) all(selector, role, name string) []cdp.BackendNodeID {
	root, err := chromedp.Call(b.ctx, runtime.Evaluate, runtime.EvaluateParams{
		Expression: fmt.Sprintf("document.readyState === 'complete' ? document.querySelector(%q) : null", selector),
	})
	if err != nil || root.Result == nil || root.Result.ObjectID == "" {
		return nil
	}
	found, err := chromedp.Call(b.ctx, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{
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

// on calls a function with the element as this.
func (e element) on(function string, into any) error {
	nodes := e.b.all(e.selector, e.role, e.name)
	if len(nodes) != 1 {
		return fmt.Errorf("%d of %s", len(nodes), e)
	}
	object, err := chromedp.Call(e.b.ctx, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: nodes[0]})
	if err != nil {
		return err
	}
	result, err := chromedp.Call(e.b.ctx, runtime.CallFunctionOn, runtime.CallFunctionOnParams{
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

// click clicks in the middle of the element, where nothing may cover it.
func (e element) click() {
	e.b.t.Helper()
	var at *struct{ X, Y float64 }
	e.b.until("a place to click on "+e.String(), func() bool {
		return e.on(where, &at) == nil && at != nil
	})
	for _, kind := range []input.DispatchMouseEventType{
		input.DispatchMouseEventTypeMouseMoved, input.DispatchMouseEventTypeMousePressed, input.DispatchMouseEventTypeMouseReleased,
	} {
		call(e.b, input.DispatchMouseEvent, input.DispatchMouseEventParams{
			Type: kind, X: at.X, Y: at.Y, Button: input.MouseButtonLeft, ClickCount: 1,
		})
	}
}

// click clicks on the one element of this role and name.
func (b *tab) click(role, name string) {
	b.t.Helper()
	b.find(role, name).click()
}

// follow clicks and waits for the page it leads to.
func (b *tab) follow(role, name string) {
	b.t.Helper()
	b.leads(func() { b.click(role, name) })
}

// fill puts text into the box with this label, in place of what is there.
func (b *tab) fill(label, text string) {
	b.t.Helper()
	box := b.find("textbox", label)
	box.click()
	if err := box.on("function () { this.select() }", nil); err != nil {
		b.t.Fatal(err)
	}
	call(b, input.InsertText, input.InsertTextParams{Text: text})
}

// value is what stands in the box with this label.
func (b *tab) value(label string) string {
	b.t.Helper()
	var text string
	if err := b.find("textbox", label).on("function () { return this.value }", &text); err != nil {
		b.t.Fatal(err)
	}
	return text
}

// attachFile gives a file to a file input.
func (b *tab) attachFile(selector, path string) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, chromedp.SetUploadFiles(selector, []string{path})); err != nil {
		b.t.Fatalf("%s: %v", selector, err)
	}
}

// opens follows something that opens a tab of its own, and gives that tab.
func (b *tab) opens(do func()) *tab {
	b.t.Helper()
	own := chromedp.FromContext(b.ctx).BrowserContextID // tests beside this one open tabs too
	opened := chromedp.WaitNewTarget(b.ctx, func(i *target.Info) bool { return i.Type == "page" && i.BrowserContextID == own })
	do()
	select {
	case id := <-opened:
		other := attach(b.t, b.ctx, b.hosts, b.look, chromedp.WithTargetID(id))
		other.until("the page in the new tab", func() bool {
			there, err := try[bool](other, "() => document.readyState === 'complete' && location.href !== 'about:blank'")
			return err == nil && there
		})
		return other
	case <-time.After(patience):
		b.t.Fatal("no tab opened")
		return nil
	}
}

// press presses keys, such as kb.Tab or letters.
func (b *tab) press(keys string, modifiers ...chromedp.Modifier) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, chromedp.KeyEvent(keys, chromedp.KeyModifiers(modifiers...))); err != nil {
		b.t.Fatal(err)
	}
}
