package credential_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"mooring/certificate"
	"mooring/cloud"
	"mooring/credential"
)

// The whole life of a credential, written by hand: what an event makes of each
// state. A dash is what is not possible.
const life = `
                 not-verified      connected         waiting           needs-attention   disabled          stopped           pending-approval
edit             not-verified      not-verified      not-verified      not-verified      disabled          stopped           pending-approval
verify           not-verified      connected         waiting           needs-attention   -                 -                 -
disable          disabled          disabled          disabled          disabled          -                 -                 -
enable           -                 -                 -                 -                 not-verified      -                 -
unlink           gone              gone              gone              gone              gone              gone              gone
stop             stopped           stopped           stopped           stopped           stopped           -                 stopped
release          -                 -                 -                 -                 -                 not-verified      -
approve          -                 -                 -                 -                 -                 -                 not-verified
decline          -                 -                 -                 -                 -                 -                 stopped
reopen           pending-approval  pending-approval  pending-approval  pending-approval  -                 pending-approval  -
hand-back        -                 -                 -                 -                 -                 disabled          -
propose          pending-approval  pending-approval  pending-approval  pending-approval  pending-approval  -                 pending-approval
pass             connected         connected         connected         connected         -                 -                 -
wait             waiting           waiting           waiting           waiting           -                 -                 -
break            needs-attention   needs-attention   needs-attention   needs-attention   -                 -                 -
could-not-check  not-verified      connected         waiting           needs-attention   -                 -                 -
hold             pending-approval  pending-approval  pending-approval  pending-approval  -                 -                 -
`

func lifeTable(t testing.TB) (states []credential.State, table map[credential.Event]map[credential.State]string) {
	lines := strings.Split(strings.TrimSpace(life), "\n")
	for _, state := range strings.Fields(lines[0]) {
		states = append(states, credential.State(state))
	}
	table = map[credential.Event]map[credential.State]string{}
	for _, line := range lines[1:] {
		words := strings.Fields(line)
		if len(words) != 1+len(states) {
			t.Fatalf("a line has %d words: %s", len(words), line)
		}
		row := map[credential.State]string{}
		for i, state := range states {
			row[state] = words[1+i]
		}
		table[credential.Event(words[0])] = row
	}
	return states, table
}

func TestEveryMoveIsInTheTable(t *testing.T) {
	states, table := lifeTable(t)
	if len(states) != 7 || len(table) != 17 {
		t.Fatalf("the table has %d states and %d events", len(states), len(table))
	}
	for event, row := range table {
		for state, want := range row {
			next, possible := state.After(event)
			got := string(next)
			switch {
			case !possible:
				got = "-"
			case next == "":
				got = "gone"
			}
			if got != want || state.Can(event) != (want != "-") {
				t.Errorf("%s when %s leads to %s (possible: %t), want %s", event, state, got, state.Can(event), want)
			}
		}
	}
	for _, state := range append(states, "", "unknown") {
		for _, event := range []credential.Event{"", "unknown", "Verify"} {
			if _, ok := state.After(event); ok {
				t.Errorf("%q when %q is possible", event, state)
			}
		}
	}
	if credential.State("").Can(credential.Unlink) || credential.State("unknown").Can(credential.Verify) {
		t.Error("something is possible in a state that does not exist")
	}
}

func TestRetriesDoubleUpToTheirLongest(t *testing.T) {
	for longest, waits := range map[time.Duration][]time.Duration{
		credential.LongestRetry:  {5, 10, 20, 40, 60, 60, 60},
		credential.LongestOutage: {5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600},
	} {
		for i, want := range waits {
			if got := credential.RetryAfter(i+1, longest); got != want*time.Second {
				t.Errorf("the wait after attempt %d, at most %v, is %v, want %v", i+1, longest, got, want*time.Second)
			}
		}
		for _, many := range []int{64, 100, 1_000_000} {
			if got := credential.RetryAfter(many, longest); got != longest {
				t.Errorf("the wait after attempt %d is %v", many, got)
			}
		}
	}
	if got := credential.RetryAfter(0, time.Hour); got != 5*time.Second {
		t.Errorf("the wait after no attempt is %v", got)
	}
}

// before is a credential in this state that was linked two minutes ago and
// could not be checked once since.
func before(state credential.State) credential.Credential {
	return credential.Credential{ID: "c", State: state, Version: 3, Attempts: 2,
		FreshFrom: morning.Add(-2 * time.Minute), LastCheckedAt: morning.Add(-time.Minute), CouldNotCheckAt: morning.Add(-30 * time.Second),
		NextCheckAt: morning, CloudAccountName: "Production"}
}

func TestEachOutcomeDecidesInEachState(t *testing.T) {
	day := 24 * time.Hour
	type decision struct {
		attempts            int
		checked, unanswered time.Time
		next                time.Duration
		trigger             credential.Trigger
	}
	old := before(credential.Connected)
	outcomes := map[credential.Event]decision{
		credential.Pass:          {0, morning, time.Time{}, spread("c", day), credential.BySchedule},
		credential.Wait:          {3, morning, time.Time{}, 20 * time.Second, credential.ByRetry},
		credential.Break:         {3, morning, time.Time{}, spread("c", time.Hour), credential.BySchedule}, // on its first day
		credential.CouldNotCheck: {3, old.LastCheckedAt, morning, 20 * time.Second, credential.ByRetry},
		credential.Hold:          {0, morning, time.Time{}, 0, ""},
	}
	states, table := lifeTable(t)
	for outcome, d := range outcomes {
		for _, state := range states {
			want := before(state)
			if next := table[outcome][state]; next != "-" { // else: disabled, stopped or held back meanwhile, nothing is decided
				want.State, want.Attempts = credential.State(next), d.attempts
				want.LastCheckedAt, want.CouldNotCheckAt, want.NextCheckAt = d.checked, d.unanswered, morning.Add(d.next)
				if want.NextTrigger = d.trigger; d.next == 0 {
					want.NextCheckAt = time.Time{}
				}
			}
			if got := credential.Decide(before(state), outcome, morning, 0); !reflect.DeepEqual(got, want) {
				t.Errorf("%s when %s decides\n%+v, want\n%+v", outcome, state, got, want)
			}
		}
	}
}

func TestNoAnswerNeverWorsensAState(t *testing.T) {
	states, _ := lifeTable(t)
	for _, state := range states {
		c := before(state)
		for range 50 { // an outage of two days
			c = credential.Decide(c, credential.CouldNotCheck, c.NextCheckAt, 0)
		}
		same(t, "after an outage", c.State, state)
		same(t, "the name that was found", c.CloudAccountName, "Production")
		if state.Can(credential.Verify) {
			same(t, "the last check that said something", c.LastCheckedAt, before(state).LastCheckedAt)
		}
	}
}

func TestWaitingEndsAfterFifteenMinutesWithOneLastLook(t *testing.T) {
	c := credential.Credential{State: credential.NotVerified, FreshFrom: morning, NextCheckAt: morning}
	end := morning.Add(15 * time.Minute)
	looks := 0
	for c.NextCheckAt.Before(end) {
		now := c.NextCheckAt
		if c = credential.Decide(c, credential.Wait, now, 0); !c.NextCheckAt.After(now) || looks > 100 {
			t.Fatalf("look %d at %v plans the next at %v", looks, now, c.NextCheckAt)
		}
		looks++
	}
	same(t, "the last look", c.NextCheckAt, end)
	same(t, "the looks before it", looks, 18)
	same(t, "the state until then", c.State, credential.WaitingCloud)

	late := credential.Decide(c, credential.Wait, end.Add(4*time.Second), 0) // a check that began before the end
	same(t, "the look after a late end", late.NextCheckAt, end)
}

func TestWhatTheCloudAsksForIsObeyedUpToAnHour(t *testing.T) {
	late := 5*time.Minute - spread("", 5*time.Minute)
	for pause, want := range map[time.Duration]time.Duration{
		0: 5 * time.Second, time.Second: 5 * time.Second, 30 * time.Second: 30 * time.Second, 5 * time.Minute: 5*time.Minute + late, time.Hour: time.Hour, 24 * time.Hour: time.Hour,
	} {
		for _, state := range []credential.State{credential.NotVerified, credential.Connected, credential.WaitingCloud, credential.NeedsAttention} {
			c := credential.Credential{State: state, FreshFrom: morning}
			got := credential.Decide(c, credential.CouldNotCheck, morning, pause)
			same(t, string(state)+" asked to wait "+pause.String(), got.NextCheckAt, morning.Add(want))
			same(t, "the state", got.State, state)
		}
	}
}

func TestWhatIsBrokenIsLookedAtHourlyOnItsFirstDay(t *testing.T) {
	for since, want := range map[time.Duration]time.Duration{
		0: time.Hour, 15 * time.Minute: time.Hour, 24*time.Hour - time.Second: time.Hour, 24 * time.Hour: 24 * time.Hour, 1000 * time.Hour: 24 * time.Hour,
	} {
		c := credential.Credential{State: credential.WaitingCloud, FreshFrom: morning}
		now := morning.Add(since)
		same(t, "the next look, "+since.String()+" after the change", credential.Decide(c, credential.Break, now, 0).NextCheckAt, now.Add(spread("", want)))
	}
}

func TestAChangeFromTheFutureIsNotFresh(t *testing.T) {
	for ahead, want := range map[time.Duration]time.Duration{
		30 * time.Second: time.Hour, time.Hour: 24 * time.Hour, 24 * 365 * time.Hour: 24 * time.Hour,
	} {
		c := credential.Credential{State: credential.WaitingCloud, FreshFrom: morning.Add(ahead)}
		same(t, "the next look at what was changed "+ahead.String()+" from now", credential.Decide(c, credential.Break, morning, 0).NextCheckAt, morning.Add(spread("", want)))
	}
}

// spread is the wait of the credential with this id.
func spread(id string, wait time.Duration) time.Duration {
	return credential.Credential{ID: id}.Spread(wait)
}

func TestPlannedChecksAreSpread(t *testing.T) {
	const links = 1000
	seconds, total := map[time.Duration]int{}, time.Duration(0)
	for n := range links {
		wait := spread(fmt.Sprintf("credential-%d", n), credential.RecheckAfter)
		if wait > credential.RecheckAfter || wait < credential.RecheckAfter*11/12 {
			t.Fatalf("a wait of %v", wait)
		}
		seconds[wait]++
		total += wait
	}
	for wait, n := range seconds {
		if n > 5 {
			t.Errorf("%d of %d links wait %v", n, links, wait)
		}
	}
	if mean := total / links; mean < 22*time.Hour+50*time.Minute || mean > 23*time.Hour+10*time.Minute {
		t.Errorf("the mean is %v", mean)
	}
	same(t, "the wait the second time", spread("credential-7", time.Hour), spread("credential-7", time.Hour))
	same(t, "a short wait", spread("credential-7", 59*time.Second), 59*time.Second)
}

func TestALinkThatNobodyCouldCheckForTwoDaysHasAWarning(t *testing.T) {
	c := credential.Credential{State: credential.Connected, LastCheckedAt: morning, CertificateExpires: morning.AddDate(1, 0, 0)}
	for _, test := range []struct {
		after time.Duration
		left  time.Duration
		want  credential.Status
		word  string
	}{
		{48*time.Hour - time.Second, 300 * 24 * time.Hour, credential.StatusConnected, "Connected"},
		{48 * time.Hour, 300 * 24 * time.Hour, credential.StatusWarning, "Connected with a warning"},
		{48 * time.Hour, 9 * 24 * time.Hour, credential.StatusExpiring, "Expires in 9 days"},
		{48 * time.Hour, 0, credential.StatusAttention, "Needs attention"},
		{-time.Hour, 300 * 24 * time.Hour, credential.StatusConnected, "Connected"}, // the clock was ahead
	} {
		now := morning.Add(test.after)
		c.CertificateExpires = now.Add(test.left)
		same(t, "the status", c.Status(now), test.want)
		same(t, "the word", c.Word("Azure", now), test.word)
	}
	for _, state := range []credential.State{credential.NotVerified, credential.WaitingCloud, credential.NeedsAttention, credential.Disabled} {
		c.State = state
		same(t, "a warning about what is "+string(state), c.Status(morning.AddDate(0, 1, 0)) == credential.StatusWarning, false)
	}
}

func TestWhatPeopleShouldSeeOfAConnectedLinkIsAWarning(t *testing.T) {
	read := cloud.Right{Key: "read", Granted: true}
	excess := cloud.Right{Key: "everything", Granted: true, Excessive: true}
	for _, test := range []struct {
		rights   []cloud.Right
		reported []cloud.Warning
		days     int // since the last check
		want     []cloud.Warning
	}{
		{nil, nil, 0, nil},
		{[]cloud.Right{read}, nil, 0, nil},
		{[]cloud.Right{{Key: "everything", Excessive: true}}, nil, 0, nil}, // it lacks it
		{[]cloud.Right{read, excess}, nil, 0, []cloud.Warning{credential.WarnPermissions}},
		{[]cloud.Right{read}, []cloud.Warning{cloud.PaymentPastDue}, 0, []cloud.Warning{cloud.PaymentPastDue}},
		{[]cloud.Right{excess}, []cloud.Warning{cloud.PaymentWarned}, 3, []cloud.Warning{credential.WarnUnchecked, cloud.PaymentWarned, credential.WarnPermissions}},
	} {
		c := credential.Credential{State: credential.Connected, LastCheckedAt: morning, CertificateExpires: morning.AddDate(1, 0, 0),
			Rights: test.rights, Reported: test.reported}
		now := morning.AddDate(0, 0, test.days)
		if got := c.Warnings(now); !slices.Equal(got, test.want) {
			t.Errorf("%+v: %v", test, got)
		}
		word := map[bool]string{true: "Connected with a warning", false: "Connected"}[len(test.want) > 0]
		same(t, "the word", c.Word("Azure", now), word)
		c.CertificateExpires = now.AddDate(0, 0, 9)
		same(t, "the word when it expires", c.Word("Azure", now), "Expires in 9 days")
		for _, state := range []credential.State{credential.NotVerified, credential.WaitingCloud, credential.NeedsAttention, credential.Disabled, credential.PendingApproval} {
			c.State = state
			same(t, "the warnings when it is "+string(state), len(c.Warnings(now)), 0)
		}
	}
}

func TestTheWordIsOneForEachState(t *testing.T) {
	const day = 24 * time.Hour
	for _, test := range []struct {
		state credential.State
		left  time.Duration // until the certificate expires
		word  string
	}{
		{credential.NotVerified, 300 * day, "Not checked"},
		{credential.WaitingCloud, 300 * day, "Waiting for Azure"},
		{credential.NeedsAttention, 300 * day, "Needs attention"},
		{credential.Disabled, 300 * day, "Disabled"},
		{credential.Stopped, 300 * day, "Disabled"},
		{credential.PendingApproval, 300 * day, "Pending approval"},
		{credential.PendingApproval, -day, "Pending approval"},
		{"", 300 * day, "Not checked"},
		{credential.Connected, 300 * day, "Connected"},
		{credential.Connected, 30*day + time.Second, "Connected"},
		{credential.Connected, 30 * day, "Expires in 30 days"},
		{credential.Connected, 10*day - time.Second, "Expires in 9 days"},
		{credential.Connected, 9 * day, "Expires in 9 days"},
		{credential.Connected, 2 * day, "Expires in 2 days"},
		{credential.Connected, 2*day - time.Second, "Expires in 1 day"},
		{credential.Connected, day, "Expires in 1 day"},
		{credential.Connected, day - time.Second, "Expires today"},
		{credential.Connected, time.Second, "Expires today"},
		{credential.Connected, 0, "Needs attention"},
		{credential.Connected, -day, "Needs attention"},
		{credential.NotVerified, -day, "Not checked"},
		{credential.Disabled, -day, "Disabled"},
	} {
		for _, zone := range []*time.Location{time.UTC, time.FixedZone("east", 14*60*60)} {
			c := credential.Credential{State: test.state, CertificateExpires: morning.Add(test.left).In(zone)}
			if got := c.Word("Azure", morning); got != test.word {
				t.Errorf("%q with %v left is %q, want %q", test.state, test.left, got, test.word)
			}
		}
	}
	if certificate.WarnBefore != 30*day {
		t.Error("the table above is about another warning")
	}
}

func TestTheNextCheckSaysWhyItIsPlanned(t *testing.T) {
	for outcome, want := range map[credential.Event]credential.Trigger{
		credential.Pass: credential.BySchedule, credential.Break: credential.BySchedule,
		credential.Wait: credential.ByRetry, credential.CouldNotCheck: credential.ByRetry,
	} {
		c := credential.Credential{State: credential.NotVerified, FreshFrom: morning, NextTrigger: credential.ByPerson}
		same(t, "the trigger after "+string(outcome), credential.Decide(c, outcome, morning, 0).NextTrigger, want)
	}
}

func TestAVerificationRunsUntilItIsFinished(t *testing.T) {
	v := credential.Verification{StartedAt: morning}
	same(t, "it running", v.Running(), true)
	v.FinishedAt, v.Outcome = morning, cloud.Passed
	same(t, "it running after its end", v.Running(), false)
}
