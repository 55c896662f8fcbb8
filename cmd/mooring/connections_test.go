package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// caller connects from an address of this machine.
type caller struct {
	net.Conn
	answers *bufio.Reader
}

func callFrom(t *testing.T, from, to string) *caller {
	t.Helper()
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	conn, err := dialer.DialContext(t.Context(), "tcp", to)
	if err != nil {
		t.Skipf("this machine cannot call from %s: %v", from, err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &caller{conn, bufio.NewReader(conn)}
}

// ask sends a request and reads the answer: an error when the server has closed
// the connection.
func (c *caller) ask() error {
	if _, err := io.WriteString(c, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		return err
	}
	response, err := http.ReadResponse(c.answers, nil)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, response.Body)
	return errors.Join(err, response.Body.Close())
}

// counted is a server that says when a connection has become idle.
func counted(t *testing.T, c *connections) (address string, idle chan net.Conn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	idle = make(chan net.Conn, 1000)
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}),
		ConnState: func(conn net.Conn, state http.ConnState) {
			c.follow(conn, state)
			if state == http.StateIdle {
				idle <- conn
			}
		}}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return listener.Addr().String(), idle
}

func (c *connections) counts() (open, networks int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.open), len(c.networks)
}

func few(t *testing.T, proxies ...*net.IPNet) *connections {
	t.Helper()
	c := newConnections(64, proxies, slog.New(slog.DiscardHandler))
	if c.most != 32 || c.fromOne != 8 {
		t.Fatalf("of 64 files, %d are for connections, %d from one address", c.most, c.fromOne)
	}
	return c
}

func TestIdleConnectionsMakeRoomForNewOnesOfTheirAddress(t *testing.T) {
	c := few(t)
	address, idle := counted(t, c)
	other := callFrom(t, "127.0.0.2", address)
	if err := other.ask(); err != nil {
		t.Fatal(err)
	}
	<-idle
	var calls []*caller
	for range 100 {
		call := callFrom(t, "127.0.0.1", address)
		if err := call.ask(); err != nil {
			t.Fatal(err)
		}
		<-idle
		calls = append(calls, call)
	}
	if open, networks := c.counts(); open != c.fromOne+1 || networks != 2 {
		t.Errorf("%d connections are open, of %d networks", open, networks)
	}
	if err := calls[0].ask(); err == nil {
		t.Error("the connection that was idle for longest is still there")
	}
	for _, kept := range []*caller{calls[99], calls[100-c.fromOne], other} {
		if err := kept.ask(); err != nil {
			t.Errorf("a connection that nobody needed was closed: %v", err)
		}
	}
}

func TestConnectionsThatSendNothingAreClosedWhenOneAddressHasTooMany(t *testing.T) {
	c := few(t)
	address, _ := counted(t, c)
	for range 100 {
		callFrom(t, "127.0.0.1", address)
	}
	if err := callFrom(t, "127.0.0.1", address).ask(); err == nil {
		t.Error("one more of that address is served")
	}
	if open, _ := c.counts(); open != c.fromOne {
		t.Errorf("%d connections are open", open)
	}
	if err := callFrom(t, "127.0.0.2", address).ask(); err != nil {
		t.Errorf("others are not served: %v", err)
	}
}

func TestConnectionsOfTrustedProxiesAreNotCounted(t *testing.T) {
	_, loopback, err := net.ParseCIDR("127.0.0.3/32")
	if err != nil {
		t.Fatal(err)
	}
	c := few(t, loopback)
	address, _ := counted(t, c)
	for range 2 * c.most {
		if err := callFrom(t, "127.0.0.3", address).ask(); err != nil {
			t.Fatal(err)
		}
	}
	if open, _ := c.counts(); open != 0 {
		t.Errorf("%d are counted", open)
	}
}

// from is a connection that says it is from somewhere.
type from struct {
	net.Conn
	address string
	closed  bool
}

func (f *from) RemoteAddr() net.Addr { return remote(net.JoinHostPort(f.address, "1")) }
func (f *from) Close() error         { f.closed = true; return nil }

type remote string

func (remote) Network() string  { return "tcp" }
func (r remote) String() string { return string(r) }

func TestNetworksOfIPv6ShareTheirConnections(t *testing.T) {
	c := few(t)
	connect := func(times int, address func(i int) string) (open int) {
		for i := range times {
			conn := &from{address: address(i)}
			if c.follow(conn, http.StateNew); !conn.closed {
				open++
			}
		}
		return open
	}
	for _, step := range []struct {
		what    string
		address func(i int) string
		want    int
	}{
		{"a /64", func(i int) string { return fmt.Sprintf("2001:db8:1:100::%x", i) }, 8},
		{"the /56 around it", func(i int) string { return fmt.Sprintf("2001:db8:1:1%02x::1", i) }, 4},
		{"the /48 around that", func(i int) string { return fmt.Sprintf("2001:db8:1:%x::1", i<<8) }, 4},
		{"an address", func(int) string { return "192.0.2.1" }, 8},
		{"the same in IPv6", func(int) string { return "::ffff:192.0.2.1" }, 0},
		{"all others", func(i int) string { return fmt.Sprintf("198.51.100.%d", i) }, 32 - 16 - 8},
	} {
		if got := connect(50, step.address); got != step.want {
			t.Errorf("%s: %d connections are open, want %d", step.what, got, step.want)
		}
	}

	// When all are taken, the one that is idle for longest goes, whose ever it is.
	var some []*visit
	for _, v := range c.open {
		some = append(some, v)
	}
	c.follow(some[0].conn, http.StateIdle)
	c.follow(some[1].conn, http.StateIdle)
	c.follow(some[0].conn, http.StateActive)
	c.follow(some[0].conn, http.StateIdle)
	if got := connect(1, func(int) string { return "203.0.113.1" }); got != 1 || !some[1].conn.(*from).closed || some[0].conn.(*from).closed {
		t.Error("not the longest idle made room")
	}
	for _, v := range some {
		c.follow(v.conn, http.StateClosed)
	}
	for conn := range c.open {
		c.follow(conn, http.StateClosed)
	}
	if len(c.open)+len(c.networks)+c.idle.Len() != 0 {
		t.Errorf("%d connections and %d networks are remembered for ever", len(c.open), len(c.networks))
	}
}

// TestAVisitorDoesNotUseUpTheFiles is about the program itself.
func TestAVisitorDoesNotUseUpTheFiles(t *testing.T) {
	t.Parallel()
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Fatal(err)
	}
	server := exec.CommandContext(t.Context(), shell, "-c", `ulimit -n 64 && exec "$0" "$@"`, os.Args[0],
		"serve", "--data", filepath.Join(t.TempDir(), "data"), "--listen", "127.0.0.1:0")
	server.Env = append(os.Environ(), asProgram+"=1")
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = server.Process.Kill(), server.Wait() })
	to := ""
	for lines := bufio.NewScanner(out); to == "" && lines.Scan(); {
		if at, ok := strings.CutPrefix(lines.Text(), "Mooring listens on http://localhost"); ok {
			to = "127.0.0.1" + at
		}
	}
	if to == "" {
		t.Fatal("it did not start")
	}
	for range 200 { // each asks, so that it then stays for the two minutes of an idle one
		_, _ = io.WriteString(callFrom(t, "127.0.0.1", to), "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true,
		DialContext: (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP("127.0.0.2")}}).DialContext}}
	for range 10 {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+to+"/readyz", nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := client.Do(request)
		if err != nil {
			t.Fatalf("others are not served: %v", err)
		}
		_ = response.Body.Close()
		if response.StatusCode != http.StatusOK {
			t.Errorf("answered %d", response.StatusCode)
		}
	}
}
