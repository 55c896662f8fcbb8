//go:build unix

package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func TestAWrongListenIsExit2AndSaysWhatToWrite(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for given, fix := range map[string]string{
		"8080": "write 127.0.0.1:8080 for this machine only", "localhost": "write localhost:8080", "192.0.2.1": "write 192.0.2.1:8080", "::1": "write [::1]:8080",
		"[::1]": "write [::1]:8080", "::1:8080:x": "as in [::1]:8080", "127.0.0.1:99999": "from 1 to 65535", "127.0.0.1:-1": "from 1 to 65535", "127.0.0.1:": "from 1 to 65535",
		"127.0.0.1:http-x": "write a number", "*:8080": "write 0.0.0.0:8080", "https://mooring.example.com": "belongs to --public-url", "http://127.0.0.1:8080": "belongs to --public-url",
		"no-such-host.invalid:8080": "no host of that name", "192.0.2.1:8080": "this machine doesn't have that address",
		"/run/mooring.sock": "write unix:/run/mooring.sock", "unix:": "has no path; write one", "unix:@mooring": "every user", "unix:/" + strings.Repeat("x", 104): "at most 103 bytes",
		"unix:" + filepath.Join(data, "no", "where"): "folder must be there", "unix:" + file: "choose another path",
		"fd:": "fd:3", "fd:2": "fd:3", "fd:999": "nothing was passed", "fd:web": "only if systemd passes it",
	} {
		code, _, stderr := program(t, nil, "serve", "--data", data, "--public-url", "https://mooring.example.com", "--listen", given)
		if code != exitUsage || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, fix) || !strings.Contains(stderr, "--listen") {
			t.Errorf("%s: exit %d, %q; want %q", given, code, stderr, fix)
		}
	}
	if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() {
		t.Errorf("the file in the way is gone: %v", err)
	}
	for _, given := range []string{"unix:" + file, "fd:3"} {
		if code, _, stderr := program(t, nil, "demo", "--listen", given); code != exitUsage || !strings.Contains(stderr, "127.0.0.1:8080") {
			t.Errorf("demo at %s: exit %d, %q", given, code, stderr)
		}
	}
	if code, _, stderr := program(t, nil, "serve", "--data", data, "--listen", "unix:"+filepath.Join(t.TempDir(), "socket")); code != exitUsage || !strings.Contains(stderr, "--public-url") {
		t.Errorf("without --public-url: exit %d, %q", code, stderr)
	}
	if os.Geteuid() != 0 {
		if code, _, stderr := program(t, nil, "serve", "--data", data, "--listen", "127.0.0.1:1"); code != exitUsage || !strings.Contains(stderr, "from 1024 on") {
			t.Errorf("a privileged port: exit %d, %q", code, stderr)
		}
	}
}

// through is a client that connects to a unix socket, as a proxy does.
func through(t *testing.T, socket string) *http.Client {
	t.Helper()
	client := browserOf(t)
	client.Transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return client
}

func shortFolder(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "m") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	return folder
}

func TestServeAtAUnixSocket(t *testing.T) {
	folder := shortFolder(t)
	socket := filepath.Join(folder, "mooring.sock")
	serving := []string{"serve", "--data", filepath.Join(folder, "data"), "--listen", "unix:" + socket, "--public-url", "http://localhost:8080"}
	s := start(t, serving...)
	if got := s.until(`^Its own address is (.*)$`); got != "unix:"+socket {
		t.Errorf("its own address is %s", got)
	}
	setUp := s.until(`^  (http://\S+/setup/\S+)$`)
	info, err := os.Stat(socket)
	if err != nil || info.Mode().Perm() != socketMode {
		t.Errorf("the socket has %v, %v", info.Mode(), err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, setUp, strings.NewReader(url.Values{
		"email": {"ada@example.com"}, "name": {"Ada"}, "password": {"a long enough password"}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("X-Forwarded-For", "198.51.100.1, 203.0.113.9:51234")
	answer, err := through(t, socket).Do(request)
	if err != nil || answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("setting up: %v %v", answer, err)
	}
	_ = answer.Body.Close()
	if code, _, stderr := program(t, nil, "health", "--listen", "unix:"+socket); code != exitOK {
		t.Errorf("health: exit %d, %s", code, stderr)
	}
	if code, _, stderr := program(t, nil, "serve", "--data", filepath.Join(folder, "other"), "--listen", "unix:"+socket, "--public-url", "http://localhost:8081"); code != exitFailed || !strings.Contains(stderr, "another program uses this socket") {
		t.Errorf("a second server at the socket: exit %d, %q", code, stderr)
	}
	if code := s.stop(); code != exitOK {
		t.Fatalf("it ended with %d: %s", code, s.stderr)
	}
	if _, err := os.Lstat(socket); !os.IsNotExist(err) {
		t.Errorf("the socket is left: %v", err)
	}
	if code, log, stderr := program(t, nil, "audit", "export", "--data", filepath.Join(folder, "data")); code != exitOK || !strings.Contains(log, `"203.0.113.9"`) || strings.Contains(log, "198.51.100.1") {
		t.Errorf("exit %d, the log does not have the visitor's address: %s%s", code, log, stderr)
	}

	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false)
	_ = dead.Close()
	s = start(t, serving...)
	s.until(`^Its own address is`)
	s.unread()
	if code, _, stderr := program(t, nil, "health", "--listen", "unix:"+socket); code != exitOK {
		t.Errorf("health after a dead process left its socket: exit %d, %s", code, stderr)
	}
}

func TestSocketsThatSystemdPassesAreFound(t *testing.T) {
	const pid = 42
	passed := map[string]string{"LISTEN_PID": "42", "LISTEN_FDS": "3", "LISTEN_FDNAMES": "web:admin:admin"}
	others := map[string]string{"LISTEN_PID": "41", "LISTEN_FDS": "3", "LISTEN_FDNAMES": "web:admin:admin"}
	short := map[string]string{"LISTEN_PID": "42", "LISTEN_FDS": "1", "LISTEN_FDNAMES": "web:admin"}
	for _, c := range []struct {
		wanted string
		env    map[string]string
		found  int
		why    string
	}{
		{"3", passed, 3, ""}, {"5", passed, 5, ""}, {"6", passed, 0, "passes 3 sockets"}, {"web", passed, 3, ""}, {"admin", passed, 0, "several"}, {"x", passed, 0, "no socket of that name"},
		{"7", others, 7, ""}, {"web", others, 0, "only if systemd"}, {"7", nil, 7, ""}, {"web", nil, 0, "only if systemd"}, {"admin", short, 0, "no socket of that name"},
	} {
		got, err := passedSocket(c.wanted, func(name string) string { return c.env[name] }, pid)
		if got != c.found || (err == nil) != (c.why == "") || err != nil && !strings.Contains(err.Error(), c.why) {
			t.Errorf("fd:%s with %v is %d, %v; want %d, %q", c.wanted, c.env, got, err, c.found, c.why)
		}
	}
}

// TestServeAtASocketThatWasPassed starts the program as systemd does.
func TestServeAtASocketThatWasPassed(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	file, err := listener.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close() // the file stays open
	process := exec.Command("/bin/sh", "-c", `LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=web exec "$@"`, "sh",
		os.Args[0], "serve", "--data", t.TempDir(), "--listen", "fd:web", "--log-level", "error")
	process.Env, process.ExtraFiles = append(os.Environ(), asProgram+"=1"), []*os.File{file}
	var said lockedBuffer
	process.Stderr = &said
	out, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	_ = file.Close()
	go func() { _, _ = io.Copy(io.Discard, out) }()
	t.Cleanup(func() { _ = process.Process.Kill(); _ = process.Wait() })
	answer, err := http.Get("http://" + address + "/readyz") // the socket holds it until the program answers
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%v %v: %s", answer, err, said.String())
	}
	_ = answer.Body.Close()
}

func TestWhatIsNoSocketIsNotListenedAt(t *testing.T) {
	file, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer packets.Close()
	udp, err := packets.(*net.UDPConn).File()
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	for _, descriptor := range []uintptr{file.Fd(), udp.Fd()} {
		at, err := parseListen("fd:" + strconv.Itoa(int(descriptor)))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := at.open(func(string) string { return "" }); err == nil || !strings.Contains(err.Error(), "is not a socket") {
			t.Errorf("descriptor %d: %v", descriptor, err)
		}
	}
	if _, err := file.Stat(); err != nil {
		t.Errorf("a file of the program was closed: %v", err)
	}
}
