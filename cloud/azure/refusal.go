package azure

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"mooring/cloud/wire"
)

// Codes of our own, for what happens on the way to Azure and for what we
// conclude ourselves. They look like Azure's.
const (
	codeNoAnswer           = wire.NoAnswer
	codeTimedOut           = wire.TimedOut
	codeUnexpectedAnswer   = wire.UnexpectedAnswer
	codeOutage             = wire.Outage
	codeThrottled          = wire.Throttled
	codeNameNotFound       = wire.NameNotFound
	codeNotTrusted         = wire.NotTrusted
	codeProxyRefused       = wire.ProxyRefused
	codeProxyAuthorization = wire.ProxyAuthorization
	codeForeignHost        = wire.ForeignHost
	codeRefused            = wire.Refused

	codeTenantNotFound     = "DirectoryNotFound"
	codeTenantMismatch     = "DirectoryMismatch"
	codeTenantElsewhere    = "DirectoryInAnotherCloud"
	codeInsufficientClaims = "InsufficientClaims"
	codeOtherSubscription  = "OtherSubscription"
	codeForbidden          = "ForbiddenError" // the classic endpoint's
	codeDisabled           = "SubscriptionDisabled"
	codeDeleted            = "SubscriptionDeleted"
	codeWarned             = "SubscriptionWarned"
	codePastDue            = "SubscriptionPastDue"
	codeNotRegistered      = "MissingSubscriptionRegistration"
	codeRightsUnknown      = "RightsUnknown"
	codeRightsUnreadable   = "RightsUnreadable"
)

// refusal is an answer that is not the one we asked for, in one shape for the
// three services that give them.
type refusal struct {
	Codes         []string // those that the answer names, the most telling first; never empty
	Word          string   // OAuth's, such as "invalid_client"; empty outside signing in
	Status        int      // of HTTP; 0 when no answer came
	Message       string
	TraceID       string
	CorrelationID string
	RetryAfter    time.Duration // 0: the answer asks for no pause
	cause         error
}

func (r *refusal) Error() string { return fmt.Sprintf("azure: %s (status %d)", r.Codes[0], r.Status) }
func (r *refusal) Unwrap() error { return r.cause }

// refuse makes a refusal that we conclude ourselves.
func refuse(code, message string) *refusal { return &refusal{Codes: []string{code}, Message: message} }

// code is the first of the codes that the catalogue knows, or the first.
func (r *refusal) code() string {
	for _, code := range r.Codes {
		if isKnown(code) {
			return code
		}
	}
	return r.Codes[0]
}

// has reports whether the answer names this code.
func (r *refusal) has(code string) bool {
	for _, c := range r.Codes {
		if strings.EqualFold(c, code) {
			return true
		}
	}
	return false
}

// isPassing reports whether Azure, or something on the way there, is in trouble
// for a while. The status and OAuth's word say so, whatever code comes with them.
func (r *refusal) isPassing() bool {
	switch {
	case r.Status == http.StatusRequestTimeout, r.Status == http.StatusTooManyRequests, r.Status >= 500:
		return true
	}
	return r.Word == "temporarily_unavailable" || r.Word == "server_error"
}

// refusalOf brings any failure of the SDK or of our own requests into shape.
func refusalOf(err error) *refusal {
	var ours *refusal
	var signIn *azidentity.AuthenticationFailedError
	var answer *azcore.ResponseError
	switch {
	case errors.As(err, &ours):
		return ours
	case errors.As(err, &signIn) && signIn.RawResponse != nil:
		return readRefusal(signIn.RawResponse)
	case errors.As(err, &answer) && answer.RawResponse != nil:
		return readRefusal(answer.RawResponse)
	}
	return &refusal{Codes: []string{codeOfCause(err)}, cause: err}
}

// codeOfCause says why there was no answer, or none that could be read.
func codeOfCause(err error) string {
	code := wire.CodeOf(err)
	if code == codeNoAnswer && (errors.Is(err, errTooLong) || isGarbled(err)) {
		return codeUnexpectedAnswer
	}
	return code
}

// isGarbled recognizes an answer that came and could not be read. The SDK
// wraps some of these in plain text.
func isGarbled(err error) bool {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	var xmlSyntax *xml.SyntaxError
	if errors.As(err, &syntax) || errors.As(err, &kind) || errors.As(err, &xmlSyntax) {
		return true
	}
	text := err.Error()
	return strings.Contains(text, "unmarshalling") || strings.Contains(text, "json decode error")
}

// readRefusal reads the error shapes of Entra and of the resource manager, as
// far as they can be read: no odd field hides the others, and a refusal that
// says nothing readable is a refusal by its status.
func readRefusal(answer *http.Response) *refusal {
	r := &refusal{
		Status:        answer.StatusCode,
		TraceID:       answer.Header.Get("x-ms-request-id"),
		CorrelationID: answer.Header.Get("x-ms-correlation-request-id"),
		RetryAfter:    retryAfter(answer.Header),
	}
	body, _ := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	answer.Body = io.NopCloser(bytes.NewReader(body)) // the same answer may be read again
	r.readBody(body)
	r.readHeader(answer.Header)
	if len(r.Codes) == 0 {
		r.Codes = []string{codeWithout(answer)}
	}
	return r
}

// codeOfStatus is our own code for trouble that passes.
func codeOfStatus(status int) string {
	if status == http.StatusTooManyRequests {
		return codeThrottled
	}
	return codeOutage
}

// codeWithout is our own code for an answer that names none. A refusal that is
// hard to read is a refusal all the same; only what looks like a page of
// somebody in between says nothing about the link.
func codeWithout(answer *http.Response) string {
	switch status := answer.StatusCode; {
	case status == http.StatusRequestTimeout, status == http.StatusTooManyRequests, status >= 500:
		return codeOfStatus(status)
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		page := strings.Contains(strings.ToLower(answer.Header.Get("Content-Type")), "html")
		if !page || answer.Header.Get("x-ms-request-id") != "" {
			return codeRefused
		}
	}
	return codeUnexpectedAnswer
}

func (r *refusal) addCode(code string) {
	if code != "" && !r.has(code) {
		r.Codes = append(r.Codes, code)
	}
}

func (r *refusal) readBody(body []byte) {
	fields := fieldsOf(body)
	description := fields.text("error_description")
	r.Message = description
	for _, code := range fields.numbers("error_codes") {
		r.addCode("AADSTS" + code)
	}
	r.addCodesIn(description)
	r.Word = strings.ToLower(fields.text("error"))
	r.readError(fields, 0)
	r.TraceID = cmp.Or(fields.text("trace_id"), r.TraceID)
	r.CorrelationID = cmp.Or(fields.text("correlation_id"), r.CorrelationID)
	if len(fields) == 0 {
		r.readXML(body)
		r.salvage(body)
	}
	r.addCode(r.Word)
}

// deepestError bounds how far errors are looked for inside errors.
const deepestError = 4

// readError reads the resource manager's object: it stands under "error", or is
// all there is, and holds others.
func (r *refusal) readError(fields fields, depth int) {
	if depth > deepestError {
		return
	}
	message := fields.text("message")
	r.Message = cmp.Or(r.Message, message)
	r.addCode(fields.text("code"))
	r.addCodesIn(message)
	for _, name := range []string{"error", "innererror", "details"} {
		for _, inner := range fields.objects(name) {
			r.readError(inner, depth+1)
		}
	}
}

var signInCode = regexp.MustCompile(`AADSTS\d{4,9}`)

// addCodesIn adds the codes of signing in that a sentence names.
func (r *refusal) addCodesIn(sentence string) {
	for _, code := range signInCode.FindAllString(sentence, -1) {
		r.addCode(code)
	}
}

// readXML reads the classic shape.
func (r *refusal) readXML(body []byte) {
	var said struct {
		XMLName xml.Name `xml:"Error"`
		Code    string
		Message string
	}
	if xml.Unmarshal(body, &said) == nil {
		r.addCode(strings.TrimSpace(said.Code))
		r.Message = cmp.Or(r.Message, said.Message)
	}
}

var (
	salvagedCode = regexp.MustCompile(`(?i)"code"\s*:\s*"([A-Za-z][A-Za-z0-9_.]{2,63})"`)
	salvagedWord = regexp.MustCompile(`(?i)"error"\s*:\s*"([a-z_]{3,64})"`)
)

// salvage finds codes in an answer that is no whole JSON, such as one that was
// cut off.
func (r *refusal) salvage(body []byte) {
	text := string(body)
	for _, found := range salvagedCode.FindAllStringSubmatch(text, -1) {
		r.addCode(found[1])
	}
	if word := salvagedWord.FindStringSubmatch(text); word != nil {
		r.Word = strings.ToLower(word[1])
	}
	r.addCodesIn(text)
}

// readHeader reads what the headers tell of a refusal: a code, and that a policy
// asks for more than the sign-in has.
func (r *refusal) readHeader(header http.Header) {
	r.addCode(header.Get("x-ms-error-code"))
	for _, challenge := range header.Values("WWW-Authenticate") {
		if strings.Contains(strings.ToLower(challenge), "insufficient_claims") {
			r.Codes = append([]string{codeInsufficientClaims}, r.Codes...)
			return
		}
	}
}

// retryAfter reads how long Azure asks to be left alone: in seconds, as a date,
// or in milliseconds in headers of its own.
func retryAfter(header http.Header) time.Duration {
	for _, name := range []string{"retry-after-ms", "x-ms-retry-after-ms"} {
		if n, err := strconv.ParseFloat(strings.TrimSpace(header.Get(name)), 64); err == nil && n > 0 {
			return bounded(n / 1000)
		}
	}
	return wire.RetryAfter(header)
}

// longestPause is more than anybody obeys.
const longestPause = 24 * time.Hour

func bounded(seconds float64) time.Duration {
	return time.Duration(min(max(seconds, 0), longestPause.Seconds()) * float64(time.Second))
}
