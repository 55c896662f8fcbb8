package main

import (
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// served is a pair of files that are served, with a clock.
type served struct {
	*tlsFiles
	t     *testing.T
	log   *lockedBuffer
	clock time.Time
}

func serveFiles(t *testing.T, certFile, keyFile string) *served {
	t.Helper()
	s := &served{t: t, log: &lockedBuffer{}, clock: time.Now()}
	var err error
	s.tlsFiles, err = openTLSFiles(certFile, keyFile, func() time.Time { return s.clock }, slog.New(slog.NewTextHandler(s.log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// serves checks which certificate clients get.
func (s *served) serves(want *x509.Certificate, when string) {
	s.t.Helper()
	got, err := s.config().GetCertificate(nil)
	if err != nil || !got.Leaf.Equal(want) {
		s.t.Errorf("%s: another certificate is served, or %v: %s", when, err, s.log)
	}
}

func (s *served) says(want ...string) {
	s.t.Helper()
	for _, word := range want {
		if !strings.Contains(s.log.String(), word) {
			s.t.Errorf("the log lacks %q: %s", word, s.log)
		}
	}
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	s.log.b.Reset()
}

func (s *served) saysNothing(when string) {
	s.t.Helper()
	if s.log.String() != "" {
		s.t.Errorf("%s: %s", when, s.log)
	}
}

const farOff = 90 * 24 * time.Hour

func TestChangedTLSFilesAreServed(t *testing.T) {
	folder := t.TempDir()
	certFile, keyFile := filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	first := writePair(t, certFile, keyFile, time.Now().Add(farOff))
	s := serveFiles(t, certFile, keyFile)
	s.look(false)
	s.serves(first, "unchanged")
	s.saysNothing("unchanged")

	second := writePair(t, certFile, keyFile, time.Now().Add(farOff))
	s.serves(first, "before anybody looks")
	s.look(false)
	s.serves(second, "written again")
	s.says("serving another TLS certificate", "level=INFO", "expires="+second.NotAfter.Format(time.RFC3339)[:10])
	s.look(true)
	s.says("the same certificate")
}

func TestAMountedPairThatIsSwappedIsServed(t *testing.T) {
	folder := t.TempDir()
	write := func(version string) *x509.Certificate {
		if err := os.Mkdir(filepath.Join(folder, version), 0o700); err != nil {
			t.Fatal(err)
		}
		return writePair(t, filepath.Join(folder, version, "tls.crt"), filepath.Join(folder, version, "tls.key"), time.Now().Add(farOff))
	}
	point := func(version string) { // as Kubernetes swaps a Secret
		if err := os.Symlink(version, filepath.Join(folder, "..data_tmp")); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(filepath.Join(folder, "..data_tmp"), filepath.Join(folder, "..data")); err != nil {
			t.Fatal(err)
		}
	}
	write("..1")
	point("..1")
	for _, file := range []string{"tls.crt", "tls.key"} {
		if err := os.Symlink(filepath.Join("..data", file), filepath.Join(folder, file)); err != nil {
			t.Fatal(err)
		}
	}
	s := serveFiles(t, filepath.Join(folder, "tls.crt"), filepath.Join(folder, "tls.key"))
	second := write("..2")
	point("..2")
	s.look(false)
	s.serves(second, "after the swap")
}

func TestATLSPairThatCantBeUsedLeavesTheOneBefore(t *testing.T) {
	folder := t.TempDir()
	certFile, keyFile := filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	first := writePair(t, certFile, keyFile, time.Now().Add(farOff))
	s := serveFiles(t, certFile, keyFile)
	otherKey := filepath.Join(folder, "other.pem")

	writePair(t, certFile, otherKey, time.Now().Add(farOff))
	s.look(false)
	s.serves(first, "with another key")
	s.says("still served", "level=WARN", "private key does not match", "expires="+first.NotAfter.Format(time.RFC3339)[:10])
	s.look(false)
	s.saysNothing("the same trouble again")
	s.look(true)
	s.says("private key does not match")

	if err := os.WriteFile(certFile, []byte("half of a"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.look(false)
	s.serves(first, "half written")
	s.says("failed to find any PEM data")

	if err := os.Remove(keyFile); err != nil {
		t.Fatal(err)
	}
	s.look(false)
	s.serves(first, "without a key file")
	s.says("no such file")

	writePair(t, certFile, keyFile, time.Now().Add(-time.Hour))
	s.look(false)
	s.serves(first, "with one that has expired")
	s.says("the new certificate has expired")

	good := writePair(t, certFile, keyFile, time.Now().Add(farOff))
	s.look(false)
	s.serves(good, "when it is mended")
	s.says("serving another TLS certificate")
}

func TestATLSCertificateThatExpiresSoonIsWarnedOfOnceADay(t *testing.T) {
	folder := t.TempDir()
	certFile, keyFile := filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	expires := writePair(t, certFile, keyFile, time.Now().Add(farOff)).NotAfter
	s := serveFiles(t, certFile, keyFile)
	s.clock = expires.Add(-tlsExpiry - time.Minute)
	s.look(false)
	s.saysNothing("more than 14 days before")
	s.clock = expires.Add(-tlsExpiry)
	s.look(false)
	s.says("expires soon", "level=WARN", certFile)
	s.clock = s.clock.Add(tlsWarned - time.Minute)
	s.look(false)
	s.saysNothing("on the same day")
	s.clock = s.clock.Add(time.Minute)
	s.look(false)
	s.says("expires soon")
	s.clock = expires.Add(tlsWarned)
	s.look(false)
	s.says("has expired", "level=ERROR")

	writePair(t, certFile, keyFile, s.clock.Add(time.Hour))
	s.look(false)
	s.says("serving another TLS certificate", "expires soon")
	writePair(t, certFile, keyFile, time.Now().Add(time.Hour))
	if soon := serveFiles(t, certFile, keyFile); !strings.Contains(soon.log.String(), "expires soon") {
		t.Errorf("nothing is said at the start: %s", soon.log)
	}
}

// TestAHangupReadsTheTLSFilesAgainAndEndsNothing sends SIGHUP to a server in a process
// of its own.
func TestAHangupReadsTheTLSFilesAgainAndEndsNothing(t *testing.T) {
	t.Parallel()
	certFile, keyFile, _ := selfSigned(t)
	k := startKillable(t, "serve", "--data", t.TempDir(), "--listen", "127.0.0.1:0", "--tls-cert", certFile, "--tls-key", keyFile)
	address, err := url.Parse(k.address)
	if err != nil {
		t.Fatal(err)
	}
	second := writePair(t, certFile, keyFile, time.Now().Add(farOff))
	hangUp(t, k.process.Process)
	for deadline := time.Now().Add(time.Minute); ; {
		conn, err := tls.Dial("tcp", address.Host, &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		got := conn.ConnectionState().PeerCertificates[0]
		_ = conn.Close()
		if got.Equal(second) && strings.Contains(k.stderr.String(), "read the TLS files again") {
			break
		}
		if got.Equal(second) {
			hangUp(t, k.process.Process) // which is told, and what the server found without it is not
		}
		if time.Now().After(deadline) {
			t.Fatal("the server still has the certificate from before")
		}
	}
	if code, _, stderr := program(t, nil, "health", "--listen", address.Host, "--tls-cert", certFile, "--tls-key", keyFile); code != exitOK {
		t.Errorf("after the hangups: exit %d, %s", code, stderr)
	}
}

func TestAHangupWithoutTLSFilesEndsNothing(t *testing.T) {
	t.Parallel()
	k := startKillable(t, "serve", "--data", t.TempDir(), "--listen", "127.0.0.1:0")
	hangUp(t, k.process.Process)
	address, _ := url.Parse(k.address)
	if code, _, stderr := program(t, nil, "health", "--listen", address.Host); code != exitOK {
		t.Errorf("exit %d, %s", code, stderr)
	}
}

func hangUp(t *testing.T, process *os.Process) {
	t.Helper()
	if err := process.Signal(syscall.SIGHUP); err != nil {
		t.Skipf("this system has no hangup: %v", err)
	}
}
