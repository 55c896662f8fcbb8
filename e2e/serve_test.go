package e2e

import (
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
)

// served is a mooring serve with what it said at its start.
type served struct {
	*process
	*world
	setUp string // address of the page that makes the first administrator; "" if there is one
	data  string // its folder
}

func serve(t *testing.T, data string, more ...string) served {
	t.Helper()
	args := append([]string{"serve", "--data", data, "--listen", "127.0.0.1:0", "--log-level", "error"}, more...)
	s := served{process: start(t, args...), world: &world{t: t}, data: data}
	s.line(func(line string) bool {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "http://") {
			s.setUp = line
		}
		address, ready := strings.CutPrefix(line, "Mooring listens on ")
		s.address = address
		return ready
	})
	return s
}

// place is an address that is known before a Mooring answers there: a sign-in
// provider has to be told where it may send people back to.
type place struct {
	server  *httptest.Server
	address string
}

func newPlace(t *testing.T) place {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	t.Cleanup(server.Close)
	_, port, _ := strings.Cut(server.Listener.Addr().String(), ":")
	return place{server, "http://localhost:" + port}
}

// serve starts mooring serve behind the address, as behind a proxy.
func (p place) serve(t *testing.T, more ...string) served {
	t.Helper()
	s := serve(t, filepath.Join(t.TempDir(), "data"), append([]string{"--public-url", p.address}, more...)...)
	own := s.line(func(line string) bool { return strings.HasPrefix(line, "Its own address is ") })
	behind := &url.URL{Scheme: "http", Host: strings.TrimPrefix(own, "Its own address is ")}
	p.server.Config.Handler = &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(behind)
		r.Out.Host = r.In.Host
	}}
	p.server.Start()
	return s
}

// The first administrator of a mooring serve.
const (
	ada           = "ada@harbor.example"
	adminPassword = "correct horse battery"
)

// fillSetUp fills in the form that makes the first administrator.
func (b *tab) fillSetUp() {
	b.t.Helper()
	b.fill("Your name", "Ada Admin")
	b.fill("E-mail address", ada)
	b.fill("Password", adminPassword)
	b.fill("Organization (optional)", "harbor")
}

// setsUp makes the first administrator, who is then signed in.
func (b *tab) setsUp(s served) {
	b.t.Helper()
	b.open(s.setUp)
	b.fillSetUp()
	b.follow("button", "Create administrator")
	b.find("heading", "Cloud Providers")
}

// TestPowerCut sets a real server up, kills it and starts it again.
func TestPowerCut(t *testing.T) {
	t.Parallel()
	needChromium(t)
	data := filepath.Join(t.TempDir(), "data")
	first := serve(t, data)
	b := first.newTab(narrowLight)
	b.setsUp(first)
	b.sees("Nothing is linked yet.")
	used := first.setUp[strings.Index(first.setUp, "/setup/"):]
	first.kill()

	second := serve(t, data)
	if second.setUp != "" {
		t.Errorf("a new set-up address is there: %s", second.setUp)
	}
	b = second.newTab(narrowLight)
	b.expect("404 (Not Found)")
	b.open(second.address + used)
	b.sees("Not found")
	b.signInAs(second.world, ada, adminPassword)
	b.sees("Cloud Providers", "Nothing is linked yet.")
	if b.path() != providersPath {
		t.Errorf("after signing in the page is %s", b.path())
	}
}

// accessibleSetUp is the form before and after a mistake.
func accessibleSetUp(t *testing.T) {
	t.Parallel()
	needChromium(t)
	s := serve(t, filepath.Join(t.TempDir(), "data"))
	b := s.newTab(wideLight)
	b.expect("422 (Unprocessable Entity)")
	b.open(s.setUp)
	b.accessible("set-up")
	b.fillSetUp()
	b.fill("Password", "short")
	b.follow("button", "Create administrator")
	b.seesIn(problem, "Password")
	b.accessible("set-up-refused")
}
