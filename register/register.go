package register

import (
	"context"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"mooring/audit"
	"mooring/cloud"
	"mooring/credential"
	"mooring/text"
)

const (
	// PageSize is how many linked accounts a page lists.
	PageSize = 50

	chunkSize    = 1000 // that jobs, reviews and exports read at once
	refreshEvery = time.Minute
	refreshTurn  = 500 // statuses changed in one transaction
)

// Store lists linked accounts of all accounts. Its readers ask for no
// role: the route table does.
type Store interface {
	// ListLinked gives a page. The zero Cursor is the beginning.
	ListLinked(ctx context.Context, q Query, after Cursor, most int, now time.Time) (Listing, error)
	LinkedTotals(ctx context.Context) (Totals, error)
	// EachLinked walks a selection by number, size rows at a time.
	EachLinked(ctx context.Context, s Selection, afterNumber int64, size int, now time.Time, chunk func([]Row) error) error
	CountLinked(ctx context.Context, s Selection, now time.Time) (int, error)
	// AccountNames gives names of accounts that link something: those that begin
	// with some letters first, then those that have them.
	AccountNames(ctx context.Context, letters string, most int) ([]string, error)
	// AddExport writes that a list is about to be exported, if the actor still
	// is an administrator.
	AddExport(ctx context.Context, entry audit.Entry) error
	// RefreshStatuses sets the status of at most so many connected links whose
	// certificate ended, or began to expire, and says how many there were.
	RefreshStatuses(ctx context.Context, now time.Time, most int) (int, error)
}

// Listing is a page as the store gives it.
type Listing struct {
	Rows                    []Row
	Next                    Cursor // zero: the end
	Total                   int
	More                    bool
	NewestFirst, Unfinished bool
}

// Page is one page of the list.
type Page struct {
	Rows        []Row
	Next        string // leads to the next page; empty: this is the last
	Total       int
	More        bool // there are more than Total
	NewestFirst bool // so many match the search that they are not sorted as asked
	Unfinished  bool // so many were looked at that it stopped before the page was full; Next goes on
}

// Totals say how many linked accounts there are.
type Totals struct {
	All           int
	ByStatus      map[credential.Status]int
	ByProvider    map[string]int
	NeverReviewed int
}

// Pending is how many wait for approval.
func (t Totals) Pending() int { return t.ByStatus[credential.StatusPending] }

// Config is what Service needs.
type Config struct {
	Store  Store
	Clouds cloud.Registry // gives their names in exports
	Now    func() time.Time
	Log    *slog.Logger
}

// Service is the list of all linked accounts.
type Service struct {
	store  Store
	clouds cloud.Registry
	now    func() time.Time
	log    *slog.Logger
}

// NewService makes the service.
func NewService(c Config) *Service {
	return &Service{store: c.Store, clouds: c.Clouds, now: c.Now, log: c.Log}
}

// List gives the page that begins behind after, which is Page.Next of the page
// before. What is no such thing gives the first page.
func (r *Service) List(ctx context.Context, q Query, after string) (Page, error) {
	if q.MatchesNothing() {
		return Page{}, nil
	}
	found, err := r.store.ListLinked(ctx, q, readCursor(after, q), PageSize, r.now())
	if err != nil {
		return Page{}, err
	}
	return Page{Rows: found.Rows, Next: found.Next.String(), Total: found.Total, More: found.More,
		NewestFirst: found.NewestFirst, Unfinished: found.Unfinished}, nil
}

// namesSuggested is how many names of accounts are suggested.
const namesSuggested = 20

// AccountNames suggests names of accounts for what somebody has typed of one.
func (r *Service) AccountNames(ctx context.Context, typed string) ([]string, error) {
	letters := strings.ToLower(text.Line(typed))
	if utf8.RuneCountInString(letters) > longestName {
		return nil, nil
	}
	return r.store.AccountNames(ctx, letters, namesSuggested)
}

// Totals gives counts that are kept and not counted.
func (r *Service) Totals(ctx context.Context) (Totals, error) { return r.store.LinkedTotals(ctx) }

// RefreshStatuses gives connected links whose certificate ended, or began to
// expire, their status. It works in short turns, so that nobody waits for it.
func (r *Service) RefreshStatuses(ctx context.Context) error {
	for {
		changed, err := r.store.RefreshStatuses(ctx, r.now(), refreshTurn)
		if err != nil || changed < refreshTurn {
			return err
		}
	}
}

// Run keeps the statuses up to date until ctx ends.
func (r *Service) Run(ctx context.Context) {
	ticks := time.NewTicker(refreshEvery)
	defer ticks.Stop()
	for {
		if err := r.RefreshStatuses(ctx); err != nil && ctx.Err() == nil {
			r.log.Error("the statuses of linked accounts could not be brought up to date", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
	}
}
