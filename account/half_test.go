package account_test

import (
	"slices"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/secret"
)

// told gives the notices of a kind.
func told(c account.Caller, kind account.NoticeKind) []account.Notice {
	return slices.DeleteFunc(slices.Clone(c.Notices), func(n account.Notice) bool { return n.Kind != kind })
}

func TestASignInCountsWhenItsSecondStepIsTaken(t *testing.T) {
	h, whole, _ := withPasskey(t)
	h.clock.pass(time.Hour)
	thiefs := account.Origin{Address: elsewhere, Agent: "Opera", Device: "thief's"}
	half, err := h.SignIn(t.Context(), email, password, thiefs)
	h.ok(err)
	h.last(audit.SignIn, audit.Done, "the second step is owed")
	if !half.Caller.Session.PreviousAt.IsZero() || len(told(half.Caller, account.NoticeHalfSignIn)) != 0 {
		t.Errorf("who has the password only is told %+v and %+v", half.Caller.Session, half.Caller.Notices)
	}
	owner := h.caller(whole.Token)
	if got := told(owner, account.NoticeHalfSignIn); len(got) != 1 || got[0].Address != elsewhere || got[0].Agent != "Opera" || got[0].Count != 1 {
		t.Errorf("the owner is told %+v", owner.Notices)
	}
	if len(told(owner, account.NoticeNewDevice)) != 0 || !owner.Person.LastSignInAt.Equal(morning) {
		t.Errorf("it counts as a sign-in: %+v, %+v", owner.Person, owner.Notices)
	}

	h.clock.pass(time.Minute)
	in, err := h.TakeSecondStep(t.Context(), half.Caller, h.useOwn(half, "red"), thiefs)
	h.ok(err)
	if !in.Caller.Session.PreviousAt.Equal(morning) || !in.Caller.Person.LastSignInAt.Equal(h.clock.Now()) ||
		len(told(in.Caller, account.NoticeHalfSignIn)) != 0 || len(told(in.Caller, account.NoticeNewDevice)) != 1 {
		t.Errorf("after the second step they are %+v", in.Caller)
	}
	known, err := h.Accounts().KnownDevice(t.Context(), "person-ada", account.HashToken("thief's"))
	h.ok(err)
	if !known {
		t.Error("the browser is not known by now")
	}
}

func TestACodeMakesAHalfSignInAWholeOne(t *testing.T) {
	h, whole, codes := withPasskey(t)
	half := h.enter(elsewhere)
	in, err := h.UseRecoveryCode(t.Context(), half.Caller, codes[0].Reveal(), from(elsewhere))
	h.ok(err)
	if len(told(h.caller(whole.Token), account.NoticeHalfSignIn)) != 0 || !in.Caller.Session.ExpiresAt.Equal(morning.Add(account.SessionLife)) {
		t.Errorf("they are %+v", in.Caller)
	}
}

func TestASecondStepIsTakenWithinAQuarterOfAnHour(t *testing.T) {
	h, whole, _ := withPasskey(t)
	id := identity("1")
	whole, err := h.LinkIdentity(t.Context(), whole.Caller, id, from(home))
	h.ok(err)
	half := h.enter(elsewhere)
	provider, err := h.SignInWith(t.Context(), id, from(elsewhere))
	h.ok(err)
	h.last(audit.SignIn, audit.Done, "by harbor, the second step is owed")
	h.clock.pass(account.HalfSignInLife - time.Millisecond)
	h.caller(half.Token)
	h.clock.pass(time.Millisecond)
	h.gone(half.Token)
	h.gone(provider.Token)
	h.caller(whole.Token)
	h.ok(h.Accounts().DropExpired(t.Context(), h.clock.Now()))
	if got := told(h.caller(whole.Token), account.NoticeHalfSignIn); len(got) != 2 {
		t.Errorf("with the sessions went what is told of them: %+v", got)
	}
}

// Whoever is in somebody's session and gives themselves a way in cannot keep
// the person from hearing of it.
func TestTheSessionThatChangedSomethingDoesNotDismissItForTheOthers(t *testing.T) {
	for kind, change := range map[account.NoticeKind]func(h house, in account.SignedIn, codes []secret.Text) (account.SignedIn, error){
		account.NoticePasswordChanged: func(h house, in account.SignedIn, _ []secret.Text) (account.SignedIn, error) {
			return h.ChangePassword(h.t.Context(), in.Caller, password, next, from(home))
		},
		account.NoticePasskeyAdded: func(h house, in account.SignedIn, _ []secret.Text) (account.SignedIn, error) {
			in, _ = h.equip(in, "blue")
			return in, nil
		},
		account.NoticeCodesMade: func(h house, in account.SignedIn, _ []secret.Text) (account.SignedIn, error) {
			_, err := h.MakeRecoveryCodes(h.t.Context(), in.Caller, h.actor())
			return in, err
		},
		account.NoticeIdentityLinked: func(h house, in account.SignedIn, _ []secret.Text) (account.SignedIn, error) {
			return h.LinkIdentity(h.t.Context(), in.Caller, identity("2"), from(home))
		},
		account.NoticeIdentityRemoved: func(h house, in account.SignedIn, _ []secret.Text) (account.SignedIn, error) {
			return h.UnlinkIdentity(h.t.Context(), in.Caller, identity("1").Issuer, "1", from(home))
		},
		account.NoticePasskeyRemoved: func(h house, in account.SignedIn, _ []secret.Text) (account.SignedIn, error) {
			ways, err := h.Ways(h.t.Context(), in.Caller)
			h.ok(err)
			return h.RemovePasskey(h.t.Context(), in.Caller, ways.Passkeys[0].ID, from(home))
		},
		account.NoticeCodeUsed: func(h house, _ account.SignedIn, codes []secret.Text) (account.SignedIn, error) {
			return h.UseRecoveryCode(h.t.Context(), h.enter(home).Caller, codes[0].Reveal(), from(home))
		},
	} {
		t.Run(string(kind), func(t *testing.T) {
			h, in, codes := withPasskey(t)
			in, err := h.LinkIdentity(t.Context(), in.Caller, identity("1"), from(home))
			h.ok(err)
			h.ok(h.DismissNotices(t.Context(), h.caller(in.Token), shown(h.caller(in.Token))))
			other, err := h.SignInWithPasskey(t.Context(), answerTo(t, h.anyPasskey(), "red"), from(elsewhere))
			h.ok(err)
			h.ok(h.DismissNotices(t.Context(), other.Caller, shown(other.Caller)))

			in, err = change(h, in, codes)
			h.ok(err)
			if got := told(h.caller(in.Token), kind); len(got) != 1 {
				t.Fatalf("the session that did it is told %+v", h.caller(in.Token).Notices)
			}
			h.ok(h.DismissNotices(t.Context(), h.caller(in.Token), shown(h.caller(in.Token))))
			if got := h.caller(in.Token).Notices; len(got) != 0 {
				t.Errorf("then it is told %+v", got)
			}
			caller := h.laterSession()
			if got := told(caller, kind); len(got) != 1 {
				t.Errorf("a session that began later is told %+v", caller.Notices)
			}
			h.ok(h.DismissNotices(t.Context(), caller, shown(caller)))
			if got := told(h.laterSession(), kind); len(got) != 0 {
				t.Errorf("what was dismissed there is told again: %+v", got)
			}
		})
	}
}

func (h house) anyPasskey() account.Question {
	h.t.Helper()
	question, err := h.BeginPasskey(h.t.Context())
	h.ok(err)
	return question
}

// laterSession signs ada in by whatever way is there.
func (h house) laterSession() account.Caller {
	h.t.Helper()
	h.clock.pass(time.Minute)
	in, err := h.SignInWithPasskey(h.t.Context(), answerTo(h.t, h.anyPasskey(), "red"), from(elsewhere))
	if err != nil {
		in, err = h.SignIn(h.t.Context(), email, password, from("198.51.100.77"))
	}
	h.ok(err)
	return in.Caller
}

func TestWaysThatDoNotWorkHereAreNoWaysIn(t *testing.T) {
	h, in, _ := withPasskey(t)
	in, err := h.LinkIdentity(t.Context(), in.Caller, identity("1"), from(home))
	h.ok(err)
	unlink := func(s *account.Service) error {
		_, err := s.UnlinkIdentity(t.Context(), in.Caller, identity("1").Issuer, "1", from(home))
		return err
	}
	config := h.config(account.Policy{})
	config.Passkeys = nil // as under an address where none works
	h.want(unlink(account.NewService(config)), account.ErrLastWayIn)
	ways, err := h.Ways(t.Context(), in.Caller)
	h.ok(err)
	_, err = h.under(account.Policy{Providers: []string{}}).RemovePasskey(t.Context(), in.Caller, ways.Passkeys[0].ID, from(home))
	h.want(err, account.ErrLastWayIn)
	h.ok(unlink(h.under(account.Policy{}).Service))
}
