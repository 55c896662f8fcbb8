package credential_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"mooring/cloud"
	"mooring/credential"
)

// TestOneAccountHoldsUpNobody has one account with more checks due than are
// listed at once, at a cloud that takes its time.
func TestOneAccountHoldsUpNobody(t *testing.T) {
	const many = 1001
	live(t, func(t *testing.T, w world) {
		w.cloud.answers(func(ctx context.Context, a cloud.Attempt, report func(cloud.StageResult)) (cloud.Finding, error) {
			select {
			case <-ctx.Done():
			case <-time.After(25 * time.Second):
			}
			return passes(ctx, a, report)
		})
		var all []credential.Credential
		for i := range many {
			all = append(all, w.link(fmt.Sprintf("acme-%04d", i)))
		}
		w.running(w.Service)
		after(10 * time.Second)

		other, err := w.Link(t.Context(), ofEvil, "azure", form("evil"), true)
		w.ok(err)
		after(2 * time.Second)
		same(t, "the other account's check having begun", w.find(other).RunningVerification != "", true)
		after(25 * time.Second)
		same(t, "the other account's link", w.find(other).State, credential.Connected)

		after(2 * time.Hour)
		for _, c := range all {
			if runs := len(w.runs(c)); runs != 1 {
				t.Fatalf("%s was checked %d times", c.Label, runs)
			}
		}
	})
}
