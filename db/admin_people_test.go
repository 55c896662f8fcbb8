package db_test

import (
	"testing"

	"mooring/account"
)

func TestPeopleInOtherCaseAreInOrder(t *testing.T) {
	w := newWorld(t)
	w.join("Bob", "bobs")
	for after, expected := range map[string]string{"": "ada@example.com", "ADA@example.com": "Bob@example.com", "bob@example.com": "eve@example.com"} {
		rows, err := w.Accounts().PeoplePage(t.Context(), account.PeopleQuery{After: after}, 1, morning)
		w.ok(err)
		if len(rows) != 1 || rows[0].Person.Email != expected {
			t.Errorf("after %q comes %+v, want %s", after, rows, expected)
		}
	}
}

// Each condition of a search stands for itself, whatever was typed.
func TestASearchBeginsAfterThePageBefore(t *testing.T) {
	w := newWorld(t)
	rows, err := w.Accounts().PeoplePage(t.Context(), account.PeopleQuery{Search: "e", After: "ada@example.com"}, 10, morning)
	w.ok(err)
	if len(rows) != 1 || rows[0].Person.Email != "eve@example.com" {
		t.Errorf("got %+v", rows)
	}
}
