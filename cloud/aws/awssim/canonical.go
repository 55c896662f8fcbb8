package awssim

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// signedRequest is a request as its signature describes it.
type signedRequest struct {
	algorithm, credential string // the credential without its scope
	date, region, service string // of the scope
	headers               []string
	signature             string
}

// parseAuthorization reads the header, which has the same form for certificates and
// for access keys.
func parseAuthorization(header string) (signedRequest, bool) {
	var s signedRequest
	algorithm, rest, _ := strings.Cut(header, " ")
	s.algorithm = algorithm
	parts := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		parts[name] = value
	}
	scope := strings.Split(parts["Credential"], "/")
	if len(scope) != 5 || scope[4] != "aws4_request" || parts["SignedHeaders"] == "" || parts["Signature"] == "" || len(parts) != 3 {
		return s, false
	}
	s.credential, s.date, s.region, s.service = scope[0], scope[1], scope[2], scope[3]
	s.headers, s.signature = strings.Split(parts["SignedHeaders"], ";"), parts["Signature"]
	return s, true
}

func (s signedRequest) scope() string {
	return s.date + "/" + s.region + "/" + s.service + "/aws4_request"
}

// toSign spells what was signed.
func (s signedRequest) toSign(c *call) string {
	return s.algorithm + "\n" + c.Header.Get("X-Amz-Date") + "\n" + s.scope() + "\n" + hexDigest([]byte(s.canonical(c)))
}

func (s signedRequest) canonical(c *call) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n%s\n", c.Method, encode(c.URL.EscapedPath(), "/"), canonicalQuery(c.URL.RawQuery))
	for _, name := range s.headers {
		b.WriteString(name + ":" + c.headerValue(name) + "\n")
	}
	b.WriteString("\n" + strings.Join(s.headers, ";") + "\n" + hexDigest(c.body))
	return b.String()
}

// headerValue is a header as it is signed.
func (c *call) headerValue(name string) string {
	switch name {
	case "host":
		return c.Host
	case "content-length":
		return strconv.FormatInt(c.ContentLength, 10)
	}
	var values []string
	for _, v := range c.Header[http.CanonicalHeaderKey(name)] {
		values = append(values, strings.Join(strings.Fields(v), " "))
	}
	return strings.Join(values, ",")
}

func canonicalQuery(raw string) string {
	var pairs []string
	for pair := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(pair, "=")
		name, errName := url.QueryUnescape(name)
		value, errValue := url.QueryUnescape(value)
		if name != "" && errName == nil && errValue == nil {
			pairs = append(pairs, encode(name, "")+"="+encode(value, ""))
		}
	}
	slices.Sort(pairs)
	return strings.Join(pairs, "&")
}

// encode escapes everything but unreserved characters and those in also.
func encode(s, also string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-_.~"+also, c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

func hexDigest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// checkHeaders reports whether the list of signed headers is in order and has what
// it must have.
func (s signedRequest) checkHeaders(must ...string) bool {
	if !slices.IsSorted(s.headers) || len(slices.Compact(slices.Clone(s.headers))) != len(s.headers) {
		return false
	}
	for _, name := range s.headers {
		if name != strings.ToLower(name) {
			return false
		}
	}
	for _, name := range must {
		if !slices.Contains(s.headers, name) {
			return false
		}
	}
	return true
}

// clockWindow is how far a request's clock may be from AWS's. Within it, the same
// request may come again.
const clockWindow = 5 * time.Minute

// checkDate says what is wrong with the date of a request, or "".
func (s signedRequest) checkDate(c *call, now time.Time) string {
	const form = "20060102T150405Z"
	said := c.Header.Get("X-Amz-Date")
	at, err := time.Parse(form, said)
	now = now.UTC()
	switch {
	case err != nil:
		return "Date must be in ISO-8601 'basic format'."
	case !strings.HasPrefix(said, s.date):
		return "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP."
	case at.Before(now.Add(-clockWindow)):
		return fmt.Sprintf("Signature expired: %s is now earlier than %s (%s - 5 min.)", said, now.Add(-clockWindow).Format(form), now.Format(form))
	case at.After(now.Add(clockWindow)):
		return fmt.Sprintf("Signature not yet current: %s is still later than %s (%s + 5 min.)", said, now.Add(clockWindow).Format(form), now.Format(form))
	}
	return ""
}
