package views

import (
	"testing"
	"time"

	"mooring/credential"
	"mooring/register"
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
		90*24*time.Hour - time.Second:     "in 90 days",
		365*24*time.Hour - 61*time.Minute: "in 364 days",
	}
	for far, want := range tests {
		if got := relative(far); got != want {
			t.Errorf("%v: %q, want %q", far, got, want)
		}
	}
}

func TestMomentsAreInTheZoneOfTheReader(t *testing.T) {
	zone := time.FixedZone("+0545", 5*3600+45*60)
	r := Reader{Now: sampleReader.Now, Zone: zone}
	want := Time{Shown: "3 minutes ago", Exact: "22 November 2026, 14:56:03 +0545", Machine: "2026-11-22T09:11:03Z"}
	if got := r.Moment(r.Now.Add(-3 * time.Minute)); got != want {
		t.Errorf("got %+v", got)
	}
	if got := r.Moment(time.Time{}); got != (Time{Shown: "Never"}) {
		t.Errorf("no moment is shown as %+v", got)
	}
}

func TestALinkWithoutACertificateHasNotExpired(t *testing.T) {
	soon, over := sampleReader.Now.Add(time.Hour), sampleReader.Now.Add(-time.Hour)
	for _, ends := range []time.Time{{}, soon, over} {
		want := ""
		if ends == over {
			want = "The certificate has expired."
		}
		link := credential.Credential{State: credential.Connected, CertificateExpires: ends, LastCheckedAt: sampleReader.Now}
		if got := sampleReader.Status(link); got.Detail != want {
			t.Errorf("the certificate ends %v: the link says %+v", ends, got)
		}
		row := register.Row{State: credential.Connected, ExpiresAt: ends, LastCheckedAt: sampleReader.Now}
		if got := sampleReader.RowStatus(row); got.Detail != want {
			t.Errorf("the certificate ends %v: its row says %+v", ends, got)
		}
	}
}
