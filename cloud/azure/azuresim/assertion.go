package azuresim

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

const maxAssertionBytes = 32 << 10

// assertion is a client assertion as it was sent: nothing in it is believed
// before verify and the checks of signIn.
type assertion struct {
	header    assertionHeader
	claims    assertionClaims
	x5t       []byte // SHA-1 thumbprint of the signer's certificate, if sent
	x5tS256   []byte // SHA-256 thumbprint, if sent
	signed    string
	signature []byte
}

type assertionHeader struct {
	Alg     string          `json:"alg"`
	X5t     string          `json:"x5t"`
	X5tS256 string          `json:"x5t#S256"`
	Crit    json.RawMessage `json:"crit"`
}

type assertionClaims struct {
	Aud string       `json:"aud"`
	Iss string       `json:"iss"`
	Sub string       `json:"sub"`
	Jti string       `json:"jti"`
	Exp *numericDate `json:"exp"`
	Nbf *numericDate `json:"nbf"`
	Iat *numericDate `json:"iat"`
}

// numericDate is a JWT time: seconds since 1970, possibly with a fraction.
type numericDate struct{ time.Time }

// UnmarshalJSON refuses what is no number of an ordinary year.
func (d *numericDate) UnmarshalJSON(b []byte) error {
	var seconds float64
	if err := json.Unmarshal(b, &seconds); err != nil {
		return err
	}
	const year10000 = 253402300800
	if !(seconds >= 0 && seconds < year10000) {
		return errors.New("time out of range")
	}
	d.Time = time.Unix(int64(seconds), 0).UTC()
	return nil
}

// parseAssertion takes a compact JWT apart. The parts are strict base64url
// without padding; the thumbprints may be in any base64.
func parseAssertion(token string) (*assertion, error) {
	malformed := errors.New("malformed assertion")
	if len(token) > maxAssertionBytes {
		return nil, malformed
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, malformed
	}
	a := &assertion{signed: parts[0] + "." + parts[1]}
	if err := decodePart(parts[0], &a.header); err != nil {
		return nil, err
	}
	if err := decodePart(parts[1], &a.claims); err != nil {
		return nil, err
	}
	var err error
	if a.signature, err = base64.RawURLEncoding.Strict().DecodeString(parts[2]); err != nil {
		return nil, malformed
	}
	if a.header.Alg == "" || a.header.Crit != nil {
		return nil, malformed
	}
	if a.x5t, err = decodeThumbprint(a.header.X5t, 20); err != nil {
		return nil, err
	}
	if a.x5tS256, err = decodeThumbprint(a.header.X5tS256, 32); err != nil {
		return nil, err
	}
	return a, nil
}

func decodePart(part string, into any) error {
	b, err := base64.RawURLEncoding.Strict().DecodeString(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, into)
}

// decodeThumbprint reads standard or URL base64, padded or not: the
// documentation says one, Microsoft's own Go library sends the other.
func decodeThumbprint(s string, size int) ([]byte, error) {
	if s == "" {
		return nil, nil
	}
	s = strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(s), "=")
	b, err := base64.RawStdEncoding.DecodeString(s)
	if err != nil {
		return nil, err
	}
	if len(b) != size {
		return nil, errors.New("thumbprint of a wrong size")
	}
	return b, nil
}

// verify checks the signature with the key's certificate.
func (a *assertion) verify(k key) bool {
	public, ok := k.certificate.PublicKey.(*rsa.PublicKey)
	if !ok {
		return false
	}
	sum := sha256.Sum256([]byte(a.signed))
	switch a.header.Alg {
	case "PS256":
		salt := &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}
		return rsa.VerifyPSS(public, crypto.SHA256, sum[:], a.signature, salt) == nil
	case "RS256":
		return rsa.VerifyPKCS1v15(public, crypto.SHA256, sum[:], a.signature) == nil
	}
	return false
}
