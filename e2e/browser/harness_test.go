package browser

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// TestHarnessNotices opens a page that does everything that no page may do
// behind a test's back, and sees it noted.
func TestHarnessNotices(t *testing.T) {
	t.Parallel()
	NeedChromium(t)
	elsewhere := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(elsewhere.Close)
	bad := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/":
			w.Header().Set("Content-Security-Policy", "style-src 'none'")
			_, _ = w.Write([]byte(`<!DOCTYPE html><title>Bad</title><p style="color:red">Bad</p><img src="/broken" alt=""><img src="` + elsewhere.URL + `/x" alt="">
				<script>console.warn('a warning'); setTimeout(() => { throw new Error('a mistake') }, 0)</script>`))
		case "/broken":
			http.Error(w, "broken", http.StatusInternalServerError)
		}
	}))
	t.Cleanup(bad.Close)
	b := openTab(t, []string{strings.TrimPrefix(bad.URL, "http://")}, WideLight)
	b.Open(bad.URL + "/")
	for _, want := range []string{
		"a warning", "Error: a mistake", "content security policy: style-src-attr", "answered 500", "a request to another host: " + elsewhere.URL,
	} {
		b.Until(want, func() bool {
			return slices.ContainsFunc(b.Noted.unexpected(), func(said string) bool { return strings.Contains(said, want) })
		})
	}
	b.Expect("") // all of it
}
