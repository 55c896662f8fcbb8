package handlers

import (
	"strconv"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"mooring/credential"
	"mooring/review"
	"mooring/text"
	"mooring/views"
)

// providers is Account info > Cloud Providers.
func (h *handlers) providers(c echo.Context) error {
	fragment := ""
	if wants(c, "providers") {
		fragment = "providers"
	}
	m, _ := membershipOf(c)
	query := readListQuery(c)
	key := query.At(m.Account.Name, query.Number)
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

// The bounds of what somebody asks of the list.
const (
	longestToFind  = 100
	longestPageNum = 1_000_000
)

func readListQuery(c echo.Context) views.ListQuery {
	q := views.ListQuery{Number: pageNumber(c), StatusTyped: c.QueryParam("status")}
	q.Search = text.Line(c.QueryParam("search"))
	if found := []rune(q.Search); len(found) > longestToFind {
		q.Search = string(found[:longestToFind])
	}
	q.Provider = c.QueryParam("provider")
	if q.Asked = q.StatusTyped == views.StatusAsked; !q.Asked {
		q.Status = credential.Status(q.StatusTyped)
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

func (h *handlers) providersView(c echo.Context, query views.ListQuery) (page views.Providers, err error) {
	ctx := c.Request().Context()
	m, _ := membershipOf(c)
	entries, err := h.Credentials.Entries(ctx, m.Account.ID)
	if err != nil {
		return page, err
	}
	rules, err := h.Credentials.Intake().Rules(ctx)
	if err != nil {
		return page, err
	}
	layout := h.reader(c).LayOutProviders(m, rules, entries, query)
	var links []credential.Credential
	var asked map[string]review.Question
	if ids := layout.IDs(); len(ids) > 0 {
		if links, err = h.Credentials.Some(ctx, m.Account.ID, ids); err != nil {
			return page, err
		}
		if asked, err = h.Reviews.UnansweredAbout(ctx, m.Account.ID, ids); err != nil {
			return page, err
		}
	}
	page = layout.Page(h.frame(c, "Cloud Providers"), links, asked)
	if caller, ok := callerOf(c); ok {
		page.FirstSteps = h.firstSteps(c, caller)
	}
	return page, nil
}
