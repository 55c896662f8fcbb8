package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// health asks the server on this machine whether it is ready.
func health(ctx context.Context, c *cli, args []string) error {
	var v serveSettings
	s := c.settings("health", "ask the server on this machine whether it is ready; accepts the settings of serve")
	s.serveFlags(&v)
	if err := s.parse(args, 0); err != nil {
		return err
	}
	at, err := parseListen(v.listen)
	if err != nil {
		return err
	}
	var host string
	dial := (&net.Dialer{}).DialContext
	switch at.network {
	case "fd":
		return usagef("--listen %s: only the server has that socket; give health the address or the unix: path that it listens at", v.listen)
	case "unix":
		host = "localhost"
		dial = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", at.address)
		}
	default:
		name, port, _ := net.SplitHostPort(at.address) // parseListen has read it
		if ip := net.ParseIP(name); name == "" || ip != nil && ip.IsUnspecified() {
			name = "127.0.0.1"
		}
		host = net.JoinHostPort(name, port)
	}
	scheme := "http"
	if v.certFile != "" {
		scheme = "https"
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+host+"/readyz", nil)
	if err != nil {
		return usagef("--listen: %v", err)
	}
	client := &http.Client{Transport: &http.Transport{
		DialContext: dial,
		// The certificate is for the public name, and this asks our own machine.
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // see above
	}}
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		why, _ := io.ReadAll(io.LimitReader(answer.Body, 1000)) // the status says enough
		return fmt.Errorf("not ready: %s: %s", answer.Status, strings.TrimSpace(string(why)))
	}
	fmt.Fprintln(c.stdout, "ready")
	return nil
}
