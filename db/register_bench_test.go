package db_test

import (
	"testing"
	"time"

	"mooring/audit"
	"mooring/cloud"
	"mooring/credential"
)

// What the list costs when writing: a check that ends is the most frequent
// change of all.
func BenchmarkFinishVerification(b *testing.B) {
	for name, bare := range map[string]bool{"with the list": false, "without": true} {
		b.Run(name, func(b *testing.B) {
			w := newRegister(b, 3000, 1)
			linked := w.link("checked")
			if bare {
				w.withoutTheList()
			}
			at := morning
			for b.Loop() {
				at = at.Add(time.Second)
				w.check(linked, at)
			}
		})
	}
}

// BenchmarkLink links, and unlinks again.
func BenchmarkLink(b *testing.B) {
	for name, bare := range map[string]bool{"with the list": false, "without": true} {
		b.Run(name, func(b *testing.B) {
			w := newRegister(b, 3000, 1)
			if bare {
				w.withoutTheList()
			}
			c := newCredential("acme", "ada", "linked and unlinked")
			for b.Loop() {
				_, err := w.Credentials().Add(b.Context(), c, entry(audit.LinkCredential, c.AccountID))
				w.ok(err)
				w.ok(w.Credentials().Remove(b.Context(), c.AccountID, c.ID, entry(audit.UnlinkCredential, c.AccountID)))
			}
		})
	}
}

// check runs a verification that changes the status every time.
func (w *register) check(c credential.Credential, at time.Time) {
	w.t.Helper()
	v := credential.Verification{ID: at.String(), CredentialID: c.ID, Version: c.Version, Trigger: credential.BySchedule, StartedAt: at}
	w.ok(w.Credentials().StartVerification(w.t.Context(), v))
	v.FinishedAt, v.Outcome = at, cloud.Passed
	c.LastCheckedAt, c.State = at, credential.Connected
	if at.Unix()%2 == 0 {
		c.State = credential.NeedsAttention
	}
	w.ok(w.Credentials().FinishVerification(w.t.Context(), v, c, entry(audit.FinishVerification, c.AccountID)))
}

func (w *register) withoutTheList() {
	w.t.Helper()
	rows, err := w.Writer().QueryContext(w.t.Context(),
		`SELECT 'DROP ' || type || ' ' || name FROM sqlite_schema WHERE type IN ('index', 'trigger') AND name LIKE 'register!_%' ESCAPE '!'`)
	w.ok(err)
	var drops []string
	for rows.Next() {
		var drop string
		w.ok(rows.Scan(&drop))
		drops = append(drops, drop)
	}
	w.ok(rows.Err())
	for _, drop := range drops {
		w.exec(drop)
	}
}
