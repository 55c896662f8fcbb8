package handlers

import (
	"io"
	"maps"
	"net/url"

	"github.com/labstack/echo/v4"

	"mooring/fault"
	"mooring/jobs"
	"mooring/register"
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
	query, fields := register.ParseQuery(typed)
	if query.TooShort() {
		fields["search"] = sayTooShort
	}
	ctx, list := c.Request().Context(), views.LinkedList{Typed: typed, Query: query, Fields: fields}
	var listErr error
	if list.Page, listErr = h.Register.List(ctx, query, typed.Get("after")); listErr != nil {
		return listErr
	}
	if list.Totals, listErr = h.Register.Totals(ctx); listErr != nil {
		return listErr
	}
	if list.Accounts, listErr = h.Register.AccountNames(ctx, typed.Get("account")); listErr != nil {
		return listErr
	}
	view := h.reader(c).LinkedAccounts(h.frame(c, "Linked accounts"), list)
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

func (h *handlers) exportLinkedCSV(c echo.Context) error {
	return h.exportLinked(c, register.CSV, "text/csv; charset=utf-8")
}

func (h *handlers) exportLinkedJSONLines(c echo.Context) error {
	return h.exportLinked(c, register.JSONLines, "application/jsonl; charset=utf-8")
}

// exportLinked sends what the query lists as a file. A query with a fault is
// refused, since an export of more than was asked for may go further than it
// should.
func (h *handlers) exportLinked(c echo.Context, format register.Format, contentType string) error {
	query, fields := register.ParseQuery(c.QueryParams())
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
	kind, leadsTo := jobs.Kind(form.Get("action")), selection.Values()
	address := ""
	switch {
	case form.Get("action") == "review":
		address = views.WithQuery(reviewsPath+"/new", leadsTo)
	case kind.Changes():
		leadsTo.Set("action", string(kind))
		address = views.WithQuery(confirmPath, leadsTo)
	}
	if address != "" {
		if len(selection.IDs) > register.PageSize || len(address) > longestAddress {
			return h.sendLinkedAccounts(c, form, errTooManyOneByOne.At("selection"))
		}
		return seeOther(c, address)
	}
	job, err := h.Jobs.Start(c.Request().Context(), actorOf(c), kind, selection, "")
	if err != nil {
		return h.sendLinkedAccounts(c, form, err)
	}
	return seeOther(c, views.JobPath(job.ID))
}

// chosenAccounts reads which ones are meant: those that a job failed on, all
// that match, or some.
func (h *handlers) chosenAccounts(c echo.Context, form url.Values) (register.Selection, error) {
	if job := form.Get("failed-of"); job != "" {
		return h.Jobs.AgainSelection(c.Request().Context(), job)
	}
	selection, fields := selectionOf(form)
	if err := fault.AtFields(fields); err != nil {
		return register.Selection{}, err
	}
	if !selection.All && len(selection.IDs) == 0 {
		return register.Selection{}, register.ErrNothingSelected.At("selection")
	}
	return selection, nil
}
