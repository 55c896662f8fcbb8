package account_test

import (
	"fmt"
	"testing"
	"time"

	"mooring/account"
)

// ahead is how far the clock is ahead before somebody corrects it.
const ahead = 365 * 24 * time.Hour

func TestFailuresOfAClockThatWasAheadCloseNothing(t *testing.T) {
	for name, drop := range map[string]func(h house){
		"before what has expired is dropped": func(house) {},
		"after it":                           func(h house) { h.ok(h.Accounts().DropExpired(t.Context(), h.clock.Now())) },
	} {
		t.Run(name, func(t *testing.T) {
			h := inhabited(t)
			h.clock.pass(ahead)
			h.attack("")
			h.want(h.try(email, password, home), account.ErrTooManyTries)
			h.clock.pass(-ahead)
			drop(h)
			h.ok(h.try(email, password, home))
			h.ok(h.try(email, password, elsewhere))
			for range account.MaxPairTries { // who guesses is counted as ever
				h.want(h.try(email, "wrong horse battery", elsewhere), account.ErrWrongPassword)
			}
			h.want(h.try(email, password, elsewhere), account.ErrTooManyTries)
		})
	}
}

// When the time comes that the clock once showed, nobody is locked out either.
func TestFailuresOfAClockThatWasAheadDoNotWaitForTheirTime(t *testing.T) {
	h := inhabited(t)
	h.clock.pass(ahead)
	h.attack("")
	h.clock.pass(-ahead)
	h.ok(h.Accounts().DropExpired(t.Context(), h.clock.Now()))
	h.clock.pass(ahead)
	h.ok(h.try(email, password, home))
}

// A clock that is corrected by seconds gives nobody more tries.
func TestFailuresAFewSecondsAheadCount(t *testing.T) {
	h := inhabited(t)
	h.clock.pass(account.ClockSkew)
	h.attack("")
	h.clock.pass(-account.ClockSkew)
	h.ok(h.Accounts().DropExpired(t.Context(), h.clock.Now()))
	h.want(h.try(email, password, home), account.ErrTooManyTries)
}

func TestASessionOfAClockThatWasAheadEnds(t *testing.T) {
	h, whole, _ := withPasskey(t)
	h.clock.pass(ahead)
	half, token := h.enter(home), h.signIn("ada", elsewhere)
	h.caller(token) // from now on in memory
	version := h.Version()
	h.clock.pass(-ahead)
	h.gone(half.Token)
	h.gone(token)
	if h.Version() != version {
		t.Error("something changed meanwhile: this test proves nothing about what is in memory")
	}
	sessions, err := h.Sessions(t.Context(), whole.Caller)
	h.ok(err)
	if len(sessions) != 1 || sessions[0].ID != whole.Caller.Session.ID {
		t.Errorf("the sessions are %+v", sessions)
	}
	h.ok(h.Accounts().DropExpired(t.Context(), h.clock.Now()))
	h.clock.pass(ahead)
	h.gone(token) // its time has come
}

func TestASessionAFewSecondsAheadGoesOn(t *testing.T) {
	h := inhabited(t)
	before := h.signIn("ada", home)
	h.clock.pass(account.ClockSkew)
	token := h.signIn("ada", elsewhere)
	h.caller(token)
	h.clock.pass(-account.ClockSkew)
	h.caller(before)
	h.caller(token)
	h.ok(h.Accounts().DropExpired(t.Context(), h.clock.Now()))
	h.caller(token)
}

// Who is seen while the clock is ahead, but not for so long that everybody's
// session expires, lies idle for no longer than others.
func TestASessionThatWasSeenAheadLiesIdle(t *testing.T) {
	h := inhabited(t)
	token := h.signIn("ada", home)
	h.clock.pass(account.SessionIdle - time.Hour)
	seen := h.clock.Now()
	h.ok(h.Accounts().TouchSessions(t.Context(), map[string]time.Time{h.caller(token).Session.ID: seen}))
	h.clock.pass(time.Hour - account.SessionIdle)
	h.ok(h.Accounts().DropExpired(t.Context(), h.clock.Now()))
	h.clock.pass(account.SessionIdle + time.Millisecond)
	h.gone(token)
}

func TestMailOfAClockThatWasAheadIsNotCounted(t *testing.T) {
	c := newClub(t)
	mail := func(i int) error {
		_, _, err := c.Invite(t.Context(), c.acme("ada"), account.InviteForm{Email: fmt.Sprintf("friend-%d@example.org", i), Role: "viewer"}, by("ada"))
		return err
	}
	c.clock.pass(ahead)
	for i := range account.MaxMails {
		c.ok(mail(i))
	}
	c.want(mail(98), account.ErrTooManyMails)
	c.clock.pass(-ahead)
	c.ok(mail(99))
}

// An invitation goes on for as long as one that is made now.
func TestAnInvitationOfAClockThatWasAheadEndsInTime(t *testing.T) {
	c := newClub(t)
	c.clock.pass(ahead)
	_, token := c.invite(account.Viewer, "")
	c.clock.pass(-ahead)
	c.ok(c.Accounts().DropExpired(t.Context(), c.clock.Now()))
	c.clock.pass(account.InvitationLife - time.Millisecond)
	_, err := c.Invited(t.Context(), token)
	c.ok(err)
	c.clock.pass(time.Millisecond)
	_, err = c.Invited(t.Context(), token)
	c.want(err, account.ErrInvitation)
}
