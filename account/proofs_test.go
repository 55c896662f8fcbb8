package account_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/db/dbtest"
	"mooring/secret"
)

// enter signs ada in with her password, in a browser that is known by now.
func (h house) enter(address string) account.SignedIn {
	h.t.Helper()
	origin := from(address)
	origin.Device = "laptop"
	in, err := h.SignIn(h.t.Context(), email, password, origin)
	h.ok(err)
	return in
}

// equip adds a passkey to whoever is signed in, and gives the session after it.
func (h house) equip(in account.SignedIn, credential string) (account.SignedIn, []secret.Text) {
	h.t.Helper()
	question, err := h.BeginAddPasskey(h.t.Context(), in.Caller)
	h.ok(err)
	in, codes, err := h.AddPasskey(h.t.Context(), in.Caller, answerTo(h.t, question, credential), from(home))
	h.ok(err)
	return in, codes
}

// withPasskey is a house in which ada has a passkey, a session in which she
// used it, and recovery codes.
func withPasskey(t testing.TB) (house, account.SignedIn, []secret.Text) {
	h := inhabited(t)
	in, codes := h.equip(h.enter(home), "red")
	return h, in, codes
}

func (h house) useOwn(in account.SignedIn, credential string) account.PasskeyAnswer {
	h.t.Helper()
	question, err := h.BeginOwnPasskey(h.t.Context(), in.Caller)
	h.ok(err)
	return answerTo(h.t, question, credential)
}

// gone makes sure that a token signs nobody in any more.
func (h house) gone(token secret.Text) {
	h.t.Helper()
	_, err := h.Authenticate(h.t.Context(), token.Reveal())
	h.want(err, account.ErrSignIn)
}

// last checks the latest audit entry.
func (h house) last(action audit.Action, result audit.Result, detail string) {
	h.t.Helper()
	if e := h.log()[0]; e.Action != action || e.Result != result || e.Detail != detail || e.Actor.PersonID != "person-ada" {
		h.t.Errorf("the latest audit entry is %+v, want %s, %s, %q", e, action, result, detail)
	}
}

func TestWhoHasAPasskeyOwesASecondStepAfterAPassword(t *testing.T) {
	h, first, _ := withPasskey(t)
	if first.Caller.OwesSecondStep() || first.Caller.Passkeys != 1 {
		t.Errorf("who has just added a passkey is %+v", first.Caller)
	}
	half := h.enter(elsewhere)
	if !half.Caller.OwesSecondStep() || !h.caller(half.Token).OwesSecondStep() {
		t.Error("the password alone is enough")
	}
	h.clock.pass(time.Minute)
	whole, err := h.TakeSecondStep(t.Context(), half.Caller, h.useOwn(half, "red"), from(elsewhere))
	h.ok(err)
	h.gone(half.Token)
	session := h.caller(whole.Token).Session
	if h.caller(whole.Token).OwesSecondStep() || !session.CreatedAt.Equal(morning) || !session.SecondStepAt.Equal(h.clock.Now()) ||
		!session.ProvedAt.Equal(h.clock.Now()) || session.Way != account.ByPassword {
		t.Errorf("after the second step the session is %+v", session)
	}
	h.last(audit.SecondStep, audit.Done, "")
	h.caller(first.Token) // the other browser stays signed in
}

func TestAHalfSessionDoesNothingElse(t *testing.T) {
	h, _, _ := withPasskey(t)
	half := h.enter(elsewhere)
	add, err := h.BeginAddPasskey(t.Context(), half.Caller)
	h.want(err, account.ErrSecondStep)
	_ = add
	calls := map[string]func(c account.Caller) error{
		"ProveWithPassword": func(c account.Caller) error {
			_, err := h.ProveWithPassword(t.Context(), c, password, from(home))
			return err
		},
		"ProveWithPasskey": func(c account.Caller) error {
			_, err := h.ProveWithPasskey(t.Context(), c, account.PasskeyAnswer{}, from(home))
			return err
		},
		"ProveWith": func(c account.Caller) error {
			_, err := h.ProveWith(t.Context(), c, account.Identity{}, from(home))
			return err
		},
		"ChangePassword": func(c account.Caller) error {
			_, err := h.ChangePassword(t.Context(), c, password, "another long password", from(home))
			return err
		},
		"LinkIdentity": func(c account.Caller) error {
			_, err := h.LinkIdentity(t.Context(), c, account.Identity{}, from(home))
			return err
		},
		"MakeRecoveryCodes": func(c account.Caller) error { _, err := h.MakeRecoveryCodes(t.Context(), c, h.actor()); return err },
	}
	own, err := h.Ways(t.Context(), half.Caller)
	h.ok(err)
	calls["RemovePasskey"] = func(c account.Caller) error {
		_, err := h.RemovePasskey(t.Context(), c, own.Passkeys[0].ID, from(home))
		return err
	}
	keyed := half.Caller
	keyed.Key = &account.Key{ID: "k"}
	before := len(h.log())
	for name, call := range calls {
		if err := call(half.Caller); !errors.Is(err, account.ErrSecondStep) {
			t.Errorf("%s in a half session: got %v", name, err)
		}
		if err := call(keyed); !errors.Is(err, account.ErrSignIn) {
			t.Errorf("%s with an API key: got %v", name, err)
		}
	}
	if len(h.log()) != before {
		t.Error("something was done")
	}
}

func TestAPasskeyAloneIsBothSteps(t *testing.T) {
	h, _, _ := withPasskey(t)
	question, err := h.BeginPasskey(t.Context())
	h.ok(err)
	if question.Ceremony.PersonID != "" {
		t.Error("the question names somebody")
	}
	in, err := h.SignInWithPasskey(t.Context(), answerTo(t, question, "red"), from(elsewhere))
	h.ok(err)
	if c := h.caller(in.Token); c.Person.ID != "person-ada" || c.OwesSecondStep() || c.Session.Way != account.ByPasskey {
		t.Errorf("the caller is %+v", c)
	}
	h.last(audit.SignIn, audit.Done, "by passkey")
	ways, err := h.Ways(t.Context(), in.Caller)
	h.ok(err)
	if p := ways.Passkeys[0]; string(p.Record) != `{"Uses":1}` || !p.LastUsedAt.Equal(morning) {
		t.Errorf("the passkey is %s, last used %v", p.Record, p.LastUsedAt)
	}
}

func TestAPasskeyThatDoesNotHoldIsRefused(t *testing.T) {
	h, in, _ := withPasskey(t)
	h.add("eve", adasHash())
	eves, err := h.SignIn(t.Context(), "eve@example.com", password, from(elsewhere))
	h.ok(err)
	_, _ = h.equip(eves, "green")
	anybody, err := h.BeginPasskey(t.Context())
	h.ok(err)
	own, err := h.BeginOwnPasskey(t.Context(), in.Caller)
	h.ok(err)

	signIn := func(a account.PasskeyAnswer) error {
		_, err := h.SignInWithPasskey(t.Context(), a, from(home))
		return err
	}
	second := func(a account.PasskeyAnswer) error {
		_, err := h.TakeSecondStep(t.Context(), in.Caller, a, from(home))
		return err
	}
	prove := func(a account.PasskeyAnswer) error {
		_, err := h.ProveWithPasskey(t.Context(), in.Caller, a, from(home))
		return err
	}
	for name, test := range map[string]struct {
		try    func(account.PasskeyAnswer) error
		answer account.PasskeyAnswer
		action audit.Action
	}{
		"a forged answer":                  {signIn, forged(t, anybody, "red"), audit.SignInFailed},
		"a passkey that nobody has":        {signIn, answerTo(t, anybody, "grey"), audit.SignInFailed},
		"an answer to a second step":       {signIn, answerTo(t, own, "red"), audit.SignInFailed},
		"somebody else's as a second step": {second, answerTo(t, anybody, "green"), audit.SecondStepFailed},
		"an answer to a sign-in as one":    {second, answerTo(t, anybody, "red"), audit.SecondStepFailed},
		"a forged second step":             {second, forged(t, own, "red"), audit.SecondStepFailed},
		"somebody else's as a proof":       {prove, answerTo(t, own, "green"), audit.ProveFailed},
		"a forged proof":                   {prove, forged(t, own, "red"), audit.ProveFailed},
	} {
		h.want(test.try(test.answer), account.ErrPasskeyRefused)
		if e := h.log()[0]; e.Action != test.action || e.Result != audit.Refused {
			t.Errorf("%s: the audit entry is %+v", name, e)
		}
	}
	h.caller(in.Token) // what was refused renews nothing
}

// Nobody can ask for a passkey of somebody and answer with their own, even if
// the check of the answer would let it pass.
func TestAnAnswerAboutOnePersonCountsForThemOnly(t *testing.T) {
	h, in, _ := withPasskey(t)
	h.add("eve", adasHash())
	eves, err := h.SignIn(t.Context(), "eve@example.com", password, from(elsewhere))
	h.ok(err)
	eves, _ = h.equip(eves, "green")
	answer := h.useOwn(eves, "green")
	_, err = h.TakeSecondStep(t.Context(), in.Caller, answer, from(home))
	h.want(err, account.ErrPasskeyRefused)
	answer.Ceremony.PersonID = "person-ada" // as if the seal were broken
	_, err = h.TakeSecondStep(t.Context(), in.Caller, answer, from(home))
	h.want(err, account.ErrPasskeyRefused)
}

func TestWithoutPasskeysUnderThisAddressNothingAsksForThem(t *testing.T) {
	h := inhabited(t)
	in := h.enter(home)
	config := h.config(account.Policy{Passwords: true})
	config.Passkeys = nil
	s := account.NewService(config)
	for name, call := range map[string]func() error{
		"BeginPasskey": func() error { _, err := s.BeginPasskey(t.Context()); return err },
		"SignInWithPasskey": func() error {
			_, err := s.SignInWithPasskey(t.Context(), account.PasskeyAnswer{}, from(home))
			return err
		},
		"BeginOwnPasskey": func() error { _, err := s.BeginOwnPasskey(t.Context(), in.Caller); return err },
		"BeginAddPasskey": func() error { _, err := s.BeginAddPasskey(t.Context(), in.Caller); return err },
		"AddPasskey": func() error {
			_, _, err := s.AddPasskey(t.Context(), in.Caller, account.PasskeyAnswer{}, from(home))
			return err
		},
		"BeginNewcomerPasskey": func() error {
			_, err := s.BeginNewcomerPasskey(t.Context(), account.Newcomer{Email: "bob@example.com", Name: "Bob"})
			return err
		},
	} {
		if err := call(); !errors.Is(err, account.ErrPasskeysOff) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestARecoveryCodeStandsInForAPasskeyOnce(t *testing.T) {
	h, _, codes := withPasskey(t)
	if len(codes) != 10 {
		t.Fatalf("there are %d codes", len(codes))
	}
	spellings := []func(string) string{
		func(s string) string { return s },
		strings.ToUpper,
		func(s string) string { return " " + strings.ReplaceAll(s, "-", "") + "\n" },
		func(s string) string { return strings.ReplaceAll(s, "-", " ") },
		func(s string) string { return strings.NewReplacer("0", "O", "1", "l").Replace(s) },
	}
	for i, spell := range spellings {
		half := h.enter(home)
		whole, err := h.UseRecoveryCode(t.Context(), half.Caller, spell(codes[i].Reveal()), from(home))
		h.ok(err)
		h.gone(half.Token)
		if whole.Caller.OwesSecondStep() {
			t.Error("the code is not enough")
		}
		h.last(audit.UseRecoveryCode, audit.Done, "")
		if n := whole.Caller.Notices[0]; n.Kind != account.NoticeCodeUsed || n.Address != home {
			t.Errorf("the notice is %+v", n)
		}
		ways, err := h.Ways(t.Context(), whole.Caller)
		h.ok(err)
		if ways.CodesLeft != 9-i {
			t.Errorf("%d codes are left", ways.CodesLeft)
		}
	}
	half := h.enter(home)
	for _, wrong := range []string{codes[0].Reveal(), "", "0000-0000-0000-0000", codes[9].Reveal() + "0"} {
		_, err := h.UseRecoveryCode(t.Context(), half.Caller, wrong, from(home))
		h.want(err, account.ErrWrongCode)
		h.last(audit.SecondStepFailed, audit.Refused, "")
	}
	if n := h.caller(half.Token).Notices[0]; n.Kind != account.NoticeFailedSignIns || n.Count != 4 {
		t.Errorf("the notice is %+v", n)
	}
}

func TestACodeIsItsOwnersOnlyAndNotStored(t *testing.T) {
	folder := t.TempDir()
	h := houseOn(t, dbtest.At(t, filepath.Join(folder, "mooring.db")), &clock{now: morning})
	h.add("ada", adasHash())
	_, codes := h.equip(h.enter(home), "red")
	h.add("eve", adasHash())
	eves, err := h.SignIn(t.Context(), "eve@example.com", password, from(elsewhere))
	h.ok(err)
	_, evesCodes := h.equip(eves, "green")
	half := h.enter(home)
	_, err = h.UseRecoveryCode(t.Context(), half.Caller, evesCodes[0].Reveal(), from(home))
	h.want(err, account.ErrWrongCode)

	stored := contentOf(t, folder)
	seen := map[string]bool{}
	for _, code := range codes {
		plain := strings.ReplaceAll(code.Reveal(), "-", "")
		if len(plain) != 16 || seen[plain] || strings.Contains(stored, plain) || strings.Contains(stored, code.Reveal()) {
			t.Errorf("the code %q", plain)
		}
		seen[plain] = true
	}
}

// The same code in two browsers at once, over and over: one gets in.
func TestARecoveryCodeLetsOneBrowserIn(t *testing.T) {
	h, _, codes := withPasskey(t)
	halves := []account.SignedIn{h.enter(home), h.enter(elsewhere)}
	for _, code := range codes[:3] {
		results := make(chan error, len(halves))
		var group sync.WaitGroup
		for i, half := range halves {
			group.Go(func() {
				in, err := h.UseRecoveryCode(t.Context(), half.Caller, code.Reveal(), from(fmt.Sprint("198.51.100.", i)))
				if err == nil {
					halves[i] = in
				}
				results <- err
			})
		}
		group.Wait()
		if one, two := <-results, <-results; (one == nil) == (two == nil) {
			t.Errorf("got %v and %v", one, two)
		}
	}
}

func TestWrongSecondStepsAreThrottledLikePasswords(t *testing.T) {
	h, _, codes := withPasskey(t)
	half := h.enter(elsewhere)
	h.fail(account.MaxPairTries-1, email, elsewhere)
	_, err := h.UseRecoveryCode(t.Context(), half.Caller, "wrong", from(elsewhere))
	h.want(err, account.ErrWrongCode) // the eighth
	_, err = h.UseRecoveryCode(t.Context(), half.Caller, codes[0].Reveal(), from(elsewhere))
	h.want(err, account.ErrTooManyTries)
	h.want(h.try(email, password, elsewhere), account.ErrTooManyTries)
	h.failWith("passkey ", account.MaxPairTries-1, email, elsewhere)
	_, err = h.TakeSecondStep(t.Context(), half.Caller, account.PasskeyAnswer{}, from(elsewhere))
	h.want(err, account.ErrPasskeyRefused) // the eighth
	_, err = h.TakeSecondStep(t.Context(), half.Caller, h.useOwn(half, "red"), from(elsewhere))
	h.want(err, account.ErrTooManyTries)

	// From elsewhere goes on, until too many have guessed from everywhere.
	_, err = h.UseRecoveryCode(t.Context(), half.Caller, "wrong", from("198.51.100.1"))
	h.want(err, account.ErrWrongCode)
	h.fail(account.MaxEmailTries, email, "various")
	_, err = h.UseRecoveryCode(t.Context(), half.Caller, codes[0].Reveal(), from("198.51.100.2"))
	h.want(err, account.ErrTooManyTries)
	// Only she has been at home with both steps; a half session makes no address known.
	stranger := from("198.51.100.3")
	h.clock.pass(account.FailureWindow + time.Millisecond)
	_, err = h.SignIn(t.Context(), email, password, stranger)
	h.ok(err)
	h.fail(account.MaxEmailTries, email, "various")
	_, err = h.UseRecoveryCode(t.Context(), half.Caller, codes[0].Reveal(), stranger)
	h.want(err, account.ErrTooManyTries)
	_, err = h.UseRecoveryCode(t.Context(), half.Caller, codes[0].Reveal(), from(home))
	h.ok(err)
}

func TestStrangersWithWrongPasskeysCloseTheirAddressOnly(t *testing.T) {
	h, _, _ := withPasskey(t)
	h.failWith("passkey ", account.MaxAddrTries-1, "", elsewhere)
	try := func(address string, answer func(testing.TB, account.Question, string) account.PasskeyAnswer, credential string) error {
		question, err := h.BeginPasskey(t.Context())
		h.ok(err)
		_, err = h.SignInWithPasskey(t.Context(), answer(t, question, credential), from(address))
		return err
	}
	h.want(try(elsewhere, answerTo, "grey"), account.ErrPasskeyRefused)
	h.want(try(elsewhere, answerTo, "red"), account.ErrTooManyTries)
	h.ok(try(home, answerTo, "red"))

	h.want(try(home, forged, "red"), account.ErrPasskeyRefused) // whose it is, is known
	h.last(audit.SignInFailed, audit.Refused, "")
	if n := h.enter(home).Caller.Notices[0]; n.Kind != account.NoticeFailedSignIns || n.Count != 1 {
		t.Errorf("the notice is %+v", n)
	}
}

func TestAProofRenewsTheSessionAndItsClock(t *testing.T) {
	h, in, _ := withPasskey(t)
	other := h.enter(elsewhere)
	other, err := h.TakeSecondStep(t.Context(), other.Caller, h.useOwn(other, "red"), from(elsewhere))
	h.ok(err)
	id := identity("1")
	in, err = h.LinkIdentity(t.Context(), in.Caller, id, from(home))
	h.ok(err)
	h.gone(other.Token)
	for how, prove := range map[string]func() (account.SignedIn, error){
		"by password": func() (account.SignedIn, error) {
			return h.ProveWithPassword(t.Context(), in.Caller, password, from(home))
		},
		"by passkey": func() (account.SignedIn, error) {
			return h.ProveWithPasskey(t.Context(), in.Caller, h.useOwn(in, "red"), from(home))
		},
		"by harbor": func() (account.SignedIn, error) { return h.ProveWith(t.Context(), in.Caller, id, from(home)) },
	} {
		h.clock.pass(account.ProofLife)
		before := h.caller(in.Token)
		if before.Proved(h.clock.Now()) {
			t.Fatal("the last proof still counts")
		}
		proved, err := prove()
		h.ok(err)
		h.gone(in.Token)
		after := h.caller(proved.Token).Session
		if !h.caller(proved.Token).Proved(h.clock.Now()) || !after.CreatedAt.Equal(before.Session.CreatedAt) || !after.SecondStepAt.Equal(before.Session.SecondStepAt) ||
			!after.ExpiresAt.Equal(before.Session.ExpiresAt) {
			t.Errorf("%s: the session is %+v", how, after)
		}
		h.last(audit.Prove, audit.Done, how)
		in = proved
	}
}

func TestAWrongProofIsRefusedCountedAndWrittenDown(t *testing.T) {
	h := inhabited(t)
	in := h.enter(home)
	for range account.MaxPairTries {
		_, err := h.ProveWithPassword(t.Context(), in.Caller, "wrong horse battery", from(home))
		h.want(err, account.ErrNotYourPassword)
		h.last(audit.ProveFailed, audit.Refused, "")
	}
	_, err := h.ProveWithPassword(t.Context(), in.Caller, password, from(home))
	h.want(err, account.ErrTooManyTries)

	_, err = h.ProveWith(t.Context(), in.Caller, identity("1"), from(home))
	h.want(err, account.ErrNotYourIdentity)
	h.last(audit.ProveFailed, audit.Refused, "harbor: not linked to them")
	h.caller(in.Token)
	_, err = h.under(account.Policy{}).ProveWithPassword(t.Context(), in.Caller, password, from(home))
	h.want(err, account.ErrPasswordsOff)
}

func TestEndingTheOtherSessionsLeavesThisOne(t *testing.T) {
	h := inhabited(t)
	h.add("eve", adasHash())
	eve := h.signIn("eve", elsewhere)
	first, second, third := h.enter(home), h.enter(home), h.enter(elsewhere)
	h.ok(h.EndOtherSessions(t.Context(), second.Caller, h.actor()))
	h.gone(first.Token)
	h.gone(third.Token)
	h.caller(second.Token)
	h.caller(eve)
	h.last(audit.EndOtherSessions, audit.Done, "")
}

func TestPasskeysDoNotWaitForPasswords(t *testing.T) {
	h, in, codes := withPasskey(t)
	half := h.enter(home)
	defer h.FillLine()()
	h.want(h.try(email, password, home), account.ErrBusy)
	question, err := h.BeginPasskey(t.Context())
	h.ok(err)
	_, err = h.SignInWithPasskey(t.Context(), answerTo(t, question, "red"), from(home))
	h.ok(err)
	_, err = h.ProveWithPasskey(t.Context(), in.Caller, h.useOwn(in, "red"), from(home))
	h.ok(err)
	_, err = h.UseRecoveryCode(t.Context(), half.Caller, codes[0].Reveal(), from(home))
	h.ok(err)
}

// Checked by a store in which every read fails: trouble is no refusal.
func TestTroubleWhileLookingForAPasskeyIsNoRefusal(t *testing.T) {
	d := dbtest.New(t)
	h := houseOn(t, d, &clock{now: morning})
	question, err := h.BeginPasskey(t.Context())
	h.ok(err)
	h.store.Store = blind{d.Accounts()}
	_, err = h.SignInWithPasskey(t.Context(), answerTo(t, question, "red"), from(home))
	h.want(err, errBlind)
}
