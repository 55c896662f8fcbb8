package db_test

import (
	"errors"
	"strings"
	"testing"

	"mooring/account"
)

func TestOwnersOfAnAccountOfWhateverKind(t *testing.T) {
	w := newWorld(t)
	w.join("bob", "bobs")
	ctx := t.Context()
	w.exec(`INSERT INTO memberships VALUES ('person-bob', 'account-acme', 'owner', 0, 0), ('person-eve', 'account-acme', 'member', 0, 0)`)
	w.exec(`UPDATE memberships SET role = 'owner' WHERE account_id = 'account-ada'`)
	for id, want := range map[string]string{
		"account-acme": "acme organization ada@example.com bob@example.com",
		"account-ada":  "ada personal ada@example.com",
	} {
		found, err := w.Accounts().OwnersOf(ctx, id)
		w.ok(err)
		told := []string{found.Account.Name, string(found.Account.Kind)}
		for _, owner := range found.Owners {
			told = append(told, owner.Email)
		}
		if got := strings.Join(told, " "); found.Account.ID != id || got != want {
			t.Errorf("%s is %s, want %s", id, got, want)
		}
	}
	if _, err := w.Accounts().OwnersOf(ctx, "none"); !errors.Is(err, account.ErrNoSuchAccount) {
		t.Errorf("nothing has owners: %v", err)
	}
}
