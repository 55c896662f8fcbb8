package oracle

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

// run is one check on its way.
type run struct {
	*staged.Run
	caller caller
}

// Check implements cloud.Cloud.
func (o *Oracle) Check(ctx context.Context, attempt cloud.Attempt, report func(cloud.StageResult)) (cloud.Finding, error) {
	a, err := accessOf(attempt.Target)
	switch {
	case err != nil:
		return cloud.Finding{}, fmt.Errorf("the link can't be checked: %w", err)
	case attempt.Identity == nil:
		return cloud.Finding{}, errors.New("oracle: no certificate to sign with")
	}
	r := &run{Run: o.checks.Begin(attempt, report), caller: caller{o.client, a, attempt.Identity}}
	if r.Stage(ctx, stageSignIn, r.signIn) && r.Stage(ctx, stageTenancy, r.openTenancy) {
		r.Stage(ctx, stageRegions, r.readRegions)
		r.Stage(ctx, stagePermissions, r.readRights)
	}
	return r.End(ctx)
}

// learned are the codes that tell something about the tenancy at a stage that only
// informs.
var learned = []string{CodeRegionNotReady, CodeRegionNotSubscribed}

// clockCodes are the codes with which Oracle can mean that a clock is wrong.
var clockCodes = []string{codeNotAuthenticated}

// What each stage asks. The text says what was learned.

func (r *run) signIn(ctx context.Context) (string, error) {
	keys, err := r.caller.keys(ctx)
	if err != nil {
		return "", err
	}
	own := r.caller.identity.Certificate.PublicKeyFingerprint()
	for _, key := range keys {
		switch {
		case key.fingerprint != own:
		case key.state != "ACTIVE" && key.state != "":
			return "", wire.Conclude(CodeKeyNotActive)
		default:
			return "The user has " + text.Count(len(keys), "API key", "API keys") + ", and this one is active.", nil
		}
	}
	return "", wire.Conclude(CodeKeyNotListed)
}

// longestName is that of a tenancy's name that is kept, in bytes.
const longestName = 100

func (r *run) openTenancy(ctx context.Context) (string, error) {
	name, id, err := r.caller.readTenancy(ctx)
	switch {
	case err != nil:
		return "", err
	case id != r.caller.tenancy.text:
		return "", wire.Conclude(CodeOtherTenancy)
	}
	name = text.Line(name)
	if len(name) > longestName {
		name = strings.ToValidUTF8(name[:longestName], "") + "…"
	}
	if name == "" {
		name = "Oracle Cloud tenancy"
	}
	r.Finding.AccountName = name
	return "Tenancy " + name + ".", nil
}

func (r *run) readRegions(ctx context.Context) (string, error) {
	regions, err := r.caller.subscriptions(ctx)
	if err != nil {
		return "", err
	}
	ready, home, own := 0, "", false
	for _, s := range regions {
		if s.home {
			home = s.region
		}
		if s.ready {
			ready++
		}
		if s.region == r.caller.region {
			if own = true; !s.ready {
				return "", wire.Conclude(CodeRegionNotReady)
			}
		}
	}
	if !own {
		return "", wire.Conclude(CodeRegionNotSubscribed)
	}
	said := "The tenancy is subscribed to " + text.Count(ready, "region", "regions") + "."
	if home != "" {
		said += " Its home region is " + home + "."
	}
	return said, nil
}

func (r *run) readRights(ctx context.Context) (string, error) {
	groups, err := r.caller.groups(ctx)
	var statements []string
	if err == nil {
		statements, err = r.caller.statements(ctx)
	}
	if err != nil {
		var refused *wire.Refusal
		r.Finding.RightsUnanswered = errors.As(err, &refused) && catalogue.Meaning(stagePermissions, refused) == staged.Silent
		return "", err
	}
	found, ok := rightsOf(statements, groups, r.caller.tenancy.text)
	if !ok {
		return "", wire.Conclude(CodePermissionsUnclear)
	}
	r.Finding.Rights = found
	return sayRights(found), nil
}
