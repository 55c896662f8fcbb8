package aws

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"mooring/cloud"
	"mooring/cloud/staged"
	"mooring/cloud/wire"
	"mooring/text"
)

// What each stage asks. The text says what was learned.

func (r *run) open(ctx context.Context) (string, error) {
	var err error
	r.session, err = r.client.CreateSession(ctx, r.access, r.Attempt.Identity.TLS(), ShortestSession)
	if err != nil || r.session.SourceIdentity == "" {
		return "", err
	}
	return "CloudTrail shows it as " + r.session.SourceIdentity + ".", nil
}

func (r *run) identify(ctx context.Context) (string, error) {
	caller, err := r.client.CallerIdentity(ctx, r.session)
	switch {
	case err != nil:
		return "", err
	case caller.Account != r.access.Account():
		return "", wire.Conclude(CodeOtherAccount)
	case caller.RoleName() != r.access.Role.Name():
		return "", wire.Conclude(CodeOtherRole)
	}
	return "Account " + caller.Account + ", role " + caller.RoleName() + ".", nil
}

func (r *run) readRights(ctx context.Context) (string, error) {
	decisions, err := r.client.SimulatePrincipalPolicy(ctx, r.session, probedActions)
	var refused *wire.Refusal
	if errors.As(err, &refused) && catalogue.Meaning(stagePermissions, refused) == staged.Silent {
		r.Finding.RightsUnanswered = true
		return "", err
	}
	r.nameAccount(ctx)
	if err != nil {
		return "", err
	}
	found, ok := rightsOf(decisions)
	if !ok {
		return "", wire.Conclude(CodePermissionsUnclear)
	}
	r.Finding.Rights = found
	return sayRights(found), nil
}

// nameAccount finds what people call the account. The name isn't worth a verdict:
// without an answer, the last one stays.
func (r *run) nameAccount(ctx context.Context) {
	id := ""
	ctx = wire.KeepRequestID(ctx, &id) // the stage keeps that of its question
	alias, err := r.client.AccountAlias(ctx, r.session)
	var refused *wire.Refusal
	if errors.As(err, &refused) && catalogue.Meaning(stagePermissions, refused) == staged.Silent {
		return
	}
	r.Finding.AccountName = "AWS account " + r.access.Account()
	if alias = text.Line(alias); err == nil && alias != "" {
		r.Finding.AccountName = alias
		if len(alias) > longestAlias {
			r.Finding.AccountName = strings.ToValidUTF8(alias[:longestAlias], "") + "…"
		}
	}
}

const longestAlias = 63 // of AWS

func (r *run) readRegions(ctx context.Context) (string, error) {
	regions, err := r.client.Regions(ctx, r.session)
	if err != nil {
		return "", err
	}
	on := 0
	for _, region := range regions {
		if region.On() {
			on++
		} else if region.Name == r.access.Region() {
			return "", wire.Conclude(CodeRegionOff)
		}
	}
	if len(regions) == 1 {
		return regions[0].Name + " is on.", nil
	}
	return fmt.Sprintf("%d of %d regions are on.", on, len(regions)), nil
}

// tryStranger tries to open a session with a certificate that has another name. AWS
// has to refuse it, and only its refusal says that it does.
func (r *run) tryStranger(ctx context.Context) (string, error) {
	identity, err := r.Attempt.Stranger()
	if err != nil {
		return "", err
	}
	_, err = r.client.CreateSession(ctx, r.access, identity.TLS(), ShortestSession)
	var refused *wire.Refusal
	switch {
	case err == nil:
		r.Finding.Stranger = cloud.StrangerLetIn
		return "", wire.Conclude(CodeConditionMissing)
	case errors.As(err, &refused) && refused.Code == codeDenied && !refused.Passing():
		r.Finding.Stranger = cloud.StrangerRefused
		return "AWS refused a certificate with another name, as it should.", nil
	}
	return "", err
}
