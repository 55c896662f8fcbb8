package registerquery_test

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
			c := newCredential("linked and unlinked")
			for b.Loop() {
				_, err := w.Credentials().Add(b.Context(), c, entry(audit.LinkCredential, c))
				w.ok(err)
				w.ok(w.Credentials().Remove(b.Context(), c.AccountID, c.ID, entry(audit.UnlinkCredential, c)))
			}
		})
	}
}

func newCredential(name string) credential.Credential {
	return credential.Credential{ID: "credential-" + name, AccountID: "register-0", Provider: "azure", Label: name,
		Target:        cloud.Target{Environment: "public", Account: "subscription-" + name, SignIn: cloud.SignIn{Method: "application", Principal: "client-" + name}},
		CertificateID: "of-register-0", State: credential.NotVerified, Version: 1,
		CreatedBy: "linker-0", CreatedAt: morning, FreshFrom: morning}
}

func entry(action audit.Action, c credential.Credential) audit.Entry {
	return audit.Entry{At: morning, Actor: audit.BySystem(), Action: action, AccountID: c.AccountID, Result: audit.Done}
}

// link adds a credential.
func (w *world) link(name string) credential.Credential {
	w.t.Helper()
	c := newCredential(name)
	_, err := w.Credentials().Add(w.t.Context(), c, entry(audit.LinkCredential, c))
	w.ok(err)
	return c
}

// check runs a verification that changes the status every time.
func (w *world) check(c credential.Credential, at time.Time) {
	w.t.Helper()
	v := credential.Verification{ID: at.String(), CredentialID: c.ID, Version: c.Version, Trigger: credential.BySchedule, StartedAt: at}
	w.ok(w.Credentials().StartVerification(w.t.Context(), v))
	v.FinishedAt, v.Outcome = at, cloud.Passed
	c.LastCheckedAt, c.State = at, credential.Connected
	if at.Unix()%2 == 0 {
		c.State = credential.NeedsAttention
	}
	w.ok(w.Credentials().FinishVerification(w.t.Context(), v, c, entry(audit.FinishVerification, c)))
}

func (w *world) withoutTheList() {
	w.t.Helper()
	rows, err := w.file.QueryContext(w.t.Context(),
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
