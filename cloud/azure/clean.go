package azure

import (
	"regexp"
	"strings"

	"mooring/cloud"
	"mooring/text"
)

const maxSaid = 400 // bytes

var (
	anyGUID    = regexp.MustCompile(`(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`)
	anyEmail   = regexp.MustCompile(`[^\s'"<>()]+@[^\s'"<>()]+\.[A-Za-z]{2,}`)
	anySecret  = regexp.MustCompile(`[A-Za-z0-9_\-+/=~]{32,}`)
	anyDigit   = regexp.MustCompile(`[0-9]`)
	thumbprint = regexp.MustCompile(`^(?:[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})$`)                                  // SHA-1 or SHA-256
	longWord   = regexp.MustCompile(`^(?:(?:[A-Z]{1,4}[a-z]{2,20})+|[A-Za-z]{1,20}(?:[_-][A-Za-z]{1,20})+)$`) // LikeThisOne, or like_this_one
	entraStart = regexp.MustCompile(`^AADSTS\d+:\s*`)
	entraEnd   = regexp.MustCompile(`(?s)\s*(?:Trace ID|Correlation ID|Timestamp):.*$`)
)

// clean makes what Azure said fit to keep and to show: without ids that are
// not the person's own, without addresses, and without anything that could be
// a token. The trace and correlation ids are kept apart.
func clean(said string, target cloud.Target) string {
	said = text.Line(said)
	said = entraStart.ReplaceAllString(said, "")
	said = entraEnd.ReplaceAllString(said, "")
	said = anyEmail.ReplaceAllString(said, "(address)")
	said = anyGUID.ReplaceAllStringFunc(said, func(id string) string {
		switch strings.ToLower(id) {
		case target.Account, target.Parent, target.SignIn.Principal:
			return id
		}
		return "(id)"
	})
	said = anySecret.ReplaceAllStringFunc(said, func(s string) string {
		words := strings.Contains(s, "/") && !anyDigit.MatchString(anyGUID.ReplaceAllString(s, ""))
		if words || longWord.MatchString(s) || thumbprint.MatchString(s) || anyGUID.ReplaceAllString(s, "") == "" {
			return s // a path of words, a long word, a certificate, or the person's own id
		}
		return "(removed)"
	})
	said = strings.TrimSpace(said)
	if len(said) > maxSaid {
		said = strings.ToValidUTF8(said[:maxSaid], "") + "…"
	}
	return said
}

var notInCode = regexp.MustCompile(`[^A-Za-z0-9_.-]`)

// cleanCode keeps a code to what codes are made of.
func cleanCode(code string) string {
	code = notInCode.ReplaceAllString(code, "")
	if len(code) > 64 {
		code = code[:64]
	}
	return code
}

// cleanID keeps a trace or correlation id only if it is one.
func cleanID(id string) string {
	if len(id) > 64 || notInCode.MatchString(id) {
		return ""
	}
	return id
}
