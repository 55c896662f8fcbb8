package handlers

import (
	"cmp"
	"io"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"mooring/credential"
	"mooring/fault"
	"mooring/review"
	"mooring/text"
	"mooring/views"
)

const sayTooShort = "Type at least three letters (two in Chinese, Japanese or Korean) to search. Until then, all linked accounts are shown."

// linkedAccountsPage is Administration > Linked accounts; htmx asks for the
// list while somebody searches.
func (h *handlers) linkedAccountsPage(c echo.Context) error {
	return h.sendLinkedAccounts(c, c.QueryParams(), nil)
}

// sendLinkedAccounts shows the list that was asked for. typed are the fields of
// the query, with what was chosen in a form that came back.
func (h *handlers) sendLinkedAccounts(c echo.Context, typed url.Values, err error) error {
	query, fields := review.ParseQuery(typed)
	if query.TooShort() {
		fields["search"] = sayTooShort
	}
	page, listErr := h.Register.List(c.Request().Context(), query, typed.Get("after"))
	if listErr != nil {
		return listErr
	}
	totals, listErr := h.Register.Totals(c.Request().Context())
	if listErr != nil {
		return listErr
	}
	view := views.LinkedAccounts{
		Frame: h.frame(c, "Linked accounts"), Path: linkedAccountsPath, Totals: totalLinks(totals, query), Filter: h.linkedFilter(typed, query),
		ClearPath: clearPath(query, fields), Rows: h.linkedRows(page.Rows, typed["credential"], zoneOf(c)), Sort: sortLinks(query, page.NewestFirst),
		Total: page.Total, More: page.More, NothingLinked: totals.All == 0, NewestFirst: page.NewestFirst, Unfinished: page.Unfinished,
		CSVPath: withQuery(linkedAccountsPath+"/export.csv", query.Values()), JSONLinesPath: withQuery(linkedAccountsPath+"/export.jsonl", query.Values()),
		SelectionPath: linkedAccountsPath + "/selection", Carried: carriedQuery(query, typed.Get("after")),
		All: typed.Get("all") == "yes",
	}
	if view.Filter.Accounts, listErr = h.Register.AccountNames(c.Request().Context(), typed.Get("account")); listErr != nil {
		return listErr
	}
	view.Frame.Path = linkedAccountsPath
	if typed.Get("after") != "" {
		view.FirstPath = linkedAccountsAt(query, "")
	}
	if page.Next != "" {
		view.NextPath = linkedAccountsAt(query, page.Next)
	}
	status, err := h.refused(c, err, &view.Problem, &view.Fields)
	if err != nil {
		return err
	}
	maps.Copy(fields, selectionFields(view.Fields))
	view.Fields = fields
	if wants(c, "linked") {
		return h.html(c, status, views.LinkedTable(view))
	}
	return h.html(c, status, views.LinkedAccountsPage(view))
}

// linkedAccountsAt is the address of the list, so that it can be sent to a
// colleague as it is seen.
func linkedAccountsAt(q review.Query, after string) string {
	v := q.Values()
	if after != "" {
		v.Set("after", after)
	}
	return withQuery(linkedAccountsPath, v)
}

func clearPath(q review.Query, fields fault.Fields) string {
	if q.Filters() || len(fields) > 0 {
		return linkedAccountsPath
	}
	return ""
}

func carriedQuery(q review.Query, after string) []views.Hidden {
	v := q.Values()
	if after != "" {
		v.Set("after", after)
	}
	return carried(v)
}

// selectionFields puts what is wrong with a selection where the list shows it.
func selectionFields(fields fault.Fields) fault.Fields {
	shown := fault.Fields{}
	for name, sentence := range fields {
		if name == "credential" || name == "action" {
			name = "selection"
		}
		shown[name] = sentence
	}
	return shown
}

// totalLinks are the numbers above the list. Each leads to what it counts.
func totalLinks(t review.Totals, shown review.Query) []views.Link {
	all := []views.Link{linkTo(text.Count(t.All, "linked account", "linked accounts"), review.Query{}, shown)}
	for _, part := range []struct {
		n            int
		one, several string
		query        review.Query
	}{
		{t.ByStatus[credential.StatusAttention], "needs attention", "need attention", review.Query{Status: credential.StatusAttention}},
		{t.ByStatus[credential.StatusWarning], "connected with a warning", "connected with a warning", review.Query{Status: credential.StatusWarning}},
		{t.ByStatus[credential.StatusExpiring], "expires soon", "expire soon", review.Query{Status: credential.StatusExpiring}},
		{t.Pending(), "waiting for approval", "waiting for approval", review.Query{Status: credential.StatusPending}},
		{t.NeverReviewed, "never reviewed", "never reviewed", review.Query{NeverReviewed: true}},
	} {
		if part.n > 0 {
			all = append(all, linkTo(text.Count(part.n, part.one, part.several), part.query, shown))
		}
	}
	return all
}

func linkTo(text string, q, shown review.Query) views.Link {
	shown.Sort, shown.Descending = "", false
	return views.Link{Text: text, Path: linkedAccountsAt(q, ""), Current: q == shown}
}

// linkedFilter shows the fields as they were typed, also those that the list
// left out.
func (h *handlers) linkedFilter(typed url.Values, query review.Query) views.LinkedFilter {
	carried := query.Values()
	filter := views.LinkedFilter{
		Search: typed.Get("search"), Provider: typed.Get("provider"), Status: typed.Get("status"), Account: typed.Get("account"),
		Expiring: typed.Get("expiring"), NeverReviewed: typed.Get("never-reviewed") == "yes", NotCheckedSince: typed.Get("not-checked-since"),
		Sort: carried.Get("sort"), Order: carried.Get("order"),
	}
	for key, linkable := range h.Clouds {
		filter.Providers = append(filter.Providers, views.Choice{Key: key, Name: linkable.Describe().Name})
	}
	if _, known := h.Clouds[query.Provider]; query.Provider != "" && !known { // what is linked to it is still listed
		filter.Providers = append(filter.Providers, views.Choice{Key: query.Provider, Name: h.cloudOf(query.Provider).Describe().Name})
	}
	slices.SortFunc(filter.Providers, func(a, b views.Choice) int { return cmp.Compare(a.Name, b.Name) })
	for _, status := range review.Statuses {
		filter.Statuses = append(filter.Statuses, views.Choice{Key: string(status), Name: review.StatusName(status)})
	}
	return filter
}

// sortLinks are the headers of the columns. The one that sorts turns the order
// round; of rows that are sorted otherwise none does.
func sortLinks(q review.Query, sortedOtherwise bool) views.LinkedSort {
	link := func(by review.Sort) views.SortLink {
		next, direction := q, ""
		next.Sort, next.Descending = by, false
		if q.Order() == by && !sortedOtherwise {
			next.Descending, direction = !q.Descending, "ascending"
			if q.Descending {
				direction = "descending"
			}
		}
		return views.SortLink{Path: linkedAccountsAt(next, ""), Direction: direction}
	}
	return views.LinkedSort{Label: link(review.ByLabel), Account: link(review.ByAccount), Checked: link(review.ByChecked),
		Expires: link(review.ByExpires), Reviewed: link(review.ByReviewed)}
}

const nobodyHere = "a former user"

func (h *handlers) linkedRows(rows []review.Row, selected []string, zone *time.Location) []views.LinkedRow {
	var all []views.LinkedRow
	for _, r := range rows {
		d := h.cloudOf(r.Provider).Describe()
		row := views.LinkedRow{ID: r.ID, Label: r.Label, Path: linkedAccountOf(r.ID), Provider: d.Name,
			SubscriptionName: r.SubscriptionName, SubscriptionID: r.SubscriptionID, Account: r.Account, LinkedBy: cmp.Or(r.LinkedBy, nobodyHere),
			Status: h.rowStatus(r, d.ShortName, zone), LastCheck: h.moment(r.LastCheckedAt, zone), Expires: h.moment(r.ExpiresAt, zone),
			LastReview: h.moment(r.ReviewedAt, zone), ReviewedBy: r.ReviewedBy, Selected: slices.Contains(selected, r.ID)}
		all = append(all, row)
	}
	return all
}

var statusTones = map[credential.Status]views.Tone{
	credential.StatusConnected: views.ToneOK, credential.StatusWarning: views.ToneWaiting, credential.StatusExpiring: views.ToneWaiting, credential.StatusWaiting: views.ToneWaiting,
	credential.StatusPending: views.ToneWaiting, credential.StatusAttention: views.ToneAttention,
	credential.StatusUnchecked: views.ToneOff, credential.StatusDisabled: views.ToneOff,
}

// rowStatus is the status word of a row, with what a row knows about it.
func (h *handlers) rowStatus(r review.Row, cloudName string, zone *time.Location) views.Status {
	now := h.Now()
	status := views.Status{Word: r.Word(cloudName, now), Tone: statusTones[r.Status(now)]}
	switch {
	case r.State == credential.Stopped:
		status.Detail = "by an administrator"
	case r.State == credential.Connected && !r.ExpiresAt.After(now):
		status.Detail = "The certificate has expired."
	case r.Status(now) == credential.StatusWarning:
		status.Detail = sayWarnings(r.Warnings(now), cloudName, r.LastCheckedAt, zone)
	case !r.CouldNotCheckAt.IsZero() && r.State.Can(credential.Verify):
		status.Detail = "Couldn't check " + h.moment(r.CouldNotCheckAt, zone).Shown
	}
	return status
}

func (h *handlers) exportLinkedCSV(c echo.Context) error {
	return h.exportLinked(c, review.CSV, "text/csv; charset=utf-8")
}

func (h *handlers) exportLinkedJSONLines(c echo.Context) error {
	return h.exportLinked(c, review.JSONLines, "application/jsonl; charset=utf-8")
}

// exportLinked sends what the query lists as a file. A query with a fault is
// refused, since an export of more than was asked for may go further than it
// should.
func (h *handlers) exportLinked(c echo.Context, format review.Format, contentType string) error {
	query, fields := review.ParseQuery(c.QueryParams())
	if err := fault.AtFields(fields); err != nil {
		return err
	}
	return h.stream(c, h.dated("linked-accounts", string(format)), contentType, func(w io.Writer) error {
		return h.Register.Export(c.Request().Context(), actorOf(c), query, format, w)
	})
}

// longestAddress is what every browser and proxy takes, in bytes.
const longestAddress = 4 << 10

var errTooManyOneByOne = fault.New(fault.Invalid, "request.too-many-one-by-one",
	"Select at most 50 linked accounts one by one. To select more, use a filter and select all that match.")

// selectLinkedAccounts checks the chosen ones again, in the background, or leads
// on to a new review of them, or to the page that asks before they are changed.
func (h *handlers) selectLinkedAccounts(c echo.Context) error {
	form := c.Request().PostForm
	selection, err := h.chosenAccounts(c, form)
	if err != nil {
		return h.sendLinkedAccounts(c, form, err)
	}
	kind, leadsTo := review.JobKind(form.Get("action")), selectionValues(selection)
	address := ""
	switch {
	case form.Get("action") == "review":
		address = withQuery(reviewsPath+"/new", leadsTo)
	case kind.Changes():
		leadsTo.Set("action", string(kind))
		address = withQuery(confirmPath, leadsTo)
	}
	if address != "" {
		if len(selection.IDs) > review.PageSize || len(address) > longestAddress {
			return h.sendLinkedAccounts(c, form, errTooManyOneByOne.At("selection"))
		}
		return seeOther(c, address)
	}
	job, err := h.Jobs.Start(c.Request().Context(), actorOf(c), kind, selection, "")
	if err != nil {
		return h.sendLinkedAccounts(c, form, err)
	}
	return seeOther(c, jobOf(job.ID))
}

// chosenAccounts reads which ones are meant: those that a job failed on, all
// that match, or some.
func (h *handlers) chosenAccounts(c echo.Context, form url.Values) (review.Selection, error) {
	if job := form.Get("failed-of"); job != "" {
		return h.Jobs.AgainSelection(c.Request().Context(), job)
	}
	selection, fields := selectionOf(form)
	if err := fault.AtFields(fields); err != nil {
		return review.Selection{}, err
	}
	if !selection.All && len(selection.IDs) == 0 {
		return review.Selection{}, review.ErrNothingSelected.At("selection")
	}
	return selection, nil
}
