package google_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"mooring/certificate"
	"mooring/cloud"
	"mooring/cloud/cloudtest"
	"mooring/cloud/google"
	"mooring/cloud/google/googlesim"
)

func TestGoogleKeepsTheContract(t *testing.T) {
	h := newHarbor(t)
	silent := h.attempt("Iron Rule")
	ok(t, h.simulator.SetOverride(silent.Target.Account, googlesim.Override{Stage: "token", Code: "NoAnswer"}))
	cloudtest.Run(t, cloudtest.Subject{Cloud: h.cloud, Working: h.attempt("Harbor"), Broken: h.attempt("Other Flag"), Silent: silent, LinkName: h.authority.LinkName})
}

func TestTheKeyMethodKeepsTheContract(t *testing.T) {
	h := newHarbor(t)
	silent := h.keyAttempt("Harbor")
	ok(t, h.simulator.SetOverride(silent.Target.Account, googlesim.Override{Stage: "key", Code: "NoAnswer"}))
	cloudtest.Run(t, cloudtest.Subject{Cloud: h.cloud, Working: h.attempt("Key Locker"), Broken: h.attempt("Lost Key"), Silent: silent})
}

// verdicts holds one line for every story, of a project that was linked minutes ago.
var verdicts = map[string]verdict{
	"Harbor":        {cloud.Passed, ""},
	"Wide Berth":    {cloud.Passed, ""},
	"Fresh Paint":   {cloud.StillCopying, "project IAM_PERMISSION_DENIED"},
	"Two Piers":     {cloud.Passed, ""},
	"Pilot":         {cloud.Passed, ""},
	"Key Locker":    {cloud.Passed, ""},
	"Other Flag":    {cloud.Broken, "token invalid_grant"},
	"Open Gate":     {cloud.Passed, "condition ConditionMissing"},
	"Other Name":    {cloud.Broken, "token unauthorized_client"},
	"Furled Sail":   {cloud.StillCopying, "token invalid_target"},
	"Raised Anchor": {cloud.StillCopying, "token invalid_target"},
	"Lost Anchor":   {cloud.StillCopying, "token invalid_target"},
	"Wrong Crew":    {cloud.StillCopying, "project IAM_PERMISSION_DENIED"},
	"Mutiny":        {cloud.StillCopying, "token IAM_PERMISSION_DENIED"},
	"Beached":       {cloud.Broken, "token FAILED_PRECONDITION"},
	"Closed Port":   {cloud.Broken, "project DELETE_REQUESTED"},
	"Silent Coast":  {cloud.StillCopying, "project SERVICE_DISABLED"},
	"Iron Rule":     {cloud.Passed, ""},
	"Lost Key":      {cloud.StillCopying, "key CertificateNotUploaded"},
	"Locked Key":    {cloud.StillCopying, "token invalid_grant"},
}

func TestEveryVerdictAUserCanMeet(t *testing.T) {
	h := newHarbor(t)
	for _, story := range googlesim.Stories() {
		want, known := verdicts[story.Name]
		if !known {
			t.Errorf("%s: the table has no line for it", story.Name)
			continue
		}
		attempt := h.attempt(story.Name)
		attempt.Fresh = true
		got, results, finding := check(t, h.cloud, attempt)
		if got != want {
			t.Errorf("%s: got %+v, want %+v: %+v", story.Name, got, want, results)
		}
		for _, r := range results {
			if e := h.cloud.Explain(r, attempt.Target); r.Verdict != cloud.OK && !e.Known {
				t.Errorf("%s: %+v is explained as %+v", story.Name, r, e)
			}
			if r.Verdict == cloud.OK && r.Said == "" {
				t.Errorf("%s: the stage %s says nothing", story.Name, r.Stage)
			}
		}
		stranger := cloud.StrangerUnknown
		if want.outcome == cloud.Passed && attempt.Target.SignIn.Method == google.MethodCertificate {
			stranger = cloud.StrangerRefused
		}
		if story.Name == "Open Gate" {
			stranger = cloud.StrangerLetIn
		}
		if finding.Stranger != stranger {
			t.Errorf("%s: the stranger is %q", story.Name, finding.Stranger)
		}
		if want.outcome == cloud.Passed && finding.AccountName != story.Name {
			t.Errorf("%s: it is called %q", story.Name, finding.AccountName)
		}
		says := strings.HasPrefix(story.Outcome, "Connect") || strings.Contains(story.Outcome, "Connects")
		waits := strings.HasPrefix(story.Outcome, "Waits")
		if says != (want.outcome == cloud.Passed) || waits != (want.outcome == cloud.StillCopying) {
			t.Errorf("%s ends as %s, and its page says %q", story.Name, want.outcome, story.Outcome)
		}
		if attempt.Fresh = false; want.outcome == cloud.StillCopying && story.Name != "Fresh Paint" {
			if got, _, _ := check(t, h.cloud, attempt); got.outcome != cloud.Broken {
				t.Errorf("%s: when it isn't fresh any more: %+v", story.Name, got)
			}
		}
	}
}

func TestAFreshRoleConnectsInTheEnd(t *testing.T) {
	h := newHarbor(t)
	attempt := h.attempt("Fresh Paint")
	attempt.Fresh = true
	for i, want := range []cloud.Outcome{cloud.StillCopying, cloud.StillCopying, cloud.Passed} {
		if got, results, _ := check(t, h.cloud, attempt); got.outcome != want {
			t.Errorf("check %d: %+v, %+v", i+1, got, results)
		}
	}
}

func TestTheRightsAreThoseOfTheRoles(t *testing.T) {
	h := newHarbor(t)
	for story, want := range map[string]string{
		"Harbor":     "google-view, -google-change-instances",
		"Wide Berth": "google-view, google-change-instances, google-change-networks, google-run-commands, !google-read-data, !google-read-secrets, !google-change-data, !google-act-as-service-accounts, !google-give-permissions, !google-administrator",
	} {
		_, _, finding := check(t, h.cloud, h.attempt(story))
		var got []string
		for _, r := range finding.Rights {
			key := r.Key
			if !r.Granted {
				key = "-" + key
			}
			if r.Excessive {
				key = "!" + key
			}
			got = append(got, key)
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s: %v", story, got)
		}
	}
}

func TestTheTargetSaysWhoSignsIn(t *testing.T) {
	h := newHarbor(t)
	two, pilot, locker := h.attempt("Two Piers").Target, h.attempt("Pilot").Target, h.attempt("Key Locker").Target
	if provider, valid := google.ParseProvider(two.SignIn.Principal); !valid || provider.Project == two.SignIn.Values["project_number"] {
		t.Errorf("the pool isn't in another project: %+v", two)
	}
	if pilot.SignIn.Principal != pilot.SignIn.Values["service_account"] || locker.SignIn.Principal != "mooring-key@"+locker.Account+".iam.gserviceaccount.com" {
		t.Errorf("%+v, %+v", pilot, locker)
	}
	facts := map[string]string{}
	for _, f := range h.cloud.Facts(two) {
		facts[f.Label] = f.Value
	}
	for label, want := range map[string]string{"Project ID": two.Account, "Project number": two.SignIn.Values["project_number"], "Provider": two.SignIn.Principal,
		"Workload identity pool": h.authority.LinkName, "Method": "Certificate (Workload Identity Federation)"} {
		if facts[label] != want {
			t.Errorf("%s is %q, want %q", label, facts[label], want)
		}
	}
}

// Only a refusal of the token service says that a stranger is refused.
func TestAStrangerWithoutAnAnswerIsUnknown(t *testing.T) {
	h := newHarbor(t)
	attempt := h.attempt("Harbor")
	for code, want := range map[string]verdict{
		"NoAnswer":              {cloud.Passed, "condition NoAnswer"},
		"RATE_LIMIT_EXCEEDED":   {cloud.Passed, "condition TooManyRequests"},
		"ServiceUnavailable":    {cloud.Passed, "condition ServiceUnavailable"},
		"invalid_grant":         {cloud.Passed, "condition invalid_grant"},
		"invalid_target":        {cloud.Passed, "condition invalid_target"},
		"IAM_PERMISSION_DENIED": {cloud.Passed, "condition IAM_PERMISSION_DENIED"},
		"UnexpectedAnswer":      {cloud.Passed, "condition UnexpectedAnswer"},
	} {
		attempt.Stranger = func() (*certificate.Identity, error) { // from now on
			ok(t, h.simulator.SetOverride(attempt.Target.Account, googlesim.Override{Stage: "token", Code: code}))
			return h.stranger()
		}
		got, results, finding := check(t, h.cloud, attempt)
		if last := results[len(results)-1]; got != want || finding.Stranger != cloud.StrangerUnknown || last.Verdict != cloud.CannotTell {
			t.Errorf("%s: %+v, %+v, %q", code, got, last, finding.Stranger)
		}
		ok(t, h.simulator.ClearOverride(attempt.Target.Account))
	}
	failed := errors.New("the key can't be opened")
	attempt.Stranger = func() (*certificate.Identity, error) { return nil, failed }
	if _, err := h.cloud.Check(t.Context(), attempt, func(cloud.StageResult) {}); !errors.Is(err, failed) {
		t.Errorf("%v", err)
	}
	attempt.Stranger = nil
	if got, results, finding := check(t, h.cloud, attempt); got.stages != "" || len(results) != 3 || finding.Stranger != "" {
		t.Errorf("without a stranger: %+v", results)
	}
}

// An identity that can't sign is a failure of our own side, or no answer, and never a
// verdict about the link.
func TestAnIdentityThatCannotSignIsNoVerdict(t *testing.T) {
	h := newHarbor(t)
	attempt := h.attempt("Harbor")
	attempt.Identity = nil
	if _, err := h.cloud.Check(t.Context(), attempt, nil); err == nil {
		t.Error("without an identity: no error")
	}
	key := h.attempt("Key Locker")
	key.Target.SignIn.Values["service_account"] = attempt.Target.Account // no address
	if _, err := h.cloud.Check(t.Context(), key, nil); err == nil {
		t.Error("without an address: no error")
	}
	attempt.Identity, attempt.Target.SignIn.Values = h.identity, nil
	if _, err := h.cloud.Check(t.Context(), attempt, nil); err == nil {
		t.Error("without a provider: no error")
	}
}

func TestAWrongClockIsNamed(t *testing.T) {
	for off, want := range map[time.Duration]string{10 * time.Minute: "10 minutes ahead of", -17 * time.Minute: "17 minutes behind"} {
		h := newHarbor(t)
		attempt := h.attempt("Key Locker")
		o := h.options
		o.Now = func() time.Time { return time.Now().Add(off) }
		got, results, _ := check(t, google.New(o), attempt)
		if got.outcome != cloud.Broken || !strings.Contains(results[1].Said, want) {
			t.Errorf("%s: %+v", off, results)
		}
		if e := h.cloud.Explain(results[1], attempt.Target); e.Anchor != "google-invalid-grant-clock" || e.Fixer != cloud.FixedByOperator {
			t.Errorf("%+v", e)
		}
	}
}
