package credential_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"mooring/cloud"
	"mooring/credential"
)

// answersLate passes after so long.
func answersLate(wait time.Duration) func(context.Context, cloud.Attempt, func(cloud.StageResult)) (cloud.Finding, error) {
	return func(ctx context.Context, a cloud.Attempt, report func(cloud.StageResult)) (cloud.Finding, error) {
		report(result("directory", cloud.OK))
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return cloud.Finding{}, ctx.Err()
		}
		return passes(ctx, a, report)
	}
}

// TestACheckHoldsNothingWhileItWaits: everything that people do is done before the
// cloud answers. The clock moves only when everybody waits, so any wait for a
// connection, a lock or a transaction that a check holds shows in it.
func TestACheckHoldsNothingWhileItWaits(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		w.cloud.answers(answersLate(25 * time.Second))
		w.running(w.Service)
		var waiting []credential.Credential
		for n := range 2 * credential.AtOnce {
			waiting = append(waiting, w.link(fmt.Sprintf("waiting-%d", n)))
		}
		settle()
		start := time.Now()
		for n := range 20 {
			c := w.link(fmt.Sprintf("new-%d", n))
			_, err := w.Edit(t.Context(), ofAcme, c.ID, form(fmt.Sprintf("renamed-%d", n)), false)
			w.ok(err)
			_, err = w.Verify(t.Context(), ofAcme, waiting[n%len(waiting)].ID)
			w.ok(err)
			_, err = w.List(t.Context(), acme)
			w.ok(err)
			w.runs(waiting[0])
			_, err = w.Disable(t.Context(), ofAcme, c.ID)
			w.ok(err)
			_, err = w.Unlink(t.Context(), ofAcme, c.ID, "")
			w.ok(err)
		}
		same(t, "the time that it took", time.Since(start), 0)
		same(t, "what the checks have said", w.find(waiting[0]).State, credential.NotVerified)
		after(25 * time.Second)
		same(t, "the state once the cloud answers", w.find(waiting[0]).State, credential.Connected)
	})
}
