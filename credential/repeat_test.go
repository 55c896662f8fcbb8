package credential_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"mooring/audit"
	"mooring/cloud"
	"mooring/credential"
)

// told are the entries about checks of a credential, the oldest first, each as
// its action, its detail and how many it counts.
func (w world) told(c credential.Credential) (all []string) {
	w.t.Helper()
	entries, err := w.Audit(w.t.Context(), acme, 1000)
	w.ok(err)
	for _, e := range slices.Backward(entries) {
		if e.CredentialID != c.ID {
			continue
		}
		switch e.Action {
		case audit.FinishVerification:
			all = append(all, "check "+e.Detail)
		case audit.RepeatVerification:
			all = append(all, e.Detail+" "+e.Changes[0].After+" times")
		case audit.UnlinkCredential:
			if len(e.Changes) > 0 {
				all = append(all, "unlinked after "+e.Changes[0].After+" more")
			}
		}
	}
	return all
}

func TestAnOutageIsToldOnceAndCounted(t *testing.T) {
	live(t, func(t *testing.T, w world) { // at midnight
		w.running(w.Service)
		c := w.link("one")
		settle()
		w.cloud.answers(ends(cloud.CannotTell))
		_, err := w.Verify(t.Context(), ofAcme, c.ID)
		w.ok(err)
		after(time.Minute)
		same(t, "what the log tells after a minute", strings.Join(w.told(c), ", "), "check passed, check could-not-check")

		after(10 * time.Hour)
		same(t, "what it tells in the evening", strings.Join(w.told(c), ", "), "check passed, check could-not-check")
		got := w.find(c)
		same(t, "what it does not tell", got.Repeats > 15, true)
		runs := w.runs(c)
		same(t, "the runs that are kept", len(runs), 3)
		same(t, "how many the last stands for", runs[2].Times, got.Repeats)

		after(24 * time.Hour)
		told := w.told(c)
		same(t, "what it tells the next day", len(told), 3)
		if n, err := strconv.Atoi(told[2][len("could-not-check ") : len(told[2])-len(" times")]); err != nil || n < 15 || n > 45 {
			t.Errorf("the entry says %q", told[2])
		}

		w.cloud.answers(passes)
		after(time.Hour)
		told = w.told(c)
		same(t, "what it tells after the outage", len(told), 5)
		same(t, "the last of it", told[4], "check passed")
		same(t, "what is left to tell", w.find(c).Repeats, 0)
		same(t, "since when", w.find(c).RepeatsFrom.IsZero(), true)
	})
}

func TestWhatAPersonAskedForIsAlwaysTold(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		w.cloud.answers(ends(cloud.CannotTell))
		w.running(w.Service)
		c := w.link("one")
		settle()
		for range 3 {
			_, err := w.Verify(t.Context(), ofAcme, c.ID)
			w.ok(err)
			settle()
		}
		same(t, "the entries", len(w.told(c)), 4)
		same(t, "the runs that are kept", len(w.runs(c)), 4)
	})
}

func TestAnotherResultEndsTheCount(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		w.cloud.answers(ends(cloud.CannotTell))
		w.running(w.Service)
		c := w.link("one")
		after(40 * time.Second) // at 0, 5, 15 and 35 seconds
		w.cloud.answers(ends(cloud.Failed))
		after(100 * time.Minute)
		same(t, "what the log tells", strings.Join(w.told(c), ", "), "check could-not-check, could-not-check 3 times, check broken")
		same(t, "what is left to tell", w.find(c).Repeats, 1)
		_, err := w.Unlink(t.Context(), ofAcme, c.ID, "")
		w.ok(err)
		same(t, "what it tells in the end", strings.Join(w.told(c), ", "), "check could-not-check, could-not-check 3 times, check broken, unlinked after 1 more")
	})
}

func TestAnEditDoesNotLoseTheCount(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		w.cloud.answers(ends(cloud.CannotTell))
		w.running(w.Service)
		c := w.link("one")
		after(20 * time.Second)
		_, err := w.Edit(t.Context(), ofAcme, c.ID, form("two"), true)
		w.ok(err)
		settle()
		same(t, "what the log tells", strings.Join(w.told(c), ", "), "check could-not-check,  2 times, check could-not-check")
	})
}
