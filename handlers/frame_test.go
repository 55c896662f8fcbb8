package handlers

import (
	"regexp"
	"testing"
	"time"
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

func TestRelativeTimes(t *testing.T) {
	tests := map[time.Duration]string{
		0:                                 "just now",
		-59 * time.Second:                 "just now",
		-time.Minute:                      "1 minute ago",
		-59 * time.Minute:                 "59 minutes ago",
		-90 * time.Minute:                 "1 hour ago",
		-47 * time.Hour:                   "47 hours ago",
		-49 * time.Hour:                   "2 days ago",
		30 * time.Second:                  "in less than a minute",
		time.Minute + 40*time.Second:      "in 2 minutes",
		23*time.Hour + 59*time.Minute:     "in 24 hours",
		9*24*time.Hour + 23*time.Hour:     "in 9 days",
		90*24*time.Hour - time.Second:     "in 90 days",
		365*24*time.Hour - 61*time.Minute: "in 364 days",
	}
	for far, want := range tests {
		if got := relative(far); got != want {
			t.Errorf("%v: %q, want %q", far, got, want)
		}
	}
}
