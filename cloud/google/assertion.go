package google

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"mooring/cloud/wire"
)

// assertionLife is how long an assertion is good for. Google allows up to an hour.
const assertionLife = 5 * time.Minute

// CodeNotUploaded is concluded when a service account has other keys only.
const CodeNotUploaded = "CertificateNotUploaded"

// FindKey finds the ID under which a service account has a certificate. Google
// publishes the certificates of service accounts, so nobody has to sign in.
func (c *Client) FindKey(ctx context.Context, account string, der []byte) (id string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+hostMetadata+"/service_accounts/v1/metadata/x509/"+account, nil)
	if err != nil {
		return "", err
	}
	a, err := c.wire.Do(ctx, r)
	if err != nil {
		return "", err
	}
	keys := map[string]string{} // not a wire.Object: IDs are as they are
	if json.Unmarshal(a.Body, &keys) != nil {
		return "", c.wire.Unexpected(a, errors.New("google: not a list of certificates"))
	}
	for id, text := range keys {
		if block, _ := pem.Decode([]byte(text)); block != nil && id != "" && slices.Equal(block.Bytes, der) {
			return id, nil
		}
	}
	return "", wire.Conclude(CodeNotUploaded)
}

// SignIn gets a token of a service account with an assertion that one of its keys signs.
func (c *Client) SignIn(ctx context.Context, account, keyID string, key crypto.Signer) (Token, error) {
	signed, err := assertion(account, keyID, key, c.now())
	if err != nil {
		return Token{}, err
	}
	return c.token(ctx, c.wire, audience, url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {signed}})
}

// audience is whom assertions are for.
const audience = "https://" + hostSignIn + "/token"

// assertion signs that a service account asks for a token: RS256, as in
// https://developers.google.com/identity/protocols/oauth2/service-account.
func assertion(account, keyID string, key crypto.Signer, now time.Time) (string, error) {
	if _, ok := key.Public().(*rsa.PublicKey); !ok {
		return "", errors.New("google: service accounts need an RSA certificate")
	}
	header, err := encodePart(map[string]any{"alg": "RS256", "typ": "JWT", "kid": keyID})
	if err != nil {
		return "", err
	}
	claims, err := encodePart(map[string]any{"iss": account, "sub": account, "aud": audience, "scope": scope, "iat": now.Unix(), "exp": now.Add(assertionLife).Unix()})
	if err != nil {
		return "", err
	}
	digest := sha256.Sum256([]byte(header + "." + claims))
	signature, err := key.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		return "", err
	}
	return header + "." + claims + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

func encodePart(part map[string]any) (string, error) {
	text, err := json.Marshal(part)
	return base64.RawURLEncoding.EncodeToString(text), err
}
