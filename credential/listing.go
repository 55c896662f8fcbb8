package credential

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"mooring/cloud"
	"mooring/text"
)

// ListSort is what an account's list of linked accounts is sorted by.
type ListSort string

// The orders. Their spelling is that of the URL.
const (
	ByLabel   ListSort = "label" // unless another is asked for
	ByStatus  ListSort = "status"
	ByChecked ListSort = "checked"
	ByExpires ListSort = "expires"
)

// Listing says which linked accounts of one account are listed, and in which
// order. The zero value is all of them by label.
type Listing struct {
	Search     string // words that all occur in the label, or the name or ID of what is linked
	Provider   string // key; empty: any
	Status     Status // empty: any
	Asked      bool   // only what a review asks about
	Sort       ListSort
	Descending bool
}

// Filters reports whether the listing leaves out anything.
func (l Listing) Filters() bool {
	return l.Provider != "" || l.Status != "" || l.Asked || text.Line(l.Search) != ""
}

// Entry is what is known about a linked account without reading all of it.
type Entry struct {
	ID, Provider, Label            string
	CloudAccountName, CloudAccount string // its name and ID
	CloudAccountAlias              string // another ID of it; mostly empty
	Status                         Status
	LastCheckedAt, CertificateEnds time.Time
	Asked                          bool // an open review asks its owners something
}

// statusOrder has what needs a person first.
var statusOrder = []Status{StatusAttention, StatusExpiring, StatusWarning, StatusPending, StatusWaiting, StatusUnchecked, StatusConnected, StatusDisabled}

// Select gives the entries that are listed, in their order.
func (l Listing) Select(all []Entry) []Entry {
	words := strings.Fields(strings.ToLower(text.Line(l.Search)))
	var listed []Entry
	for _, e := range all {
		if (l.Provider == "" || e.Provider == l.Provider) && (l.Status == "" || e.Status == l.Status) && (!l.Asked || e.Asked) && e.has(words) {
			listed = append(listed, e)
		}
	}
	slices.SortStableFunc(listed, func(a, b Entry) int {
		order := l.compare(a, b)
		if l.Descending {
			order = -order
		}
		return cmp.Or(order, strings.Compare(strings.ToLower(a.Label), strings.ToLower(b.Label)), strings.Compare(a.ID, b.ID))
	})
	return listed
}

func (l Listing) compare(a, b Entry) int {
	switch l.Sort {
	case ByStatus:
		return cmp.Compare(slices.Index(statusOrder, a.Status), slices.Index(statusOrder, b.Status))
	case ByChecked:
		return a.LastCheckedAt.Compare(b.LastCheckedAt)
	case ByExpires:
		return a.CertificateEnds.Compare(b.CertificateEnds)
	}
	return strings.Compare(strings.ToLower(a.Label), strings.ToLower(b.Label))
}

// has reports whether all words occur. They are in lower case.
func (e Entry) has(words []string) bool {
	if len(words) == 0 {
		return true
	}
	in := strings.ToLower(e.Label + "\n" + e.CloudAccountName + "\n" + e.CloudAccount + "\n" + e.CloudAccountAlias)
	return !slices.ContainsFunc(words, func(word string) bool {
		account := cloud.AccountIn(word)
		return !strings.Contains(in, word) && (account == "" || account != e.CloudAccount)
	})
}

// Entries gives all that the account links. It reads little of each.
func (s *Service) Entries(ctx context.Context, accountID string) ([]Entry, error) {
	return s.store.Entries(ctx, accountID)
}

// Some gives these linked accounts of the account, in the order of their IDs in
// ids. Those that are gone are left out.
func (s *Service) Some(ctx context.Context, accountID string, ids []string) ([]Credential, error) {
	found, err := s.store.Some(ctx, accountID, ids)
	if err != nil {
		return nil, err
	}
	place := make(map[string]int, len(ids))
	for i, id := range ids {
		place[id] = i
	}
	slices.SortFunc(found, func(a, b Credential) int { return cmp.Compare(place[a.ID], place[b.ID]) })
	return found, nil
}
