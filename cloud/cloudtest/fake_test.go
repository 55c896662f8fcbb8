package cloudtest_test

import (
	"context"
	"testing"

	"mooring/cloud"
	"mooring/cloud/cloudtest"
	"mooring/secret"
)

func TestTheFakeKeepsTheContract(t *testing.T) {
	attempt := func(berth string) cloud.Attempt {
		return cloud.Attempt{Target: cloud.Target{Account: berth, SignIn: cloud.SignIn{Method: "berth"}}}
	}
	cloudtest.Run(t, cloudtest.Subject{Cloud: cloudtest.Fake{}, Working: attempt("north7"),
		Broken: attempt(cloudtest.SunkenBerth), Silent: attempt(cloudtest.SilentBerth)})
}

func TestTheConsentingFakeKeepsTheContract(t *testing.T) {
	c := cloudtest.NewConsenting()
	attempt := func(berth string) cloud.Attempt {
		given := c.To(berth)
		kept := given.Grant
		return cloud.Attempt{Target: given.Target, UseGrant: func(ctx context.Context, exchange func(context.Context, secret.Text, bool) (secret.Text, error)) error {
			next, err := exchange(ctx, kept, false)
			if err == nil {
				kept = next
			}
			return err
		}}
	}
	broken := attempt("south1")
	_ = c.Revoke(t.Context(), secret.NewText("grant-1"))
	silent := attempt("east2")
	silent.UseGrant = func(ctx context.Context, exchange func(context.Context, secret.Text, bool) (secret.Text, error)) error {
		c.Unsent = true
		_, err := exchange(ctx, secret.Text{}, false)
		return err
	}
	cloudtest.Run(t, cloudtest.Subject{Cloud: c, Working: attempt("north7"), Broken: broken, Silent: silent})
}
