package db

import (
	"context"
	"database/sql"
	"time"

	"mooring/account"
)

// beginNow puts right what a clock that was ahead has left behind. What lasts
// for a time begins now, what was last seen then counts as seen now, and what
// only throttles goes: it would begin to count again when its time comes.
func beginNow(ctx context.Context, tx *sql.Tx, now time.Time) error {
	for _, statement := range []string{
		`UPDATE invitations SET expires_at = expires_at - created_at + ?1, created_at = ?1 WHERE created_at > ?2`,
		`UPDATE api_keys SET expires_at = expires_at - created_at + ?1, created_at = ?1 WHERE created_at > ?2`,
		`UPDATE api_keys SET last_used_at = ?1 WHERE last_used_at > ?2`,
		`UPDATE sessions SET seen_at = ?1 WHERE seen_at > ?2`,
		`UPDATE devices SET seen_at = ?1 WHERE seen_at > ?2`,
		`UPDATE notices SET at = ?1 WHERE at > ?2`,
		`DELETE FROM sign_in_failures WHERE at > ?2`,
		`DELETE FROM mailed_invitations WHERE at > ?2`,
		`DELETE FROM password_resets WHERE created_at > ?2`,
		`DELETE FROM set_up_link WHERE expires_at > ?2 + ?3`,
	} {
		err := run(ctx, tx, statement, moment(now), moment(now.Add(account.ClockSkew)), account.SetUpLinkLife.Milliseconds())
		if err != nil {
			return err
		}
	}
	return nil
}
