package views

import (
	"slices"
	"strings"
	"testing"
	"time"

	"mooring/account"
	"mooring/certificate"
	"mooring/cloud"
	"mooring/credential"
)

func sampleLinkReader() LinkReader {
	return LinkReader{Reader: sampleReader, Account: "harbor", Link: credential.Credential{Provider: "azure", CertificateID: "crt_1",
		Target: cloud.Target{SignIn: cloud.SignIn{Method: "app"}}, State: credential.Connected}}
}

func TestAStageThatOnlyInformsNeverReadsAsAFault(t *testing.T) {
	now := sampleReader.Now
	for stage, want := range map[string]Stage{"Sign in": {Verdict: "Failed", Tone: ToneAttention}, "Resource providers": {Verdict: "Remark", Tone: ToneOff}} {
		key := map[string]string{"Sign in": "sign-in", "Resource providers": "providers"}[stage]
		v := credential.Verification{FinishedAt: now, Results: []cloud.StageResult{{Stage: key, Verdict: cloud.Failed, Code: "C", StartedAt: now}}}
		shown := sampleLinkReader().Stages(v)
		i := slices.IndexFunc(shown, func(s Stage) bool { return s.Reached })
		if i < 0 || shown[i].Name != stage || shown[i].Verdict != want.Verdict || shown[i].Tone != want.Tone || shown[i].Explanation == nil {
			t.Errorf("%s is shown as %+v", stage, shown)
		}
	}
}

// explainingCloud explains everything alike.
type explainingCloud struct {
	describedCloud
	says cloud.Explanation
}

func (c explainingCloud) Explain(cloud.StageResult, cloud.Target) cloud.Explanation { return c.says }

func TestAnExplanationNamesWhoCanFixItAndWithWhat(t *testing.T) {
	says := cloud.Explanation{Known: true, Anchor: "c", Fixer: cloud.FixedByOwner, Remedy: cloud.DownloadCertificate, Command: "trust " + cloud.CertificateBlank}
	r := sampleLinkReader()
	r.Clouds = cloud.Registry{"azure": explainingCloud{r.Clouds["azure"].(describedCloud), says}}
	r.Owners, r.MayDownload = []string{"Ada", "Ben", "Cleo", "Dan"}, true
	r.Certificates = []certificate.Certificate{{ID: "crt_0", DER: []byte("old")}, {ID: "crt_1", DER: []byte("new")}}
	failed := credential.Verification{FinishedAt: r.Now, CertificateID: "crt_1", Results: []cloud.StageResult{{Stage: "sign-in", Verdict: cloud.Failed}}}
	if !Explains(failed) || Explains(credential.Verification{Results: []cloud.StageResult{{Verdict: cloud.OK}}}) {
		t.Error("only what isn't OK is explained")
	}
	stage := r.Stages(failed)[1] // the first is about the directory
	if got := *stage.Explanation; got.Who != "An owner of harbor: Ada, Ben, Cleo and 1 other." || got.Command != "trust bmV3" {
		t.Errorf("explained as %+v", got)
	}
	if stage.HelpPath != "/help/azure/errors#c" || stage.CERPath != "/accounts/harbor/certificates/crt_1.cer" {
		t.Errorf("it leads to %+v", stage)
	}
	for want, change := range map[string]func(*LinkReader){
		"You, or another owner of harbor.":                                       func(r *LinkReader) { r.Role = account.Owner },
		"You, as the owner of harbor.":                                           func(r *LinkReader) { r.Role, r.Owners = account.Owner, r.Owners[:1] },
		"An owner of harbor. No owner can sign in, so ask a site administrator.": func(r *LinkReader) { r.Owners = nil },
	} {
		changed := r
		change(&changed)
		if got := changed.Stages(failed)[1].Explanation.Who; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestAChartTellsHowChecksEnded(t *testing.T) {
	first := time.Date(2026, time.November, 23, 9, 0, 0, 0, time.UTC)
	ended := func(minute int, outcome cloud.Outcome, abandoned bool) credential.Verification {
		started := first.Add(time.Duration(minute) * time.Minute)
		return credential.Verification{StartedAt: started, FirstAt: started, Times: 1, FinishedAt: started.Add(time.Second), Outcome: outcome, Abandoned: abandoned}
	}
	runs := []credential.Verification{{StartedAt: first.Add(time.Hour)}, ended(5, cloud.Passed, true), ended(4, cloud.CouldNotCheck, false),
		ended(3, cloud.Broken, false), ended(2, cloud.StillCopying, false), ended(1, cloud.Passed, false)}
	chart := Reader{Now: first.Add(time.Hour), Zone: time.FixedZone("+0545", 5*3600+45*60)}.Chart(runs)
	var told []string
	for _, check := range chart.Checks {
		told = append(told, string(check.Outcome))
	}
	if got, want := strings.Join(told, " "), "passed waited failed unknown unknown"; got != want {
		t.Errorf("it tells %s, want %s", got, want)
	}
	if chart.Since != "23 November 2026" || chart.Checks[0].When != "23 November 2026, 14:46 +0545" {
		t.Errorf("the first was %q, %q", chart.Since, chart.Checks[0].When)
	}
}

func TestEveryStateHasATone(t *testing.T) {
	for _, state := range []credential.State{credential.NotVerified, credential.Connected, credential.WaitingCloud, credential.NeedsAttention,
		credential.Disabled, credential.Stopped, credential.PendingApproval} {
		if stateTones[state] == "" {
			t.Errorf("%s has no tone", state)
		}
	}
}
