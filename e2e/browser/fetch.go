package browser

import (
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/chromedp/cdproto/network"
)

// Fetch asks for an address with the tab's cookies but beside the browser: as
// a form does, and without following where the answer leads.
func (b *Tab) Fetch(method, address string, form url.Values) *http.Response {
	b.T.Helper()
	request, err := http.NewRequestWithContext(b.T.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		b.T.Fatal(err)
	}
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Origin", "http://"+request.URL.Host)
	}
	for _, c := range Call(b, network.GetCookies, network.GetCookiesParams{URLs: []string{address}}).Cookies {
		request.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		b.T.Fatal(err)
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		b.T.Fatal(err)
	}
	return answer
}
