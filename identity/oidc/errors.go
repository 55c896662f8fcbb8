package oidc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/markbates/goth"
	"golang.org/x/oauth2"

	"mooring/secret"
	"mooring/text"
)

// Why a sign-in came to nothing. Each is wrapped with its cause, for the log.
var (
	ErrDown     = errors.New("the provider gave no answer")
	ErrBroken   = errors.New("the provider's answer can't be used")
	ErrToken    = errors.New("the provider's token does not hold")
	ErrClient   = errors.New("the provider does not accept the client ID or the client secret")
	ErrSettings = errors.New("the provider turned the site away")
	ErrRefused  = errors.New("the provider refused the person")
	ErrAnswer   = errors.New("the answer does not hold")
	ErrNotAgain = errors.New("the provider did not ask the person again")
)

// causeLimit keeps the pages that a provider sends instead of an answer out of
// the log.
const causeLimit = 200

// because says why in one short line without the hidden values, whatever the
// provider wrote.
func because(why, cause error, hidden ...string) error {
	line := text.Line(secret.Scrub(cause.Error(), hidden...))
	if runes := []rune(line); len(runes) > causeLimit {
		line = string(runes[:causeLimit]) + "…"
	}
	return fmt.Errorf("%w: %s", why, line)
}

func wrong(format string, values ...any) error {
	return because(ErrAnswer, fmt.Errorf(format, values...))
}

// noToken says why an ID token is not believed.
func noToken(format string, values ...any) error {
	return because(ErrToken, fmt.Errorf(format, values...))
}

// unanswered sorts what went wrong when the provider was asked: it gave no answer,
// or one that can't be used.
func unanswered(err error, hidden ...string) error {
	var request *url.Error
	used := errors.Is(err, errKeys) || errors.Is(err, errRedirected) || errors.Is(err, errTooLarge)
	if !used && (errors.As(err, &request) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)) {
		return because(ErrDown, err, hidden...)
	}
	return because(ErrBroken, err, hidden...)
}

// answers say why a provider sends an error back instead of a code. Those beyond the
// standards are of single providers; of any other nobody knows whose fault it is.
var answers = map[string]error{
	"access_denied": ErrRefused, "login_required": ErrRefused, "interaction_required": ErrRefused, "consent_required": ErrRefused,
	"account_selection_required": ErrRefused, "unmet_authentication_requirements": ErrRefused,
	"user_cancelled": ErrRefused, "user_canceled": ErrRefused, "consent_declined": ErrRefused, "unauthorized": ErrRefused,
	"application_suspended": ErrSettings, "invalid_request": ErrSettings, "invalid_request_uri": ErrSettings, "invalid_scope": ErrSettings,
	"redirect_uri_mismatch": ErrSettings, "unauthorized_client": ErrSettings, "unsupported_response_type": ErrSettings,
	"unsupported_response_mode": ErrSettings, "request_not_supported": ErrSettings,
	"invalid_client": ErrClient,
	"server_error":   ErrDown, "temporarily_unavailable": ErrDown,
}

// ErrorAnswer reads the error that a provider may send back instead of a code.
func ErrorAnswer(answer goth.Params) error {
	code := answer.Get("error")
	if code == "" {
		return nil
	}
	why, known := answers[code]
	if !known {
		why = ErrBroken
	}
	return because(why, errors.New(code+" "+answer.Get("error_description")))
}

// ExchangeError sorts what went wrong when a code was exchanged.
func ExchangeError(err error, hidden ...string) error {
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) {
		return unanswered(err, hidden...)
	}
	why := ErrBroken
	switch refused.ErrorCode {
	case "invalid_grant", "bad_verification_code":
		why = ErrAnswer
	case "access_denied", "unverified_user_email":
		why = ErrRefused
	case "invalid_request", "invalid_scope", "redirect_uri_mismatch", "unsupported_grant_type":
		why = ErrSettings
	case "server_error", "temporarily_unavailable":
		why = ErrDown
	}
	if refusesClient(err) {
		why = ErrClient
	}
	return because(why, fmt.Errorf("%d %s %s", refused.Response.StatusCode, refused.ErrorCode, refused.ErrorDescription), hidden...)
}

// refusesClient reports whether the token endpoint did not take the client's word
// for who it is, which it looks at before the code. Some say so by the status only.
func refusesClient(err error) bool {
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) {
		return false
	}
	switch refused.ErrorCode {
	case "invalid_client", "unauthorized_client", "incorrect_client_credentials":
		return true
	case "":
		return refused.Response.StatusCode == http.StatusUnauthorized
	}
	return false
}
