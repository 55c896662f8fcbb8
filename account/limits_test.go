package account_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
)

func in(device string, address string) account.Origin {
	origin := from(address)
	origin.Device = device
	return origin
}

// attack fails so often that ada's account, her address at home and all others
// are closed to passwords.
func (h house) attack(means string) {
	h.t.Helper()
	h.failWith(means, account.MaxAddrTries, "", home)
	h.failWith(means, account.MaxPairTries, email, home)
	h.failWith(means, account.MaxEmailTries, email, "various")
}

func TestStrangersDoNotCloseABrowserThatItsOwnerHasUsed(t *testing.T) {
	h := inhabited(t)
	h.add("eve", adasHash())
	h.enter(home) // in the browser "laptop"
	_, err := h.SignIn(t.Context(), "eve@example.com", password, in("tablet", home))
	h.ok(err)
	h.attack("")
	h.want(h.try(email, password, home), account.ErrTooManyTries)
	for _, device := range []string{"tablet", "made up"} {
		for _, address := range []string{home, elsewhere} {
			_, err := h.SignIn(t.Context(), email, password, in(device, address))
			h.want(err, account.ErrTooManyTries)
		}
	}
	for _, address := range []string{home, elsewhere} {
		_, err := h.SignIn(t.Context(), email, password, in("laptop", address))
		h.ok(err)
	}
	_, err = h.SignIn(t.Context(), "nobody@example.com", password, in("laptop", home))
	h.want(err, account.ErrTooManyTries) // the browser is ada's for ada only
}

func TestABrowserThatItsOwnerHasUsedHasALimitOfItsOwn(t *testing.T) {
	h := inhabited(t)
	h.enter(home)
	for range account.MaxPairTries {
		_, err := h.SignIn(t.Context(), email, "wrong horse battery", in("laptop", home))
		h.want(err, account.ErrWrongPassword)
	}
	for _, address := range []string{home, elsewhere} {
		_, err := h.SignIn(t.Context(), email, password, in("laptop", address))
		h.want(err, account.ErrTooManyTries)
	}
	h.ok(h.try(email, password, home)) // what was tried in it closes nothing else
	h.clock.pass(account.FailureWindow + time.Millisecond)
	h.enter(home)
}

// Whoever has the password alone makes no browser known, and so gets no more
// tries at the second step.
func TestABrowserIsKnownOnlyAfterBothSteps(t *testing.T) {
	h, in1, codes := withPasskey(t)
	half, err := h.SignIn(t.Context(), email, password, in("thief", elsewhere))
	h.ok(err)
	h.attack("")
	_, err = h.UseRecoveryCode(t.Context(), half.Caller, codes[0].Reveal(), in("thief", elsewhere))
	h.want(err, account.ErrTooManyTries)

	whole, err := h.TakeSecondStep(t.Context(), half.Caller, h.useOwn(in1, "red"), in("thief", elsewhere)) // it was ada
	h.ok(err)
	_, err = h.ProveWithPassword(t.Context(), whole.Caller, password, in("thief", home))
	h.ok(err)
}

func TestTheNetworkOfASessionIsKnownNotItsAddressOnly(t *testing.T) {
	h := inhabited(t)
	h.ok(h.try(email, password, "2001:db8:1:2::1"))
	h.failWith("", account.MaxEmailTries, email, "various")
	h.want(h.try(email, password, "2001:db8:1:3::1"), account.ErrTooManyTries)
	h.ok(h.try(email, password, "2001:db8:1:2:a:b:c:d")) // IPv6 changes it daily
}

func TestWrongPasswordsStopNoPasskey(t *testing.T) {
	h, whole, codes := withPasskey(t)
	half, err := h.SignIn(t.Context(), email, password, from(home))
	h.ok(err)
	h.attack("")
	h.want(h.try(email, password, home), account.ErrTooManyTries)
	_, err = h.UseRecoveryCode(t.Context(), half.Caller, codes[0].Reveal(), from(home))
	h.want(err, account.ErrTooManyTries)

	question, err := h.BeginPasskey(t.Context())
	h.ok(err)
	_, err = h.SignInWithPasskey(t.Context(), answerTo(t, question, "red"), from(home))
	h.ok(err)
	_, err = h.TakeSecondStep(t.Context(), half.Caller, h.useOwn(half, "red"), from(home))
	h.ok(err)
	_, err = h.ProveWithPasskey(t.Context(), whole.Caller, h.useOwn(whole, "red"), from(home))
	h.ok(err)
}

func TestWrongPasskeysStopNoPasswordAndNoBrowserThatItsOwnerHasUsed(t *testing.T) {
	h, _, _ := withPasskey(t) // in the browser "laptop"
	h.add("eve", adasHash())
	_, err := h.SignIn(t.Context(), "eve@example.com", password, in("tablet", elsewhere))
	h.ok(err)
	h.failWith("passkey ", account.MaxAddrTries, "", home)
	h.failWith("passkey ", account.MaxPairTries, email, home)
	h.ok(h.try("eve@example.com", password, home))
	before := len(h.log())
	for device, want := range map[string]error{"laptop": nil, "tablet": account.ErrTooManyTries, "": account.ErrTooManyTries} {
		question, err := h.BeginPasskey(t.Context())
		h.ok(err)
		_, err = h.SignInWithPasskey(t.Context(), forged(t, question, "red"), in(device, home))
		h.want(err, account.ErrTooManyTries) // and nobody is told, nor is it written down
		if len(h.log()) != before {
			t.Errorf("%q: the audit log grows", device)
		}
		_, err = h.SignInWithPasskey(t.Context(), answerTo(t, question, "red"), in(device, home))
		h.want(err, want)
		before = len(h.log())
	}
}

func TestJoiningLooksForTheAddressBeforeItHashes(t *testing.T) {
	h := invited(t)
	h.invite("token", "", account.Member)
	leave := h.FillLine() // whoever comes to hashing is refused now
	taken, free := newcomer(), newcomer()
	taken.Email = "bob@example.com"
	_, err := h.Join(t.Context(), "token", taken, from(home))
	h.want(err, account.ErrEmailTaken)
	_, err = h.Join(t.Context(), "token", free, from(home))
	h.want(err, account.ErrBusy)
	leave()
	_, err = h.Join(t.Context(), "token", free, from(home))
	h.ok(err)
}

func TestJoiningInVainIsCountedByAddress(t *testing.T) {
	h := invited(t)
	h.invite("token", "", account.Member)
	taken := newcomer()
	taken.Email = "bob@example.com"
	for range account.MaxAddrTries {
		_, err := h.Join(t.Context(), "token", taken, from(home))
		h.want(err, account.ErrEmailTaken)
	}
	if e := h.log()[0]; e.Action != audit.JoinAccount || e.Result != audit.Refused || e.Actor.Name != "unknown" || e.Actor.Address != home {
		t.Errorf("the audit entry is %+v", e)
	}
	for _, form := range []account.Newcomer{taken, newcomer()} { // so that nobody asks for one address after the other who is here
		_, err := h.Join(t.Context(), "token", form, from(home))
		h.want(err, account.ErrTooManyTries)
	}
	h.ok(h.try("bob@example.com", password, home)) // who lives there goes on
	_, err := h.Join(t.Context(), "token", newcomer(), from(elsewhere))
	h.ok(err)
}

func TestSettingUpIsCountedByAddress(t *testing.T) {
	h := newHouse(t)
	link := h.link()
	h.failWith("link ", account.MaxAddrTries, "", home)
	_, err := h.SetUp(t.Context(), link, form(), from(home))
	h.want(err, account.ErrTooManyTries)
	_, err = h.SetUp(t.Context(), link, form(), from(elsewhere))
	h.ok(err)
}

func TestAProofFromTheFutureCountsForAMinuteOnly(t *testing.T) {
	for age, want := range map[time.Duration]bool{
		0: true, account.ProofLife - 1: true, account.ProofLife: false, -time.Minute: true, -time.Minute - 1: false, -time.Hour: false,
	} {
		c := account.Caller{Session: account.Session{ProvedAt: morning.Add(-age)}}
		if c.Proved(morning) != want {
			t.Errorf("a proof %v old counts: %t", age, !want)
		}
	}
}

func TestAPersonHasSoManyPasskeysAndNoMore(t *testing.T) {
	h, in, _ := withPasskey(t)
	var question account.Question
	var err error
	for i := range account.MaxPasskeys - 1 {
		question, err = h.BeginAddPasskey(t.Context(), in.Caller)
		h.ok(err)
		in, _, err = h.AddPasskey(t.Context(), in.Caller, answerTo(t, question, fmt.Sprint("key-", i)), from(home))
		h.ok(err)
	}
	_, err = h.BeginAddPasskey(t.Context(), in.Caller)
	h.want(err, account.ErrTooManyPasskeys)
	_, _, err = h.AddPasskey(t.Context(), in.Caller, answerTo(t, question, "one more"), from(home)) // asked in another window
	h.want(err, account.ErrTooManyPasskeys)
	if c := h.caller(in.Token); c.Passkeys != account.MaxPasskeys {
		t.Errorf("there are %d", c.Passkeys)
	}
}

func TestAPersonOwnsSoManyOrganizationsAndMakesNoMore(t *testing.T) {
	c := newClub(t)
	make := func(name, organization string) error {
		_, err := c.Create(t.Context(), c.caller(name), account.OrganizationForm{Name: organization}, by(name))
		return err
	}
	c.takeIn("bob", account.Member) // which does not count
	for i := range account.MaxOrganizations {
		c.ok(make("bob", fmt.Sprint("pier-", i)))
	}
	joined := c.joined.Load()
	c.want(make("bob", "one-more"), account.ErrTooManyOrganizations)
	if c.joined.Load() != joined || c.count(`SELECT count(*) FROM accounts WHERE name = 'one-more'`) != 0 {
		t.Error("it was made")
	}
	c.ok(make("ada", "of-ada"))
	m, _ := c.membership("bob", "pier-7")
	c.ok(c.Delete(t.Context(), m, "pier-7", by("bob")))
	c.ok(make("bob", "one-more"))
}

func TestAPersonMailsSoManyInvitationsInAnHour(t *testing.T) {
	c := newClub(t)
	c.takeIn("bob", account.Owner)
	mail := func(name string, to account.Membership, i int) error {
		made, _, err := c.Invite(t.Context(), to, account.InviteForm{Email: fmt.Sprintf("friend-%d@example.org", i), Role: "viewer"}, by(name))
		if err != nil {
			return err
		}
		return c.Revoke(t.Context(), to.Account.ID, made.ID, by(name)) // which sends nothing back
	}
	for i := range account.MaxMails - 1 {
		c.ok(mail("ada", c.acme("ada"), i))
	}
	c.postbox.broken = errors.New("smtp: 550 no such user")
	c.want(mail("ada", c.acme("ada"), 98), account.ErrMailFailed) // it was sent, for all that we know
	c.postbox.broken = nil
	other, err := c.Create(t.Context(), c.caller("ada"), account.OrganizationForm{Name: "other"}, by("ada"))
	c.ok(err)
	for _, to := range []account.Membership{c.acme("ada"), {Account: other, Role: account.Owner}} {
		c.want(mail("ada", to, 99), account.ErrTooManyMails)
	}
	if len(c.postbox.letters) != account.MaxMails-1 || c.count(`SELECT count(*) FROM invitations`) != 0 {
		t.Errorf("%d letters were sent", len(c.postbox.letters))
	}
	if c.count(`SELECT count(*) FROM mailed_invitations WHERE sender_key LIKE '%ada%'`) != 0 {
		t.Error("the list tells who mailed")
	}
	_, token := c.invite(account.Viewer, "friend@example.org") // by link
	if token == "" {
		t.Error("there is no link")
	}
	c.ok(mail("bob", c.acme("bob"), 99))
	c.clock.pass(account.MailWindow - time.Millisecond)
	c.want(mail("ada", c.acme("ada"), 99), account.ErrTooManyMails)
	c.clock.pass(time.Millisecond)
	c.ok(mail("ada", c.acme("ada"), 99))
}

// Twenty sites of strangers, each with a /48 of IPv6, take what strangers get in
// the line. People whom we know come in as if there were none of them.
func TestAFloodOfStrangersLeavesPlacesForPeopleWhomWeKnow(t *testing.T) {
	h, in1, _ := withPasskey(t) // in the browser "laptop"
	h.add("eve", adasHash())
	join := invited(t)
	join.invite("token", "", account.Member)
	for _, flooded := range []house{h, join} {
		places, leave := flooded.Flood()
		if places != 48 {
			t.Errorf("strangers get %d places", places)
		}
		defer leave()
	}

	for device, want := range map[string]error{"laptop": nil, "tablet": account.ErrBusy, "": account.ErrBusy} {
		_, err := h.SignIn(t.Context(), email, password, in(device, elsewhere))
		h.want(err, want)
		question, err := h.BeginPasskey(t.Context())
		h.ok(err)
		_, err = h.SignInWithPasskey(t.Context(), answerTo(t, question, "red"), in(device, elsewhere))
		h.want(err, want)
	}
	_, err := h.SignIn(t.Context(), "eve@example.com", password, in("laptop", elsewhere)) // it is ada's
	h.want(err, account.ErrBusy)
	_, err = h.SignInWithCode(t.Context(), email, "0000-0000-0000-0000", in("laptop", elsewhere))
	h.want(err, account.ErrWrongCode)
	_, err = h.SignInWithCode(t.Context(), email, "0000-0000-0000-0000", from(elsewhere))
	h.want(err, account.ErrBusy)
	_, err = join.Join(t.Context(), "token", newcomer(), from(elsewhere))
	join.want(err, account.ErrBusy)

	// Whoever is signed in re-authenticates, in whatever browser.
	in2, err := h.ProveWithPasskey(t.Context(), in1.Caller, h.useOwn(in1, "red"), from("2001:db8:0:1::1"))
	h.ok(err)
	in3, err := h.ProveWithPassword(t.Context(), in2.Caller, password, from("2001:db8:0:1::1"))
	h.ok(err)
	_, err = h.ChangePassword(t.Context(), in3.Caller, password, "another horse battery", from("2001:db8:0:1::1"))
	h.ok(err)
}

// crowd is a store in which nobody lives, and which counts failures in memory.
type crowd struct {
	account.Store
	failures map[string]int
	entries  []audit.Entry
	counted  int
}

func (c *crowd) PasswordOf(context.Context, string) (account.Person, account.PasswordHash, error) {
	return account.Person{}, "", account.ErrNoSuchAccount
}

func (c *crowd) KnownDevice(context.Context, string, string) (bool, error) { return false, nil }

func (c *crowd) KnownAddress(context.Context, string, string) (bool, error) { return false, nil }

func (c *crowd) AddSession(context.Context, account.Arrival, audit.Entry) error {
	return account.ErrWrongCode
}

func (c *crowd) PersonOf(context.Context, string, string) (account.Person, error) {
	return account.Person{}, account.ErrUnknownIdentity
}

func (c *crowd) Failures(_ context.Context, f account.Failure, _, _ time.Time) (found account.Failures, err error) {
	found = account.Failures{Address: c.failures[f.AddressKey]}
	for i, wider := range f.WiderKeys {
		found.Wider[i] = c.failures[wider]
	}
	return found, nil
}

func (c *crowd) AddFailure(ctx context.Context, f account.Failure, entry audit.Entry) error {
	c.entries = append(c.entries, entry)
	return c.count(f)
}

func (c *crowd) CountFailure(_ context.Context, f account.Failure, _ audit.Entry) error {
	c.counted++
	return c.count(f)
}

func (c *crowd) count(f account.Failure) error {
	for _, key := range append([]string{f.AddressKey}, f.WiderKeys...) {
		c.failures[key]++
	}
	return nil
}

// newCrowd is strangers in front of a site. end ends the minute in which
// refusals are counted.
func newCrowd(t *testing.T) (s *account.Service, c *crowd, end func()) {
	c = &crowd{failures: map[string]int{}}
	var ends []func()
	var mu sync.Mutex
	write := func(_ context.Context, e audit.Entry) error {
		mu.Lock()
		defer mu.Unlock()
		c.entries = append(c.entries, e)
		return nil
	}
	refusals := audit.NewRefusals(audit.RefusalsConfig{Write: write, Now: func() time.Time { return morning },
		Log: slog.New(slog.DiscardHandler), After: func(_ time.Duration, end func()) { ends = append(ends, end) }})
	s = account.NewService(account.Config{Store: c, Policy: account.Policy{Passwords: true}, Refusals: refusals, Now: func() time.Time { return morning }})
	return s, c, func() {
		ended := ends
		ends = nil
		for _, end := range ended {
			end()
		}
		if err := refusals.Flush(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// failCode has strangers try recovery codes, and gives how many tries were
// looked at.
func failCode(t *testing.T, s *account.Service, times int, address func(i int) string) (tried int) {
	t.Helper()
	for i := range times {
		_, err := s.SignInWithCode(t.Context(), fmt.Sprintf("nobody-%d@example.com", i), "0000-0000-0000-0000", from(address(i)))
		switch {
		case errors.Is(err, account.ErrWrongCode):
			tried++
		case !errors.Is(err, account.ErrTooManyTries):
			t.Fatal(err)
		}
	}
	return tried
}

func TestNetworksOfIPv6AreCountedByTheirSize(t *testing.T) {
	s, _, _ := newCrowd(t)
	for _, c := range []struct {
		what    string
		address func(i int) string
		want    int
	}{
		{"a /64", func(i int) string { return fmt.Sprintf("2001:db8:1:aa00::%x", i) }, 40},
		{"the /56 around it", func(i int) string { return fmt.Sprintf("2001:db8:1:aa%02x::1", i) }, 40},
		{"the /48 around that", func(i int) string { return fmt.Sprintf("2001:db8:1:%x::1", i<<8) }, 80},
		{"a /56", func(i int) string { return fmt.Sprintf("2001:db8:3:ff%02x::1", i) }, 80},
		{"the same /48, spelled otherwise", func(i int) string { return fmt.Sprintf("2001:0DB8:0001:%x:0:0:0:1%%eth0", 0x8000+i) }, 0},
		{"another /48", func(i int) string { return fmt.Sprintf("2001:db8:2:%x::1", i<<8) }, 160},
		{"an IPv4 address", func(int) string { return "192.0.2.1" }, 40},
		{"the same address in IPv6", func(int) string { return "::ffff:192.0.2.1" }, 0},
		{"its neighbor", func(int) string { return "192.0.2.2" }, 40},
	} {
		if got := failCode(t, s, 200, c.address); got != c.want {
			t.Errorf("%s: %d tries are looked at, want %d", c.what, got, c.want)
		}
	}
}

// told adds up the numbers in the entries.
func (c *crowd) told() (failures int) {
	for _, e := range c.entries {
		text, more := e.Detail[strings.LastIndex(e.Detail, ":")+1:], 0
		if n, _ := fmt.Sscanf(strings.TrimSpace(text), "%d times more", &more); n == 0 {
			more = 1
		}
		failures += more
	}
	return failures
}

func TestStrangersFillNoAuditLog(t *testing.T) {
	s, c, end := newCrowd(t)
	tried := failCode(t, s, 3_000, func(i int) string { return fmt.Sprintf("2001:db8:0:%x::1", i) })
	if tried != 160 || len(c.entries) != 60 {
		t.Errorf("from a /48, %d tries are looked at and have %d entries", tried, len(c.entries))
	}
	tried += failCode(t, s, 10_000, func(i int) string { return fmt.Sprintf("2001:db8:%x:%x::1", 1+i%50, i) })
	end()
	if tried != 51*160 || len(c.entries) != 61 || c.told() != tried {
		t.Errorf("%d failures of strangers are %d entries, which tell of %d", tried, len(c.entries), c.told())
	}
}

// A proof that holds and lets nobody in can be sent for ever: nothing counts it.
func TestRightProofsThatAreRefusedFillNoAuditLog(t *testing.T) {
	s, c, end := newCrowd(t)
	for range 1_000 {
		if _, err := s.SignInWith(t.Context(), identity("unknown"), from(elsewhere)); !errors.Is(err, account.ErrUnknownIdentity) {
			t.Fatal(err)
		}
	}
	end()
	if len(c.entries) != 2 || c.told() != 1_000 || c.entries[1].Detail != "harbor: not linked: 999 times more within a minute" {
		t.Errorf("they are %+v", c.entries)
	}
}

// What is tried at somebody who is here is told each time, as long as it counts
// for them. Whose passkey it is shows only when a wrong one has answered, from as
// many networks as a stranger likes.
func TestFailuresAtAPersonAreToldEachTimeUnlessStrangersChooseHowMany(t *testing.T) {
	h, _, _ := withPasskey(t)
	config := h.config(account.Policy{Passwords: true})
	var ends []func()
	config.Refusals = audit.NewRefusals(audit.RefusalsConfig{Write: h.AuditLog().AddEntry, Patience: time.Hour, Now: h.clock.Now,
		Log: slog.New(slog.DiscardHandler), After: func(_ time.Duration, end func()) { ends = append(ends, end) }})
	h.Service = account.NewService(config)
	before := len(h.log())
	for range 3 {
		h.want(h.try(email, "wrong horse battery", elsewhere), account.ErrWrongPassword)
	}
	if n := len(h.log()) - before; n != 3 || len(ends) != 0 {
		t.Errorf("three wrong passwords are %d entries", n)
	}
	for i := range 5 {
		question, err := h.BeginPasskey(t.Context())
		h.ok(err)
		_, err = h.SignInWithPasskey(t.Context(), forged(t, question, "red"), from(fmt.Sprintf("2001:db8:%x::1", i)))
		h.want(err, account.ErrPasskeyRefused)
	}
	for _, end := range ends {
		end()
	}
	h.ok(config.Refusals.Flush(t.Context()))
	if n := len(h.log()) - before - 3; n != 2 {
		t.Errorf("five forged passkeys are %d entries", n)
	}
	h.last(audit.SignInFailed, audit.Refused, "4 times more within a minute")
}
