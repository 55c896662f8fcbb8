package db

import (
	"context"
	"database/sql"

	"mooring/audit"
	"mooring/certificate"
	"mooring/credential"
)

const (
	authorityColumns = `a.id, a.account_id, a.der, a.not_before, a.not_after, a.created_at, a.link_name, a.sealed_key`

	authorityDraft = `SELECT ` + authorityColumns + ` FROM authorities a WHERE a.account_id = ? AND a.provider = ? AND a.person_id = ? AND a.credential_id IS NULL`
	authorityByID  = `SELECT ` + authorityColumns + ` FROM authorities a WHERE a.account_id = ? AND a.id = ?`
	issuerOf       = `SELECT ` + authorityColumns + ` FROM certificates k JOIN authorities a ON a.id = k.authority_id WHERE k.account_id = ? AND k.id = ?`
)

func scanAuthority(r row) (a certificate.SealedAuthority, err error) {
	err = r.Scan(append(certificateFields(&a.Certificate), &a.LinkName, &a.Key)...)
	return a, err
}

// Draft finds the authority of the link that a person has begun and not saved.
func (c Certificates) Draft(ctx context.Context, accountID, provider, personID string) (certificate.SealedAuthority, error) {
	return one(ctx, c.db.readers, scanAuthority, certificate.ErrNone, authorityDraft, accountID, provider, personID)
}

// Authority finds one of the account, of a draft or of a link.
func (c Certificates) Authority(ctx context.Context, accountID, id string) (certificate.SealedAuthority, error) {
	return one(ctx, c.db.readers, scanAuthority, certificate.ErrNone, authorityByID, accountID, id)
}

// Issuer finds the authority of the account that issued a certificate.
func (c Certificates) Issuer(ctx context.Context, accountID, certificateID string) (certificate.SealedAuthority, error) {
	return one(ctx, c.db.readers, scanAuthority, certificate.ErrNone, issuerOf, accountID, certificateID)
}

// AddDraft stores an authority for a person who has none of this provider.
func (c Certificates) AddDraft(ctx context.Context, a certificate.SealedAuthority, provider, personID string, entry audit.Entry) error {
	return c.db.change(ctx, func(tx *sql.Tx) error {
		has, err := value[bool](tx.QueryRowContext(ctx,
			`SELECT EXISTS (SELECT 1 FROM authorities WHERE account_id = ? AND provider = ? AND person_id = ? AND credential_id IS NULL)`, a.AccountID, provider, personID))
		if err != nil || has {
			return err
		}
		if err := run(ctx, tx, `
			INSERT INTO authorities (id, account_id, provider, link_name, person_id, der, sealed_key, not_before, not_after, created_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			a.ID, a.AccountID, provider, a.LinkName, personID, a.DER, a.Key, moment(a.NotBefore), moment(a.NotAfter), moment(a.CreatedAt)); err != nil {
			return err
		}
		return c.db.addEntry(ctx, tx, entry)
	})
}

// addLeaf stores a leaf that the authority of a link issued.
func addLeaf(ctx context.Context, tx *sql.Tx, issued certificate.Issued) error {
	leaf := issued.Leaf
	return run(ctx, tx, `
		INSERT INTO certificates (id, account_id, active, der, sha1, sealed_key, not_before, not_after, created_at, authority_id)
		VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?, ?)`,
		leaf.ID, leaf.AccountID, leaf.DER, leaf.SHA1(), leaf.Key, moment(leaf.NotBefore), moment(leaf.NotAfter), moment(leaf.CreatedAt), issued.AuthorityID)
}

// takeDraft makes a draft the authority of a link that was just added.
func takeDraft(ctx context.Context, tx *sql.Tx, c credential.Credential, authorityID string) error {
	return mustTouch(ctx, tx, certificate.ErrNoDraft,
		`UPDATE authorities SET credential_id = ? WHERE id = ? AND account_id = ? AND provider = ? AND credential_id IS NULL`,
		c.ID, authorityID, c.AccountID, c.Provider)
}
