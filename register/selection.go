package register

import (
	"context"
	"net/url"

	"mooring/text"
)

// MostSelected is how many linked accounts may be selected one by one.
const MostSelected = 1000

// Selection is some linked accounts, or all that match a query.
type Selection struct {
	IDs   []string // unless All
	All   bool
	Query Query

	// AccountID is whom Query.Account meant when the selection was stored, which
	// somebody else may be called later. Empty: whoever is called so.
	AccountID string
}

// About says in words what a selection selects.
func (s Selection) About() string {
	switch {
	case s.All:
		return s.Query.Sentence()
	case len(s.IDs) == 1:
		return "1 linked account"
	}
	return text.Number(len(s.IDs)) + " linked accounts"
}

// Each walks a selection in the order of linking, from behind a number, and
// hands over up to a thousand at a time. Nothing is held in the database while
// chunk works, so that it may take as long as it needs. It ends with the first
// error of chunk.
func (r *Service) Each(ctx context.Context, s Selection, afterNumber int64, chunk func([]Row) error) error {
	if err := s.Check(); err != nil {
		return err
	}
	return r.store.EachLinked(ctx, s, afterNumber, chunkSize, r.now(), chunk)
}

// Count counts a selection, which may take seconds for a combination of filters.
func (r *Service) Count(ctx context.Context, s Selection) (int, error) {
	if err := s.Check(); err != nil {
		return 0, err
	}
	return r.store.CountLinked(ctx, s, r.now())
}

// Check refuses to take everything for what matches a search that is too short
// to be looked for, or a filter that means nothing.
func (s Selection) Check() error {
	if s.All && s.Query.MatchesNothing() {
		return ErrUnknownFilter.At("selection")
	}
	if s.All && s.Query.TooShort() {
		return ErrSearchTooShort.At("search")
	}
	return nil
}

// Values spells a selection as the fields of a form: those of its query with all=yes,
// or the linked accounts one by one.
func (s Selection) Values() url.Values {
	if s.All {
		v := s.Query.Values()
		v.Set("all", "yes")
		return v
	}
	return url.Values{"credential": s.IDs}
}
