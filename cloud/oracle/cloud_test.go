package oracle_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"mooring/certificate"
	"mooring/cloud"
	"mooring/cloud/cloudtest"
	"mooring/cloud/oracle"
	"mooring/cloud/oracle/oraclesim"
)

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// harbor is a simulated Oracle Cloud, with the cloud that reaches nothing else, and an
// account's identity.
type harbor struct {
	t         testing.TB
	simulator *oraclesim.Simulator
	options   oracle.Options
	cloud     *oracle.Oracle
	identity  *certificate.Identity
}

func newHarbor(t testing.TB) harbor { return newHarborAt(t, time.Now, time.Now) }

// newHarborAt is one in which Oracle and Mooring have clocks of their own.
func newHarborAt(t testing.TB, theirs, ours func() time.Time) harbor {
	t.Helper()
	s, err := oraclesim.Start(oraclesim.Options{Now: theirs})
	ok(t, err)
	t.Cleanup(func() { ok(t, s.Close()) })
	h := harbor{t: t, simulator: s, options: oracle.Options{Roots: s.CA(), Dial: s.Dial, Trouble: s.Trouble, Now: ours}}
	h.cloud = oracle.New(h.options)
	h.identity = cloudtest.Identity(t, time.Now)
	return h
}

// otherIdentity is made once, because it takes a while.
var otherIdentity = sync.OnceValue(func() func(t testing.TB) *certificate.Identity {
	var once sync.Once
	var made *certificate.Identity
	return func(t testing.TB) *certificate.Identity {
		once.Do(func() { made = cloudtest.OtherIdentity(t, time.Now) })
		return made
	}
})

// id finds the tenancy with this story.
func id(t testing.TB, name string) string {
	t.Helper()
	for _, story := range oraclesim.Stories() {
		if story.Name == name {
			return story.ID
		}
	}
	t.Fatalf("no story is called %s", name)
	return ""
}

const linkName = "mooring-acme-0a1b2c"

// attempt links a tenancy of a story.
func (h harbor) attempt(story string) cloud.Attempt {
	h.t.Helper()
	linked, err := h.simulator.Link(id(h.t, story), linkName, string(h.identity.Certificate.PublicKeyPEM()))
	ok(h.t, err)
	return cloud.Attempt{Target: h.target(linked), Identity: h.identity}
}

func (h harbor) target(linked oraclesim.Linked) cloud.Target {
	h.t.Helper()
	form := cloud.Form{Values: map[string]string{"tenancy_id": linked.Tenancy, "user_id": linked.User, "region": linked.Region}}
	target, fields := h.cloud.Read(&form)
	if len(fields) > 0 {
		h.t.Fatal(fields)
	}
	return target
}

// verdict is what a tenancy leads to: the outcome, and the stages that didn't end well
// with their codes.
type verdict struct {
	outcome cloud.Outcome
	stages  string // "regions RegionNotReady, permissions PermissionsUnclear"
}

func check(t testing.TB, c cloud.Cloud, attempt cloud.Attempt) (verdict, []cloud.StageResult, cloud.Finding) {
	t.Helper()
	var results []cloud.StageResult
	finding, err := c.Check(context.Background(), attempt, func(r cloud.StageResult) { results = append(results, r) })
	ok(t, err)
	method, _ := c.Describe().Method(attempt.Target.SignIn.Method)
	var stages []string
	for _, r := range results {
		if r.Verdict != cloud.OK {
			stages = append(stages, r.Stage+" "+r.Code)
		}
	}
	return verdict{cloud.Conclude(method.Stages, results), strings.Join(stages, ", ")}, results, finding
}

func TestOracleKeepsTheContract(t *testing.T) {
	h := newHarbor(t)
	silent := h.attempt("Free Port")
	ok(t, h.simulator.SetOverride(silent.Target.Account, oraclesim.Override{Stage: "sign-in", Code: "NoAnswer"}))
	cloudtest.Run(t, cloudtest.Subject{Cloud: h.cloud, Working: h.attempt("Harbor"), Broken: h.attempt("Other Flag"), Silent: silent})
}

// verdicts holds one line for every story, of a tenancy that was linked minutes ago.
var verdicts = map[string]verdict{
	"Harbor":        {cloud.Passed, ""},
	"Wide Berth":    {cloud.Passed, ""},
	"Fresh Paint":   {cloud.StillCopying, "sign-in NotAuthenticated"},
	"Wet Ink":       {cloud.StillCopying, "tenancy NotAuthorizedOrNotFound"},
	"Other Flag":    {cloud.StillCopying, "sign-in NotAuthenticated"},
	"Lost Pass":     {cloud.StillCopying, "tenancy NotAuthorizedOrNotFound"},
	"Sealed Log":    {cloud.Passed, "permissions NotAuthorizedOrNotFound"},
	"Fog Bank":      {cloud.Passed, "permissions PermissionsUnclear"},
	"Narrow Strait": {cloud.Passed, ""},
	"Full Rack":     {cloud.Passed, ""},
	"Dark Coast":    {cloud.Passed, "regions RegionNotReady"},
	"Far Shore":     {cloud.Passed, ""},
	"Free Port":     {cloud.Passed, ""},
	"Navy Yard":     {cloud.Passed, ""},
	"Crown Dock":    {cloud.Passed, ""},
}

func TestEveryVerdictAUserCanMeet(t *testing.T) {
	h := newHarbor(t)
	for _, story := range oraclesim.Stories() {
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
		if strings.HasPrefix(story.Outcome, "Connects") != (want.outcome == cloud.Passed) || (want.outcome == cloud.Passed) != (finding.AccountName != "") {
			t.Errorf("%s: %q, but it %s as %q", story.Name, story.Outcome, want.outcome, finding.AccountName)
		}
		for _, r := range results {
			if e := h.cloud.Explain(r, attempt.Target); r.Verdict != cloud.OK && !e.Known || len(r.TraceID) < 90 {
				t.Errorf("%s: %+v is explained as %+v", story.Name, r, e)
			}
			if r.Verdict == cloud.OK && r.Said == "" {
				t.Errorf("%s: the stage %s says nothing", story.Name, r.Stage)
			}
		}
		if attempt.Fresh = false; want.outcome == cloud.StillCopying && !strings.Contains(story.Outcome, "then connects") {
			if got, _, _ := check(t, h.cloud, attempt); got.outcome != cloud.Broken {
				t.Errorf("%s: when it isn't fresh any more: %+v", story.Name, got)
			}
		}
	}
}

func TestWhatIsFreshConnectsInTheEnd(t *testing.T) {
	h := newHarbor(t)
	for _, story := range []string{"Fresh Paint", "Wet Ink"} {
		attempt := h.attempt(story)
		attempt.Fresh = true
		for i, want := range []cloud.Outcome{cloud.StillCopying, cloud.StillCopying, cloud.Passed} {
			if got, results, _ := check(t, h.cloud, attempt); got.outcome != want {
				t.Errorf("%s, check %d: %+v, %+v", story, i+1, got, results)
			}
		}
	}
}

func TestTheTargetComesFromTheOCIDs(t *testing.T) {
	h := newHarbor(t)
	target := h.attempt("Free Port").Target
	if target.Environment != "oc19" || target.Account != id(t, "Free Port") || !strings.HasPrefix(target.SignIn.Principal, "ocid1.user.oc19..") {
		t.Errorf("%+v", target)
	}
	facts := map[string]string{}
	for _, f := range h.cloud.Facts(target) {
		facts[f.Label] = f.Value
	}
	for label, want := range map[string]string{"Tenancy OCID": target.Account, "User OCID": target.SignIn.Principal, "Region": "eu-frankfurt-2",
		"Realm": "EU Sovereign (OC19)", "Method": "API signing key"} {
		if facts[label] != want {
			t.Errorf("%s is %q, want %q", label, facts[label], want)
		}
	}
}

func TestAnotherKeyIsRefused(t *testing.T) {
	h := newHarbor(t)
	attempt := h.attempt("Harbor")
	attempt.Identity = otherIdentity()(t)
	got, results, _ := check(t, h.cloud, attempt)
	e := h.cloud.Explain(results[0], attempt.Target)
	if got != (verdict{cloud.Broken, "sign-in NotAuthenticated"}) || e.Remedy != cloud.DownloadCertificate || !strings.Contains(e.Command, attempt.Target.SignIn.Principal) {
		t.Errorf("%+v, %+v", got, e)
	}
}

func TestAWrongClockIsSaid(t *testing.T) {
	for _, off := range []time.Duration{-20 * time.Minute, 20 * time.Minute} {
		h := newHarborAt(t, time.Now, func() time.Time { return time.Now().Add(off) })
		attempt := h.attempt("Harbor")
		attempt.Fresh = true
		got, results, _ := check(t, h.cloud, attempt)
		want := "The clock of the server that runs Mooring is 20 minutes ahead of the clock of Oracle Cloud."
		if off < 0 {
			want = strings.Replace(want, "ahead of", "behind", 1)
		}
		e := h.cloud.Explain(results[0], attempt.Target)
		if got != (verdict{cloud.Broken, "sign-in NotAuthenticated"}) || results[0].Said != want || e.Reason != "clock" || e.Fixer != cloud.FixedByOperator {
			t.Errorf("%v: %+v, %q, %+v", off, got, results[0].Said, e)
		}
	}
	h := newHarborAt(t, time.Now, func() time.Time { return time.Now().Add(4 * time.Minute) })
	if got, results, _ := check(t, h.cloud, h.attempt("Harbor")); got.outcome != cloud.Passed {
		t.Errorf("four minutes off: %+v", results)
	}
}
