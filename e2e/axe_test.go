package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/runtime"
)

const (
	axePath     = "testdata/axe-core-4.14.1/axe.min.js"
	axeChecksum = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
)

// tolerated are rules of lesser impact that pages may break, with the reason.
// Nothing serious or critical can stand here.
var tolerated = map[string]string{}

var axeSource = sync.OnceValues(func() (string, error) {
	source, err := os.ReadFile(axePath)
	return string(source), err
})

func TestAxeIsWhatItsREADMESays(t *testing.T) {
	source, err := axeSource()
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(source))
	if got := hex.EncodeToString(sum[:]); got != axeChecksum {
		t.Errorf("%s has the SHA-256 %s", axePath, got)
	}
	readme, err := os.ReadFile("testdata/axe-core-4.14.1/README.md")
	if err != nil {
		t.Fatal(err)
	}
	wantWords(t, "README.md", string(readme), axeChecksum, "MPL-2.0", "axe-core 4.14.1")
}

// violation is a rule that a page breaks, and where.
type violation struct {
	ID, Impact, Help string
	Nodes            []string
}

// runAxe runs every rule over the page as it is now, or in another theme those
// that look at colours: nothing else depends on it.
const runAxe = `async colours => {
	const rules = colours ? {runOnly: ['color-contrast', 'link-in-text-block']} : {}
	const found = await axe.run(document, {...rules, resultTypes: ['violations'], preload: false})
	return found.violations.map(v => ({id: v.id, impact: v.impact, help: v.help,
		nodes: v.nodes.map(n => n.target.join(' ') + ': ' + n.failureSummary.replace(/\s+/g, ' '))}))
}`

// accessible checks the page as it is now in every look.
func (b *tab) accessible(name string) {
	b.t.Helper()
	b.accessibleIn(name, looks)
}

// accessibleIn checks it in some. The content security policy does not hold for
// what comes through the debugging protocol.
func (b *tab) accessibleIn(name string, looks []look) {
	b.t.Helper()
	source, err := axeSource()
	if err != nil {
		b.t.Fatal(err)
	}
	call(b, runtime.Evaluate, runtime.EvaluateParams{Expression: source})
	seen := map[string][]string{} // violation to the looks that have it
	for _, l := range looks {
		b.lookAs(l)
		b.shown(name)
		for _, v := range get[[]violation](b, runAxe, l.dark) {
			grave := v.Impact == "serious" || v.Impact == "critical"
			if reason := tolerated[v.ID]; reason == "" || grave {
				said := fmt.Sprintf("%s (%s): %s\n\t%s", v.ID, v.Impact, v.Help, strings.Join(v.Nodes, "\n\t"))
				seen[said] = append(seen[said], l.name)
			}
		}
	}
	b.lookAs(wideLight)
	for said, where := range seen {
		b.t.Errorf("%s in %s: %s", name, strings.Join(where, ", "), said)
	}
}
