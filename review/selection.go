package review

import "context"

// Selection is some linked accounts, or all that match a query.
type Selection struct {
	IDs   []string // unless All
	All   bool
	Query Query

	// AccountID is whom Query.Account meant when the selection was stored, which
	// somebody else may be called later. Empty: whoever is called so.
	AccountID string
}

// Each walks a selection in the order of linking, from behind a number, and
// hands over up to a thousand at a time. Nothing is held in the database while
// chunk works, so that it may take as long as it needs. It ends with the first
// error of chunk.
func (r *Register) Each(ctx context.Context, s Selection, afterNumber int64, chunk func([]Row) error) error {
	if err := s.check(); err != nil {
		return err
	}
	return r.store.EachLinked(ctx, s, afterNumber, chunkSize, r.now(), chunk)
}

// Count counts a selection, which may take seconds for a combination of filters.
func (r *Register) Count(ctx context.Context, s Selection) (int, error) {
	if err := s.check(); err != nil {
		return 0, err
	}
	return r.store.CountLinked(ctx, s, r.now())
}

// check refuses to take everything for what matches a search that is too short
// to be looked for, or a filter that means nothing.
func (s Selection) check() error {
	if s.All && s.Query.MatchesNothing() {
		return ErrUnknownFilter.At("selection")
	}
	if s.All && s.Query.TooShort() {
		return ErrSearchTooShort.At("search")
	}
	return nil
}
