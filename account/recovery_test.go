package account_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"mooring/account"
	"mooring/audit"
	"mooring/fault"
	"mooring/secret"
)

// onlyPasskey is a house in which ada signs in with a passkey and has no other
// way in.
func onlyPasskey(t testing.TB) (house, []secret.Text) {
	h, in, codes := withPasskey(t)
	h.forgetPassword(in)
	return h, codes
}

// forgetPassword leaves somebody without a password, as if they had never had one.
func (h house) forgetPassword(in account.SignedIn) {
	h.t.Helper()
	r := account.Renewal{PersonID: in.Caller.Person.ID, From: in.Caller.Session.ID, To: "renewed-" + in.Caller.Person.ID, At: h.clock.Now()}
	entry := audit.Entry{At: h.clock.Now(), Actor: audit.BySystem(), Action: audit.ChangePassword, Result: audit.Done}
	h.ok(h.Accounts().SetPassword(h.t.Context(), r, "", account.Notice{Kind: account.NoticePasswordChanged, Count: 1, At: h.clock.Now()}, entry))
}

func (h house) recover(email, code, address string) (account.SignedIn, error) {
	return h.SignInWithCode(h.t.Context(), email, code, from(address))
}

// codesLeft counts ada's codes.
func (h house) codesLeft() int {
	h.t.Helper()
	n, err := h.Accounts().CodesLeft(h.t.Context(), "person-ada")
	h.ok(err)
	return n
}

func TestACodeSignsInWhosePasskeyWasTheOnlyWay(t *testing.T) {
	for name, prepare := range map[string]func() (house, []secret.Text){
		"without a password": func() (house, []secret.Text) { return onlyPasskey(t) },
		"with a password that does not count": func() (house, []secret.Text) {
			h, _, codes := withPasskey(t)
			return h.under(account.Policy{}), codes
		},
	} {
		h, codes := prepare()
		in, err := h.recover(" ADA@example.com", " "+strings.ToUpper(codes[0].Reveal())+"\n", elsewhere)
		h.ok(err)
		c := h.caller(in.Token)
		if c.Person.ID != "person-ada" || c.OwesSecondStep() || !c.Proved(h.clock.Now()) || c.Session.Way != account.ByCode || c.Session.Address != elsewhere {
			t.Errorf("%s: the caller is %+v", name, c)
		}
		h.last(audit.SignIn, audit.Done, "by recovery-code")
		if n := c.Notices[0]; n.Kind != account.NoticeCodeUsed || n.Address != elsewhere || n.Agent != "Firefox" {
			t.Errorf("%s: the notice is %+v", name, n)
		}
		same, err := h.recover(email, codes[0].Reveal(), elsewhere)
		h.want(err, account.ErrWrongCode)
		if same.Token.Reveal() != "" || h.codesLeft() != 9 {
			t.Errorf("%s: a code works twice, and %d are left", name, h.codesLeft())
		}
		_, err = h.BeginAddPasskey(t.Context(), in.Caller) // which is what they came for
		h.ok(err)
	}
}

// With another way in, whoever finds a sheet of codes is not in.
func TestACodeAloneIsNotEnoughForWhoHasAnotherWay(t *testing.T) {
	h, in, codes := withPasskey(t)
	_, err := h.recover(email, codes[0].Reveal(), elsewhere)
	h.want(err, account.ErrWrongCode)
	in, err = h.LinkIdentity(t.Context(), in.Caller, identity("1"), from(home))
	h.ok(err)
	h.forgetPassword(in)
	for _, policy := range []account.Policy{{Passwords: true}, {}} {
		_, err = h.under(policy).recover(email, codes[0].Reveal(), elsewhere)
		h.want(err, account.ErrWrongCode)
	}
	h.last(audit.SignInFailed, audit.Refused, "")
	if h.codesLeft() != 10 {
		t.Errorf("%d codes are left", h.codesLeft())
	}
	question, err := h.BeginPasskey(t.Context())
	h.ok(err)
	in, err = h.SignInWithPasskey(t.Context(), answerTo(t, question, "red"), from(home))
	h.ok(err)
	told := slices.IndexFunc(in.Caller.Notices, func(n account.Notice) bool {
		return n.Kind == account.NoticeFailedSignIns && n.Count == 3 && n.Address == elsewhere
	})
	if told < 0 {
		t.Errorf("the notices are %+v", in.Caller.Notices)
	}
}

// Whoever has no right code hears the same about everybody, and the same
// questions go to the store.
func TestNothingShowsBeforeTheRightCode(t *testing.T) {
	h, codes := onlyPasskey(t)
	h.add("password", adasHash())
	h.add("neither", "")
	h.add("disabled", "")
	h.disable("person-disabled")
	h.store.asked()
	var asked []string
	for _, name := range []string{"ada", "nobody", "password", "neither", "disabled"} {
		typed := codes[0].Reveal()
		if name == "ada" {
			typed = "0000-0000-0000-0000"
		}
		_, err := h.recover(name+"@example.com", typed, home)
		if f := fault.Of(err); f.Sentence != account.ErrWrongCode.Sentence || len(f.Fields) != 1 || f.Fields["code"] == "" || f.Kind != fault.Invalid {
			t.Errorf("%s: got %v at %v", name, err, f.Fields)
		}
		if got := h.store.asked(); asked == nil {
			asked = got
		} else if !slices.Equal(got, asked) {
			t.Errorf("%s: the store was asked %v, for ada %v", name, got, asked)
		}
		if e := h.log()[0]; e.Action != audit.SignInFailed || e.Result != audit.Refused || e.Detail != "" {
			t.Errorf("%s: the audit entry is %+v", name, e)
		}
	}
	if !slices.Contains(asked, "AddFailure") || !slices.Contains(asked, "AddSession") {
		t.Errorf("the store was asked %v", asked)
	}
	for _, empty := range []string{"", " ", "-"} {
		_, err := h.recover(email, empty, elsewhere)
		h.want(err, account.ErrWrongCode)
		_, err = h.recover("", empty, elsewhere)
		h.want(err, account.ErrWrongCode)
	}
}

func TestADisabledPersonIsToldSoOnlyAfterARightCode(t *testing.T) {
	h, codes := onlyPasskey(t)
	h.disable("person-ada")
	_, err := h.recover(email, "wrong", home)
	h.want(err, account.ErrWrongCode)
	_, err = h.recover(email, codes[0].Reveal(), home)
	h.want(err, account.ErrDisabled)
	h.last(audit.SignInFailed, audit.Refused, "disabled")
	if h.codesLeft() != 10 {
		t.Errorf("%d codes are left", h.codesLeft())
	}
	h.ok(h.Accounts().EnablePerson(t.Context(), "person-ada", audit.Entry{At: morning, Actor: audit.BySystem(), Action: audit.EnablePerson, Result: audit.Done}))
	_, err = h.recover(email, codes[0].Reveal(), home)
	h.ok(err)
}

func TestWrongCodesAreThrottledLikePasswords(t *testing.T) {
	h, codes := onlyPasskey(t)
	h.fail(account.MaxPairTries-1, email, elsewhere)
	_, err := h.recover(email, "wrong", elsewhere)
	h.want(err, account.ErrWrongCode) // the eighth
	_, err = h.recover(email, codes[0].Reveal(), elsewhere)
	h.want(err, account.ErrTooManyTries)
	h.want(h.try(email, password, elsewhere), account.ErrTooManyTries)
	h.fail(account.MaxPairTries, "nobody@example.com", elsewhere)
	_, err = h.recover("nobody@example.com", "wrong", elsewhere)
	h.want(err, account.ErrTooManyTries)
	if h.codesLeft() != 10 {
		t.Errorf("%d codes are left", h.codesLeft())
	}
	defer h.FillLine()() // codes do not wait for passwords
	_, err = h.recover(email, codes[0].Reveal(), home)
	h.ok(err)
}

func TestOfManyWhoSignInWithOneCodeAtOnceOneGetsIn(t *testing.T) {
	h, codes := onlyPasskey(t)
	results := make(chan error, 8)
	var group sync.WaitGroup
	for i := range cap(results) {
		group.Go(func() {
			_, err := h.recover(email, codes[0].Reveal(), fmt.Sprint("198.51.100.", i))
			results <- err
		})
	}
	group.Wait()
	close(results)
	won := 0
	for err := range results {
		if err == nil {
			won++
			continue
		}
		h.want(err, account.ErrWrongCode)
	}
	if won != 1 || h.codesLeft() != 9 {
		t.Errorf("%d got in, and %d codes are left", won, h.codesLeft())
	}
}
