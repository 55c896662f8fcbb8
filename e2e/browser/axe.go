package browser

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/runtime"
)

//go:embed testdata/axe-core-4.14.1/axe.min.js
var axeSource string

const axeChecksum = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"

// tolerated are rules of lesser impact that pages may break, with the reason.
// Nothing serious or critical can stand here.
var tolerated = map[string]string{}

// violation is a rule that a page breaks, and where.
type violation struct {
	ID, Impact, Help string
	Nodes            []string
}

// runAxe runs every rule over the page as it is now, or, once that was done in
// one look, those that look at colors and places: nothing else depends on it.
const runAxe = `async again => {
	const rules = again ? {runOnly: ['color-contrast', 'link-in-text-block', 'target-size', 'scrollable-region-focusable']} : {}
	const found = await axe.run(document, {...rules, resultTypes: ['violations'], preload: false})
	return found.violations.map(v => ({id: v.id, impact: v.impact, help: v.help,
		nodes: v.nodes.map(n => n.target.join(' ') + ': ' + n.failureSummary.replace(/\s+/g, ' '))}))
}`

// Accessible checks the page as it is now in every look.
func (b *Tab) Accessible(name string) {
	b.T.Helper()
	b.AccessibleIn(name, Looks)
}

// AccessibleIn checks it in some. The content security policy does not hold for
// what comes through the debugging protocol.
func (b *Tab) AccessibleIn(name string, looks []Look) {
	b.T.Helper()
	Call(b, runtime.Evaluate, runtime.EvaluateParams{Expression: axeSource})
	seen := map[string][]string{} // violation to the looks that have it
	for i, l := range looks {
		b.LookAs(l)
		b.Shown(name)
		for _, v := range Get[[]violation](b, runAxe, i > 0) {
			grave := v.Impact == "serious" || v.Impact == "critical"
			if reason := tolerated[v.ID]; reason == "" || grave {
				said := fmt.Sprintf("%s (%s): %s\n\t%s", v.ID, v.Impact, v.Help, strings.Join(v.Nodes, "\n\t"))
				seen[said] = append(seen[said], l.Name)
			}
		}
	}
	b.LookAs(WideLight)
	for said, where := range seen {
		b.T.Errorf("%s in %s: %s", name, strings.Join(where, ", "), said)
	}
}
