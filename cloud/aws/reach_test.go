package aws_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"mooring/certificate"
	"mooring/cloud"
	"mooring/cloud/aws"
	"mooring/cloud/aws/awssim"
	"mooring/cloud/wire"
)

// reachedAt lists the codes of the catalogue by the stages at which an error of the
// simulated AWS's brings them about. Codes with a reason are in the next table.
var reachedAt = map[string]string{
	"session": `AccessDeniedException ResourceNotFoundException ValidationException InvalidSignatureException TooManyTagsException
		ServiceLinkedRoleLockServiceException Refused TooManyRequests ServiceUnavailable NoAnswer NameNotFound CertificateNotTrusted
		ProxyRefused ProxyAuthenticationRequired TimedOut UnexpectedAnswer`,
	"identity": `InvalidClientTokenId ExpiredToken SignatureDoesNotMatch RegionDisabledException AccessDenied OtherAccount OtherRole
		TooManyRequests ServiceUnavailable NoAnswer UnexpectedAnswer`,
	"permissions": `NoSuchEntity InvalidInput SignatureDoesNotMatch TooManyRequests ServiceUnavailable NoAnswer ProxyRefused UnexpectedAnswer`,
	"regions": `UnauthorizedOperation AuthFailure OptInRequired PendingVerification Blocked RequestExpired RegionOff VcpuLimitExceeded
		InsufficientInstanceCapacity TooManyRequests ServiceUnavailable NoAnswer UnexpectedAnswer`,
}

// reachedWith are the sentences of AWS that tell the reasons of a code.
var reachedWith = map[string]struct{ stage, code, said string }{
	"aws-accessdeniedexception-untrusted-certificate": {"session", "AccessDeniedException", "Untrusted certificate. Insufficient certificate"},
	"aws-accessdeniedexception-untrusted-chain":       {"session", "AccessDeniedException", "Untrusted Signing Certificate"},
	"aws-accessdeniedexception-session-tags":          {"session", "AccessDeniedException", "Unable to assume role for arn:aws:iam::111122223333:role/x. Some attributes failed to be mapped into session tags."},
	"aws-accessdeniedexception-unable-to-assume-role": {"session", "AccessDeniedException", "Unable to assume role for arn:aws:iam::111122223333:role/x"},
	"aws-accessdeniedexception-session-name":          {"session", "AccessDeniedException", "Profile does not accept a role session name"},
	"aws-accessdeniedexception-trust-anchor-disabled": {"session", "AccessDeniedException", "Trust anchor is disabled"},
	"aws-accessdeniedexception-profile-disabled":      {"session", "AccessDeniedException", "Profile is disabled"},
	"aws-resourcenotfoundexception-trust-anchor":      {"session", "ResourceNotFoundException", "Trust anchor not found"},
	"aws-resourcenotfoundexception-profile":           {"session", "ResourceNotFoundException", "Profile not found"},
	"aws-validationexception-session-duration":        {"session", "ValidationException", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."},
	"aws-validationexception-not-an-authority":        {"session", "ValidationException", "Incorrect basic constraints for CA certificate"},
	"aws-invalidsignatureexception-clock":             {"session", "InvalidSignatureException", "Signature expired: 20261122T090000Z is now earlier than 20261122T091000Z"},
	"aws-signaturedoesnotmatch-clock":                 {"identity", "SignatureDoesNotMatch", "Signature not yet current: 20261122T090000Z is still later than 20261122T085000Z"},
	"aws-accessdenied-permissions":                    {"permissions", "AccessDenied", "User: arn:aws:sts::111122223333:assumed-role/x/y is not authorized to perform: iam:SimulatePrincipalPolicy"},
	"aws-unauthorizedoperation-organization":          {"regions", "UnauthorizedOperation", "You are not authorized to perform this operation with an explicit deny in a service control policy"},
}

// reachedElsewhere are codes that other tests bring about.
var reachedElsewhere = map[string]string{
	aws.CodeConditionMissing:   "the story Open Gate",
	aws.CodePermissionsUnclear: "TestRightsThatDependOnConditionsAreUnknown",
	wire.ForeignHost:           "no check asks such a host; TestTheTransportItselfRefusesOtherHosts",
}

func TestEveryEntryOfTheCatalogueCanBeSeen(t *testing.T) {
	h := newHarbor(t)
	hasty := h.options
	hasty.Timeout = 50 * time.Millisecond
	attempt := h.attempt("Harbor")
	attempt.Stranger = nil
	reach := func(stage, code, said string) cloud.Explanation {
		ok(t, h.simulator.SetOverride(attempt.Target.Account, awssim.Override{Stage: stage, Code: code, Reason: said}))
		asked := h.cloud
		if code == wire.TimedOut {
			asked = aws.New(hasty)
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
	for _, e := range aws.New(aws.Options{}).Catalogue() {
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

func TestACommandFixesWhatItSays(t *testing.T) {
	h := newHarbor(t)
	attempt := h.attempt("Open Gate")
	_, results, _ := check(t, h.cloud, attempt)
	e := h.cloud.Explain(results[len(results)-1], attempt.Target)
	_, policy, _ := strings.Cut(e.Command, "--policy-document '")
	policy = strings.TrimSuffix(policy, "'")
	for _, part := range []string{`"aws:PrincipalTag/x509Subject/CN":"` + h.authority.LinkName + `"`, `"aws:SourceArn":"` + attempt.Target.SignIn.Values["trust_anchor_arn"] + `"`} {
		if !strings.Contains(policy, part) {
			t.Errorf("the command lacks %s: %s", part, e.Command)
		}
	}
	if blank := h.cloud.Explain(cloud.StageResult{Code: aws.CodeConditionMissing}, cloud.Target{}).Command; !strings.Contains(blank, "LINK_NAME") || !strings.Contains(blank, "'ROLE_NAME'") {
		t.Errorf("%s", blank)
	}
}

func TestAWrongClockIsNamed(t *testing.T) {
	h := newHarbor(t)
	attempt := h.attempt("Harbor")
	for off, want := range map[time.Duration]string{10 * time.Minute: "10 minutes ahead of", -7 * time.Minute: "7 minutes behind"} {
		o := h.options
		o.Now = func() time.Time { return time.Now().Add(off) }
		got, results, _ := check(t, aws.New(o), attempt)
		if got.outcome != cloud.Broken || !strings.Contains(results[0].Said, want) {
			t.Errorf("%s: %+v", off, results)
		}
		if e := h.cloud.Explain(results[0], attempt.Target); e.Anchor != "aws-invalidsignatureexception-clock" || e.Fixer != cloud.FixedByOperator {
			t.Errorf("%+v", e)
		}
	}
}

// An identity that can't sign is a failure of our own side, and no verdict.
func TestAnIdentityThatCannotSignIsNoVerdict(t *testing.T) {
	h := newHarbor(t)
	attempt := h.attempt("Harbor")
	other := newHarbor(t)
	leaf, err := h.authority.Issue(h.ring, certificate.Leaf{ID: "l"}, time.Now())
	ok(t, err)
	sealed, err := h.authority.NewIdentity(other.ring, leaf) // with another key ring
	ok(t, err)
	for name, identity := range map[string]*certificate.Identity{"none": nil, "sealed for another": sealed} {
		attempt.Identity = identity
		if _, err := h.cloud.Check(t.Context(), attempt, func(r cloud.StageResult) { t.Errorf("%s: %+v", name, r) }); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	attempt.Target.SignIn.Values = nil
	if _, err := h.cloud.Check(t.Context(), attempt, nil); err == nil {
		t.Error("without ARNs: no error")
	}
}
