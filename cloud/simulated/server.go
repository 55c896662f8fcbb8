package simulated

import (
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

// Server is one listener with the goroutine that serves it. Network has all that a
// cloud with many hosts needs; a cloud with one address for each service uses Server.
type Server struct {
	listener net.Listener
	http     *http.Server
	tls      bool
	done     chan error
}

// Listen opens an address, over TLS if there is a configuration. Requests wait until
// Serve is called.
func Listen(address string, config *tls.Config) (*Server, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	return &Server{
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

// Serve answers in the background until Close.
func (s *Server) Serve(h http.Handler) {
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

// Close closes every connection and waits for the goroutine of Serve.
func (s *Server) Close() error {
	if s.done == nil {
		return s.listener.Close()
	}
	err := s.http.Close()
	if end := <-s.done; !errors.Is(end, http.ErrServerClosed) {
		err = errors.Join(err, end)
	}
	return err
}

// Address is host:port as a browser on this computer reaches it.
func (s *Server) Address() string {
	a, ok := s.listener.Addr().(*net.TCPAddr)
	if !ok || !a.IP.IsUnspecified() {
		return s.listener.Addr().String()
	}
	return (&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: a.Port}).String()
}
