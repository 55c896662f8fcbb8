package passkey_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
)

// Flags of authenticator data.
const (
	present  = 0x01
	verified = 0x04
	eligible = 0x08 // the passkey can be copied to other devices
	copied   = 0x10
	attested = 0x40
)

// authenticator is a phone with one passkey, and the browser before it. A test
// changes what it answers.
type authenticator struct {
	id      []byte
	key     *ecdsa.PrivateKey
	handle  []byte // of the person, from the question
	counter uint32
	flags   byte

	origin, site string
	kind         string // of the ceremony; empty: the right one
	challenge    string // empty: that of the question
	crossOrigin  bool
	change       func(answer map[string]any)           // before it leaves; may be nil
	changeData   func(authenticatorData []byte) []byte // before it is signed; may be nil
}

func newAuthenticator(t *testing.T) *authenticator {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 16)
	_, _ = rand.Read(id)
	return &authenticator{id: id, key: key, counter: 1, flags: present | verified, origin: origin, site: site}
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// asked reads the challenge and the person out of a question.
func (a *authenticator) asked(t *testing.T, options []byte) string {
	t.Helper()
	var question struct {
		Challenge string
		User      struct{ ID string }
	}
	if err := json.Unmarshal(options, &question); err != nil {
		t.Fatal(err)
	}
	if question.User.ID != "" {
		handle, err := base64.RawURLEncoding.DecodeString(question.User.ID)
		if err != nil {
			t.Fatal(err)
		}
		a.handle = handle
	}
	return question.Challenge
}

func (a *authenticator) clientData(t *testing.T, kind, challenge string) []byte {
	t.Helper()
	if a.kind != "" {
		kind = a.kind
	}
	if a.challenge != "" {
		challenge = a.challenge
	}
	data, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": a.origin, "crossOrigin": a.crossOrigin})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func (a *authenticator) data(flags byte, more []byte) []byte {
	hash := sha256.Sum256([]byte(a.site))
	data := append(hash[:], flags)
	data = binary.BigEndian.AppendUint32(data, a.counter)
	data = append(data, more...)
	if a.changeData != nil {
		data = a.changeData(data)
	}
	return data
}

// create answers a question for a new passkey.
func (a *authenticator) create(t *testing.T, options []byte) []byte {
	t.Helper()
	clientData := a.clientData(t, "webauthn.create", a.asked(t, options))
	point, err := a.key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		t.Fatal(err)
	}
	key, err := webauthncbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]})
	if err != nil {
		t.Fatal(err)
	}
	credential := append(make([]byte, 16), byte(len(a.id)>>8), byte(len(a.id)))
	credential = append(append(credential, a.id...), key...)
	object, err := webauthncbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": a.data(a.flags|attested, credential)})
	if err != nil {
		t.Fatal(err)
	}
	return a.answer(t, map[string]any{"clientDataJSON": encode(clientData), "attestationObject": encode(object), "transports": []string{"internal"}})
}

// get answers a question for a passkey.
func (a *authenticator) get(t *testing.T, options []byte) []byte {
	t.Helper()
	clientData := a.clientData(t, "webauthn.get", a.asked(t, options))
	data := a.data(a.flags, nil)
	hash := sha256.Sum256(clientData)
	digest := sha256.Sum256(append(append([]byte{}, data...), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, a.key, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	return a.answer(t, map[string]any{
		"clientDataJSON": encode(clientData), "authenticatorData": encode(data), "signature": encode(signature), "userHandle": encode(a.handle),
	})
}

func (a *authenticator) answer(t *testing.T, response map[string]any) []byte {
	t.Helper()
	whole := map[string]any{
		"id": encode(a.id), "rawId": encode(a.id), "type": "public-key", "response": response,
		"clientExtensionResults": map[string]any{"credProps": map[string]any{"rk": true}}, "authenticatorAttachment": "platform",
	}
	if a.change != nil {
		a.change(whole)
	}
	data, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
