package oracle

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"mooring/cloud"
	"mooring/cloud/wire"
)

// mostKeys is how many API keys a user can have. Renewing needs two of them.
const mostKeys = 3

// CanRenew implements cloud.Renewer: every user may manage keys of their own.
func (o *Oracle) CanRenew(target cloud.Target) bool {
	_, err := accessOf(target)
	return err == nil && target.SignIn.Method == MethodKey
}

// Introduce implements cloud.Renewer. What Oracle calls a key is its fingerprint.
func (o *Oracle) Introduce(ctx context.Context, r cloud.Renewal) (remoteID string, result cloud.StageResult, err error) {
	remoteID = r.Other.PublicKeyFingerprint()
	result, err = o.roll(ctx, cloud.StageIntroduce, r, func(ctx context.Context, c caller) error {
		keys, err := c.keys(ctx)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(keys, func(k apiKey) bool { return k.fingerprint == remoteID }); i >= 0 {
			if keys[i].state != "" && keys[i].state != "ACTIVE" {
				return wire.Conclude(CodeKeyNotActive)
			}
			return nil
		}
		if len(keys) >= mostKeys {
			return wire.Conclude(CodeTooManyKeys)
		}
		body, err := json.Marshal(map[string]string{"key": string(r.Other.PublicKeyPEM())})
		if err != nil {
			return err
		}
		answer, err := c.send(ctx, http.MethodPost, "/users/"+c.user.text+"/apiKeys", nil, body)
		if err != nil {
			return err
		}
		if state := wire.ReadObject(answer.Body).Text("lifecyclestate"); state != "" && state != "ACTIVE" {
			return wire.Conclude(CodeKeyNotActive)
		}
		return nil
	})
	return remoteID, result, err
}

// Remove implements cloud.Renewer.
func (o *Oracle) Remove(ctx context.Context, r cloud.Renewal) (cloud.StageResult, error) {
	return o.roll(ctx, cloud.StageRemove, r, func(ctx context.Context, c caller) error {
		old := r.Other.PublicKeyFingerprint()
		if old == c.identity.Certificate.PublicKeyFingerprint() {
			return errors.New("oracle: a key doesn't remove itself")
		}
		keys, err := c.keys(ctx)
		if err != nil || !slices.ContainsFunc(keys, func(k apiKey) bool { return k.fingerprint == old }) {
			return err
		}
		_, err = c.send(ctx, http.MethodDelete, "/users/"+c.user.text+"/apiKeys/"+old, nil, nil)
		return err
	})
}

// Removal implements cloud.Renewer.
func (o *Oracle) Removal(r cloud.Renewal) []cloud.Command {
	return []cloud.Command{{Title: "Delete the API key",
		Text: fill("oci iam user api-key delete --user-id {user} --fingerprint "+quoted(cmp.Or(r.RemoteID, "FINGERPRINT"))+" --force", r.Target)}}
}

// roll asks one question about the user's own keys, as the stage of a renewal.
func (o *Oracle) roll(ctx context.Context, stage string, r cloud.Renewal, ask func(context.Context, caller) error) (result cloud.StageResult, err error) {
	a, err := accessOf(r.Target)
	if err != nil {
		return result, fmt.Errorf("the key can't be renewed: %w", err)
	}
	asking := o.checks.Begin(cloud.Attempt{Target: r.Target, Identity: r.Identity, Fresh: true}, func(reported cloud.StageResult) { result = reported })
	asking.Stage(ctx, stage, func(ctx context.Context) (string, error) { return "", ask(ctx, caller{o.client, a, r.Identity}) })
	_, err = asking.End(ctx)
	return result, err
}
