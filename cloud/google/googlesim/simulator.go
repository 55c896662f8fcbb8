// Package googlesim is a simulated Google Cloud for the demo, the tests and the
// manuals: workload identity pools that trust X.509 certificates, service accounts with
// uploaded keys, the token services and the Resource Manager, as far as linking a
// project needs them.
//
// Everything listens on the loopback interface, over TLS with a certificate authority
// made at start. Certificates, chains, assertions, conditions, dates and permissions are
// really verified, by code that shares nothing with the product's; the answers have the
// shapes of the real services. TESTING.md, in the folder above, lists where the
// simulator is stricter or more lenient than Google Cloud.
//
// Programs reach it with Dial, which leads every host of Google Cloud here, or through
// ProxyURL, the same for other programs.
package googlesim

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"time"

	"mooring/cloud/simulated"
)

// Options are the things a Simulator takes from outside. The zero value is ready
// for use.
type Options struct {
	Now         func() time.Time // clock for certificates, assertions and tokens; nil means time.Now
	Listen      string           // address of the TLS server; "" means "127.0.0.1:0"
	ProxyListen string           // address of the proxy; "" means "127.0.0.1:0"
	Console     string           // address of the simulated console; "" means "127.0.0.1:0"
	Codes       []string         // error codes that the console suggests; others can be typed as well
	Fleet       int              // how many projects of the fleet there are
}

// Simulator is a running simulated Google Cloud.
type Simulator struct {
	*simulated.Network
	world  *world
	shells *simulated.Shells
}

// Start makes the certificate authority and the projects, and listens. The caller closes
// the Simulator.
func Start(o Options) (*Simulator, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Simulator{world: newWorld(o.Now, o.Fleet), Network: &simulated.Network{
		Cloud: "Google Cloud", Hosts: isHost, TLS: askForCertificates, Listen: o.Listen, ProxyListen: o.ProxyListen, ConsoleListen: o.Console,
	}}
	s.shells = newShells(s.world)
	pages, err := newConsole(s, o.Codes)
	if err == nil {
		err = s.Network.Start(http.HandlerFunc(s.answer), pages.handler())
	}
	if err != nil {
		return nil, fmt.Errorf("googlesim: %w", err)
	}
	return s, nil
}

// The hosts, by what answers there.
const (
	tokenHost       = "sts.mtls.googleapis.com"
	signInHost      = "oauth2.googleapis.com"
	metadataHost    = "www.googleapis.com"
	credentialsHost = "iamcredentials.googleapis.com"
	projectsHost    = "cloudresourcemanager.googleapis.com"
)

func isHost(host string) bool {
	switch host {
	case tokenHost, signInHost, metadataHost, credentialsHost, projectsHost:
		return true
	}
	return false
}

// askForCertificates has one host take part in mutual TLS. Whom the certificate is of,
// the token service verifies itself.
func askForCertificates(config *tls.Config) {
	config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if hello.ServerName != tokenHost {
			return nil, nil
		}
		mutual := config.Clone()
		mutual.GetConfigForClient, mutual.ClientAuth, mutual.NextProtos = nil, tls.RequestClientCert, []string{"http/1.1"}
		return mutual, nil
	}
}

// CloudShell runs a text in the Cloud Shell of a project's owner, as bash would, and
// gives what it printed and whether it failed. The project keeps the files that it wrote.
func (s *Simulator) CloudShell(ctx context.Context, id, text string) (output string, failed bool, err error) {
	if err := s.change(id, func(*project) {}); err != nil {
		return "", false, err
	}
	output, failed = s.shells.Run(ctx, id, text)
	return output, failed, nil
}

func (s *Simulator) change(id string, change func(*project)) error {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	p := s.world.projects[id]
	if p == nil {
		return fmt.Errorf("there is no project %s", id)
	}
	change(p)
	return nil
}
