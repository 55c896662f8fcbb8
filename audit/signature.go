package audit

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"slices"
)

// PublicKey checks what a Mooring signed (Ed25519).
type PublicKey []byte

// Fingerprint is the SHA-256 of the key in hexadecimal, by which it is named.
func (k PublicKey) Fingerprint() string {
	sum := sha256.Sum256(k)
	return hex.EncodeToString(sum[:])
}

// Signature is an Ed25519 signature and the fingerprint of the key that
// checks it.
type Signature struct {
	Key   string
	Bytes []byte
}

// ErrSignature says that no key that is trusted made a signature.
var ErrSignature = errors.New("it isn't signed by this Mooring")

// VerifySignature checks a signature that Notary.Sign made for the same
// purpose and message with one of the keys.
func VerifySignature(keys []PublicKey, purpose string, message []byte, s Signature) error {
	for _, key := range keys {
		if len(key) == ed25519.PublicKeySize && key.Fingerprint() == s.Key &&
			ed25519.Verify(ed25519.PublicKey(key), signed(purpose, message), s.Bytes) {
			return nil
		}
	}
	return ErrSignature
}

// signed is what the signature is over.
func signed(purpose string, message []byte) []byte {
	return encode("mooring signature 1").text(purpose).bytes(message)
}

// Vouch is what one key of a Mooring says of another, so that who knows one of
// them can follow a change of keys.
type Vouch struct {
	For       PublicKey
	Signature Signature
}

const vouching = "audit key"

// Trust adds to the known keys those that they vouch for, directly or through
// each other.
func Trust(known []PublicKey, vouches []Vouch) []PublicKey {
	trusted := append([]PublicKey(nil), known...)
	has := map[string]bool{}
	for _, k := range trusted {
		has[k.Fingerprint()] = true
	}
	for grown := true; grown; {
		grown = false
		for _, v := range vouches {
			if !has[v.For.Fingerprint()] && VerifySignature(trusted, vouching, v.For, v.Signature) == nil {
				trusted, grown = append(trusted, v.For), true
				has[v.For.Fingerprint()] = true
			}
		}
	}
	return trusted
}

const pemType = "PUBLIC KEY"

// WritePublicKeys spells keys as PEM, the way openssl reads them.
func WritePublicKeys(keys []PublicKey) []byte {
	var text []byte
	for _, key := range keys {
		der, err := x509.MarshalPKIXPublicKey(ed25519.PublicKey(key))
		if err == nil {
			text = append(text, pem.EncodeToMemory(&pem.Block{Type: pemType, Bytes: der})...)
		}
	}
	return text
}

// vouchType is the PEM type of what one key says of another: the key that it
// is about, the key that signed, and the signature.
const vouchType = "MOORING KEY VOUCH"

const vouchSize = ed25519.PublicKeySize + sha256.Size + ed25519.SignatureSize

// WriteVouches spells vouches as PEM, to stand behind the public keys. Other
// programs pass over them.
func WriteVouches(vouches []Vouch) []byte {
	var text []byte
	for _, v := range vouches {
		if by, err := hex.DecodeString(v.Signature.Key); err == nil && len(v.For)+len(by)+len(v.Signature.Bytes) == vouchSize {
			text = append(text, pem.EncodeToMemory(&pem.Block{Type: vouchType, Bytes: slices.Concat(v.For, by, v.Signature.Bytes)})...)
		}
	}
	return text
}

// ReadTrusted reads what WritePublicKeys and WriteVouches wrote.
func ReadTrusted(text []byte) (Trusted, error) {
	var t Trusted
	for {
		block, rest := pem.Decode(text)
		if block == nil {
			break
		}
		if text = rest; block.Type == vouchType && len(block.Bytes) == vouchSize {
			b := block.Bytes
			by, signature := b[ed25519.PublicKeySize:][:sha256.Size], b[ed25519.PublicKeySize+sha256.Size:]
			t.Vouches = append(t.Vouches, Vouch{For: b[:ed25519.PublicKeySize], Signature: Signature{Key: hex.EncodeToString(by), Bytes: signature}})
			continue
		}
		key, err := publicKeyIn(block)
		if err != nil {
			return Trusted{}, err
		}
		t.Keys = append(t.Keys, key)
	}
	if len(t.Keys) == 0 {
		return Trusted{}, errors.New("it contains no public key")
	}
	return t, nil
}

func publicKeyIn(block *pem.Block) (PublicKey, error) {
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	key, ok := parsed.(ed25519.PublicKey)
	if err != nil || !ok || block.Type != pemType {
		return nil, errors.New("it contains something other than Ed25519 public keys")
	}
	return PublicKey(key), nil
}
