package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/certificate"
	"mooring/credential"
)

// Credentials is the database as credential.Store.
type Credentials struct {
	db   *DB
	most int // of one account; 0: any number
}

var _ credential.Store = Credentials{}

// Credentials gives the store of credentials and their verifications.
func (db *DB) Credentials() Credentials { return Credentials{db: db} }

// selectCredential reads a credential with all that is read along, so that a
// list is one query.
const selectCredential = `
	SELECT c.number, c.id, c.account_id, c.provider, c.label,
	       c.environment, c.method, c.cloud_account, c.cloud_parent, c.principal, c.sign_in,
	       coalesce(c.certificate_id, ''), c.state, c.version, c.cloud_account_name, c.rights,
	       coalesce(c.created_by, ''), c.created_at, c.fresh_from,
	       c.last_checked_at, c.could_not_check_at, c.attempts, c.next_check_at, c.next_trigger, c.repeats, c.repeats_from,
	       c.reason, coalesce(c.decided_by, ''), c.decided_at, c.approved_rights, c.warnings, c.trial_certificate_id, c.reviewed_at, coalesce(c.reviewed_by, ''),
	       coalesce(p.name, ''), coalesce(d.name, ''), coalesce(r.name, ''), coalesce(k.not_after, 0), coalesce(k.sha1, ''), coalesce(k.active OR k.authority_id IS NOT NULL, 1), coalesce(n.id, ''), coalesce(n.link_name, ''), c.stranger,
	       c.cloud_account_alias, coalesce(k.not_before, 0),
	       coalesce((SELECT v.id FROM verifications v WHERE v.credential_id = c.id AND v.version = c.version AND v.finished_at = 0), '')
	  FROM credentials c
	  LEFT JOIN certificates k ON k.id = c.certificate_id
	  LEFT JOIN authorities n ON n.credential_id = c.id
	  LEFT JOIN people p ON p.id = c.created_by
	  LEFT JOIN people d ON d.id = c.decided_by
	  LEFT JOIN people r ON r.id = c.reviewed_by`

const (
	credentialByID       = selectCredential + ` WHERE c.account_id = ? AND c.id = ?`
	credentialsOfAccount = selectCredential + ` WHERE c.account_id = ? ORDER BY c.provider, c.label, c.id`
	entriesOfAccount     = `
	SELECT c.id, c.provider, c.label, c.cloud_account_name, c.cloud_account, c.cloud_account_alias, c.status, c.last_checked_at, c.expires_at,
	       EXISTS (SELECT 1 FROM review_items i JOIN reviews r ON r.id = i.review_id
	                WHERE i.account_id = c.account_id AND i.credential_id = c.id AND i.stage = 'asked' AND r.state = 'open')
	  FROM credentials c
	 WHERE c.account_id = ?`
	someOfAccount    = selectCredential + ` WHERE c.id IN (SELECT value FROM json_each(?2)) AND c.account_id = ?1`
	credentialsAsked = selectCredential + `
	 WHERE c.next_check_at > 0 AND c.next_check_at <= ? AND c.state NOT IN ('disabled', 'stopped', 'pending-approval') AND c.next_trigger = 'person'
	 ORDER BY c.next_check_at
	 LIMIT ?`
	credentialsDue = selectCredential + `
	 WHERE c.next_check_at > 0 AND c.next_check_at <= ? AND c.state NOT IN ('disabled', 'stopped', 'pending-approval') AND c.next_trigger <> 'person'
	 ORDER BY c.next_check_at
	 LIMIT ?`
	// credentialsBeyond are planned for later than anything can be: the clock was
	// ahead when somebody planned them.
	credentialsBeyond = selectCredential + `
	 WHERE c.next_check_at > 0 AND c.next_check_at > ? AND c.state NOT IN ('disabled', 'stopped', 'pending-approval')
	 ORDER BY c.next_check_at
	 LIMIT ?`
	// credentialsInTurn gives each account its first one before any gets its second.
	credentialsInTurn = `
	WITH due AS (
	    SELECT id, next_check_at, next_trigger = 'person' AS asked,
	           row_number() OVER (PARTITION BY account_id, next_trigger = 'person' ORDER BY next_check_at) AS turn
	      FROM credentials
	     WHERE next_check_at > 0 AND next_check_at <= ? AND state NOT IN ('disabled', 'stopped', 'pending-approval')),
	first AS (SELECT id, asked, turn FROM due ORDER BY asked DESC, turn, next_check_at LIMIT ?)` +
		selectCredential + `
	  JOIN first ON first.id = c.id
	 ORDER BY first.asked DESC, first.turn, c.next_check_at`
	nextDue = `
	SELECT coalesce(min(next_check_at), 0) FROM credentials
	 WHERE next_check_at > 0 AND next_check_at > ? AND state NOT IN ('disabled', 'stopped', 'pending-approval')`
)

func scanCredential(r row) (c credential.Credential, err error) {
	err = r.Scan(&c.Number, &c.ID, &c.AccountID, &c.Provider, &c.Label,
		&c.Target.Environment, &c.Target.SignIn.Method, &c.Target.Account, &c.Target.Parent, &c.Target.SignIn.Principal, (*values)(&c.Target.SignIn.Values),
		&c.CertificateID, &c.State, &c.Version, &c.CloudAccountName, (*rights)(&c.Rights),
		&c.CreatedBy, (*moment)(&c.CreatedAt), (*moment)(&c.FreshFrom),
		(*moment)(&c.LastCheckedAt), (*moment)(&c.CouldNotCheckAt), &c.Attempts, (*moment)(&c.NextCheckAt), &c.NextTrigger, &c.Repeats, (*moment)(&c.RepeatsFrom),
		&c.Reason, &c.DecidedBy, (*moment)(&c.DecidedAt), (*keys)(&c.ApprovedRights), (*warnings)(&c.Reported), &c.TrialCertificateID, (*moment)(&c.ReviewedAt), &c.ReviewedBy,
		&c.CreatedByName, &c.DecidedByName, &c.ReviewedByName, (*moment)(&c.CertificateExpires), &c.CertificateSHA1, &c.CertificateIsCurrent, &c.AuthorityID, &c.LinkName, &c.Stranger,
		&c.Target.Alias, (*moment)(&c.CertificateBegins), &c.RunningVerification)
	return c, err
}

// Find gives one credential of the account.
func (s Credentials) Find(ctx context.Context, accountID, id string) (credential.Credential, error) {
	return one(ctx, s.db.readers, scanCredential, credential.ErrNotFound, credentialByID, accountID, id)
}

// List gives the account's credentials by provider and label.
func (s Credentials) List(ctx context.Context, accountID string) ([]credential.Credential, error) {
	return all(ctx, s.db.readers, scanCredential, credentialsOfAccount, accountID)
}

// Entries reads what a list is filtered and sorted by.
func (s Credentials) Entries(ctx context.Context, accountID string) ([]credential.Entry, error) {
	return all(ctx, s.db.readers, func(r row) (e credential.Entry, err error) {
		err = r.Scan(&e.ID, &e.Provider, &e.Label, &e.CloudAccountName, &e.CloudAccount, &e.CloudAccountAlias, &e.Status,
			(*moment)(&e.LastCheckedAt), (*ending)(&e.CertificateEnds), &e.Asked)
		return e, err
	}, entriesOfAccount, accountID)
}

// Some gives those of the account that have one of these IDs.
func (s Credentials) Some(ctx context.Context, accountID string, ids []string) ([]credential.Credential, error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	return all(ctx, s.db.readers, scanCredential, someOfAccount, accountID, string(list))
}

// longestPlan is longer than anything is planned ahead.
const longestPlan = credential.RecheckAfter + time.Hour

// Due lists credentials whose check has come: what a person asked for first,
// then the longest waiting. If there are more than most, the accounts take turns:
// looking at all of them to find out costs more than most. What is planned for
// later than it can be is due as well: a clock that was ahead postpones nothing.
func (s Credentials) Due(ctx context.Context, now time.Time, most int) ([]credential.Credential, error) {
	asked, err := all(ctx, s.db.readers, scanCredential, credentialsAsked, moment(now), most)
	if err != nil {
		return nil, err
	}
	if len(asked) < most {
		planned, err := all(ctx, s.db.readers, scanCredential, credentialsDue, moment(now), most-len(asked))
		if err != nil {
			return nil, err
		}
		if due := append(asked, planned...); len(due) < most {
			beyond, err := all(ctx, s.db.readers, scanCredential, credentialsBeyond, moment(now.Add(longestPlan)), most-len(due))
			return append(due, beyond...), err
		}
	}
	return all(ctx, s.db.readers, scanCredential, credentialsInTurn, moment(now), most)
}

// NextDue says when the first check after now comes, and is zero when none is
// planned. What has come already is for Due to tell, or it runs at this moment.
func (s Credentials) NextDue(ctx context.Context, now time.Time) (time.Time, error) {
	next, err := value[moment](s.db.readers.QueryRowContext(ctx, nextDue, moment(now)))
	return time.Time(next), err
}

// Add stores a new credential.
func (s Credentials) Add(ctx context.Context, c credential.Credential, entry audit.Entry) (existingID string, err error) {
	return s.add(ctx, c, material{}, entry)
}

// AddIssued stores a new credential with the leaf that it signs with.
func (s Credentials) AddIssued(ctx context.Context, c credential.Credential, issued certificate.Issued, entry audit.Entry) (existingID string, err error) {
	return s.add(ctx, c, material{issued: &issued}, entry)
}

// AddGranted stores a new credential with its sealed grant.
func (s Credentials) AddGranted(ctx context.Context, c credential.Credential, grant []byte, entry audit.Entry) (existingID string, err error) {
	return s.add(ctx, c, material{grant: grant}, entry)
}

// material is what a new credential signs in with, where that is stored with it.
type material struct {
	issued *certificate.Issued
	grant  []byte // sealed
}

func (s Credentials) add(ctx context.Context, c credential.Credential, with material, entry audit.Entry) (existingID string, err error) {
	issued := with.issued
	err = s.db.write(ctx, entry, func(tx *sql.Tx) error {
		if err := mayUse(ctx, tx, entry.Actor, c.AccountID, account.Owner); err != nil {
			return err
		}
		if issued != nil {
			if err := addLeaf(ctx, tx, *issued); err != nil {
				return err
			}
			if err := s.db.addEntry(ctx, tx, issued.Entry); err != nil {
				return err
			}
		}
		err := run(ctx, tx, `
			INSERT INTO credentials (id, account_id, provider, label,
			       environment, method, cloud_account, cloud_parent, principal, sign_in,
			       certificate_id, state, version, cloud_account_name, rights, created_by, created_at,
			       fresh_from, last_checked_at, could_not_check_at, attempts, next_check_at, next_trigger,
			       status, expires_at, reason, decided_by, decided_at, approved_rights, warnings, cloud_account_alias)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, nullif(?, ''), ?, ?, ?, ?, nullif(?, ''), ?, ?, ?, ?, ?, ?, ?,
			       ?, coalesce((SELECT not_after FROM certificates WHERE id = ?), ?), ?, nullif(?, ''), ?, ?, ?, ?)`,
			c.ID, c.AccountID, c.Provider, c.Label,
			c.Target.Environment, c.Target.SignIn.Method, c.Target.Account, c.Target.Parent, c.Target.SignIn.Principal, values(c.Target.SignIn.Values),
			c.CertificateID, c.State, c.Version, c.CloudAccountName, rights(c.Rights), c.CreatedBy, moment(c.CreatedAt),
			moment(c.FreshFrom), moment(c.LastCheckedAt), moment(c.CouldNotCheckAt), c.Attempts, moment(c.NextCheckAt), c.NextTrigger,
			c.Status(entry.At), c.CertificateID, ending{}, c.Reason, c.DecidedBy, moment(c.DecidedAt), keys(c.ApprovedRights), warnings(c.Reported), c.Target.Alias)
		if existingID, err = sayAlreadyLinked(ctx, tx, c, err); err != nil {
			return err
		}
		if issued != nil {
			if err := takeDraft(ctx, tx, c, issued.AuthorityID); err != nil {
				return err
			}
		}
		if with.grant != nil {
			if err := putGrant(ctx, tx, c.ID, with.grant); err != nil {
				return err
			}
		}
		if err := s.refuseTooMany(ctx, tx, c.AccountID); err != nil {
			return err
		}
		return sayStopped(ctx, tx, c)
	})
	return existingID, err
}

// Change stores what a person changed. A verification that runs meanwhile
// goes on, and FinishVerification finds the new version and decides nothing.
func (s Credentials) Change(ctx context.Context, c credential.Credential, entry audit.Entry) (existingID string, err error) {
	return s.changeWith(ctx, c, material{}, entry)
}

// ChangeGranted is Change with another grant.
func (s Credentials) ChangeGranted(ctx context.Context, c credential.Credential, grant []byte, entry audit.Entry) (existingID string, err error) {
	return s.changeWith(ctx, c, material{grant: grant}, entry)
}

func (s Credentials) changeWith(ctx context.Context, c credential.Credential, with material, entry audit.Entry) (existingID string, err error) {
	err = s.db.write(ctx, entry, func(tx *sql.Tx) error {
		if err := mayUse(ctx, tx, entry.Actor, c.AccountID, account.Owner); err != nil {
			return err
		}
		inUse, err := value[bool](tx.QueryRowContext(ctx, targetInUse, c.AccountID, c.ID, c.Target.Environment, c.Target.Account))
		if err != nil {
			return err
		}
		existingID, err = changeCredential(ctx, tx, c, entry.At)
		if err == nil && with.grant != nil {
			err = putGrant(ctx, tx, c.ID, with.grant)
		}
		if err != nil || inUse { // somebody who only renames it links nothing
			return err
		}
		return sayStopped(ctx, tx, c)
	})
	return existingID, err
}

const (
	targetInUse = `
	SELECT EXISTS (SELECT 1 FROM credentials
	                WHERE account_id = ? AND id = ? AND environment = ? AND cloud_account = ?
	                  AND state NOT IN ('disabled', 'stopped', 'pending-approval'))`

	// keepResults makes the results of the version before those of the next one,
	// where neither the target nor the certificate changes.
	keepResults = `
	UPDATE verifications SET version = version + 1
	 WHERE credential_id = ?1 AND version = ?2
	   AND EXISTS (SELECT 1 FROM credentials
	                WHERE id = ?1 AND version = ?2 AND environment = ?3 AND method = ?4 AND cloud_account = ?5
	                  AND cloud_parent = ?6 AND principal = ?7 AND sign_in = ?8 AND coalesce(certificate_id, '') = ?9)`
)

// changeCredential stores c as the next version, whoever asked.
func changeCredential(ctx context.Context, tx *sql.Tx, c credential.Credential, at time.Time) (existingID string, err error) {
	t := c.Target
	if err := run(ctx, tx, keepResults, c.ID, c.Version, t.Environment, t.SignIn.Method, t.Account, t.Parent, t.SignIn.Principal, values(t.SignIn.Values), c.CertificateID); err != nil {
		return "", err
	}
	changed, err := touches(ctx, tx, `
		UPDATE credentials
		   SET label = ?, environment = ?, method = ?, cloud_account = ?, cloud_parent = ?, principal = ?, sign_in = ?,
		       certificate_id = nullif(?, ''), state = ?, version = version + 1, cloud_account_name = ?, rights = ?,
		       fresh_from = ?, last_checked_at = ?, could_not_check_at = ?, attempts = ?, next_check_at = ?, next_trigger = ?,
		       status = ?, expires_at = coalesce((SELECT not_after FROM certificates WHERE id = ?), ?),
		       reason = ?, decided_by = nullif(?, ''), decided_at = ?, approved_rights = ?, warnings = ?, trial_certificate_id = ?, stranger = ?, cloud_account_alias = ?
		 WHERE account_id = ? AND id = ? AND version = ?`,
		c.Label, c.Target.Environment, c.Target.SignIn.Method, c.Target.Account, c.Target.Parent, c.Target.SignIn.Principal, values(c.Target.SignIn.Values),
		c.CertificateID, c.State, c.CloudAccountName, rights(c.Rights),
		moment(c.FreshFrom), moment(c.LastCheckedAt), moment(c.CouldNotCheckAt), c.Attempts, moment(c.NextCheckAt), c.NextTrigger,
		c.Status(at), c.CertificateID, ending{}, c.Reason, c.DecidedBy, moment(c.DecidedAt), keys(c.ApprovedRights), warnings(c.Reported), c.TrialCertificateID, c.Stranger, c.Target.Alias,
		c.AccountID, c.ID, c.Version)
	if err != nil {
		return sayAlreadyLinked(ctx, tx, c, err)
	}
	if !changed {
		return "", sayWhyUnchanged(ctx, tx, c)
	}
	return "", nil
}

// sayAlreadyLinked turns the refusal of a double into ErrAlreadyLinked with
// the id of the credential that is in the way. Other errors pass.
func sayAlreadyLinked(ctx context.Context, tx *sql.Tx, c credential.Credential, refusal error) (existingID string, err error) {
	if !refusedAsDouble(refusal) {
		return "", refusal
	}
	existingID, err = value[string](tx.QueryRowContext(ctx, `
		SELECT id FROM credentials
		 WHERE account_id = ? AND provider = ? AND environment = ? AND cloud_account = ? AND method = ? AND principal = ?`,
		c.AccountID, c.Provider, c.Target.Environment, c.Target.Account, c.Target.SignIn.Method, c.Target.SignIn.Principal))
	if err != nil {
		return "", errors.Join(refusal, err)
	}
	return existingID, credential.ErrAlreadyLinked.Because(refusal)
}

func sayWhyUnchanged(ctx context.Context, tx *sql.Tx, c credential.Credential) error {
	exists, err := value[bool](tx.QueryRowContext(ctx,
		`SELECT EXISTS (SELECT 1 FROM credentials WHERE account_id = ? AND id = ?)`, c.AccountID, c.ID))
	switch {
	case err != nil:
		return err
	case exists:
		return credential.ErrChangedMeanwhile
	}
	return credential.ErrNotFound
}

// Plan sets when the next check is due and from when the link counts as
// fresh. If a verification runs meanwhile, its end replaces the plan: it has
// just answered what the check would ask.
func (s Credentials) Plan(ctx context.Context, accountID, id string, at, freshFrom time.Time, entry audit.Entry) error {
	return s.db.write(ctx, entry, func(tx *sql.Tx) error {
		if err := mayUse(ctx, tx, entry.Actor, accountID, account.Member); err != nil {
			return err
		}
		found, err := touches(ctx, tx,
			`UPDATE credentials SET next_check_at = ?, next_trigger = 'person', fresh_from = ? WHERE account_id = ? AND id = ?`,
			moment(at), moment(freshFrom), accountID, id)
		return foundOr(err, found)
	})
}

// Remove unlinks a credential. Its verifications go with it; the audit log stays.
func (s Credentials) Remove(ctx context.Context, accountID, id string, entry audit.Entry) error {
	return s.db.write(ctx, entry, func(tx *sql.Tx) error {
		if err := mayUse(ctx, tx, entry.Actor, accountID, account.Owner); err != nil {
			return err
		}
		return removeCredential(ctx, tx, accountID, id)
	})
}

// removeCredential unlinks, whoever asked.
func removeCredential(ctx context.Context, tx *sql.Tx, accountID, id string) error {
	found, err := touches(ctx, tx, `DELETE FROM credentials WHERE account_id = ? AND id = ?`, accountID, id)
	return foundOr(err, found)
}

func foundOr(err error, found bool) error {
	if err == nil && !found {
		return credential.ErrNotFound
	}
	return err
}
