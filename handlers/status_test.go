package handlers

import (
	"testing"
	"time"

	"mooring/cloud"
	"mooring/credential"
	"mooring/views"
)

// advisedCloud has a second stage, which only informs.
type advisedCloud struct{ fakeCloud }

func (advisedCloud) Describe() cloud.Description {
	d := (*fakeCloud)(nil).Describe()
	d.Methods[0].Stages = append(d.Methods[0].Stages, cloud.Stage{Key: "providers", Name: "Providers", Advisory: true})
	return d
}

func TestAStageThatOnlyInformsNeverReadsAsAFault(t *testing.T) {
	s := newSite(t)
	c := credential.Credential{Provider: "azure", Target: cloud.Target{Method: "app"}, State: credential.Connected}
	for _, stage := range []string{"sign-in", "providers"} {
		v := credential.Verification{FinishedAt: testNow(), Results: []cloud.StageResult{{Stage: stage, Verdict: cloud.Failed, Code: "C", StartedAt: testNow()}}}
		want := views.Stage{Verdict: "Failed", Tone: views.ToneAttention}
		if stage == "providers" {
			want = views.Stage{Verdict: "Remark", Tone: views.ToneOff}
		}
		for _, shown := range s.stages(linkReader{provider: &advisedCloud{}, link: c, zone: time.UTC}, v) {
			if shown.Reached && (shown.Verdict != want.Verdict || shown.Tone != want.Tone || shown.Explanation == nil) {
				t.Errorf("%s is shown as %+v", stage, shown)
			}
		}
	}
}
