package audit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"
)

// refusing is a refusals whose minutes end when the test says so.
type refusing struct {
	*Refusals
	entries []Entry
	ends    []func()
}

func newRefusing() *refusing {
	r := &refusing{}
	write := func(_ context.Context, e Entry) error { r.entries = append(r.entries, e); return nil }
	r.Refusals = NewRefusals(RefusalsConfig{Write: write, Log: slog.New(slog.DiscardHandler),
		Now:   func() time.Time { return time.Date(2026, 11, 22, 9, 14, 3, 0, time.UTC) },
		After: func(_ time.Duration, end func()) { r.ends = append(r.ends, end) }})
	return r
}

func (r *refusing) try(who, route string, times int) {
	for range times {
		r.Note(who, Entry{Action: RefuseRequest, Actor: Actor{PersonID: who, RequestID: "r1"}, Detail: route})
	}
}

// minute ends all that have begun, and gives what was written since.
func (r *refusing) minute() (details []string) {
	ends := r.ends
	r.ends = nil
	for _, end := range ends {
		end()
	}
	_ = r.Flush(context.Background())
	for _, e := range r.entries {
		details = append(details, e.Actor.PersonID+" "+e.Detail)
	}
	r.entries = nil
	return details
}

func TestRefusalsAreCountedByTheMinute(t *testing.T) {
	r := newRefusing()
	r.try("ada", "GET /a", 1)
	r.try("ada", "GET /b", 2)
	r.try("bob", "GET /a", 500)
	want := "ada GET /a, ada GET /b, bob GET /a, ada GET /b: once more within a minute, bob GET /a: 499 times more within a minute"
	if got := strings.Join(r.minute(), ", "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	r.try("bob", "GET /a", 1)
	if got := strings.Join(r.minute(), ", "); got != "bob GET /a" {
		t.Errorf("after the minute: %s", got)
	}
	if len(r.spells) != 0 {
		t.Errorf("%d minutes never end", len(r.spells))
	}
}

func TestOnePersonFillsNoLog(t *testing.T) {
	r := newRefusing()
	for i := range 200 {
		_ = r.Flush(t.Context())
		r.try("ada", fmt.Sprintf("GET /%d", i), 50)
	}
	if got := r.minute(); len(got) != 2*refusedKinds+1 || got[len(got)-1] != "ada other routes: 9500 times within a minute" {
		t.Errorf("%d entries: %s", len(got), strings.Join(got, "\n"))
	}
	for i := range 3 * refusedAtOnce {
		r.try(fmt.Sprint("person ", i), "GET /a", 1)
		_ = r.Flush(t.Context())
	}
	if len(r.spells) > refusedAtOnce+1 || len(r.entries) > refusedAtOnce+1 {
		t.Errorf("%d people have %d entries", len(r.spells), len(r.entries))
	}
}

func TestAServerThatStopsWritesTheRefusalsThatAreQueued(t *testing.T) {
	held := make(chan struct{})
	r := newRefusing()
	write := r.Write
	r.Write = func(ctx context.Context, e Entry) error { <-held; return write(ctx, e) }
	for i := range 5 {
		r.try(fmt.Sprint("person ", i), "GET /a", 1)
	}
	close(held)
	r.Close(t.Context())
	r.try("ada", "GET /a", 1)
	if got := r.minute(); len(got) != 5 {
		t.Errorf("written are %v", got)
	}
}

func TestRefusalsThatCouldNotBeWrittenAreCountedInTheNextEntry(t *testing.T) {
	held := make(chan struct{})
	r := newRefusing()
	write := r.Write
	r.Write = func(ctx context.Context, e Entry) error {
		<-held
		if e.Actor.PersonID == "person 7" {
			return errors.New("the disk is full")
		}
		return write(ctx, e)
	}
	for i := range 2 * refusalsQueued {
		r.try(fmt.Sprint("person ", i%refusedAtOnce), fmt.Sprint("GET /", i/refusedAtOnce), 1)
	}
	close(held)
	_ = r.Flush(t.Context())
	r.ends = nil
	entries := len(r.entries)
	r.try("person 8", "GET /next", 1)
	_ = r.Flush(t.Context())
	told := 0
	for _, e := range r.entries {
		var more int
		if _, rest, ok := strings.Cut(e.Detail, " (and "); ok {
			if _, err := fmt.Sscanf(rest, "%d more entries", &more); err != nil {
				t.Error(err)
			}
		}
		told += more
	}
	if entries > refusalsQueued+1 || len(r.entries)+told != 2*refusalsQueued+1 {
		t.Errorf("%d entries tell of %d others", len(r.entries), told)
	}
}

// TestCallersWhomNobodyKnowsFillNoLog is about made-up keys, for which nobody
// needs a session, from as many networks as somebody likes.
func TestCallersWhomNobodyKnowsFillNoLog(t *testing.T) {
	r := newRefusing()
	for network := range 3 * refusedAtOnce {
		for key := range 12 {
			r.Note(fmt.Sprint("network ", network), Entry{Action: RefuseRequest, Actor: Actor{Name: "unknown", Address: "2001:db8::1"},
				Detail: fmt.Sprintf("GET /api/v1/me with the API key %d", key)})
		}
	}
	r.try("ada", "GET /a", 1)
	_ = r.Flush(t.Context())
	if len(r.entries) != refusedUnknown+1 || r.entries[refusedUnknown].Actor.PersonID != "ada" {
		t.Errorf("there are %d entries", len(r.entries))
	}
	const networks = refusedUnknown / refusedKinds // that have entries, and one more for what they were refused besides
	got := r.minute()
	last := fmt.Sprintf(" with API keys that nobody knows, from any network: %d times more within a minute", 12*3*refusedAtOnce-refusedUnknown-2*networks)
	if len(got) != refusedUnknown+2+networks || !slices.Contains(got, last) {
		t.Errorf("%d entries after the minute, the last %q", len(got), got[len(got)-1])
	}
	if r.minute(); len(r.spells) != 0 || r.unknown != nil {
		t.Errorf("%d minutes never end", len(r.spells))
	}
}

// Sign-ins that fail, in every way in which a stranger can fail, share the bound
// with made-up keys, and each way has its number.
func TestFailuresOfPeopleWhomNobodyKnowsShareABoundAndHaveANumberEach(t *testing.T) {
	r := newRefusing()
	admitted := 0
	actions := []Action{SignInFailed, JoinAccount, SetUp}
	for network := range 1_000 {
		for _, action := range actions {
			if r.Admit(fmt.Sprint("network ", network), Entry{Action: action, Actor: Actor{Name: "unknown", Address: "2001:db8::1"}}) {
				admitted++
			}
		}
	}
	if admitted != refusedUnknown || len(r.spells) > refusedUnknown {
		t.Errorf("%d entries are admitted, and %d networks remembered", admitted, len(r.spells))
	}
	got := r.minute()
	want := fmt.Sprintf(" of people whom nobody knows, from any network: %d times more within a minute", 1_000-refusedUnknown/len(actions))
	if !slices.Equal(got, []string{want, want, want}) {
		t.Errorf("after the minute there are %q", got)
	}
	if !r.Admit("network 1", Entry{Action: SignInFailed}) {
		t.Error("the next minute has no entry")
	}
}

func TestTheSameFailureOfOneNetworkIsOneEntryAndANumber(t *testing.T) {
	r := newRefusing()
	admitted := 0
	for range 40 {
		if r.Admit("network 192.0.2.1", Entry{Action: SignInFailed, Actor: Actor{Name: "unknown"}}) {
			admitted++
		}
	}
	if got := r.minute(); admitted != 1 || !slices.Equal(got, []string{" 39 times more within a minute"}) {
		t.Errorf("%d entries, and then %q", admitted, got)
	}
}
