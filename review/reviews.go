package review

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"mooring/account"
	"mooring/audit"
	"mooring/cloud"
	"mooring/credential"
	"mooring/fault"
	"mooring/register"
	"mooring/text"
)

// Standing is an item with its linked account as it is now.
type Standing struct {
	Item       Item
	Now        *credential.Credential // nil: it is unlinked
	AccountNow string                 // name
	At         time.Time              // the now that is meant; the service sets it
}

// Store keeps reviews. A method that changes something for a person looks in
// its transaction whether they still are an administrator who can sign in, and
// answers ErrNoSuchReview when not; it writes the audit entry in the same
// transaction.
type Store interface {
	// Administrators lists those who can sign in, by name.
	Administrators(ctx context.Context) ([]Reviewer, error)

	// AddReview stores a review that gathers. Of its reviewers it stores those
	// who still are administrators; when there is none it answers
	// ErrNobodyLeft. schedule is the one that starts it, and moves on to next
	// in the same transaction; nil: a person starts it.
	AddReview(ctx context.Context, r Review, schedule *Start, entry audit.Entry) error
	Review(ctx context.Context, id string) (Review, error)                                 // ErrNoSuchReview
	Reviews(ctx context.Context, most int) ([]Review, error)                               // the latest first
	Overdue(ctx context.Context, personID string, now time.Time) ([]Review, error)         // that concern the person
	AddReviewer(ctx context.Context, id string, who Reviewer, entry audit.Entry) error     // ErrAlreadyReviewer, ErrClosed
	CloseReview(ctx context.Context, id, byName string, at time.Time, e audit.Entry) error // ErrClosed; keeps the Anchor

	Gathering(ctx context.Context) ([]Review, error)
	// AddItems adds credentials that are still linked, and notes in the same
	// transaction that all up to this number were looked at.
	AddItems(ctx context.Context, reviewID string, credentialIDs []string, upTo int64) error
	OpenReview(ctx context.Context, id string, entry audit.Entry) error

	// Items lists items by number behind after, with their linked accounts as
	// they are now; filter is a Stage, a Kind or empty.
	Items(ctx context.Context, reviewID string, filter string, after int64, most int) ([]Standing, error)
	// Recorded lists items as they are stored, without looking at what is linked now.
	Recorded(ctx context.Context, reviewID string, after int64, most int) ([]Item, error)
	Item(ctx context.Context, reviewID, credentialID string) (Standing, error) // ErrNoSuchReview
	// NextOpen gives the first open item behind after that is not this person's own: ErrNothingLeft.
	NextOpen(ctx context.Context, reviewID, personID string, after int64) (Standing, error)
	History(ctx context.Context, credentialID string, most int) ([]Past, error) // the latest first

	// Settle hands rule what stands inside one transaction and stores what it
	// answers, all of it or nothing.
	Settle(ctx context.Context, actor audit.Actor, reviewID, credentialID string, rule func(Bench) (Ruling, error)) error

	Questions(ctx context.Context, accountID, credentialID string) ([]Question, error)
	// Unanswered has one for each account that open reviews ask about anything.
	Unanswered(ctx context.Context, accountIDs []string) ([]Unanswered, error)
	// UnansweredAbout is by credential ID.
	UnansweredAbout(ctx context.Context, accountID string, credentialIDs []string) (map[string]Question, error)
	// Answer stores the answer of an owner of the account: ErrNoQuestion.
	Answer(ctx context.Context, accountID, credentialID, reviewID, answer string, entry audit.Entry) error

	Unsealed(ctx context.Context) ([]string, error) // ids of closed reviews
	Seal(ctx context.Context, id string) (Seal, error)
	SetSeal(ctx context.Context, id string, seal Seal) error
	Note(ctx context.Context, entry audit.Entry) error // an entry about what changes nothing

	ScheduleStore
}

// Credentials is what reviews do to linked accounts.
type Credentials interface {
	Clouds() cloud.Registry
	Ordered(ctx context.Context, o credential.Order, id string, event credential.Event) (credential.Credential, audit.Entry, error)
	Unlinking(ctx context.Context, o credential.Order, id string) (credential.Credential, audit.Entry, error)
}

// Walker gives what a selection selects, by number.
type Walker interface {
	Each(ctx context.Context, s register.Selection, afterNumber int64, chunk func([]register.Row) error) error
}

// Config is what Service needs.
type Config struct {
	Store       Store
	Register    Walker
	Credentials Credentials
	Notary      *audit.Notary
	Now         func() time.Time
	NewID       func() string
	Log         *slog.Logger
}

// Service lets administrators decide on linked accounts.
type Service struct {
	store       Store
	register    Walker
	credentials Credentials
	notary      *audit.Notary
	now         func() time.Time
	newID       func() string
	log         *slog.Logger
	wake        chan struct{}
}

// NewService makes the service.
func NewService(c Config) *Service {
	return &Service{store: c.Store, register: c.Register, credentials: c.Credentials, notary: c.Notary,
		now: c.Now, newID: c.NewID, log: c.Log, wake: make(chan struct{}, 1)}
}

const (
	reviewsListed = 100
	itemsListed   = 50   // on a page
	itemsSought   = 2000 // looked through for one page of changed ones
	pastListed    = 20
)

// Administrators lists whom a form can name as reviewers.
func (s *Service) Administrators(ctx context.Context) ([]Reviewer, error) {
	return s.store.Administrators(ctx)
}

// Start begins a review. Its items are gathered in the background.
func (s *Service) Start(ctx context.Context, caller account.Caller, actor audit.Actor, form Form) (Review, error) {
	now := s.now()
	fields := fault.Fields{}
	due, err := time.Parse(time.DateOnly, strings.TrimSpace(form.Due))
	if err != nil || !due.After(today(now)) || due.After(today(now).AddDate(0, 0, maxDueDays)) {
		fields["due"] = sayDue
	}
	checkSelection(form.Selection, fields)
	name := checkName(form.Name, fields)
	reviewers, err := s.named(ctx, form.Reviewers, fields)
	if err != nil {
		return Review{}, err
	}
	if err := fault.AtFields(fields); err != nil {
		return Review{}, err
	}
	r := Review{ID: s.newID(), Name: name, Selection: form.Selection, About: form.Selection.About(),
		StartedByID: caller.Person.ID, StartedByName: caller.Person.Name, StartedAt: now, DueAt: endOf(due),
		State: Gathering, Reviewers: reviewers}
	if err := s.store.AddReview(ctx, r, nil, s.entry(actor, audit.StartReview, r)); err != nil {
		if errors.Is(err, ErrNobodyLeft) { // whoever was named was demoted this moment
			return Review{}, fault.AtFields(fault.Fields{"reviewers": sayNotAdministrator})
		}
		return Review{}, err
	}
	s.look()
	return r, nil
}

func checkName(typed string, fields fault.Fields) string {
	name := text.Line(typed)
	if name == "" {
		fields["name"] = sayNameMissing
	} else if utf8.RuneCountInString(name) > maxName {
		fields["name"] = sayNameLong
	}
	return name
}

func checkSelection(s register.Selection, fields fault.Fields) {
	switch {
	case s.All && s.Query.MatchesNothing():
		fields["selection"] = register.ErrUnknownFilter.Sentence
	case s.All && s.Query.TooShort():
		fields["selection"] = register.ErrSearchTooShort.Sentence
	case s.All:
	case len(s.IDs) == 0:
		fields["selection"] = register.ErrNothingSelected.Sentence
	case len(s.IDs) > register.MostSelected:
		fields["selection"] = register.ErrTooManySelected.Sentence
	}
}

// named finds administrators by their e-mail addresses or ids.
func (s *Service) named(ctx context.Context, typed []string, fields fault.Fields) ([]Reviewer, error) {
	administrators, err := s.store.Administrators(ctx)
	if err != nil {
		return nil, err
	}
	byName := map[string]Reviewer{}
	for _, a := range administrators {
		byName[a.PersonID], byName[strings.ToLower(a.Email)] = a, a
	}
	var found []Reviewer
	known := map[string]bool{}
	for _, name := range typed {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		a, ok := byName[name]
		if !ok {
			a, ok = byName[strings.ToLower(name)]
		}
		if !ok {
			fields["reviewers"] = sayNotAdministrator
			continue
		}
		if !known[a.PersonID] {
			known[a.PersonID] = true
			found = append(found, a)
		}
	}
	switch {
	case fields["reviewers"] != "":
	case len(found) == 0:
		fields["reviewers"] = sayNoReviewer
	case len(found) > maxReviewers:
		fields["reviewers"] = sayManyReviewers
	}
	return found, nil
}

// List gives the latest reviews, the latest first.
func (s *Service) List(ctx context.Context) ([]Review, error) {
	return s.store.Reviews(ctx, reviewsListed)
}

// Find gives one review with the progress of each of its reviewers.
func (s *Service) Find(ctx context.Context, id string) (Review, error) {
	return s.store.Review(ctx, id)
}

// Overdue lists reviews that are late and concern the person: they have
// something left to decide there, or started it.
func (s *Service) Overdue(ctx context.Context, personID string) ([]Review, error) {
	return s.store.Overdue(ctx, personID, s.now())
}

// FilterChanged shows the items whose linked account is not any more what was
// decided on.
const FilterChanged = "changed"

// Items lists items by number, behind the one with the number after. filter is
// empty, "open", the word of a decision, or FilterChanged. next is the number
// to go on behind, and 0 at the end. To find what changed, a call looks at up
// to 2,000 items, so that a page of those may be short and still have a next.
func (s *Service) Items(ctx context.Context, caller account.Caller, reviewID, filter string, after int64) (items []Item, next int64, err error) {
	if filter != FilterChanged {
		found, err := s.store.Items(ctx, reviewID, filter, after, itemsListed+1)
		if err != nil {
			return nil, 0, err
		}
		if len(found) > itemsListed {
			found = found[:itemsListed]
			next = found[itemsListed-1].Item.Number
		}
		return s.allSeenBy(caller.Person.ID, found), next, nil
	}
	for range itemsSought / (itemsListed * 4) {
		found, err := s.store.Items(ctx, reviewID, "", after, itemsListed*4)
		if err != nil || len(found) == 0 {
			return items, 0, err
		}
		for _, i := range s.allSeenBy(caller.Person.ID, found) {
			after = i.Number
			if len(i.ChangedSince) == 0 {
				continue
			}
			if items = append(items, i); len(items) == itemsListed {
				return items, after, nil
			}
		}
	}
	return items, after, nil
}

func (s *Service) allSeenBy(personID string, found []Standing) []Item {
	items := make([]Item, len(found))
	for i, st := range found {
		items[i] = s.seenBy(personID, st)
	}
	return items
}

// History lists the reviews that a linked account was part of, the latest first.
func (s *Service) History(ctx context.Context, credentialID string) ([]Past, error) {
	return s.store.History(ctx, credentialID, pastListed)
}

// Item gives one item of a review, for instance to decide it again.
func (s *Service) Item(ctx context.Context, caller account.Caller, reviewID, credentialID string) (Item, QueuePlace, error) {
	r, err := s.store.Review(ctx, reviewID)
	if err != nil {
		return Item{}, QueuePlace{}, err
	}
	st, err := s.store.Item(ctx, reviewID, credentialID)
	if err != nil {
		return Item{}, QueuePlace{}, err
	}
	item := s.seenBy(caller.Person.ID, st)
	return item, placeOf(r, item, caller), nil
}

// Next gives the first item behind the one with the number after that waits
// for a decision which the caller may make, and begins again at the start when
// it comes to the end.
func (s *Service) Next(ctx context.Context, caller account.Caller, reviewID string, after int64) (Item, QueuePlace, error) {
	r, err := s.store.Review(ctx, reviewID)
	if err != nil {
		return Item{}, QueuePlace{}, err
	}
	_, named := r.Reviewer(caller.Person.ID)
	switch {
	case r.State == Gathering:
		return Item{}, QueuePlace{}, ErrGathering
	case r.State == Closed:
		return Item{}, QueuePlace{}, ErrClosed
	case !named:
		return Item{}, QueuePlace{}, ErrNotReviewer
	}
	st, err := s.store.NextOpen(ctx, reviewID, caller.Person.ID, after)
	if errors.Is(err, ErrNothingLeft) && after > 0 {
		st, err = s.store.NextOpen(ctx, reviewID, caller.Person.ID, 0)
	}
	if err != nil {
		return Item{}, QueuePlace{}, err
	}
	item := s.seenBy(caller.Person.ID, st)
	return item, placeOf(r, item, caller), nil
}

func placeOf(r Review, i Item, caller account.Caller) QueuePlace {
	reviewer, _ := r.Reviewer(caller.Person.ID)
	return QueuePlace{Position: i.Position, Total: r.Total, Left: reviewer.Open}
}

// NameReviewer adds a reviewer, for instance when something is left that none
// of the others may decide. who is an e-mail address or an id.
func (s *Service) NameReviewer(ctx context.Context, caller account.Caller, actor audit.Actor, id, who string) error {
	r, err := s.tended(ctx, caller, id)
	if err != nil {
		return err
	}
	fields := fault.Fields{}
	found, err := s.named(ctx, []string{who}, fields)
	if err != nil {
		return err
	}
	if len(fields) == 0 && len(r.Reviewers) >= maxReviewers {
		fields["reviewers"] = sayManyReviewers
	}
	if err := fault.AtFields(fields); err != nil {
		return err
	}
	entry := s.entry(actor, audit.NameReviewer, r)
	entry.Changes = []audit.Change{{Field: "Reviewer", After: found[0].Email}}
	return s.store.AddReviewer(ctx, id, found[0], entry)
}

// Close ends a review by hand, so that a slip can be mended until then. What
// is undecided stays so, and the evidence says it. One that still gathers is not
// closed, unless that takes so long that it may never end: then it is closed with
// what it has.
func (s *Service) Close(ctx context.Context, caller account.Caller, actor audit.Actor, id string) error {
	r, err := s.tended(ctx, caller, id)
	if err != nil {
		return err
	}
	if r.State == Gathering && !r.MayClose(s.now()) {
		return ErrGathering
	}
	entry := s.entry(actor, audit.CloseReview, r)
	if err := s.store.CloseReview(ctx, id, caller.Person.Name, entry.At, entry); err != nil {
		return err
	}
	s.look()
	return nil
}

// tended finds a review that the caller may close or change.
func (s *Service) tended(ctx context.Context, caller account.Caller, id string) (Review, error) {
	r, err := s.store.Review(ctx, id)
	if err == nil && !r.MayTend(caller.Person.ID) {
		err = ErrNotTending
	}
	return r, err
}

func (s *Service) entry(actor audit.Actor, action audit.Action, r Review) audit.Entry {
	return audit.Entry{At: s.now(), Actor: actor, Action: action, Result: audit.Done, Detail: r.Name}
}

// word is the status word of a linked account.
func (s *Service) word(c credential.Credential, now time.Time) string {
	return c.Word(s.credentials.Clouds().Describe(c.Provider).ShortName, now)
}

// look wakes Run.
func (s *Service) look() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// longestPause is how long Run waits before it looks again by itself.
const longestPause = time.Minute

// Run starts what schedules have planned, gathers items and prepares evidence,
// until ctx ends. How far each review has come is in the store.
func (s *Service) Run(ctx context.Context) {
	timer := time.NewTicker(longestPause)
	defer timer.Stop()
	for ctx.Err() == nil {
		for _, work := range []struct {
			what string
			do   func(context.Context) error
		}{
			{"could not bring a scheduled review forward", s.bringForward},
			{"could not start a scheduled review", s.startDue},
			{"could not gather the items of a review", s.gather},
			{"could not prepare the evidence of a review", s.sealClosed},
		} {
			if err := work.do(ctx); err != nil && ctx.Err() == nil {
				s.log.Error(work.what, "cause", err)
			}
		}
		select {
		case <-ctx.Done():
		case <-s.wake:
		case <-timer.C:
		}
	}
}

// gather goes on with every review that has not got all its items. One that
// cannot go on does not hold up the others.
func (s *Service) gather(ctx context.Context) error {
	reviews, err := s.store.Gathering(ctx)
	if err != nil {
		return err
	}
	var trouble []error
	for _, r := range reviews {
		trouble = append(trouble, s.gatherOne(ctx, r))
	}
	return errors.Join(trouble...)
}

func (s *Service) gatherOne(ctx context.Context, r Review) error {
	err := s.register.Each(ctx, r.Selection, r.Gathered, func(rows []register.Row) error {
		if len(rows) == 0 {
			return nil
		}
		ids := make([]string, len(rows))
		for i, row := range rows {
			ids[i] = row.ID
		}
		return s.store.AddItems(ctx, r.ID, ids, rows[len(rows)-1].Number)
	})
	gathered, findErr := s.store.Review(ctx, r.ID)
	if findErr == nil && gathered.State != Gathering { // somebody closed it meanwhile
		return nil
	}
	if err = errors.Join(err, findErr); err != nil {
		return err
	}
	entry := s.entry(audit.BySystem(), audit.OpenReview, r)
	entry.Changes = []audit.Change{{Field: "Linked accounts", After: strconv.Itoa(gathered.Total)}}
	if gathered.Total == 0 {
		entry.Detail += ": nothing matched, so there is nothing to decide"
	}
	return s.store.OpenReview(ctx, r.ID, entry)
}
