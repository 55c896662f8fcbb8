package awssim

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
)

// authenticate finds who signed a request with an access key, and verifies the
// signature. Each service has its own words for a refusal.
func (w *world) authenticate(c *call) error {
	if c.Header.Get("Authorization") == "" {
		return refuse(http.StatusForbidden, c.worded("MissingAuthenticationToken", "MissingAuthenticationTokenException", "AuthFailure"), "Request is missing Authentication Token")
	}
	s, ok := parseAuthorization(c.Header.Get("Authorization"))
	if !ok || s.algorithm != "AWS4-HMAC-SHA256" || !s.checkHeaders("host", "x-amz-date") {
		return refuse(http.StatusBadRequest, c.worded("IncompleteSignature", "IncompleteSignatureException", "AuthFailure"), "The Authorization header isn't complete.")
	}
	mismatch := c.worded("SignatureDoesNotMatch", "InvalidSignatureException", "AuthFailure")
	if s.service != c.service || s.region != c.region {
		return refuse(http.StatusForbidden, mismatch, "Credential should be scoped to a valid region.")
	}
	key := w.keys[s.credential]
	if key == nil || c.partition != "" && key.account.Partition != c.partition ||
		subtle.ConstantTimeCompare([]byte(key.token), []byte(c.Header.Get("X-Amz-Security-Token"))) != 1 {
		status := http.StatusForbidden
		if c.service == ec2 {
			status = http.StatusUnauthorized
		}
		return refuse(status, c.worded("InvalidClientTokenId", "UnrecognizedClientException", "AuthFailure"), "The security token included in the request is invalid.")
	}
	if p, _ := findPartition(key.account.Partition); c.partition == "" && !p.has(c.region) {
		return refuse(http.StatusForbidden, mismatch, "Credential should be scoped to a valid region.")
	}
	if problem := s.checkDate(c, w.now()); problem != "" {
		return refuse(http.StatusForbidden, mismatch, "%s", problem)
	}
	if given := c.Header.Get("X-Amz-Content-Sha256"); given != "" && given != hexDigest(c.body) ||
		subtle.ConstantTimeCompare([]byte(s.hmac(c, key.secret)), []byte(s.signature)) != 1 {
		return refuse(http.StatusForbidden, mismatch, "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n'%s'", s.canonical(c))
	}
	if key.role != nil && w.now().After(key.expires) {
		return refuse(http.StatusForbidden, c.worded("ExpiredToken", "ExpiredTokenException", "RequestExpired"), "The security token included in the request is expired")
	}
	c.key, c.partition = key, key.account.Partition
	return nil
}

// worded chooses a code for the service.
func (c *call) worded(query, rest, computing string) string {
	switch c.service {
	case anywhere:
		return rest
	case ec2:
		return computing
	}
	return query
}

func (s signedRequest) hmac(c *call, secret string) string {
	key := []byte("AWS4" + secret)
	for _, part := range []string{s.date, s.region, s.service, "aws4_request"} {
		key = sum(key, part)
	}
	return hex.EncodeToString(sum(key, s.toSign(c)))
}

func sum(key []byte, data string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(data))
	return h.Sum(nil)
}

// authorize refuses what the role of a session doesn't permit.
func (c *call) authorize(action, resource string) error {
	if c.key.may(action, resource) {
		return nil
	}
	why := "no identity-based policy allows the " + action + " action"
	if c.key.account.deniedOutside(action) {
		why = "with an explicit deny in a service control policy"
	}
	switch c.service {
	case ec2:
		return refuse(http.StatusForbidden, "UnauthorizedOperation", "You are not authorized to perform this operation. User: %s is not authorized to perform: %s because %s", c.key.arn(), action, why)
	case anywhere:
		return refuse(http.StatusForbidden, "AccessDeniedException", "User: %s is not authorized to perform: %s on resource: %s because %s", c.key.arn(), action, resource, why)
	}
	return refuse(http.StatusForbidden, "AccessDenied", "User: %s is not authorized to perform: %s on resource: %s because %s", c.key.arn(), action, resource, why)
}
