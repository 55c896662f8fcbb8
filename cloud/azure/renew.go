package azure

import (
	"bytes"
	"cmp"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // the thumbprint that Entra finds a certificate by
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"mooring/certificate"
	"mooring/cloud"
)

// An application may roll its own certificates without any permission: addKey and
// removeKey of Microsoft Graph want a token of the application and, signed with one of
// its certificates, a proof that it has the key. Sources:
// https://learn.microsoft.com/graph/api/application-addkey and
// https://learn.microsoft.com/graph/application-rollkey-prooftoken.
const (
	proofAudience = "00000002-0000-0000-c000-000000000000"
	proofLife     = 10 * time.Minute
)

// CanRenew implements cloud.Renewer: the object ID of the app registration can't be read
// without a permission, so somebody has to tell it.
func (a *Azure) CanRenew(target cloud.Target) bool {
	e, ok := a.environment(target.Environment)
	return ok && e.Graph != "" && target.SignIn.Method == MethodApp && target.SignIn.Values[fieldObject] != ""
}

// Introduce implements cloud.Renewer.
func (a *Azure) Introduce(ctx context.Context, r cloud.Renewal) (remoteID string, result cloud.StageResult, err error) {
	result, err = a.roll(ctx, cloud.StageIntroduce, r, func(ctx context.Context, g *graph) error {
		answer, err := g.post(ctx, "addKey", map[string]any{
			"keyCredential":      map[string]any{"type": "AsymmetricX509Cert", "usage": "Verify", "key": base64.StdEncoding.EncodeToString(r.Other.DER)},
			"passwordCredential": nil,
		})
		if id := strings.ToLower(answer.text("keyid")); guid.MatchString(id) {
			remoteID = id
		}
		return err
	})
	return remoteID, result, err
}

// Remove implements cloud.Renewer.
func (a *Azure) Remove(ctx context.Context, r cloud.Renewal) (cloud.StageResult, error) {
	return a.roll(ctx, cloud.StageRemove, r, func(ctx context.Context, g *graph) error {
		_, err := g.post(ctx, "removeKey", map[string]any{"keyId": r.RemoteID})
		if refused, ok := err.(*refusal); ok && isGone(refused) {
			return nil
		}
		return err
	})
}

var noCredential = regexp.MustCompile(`(?i)no (?:key |password )?credentials? found|does not exist`)

// isGone recognizes a refusal to remove what is not there.
func isGone(r *refusal) bool {
	return r.Status == http.StatusNotFound || r.Status == http.StatusBadRequest && noCredential.MatchString(r.Message)
}

// Removal implements cloud.Renewer.
func (a *Azure) Removal(r cloud.Renewal) []cloud.Command {
	remove := "az ad app credential delete --id {client} --cert --key-id " + cmp.Or(r.RemoteID, "KEY-ID")
	if r.RemoteID != "" {
		return []cloud.Command{{Title: "Remove the certificate", Text: fill(remove, r.Target)}}
	}
	return []cloud.Command{
		{Title: "List the certificates of the application", Why: "The oldest one is the one to remove. Compare its end date with the one on this page.", Text: fill(listCerts, r.Target)},
		{Title: "Remove the certificate", Why: "Replace KEY-ID with the keyId from the list.", Text: fill(remove, r.Target)},
	}
}

// roll asks Graph one question, as the stage of a renewal.
func (a *Azure) roll(ctx context.Context, stage string, r cloud.Renewal, ask func(context.Context, *graph) error) (result cloud.StageResult, err error) {
	e, ok := a.environment(r.Target.Environment)
	if !ok || e.Graph == "" {
		return result, fmt.Errorf("azure: no Graph in the environment %q", r.Target.Environment)
	}
	attempt := cloud.Attempt{Target: r.Target, Identity: r.Identity}
	asking := &run{azure: a, environment: e, attempt: attempt, report: func(reported cloud.StageResult) { result = reported }}
	asking.stage(ctx, stage, func(ctx context.Context) (string, error) {
		directory := r.Target.Parent
		if directory == "" {
			if directory, err = tenantOf(ctx, a.client, e, r.Target.Account); err != nil {
				return "", err
			}
		}
		m, err := a.manager(e, attempt, directory)
		if err != nil {
			return "", err
		}
		token, err := m.credential.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{e.GraphAudience + "/.default"}})
		if err != nil {
			return "", err
		}
		return "", ask(ctx, &graph{azure: a, endpoint: e.Graph, token: token.Token, target: r.Target, identity: r.Identity})
	})
	return result, context.Cause(withoutDeadline(ctx))
}

// graph is Microsoft Graph, as an application asks it about itself.
type graph struct {
	azure    *Azure
	endpoint string
	token    string
	target   cloud.Target
	identity *certificate.Identity
}

// post calls a function of the application with its arguments and the proof.
func (g *graph) post(ctx context.Context, function string, arguments map[string]any) (fields, error) {
	proof, err := g.proof()
	if err != nil {
		return nil, err
	}
	arguments["proof"] = proof
	body, err := json.Marshal(arguments)
	if err != nil {
		return nil, err
	}
	address := g.endpoint + "/v1.0/applications/" + g.target.SignIn.Values[fieldObject] + "/" + function
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+g.token)
	request.Header.Set("Content-Type", "application/json")
	answer, err := g.azure.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		return nil, readRefusal(answer)
	}
	read, err := io.ReadAll(answer.Body)
	return fieldsOf(read), err
}

// proof signs that the application has the key of one of its certificates. Unlike an
// assertion, it is for Graph and names the object.
func (g *graph) proof() (string, error) {
	thumbprint := sha1.Sum(g.identity.Certificate.DER) //nolint:gosec // see the import
	header, err := encodePart(map[string]any{"alg": "RS256", "typ": "JWT", "x5t": base64.RawURLEncoding.EncodeToString(thumbprint[:])})
	if err != nil {
		return "", err
	}
	now := g.azure.now()
	claims, err := encodePart(map[string]any{"aud": proofAudience, "iss": g.target.SignIn.Values[fieldObject], "nbf": now.Unix(), "exp": now.Add(proofLife).Unix()})
	if err != nil {
		return "", err
	}
	signed := header + "." + claims
	digest := sha256.Sum256([]byte(signed))
	signature, err := g.identity.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		return "", err
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}
