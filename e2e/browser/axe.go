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

// The rules that look at colors, and those that look at places and sizes. All
// others find the same in every look.
var (
	colorRules = []string{"color-contrast", "link-in-text-block"}
	placeRules = []string{"target-size", "scrollable-region-focusable"}
)

// runAxe runs some rules over the page as it is now, or all of them.
const runAxe = `async only => {
	const rules = only ? {runOnly: only} : {rules: {'target-size': {enabled: true}}}
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
	themes, widths := map[bool]bool{}, map[bool]bool{}
	for i, l := range looks {
		b.LookAs(l)
		b.Shown(name)
		var rules []string
		if !themes[l.dark] {
			rules = append(rules, colorRules...)
		}
		if !widths[l.narrow()] {
			rules = append(rules, placeRules...)
		}
		themes[l.dark], widths[l.narrow()] = true, true
		if i == 0 {
			rules = nil // all
		} else if rules == nil {
			continue
		}
		for _, v := range Get[[]violation](b, runAxe, rules) {
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
