package db

import (
	"context"
	"database/sql"
	"errors"

	"mooring/audit"
	"mooring/certificate"
	"mooring/grant"
	"mooring/secret"
)

// KeyCheck gives the sealed value that SetKeyCheck stored. Whoever can open it
// holds the key file that belongs to this database.
func (db *DB) KeyCheck(ctx context.Context) (sealed []byte, has bool, err error) {
	sealed, err = value[[]byte](db.readers.QueryRowContext(ctx, `SELECT sealed FROM key_check`))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	return sealed, err == nil, err
}

// SetKeyCheck stores a known value, sealed.
func (db *DB) SetKeyCheck(ctx context.Context, sealed []byte) error {
	return db.change(ctx, func(tx *sql.Tx) error { return setKeyCheck(ctx, tx, sealed) })
}

func setKeyCheck(ctx context.Context, tx *sql.Tx, sealed []byte) error {
	return run(ctx, tx, `
		INSERT INTO key_check (only_row, sealed) VALUES (1, ?)
		ON CONFLICT (only_row) DO UPDATE SET sealed = excluded.sealed`, sealed)
}

// Reseal puts every sealed value through reseal, replaces the key check and
// counts the values. It is one transaction, so that the database never needs
// two key files.
func (db *DB) Reseal(ctx context.Context, reseal func(place secret.Place, sealed []byte) ([]byte, error),
	check []byte, entry audit.Entry) (n int, err error) {
	err = db.write(ctx, entry, func(tx *sql.Tx) error {
		n, err = resealAll(ctx, tx, reseal, check)
		return err
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// BindSeals is Reseal for a database of an earlier Mooring, whose audit log may be
// one that nobody can write: without it no certificate would sign.
func (db *DB) BindSeals(ctx context.Context, reseal func(place secret.Place, sealed []byte) ([]byte, error), check []byte) error {
	return db.change(ctx, func(tx *sql.Tx) error {
		_, err := resealAll(ctx, tx, reseal, check)
		return err
	})
}

func resealAll(ctx context.Context, tx *sql.Tx, reseal func(place secret.Place, sealed []byte) ([]byte, error), check []byte) (n int, err error) {
	stored, err := all(ctx, tx, scanSealed, `SELECT `+certificateColumns+`, sealed_key FROM certificates`)
	if err != nil {
		return 0, err
	}
	for _, s := range stored {
		if s.Key, err = reseal(certificate.Place(s.Certificate), s.Key); err != nil {
			return 0, err
		}
		if err := run(ctx, tx, `UPDATE certificates SET sealed_key = ? WHERE id = ?`, s.Key, s.ID); err != nil {
			return 0, err
		}
	}
	authorities, err := all(ctx, tx, scanAuthority, `SELECT `+authorityColumns+` FROM authorities a`)
	if err != nil {
		return 0, err
	}
	for _, a := range authorities {
		if a.Key, err = reseal(certificate.AuthorityPlace(a.Authority), a.Key); err != nil {
			return 0, err
		}
		if err := run(ctx, tx, `UPDATE authorities SET sealed_key = ? WHERE id = ?`, a.Key, a.ID); err != nil {
			return 0, err
		}
	}
	grants, err := resealGrants(ctx, tx, reseal)
	if err != nil {
		return 0, err
	}
	return len(stored) + len(authorities) + grants, setKeyCheck(ctx, tx, check)
}

// resealGrants is for those of links and for those that wait to be revoked.
func resealGrants(ctx context.Context, tx *sql.Tx, reseal func(place secret.Place, sealed []byte) ([]byte, error)) (n int, err error) {
	for _, table := range []string{"grants", "revocations"} {
		stored, err := all(ctx, tx, scanRevocation, `SELECT rowid, credential_id, account_id, provider, sealed, 0 FROM `+table)
		if err != nil {
			return 0, err
		}
		for _, g := range stored {
			if g.Sealed, err = reseal(grant.Place(g.AccountID, g.CredentialID), g.Sealed); err != nil {
				return 0, err
			}
			if err := run(ctx, tx, `UPDATE `+table+` SET sealed = ? WHERE rowid = ?`, g.Sealed, g.ID); err != nil {
				return 0, err
			}
		}
		n += len(stored)
	}
	return n, nil
}
