package digitalocean

import (
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"

	"mooring/cloud"
	"mooring/cloud/staged"
	"mooring/cloud/wire"
	"mooring/secret"
	"mooring/text"
)

// run is one check on its way.
type run struct {
	*staged.Run
	client *Client
	tokens Tokens
}

// Check implements cloud.Cloud.
func (d *DigitalOcean) Check(ctx context.Context, attempt cloud.Attempt, report func(cloud.StageResult)) (cloud.Finding, error) {
	if attempt.UseGrant == nil {
		return cloud.Finding{}, errors.New("digitalocean: no grant to sign in with")
	}
	r := &run{Run: d.checks.Begin(attempt, report), client: d.client}
	if err := context.Cause(ctx); err != nil { // before a grant is used for nothing
		return r.End(ctx)
	}
	if r.Stage(ctx, stageGrant, r.useGrant) && r.Stage(ctx, stageTeam, r.findTeam) {
		r.Stage(ctx, stagePermissions, r.readRights)
		r.Stage(ctx, stageRegions, r.readRegions)
	}
	return r.End(ctx)
}

// useGrant exchanges the grant for the next one, which is stored by then.
func (r *run) useGrant(ctx context.Context) (string, error) {
	err := r.Attempt.UseGrant(ctx, func(ctx context.Context, grant secret.Text, inDoubt bool) (secret.Text, error) {
		var err error
		r.tokens, err = r.client.Refresh(ctx, grant)
		var refused *wire.Refusal
		switch {
		case err == nil:
			return r.tokens.Grant(), nil
		case errors.As(err, &refused) && neverSent(refused):
			return secret.Text{}, errors.Join(err, cloud.ErrGrantUnused)
		case inDoubt && refused != nil && refused.Code == codeInvalidGrant:
			return secret.Text{}, wire.Conclude(CodeGrantLost)
		}
		return secret.Text{}, err
	})
	if err != nil {
		return "", err
	}
	return "DigitalOcean accepted the grant and gave Mooring the next one.", nil
}

// neverSent reports whether DigitalOcean can't have seen the request, or has said that it
// didn't look at it.
func neverSent(r *wire.Refusal) bool {
	var dial *net.OpError
	return slices.Contains([]string{wire.NameNotFound, wire.NotTrusted, wire.ProxyRefused, wire.ProxyAuthorization, wire.ForeignHost}, r.Code) ||
		r.Throttled || errors.As(r.Cause, &dial) && dial.Op == "dial"
}

func (r *run) findTeam(ctx context.Context) (string, error) {
	team, err := r.client.Team(ctx, r.tokens)
	switch {
	case err != nil:
		return "", err
	case team.ID != r.Attempt.Target.Account:
		return "", wire.Conclude(CodeOtherTeam)
	case strings.EqualFold(team.Status, "locked"):
		return "", &wire.Refusal{Code: CodeTeamLocked, Message: team.Message}
	}
	r.Finding.AccountName = nameOf(team)
	said := r.Finding.AccountName + "."
	if team.Status != "" && !strings.EqualFold(team.Status, "active") {
		said += " DigitalOcean says its status is " + text.Line(team.Status) + "."
	}
	return said, nil
}

const longestName = 80 // characters

func nameOf(team Team) string {
	name := []rune(text.Line(team.Name))
	if len(name) == 0 {
		return "DigitalOcean team"
	}
	if len(name) > longestName {
		return string(name[:longestName]) + "…"
	}
	return string(name)
}

// readRights reads what the person allowed out of the scopes, which came with the grant.
func (r *run) readRights(context.Context) (string, error) {
	rights, ok := rightsOf(r.tokens.Scopes)
	if !ok {
		return "", wire.Conclude(CodeScopesUnknown)
	}
	r.Finding.Rights = rights
	return sayRights(rights), nil
}

func (r *run) readRegions(ctx context.Context) (string, error) {
	available, all, err := r.client.Regions(ctx, r.tokens)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d of %d regions are available.", available, all), nil
}

var hidden = []staged.Hidden{{Found: regexp.MustCompile(`\bdo[opr]_v1_[0-9A-Za-z]+`), By: "(removed)"}}

// clean makes what DigitalOcean said fit to keep and to show.
func clean(said string, target cloud.Target) string {
	return staged.Clean(said, []string{target.Account}, hidden...)
}
