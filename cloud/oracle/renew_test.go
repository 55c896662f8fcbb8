package oracle_test

import (
	"testing"
	"time"

	"mooring/cloud"
	"mooring/cloud/cloudtest"
	"mooring/cloud/oracle"
	"mooring/cloud/oracle/oraclesim"
)

// signsIn reports whether a link signs in.
func (h harbor) signsIn(a cloud.Attempt) bool {
	h.t.Helper()
	_, results, _ := check(h.t, h.cloud, a)
	method, _ := h.cloud.Describe().Method(a.Target.SignIn.Method)
	return cloud.SignedIn(method.Stages, results)
}

func TestAUserRenewsItsKey(t *testing.T) {
	h := newHarbor(t)
	own := h.attempt("Harbor")
	next := own
	next.Identity = cloudtest.OtherIdentity(t, time.Now)
	if !h.cloud.CanRenew(own.Target) || h.signsIn(next) {
		t.Fatal("it can't be renewed, or the successor signs in already")
	}
	for range 2 { // again is no failure
		id, result, err := h.cloud.Introduce(t.Context(), cloud.Renewal{Target: own.Target, Identity: own.Identity, Other: next.Identity.Certificate})
		if err != nil || result.Verdict != cloud.OK || result.Stage != cloud.StageIntroduce || id != next.Identity.Certificate.PublicKeyFingerprint() {
			t.Fatalf("introducing it: %q, %+v, %v", id, result, err)
		}
	}
	if !h.signsIn(own) || !h.signsIn(next) {
		t.Error("not both sign in")
	}
	for range 2 {
		result, err := h.cloud.Remove(t.Context(), cloud.Renewal{Target: own.Target, Identity: next.Identity, Other: own.Identity.Certificate})
		if err != nil || result.Verdict != cloud.OK {
			t.Fatalf("removing the predecessor: %+v, %v", result, err)
		}
	}
	if h.signsIn(own) || !h.signsIn(next) {
		t.Error("the predecessor signs in, or the successor doesn't")
	}
	if _, err := h.cloud.Remove(t.Context(), cloud.Renewal{Target: own.Target, Identity: next.Identity, Other: next.Identity.Certificate}); err == nil {
		t.Error("a key removes itself")
	}
	if commands := h.cloud.Removal(cloud.Renewal{Target: own.Target}); len(commands) != 1 {
		t.Errorf("the commands are %v", commands)
	}
}

func TestWhatKeepsAKeyFromBeingRenewed(t *testing.T) {
	for name, c := range map[string]struct {
		story   string
		change  func(harbor, *cloud.Attempt)
		verdict cloud.Verdict
		code    string
	}{
		"three keys": {"Harbor", func(h harbor, a *cloud.Attempt) {
			ok(h.t, h.simulator.FillKeys(a.Target.Account, a.Target.SignIn.Principal))
		}, cloud.Failed, oracle.CodeTooManyKeys},
		"no answer": {"Harbor", func(h harbor, a *cloud.Attempt) {
			ok(h.t, h.simulator.SetOverride(a.Target.Account, oraclesim.Override{Stage: "sign-in", Code: "NoAnswer"}))
		}, cloud.CannotTell, "NoAnswer"},
		"a key that isn't the user's": {"Harbor", func(h harbor, a *cloud.Attempt) {
			a.Identity = cloudtest.OtherIdentity(h.t, time.Now)
		}, cloud.Waiting, "NotAuthenticated"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHarbor(t)
			a := h.attempt(c.story)
			c.change(h, &a)
			other := cloudtest.OtherIdentity(t, time.Now).Certificate
			if name == "a key that isn't the user's" {
				other = h.identity.Certificate
			}
			_, result, err := h.cloud.Introduce(t.Context(), cloud.Renewal{Target: a.Target, Identity: a.Identity, Other: other})
			if err != nil || result.Verdict != c.verdict || result.Code != c.code {
				t.Fatalf("it ends with %+v, %v", result, err)
			}
			if explained := h.cloud.Explain(result, a.Target); !explained.Known || explained.Fix == "" {
				t.Errorf("nobody explains %s: %+v", result.Code, explained)
			}
		})
	}
}
