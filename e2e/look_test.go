package e2e

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/chromedp"
)

// shown checks what every page owes to every look, and takes its picture when
// MOORING_E2E_SHOTS=1.
func (b *tab) shown(name string) {
	b.t.Helper()
	for _, wide := range get[[]string](b, sideways) {
		b.t.Errorf("%s, %s: %s scrolls sideways", name, b.look.name, wide)
	}
	if wanted("MOORING_E2E_SHOTS") {
		b.picture(filepath.Join("out", name+"-"+b.look.name+".png"))
	}
}

// sideways names what is wider than its place.
const sideways = `() => [document.documentElement, ...document.querySelectorAll('dialog[open]')]
	.filter(e => e.scrollWidth > e.clientWidth).map(e => e.localName + ' (' + e.scrollWidth + ' > ' + e.clientWidth + ')')`

func (b *tab) picture(path string) {
	b.t.Helper()
	take := chromedp.FullScreenshot(100)
	if b.count("dialog[open]") > 0 {
		take = chromedp.CaptureScreenshot() // a dialog stands in the viewport
	}
	picture, err := chromedp.Run(b.ctx, take)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o755)
	}
	if err == nil {
		err = os.WriteFile(path, picture, 0o644)
	}
	if err != nil {
		b.t.Errorf("no picture: %v", err)
	}
}

// keepFailure keeps how the page looked when the test failed; go test
// -artifacts keeps the file.
func (b *tab) keepFailure() {
	if picture, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot()); err == nil {
		_ = os.WriteFile(filepath.Join(b.t.ArtifactDir(), strings.ReplaceAll(b.t.Name(), "/", "-")+".png"), picture, 0o644)
	}
}
