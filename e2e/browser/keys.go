package browser

import (
	"encoding/json"
	"fmt"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Focused waits until what has this accessible name has the focus.
func (b *Tab) Focused(name string) {
	b.T.Helper()
	at := ""
	until(b.T, Patience, func() string { return fmt.Sprintf("the focus on %q; it is on %s", name, at) }, func() bool {
		at = b.Focus()
		return at == name
	})
}

// Focus is the accessible name of what has the focus.
func (b *Tab) Focus() string {
	active, err := chromedp.Call(b.Ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: "document.activeElement"})
	if err != nil || active.Result.ObjectID == "" {
		return ""
	}
	no := false
	tree, err := chromedp.Call(b.Ctx, accessibility.GetPartialAXTree, accessibility.GetPartialAXTreeParams{
		ObjectID: active.Result.ObjectID, FetchRelatives: &no,
	})
	if err != nil || len(tree.Nodes) == 0 || tree.Nodes[0].Name == nil {
		return ""
	}
	var name string
	_ = json.Unmarshal(tree.Nodes[0].Name.Value, &name)
	return name
}

// TabTo presses Tab until what has this name has the focus. On the way every
// stop has to show that the focus is there.
func (b *Tab) TabTo(name string) {
	b.T.Helper()
	var passed []string
	for range 60 {
		b.Press(kb.Tab)
		at := b.Focus()
		passed = append(passed, at)
		if plain := Get[string](b, Unmarked); plain != "" {
			b.T.Fatalf("on the way to %q the focus is on %s (%q) and nobody can see it; it passed %q; the page is %s",
				name, plain, at, passed, Get[string](b, "() => location.href + ' ' + document.hasFocus() + ' ' + document.querySelectorAll('dialog[open]').length"))
		}
		if at == name {
			return
		}
	}
	b.T.Fatalf("Tab does not lead to %q but to %q", name, passed)
}

// Unmarked names what has the focus without a mark around it or out of sight.
const Unmarked = `() => {
	const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect()
	const marked = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0
	const inSight = box.bottom > 0 && box.top < innerHeight && box.width > 0
	const there = document.elementFromPoint(box.x + box.width / 2, Math.min(Math.max(box.y + box.height / 2, 0), innerHeight - 1))
	const covered = there && !e.contains(there) && !there.contains(e) && !e.labels?.length
	return marked && inSight && !covered ? '' : e.outerHTML.slice(0, 80)
}`
