package cloudtest

import (
	"cmp"
	"context"
	"strings"
	"time"

	"mooring/cloud"
	"mooring/fault"
)

// Fake is the smallest cloud that keeps the contract: it links berths of a harbor by
// one field, and has no parent, no environment, no certificate and no ability. Pages
// and stores are tried with it, so that they don't take one cloud for all clouds.
type Fake struct{}

// What a check of the berths with these names ends with.
const (
	SunkenBerth = "sunken" // it fails
	SilentBerth = "silent" // the cloud gives no answer
)

var _ cloud.Cloud = Fake{}

// Describe implements cloud.Cloud.
func (Fake) Describe() cloud.Description {
	return cloud.Description{Key: "fake", Name: "Fake Harbor", ShortName: "Harbor",
		Account: cloud.Noun{One: "berth", Many: "berths", ID: "Berth"},
		Methods: []cloud.Method{{Key: "berth", Name: "By its name", When: "The harbor trusts whoever knows the berth.", AccountField: "berth", ParentField: "berth",
			Fields: []cloud.Field{{Key: "berth", Label: "Berth", Hint: "It stands on the quay.", Fills: cloud.Account}},
			Stages: []cloud.Stage{{Key: "open", Name: "Look at the berth", SignsIn: true}}}}}
}

// Read implements cloud.Cloud.
func (f Fake) Read(form *cloud.Form) (cloud.Target, fault.Fields) {
	fields := fault.Fields{}
	for what, key := range map[string]string{"environment": form.Environment, "method": strings.TrimPrefix(form.Method, "berth")} {
		if key != "" {
			fields[what] = "Leave this empty."
		}
	}
	account, problem := f.ReadID(cloud.Account, form.Values["berth"])
	if problem != "" {
		fields["berth"] = problem
	}
	return cloud.Target{Account: account, SignIn: cloud.SignIn{Method: "berth"}}, fields
}

// ReadID implements cloud.Cloud.
func (Fake) ReadID(part cloud.Part, typed string) (id, problem string) {
	id = strings.ToLower(strings.TrimSpace(typed))
	if part != cloud.Account || id == "" || len(id) > 40 || strings.Trim(id, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
		return "", "Enter the name of a berth."
	}
	return id, ""
}

// Check implements cloud.Cloud.
func (Fake) Check(ctx context.Context, attempt cloud.Attempt, report func(cloud.StageResult)) (cloud.Finding, error) {
	if err := context.Cause(ctx); err != nil {
		return cloud.Finding{}, err
	}
	result := cloud.StageResult{Stage: "open", Verdict: cloud.OK, StartedAt: Clock(), Duration: time.Millisecond}
	switch attempt.Target.Account {
	case SunkenBerth:
		result.Verdict, result.Code = cloud.Failed, "Sunken"
	case SilentBerth:
		result.Verdict, result.Code = cloud.CannotTell, "NoAnswer"
	}
	report(result)
	return cloud.Finding{AccountName: "Berth " + attempt.Target.Account}, nil
}

// Explain implements cloud.Cloud.
func (f Fake) Explain(result cloud.StageResult, _ cloud.Target) cloud.Explanation {
	for _, e := range f.Catalogue() {
		if e.Code == result.Code {
			return e
		}
	}
	return cloud.Explanation{Code: result.Code, Happened: cmp.Or(result.Said, "The harbor answered oddly."), Fix: "Ask the harbor master.", Who: "The harbor master."}
}

// Catalogue implements cloud.Cloud.
func (Fake) Catalogue() []cloud.Explanation {
	return []cloud.Explanation{
		{Anchor: "fake-sunken", Code: "Sunken", Happened: "The berth is under water.", Fix: "Raise it.", Who: "The harbor master.", Known: true},
		{Anchor: "fake-noanswer", Code: "NoAnswer", Happened: "The harbor gave no answer.", Fix: "Wait.", Who: "Nobody.", Fixer: cloud.FixedByNobody, Known: true},
	}
}

// Guide implements cloud.Cloud.
func (Fake) Guide(cloud.Draft) cloud.Guide {
	return cloud.Guide{Needs: []string{"A berth."}, Does: []string{"Look at it."}, Enter: "Enter the berth"}
}

// Facts implements cloud.Cloud.
func (f Fake) Facts(target cloud.Target) []cloud.Fact { return cloud.FieldFacts(f.Describe(), target) }
