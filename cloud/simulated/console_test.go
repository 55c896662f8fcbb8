package simulated_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"mooring/cloud/simulated"
)

func TestAPageOfTheConsole(t *testing.T) {
	q := newQuay(t)
	r, body := q.get(t, "/")
	for _, want := range []string{
		"<title>Harbors · Simulated Quay console</title>", "Simulated Quay console. Not Quay. Nothing here leaves this computer.", `<a href="/" aria-current="page">Harbors</a>`, `<p>Land ho</p>`,
		`<code id="id" data-doc="harbor">h-1</code> <button type="button" class="copy" data-copy="id" aria-label="Copy the harbor ID" hidden>Copy</button> <a href="/shell/north" aria-label="Open the shell of North">Open</a>`,
		`<form method="post" action="/error">`, "<option>NoBerth</option>",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if csp := r.Header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'") || r.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("the headers are %v", r.Header)
	}
	if r, body := q.get(t, "/nothing"); r.StatusCode != 404 || !strings.Contains(body, `There is nothing at this address. <a href="/">All harbors</a>`) {
		t.Errorf("an address where nothing is answered %s: %s", r.Status, body)
	}
	if r, body := q.get(t, "/broken"); r.StatusCode != 500 || strings.Contains(body, "the beginning") {
		t.Errorf("a page that doesn't render answered %s: %s", r.Status, body)
	}
	if _, body := q.get(t, "/console.css"); !strings.Contains(body, "--accent: light-dark(#111, #222);") || !strings.Contains(body, "--on-accent: light-dark(#333, #444);") || !strings.Contains(body, "p.simulated") {
		t.Errorf("the style sheet is %.200s", body)
	}
	if r, body := q.get(t, "/copy.js"); r.Header.Get("Content-Type") != "text/javascript; charset=utf-8" || !strings.Contains(body, "clipboard") {
		t.Errorf("the script is %.200s", body)
	}
	if r, _ := q.get(t, "/favicon.ico"); r.StatusCode != 204 {
		t.Errorf("the icon answered %s", r.Status)
	}
}

func TestTheConsoleRefusesFormsFromOtherSites(t *testing.T) {
	q := newQuay(t)
	r, err := http.NewRequest(http.MethodPost, q.ConsoleURL()+"/error", strings.NewReader("stage=harbors&code=NoBerth"))
	ok(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	answer, err := http.DefaultClient.Do(r)
	if r, _ := read(t, answer, err); r.StatusCode != http.StatusForbidden || q.chosen != nil {
		t.Errorf("it answered %s", r.Status)
	}
}

func TestSomebodyChoosesAnError(t *testing.T) {
	q := newQuay(t)
	if r, body := q.post(t, "/error", url.Values{"stage": {"harbors"}, "code": {"x"}}); r.StatusCode != 422 || !strings.Contains(body, `role="alert">Enter a code, such as NoBerth.`) || !strings.Contains(body, "<option selected>harbors") {
		t.Errorf("a code that is none answered %s: %s", r.Status, body)
	}
	if _, body := q.post(t, "/error", url.Values{"stage": {"harbors"}, "code": {"NoBerth"}}); strings.Count(body, "At the moment, harbors is answered with NoBerth.") != 2 || !strings.Contains(body, `action="/error/delete"`) {
		t.Errorf("the page doesn't say it: %s", body)
	}
}

func TestATemplateThatIsBrokenIsNamed(t *testing.T) {
	c := simulated.Console{Templates: fstest.MapFS{"harbor.html": {Data: []byte("{{")}}}
	if err := c.Load(); err == nil || !strings.Contains(err.Error(), "console page harbor") {
		t.Error(err)
	}
}
