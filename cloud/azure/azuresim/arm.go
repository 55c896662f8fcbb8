package azuresim

import (
	"fmt"
	"net/http"
	"time"
)

// armError is a refusal of the resource manager.
type armError struct {
	status    int
	code      string
	text      string
	challenge string // for the WWW-Authenticate header, or ""
}

func arm(status int, code, format string, args ...any) *armError {
	return &armError{status: status, code: code, text: fmt.Sprintf(format, args...)}
}

// armBody is an armError on the wire.
type armBody struct {
	Error armDetail `json:"error"`
}

type armDetail struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (e *armError) reply() reply {
	a := jsonReply(e.status, armBody{armDetail{e.code, e.text}})
	if e.challenge != "" {
		a.header.Set("WWW-Authenticate", e.challenge)
	}
	switch e.status {
	case http.StatusTooManyRequests:
		a.header.Set("Retry-After", "30")
	case http.StatusServiceUnavailable:
		a.header.Set("Retry-After", "10")
	}
	return a
}

// challenged adds the header that names the directory to sign in to. Packer and
// others find the directory of a bare subscription ID this way.
func (e *armError) challenged(host, tenant, description string) *armError {
	e.challenge = fmt.Sprintf(`Bearer authorization_uri="https://%s/%s", error="invalid_token", error_description="%s"`, host, tenant, description)
	return e
}

func unavailable() *armError {
	return arm(503, "ServiceUnavailable", "The service is temporarily unavailable. Please retry after a short while.")
}

func apiVersionMissing() *armError {
	return arm(400, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests.")
}

func apiVersionInvalid(version string) *armError {
	return arm(400, "InvalidApiVersionParameter", "The api-version '%.40s' is invalid. It is a date such as '2022-12-01'.", version)
}

func subscriptionMalformed(id string) *armError {
	return arm(400, "InvalidSubscriptionId", "The provided subscription identifier '%.100s' is malformed or invalid.", id)
}

func subscriptionUnknown(id string) *armError {
	return arm(404, "SubscriptionNotFound", "The subscription '%s' could not be found.", id)
}

func headerMissing(e environment, s *subscription) *armError {
	return arm(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.").
		challenged(e.challenge, s.advertised, "The authentication failed because of missing 'Authorization' header.")
}

func headerMalformed(e environment, s *subscription) *armError {
	return arm(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is provided in an invalid format.").
		challenged(e.challenge, s.advertised, "The authentication scheme is not supported.")
}

func tokenInvalid(e environment, s *subscription) *armError {
	return arm(401, "InvalidAuthenticationToken", "The access token is invalid.").
		challenged(e.challenge, s.advertised, "The access token is invalid.")
}

func tokenExpired(e environment, s *subscription, expired, now time.Time) *armError {
	const form = "1/2/2006 3:04:05 PM"
	return arm(401, "ExpiredAuthenticationToken", "The access token expiry UTC time '%s' is earlier than current UTC time '%s'.",
		expired.UTC().Format(form), now.UTC().Format(form)).
		challenged(e.challenge, s.advertised, "The access token has expired.")
}

func tokenFromElsewhere(e environment, s *subscription, from *directory) *armError {
	return arm(401, "InvalidAuthenticationTokenTenant", "The access token is from the wrong issuer 'https://sts.windows.net/%s/'. "+
		"It must match the tenant 'https://sts.windows.net/%s/' associated with this subscription. Please use the authority (URL) "+
		"'https://%s/%s' to get the token. Note, if the subscription is transferred to another tenant there is no impact to the "+
		"services, but information about new tenant could take time to propagate (up to an hour). If you just transferred your "+
		"subscription and see this error message, please try back later.", from.id, s.directory.id, e.challenge, s.directory.id).
		challenged(e.challenge, s.directory.id, "The access token is from the wrong issuer.")
}

func notAuthorized(g grant, action string, s *subscription) *armError {
	return arm(403, "AuthorizationFailed", "The client '%s' with object id '%s' does not have authorization to perform action '%s' "+
		"over scope '/subscriptions/%s' or the scope is invalid. If access was recently granted, please refresh your credentials.",
		g.clientID, g.principalID, action, s.id)
}

func permissionsVersionUnknown(version string) *armError {
	return arm(400, "InvalidResourceType", "The resource type 'permissions' could not be found in the namespace "+
		"'Microsoft.Authorization' for api version '%s'. The supported api-versions are '2015-07-01'.", version)
}

func namespaceUnknown(namespace string) *armError {
	return arm(404, "InvalidResourceNamespace", "The resource namespace '%.100s' is invalid.", namespace)
}

func routeUnknown() *armError {
	return arm(404, "InvalidResourceType", "The simulated resource manager does not serve this address.")
}

func readOnly(s *subscription) *armError {
	return arm(409, "ReadOnlyDisabledSubscription", "%s", readOnlyText(s.id))
}

func readOnlyText(id string) string {
	return fmt.Sprintf("The subscription '%s' is disabled and therefore marked as read only. You cannot perform any write actions "+
		"on this subscription until it is re-enabled.", id)
}

func throttled() *armError {
	return arm(429, "TooManyRequests", "The request is being throttled as the limit has been reached for operation type - Read. "+
		"For more information, see - https://aka.ms/srpthrottlinglimits.")
}

// tideTable is an error that no catalogue lists.
func tideTable(g grant) *armError {
	return arm(409, "TideTableMismatch", "The tide table of subscription owner keeper@harbor.example disagrees with client '%s'.", g.clientID)
}
