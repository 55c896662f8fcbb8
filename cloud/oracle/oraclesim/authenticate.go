package oraclesim

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What Oracle Cloud says when it doesn't believe a request.
const (
	sayNotAuthenticated = "The required information to complete authentication was not provided or was incorrect."
	sayWrongSignature   = "Failed to verify the HTTP(S) Signature"
)

const longestSkew = 5 * time.Minute

func notAuthenticated(message string, values ...any) *refusal {
	return refuse(http.StatusUnauthorized, "NotAuthenticated", message, values...)
}

var parameter = regexp.MustCompile(`([a-zA-Z]+)="([^"]*)"`)

// authorization is what the Authorization header says.
type authorization struct {
	tenancy, user, fingerprint string
	algorithm, version         string
	headers                    []string
	signature                  []byte
}

func parseAuthorization(header string) (authorization, bool) {
	rest, ok := strings.CutPrefix(header, "Signature ")
	if !ok {
		return authorization{}, false
	}
	values := map[string]string{}
	for _, found := range parameter.FindAllStringSubmatch(rest, -1) {
		if _, twice := values[found[1]]; twice {
			return authorization{}, false
		}
		values[found[1]] = found[2]
	}
	key := strings.Split(values["keyId"], "/")
	signature, err := base64.StdEncoding.DecodeString(values["signature"])
	if len(key) != 3 || err != nil || len(signature) == 0 {
		return authorization{}, false
	}
	return authorization{key[0], key[1], key[2], values["algorithm"], values["version"], strings.Fields(values["headers"]), signature}, true
}

// required are the headers that must be signed.
func required(method string) []string {
	all := []string{"(request-target)", "host"}
	switch method {
	case http.MethodPost, http.MethodPut, http.MethodPatch:
		all = append(all, "content-length", "content-type", "x-content-sha256")
	}
	return all
}

// authenticate finds who signed a request, and verifies the signature.
func (w *world) authenticate(c *call) error {
	a, ok := parseAuthorization(c.Header.Get("Authorization"))
	if !ok || a.algorithm != "rsa-sha256" || a.version != "1" {
		return notAuthenticated(sayNotAuthenticated)
	}
	for _, name := range required(c.Method) {
		if !slices.Contains(a.headers, name) {
			return notAuthenticated(sayNotAuthenticated)
		}
	}
	date := "date"
	if slices.Contains(a.headers, "x-date") {
		date = "x-date"
	}
	if !slices.Contains(a.headers, date) {
		return notAuthenticated(sayNotAuthenticated)
	}
	if err := checkDate(c.Header.Get(date), w.now()); err != nil {
		return err
	}
	t := w.tenancies[a.tenancy]
	if t == nil || c.realms != nil && (!slices.Contains(c.realms, t.Realm) || !slices.Contains(t.story.regions(), c.region)) {
		return notAuthenticated(sayNotAuthenticated)
	}
	u := t.findUser(a.user)
	if u == nil {
		return notAuthenticated(sayNotAuthenticated)
	}
	key := u.findKey(a.fingerprint)
	if key == nil {
		return notAuthenticated(sayNotAuthenticated)
	}
	if err := c.verify(a, key.public); err != nil {
		return err
	}
	if t.keyLeft > 0 {
		t.keyLeft--
		return notAuthenticated(sayNotAuthenticated)
	}
	c.tenancy, c.user, c.key = t, u, key
	return nil
}

func checkDate(sent string, now time.Time) error {
	date, err := http.ParseTime(sent)
	if err != nil {
		return notAuthenticated(sayNotAuthenticated)
	}
	if off := now.Sub(date); off.Abs() > longestSkew {
		const form = "Mon, 02 Jan 2006 15:04:05 UTC"
		now = now.UTC()
		return notAuthenticated("Date '%s' is not within allowed clock skew. Current '%s', valid datetime range: ['%s', '%s']",
			date.UTC().Format(form), now.Format(form), now.Add(-longestSkew).Format(form), now.Add(longestSkew).Format(form))
	}
	return nil
}

// verify checks the body against its hash, and the signature over exactly the headers
// that it names.
func (c *call) verify(a authorization, public *rsa.PublicKey) error {
	if slices.Contains(a.headers, "x-content-sha256") {
		sum := sha256.Sum256(c.body)
		if c.Header.Get("X-Content-Sha256") != base64.StdEncoding.EncodeToString(sum[:]) {
			return notAuthenticated(sayNotAuthenticated)
		}
	}
	var lines []string
	for _, name := range a.headers {
		value := ""
		switch name {
		case "(request-target)":
			value = strings.ToLower(c.Method) + " " + c.RequestURI
		case "host":
			value = c.Host
		case "content-length":
			value = strconv.Itoa(len(c.body))
		default:
			given := c.Header.Values(name)
			if len(given) != 1 {
				return notAuthenticated(sayNotAuthenticated)
			}
			value = given[0]
		}
		lines = append(lines, name+": "+value)
	}
	digest := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	if rsa.VerifyPKCS1v15(public, crypto.SHA256, digest[:], a.signature) != nil {
		return notAuthenticated(sayWrongSignature)
	}
	return nil
}
