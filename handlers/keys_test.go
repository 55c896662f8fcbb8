package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"mooring/account"
)

func TestNobodyIsOfferedAScopeThatNothingUses(t *testing.T) {
	s := newSite(t)
	const path = "/accounts/harbor/api-keys"
	if s.apiWrites() {
		t.Fatal("a route of the API needs a key that may write: this test is about a time before")
	}
	lacks(t, shows(t, s.ask("owner", "GET", path+"/new", nil), "It can't change anything"), "Read and write", `value="write"`)
	form := url.Values{"name": {"report"}, "scope": {"write"}, "days": {"90"}}
	says(t, s.ask("owner", "POST", path, form), http.StatusUnprocessableEntity, "so new keys can only read")
	form.Set("scope", "read")
	says(t, s.ask("owner", "POST", path, form), http.StatusOK, account.KeyPrefix)

	// One that was made when it was offered is shown as what it is, and works.
	row := shows(t, s.ask("owner", "GET", path, nil), "Read and write", "The API is currently read-only.")
	if strings.Count(row, "The API is currently read-only.") != strings.Count(row, "Read and write") {
		t.Error("a key that only reads is said to be one that may write")
	}
	says(t, s.ask("write key", "GET", "/api/v1/me", nil), http.StatusOK, `"write"`)
}
