package e2e

import (
	"encoding/json"
	"fmt"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// focused waits until what has this accessible name has the focus.
func (b *tab) focused(name string) {
	b.t.Helper()
	at := ""
	until(b.t, patience, func() string { return fmt.Sprintf("the focus on %q; it is on %s", name, at) }, func() bool {
		at = b.focus()
		return at == name
	})
}

// focus is the accessible name of what has the focus.
func (b *tab) focus() string {
	active, err := chromedp.Call(b.ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: "document.activeElement"})
	if err != nil || active.Result.ObjectID == "" {
		return ""
	}
	no := false
	tree, err := chromedp.Call(b.ctx, accessibility.GetPartialAXTree, accessibility.GetPartialAXTreeParams{
		ObjectID: active.Result.ObjectID, FetchRelatives: &no,
	})
	if err != nil || len(tree.Nodes) == 0 || tree.Nodes[0].Name == nil {
		return ""
	}
	var name string
	_ = json.Unmarshal(tree.Nodes[0].Name.Value, &name)
	return name
}

// tabTo presses Tab until what has this name has the focus. On the way every
// stop has to show that the focus is there.
func (b *tab) tabTo(name string) {
	b.t.Helper()
	var passed []string
	for range 60 {
		b.press(kb.Tab)
		at := b.focus()
		passed = append(passed, at)
		if plain := get[string](b, unmarked); plain != "" {
			b.t.Fatalf("on the way to %q the focus is on %s (%q) and nobody can see it; it passed %q; the page is %s",
				name, plain, at, passed, get[string](b, "() => location.href + ' ' + document.hasFocus() + ' ' + document.querySelectorAll('dialog[open]').length"))
		}
		if at == name {
			return
		}
	}
	b.t.Fatalf("Tab does not lead to %q but to %q", name, passed)
}

// unmarked names what has the focus without a mark around it or out of sight.
const unmarked = `() => {
	const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect()
	const marked = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0
	const inSight = box.bottom > 0 && box.top < innerHeight && box.width > 0
	const there = document.elementFromPoint(box.x + box.width / 2, Math.min(Math.max(box.y + box.height / 2, 0), innerHeight - 1))
	const covered = there && !e.contains(there) && !there.contains(e) && !e.labels?.length
	return marked && inSight && !covered ? '' : e.outerHTML.slice(0, 80)
}`
