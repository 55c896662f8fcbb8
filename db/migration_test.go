package db_test

import (
	"database/sql"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/cloud"
	"mooring/db"
)

// oldDatabase is one as an earlier Mooring left it: after the first migrations,
// with these rows in it.
func oldDatabase(t *testing.T, migrations int, rows ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "mooring.db")
	old, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = old.Close() }()
	names, err := fs.Glob(db.Migrations, "migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	statements := []string{"PRAGMA foreign_keys = 1"}
	for _, name := range names[:migrations] {
		text, err := fs.ReadFile(db.Migrations, name)
		if err != nil {
			t.Fatal(err)
		}
		statements = append(statements, string(text))
	}
	for _, statement := range append(statements, rows...) {
		if _, err := old.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	if _, err := old.ExecContext(t.Context(), fmt.Sprintf("PRAGMA user_version = %d", migrations)); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLinksWithMorePermissionsThanNeededGetAWarning(t *testing.T) {
	path := oldDatabase(t, 9,
		`INSERT INTO accounts (id, name, kind, created_at) VALUES ('account-acme', 'acme', 'organization', 1000)`,
		`INSERT INTO certificates (id, account_id, active, der, sha1, sealed_key, not_before, not_after, created_at) VALUES
			('certificate-1', 'account-acme', 1, x'01', 'aa', x'02', 1, 2, 3)`,
		`INSERT INTO credentials (id, account_id, provider, label, environment, method, subscription_id, tenant_id, client_id, certificate_id,
			state, version, subscription_name, rights, created_at, fresh_from, last_checked_at, could_not_check_at, attempts, next_check_at, next_trigger, expires_at, status)
			SELECT value ->> 0, 'account-acme', 'azure', value ->> 0, 'public', 'application', value ->> 0, 't', 'c', 'certificate-1',
			'connected', 1, 'One', value ->> 1, 1, 1, 1, 0, 0, 0, '', 1, value ->> 2
			FROM json_each('[["read", "[{\"key\":\"r\",\"granted\":true,\"excessive\":false}]", "connected"],
				["everything", "[{\"key\":\"r\",\"granted\":true},{\"key\":\"x\",\"granted\":true,\"excessive\":true}]", "connected"],
				["lacking", "[{\"key\":\"x\",\"granted\":false,\"excessive\":true}]", "connected"],
				["ending", "[{\"key\":\"x\",\"granted\":true,\"excessive\":true}]", "expiring"],
				["unknown", "[]", "connected"]]')`)
	w := world{open(t, path), t}
	same(t, "those with a warning", w.count(`SELECT count(*) FROM credentials WHERE status = 'warning' AND id = 'everything'`), 1)
	same(t, "the others", w.count(`SELECT count(*) FROM credentials WHERE status = 'connected' OR id = 'ending' AND status = 'expiring'`), 4)
	same(t, "the count of warnings", w.count(`SELECT total FROM register_counts WHERE what = 'status' AND key = 'warning'`), 1)
}

func TestADatabaseFromBeforePasskeysGoesOn(t *testing.T) {
	path := oldDatabase(t, 1,
		`INSERT INTO accounts (id, name, kind, created_at) VALUES
			('account-acme', 'acme', 'organization', 1000), ('account-ada', 'ada', 'personal', 2000), ('account-max', 'max', 'personal', 3000)`,
		`INSERT INTO people (id, email, name, password_hash, site_admin, theme, default_account_id, created_at) VALUES
			('person-ada', 'ada@example.com', 'Ada', 'hash of ada', 1, 'dark', 'account-acme', 2000),
			('person-max', 'max@example.com', 'Max', 'hash of max', 0, 'system', NULL, 3000)`,
		`INSERT INTO memberships (person_id, account_id, role) VALUES
			('person-ada', 'account-acme', 'owner'), ('person-ada', 'account-ada', 'owner'),
			('person-max', 'account-acme', 'member'), ('person-max', 'account-max', 'owner')`,
		`INSERT INTO sessions (id, person_id, created_at, seen_at, expires_at, address, agent) VALUES
			('session-ada', 'person-ada', 4000, 5000, 9000000, '192.0.2.1', 'Firefox')`,
		`INSERT INTO certificates (id, account_id, active, der, sha1, sealed_key, not_before, not_after, created_at) VALUES
			('certificate-1', 'account-acme', 1, x'01', 'aa', x'02', 1, 2, 3)`,
		`INSERT INTO credentials (id, account_id, provider, label, environment, method, subscription_id, tenant_id, client_id, certificate_id,
			state, version, subscription_name, rights, created_by, created_at, fresh_from, last_checked_at, could_not_check_at, attempts, next_check_at, next_trigger)
			VALUES ('credential-1', 'account-acme', 'azure', 'One', 'public', 'application', 's', 't', 'c', 'certificate-1',
			'connected', 1, 'One', '[]', 'person-max', 1, 1, 1, 0, 0, 0, '')`,
		`INSERT INTO audit (at, actor_id, actor_name, actor_address, request_id, action, account_id, credential_id, result, detail)
			VALUES (1, 'person-ada', 'ada@example.com', '', '', 'site.set-up', '', '', 'done', '')`,
	)
	w := world{open(t, path), t}
	at := time.UnixMilli(6000)

	caller, err := w.Accounts().Caller(t.Context(), "session-ada", at)
	w.ok(err)
	expected := account.Person{ID: "person-ada", Email: "ada@example.com", Name: "Ada", SiteAdmin: true, Theme: account.Dark,
		DefaultAccountID: "account-acme", CreatedAt: time.UnixMilli(2000).UTC()}
	same(t, "the person", caller.Person, expected)
	same(t, "how they signed in", caller.Session.Way, account.ByPassword)
	same(t, "their passkeys and notices", caller.Passkeys+len(caller.Notices), 0)
	same(t, "having a password", caller.HasPassword, true)
	same(t, "owing a second step", caller.OwesSecondStep(), false)
	same(t, "a proof that nobody gave counting", caller.Proved(at), false)
	same(t, "their memberships", len(caller.Memberships), 2)
	known, err := w.Accounts().KnownAddress(t.Context(), "person-ada", "192.0.2.1")
	w.ok(err)
	same(t, "their address being known", known, true)
	acme, _ := caller.In("acme")
	same(t, "the role", acme.Role, account.Owner)
	same(t, "a group having decided", acme.ByGroup, false)

	colleagues, err := w.Accounts().Colleagues(t.Context(), "account-acme")
	w.ok(err)
	same(t, "the colleagues", len(colleagues), 2)
	member := colleagues[1]
	same(t, "since when max belongs to acme", member.Since, time.UnixMilli(3000).UTC()) // since both exist
	same(t, "the role of max", member.Role, account.Member)

	same(t, "the credentials", w.count(`SELECT count(*) FROM credentials WHERE created_by = 'person-max'`), 1)
	same(t, "the audit entries", len(w.audit("")), 1)
	same(t, "rows that refer to nothing", w.count(`SELECT count(*) FROM pragma_foreign_key_check`), 0)
	same(t, "the result of a check", w.count(`SELECT integrity_check = 'ok' FROM pragma_integrity_check`), 1)

	w.exec(`UPDATE memberships SET role = 'viewer' WHERE person_id = 'person-max' AND account_id = 'account-acme'`)
	w.exec(`DELETE FROM people WHERE id = 'person-max'`) // what refers to a membership or to a person still goes along
	same(t, "the memberships", w.count(`SELECT count(*) FROM memberships`), 2)
	w.ok(w.Accounts().RenewSession(t.Context(), account.Renewal{PersonID: "person-ada", From: "session-ada", To: "new", At: at}, entry(audit.Prove, "")))
}

// What was linked when only Azure could be keeps its account, its directory, its
// application and its certificate, and so does what administrators decided about it.
func TestADatabaseFromBeforeOtherCloudsGoesOn(t *testing.T) {
	path := oldDatabase(t, 13,
		`INSERT INTO accounts (id, name, kind, created_at) VALUES ('account-acme', 'acme', 'organization', 1000)`,
		`INSERT INTO certificates (id, account_id, active, der, sha1, sealed_key, not_before, not_after, created_at) VALUES
			('certificate-1', 'account-acme', 1, x'01', 'aa', x'02', 1, 2, 3)`,
		`INSERT INTO credentials (id, account_id, provider, label, environment, method, subscription_id, tenant_id, client_id, certificate_id,
			state, version, subscription_name, rights, created_at, fresh_from, last_checked_at, could_not_check_at, attempts, next_check_at, next_trigger, expires_at, status, approved_rights)
			VALUES ('credential-1', 'account-acme', 'azure', 'One', 'public', 'app', 'subscription-1', 'tenant-1', 'client-1', 'certificate-1',
			'connected', 3, 'Harbor', '[]', 1, 1, 1, 0, 0, 5000, 'schedule', 2, 'connected', '["azure-give-roles"]')`,
		`INSERT INTO stopped_targets (provider, environment, subscription_id, reason) VALUES ('azure', 'public', 'subscription-9', 'Too old')`,
		`INSERT INTO intake_policy (only_row, version, rules) VALUES (1, 2, '{"approve_all":true,"approve_providers":null,"rights_on":true,"rights":["azure-read"],"providers":["azure"],
			"directories":["tenant-1","tenant-2"],"subscriptions":[],"longest_certificate":90}')`,
		`INSERT INTO reviews (id, name, selection, about, started_by_name, started_at, due_at, state, total, decided) VALUES ('review-1', 'R', '{}', 'all', 'Ada', 1, 2, 'open', 1, 1)`,
		`INSERT INTO review_items (review_id, number, position, credential_id, account_id, account, provider, label, subscription_name, subscription_id,
			linked_by, linked_by_name, personal_of, stage, kind, snapshot) VALUES ('review-1', 1, 1, 'credential-1', 'account-acme', 'acme', 'azure', 'One', 'Harbor', 'subscription-1',
			'', '', '', 'decided', 'keep', '{"label":"One","subscription_name":"Harbor","subscription_id":"subscription-1","tenant_id":"tenant-1","client_id":"client-1","method":"app"}')`,
	)
	w := world{open(t, path), t}
	found, err := w.Credentials().Find(t.Context(), "account-acme", "credential-1")
	w.ok(err)
	if want := (cloud.Target{Environment: "public", Account: "subscription-1", Parent: "tenant-1",
		SignIn: cloud.SignIn{Method: "app", Principal: "client-1"}}); !found.Target.Equal(want) || found.CloudAccountName != "Harbor" {
		t.Errorf("the link is %+v", found)
	}
	same(t, "its certificate", found.CertificateID, "certificate-1")
	same(t, "its version", found.Version, 3)
	same(t, "the rights that were let in", strings.Join(found.ApprovedRights, " "), "azure-give-roles")
	same(t, "what finds it", w.count(`SELECT count(*) FROM register_texts WHERE register_texts MATCH 'arb'`), 1)
	reason, err := w.Credentials().StoppedBefore(t.Context(), "azure", cloud.Target{Environment: "public", Account: "subscription-9"})
	w.ok(err)
	same(t, "the reason of what was stopped", reason, "Too old")
	rules, err := w.Credentials().Rules(t.Context())
	w.ok(err)
	same(t, "the directories", strings.Join(rules.Parents["azure"], " "), "tenant-1 tenant-2")
	same(t, "the subscriptions", len(rules.Accounts), 0)
	same(t, "the other rules", rules.ApproveAll && rules.RightsOn && rules.LongestCertificate == 90 && rules.Version == 2, true)
	item, err := w.Reviews().Recorded(t.Context(), "review-1", 0, 10)
	w.ok(err)
	if snapshot := item[0].Snapshot; snapshot.CloudAccount != "subscription-1" || snapshot.CloudAccountName != "Harbor" || snapshot.CloudParent != "tenant-1" || snapshot.Principal != "client-1" {
		t.Errorf("what was decided on is %+v", snapshot)
	}
	same(t, "rows that refer to nothing", w.count(`SELECT count(*) FROM pragma_foreign_key_check`), 0)
	w.exec(`INSERT INTO register_texts (register_texts) VALUES ('integrity-check')`)
}
