package oracle

import (
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The headers that Oracle wants signed, in the order in which its own programs sign them.
var (
	signedHeaders     = []string{"date", "(request-target)", "host"}
	signedWithContent = []string{"content-length", "content-type", "x-content-sha256"} // of POST, PUT and PATCH
)

// sign signs a request with an API signing key, as in
// https://docs.oracle.com/iaas/Content/API/Concepts/signingrequests.htm.
func sign(r *http.Request, body []byte, keyID string, key crypto.Signer, now time.Time) error {
	r.Header.Set("Date", now.UTC().Format(http.TimeFormat))
	names := signedHeaders
	switch r.Method {
	case http.MethodPost, http.MethodPut, http.MethodPatch:
		sum := sha256.Sum256(body)
		r.Header.Set("X-Content-Sha256", base64.StdEncoding.EncodeToString(sum[:]))
		r.Header.Set("Content-Length", strconv.Itoa(len(body)))
		if r.Header.Get("Content-Type") == "" {
			r.Header.Set("Content-Type", "application/json")
		}
		names = append(names[:len(names):len(names)], signedWithContent...)
	}
	digest := sha256.Sum256([]byte(signingString(r, names)))
	signature, err := key.Sign(rand.Reader, digest[:], crypto.SHA256) // PKCS #1 v1.5
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", `Signature version="1",keyId="`+keyID+`",algorithm="rsa-sha256",headers="`+strings.Join(names, " ")+
		`",signature="`+base64.StdEncoding.EncodeToString(signature)+`"`)
	return nil
}

func signingString(r *http.Request, names []string) string {
	lines := make([]string, len(names))
	for i, name := range names {
		value := r.Header.Get(name)
		switch name {
		case "(request-target)":
			value = strings.ToLower(r.Method) + " " + r.URL.RequestURI()
		case "host":
			value = r.URL.Host
		}
		lines[i] = name + ": " + value
	}
	return strings.Join(lines, "\n")
}
