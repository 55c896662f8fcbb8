package handlers

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"mooring/account"
)

// TestAnAttemptIsGoodForWhatItWasBegunFor answers what was asked for a proof
// where a new passkey is added. Only the purpose tells the two apart: person,
// browser and answer are the same.
func TestAnAttemptIsGoodForWhatItWasBegunFor(t *testing.T) {
	s := newSite(t)
	b := s.as("owner")
	b.addPasskey("laptop")
	text := b.question("/prove/question", "another", url.Values{})
	says(t, b.ask("POST", "/settings/passkeys", answer(text)), http.StatusUnprocessableEntity, errAttempt.Sentence)
}

// TestOnlyWhoBeganAnAttemptEndsIt hands one person's attempt to another, who
// has a passkey of their own, wherever an authenticator answers.
func TestOnlyWhoBeganAnAttemptEndsIt(t *testing.T) {
	s := newSite(t)
	for who, device := range map[string]string{"owner": "laptop", "member": "phone"} {
		b := s.as(who)
		b.addPasskey(device)
		s.people[who] = b.session()
	}
	half := s.browser()
	half.signIn("owner")
	stranger := s.browser()
	stranger.signIn("member")
	for path, browsers := range map[string][2]*browser{"/login/second-step": {stranger, half}, "/prove": {s.as("member"), s.as("owner")}} {
		text := browsers[0].question(path+"/question", "phone", url.Values{})
		browsers[1].cookies[s.attempts.name] = browsers[0].cookies[s.attempts.name]
		if path == "/prove" {
			path += "/passkey"
		}
		says(t, browsers[1].ask("POST", path, answer(text)), http.StatusUnprocessableEntity, errAttempt.Sentence)
	}
}

// TestAnIdentityOfOneIsNotLinkedByAnother hands over what came back from the
// provider, right before the confirmation.
func TestAnIdentityOfOneIsNotLinkedByAnother(t *testing.T) {
	s, issuer := providerSite(t, account.Policy{})
	attacker := s.as("stranger")
	leads(t, attacker.ask("GET", attacker.through(issuer, goToHarbor+"?for=link"), nil), "/settings/identities/confirm")
	victim := s.as("owner")
	victim.cookies[s.attempts.name] = attacker.cookies[s.attempts.name]
	says(t, victim.ask("GET", "/settings/identities/confirm", nil), http.StatusUnprocessableEntity, errAttempt.Sentence)
	says(t, victim.ask("POST", "/settings/identities", url.Values{}), http.StatusUnprocessableEntity, errAttempt.Sentence)
}

// TestWhatBelongsToOneInvitationIsNotUsedAtAnother brings an identity, and a
// passkey, from one invitation to another.
func TestWhatBelongsToOneInvitationIsNotUsedAtAnother(t *testing.T) {
	s, issuer := providerSite(t, account.Policy{})
	owner := s.as("owner")
	one, other := s.invitedBy(owner, url.Values{"role": {"viewer"}}), s.invitedBy(owner, url.Values{"role": {"member"}})
	form := url.Values{"name": {"Nina New"}, "email": {"nina@example.com"}}

	b := s.browser()
	leads(t, b.ask("GET", b.through(issuer, goToHarbor+"?for=join&link="+strings.TrimPrefix(one, "/join/")), nil), one)
	if page := b.ask("GET", other, nil).Body.String(); strings.Contains(page, theirAddress) {
		t.Error("the other invitation knows the identity")
	}
	form.Set("way", "identity")
	says(t, b.ask("POST", other, form), http.StatusUnprocessableEntity, errAttempt.Sentence)

	b = s.browser()
	form.Set("answer", b.question(one+"/question", "phone", form))
	form.Set("way", "passkey")
	says(t, b.ask("POST", other, form), http.StatusUnprocessableEntity, errAttempt.Sentence)
}

// What was begun while the clock was ahead would count until that time comes, and
// what was used up then could count once more.
func TestWhenTheClockIsSetBackAttemptsEnd(t *testing.T) {
	const year = 365 * 24 * time.Hour
	for back, ended := range map[time.Duration]bool{account.ClockSkew: false, account.ClockSkew + time.Second: true, year: true} {
		now := testNow()
		s := newSiteAt(t, func() time.Time { return now })
		s.as("owner").addPasskey("laptop")
		now = now.Add(year)
		b := s.browser()
		text := b.question("/login/passkey/question", "laptop", url.Values{})
		now = now.Add(-back)
		w := b.ask("POST", "/login/passkey", answer(text))
		if ended {
			says(t, w, http.StatusUnprocessableEntity, errAttempt.Sentence)
			b.question("/login/passkey/question", "laptop", url.Values{})
			w = b.ask("POST", "/login/passkey", answer(b.question("/login/passkey/question", "laptop", url.Values{})))
		}
		leads(t, w, "/")
	}
}

// tried begins attempts and uses them up, and gives how many counted.
func tried(t *testing.T, a *attempts, times int, address func(i int) string) (counted int, last error) {
	t.Helper()
	for i := range times {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("POST", "/login/passkey", nil)
		r.RemoteAddr = net.JoinHostPort(address(i), "1")
		c := echo.New().NewContext(r, w)
		if err := a.begin(c, attempt{Purpose: toSignIn}); err != nil {
			t.Fatal(err)
		}
		r.AddCookie(w.Result().Cookies()[0])
		if _, last = a.take(c, toSignIn); last == nil {
			counted++
		}
	}
	return counted, last
}

// Anybody can begin attempts and use them up, as fast as they like.
func TestAttemptsThatWereUsedUpAreBounded(t *testing.T) {
	a := newAttempts(false, testNow)
	now := time.Now()
	a.timer = func() time.Time { return now }
	for what, c := range map[string]struct {
		address func(i int) string
		want    int
	}{
		"an address":  {func(int) string { return "192.0.2.1" }, mostUsedOfPart},
		"a /64":       {func(i int) string { return fmt.Sprintf("2001:db8:1::%x", i) }, mostUsedOfPart},
		"a /56":       {func(i int) string { return fmt.Sprintf("2001:db8:2:%x::1", i%256) }, 2 * mostUsedOfPart},
		"a /48":       {func(i int) string { return fmt.Sprintf("2001:db8:3:%x::1", i) }, 4 * mostUsedOfPart},
		"another /48": {func(i int) string { return fmt.Sprintf("2001:db8:4:%x::1", i) }, 4 * mostUsedOfPart},
	} {
		if got, err := tried(t, a, c.want+10, c.address); got != c.want || !errors.Is(err, account.ErrTooManyTries) {
			t.Errorf("%s uses up %d attempts, want %d; the last got %v", what, got, c.want, err)
		}
	}
	keys := a.codec
	tried(t, a, mostUsed, func(i int) string { return fmt.Sprintf("198.51.%d.%d", i%100, i%250) })
	if len(a.used)+len(a.before) > mostUsed || len(a.networks) > 3*mostUsed || a.codec == keys {
		t.Errorf("%d attempts and %d networks are remembered", len(a.used)+len(a.before), len(a.networks))
	}
	if got, err := tried(t, a, 1, func(int) string { return "203.0.113.1" }); got != 1 {
		t.Errorf("nobody can sign in after a flood: %v", err)
	}
	for range 2 {
		now = now.Add(generation)
		tried(t, a, 1, func(int) string { return "192.0.2.1" })
	}
	if len(a.used) != 1 || len(a.before) != 1 || len(a.networks) != 1 {
		t.Errorf("%d, %d and %d are remembered for ever", len(a.used), len(a.before), len(a.networks))
	}
}

func TestAnAttemptCountsOnceUntilItWouldHaveExpired(t *testing.T) {
	a := newAttempts(false, testNow)
	began := time.Now()
	now := began
	a.timer = func() time.Time { return now }
	a.renewKeys()
	now = began.Add(generation - 1) // the end of a generation, which is the worst moment
	if err := a.useUp("once", "192.0.2.1"); err != nil {
		t.Fatal(err)
	}
	for _, later := range []time.Duration{0, 1, attemptLife / 2, attemptLife} {
		now = began.Add(generation - 1 + later)
		if err := a.useUp("once", "192.0.2.1"); !errors.Is(err, errAttempt) {
			t.Errorf("%v later it counts again: %v", later, err)
		}
		if err := a.useUp(fmt.Sprint("another ", later), "192.0.2.1"); err != nil {
			t.Error(err)
		}
	}
}

func TestTwoAttemptsInOneRequestAreNone(t *testing.T) {
	s := newSite(t)
	s.as("owner").addPasskey("laptop")
	b := s.browser()
	text := b.question("/login/passkey/question", "laptop", url.Values{})
	planted := func(r *http.Request) {
		r.AddCookie(&http.Cookie{Name: s.attempts.name, Value: b.cookies[s.attempts.name]})
	}
	says(t, b.ask("POST", "/login/passkey", answer(text), planted), http.StatusUnprocessableEntity, errAttempt.Sentence)
}

// TestAKeyThatReadsDoesNotWrite tries the column of the table that no route has
// yet.
func TestAKeyThatReadsDoesNotWrite(t *testing.T) {
	s := newSite(t)
	write := route{method: "POST", path: "/api/v1/later", who: writeKey}
	for scope, want := range map[account.Scope]error{account.Read: errReadOnlyKey, account.Write: nil} {
		caller := account.Caller{Key: &account.Key{Scope: scope}}
		if err := s.mayPass(echo.New().NewContext(httptest.NewRequest("POST", write.path, nil), nil), caller, write); err != want {
			t.Errorf("a key that may %s: %v", scope, err)
		}
	}
}
