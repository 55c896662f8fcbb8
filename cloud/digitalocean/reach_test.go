package digitalocean_test

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"mooring/cloud"
	"mooring/cloud/digitalocean"
	"mooring/cloud/digitalocean/dosim"
	"mooring/secret"
)

// reachedAt lists the codes of the catalogue by the stages at which an error of the
// simulated DigitalOcean's brings them about.
var reachedAt = map[string]string{
	"grant": `invalid_grant invalid_client unauthorized_client invalid_request invalid_scope server_error TooManyRequests ServiceUnavailable NoAnswer
		NameNotFound CertificateNotTrusted ProxyRefused ProxyAuthenticationRequired TimedOut UnexpectedAnswer`,
	"team":    `OtherTeam TeamLocked unauthorized forbidden not_found NoAnswer NameNotFound UnexpectedAnswer`,
	"regions": `unauthorized forbidden NoAnswer UnexpectedAnswer`,
}

// reachedElsewhere are codes that other tests bring about.
var reachedElsewhere = map[string]string{
	"GrantLost":     "the story Lost Letter",
	"ScopesUnknown": "TestOddAnswersEndNothingElse",
	"Refused":       "TestOddAnswersEndNothingElse",
	"ForeignHost":   "no check asks such a host; see package wire",
}

func TestEveryEntryOfTheCatalogueCanBeSeen(t *testing.T) {
	h := newHarbor(t)
	h.options.Timeout = 50 * time.Millisecond
	hasty := digitalocean.New(h.options)
	seen := map[string]bool{}
	for stage, codes := range reachedAt {
		for _, code := range strings.Fields(codes) {
			attempt, _ := h.attempt("Harbor")
			ok(t, h.simulator.SetOverride(dosim.Working, dosim.Override{Stage: stage, Code: code}))
			c := h.cloud
			if code == "TimedOut" {
				c = hasty
			}
			var last cloud.StageResult
			_, err := c.Check(context.Background(), attempt, func(r cloud.StageResult) {
				if r.Stage == stage {
					last = r
				}
			})
			ok(t, err)
			e := c.Explain(last, attempt.Target)
			if want := strings.Replace(code, "server_error", "ServiceUnavailable", 1); last.Code != want && last.Code != code || !e.Known {
				t.Errorf("%s at %s: %+v", code, stage, last)
			}
			if code == "server_error" { // it comes with a status that passes
				seen["digitalocean-server-error"] = true
			}
			seen[e.Anchor] = true
			ok(t, h.simulator.ClearOverride(dosim.Working))
		}
	}
	for _, e := range h.cloud.Catalogue() {
		if !seen[e.Anchor] && reachedElsewhere[e.Code] == "" {
			t.Errorf("nothing brings about %s", e.Anchor)
		}
	}
}

// stubbed is a client of somebody who answers for all hosts.
func stubbed(t *testing.T, token, account, regions string) (*digitalocean.DigitalOcean, cloud.Attempt) {
	t.Helper()
	s := startStub(t, func(w http.ResponseWriter, r *http.Request) {
		body := map[string]string{"/v1/oauth/token": token, "/v2/account": account, "/v2/regions": regions}[r.URL.Path]
		if status, rest, found := strings.Cut(body, "|"); found {
			w.WriteHeader(map[string]int{"403": 403, "200": 200, "400": 400}[status])
			body = rest
		}
		_, _ = io.WriteString(w, body)
	})
	k := &kept{grant: secret.NewText(`{"client_id":"c","refresh_token":"r"}`)}
	return digitalocean.New(s), cloud.Attempt{Target: cloud.Target{Account: dosim.Working, SignIn: cloud.SignIn{Method: "consent"}}, UseGrant: k.use}
}

const (
	goodToken   = `{"access_token":"a","refresh_token":"b","scope":"read"}`
	goodAccount = `{"account":{"team":{"uuid":"` + dosim.Working + `","name":"Harbor"},"status":"active"}}`
	goodRegions = `{"regions":[{"slug":"ams3","available":true}]}`
)

func TestOddAnswersEndNothingElse(t *testing.T) {
	for name, try := range map[string]struct {
		token, account, regions string
		outcome                 cloud.Outcome
		bad                     string
	}{
		"as it should be":             {goodToken, goodAccount, goodRegions, cloud.Passed, ""},
		"no scope":                    {`{"access_token":"a","refresh_token":"b"}`, goodAccount, goodRegions, cloud.Passed, "permissions ScopesUnknown"},
		"a scope of odd type":         {`{"access_token":"a","refresh_token":"b","scope":["read"]}`, goodAccount, goodRegions, cloud.Passed, "permissions ScopesUnknown"},
		"no next grant":               {`{"access_token":"a"}`, goodAccount, goodRegions, cloud.CouldNotCheck, "grant UnexpectedAnswer"},
		"a page":                      {`<!DOCTYPE html>`, goodAccount, goodRegions, cloud.CouldNotCheck, "grant UnexpectedAnswer"},
		"a refusal without a code":    {`403|no`, goodAccount, goodRegions, cloud.Broken, "grant Refused"},
		"a code that nobody knows":    {`400|{"error":"odd_code"}`, goodAccount, goodRegions, cloud.Broken, "grant odd_code"},
		"an account without a team":   {goodToken, `{"account":{"status":"active"}}`, goodRegions, cloud.CouldNotCheck, "team UnexpectedAnswer"},
		"a team of odd type":          {goodToken, `{"account":{"team":[],"status":7,"uuid":"` + dosim.Working + `"}}`, goodRegions, cloud.Passed, ""},
		"regions of odd type":         {goodToken, goodAccount, `{"regions":[7,{"slug":"x","available":"yes"}]}`, cloud.Passed, ""},
		"no regions":                  {goodToken, goodAccount, `{"regions":{}}`, cloud.Passed, ""},
		"an answer that never ends":   {goodToken, strings.Repeat(" ", 1<<20) + goodAccount, goodRegions, cloud.CouldNotCheck, "team UnexpectedAnswer"},
		"an endless name of the team": {goodToken, `{"account":{"team":{"uuid":"` + dosim.Working + `","name":"` + strings.Repeat("é", 500) + `"}}}`, goodRegions, cloud.Passed, ""},
	} {
		c, attempt := stubbed(t, try.token, try.account, try.regions)
		h := harbor{t: t, cloud: c}
		outcome, bad, results, finding := h.check(attempt)
		if outcome != try.outcome || bad != try.bad {
			t.Errorf("%s: %s (%s)", name, outcome, bad)
		}
		if len([]rune(finding.AccountName)) > 81 {
			t.Errorf("%s: the name has %d characters", name, len([]rune(finding.AccountName)))
		}
		for _, r := range results {
			if strings.Contains(r.Said, "access_token") {
				t.Errorf("%s: %s says %q", name, r.Stage, r.Said)
			}
		}
	}
}

func TestNothingOfAGrantIsToldAgain(t *testing.T) {
	c, attempt := stubbed(t, `400|{"error":"invalid_grant","error_description":"the token dor_v1_canary0123456789abcdef and r-canary-r of client"}`, goodAccount, goodRegions)
	k := &kept{grant: secret.NewText(`{"client_id":"c","refresh_token":"r-canary-r"}`)}
	attempt.UseGrant = k.use
	h := harbor{t: t, cloud: c}
	_, _, results, _ := h.check(attempt)
	if len(results) != 1 || strings.Contains(results[0].Said, "canary") {
		t.Errorf("%+v", results)
	}
}

func TestWhatIsPastedAsATeam(t *testing.T) {
	h := newHarbor(t)
	for typed, want := range map[string]string{
		dosim.Working: dosim.Working, strings.ToUpper(dosim.Working): dosim.Working, " “" + dosim.Working + "” ": dosim.Working,
		"https://cloud.digitalocean.com/account/team/settings?i=" + dosim.Working: dosim.Working,
		dosim.Working + " " + dosim.Working:                                       dosim.Working, dosim.Working + " 0a1b2c3d-0000-4000-8000-000000000002": "", "harbor": "",
		"dop_v1_0123456789abcdef0123456789abcdef " + dosim.Working: "",
	} {
		if id, problem := h.cloud.ReadID(cloud.Account, typed); id != want || (problem == "") != (want != "") {
			t.Errorf("%q is %q, %q", typed, id, problem)
		}
	}
	form := cloud.Form{Values: map[string]string{"team_id": "doo_v1_0123456789abcdef"}}
	if _, fields := h.cloud.Read(&form); !strings.Contains(fields["team_id"], "token or another secret") || form.Values["team_id"] != "" {
		t.Errorf("%v, %v", fields, form.Values)
	}
}

func TestScopesAreRights(t *testing.T) {
	for scopes, want := range map[string]string{
		"read": "digitalocean-view", "read write": "digitalocean-view digitalocean-change!", "write": "-digitalocean-view digitalocean-change!",
		"account:read droplet:read": "-digitalocean-view", "account:read droplet:create": "-digitalocean-view digitalocean-change!", "READ,write": "digitalocean-view digitalocean-change!",
	} {
		c, attempt := stubbed(t, `{"access_token":"a","refresh_token":"b","scope":"`+scopes+`"}`, goodAccount, goodRegions)
		h := harbor{t: t, cloud: c}
		_, _, _, finding := h.check(attempt)
		var got []string
		for _, r := range finding.Rights {
			name := r.Key
			if !r.Granted {
				name = "-" + name
			}
			if r.Excessive {
				name += "!"
			}
			got = append(got, name)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", scopes, got, want)
		}
	}
	if !slices.ContainsFunc(digitalocean.New(digitalocean.Options{}).Rights(), func(r cloud.RightText) bool { return r.Key == "digitalocean-view" }) {
		t.Error("no right to view")
	}
}
