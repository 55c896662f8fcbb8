// Package cloudtest is the suite that every cloud passes.
package cloudtest

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"mooring/cloud"
)

// Subject is a cloud with what the suite needs to try it.
type Subject struct {
	Cloud   cloud.Cloud
	Working cloud.Attempt // passes
	Broken  cloud.Attempt // fails somewhere, for good
	Silent  cloud.Attempt // its cloud does not answer
}

var (
	keyForm    = regexp.MustCompile(`^[a-z][a-z-]*$`)
	anchorForm = regexp.MustCompile(`^[a-z0-9-]+$`)
)

// Run holds the subject to the contract.
func Run(t *testing.T, s Subject) {
	t.Run("describes itself", func(t *testing.T) { describes(t, s.Cloud.Describe()) })
	t.Run("explains every code in its catalogue", func(t *testing.T) { catalogues(t, s.Cloud) })
	t.Run("reads any form without trusting it", func(t *testing.T) { reads(t, s.Cloud) })
	t.Run("guides and cleans up", func(t *testing.T) { guides(t, s) })
	t.Run("passes what works", func(t *testing.T) {
		results, finding := verify(t, s.Cloud, s.Working)
		if outcome := conclude(s, s.Working, results); outcome != cloud.Passed {
			t.Errorf("outcome %q of %+v", outcome, results)
		}
		if len(results) != len(stagesOf(s, s.Working)) {
			t.Errorf("%d results of %d stages", len(results), len(stagesOf(s, s.Working)))
		}
		lists(t, s.Cloud, finding.Rights)
		if finding.SubscriptionName == "" || finding.TenantID == "" || len(finding.Rights) == 0 {
			t.Errorf("it found %+v", finding)
		}
	})
	t.Run("stops where it fails and explains it", func(t *testing.T) {
		results, _ := verify(t, s.Cloud, s.Broken)
		if outcome := conclude(s, s.Broken, results); outcome != cloud.Broken {
			t.Fatalf("outcome %q of %+v", outcome, results)
		}
		last := results[len(results)-1]
		if last.Verdict != cloud.Failed || last.Code == "" {
			t.Errorf("it went on after the failure: %+v", results)
		}
		complete(t, s.Cloud.Explain(last, s.Broken.Target))
	})
	t.Run("takes silence for silence", func(t *testing.T) {
		results, _ := verify(t, s.Cloud, s.Silent)
		if outcome := conclude(s, s.Silent, results); outcome != cloud.CouldNotCheck {
			t.Errorf("outcome %q of %+v", outcome, results)
		}
	})
	t.Run("gives up when told to", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, err := s.Cloud.Verify(ctx, s.Working, func(r cloud.StageResult) {
			t.Errorf("a verdict after the end: %+v", r)
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("explains a code that nobody knows", func(t *testing.T) {
		e := s.Cloud.Explain(cloud.StageResult{Code: "NeverHeardOf", Said: "The tide is out."}, s.Working.Target)
		complete(t, e)
		if e.Known || !strings.Contains(e.Happened, "The tide is out.") {
			t.Errorf("%+v", e)
		}
	})
}

// verify runs an attempt and holds its results to the contract.
func verify(t *testing.T, c cloud.Cloud, attempt cloud.Attempt) ([]cloud.StageResult, cloud.Finding) {
	t.Helper()
	var results []cloud.StageResult
	finding, err := c.Verify(context.Background(), attempt, func(r cloud.StageResult) { results = append(results, r) })
	if err != nil {
		t.Fatal(err)
	}
	method, ok := c.Describe().Method(attempt.Target.Method)
	if !ok {
		t.Fatalf("no method %q", attempt.Target.Method)
	}
	for i, r := range results {
		if i >= len(method.Stages) || r.Stage != method.Stages[i].Key {
			t.Errorf("result %d is of stage %q", i, r.Stage)
		}
		if r.StartedAt.IsZero() || r.Duration < 0 {
			t.Errorf("stage %s began %v and took %v", r.Stage, r.StartedAt, r.Duration)
		}
		if (r.Verdict == cloud.OK) != (r.Code == "") {
			t.Errorf("stage %s is %s with code %q", r.Stage, r.Verdict, r.Code)
		}
	}
	return results, finding
}

func stagesOf(s Subject, attempt cloud.Attempt) []cloud.Stage {
	method, _ := s.Cloud.Describe().Method(attempt.Target.Method)
	return method.Stages
}

func conclude(s Subject, attempt cloud.Attempt, results []cloud.StageResult) cloud.Outcome {
	return cloud.Conclude(stagesOf(s, attempt), results)
}

func describes(t *testing.T, d cloud.Description) {
	if !keyForm.MatchString(d.Key) || d.Name == "" || d.ShortName == "" || len(d.Environments) == 0 || len(d.Methods) == 0 {
		t.Errorf("incomplete: %+v", d)
	}
	var keys []string
	for _, m := range d.Methods {
		keys = append(keys, m.Key)
		var stages []string
		for _, stage := range m.Stages {
			stages = append(stages, stage.Key)
			if stage.Name == "" {
				t.Errorf("stage %s has no name", stage.Key)
			}
		}
		unique(t, stages)
		if len(m.Stages) == 0 || m.Stages[0].Advisory || m.Name == "" || m.When == "" {
			t.Errorf("method %s: %+v", m.Key, m)
		}
	}
	unique(t, keys)
}

func catalogues(t *testing.T, c cloud.Cloud) {
	var anchors []string
	for _, e := range c.Catalogue() {
		anchors = append(anchors, e.Anchor)
		complete(t, e)
		if !e.Known || !anchorForm.MatchString(e.Anchor) {
			t.Errorf("%s: anchor %q", e.Code, e.Anchor)
		}
		// What a code means can depend on the stage and the reason as well.
		again := c.Explain(cloud.StageResult{Code: e.Code}, cloud.Target{})
		if again.Code != e.Code || !slices.Contains(c.Catalogue(), again) {
			t.Errorf("%s is explained differently from the catalogue: %+v", e.Code, again)
		}
	}
	unique(t, anchors)
}

func complete(t *testing.T, e cloud.Explanation) {
	t.Helper()
	for what, sentence := range map[string]string{"happened": e.Happened, "fix": e.Fix, "who": e.Who} {
		if !strings.HasSuffix(sentence, ".") || strings.Contains(sentence, "!") || strings.Contains(sentence, "{") {
			t.Errorf("%s: %s is not a plain sentence: %q", e.Code, what, sentence)
		}
	}
}

func reads(t *testing.T, c cloud.Cloud) {
	if _, fields := c.Read(&cloud.Form{}); len(fields) == 0 {
		t.Error("an empty form is fine")
	}
	evil := cloud.Form{Environment: "https://evil.example", Method: "evil.example", SubscriptionID: "https://evil.example/x",
		TenantID: "evil.example", ClientID: "../../evil.example", Pasted: `{"appId":"evil.example"}`}
	target, fields := c.Read(&evil)
	for _, typed := range []string{target.SubscriptionID, target.TenantID, target.ClientID} {
		if strings.Contains(typed, "evil") {
			t.Errorf("a host came through: %+v", target)
		}
	}
	if fields["environment"] == "" {
		t.Error("a foreign environment is fine")
	}
}

func guides(t *testing.T, s Subject) {
	d := s.Cloud.Describe()
	for _, m := range d.Methods {
		guide := s.Cloud.Guide(cloud.Draft{Form: cloud.Form{Method: m.Key}, AccountName: "harbor", Certificate: s.Working.Identity.Certificate})
		if len(guide.Needs) == 0 || len(guide.Does) == 0 || len(guide.Steps) == 0 {
			t.Errorf("method %s: the guide is incomplete: %+v", m.Key, guide)
		}
		trust := s.Cloud.Trust(cloud.Target{Method: m.Key})
		if len(trust) == 0 {
			t.Errorf("method %s doesn't say how to trust another certificate", m.Key)
		}
		for _, command := range trust {
			if command.Title == "" || command.Why == "" || command.Text != "" && !strings.Contains(command.Text, cloud.CertificateBlank) {
				t.Errorf("method %s: the command lacks the certificate or its words: %+v", m.Key, command)
			}
		}
		if len(s.Cloud.Leftovers(cloud.Target{Method: m.Key})) == 0 {
			t.Errorf("method %s leaves nothing behind", m.Key)
		}
	}
	canary := "'; rm -rf ~; '"
	guide := s.Cloud.Guide(cloud.Draft{AccountName: "harbor", Certificate: s.Working.Identity.Certificate,
		Form: cloud.Form{SubscriptionID: canary, TenantID: canary, ClientID: canary, Label: canary}})
	for _, command := range guide.Commands {
		if strings.Contains(command.Text, "rm -rf") {
			t.Errorf("what was typed got into a command: %s", command.Text)
		}
	}
	for _, command := range s.Cloud.Leftovers(cloud.Target{SubscriptionID: canary, TenantID: canary, ClientID: canary}) {
		if strings.Contains(command.Text, "rm -rf") {
			t.Errorf("a target got into a command: %s", command.Text)
		}
	}
}

// lists checks that every right has words, and that a policy can name it.
func lists(t *testing.T, c cloud.Cloud, found []cloud.Right) {
	lister, ok := c.(cloud.RightsLister)
	if !ok {
		return
	}
	texts := map[string]cloud.RightText{}
	var keys []string
	for _, known := range lister.Rights() {
		if !strings.HasPrefix(known.Key, c.Describe().Key+"-") || known.Granted == "" {
			t.Errorf("the right %q has the wrong key, or no words", known.Key)
		}
		keys, texts[known.Key] = append(keys, known.Key), known
	}
	unique(t, keys)
	for _, right := range found {
		if texts[right.Key].Text(right.Granted) == "" {
			t.Errorf("the right %+v has no words, or no policy can name it", right)
		}
	}
}

func unique(t *testing.T, keys []string) {
	t.Helper()
	slices.Sort(keys)
	if n := len(keys); n != len(slices.Compact(keys)) {
		t.Errorf("not unique: %v", keys)
	}
}

// Clock is a fixed moment for tests.
func Clock() time.Time { return time.Date(2026, time.November, 23, 9, 0, 0, 0, time.UTC) }
