package credential_test

import (
	"context"
	"slices"
	"testing"

	"mooring/audit"
	"mooring/cloud"
	"mooring/credential"
)

// other is a second cloud, with a right of the same kind as one of the first.
type other struct{ *fakeCloud }

func (o other) Describe() cloud.Description {
	d := o.fakeCloud.Describe()
	d.Key, d.Name = "other", "Other"
	return d
}

func (o other) Rights() []cloud.RightText {
	return []cloud.RightText{{Key: "other-list", Granted: "It may list."}, {Key: "other-give", Granted: "It may give all to others.", Kind: cloud.GivesPermissions}}
}

// A policy names what several clouds have once, for all of them.
func TestAPolicyNamesAKindOfRightForEveryCloud(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		second := other{&fakeCloud{answer: func(ctx context.Context, a cloud.Attempt, report func(cloud.StageResult)) (cloud.Finding, error) {
			finding, err := passes(ctx, a, report)
			finding.Rights = []cloud.Right{{Key: "other-list", Granted: true}, {Key: "other-give", Granted: true, Excessive: true}}
			return finding, err
		}}}
		s := credential.NewService(w.Credentials(), cloud.Registry{"azure": w.cloud, "other": second}, w.signer, nil, w.now, w.newID, nil)
		offered := s.Intake().Rights()
		if len(offered) != 3 || offered[0].Provider != "" || !slices.ContainsFunc(offered[0].Rights, func(r cloud.RightText) bool { return r.Key == "gives-permissions" }) {
			t.Fatalf("a policy can name %+v", offered)
		}
		link := func(rights ...string) credential.State {
			t.Helper()
			rules, err := s.Intake().Rules(t.Context())
			w.ok(err)
			w.ok(w.Credentials().ChangeRules(t.Context(), credential.Rules{RightsOn: true, ApproveRightsBeyond: rights, Version: rules.Version},
				audit.Entry{At: w.now(), Actor: audit.BySystem(), Action: audit.ChangeIntake, Result: audit.Done}))
			c, err := s.Link(t.Context(), ofAcme, "other", form("give-"+string(rune('a'+len(rights)))), true)
			w.ok(err)
			stop := w.running(s)
			settle()
			stop()
			return w.find(c).State
		}
		same(t, "the link that may give permissions, which nobody let in", link("other-list"), credential.PendingApproval)
		same(t, "the link when the policy lets in the kind", link("other-list", "gives-permissions"), credential.Connected)
	})
}
