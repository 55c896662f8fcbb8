package azuresim

import (
	"fmt"
	"time"
)

// entraError is a refusal of the directory service.
type entraError struct {
	status int
	kind   string // the OAuth word
	code   int    // the number after AADSTS
	text   string
}

func entra(status int, kind string, code int, format string, args ...any) *entraError {
	return &entraError{status: status, kind: kind, code: code, text: fmt.Sprintf(format, args...)}
}

// entraBody is an entraError on the wire.
type entraBody struct {
	Error         string `json:"error"`
	Description   string `json:"error_description"`
	Codes         []int  `json:"error_codes"`
	Timestamp     string `json:"timestamp"`
	TraceID       string `json:"trace_id"`
	CorrelationID string `json:"correlation_id"`
	URI           string `json:"error_uri"`
}

// reply words the refusal with the ids that support asks for.
func (e *entraError) reply(login, trace, correlation string, now time.Time) reply {
	stamp := now.UTC().Format("2006-01-02 15:04:05Z")
	a := jsonReply(e.status, entraBody{
		Error: e.kind,
		Description: fmt.Sprintf("AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s",
			e.code, e.text, trace, correlation, stamp),
		Codes:         []int{e.code},
		Timestamp:     stamp,
		TraceID:       trace,
		CorrelationID: correlation,
		URI:           fmt.Sprintf("https://%s/error?code=%d", login, e.code),
	})
	if e.status == 503 {
		a.header.Set("Retry-After", "10")
	}
	return a
}

func tenantUnknown(tenant string) *entraError {
	return entra(400, "invalid_tenant", 90002, "Tenant '%.100s' not found. Check to make sure you have the correct tenant ID and are "+
		"signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active "+
		"subscriptions for the tenant.", tenant)
}

func tenantMalformed(tenant string) *entraError {
	return entra(400, "invalid_request", 900023, "Specified tenant identifier '%.100s' is neither a valid DNS name, nor a valid external domain.", tenant)
}

func tenantElsewhere() *entraError {
	return entra(400, "invalid_request", 900382, "Confidential Client is not supported in Cross Cloud request.")
}

func transient() *entraError {
	return entra(503, "temporarily_unavailable", 90033, "A transient error has occurred. Please try again.")
}

func parameterMissing(name string) *entraError {
	return entra(400, "invalid_request", 900144, "The request body must contain the following parameter: '%s'.", name)
}

func grantUnsupported() *entraError {
	return entra(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type. Only 'client_credentials' is served here.")
}

func clientMalformed() *entraError {
	return entra(400, "unauthorized_client", 700038, "The value of 'client_id' is not a valid application identifier.")
}

func scopeMalformed() *entraError {
	return entra(400, "invalid_scope", 1002012, "The provided value for scope is not valid. Client credential flows must have a scope "+
		"value with /.default suffixed to the resource identifier (application ID URI).")
}

func resourceUnknown(resource string, d *directory) *entraError {
	return entra(400, "invalid_resource", 500011, "The resource principal named %.200s was not found in the tenant named %s. This can "+
		"happen if the application has not been installed by the administrator of the tenant or consented to by any user in the "+
		"tenant. You might have sent your authentication request to the wrong tenant.", resource, d.name)
}

func clientUnknown(client string, d *directory) *entraError {
	return entra(400, "unauthorized_client", 700016, "Application with identifier '%s' was not found in the directory '%s'. This can "+
		"happen if the application has not been installed by the administrator of the tenant or consented to by any user in the "+
		"tenant. You may have sent your authentication request to the wrong tenant.", client, d.name)
}

func secretWrong(client string) *entraError {
	return entra(401, "invalid_client", 7000215, "Invalid client secret provided. Ensure the secret being sent in the request is the "+
		"client secret value, not the client secret ID, for a secret added to app '%s'.", client)
}

func assertionMissing() *entraError {
	return entra(401, "invalid_client", 7000218, "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.")
}

func assertionMalformed() *entraError {
	return entra(400, "invalid_request", 50027, "JWT token is invalid or malformed.")
}

func algorithmUnsupported(alg string) *entraError {
	return entra(401, "invalid_client", 5002738, "Invalid JWT token. '%.16s' is not a supported signature algorithm. "+
		"Supported signing algorithms are: 'RS256, PS256'.", alg)
}

func keyUnknown(client string, print []byte) *entraError {
	return entra(401, "invalid_client", 700027, "The certificate with identifier used to sign the client assertion is not registered "+
		"on application. [Reason - The key was not found., Thumbprint of key used by client: '%X', Please visit the Azure Portal, "+
		"Graph Explorer or directly use MS Graph to see configured keys for app Id '%s'.]", print, client)
}

func keyExpired(client string, k key) *entraError {
	return entra(401, "invalid_client", 700027, "The certificate with identifier used to sign the client assertion is expired on "+
		"application. [Reason - The key used is expired., %s, Please visit the Azure Portal, Graph Explorer or directly use MS "+
		"Graph to see configured keys for app Id '%s'.]", foundKey(k), client)
}

func signatureWrong(client string, k key) *entraError {
	return entra(401, "invalid_client", 700027, "Client assertion contains an invalid signature. [Reason - The signature does not "+
		"verify with the key., Thumbprint of key used by client: '%X', %s, Please visit the Azure Portal, Graph Explorer or "+
		"directly use MS Graph to see configured keys for app Id '%s'.]", k.sha1(), foundKey(k), client)
}

func foundKey(k key) string {
	const form = "01/02/2006 15:04:05"
	return fmt.Sprintf("Found key 'Start=%s, End=%s'", k.start.UTC().Format(form), k.end.UTC().Format(form))
}

func clientMismatch() *entraError {
	return entra(401, "invalid_client", 700021, "Client assertion application identifier doesn't match 'client_id' parameter.")
}

func audienceMismatch() *entraError {
	return entra(401, "invalid_client", 700023, "Client assertion audience claim does not match Realm issuer.")
}

func outsideValidity(now, from, until time.Time) *entraError {
	const form = "2006-01-02T15:04:05.0000000Z"
	return entra(401, "invalid_client", 700024, "Client assertion is not within its valid time range. Current time: %s, assertion "+
		"valid from %s, expiry time of assertion %s.", now.UTC().Format(form), from.UTC().Format(form), until.UTC().Format(form))
}

func assertionInvalid(reason string) *entraError {
	return entra(401, "invalid_client", 50013, "Assertion is not valid. [Reason - %s]", reason)
}

func principalMissing(a *application) *entraError {
	return entra(401, "invalid_client", 7000229, "The client application %s is missing service principal in the tenant %s. "+
		"See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119", a.clientID, a.directory.id)
}

func applicationDisabled(a *application) *entraError {
	return entra(400, "unauthorized_client", 7000112, "Application '%s'(%s) is disabled.", a.clientID, a.name)
}

func accessBlocked() *entraError {
	return entra(400, "access_denied", 53003, "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.")
}

// unheardOf carries what nobody may show unread: an id and somebody's address.
func unheardOf(a *application, trace string) *entraError {
	return entra(400, "invalid_request", 999999, "The harbor policy of keeper@harbor.example forbids application '%s' to cast off. "+
		"Quote %s when you ask.", a.clientID, trace)
}
