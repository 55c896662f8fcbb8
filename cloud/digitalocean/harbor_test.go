package digitalocean_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"mooring/cloud"
	"mooring/cloud/cloudtest"
	"mooring/cloud/digitalocean"
	"mooring/cloud/digitalocean/dosim"
	"mooring/fault"
	"mooring/secret"
)

const redirect = "https://mooring.example/cloud-providers/digitalocean/callback"

// harbor is a simulated DigitalOcean, with the cloud that reaches nothing else.
type harbor struct {
	t         testing.TB
	simulator *dosim.Simulator
	options   digitalocean.Options
	cloud     *digitalocean.DigitalOcean
}

func newHarbor(t testing.TB) harbor {
	t.Helper()
	s, err := dosim.Start(dosim.Options{})
	ok(t, err)
	t.Cleanup(func() { ok(t, s.Close()) })
	h := harbor{t: t, simulator: s, options: digitalocean.Options{ClientID: dosim.OwnClient, ClientSecret: secret.NewText(dosim.OwnClientSecret),
		Roots: s.CA(), Dial: s.Dial, Trouble: s.Trouble, Site: s.ConsoleURL()}}
	h.cloud = digitalocean.New(h.options)
	return h
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func team(t testing.TB, name string) string {
	t.Helper()
	for _, known := range dosim.Stories() {
		if known.Name == name {
			return known.ID
		}
	}
	t.Fatalf("no team is called %s", name)
	return ""
}

// consent goes the way of a person with a browser.
func (h harbor) consent(c *digitalocean.DigitalOcean, teamID string) (cloud.Consented, error) {
	h.t.Helper()
	begun, err := c.Consent(h.t.Context(), redirect)
	if err != nil {
		return cloud.Consented{}, err
	}
	query, err := h.simulator.Consent(begun.Address, teamID)
	ok(h.t, err)
	returned, err := url.ParseQuery(query)
	ok(h.t, err)
	return c.Consented(h.t.Context(), begun, returned)
}

// kept is a grant as a link keeps it.
type kept struct {
	grant   secret.Text
	inDoubt bool
}

func (k *kept) use(ctx context.Context, exchange func(context.Context, secret.Text, bool) (secret.Text, error)) error {
	was := k.inDoubt
	k.inDoubt = true
	next, err := exchange(ctx, k.grant, was)
	switch {
	case errors.Is(err, cloud.ErrGrantUnused):
		k.inDoubt = was
	case err == nil:
		k.grant, k.inDoubt = next, false
	}
	return err
}

// attempt links the team of a story.
func (h harbor) attempt(story string) (cloud.Attempt, *kept) {
	h.t.Helper()
	given, err := h.consent(h.cloud, team(h.t, story))
	ok(h.t, err)
	k := &kept{grant: given.Grant}
	return cloud.Attempt{Target: given.Target, UseGrant: k.use}, k
}

func (h harbor) check(attempt cloud.Attempt) (cloud.Outcome, string, []cloud.StageResult, cloud.Finding) {
	h.t.Helper()
	var results []cloud.StageResult
	finding, err := h.cloud.Check(context.Background(), attempt, func(r cloud.StageResult) { results = append(results, r) })
	ok(h.t, err)
	method, _ := h.cloud.Describe().Method(digitalocean.MethodConsent)
	var bad []string
	for _, r := range results {
		if r.Verdict != cloud.OK {
			bad = append(bad, r.Stage+" "+r.Code)
		}
	}
	return cloud.Conclude(method.Stages, results), strings.Join(bad, ", "), results, finding
}

func TestDigitalOceanKeepsTheContract(t *testing.T) {
	h := newHarbor(t)
	working, _ := h.attempt("Harbor")
	broken, _ := h.attempt("Torn Ticket")
	silent, _ := h.attempt("Yellow Flag")
	ok(t, h.simulator.SetOverride(team(t, "Yellow Flag"), dosim.Override{Stage: "grant", Code: "NoAnswer"}))
	cloudtest.Run(t, cloudtest.Subject{Cloud: h.cloud, Working: working, Broken: broken, Silent: silent})
}

func TestEveryStoryEndsAsItIsTold(t *testing.T) {
	for name, want := range map[string]struct {
		first, second cloud.Outcome
		firstBad, bad string
	}{
		"Harbor":      {cloud.Passed, cloud.Passed, "", ""},
		"Wide Berth":  {cloud.Passed, cloud.Passed, "", ""},
		"Lost Letter": {cloud.CouldNotCheck, cloud.Broken, "grant NoAnswer", "grant GrantLost"},
		"Torn Ticket": {cloud.Broken, cloud.Broken, "grant invalid_grant", "grant GrantLost"},
		"Closed Port": {cloud.Broken, cloud.Broken, "team TeamLocked", "team TeamLocked"},
		"Yellow Flag": {cloud.Passed, cloud.Passed, "", ""},
		"Narrow Gate": {cloud.Passed, cloud.Passed, "regions forbidden", "regions forbidden"},
	} {
		h := newHarbor(t)
		attempt, _ := h.attempt(name)
		first, firstBad, _, finding := h.check(attempt)
		second, bad, _, _ := h.check(attempt)
		if first != want.first || second != want.second || firstBad != want.firstBad || bad != want.bad {
			t.Errorf("%s: %s (%s), then %s (%s)", name, first, firstBad, second, bad)
		}
		excessive := false
		for _, right := range finding.Rights {
			excessive = excessive || right.Excessive
		}
		if excessive != (name == "Wide Berth") {
			t.Errorf("%s: %+v", name, finding.Rights)
		}
	}
	h := newHarbor(t)
	lost, _ := h.attempt("Lost Letter")
	h.check(lost)
	again, _ := h.attempt("Lost Letter")
	if outcome, bad, _, _ := h.check(again); outcome != cloud.Passed {
		t.Errorf("Lost Letter, after somebody signed in again: %s (%s)", outcome, bad)
	}
	h = newHarbor(t)
	if _, err := h.consent(h.cloud, team(t, "Fog Bank")); !strings.Contains(sentence(err), "which team") {
		t.Errorf("Fog Bank: %v", err)
	}
	if good := h.simulator.Grants(team(t, "Fog Bank")); good != 0 {
		t.Errorf("%d grants stay behind", good)
	}
}

func sentence(err error) string {
	if err == nil {
		return ""
	}
	return fault.Of(err).Sentence
}

func TestEveryCheckReplacesTheGrant(t *testing.T) {
	h := newHarbor(t)
	attempt, k := h.attempt("Harbor")
	seen := map[string]bool{}
	for range 5 {
		if outcome, bad, _, _ := h.check(attempt); outcome != cloud.Passed {
			t.Fatal(outcome, bad)
		}
		if seen[k.grant.Reveal()] {
			t.Fatal("the same grant came twice")
		}
		seen[k.grant.Reveal()] = true
	}
	ok(t, h.cloud.Revoke(t.Context(), k.grant))
	ok(t, h.cloud.Revoke(t.Context(), k.grant)) // it is revoked all the same
	if outcome, bad, _, _ := h.check(attempt); outcome != cloud.Broken || bad != "grant invalid_grant" {
		t.Error(outcome, bad)
	}
}

func TestAGrantThatNeverLeftIsNotUsed(t *testing.T) {
	h := newHarbor(t)
	attempt, k := h.attempt("Harbor")
	for _, code := range []string{"NameNotFound", "CertificateNotTrusted", "ProxyRefused", "ProxyAuthenticationRequired", "too_many_requests"} {
		ok(t, h.simulator.SetOverride(team(t, "Harbor"), dosim.Override{Stage: "grant", Code: code}))
		if outcome, bad, _, _ := h.check(attempt); outcome != cloud.CouldNotCheck || k.inDoubt {
			t.Errorf("%s: %s (%s), in doubt: %v", code, outcome, bad, k.inDoubt)
		}
	}
	ok(t, h.simulator.SetOverride(team(t, "Harbor"), dosim.Override{Stage: "grant", Code: "NoAnswer"}))
	if outcome, _, _, _ := h.check(attempt); outcome != cloud.CouldNotCheck || !k.inDoubt {
		t.Errorf("no answer: %s, in doubt: %v", outcome, k.inDoubt)
	}
	ok(t, h.simulator.ClearOverride(team(t, "Harbor")))
	if outcome, bad, _, _ := h.check(attempt); outcome != cloud.Passed || k.inDoubt { // it hadn't been used
		t.Errorf("%s (%s)", outcome, bad)
	}
}

func TestTheConsentIsAnsweredOnce(t *testing.T) {
	h := newHarbor(t)
	begun, err := h.cloud.Consent(t.Context(), redirect)
	ok(t, err)
	asked, err := url.Parse(begun.Address)
	ok(t, err)
	if q := asked.Query(); q.Get("scope") != "read" || q.Get("prompt") != "select_account" || q.Get("code_challenge_method") != "S256" || q.Get("redirect_uri") != redirect {
		t.Errorf("the question is %v", q)
	}
	for name, returned := range map[string]url.Values{
		"another state": {"state": {"x"}, "code": {"y"}},
		"no code":       {"state": {begun.State}},
		"an odd error":  {"state": {begun.State}, "error": {"server_error"}},
		"a wrong code":  {"state": {begun.State}, "code": {"y"}},
	} {
		if _, err := h.cloud.Consented(t.Context(), begun, returned); sentence(err) != "DigitalOcean's answer couldn't be used, so nothing was linked. Sign in again." {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := h.cloud.Consented(t.Context(), begun, url.Values{"state": {begun.State}, "error": {"access_denied"}}); !strings.HasPrefix(sentence(err), "You didn't allow access") {
		t.Error(err)
	}
	query, err := h.simulator.Consent(begun.Address, dosim.Working)
	ok(t, err)
	returned, _ := url.ParseQuery(query)
	if _, err := h.cloud.Consented(t.Context(), begun, url.Values{"state": {"x"}, "code": returned["code"]}); err == nil {
		t.Error("another state came back, and it is linked")
	}
	given, err := h.cloud.Consented(t.Context(), begun, returned)
	ok(t, err)
	if given.Target.Account != dosim.Working || given.AccountName != "Harbor" {
		t.Errorf("%+v", given)
	}
	if _, err := h.cloud.Consented(t.Context(), begun, returned); err == nil {
		t.Error("a code is good for two grants")
	}
}

func TestAMooringWithoutAClientRegistersOnce(t *testing.T) {
	h := newHarbor(t)
	o := h.options
	o.ClientID, o.ClientSecret = "", secret.Text{}
	c := digitalocean.New(o)
	first, err := c.Consent(t.Context(), redirect)
	ok(t, err)
	second, err := c.Consent(t.Context(), redirect)
	ok(t, err)
	elsewhere, err := c.Consent(t.Context(), "http://localhost:8080/x")
	ok(t, err)
	if first.Client == "" || first.Client != second.Client || elsewhere.Client == first.Client || first.State == second.State {
		t.Errorf("%+v, %+v, %+v", first, second, elsewhere)
	}
	given, err := h.consent(c, dosim.Working)
	ok(t, err)
	// Whatever this Mooring asks with later, the grant knows its client.
	k := &kept{grant: given.Grant}
	if outcome, bad, _, _ := h.check(cloud.Attempt{Target: given.Target, UseGrant: k.use}); outcome != cloud.Passed {
		t.Error(outcome, bad)
	}

	closed, err := dosim.Start(dosim.Options{NoRegistration: true})
	ok(t, err)
	t.Cleanup(func() { ok(t, closed.Close()) })
	_, err = digitalocean.New(digitalocean.Options{Roots: closed.CA(), Dial: closed.Dial}).Consent(t.Context(), redirect)
	if !strings.Contains(sentence(err), "didn't register this Mooring") {
		t.Error(err)
	}
	_, err = digitalocean.New(digitalocean.Options{Dial: closed.Dial, Timeout: time.Second}).Consent(t.Context(), redirect)
	if !strings.Contains(sentence(err), "couldn't reach") {
		t.Error(err)
	}
}
