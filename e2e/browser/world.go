package browser

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The people and places of the demo world.
const (
	Owner    = "owner@demo.example"
	Member   = "member@demo.example"
	Password = "mooring-demo"

	ProvidersPath   = "/accounts/harbor/cloud-providers"
	CredentialsPath = ProvidersPath + "/azure/credentials"
)

// Patience is how long a test waits for what should come at once. It is long
// because two cores may be busy with other things.
const Patience = 20 * time.Second

// Program is the path of the real binary, built once.
var Program = sync.OnceValues(func() (string, error) {
	path := filepath.Join(scratch, "mooring")
	said, err := exec.Command("go", "build", "-o", path, "mooring/cmd/mooring").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, said)
	}
	return path, nil
})

// process is a running mooring.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	lines  *bufio.Scanner // of its standard output
	stderr bytes.Buffer
	ended  bool

	temporary string // the folder for what goes when it ends

	Complaint string // words of those that belong to the test; "" if none does
}

// start starts mooring. When the test ends it must stop by SIGTERM with exit
// code 0 and must not have complained.
func start(t *testing.T, args ...string) *process {
	t.Helper()
	path, err := Program()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, cmd: exec.Command(path, args...), temporary: t.TempDir()}
	p.cmd.Env = append(os.Environ(), "TMPDIR="+p.temporary)
	p.cmd.Stderr = &p.stderr
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.lines = bufio.NewScanner(stdout)
	t.Cleanup(p.stop)
	return p
}

// line gives the next line of output for which want says yes.
func (p *process) line(want func(string) bool) string {
	p.t.Helper()
	for p.lines.Scan() {
		if want(p.lines.Text()) {
			return p.lines.Text()
		}
	}
	p.t.Fatalf("mooring %v ended: %s", p.cmd.Args[1:], &p.stderr)
	return ""
}

func (p *process) stop() {
	if p.ended {
		return
	}
	p.ended = true
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	late := time.AfterFunc(Patience, func() { _ = p.cmd.Process.Kill() })
	defer late.Stop()
	if err := p.cmd.Wait(); err != nil {
		p.t.Errorf("mooring %v did not stop cleanly: %v", p.cmd.Args[1:], err)
	}
	for line := range strings.Lines(p.stderr.String()) {
		if p.Complaint == "" || !strings.Contains(line, p.Complaint) {
			p.t.Errorf("mooring %v complained: %s", p.cmd.Args[1:], line)
		}
	}
}

// Kill is a power cut.
func (p *process) Kill() {
	p.t.Helper()
	p.ended = true
	if err := p.cmd.Process.Kill(); err != nil {
		p.t.Fatal(err)
	}
	_ = p.cmd.Wait()
}

// World is a demo of its own for one test.
type World struct {
	T         *testing.T
	Address   string
	Consoles  map[string]string // addresses of the simulated clouds' consoles, by the cloud's key
	temporary string            // where its data lies
}

// Folder is where the demo keeps its database.
func (w *World) Folder() string {
	w.T.Helper()
	found, err := filepath.Glob(filepath.Join(w.temporary, "mooring-demo-*"))
	if err != nil || len(found) != 1 {
		w.T.Fatalf("the demo keeps its data in %q, %v", found, err)
	}
	return found[0]
}

// NewWorld starts a demo in which nobody has linked anything.
func NewWorld(t *testing.T) *World { return LinkedWorld(t, 0) }

// LinkedWorld is a world in which others have linked that many subscriptions.
func LinkedWorld(t *testing.T, linked int) *World {
	t.Helper()
	NeedChromium(t)
	return AnyWorld(t, linked)
}

// AnyWorld is such a world for another browser than Chromium.
func AnyWorld(t *testing.T, linked int) *World {
	t.Helper()
	p := start(t, "demo", "--listen", "127.0.0.1:0", "--portal-listen", "127.0.0.1:0", "--console-listen", "127.0.0.1:0", "--json", "--linked", strconv.Itoa(linked))
	var said struct {
		Address  string
		Consoles map[string]string
	}
	line := p.line(func(string) bool { return true })
	if err := json.Unmarshal([]byte(line), &said); err != nil {
		t.Fatalf("the demo said %q: %v", line, err)
	}
	return &World{T: t, Address: said.Address, Consoles: said.Consoles, temporary: p.temporary}
}

// Hosts are the addresses that pages may ask.
func (w *World) Hosts() []string {
	var hosts []string
	for _, address := range append([]string{w.Address}, slices.Sorted(maps.Values(w.Consoles))...) {
		if u, err := url.Parse(address); err == nil && u.Host != "" {
			hosts = append(hosts, u.Host)
		}
	}
	return hosts
}

// until asks again and again until done says yes, and fails the test with
// what was wanted when time is over.
func until(t *testing.T, limit time.Duration, wanted func() string, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	tick := time.NewTicker(40 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-ctx.Done():
			t.Fatalf("waited %s in vain for %s", limit, wanted())
		case <-tick.C:
		}
	}
}

// WantWords checks that text contains every phrase.
func WantWords(t *testing.T, what, text string, phrases ...string) {
	t.Helper()
	for _, phrase := range phrases {
		if !strings.Contains(text, phrase) {
			t.Errorf("%s does not say %q:\n%s", what, phrase, text)
		}
	}
}

// wanted reads a switch of the environment, such as MOORING_E2E_SHOTS=1.
func wanted(name string) bool { return os.Getenv(name) == "1" }
