package browser

import (
	"database/sql"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite"
)

// AgesProofs makes the proof of each session older than it counts for.
func (s Served) AgesProofs(b *Tab) {
	b.T.Helper()
	b.Ages(s.World, s.Data, "UPDATE sessions SET proved_at = proved_at - 601000")
}

// Ages makes something older in the database of a folder. Mooring reads what
// it knows anew after a change of its own.
func (b *Tab) Ages(w *World, folder, statement string) {
	b.T.Helper()
	data, err := sql.Open("sqlite", "file:"+filepath.Join(folder, "mooring.db")+"?_pragma=busy_timeout(5000)")
	if err != nil {
		b.T.Fatal(err)
	}
	defer data.Close()
	if _, err := data.ExecContext(b.T.Context(), statement); err != nil {
		b.T.Fatal(err)
	}
	answer := b.Fetch(http.MethodPost, w.Address+"/settings/theme", url.Values{"theme": {"system"}})
	if answer.StatusCode != http.StatusSeeOther {
		b.T.Fatalf("the change answered %s", answer.Status)
	}
}

// Served is a mooring serve with what it said at its start.
type Served struct {
	*process
	*World
	SetUp string // address of the page that makes the first administrator; "" if there is one
	Data  string // its folder

	behind string // the host that it listens on, where --public-url names another; "" if it has not said so yet
}

// Serve starts mooring serve on loopback with its data in a folder.
func Serve(t *testing.T, data string, more ...string) Served {
	t.Helper()
	args := append([]string{"serve", "--data", data, "--listen", "127.0.0.1:0", "--log-level", "error"}, more...)
	s := Served{process: start(t, args...), World: &World{T: t}, Data: data}
	_, err := os.Stat(filepath.Join(data, "mooring.db"))
	settingUp := errors.Is(err, fs.ErrNotExist)
	s.line(func(line string) bool {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "http://") || strings.HasPrefix(line, "https://") {
			s.SetUp = line
		}
		if address, ok := strings.CutPrefix(line, "Mooring listens on "); ok {
			s.Address = address
		}
		if host, ok := strings.CutPrefix(line, ownAddress); ok {
			s.behind = host
		}
		return s.Address != "" && (s.SetUp != "" || !settingUp)
	})
	return s
}

// Behind is where it listens, when --public-url names another address.
func (s Served) Behind() string { return s.behind }

const ownAddress = "Its own address is "

// Place is an address that is known before a Mooring answers there: a sign-in
// provider has to be told where it may send people back to.
type Place struct {
	server  *httptest.Server
	Address string
}

// NewPlace finds a free address for mooring serve.
func NewPlace(t *testing.T) Place {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	t.Cleanup(server.Close)
	_, port, _ := strings.Cut(server.Listener.Addr().String(), ":")
	return Place{server, "http://localhost:" + port}
}

// Serve starts mooring serve behind the address, as behind a proxy.
func (p Place) Serve(t *testing.T, more ...string) Served {
	t.Helper()
	s := Serve(t, filepath.Join(t.TempDir(), "data"), append([]string{"--public-url", p.Address}, more...)...)
	if s.behind == "" { // the set-up address comes last, where there is one
		s.behind = strings.TrimPrefix(s.line(func(line string) bool { return strings.HasPrefix(line, ownAddress) }), ownAddress)
	}
	behind := &url.URL{Scheme: "http", Host: s.behind}
	p.server.Config.Handler = &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(behind)
		r.Out.Host = r.In.Host
	}}
	p.server.Start()
	return s
}

// The first administrator of a mooring serve.
const (
	Ada           = "ada@harbor.example"
	AdminPassword = "correct horse battery"
)

// FillSetUp fills in the form that makes the first administrator.
func (b *Tab) FillSetUp() {
	b.T.Helper()
	b.Fill("Your name", "Ada Admin")
	b.Fill("E-mail address", Ada)
	b.Fill("Password", AdminPassword)
	b.Fill("Organization (optional)", "harbor")
}

// SetsUp makes the first administrator, who is then signed in.
func (b *Tab) SetsUp(s Served) {
	b.T.Helper()
	b.Open(s.SetUp)
	b.FillSetUp()
	b.Follow("button", "Create administrator")
	b.Find("heading", "Cloud Providers")
}
