package azure

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"time"

	"mooring/certificate"
)

// assertionLife is within the five to ten minutes that Microsoft advises.
const assertionLife = 5 * time.Minute

// assertion signs the statement by which an application signs in: PS256 with
// the certificate's SHA-256 thumbprint, as in
// https://learn.microsoft.com/entra/identity-platform/certificate-credentials.
func assertion(identity *certificate.Identity, clientID, audience, id string, now time.Time) (string, error) {
	thumbprint := sha256.Sum256(identity.Certificate.DER)
	header, err := encodePart(map[string]any{
		"alg": "PS256", "typ": "JWT", "x5t#S256": base64.RawURLEncoding.EncodeToString(thumbprint[:]),
	})
	if err != nil {
		return "", err
	}
	claims, err := encodePart(map[string]any{
		"aud": audience, "iss": clientID, "sub": clientID, "jti": id,
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(assertionLife).Unix(),
	})
	if err != nil {
		return "", err
	}
	signed := header + "." + claims
	digest := sha256.Sum256([]byte(signed))
	signature, err := identity.Sign(rand.Reader, digest[:],
		&rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: crypto.SHA256})
	if err != nil {
		return "", err
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

func encodePart(part map[string]any) (string, error) {
	text, err := json.Marshal(part)
	return base64.RawURLEncoding.EncodeToString(text), err
}
