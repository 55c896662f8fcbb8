package register

import (
	"regexp"
	"strings"
	"unicode"

	"mooring/cloud"
)

var wholeAccountID = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$|^[0-9]{12}$`)

// WholeAccountID gives what is searched for when that is the ID of something that is
// linked, a UUID or twelve digits, or a resource name that holds it, and nothing else. It is then looked up, and not looked for in texts.
func (q Query) WholeAccountID() (string, bool) {
	terms := q.Terms()
	if len(terms) == 1 && cloud.AccountIn(terms[0]) != "" {
		return cloud.AccountIn(terms[0]), true
	}
	if len(terms) != 1 || !wholeAccountID.MatchString(terms[0]) {
		return "", false
	}
	return terms[0], true
}

// Finds reports whether a row has what is searched for: every term in the texts
// of the link itself, or every term in the name of its account, or every term
// in the name and the e-mail address of who linked it.
func (q Query) Finds(r Row) bool {
	if id, ok := q.WholeAccountID(); ok {
		return strings.EqualFold(r.CloudAccount, id) || strings.EqualFold(r.CloudAccountAlias, id)
	}
	terms := q.Terms()
	return len(terms) == 0 ||
		haveAll(terms, r.Label, r.CloudAccountName, r.CloudAccount) ||
		haveAll(terms, r.Account) ||
		haveAll(terms, r.LinkedBy, r.LinkedByEmail)
}

func haveAll(terms []string, texts ...string) bool {
	for i := range texts {
		texts[i] = folded(texts[i])
	}
	for _, term := range terms {
		term = folded(term)
		found := false
		for _, text := range texts {
			found = found || strings.Contains(text, term)
		}
		if !found {
			return false
		}
	}
	return true
}

// folded makes all cases of a letter the same one.
func folded(s string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			least = min(least, other)
		}
		return least
	}, s)
}
