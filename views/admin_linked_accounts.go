package views

import (
	"cmp"
	"maps"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"mooring/credential"
	"mooring/fault"
	"mooring/register"
	"mooring/text"
)

// windows are the days within which a certificate may end.
var windows = []Choice{{"7", "7 days"}, {"30", "30 days"}, {"60", "60 days"}, {"90", "90 days"}}

// typesLive makes a field of the filter change the list while somebody types.
// The address follows without a step back for each letter.
func typesLive(path string) templ.Attributes {
	return templ.Attributes{
		"hx-get": path, "hx-trigger": "input changed delay:300ms", "hx-include": "closest form",
		"hx-replace-url": "true", "hx-sync": "closest form:replace",
	}
}

// filtersLive makes a filter change what it filters as soon as something is
// chosen. Without script the same form leads to the page again.
func filtersLive(path, target, trigger string) templ.Attributes {
	return templ.Attributes{
		"hx-get": path, "hx-target": target, "hx-swap": "outerHTML", "hx-push-url": "true", "hx-disinherit": "hx-push-url",
		"hx-trigger": trigger, "hx-sync": "this:replace", "data-tidy": "",
	}
}

// found says how many linked accounts the list is about.
func found(p LinkedAccounts) string {
	if p.More {
		return foundSoFar(p)
	}
	if p.ClearPath != "" {
		return text.Count(p.Total, "linked account matches", "linked accounts match")
	}
	return text.Count(p.Total, "linked account", "linked accounts")
}

// foundSoFar says how many there are at least.
func foundSoFar(p LinkedAccounts) string {
	switch {
	case p.Total == 0:
		return "No match so far"
	case p.ClearPath != "":
		return text.Number(p.Total) + " or more linked accounts match"
	}
	return text.Number(p.Total) + " or more linked accounts"
}

// allOfThem is what is done to more than one page.
func allOfThem(p LinkedAccounts) string {
	switch {
	case p.Total == 1 && !p.More:
		return "The only one"
	case p.ClearPath == "":
		return "All " + text.Number(p.Total)
	case p.More:
		return "All that match, " + text.Number(p.Total) + " or more"
	}
	return "All " + text.Number(p.Total) + " that match"
}

// allNumber is the number on buttons when all that match are chosen.
func allNumber(p LinkedAccounts) string {
	if p.More {
		return text.Number(p.Total) + " or more"
	}
	return text.Number(p.Total)
}

func nextText(p LinkedAccounts) string {
	if p.Unfinished {
		return "Continue searching"
	}
	return "Next page"
}

func linkedFaults(p LinkedAccounts) []place {
	return places(p.Fields, "search", "Search", "provider", "Provider", "status", "Status", "account", "Account",
		"expiring", "Expires within", "not-checked-since", "Not checked since", "selection", "Selection")
}

// LinkedList is what is read for the list of all linked accounts.
type LinkedList struct {
	Typed    url.Values // the fields of the query, with what was chosen in a form that came back
	Query    register.Query
	Fields   fault.Fields // what is wrong with Typed
	Page     register.Page
	Totals   register.Totals
	Accounts []string // names to suggest
}

// LinkedAccounts builds the list of all linked accounts.
func (r Reader) LinkedAccounts(frame Frame, list LinkedList) LinkedAccounts {
	query, page, after := list.Query, list.Page, list.Typed.Get("after")
	p := LinkedAccounts{
		Frame: frame, Path: LinkedAccountsPath, Totals: registerTotals(list.Totals, query), Filter: r.linkedFilter(list),
		Rows: r.linkedRows(page.Rows, list.Typed["credential"]), Sort: registerSort(query, page.NewestFirst),
		Total: page.Total, More: page.More, NothingLinked: list.Totals.All == 0, NewestFirst: page.NewestFirst, Unfinished: page.Unfinished,
		CSVPath: WithQuery(LinkedAccountsPath+"/export.csv", query.Values()), JSONLinesPath: WithQuery(LinkedAccountsPath+"/export.jsonl", query.Values()),
		SelectionPath: LinkedAccountsPath + "/selection", Carried: Carry(linkedQuery(query, after)), All: list.Typed.Get("all") == "yes",
	}
	p.Frame.Path = LinkedAccountsPath
	if query.Filters() || len(list.Fields) > 0 {
		p.ClearPath = LinkedAccountsPath
	}
	if after != "" {
		p.FirstPath = LinkedAccountsAt(query, "")
	}
	if page.Next != "" {
		p.NextPath = LinkedAccountsAt(query, page.Next)
	}
	return p
}

// Carry is values that a form takes along, in an order that stays.
func Carry(v url.Values) []Hidden {
	var all []Hidden
	for _, name := range slices.Sorted(maps.Keys(v)) {
		for _, value := range v[name] {
			all = append(all, Hidden{Name: name, Value: value})
		}
	}
	return all
}

// registerTotals are the numbers above the list. Each leads to what it counts.
func registerTotals(t register.Totals, shown register.Query) []Link {
	link := func(words string, q register.Query) Link {
		shown.Sort, shown.Descending = "", false
		return Link{Text: words, Path: LinkedAccountsAt(q, ""), Current: q == shown}
	}
	all := []Link{link(text.Count(t.All, "linked account", "linked accounts"), register.Query{})}
	for _, part := range []struct {
		n            int
		one, several string
		query        register.Query
	}{
		{t.ByStatus[credential.StatusAttention], "needs attention", "need attention", register.Query{Status: credential.StatusAttention}},
		{t.ByStatus[credential.StatusWarning], "connected with a warning", "connected with a warning", register.Query{Status: credential.StatusWarning}},
		{t.ByStatus[credential.StatusExpiring], "expires soon", "expire soon", register.Query{Status: credential.StatusExpiring}},
		{t.Pending(), "waiting for approval", "waiting for approval", register.Query{Status: credential.StatusPending}},
		{t.NeverReviewed, "never reviewed", "never reviewed", register.Query{NeverReviewed: true}},
	} {
		if part.n > 0 {
			all = append(all, link(text.Count(part.n, part.one, part.several), part.query))
		}
	}
	return all
}

// linkedFilter shows the fields as they were typed, also those that the list
// left out.
func (r Reader) linkedFilter(list LinkedList) LinkedFilter {
	typed, provider, carried := list.Typed, list.Query.Provider, list.Query.Values()
	filter := LinkedFilter{
		Search: typed.Get("search"), Provider: typed.Get("provider"), Status: typed.Get("status"), Account: typed.Get("account"),
		Expiring: typed.Get("expiring"), NeverReviewed: typed.Get("never-reviewed") == "yes", NotCheckedSince: typed.Get("not-checked-since"),
		Sort: carried.Get("sort"), Order: carried.Get("order"), Accounts: list.Accounts,
	}
	for key, linkable := range r.Clouds {
		filter.Providers = append(filter.Providers, Choice{Key: key, Name: linkable.Describe().Name})
	}
	if _, known := r.Clouds[provider]; provider != "" && !known { // what is linked to it is still listed
		filter.Providers = append(filter.Providers, Choice{Key: provider, Name: r.Clouds.Describe(provider).Name})
	}
	slices.SortFunc(filter.Providers, func(a, b Choice) int { return cmp.Compare(a.Name, b.Name) })
	for _, status := range register.Statuses {
		filter.Statuses = append(filter.Statuses, Choice{Key: string(status), Name: register.StatusName(status)})
	}
	return filter
}

// registerSort are the headers of the columns. The one that sorts turns the order
// round; of rows that are sorted otherwise none does.
func registerSort(q register.Query, sortedOtherwise bool) LinkedSort {
	link := func(by register.Sort) SortLink {
		next, direction := q, ""
		next.Sort, next.Descending = by, false
		if q.Order() == by && !sortedOtherwise {
			next.Descending, direction = !q.Descending, "ascending"
			if q.Descending {
				direction = "descending"
			}
		}
		return SortLink{Path: LinkedAccountsAt(next, ""), Direction: direction}
	}
	return LinkedSort{Label: link(register.ByLabel), Account: link(register.ByAccount), Checked: link(register.ByChecked),
		Expires: link(register.ByExpires), Reviewed: link(register.ByReviewed)}
}

func (r Reader) linkedRows(rows []register.Row, selected []string) []LinkedRow {
	var all []LinkedRow
	for _, row := range rows {
		all = append(all, LinkedRow{ID: row.ID, Label: row.Label, Path: LinkedAccountPath(row.ID), Provider: r.Clouds.Describe(row.Provider).Name,
			CloudAccountName: row.CloudAccountName, CloudAccount: row.CloudAccount, Account: row.Account, LinkedBy: cmp.Or(row.LinkedBy, nobodyHere),
			Status: r.RowStatus(row), LastCheck: r.Moment(row.LastCheckedAt), Expires: r.Moment(row.ExpiresAt),
			LastReview: r.Moment(row.ReviewedAt), ReviewedBy: row.ReviewedBy, Selected: slices.Contains(selected, row.ID)})
	}
	return all
}
