package google_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"mooring/cloud"
	"mooring/cloud/google"
	"mooring/cloud/google/googlesim"
	"mooring/cloud/wire"
)

// reachedAt lists the codes of the catalogue by the stages at which an error of the
// simulated Google Cloud's brings them about. Codes with a reason are in the next table.
var reachedAt = map[string]string{
	"key": `CertificateNotUploaded SERVICE_DISABLED Refused TooManyRequests ServiceUnavailable NoAnswer NameNotFound CertificateNotTrusted
		ProxyRefused ProxyAuthenticationRequired TimedOut UnexpectedAnswer`,
	"token": `invalid_target unauthorized_client invalid_grant invalid_request invalid_client IAM_PERMISSION_DENIED SERVICE_DISABLED CONSUMER_INVALID
		SECURITY_POLICY_VIOLATED ORG_RESTRICTION_VIOLATION ACCOUNT_STATE_INVALID INVALID_ARGUMENT Refused TooManyRequests ServiceUnavailable NoAnswer NameNotFound
		CertificateNotTrusted ProxyRefused ProxyAuthenticationRequired TimedOut UnexpectedAnswer`,
	"project": `IAM_PERMISSION_DENIED PERMISSION_DENIED NOT_FOUND OtherProject DELETE_REQUESTED ProjectNotActive SERVICE_DISABLED CONSUMER_INVALID USER_PROJECT_DENIED
		SECURITY_POLICY_VIOLATED BILLING_DISABLED ACCESS_TOKEN_EXPIRED ACCESS_TOKEN_TYPE_UNSUPPORTED UNAUTHENTICATED INVALID_ARGUMENT FAILED_PRECONDITION
		TooManyRequests ServiceUnavailable NoAnswer ProxyRefused UnexpectedAnswer`,
	"permissions": `IAM_PERMISSION_DENIED PERMISSION_DENIED NOT_FOUND INVALID_ARGUMENT TooManyRequests ServiceUnavailable NoAnswer ProxyRefused UnexpectedAnswer`,
}

// reachedWith are the sentences of Google that tell the reasons of a code.
var reachedWith = map[string]struct{ stage, code, said string }{
	"google-invalid-grant-untrusted-certificate":   {"token", "invalid_grant", "The certificate doesn't chain to a trust anchor of the provider."},
	"google-invalid-grant-expired":                 {"token", "invalid_grant", "The certificate has expired or is not yet valid."},
	"google-invalid-grant-lifetime":                {"token", "invalid_grant", "The validity period of the certificate is longer than 390 days."},
	"google-invalid-grant-clock":                   {"token", "invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim."},
	"google-invalid-grant-signature":               {"token", "invalid_grant", "Invalid JWT Signature."},
	"google-invalid-grant-account":                 {"token", "invalid_grant", "Invalid grant: account not found"},
	"google-invalid-request-attribute-mapping":     {"token", "invalid_request", "The attribute mapping gives no google.subject for the given credential."},
	"google-iam-permission-denied-service-account": {"token", "IAM_PERMISSION_DENIED", "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist)."},
	"google-iam-permission-denied-project":         {"project", "IAM_PERMISSION_DENIED", "Permission 'resourcemanager.projects.get' denied on resource '//cloudresourcemanager.googleapis.com/projects/x' (or it may not exist)."},
	"google-permission-denied-service-account":     {"token", "PERMISSION_DENIED", "The caller does not have permission"},
	"google-not-found-service-account":             {"token", "NOT_FOUND", "Not found; Gaia id not found for email x@acme-prod.iam.gserviceaccount.com"},
	"google-failed-precondition-key-upload":        {"token", "FAILED_PRECONDITION", "Key upload is not allowed on this service account."},
	"google-failed-precondition-service-account":   {"token", "FAILED_PRECONDITION", "Service account x is disabled."},
}

// reachedElsewhere are codes that other tests bring about.
var reachedElsewhere = map[string]string{
	google.CodeConditionMissing: "the story Open Gate",
	wire.ForeignHost:            "no check asks such a host; TestRequestsGoToGooglesHostsOnly",
}

func TestEveryEntryOfTheCatalogueCanBeSeen(t *testing.T) {
	h := newHarbor(t)
	hasty := h.options
	hasty.Timeout = 50 * time.Millisecond
	certificate, key := h.attempt("Harbor"), h.keyAttempt("Key Locker")
	certificate.Stranger = nil
	reach := func(stage, code, said string) cloud.Explanation {
		attempt := certificate
		if stage == "key" {
			attempt = key
		}
		ok(t, h.simulator.SetOverride(attempt.Target.Account, googlesim.Override{Stage: stage, Code: code, Reason: said}))
		asked := h.cloud
		if code == wire.TimedOut {
			asked = google.New(hasty)
		}
		_, results, _ := check(t, asked, attempt)
		ok(t, h.simulator.ClearOverride(attempt.Target.Account))
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
	for _, attempt := range []cloud.Attempt{certificate, key} {
		if got, results, _ := check(t, h.cloud, attempt); got != (verdict{cloud.Passed, ""}) {
			t.Errorf("after clearing the error: %+v, %+v", got, results)
		}
	}
}

func TestTheTablesNameCodesOfTheCatalogue(t *testing.T) {
	codes, anchors := map[string]bool{}, map[string]bool{}
	for _, e := range google.New(google.Options{}).Catalogue() {
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
