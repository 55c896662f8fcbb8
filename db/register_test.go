package db_test

import (
	"strings"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/credential"
	"mooring/register"
)

func TestACredentialStaysWithItsAccount(t *testing.T) {
	w := newWorld(t)
	w.link("one")
	for _, statement := range []string{
		`UPDATE credentials SET account_id = 'account-evil', certificate_id = 'certificate-evil-1' WHERE id = 'credential-one'`,
		`UPDATE credentials SET provider = 'other' WHERE id = 'credential-one'`,
		`UPDATE credentials SET number = 99 WHERE id = 'credential-one'`,
	} {
		if _, err := w.Writer().ExecContext(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "stays") {
			t.Errorf("%s: got %v", statement, err)
		}
	}
}

func TestTimeAloneChangesTheStatus(t *testing.T) {
	w := newWorld(t)
	fresh, warned, ended, waiting := w.link("fresh"), w.link("warned"), w.link("ended"), w.link("waiting")
	for c, left := range map[*credential.Credential]time.Duration{&fresh: 31 * 24 * time.Hour, &warned: 30 * 24 * time.Hour, &ended: 0, &waiting: -time.Hour} {
		w.exec(`UPDATE credentials SET state = 'connected', status = 'connected', expires_at = ? WHERE id = ?`, after(left).UnixMilli(), c.ID)
	}
	w.exec(`UPDATE credentials SET state = 'disabled', status = 'disabled' WHERE id = ?`, waiting.ID)
	statusOf := func(c credential.Credential) (status string) {
		w.ok(w.Writer().QueryRowContext(t.Context(), `SELECT status FROM credentials WHERE id = ?`, c.ID).Scan(&status))
		return status
	}
	refresh := func(at time.Time, most, want int) {
		t.Helper()
		changed, err := w.Register().RefreshStatuses(t.Context(), at, most)
		w.ok(err)
		same(t, "changed", changed, want)
	}
	refresh(morning, 1, 1)
	refresh(morning, 10, 1)
	version := w.Version()
	refresh(morning, 10, 0)
	same(t, "the version when nothing changes", w.Version(), version)
	for c, want := range map[*credential.Credential]string{&fresh: "connected", &warned: "expiring", &ended: "needs-attention", &waiting: "disabled"} {
		same(t, c.Label, statusOf(*c), want)
	}
	refresh(after(30*24*time.Hour), 10, 2)
	same(t, "warned, a month later", statusOf(warned), "needs-attention")
	same(t, "fresh, a month later", statusOf(fresh), "expiring")
}

func TestALinkThatIsNotCheckedForTwoDaysGetsAWarning(t *testing.T) {
	w := newWorld(t)
	stale, checked, broken, expiring := w.link("stale"), w.link("checked"), w.link("broken"), w.link("expiring")
	for c, at := range map[*credential.Credential]time.Duration{&stale: -48 * time.Hour, &checked: -47 * time.Hour, &broken: -100 * time.Hour, &expiring: -100 * time.Hour} {
		w.exec(`UPDATE credentials SET state = 'connected', status = 'connected', expires_at = ?, last_checked_at = ? WHERE id = ?`,
			after(300*24*time.Hour).UnixMilli(), after(at).UnixMilli(), c.ID)
	}
	w.exec(`UPDATE credentials SET state = 'needs-attention', status = 'needs-attention' WHERE id = ?`, broken.ID)
	w.exec(`UPDATE credentials SET expires_at = ? WHERE id = ?`, after(24*time.Hour).UnixMilli(), expiring.ID)
	changed, err := w.Register().RefreshStatuses(t.Context(), morning, 10)
	w.ok(err)
	same(t, "changed", changed, 2)
	for c, want := range map[*credential.Credential]string{&stale: "warning", &checked: "connected", &broken: "needs-attention", &expiring: "expiring"} {
		var status string
		w.ok(w.Writer().QueryRowContext(t.Context(), `SELECT status FROM credentials WHERE id = ?`, c.ID).Scan(&status))
		same(t, c.Label, status, want)
	}
	totals, err := w.Register().LinkedTotals(t.Context())
	w.ok(err)
	same(t, "how many have a warning", totals.ByStatus[credential.StatusWarning], 1)
	found, err := w.Register().ListLinked(t.Context(), register.Query{Status: credential.StatusWarning}, register.Cursor{}, 50, morning)
	w.ok(err)
	if len(found.Rows) != 1 || found.Rows[0].Label != "stale" {
		t.Errorf("found %+v", found.Rows)
	}
	_, err = w.Register().RefreshStatuses(t.Context(), after(280*24*time.Hour), 10) // what has a warning expires too
	w.ok(err)
	same(t, "how many expire", w.count(`SELECT count(*) FROM credentials WHERE status = 'expiring'`)+w.count(`SELECT count(*) FROM credentials WHERE status = 'needs-attention'`), 4)
}

func TestOnlyAdministratorsExport(t *testing.T) {
	w := newWorld(t)
	export := entry(audit.ExportList, "")
	w.ok(w.Register().AddExport(t.Context(), export))
	same(t, "entries", len(w.audit("")), w.count(`SELECT count(*) FROM audit WHERE account_id = ''`))
	same(t, "the entry", w.audit("")[0].Action, audit.ExportList)
	before := w.count(`SELECT count(*) FROM audit`)
	export.Actor.PersonID = "person-eve"
	want(t, w.Register().AddExport(t.Context(), export), account.ErrNoSuchAccount)
	same(t, "entries after a refusal", w.count(`SELECT count(*) FROM audit`), before)
}
