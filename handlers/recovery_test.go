package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
)

func recoveryForm(email, code string) url.Values {
	return url.Values{"email": {email}, "code": {code}}
}

// TestACodeSignsInWhoLostTheirOnlyPasskey walks from the sign-in page to a new
// passkey.
func TestACodeSignsInWhoLostTheirOnlyPasskey(t *testing.T) {
	s := newSite(t, withPolicy(account.Policy{RequireSecondStep: true}))
	codes := s.as("owner").addPasskey("laptop")
	b := s.browser()
	says(t, b.ask("GET", "/login", nil), http.StatusOK, `<a href="/login/recovery">`)
	says(t, b.ask("GET", "/login/recovery", nil), http.StatusOK, "if your passkey was your only sign-in method")
	says(t, b.ask("POST", "/login/recovery", recoveryForm("owner@example.com", "0000-0000-0000-0000")), http.StatusUnprocessableEntity,
		`id="code-error">`+account.ErrWrongCode.Sentence)
	if b.session() != "" {
		t.Fatal("a wrong code signed in")
	}
	leads(t, b.ask("POST", "/login/recovery", recoveryForm(" Owner@example.com", " "+strings.ToUpper(codes[3]))), "/settings/passkeys/new")
	leads(t, b.ask("GET", "/login/recovery", nil), "/")
	says(t, b.ask("GET", "/settings/passkeys/new", nil), http.StatusOK, "A recovery code was used in place of your passkey, with ")
	text := b.question("/settings/passkeys/question", "phone", url.Values{})
	leads(t, b.ask("POST", "/settings/passkeys", url.Values{"answer": {text}, "name": {"phone"}}), "/settings/security?done=passkey")
	says(t, b.ask("GET", "/settings/sessions", nil), http.StatusOK, "with a recovery code")
	says(t, b.ask("GET", "/settings/security", nil), http.StatusOK, "If you lose your passkey, a code and your e-mail address sign you in. Each code works once.")
	says(t, s.browser().ask("POST", "/login/recovery", recoveryForm("owner@example.com", codes[3])), http.StatusUnprocessableEntity, account.ErrWrongCode.Sentence)
	for _, code := range codes {
		if strings.Contains(strings.ToLower(s.log.String()), code) {
			t.Error("a recovery code is in the log")
		}
	}
}

// TestWhoWasLetInWithACodeAddsAPasskeyHoweverLongItTakes has somebody whom the
// operator reset look for their device until the proof is old: there is nothing
// to ask them for.
func TestWhoWasLetInWithACodeAddsAPasskeyHoweverLongItTakes(t *testing.T) {
	now := testNow()
	s := newSite(t, func(c *Config) {
		c.Now = func() time.Time { return now }
		c.Accounts = accountsAt(*c, c.Now)
	})
	code, err := s.Accounts.Reset(t.Context(), "owner@example.com", "", audit.BySystem())
	if err != nil {
		t.Fatal(err)
	}
	b := s.browser()
	leads(t, b.ask("POST", "/login/recovery", recoveryForm("owner@example.com", code.Reveal())), "/settings/passkeys/new")
	now = now.Add(2 * account.ProofLife)
	if w := b.ask("GET", "/settings/passkeys/new", nil); w.Code != http.StatusOK {
		t.Fatalf("the page answered %d to %s", w.Code, w.Header().Get("Location"))
	}
	leads(t, b.ask("GET", "/accounts/harbor/delete", nil), "/prove?next=%2Faccounts%2Fharbor%2Fdelete")
	b.addPasskey("phone")
	now = now.Add(2 * account.ProofLife)
	leads(t, b.ask("GET", "/settings/passkeys/new", nil), "/prove?next=%2Fsettings%2Fpasskeys%2Fnew")
}

// TestACodeAloneTellsNothingAboutWhoIsHere compares the answers for who has a
// password beside the passkey and types a right code, for who has no passkey,
// for who is disabled, and for who is not there.
func TestACodeAloneTellsNothingAboutWhoIsHere(t *testing.T) {
	s := newSite(t)
	codes := s.as("owner").addPasskey("laptop")
	want := ""
	for _, who := range []string{"owner", "nobody", "member", "disabled", "half"} {
		w := s.ask("", "POST", "/login/recovery", recoveryForm(who+"@example.com", codes[0]))
		got := strings.ReplaceAll(withoutIDs(w.Body.String()), who+"@example.com", "")
		if want == "" {
			want = got
		}
		if w.Code != http.StatusUnprocessableEntity || got != want || strings.Contains(got, codes[0]) {
			t.Errorf("%s is told apart: %d %s", who, w.Code, w.Body)
		}
	}
	for range 8 {
		s.ask("", "POST", "/login/recovery", recoveryForm("member@example.com", "wrong"))
	}
	says(t, s.browser().ask("POST", "/login/recovery", recoveryForm("member@example.com", "wrong")), http.StatusTooManyRequests, account.ErrTooManyTries.Sentence)
	says(t, s.browser().ask("POST", "/login", signInForm("member@example.com", testPassword, "/")), http.StatusTooManyRequests, account.ErrTooManyTries.Sentence)
}

func TestWhatTheOperatorDidIsToldAsThat(t *testing.T) {
	for password, sentence := range map[string]string{
		"a quite different one": "Your password was changed, by the operator of this site.",
		"":                      "New recovery codes were generated, by the operator of this site.",
	} {
		s := newSite(t)
		code, err := s.Accounts.Reset(t.Context(), "member@example.com", password, audit.BySystem())
		if err != nil {
			t.Fatal(err)
		}
		b := s.browser()
		if password == "" {
			leads(t, b.ask("POST", "/login/recovery", recoveryForm("member@example.com", code.Reveal())), "/settings/passkeys/new")
		} else {
			leads(t, b.ask("POST", "/login", signInForm("member@example.com", password, "/settings")), "/settings")
		}
		says(t, b.ask("GET", "/settings/security", nil), http.StatusOK, sentence)
	}
}
