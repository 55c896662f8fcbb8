package link

import (
	"bytes"
	"net/http"
	"path"
	"strings"
	"testing"

	"mooring/e2e/browser"
)

// older makes files like those that a browser from before 2024 understands:
// what it does not know has a name that nobody knows.
func older(file string, _ http.Header, body []byte) []byte {
	names := []string{":has(", ":x-has(", ":popover-open", ":x-popover-open"}
	switch path.Base(file) {
	case "app.css":
		names = append(names, "light-dark(", "x-light-dark(")
	case "app.js":
	default:
		return body
	}
	return []byte(strings.NewReplacer(names...).Replace(string(body)))
}

// TestOlderBrowser links where light-dark() and :has() mean nothing, with a dark
// theme: the page is light and readable, and the script is alive.
func TestOlderBrowser(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t).Through(t, older)
	b := w.NewTab(browser.WideDark)
	b.SignIn(w, browser.Owner)
	for _, theme := range []string{"System", "Dark"} {
		if theme != "System" {
			b.Click("DisclosureTriangleGrouped", "You: Olivia Owner")
			b.Leads(func() { b.Click("button", theme) })
		}
		colors := browser.Get[string](b, `() => {
			const add = getComputedStyle(document.querySelector('.button.primary'))
			return [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.documentElement).colorScheme, add.color, add.backgroundColor].join(' ')
		}`)
		if want := "rgb(246, 248, 248) light rgb(255, 255, 255) rgb(11, 100, 104)"; colors != want {
			t.Errorf("with the theme %s the colors are %s, want %s", theme, colors, want)
		}
	}
	b.AddCredentials()
	b.AccessibleIn("older-dialog", browser.TwoLooks)
	b.Click("button", "Copy SHA-1 thumbprint")
	b.SeesIn("#dialog-announce", "Copied")
	b.FindIn("#dialog", "button", "Close").Click()
	b.Closed()
	b.Save(browser.Scripted("Tide Tables"), "Save credentials")
	b.SeesIn("dialog", "Connected")
}

// TestDeadScript has a script that ends early: the pages are those without one,
// and nothing waits for a script.
func TestDeadScript(t *testing.T) {
	t.Parallel()
	real := browser.NewWorld(t)
	for name, change := range map[string]func([]byte) []byte{
		"at its end": func(js []byte) []byte {
			return bytes.Replace(js, []byte("  show() // a page can come"), []byte("  throw new Error('dead')\n//"), 1)
		},
		"in its middle": func(js []byte) []byte {
			return bytes.Replace(js, []byte("  // The menus:"), []byte("  throw new Error('dead')\n//"), 1)
		},
		"not read": func(js []byte) []byte { return append([]byte("throw new Error('dead')\n#!"), js...) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := real.Through(t, func(file string, _ http.Header, body []byte) []byte {
				if path.Base(file) != "app.js" {
					return body
				}
				changed := change(body)
				if bytes.Equal(changed, body) {
					t.Error("the script is as before")
				}
				return changed
			})
			w.T = t
			b := w.NewTab(browser.NarrowLight)
			b.Expect("dead")
			b.Expect("SyntaxError")
			b.SignIn(w, browser.Owner)
			b.Follow("link", "Add credentials for Microsoft Azure")
			b.Find("heading", "Azure credentials")
			if b.Count("html.js") > 0 || !b.Has("button", "Update the command") {
				t.Error("the page waits for a script")
			}
			b.Fill("Label", "Tide")
			b.Fill("Subscription ID", browser.Scripted("Tide Tables").SubscriptionID)
			b.Follow("button", "Update the command")
			b.Find("heading", "Azure credentials")
		})
	}
}
