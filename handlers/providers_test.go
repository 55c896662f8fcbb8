package handlers

import (
	"testing"

	"mooring/views"
)

func TestALongListSaysWhatItHolds(t *testing.T) {
	rows := func(tones ...views.Tone) []views.CredentialRow {
		var all []views.CredentialRow
		for _, tone := range tones {
			all = append(all, views.CredentialRow{Status: views.Status{Tone: tone}})
		}
		return all
	}
	const ok, attention, waiting, off = views.ToneOK, views.ToneAttention, views.ToneWaiting, views.ToneOff
	for want, listed := range map[string][]views.CredentialRow{
		"":                             rows(ok, attention, waiting, off, ok),
		"6 linked.":                    rows(ok, ok, ok, ok, ok, off),
		"6 linked. 1 needs attention.": rows(ok, ok, ok, ok, ok, attention),
		"6 linked. 2 need attention. 3 waiting or expiring.": rows(attention, ok, attention, waiting, waiting, waiting),
	} {
		if got := summaryOf(listed); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
