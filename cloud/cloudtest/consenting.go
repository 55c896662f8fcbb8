package cloudtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"

	"mooring/cloud"
	"mooring/fault"
	"mooring/secret"
)

// Consenting is Fake with grants instead of nothing: a person consents at a harbor, and
// each use of a grant makes it worthless and gives the next one. NewConsenting makes it.
type Consenting struct {
	Fake

	mu      sync.Mutex
	Given   int             // how many grants there ever were
	Good    map[string]bool // those that the harbor accepts
	Revoked []string
	asked   int

	Lose   bool  // the answer to the next use gets lost
	Unsent bool  // the next use never gets there
	Closed error // what Revoke answers
}

var (
	_ cloud.Cloud     = (*Consenting)(nil)
	_ cloud.Consenter = (*Consenting)(nil)
)

// NewConsenting makes a harbor that has given no grant.
func NewConsenting() *Consenting { return &Consenting{Good: map[string]bool{}} }

// Describe implements cloud.Cloud.
func (c *Consenting) Describe() cloud.Description {
	d := c.Fake.Describe()
	d.Key, d.Name, d.ShortName = "consenting", "Consenting Harbor", "Harbor"
	d.Methods[0].Needs = cloud.Grant
	d.Methods[0].Stages[0].Name = "Use the grant"
	return d
}

// Facts implements cloud.Cloud.
func (c *Consenting) Facts(target cloud.Target) []cloud.Fact {
	return cloud.FieldFacts(c.Describe(), target)
}

// To is what somebody consents to who chooses a berth.
func (c *Consenting) To(berth string) cloud.Consented {
	return cloud.Consented{Grant: secret.NewText(c.next()), Target: cloud.Target{Account: berth, SignIn: cloud.SignIn{Method: "berth"}}, AccountName: "Berth " + berth}
}

// Locked reads or changes the harbor while nobody else does.
func (c *Consenting) Locked(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
}

func (c *Consenting) next() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Given++
	name := fmt.Sprint("grant-", c.Given)
	c.Good[name] = true
	return name
}

// Consent implements cloud.Consenter.
func (c *Consenting) Consent(_ context.Context, redirect string) (cloud.Consent, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked++
	state := fmt.Sprint("state-", c.asked)
	return cloud.Consent{State: state, Redirect: redirect, Address: "https://harbor.example/authorize?" + url.Values{"state": {state}, "redirect_uri": {redirect}}.Encode()}, nil
}

var errSlammed = fault.New(fault.Invalid, "fake.slammed", "The harbor master said no.")

// Consented implements cloud.Consenter. The code is the berth.
func (c *Consenting) Consented(_ context.Context, begun cloud.Consent, returned url.Values) (cloud.Consented, error) {
	if returned.Get("state") != begun.State || returned.Get("code") == "" {
		return cloud.Consented{}, errSlammed
	}
	return c.To(returned.Get("code")), nil
}

// Revoke implements cloud.Consenter.
func (c *Consenting) Revoke(_ context.Context, grant secret.Text) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.Closed != nil {
		return c.Closed
	}
	delete(c.Good, grant.Reveal())
	c.Revoked = append(c.Revoked, grant.Reveal())
	return nil
}

// Check implements cloud.Cloud.
func (c *Consenting) Check(ctx context.Context, attempt cloud.Attempt, report func(cloud.StageResult)) (cloud.Finding, error) {
	if err := context.Cause(ctx); err != nil {
		return cloud.Finding{}, err
	}
	result := cloud.StageResult{Stage: "open", Verdict: cloud.OK, StartedAt: Clock()}
	err := attempt.UseGrant(ctx, func(_ context.Context, grant secret.Text, inDoubt bool) (secret.Text, error) {
		next, err := c.use(grant.Reveal(), inDoubt, &result)
		return secret.NewText(next), err
	})
	if err != nil && result.Code == "" {
		return cloud.Finding{}, err // of our own side
	}
	report(result)
	return cloud.Finding{AccountName: "Berth " + attempt.Target.Account}, nil
}

func (c *Consenting) use(grant string, inDoubt bool, result *cloud.StageResult) (string, error) {
	if c.Unsent {
		c.Unsent = false
		result.Verdict, result.Code = cloud.CannotTell, "NoAnswer"
		return "", errors.Join(cloud.ErrGrantUnused, errors.New("no network"))
	}
	c.mu.Lock()
	known := c.Good[grant]
	delete(c.Good, grant)
	c.mu.Unlock()
	if !known {
		result.Verdict, result.Code = cloud.Failed, "Revoked"
		if inDoubt {
			result.Code = "Lost"
		}
		return "", errors.New("refused")
	}
	next := c.next()
	if c.Lose {
		c.Lose = false
		result.Verdict, result.Code = cloud.CannotTell, "NoAnswer"
		return "", errors.New("the answer is lost")
	}
	return next, nil
}

// Explain implements cloud.Cloud.
func (c *Consenting) Explain(result cloud.StageResult, target cloud.Target) cloud.Explanation {
	for _, e := range c.Catalogue() {
		if e.Code == result.Code {
			return e
		}
	}
	return c.Fake.Explain(result, target)
}

// Catalogue implements cloud.Cloud.
func (c *Consenting) Catalogue() []cloud.Explanation {
	again := cloud.Explanation{Fix: "Sign in again.", Who: "An owner.", Fixer: cloud.FixedByOwner, Remedy: cloud.SignInAgain, Known: true}
	lost, revoked := again, again
	lost.Anchor, lost.Code, lost.Happened = "consenting-lost", "Lost", "An answer got lost, and with it the grant."
	revoked.Anchor, revoked.Code, revoked.Happened = "consenting-revoked", "Revoked", "Somebody revoked the grant."
	return append(c.Fake.Catalogue(), lost, revoked)
}
