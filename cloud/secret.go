package cloud

import (
	"encoding/json"
	"regexp"
	"strings"
)

// What people paste by mistake. Mooring needs no secret of a cloud, so what looks
// like one is refused and forgotten.
var (
	privateKey   = regexp.MustCompile(`(?i)PRIVATE KEY`)
	azureSecret  = regexp.MustCompile(`[A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}`) // of an application in Entra
	awsSecret    = regexp.MustCompile(`(?i)aws.{0,20}['"= :]([A-Za-z0-9/+=]{40})(?:[^A-Za-z0-9/+=]|$)`)
	secretName   = regexp.MustCompile(`(?i)(?:secret|password|passwd|passphrase|private_?-?key|access_?-?key|account_?-?key)`)
	secretAssign = regexp.MustCompile(`(?i)["']?[a-z0-9_.-]*(?:secret|password|passwd|passphrase|private_?-?key|access_?-?key|account_?-?key)[a-z0-9_.-]*["']?\s*[:=]\s*["']?([^\s"',;{}\[\]]+)`)
)

// emptyValues are what a program prints where it has no secret to tell.
var emptyValues = map[string]bool{"null": true, "none": true, "nil": true, "~": true, "false": true}

// LooksLikeSecret reports whether a text holds what only a secret looks like: a
// private key, or a secret of a known form.
func LooksLikeSecret(typed string) bool {
	return privateKey.MatchString(typed) || azureSecret.MatchString(typed) || awsSecret.MatchString(typed)
}

// HoldsSecret reports whether a text that somebody typed or pasted LooksLikeSecret,
// or holds a value that is called a password, a key or another secret.
func HoldsSecret(typed string) bool {
	if LooksLikeSecret(typed) {
		return true
	}
	if start, end := strings.IndexByte(typed, '{'), strings.LastIndexByte(typed, '}'); start >= 0 && end > start {
		var value any
		if json.Unmarshal([]byte(typed[start:end+1]), &value) == nil {
			if holdsSecret(value) {
				return true
			}
			typed = typed[:start] + "\n" + typed[end+1:] // it may be beside it
		}
	}
	for _, found := range secretAssign.FindAllStringSubmatch(typed, -1) {
		if !emptyValues[strings.ToLower(found[1])] {
			return true
		}
	}
	return false
}

// holdsSecret looks through what was JSON for a name that says secret and a value
// that isn't empty.
func holdsSecret(value any) bool {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			if secretName.MatchString(name) && !isEmpty(inner) || holdsSecret(inner) {
				return true
			}
		}
	case []any:
		for _, inner := range v {
			if holdsSecret(inner) {
				return true
			}
		}
	}
	return false
}

func isEmpty(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(v) == ""
	case bool:
		return !v
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}
