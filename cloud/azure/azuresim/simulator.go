// Package azuresim is a simulated Azure for the demo, the tests and the
// manuals: one directory service and one resource manager for each national
// cloud, the classic management endpoint, and a small portal in which a person
// registers an application, uploads a certificate and assigns a role.
//
// Everything listens on the loopback interface, over TLS with a certificate
// authority made at start. Signed assertions and client certificates are really
// verified; the answers have the shapes of the real services. What cannot be
// brought about by hand, such as an outage, is scripted: see Script. And for any
// subscription, a form of the portal has one stage of a check answered with an
// error of one's choice, until it is cleared: a code in the shape of the service
// that answers, silence, a closed connection, a page, or a challenge without a
// directory.
package azuresim

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"mooring/cloud/simulated"
)

// Options are the things a Simulator takes from outside. The zero value is
// ready for use.
type Options struct {
	Now          func() time.Time // clock for assertions, certificates and tokens; nil means time.Now
	NewID        func() string    // new lower-case GUIDs for applications, objects, keys and requests, asked for one at a time; nil means random
	PortalListen string           // address of the portal; "" means "127.0.0.1:0"
	Fleet        int              // how many subscriptions of the fleet there are
	Codes        []string         // error codes that the portal suggests; others can be typed as well
}

// Simulator is a running simulated Azure.
type Simulator struct {
	world    *world
	ca       *simulated.Authority
	clouds   map[string]Endpoints
	portal   string
	servers  []*simulated.Server
	requests atomic.Int64
	stop     chan struct{}
	close    sync.Once
}

// Endpoints are the addresses of one environment, without a trailing slash.
// Audience is the exact token audience of its resource manager. Classic is
// empty outside the public cloud.
type Endpoints struct {
	Authority, ResourceManager, Audience, Classic string
	Graph, GraphAudience                          string
}

// Start makes the certificate authority, sets the scripted scene and listens.
// The caller closes the Simulator.
func Start(o Options) (*Simulator, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.NewID == nil {
		o.NewID = randomGUID
	}
	ca, err := simulated.NewAuthority("Simulated Azure", nil)
	if err != nil {
		return nil, fmt.Errorf("azuresim: certificate authority: %w", err)
	}
	w, err := newWorld(o.Now, o.NewID)
	if err != nil {
		return nil, fmt.Errorf("azuresim: script: %w", err)
	}
	if err := w.launch(o.Fleet); err != nil {
		return nil, fmt.Errorf("azuresim: fleet: %w", err)
	}
	s := &Simulator{
		world:  w,
		ca:     ca,
		clouds: map[string]Endpoints{},
		stop:   make(chan struct{}),
	}
	if err := s.listen(cmp.Or(o.PortalListen, "127.0.0.1:0"), o.Codes); err != nil {
		return nil, errors.Join(fmt.Errorf("azuresim: %w", err), s.Close())
	}
	return s, nil
}

// listen opens every server. What it opened before an error, Close closes.
func (s *Simulator) listen(portalAddress string, codes []string) error {
	for _, e := range environments() {
		base, err := s.serveTLS(false, func(base string) http.Handler {
			return &authority{world: s.world, environment: e, base: base, stop: s.stop}
		})
		if err != nil {
			return err
		}
		s.world.addAuthority(e, base)
		points := Endpoints{Authority: base, Audience: e.audience}
		points.ResourceManager, err = s.serveTLS(false, func(string) http.Handler {
			return &resourceManager{world: s.world, environment: e, stop: s.stop}
		})
		if err != nil {
			return err
		}
		points.GraphAudience = e.graph
		points.Graph, err = s.serveTLS(false, func(string) http.Handler {
			return &graph{world: s.world, environment: e}
		})
		if err != nil {
			return err
		}
		if e.classic {
			points.Classic, err = s.serveTLS(true, func(string) http.Handler {
				return &classic{world: s.world, environment: e, stop: s.stop}
			})
			if err != nil {
				return err
			}
		}
		s.clouds[e.name] = points
	}
	pages, err := newPortal(s.world, codes)
	if err != nil {
		return err
	}
	srv, err := simulated.Listen(portalAddress, nil)
	if err != nil {
		return err
	}
	s.portal = "http://" + srv.Address()
	s.servers = append(s.servers, srv)
	srv.Serve(pages.handler())
	return nil
}

// serveTLS opens one TLS server and counts its requests, before the answer
// leaves, so that who has the answer sees the count.
func (s *Simulator) serveTLS(askClient bool, handler func(base string) http.Handler) (string, error) {
	config := s.ca.TLS()
	if askClient {
		config.ClientAuth = tls.RequestClientCert // any: who is known is decided by the request
	}
	srv, err := simulated.Listen("127.0.0.1:0", config)
	if err != nil {
		return "", err
	}
	s.servers = append(s.servers, srv)
	base := "https://" + srv.Address()
	inner := handler(base)
	srv.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		inner.ServeHTTP(w, r)
	}))
	return base, nil
}

// Close ends every connection and every server. It may be called twice.
func (s *Simulator) Close() error {
	var err error
	s.close.Do(func() {
		close(s.stop)
		for _, srv := range s.servers {
			err = errors.Join(err, srv.Close())
		}
	})
	return err
}

// PortalURL is the address of the simulated portal, as http://host:port.
func (s *Simulator) PortalURL() string { return s.portal }

// CA holds the authority that issued the certificate of every TLS server.
func (s *Simulator) CA() *x509.CertPool { return s.ca.Pool() }

// CAPEM is that authority as PEM text, for a program that reads it from a file.
func (s *Simulator) CAPEM() []byte { return s.ca.PEM() }

// Endpoints returns the addresses of "public", "usgov" or "china", and the zero
// value for any other name.
func (s *Simulator) Endpoints(environment string) Endpoints { return s.clouds[environment] }

// Requests is the number of requests answered over TLS since Start.
func (s *Simulator) Requests() int64 { return s.requests.Load() }
