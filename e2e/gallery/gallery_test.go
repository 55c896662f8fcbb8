package gallery

import (
	"strings"
	"testing"

	"mooring/e2e/browser"
	"mooring/views"
)

// tabs is how many tabs share the samples.
const tabs = 4

// TestEverySample runs the accessibility rules over every page, dialog and part
// of a page in every state, in both themes and two widths. Nothing may scroll
// sideways or be said on the console.
func TestEverySample(t *testing.T) {
	samples, err := views.NewGallery(views.Samples())
	if err != nil {
		t.Fatal(err)
	}
	w := browser.NewWorld(t)
	names := samples.Names()
	for i := range tabs {
		b := w.NewTab(browser.WideLight)
		b.Expect("LazyLoadImageIssue") // the pictures of a sample of the help are not there
		t.Run("tab", func(t *testing.T) {
			t.Parallel()
			for at := i; at < len(names); at += tabs {
				name := names[at]
				b.Open(w.Address + views.GalleryPath + "/" + name + "/system")
				b.Unfold()
				b.Accessible(name)
				if strings.HasPrefix(name, "frame-") {
					menus(b, name)
				}
			}
		})
	}
}

// menus looks at each menu of the frame while it is open.
func menus(b *browser.Tab, name string) {
	const open = "i => { for (const [n, menu] of document.querySelectorAll('details.menu').entries()) menu.open = n === i; return true }"
	for i := range b.Count("details.menu") {
		browser.Get[bool](b, open, i)
		b.Accessible(name + "-menu")
	}
	browser.Get[bool](b, open, -1)
	b.LookAs(browser.NarrowLight)
	if browser.Get[bool](b, "() => { const nav = document.querySelector('#account-nav'); nav?.showPopover(); return !!nav }") {
		b.AccessibleIn(name+"-navigation", []browser.Look{browser.NarrowLight, browser.NarrowDark})
	}
}

// TestTheGalleryItself looks at its list and at a page of four looks.
func TestTheGalleryItself(t *testing.T) {
	t.Parallel()
	w := browser.NewWorld(t)
	b := w.NewTab(browser.WideLight)
	b.Open(w.Address + views.GalleryPath)
	b.Accessible("gallery")
	b.Follow("link", "form-new-dialog")
	b.Until("the looks", func() bool { return b.Count("iframe") == 4 })
	b.Accessible("gallery-looks")
}
