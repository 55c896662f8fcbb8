package oracle_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"mooring/cloud"
	"mooring/cloud/oracle"
	"mooring/cloud/oracle/oraclesim"
	"mooring/cloud/wire"
)

// reachedAt lists the codes of the catalogue by the stages at which an error of the
// simulated Oracle Cloud brings them about. Codes with a reason are in the next table.
var reachedAt = map[string]string{
	"sign-in": `NotAuthenticated NotAuthorizedOrNotFound KeyNotListed KeyNotActive InvalidParameter NotAllowed SignUpRequired Refused TooManyRequests
		ServiceUnavailable NoAnswer NameNotFound CertificateNotTrusted ProxyRefused ProxyAuthenticationRequired TimedOut UnexpectedAnswer`,
	"tenancy":     `NotAuthenticated OtherTenancy NotAllowed TooManyRequests ServiceUnavailable NoAnswer UnexpectedAnswer`,
	"regions":     `RegionNotReady RegionNotSubscribed TooManyRequests ServiceUnavailable NoAnswer UnexpectedAnswer`,
	"permissions": `PermissionsUnclear TooManyRequests ServiceUnavailable NoAnswer ProxyRefused UnexpectedAnswer`,
}

// reachedWith are the stages and sentences of Oracle that tell the reasons of a code.
var reachedWith = map[string]struct{ stage, code, said string }{
	"oracle-notauthenticated-clock": {"sign-in", "NotAuthenticated",
		"Date 'Sun, 11 Mar 2018 16:32:46 UTC' is not within allowed clock skew. Current 'Sun, 11 Mar 2018 16:39:04 UTC', valid datetime range: ['Sun, 11 Mar 2018 16:34:04 UTC', 'Sun, 11 Mar 2018 16:44:05 UTC']"},
	"oracle-notauthenticated-signature":          {"sign-in", "NotAuthenticated", "Failed to verify the HTTP(S) Signature"},
	"oracle-notauthorizedornotfound-tenancy":     {"tenancy", "NotAuthorizedOrNotFound", ""},
	"oracle-notauthorizedornotfound-regions":     {"regions", "NotAuthorizedOrNotFound", ""},
	"oracle-notauthorizedornotfound-permissions": {"permissions", "NotAuthorizedOrNotFound", ""},
}

// reachedElsewhere are codes that other tests bring about.
var reachedElsewhere = map[string]string{
	oracle.CodeTooManyKeys: "a renewal asks; TestWhatKeepsAKeyFromBeingRenewed",

	wire.ForeignHost: "no check asks such a host; TestRequestsGoNowhereElse",
}

func TestEveryEntryOfTheCatalogueCanBeSeen(t *testing.T) {
	h := newHarbor(t)
	hasty := h.options
	hasty.Timeout = 50 * time.Millisecond
	attempt := h.attempt("Harbor")
	reach := func(stage, code, said string) cloud.Explanation {
		ok(t, h.simulator.SetOverride(attempt.Target.Account, oraclesim.Override{Stage: stage, Code: code, Reason: said}))
		asked := h.cloud
		if code == wire.TimedOut {
			asked = oracle.New(hasty)
		}
		_, results, _ := check(t, asked, attempt)
		for _, r := range results {
			if r.Stage == stage && r.Verdict != cloud.OK {
				return asked.Explain(r, attempt.Target)
			}
		}
		return cloud.Explanation{}
	}
	for _, e := range h.cloud.Catalogue() {
		seen := false
		if with, ok := reachedWith[e.Anchor]; ok {
			seen = true
			if got := reach(with.stage, with.code, with.said); got.Anchor != e.Anchor {
				t.Errorf("%s: it is explained as %q", e.Anchor, got.Anchor)
			}
		}
		for stage, codes := range reachedAt {
			if e.Reason != "" || !slices.Contains(strings.Fields(codes), e.Code) {
				continue
			}
			seen = true
			if got := reach(stage, e.Code, ""); got.Anchor != e.Anchor {
				t.Errorf("%s at %s: it is explained as %q", e.Anchor, stage, got.Anchor)
			}
		}
		if !seen && reachedElsewhere[e.Code] == "" {
			t.Errorf("%s: it needs a stage at which it is seen", e.Anchor)
		}
	}
	ok(t, h.simulator.ClearOverride(attempt.Target.Account))
	if got, results, _ := check(t, h.cloud, attempt); got != (verdict{cloud.Passed, ""}) {
		t.Errorf("after clearing the error: %+v, %+v", got, results)
	}
}

func TestTheTablesNameCodesOfTheCatalogue(t *testing.T) {
	codes, anchors := map[string]bool{}, map[string]bool{}
	for _, e := range oracle.New(oracle.Options{}).Catalogue() {
		codes[e.Code], anchors[e.Anchor] = true, true
	}
	for stage, listed := range reachedAt {
		for _, code := range strings.Fields(listed) {
			if !codes[code] {
				t.Errorf("%s: the catalogue has no %s", stage, code)
			}
		}
	}
	for anchor := range reachedWith {
		if !anchors[anchor] {
			t.Errorf("the catalogue has no %s", anchor)
		}
	}
}

// What each code means for a link, and for one that was linked minutes ago.
func TestWhatACodeMeansForTheLink(t *testing.T) {
	h := newHarbor(t)
	attempt := h.attempt("Harbor")
	for _, try := range []struct {
		stage, code string
		status      int
		want, fresh cloud.Outcome
	}{
		{"sign-in", "NotAuthenticated", 0, cloud.Broken, cloud.StillCopying},
		{"sign-in", "KeyNotActive", 0, cloud.Broken, cloud.StillCopying},
		{"sign-in", "KeyNotListed", 0, cloud.Broken, cloud.StillCopying},
		{"sign-in", "NotAllowed", 0, cloud.Broken, cloud.Broken},
		{"sign-in", "NeverHeardOf", 400, cloud.Broken, cloud.Broken},
		{"sign-in", "NotAuthenticated", 503, cloud.CouldNotCheck, cloud.CouldNotCheck},
		{"sign-in", "NotAuthorizedOrNotFound", 429, cloud.CouldNotCheck, cloud.CouldNotCheck},
		{"tenancy", "NotAuthorizedOrNotFound", 0, cloud.Broken, cloud.StillCopying},
		{"tenancy", "InternalServerError", 0, cloud.CouldNotCheck, cloud.CouldNotCheck},
		{"tenancy", "OtherTenancy", 0, cloud.Broken, cloud.Broken},
		{"regions", "NotAuthorizedOrNotFound", 0, cloud.Passed, cloud.Passed},
		{"regions", "RegionNotSubscribed", 0, cloud.Passed, cloud.Passed},
		{"permissions", "NotAuthorizedOrNotFound", 0, cloud.Passed, cloud.Passed},
	} {
		ok(t, h.simulator.SetOverride(attempt.Target.Account, oraclesim.Override{Stage: try.stage, Code: try.code, Status: try.status}))
		for _, attempt.Fresh = range []bool{false, true} {
			want := try.want
			if attempt.Fresh {
				want = try.fresh
			}
			if got, results, _ := check(t, h.cloud, attempt); got.outcome != want {
				t.Errorf("%+v, fresh %v: %+v, %+v", try, attempt.Fresh, got, results)
			}
		}
	}
}

func TestAPauseIsObeyedAndSaid(t *testing.T) {
	h := newHarbor(t)
	attempt := h.attempt("Harbor")
	ok(t, h.simulator.SetOverride(attempt.Target.Account, oraclesim.Override{Stage: "sign-in", Code: "TooManyRequests", RetryAfter: 300}))
	got, results, finding := check(t, h.cloud, attempt)
	if got.outcome != cloud.CouldNotCheck || finding.RetryAfter != 5*time.Minute || !strings.Contains(results[0].Said, "5 minutes") {
		t.Errorf("%+v, %v, %q", got, finding.RetryAfter, results[0].Said)
	}
}
