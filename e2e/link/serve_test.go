package link

import (
	"path/filepath"
	"strings"
	"testing"

	"mooring/e2e/browser"
)

// TestPowerCut sets a real server up, kills it and starts it again.
func TestPowerCut(t *testing.T) {
	t.Parallel()
	browser.NeedChromium(t)
	data := filepath.Join(t.TempDir(), "data")
	first := browser.Serve(t, data)
	b := first.NewTab(browser.NarrowLight)
	b.SetsUp(first)
	b.Sees("Nothing is linked yet.")
	used := first.SetUp[strings.Index(first.SetUp, "/setup/"):]
	first.Kill()

	second := browser.Serve(t, data)
	if second.SetUp != "" {
		t.Errorf("a new set-up address is there: %s", second.SetUp)
	}
	b = second.NewTab(browser.NarrowLight)
	b.Expect("404 (Not Found)")
	b.Open(second.Address + used)
	b.Sees("Not found")
	b.SignInAs(second.World, browser.Ada, browser.AdminPassword)
	b.Sees("Cloud Providers", "Nothing is linked yet.")
	if b.Path() != browser.ProvidersPath {
		t.Errorf("after signing in the page is %s", b.Path())
	}
}
