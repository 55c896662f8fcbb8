package azure

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

// Codes of our own, for what happens on the way to Azure and for what we
// conclude ourselves. They look like Azure's.
const (
	codeNoAnswer         = "NoAnswer"
	codeTimedOut         = "TimedOut"
	codeUnexpectedAnswer = "UnexpectedAnswer"
	codeOutage           = "ServiceUnavailable"
	codeThrottled        = "TooManyRequests"

	codeTenantNotFound    = "DirectoryNotFound"
	codeTenantMismatch    = "DirectoryMismatch"
	codeOtherSubscription = "OtherSubscription"
	codeDisabled          = "SubscriptionDisabled"
	codeDeleted           = "SubscriptionDeleted"
	codeWarned            = "SubscriptionWarned"
	codePastDue           = "SubscriptionPastDue"
	codeNotRegistered     = "MissingSubscriptionRegistration"
	codeRightsUnknown     = "RightsUnknown"
)

// refusal is an answer that is not the one we asked for, in one shape for the
// three services that give them.
type refusal struct {
	Code          string
	Status        int // of HTTP; 0 when no answer came
	Message       string
	TraceID       string
	CorrelationID string
	cause         error
}

func (r *refusal) Error() string { return fmt.Sprintf("azure: %s (status %d)", r.Code, r.Status) }
func (r *refusal) Unwrap() error { return r.cause }

// refuse makes a refusal that we conclude ourselves.
func refuse(code, message string) *refusal { return &refusal{Code: code, Message: message} }

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
	case errors.Is(err, context.DeadlineExceeded) || isTimeout(err):
		return &refusal{Code: codeTimedOut, cause: err}
	case errors.Is(err, errTooLong) || isGarbled(err):
		return &refusal{Code: codeUnexpectedAnswer, cause: err}
	}
	return &refusal{Code: codeNoAnswer, cause: err}
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

// isGarbled recognises an answer that came and could not be read. The SDK
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

// readRefusal reads the error shapes of Entra and of the resource manager.
func readRefusal(answer *http.Response) *refusal {
	r := &refusal{
		Status:        answer.StatusCode,
		TraceID:       answer.Header.Get("x-ms-request-id"),
		CorrelationID: answer.Header.Get("x-ms-correlation-request-id"),
	}
	body, _ := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	answer.Body = io.NopCloser(bytes.NewReader(body)) // the same answer may be read again
	var said struct {
		Error         json.RawMessage `json:"error"`
		Description   string          `json:"error_description"`
		Codes         []int           `json:"error_codes"`
		TraceID       string          `json:"trace_id"`
		CorrelationID string          `json:"correlation_id"`
	}
	if json.Unmarshal(body, &said) == nil {
		r.readError(said.Error)
		if said.Description != "" {
			r.Message = said.Description
		}
		if len(said.Codes) > 0 {
			r.Code = "AADSTS" + strconv.Itoa(said.Codes[0])
		}
		r.TraceID = cmp.Or(said.TraceID, r.TraceID)
		r.CorrelationID = cmp.Or(said.CorrelationID, r.CorrelationID)
	}
	switch {
	case answer.StatusCode == http.StatusTooManyRequests:
		r.Code = cmp.Or(r.Code, codeThrottled)
	case answer.StatusCode >= 500:
		r.Code = cmp.Or(r.Code, codeOutage)
	default:
		r.Code = cmp.Or(r.Code, codeUnexpectedAnswer)
	}
	return r
}

// readError reads "error", which is a word for Entra and an object for the
// resource manager.
func (r *refusal) readError(raw json.RawMessage) {
	var word string
	var object struct{ Code, Message string }
	if json.Unmarshal(raw, &word) == nil {
		r.Code = word
	} else if json.Unmarshal(raw, &object) == nil {
		r.Code, r.Message = object.Code, object.Message
	}
}
