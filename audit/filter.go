package audit

import (
	"net/url"
	"strings"
	"time"
)

// Filter says which entries are wanted. The zero value wants all.
type Filter struct {
	Person     string // a part of an e-mail address, the id of a person, or System
	Action     string
	Account    string // the name of an account, or the id of one that is gone
	Credential string // id
	Result     Result
	From       time.Time // that moment too
	To         time.Time // before that moment
}

// Values spells the filter as a query of the page. What is not asked for is
// left out.
func (f Filter) Values() url.Values {
	v := url.Values{}
	for name, value := range map[string]string{
		"person": f.Person, "action": f.Action, "account": f.Account, "credential": f.Credential, "result": string(f.Result),
		"from": spellMoment(f.From), "to": spellMoment(f.To),
	} {
		if value != "" {
			v.Set(name, value)
		}
	}
	return v
}

// about is the filter for people, in what is kept of a reading of the log.
func (f Filter) about() string {
	var parts []string
	for _, p := range []struct{ word, value string }{
		{"person", f.Person}, {"action", f.Action}, {"account", f.Account}, {"credential", f.Credential},
		{"result", string(f.Result)}, {"from", spellMoment(f.From)}, {"to", spellMoment(f.To)},
	} {
		if p.value != "" {
			parts = append(parts, p.word+" "+p.value)
		}
	}
	if len(parts) == 0 {
		return "everything"
	}
	return strings.Join(parts, ", ")
}

// Matches reports whether the filter wants an entry, as far as the entry
// itself can tell: not by the name of its account.
func (f Filter) Matches(e Entry) bool {
	return (f.Person == "" || f.Person == e.Actor.PersonID ||
		f.Person != System && strings.Contains(strings.ToLower(e.Actor.Name), strings.ToLower(f.Person))) &&
		(f.Action == "" || f.Action == string(e.Action)) &&
		(f.Credential == "" || f.Credential == e.CredentialID) &&
		(f.Result == "" || f.Result == e.Result) &&
		(f.From.IsZero() || !e.At.Before(f.From)) && (f.To.IsZero() || e.At.Before(f.To))
}

// LogPage is a part of the log, the newest entries first.
type LogPage struct {
	Entries []Sealed
	Next    int64 // where the next page begins; 0: there is none. Of the live tail: the last entry that was looked at
	// Accounts are the names of the accounts that the entries are about, by
	// id, as far as they still exist.
	Accounts map[string]string
}
