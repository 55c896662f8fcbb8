package account

import (
	"context"
	"time"

	"mooring/audit"
	"mooring/text"
)

const (
	// PeoplePerPage is how many people a page of the list has.
	PeoplePerPage = 50
	maxSearch     = 254 // characters
)

// PeopleQuery says which people to list.
type PeopleQuery struct {
	Search string // part of an e-mail address or a name; empty: everybody
	After  string // e-mail address of the last row of the page before; empty: the first page
}

// PeopleStore is what site administrators see of people and may change.
type PeopleStore interface {
	// PeoplePage lists at most so many, by e-mail address, in one query.
	PeoplePage(ctx context.Context, q PeopleQuery, most int, now time.Time) ([]PersonRow, error)
	PersonRow(ctx context.Context, personID string, now time.Time) (PersonRow, error) // ErrNoSuchPerson
	OwnersOf(ctx context.Context, accountID string) (Owned, error)                    // ErrNoSuchAccount

	// The changes answer ErrNoSuchPerson. What holds already is no change and
	// leaves no audit entry. DisablePerson and TakeAdministrator answer
	// ErrLastAdministrator when nobody would be left; TakeAdministrator
	// answers ErrByGroup, and MakeAdministrator ErrPersonDisabled. All but
	// EnablePerson end the person's sessions. Who asked has to be an
	// administrator still: ErrSignIn, ErrNoSuchAccount.
	DisablePerson(ctx context.Context, personID string, entry audit.Entry) error
	EnablePerson(ctx context.Context, personID string, entry audit.Entry) error
	EndPersonSessions(ctx context.Context, personID string, entry audit.Entry) error
	MakeAdministrator(ctx context.Context, personID string, entry audit.Entry) error
	TakeAdministrator(ctx context.Context, personID string, entry audit.Entry) error
}

// PeopleConfig is what People needs.
type PeopleConfig struct {
	Store PeopleStore
	Now   func() time.Time
}

// People is what site administrators do with the people of the site. None of
// it lets them act as somebody else.
type People struct {
	store PeopleStore
	now   func() time.Time
}

// NewPeople makes the service.
func NewPeople(c PeopleConfig) *People { return &People{store: c.Store, now: c.Now} }

// List gives a page of people by e-mail address, and what After is for the next
// page, or nothing when this is the last one.
func (p *People) List(ctx context.Context, q PeopleQuery) (rows []PersonRow, next string, err error) {
	q.Search = firstRunes(text.Line(q.Search), maxSearch)
	rows, err = p.store.PeoplePage(ctx, q, PeoplePerPage+1, p.now())
	if err == nil && len(rows) > PeoplePerPage {
		rows = rows[:PeoplePerPage]
		next = rows[PeoplePerPage-1].Person.Email
	}
	return rows, next, err
}

// Find gives one person.
func (p *People) Find(ctx context.Context, personID string) (PersonRow, error) {
	return p.store.PersonRow(ctx, personID, p.now())
}

// Disable ends somebody's sessions and keeps them from signing in. Their API
// keys stop.
func (p *People) Disable(ctx context.Context, caller Caller, personID string, actor audit.Actor) error {
	if caller.Person.ID == personID {
		return ErrNotYourself
	}
	return p.change(ctx, p.store.DisablePerson, audit.DisablePerson, personID, actor)
}

// Enable lets somebody sign in again.
func (p *People) Enable(ctx context.Context, _ Caller, personID string, actor audit.Actor) error {
	return p.change(ctx, p.store.EnablePerson, audit.EnablePerson, personID, actor)
}

// EndSessions signs somebody out everywhere.
func (p *People) EndSessions(ctx context.Context, _ Caller, personID string, actor audit.Actor) error {
	return p.change(ctx, p.store.EndPersonSessions, audit.EndPersonSessions, personID, actor)
}

// MakeAdministrator makes somebody a site administrator. Their rights change,
// so they sign in again.
func (p *People) MakeAdministrator(ctx context.Context, _ Caller, personID string, actor audit.Actor) error {
	return p.change(ctx, p.store.MakeAdministrator, audit.MakeAdministrator, personID, actor)
}

// TakeAdministrator takes that right away. Who has it from a group loses it in
// that group.
func (p *People) TakeAdministrator(ctx context.Context, caller Caller, personID string, actor audit.Actor) error {
	if caller.Person.ID == personID {
		return ErrNotYourself
	}
	return p.change(ctx, p.store.TakeAdministrator, audit.TakeAdministrator, personID, actor)
}

func (p *People) change(ctx context.Context, store func(context.Context, string, audit.Entry) error,
	action audit.Action, personID string, actor audit.Actor) error {
	return store(ctx, personID, audit.Entry{At: p.now(), Actor: actor, Action: action, Result: audit.Done})
}

func firstRunes(s string, most int) string {
	n := 0
	for i := range s {
		if n == most {
			return s[:i]
		}
		n++
	}
	return s
}
