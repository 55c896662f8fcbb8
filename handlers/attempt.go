package handlers

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/securecookie"
	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/cloud"
	"mooring/identity"
)

// purpose says what a sign-in provider or an authenticator was asked for. What
// was begun for one purpose is good for no other.
type purpose string

const (
	toSignIn     purpose = "sign-in"
	toSignInList purpose = "sign-in-list" // by a passkey that the browser lists
	toSecondStep purpose = "second-step"
	toProve      purpose = "prove"
	toLink       purpose = "link"
	toAddPasskey purpose = "add-passkey"
	toJoin       purpose = "join"
	toSetUp      purpose = "set-up"
	toConsent    purpose = "consent" // at a cloud
)

// attempt is what a browser carries between the question to a provider or an
// authenticator and its answer. It is sealed and signed in a cookie, so that
// strangers who begin and never end cost nothing here, and counts once.
type attempt struct {
	ID       string
	Purpose  purpose
	PersonID string            // who began it, if somebody was signed in
	Next     string            // a path of ours
	Link     string            // token of the invitation or set-up address it belongs to, or name of the account
	Email    string            // for whom a newcomer's passkey is made; their authenticator shows it
	Sent     *identity.Attempt // to the provider
	Identity *account.Identity // what the provider answered, waiting for a confirmation
	Ceremony *account.Ceremony // with an authenticator

	// Of a question to a cloud:
	Consent    *cloud.Consent
	Credential string // that signs in again; empty: it is a new one
	Begun      time.Time
}

// state is what comes back from where the browser was sent; empty: it wasn't sent
// anywhere.
func (a attempt) state() string {
	switch {
	case a.Sent != nil:
		return a.Sent.State
	case a.Consent != nil:
		return a.Consent.State
	}
	return ""
}

// begun is when the browser was sent away.
func (a attempt) begun() time.Time {
	if a.Sent != nil {
		return a.Sent.Begun
	}
	return a.Begun
}

// attemptLife is how long a browser may take for the answer.
const attemptLife = 10 * time.Minute

// How many sign-ins can be on their way to a provider in one browser, in tabs side
// by side. Their cookies come back with every request, and proxies take some 8 KiB
// of them: the earliest go first.
const (
	mostSent      = 5
	mostSentBytes = 5 << 10
	stateKeySize  = 16 // characters by which the cookie of a state is called
)

// How many attempts can be used up within a generation, which is as long as one
// may count. Anybody can begin attempts and use them up.
const (
	generation     = attemptLife + account.ClockSkew
	mostUsed       = 20_000
	mostUsedOfPart = mostUsed / 20 // of an address or a /64; twice as many of a /56, and of a /48 twice those
)

// attempts seals attempts and remembers which were used up. The keys live as
// long as the program, or until the clock is set back, or until too many were
// used up: all ask people to begin again.
type attempts struct {
	name   string
	secure bool
	now    func() time.Time
	timer  func() time.Time // that of the cookies

	mu     sync.Mutex
	codec  *securecookie.SecureCookie
	latest time.Time // that now has shown

	// What was used up in this generation and in the one before. Nothing is
	// looked through: the older set goes with its generation.
	used, before map[string]bool
	networks     map[string]int // how many of used came from there
	began        time.Time      // the generation
}

func newAttempts(secure bool, now func() time.Time) *attempts {
	a := &attempts{name: "mooring_attempt", secure: secure, now: now, timer: time.Now}
	if secure {
		a.name = "__Host-" + a.name
	}
	a.renewKeys()
	return a
}

// renewKeys ends every attempt that was begun before.
func (a *attempts) renewKeys() {
	hash, block := make([]byte, 32), make([]byte, 32)
	_, _ = rand.Read(hash)
	_, _ = rand.Read(block)
	a.codec = securecookie.New(hash, block).MaxAge(int(attemptLife.Seconds())).SetSerializer(securecookie.JSONEncoder{})
	a.used, a.before, a.networks, a.began = map[string]bool{}, nil, map[string]int{}, a.timer()
}

// useUp remembers an attempt from this address, or says why it does not count.
func (a *attempts) useUp(id, address string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if passed := a.timer().Sub(a.began); passed >= generation {
		a.used, a.before = map[string]bool{}, a.used
		if passed >= 2*generation {
			a.before = nil
		}
		a.networks, a.began = map[string]int{}, a.timer()
	}
	if a.used[id] || a.before[id] {
		return errAttempt
	}
	networks := account.Networks(address)
	for i, network := range networks {
		if a.networks[network] >= mostUsedOfPart<<i {
			return account.ErrTooManyTries
		}
	}
	if len(a.used) >= mostUsed { // from many networks at once: rather than keep everybody out
		a.renewKeys()
		return errAttempt
	}
	a.used[id] = true
	for _, network := range networks {
		a.networks[network]++
	}
	return nil
}

// keys are what seals and opens attempts at this time. When the clock is
// set back, what was begun before would count for longer than attemptLife, and
// what was used up could count again, so that no such attempt can be opened any
// more.
func (a *attempts) keys() *securecookie.SecureCookie {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now().Round(0) // as the clock shows it: what passes by itself is never set back
	if account.ClockWasAhead(a.latest, now) {
		a.renewKeys()
		a.latest = now
	}
	if now.After(a.latest) {
		a.latest = now
	}
	return a.codec
}

// begin hands an attempt to the browser. It takes the place of an earlier one,
// unless it is on its way to a provider: each of those has a cookie of its own, so
// that tabs side by side don't end each other's.
func (a *attempts) begin(c echo.Context, begun attempt) error {
	begun.ID = rand.Text()
	name := a.cookieOf(begun)
	value, err := a.keys().Encode(name, begun)
	if err != nil {
		return err
	}
	if begun.state() != "" {
		a.makeRoom(c, len(value))
	}
	a.set(c, name, value, int(attemptLife.Seconds()))
	return nil
}

// makeRoom forgets the earliest attempts that are on their way to a provider, so
// that one more of this size is within bounds, and those that can't be used anyway.
func (a *attempts) makeRoom(c echo.Context, size int) {
	type sent struct {
		name  string
		size  int
		begun time.Time
	}
	var all []sent
	for _, cookie := range c.Request().Cookies() {
		key, ok := strings.CutPrefix(cookie.Name, a.name+"_")
		if !ok || len(key) != stateKeySize || slices.ContainsFunc(all, func(s sent) bool { return s.name == cookie.Name }) {
			continue
		}
		one := sent{name: cookie.Name, size: len(cookie.Value)}
		if found, err := a.readFrom(c, cookie.Name); err == nil && found.state() != "" {
			one.begun = found.begun()
		}
		all = append(all, one)
	}
	slices.SortStableFunc(all, func(x, y sent) int { return y.begun.Compare(x.begun) })
	for i, one := range all {
		if size += one.size; one.begun.IsZero() || i >= mostSent-1 || size > mostSentBytes {
			a.set(c, one.name, "", -1)
		}
	}
}

// take gives the browser's attempt for this purpose and uses it up.
func (a *attempts) take(c echo.Context, want purpose) (attempt, error) {
	found, err := a.peek(c, want)
	if err == nil {
		err = a.use(c, found)
	}
	if err != nil {
		return attempt{}, err
	}
	return found, nil
}

// use uses up an attempt and takes it from the browser.
func (a *attempts) use(c echo.Context, found attempt) error {
	if err := a.useUp(found.ID, c.RealIP()); err != nil {
		return err
	}
	a.set(c, a.cookieOf(found), "", -1)
	return nil
}

// peek gives the browser's attempt for this purpose and leaves it usable.
func (a *attempts) peek(c echo.Context, want purpose) (attempt, error) {
	found, err := a.readFrom(c, a.cookieOf(attempt{Purpose: want}))
	if err == nil && found.Purpose != want {
		err = errAttempt
	}
	return found, err
}

// sentTo gives the browser's attempt with this state and leaves it usable.
func (a *attempts) sentTo(c echo.Context, state string) (attempt, error) {
	found, err := a.readFrom(c, a.stateCookie(state))
	if err == nil && (found.Sent == nil || found.Sent.State != state) {
		err = errAttempt
	}
	return found, err
}

// consentTo gives the browser's attempt to get somebody's consent with this state, and
// leaves it usable.
func (a *attempts) consentTo(c echo.Context, state string) (attempt, error) {
	found, err := a.readFrom(c, a.stateCookie(state))
	if err == nil && (found.Consent == nil || found.Consent.State != state || found.Purpose != toConsent) {
		err = errAttempt
	}
	return found, err
}

// cookieOf is where an attempt is kept. What a page begins by itself has a place
// of its own, so that it ends nothing that a person began in another tab.
func (a *attempts) cookieOf(one attempt) string {
	switch {
	case one.state() != "":
		return a.stateCookie(one.state())
	case one.Purpose == toSignInList:
		return a.name + "_list"
	}
	return a.name
}

func (a *attempts) stateCookie(state string) string {
	sum := sha256.Sum256([]byte(state))
	return a.name + "_" + hex.EncodeToString(sum[:])[:stateKeySize]
}

func (a *attempts) readFrom(c echo.Context, name string) (attempt, error) {
	cookies := c.Request().CookiesNamed(name)
	if len(cookies) != 1 {
		return attempt{}, errAttempt
	}
	var found attempt
	if err := a.keys().Decode(name, cookies[0].Value, &found); err != nil {
		return attempt{}, errAttempt.Because(err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.used[found.ID] || a.before[found.ID] {
		return attempt{}, errAttempt
	}
	return found, nil
}

func (a *attempts) set(c echo.Context, name, value string, age int) {
	c.SetCookie(&http.Cookie{Name: name, Value: value, Path: "/", MaxAge: age, Secure: a.secure,
		HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// answered gives what the browser's authenticator answered to the attempt for
// this purpose, which the caller, if somebody is signed in, has begun.
func (h *handlers) answered(c echo.Context, want purpose) (account.PasskeyAnswer, attempt, error) {
	begun, err := h.attempts.take(c, want)
	if err != nil {
		return account.PasskeyAnswer{}, attempt{}, err
	}
	caller, _ := callerOf(c)
	if err := begun.mine(caller); err != nil || begun.Ceremony == nil {
		return account.PasskeyAnswer{}, attempt{}, errAttempt.Because(err)
	}
	r := c.Request()
	return account.PasskeyAnswer{Ceremony: *begun.Ceremony, Answer: []byte(r.PostFormValue("answer")), Name: r.PostFormValue("name")}, begun, nil
}

// ask sends the question of a ceremony to the browser's authenticator.
func (h *handlers) ask(c echo.Context, q account.Question, begun attempt) error {
	begun.Ceremony = &q.Ceremony
	if err := h.attempts.begin(c, begun); err != nil {
		return err
	}
	return c.JSONBlob(http.StatusOK, q.Options)
}

// mine reports whether the caller began the attempt.
func (a attempt) mine(caller account.Caller) error {
	if a.PersonID != caller.Person.ID {
		return errAttempt.Because(errors.New("another person began it"))
	}
	return nil
}
