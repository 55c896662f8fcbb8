// Package oraclesim is a simulated Oracle Cloud for the demo, the tests and the manuals:
// Identity and Access Management of every region, as far as linking a tenancy needs it.
//
// Everything listens on the loopback interface, over TLS with a certificate authority
// made at start. Keys, signatures, dates, body hashes and policies are really verified, by
// code that shares nothing with the product's; the answers have the shapes of the real
// service. TESTING.md, in the folder above, lists where the simulator is stricter or more
// lenient than Oracle Cloud.
//
// Programs reach it in three ways: with Dial, which leads every host of Identity and
// Access Management here; through ProxyURL, the same for other programs; and at URL,
// where the tenancy's home region is meant.
package oraclesim

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"mooring/cloud/simulated"
)

// Options are the things a Simulator takes from outside. The zero value is ready for
// use.
type Options struct {
	Now         func() time.Time // clock for signatures; nil means time.Now
	NewID       func() string    // new texts that are never the same, asked for one at a time; nil means random
	Listen      string           // address of the TLS server; "" means "127.0.0.1:0"
	ProxyListen string           // address of the proxy; "" means "127.0.0.1:0"
	Console     string           // address of the simulated console; "" means "127.0.0.1:0"
	Codes       []string         // error codes that the console suggests; others can be typed as well
	Fleet       int              // how many tenancies of the fleet there are
}

// Simulator is a running simulated Oracle Cloud.
type Simulator struct {
	*simulated.Network
	world  *world
	shells *simulated.Shells
}

// Start makes the certificate authority and the tenancies, and listens. The caller closes
// the Simulator.
func Start(o Options) (*Simulator, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.NewID == nil {
		o.NewID = randomID
	}
	s := &Simulator{world: newWorld(o.Now, o.NewID, o.Fleet), Network: &simulated.Network{
		Cloud: "Oracle Cloud", Hosts: isHost, Listen: o.Listen, ProxyListen: o.ProxyListen, ConsoleListen: o.Console,
	}}
	s.shells = newShells(s.world)
	pages, err := newConsole(s, o.Codes)
	if err == nil {
		err = s.Network.Start(http.HandlerFunc(s.answer), pages.handler())
	}
	if err != nil {
		return nil, fmt.Errorf("oraclesim: %w", err)
	}
	return s, nil
}

func isHost(host string) bool { _, _, ok := placeOf(host); return ok }

// CloudShell runs a text in the Cloud Shell of a tenancy's administrator, as bash would,
// and gives what it printed and whether it failed. The tenancy keeps the files that it
// wrote.
func (s *Simulator) CloudShell(ctx context.Context, tenancyID, text string) (output string, failed bool, err error) {
	if err := s.change(tenancyID, func(*tenancy) {}); err != nil {
		return "", false, err
	}
	output, failed = s.shells.Run(ctx, tenancyID, text)
	return output, failed, nil
}

func (s *Simulator) change(id string, change func(*tenancy)) error {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	t := s.world.tenancies[id]
	if t == nil {
		return fmt.Errorf("there is no tenancy %s", id)
	}
	change(t)
	return nil
}

// Linked is what somebody gives to Mooring.
type Linked struct{ Tenancy, User, Region string }

// Link makes the user, the group and the policy, and adds the public key (PEM), as
// Mooring's command does. The tenancy's story applies.
func (s *Simulator) Link(tenancyID, name, publicKey string) (Linked, error) {
	var l Linked
	var failure error
	err := s.change(tenancyID, func(t *tenancy) { l, failure = s.world.link(t, name, publicKey) })
	if err == nil {
		err = failure
	}
	return l, err
}

func (w *world) link(t *tenancy, name, publicKey string) (Linked, error) {
	u, err := w.createUser(t, name)
	if err != nil {
		return Linked{}, err
	}
	g, err := w.createGroup(t, name)
	if err != nil {
		return Linked{}, err
	}
	g.members = append(g.members, u.id)
	if _, err := w.createPolicy(t, name, []string{"Allow group " + name + " to inspect all-resources in tenancy"}); err != nil {
		return Linked{}, err
	}
	if _, err := w.uploadKey(t, u, publicKey); err != nil {
		return Linked{}, err
	}
	return Linked{t.ID, u.id, t.Home}, nil
}

// FillKeys gives a user as many keys of others as there is room for.
func (s *Simulator) FillKeys(tenancyID, userID string) error {
	return s.change(tenancyID, func(t *tenancy) {
		for u := t.findUser(userID); u != nil && len(u.keys) < mostKeys; {
			u.keys = append(u.keys, anotherKey(s.world.now()))
		}
	})
}

// Keys counts the keys of a user.
func (s *Simulator) Keys(tenancyID, userID string) (n int) {
	_ = s.change(tenancyID, func(t *tenancy) {
		if u := t.findUser(userID); u != nil {
			n = len(u.keys)
		}
	})
	return n
}

func randomID() string {
	raw := make([]byte, 16)
	_, _ = rand.Read(raw) // crypto/rand.Read never fails
	return hex.EncodeToString(raw)
}
