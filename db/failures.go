package db

import (
	"context"
	"database/sql"
	"time"

	"mooring/account"
	"mooring/audit"
)

// keptFailures is how long failed sign-ins and mailed invitations are kept. It
// only has to be longer than the times over which account counts them.
const keptFailures = 24 * time.Hour

// mostFailures is how many are kept: the latest. A flood from many networks
// fills no disk.
const mostFailures = 100_000

// AddFailure notes a proof that did not hold. It runs the same statements
// whether or not there is somebody to tell.
func (a Accounts) AddFailure(ctx context.Context, f account.Failure, entry audit.Entry) error {
	return a.db.write(ctx, entry, func(tx *sql.Tx) error { return addFailure(ctx, tx, f, entry) })
}

// CountFailure is AddFailure without its entry. It counts as a change only if
// there is somebody to tell: strangers must not have every page rendered again.
func (a Accounts) CountFailure(ctx context.Context, f account.Failure, entry audit.Entry) error {
	work := func(tx *sql.Tx) error { return addFailure(ctx, tx, f, entry) }
	if f.PersonID == "" {
		return transact(ctx, a.db.writer, work)
	}
	return a.db.change(ctx, work)
}

func addFailure(ctx context.Context, tx *sql.Tx, f account.Failure, entry audit.Entry) error {
	if f.EmailKey == "" && f.AddressKey == "" {
		return nil
	}
	const add = `INSERT INTO sign_in_failures (email_key, address_key, at) VALUES (?, ?, ?)`
	if err := run(ctx, tx, add, f.EmailKey, f.AddressKey, moment(entry.At)); err != nil {
		return err
	}
	for _, wider := range f.WiderKeys { // for the network only
		if err := run(ctx, tx, add, wider, wider, moment(entry.At)); err != nil {
			return err
		}
	}
	if err := run(ctx, tx, dropOldFailures, mostFailures); err != nil {
		return err
	}
	return countNotice(ctx, tx, f.PersonID, account.Notice{Kind: account.NoticeFailedSignIns, At: entry.At, Address: entry.Actor.Address, Agent: f.Agent})
}

const (
	dropOldFailures = `DELETE FROM sign_in_failures WHERE rowid <= (SELECT max(rowid) FROM sign_in_failures) - ?`

	failuresSince = `
	SELECT (SELECT count(*) FROM sign_in_failures WHERE email_key = ?1 AND at BETWEEN ?3 AND ?4 AND address_key = ?2),
	       (SELECT count(*) FROM sign_in_failures WHERE email_key = ?1 AND at BETWEEN ?3 AND ?4),
	       (SELECT count(*) FROM sign_in_failures WHERE address_key = ?2 AND at BETWEEN ?3 AND ?4)`

	failuresFrom = `SELECT count(*) FROM sign_in_failures WHERE address_key = ? AND at BETWEEN ? AND ?`
)

// Failures counts the failed sign-ins of a time span.
func (a Accounts) Failures(ctx context.Context, f account.Failure, since, until time.Time) (account.Failures, error) {
	var found account.Failures
	err := a.db.readers.QueryRowContext(ctx, failuresSince, f.EmailKey, f.AddressKey, moment(since), moment(until)).
		Scan(&found.Pair, &found.Email, &found.Address)
	for i, wider := range f.WiderKeys {
		if err != nil {
			break
		}
		found.Wider[i], err = value[int](a.db.readers.QueryRowContext(ctx, failuresFrom, wider, moment(since), moment(until)))
	}
	return found, err
}

const sessionFromNetwork = `
	SELECT EXISTS (SELECT 1 FROM sessions s
	                WHERE s.person_id = ?1 AND s.network = ?2
	                  AND (s.second_step_at > 0 OR NOT EXISTS (SELECT 1 FROM passkeys k WHERE k.person_id = ?1)))`

// KnownAddress reports whether the person has a session from the network of this
// address. One that owes its second step does not count: who guessed the password
// has that.
func (a Accounts) KnownAddress(ctx context.Context, personID, address string) (bool, error) {
	return value[bool](a.db.readers.QueryRowContext(ctx, sessionFromNetwork, personID, account.Network(address)))
}

const deviceOfPerson = `SELECT EXISTS (SELECT 1 FROM devices WHERE person_id = ? AND hash = ?)`

// KnownDevice reports whether the person has used this browser.
func (a Accounts) KnownDevice(ctx context.Context, personID, device string) (bool, error) {
	return value[bool](a.db.readers.QueryRowContext(ctx, deviceOfPerson, personID, device))
}
