package db

import (
	"context"
	"database/sql"

	"mooring/audit"
	"mooring/certificate"
)

// Certificates is the database as certificate.Store.
type Certificates struct{ db *DB }

var _ certificate.Store = Certificates{}

// Certificates gives the store of certificates.
func (db *DB) Certificates() Certificates { return Certificates{db} }

const (
	certificateColumns = `id, account_id, der, not_before, not_after, created_at`

	activeCertificate = `SELECT ` + certificateColumns + ` FROM certificates WHERE account_id = ? AND active = 1`
	certificatesOf    = `SELECT ` + certificateColumns + ` FROM certificates WHERE account_id = ? AND authority_id IS NULL AND destroyed_at = 0 ORDER BY active DESC, created_at DESC, id`
	sealedCertificate = `SELECT ` + certificateColumns + `, sealed_key FROM certificates WHERE account_id = ? AND id = ?`

	accountsWithoutCertificate = `
	SELECT id FROM accounts a
	 WHERE NOT EXISTS (SELECT 1 FROM certificates c WHERE c.account_id = a.id AND c.active = 1)
	 ORDER BY created_at, id`
)

func certificateFields(c *certificate.Certificate) []any {
	return []any{&c.ID, &c.AccountID, &c.DER, (*moment)(&c.NotBefore), (*moment)(&c.NotAfter), (*moment)(&c.CreatedAt)}
}

func scanCertificate(r row) (c certificate.Certificate, err error) {
	err = r.Scan(certificateFields(&c)...)
	return c, err
}

func scanSealed(r row) (s certificate.Sealed, err error) {
	err = r.Scan(append(certificateFields(&s.Certificate), &s.Key)...)
	return s, err
}

// Active finds the certificate that the account's new credentials use.
func (c Certificates) Active(ctx context.Context, accountID string) (certificate.Certificate, error) {
	return one(ctx, c.db.readers, scanCertificate, certificate.ErrNone, activeCertificate, accountID)
}

// List gives the account's certificates: the active one, then the others, the newest
// first.
func (c Certificates) List(ctx context.Context, accountID string) ([]certificate.Certificate, error) {
	return all(ctx, c.db.readers, scanCertificate, certificatesOf, accountID)
}

// Sealed finds a certificate of the account with its sealed key, active or not.
func (c Certificates) Sealed(ctx context.Context, accountID, id string) (certificate.Sealed, error) {
	return one(ctx, c.db.readers, scanSealed, certificate.ErrNone, sealedCertificate, accountID, id)
}

// AccountsWithout lists the accounts that have no active certificate, the
// oldest first.
func (c Certificates) AccountsWithout(ctx context.Context) ([]string, error) {
	return all(ctx, c.db.readers, value[string], accountsWithoutCertificate)
}

// Activate stores a certificate in place of the active one, which stays for
// the credentials that use it.
func (c Certificates) Activate(ctx context.Context, s certificate.Sealed, entry audit.Entry) error {
	return c.db.write(ctx, entry, func(tx *sql.Tx) error {
		err := run(ctx, tx, `UPDATE certificates SET active = 0 WHERE account_id = ? AND active = 1`, s.AccountID)
		if err != nil {
			return err
		}
		return addActive(ctx, tx, s)
	})
}

// ActivateFirst stores a certificate for an account that has no active one,
// and otherwise does nothing: another request was faster.
func (c Certificates) ActivateFirst(ctx context.Context, s certificate.Sealed, entry audit.Entry) error {
	return c.db.change(ctx, func(tx *sql.Tx) error {
		has, err := value[bool](tx.QueryRowContext(ctx,
			`SELECT EXISTS (SELECT 1 FROM certificates WHERE account_id = ? AND active = 1)`, s.AccountID))
		if err != nil || has {
			return err
		}
		if err := addActive(ctx, tx, s); err != nil {
			return err
		}
		return c.db.addEntry(ctx, tx, entry)
	})
}

func addActive(ctx context.Context, tx *sql.Tx, s certificate.Sealed) error {
	return run(ctx, tx, `
		INSERT INTO certificates (id, account_id, active, der, sha1, sealed_key, not_before, not_after, created_at)
		VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?)`,
		s.ID, s.AccountID, s.DER, s.SHA1(), s.Key, moment(s.NotBefore), moment(s.NotAfter), moment(s.CreatedAt))
}
