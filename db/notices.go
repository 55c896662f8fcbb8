package db

import (
	"context"
	"database/sql"
	"time"

	"mooring/account"
	"mooring/audit"
)

// A page shows a few notices; the others come when those are dismissed.
const noticesOfPerson = `
	SELECT id, kind, count, at, address, agent, detail
	  FROM notices
	 WHERE person_id = ?
	 ORDER BY at DESC, id DESC
	 LIMIT 10`

func scanNotice(r row) (n account.Notice, err error) {
	err = r.Scan(&n.ID, &n.Kind, &n.Count, (*moment)(&n.At), &n.Address, &n.Agent, &n.Detail)
	return n, err
}

func addNotice(ctx context.Context, tx *sql.Tx, personID string, n account.Notice) error {
	return run(ctx, tx, `INSERT INTO notices (person_id, kind, count, at, address, agent, detail) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		personID, n.Kind, n.Count, moment(n.At), n.Address, n.Agent, n.Detail)
}

// countFailure keeps failed sign-ins in one notice, so that who guesses cannot
// bury the others. Nobody is told when PersonID is empty.
func countFailure(ctx context.Context, tx *sql.Tx, f account.Failure, entry audit.Entry) error {
	counted, err := touches(ctx, tx, `UPDATE notices SET count = count + 1, at = ?, address = ?, agent = ? WHERE person_id = ? AND kind = ?`,
		moment(entry.At), entry.Actor.Address, f.Agent, f.PersonID, account.NoticeFailedSignIns)
	if err != nil || counted {
		return err
	}
	return run(ctx, tx, `
		INSERT INTO notices (person_id, kind, count, at, address, agent, detail)
		SELECT id, ?, 1, ?, ?, ?, '' FROM people WHERE id = ?`,
		account.NoticeFailedSignIns, moment(entry.At), entry.Actor.Address, f.Agent, f.PersonID)
}

// DismissNotices removes the notices up to the latest that the person has seen.
func (a Accounts) DismissNotices(ctx context.Context, personID string, until time.Time) error {
	return a.db.change(ctx, func(tx *sql.Tx) error {
		return run(ctx, tx, `DELETE FROM notices WHERE person_id = ? AND at <= ?`, personID, moment(until))
	})
}
