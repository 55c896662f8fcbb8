package azuresim

import (
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

// server is one listener with the goroutine that serves it.
type server struct {
	listener net.Listener
	http     *http.Server
	tls      bool
	done     chan error
}

// listen opens the address; requests wait until serve is called.
func listen(address string, config *tls.Config) (*server, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	return &server{
		listener: l,
		tls:      config != nil,
		http: &http.Server{
			TLSConfig:         config,
			ReadHeaderTimeout: 10 * time.Second,
			ReadTimeout:       30 * time.Second,
			IdleTimeout:       2 * time.Minute,
			MaxHeaderBytes:    32 << 10,
			// A client that hangs up in the handshake is an everyday event here.
			ErrorLog: log.New(io.Discard, "", 0),
		},
	}, nil
}

// serve answers in the background until close.
func (s *server) serve(h http.Handler) {
	s.http.Handler = h
	s.done = make(chan error, 1)
	go func() {
		if s.tls {
			s.done <- s.http.ServeTLS(s.listener, "", "")
		} else {
			s.done <- s.http.Serve(s.listener)
		}
	}()
}

// close hangs up on everybody and waits for the goroutine of serve.
func (s *server) close() error {
	if s.done == nil {
		return s.listener.Close()
	}
	err := s.http.Close()
	if end := <-s.done; !errors.Is(end, http.ErrServerClosed) {
		err = errors.Join(err, end)
	}
	return err
}

// address is host:port as a browser on this computer reaches it.
func (s *server) address() string {
	a, ok := s.listener.Addr().(*net.TCPAddr)
	if !ok || !a.IP.IsUnspecified() {
		return s.listener.Addr().String()
	}
	return (&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: a.Port}).String()
}
