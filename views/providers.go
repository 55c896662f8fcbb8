package views

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"

	"mooring/account"
	"mooring/cloud"
	"mooring/credential"
	"mooring/register"
	"mooring/review"
	"mooring/text"
)

// listSorts are the orders of an account's list. On narrow screens its columns have
// no headers to press.
var listSorts = []option{{"", "Label"}, {"status", "Status"}, {"checked", "Last checked"}, {"expires", "Expires"}}

// searchAll says among how many links somebody searches.
func searchAll(f ListFilter) string {
	return "Search " + text.Count(f.Total, "link", "links") + "…"
}

// known are choices with the one that is chosen among them, also when there is no
// such choice: nothing matches it, and the form says why.
func known(all string, list []Choice, chosen string) []option {
	options := choices(all, list)
	if chosen != "" && !slices.ContainsFunc(list, func(c Choice) bool { return c.Key == chosen }) {
		options = append(options, option{chosen, "Unknown: " + chosen})
	}
	return options
}

// The bounds of an account's list. It can have thousands of links.
const (
	LinksOnPage = 100
	fewToFind   = 10 // links that need no search
	few         = 5  // links that anybody takes in at a glance
)

// ListQuery is what somebody wants to see of an account's list. A status that there
// isn't matches nothing.
type ListQuery struct {
	credential.Listing
	StatusTyped string // as it was asked for
	Number      int    // of the page; the first is 1
}

// At is the address of a page of the list. Equal queries have equal addresses.
func (q ListQuery) At(accountName string, number int) string {
	v := url.Values{}
	for name, value := range map[string]string{"search": q.Search, "provider": q.Provider, "status": q.StatusTyped, "sort": string(q.Sort)} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if q.Descending {
		v.Set("order", "desc")
	}
	if number > 1 {
		v.Set("page", strconv.Itoa(number))
	}
	return WithQuery(ProvidersPath(accountName), v)
}

// ProviderLayout says what stands where on a page of an account's list.
type ProviderLayout struct {
	reader         Reader
	membership     account.Membership
	query          ListQuery
	last, matching int // the last page; links that match
	sections       []listedProvider
	entries        []credential.Entry
}

// listedProvider is one provider with what is listed of it.
type listedProvider struct {
	Provider
	all, shown []credential.Entry
}

// LayOutProviders lays the links of an account that match a query out on a page.
func (r Reader) LayOutProviders(m account.Membership, rules credential.Rules, entries []credential.Entry, query ListQuery) ProviderLayout {
	matching := query.Select(entries)
	l := ProviderLayout{reader: r, membership: m, matching: len(matching), entries: entries, sections: r.sections(m, rules, entries, matching)}
	l.last = max(1, (l.matching+LinksOnPage-1)/LinksOnPage)
	query.Number = min(query.Number, l.last)
	l.query = query
	cut := rowCutter{skip: (query.Number - 1) * LinksOnPage, take: LinksOnPage}
	for i := range l.sections {
		l.sections[i].shown = cut.next(l.sections[i].all)
	}
	return l
}

// IDs are the links of the page.
func (l ProviderLayout) IDs() []string {
	var ids []string
	for _, s := range l.sections {
		for _, e := range s.shown {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

// Page builds the page from its links, and what reviews ask about them.
func (l ProviderLayout) Page(frame Frame, links []credential.Credential, asked map[string]review.Question) Providers {
	query, name := l.query, l.membership.Account.Name
	rows := map[string]CredentialRow{}
	for _, one := range links {
		rows[one.ID] = l.row(one, asked)
	}
	p := Providers{Frame: frame, MayLink: l.membership.Role.AtLeast(account.Owner), PollPath: query.At(name, query.Number), PollAfter: l.reader.lookAgain(links)}
	for _, s := range l.sections {
		for _, e := range s.shown {
			if row, ok := rows[e.ID]; ok { // else it went this moment
				s.Credentials = append(s.Credentials, row)
			}
		}
		s.Elsewhere = len(s.all) > 0 && len(s.shown) == 0
		if !query.Filters() || len(s.Credentials) > 0 {
			p.Providers = append(p.Providers, s.Provider)
		}
	}
	if l.last > 1 {
		first := (query.Number - 1) * LinksOnPage
		p.Part = fmt.Sprintf("Links %s to %s of %s", text.Number(first+1), text.Number(min(first+LinksOnPage, l.matching)), text.Number(l.matching))
		if query.Number > 1 {
			p.PreviousPath = query.At(name, query.Number-1)
		}
		if query.Number < l.last {
			p.NextPath = query.At(name, query.Number+1)
		}
	}
	if len(l.entries) > few || query.Filters() {
		p.Totals = listTotals(name, l.entries, query)
	}
	if len(l.entries) > fewToFind || query.Filters() {
		p.Filter = l.reader.listFilter(name, l.entries, query)
		p.Sort = listSort(name, query)
	}
	if query.Filters() {
		p.ClearPath = ProvidersPath(name)
		p.Found = text.Count(l.matching, "link matches", "links match")
	}
	if p.PollAfter > 0 {
		p.Reload = max(3, p.PollAfter)
	}
	return p
}

func (l ProviderLayout) row(one credential.Credential, asked map[string]review.Question) CredentialRow {
	r, name := l.reader, l.membership.Account.Name
	row := CredentialRow{
		ID: one.ID, Label: one.Label, Path: CredentialPath(name, one.Provider, one.ID),
		CloudAccountName: one.CloudAccountName, CloudAccount: one.Target.Account,
		Status: r.Status(one), LastCheck: r.Moment(one.LastCheckedAt), Expires: r.Moment(one.CertificateExpires), LinkedBy: one.CreatedByName,
	}
	if q, ok := asked[one.ID]; ok {
		row.Question = &RowQuestion{Asker: cmp.Or(q.AskedByName, nobodyHere), Text: shortened(q.Text), Due: r.Moment(q.DueAt)}
		if l.membership.Role.AtLeast(account.Owner) {
			row.Question.AnswerPath = AnswerPath(name, one.Provider, one.ID, l.query.At(name, l.query.Number))
		}
	}
	return row
}

// sections lists the providers. Those that can be linked come first, then those that
// are linked all the same, then the others.
func (r Reader) sections(m account.Membership, rules credential.Rules, entries, matching []credential.Entry) []listedProvider {
	linked, all := map[string]int{}, map[string][]credential.Entry{}
	for _, e := range entries {
		linked[e.Provider]++
	}
	for _, e := range matching {
		all[e.Provider] = append(all[e.Provider], e)
	}
	var sections []listedProvider
	add := func(key, name, remark string) {
		s := listedProvider{Provider: Provider{Key: key, Name: name, Remark: remark, AccountNoun: text.Capital(r.Clouds.Describe(key).Account.One)}, all: all[key]}
		if _, linkable := r.Clouds[key]; linkable {
			s.Available, s.Remark = true, ""
			switch {
			case !rules.Allows(key):
				s.Refused = credential.ErrProviderNotAllowed.Sentence
			case m.Role.AtLeast(account.Owner):
				s.AddPath = CredentialsPath(m.Account.Name, key) + "/new"
			}
		} else if linked[key] > 0 {
			s.Remark = noLongerSupported
		}
		if linked[key] > few && len(linked) > 1 {
			s.Summary = text.Number(linked[key]) + " linked."
		}
		sections = append(sections, s)
	}
	known := map[string]bool{}
	for _, one := range cloud.Unlinked {
		known[one.Key] = true
		add(one.Key, one.Name, one.Why)
	}
	for _, key := range slices.Sorted(maps.Keys(r.Clouds)) {
		if !known[key] {
			known[key] = true
			add(key, r.Clouds.Describe(key).Name, "")
		}
	}
	for _, key := range slices.Sorted(maps.Keys(linked)) {
		if !known[key] { // linked when Mooring had a cloud of this name
			add(key, key, noLongerSupported)
		}
	}
	rank := func(s listedProvider) int {
		switch {
		case s.Available && s.Refused == "":
			return 0
		case linked[s.Key] > 0:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(sections, func(a, b listedProvider) int { return cmp.Compare(rank(a), rank(b)) })
	return sections
}

// listTotals are the numbers above the list. Each leads to what it counts.
func listTotals(accountName string, entries []credential.Entry, shown ListQuery) []Link {
	by, asked := map[credential.Status]int{}, 0
	for _, e := range entries {
		by[e.Status]++
		if e.Asked {
			asked++
		}
	}
	link := func(words, status string) Link {
		return Link{Text: words, Path: ListQuery{StatusTyped: status}.At(accountName, 1),
			Current: shown.StatusTyped == status && shown.Search == "" && shown.Provider == ""}
	}
	totals := []Link{link(text.Number(len(entries))+" linked", "")}
	for _, part := range []struct {
		n            int
		one, several string
		status       string
	}{
		{by[credential.StatusAttention], "needs attention", "need attention", string(credential.StatusAttention)},
		{by[credential.StatusWarning], "connected with a warning", "connected with a warning", string(credential.StatusWarning)},
		{by[credential.StatusExpiring], "expires soon", "expire soon", string(credential.StatusExpiring)},
		{by[credential.StatusPending], "waiting for approval", "waiting for approval", string(credential.StatusPending)},
		{by[credential.StatusWaiting], "waiting", "waiting", string(credential.StatusWaiting)},
		{asked, "has a question from a review", "have questions from reviews", StatusAsked},
	} {
		if part.n > 0 {
			totals = append(totals, link(text.Count(part.n, part.one, part.several), part.status))
		}
	}
	return totals
}

// listFilter shows the fields as they were typed.
func (r Reader) listFilter(accountName string, entries []credential.Entry, query ListQuery) *ListFilter {
	f := &ListFilter{Path: ProvidersPath(accountName), Total: len(entries), Search: query.Search, Provider: query.Provider, Status: query.StatusTyped,
		Sort: string(query.Sort)}
	if query.Descending {
		f.Order = "desc"
	}
	keys := map[string]bool{}
	for _, e := range entries {
		keys[e.Provider] = true
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		f.Providers = append(f.Providers, Choice{Key: key, Name: r.Clouds.Describe(key).Name})
	}
	for _, status := range register.Statuses {
		f.Statuses = append(f.Statuses, Choice{Key: string(status), Name: register.StatusName(status)})
	}
	f.Statuses = append(f.Statuses, Choice{Key: StatusAsked, Name: "With a question from a review"})
	return f
}

// listSort are the headers of the columns. The one that sorts turns the order round.
func listSort(accountName string, query ListQuery) ListSort {
	link := func(by credential.ListSort) SortLink {
		next, direction := query, ""
		next.Sort, next.Descending = by, false
		if cmp.Or(query.Sort, credential.ByLabel) == by {
			next.Descending, direction = !query.Descending, "ascending"
			if query.Descending {
				direction = "descending"
			}
		}
		if by == credential.ByLabel {
			next.Sort = ""
		}
		return SortLink{Path: next.At(accountName, 1), Direction: direction}
	}
	return ListSort{Label: link(credential.ByLabel), Status: link(credential.ByStatus), Checked: link(credential.ByChecked), Expires: link(credential.ByExpires)}
}

// rowCutter takes the rows of one page out of lists that follow each other.
type rowCutter struct{ skip, take int }

func (r *rowCutter) next(rows []credential.Entry) []credential.Entry {
	skipped := min(r.skip, len(rows))
	taken := min(r.take, len(rows)-skipped)
	r.skip, r.take = r.skip-skipped, r.take-taken
	return rows[skipped : skipped+taken]
}

const noLongerSupported = "No longer supported by this Mooring"

// lookAgain says in how many seconds a row of the list will look different by
// itself: soon while one is checked, and at the next try while one waits.
func (r Reader) lookAgain(credentials []credential.Credential) int {
	soonest := 0
	for _, c := range credentials {
		after := 0
		switch {
		case !c.State.Can(credential.Verify):
		case c.Checking(r.Now):
			after = 2
		case c.State == credential.WaitingCloud || !c.CouldNotCheckAt.IsZero():
			after = r.SecondsUntil(c.NextCheckAt) + 1
		}
		if after > 0 && (soonest == 0 || after < soonest) {
			soonest = after
		}
	}
	return soonest
}

// canBegin reports whether nothing is linked, and whoever looks can link something.
func (p Providers) canBegin() bool {
	linked := func(one Provider) bool { return one.Elsewhere || len(one.Credentials) > 0 }
	return p.MayLink && !slices.ContainsFunc(p.Providers, linked) && slices.ContainsFunc(p.Providers, func(one Provider) bool { return one.AddPath != "" })
}
