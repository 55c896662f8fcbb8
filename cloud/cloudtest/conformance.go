// Package cloudtest is the suite that every cloud passes.
package cloudtest

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"mooring/certificate"
	"mooring/cloud"
)

// Subject is a cloud with what the suite needs to try it.
type Subject struct {
	Cloud   cloud.Cloud
	Working cloud.Attempt // passes
	Broken  cloud.Attempt // fails somewhere, for good
	Silent  cloud.Attempt // its cloud does not answer

	LinkName string // of Working, where its method needs a chain
}

var (
	keyForm    = regexp.MustCompile(`^[a-z][a-z-]*$`)
	fieldForm  = regexp.MustCompile(`^[a-z][a-z_]*$`)
	anchorForm = regexp.MustCompile(`^[a-z0-9-]+$`)
)

// Run holds the subject to the contract.
func Run(t *testing.T, s Subject) {
	t.Run("describes itself", func(t *testing.T) { describes(t, s.Cloud.Describe()) })
	t.Run("explains every code in its catalogue", func(t *testing.T) { catalogues(t, s.Cloud) })
	t.Run("reads any form without trusting it", func(t *testing.T) { reads(t, s) })
	t.Run("reads a target back from its form", func(t *testing.T) { comesBack(t, s) })
	t.Run("guides and cleans up", func(t *testing.T) { guides(t, s) })
	t.Run("answers questions", func(t *testing.T) { answers(t, s.Cloud) })
	t.Run("passes what works", func(t *testing.T) {
		results, finding := verify(t, s.Cloud, s.Working)
		if outcome := conclude(s, s.Working, results); outcome != cloud.Passed {
			t.Errorf("outcome %q of %+v", outcome, results)
		}
		if len(results) != len(stagesOf(s, s.Working)) && (s.Working.Stranger != nil || len(results) != len(stagesOf(s, s.Working))-1) {
			t.Errorf("%d results of %d stages", len(results), len(stagesOf(s, s.Working)))
		}
		lists(t, s.Cloud, finding.Rights)
		_, hasRights := s.Cloud.(cloud.RightsLister)
		if finding.AccountName == "" || hasRights != (len(finding.Rights) > 0) || (s.Cloud.Describe().Parent.One == "") != (finding.Parent == "") {
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
		_, err := s.Cloud.Check(ctx, s.Working, func(r cloud.StageResult) {
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
	finding, err := c.Check(context.Background(), attempt, func(r cloud.StageResult) { results = append(results, r) })
	if err != nil {
		t.Fatal(err)
	}
	method, ok := c.Describe().Method(attempt.Target.SignIn.Method)
	if !ok {
		t.Fatalf("no method %q", attempt.Target.SignIn.Method)
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
	method, _ := s.Cloud.Describe().Method(attempt.Target.SignIn.Method)
	return method.Stages
}

func conclude(s Subject, attempt cloud.Attempt, results []cloud.StageResult) cloud.Outcome {
	return cloud.Conclude(stagesOf(s, attempt), results)
}

func describes(t *testing.T, d cloud.Description) {
	if !keyForm.MatchString(d.Key) || d.Name == "" || d.ShortName == "" || len(d.Methods) == 0 {
		t.Errorf("incomplete: %+v", d)
	}
	if d.Account.One == "" || d.Account.Many == "" || d.Account.ID == "" || (d.Parent.One == "") != (d.Parent.Many == "") || (d.Parent.One == "") != (d.Parent.ID == "") {
		t.Errorf("no words for accounts or parents: %+v, %+v", d.Account, d.Parent)
	}
	if len(d.Environments) > 1 && d.EnvironmentLabel == "" {
		t.Error("a choice of environments without a label")
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
		if m.Takes != cloud.EntireCertificate && m.Needs != cloud.Leaf {
			t.Errorf("method %s needs %q and takes %q of it", m.Key, m.Needs, m.Takes)
		}
		fielded(t, m)
	}
	unique(t, keys)
}

// takenFields are fields that every form has.
var takenFields = []string{"label", "method", "environment", "version", "verify", "found", "certificate_life"}

// fielded checks the fields of a method.
func fielded(t *testing.T, m cloud.Method) {
	var keys []string
	for _, f := range m.Fields {
		keys = append(keys, f.Key)
		if !fieldForm.MatchString(f.Key) || slices.Contains(takenFields, f.Key) || f.Label == "" || f.Kind == cloud.Paste && f.Fills != cloud.Values {
			t.Errorf("method %s: field %+v", m.Key, f)
		}
	}
	if !slices.Contains(keys, m.AccountField) || !slices.Contains(keys, m.ParentField) {
		t.Errorf("method %s says what is wrong at fields that it doesn't have: %q, %q", m.Key, m.AccountField, m.ParentField)
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

func reads(t *testing.T, s Subject) {
	c := s.Cloud
	if _, fields := c.Read(&cloud.Form{}); len(fields) == 0 {
		t.Error("an empty form is fine")
	}
	for _, m := range c.Describe().Methods {
		target, fields := c.Read(typedEverywhere(m, "https://evil.example/x"))
		target.Environment = "" // fields refuses it
		if told := fmt.Sprintf("%+v", target); strings.Contains(told, "evil") {
			t.Errorf("method %s: a host came through: %s", m.Key, told)
		}
		if fields["environment"] == "" {
			t.Errorf("method %s: a foreign environment is fine", m.Key)
		}
		for key := range fields {
			if key != "environment" && key != "method" && !slices.ContainsFunc(m.Fields, func(f cloud.Field) bool { return f.Key == key }) {
				t.Errorf("method %s says something at %q, which its form doesn't have", m.Key, key)
			}
		}
	}
	for _, part := range []cloud.Part{cloud.Account, cloud.Parent} {
		for _, typed := range []string{"", "https://evil.example/x", strings.Repeat("x", 10_000)} {
			if id, problem := c.ReadID(part, typed); id != "" || problem == "" {
				t.Errorf("%s read as %q, %q", part, id, problem)
			}
		}
	}
}

// typedEverywhere is a form of a method with the same text in every field.
func typedEverywhere(m cloud.Method, text string) *cloud.Form {
	form := &cloud.Form{Label: text, Environment: text, Method: m.Key, Values: map[string]string{}}
	for _, f := range m.Fields {
		form.Values[f.Key] = text
	}
	return form
}

// comesBack checks that a target can be edited: its form reads as the same target.
func comesBack(t *testing.T, s Subject) {
	want := s.Working.Target
	form := cloud.FormOf(s.Cloud.Describe(), want, "Production")
	if target, fields := s.Cloud.Read(&form); len(fields) > 0 || !target.Equal(want) {
		t.Errorf("%+v came back as %+v, %v", want, target, fields)
	}
	if id, problem := s.Cloud.ReadID(cloud.Account, want.Account); id != want.Account || problem != "" {
		t.Errorf("the account %q read as %q, %q", want.Account, id, problem)
	}
	facts := s.Cloud.Facts(want)
	if !slices.ContainsFunc(facts, func(f cloud.Fact) bool { return f.Value == want.Account && f.Copyable }) {
		t.Errorf("the facts don't name the account: %+v", facts)
	}
	for _, f := range facts {
		if f.Key == "" || f.Label == "" || f.Value == "" {
			t.Errorf("fact %+v", f)
		}
	}
}

func guides(t *testing.T, s Subject) {
	d := s.Cloud.Describe()
	var signing certificate.Certificate
	if s.Working.Identity != nil {
		signing = s.Working.Identity.Certificate
	}
	for _, m := range d.Methods {
		guide := s.Cloud.Guide(cloud.Draft{Form: cloud.Form{Method: m.Key}, AccountName: "harbor", Certificate: signing, LinkName: s.LinkName})
		if len(guide.Needs) == 0 || len(guide.Does) == 0 || guide.Enter == "" || (guide.Upload == "") != (len(guide.Ways) == 0) {
			t.Errorf("method %s: the guide is incomplete: %+v", m.Key, guide)
		}
		if m.Needs.Certificate() && (guide.Compare == "" || len(guide.Ways) == 0) {
			t.Errorf("method %s: the guide doesn't say where the certificate goes", m.Key)
		}
		for _, w := range guide.Ways {
			if !keyForm.MatchString(w.Key) || w.Title == "" || len(w.Steps)+len(w.Commands) == 0 {
				t.Errorf("method %s: way %+v", m.Key, w)
			}
		}
		canary := "'; rm -rf ~; '"
		form := typedEverywhere(m, canary)
		form.Environment = ""
		noCommand(t, canary, s.Cloud.Guide(cloud.Draft{AccountName: "harbor", Certificate: signing, LinkName: s.LinkName, Form: *form}).Commands())
		values := map[string]string{}
		for _, f := range m.Fields {
			values[f.Key] = canary
		}
		hostile := cloud.Target{Account: canary, Parent: canary, SignIn: cloud.SignIn{Method: m.Key, Principal: canary, Values: values}}
		truster, trusts := s.Cloud.(cloud.Truster)
		if m.Needs == cloud.Leaf && !trusts {
			t.Errorf("method %s needs %q, and the cloud trusts certificates: %v", m.Key, m.Needs, trusts)
		}
		if trusts && m.Needs == cloud.Leaf {
			trust := truster.Trust(cloud.Target{SignIn: cloud.SignIn{Method: m.Key}})
			if len(trust) == 0 {
				t.Errorf("method %s doesn't say how to trust another certificate", m.Key)
			}
			blank := cloud.CertificateBlank
			if m.Takes == cloud.PublicKeyOnly {
				blank = cloud.PublicKeyBlank
			}
			for _, command := range trust {
				if command.Title == "" || command.Why == "" || command.Text != "" && !strings.Contains(command.Text, blank) {
					t.Errorf("method %s: the command lacks the certificate or its words: %+v", m.Key, command)
				}
			}
			noCommand(t, canary, truster.Trust(hostile))
		}
		if cleaner, cleans := s.Cloud.(cloud.Cleaner); cleans {
			if len(cleaner.Leftovers(cloud.Target{SignIn: cloud.SignIn{Method: m.Key}})) == 0 {
				t.Errorf("method %s leaves nothing behind", m.Key)
			}
			noCommand(t, canary, cleaner.Leftovers(hostile))
		}
	}
}

// noCommand checks that what was typed, or a target that is none, got into no command.
func noCommand(t *testing.T, canary string, commands []cloud.Command) {
	t.Helper()
	for _, command := range commands {
		if strings.Contains(command.Text, canary) || strings.Contains(command.Text, "rm -rf") {
			t.Errorf("what was typed got into a command: %s", command.Text)
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

// answers checks the questions that people search the help for.
func answers(t *testing.T, c cloud.Cloud) {
	answerer, ok := c.(cloud.Answerer)
	if !ok {
		return
	}
	var anchors []string
	for _, q := range answerer.Questions() {
		anchors = append(anchors, q.Anchor)
		if !anchorForm.MatchString(q.Anchor) || !strings.HasSuffix(q.Title, "?") || q.Keywords == "" || len(q.Text) == 0 {
			t.Errorf("question %+v", q)
		}
		for _, paragraph := range slices.Concat(q.Text, q.Administrator) {
			if strings.Count(paragraph, "**")%2 != 0 || strings.Count(paragraph, "`")%2 != 0 {
				t.Errorf("%s: a mark is not closed: %s", q.Anchor, paragraph)
			}
		}
	}
	unique(t, anchors)
}
