package handlers

import (
	"testing"
	"time"
)

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
		365*24*time.Hour - 61*time.Minute: "in 364 days",
	}
	for far, want := range tests {
		if got := relative(far); got != want {
			t.Errorf("%v: %q, want %q", far, got, want)
		}
	}
}
