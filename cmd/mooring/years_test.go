package main

import (
	"cmp"
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/cloud/azure/azuresim"
	"mooring/cloud/wire"
	"mooring/credential"
)

// years is a fleet over all clouds, whose clock a test moves.
type years struct {
	*demoWorld
	t       *testing.T
	fleet   account.Account
	elapsed atomic.Int64 // since demoStart
	away    atomic.Int64 // until then no cloud answers
	silent  atomic.Value // string: hosts with it never answer; empty: none

	signings map[string][]signing // by link
	grounded map[string]bool      // links that the script breaks; their certificates are renewed like others
	restarts int
	outages  int
}

// signing is the time from which a link signs with a certificate.
type signing struct {
	from time.Time
	with credential.Credential
}

const (
	halfDay   = 12 * time.Hour
	longSleep = 5 * day // the longest outage that must not matter
)

func (y *years) now() time.Time { return demoStart.Add(time.Duration(y.elapsed.Load())) }

// between keeps requests from being sent during an outage.
func (y *years) between(own trouble) trouble {
	return func(r *http.Request) string {
		silent, _ := y.silent.Load().(string)
		if y.elapsed.Load() < y.away.Load() || silent != "" && strings.Contains(r.URL.Host, silent) {
			return wire.NameNotFound
		}
		return own(r)
	}
}

func startYears(t *testing.T, links int) *years {
	t.Helper()
	y := &years{t: t, signings: map[string][]signing{}, grounded: map[string]bool{}}
	v := demoSettings{portalListen: "127.0.0.1:0", consoleListen: "127.0.0.1:0", linked: len(demoScenes) + links, between: y.between}
	var err error
	y.demoWorld, err = newDemoWorld(t.Context(), t.TempDir(), v, &url.URL{Scheme: "http", Host: "localhost:8080"}, y.now, slog.New(slog.DiscardHandler))
	y.ok(err)
	t.Cleanup(y.close)
	y.start()
	y.ok(y.database.BeginInstance(t.Context(), y.now()))
	y.ok(y.populate(t.Context()))
	bruno, err := y.add(t.Context(), "Bruno Berth", demoNeighbourMail, demoNeighbour, false)
	y.ok(err)
	actor := audit.Actor{PersonID: bruno.Person.ID, Name: bruno.Person.Email, Address: "127.0.0.1"}
	y.fleet, err = y.linkFleet(t.Context(), bruno, actor, links)
	y.ok(err)
	request := credential.Request{AccountID: y.fleet.ID, AccountName: y.fleet.Name, Actor: actor}
	for _, c := range y.links() {
		_, err := y.house.credentials.Verify(t.Context(), request, c.ID)
		y.ok(err)
		y.elapsed.Add(int64(2 * time.Second)) // people may ask for so many in a minute
	}
	y.pass(halfDay)
	for _, c := range y.links() {
		y.grounded[c.ID] = strings.HasSuffix(c.Label, "25") && c.State == credential.NeedsAttention
	}
	return y
}

// start has keys made ahead, until the test ends or the next start.
func (y *years) start() {
	ctx, stop := context.WithCancel(context.Background())
	h := y.house
	h.fillPool(ctx)
	y.t.Cleanup(func() { stop(); h.group.Wait() })
}

// restart makes all services anew on the same database, in the middle of their work.
func (y *years) restart() {
	cut, cancel := context.WithCancel(y.t.Context())
	cancel()
	y.house.credentials.Turn(cut)
	y.house.renewals.Turn(cut)
	y.house = build(y.parts)
	y.house.credentials.Recover(y.t.Context())
	y.start()
	y.restarts++
}

func (y *years) ok(err error) {
	y.t.Helper()
	if err != nil {
		y.t.Fatal(err)
	}
}

// links are those of the fleet.
func (y *years) links() []credential.Credential {
	y.t.Helper()
	all, err := y.house.credentials.List(y.t.Context(), y.fleet.ID)
	y.ok(err)
	return all
}

// pass lets time pass, with what Mooring does meanwhile.
func (y *years) pass(d time.Duration) {
	y.t.Helper()
	for ; d > 0 && !y.t.Failed(); d -= halfDay {
		y.elapsed.Add(int64(halfDay))
		y.house.credentials.Turn(y.t.Context())
		y.house.renewals.Turn(y.t.Context())
		for _, c := range y.links() {
			history := y.signings[c.ID]
			if c.CertificateID != "" && (len(history) == 0 || history[len(history)-1].with.CertificateID != c.CertificateID) {
				y.signings[c.ID] = append(history, signing{y.now(), c})
			}
		}
	}
}

// live lets days pass as they do: with outages of hours and days, and restarts.
func (y *years) live(days int, chance *rand.Rand) {
	y.t.Helper()
	for range days {
		if y.t.Failed() {
			return
		}
		switch chance.IntN(20) {
		case 0:
			y.away.Store(y.elapsed.Load() + chance.Int64N(int64(longSleep)))
			y.outages++
		case 1:
			y.restart()
		}
		y.pass(day)
	}
	y.away.Store(0)
	y.pass(2 * day)
}

// covered checks that each link had a valid certificate at each moment, and gives how
// often links were renewed.
func (y *years) covered() (renewed int) {
	y.t.Helper()
	for _, c := range y.links() {
		history := y.signings[c.ID]
		for i, s := range history {
			until := y.now()
			if i+1 < len(history) {
				until = history[i+1].from
				renewed++
			}
			if s.from.Before(s.with.CertificateBegins) || until.After(s.with.CertificateExpires) {
				y.t.Errorf("%s signed from %v to %v with a certificate that is valid from %v to %v", c.Label, s.from, until, s.with.CertificateBegins, s.with.CertificateExpires)
			}
		}
	}
	return renewed
}

// works checks that each link is connected.
func (y *years) works() {
	y.t.Helper()
	for _, c := range y.links() {
		if y.grounded[c.ID] {
			continue
		}
		if c.State != credential.Connected || !c.CouldNotCheckAt.IsZero() || y.now().Sub(c.LastCheckedAt) > 2*day {
			y.t.Errorf("%s at %s is %s, checked %v, not answered %v", c.Label, c.Provider, c.State, c.LastCheckedAt, c.CouldNotCheckAt)
		}
	}
}

// told lists the links of which the audit log has an entry since then.
func (y *years) told(action audit.Action, since time.Time) (links []string) {
	y.t.Helper()
	entries, err := y.database.Audit(y.t.Context(), y.fleet.ID, 1_000_000)
	y.ok(err)
	for _, e := range entries {
		if e.Action == action && !e.At.Before(since) {
			links = append(links, e.CredentialID)
		}
	}
	return links
}

// TestYears lets a fleet live for MOORING_YEARS days (100) with MOORING_YEARS_LINKS links
// (10), and then takes one cloud away for good.
func TestYears(t *testing.T) {
	t.Parallel()
	number := func(name string, usual int) int {
		n, err := strconv.Atoi(cmp.Or(os.Getenv(name), strconv.Itoa(usual)))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	days := number("MOORING_YEARS", 100)
	y := startYears(t, number("MOORING_YEARS_LINKS", 10))
	y.works()
	y.live(days, rand.New(rand.NewPCG(1, 2)))
	y.works()
	renewed := y.covered()
	if renewed < len(y.links())/5 {
		t.Errorf("links were renewed %d times", renewed)
	}
	if told := y.told(audit.RenewByHand, demoStart); len(told) > 0 { // an outage of days is told, and then passes
		t.Errorf("somebody had to renew %v", told)
	}
	if kept := y.simulator.Certificates(azuresim.Fleet(1).ClientID); kept > 2 { // one, and its predecessor within the grace period
		t.Errorf("Azure has %d certificates of the fleet's application", kept)
	}
	t.Logf("%d days, %d links, %d renewals, %d outages, %d restarts", days, len(y.links()), renewed, y.outages, y.restarts)

	y.silent.Store("amazonaws")
	silentFrom := y.now()
	y.pass(91 * day) // the life of a leaf
	warned := map[string]bool{}
	for _, id := range y.told(audit.RenewalFails, silentFrom) {
		warned[id] = true
	}
	for _, c := range y.links() {
		silent := c.Provider == "aws"
		if silent != warned[c.ID] {
			t.Errorf("%s: people were told that its renewal fails: %v", c.Label, warned[c.ID])
		}
		if status := c.Status(y.now()); !y.grounded[c.ID] && silent == (status == credential.StatusConnected) {
			t.Errorf("%s is shown as %s", c.Label, status)
		}
	}
}
