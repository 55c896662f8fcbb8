package google

import (
	"context"
	"errors"

	"mooring/cloud"
	"mooring/cloud/staged"
	"mooring/cloud/wire"
)

// run is one check on its way.
type run struct {
	*staged.Run
	client *Client
	access Access
	key    string // ID of the certificate at the service account
	token  Token
}

// Check implements cloud.Cloud.
func (g *Google) Check(ctx context.Context, attempt cloud.Attempt, report func(cloud.StageResult)) (cloud.Finding, error) {
	access, err := accessOf(attempt.Target)
	switch {
	case err != nil:
		return cloud.Finding{}, err
	case attempt.Identity == nil:
		return cloud.Finding{}, errors.New("google: no certificate to sign with")
	}
	r := &run{Run: g.checks.Begin(attempt, report), client: g.client, access: access}
	signedIn := false
	if attempt.Target.SignIn.Method == MethodKey {
		signedIn = r.Stage(ctx, stageKey, r.findKey) && r.Stage(ctx, stageToken, r.signIn)
	} else {
		signedIn = r.Stage(ctx, stageToken, r.exchange)
	}
	if signedIn && r.Stage(ctx, stageProject, r.open) {
		r.Stage(ctx, stagePermissions, r.readRights)
		if attempt.Stranger != nil && attempt.Target.SignIn.Method == MethodCertificate {
			r.Stage(ctx, stageCondition, r.tryStranger)
		}
	}
	return r.End(ctx)
}

// learned are the codes that tell something about the project at a stage that only
// informs.
var learned = []string{CodeConditionMissing}

// clockCodes are the codes with which Google can mean that a clock is wrong.
var clockCodes = []string{codeGrant}

// What each stage asks. The text says what was learned.

func (r *run) findKey(ctx context.Context) (string, error) {
	id, err := r.client.FindKey(ctx, r.access.ServiceAccount, r.Attempt.Identity.Certificate.DER)
	if err != nil {
		return "", err
	}
	r.key = id
	return "The service account has this certificate.", nil
}

func (r *run) signIn(ctx context.Context) (string, error) {
	var err error
	r.token, err = r.client.SignIn(ctx, r.access.ServiceAccount, r.key, r.Attempt.Identity)
	if err != nil {
		return "", err
	}
	return "Signed in as " + r.access.ServiceAccount + ".", nil
}

func (r *run) exchange(ctx context.Context) (string, error) {
	var err error
	if r.token, err = r.client.ExchangeCertificate(ctx, r.access.Provider, r.Attempt.Identity.TLS()); err != nil {
		return "", err
	}
	if r.access.ServiceAccount == "" {
		return "The pool " + r.access.Provider.Pool + " accepts the certificate.", nil
	}
	if r.token, err = r.client.Impersonate(ctx, r.token, r.access.ServiceAccount); err != nil {
		return "", err
	}
	return "The pool " + r.access.Provider.Pool + " accepts the certificate, which acts as " + r.access.ServiceAccount + ".", nil
}

func (r *run) open(ctx context.Context) (string, error) {
	p, err := r.client.Project(ctx, r.token, r.access.Project)
	switch {
	case err != nil:
		return "", err
	case p.ID != r.access.Project || r.access.Number != "" && p.Number != "" && p.Number != r.access.Number:
		return "", wire.Conclude(CodeOtherProject)
	case p.State == CodeDeleteRequested:
		return "", wire.Conclude(CodeDeleteRequested)
	case p.State != "ACTIVE":
		return "", &wire.Refusal{Code: CodeNotActive, Message: "The state of the project is " + p.State + "."}
	}
	r.Finding.AccountName = p.Name
	if p.Name == "" {
		r.Finding.AccountName = "Project " + p.ID
	}
	return "Project " + p.ID + " is active.", nil
}

func (r *run) readRights(ctx context.Context) (string, error) {
	granted, err := r.client.TestPermissions(ctx, r.token, r.access.Project, probed)
	var refused *wire.Refusal
	if errors.As(err, &refused) && catalogue.Meaning(stagePermissions, refused) == staged.Silent {
		r.Finding.RightsUnanswered = true
	}
	if err != nil {
		return "", err
	}
	r.Finding.Rights = rightsOf(granted)
	return sayRights(r.Finding.Rights), nil
}

// tryStranger tries to sign in with a certificate that has another name. The condition
// of the provider has to refuse it, and only the token service's refusal says that it
// does.
func (r *run) tryStranger(ctx context.Context) (string, error) {
	identity, err := r.Attempt.Stranger()
	if err != nil {
		return "", err
	}
	_, err = r.client.ExchangeCertificate(ctx, r.access.Provider, identity.TLS())
	var refused *wire.Refusal
	switch {
	case err == nil:
		r.Finding.Stranger = cloud.StrangerLetIn
		return "", wire.Conclude(CodeConditionMissing)
	case errors.As(err, &refused) && refused.Code == codeUnauthorized && !refused.Passing():
		r.Finding.Stranger = cloud.StrangerRefused
		return "Google Cloud refused a certificate with another name, as it should.", nil
	}
	return "", err
}
