package db

import (
	"context"
	"database/sql"

	"mooring/audit"
)

func addEntry(ctx context.Context, tx *sql.Tx, e audit.Entry) error {
	return run(ctx, tx, `
		INSERT INTO audit (at, actor_id, actor_name, actor_address, request_id,
		                   action, account_id, credential_id, result, detail)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		moment(e.At), e.Actor.PersonID, e.Actor.Name, e.Actor.Address, e.Actor.RequestID,
		e.Action, e.AccountID, e.CredentialID, e.Result, e.Detail)
}

const auditOfAccount = `
	SELECT at, actor_id, actor_name, actor_address, request_id,
	       action, account_id, credential_id, result, detail
	  FROM audit
	 WHERE account_id = ?
	 ORDER BY id DESC
	 LIMIT ?`

// Audit lists the latest entries about an account, the latest first. Those
// about no account, such as sign-ins, are found under the empty id.
func (db *DB) Audit(ctx context.Context, accountID string, most int) ([]audit.Entry, error) {
	return all(ctx, db.readers, scanEntry, auditOfAccount, accountID, most)
}

func scanEntry(r row) (e audit.Entry, err error) {
	err = r.Scan((*moment)(&e.At), &e.Actor.PersonID, &e.Actor.Name, &e.Actor.Address, &e.Actor.RequestID,
		&e.Action, &e.AccountID, &e.CredentialID, &e.Result, &e.Detail)
	return e, err
}
