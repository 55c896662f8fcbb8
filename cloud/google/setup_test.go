package google_test

import (
	"context"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"
	"time"

	"mooring/certificate"
	"mooring/cloud"
	"mooring/cloud/cloudtest"
	"mooring/cloud/google"
	"mooring/cloud/google/googlesim"
)

// guide is what a person sees who links a project.
func (h harbor) guide(method, project string) cloud.Guide {
	draft := cloud.Draft{AccountName: "acme", Certificate: h.authority.Certificate, LinkName: h.authority.LinkName,
		Form: cloud.Form{Method: method, Values: map[string]string{"project_id": project}}}
	if method == google.MethodKey {
		draft.Certificate, draft.LinkName = h.account.Certificate, ""
	}
	return h.cloud.Guide(draft)
}

func command(t testing.TB, guide cloud.Guide, way string) string {
	t.Helper()
	for _, w := range guide.Ways {
		if w.Key == way {
			return w.Commands[0].Text
		}
	}
	t.Fatalf("the guide has no way %s", way)
	return ""
}

// paste runs a text in the Cloud Shell of a project.
func (h harbor) paste(project, text string) string {
	h.t.Helper()
	out, failed, err := h.simulator.CloudShell(h.t.Context(), project, text)
	ok(h.t, err)
	if failed {
		h.t.Fatalf("%s\nprinted %s", text, out)
	}
	return out
}

// pasted is the target of what a command printed.
func (h harbor) pasted(method, out string) cloud.Target {
	h.t.Helper()
	return h.read(&cloud.Form{Method: method, Values: map[string]string{"pasted": out}})
}

// passes checks a target that has just been linked.
func (h harbor) passes(target cloud.Target) cloud.Finding {
	h.t.Helper()
	attempt := cloud.Attempt{Target: target, Identity: h.identity, Stranger: h.stranger}
	if target.SignIn.Method == google.MethodKey {
		attempt.Identity, attempt.Stranger = h.account, nil
	}
	got, results, finding := check(h.t, h.cloud, attempt)
	if got != (verdict{cloud.Passed, ""}) {
		h.t.Errorf("%+v: %+v", got, results)
	}
	return finding
}

// The exact texts that Mooring shows run in the demo's Cloud Shell, what they print links
// the project, and what cleans up ends it.
func TestTheCloudShellRunsWhatMooringShows(t *testing.T) {
	for way, method := range map[string]string{"command": google.MethodCertificate, "service-account": google.MethodCertificate, "key": google.MethodKey} {
		for _, typed := range []string{"", googlesim.Working} {
			h := newHarbor(t)
			text := command(t, h.guide(method, typed), strings.ReplaceAll(way, "key", "command"))
			if typed != "" && !strings.Contains(text, "project='"+typed+"'") {
				t.Errorf("%s: the project isn't in the command: %s", way, text)
			}
			out := h.paste(googlesim.Working, text)
			target := h.pasted(method, "owner@cloudshell:~$ "+text+out+"owner@cloudshell:~$ ")
			if target.Account != googlesim.Working || target.SignIn.Values["project_number"] != "142857142857" || (way == "command") == strings.Contains(target.SignIn.Principal, "@") {
				t.Errorf("%s: %+v of %s", way, target, out)
			}
			h.passes(target)
			again, failed, err := h.simulator.CloudShell(t.Context(), googlesim.Working, text)
			ok(t, err)
			if !failed || !strings.Contains(again, "ALREADY_EXISTS") {
				t.Errorf("%s: the second time it printed %s", way, again)
			}
			for _, c := range h.cloud.Leftovers(target) {
				h.paste(googlesim.Working, c.Text)
			}
			attempt := cloud.Attempt{Target: target, Identity: h.identity}
			if method == google.MethodKey {
				attempt.Identity = h.account
			}
			if got, _, _ := check(t, h.cloud, attempt); got.outcome != cloud.Broken {
				t.Errorf("%s: after cleaning up: %+v", way, got)
			}
		}
	}
}

func TestAPoolCanBeInAnotherProject(t *testing.T) {
	h := newHarbor(t)
	text := strings.Replace(command(t, h.guide(google.MethodCertificate, ""), "command"), "pool_project=$project", "pool_project=pier-office-142800", 1)
	target := h.pasted(google.MethodCertificate, h.paste(googlesim.Working, text))
	if target.Account != googlesim.Working || !strings.HasPrefix(target.SignIn.Principal, "projects/660000000099/") {
		t.Errorf("%+v", target)
	}
	h.passes(target)
	for _, c := range h.cloud.Leftovers(target) {
		h.paste(googlesim.Working, c.Text)
	}
}

// The command of an explanation fixes what it explains.
func TestTheCommandOfAnExplanationFixesTheLink(t *testing.T) {
	for _, story := range []string{"Furled Sail", "Raised Anchor", "Wrong Crew", "Mutiny", "Beached", "Closed Port", "Silent Coast", "Other Name", "Open Gate"} {
		h := newHarbor(t)
		attempt := h.attempt(story)
		_, results, _ := check(t, h.cloud, attempt)
		last := results[len(results)-1]
		e := h.cloud.Explain(last, attempt.Target)
		h.paste(attempt.Target.Account, e.Command)
		if got, results, _ := check(t, h.cloud, attempt); got != (verdict{cloud.Passed, ""}) {
			t.Errorf("%s: after %s: %+v", story, e.Command, results)
		}
	}
}

// A missing certificate is uploaded with the command, in which the page writes it.
func TestTheCertificateIsUploadedWithTheCommand(t *testing.T) {
	h := newHarbor(t)
	attempt := h.keyAttempt("Harbor")
	attempt.Identity = cloudtest.OtherIdentity(t, time.Now)
	_, results, _ := check(t, h.cloud, attempt)
	if results[0].Code != google.CodeNotUploaded || len(results) != 1 {
		t.Fatalf("%+v", results)
	}
	text := h.cloud.Explain(results[0], attempt.Target).Command
	if trust := h.cloud.Trust(attempt.Target); len(trust) != 1 || trust[0].Text != text || !strings.Contains(text, cloud.CertificateBlank) {
		t.Errorf("%s, %+v", text, trust)
	}
	h.paste(googlesim.Working, strings.ReplaceAll(text, cloud.CertificateBlank, attempt.Identity.Certificate.Base64()))
	if got, results, _ := check(t, h.cloud, attempt); got != (verdict{cloud.Passed, ""}) {
		t.Errorf("%+v", results)
	}
}

func TestTheFingerprintCanBeCompared(t *testing.T) {
	h := newHarbor(t)
	attempt := h.attempt("Other Flag")
	_, results, _ := check(t, h.cloud, attempt)
	command := h.cloud.Explain(results[0], attempt.Target).Command
	if out := h.paste(attempt.Target.Account, command); strings.Contains(out, h.authority.Fingerprint()) || !strings.Contains(out, "Fingerprint=") {
		t.Errorf("the other authority: %s printed %s", command, out)
	}
	good := h.attempt("Harbor")
	if out := h.paste(googlesim.Working, h.cloud.Explain(results[0], good.Target).Command); !strings.Contains(out, h.authority.Fingerprint()) {
		t.Errorf("the link's own: %s", out)
	}
}

// Every command that Mooring can show is one that a shell reads and that the simulated
// gcloud knows.
func TestEveryCommandIsOneThatAShellReads(t *testing.T) {
	h := newHarbor(t)
	var all []string
	add := func(commands []cloud.Command) {
		for _, c := range commands {
			all = append(all, c.Text)
		}
	}
	for _, method := range []string{google.MethodCertificate, google.MethodKey} {
		for _, way := range h.guide(method, "acme-prod").Ways {
			if way.Key != "terraform" {
				add(way.Commands)
			}
		}
	}
	for _, story := range []string{"Harbor", "Pilot", "Key Locker"} {
		target := h.attempt(story).Target
		add(h.cloud.Leftovers(target))
		add(h.cloud.Trust(target))
		for _, e := range h.cloud.Catalogue() {
			all = append(all, h.cloud.Explain(cloud.StageResult{Stage: "project", Code: e.Code, Said: e.Reason}, target).Command, e.Command)
		}
	}
	for _, text := range all {
		text = strings.ReplaceAll(text, cloud.CertificateBlank, h.account.Certificate.Base64())
		if out, err := reads(t, text); err != nil {
			t.Errorf("%v %s: %s", err, out, text)
		}
		out, _, err := h.simulator.CloudShell(t.Context(), googlesim.Working, text)
		ok(t, err)
		for _, unknown := range []string{"The simulated", "unrecognized arguments", "command not found", "other arguments", "expected one argument"} {
			if strings.Contains(out, unknown) {
				t.Errorf("%s\nprinted %s", text, out)
			}
		}
	}
}

func reads(t *testing.T, text string) (string, error) {
	t.Helper()
	c := exec.CommandContext(context.Background(), "sh", "-n")
	c.Stdin = strings.NewReader(text)
	out, err := c.CombinedOutput()
	return string(out), err
}

// Whatever somebody types, commands stay commands that a shell reads, with nothing in
// them that wasn't a name.
func TestNothingTypedGetsIntoACommand(t *testing.T) {
	h := newHarbor(t)
	good := []string{"acme-prod", "projects/123456789012/locations/global/workloadIdentityPools/mooring-abc/providers/mooring-abc", "mooring@acme-prod.iam.gserviceaccount.com", "123456789012", "example.com:acme-prod"}
	odd := []string{"'", `"`, "$(reboot)", "`reboot`", ";", "\n", " ", "|", "&", "\\", "<", ">", "%s", "é", "\x00", "--flag", "#", "*"}
	source := rand.New(rand.NewPCG(2026, 12))
	for i := range 400 {
		values := map[string]string{}
		for _, key := range []string{"project_id", "project_number", "provider", "service_account"} {
			text := good[source.IntN(len(good))]
			for range source.IntN(3) {
				at := source.IntN(len(text) + 1)
				text = text[:at] + odd[source.IntN(len(odd))] + text[at:]
			}
			values[key] = text
		}
		method := []string{google.MethodCertificate, google.MethodKey}[i%2]
		form := cloud.Form{Method: method, Values: values}
		hostile := cloud.Target{Account: values["project_id"], SignIn: cloud.SignIn{Method: method, Principal: values["provider"], Values: values}}
		said := "Permission 'a.b.c" + odd[source.IntN(len(odd))] + "' denied; service " + odd[source.IntN(len(odd))] + "iam.googleapis.com"
		texts := []string{}
		for _, target := range []cloud.Target{hostile, func() cloud.Target {
			f := cloud.Form{Method: method, Values: values}
			target, _ := h.cloud.Read(&f)
			return target
		}()} {
			for _, c := range append(h.cloud.Leftovers(target), h.cloud.Trust(target)...) {
				texts = append(texts, c.Text)
			}
			for _, code := range []string{"IAM_PERMISSION_DENIED", "SERVICE_DISABLED", "invalid_target", "ConditionMissing", "NOT_FOUND"} {
				texts = append(texts, h.cloud.Explain(cloud.StageResult{Stage: "project", Code: code, Said: said}, target).Command)
			}
		}
		texts = append(texts, command(t, h.cloud.Guide(cloud.Draft{Form: form, Certificate: h.authority.Certificate, LinkName: values["project_id"]}), "command"))
		for _, text := range texts {
			out, err := "", error(nil)
			if i%20 == 0 {
				out, err = reads(t, text)
			}
			if err != nil || strings.Contains(text, "reboot") || strings.Contains(text, "é") || strings.Contains(text, "\x00") || strings.Contains(text, " --flag") || strings.Contains(text, "'--flag") {
				t.Fatalf("%v of %q, said %q: %s\n%s", err, values, said, out, text)
			}
		}
	}
}

func TestAPermissionThatGoogleNamesIsInTheCommand(t *testing.T) {
	h := newHarbor(t)
	attempt := h.attempt("Harbor")
	e := h.cloud.Explain(cloud.StageResult{Stage: "project", Code: "IAM_PERMISSION_DENIED", Said: "Permission 'serviceusage.services.use' denied on resource '//cloudresourcemanager.googleapis.com/projects/x' (or it may not exist)."}, attempt.Target)
	if !strings.Contains(e.Command, "--permissions=serviceusage.services.use") || !strings.Contains(e.Command, "mooring_serviceusage_services_use") {
		t.Error(e.Command)
	}
	h.paste(googlesim.Working, e.Command)
	e = h.cloud.Explain(cloud.StageResult{Stage: "project", Code: "SERVICE_DISABLED", Said: "Cloud Resource Manager API has not been used. Enable it by visiting https://console.developers.google.com/apis/api/cloudresourcemanager.googleapis.com/overview then retry."}, attempt.Target)
	if e.Command != "gcloud services enable cloudresourcemanager.googleapis.com --project='142857142857'" {
		t.Error(e.Command)
	}
}

func TestTheSampleGuideHasBlanks(t *testing.T) {
	guide := google.New(google.Options{}).Guide(cloud.Draft{Certificate: certificate.Certificate{DER: []byte("x")}})
	for _, w := range guide.Ways {
		if !strings.Contains(w.Commands[0].Text, "mooring-example") {
			t.Errorf("%s: %s", w.Key, w.Commands[0].Text)
		}
	}
}
