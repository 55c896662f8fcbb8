package simulated_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"mooring/cloud/simulated"
)

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const effectOtherHarbor = simulated.EffectOfCloud

var overrides = simulated.Overrides{
	Cloud: "Quay", Stages: []string{"sign-in", "harbors"}, ExampleCode: "NoBerth",
	Conclusions: map[string]simulated.Conclusion{"otherharbor": {Effect: effectOtherHarbor, Stage: "harbors"}},
	Status: func(code string) int {
		if code == "noberth" {
			return http.StatusConflict
		}
		return 0
	},
	Reason: func(code string) string {
		if code == "noberth" {
			return "Every berth is taken."
		}
		return ""
	},
}

// quay is a small simulated cloud: it has one host, one account, one page, and one program.
type quay struct {
	*simulated.Network
	simulated.Console
	shells *simulated.Shells

	mu     sync.Mutex
	chosen *simulated.Chosen
}

var quayPages = fstest.MapFS{
	"account.html": {Data: []byte(`{{define "content"}}{{template "cases" .Cases}}{{template "error-answer" .Error}}{{template "motto"}}{{end}}`)},
	"broken.html":  {Data: []byte(`{{define "content"}}the beginning{{.NoSuchField}}{{end}}`)},
	"shared.html":  {Data: []byte(`{{define "motto"}}<p>Land ho</p>{{end}}`)},
}

var now = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

func newQuay(t testing.TB) *quay {
	t.Helper()
	q := &quay{
		Network: &simulated.Network{Cloud: "Quay", Hosts: func(host string) bool { return host == "api.quay.example" },
			TLS: func(c *tls.Config) { c.ClientAuth = tls.RequestClientCert }},
		Console: simulated.Console{Name: "Simulated Quay console", Kind: "Console", NotVendor: "Not Quay.", Home: "Simulated Quay", Navigation: []simulated.Link{{Text: "Harbors", Path: "/"}},
			Color: simulated.Accent{Light: "#111", Dark: "#222", OnLight: "#333", OnDark: "#444"}, Templates: quayPages},
		shells: &simulated.Shells{Name: "Quay Shell", Programs: map[string]func(context.Context, simulated.Program) error{"quay": dock},
			Env: func(account string) []string { return []string{"QUAY_HARBOR=" + account} }},
	}
	ok(t, q.Load())
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { q.showAccount(w, http.StatusOK, simulated.ErrorAnswer{}) })
	mux.HandleFunc("GET /broken", func(w http.ResponseWriter, _ *http.Request) {
		q.Show(w, http.StatusOK, "broken", simulated.Page{Content: "a text"})
	})
	mux.HandleFunc("POST /error", q.choose)
	for _, account := range []string{"north", "south"} {
		mux.HandleFunc("/shell/"+account, func(w http.ResponseWriter, r *http.Request) {
			q.ServeShell(w, r, q.shells, simulated.ShellPage{Account: account, Lead: "Signed in to " + account + ".", Commands: []string{"quay dock"},
				Navigation: []simulated.Link{{Text: "Quay Shell", Path: r.URL.Path}}})
		})
	}
	ok(t, q.Start(http.HandlerFunc(q.answer), q.Handler(mux)))
	t.Cleanup(func() { ok(t, q.Close()) })
	return q
}

// answer is the one service: it says what the client's certificate is called.
func (q *quay) answer(w http.ResponseWriter, r *http.Request) {
	q.mu.Lock()
	chosen := q.chosen
	q.mu.Unlock()
	a := simulated.JSONReply(http.StatusOK, map[string]any{"host": r.Host, "certificates": len(r.TLS.PeerCertificates)})
	if chosen.Instead("harbors") != nil {
		a = chosen.Reply(func(status int, code, reason string) simulated.Reply {
			return simulated.JSONReply(status, map[string]any{"code": code, "message": reason})
		})
	} else if chosen.Has(effectOtherHarbor) {
		a = simulated.JSONReply(http.StatusOK, map[string]any{"host": "elsewhere"})
	}
	a.Send(w, r, q.Done(), now)
}

func (q *quay) override(t testing.TB, o simulated.Override) {
	t.Helper()
	chosen, err := overrides.Read(o)
	ok(t, err)
	q.mu.Lock()
	defer q.mu.Unlock()
	q.chosen = chosen
}

func (q *quay) choose(w http.ResponseWriter, r *http.Request) {
	typed := simulated.OverrideFrom(r)
	chosen, err := overrides.Read(typed)
	if err != nil {
		q.showAccount(w, http.StatusUnprocessableEntity, simulated.ErrorAnswer{Typed: typed, Problem: simulated.Sentence(err)})
		return
	}
	q.mu.Lock()
	q.chosen = chosen
	q.mu.Unlock()
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (q *quay) showAccount(w http.ResponseWriter, status int, answer simulated.ErrorAnswer) {
	q.mu.Lock()
	answer.Now = q.chosen.Now()
	q.mu.Unlock()
	answer.Action, answer.Stages, answer.Codes = "/error", overrides.Stages, []string{"NoBerth"}
	q.Show(w, status, "account", simulated.Page{Title: "Harbors", Path: "/", Content: map[string]any{"Error": answer, "Cases": []simulated.Case{{Name: "North", Path: "/north", Outcome: "Connects.", Now: answer.Now,
		IDs: []simulated.CaseID{{Term: "Harbor ID", Value: simulated.Value{ID: "id", Doc: "harbor", Label: "the harbor ID", Text: "h-1"}, Link: &simulated.Link{Text: "Open", Path: "/shell/north", Label: "Open the shell of North"}}}}}}})
}

// dock writes its arguments to a file, or fails.
func dock(_ context.Context, p simulated.Program) error {
	if len(p.Args) == 0 {
		fmt.Fprintln(p.Stderr, "quay: dock what?")
		return simulated.Exit(64)
	}
	if _, exists := p.ReadFile("berth"); exists {
		fmt.Fprintln(p.Stdout, "taken in "+p.Account)
		return nil
	}
	return p.WriteFile("berth", []byte(strings.Join(p.Args, " ")))
}

func (q *quay) client(t testing.TB) *http.Client {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: q.CA(), MinVersion: tls.VersionTLS12}, DialContext: q.Dial}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// read gives an answer's text, as people see it.
func read(t testing.TB, answer *http.Response, err error) (*http.Response, string) {
	t.Helper()
	ok(t, err)
	defer answer.Body.Close() //nolint:errcheck // a test
	body, err := io.ReadAll(answer.Body)
	ok(t, err)
	return answer, html.UnescapeString(string(body))
}

func (q *quay) get(t testing.TB, path string) (*http.Response, string) {
	t.Helper()
	answer, err := http.Get(q.ConsoleURL() + path)
	return read(t, answer, err)
}

func (q *quay) post(t testing.TB, path string, form url.Values) (*http.Response, string) {
	t.Helper()
	answer, err := http.PostForm(q.ConsoleURL()+path, form)
	return read(t, answer, err)
}
