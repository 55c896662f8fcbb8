package browser

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/chromedp"
)

// Shown checks what every page owes to every look, and takes its picture when
// MOORING_E2E_SHOTS=1.
func (b *Tab) Shown(name string) {
	b.T.Helper()
	for _, wide := range Get[[]string](b, sideways) {
		b.T.Errorf("%s, %s: %s scrolls sideways", name, b.Look.Name, wide)
	}
	if wanted("MOORING_E2E_SHOTS") {
		b.picture(filepath.Join("out", name+"-"+b.Look.Name+".png"))
	}
}

// sideways names what is wider than its place.
const sideways = `() => [document.documentElement, ...document.querySelectorAll('dialog[open]')]
	.filter(e => e.scrollWidth > e.clientWidth).map(e => e.localName + ' (' + e.scrollWidth + ' > ' + e.clientWidth + ')')`

func (b *Tab) picture(path string) {
	b.T.Helper()
	take := chromedp.FullScreenshot(100)
	if b.Count("dialog[open]") > 0 {
		take = chromedp.CaptureScreenshot() // a dialog stands in the viewport
	}
	picture, err := chromedp.Run(b.Ctx, take)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o755)
	}
	if err == nil {
		err = os.WriteFile(path, picture, 0o644)
	}
	if err != nil {
		b.T.Errorf("no picture: %v", err)
	}
}

// keepFailure keeps how the page looked when the test failed; go test
// -artifacts keeps the file.
func (b *Tab) keepFailure() {
	if picture, err := chromedp.Run(b.Ctx, chromedp.CaptureScreenshot()); err == nil {
		_ = os.WriteFile(filepath.Join(b.T.ArtifactDir(), strings.ReplaceAll(b.T.Name(), "/", "-")+".png"), picture, 0o644)
	}
}
