package walkthrough

import (
	"regexp"
	"strings"
)

// secretForms are what must not stand on a picture or in an output, each with
// the words for it. Example domains (RFC 2606) name nobody.
var secretForms = []struct {
	what string
	form *regexp.Regexp
}{
	{"an e-mail address", regexp.MustCompile(`[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+`)},
	{"a private key", regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY`)},
	{"an API key", regexp.MustCompile(`\bmooring_[A-Za-z0-9_-]{12,}`)},
	{"an invitation or set-up link", regexp.MustCompile(`/(setup|join)/[A-Za-z0-9_-]{16,}`)},
	{"a signed token", regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}`)},
	{"an Azure client secret", regexp.MustCompile(`[A-Za-z0-9_~.-]{3}\dQ~[A-Za-z0-9_~.-]{31,34}`)},
	{"an Amazon access key", regexp.MustCompile(`\bA(K|S)IA[A-Z0-9]{16}\b`)},
	{"a GitHub token", regexp.MustCompile(`\b(gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,})`)},
	{"a recovery code", regexp.MustCompile(`\b[a-z2-7]{4}(-[a-z2-7]{4}){3,}\b`)},
}

var exampleDomain = regexp.MustCompile(`(?i)@([a-z0-9-]+\.)*(example|test|invalid|localhost|example\.(com|net|org))$`)

// secretIn names what a text gives away, or "". What it found is not repeated.
func secretIn(text string) string {
	for _, s := range secretForms {
		for _, found := range s.form.FindAllString(text, -1) {
			if !strings.Contains(found, "@") || !exampleDomain.MatchString(found) {
				return s.what
			}
		}
	}
	return ""
}
