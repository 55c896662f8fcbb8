// Package awssim is a simulated Amazon Web Services for the demo, the tests and the
// manuals: IAM Roles Anywhere, STS, IAM, EC2 and CloudFormation of every
// commercial, Chinese, US government and European sovereign region, as far as
// linking an account needs them.
//
// Everything listens on the loopback interface, over TLS with a certificate
// authority made at start. Certificates, chains, signatures, dates, trust policies
// and permissions are really verified, by code that shares nothing with the
// product's; the answers have the shapes of the real services. TESTING.md, in the
// folder above, lists where the simulator is stricter or more lenient than AWS.
//
// Programs reach it in three ways: with Dial, which leads every host of AWS here;
// through ProxyURL, the same for other programs, such as Debian's aws; and at URL,
// where the signature tells which service is meant.
package awssim

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"mooring/cloud/simulated"
)

// Options are the things a Simulator takes from outside. The zero value is ready
// for use.
type Options struct {
	Now         func() time.Time // clock for signatures, certificates and sessions; nil means time.Now
	NewID       func() string    // new lower-case UUIDs, asked for one at a time; nil means random
	Listen      string           // address of the TLS server; "" means "127.0.0.1:0"
	ProxyListen string           // address of the proxy; "" means "127.0.0.1:0"
	Console     string           // address of the simulated console; "" means "127.0.0.1:0"
	Codes       []string         // error codes that the console suggests; others can be typed as well
	Fleet       int              // how many accounts of the fleet there are
}

// Simulator is a running simulated AWS.
type Simulator struct {
	*simulated.Network
	world  *world
	shells *simulated.Shells
}

// Start makes the certificate authority and the accounts, and listens. The caller
// closes the Simulator.
func Start(o Options) (*Simulator, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.NewID == nil {
		o.NewID = randomID
	}
	s := &Simulator{world: newWorld(o.Now, o.NewID, o.Fleet), Network: &simulated.Network{
		Cloud: "AWS", Hosts: isHost, Listen: o.Listen, ProxyListen: o.ProxyListen, ConsoleListen: o.Console,
	}}
	s.shells = newShells(s.world)
	pages, err := newConsole(s, o.Codes)
	if err == nil {
		err = s.Network.Start(http.HandlerFunc(s.answer), pages.handler())
	}
	if err != nil {
		return nil, fmt.Errorf("awssim: %w", err)
	}
	return s, nil
}

func isHost(host string) bool { _, ok := findPlace(host); return ok }

// CloudShell runs a text in the CloudShell of an account's administrator, as bash would,
// and gives what it printed and whether it failed. The account keeps the files that it
// wrote.
func (s *Simulator) CloudShell(ctx context.Context, number, text string) (output string, failed bool, err error) {
	if err := s.change(number, func(*account) {}); err != nil {
		return "", false, err
	}
	output, failed = s.shells.Run(ctx, number, text)
	return output, failed, nil
}
