package account_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/db/dbtest"
)

func TestTheRightPasswordSignsIn(t *testing.T) {
	h := inhabited(t)
	in, err := h.SignIn(t.Context(), "  ADA@Example.com ", password, account.Origin{Address: home, Agent: strings.Repeat("x", 300), RequestID: "r1"})
	h.ok(err)
	caller := h.caller(in.Token)
	session := caller.Session
	if caller.Person.ID != "person-ada" || len(caller.Memberships) != 1 || caller.Memberships[0].Account.Name != "ada" {
		t.Errorf("the caller is %+v", caller)
	}
	if !session.CreatedAt.Equal(morning) || !session.ExpiresAt.Equal(morning.Add(30*24*time.Hour)) || session.Address != home || len(session.Agent) != 200 {
		t.Errorf("the session is %+v", session)
	}
	want := audit.Entry{At: morning, Actor: h.actor(), Action: audit.SignIn, Result: audit.Done}
	if entry := h.log()[0]; !reflect.DeepEqual(entry, want) {
		t.Errorf("the audit entry is %+v, want %+v", entry, want)
	}
}

func TestAWrongPasswordAndAnUnknownAddressLookTheSame(t *testing.T) {
	h := inhabited(t)
	h.store.asked()
	wrong := h.try(email, "wrong horse battery", home)
	known := h.store.asked()
	unknown := h.try("nobody@example.com", "wrong horse battery", home)
	stranger := h.store.asked()
	if wrong != account.ErrWrongPassword || unknown != wrong { //nolint:errorlint // the very same value, with no cause in it
		t.Errorf("wrong: %v, unknown: %v", wrong, unknown)
	}
	if !slices.Equal(known, stranger) || !slices.Contains(known, "AddFailure") {
		t.Errorf("the store was asked %v for a wrong password and %v for an unknown address", known, stranger)
	}

	leave := h.FillLine() // whoever comes to hashing is refused now
	h.want(h.try(email, "wrong horse battery", home), account.ErrBusy)
	h.want(h.try("nobody@example.com", "wrong horse battery", home), account.ErrBusy)
	leave()
	if slices.Contains(h.store.asked(), "AddFailure") {
		t.Error("being busy counts as a failure")
	}
}

// The hash of an unknown address is the decoy's. Both are unreadable here, so
// that each comparison that really happens fails loudly.
func TestAPasswordIsHashedWhetherOrNotItsAddressIsKnown(t *testing.T) {
	defer account.SpoilDecoy()()
	h := newHouse(t)
	h.add("ada", "spoilt")
	known, unknown := h.try(email, "wrong horse battery", home), h.try("nobody@example.com", "wrong horse battery", home)
	if known == nil || unknown == nil || errors.Is(unknown, account.ErrWrongPassword) || known.Error() != unknown.Error() {
		t.Errorf("known: %v, unknown: %v; want the trouble of comparing for both", known, unknown)
	}
	if strings.Contains(unknown.Error(), "spoilt") {
		t.Error("the trouble tells the hash")
	}
	tooLong := strings.Repeat("x", 1025) // no password, so it costs nobody anything
	h.want(h.try(email, tooLong, home), account.ErrWrongPassword)
	h.want(h.try("nobody@example.com", tooLong, home), account.ErrWrongPassword)
}

func TestAPasswordTooLongToBeOneIsWrongForEverybody(t *testing.T) {
	h := inhabited(t)
	for _, email := range []string{email, "nobody@example.com"} {
		if err := h.try(email, strings.Repeat("x", 1025), home); err != account.ErrWrongPassword { //nolint:errorlint // see above
			t.Errorf("%s: got %v", email, err)
		}
	}
}

func TestABurstOfGuessesIsCountedLikeAQueueOfThem(t *testing.T) {
	h := inhabited(t)
	results := make(chan error, 40)
	for range cap(results) {
		go func() {
			err := h.try(email, "wrong horse battery", home)
			for errors.Is(err, account.ErrBusy) { // a network has few places in the line
				err = h.try(email, "wrong horse battery", home)
			}
			results <- err
		}()
	}
	hashed := 0
	for range cap(results) {
		switch err := <-results; {
		case errors.Is(err, account.ErrWrongPassword):
			hashed++
		case !errors.Is(err, account.ErrTooManyTries):
			t.Error(err)
		}
	}
	if hashed > account.MaxPairTries+1 { // two are looked at side by side
		t.Errorf("%d of 40 guesses at once were looked at", hashed)
	}
}

func TestOneIPv6NetworkIsOneGuesser(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
		"2001:db8:1:2::1": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64", "": "", "nonsense": "nonsense",
	} {
		if got := account.Network(address); got != want {
			t.Errorf("%q counts as %q, want %q", address, got, want)
		}
	}
}

func TestSigningInAgainEndsTheSessionOfThisBrowserOnly(t *testing.T) {
	h := inhabited(t)
	before, other := h.signIn("ada", home), h.signIn("ada", elsewhere)
	for _, old := range []string{before.Reveal(), before.Reveal(), "made up", ""} { // the second time it has ended already
		origin := from(home)
		origin.Token = old
		in, err := h.SignIn(t.Context(), email, password, origin)
		h.ok(err)
		h.caller(in.Token)
	}
	_, err := h.Authenticate(t.Context(), before.Reveal())
	h.want(err, account.ErrSignIn)
	h.caller(other)
	replaced := 0
	for _, entry := range h.log() {
		if entry.Action == audit.SignIn && entry.Detail != "" {
			replaced++
		}
	}
	if replaced != 1 {
		t.Errorf("%d sessions took the place of another in the audit log", replaced)
	}

	origin := from(home)
	origin.Token = other.Reveal()
	_, err = h.SignIn(t.Context(), email, "wrong horse battery", origin)
	h.want(err, account.ErrWrongPassword)
	h.caller(other) // a wrong password ends nothing
}

func TestTheAuditLogTellsWhoFailedAndNotWhatAStrangerTyped(t *testing.T) {
	h := inhabited(t)
	h.want(h.try(email, "wrong horse battery", home), account.ErrWrongPassword)
	h.want(h.try("my password by mistake", "x", home), account.ErrWrongPassword)
	log := h.log()
	stranger, ada := log[0], log[1]
	if !reflect.DeepEqual(ada, audit.Entry{At: morning, Actor: h.actor(), Action: audit.SignInFailed, Result: audit.Refused}) {
		t.Errorf("ada's failure is %+v", ada)
	}
	unknown := audit.Actor{Name: "unknown", Address: home, RequestID: "r1"}
	if !reflect.DeepEqual(stranger, audit.Entry{At: morning, Actor: unknown, Action: audit.SignInFailed, Result: audit.Refused}) {
		t.Errorf("the stranger's failure is %+v", stranger)
	}
}

func TestEightFailuresOfOneAccountFromOneAddressAreEnough(t *testing.T) {
	h := inhabited(t)
	h.fail(account.MaxPairTries-1, email, home)
	h.want(h.try(" Ada@example.com", "wrong horse battery", home), account.ErrWrongPassword) // the eighth
	for _, typed := range []string{"wrong horse battery", password} {
		h.want(h.try(email, typed, home), account.ErrTooManyTries)
	}
	h.ok(h.try(email, password, elsewhere)) // nobody is locked out by a neighbour

	again := houseOn(t, h.DB, h.clock) // a restart forgets nothing
	h.want(again.try(email, password, home), account.ErrTooManyTries)

	h.clock.pass(account.FailureWindow)
	h.want(h.try(email, password, home), account.ErrTooManyTries) // to the millisecond
	h.clock.pass(time.Millisecond)
	h.ok(h.try(email, password, home))
}

func TestBeingRefusedDoesNotProlongTheWait(t *testing.T) {
	h := inhabited(t)
	h.fail(account.MaxPairTries, email, home)
	for range 14 {
		h.clock.pass(time.Minute)
		h.want(h.try(email, password, home), account.ErrTooManyTries)
	}
	h.clock.pass(time.Minute + time.Millisecond)
	h.ok(h.try(email, password, home))
}

func TestTheLimitsHoldForAccountsThatDoNotExist(t *testing.T) {
	h := inhabited(t)
	h.fail(account.MaxPairTries, "nobody@example.com", home)
	h.want(h.try("nobody@example.com", password, home), account.ErrTooManyTries)
	h.fail(account.MaxEmailTries, "nobody@example.com", "various")
	h.want(h.try("nobody@example.com", password, elsewhere), account.ErrTooManyTries)
}

func TestFortyFailuresFromOneAddressCloseIt(t *testing.T) {
	h := inhabited(t)
	for i := range account.MaxAddrTries - 1 {
		h.fail(1, fmt.Sprintf("guess-%d@example.com", i), home)
	}
	h.want(h.try("one.more@example.com", "wrong horse battery", home), account.ErrWrongPassword)
	h.want(h.try(email, password, home), account.ErrTooManyTries)
	h.want(h.try("yet.another@example.com", password, home), account.ErrTooManyTries)
	h.ok(h.try(email, password, elsewhere))
	h.clock.pass(account.FailureWindow + time.Millisecond)
	h.ok(h.try(email, password, home))
}

func TestAKnownAddressStillGetsInWhileManyGuess(t *testing.T) {
	h := inhabited(t)
	h.ok(h.try(email, password, home)) // from now on known
	for i := range account.MaxEmailTries {
		h.fail(1, email, fmt.Sprint("198.51.100.", i))
	}
	h.want(h.try(email, password, elsewhere), account.ErrTooManyTries)
	h.ok(h.try(email, password, home))
	h.want(h.try(email, "wrong horse battery", home), account.ErrWrongPassword)
	h.fail(account.MaxPairTries, email, home)
	h.want(h.try(email, password, home), account.ErrTooManyTries) // being known is no free pass

	h.clock.pass(account.FailureWindow + time.Millisecond)
	h.ok(h.try(email, password, elsewhere))
}

func TestAnAddressIsKnownToItsPersonOnly(t *testing.T) {
	h := inhabited(t)
	h.add("eve", adasHash())
	h.ok(h.try("eve@example.com", password, elsewhere))
	h.fail(account.MaxEmailTries, email, "various")
	h.want(h.try(email, password, elsewhere), account.ErrTooManyTries)
}

// contentOf reads all that is in a folder.
func contentOf(t *testing.T, folder string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	var content []byte
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		content = append(content, text...)
	}
	return string(content)
}

// Only the cookie has the token: a copy of the database signs nobody in.
func TestTheTokenIsNotStored(t *testing.T) {
	folder := t.TempDir()
	h := houseOn(t, dbtest.At(t, filepath.Join(folder, "mooring.db")), &clock{now: morning})
	h.add("ada", adasHash())
	token, again := h.signIn("ada", home), h.signIn("ada", home)
	h.want(h.try(email, "a wrong password of mine", home), account.ErrWrongPassword)

	raw, err := base64.RawURLEncoding.DecodeString(token.Reveal())
	if err != nil || len(raw) != 32 || token.Reveal() == again.Reveal() {
		t.Errorf("the tokens are %d bytes, %v, and differ: %t", len(raw), err, token.Reveal() != again.Reveal())
	}
	stored := contentOf(t, folder)
	sum := sha256.Sum256([]byte(token.Reveal()))
	for what, canary := range map[string]string{
		"the token": token.Reveal(), "its bytes": string(raw), "its bytes in hexadecimal": hex.EncodeToString(raw),
		"the password": password, "a wrong password": "a wrong password of mine",
	} {
		if strings.Contains(stored, canary) {
			t.Errorf("%s is in the database", what)
		}
	}
	if id := hex.EncodeToString(sum[:]); !strings.Contains(stored, id) || h.caller(token).Session.ID != id {
		t.Error("the SHA-256 of the token is not in the database: this test looks in the wrong place")
	}
}

// Whoever tries an address learns nothing of it before the password is right:
// not whether it exists, not whether it has a password, not whether it is
// disabled. The same questions go to the store, and one hash is made for each.
func TestNothingShowsBeforeTheRightPassword(t *testing.T) {
	h := inhabited(t)
	h.add("provider", "") // signs in with a provider only
	h.add("disabled", adasHash())
	h.disable("person-disabled")
	h.store.asked()
	var asked []string
	for _, name := range []string{"ada", "nobody", "provider", "disabled"} {
		err := h.try(name+"@example.com", "wrong horse battery", home)
		if err != account.ErrWrongPassword { //nolint:errorlint // the very same value
			t.Errorf("%s: got %v", name, err)
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
	for _, empty := range []string{"", " ", "provider"} {
		h.want(h.try("provider@example.com", empty, elsewhere), account.ErrWrongPassword)
	}
	defer account.SpoilDecoy()() // who has no hash of their own is compared with the decoy
	for _, name := range []string{"nobody", "provider"} {
		if err := h.try(name+"@example.com", "wrong horse battery", "198.51.100.7"); err == nil || errors.Is(err, account.ErrWrongPassword) {
			t.Errorf("%s: no hash was made: %v", name, err)
		}
	}
}

func TestWherePasswordsAreOffTheyAreOffForEverybody(t *testing.T) {
	h := inhabited(t).under(account.Policy{})
	h.store.asked()
	for _, name := range []string{"ada", "nobody"} {
		for _, typed := range []string{password, "wrong horse battery"} {
			if err := h.try(name+"@example.com", typed, home); err != account.ErrPasswordsOff { //nolint:errorlint // the very same value
				t.Errorf("%s: got %v", name, err)
			}
		}
	}
	if got := h.store.asked(); len(got) != 0 {
		t.Errorf("the store was asked %v", got)
	}
}

func TestANewBrowserAndFailedSignInsAreTold(t *testing.T) {
	h := inhabited(t)
	first := h.enter(home) // in the browser "laptop"
	if len(first.Caller.Notices) != 0 || !first.Caller.Session.PreviousAt.IsZero() {
		t.Errorf("the first sign-in tells %+v", first.Caller)
	}
	h.clock.pass(time.Minute)
	if again := h.enter(elsewhere).Caller; len(again.Notices) != 0 || !again.Session.PreviousAt.Equal(morning) || again.Session.PreviousAddress != home {
		t.Errorf("the second sign-in tells %+v", again)
	}
	h.want(h.try(email, "wrong horse battery", "198.51.100.1"), account.ErrWrongPassword)
	h.want(h.try(email, "wrong horse battery", "198.51.100.2"), account.ErrWrongPassword)
	h.clock.pass(time.Minute)
	origin := from(elsewhere)
	origin.Device = "phone"
	in, err := h.SignIn(t.Context(), email, password, origin)
	h.ok(err)
	notices := in.Caller.Notices
	if len(notices) != 2 || notices[0].Kind != account.NoticeNewDevice || notices[0].Address != elsewhere || notices[0].Agent != "Firefox" ||
		notices[1].Kind != account.NoticeFailedSignIns || notices[1].Count != 2 || notices[1].Address != "198.51.100.2" {
		t.Errorf("the notices are %+v", notices)
	}
	if got := h.caller(first.Token).Notices; len(got) != 2 { // in every browser
		t.Errorf("the other browser shows %+v", got)
	}
}
