package e2e

import (
	"net/url"
	"path/filepath"
	"strings"
	"testing"
)

// served is a mooring serve with what it said at its start.
type served struct {
	*process
	address, setUp string
}

func serve(t *testing.T, data string) served {
	t.Helper()
	s := served{process: start(t, "serve", "--data", data, "--listen", "127.0.0.1:0", "--log-level", "error")}
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

func (s served) hosts(t *testing.T) []string {
	t.Helper()
	u, err := url.Parse(s.address)
	if err != nil || u.Host == "" {
		t.Fatalf("mooring serve listens on %q", s.address)
	}
	return []string{u.Host}
}

const adminPassword = "correct horse battery"

// fillSetUp fills in the form that makes the first administrator.
func (b *tab) fillSetUp() {
	b.t.Helper()
	b.fill("Your name", "Ada Admin")
	b.fill("E-mail address", "ada@harbor.example")
	b.fill("Password", adminPassword)
	b.fill("Organization (optional)", "harbor")
}

// TestPowerCut sets a real server up, kills it and starts it again.
func TestPowerCut(t *testing.T) {
	t.Parallel()
	needChromium(t)
	data := filepath.Join(t.TempDir(), "data")
	first := serve(t, data)
	b := openTab(t, first.hosts(t), narrowLight)
	b.open(first.setUp)
	b.shown("set-up")
	b.fillSetUp()
	b.follow("button", "Create administrator")
	b.sees("Cloud Providers", "Nothing is linked yet.")
	used := first.setUp[strings.Index(first.setUp, "/setup/"):]
	first.kill()

	second := serve(t, data)
	if second.setUp != "" {
		t.Errorf("a new set-up address is there: %s", second.setUp)
	}
	b = openTab(t, second.hosts(t), narrowLight)
	b.expect("404 (Not Found)")
	b.open(second.address + used)
	b.sees("Not found")
	b.open(second.address + "/")
	b.fill("E-mail address", "ada@harbor.example")
	b.fill("Password", adminPassword)
	b.follow("button", "Sign in")
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
	b := openTab(t, s.hosts(t), wideLight)
	b.expect("422 (Unprocessable Entity)")
	b.open(s.setUp)
	b.accessible("set-up")
	b.fillSetUp()
	b.fill("Password", "short")
	b.follow("button", "Create administrator")
	b.seesIn(problem, "Password")
	b.accessible("set-up-refused")
}
