package oidc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/go-jose/go-jose/v4"
)

// errKeys is why no key of a set can be used.
var errKeys = errors.New("its key set can't be used")

// keySets is a transport that leaves out of a key set what can't be read, before
// go-oidc reads it: one key of a kind that it doesn't know, or a certificate that
// it can't read, would cost all others. Signatures are checked with the keys alone;
// a certificate beside one adds nothing.
type keySets struct {
	base http.RoundTripper

	mu     sync.Mutex
	unread map[string]error // why, by the ID of a key in the latest set
}

// RoundTrip implements http.RoundTripper.
func (k *keySets) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := k.base.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode >= 300 && answer.StatusCode < 400 {
		return nil, errRedirected
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%w: it answered %d", errKeys, answer.StatusCode)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	readable, unread, err := readableKeys(body)
	k.mu.Lock()
	k.unread = unread
	k.mu.Unlock()
	if err != nil {
		return nil, err
	}
	answer.Body, answer.ContentLength = io.NopCloser(bytes.NewReader(readable)), int64(len(readable))
	answer.Header.Set("Content-Type", "application/json")
	return answer, nil
}

// whyUnread says why the key with this ID is left out, or nil when it is not.
func (k *keySets) whyUnread(id string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err, ok := k.unread[id]; ok {
		return fmt.Errorf("%w: the key %q can't be read: %w", errKeys, id, err)
	}
	return nil
}

// readableKeys gives a key set with the public keys of another that can be read.
func readableKeys(set []byte) (readable []byte, unread map[string]error, err error) {
	var all struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(set, &all); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", errKeys, err)
	}
	unread = map[string]error{}
	good := []json.RawMessage{}
	for _, raw := range all.Keys {
		id, key, err := readKey(raw)
		if err != nil {
			unread[id] = err
			continue
		}
		good = append(good, key)
	}
	if len(good) == 0 {
		err := fmt.Errorf("%w: of its %d keys none can be read", errKeys, len(all.Keys))
		for _, why := range unread {
			err = fmt.Errorf("%w: %w", err, why)
			break
		}
		return nil, unread, err
	}
	readable, err = json.Marshal(map[string]any{"keys": good})
	return readable, unread, err
}

// readKey gives the ID of a key and its JSON without certificates.
func readKey(raw []byte) (id string, plain []byte, err error) {
	var lines map[string]json.RawMessage
	if err := json.Unmarshal(raw, &lines); err != nil {
		return "", nil, err
	}
	_ = json.Unmarshal(lines["kid"], &id)
	for _, certificate := range []string{"x5c", "x5u", "x5t", "x5t#S256"} {
		delete(lines, certificate)
	}
	if plain, err = json.Marshal(lines); err != nil {
		return id, nil, err
	}
	var key jose.JSONWebKey
	if err := json.Unmarshal(plain, &key); err != nil {
		return id, nil, err
	}
	if !key.Valid() || !key.IsPublic() {
		return id, nil, errors.New("it is no public key")
	}
	return id, plain, nil
}
