package account_test

import (
	"errors"
	"fmt"
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
