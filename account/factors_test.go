package account_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/fault"
)

const next = "tide at half past four"

func (h house) at(err error, field, sentence string) {
	h.t.Helper()
	if got := fault.Of(err).Fields[field]; got != sentence {
		h.t.Errorf("at %s stands %q, want %q (%v)", field, got, sentence, err)
	}
}

func TestChangingThePasswordEndsTheOtherSessions(t *testing.T) {
	h := inhabited(t)
	other, in := h.enter(elsewhere), h.enter(home)
	h.clock.pass(time.Hour)
	changed, err := h.ChangePassword(t.Context(), in.Caller, password, next, from(home))
	h.ok(err)
	h.gone(other.Token)
	h.gone(in.Token)
	caller := h.caller(changed.Token)
	if !caller.Session.CreatedAt.Equal(morning) || !caller.Proved(h.clock.Now()) {
		t.Errorf("the session is %+v", caller.Session)
	}
	if n := caller.Notices[0]; n.Kind != account.NoticePasswordChanged || n.Address != home {
		t.Errorf("the notice is %+v", n)
	}
	h.last(audit.ChangePassword, audit.Done, "")
	h.want(h.try(email, password, home), account.ErrWrongPassword)
	h.ok(h.try(email, next, home))
}

func TestTheOldPasswordIsAskedForAndTheNewOneLookedAt(t *testing.T) {
	h := inhabited(t)
	in := h.enter(home)
	_, err := h.ChangePassword(t.Context(), in.Caller, "wrong horse battery", next, from(home))
	h.at(err, "current", account.ErrNotYourPassword.Sentence)
	h.last(audit.ProveFailed, audit.Refused, "")
	_, err = h.ChangePassword(t.Context(), in.Caller, password, "password1234", from(home))
	if fault.Of(err).Fields["password"] == "" {
		t.Errorf("got %v", err)
	}
	h.fail(account.MaxPairTries, email, home)
	_, err = h.ChangePassword(t.Context(), in.Caller, password, next, from(home))
	h.want(err, account.ErrTooManyTries)
	h.caller(in.Token)
	_, err = h.under(account.Policy{}).ChangePassword(t.Context(), in.Caller, password, next, from(elsewhere))
	h.want(err, account.ErrPasswordsOff)
	h.ok(h.try(email, password, elsewhere))
}

func TestWhoHasNoPasswordSetsOneWithoutTypingAnOldOne(t *testing.T) {
	h := newHouse(t).under(account.Policy{Passwords: true, Registration: true})
	in, err := h.SignInWith(t.Context(), identity("1"), from(home))
	h.ok(err)
	if in.Caller.HasPassword {
		t.Error("they have a password already")
	}
	in, err = h.ChangePassword(t.Context(), in.Caller, "anything", next, from(home))
	h.ok(err)
	if !in.Caller.HasPassword {
		t.Error("they have no password yet")
	}
	h.ok(h.try(email, next, home))
}

func TestWaysListHowSomebodySignsIn(t *testing.T) {
	h, in, _ := withPasskey(t)
	h.clock.pass(time.Minute)
	in, codes := h.equip(in, "blue")
	if codes != nil {
		t.Error("the second passkey makes new codes")
	}
	in, err := h.LinkIdentity(t.Context(), in.Caller, identity("1"), from(home))
	h.ok(err)
	ways, err := h.Ways(t.Context(), in.Caller)
	h.ok(err)
	if !ways.HasPassword || ways.CodesLeft != 10 || len(ways.Passkeys) != 2 || ways.Passkeys[0].Name != "red" || ways.Passkeys[1].Name != "blue" ||
		len(ways.Identities) != 1 || ways.Identities[0].Provider != "harbor" || !ways.Identities[0].LinkedAt.Equal(h.clock.Now()) {
		t.Errorf("the ways are %+v", ways)
	}
}

func TestAddingAPasskeyEndsTheOtherSessions(t *testing.T) {
	h := inhabited(t)
	other, in := h.enter(elsewhere), h.enter(home)
	added, _ := h.equip(in, "red")
	h.gone(in.Token)
	h.gone(other.Token)
	if c := h.caller(added.Token); c.Passkeys != 1 || c.OwesSecondStep() || c.Notices[0].Kind != account.NoticePasskeyAdded || c.Notices[0].Detail != "red" {
		t.Errorf("the caller is %+v", c)
	}
	h.last(audit.AddPasskey, audit.Done, "red")
}

func TestAPasskeyIsMadeForWhoAskedForIt(t *testing.T) {
	h := inhabited(t)
	h.add("eve", adasHash())
	eves, err := h.SignIn(t.Context(), "eve@example.com", password, from(elsewhere))
	h.ok(err)
	in := h.enter(home)
	question, err := h.BeginAddPasskey(t.Context(), in.Caller)
	h.ok(err)
	use, err := h.BeginPasskey(t.Context())
	h.ok(err)
	nobodys := answerTo(t, question, "red")
	nobodys.Ceremony.PersonID = ""
	for name, test := range map[string]struct {
		caller account.Caller
		answer account.PasskeyAnswer
	}{
		"somebody else":     {eves.Caller, answerTo(t, question, "red")},
		"nobody":            {in.Caller, nobodys},
		"a forged answer":   {in.Caller, forged(t, question, "red")},
		"another question":  {in.Caller, answerTo(t, use, "red")},
		"a person who is 0": {account.Caller{Session: in.Caller.Session}, nobodys},
	} {
		_, codes, err := h.AddPasskey(t.Context(), test.caller, test.answer, from(home))
		h.want(err, account.ErrPasskeyRefused)
		if codes != nil {
			t.Errorf("%s gets codes", name)
		}
	}
	h.caller(in.Token)
}

func TestThePersonNamesThePasskey(t *testing.T) {
	h := inhabited(t)
	in := h.enter(home)
	for typed, want := range map[string]string{
		" Work\tlaptop ": "Work laptop", "": "Passkey", "\u202e": "Passkey", strings.Repeat("名", 100): strings.Repeat("名", 80),
	} {
		question, err := h.BeginAddPasskey(t.Context(), in.Caller)
		h.ok(err)
		answer := answerTo(t, question, "credential of "+typed)
		answer.Name = typed
		in, _, err = h.AddPasskey(t.Context(), in.Caller, answer, from(home))
		h.ok(err)
		ways, err := h.Ways(t.Context(), in.Caller)
		h.ok(err)
		if !slices.ContainsFunc(ways.Passkeys, func(p account.Passkey) bool { return p.Name == want }) {
			t.Errorf("%q: the passkeys are %+v", typed, ways.Passkeys)
		}
	}
}

func TestRemovingTheLastPasskeyTakesTheCodesAlong(t *testing.T) {
	h, in, codes := withPasskey(t)
	ways, err := h.Ways(t.Context(), in.Caller)
	h.ok(err)
	_, err = h.RemovePasskey(t.Context(), in.Caller, "no such passkey", from(home))
	h.want(err, account.ErrNoSuchPasskey)
	removed, err := h.RemovePasskey(t.Context(), in.Caller, ways.Passkeys[0].ID, from(home))
	h.ok(err)
	h.gone(in.Token)
	if c := removed.Caller; c.Passkeys != 0 || c.Notices[0].Kind != account.NoticePasskeyRemoved || c.Notices[0].Detail != "red" {
		t.Errorf("the caller is %+v", c)
	}
	h.last(audit.RemovePasskey, audit.Done, "red")
	half := h.enter(home)
	if half.Caller.OwesSecondStep() {
		t.Error("they owe a second step that they cannot take")
	}
	_, err = h.UseRecoveryCode(t.Context(), half.Caller, codes[0].Reveal(), from(home))
	h.want(err, account.ErrWrongCode)
}

func TestTheLastWayInAndARequiredPasskeyStay(t *testing.T) {
	h, in, _ := withPasskey(t)
	ways, err := h.Ways(t.Context(), in.Caller)
	h.ok(err)
	_, err = h.under(account.Policy{}).RemovePasskey(t.Context(), in.Caller, ways.Passkeys[0].ID, from(home)) // her password counts no more
	h.want(err, account.ErrLastWayIn)
	_, err = h.under(account.Policy{Passwords: true, RequireSecondStep: true}).RemovePasskey(t.Context(), in.Caller, ways.Passkeys[0].ID, from(home))
	h.want(err, account.ErrLastPasskey)
	h.caller(in.Token)

	strict := newHouse(t).under(account.Policy{Registration: true})
	alone, err := strict.SignInWith(t.Context(), identity("1"), from(home))
	h.ok(err)
	_, err = strict.UnlinkIdentity(t.Context(), alone.Caller, identity("1").Issuer, "1", from(home))
	h.want(err, account.ErrLastWayIn)
	_, err = strict.UnlinkIdentity(t.Context(), alone.Caller, identity("1").Issuer, "2", from(home))
	h.want(err, account.ErrNoSuchIdentity)
}

func TestNewRecoveryCodesReplaceTheOld(t *testing.T) {
	h, in, old := withPasskey(t)
	codes, err := h.MakeRecoveryCodes(t.Context(), in.Caller, h.actor())
	h.ok(err)
	h.last(audit.MakeRecoveryCodes, audit.Done, "")
	if n := h.caller(in.Token).Notices[0]; n.Kind != account.NoticeCodesMade {
		t.Errorf("the notice is %+v", n)
	}
	half := h.enter(home)
	_, err = h.UseRecoveryCode(t.Context(), half.Caller, old[0].Reveal(), from(home))
	h.want(err, account.ErrWrongCode)
	_, err = h.UseRecoveryCode(t.Context(), half.Caller, codes[0].Reveal(), from(home))
	h.ok(err)

	plain := inhabited(t)
	_, err = plain.MakeRecoveryCodes(t.Context(), plain.enter(home).Caller, plain.actor())
	h.want(err, account.ErrNoPasskey)
}

// shown are the notices as a page shows them.
func shown(c account.Caller) map[int64]int {
	shown := map[int64]int{}
	for _, n := range c.Notices {
		shown[n.ID] = n.Count
	}
	return shown
}

func TestDismissedNoticesAreGone(t *testing.T) {
	h, in, _ := withPasskey(t)
	caller := h.caller(in.Token)
	if len(caller.Notices) != 1 {
		t.Fatalf("the notices are %+v", caller.Notices)
	}
	before := len(h.log())
	h.ok(h.DismissNotices(t.Context(), caller, shown(caller)))
	if got := h.caller(in.Token).Notices; len(got) != 0 || len(h.log()) != before {
		t.Errorf("left are %+v", got)
	}
	version := h.Version()
	h.ok(h.DismissNotices(t.Context(), h.caller(in.Token), nil)) // there is nothing to write
	if h.Version() != version {
		t.Error("nothing to dismiss counts as a change")
	}
}

func TestAProfileIsLookedAtAndStored(t *testing.T) {
	h := inhabited(t)
	in := h.enter(home)
	err := h.ChangeProfile(t.Context(), in.Caller, account.ProfileForm{Name: " \u200b", TimeZone: "Mars/Olympus", Theme: "pink"}, h.actor())
	if f := fault.Of(err).Fields; f["name"] == "" || f["time_zone"] == "" || f["theme"] == "" {
		t.Errorf("got %v", f)
	}
	h.ok(h.ChangeProfile(t.Context(), in.Caller, account.ProfileForm{Name: " Ada  L. ", TimeZone: "Europe/Berlin", Theme: "dark"}, h.actor()))
	if p := h.caller(in.Token).Person; p.Name != "Ada L." || p.TimeZone != "Europe/Berlin" || p.Theme != account.Dark {
		t.Errorf("the person is %+v", p)
	}
	h.last(audit.ChangeProfile, audit.Done, "")
	h.ok(h.ChangeProfile(t.Context(), in.Caller, account.ProfileForm{Name: "Ada", TimeZone: "", Theme: "system"}, h.actor()))
}
