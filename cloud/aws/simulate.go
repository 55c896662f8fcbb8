package aws

import (
	"context"
	"errors"
	"net/url"
	"strconv"

	"mooring/cloud/wire"
)

// Decision is what AWS's policy simulator says about one action.
type Decision struct {
	Action         string
	Verdict        Verdict
	MissingContext []string // condition keys that the simulator had no value for

	// What limits the role from outside; nil: nothing does, or AWS didn't say.
	AllowedByOrganization, AllowedByBoundary *bool
}

// Verdict is AWS's word for a decision.
type Verdict string

// The verdicts.
const (
	Allowed        Verdict = "allowed"
	ExplicitlyDeny Verdict = "explicitDeny"
	ImplicitlyDeny Verdict = "implicitDeny"
)

// mostPages is how many pages of an answer are read.
const mostPages = 50

// SimulatePrincipalPolicy asks what the role of the session may do, for these
// actions and any resource. It reads every page, and gives the decisions in AWS's
// order. The role needs that permission on itself.
func (c *Client) SimulatePrincipalPolicy(ctx context.Context, s Session, actions []string) ([]Decision, error) {
	form := url.Values{"PolicySourceArn": {s.Role.String()}} // not the ARN of the session
	for i, action := range actions {
		form.Set("ActionNames.member."+strconv.Itoa(i+1), action)
	}
	var all []Decision
	seen := map[string]bool{"": true}
	for range mostPages {
		tree, a, err := c.query(ctx, s, IAM, "2010-05-08", "SimulatePrincipalPolicy", form)
		if err != nil {
			return nil, err
		}
		result := tree.child("SimulatePrincipalPolicyResult")
		for _, item := range result.list("EvaluationResults") {
			d, ok := readDecision(item)
			if !ok {
				return nil, c.wire.Unexpected(a, errors.New("aws: a decision that can't be read"))
			}
			all = append(all, d)
		}
		if result.text("IsTruncated") != "true" {
			if len(all) == 0 {
				return nil, c.wire.Unexpected(a, errors.New("aws: no decision"))
			}
			return all, nil
		}
		marker := result.text("Marker")
		if seen[marker] {
			return nil, c.wire.Unexpected(a, errors.New("aws: the pages repeat"))
		}
		seen[marker] = true
		form.Set("Marker", marker)
	}
	return nil, &wire.Refusal{Code: wire.UnexpectedAnswer, Cause: errors.New("aws: the pages don't end")}
}

func readDecision(item *element) (Decision, bool) {
	d := Decision{
		Action: item.text("EvalActionName"), Verdict: Verdict(item.text("EvalDecision")),
		AllowedByOrganization: truth(item.child("OrganizationsDecisionDetail").text("AllowedByOrganizations")),
		AllowedByBoundary:     truth(item.child("PermissionsBoundaryDecisionDetail").text("AllowedByPermissionsBoundary")),
	}
	for _, key := range item.list("MissingContextValues") {
		d.MissingContext = append(d.MissingContext, key.data)
	}
	return d, d.Action != "" && (d.Verdict == Allowed || d.Verdict == ExplicitlyDeny || d.Verdict == ImplicitlyDeny)
}

func truth(said string) *bool {
	switch said {
	case "true", "false":
		b := said == "true"
		return &b
	}
	return nil
}
