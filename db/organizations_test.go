package db_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/credential"
)

// furnish gives an organization one of everything that can belong to it.
func (w world) furnish(name, person string) {
	w.t.Helper()
	w.link("first-"+name, func(c *credential.Credential) { *c = newCredential(name, person, "first-"+name) })
	w.link("second-"+name, func(c *credential.Credential) { *c = newCredential(name, person, "second-"+name) })
	w.exec(`INSERT INTO verifications VALUES (?1, ?2, 1, 'person', 1, 2, 'passed', 0, 1, 0, '')`, "verification-"+name, "credential-first-"+name)
	w.exec(`INSERT INTO verification_results VALUES (?, 1, 'sign-in', 'ok', '', '', '', '', 1, 1)`, "verification-"+name)
	w.exec(`INSERT INTO invitations VALUES (?1, ?2, ?1, 'member', '', 0, ?3, 1, ?4)`,
		"invitation-"+name, "account-"+name, "person-"+person, after(time.Hour).UnixMilli())
	w.exec(`INSERT INTO invitations VALUES (?1, ?2, ?1, 'member', '', 0, ?3, 1, 2)`,
		"expired-invitation-"+name, "account-"+name, "person-"+person)
	w.exec(`INSERT INTO api_keys VALUES (?1, ?2, ?3, 'n', 'h', 'read', 1, 2, 0, '')`, "key-"+name, "account-"+name, "person-"+person)
}

// everything gives all rows of all tables as text, by table.
func (w world) everything() map[string][]string {
	w.t.Helper()
	rows := map[string][]string{}
	for _, table := range w.words(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`) {
		var columns []string
		for _, column := range w.words(fmt.Sprintf(`SELECT name FROM pragma_table_info('%s')`, table)) {
			columns = append(columns, fmt.Sprintf(`quote("%s")`, column))
		}
		rows[table] = w.words(fmt.Sprintf(`SELECT %s FROM %s ORDER BY 1`, strings.Join(columns, ` || ' ' || `), table))
	}
	return rows
}

func (w world) words(query string) (words []string) {
	w.t.Helper()
	rows, err := w.Writer().QueryContext(w.t.Context(), query)
	w.ok(err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var word string
		w.ok(rows.Scan(&word))
		words = append(words, word)
	}
	w.ok(rows.Err())
	return words
}

// The test looks at every table there is, also at those of later migrations.
func TestDeletingAnOrganizationTakesAllOfItAndNothingOfOthers(t *testing.T) {
	w := newWorld(t)
	w.furnish("acme", "ada")
	w.furnish("evil", "eve")
	before := w.everything()
	w.ok(w.Accounts().DeleteOrganization(t.Context(), "account-acme", "acme", entry(audit.DeleteAccount, "account-acme")))
	left := w.everything()

	mentions := func(row string) bool { return strings.Contains(row, "acme") }
	for table, rows := range left {
		if table == "audit_head" || strings.HasPrefix(table, "register_") { // the one goes on with the log, the others follow the credentials
			continue
		}
		if table == "audit" {
			isNew := func(row string) bool { return !slices.Contains(before["audit"], row) }
			if len(rows) != len(before["audit"])+3 || len(slices.DeleteFunc(slices.Clone(rows), isNew)) != len(before["audit"]) {
				t.Errorf("the audit log became %v", rows)
			}
			continue
		}
		for _, row := range rows {
			if mentions(row) {
				t.Errorf("%s still has %s", table, row)
			}
		}
		gone := 0
		for _, row := range before[table] {
			// Who had it as their first page has no such page now.
			if !mentions(row) && !slices.Contains(rows, row) {
				t.Errorf("%s has lost %s", table, row)
			}
			if mentions(row) {
				gone++
			}
		}
		if table == "people" {
			gone = 0
		}
		same(t, "the number of rows left in "+table, len(rows), len(before[table])-gone)
	}
	for _, table := range []string{"accounts", "memberships", "certificates", "credentials", "verifications", "verification_results", "invitations", "api_keys"} {
		if len(before[table]) == len(left[table]) {
			t.Errorf("nothing is gone from %s: this test proves nothing about it", table)
		}
	}
	caller, err := w.Accounts().Caller(t.Context(), w.signIn("ada").ID, morning)
	w.ok(err)
	if m, ok := caller.Default(); !ok || m.Account.Name != "ada" {
		t.Errorf("ada begins at %+v", m)
	}
}

func TestDeletingAnOrganizationTellsOfEachLinkThatGoes(t *testing.T) {
	w := newWorld(t)
	var labels []string
	for i := range 450 { // more than are held in memory
		c := w.link(fmt.Sprintf("%03d", i), func(c *credential.Credential) { c.Label = fmt.Sprintf("%c%03d", "aA"[i%2], i/2) })
		labels = append(labels, c.Label)
	}
	deletion := entry(audit.DeleteAccount, "account-acme")
	deletion.Detail = "acme"
	want(t, w.Accounts().DeleteOrganization(t.Context(), "account-acme", "other", deletion), account.ErrNoSuchAccount)
	same(t, "the entries about what stays", w.count(`SELECT count(*) FROM audit WHERE action = 'credential.unlink'`), 0)
	w.ok(w.Accounts().DeleteOrganization(t.Context(), "account-acme", "acme", deletion))
	told, err := w.Audit(t.Context(), "account-acme", 451)
	w.ok(err)
	slices.Reverse(told)
	if last := told[450]; last.Action != audit.DeleteAccount {
		t.Errorf("the last entry is %+v", last)
	}
	seen := map[string]bool{}
	for i, e := range told[:450] {
		if e.Action != audit.UnlinkCredential || e.Actor != deletion.Actor || !e.At.Equal(deletion.At) || e.Result != audit.Done {
			t.Fatalf("entry %d is %+v", i, e)
		}
		if i > 0 && strings.ToLower(told[i-1].Detail) > strings.ToLower(e.Detail) {
			t.Errorf("%s comes after %s", e.Detail, told[i-1].Detail)
		}
		seen[e.Detail+e.CredentialID] = true
	}
	same(t, "the number of links told of", len(seen), len(labels))
}

func TestADeletionListsWhatGoes(t *testing.T) {
	w := newWorld(t)
	w.furnish("acme", "ada")
	w.furnish("evil", "eve")
	w.ok(w.Accounts().AddPerson(t.Context(), newPerson("bob", "acme"), entry(audit.MakeAccount, "account-acme")))
	got, err := w.Accounts().Deletion(t.Context(), "account-acme", morning)
	w.ok(err)
	if !slices.Equal(got.Credentials, []string{"first-acme", "second-acme"}) || got.People != 2 || got.Keys != 1 || got.Invitations != 1 {
		t.Errorf("got %+v", got)
	}
	_, err = w.Accounts().Deletion(t.Context(), "account-ada", morning)
	want(t, err, account.ErrNoSuchAccount)
}

func TestWhatIsRefusedLeavesNoAuditEntry(t *testing.T) {
	w := newWorld(t)
	before, a, ctx := w.count(`SELECT count(*) FROM audit`), w.Accounts(), t.Context()
	acme, err := a.Organization(ctx, "account-acme")
	w.ok(err)
	taken := acme
	taken.Name = "evil"
	want(t, a.ChangeOrganization(ctx, taken, entry(audit.ChangeAccount, acme.ID)), account.ErrNameTaken)
	want(t, a.AddOrganization(ctx, taken, "person-ada", entry(audit.MakeAccount, acme.ID)), account.ErrNameTaken)
	want(t, a.DeleteOrganization(ctx, acme.ID, "acme-2", entry(audit.DeleteAccount, acme.ID)), account.ErrNoSuchAccount)
	want(t, a.SetRole(ctx, acme.ID, "person-ada", account.Viewer, entry(audit.ChangeRole, acme.ID)), account.ErrLastOwner)
	want(t, a.RemoveMember(ctx, acme.ID, "person-ada", entry(audit.RemoveMember, acme.ID)), account.ErrLastOwner)
	want(t, a.RemoveMember(ctx, acme.ID, "person-eve", entry(audit.RemoveMember, acme.ID)), account.ErrNoSuchColleague)
	want(t, a.RemoveInvitation(ctx, acme.ID, "none", entry(audit.RevokeInvitation, acme.ID)), account.ErrNoSuchInvitation)
	want(t, a.AcceptInvitation(ctx, "none", "person-eve", morning, entry(audit.JoinAccount, acme.ID)), account.ErrInvitation)
	want(t, a.RemoveKey(ctx, acme.ID, "", "none", entry(audit.RevokeKey, acme.ID)), account.ErrNoSuchKey)
	want(t, a.DisablePerson(ctx, "person-ada", entry(audit.DisablePerson, "")), account.ErrLastAdministrator)
	want(t, a.TakeAdministrator(ctx, "person-ada", entry(audit.TakeAdministrator, "")), account.ErrLastAdministrator)
	same(t, "the number of audit entries", w.count(`SELECT count(*) FROM audit`), before)
	same(t, "the number of owners", w.count(`SELECT count(*) FROM memberships WHERE role = 'owner'`), 2)
}

func TestAnOrganizationWithoutAnOwnerIsNotMade(t *testing.T) {
	w := newWorld(t)
	err := w.Accounts().AddOrganization(t.Context(), account.Account{ID: "account-new", Name: "new", CreatedAt: morning},
		"person-nobody", entry(audit.MakeAccount, "account-new"))
	if err == nil || w.count(`SELECT count(*) FROM accounts WHERE name = 'new'`) != 0 {
		t.Errorf("got %v", err)
	}
}

func TestAnInvitationBySomebodyWhoIsNoPersonNamesNobody(t *testing.T) {
	w := newWorld(t)
	acme, err := w.Accounts().Organization(t.Context(), "account-acme")
	w.ok(err)
	invitation := account.Invitation{ID: "i", Account: acme, Role: account.Viewer, Email: "bob@example.com", Mailed: true,
		CreatedAt: morning, ExpiresAt: after(time.Hour)}
	added, err := w.Accounts().AddInvitation(t.Context(),
		account.NewInvitation{Invitation: invitation, Hash: "h", CreatedBy: audit.System}, entry(audit.Invite, acme.ID))
	w.ok(err)
	same(t, "the invitation", added, invitation)
	found, err := w.Accounts().InvitationByHash(t.Context(), "h", morning)
	w.ok(err)
	same(t, "the invitation found by its hash", found, invitation)
	_, err = w.Accounts().InvitationByHash(t.Context(), "H", morning)
	want(t, err, account.ErrInvitation)
}
