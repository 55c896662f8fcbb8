package googlesim

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"mooring/cloud/simulated"
)

// certificates publishes those of a service account.
func (w *world) certificates(c *call) (simulated.Reply, error) {
	address, ok := strings.CutPrefix(c.URL.Path, "/service_accounts/v1/metadata/x509/")
	if !ok {
		address, ok = strings.CutPrefix(c.URL.Path, "/robot/v1/metadata/x509/")
	}
	if !ok || c.Method != http.MethodGet {
		return simulated.Reply{}, errNoMethod
	}
	a := w.accounts[address]
	if a == nil {
		return simulated.Reply{}, refuse(http.StatusNotFound, "NOT_FOUND", "Requested entity was not found.")
	}
	target := w.linkedByAccount(a)
	if err := target.override.Instead(atKey); err != nil {
		return simulated.Reply{}, err
	}
	all := map[string]string{}
	for _, k := range a.keys {
		if !target.override.Has(effectNotUploaded) {
			all[k.id] = k.pem
		}
	}
	return simulated.JSONReply(http.StatusOK, all), nil
}

// longestAssertion is how long an assertion is good for at most.
const longestAssertion = time.Hour

// clockTolerance is how far a clock may be off.
const clockTolerance = 5 * time.Minute

// signIn gives a token for an assertion that a key of a service account signed.
func (w *world) signIn(c *call) (simulated.Reply, error) {
	none := func(code, message string) (simulated.Reply, error) {
		return simulated.Reply{}, &tokenRefusal{code, message}
	}
	if c.Method != http.MethodPost || c.URL.Path != "/token" {
		return simulated.Reply{}, errNoMethod
	}
	f, ok := c.fields()
	if !ok || f["grant_type"] != "urn:ietf:params:oauth:grant-type:jwt-bearer" {
		return none("unsupported_grant_type", "Invalid grant_type: "+f["grant_type"])
	}
	parts := strings.Split(f["assertion"], ".")
	var header struct{ Alg, Typ, Kid string }
	var claims struct {
		Iss, Sub, Aud, Scope string
		Iat, Exp             int64
	}
	if len(parts) != 3 || decodePart(parts[0], &header) != nil || decodePart(parts[1], &claims) != nil {
		return none("invalid_grant", "Invalid JWT: Failed to parse.")
	}
	a := w.accounts[claims.Iss]
	if a == nil {
		return none("invalid_grant", "Invalid grant: account not found")
	}
	target := w.linkedByAccount(a)
	if err := target.override.Instead(atToken); err != nil {
		return simulated.Reply{}, err
	}
	at := slices.IndexFunc(a.keys, func(k *key) bool { return k.id == header.Kid && !k.disabled })
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err != nil || at < 0 || header.Alg != "RS256" || rsa.VerifyPKCS1v15(a.keys[at].certificate.PublicKey.(*rsa.PublicKey), crypto.SHA256, digest[:], signature) != nil {
		return none("invalid_grant", "Invalid JWT Signature.")
	}
	now, issued, expires := w.now(), time.Unix(claims.Iat, 0), time.Unix(claims.Exp, 0)
	switch {
	case issued.After(now.Add(clockTolerance)), expires.Before(now), expires.Sub(issued) > longestAssertion, !expires.After(issued):
		return none("invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.")
	case claims.Aud != "https://"+signInHost+"/token":
		return none("invalid_grant", "Invalid JWT: Failed audience check.")
	case claims.Sub != "" && claims.Sub != claims.Iss:
		return none("unauthorized_client", "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.")
	case claims.Scope == "":
		return none("invalid_scope", "Invalid OAuth scope or ID token audience provided.")
	case a.disabled:
		return none("invalid_grant", "Invalid grant: account not found")
	}
	value := w.give(&token{consumer: a.project, members: []string{"serviceAccount:" + a.address}}, time.Hour)
	return simulated.JSONReply(http.StatusOK, map[string]any{"access_token": value, "token_type": "Bearer", "expires_in": 3599}), nil
}

func decodePart(text string, into any) error {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}

// impersonate gives a token of a service account to a member who may act as it.
func (w *world) impersonate(c *call) (simulated.Reply, error) {
	rest, ok := strings.CutPrefix(c.URL.Path, "/v1/projects/-/serviceAccounts/")
	address, isMethod := strings.CutSuffix(rest, ":generateAccessToken")
	if !ok || !isMethod || c.Method != http.MethodPost {
		return simulated.Reply{}, errNoMethod
	}
	a := w.accounts[address]
	t, err := w.authenticate(c, "iamcredentials.googleapis.com")
	if err != nil {
		return simulated.Reply{}, err
	}
	var in struct {
		Scope    []string
		Lifetime string
	}
	life := time.Hour
	if json.Unmarshal(c.body, &in) != nil || len(in.Scope) == 0 {
		return simulated.Reply{}, invalid("Scope is required.")
	}
	if in.Lifetime != "" {
		if life, err = time.ParseDuration(in.Lifetime); err != nil || life <= 0 || life > time.Hour || !strings.HasSuffix(in.Lifetime, "s") {
			return simulated.Reply{}, invalid("The lifetime must be at most 3600s.")
		}
	}
	switch {
	case a == nil:
		return simulated.Reply{}, refuse(http.StatusNotFound, "NOT_FOUND", "Not found; Gaia id not found for email %s", address)
	case !slices.ContainsFunc(a.bindings, func(b binding) bool { return slices.Contains(t.members, b.member) }):
		return simulated.Reply{}, permissionDenied("iam.serviceAccounts.getAccessToken", "")
	case a.disabled:
		return simulated.Reply{}, refuse(http.StatusBadRequest, "FAILED_PRECONDITION", "Service account %s is disabled.", address)
	}
	value := w.give(&token{consumer: a.project, members: []string{"serviceAccount:" + a.address}}, life)
	return simulated.JSONReply(http.StatusOK, map[string]any{"accessToken": value, "expireTime": w.now().Add(life).UTC().Format(time.RFC3339)}), nil
}
