package azure_test

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"mooring/certificate"
	"mooring/cloud"
	"mooring/cloud/azure"
	"mooring/cloud/azure/azuresim"
	"mooring/cloud/cloudtest"
)

// Every entry of the catalogue can be seen in the demo: the simulated portal has
// any stage answered with any error.

// reachedAt lists the entries by the stages at which the walk below chooses them
// in the portal, with the portal's names for both. Codes of the directory service
// that aren't listed are chosen at "sign-in". The simulator has to know how to
// bring about a code that Mooring concludes by itself: see conclusions there.
var reachedAt = map[string]string{
	"directory": `DirectoryNotFound DirectoryInAnotherCloud ForeignHost NoAnswer TimedOut UnexpectedAnswer Refused ServiceUnavailable
		SubscriptionNotFound InvalidSubscriptionId AADSTS90002 AADSTS900023 AADSTS5000224`,
	"sign-in": `AADSTS90002 NoAnswer UnexpectedAnswer Refused ServiceUnavailable TooManyRequests NameNotFound`,
	"subscription": `DirectoryMismatch OtherSubscription InsufficientClaims LocationConditionEvaluationSatisfied AuthenticationFailed
		InvalidAuthenticationTokenTenant InvalidAuthenticationTokenAudience AuthenticationFailedMissingToken InvalidAuthenticationToken
		ExpiredAuthenticationToken SubscriptionNotFound InvalidSubscriptionId AuthorizationFailed DenyAssignmentAuthorizationFailed
		LinkedAuthorizationFailed ReadOnlyDisabledSubscription DisabledSubscription InvalidSubscriptionRegistrationState
		NoRegisteredProviderFound OperationNotAllowed QuotaExceeded ResourceQuotaExceeded PublicIPCountLimitReached SkuNotAvailable
		AllocationFailed ZonalAllocationFailed OverconstrainedAllocationRequest RequestDisallowedByPolicy
		RegionDoesNotAllowProvisioning LocationNotAvailableForResourceType InvalidResourceLocation Conflict AnotherOperationInProgress
		ResourceGroupBeingDeleted ResourceGroupNotFound ImageNotFound TooManyRequests SubscriptionRequestsThrottled ServiceUnavailable
		NoAnswer UnexpectedAnswer Refused NameNotFound CertificateNotTrusted ProxyRefused ProxyAuthenticationRequired`,
	"state":     `SubscriptionDisabled SubscriptionDeleted UnexpectedAnswer`,
	"rights":    `RightsUnknown RightsUnreadable InsufficientClaims NoAnswer ProxyRefused`,
	"providers": `RightsUnknown MissingSubscriptionRegistration UnexpectedAnswer`,
	"classic-subscription": `ForbiddenError MissingOrIncorrectVersionHeader ResourceNotFound ServerBusy InternalError OperationTimedOut
		OtherSubscription SubscriptionDisabled NoAnswer UnexpectedAnswer Refused CertificateNotTrusted`,
	"classic-state": `SubscriptionDisabled`,
}

// portalForm drives the form of one subscription's page as a browser does.
type portalForm struct {
	portal, subscription string
}

func (f portalForm) send(t *testing.T, action string, values url.Values) (status int, page string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, f.portal+"/subscriptions/"+f.subscription+"/"+action, strings.NewReader(values.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", f.portal)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

func (f portalForm) choose(t *testing.T, stage, code, reason string) (status int, page string) {
	t.Helper()
	return f.send(t, "error-answer", url.Values{"stage": {stage}, "code": {code}, "reason": {reason}, "status": {""}, "retry_after": {""}})
}

// stagesOf gives the stages at which an entry is chosen.
func stagesOf(e cloud.Explanation) []string {
	var stages []string
	for stage, codes := range reachedAt {
		if slices.Contains(strings.Fields(codes), e.Code) {
			stages = append(stages, stage)
		}
	}
	if len(stages) == 0 && strings.HasPrefix(e.Code, "AADSTS") {
		return []string{"sign-in"}
	}
	slices.Sort(stages)
	return stages
}

// ofRenewals are seen when a certificate is renewed, and not by a check:
// TestWhatKeepsACertificateFromBeingRenewed brings them about.
var ofRenewals = map[string]bool{"Authentication_MissingOrMalformed": true, "Authorization_RequestDenied": true, "Request_ResourceNotFound": true,
	"CredentialInvalidLifetimeAsPerAppPolicy": true, "CredentialTypeNotAllowedAsPerAppPolicy": true}

func TestEveryEntryOfTheCatalogueCanBeSeenInTheDemo(t *testing.T) {
	options, simulator := simulatedOptions(t)
	linked := azure.New(options)
	options.Patience = 100 * time.Millisecond
	hasty := azure.New(options)
	identity := trusting(t, simulator)
	s := scripted(t, "Tide Tables")
	if err := simulator.UploadManagementCertificate(s.SubscriptionID, identity.Certificate.DER); err != nil {
		t.Fatal(err)
	}
	form := portalForm{simulator.PortalURL(), s.SubscriptionID}
	for _, e := range linked.Catalogue() {
		stages := stagesOf(e)
		if ofRenewals[e.Code] {
			continue
		}
		if len(stages) == 0 {
			t.Errorf("%s: it needs a stage at which it is seen", e.Anchor)
		}
		for _, stage := range stages {
			if status, page := form.choose(t, stage, e.Code, e.Reason); status != http.StatusSeeOther {
				t.Errorf("%s at %s: the portal says %q", e.Anchor, stage, alertOn(page))
				continue
			}
			asked := linked
			if e.Code == "TimedOut" {
				asked = hasty
			}
			if explained := explainedAt(t, asked, s, identity, stage); explained.Anchor != e.Anchor {
				t.Errorf("%s at %s: it is explained as %q (%s)", e.Anchor, stage, explained.Anchor, explained.Happened)
			}
		}
	}
	if status, _ := form.send(t, "error-answer/delete", nil); status != http.StatusSeeOther {
		t.Errorf("clearing the error: %d", status)
	}
	attempt := cloud.Attempt{Target: targetOf(s), Identity: identity}
	if got, results := verifyOnce(t, linked, attempt); got != (verdict{cloud.Passed, "", ""}) {
		t.Errorf("after clearing the error: %+v, %+v", got, results)
	}
}

// TestTheWalkNamesCodesOfTheCatalogue holds the tables above to the catalogue.
func TestTheWalkNamesCodesOfTheCatalogue(t *testing.T) {
	codes := map[string]bool{}
	for _, e := range azure.New(azure.Options{Now: cloudtest.Clock}).Catalogue() {
		codes[e.Code] = true
	}
	for stage, listed := range reachedAt {
		for _, code := range strings.Fields(listed) {
			if !codes[code] {
				t.Errorf("%s: the catalogue has no %s", stage, code)
			}
		}
	}
}

var alertForm = regexp.MustCompile(`role="alert">([^<]*)<`)

// alertOn is the sentence about an error on a page of the portal.
func alertOn(page string) string {
	if found := alertForm.FindStringSubmatch(page); found != nil {
		return found[1]
	}
	return ""
}

// explainedAt checks a subscription once, and gives the explanation of what
// failed at the stage, or none.
func explainedAt(t *testing.T, linked *azure.Azure, s azuresim.Scripted, identity *certificate.Identity, stage string) cloud.Explanation {
	t.Helper()
	target := targetOf(s)
	if classic, ok := strings.CutPrefix(stage, "classic-"); ok {
		stage, target.SignIn.Method, target.SignIn.Principal = classic, azure.MethodClassic, ""
	}
	_, results := verifyOnce(t, linked, cloud.Attempt{Target: target, Identity: identity})
	for _, r := range results {
		if r.Stage == stage && r.Verdict != cloud.OK {
			return linked.Explain(r, target)
		}
	}
	return cloud.Explanation{}
}

// TestThePortalOffersTheStagesOfACheck compares the form with what a check asks.
func TestThePortalOffersTheStagesOfACheck(t *testing.T) {
	linked, simulator := simulated(t)
	answer, err := http.Get(simulator.PortalURL() + "/subscriptions/" + scripted(t, "Tide Tables").SubscriptionID)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	_, offered, _ := strings.Cut(string(page), `<select id="error-stage"`)
	offered, _, _ = strings.Cut(offered, "</select>")
	var got, want []string
	for _, found := range regexp.MustCompile(`label="([^"]*)"|value="([^"]*)">([^<]*)<`).FindAllStringSubmatch(offered, -1) {
		got = append(got, strings.Join(found[1:], "|"))
	}
	for _, method := range linked.Describe().Methods {
		want = append(want, method.Name+"||")
		for _, stage := range method.Stages {
			key := stage.Key
			if method.Key == azure.MethodClassic {
				key = "classic-" + key
			}
			want = append(want, "|"+key+"|"+stage.Name)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("the form offers\n%q, want\n%q", got, want)
	}
}
