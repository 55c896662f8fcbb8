package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"mooring/audit"
	"mooring/cloud"
	"mooring/credential"
)

// rules spell credential.Rules in the database, so that renaming a field there
// does not lose what is stored.
type rules struct {
	ApproveAll          bool     `json:"approve_all"`
	ApproveProviders    []string `json:"approve_providers"`
	RightsOn            bool     `json:"rights_on"`
	ApproveRightsBeyond []string `json:"rights"`
	Providers           []string `json:"providers"`
	LongestCertificate  int      `json:"longest_certificate"`
	Version             int64    `json:"-"`

	Accounts map[string][]string `json:"accounts"` // by the provider's key
	Parents  map[string][]string `json:"parents"`
}

const intakeRules = `SELECT rules, version FROM intake_policy WHERE only_row = 1`

// Rules gives the policy on what may be linked.
func (s Credentials) Rules(ctx context.Context) (credential.Rules, error) {
	found, err := one(ctx, s.db.readers, scanRules, sql.ErrNoRows, intakeRules)
	if errors.Is(err, sql.ErrNoRows) {
		return credential.Rules{}, nil
	}
	return found, err
}

func scanRules(r row) (credential.Rules, error) {
	var text string
	var stored rules
	if err := r.Scan(&text, &stored.Version); err != nil {
		return credential.Rules{}, err
	}
	if err := json.Unmarshal([]byte(text), &stored); err != nil {
		return credential.Rules{}, fmt.Errorf("stored policy: %w", err)
	}
	return credential.Rules(stored), nil
}

// ChangeRules replaces the policy.
func (s Credentials) ChangeRules(ctx context.Context, r credential.Rules, entry audit.Entry) error {
	text, err := json.Marshal(rules(r))
	if err != nil {
		return err
	}
	return s.db.write(ctx, entry, func(tx *sql.Tx) error {
		if err := mayAdminister(ctx, tx, entry.Actor); err != nil {
			return err
		}
		if r.Version > 0 {
			return mustTouch(ctx, tx, credential.ErrRulesChanged,
				`UPDATE intake_policy SET rules = ?, version = version + 1 WHERE only_row = 1 AND version = ?`, string(text), r.Version)
		}
		return mustTouch(ctx, tx, credential.ErrRulesChanged,
			`INSERT INTO intake_policy (only_row, rules, version) VALUES (1, ?, 1) ON CONFLICT DO NOTHING`, string(text))
	})
}

const stoppedTarget = `
	SELECT reason FROM stopped_targets
	 WHERE provider = ? AND environment = ? AND cloud_account = ?`

// StoppedBefore gives why an administrator had stopped this target.
func (s Credentials) StoppedBefore(ctx context.Context, provider string, target cloud.Target) (string, error) {
	return stoppedBefore(ctx, s.db.readers, provider, target)
}

func stoppedBefore(ctx context.Context, from reader, provider string, target cloud.Target) (string, error) {
	reason, err := value[string](from.QueryRowContext(ctx, stoppedTarget, provider, target.Environment, target.Account))
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return reason, err
}

// Refuse keeps the entry about an attempt that changed nothing.
func (s Credentials) Refuse(ctx context.Context, entry audit.Entry) error {
	return s.db.write(ctx, entry, func(*sql.Tx) error { return nil })
}
