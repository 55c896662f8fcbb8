package db

import (
	"context"
	"encoding/json"

	"mooring/review"
)

// The columns of a row and where they are read from. CROSS JOIN is how SQLite
// is told to look at what is linked first.
const (
	linkedColumns = `c.number, c.id, c.account_id, a.name, c.provider, c.label, c.subscription_name, c.subscription_id,
	       coalesce(p.id, ''), coalesce(p.name, ''), coalesce(p.email, ''),
	       c.state, c.last_checked_at, c.could_not_check_at, c.expires_at, c.reviewed_at, coalesce(r.name, ''), c.reason, c.rights, c.warnings`
	linkedJoins = `
	 CROSS JOIN accounts a ON a.id = c.account_id
	  LEFT JOIN people p ON p.id = c.created_by
	  LEFT JOIN people r ON r.id = c.reviewed_by`
)

func scanLinked(r row) (l review.Row, err error) {
	err = r.Scan(&l.Number, &l.ID, &l.AccountID, &l.Account, &l.Provider, &l.Label, &l.SubscriptionName, &l.SubscriptionID,
		&l.LinkedByID, &l.LinkedBy, &l.LinkedByEmail,
		&l.State, (*moment)(&l.LastCheckedAt), (*moment)(&l.CouldNotCheckAt), (*moment)(&l.ExpiresAt), (*moment)(&l.ReviewedAt),
		&l.ReviewedBy, &l.Reason, (*rights)(&l.Rights), (*warnings)(&l.Reported))
	return l, err
}

// numbered is a source of rows by a JSON list of their numbers.
const numbered = `json_each(?12) j CROSS JOIN credentials c ON c.number = j.value`

// rowsOf reads all rows of a source that match the filter. They come in no order.
func (l listing) rowsOf(ctx context.Context, source, where string) ([]review.Row, error) {
	return all(ctx, l.from, scanLinked, rowsFrom(source, where), l.filter.args(arguments{})...)
}

func rowsFrom(source, where string) string {
	return `SELECT ` + linkedColumns + ` FROM ` + source + linkedJoins + ` WHERE ` + where + ` AND ` + matches
}

// rowsNumbered reads those of the numbers that match the filter. They come in no order.
func (s Register) rowsNumbered(ctx context.Context, f linkedFilter, numbers []int64) ([]review.Row, error) {
	if len(numbers) == 0 {
		return nil, nil
	}
	list, err := json.Marshal(numbers)
	if err != nil {
		return nil, err
	}
	return all(ctx, s.from, scanLinked, rowsFrom(numbered, `TRUE`), f.args(arguments{list: string(list)})...)
}
