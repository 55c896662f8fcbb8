package db

import (
	"context"
	"database/sql"

	"mooring/credential"
)

// AtMost is the store with a limit of how many credentials one account has. An
// account that has more already keeps them.
func (s Credentials) AtMost(most int) Credentials {
	s.most = most
	return s
}

const credentialsInAccount = `SELECT total FROM register_accounts WHERE account_id = ?`

// refuseTooMany looks after a credential was added, in the same transaction: of
// two at once the second one finds the first.
func (s Credentials) refuseTooMany(ctx context.Context, tx *sql.Tx, accountID string) error {
	if s.most == 0 {
		return nil
	}
	total, err := value[int](tx.QueryRowContext(ctx, credentialsInAccount, accountID))
	if err == nil && total > s.most {
		err = credential.TooManyCredentials(s.most)
	}
	return err
}
