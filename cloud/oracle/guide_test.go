package oracle_test

import (
	"context"
	"html"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mooring/certificate"
	"mooring/cloud"
	"mooring/cloud/oracle/oraclesim"
)

func shellReads(t *testing.T, name, command string) {
	t.Helper()
	c := exec.CommandContext(context.Background(), "sh", "-n")
	c.Stdin = strings.NewReader(command)
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("%s: %v %s\n%s", name, err, out, command)
	}
}

func TestEveryCommandIsOneThatAShellReads(t *testing.T) {
	h := newHarbor(t)
	target := h.attempt("Harbor").Target
	hostile := cloud.Target{Account: "'; rm -rf ~; '", SignIn: cloud.SignIn{Principal: "$(id)", Values: map[string]string{"region": "`id`"}}}
	for _, to := range []cloud.Target{target, hostile, {}} {
		commands := slices.Concat(h.cloud.Trust(to), h.cloud.Leftovers(to))
		for _, e := range h.cloud.Catalogue() {
			commands = append(commands, cloud.Command{Title: e.Anchor, Text: h.cloud.Explain(cloud.StageResult{Stage: "tenancy", Code: e.Code}, to).Command})
		}
		for _, command := range commands {
			shellReads(t, command.Title, command.Text)
			if strings.Contains(command.Text, "rm -rf") || strings.Contains(command.Text, "$(id)") || strings.Contains(command.Text, "{") && !strings.Contains(command.Text, "printf") {
				t.Errorf("%s: %s", command.Title, command.Text)
			}
		}
	}
	for _, account := range []string{"harbor", "", "'; id; '", "Ä", strings.Repeat("a", 200), "a-b-1"} {
		for _, way := range h.cloud.Guide(cloud.Draft{AccountName: account, Certificate: h.identity.Certificate}).Ways {
			if way.Key == "command" {
				shellReads(t, account, way.Commands[0].Text)
			}
			for _, command := range way.Commands {
				if strings.Contains(command.Text, "id; '") || strings.Contains(command.Text, "Ä") {
					t.Errorf("%q got into %s", account, command.Text)
				}
			}
		}
	}
}

// run runs a command of a page in the Cloud Shell of a tenancy.
func (h harbor) run(tenancy, command string) string {
	h.t.Helper()
	out, failed, err := h.simulator.CloudShell(h.t.Context(), tenancy, command)
	ok(h.t, err)
	if failed {
		h.t.Fatalf("%s\nprinted\n%s", command, out)
	}
	return out
}

func (h harbor) read(pasted string) cloud.Target {
	h.t.Helper()
	target, fields := h.cloud.Read(&cloud.Form{Values: map[string]string{"pasted": pasted}})
	if len(fields) > 0 {
		h.t.Fatalf("%v in %s", fields, pasted)
	}
	return target
}

func (h harbor) way(key string) cloud.Way {
	h.t.Helper()
	for _, way := range h.cloud.Guide(cloud.Draft{AccountName: "acme", Certificate: h.identity.Certificate}).Ways {
		if way.Key == key {
			return way
		}
	}
	h.t.Fatalf("there is no way %s", key)
	return cloud.Way{}
}

func TestTheCommandLinksAndItsLeftoversGo(t *testing.T) {
	h := newHarbor(t)
	for _, story := range []string{"Harbor", "Far Shore", "Free Port"} {
		tenancy := id(t, story)
		out := h.run(tenancy, h.way("command").Commands[0].Text)
		target := h.read(out)
		if got, results, _ := check(t, h.cloud, cloud.Attempt{Target: target, Identity: h.identity}); got != (verdict{cloud.Passed, ""}) {
			t.Fatalf("%s: %+v, %+v", story, got, results)
		}
		again, failed, err := h.simulator.CloudShell(t.Context(), tenancy, h.way("command").Commands[0].Text)
		if ok(t, err); !failed || !strings.Contains(again, "UserAlreadyExists") || strings.Contains(again, `"tenancy"`) {
			t.Errorf("%s: a second run printed %s", story, again)
		}
		if story == "Far Shore" {
			continue // its Cloud Shell opens in another region, where only reading works
		}
		h.run(tenancy, h.cloud.Leftovers(target)[0].Text)
		if got, _, _ := check(t, h.cloud, cloud.Attempt{Target: target, Identity: h.identity}); got.outcome != cloud.Broken {
			t.Errorf("%s: after cleaning up: %+v", story, got)
		}
		for _, list := range []string{"user", "group", "policy"} {
			if out := h.run(tenancy, "oci iam "+list+" list --compartment-id "+tenancy); strings.Contains(out, "mooring-") {
				t.Errorf("%s: left behind: %s", story, out)
			}
		}
	}
}

func TestASecondKeyIsAddedAndOneIsDeleted(t *testing.T) {
	h := newHarbor(t)
	attempt := h.attempt("Harbor")
	other := otherIdentity()(t)
	trust := h.cloud.Trust(attempt.Target)
	h.run(attempt.Target.Account, cloud.FillCertificate(trust[0].Text, other.Certificate))
	for _, identity := range []*certificate.Identity{h.identity, other} {
		attempt.Identity = identity
		if got, results, _ := check(t, h.cloud, attempt); got.outcome != cloud.Passed {
			t.Errorf("%+v", results)
		}
	}
	one := h.cloud.Leftovers(attempt.Target)[1].Text
	h.run(attempt.Target.Account, strings.Replace(one, "FINGERPRINT", other.Certificate.PublicKeyFingerprint(), 1))
	if got, _, _ := check(t, h.cloud, attempt); got.outcome != cloud.Broken {
		t.Errorf("the deleted key: %+v", got)
	}
	attempt.Identity = h.identity
	if got, _, _ := check(t, h.cloud, attempt); got.outcome != cloud.Passed {
		t.Errorf("the other key: %+v", got)
	}
}

// Every command of the catalogue does something in the simulated Cloud Shell, and the one
// that is said to fix a missing policy fixes it.
func TestTheFixesWork(t *testing.T) {
	h := newHarbor(t)
	attempt := h.attempt("Harbor")
	for _, e := range h.cloud.Catalogue() {
		for _, stage := range []string{"sign-in", "tenancy", "regions", "permissions"} {
			if command := h.cloud.Explain(cloud.StageResult{Stage: stage, Code: e.Code}, attempt.Target).Command; command != "" && !strings.Contains(command, "policy create") {
				h.run(attempt.Target.Account, command)
			}
		}
	}
	if out := h.run(attempt.Target.Account, h.cloud.Explain(cloud.StageResult{Stage: "sign-in", Code: "NotAuthenticated"}, attempt.Target).Command); !strings.Contains(out, h.identity.Certificate.PublicKeyFingerprint()) {
		t.Errorf("it listed %s", out)
	}
	policy := h.run(attempt.Target.Account, "oci iam policy list --compartment-id "+attempt.Target.Account+" --name "+linkName+" --query 'data[0].id' --raw-output")
	h.run(attempt.Target.Account, "oci iam policy delete --force --policy-id "+policy)
	got, results, _ := check(t, h.cloud, attempt)
	if got != (verdict{cloud.Broken, "tenancy NotAuthorizedOrNotFound"}) {
		t.Fatalf("%+v", got)
	}
	fix := h.cloud.Explain(results[1], attempt.Target).Command
	h.run(attempt.Target.Account, strings.Replace(fix, "GROUP_NAME", linkName, 1))
	if got, results, _ := check(t, h.cloud, attempt); got != (verdict{cloud.Passed, ""}) {
		t.Errorf("after the fix: %+v", results)
	}
}

// The console's steps lead to the same, by hand.
func TestTheConsoleLinks(t *testing.T) {
	h := newHarbor(t)
	way := h.way("console")
	name, statement := way.Commands[0].Text, way.Commands[1].Text
	base := h.simulator.ConsoleURL() + "/tenancies/" + id(t, "Harbor")
	page := func(answer *http.Response, err error) string {
		t.Helper()
		ok(t, err)
		defer answer.Body.Close() //nolint:errcheck // a test
		text, err := io.ReadAll(answer.Body)
		ok(t, err)
		return html.UnescapeString(string(text))
	}
	users := page(http.PostForm(base+"/users", url.Values{"name": {name}}))
	user := regexp.MustCompile(`<a href="/tenancies/[^"/]+/users/([^"]+)">` + name).FindStringSubmatch(users)
	if user == nil {
		t.Fatalf("no user in %s", users)
	}
	page(http.PostForm(base+"/groups", url.Values{"name": {name}, "user": {user[1]}}))
	if said := page(http.PostForm(base+"/policies", url.Values{"name": {name}, "statement": {"Let everybody in"}})); !strings.Contains(said, "Failed to parse policy statement") {
		t.Error("a statement that is none is fine")
	}
	page(http.PostForm(base+"/policies", url.Values{"name": {name}, "statement": {statement}}))
	keys := base + "/users/" + user[1] + "/api-keys"
	if said := page(http.PostForm(keys, url.Values{"key": {string(h.identity.Certificate.PEM())}})); !strings.Contains(said, "must be an RSA key in PEM format") {
		t.Error("a certificate is taken for a public key")
	}
	shown := page(http.PostForm(keys, url.Values{"key": {string(h.identity.Certificate.PublicKeyPEM())}}))
	if !strings.Contains(shown, h.identity.Certificate.PublicKeyFingerprint()) {
		t.Error("the console shows another fingerprint")
	}
	preview := regexp.MustCompile(`(?s)data-doc="preview">(.*?)</pre>`).FindStringSubmatch(shown)
	if preview == nil {
		t.Fatalf("no preview in %s", shown)
	}
	if got, results, _ := check(t, h.cloud, cloud.Attempt{Target: h.read(preview[1]), Identity: h.identity}); got != (verdict{cloud.Passed, ""}) {
		t.Errorf("%+v", results)
	}
	deckhand := h.simulator.ConsoleURL() + "/tenancies/" + id(t, "Full Rack")
	rack := regexp.MustCompile(`<a href="/tenancies/[^"/]+/users/([^"]+)">deckhand`).FindStringSubmatch(page(http.Get(deckhand)))
	if rack == nil {
		t.Fatal("there is no deckhand")
	}
	if said := page(http.PostForm(deckhand+"/users/"+rack[1]+"/api-keys", url.Values{"key": {string(h.identity.Certificate.PublicKeyPEM())}})); !strings.Contains(said, "which is the maximum") {
		t.Error("a fourth key is taken")
	}
}

func TestTheGuideNamesWhatTheConsoleShows(t *testing.T) {
	h := newHarbor(t)
	fingerprint := strings.ReplaceAll(h.identity.Certificate.PublicKeyFingerprint(), ":", "")
	want := "mooring-acme-" + fingerprint[:6]
	for _, way := range []string{"command", "console", "terraform"} {
		var all strings.Builder
		for _, step := range h.way(way).Steps {
			all.WriteString(step.Text)
		}
		for _, command := range h.way(way).Commands {
			all.WriteString(command.Text)
		}
		if !strings.Contains(all.String(), want) || strings.Contains(all.String(), "{name}") {
			t.Errorf("%s: %s", way, all.String())
		}
		if way != "console" && !strings.Contains(all.String(), strings.TrimSpace(string(h.identity.Certificate.PublicKeyPEM()))) {
			t.Errorf("%s lacks the public key", way)
		}
	}
	if oraclesim.Working != id(t, "Harbor") {
		t.Error("the first story isn't the one that works")
	}
}
