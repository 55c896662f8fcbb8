package handlers

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/credential"
	"mooring/review"
	"mooring/text"
	"mooring/views"
)

// catalogue lists every provider in the order of the page. Those without a
// cloud in the registry wait for their turn.
var catalogue = []struct{ key, name, remark string }{
	{"aws", "Amazon Web Services", "Not available yet"},
	{"digitalocean", "DigitalOcean", "Not available yet"},
	{"google", "Google Cloud", "Not available yet"},
	{"ibm", "IBM Cloud (formerly SoftLayer)", "Not available yet"},
	{"azure", "Microsoft Azure", ""},
	{"packet", "Packet", "Closed by its owner in 2026"},
}

// providers is Account info > Cloud Providers.
func (h *handlers) providers(c echo.Context) error {
	fragment := ""
	if wants(c, "providers") {
		fragment = "providers"
	}
	m, _ := membershipOf(c)
	query := readListQuery(c)
	key := query.at(m.Account.Name, query.number)
	if c.QueryParam("done") != "" { // it is said once
		key = c.Request().URL.RequestURI()
	}
	return h.sendKept(c, key, fragment, func() (templ.Component, error) {
		page, err := h.providersView(c, query)
		if err != nil {
			return nil, err
		}
		if fragment != "" {
			return views.ProvidersList(page), nil
		}
		return views.ProvidersPage(page), nil
	})
}

// The bounds of the list. An account can have thousands of links.
const (
	rowsOfPage     = 100
	fewToFind      = 10 // links that need no search
	longestToFind  = 100
	few            = 5 // links that anybody takes in at a glance
	longestPageNum = 1_000_000
)

// listQuery is what somebody wants to see of the list. A status that there isn't
// matches nothing.
type listQuery struct {
	credential.Listing
	status string // as it was asked for
	number int    // of the page; the first is 1
}

func readListQuery(c echo.Context) listQuery {
	q := listQuery{number: pageNumber(c), status: c.QueryParam("status")}
	q.Search = text.Line(c.QueryParam("search"))
	if found := []rune(q.Search); len(found) > longestToFind {
		q.Search = string(found[:longestToFind])
	}
	q.Provider = c.QueryParam("provider")
	if q.Asked = q.status == statusAsked; !q.Asked {
		q.Status = credential.Status(q.status)
	}
	switch by := credential.ListSort(c.QueryParam("sort")); by {
	case credential.ByStatus, credential.ByChecked, credential.ByExpires:
		q.Sort = by
	}
	q.Descending = c.QueryParam("order") == "desc"
	return q
}

// pageNumber is which page of a list somebody wants; the first is 1.
func pageNumber(c echo.Context) int {
	number, err := strconv.Atoi(c.QueryParam("page"))
	if err != nil || number < 1 || number > longestPageNum {
		return 1
	}
	return number
}

// at is the address of a page of the list. Equal queries have equal addresses.
func (q listQuery) at(accountName string, number int) string {
	v := url.Values{}
	for name, value := range map[string]string{"search": q.Search, "provider": q.Provider, "status": q.status, "sort": string(q.Sort)} {
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
	return withQuery(providersOf(accountName), v)
}

// listed is one provider with what is listed of it.
type listed struct {
	views.Provider
	all, shown []credential.Entry
}

func (h *handlers) providersView(c echo.Context, query listQuery) (views.Providers, error) {
	ctx := c.Request().Context()
	m, _ := membershipOf(c)
	entries, err := h.Credentials.Entries(ctx, m.Account.ID)
	if err != nil {
		return views.Providers{}, err
	}
	rules, err := h.Credentials.Intake().Rules(ctx)
	if err != nil {
		return views.Providers{}, err
	}
	page := views.Providers{Frame: h.frame(c, "Cloud Providers"), MayLink: mayLink(m)}
	if caller, ok := callerOf(c); ok {
		page.FirstSteps = h.firstSteps(c, caller)
	}
	matching := query.Select(entries)
	sections := h.sections(m, rules, entries, matching)
	last := max(1, (len(matching)+rowsOfPage-1)/rowsOfPage)
	query.number = min(query.number, last)
	first := (query.number - 1) * rowsOfPage
	cut := rowCutter{skip: first, take: rowsOfPage}
	var ids []string
	for i := range sections {
		sections[i].shown = cut.next(sections[i].all)
		for _, e := range sections[i].shown {
			ids = append(ids, e.ID)
		}
	}
	rows, poll, err := h.credentialRows(c, m, ids, query.at(m.Account.Name, query.number))
	if err != nil {
		return views.Providers{}, err
	}
	for _, s := range sections {
		for _, e := range s.shown {
			if row, ok := rows[e.ID]; ok { // else it went this moment
				s.Credentials = append(s.Credentials, row)
			}
		}
		s.Elsewhere = len(s.all) > 0 && len(s.shown) == 0
		if !query.Filters() || len(s.Credentials) > 0 {
			page.Providers = append(page.Providers, s.Provider)
		}
	}
	if last > 1 {
		page.Part = fmt.Sprintf("Links %s to %s of %s", text.Number(first+1), text.Number(min(first+rowsOfPage, len(matching))), text.Number(len(matching)))
		if query.number > 1 {
			page.PreviousPath = query.at(m.Account.Name, query.number-1)
		}
		if query.number < last {
			page.NextPath = query.at(m.Account.Name, query.number+1)
		}
	}
	if len(entries) > few || query.Filters() {
		page.Totals = h.listTotals(m.Account.Name, entries, query)
	}
	if len(entries) > fewToFind || query.Filters() {
		page.Filter = h.listFilter(m.Account.Name, entries, query)
		page.Sort = listSort(m.Account.Name, query)
	}
	if query.Filters() {
		page.ClearPath = providersOf(m.Account.Name)
		page.Found = text.Count(len(matching), "link matches", "links match")
	}
	page.PollPath, page.PollAfter = query.at(m.Account.Name, query.number), poll
	if page.PollAfter > 0 {
		page.Reload = max(3, page.PollAfter)
	}
	return page, nil
}

// sections lists the providers. Those that can be linked come first, then those that
// are linked all the same, then the others.
func (h *handlers) sections(m account.Membership, rules credential.Rules, entries, matching []credential.Entry) []listed {
	linked, all := map[string]int{}, map[string][]credential.Entry{}
	for _, e := range entries {
		linked[e.Provider]++
	}
	for _, e := range matching {
		all[e.Provider] = append(all[e.Provider], e)
	}
	var sections []listed
	add := func(key, name, remark string) {
		s := listed{Provider: views.Provider{Key: key, Name: name, Remark: remark}, all: all[key]}
		if _, linkable := h.Clouds[key]; linkable {
			s.Available, s.Remark = true, ""
			switch {
			case !rules.Allows(key):
				s.Refused = credential.ErrProviderNotAllowed.Sentence
			case mayLink(m):
				s.AddPath = credentialsOf(m.Account.Name, key) + "/new"
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
	for _, one := range catalogue {
		known[one.key] = true
		add(one.key, one.name, one.remark)
	}
	for _, key := range slices.Sorted(maps.Keys(linked)) {
		if !known[key] { // linked when Mooring had a cloud of this name
			add(key, key, noLongerSupported)
		}
	}
	rank := func(s listed) int {
		switch {
		case s.Available && s.Refused == "":
			return 0
		case linked[s.Key] > 0:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(sections, func(a, b listed) int { return cmp.Compare(rank(a), rank(b)) })
	return sections
}

// credentialRows are the rows with these IDs, and after how many seconds one of them
// looks different by itself. here is the page they are on.
func (h *handlers) credentialRows(c echo.Context, m account.Membership, ids []string, here string) (map[string]views.CredentialRow, int, error) {
	if len(ids) == 0 {
		return nil, 0, nil
	}
	ctx, zone := c.Request().Context(), zoneOf(c)
	found, err := h.Credentials.Some(ctx, m.Account.ID, ids)
	if err != nil {
		return nil, 0, err
	}
	questions, err := h.Reviews.UnansweredAbout(ctx, m.Account.ID, ids)
	if err != nil {
		return nil, 0, err
	}
	rows := make(map[string]views.CredentialRow, len(found))
	for _, one := range found {
		row := views.CredentialRow{
			ID: one.ID, Label: one.Label, Path: credentialOf(m.Account.Name, one.Provider, one.ID),
			SubscriptionName: one.SubscriptionName, SubscriptionID: one.Target.SubscriptionID,
			Status: h.statusOf(one, h.cloudOf(one.Provider).Describe(), zone), LastCheck: h.moment(one.LastCheckedAt, zone),
			Expires: h.moment(one.CertificateExpires, zone), LinkedBy: one.CreatedByName,
		}
		if q, asked := questions[one.ID]; asked {
			row.Question = &views.RowQuestion{Asker: cmp.Or(q.AskedByName, nobodyHere), Text: shortened(q.Text), Due: h.moment(q.DueAt, zone)}
			if mayLink(m) {
				row.Question.AnswerPath = answerOf(m.Account.Name, one.Provider, one.ID, here)
			}
		}
		rows[one.ID] = row
	}
	return rows, h.lookAgain(found), nil
}

// listTotals are the numbers above the list. Each leads to what it counts.
func (h *handlers) listTotals(accountName string, entries []credential.Entry, shown listQuery) []views.Link {
	by, asked := map[credential.Status]int{}, 0
	for _, e := range entries {
		by[e.Status]++
		if e.Asked {
			asked++
		}
	}
	link := func(words, status string) views.Link {
		return views.Link{Text: words, Path: listQuery{status: status}.at(accountName, 1),
			Current: shown.status == status && shown.Search == "" && shown.Provider == ""}
	}
	totals := []views.Link{link(text.Number(len(entries))+" linked", "")}
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
		{asked, "has a question from a review", "have questions from reviews", statusAsked},
	} {
		if part.n > 0 {
			totals = append(totals, link(text.Count(part.n, part.one, part.several), part.status))
		}
	}
	return totals
}

// listFilter shows the fields as they were typed.
func (h *handlers) listFilter(accountName string, entries []credential.Entry, query listQuery) *views.ListFilter {
	f := &views.ListFilter{Path: providersOf(accountName), Total: len(entries), Search: query.Search, Provider: query.Provider, Status: query.status,
		Sort: string(query.Sort)}
	if query.Descending {
		f.Order = "desc"
	}
	keys := map[string]bool{}
	for _, e := range entries {
		keys[e.Provider] = true
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		f.Providers = append(f.Providers, views.Choice{Key: key, Name: h.cloudOf(key).Describe().Name})
	}
	for _, status := range review.Statuses {
		f.Statuses = append(f.Statuses, views.Choice{Key: string(status), Name: review.StatusName(status)})
	}
	f.Statuses = append(f.Statuses, views.Choice{Key: statusAsked, Name: "With a question from a review"})
	return f
}

// listSort are the headers of the columns. The one that sorts turns the order round.
func listSort(accountName string, query listQuery) views.ListSort {
	link := func(by credential.ListSort) views.SortLink {
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
		return views.SortLink{Path: next.at(accountName, 1), Direction: direction}
	}
	return views.ListSort{Label: link(credential.ByLabel), Status: link(credential.ByStatus), Checked: link(credential.ByChecked), Expires: link(credential.ByExpires)}
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
func (h *handlers) lookAgain(credentials []credential.Credential) int {
	soonest := 0
	for _, c := range credentials {
		after := 0
		switch {
		case !c.State.Can(credential.Verify):
		case c.Checking(h.Now()):
			after = 2
		case c.State == credential.WaitingCloud || !c.CouldNotCheckAt.IsZero():
			after = h.secondsUntil(c.NextCheckAt) + 1
		}
		if after > 0 && (soonest == 0 || after < soonest) {
			soonest = after
		}
	}
	return soonest
}
