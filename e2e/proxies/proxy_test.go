package proxies

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"mooring/e2e/browser"
)

// host is the name in the documented configurations.
const host = "mooring.example.com"

// program gives the path of a proxy. Without it the test is skipped, unless the
// environment says that there has to be one.
func program(t *testing.T, name string) string {
	t.Helper()
	for _, path := range []string{name, "/usr/sbin/" + name} {
		if path, err := exec.LookPath(path); err == nil {
			return path
		}
	}
	if os.Getenv("MOORING_PROXIES") == "required" {
		t.Fatalf("no %s in PATH, and MOORING_PROXIES=required", name)
	}
	t.Skipf("NOT TESTED BEHIND %s: it is not in PATH; install it, or see CONTRIBUTING.md", strings.ToUpper(name))
	return ""
}

// documented is the configuration that docs/operations.md has for a proxy.
func documented(t *testing.T, language string) string {
	t.Helper()
	document, err := os.ReadFile(filepath.Join("..", "..", "docs", "operations.md"))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllSubmatch(document, -1)
	if len(found) != 1 {
		t.Fatalf("docs/operations.md has %d configurations in %s", len(found), language)
	}
	return string(found[0][1])
}

// place changes a documented configuration to paths and ports of a test. What it
// changes has to be there.
func place(t *testing.T, configuration string, changes ...string) string {
	t.Helper()
	for i := 0; i < len(changes); i += 2 {
		if !strings.Contains(configuration, changes[i]) {
			t.Fatalf("the configuration lacks %q:\n%s", changes[i], configuration)
		}
		configuration = strings.ReplaceAll(configuration, changes[i], changes[i+1])
	}
	return configuration
}

// certificate are the files of a certificate for host.
type certificate struct {
	chain, key, both string
	roots            *x509.CertPool
}

func newCertificate(t *testing.T, folder string) certificate {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(30 * 24 * time.Hour), DNSNames: []string{host}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	chain := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	key := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded})
	c := certificate{chain: filepath.Join(folder, "fullchain.pem"), key: filepath.Join(folder, "privkey.pem"), both: filepath.Join(folder, "both.pem"), roots: x509.NewCertPool()}
	for path, content := range map[string][]byte{c.chain: chain, c.key: key, c.both: bytes.Join([][]byte{chain, key}, nil)} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c.roots.AppendCertsFromPEM(chain)
	return c
}

// proxy is a proxy that runs.
type proxy struct {
	t       *testing.T
	address string
	roots   *x509.CertPool
}

// kind is one of the proxies: what it is called, and how it is started in a folder
// before an upstream, which is host:port or unix:path.
type kind struct {
	name  string
	start func(t *testing.T, folder, upstream, port string, c certificate) *exec.Cmd
}

func kinds() []kind { return []kind{{"nginx", nginx}, {"haproxy", haproxy}, {"caddy", caddy}} }

func nginx(t *testing.T, folder, upstream, port string, c certificate) *exec.Cmd {
	path := program(t, "nginx")
	site := place(t, documented(t, "nginx"), "listen 443 ssl", "listen 127.0.0.1:"+port+" ssl", "http://127.0.0.1:8080", "http://"+upstream,
		"/etc/ssl/mooring/fullchain.pem", c.chain, "/etc/ssl/mooring/privkey.pem", c.key)
	user := ""
	if os.Geteuid() == 0 {
		user = "user root;"
	}
	temporary := ""
	for _, what := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		temporary += what + "_temp_path " + filepath.Join(folder, what) + ";\n"
	}
	configuration := write(t, folder, "nginx.conf", fmt.Sprintf("daemon off;\n%s\npid %s;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n%s%s}\n", user, filepath.Join(folder, "pid"), temporary, site))
	return exec.Command(path, "-p", folder, "-e", "stderr", "-c", configuration)
}

func haproxy(t *testing.T, folder, upstream, port string, c certificate) *exec.Cmd {
	path := program(t, "haproxy")
	if socket, ok := strings.CutPrefix(upstream, "unix:"); ok {
		upstream = "unix@" + socket
	}
	site := place(t, documented(t, "haproxy"), "bind :443", "bind 127.0.0.1:"+port, "127.0.0.1:8080", upstream, "/etc/haproxy/mooring.pem", c.both)
	return exec.Command(path, "-db", "-f", write(t, folder, "haproxy.cfg", site))
}

// haproxyWithPorts adds the port to the visitor's address, as Azure's Application
// Gateway does.
func haproxyWithPorts(t *testing.T, folder, upstream, port string, c certificate) *exec.Cmd {
	path := program(t, "haproxy")
	site := place(t, documented(t, "haproxy"), "bind :443", "bind 127.0.0.1:"+port, "127.0.0.1:8080", upstream, "/etc/haproxy/mooring.pem", c.both,
		"option forwardfor", "http-request add-header X-Forwarded-For %[src]:%[src_port]")
	return exec.Command(path, "-db", "-f", write(t, folder, "haproxy.cfg", site))
}

func caddy(t *testing.T, folder, upstream, port string, c certificate) *exec.Cmd {
	path := program(t, "caddy")
	if socket, ok := strings.CutPrefix(upstream, "unix:"); ok {
		upstream = "unix/" + socket
	}
	site := place(t, documented(t, "caddy"), "127.0.0.1:8080", upstream, host+" {", host+" {\n    bind 127.0.0.1\n    tls "+c.chain+" "+c.key)
	site = "{\n    admin off\n    auto_https disable_redirects\n    https_port " + port + "\n}\n" + site
	cmd := exec.Command(path, "run", "--adapter", "caddyfile", "--config", write(t, folder, "Caddyfile", site))
	cmd.Env = append(os.Environ(), "HOME="+folder, "XDG_DATA_HOME="+folder, "XDG_CONFIG_HOME="+folder)
	return cmd
}

func write(t *testing.T, folder, name, content string) string {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// begin starts a proxy and waits until it accepts connections.
func (k kind) begin(t *testing.T, upstream string) *proxy {
	t.Helper()
	folder := t.TempDir()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	_ = free.Close()
	_, port, _ := net.SplitHostPort(address)
	c := newCertificate(t, folder)
	cmd := k.start(t, folder, upstream, port, c)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // nginx has processes of its own
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		<-ended
		if t.Failed() {
			t.Logf("%s said: %s", k.name, &said)
		}
	})
	for deadline := time.Now().Add(browser.Patience); ; {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			_ = conn.Close()
			return &proxy{t, address, c.roots}
		}
		select {
		case <-ended:
			t.Fatalf("%s ended: %s", k.name, &said)
		case <-time.After(10 * time.Millisecond): // it says nowhere that it listens
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s does not listen: %v", k.name, err)
		}
	}
}

// client is a browser at an address of this machine, which keeps cookies.
func (p *proxy) client(from string) *http.Client {
	p.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.t.Fatal(err)
	}
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	return &http.Client{Jar: jar, Timeout: browser.Patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: p.roots},
			DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return dialer.DialContext(ctx, network, p.address)
			}}}
}
