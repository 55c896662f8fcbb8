package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"mooring/audit"
	"mooring/certificate"
	"mooring/cloud"
	"mooring/credential"
	"mooring/renewal"
)

// Renewals is the database as renewal.Store.
type Renewals struct{ db *DB }

var _ renewal.Store = Renewals{}

// Renewals gives the store of renewals.
func (db *DB) Renewals() Renewals { return Renewals{db} }

const (
	selectRenewal = `
	SELECT r.id, r.account_id, r.provider, r.environment, r.method, r.principal, r.predecessor, r.credential_id,
	       r.target, r.successor, r.predecessor_remote, r.successor_remote, r.step, r.asked_by, r.tries, r.next_at,
	       r.stage, r.verdict, r.code, r.said, r.failing_since, r.told, r.began_at, r.switched_at, r.ended_at,
	       coalesce(p.sha1, ''), coalesce(p.not_after, 0), coalesce(p.destroyed_at <> 0, 0), coalesce(s.sha1, ''), coalesce(s.not_after, 0)
	  FROM renewals r
	  LEFT JOIN certificates p ON p.id = r.predecessor
	  LEFT JOIN certificates s ON s.id = r.successor`
	renewalsReady = selectRenewal + ` WHERE r.next_at > 0 AND r.next_at <= ? ORDER BY r.next_at LIMIT ?`
	renewalNext   = `SELECT coalesce(min(next_at), 0) FROM renewals WHERE next_at > 0`

	// renewalsDue reads the certificates in the order of their time; whatever has been
	// renewed has no link any more.
	renewalsDue = selectCredential + `
	  JOIN json_each(?2) known ON known.value = c.provider
	 WHERE c.id IN (
	       SELECT min(u.id) FROM certificates m JOIN credentials u ON u.certificate_id = m.id
	        WHERE m.destroyed_at = 0 AND m.not_before + (m.not_after - m.not_before) / 3 * 2 <= ?1
	          AND u.state NOT IN ('disabled', 'stopped', 'pending-approval')
	          AND NOT EXISTS (SELECT 1 FROM renewals r
	                           WHERE r.predecessor = u.certificate_id AND r.account_id = u.account_id AND r.provider = u.provider
	                             AND r.environment = u.environment AND r.method = u.method AND r.principal = u.principal
	                             AND r.step NOT IN ('done', 'dropped'))
	        GROUP BY u.certificate_id, u.provider, u.environment, u.method, u.principal)
	 ORDER BY k.not_after LIMIT ?3`

	linksOfSignIn  = `SELECT id, state FROM credentials WHERE certificate_id = ?7 AND account_id = ?1 AND provider = ?2 AND environment = ?3 AND method = ?4 AND principal = ?5 ORDER BY id`
	linksElsewhere = selectCredential + `
	 WHERE c.account_id = ?1 AND c.provider = ?2 AND c.environment = ?3 AND c.method = ?4 AND c.principal = ?5
	   AND (?6 = '' OR c.id = ?6) AND c.certificate_id <> ?7
	 ORDER BY c.id`
	renewalsOfSignIn = selectRenewal + `
	 WHERE r.account_id = ?1 AND r.provider = ?2 AND r.environment = ?3 AND r.method = ?4 AND r.principal = ?5 AND r.credential_id = ?6
	 ORDER BY r.began_at DESC, r.id LIMIT ?7`

	// unusedCertificate is what no link signs with or tries, and no renewal needs.
	unusedCertificate = ` destroyed_at = 0 AND active = 0
	   AND NOT EXISTS (SELECT 1 FROM credentials c WHERE c.certificate_id = certificates.id)
	   AND NOT EXISTS (SELECT 1 FROM credentials c WHERE c.trial_certificate_id = certificates.id AND c.trial_certificate_id <> '')
	   AND NOT EXISTS (SELECT 1 FROM renewals r WHERE r.predecessor = certificates.id AND r.step NOT IN ('done', 'dropped'))
	   AND NOT EXISTS (SELECT 1 FROM renewals r WHERE r.successor = certificates.id AND r.successor <> '' AND r.step NOT IN ('done', 'dropped'))`
)

// storedTarget spells cloud.Target in the database.
type storedTarget struct {
	Environment string            `json:"environment"`
	Account     string            `json:"account"`
	Parent      string            `json:"parent"`
	Method      string            `json:"method"`
	Principal   string            `json:"principal"`
	Values      map[string]string `json:"values"`
}

func storeTarget(t cloud.Target) (string, error) {
	text, err := json.Marshal(storedTarget{t.Environment, t.Account, t.Parent, t.SignIn.Method, t.SignIn.Principal, t.SignIn.Values})
	return string(text), err
}

func (t storedTarget) target() cloud.Target {
	return cloud.Target{Environment: t.Environment, Account: t.Account, Parent: t.Parent,
		SignIn: cloud.SignIn{Method: t.Method, Principal: t.Principal, Values: t.Values}}
}

func scanRenewal(from row) (r renewal.Renewal, err error) {
	var target string
	err = from.Scan(&r.ID, &r.AccountID, &r.Provider, &r.Environment, &r.Method, &r.Principal, &r.CertificateID, &r.CredentialID,
		&target, &r.SuccessorID, &r.RemoteID, &r.SuccessorRemoteID, &r.Step, &r.AskedBy, &r.Tries, (*moment)(&r.NextAt),
		&r.Trouble.Stage, &r.Trouble.Verdict, &r.Trouble.Code, &r.Trouble.Said, (*moment)(&r.FailingSince), &r.Told, (*moment)(&r.BeganAt), (*moment)(&r.SwitchedAt), (*moment)(&r.EndedAt),
		&r.SHA1, (*moment)(&r.NotAfter), &r.Destroyed, &r.SuccessorSHA1, (*moment)(&r.SuccessorNotAfter))
	if err != nil {
		return r, err
	}
	var stored storedTarget
	err = json.Unmarshal([]byte(target), &stored)
	r.Target = stored.target()
	return r, err
}

// Due lists links, one of each sign-in whose certificate is to be renewed.
func (s Renewals) Due(ctx context.Context, now time.Time, providers []string, most int) ([]credential.Credential, error) {
	known, err := json.Marshal(providers)
	if err != nil {
		return nil, err
	}
	return all(ctx, s.db.readers, scanCredential, renewalsDue, moment(now), string(known), most)
}

// Begin stores a renewal, and the leaf that was issued for it.
func (s Renewals) Begin(ctx context.Context, r renewal.Renewal, issued *certificate.Issued, entries ...audit.Entry) error {
	target, err := storeTarget(r.Target)
	if err != nil {
		return err
	}
	return s.db.writeAll(ctx, entries, func(tx *sql.Tx) error {
		if issued != nil {
			if err := addLeaf(ctx, tx, *issued); err != nil {
				return err
			}
			if err := s.db.addEntry(ctx, tx, issued.Entry); err != nil {
				return err
			}
		}
		err := run(ctx, tx, `
			INSERT INTO renewals (id, account_id, provider, environment, method, principal, credential_id, predecessor, successor,
			       predecessor_remote, successor_remote, target, step, asked_by, tries, next_at, began_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			r.ID, r.AccountID, r.Provider, r.Environment, r.Method, r.Principal, r.CredentialID, r.CertificateID, r.SuccessorID,
			r.RemoteID, r.SuccessorRemoteID, target, r.Step, r.AskedBy, r.Tries, moment(r.NextAt), moment(r.BeganAt))
		if refusedAsDouble(err) {
			return renewal.ErrOpen
		}
		return err
	})
}

// Ready lists renewals whose next step has come.
func (s Renewals) Ready(ctx context.Context, now time.Time, most int) ([]renewal.Renewal, error) {
	return all(ctx, s.db.readers, scanRenewal, renewalsReady, moment(now), most)
}

// Next says when the next step of any renewal comes.
func (s Renewals) Next(ctx context.Context) (time.Time, error) {
	next, err := value[moment](s.db.readers.QueryRowContext(ctx, renewalNext))
	return time.Time(next), err
}

// Save stores what has become of a renewal.
func (s Renewals) Save(ctx context.Context, r renewal.Renewal, entries ...audit.Entry) error {
	return s.db.writeAll(ctx, entries, func(tx *sql.Tx) error { return saveRenewal(ctx, tx, r) })
}

func saveRenewal(ctx context.Context, tx *sql.Tx, r renewal.Renewal) error {
	return run(ctx, tx, `
		UPDATE renewals
		   SET successor = ?, predecessor_remote = ?, successor_remote = ?, step = ?, tries = ?, next_at = ?, stage = ?, verdict = ?, code = ?, said = ?,
		       failing_since = ?, told = ?, switched_at = ?, ended_at = ?
		 WHERE id = ? AND account_id = ?`,
		r.SuccessorID, r.RemoteID, r.SuccessorRemoteID, r.Step, r.Tries, moment(r.NextAt), r.Trouble.Stage, r.Trouble.Verdict, r.Trouble.Code, r.Trouble.Said,
		moment(r.FailingSince), r.Told, moment(r.SwitchedAt), moment(r.EndedAt), r.ID, r.AccountID)
}

func signInArgs(s renewal.SignIn, more ...any) []any {
	return append([]any{s.AccountID, s.Provider, s.Environment, s.Method, s.Principal, s.CredentialID}, more...)
}

// Links lists the links of a sign-in.
func (s Renewals) Links(ctx context.Context, in renewal.SignIn) ([]renewal.Link, error) {
	return all(ctx, s.db.readers, func(r row) (l renewal.Link, err error) { err = r.Scan(&l.ID, &l.State); return l, err },
		linksOfSignIn, signInArgs(in, in.CertificateID)...)
}

// LinksElsewhere lists the links at the same principal that sign with another
// certificate.
func (s Renewals) LinksElsewhere(ctx context.Context, in renewal.SignIn) ([]credential.Credential, error) {
	return all(ctx, s.db.readers, scanCredential, linksElsewhere, signInArgs(in, in.CertificateID)...)
}

// Switch is Save, and has the links of r that are not in use sign with the successor. remoteField is
// where their sign-ins keep what the cloud calls it; empty: nowhere.
func (s Renewals) Switch(ctx context.Context, r renewal.Renewal, remoteField string, entries ...audit.Entry) error {
	return s.db.writeAll(ctx, entries, func(tx *sql.Tx) error {
		if err := saveRenewal(ctx, tx, r); err != nil {
			return err
		}
		return run(ctx, tx, `
			UPDATE credentials
			   SET certificate_id = ?8, sign_in = CASE WHEN ?9 = '' THEN sign_in WHEN ?10 = '' THEN json_remove(sign_in, '$.' || ?9) ELSE json_set(sign_in, '$.' || ?9, ?10) END,
			       expires_at = (SELECT not_after FROM certificates WHERE id = ?8)
			 WHERE certificate_id = ?7 AND account_id = ?1 AND provider = ?2 AND environment = ?3 AND method = ?4 AND principal = ?5
			   AND (?6 = '' OR id = ?6) AND state IN ('disabled', 'stopped', 'pending-approval')`,
			signInArgs(r.SignIn, r.CertificateID, r.SuccessorID, remoteField, r.SuccessorRemoteID)...)
	})
}

// History lists the renewals of a sign-in, the latest first.
func (s Renewals) History(ctx context.Context, in renewal.SignIn, most int) ([]renewal.Renewal, error) {
	return all(ctx, s.db.readers, scanRenewal, renewalsOfSignIn, signInArgs(in, most)...)
}

// Destroy destroys the private key of a certificate that nothing uses. What SQLite wrote
// of it is overwritten in the file, and the log that may hold it is emptied.
func (s Renewals) Destroy(ctx context.Context, accountID, certificateID string, now time.Time) (destroyed bool, err error) {
	err = s.db.change(ctx, func(tx *sql.Tx) error {
		destroyed, err = touches(ctx, tx, `UPDATE certificates SET sealed_key = x'', destroyed_at = ? WHERE id = ? AND account_id = ? AND`+unusedCertificate,
			moment(now), certificateID, accountID)
		return err
	})
	if err != nil || !destroyed {
		return destroyed, err
	}
	return true, s.db.emptyLog(ctx)
}

// DestroyExpired destroys the private keys of certificates that have ended and that
// nothing uses.
func (s Renewals) DestroyExpired(ctx context.Context, now time.Time) (n int, err error) {
	err = s.db.change(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `
			UPDATE certificates SET sealed_key = x'', destroyed_at = ?1
			 WHERE not_before + (not_after - not_before) / 3 * 2 <= ?1 AND not_after <= ?1 AND`+unusedCertificate, moment(now))
		if err != nil {
			return err
		}
		rows, err := result.RowsAffected()
		n = int(rows)
		return err
	})
	if err != nil || n == 0 {
		return n, err
	}
	return n, s.db.emptyLog(ctx)
}

// emptyLog has SQLite write its log into the file and cut it to nothing, as far as
// nobody reads from it. What stays is overwritten by later changes.
func (db *DB) emptyLog(ctx context.Context) error {
	connection, err := db.writer.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close() }()
	_, err = connection.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
	return err
}

// IsCopy reports whether the database is a copy that nobody has confirmed.
func (s Renewals) IsCopy(ctx context.Context) (bool, error) { return s.db.IsCopy(ctx) }
