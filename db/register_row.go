package db

import (
	"mooring/db/registerquery"
	"mooring/register"
)

// The columns of a row and where they are read from. CROSS JOIN is how SQLite
// is told to look at what is linked first.
const (
	linkedColumns = `c.number, c.id, c.account_id, a.name, c.provider, c.label, c.cloud_account_name, c.cloud_account, c.cloud_account_alias,
	       coalesce(p.id, ''), coalesce(p.name, ''), coalesce(p.email, ''),
	       c.state, c.last_checked_at, c.could_not_check_at, c.expires_at, c.reviewed_at, coalesce(r.name, ''), c.reason, c.rights, c.warnings`
	linkedJoins = `
	 CROSS JOIN accounts a ON a.id = c.account_id
	  LEFT JOIN people p ON p.id = c.created_by
	  LEFT JOIN people r ON r.id = c.reviewed_by`
)

func scanLinked(r registerquery.Scanner) (l register.Row, err error) {
	err = r.Scan(&l.Number, &l.ID, &l.AccountID, &l.Account, &l.Provider, &l.Label, &l.CloudAccountName, &l.CloudAccount, &l.CloudAccountAlias,
		&l.LinkedByID, &l.LinkedBy, &l.LinkedByEmail,
		&l.State, (*moment)(&l.LastCheckedAt), (*moment)(&l.CouldNotCheckAt), (*ending)(&l.ExpiresAt), (*moment)(&l.ReviewedAt),
		&l.ReviewedBy, &l.Reason, (*rights)(&l.Rights), (*warnings)(&l.Reported))
	return l, err
}

// linkedRows is how the planner of the register reads rows.
var linkedRows = registerquery.Rows{Columns: linkedColumns, Joins: linkedJoins, Scan: scanLinked}
