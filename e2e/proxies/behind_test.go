package proxies

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"mooring/e2e/browser"
)

// The visitors' addresses, and one that they only claim to have.
const (
	visitor = "127.0.0.2"
	guesser = "127.0.0.3"
	claimed = "198.51.100.1"
)

// TestMooringBehindAProxy sets Mooring up, signs in and does what a proxy can spoil.
func TestMooringBehindAProxy(t *testing.T) {
	withPorts := kind{"haproxy with ports", haproxyWithPorts}
	for _, k := range append(kinds(), withPorts) {
		for _, network := range []string{"tcp", "unix"} {
			if network == "unix" && k.name == withPorts.name {
				continue
			}
			t.Run(k.name+" over "+network, func(t *testing.T) { behind(t, k, network) })
		}
	}
}

func behind(t *testing.T, k kind, network string) {
	folder, err := os.MkdirTemp("", "mooring-proxy-") // the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	listen := []string{"--trusted-proxy", "127.0.0.1"}
	if network == "unix" {
		listen = []string{"--listen", "unix:" + filepath.Join(folder, "mooring.sock")}
	}
	program(t, strings.Fields(k.name)[0])
	s := browser.Serve(t, filepath.Join(folder, "data"), append(listen, "--public-url", "https://"+host)...)
	p := k.begin(t, s.Behind())
	client := p.client(visitor)

	if status, _ := send(t, client, s.SetUp, url.Values{"name": {"Ada"}, "email": {browser.Ada}, "password": {browser.AdminPassword}}); status != http.StatusSeeOther {
		t.Fatalf("setting up answers %d", status)
	}
	client = p.client(visitor)
	signIn := url.Values{"email": {browser.Ada}, "password": {browser.AdminPassword}, "next": {"/settings"}}
	if status, body := send(t, client, "https://"+host+"/login", signIn); status != http.StatusSeeOther {
		t.Fatalf("signing in answers %d: %s", status, body)
	}
	home, _ := url.Parse("https://" + host + "/")
	plain, _ := url.Parse("http://" + host + "/")
	if secure := len(client.Jar.Cookies(home)); secure < 2 || len(client.Jar.Cookies(plain)) > 0 {
		t.Errorf("%d cookies over https, and %v over http", secure, client.Jar.Cookies(plain))
	}
	answer, err := client.Get("https://" + host + "/settings")
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK || len(answer.Header.Values("Strict-Transport-Security")) != 1 {
		t.Errorf("signed in, /settings answers %d with %v", answer.StatusCode, answer.Header)
	}
	for _, size := range []int{100 << 10, 3 << 20} {
		status, body := send(t, client, "https://"+host+"/login", url.Values{"email": {strings.Repeat("x", size)}})
		if status != http.StatusUnprocessableEntity || !strings.Contains(body, "Send less at once.") {
			t.Errorf("%d bytes answer %d: %.300s", size, status, body)
		}
	}
	guess(t, p)
	if status, _ := send(t, p.client(visitor), "https://"+host+"/login", signIn); status != http.StatusSeeOther {
		t.Errorf("after somebody else's guesses, signing in answers %d", status)
	}
	auditLog(t, s.Data)
}

// send posts a form as a browser does, which claims to come from another address.
func send(t *testing.T, client *http.Client, address string, form url.Values) (status int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Origin", "https://"+host)
	request.Header.Set("X-Forwarded-For", claimed)
	answer, err := client.Do(request)
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(said)
}

// guess guesses a password until its address has to wait.
func guess(t *testing.T, p *proxy) {
	t.Helper()
	client := p.client(guesser)
	wrong := url.Values{"email": {browser.Ada}, "password": {"a wrong password"}}
	for range 8 {
		if status, _ := send(t, client, "https://"+host+"/login", wrong); status != http.StatusUnprocessableEntity {
			t.Fatalf("a wrong password answers %d", status)
		}
	}
	if status, _ := send(t, client, "https://"+host+"/login", wrong); status != http.StatusTooManyRequests {
		t.Errorf("the ninth wrong password answers %d", status)
	}
}

// auditLog reads whose addresses are in the audit log.
func auditLog(t *testing.T, data string) {
	t.Helper()
	path, err := browser.Program()
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	export := exec.Command(path, "audit", "export", "--data", data)
	export.Stderr = &said
	log, err := export.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, &said)
	}
	for address, wanted := range map[string]bool{visitor: true, guesser: true, claimed: false, "127.0.0.1": false} {
		if bytes.Contains(log, []byte(`"`+address+`"`)) != wanted {
			t.Errorf("%s is in the audit log: %v\n%s", address, !wanted, log)
		}
	}
}

// TestADownloadIsNeitherHeldBackNorCompletedByAProxy has something that streams as
// Mooring does stand behind each proxy. It sends the second part of a file when the
// first has arrived, and then breaks off. Caddy 2.6 completes what breaks off, as the
// document says, and later versions need not.
func TestADownloadIsNeitherHeldBackNorCompletedByAProxy(t *testing.T) {
	const part = 64 << 10 // as handlers/stream.go sends it
	for _, k := range kinds() {
		t.Run(k.name, func(t *testing.T) {
			arrived := make(chan struct{})
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/csv")
				for range 2 {
					_, _ = w.Write(bytes.Repeat([]byte("x"), part))
					_ = http.NewResponseController(w).Flush()
					select {
					case <-arrived:
					case <-r.Context().Done():
						return
					}
				}
				panic(http.ErrAbortHandler)
			})}
			go func() { _ = server.Serve(listener) }()
			t.Cleanup(func() { _ = server.Close() })
			p := k.begin(t, listener.Addr().String())
			answer, err := p.client(visitor).Get(fmt.Sprintf("https://%s/export.csv", host))
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			for range 2 {
				if _, err := io.ReadFull(answer.Body, make([]byte, part)); err != nil {
					t.Fatalf("a part does not arrive before the next is sent: %v", err)
				}
				arrived <- struct{}{}
			}
			if n, err := answer.Body.Read(make([]byte, 1)); n > 0 || err == nil || errors.Is(err, io.EOF) && k.name != "caddy" {
				t.Errorf("a download that was cut off ends with %d, %v", n, err)
			}
		})
	}
}
