package aws

import (
	"context"
	"errors"
	"fmt"

	"mooring/cloud"
	"mooring/cloud/staged"
)

// run is one check on its way.
type run struct {
	*staged.Run
	client  *Client
	access  Access
	session Session
}

// Check implements cloud.Cloud.
func (a *AWS) Check(ctx context.Context, attempt cloud.Attempt, report func(cloud.StageResult)) (cloud.Finding, error) {
	access, problems := accessOf(attempt.Target)
	switch {
	case len(problems) > 0:
		return cloud.Finding{}, fmt.Errorf("aws: the link can't be checked: %w", problems[0])
	case attempt.Identity == nil:
		return cloud.Finding{}, errors.New("aws: no certificate to sign with")
	}
	r := &run{Run: a.checks.Begin(attempt, report), client: a.client, access: access}
	if r.Stage(ctx, stageSession, r.open) && r.Stage(ctx, stageIdentity, r.identify) {
		r.Stage(ctx, stagePermissions, r.readRights)
		r.Stage(ctx, stageRegions, r.readRegions)
		if attempt.Stranger != nil {
			r.Stage(ctx, stageCondition, r.tryStranger)
		}
	}
	return r.End(ctx)
}

// learned are the codes that tell something about the account at a stage that only
// informs.
var learned = []string{CodeRegionOff, CodeConditionMissing, "Blocked", "PendingVerification", "OptInRequired"}

// clockCodes are the codes with which AWS can mean that a clock is wrong.
var clockCodes = []string{codeBadSignature, codeOtherSignature}
