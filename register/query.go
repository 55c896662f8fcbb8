package register

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"mooring/credential"
	"mooring/fault"
	"mooring/text"
)

// Sort is what a list of linked accounts is sorted by.
type Sort string

// The orders. Their spelling is that of the URL.
const (
	ByLabel    Sort = "label" // unless another is asked for
	ByAccount  Sort = "account"
	ByChecked  Sort = "checked"
	ByExpires  Sort = "expires"
	ByReviewed Sort = "reviewed"
)

// Sorts lists every order.
var Sorts = []Sort{ByLabel, ByAccount, ByChecked, ByExpires, ByReviewed}

// Statuses lists every status in the order in which pages offer them.
var Statuses = []credential.Status{
	credential.StatusConnected, credential.StatusWarning, credential.StatusExpiring, credential.StatusAttention, credential.StatusWaiting,
	credential.StatusUnchecked, credential.StatusPending, credential.StatusDisabled,
}

var statusNames = map[credential.Status]string{
	credential.StatusConnected: "Connected", credential.StatusWarning: "Connected with a warning", credential.StatusExpiring: "Expiring", credential.StatusAttention: "Needs attention",
	credential.StatusWaiting: "Waiting", credential.StatusUnchecked: "Not checked", credential.StatusPending: "Pending approval",
	credential.StatusDisabled: "Disabled",
}

// StatusName is how a status is called where there is no single credential to
// give the word, such as in a choice.
func StatusName(s credential.Status) string { return statusNames[s] }

// Query says which linked accounts are listed, and in which order. The zero
// value is all of them by label.
type Query struct {
	Search          string // as typed; see TooShort
	Provider        string // key
	Status          credential.Status
	Account         string // name
	ExpiringWithin  int    // days; 0: any. What has ended already counts too, since it was not renewed.
	NeverReviewed   bool
	NotCheckedSince time.Time // a date, UTC midnight; zero: any. What was never checked counts too.
	Sort            Sort
	Descending      bool

	// Unread are filters whose values mean nothing, spelled as in an address.
	// With any of them the query matches nothing: see MatchesNothing.
	Unread string
}

// What may stand in a query.
const (
	ShortestSearch  = 3   // letters
	shortestSigns   = 2   // of Chinese, Japanese or Korean, which say in two what takes a word elsewhere
	longestSearch   = 100 // letters
	longestName     = 100 // of an account
	longestExpiring = 3650
	dateLayout      = "2006-01-02"
)

var providerKey = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// ParseQuery reads a query from the parameters of a URL or of a form. A filter
// that it does not understand gets a sentence at the field, and the query then
// matches nothing. An order that it does not understand is the usual one.
func ParseQuery(v url.Values) (Query, fault.Fields) {
	fields, unread := fault.Fields{}, url.Values{}
	unknown := func(name, sentence string) {
		fields[name] = sentence
		unread.Set(name, v.Get(name))
	}
	var q Query
	if q.Search = text.Line(v.Get("search")); utf8.RuneCountInString(q.Search) > longestSearch {
		q.Search = ""
		unknown("search", saySearchLong)
	}
	if q.Provider = strings.TrimSpace(v.Get("provider")); q.Provider != "" && !providerKey.MatchString(q.Provider) {
		q.Provider = ""
		unknown("provider", sayNoSuchProvider)
	}
	if q.Status = credential.Status(v.Get("status")); q.Status != "" && StatusName(q.Status) == "" {
		q.Status = ""
		unknown("status", sayNoSuchStatus)
	}
	if q.Account = strings.ToLower(text.Line(v.Get("account"))); utf8.RuneCountInString(q.Account) > longestName {
		q.Account = ""
		unknown("account", sayAccountLong)
	}
	if typed := strings.TrimSpace(v.Get("expiring")); typed != "" {
		days, err := strconv.Atoi(typed)
		if err != nil || days < 1 || days > longestExpiring {
			days = 0
			unknown("expiring", sayExpiring)
		}
		q.ExpiringWithin = days
	}
	switch v.Get("never-reviewed") {
	case "", "no":
	case "yes":
		q.NeverReviewed = true
	default:
		unknown("never-reviewed", sayNeverReviewed)
	}
	if typed := strings.TrimSpace(v.Get("not-checked-since")); typed != "" {
		date, err := time.Parse(dateLayout, typed)
		if err != nil || date.Year() < 1970 {
			date = time.Time{}
			unknown("not-checked-since", sayDate)
		}
		q.NotCheckedSince = date
	}
	switch sort := Sort(v.Get("sort")); sort {
	case "", ByLabel:
	case ByAccount, ByChecked, ByExpires, ByReviewed:
		q.Sort = sort
	default:
		fields["sort"] = sayNoSuchSort
	}
	switch v.Get("order") {
	case "", "asc":
	case "desc":
		q.Descending = true
	default:
		fields["order"] = sayNoSuchOrder
	}
	q.Unread = unread.Encode()
	return q, fields
}

// MatchesNothing reports whether a filter has a value that means nothing. What
// somebody mistyped must never select everything.
func (q Query) MatchesNothing() bool { return q.Unread != "" }

// Values gives the query as parameters of a URL, without those that say
// nothing, so that equal queries have equal URLs.
func (q Query) Values() url.Values {
	v, err := url.ParseQuery(q.Unread)
	if err != nil { // of something that ParseQuery did not make
		v = url.Values{"status": {q.Unread}}
	}
	set := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	set("search", q.Search)
	set("provider", q.Provider)
	set("status", string(q.Status))
	set("account", q.Account)
	if q.ExpiringWithin > 0 {
		set("expiring", strconv.Itoa(q.ExpiringWithin))
	}
	if q.NeverReviewed {
		set("never-reviewed", "yes")
	}
	if !q.NotCheckedSince.IsZero() {
		set("not-checked-since", q.NotCheckedSince.UTC().Format(dateLayout))
	}
	if q.Order() != ByLabel {
		set("sort", string(q.Sort))
	}
	if q.Descending {
		set("order", "desc")
	}
	return v
}

// Order is the order that is asked for.
func (q Query) Order() Sort {
	if q.Sort == "" {
		return ByLabel
	}
	return q.Sort
}

// Filters reports whether the query leaves out anything, or would if what is
// searched for were long enough.
func (q Query) Filters() bool {
	q.Sort, q.Descending = "", false
	return q != Query{}
}

// Sentence says in words what the query lists, for jobs, reviews and the audit log.
func (q Query) Sentence() string {
	var parts []string
	add := func(applies bool, format string, args ...any) {
		if applies {
			parts = append(parts, fmt.Sprintf(format, args...))
		}
	}
	add(q.Status != "", "%s", StatusName(q.Status))
	add(q.Provider != "", "provider %s", q.Provider)
	add(q.Account != "", "of %s", q.Account)
	add(q.ExpiringWithin == 1, "expiring within 1 day")
	add(q.ExpiringWithin > 1, "expiring within %d days", q.ExpiringWithin)
	add(q.NeverReviewed, "never reviewed")
	add(!q.NotCheckedSince.IsZero(), "not checked since %s", q.NotCheckedSince.UTC().Format("2 January 2006"))
	add(len(q.Terms()) > 0, "matching “%s”", text.Line(q.Search))
	add(q.MatchesNothing(), "with a filter that matches nothing")
	if len(parts) == 0 {
		return "All linked accounts"
	}
	sentence := strings.Join(parts, ", ")
	first, size := utf8.DecodeRuneInString(sentence)
	return string(unicode.ToUpper(first)) + sentence[size:]
}

// TooShort reports whether something is searched for that is too short to be
// looked for. The list then shows everything, and says so.
func (q Query) TooShort() bool { return text.Line(q.Search) != "" && len(q.Terms()) == 0 }

// Terms gives the texts that all have to occur. They are the words of the
// search; a word that is too short to be looked for by itself stays together
// with the word before it, or the first with the one after.
func (q Query) Terms() []string {
	var terms []string
	for _, word := range strings.Fields(text.Line(q.Search)) {
		last := len(terms) - 1
		if last >= 0 && (tooShort(word) || tooShort(terms[last])) {
			terms[last] += " " + word
		} else {
			terms = append(terms, word)
		}
	}
	if len(terms) == 1 && tooShort(terms[0]) {
		return nil
	}
	return terms
}

func tooShort(term string) bool {
	return utf8.RuneCountInString(term) < ShortestSearch && !isShortSigns(term)
}

// isShortSigns reports whether a term has fewer letters than the index of texts
// can look for, and is yet long enough: two signs of Chinese, Japanese or Korean.
func isShortSigns(term string) bool {
	n := utf8.RuneCountInString(term)
	return n >= shortestSigns && n < ShortestSearch && !strings.ContainsFunc(term, func(r rune) bool {
		return r != 'ー' && r != 'ｰ' && !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo)
	})
}

// IndexedTerms gives the terms that an index of pieces of three letters can look
// for, and the others, which are short. Short ones have no cases.
func (q Query) IndexedTerms() (indexed, short []string) {
	for _, term := range q.Terms() {
		if isShortSigns(term) {
			short = append(short, term)
		} else {
			indexed = append(indexed, term)
		}
	}
	return indexed, short
}
