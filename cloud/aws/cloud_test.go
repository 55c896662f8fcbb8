package aws_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"mooring/certificate"
	"mooring/cloud"
	"mooring/cloud/aws"
	"mooring/cloud/aws/awssim"
	"mooring/cloud/cloudtest"
	"mooring/secret"
)

// harbor is a simulated AWS, with the cloud that reaches nothing else, and a link's
// own authority.
type harbor struct {
	t         testing.TB
	simulator *awssim.Simulator
	options   aws.Options
	cloud     *aws.AWS
	ring      *secret.Ring
	authority certificate.SealedAuthority
	identity  *certificate.Identity
}

func newHarbor(t testing.TB) harbor {
	t.Helper()
	s, err := awssim.Start(awssim.Options{})
	ok(t, err)
	t.Cleanup(func() { ok(t, s.Close()) })
	h := harbor{t: t, simulator: s, ring: secret.NewRing(), options: aws.Options{Roots: s.CA(), Dial: s.Dial, Trouble: s.Trouble}}
	h.cloud = aws.New(h.options)
	h.authority, err = certificate.NewAuthority(h.ring, "a", "acme", newName(t), time.Now())
	ok(t, err)
	h.identity, err = h.issue("")
	ok(t, err)
	return h
}

func newName(t testing.TB) string {
	t.Helper()
	name, err := certificate.NewLinkName(rand.Reader)
	ok(t, err)
	return name
}

func (h harbor) issue(name string) (*certificate.Identity, error) {
	leaf, err := h.authority.Issue(h.ring, certificate.Leaf{ID: "l", Name: name}, time.Now())
	if err != nil {
		return nil, err
	}
	return h.authority.NewIdentity(h.ring, leaf)
}

func (h harbor) stranger() (*certificate.Identity, error) { return h.issue(newName(h.t)) }

// attempt links an account of a story, with the negative test.
func (h harbor) attempt(story string) cloud.Attempt {
	h.t.Helper()
	linked, err := h.simulator.Link(number(h.t, story), h.authority.LinkName, string(h.authority.PEM()))
	ok(h.t, err)
	form := cloud.Form{Values: map[string]string{"trust_anchor_arn": linked.TrustAnchor, "profile_arn": linked.Profile, "role_arn": linked.Role}}
	target, fields := h.cloud.Read(&form)
	if len(fields) > 0 {
		h.t.Fatal(fields)
	}
	return cloud.Attempt{Target: target, Identity: h.identity, Stranger: h.stranger}
}

// verdict is what an account leads to: the outcome, and the stages that didn't end
// well with their codes.
type verdict struct {
	outcome cloud.Outcome
	stages  string // "permissions AccessDenied, condition ConditionMissing"
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

func TestAWSKeepsTheContract(t *testing.T) {
	h := newHarbor(t)
	silent := h.attempt("Free Port")
	ok(t, h.simulator.SetOverride(silent.Target.Account, awssim.Override{Stage: "session", Code: "NoAnswer"}))
	cloudtest.Run(t, cloudtest.Subject{Cloud: h.cloud, Working: h.attempt("Harbor"), Broken: h.attempt("Other Flag"), Silent: silent, LinkName: h.authority.LinkName})
}

// verdicts holds one line for every story, of an account that was linked minutes ago.
var verdicts = map[string]verdict{
	"Harbor":        {cloud.Passed, ""},
	"Wide Berth":    {cloud.Passed, ""},
	"Fresh Paint":   {cloud.StillCopying, "session AccessDeniedException"},
	"Other Flag":    {cloud.Broken, "session AccessDeniedException"},
	"Open Gate":     {cloud.Passed, "condition ConditionMissing"},
	"Sealed Log":    {cloud.Passed, "permissions AccessDenied"},
	"Raised Anchor": {cloud.Broken, "session AccessDeniedException"},
	"Furled Sail":   {cloud.Broken, "session AccessDeniedException"},
	"Lost Anchor":   {cloud.Broken, "session ResourceNotFoundException"},
	"Wrong Crew":    {cloud.StillCopying, "session AccessDeniedException"},
	"Half an Oath":  {cloud.StillCopying, "session AccessDeniedException"},
	"Harbor Rules":  {cloud.Passed, "regions UnauthorizedOperation"},
	"Closed Port":   {cloud.Passed, "regions Blocked"},
	"Silent Coast":  {cloud.Broken, "identity RegionDisabledException"},
	"Dark Coast":    {cloud.Passed, "regions RegionOff"},
	"East Pier":     {cloud.Passed, ""},
	"Navy Yard":     {cloud.Passed, ""},
	"Free Port":     {cloud.Passed, ""},
}

func TestEveryVerdictAUserCanMeet(t *testing.T) {
	h := newHarbor(t)
	for _, story := range awssim.Stories() {
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
			if e := h.cloud.Explain(r, attempt.Target); r.Verdict != cloud.OK && !e.Known || r.TraceID == "" && r.Code != "" && !strings.HasPrefix(r.Stage, "condition") {
				t.Errorf("%s: %+v is explained as %+v", story.Name, r, e)
			}
			if r.Verdict == cloud.OK && r.Said == "" {
				t.Errorf("%s: the stage %s says nothing", story.Name, r.Stage)
			}
		}
		stranger := cloud.StrangerUnknown
		if want.outcome == cloud.Passed {
			stranger = cloud.StrangerRefused
		}
		if story.Name == "Open Gate" {
			stranger = cloud.StrangerLetIn
		}
		if finding.Stranger != stranger {
			t.Errorf("%s: the stranger is %q", story.Name, finding.Stranger)
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

func TestTheTargetComesFromTheARNs(t *testing.T) {
	h := newHarbor(t)
	target := h.attempt("East Pier").Target
	if target.Environment != "aws-cn" || target.Account != number(t, "East Pier") || target.SignIn.Principal != target.SignIn.Values["role_arn"] {
		t.Errorf("%+v", target)
	}
	facts := map[string]string{}
	for _, f := range h.cloud.Facts(target) {
		facts[f.Label] = f.Value
	}
	for label, want := range map[string]string{"Account ID": target.Account, "Region": "cn-north-1", "Partition": "AWS China", "Role": h.authority.LinkName,
		"Role ARN": target.SignIn.Principal, "Method": "Certificate (IAM Roles Anywhere)"} {
		if facts[label] != want {
			t.Errorf("%s is %q, want %q", label, facts[label], want)
		}
	}
	target.SignIn.Values = nil // as old snapshots have it
	facts = map[string]string{}
	for _, f := range h.cloud.Facts(target) {
		facts[f.Label] = f.Value
	}
	if facts["Account ID"] != target.Account || facts["Role ARN"] != target.SignIn.Principal {
		t.Errorf("%v", facts)
	}
}

func TestTheAccountHasItsAliasOrItsNumber(t *testing.T) {
	h := newHarbor(t)
	for story, want := range map[string]string{"Harbor": "harbor", "East Pier": "east-pier", "Dark Coast": "AWS account " + number(t, "Dark Coast"), "Sealed Log": "sealed-log"} {
		if _, _, finding := check(t, h.cloud, h.attempt(story)); finding.AccountName != want {
			t.Errorf("%s is called %q", story, finding.AccountName)
		}
	}
	attempt := h.attempt("Free Port")
	ok(t, h.simulator.SetOverride(attempt.Target.Account, awssim.Override{Stage: "permissions", Code: "ServiceUnavailable"}))
	if _, _, finding := check(t, h.cloud, attempt); finding.AccountName != "" || !finding.RightsUnanswered {
		t.Errorf("in an outage: %+v", finding)
	}
}

// Only a refusal of the session says that a stranger is refused.
func TestAStrangerWithoutAnAnswerIsUnknown(t *testing.T) {
	h := newHarbor(t)
	attempt := h.attempt("Harbor")
	for code, want := range map[string]verdict{
		"NoAnswer":                  {cloud.Passed, "condition NoAnswer"},
		"ThrottlingException":       {cloud.Passed, "condition TooManyRequests"},
		"ServiceUnavailable":        {cloud.Passed, "condition ServiceUnavailable"},
		"ValidationException":       {cloud.Passed, "condition ValidationException"},
		"InvalidSignatureException": {cloud.Passed, "condition InvalidSignatureException"},
		"UnexpectedAnswer":          {cloud.Passed, "condition UnexpectedAnswer"},
	} {
		attempt.Stranger = func() (*certificate.Identity, error) { // from now on
			ok(t, h.simulator.SetOverride(attempt.Target.Account, awssim.Override{Stage: "session", Code: code}))
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
	if got, results, finding := check(t, h.cloud, attempt); got.stages != "" || len(results) != 4 || finding.Stranger != "" {
		t.Errorf("without a stranger: %+v", results)
	}
}

// iam changes the role of a target as an administrator does.
func (h harbor) iam(target cloud.Target, form url.Values) {
	h.t.Helper()
	key, secretKey, _ := h.simulator.Administrator(target.Account)
	form.Set("Version", "2010-05-08")
	form.Set("RoleName", target.SignIn.Principal[strings.LastIndexByte(target.SignIn.Principal, '/')+1:])
	body := form.Encode()
	r, err := http.NewRequest(http.MethodPost, "https://iam.amazonaws.com/", strings.NewReader(body))
	ok(h.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	sum := sha256.Sum256([]byte(body))
	ok(h.t, v4.NewSigner().SignHTTP(h.t.Context(), awssdk.Credentials{AccessKeyID: key, SecretAccessKey: secretKey}, r, hex.EncodeToString(sum[:]), "iam", "us-east-1", time.Now()))
	answer, err := aws.HTTPClient(aws.NewClient(h.options)).Do(r)
	ok(h.t, err)
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		h.t.Fatalf("%v: %s", form, answer.Status)
	}
}

func TestRightsTellPoliciesApart(t *testing.T) {
	h := newHarbor(t)
	attempt := h.attempt("Harbor")
	attempt.Stranger = nil
	rightsOf := func(policy string) []string {
		if policy != "" {
			h.iam(attempt.Target, url.Values{"Action": {"AttachRolePolicy"}, "PolicyArn": {"arn:aws:iam::aws:policy/" + policy}})
			defer h.iam(attempt.Target, url.Values{"Action": {"DetachRolePolicy"}, "PolicyArn": {"arn:aws:iam::aws:policy/" + policy}})
		}
		_, _, finding := check(t, h.cloud, attempt)
		var granted []string
		for _, r := range finding.Rights {
			if r.Granted {
				granted = append(granted, strings.TrimPrefix(r.Key, "aws-"))
			}
		}
		return granted
	}
	for policy, want := range map[string][]string{
		"":                    {"view"},
		"ReadOnlyAccess":      {"view", "read-data", "read-secrets"},
		"AmazonEC2FullAccess": {"view", "change-instances", "change-networks"},
		"IAMFullAccess":       {"view", "give-permissions"},
		"PowerUserAccess":     {"view", "change-instances", "change-networks", "run-commands", "read-data", "read-secrets", "change-data"},
		"AdministratorAccess": {"view", "change-instances", "change-networks", "run-commands", "read-data", "read-secrets", "change-data", "give-permissions", "administrator"},
	} {
		if got := rightsOf(policy); !slices.Equal(got, want) {
			t.Errorf("%s: %v", policy, got)
		}
	}
}
