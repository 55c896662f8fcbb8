package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"os"
	"sync/atomic"
	"time"
)

const (
	tlsLooks  = 5 * time.Second     // between looks at the files
	tlsExpiry = 14 * 24 * time.Hour // before it a warning is logged, once a day
	tlsWarned = 24 * time.Hour
)

// tlsFiles are the certificate and the key that Mooring serves. They are read again
// when they change, as certbot and Kubernetes change them.
type tlsFiles struct {
	certFile, keyFile string
	now               func() time.Time
	log               *slog.Logger

	current atomic.Pointer[tls.Certificate]

	// Of whoever looks.
	seen    [2]os.FileInfo // of what is served
	problem string         // with what is in the files now; "" if it is served
	warned  time.Time
}

func openTLSFiles(certFile, keyFile string, now func() time.Time, log *slog.Logger) (*tlsFiles, error) {
	f := &tlsFiles{certFile: certFile, keyFile: keyFile, now: now, log: log}
	pair, seen, err := f.read()
	if err != nil {
		return nil, err
	}
	f.current.Store(pair)
	f.seen = seen
	f.warnOfExpiry()
	return f, nil
}

// config serves what the files held when they were last looked at.
func (f *tlsFiles) config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return f.current.Load(), nil }}
}

// follow looks at the files at each tick, and reads them at each hangup whether they
// seem to have changed or not.
func (f *tlsFiles) follow(ctx context.Context, ticks <-chan time.Time, hangups <-chan os.Signal) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks:
			f.look(false)
		case <-hangups:
			f.look(true)
		}
	}
}

// look reads the files if they changed, or if somebody asks. What can't be used
// leaves the certificate from before.
func (f *tlsFiles) look(asked bool) {
	defer f.warnOfExpiry()
	if !asked && f.problem == "" && f.unchanged() {
		return
	}
	pair, seen, err := f.read()
	served := f.current.Load()
	if err == nil {
		err = f.isBetter(pair, served)
	}
	if err != nil {
		if asked || err.Error() != f.problem {
			f.log.Warn("the TLS files can't be used: the certificate from before is still served", "cause", err, "expires", served.Leaf.NotAfter)
		}
		f.problem = err.Error()
		return
	}
	f.current.Store(pair)
	f.seen, f.problem = seen, ""
	switch {
	case !bytes.Equal(pair.Certificate[0], served.Certificate[0]):
		f.warned = time.Time{}
		f.log.Info("serving another TLS certificate", "names", pair.Leaf.DNSNames, "expires", pair.Leaf.NotAfter)
	case asked:
		f.log.Info("read the TLS files again: it is the same certificate", "expires", pair.Leaf.NotAfter)
	}
}

// read reads the pair. What it says about the files is from before it reads them, so
// that a change in between is seen at the next look.
func (f *tlsFiles) read() (*tls.Certificate, [2]os.FileInfo, error) {
	seen, err := f.stat()
	if err != nil {
		return nil, seen, err
	}
	pair, err := tls.LoadX509KeyPair(f.certFile, f.keyFile)
	return &pair, seen, err
}

// isBetter refuses a pair that isn't valid at this time in place of one that is.
func (f *tlsFiles) isBetter(pair, served *tls.Certificate) error {
	valid := func(c *tls.Certificate) bool {
		return !f.now().Before(c.Leaf.NotBefore) && f.now().Before(c.Leaf.NotAfter)
	}
	if valid(pair) || !valid(served) {
		return nil
	}
	return errors.New("the new certificate has expired or isn't valid yet")
}

func (f *tlsFiles) stat() (seen [2]os.FileInfo, err error) {
	for i, file := range []string{f.certFile, f.keyFile} {
		if seen[i], err = os.Stat(file); err != nil {
			return seen, err
		}
	}
	return seen, nil
}

func (f *tlsFiles) unchanged() bool {
	seen, err := f.stat()
	if err != nil {
		return false
	}
	for i, before := range f.seen {
		if !os.SameFile(before, seen[i]) || !before.ModTime().Equal(seen[i].ModTime()) || before.Size() != seen[i].Size() {
			return false
		}
	}
	return true
}

func (f *tlsFiles) warnOfExpiry() {
	now, expires := f.now(), f.current.Load().Leaf.NotAfter
	if expires.Sub(now) > tlsExpiry || now.Sub(f.warned) < tlsWarned {
		return
	}
	f.warned = now
	if now.Before(expires) {
		f.log.Warn("the TLS certificate expires soon: put a new one into the same files", "expires", expires, "file", f.certFile)
	} else {
		f.log.Error("the TLS certificate has expired, and browsers refuse it: put a new one into the same files", "expires", expires, "file", f.certFile)
	}
}
