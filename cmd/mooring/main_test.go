package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
)

// run runs the whole program, without an environment but for what getenv gives.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	return (&cli{getenv: getenv, stdin: stdin, stdout: stdout, stderr: stderr}).run(ctx, args)
}

// program runs one command to its end.
func program(t *testing.T, env map[string]string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, func(name string) string { return env[name] }, strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

// running is a server that runs in the background.
type running struct {
	t      *testing.T
	lines  *bufio.Scanner
	stderr *lockedBuffer
	stop   func() int
}

func start(t *testing.T, args ...string) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	reader, writer, err := os.Pipe() // which takes what nobody reads
	if err != nil {
		t.Fatal(err)
	}
	r := &running{t: t, lines: bufio.NewScanner(reader), stderr: &lockedBuffer{}}
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, args, func(string) string { return "" }, strings.NewReader(""), writer, r.stderr)
		_ = writer.Close()
	}()
	r.stop = sync.OnceValue(func() int {
		cancel()
		go func() { _, _ = io.Copy(io.Discard, reader) }()
		return <-ended
	})
	t.Cleanup(func() { r.stop() })
	return r
}

// until reads standard output to the first line that fits.
func (r *running) until(pattern string) string {
	r.t.Helper()
	want := regexp.MustCompile(pattern)
	for r.lines.Scan() {
		if found := want.FindStringSubmatch(r.lines.Text()); found != nil {
			return found[len(found)-1]
		}
	}
	r.t.Fatalf("it ended with %d and never said %q: %s", r.stop(), pattern, r.stderr)
	return ""
}

// unread lets it print what nobody waits for.
func (r *running) unread() {
	go func() {
		for r.lines.Scan() {
		}
	}()
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func browserOf(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar}
}

func post(t *testing.T, client *http.Client, address string, form url.Values) (*http.Response, string) {
	t.Helper()
	answer, err := client.PostForm(address, form)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(body)
}

func TestWrongSettingsAreOneLineAndExit2(t *testing.T) {
	folder := t.TempDir()
	tests := map[string][]string{
		"unknown command":     {"serv"},
		"unknown flag":        {"serve", "--prot", "1"},
		"argument":            {"serve", "now"},
		"log level":           {"serve", "--data", folder, "--log-level", "loud"},
		"proxy":               {"serve", "--data", folder, "--trusted-proxy", "everybody"},
		"half of TLS":         {"serve", "--data", folder, "--tls-cert", "x.pem"},
		"TLS files":           {"serve", "--data", folder, "--tls-cert", "x.pem", "--tls-key", "y.pem"},
		"public, no https":    {"serve", "--data", folder, "--listen", "127.0.0.1:0", "--public-url", "http://mooring.example.com"},
		"public, with a path": {"serve", "--data", folder, "--listen", "127.0.0.1:0", "--public-url", "https://a.example/x"},
		"open to the world":   {"serve", "--data", folder, "--listen", "0.0.0.0:0"},
		"azure endpoint":      {"serve", "--data", folder, "--azure-authority", "http://evil.example"},
		"azure CA":            {"serve", "--data", folder, "--azure-ca", "nowhere.pem"},
		"no credentials":      {"serve", "--data", folder, "--max-credentials", "0"},
		"checks in words":     {"serve", "--data", folder, "--max-checks", "few"},
		"checks below none":   {"serve", "--data", folder, "--max-checks", "-1"},
		"demo to the world":   {"demo", "--listen", "0.0.0.0:0"},
		"portal to the world": {"demo", "--listen", "127.0.0.1:0", "--portal-listen", "0.0.0.0:0"},
		"backup to nowhere":   {"backup"},
		"people, no verb":     {"people"},
		"people, other verb":  {"people", "melt"},
		"people, a flag":      {"people", "--email", "max@example.com", "--help"},
		"people, no role":     {"people", "add", "--data", folder, "--role", "king"},
		"keys, no verb":       {"keys"},
		"keys, other verb":    {"keys", "melt"},
	}
	for name, args := range tests {
		code, _, stderr := program(t, nil, args...)
		if code != exitUsage || strings.Count(stderr, "\n") != 1 || !strings.HasPrefix(stderr, "mooring") {
			t.Errorf("%s: exit %d, %q", name, code, stderr)
		}
	}
	code, _, stderr := program(t, map[string]string{"MOORING_LOG_LEVEL": "loud"}, "serve", "--data", folder)
	if code != exitUsage || !strings.Contains(stderr, "loud") {
		t.Errorf("environment: exit %d, %q", code, stderr)
	}
}

func TestPeopleWithoutAVerbSaysWhichThereAre(t *testing.T) {
	for _, args := range [][]string{{"people"}, {"people", "--email", "max@example.com"}} {
		if code, stdout, stderr := program(t, nil, args...); code != exitUsage || stdout != "" || stderr != "mooring people: specify add or reset\n" {
			t.Errorf("%v: exit %d, %q, %q", args, code, stdout, stderr)
		}
	}
	for _, asked := range []string{"--help", "-h"} {
		code, stdout, stderr := program(t, nil, "people", asked)
		for _, want := range []string{"mooring people add: ", "--organization", "mooring people reset: ", "recovery code"} {
			if code != exitOK || stderr != "" || !strings.Contains(stdout, want) {
				t.Errorf("%s: exit %d, and no %s in %s%s", asked, code, want, stdout, stderr)
			}
		}
	}
}

func TestHelpListsSettingsWithTheirVariables(t *testing.T) {
	code, stdout, _ := program(t, nil, "serve", "--help")
	for _, want := range []string{"--data", "MOORING_DATA", "--public-url", "MOORING_PUBLIC_URL", "default ./data"} {
		if code != exitOK || !strings.Contains(stdout, want) {
			t.Errorf("exit %d, and no %s in %s", code, want, stdout)
		}
	}
	for _, args := range [][]string{{}, {"help"}, {"--help"}} {
		if code, stdout, _ := program(t, nil, args...); code != exitOK || !strings.Contains(stdout, "restore FILE") {
			t.Errorf("%v: exit %d: %s", args, code, stdout)
		}
	}
}

// TestServeFromFirstStartToRestore is an operator's life: first start, set-up,
// restart, backup, rotation, restore, and the mistakes in between.
func TestServeFromFirstStartToRestore(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data")
	serving := []string{"serve", "--data", folder, "--listen", "127.0.0.1:0"}
	s := start(t, serving...)
	s.until(`Created the key file (\S+)\. Back it up`)
	address := s.until(`^Mooring listens on (http://\S+)$`)
	setUp := s.until(`^  (http://\S+/setup/\S+)$`)

	client := browserOf(t)
	form := url.Values{"email": {"ada@example.com"}, "name": {"Ada"}, "password": {"short"}, "organization": {"harbor"}}
	if answer, body := post(t, client, setUp, form); answer.StatusCode != http.StatusUnprocessableEntity || strings.Contains(body, `value="short"`) {
		t.Errorf("a short password answered %d", answer.StatusCode)
	}
	form.Set("password", "a long enough password")
	answer, body := post(t, client, setUp, form)
	if answer.StatusCode != http.StatusOK || answer.Request.URL.Path != "/accounts/harbor/cloud-providers" {
		t.Fatalf("set-up led to %d at %s: %s", answer.StatusCode, answer.Request.URL, body)
	}
	if answer, _ := post(t, client, setUp, form); answer.StatusCode != http.StatusNotFound {
		t.Errorf("the set-up address works twice: %d", answer.StatusCode)
	}
	for _, secret := range []string{"a long enough password", setUp[strings.LastIndexByte(setUp, '/')+1:]} {
		if strings.Contains(s.stderr.String(), secret) {
			t.Errorf("%q is in the log", secret)
		}
	}
	host, _ := url.Parse(address)
	addMember(t, folder, address)
	if code, _, stderr := program(t, nil, "health", "--listen", host.Host); code != exitOK {
		t.Errorf("health: exit %d, %s", code, stderr)
	}
	if code, _, stderr := program(t, nil, serving...); code != exitFailed || !strings.Contains(stderr, "another mooring process is using") {
		t.Errorf("a second server: exit %d, %q", code, stderr)
	}
	if code, _, stderr := program(t, nil, "keys", "rotate", "--data", folder); code != exitFailed || !strings.Contains(stderr, "another mooring process is using") {
		t.Errorf("rotating under a server: exit %d, %q", code, stderr)
	}
	if answer, err := client.Get(address + "/accounts/harbor/certificate.cer"); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("the certificate: %v %v", answer, err)
	}
	copied := filepath.Join(t.TempDir(), "copy.db")
	if code, stdout, stderr := program(t, nil, "backup", "--data", folder, copied); code != exitOK || !strings.Contains(stdout, "key file") {
		t.Fatalf("backup while running: exit %d, %s", code, stderr)
	}
	if info, err := os.Stat(copied); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup: %v %v", info, err)
	}
	if code := s.stop(); code != exitOK {
		t.Fatalf("it ended with %d: %s", code, s.stderr)
	}
	if code, _, _ := program(t, nil, "health", "--listen", host.Host); code != exitFailed {
		t.Errorf("health of a stopped server: exit %d", code)
	}

	if code, stdout, stderr := program(t, nil, "keys", "rotate", "--data", folder); code != exitOK || !regexp.MustCompile(`encrypted [1-4] values`).MatchString(stdout) {
		t.Fatalf("rotate: exit %d, %s %s", code, stdout, stderr)
	}
	if code, stdout, _ := program(t, nil, "keys", "list", "--data", folder); code != exitOK || strings.Count(stdout, "\n") != 2 {
		t.Errorf("keys list: exit %d, %q", code, stdout)
	}
	if code, _, stderr := program(t, nil, "restore", "--data", folder, copied); code != exitOK {
		t.Fatalf("restoring what an older key sealed: exit %d, %s", code, stderr)
	}
	s = start(t, serving...)
	address = s.until(`^Mooring listens on (http://\S+)$`)
	if answer, err := client.Get(address + "/accounts/harbor/cloud-providers"); err != nil || answer.Request.URL.Path != "/login" {
		t.Errorf("a restored copy brought sessions back: %v %v", answer, err)
	}
	signIn := url.Values{"email": {"ada@example.com"}, "password": {"a long enough password"}}
	if answer, _ := post(t, client, address+"/login", signIn); answer.Request.URL.Path != "/accounts/harbor/cloud-providers" {
		t.Errorf("signing in led to %s", answer.Request.URL)
	}
	if answer, err := client.Get(address + "/accounts/harbor/certificate.cer"); err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("the certificate: %v %v", answer, err)
	}
	s.stop()

	key := filepath.Join(folder, "mooring.key")
	aside := key + ".aside"
	if err := os.Rename(key, aside); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := program(t, nil, serving...); code != exitFailed || !strings.Contains(stderr, "is missing") {
		t.Errorf("without the key file: exit %d, %q", code, stderr)
	}
	if _, err := os.Stat(key); !errors.Is(err, os.ErrNotExist) {
		t.Error("a new key was made")
	}
	other := filepath.Join(t.TempDir(), "other")
	o := start(t, "serve", "--data", other, "--listen", "127.0.0.1:0")
	o.until(`^Mooring listens on`)
	o.stop()
	if code, _, stderr := program(t, nil, append(serving, "--key-file", filepath.Join(other, "mooring.key"))...); code != exitFailed || !strings.Contains(stderr, "does not belong") {
		t.Errorf("with another key file: exit %d, %q", code, stderr)
	}
	if err := os.Chmod(aside, 0o644); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := program(t, nil, append(serving, "--key-file", aside)...); code != exitFailed || !strings.Contains(stderr, "chmod 600") {
		t.Errorf("with an open key file: exit %d, %q", code, stderr)
	}
	nonsense := filepath.Join(t.TempDir(), "nonsense.db")
	if err := os.WriteFile(nonsense, []byte("not a database at all"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Chmod(aside, 0o600), os.Rename(aside, key)); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := program(t, nil, "restore", "--data", folder, nonsense); code != exitFailed || !strings.Contains(stderr, "was not restored") {
		t.Errorf("restoring nonsense: exit %d, %q", code, stderr)
	}

	empty := filepath.Join(t.TempDir(), "empty.db")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := program(t, nil, "restore", "--data", folder, empty); code != exitFailed || !strings.Contains(stderr, "not a Mooring backup") {
		t.Errorf("restoring an empty file: exit %d, %q", code, stderr)
	}

	// A damaged database is set aside whole, so that its log does not reach
	// the restored one.
	for _, ending := range []string{"", "-wal"} {
		if err := os.WriteFile(filepath.Join(folder, "mooring.db"+ending), bytes.Repeat([]byte("damaged "), 1000), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if code, _, stderr := program(t, nil, "restore", "--data", folder, copied); code != exitOK {
		t.Fatalf("restoring over a damaged database: exit %d, %s", code, stderr)
	}
	damaged := 0
	kept, err := filepath.Glob(filepath.Join(folder, "mooring.db.before-*"))
	for _, file := range kept {
		if text, err := os.ReadFile(file); err == nil && bytes.HasPrefix(text, []byte("damaged ")) {
			damaged++
		}
	}
	if err != nil || damaged == 0 {
		t.Errorf("the damaged database was not kept: %v %v", kept, err)
	}
	s = start(t, serving...)
	s.until(`^Mooring listens on`)
	s.stop()
}

// addMember adds a member while the server runs, and signs them in.
func addMember(t *testing.T, folder, address string) {
	t.Helper()
	add := func(password string, args ...string) (int, string) {
		var out, errs bytes.Buffer
		code := run(t.Context(), append([]string{"people", "add", "--data", folder}, args...), func(string) string { return "" },
			strings.NewReader(password+"\n"), &out, &errs)
		return code, errs.String()
	}
	max := []string{"--email", "max@example.com", "--name", "Max", "--organization", "harbor"}
	if code, said := add("short", max...); code != exitUsage || !strings.Contains(said, "--password: Use at least 12 characters.") {
		t.Errorf("a short password: exit %d, %q", code, said)
	}
	if code, said := add("another long password", "--email", "x@example.com", "--name", "X", "--organization", "nowhere"); code != exitUsage || !strings.Contains(said, "no organization with that name") {
		t.Errorf("an organization that is not there: exit %d, %q", code, said)
	}
	if code, said := add("another long password", max...); code != exitOK {
		t.Fatalf("exit %d, %q", code, said)
	}
	if code, said := add("another long password", max...); code != exitUsage || !strings.Contains(said, "--email") {
		t.Errorf("the same address again: exit %d, %q", code, said)
	}
	client := browserOf(t)
	answer, body := post(t, client, address+"/login", url.Values{"email": {"max@example.com"}, "password": {"another long password"}})
	if answer.Request.URL.Path != "/accounts/harbor/cloud-providers" || strings.Contains(body, "/credentials/new") {
		t.Errorf("the member is at %s and may link: %v", answer.Request.URL, strings.Contains(body, "/credentials/new"))
	}
	if certificate, err := client.Get(address + "/accounts/max/certificate.cer"); err != nil || certificate.StatusCode != http.StatusOK {
		t.Errorf("the certificate of their own account: %v %v", certificate, err)
	}
	resetMember(t, folder, address)
}

// resetMember resets the member while the server runs: to a password, and to a
// recovery code.
func resetMember(t *testing.T, folder, address string) {
	t.Helper()
	reset := func(stdin io.Reader) (code int, stdout, stderr string) {
		var out, errs bytes.Buffer
		code = run(t.Context(), []string{"people", "reset", "--data", folder, "--email", "max@example.com"}, func(string) string { return "" }, stdin, &out, &errs)
		return code, out.String(), errs.String()
	}
	broken := errors.New("broken pipe")
	for sentence, stdin := range map[string]io.Reader{
		"--password: Use at least 12 characters.": strings.NewReader("short\n"),
		"--password: Use at most":                 strings.NewReader(strings.Repeat("long", 1<<20)),
		"standard input: broken pipe":             iotest.ErrReader(broken),
	} {
		if code, stdout, stderr := reset(stdin); code == exitOK || stdout != "" || !strings.Contains(stderr, sentence) {
			t.Errorf("%s: exit %d, %q, %q", sentence, code, stdout, stderr)
		}
	}
	if code, stdout, stderr := reset(strings.NewReader("a third long password\r\nand more")); code != exitOK || !strings.HasPrefix(stdout, "Reset max@example.com. ") || stderr != "" {
		t.Errorf("exit %d, %q, %q", code, stdout, stderr)
	}
	form := url.Values{"email": {"max@example.com"}, "password": {"a third long password"}}
	if answer, _ := post(t, browserOf(t), address+"/login", form); answer.Request.URL.Path == "/login" {
		t.Errorf("the new password answered %d", answer.StatusCode)
	}
	for _, nothing := range []string{"", "\n"} {
		code, stdout, stderr := reset(strings.NewReader(nothing))
		found := regexp.MustCompile(`^Reset max@example\.com\. They can sign in once at /login/recovery .*\n  ([0-9a-z-]{19})\n$`).FindStringSubmatch(stdout)
		if code != exitOK || found == nil || stderr != "" {
			t.Fatalf("exit %d, %q, %q", code, stdout, stderr)
		}
		if answer, _ := post(t, browserOf(t), address+"/login", form); answer.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("the password before answered %d", answer.StatusCode)
		}
		answer, body := post(t, browserOf(t), address+"/login/recovery", url.Values{"email": {"max@example.com"}, "code": {found[1]}})
		if answer.Request.URL.Path != "/settings/passkeys/new" || !strings.Contains(body, "by the operator of this site") {
			t.Errorf("the code led to %d at %s", answer.StatusCode, answer.Request.URL)
		}
	}
}

func TestTheDemoIsTheSameEveryTime(t *testing.T) {
	type announced struct {
		Address, Portal, Password string
		People                    []string
	}
	var certificates []string
	for range 2 {
		d := start(t, "demo", "--listen", "127.0.0.1:0", "--json")
		var a announced
		if err := json.Unmarshal([]byte(d.until(`^(\{.*\})$`)), &a); err != nil {
			t.Fatal(err)
		}
		client := browserOf(t)
		for _, email := range a.People {
			answer, _ := post(t, client, a.Address+"/login", url.Values{"email": {email}, "password": {a.Password}})
			if answer.StatusCode != http.StatusOK || !strings.HasPrefix(answer.Request.URL.Path, "/accounts/") {
				t.Errorf("%s: %d at %s", email, answer.StatusCode, answer.Request.URL)
			}
			home := map[string]string{"admin@demo.example": "admin", demoNeighbourMail: demoNeighbour}[email]
			if answer.Request.URL.Path != "/accounts/"+cmp.Or(home, demoOrganization)+"/cloud-providers" {
				t.Errorf("%s begins at %s", email, answer.Request.URL)
			}
		}
		_, _ = post(t, client, a.Address+"/login", url.Values{"email": {a.People[0]}, "password": {a.Password}})
		answer, err := client.Get(a.Address + "/accounts/harbor/certificate.cer")
		if err != nil {
			t.Fatal(err)
		}
		der, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		certificates = append(certificates, string(der))
		if portal, err := client.Get(a.Portal); err != nil || portal.StatusCode != http.StatusOK {
			t.Errorf("the portal: %v %v", portal, err)
		}
		if code := d.stop(); code != exitOK {
			t.Errorf("it ended with %d: %s", code, d.stderr)
		}
	}
	if certificates[0] != certificates[1] {
		t.Error("harbor has another certificate in the second demo")
	}
}
