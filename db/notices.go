package db

import (
	"context"
	"database/sql"
	"encoding/json"

	"mooring/account"
)

// A page shows a few notices; the others come when those are dismissed.
const noticesOfPerson = `
	SELECT id, kind, count, at, address, agent, detail
	  FROM notices
	 WHERE person_id = ?1 AND NOT (seen_there = 1 AND made_in IS ?2)
	 ORDER BY at DESC, id DESC
	 LIMIT 10`

func scanNotice(r row) (n account.Notice, err error) {
	err = r.Scan(&n.ID, &n.Kind, &n.Count, (*moment)(&n.At), &n.Address, &n.Agent, &n.Detail)
	return n, err
}

// addNotice tells somebody something. Nobody is told when there is no such
// person, and who comes with one step is not told of themselves.
func addNotice(ctx context.Context, tx *sql.Tx, personID string, n account.Notice) error {
	return run(ctx, tx, `
		INSERT INTO notices (person_id, kind, count, at, address, agent, detail, made_in, seen_there)
		SELECT id, ?, ?, ?, ?, ?, ?, (SELECT s.id FROM sessions s WHERE s.id = ?), ? FROM people WHERE id = ?`,
		n.Kind, n.Count, moment(n.At), n.Address, n.Agent, n.Detail, n.SessionID, n.Kind == account.NoticeHalfSignIn, personID)
}

// stepDone drops what somebody was offered after the set-up and has done now.
// detail is that of the notice.
func stepDone(ctx context.Context, tx *sql.Tx, kind account.NoticeKind, personID, detail string) error {
	return run(ctx, tx, `DELETE FROM notices WHERE person_id = ? AND kind = ? AND detail IN ('', ?)`, personID, kind, detail)
}

// countNotice keeps what anybody can make happen often in one notice, so that
// it cannot bury the others.
func countNotice(ctx context.Context, tx *sql.Tx, personID string, n account.Notice) error {
	counted, err := touches(ctx, tx, `UPDATE notices SET count = count + 1, at = ?, address = ?, agent = ? WHERE person_id = ? AND kind = ?`,
		moment(n.At), n.Address, n.Agent, personID, n.Kind)
	if err != nil || counted {
		return err
	}
	n.Count = 1
	return addNotice(ctx, tx, personID, n)
}

// tellOfHalf tells of somebody who has come with one step, until they take the
// other. Who begins again in the same browser is told of once. Those whose
// session has ended are counted in one notice.
func tellOfHalf(ctx context.Context, tx *sql.Tx, s account.Session) error {
	for _, statement := range []string{`
		INSERT INTO notices (person_id, kind, count, at, address, agent, detail, seen_there)
		SELECT person_id, kind, sum(count), max(at), address, agent, '', 0
		  FROM notices WHERE person_id = ?1 AND kind = ?2 AND made_in IS NULL
		 GROUP BY kind HAVING count(*) > 1`, `
		DELETE FROM notices
		 WHERE person_id = ?1 AND kind = ?2 AND made_in IS NULL
		   AND id < (SELECT max(id) FROM notices WHERE person_id = ?1 AND kind = ?2 AND made_in IS NULL)`,
	} {
		if err := run(ctx, tx, statement, s.PersonID, account.NoticeHalfSignIn); err != nil {
			return err
		}
	}
	return addNotice(ctx, tx, s.PersonID, account.Notice{Kind: account.NoticeHalfSignIn, Count: 1, At: s.CreatedAt, Address: s.Address, Agent: s.Agent, SessionID: s.ID})
}

// DismissNotices removes the notices that a person has seen, as they were then.
// What the session did that they ask in is hidden there, and stays for the others.
func (a Accounts) DismissNotices(ctx context.Context, personID, sessionID string, shown map[int64]int) error {
	seen, err := json.Marshal(shown)
	if err != nil {
		return err
	}
	return a.db.change(ctx, func(tx *sql.Tx) error {
		const asShown = ` WHERE person_id = ?1 AND EXISTS (SELECT 1 FROM json_each(?3) j WHERE j.key = notices.id || '' AND j.value = notices.count)`
		for _, statement := range []string{
			`UPDATE notices SET seen_there = 1` + asShown + ` AND made_in IS ?2`,
			`DELETE FROM notices` + asShown + ` AND made_in IS NOT ?2`,
		} {
			if err := run(ctx, tx, statement, personID, sessionID, string(seen)); err != nil {
				return err
			}
		}
		return nil
	})
}
