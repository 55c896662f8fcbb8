package account_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/db/dbtest"
)

func TestManyRequestsReadTheCallerOnce(t *testing.T) {
	h := inhabited(t)
	token := h.signIn("ada", home)
	h.store.asked()
	first := h.caller(token)
	for range 100 {
		if got := h.caller(token); got.Person != first.Person || got.Session != first.Session {
			t.Fatalf("the caller became %+v", got)
		}
	}
	if asked := h.store.asked(); !slices.Equal(asked, []string{"Caller"}) {
		t.Errorf("the store was asked %v", asked)
	}
}

func TestAChangeIsSeenByTheNextRequest(t *testing.T) {
	h := inhabited(t)
	token, other := h.signIn("ada", home), h.signIn("ada", elsewhere)
	caller := h.caller(token)
	h.caller(other)

	h.ok(h.ChangeTheme(t.Context(), caller, account.Dark, h.actor()))
	if got := h.caller(other).Person.Theme; got != account.Dark {
		t.Errorf("the theme in the other browser is %s", got)
	}
	if entry := h.log()[0]; entry.Action != audit.ChangeTheme || entry.Detail != "dark" || entry.Actor != h.actor() {
		t.Errorf("the audit entry is %+v", entry)
	}

	h.ok(h.EndSession(t.Context(), caller, h.caller(other).Session.ID, h.actor()))
	_, err := h.Authenticate(t.Context(), other.Reveal())
	h.want(err, account.ErrSignIn)
	h.caller(token) // this one goes on

	h.ok(h.SignOut(t.Context(), caller, h.actor()))
	_, err = h.Authenticate(t.Context(), token.Reveal())
	h.want(err, account.ErrSignIn)
	if log := h.log(); log[0].Action != audit.SignOut || log[1].Action != audit.EndSession {
		t.Errorf("the audit log has %v and %v", log[0].Action, log[1].Action)
	}
}

func TestAKeptCallerExpiresThoughNothingChanged(t *testing.T) {
	h := inhabited(t)
	token := h.signIn("ada", home)
	h.caller(token)
	h.clock.pass(account.SessionLife - time.Millisecond)
	version := h.Version()
	h.caller(token)
	h.clock.pass(time.Millisecond)
	_, err := h.Authenticate(t.Context(), token.Reveal())
	h.want(err, account.ErrSignIn)
	if h.Version() != version {
		t.Error("something changed meanwhile: this test proves nothing")
	}
}

func TestAnIdleSessionEndsWhenItIsReadAgain(t *testing.T) {
	h := inhabited(t)
	token := h.signIn("ada", home)
	h.clock.pass(account.SessionIdle + time.Millisecond)
	_, err := h.Authenticate(t.Context(), token.Reveal())
	h.want(err, account.ErrSignIn)
}

func TestUnknownTokensLeaveNothingInMemory(t *testing.T) {
	h := inhabited(t)
	h.caller(h.signIn("ada", home))
	kept, seen := h.Kept(), h.Seen()
	for i := range 100 {
		_, err := h.Authenticate(t.Context(), fmt.Sprint("guess ", i))
		h.want(err, account.ErrSignIn)
	}
	_, err := h.Authenticate(t.Context(), "")
	h.want(err, account.ErrSignIn)
	if h.Kept() != kept || h.Seen() != seen || kept != 1 || seen != 1 {
		t.Errorf("%d callers and %d sights are in memory, were %d and %d", h.Kept(), h.Seen(), kept, seen)
	}
}

// everybody is a store in which every token is a session.
type everybody struct{ account.Store }

func (everybody) Version() uint64 { return 1 }

func (everybody) Caller(_ context.Context, id string, now time.Time) (account.Caller, error) {
	return account.Caller{Session: account.Session{ID: id, ExpiresAt: now.Add(time.Hour)}}, nil
}

func TestTheMemoryOfCallersIsBounded(t *testing.T) {
	s := account.NewService(account.Config{Store: everybody{}, Now: func() time.Time { return morning }})
	most := 0
	for i := range account.KeptCallers + 10 {
		if _, err := s.Authenticate(t.Context(), fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
		most = max(most, s.Kept())
	}
	if most != account.KeptCallers {
		t.Errorf("%d were kept at most, want %d", most, account.KeptCallers)
	}
}

// slow is a store in which a change happens while the caller is being read.
type slow struct {
	account.Store
	meanwhile func()
}

func (s *slow) Caller(ctx context.Context, id string, now time.Time) (account.Caller, error) {
	caller, err := s.Store.Caller(ctx, id, now)
	s.meanwhile()
	return caller, err
}

func TestWhatWasReadBeforeAChangeIsNotKeptAfterIt(t *testing.T) {
	h := inhabited(t)
	token := h.signIn("ada", home)
	caller := h.caller(token)
	store := &slow{Store: h.Accounts(), meanwhile: func() {
		h.ok(h.ChangeTheme(t.Context(), caller, account.Dark, h.actor()))
	}}
	s := account.NewService(account.Config{Store: store, Now: h.clock.Now})
	_, err := s.Authenticate(t.Context(), token.Reveal()) // may still see the old theme
	h.ok(err)
	store.meanwhile = func() {}
	got, err := s.Authenticate(t.Context(), token.Reveal())
	h.ok(err)
	if got.Person.Theme != account.Dark {
		t.Error("the old theme was kept under the new version")
	}
}

func TestOnlyOnesOwnSessionsCanBeSeenAndEnded(t *testing.T) {
	h := inhabited(t)
	h.add("eve", adasHash())
	ada, eve := h.caller(h.signIn("ada", home)), h.caller(h.signIn("eve", elsewhere))
	sessions, err := h.Sessions(t.Context(), eve)
	h.ok(err)
	if len(sessions) != 1 || sessions[0].ID != eve.Session.ID {
		t.Errorf("eve sees %+v", sessions)
	}
	before := len(h.log())
	h.want(h.EndSession(t.Context(), eve, ada.Session.ID, audit.Actor{PersonID: "person-eve"}), account.ErrNoSuchSession)
	h.want(h.EndSession(t.Context(), eve, "no such session", audit.Actor{PersonID: "person-eve"}), account.ErrNoSuchSession)
	if len(h.log()) != before {
		t.Error("what was not done is in the audit log")
	}
	sessions, err = h.Sessions(t.Context(), ada)
	h.ok(err)
	if len(sessions) != 1 {
		t.Errorf("ada is left with %+v", sessions)
	}
}

// Requests come by the second; the store hears of them once a minute.
func TestSightsAreStoredOnceAMinute(t *testing.T) {
	adasHash()
	synctest.Test(t, func(t *testing.T) {
		h := houseOn(t, dbtest.New(t), &clock{})
		h.add("ada", adasHash())
		h.Service = account.NewService(account.Config{Store: h.store, Policy: account.Policy{Passwords: true}, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
		one, two := h.signIn("ada", home), h.signIn("ada", elsewhere)
		ctx, stop := context.WithCancel(t.Context())
		var group sync.WaitGroup
		group.Go(func() { h.Run(ctx) })
		touched := func() []map[string]time.Time {
			synctest.Wait()
			h.store.mu.Lock()
			defer h.store.mu.Unlock()
			all := h.store.touched
			h.store.touched = nil
			return all
		}

		version := h.Version()
		var last time.Time
		for range 50 {
			time.Sleep(time.Second)
			last = time.Now()
			h.caller(one)
			h.caller(two)
		}
		if got := touched(); len(got) != 0 {
			t.Errorf("before the minute is over the store was told %v", got)
		}
		time.Sleep(15 * time.Second)
		got := touched()
		if len(got) != 1 || len(got[0]) != 2 || !got[0][h.caller(one).Session.ID].Equal(last) {
			t.Errorf("after a minute the store was told %v, want two sights at %v", got, last)
		}
		if h.Version() != version {
			t.Error("being seen counts as a change: every page would be made anew")
		}

		time.Sleep(time.Minute) // one more sight, from the line above
		touched()
		time.Sleep(10 * time.Minute)
		if got := touched(); len(got) != 0 {
			t.Errorf("with nobody there the store was told %v", got)
		}

		last = time.Now()
		h.caller(one)
		stop()
		group.Wait()
		if got := touched(); len(got) != 1 || len(got[0]) != 1 {
			t.Errorf("at the end the store was told %v", got)
		}
		sessions, err := h.Accounts().Sessions(t.Context(), "person-ada", time.Now())
		h.ok(err)
		if !sessions[0].SeenAt.Equal(last) {
			t.Errorf("the latest sight is %v, want %v", sessions[0].SeenAt, last)
		}
	})
}

// dropping is a store that counts how often it is asked to tidy up, and fails.
type dropping struct {
	account.Store
	mu      sync.Mutex
	dropped []time.Time
}

func (d *dropping) DropExpired(_ context.Context, now time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dropped = append(d.dropped, now)
	return errors.New("disk full")
}

func (d *dropping) TouchSessions(context.Context, map[string]time.Time) error {
	return errors.New("disk full")
}

func TestTidyingUpGoesOnAfterTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &dropping{Store: everybody{}}
		s := account.NewService(account.Config{Store: store, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { s.Run(ctx); close(done) }()
		start := time.Now()
		for range 150 {
			_, err := s.Authenticate(t.Context(), "token")
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute)
		}
		stop()
		<-done
		if want := []time.Time{start.Add(time.Hour), start.Add(2 * time.Hour)}; !slices.EqualFunc(store.dropped, want, time.Time.Equal) {
			t.Errorf("tidied up at %v, want %v", store.dropped, want)
		}
	})
}
