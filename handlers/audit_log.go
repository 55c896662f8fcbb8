package handlers

import (
	"context"
	"fmt"
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
	"mooring/review"
	"mooring/text"
	"mooring/views"
)

const (
	auditLogPath  = "/admin/audit-log"
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

// query spells the filter as it was typed, so that the address can be sent to
// a colleague.
func (f logFilter) query() url.Values {
	query := url.Values{}
	for name, value := range map[string]string{"person": f.typed.Person, "action": f.typed.Action, "account": f.typed.Account,
		"credential": f.typed.Credential, "result": f.typed.Result, "from": f.typed.From, "to": f.typed.To} {
		if value != "" {
			query.Set(name, value)
		}
	}
	return query
}

// path is an address with this filter and one more value.
func (f logFilter) path(to, name string, value int64) string {
	query := f.query()
	if name != "" {
		query.Set(name, strconv.FormatInt(value, 10))
	}
	return withQuery(to, query)
}

// logOf is the audit log of one thing.
func logOf(name, value string) string { return withQuery(auditLogPath, url.Values{name: {value}}) }

// auditLogPage is Administration > Audit log.
func (h *handlers) auditLogPage(c echo.Context) error {
	filter := readLogFilter(c.QueryParams(), zoneOf(c))
	if since, err := strconv.ParseInt(c.QueryParam("since"), 10, 64); err == nil && wants(c, "tail") {
		return h.sendTail(c, filter, since)
	}
	return h.sendLog(c, filter, nil)
}

func (h *handlers) sendLog(c echo.Context, filter logFilter, verdict *views.Verdict) error {
	ctx := c.Request().Context()
	view := views.AuditLog{Frame: h.frame(c, "Audit log"), Path: auditLogPath, Filter: filter.typed, Fields: filter.fields,
		JSONLinesPath: filter.path(auditLogPath+"/export.jsonl", "", 0), CSVPath: filter.path(auditLogPath+"/export.csv", "", 0),
		VerifyPath: auditLogPath + "/verify", Verdict: verdict, KeyPath: auditLogPath + "/public-key", Retention: retention(h.AuditLog.Keep)}
	if keys := h.AuditLog.PublicKeys(); len(keys) > 0 {
		view.KeyName = keys[0].Fingerprint()
	}
	if len(filter.query()) > 0 {
		view.ClearPath = auditLogPath
	}
	status, err := h.logEntries(c, &view, filter)
	if err != nil {
		return err
	}
	if wants(c, "entries") {
		return h.html(c, status, views.AuditEntries(view))
	}
	segments, err := h.AuditLog.Store.Segments(ctx)
	if err != nil {
		return err
	}
	for _, s := range segments {
		view.Segments = append(view.Segments, views.SegmentRow{First: s.First, Last: s.Last, From: h.moment(s.FirstAt, zoneOf(c)),
			To: h.moment(s.LastAt, zoneOf(c)), Sealed: h.moment(s.SealedAt, zoneOf(c)), Digest: fmt.Sprintf("%x", s.Digest)})
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
	if view.Entries, err = h.logRows(c, page); err != nil {
		return 0, err
	}
	if before > 0 {
		view.NewestPath = filter.path(auditLogPath, "", 0)
	}
	if page.Next > 0 {
		view.OlderPath = filter.path(auditLogPath, "before", page.Next)
	}
	if before <= 0 {
		view.AgainPath = filter.path(auditLogPath, "", 0)
		var newest int64 // 0: nothing matches yet, and whoever waits for the first follows too
		for _, e := range page.Entries {
			newest = max(newest, e.Number)
		}
		view.TailPath = filter.path(auditLogPath, "since", newest)
	}
	return http.StatusOK, nil
}

// sendTail answers whoever follows the log.
func (h *handlers) sendTail(c echo.Context, filter logFilter, since int64) error {
	if len(filter.fields) > 0 {
		return h.html(c, http.StatusOK, views.AuditTail(views.AuditTailed{Path: filter.path(auditLogPath, "since", since)}))
	}
	page, err := h.AuditLog.Since(c.Request().Context(), actorOf(c), filter.filter, since, entriesInTail)
	if err != nil {
		return err
	}
	rows, err := h.logRows(c, page)
	if err != nil {
		return err
	}
	next := max(since, page.Next)
	return h.html(c, http.StatusOK, views.AuditTail(views.AuditTailed{Path: filter.path(auditLogPath, "since", next), Entries: rows}))
}

// logRows shows entries with the names of what they are about, as far as it
// still exists.
func (h *handlers) logRows(c echo.Context, page audit.LogPage) ([]views.LogEntry, error) {
	labels, err := h.labelsOf(c.Request().Context(), page.Entries)
	if err != nil {
		return nil, err
	}
	names := logNames{accounts: page.Accounts, labels: labels}
	rows := make([]views.LogEntry, len(page.Entries))
	for i, e := range page.Entries {
		rows[i] = h.logEntry(e, names, zoneOf(c))
	}
	return rows, nil
}

// labelsOf finds the labels of all credentials of a page at once.
func (h *handlers) labelsOf(ctx context.Context, entries []audit.Sealed) (map[string]string, error) {
	labels, some := map[string]string{}, review.Selection{}
	for _, e := range entries {
		if _, asked := labels[e.CredentialID]; e.CredentialID != "" && !asked {
			labels[e.CredentialID] = ""
			some.IDs = append(some.IDs, e.CredentialID)
		}
	}
	if len(some.IDs) == 0 {
		return labels, nil
	}
	err := h.Register.Each(ctx, some, 0, func(rows []review.Row) error {
		for _, r := range rows {
			labels[r.ID] = r.Label
		}
		return nil
	})
	return labels, err
}

// logNames are the names of what entries are about, by id. What is gone has
// none.
type logNames struct{ accounts, labels map[string]string }

func (h *handlers) logEntry(e audit.Sealed, names logNames, zone *time.Location) views.LogEntry {
	row := views.LogEntry{Number: e.Number, When: h.moment(e.At, zone), Who: e.Actor.Name, Key: e.Actor.KeyID, System: e.Actor.PersonID == audit.System,
		Action: e.Action, Detail: e.Detail, Address: e.Actor.Address, Refused: e.Result == audit.Refused, RequestID: e.Actor.RequestID, Changes: e.Changes}
	if e.Actor.PersonID != "" && !row.System {
		row.WhoPath = personOf(e.Actor.PersonID)
	}
	if e.AccountID != "" {
		row.Account = e.AccountID
		if name := names.accounts[e.AccountID]; name != "" {
			row.Account = name
		}
		row.AccountPath = logOf("account", row.Account)
	}
	if e.CredentialID != "" {
		row.Credential = e.CredentialID
		if label := names.labels[e.CredentialID]; label != "" {
			row.Credential, row.CredentialPath = label, linkedAccountOf(e.CredentialID)
		}
	}
	return row
}

// retention says how long entries stay.
func retention(keep time.Duration) string {
	if keep <= 0 {
		return "Entries are kept forever."
	}
	return "Entries are kept for " + text.Count(int(keep/(24*time.Hour)), "day", "days") + "."
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
	verdict := views.Verdict{Sound: found.Sound, Entries: found.Entries, Checkpoints: found.Checkpoints,
		When: h.moment(h.Now(), zoneOf(c)), Took: duration(time.Since(began)), Notes: found.Notes}
	if b := found.Broken; b != nil {
		verdict.Sentence = b.What
		if b.Entry > 0 {
			verdict.Where = views.Link{Text: "Show the entries from there", Path: logFilter{}.path(auditLogPath, "before", b.Entry+1)}
		}
	}
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
