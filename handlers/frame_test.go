package handlers

import (
	"regexp"
	"testing"
)

// TestOnePageOfTheNavigationIsTheOneShown looks at every page of Account info.
func TestOnePageOfTheNavigationIsTheOneShown(t *testing.T) {
	s := newSite(t)
	for path, want := range map[string]string{
		"/settings": "General", "/settings/security": "Security", "/settings/sessions": "Security", "/settings/password": "Security",
		"/accounts/owner/cloud-providers": "Cloud Providers", "/accounts/harbor/cloud-providers/azure/credentials/new": "Cloud Providers",
		"/accounts/harbor/general": "General", "/accounts/harbor/people": "People", "/accounts/harbor/api-keys/new": "API keys",
	} {
		var shown []string
		for _, found := range currentPage.FindAllStringSubmatch(s.ask("owner", "GET", path, nil).Body.String(), -1) {
			shown = append(shown, found[1])
		}
		if len(shown) != 1 || shown[0] != want {
			t.Errorf("%s shows %q as the current page, want %s", path, shown, want)
		}
	}
}

var currentPage = regexp.MustCompile(`aria-current="page">([^<]*)<`)
