package handlers

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"mooring/audit"
	"mooring/fault"
	"mooring/register"
	"mooring/text"
	"mooring/views"
)

const (
	auditLogPath  = views.AuditLogPath
	entriesOnPage = 50
	entriesInTail = 100
	longestFilter = 254              // letters
	verifyTime    = 15 * time.Minute // at most, of the whole log
	dayLayout     = "2006-01-02"
)

// logFilter is what the log is filtered by, as it was typed and as it was read.
type logFilter struct {
	typed  views.AuditFilter
	filter audit.Filter
	fields fault.Fields
}

// readLogFilter reads a filter from an address. What it does not understand gets a
// sentence at the field, and nothing matches then. Days are those of the reader.
func readLogFilter(v url.Values, zone *time.Location) logFilter {
	f := logFilter{fields: fault.Fields{}}
	line := func(name string) string {
		value := text.Line(v.Get(name))
		if utf8.RuneCountInString(value) > longestFilter {
			f.fields[name] = sayFilterLong
			return ""
		}
		return value
	}
	f.typed = views.AuditFilter{Person: line("person"), Action: line("action"), Account: line("account"), Credential: line("credential"),
		Result: line("result"), From: line("from"), To: line("to")}
	f.filter = audit.Filter{Person: f.typed.Person, Account: f.typed.Account, Credential: f.typed.Credential}
	if f.typed.Action != "" && !strings.Contains(f.typed.Action, ".") {
		f.fields["action"] = sayNoSuchAction
	} else {
		f.filter.Action = f.typed.Action
	}
	switch result := audit.Result(f.typed.Result); result {
	case "", audit.Done, audit.Refused:
		f.filter.Result = result
	default:
		f.fields["result"] = sayNoSuchResult
	}
	f.filter.From = f.day("from", f.typed.From, zone)
	if to := f.day("to", f.typed.To, zone); !to.IsZero() {
		f.filter.To = to.AddDate(0, 0, 1) // the whole of that day
	}
	if !f.filter.To.IsZero() && !f.filter.From.Before(f.filter.To) {
		f.filter.To, f.fields["to"] = time.Time{}, sayToBeforeFrom
	}
	return f
}

func (f *logFilter) day(field, typed string, zone *time.Location) time.Time {
	if typed == "" {
		return time.Time{}
	}
	day, err := time.ParseInLocation(dayLayout, typed, zone)
	if err != nil {
		f.fields[field] = sayNoDay
		return time.Time{}
	}
	return day
}

// auditLogPage is Administration > Audit log.
func (h *handlers) auditLogPage(c echo.Context) error {
	filter := readLogFilter(c.QueryParams(), zoneOf(c))
	if since, err := strconv.ParseInt(c.QueryParam("since"), 10, 64); err == nil && wants(c, "tail") {
		return h.sendTail(c, filter, since)
	}
	return h.sendLog(c, filter, nil)
}

func (h *handlers) sendLog(c echo.Context, filter logFilter, verdict *views.Verdict) error {
	record := views.AuditLogRecord{Filter: filter.typed, Fields: filter.fields, Keys: h.AuditLog.PublicKeys(), Keep: h.AuditLog.Keep, Verdict: verdict}
	if !wants(c, "entries") {
		var err error
		if record.Segments, err = h.AuditLog.Store.Segments(c.Request().Context()); err != nil {
			return err
		}
	}
	view := h.reader(c).AuditLog(h.frame(c, "Audit log"), record)
	status, err := h.logEntries(c, &view, filter)
	if err != nil {
		return err
	}
	if wants(c, "entries") {
		return h.html(c, status, views.AuditEntries(view))
	}
	return h.html(c, status, views.AuditLogPage(view))
}

// logEntries fills in the entries. A log in which something does not fit may
// take no entry any more, and with that nobody reads it; it can be verified all
// the same.
func (h *handlers) logEntries(c echo.Context, view *views.AuditLog, filter logFilter) (status int, err error) {
	before, _ := strconv.ParseInt(c.QueryParam("before"), 10, 64)
	if len(filter.fields) > 0 { // what is mistyped must not show everything
		view.Problem = "Some filters have invalid values, so nothing matches."
		return http.StatusUnprocessableEntity, nil
	}
	page, err := h.AuditLog.List(c.Request().Context(), actorOf(c), filter.filter, max(0, before), entriesOnPage)
	if err != nil && fault.Has(fault.Of(err), fault.Internal) && c.Request().Context().Err() == nil {
		h.noteRefusal(c, errLogUnread.Because(err))
		view.Problem = errLogUnread.Sentence
		return statuses[errLogUnread.Kind].code, nil
	}
	if err != nil {
		return 0, err
	}
	labels, err := h.labelsOf(c.Request().Context(), page.Entries)
	if err != nil {
		return 0, err
	}
	view.ShowEntries(h.reader(c), page, labels, before)
	return http.StatusOK, nil
}

// sendTail answers whoever follows the log.
func (h *handlers) sendTail(c echo.Context, filter logFilter, since int64) error {
	if len(filter.fields) > 0 {
		return h.html(c, http.StatusOK, views.AuditTail(h.reader(c).AuditTailed(filter.typed, audit.LogPage{}, nil, since)))
	}
	page, err := h.AuditLog.Since(c.Request().Context(), actorOf(c), filter.filter, since, entriesInTail)
	if err != nil {
		return err
	}
	labels, err := h.labelsOf(c.Request().Context(), page.Entries)
	if err != nil {
		return err
	}
	return h.html(c, http.StatusOK, views.AuditTail(h.reader(c).AuditTailed(filter.typed, page, labels, since)))
}

// labelsOf finds the labels of all credentials of a page at once.
func (h *handlers) labelsOf(ctx context.Context, entries []audit.Sealed) (map[string]string, error) {
	labels, some := map[string]string{}, register.Selection{}
	for _, e := range entries {
		if _, asked := labels[e.CredentialID]; e.CredentialID != "" && !asked {
			labels[e.CredentialID] = ""
			some.IDs = append(some.IDs, e.CredentialID)
		}
	}
	if len(some.IDs) == 0 {
		return labels, nil
	}
	err := h.Register.Each(ctx, some, 0, func(rows []register.Row) error {
		for _, r := range rows {
			labels[r.ID] = r.Label
		}
		return nil
	})
	return labels, err
}

// exportAuditLog downloads the entries as JSON Lines, which can be verified
// elsewhere when nothing was filtered.
func (h *handlers) exportAuditLog(c echo.Context) error {
	return h.exportLog(c, audit.JSONLines, "application/jsonl")
}

// exportAuditLogCSV downloads the entries for a spreadsheet.
func (h *handlers) exportAuditLogCSV(c echo.Context) error {
	return h.exportLog(c, audit.CSV, "text/csv; charset=utf-8")
}

func (h *handlers) exportLog(c echo.Context, format audit.Format, contentType string) error {
	filter := readLogFilter(c.QueryParams(), zoneOf(c))
	if len(filter.fields) > 0 { // nobody gets everything by a slip
		return h.sendLog(c, filter, nil)
	}
	return h.stream(c, h.dated("audit-log", string(format)), contentType, func(w io.Writer) error {
		return h.AuditLog.Export(c.Request().Context(), actorOf(c), filter.filter, format, w)
	})
}

// verifyAuditLog goes through the whole log and shows what it found. It takes a
// while, so that it is done once at a time.
func (h *handlers) verifyAuditLog(c echo.Context) error {
	if !h.verifying.TryLock() {
		return errVerifying
	}
	defer h.verifying.Unlock()
	began := time.Now()
	// The server gives an answer a minute, and a long log takes longer.
	_ = http.NewResponseController(c.Response().Writer).SetWriteDeadline(began.Add(verifyTime))
	found, err := h.AuditLog.Verify(c.Request().Context(), actorOf(c))
	if err != nil {
		return err
	}
	verdict := h.reader(c).Verdict(found, time.Since(began))
	return h.sendLog(c, logFilter{}, &verdict)
}

// auditPublicKey downloads what checks exports and checkpoints elsewhere.
func (h *handlers) auditPublicKey(c echo.Context) error {
	keys, err := h.AuditLog.PublicKeyFile(c.Request().Context())
	if err != nil {
		return err
	}
	c.Response().Header().Set("Content-Disposition", `attachment; filename="mooring-audit-log.pem"`)
	return c.Blob(http.StatusOK, "application/x-pem-file", keys)
}
