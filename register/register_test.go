package register_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"mooring/audit"
	"mooring/cloud"
	"mooring/credential"
	"mooring/register"
)

// listFake is a store that gives what it was given.
type listFake struct {
	register.Store
	rows      []register.Row
	after     register.Cursor
	next      register.Cursor
	refuse    error
	told      []audit.Entry
	walked    int
	selection register.Selection
	turns     []int // rows that each turn of the statuses changes
	refreshed atomic.Int64
}

func (f *listFake) ListLinked(_ context.Context, _ register.Query, after register.Cursor, _ int, _ time.Time) (register.Listing, error) {
	f.after = after
	return register.Listing{Rows: f.rows, Next: f.next}, nil
}

func (f *listFake) AddExport(_ context.Context, entry audit.Entry) error {
	f.told = append(f.told, entry)
	return f.refuse
}

func (f *listFake) EachLinked(_ context.Context, s register.Selection, _ int64, _ int, _ time.Time, chunk func([]register.Row) error) error {
	f.selection = s
	for _, row := range f.rows {
		f.walked++
		if err := chunk([]register.Row{row}); err != nil {
			return err
		}
	}
	return nil
}

func (f *listFake) RefreshStatuses(context.Context, time.Time, int) (int, error) {
	f.refreshed.Add(1)
	if len(f.turns) == 0 {
		return 0, errors.New("the disk is full")
	}
	changed := f.turns[0]
	f.turns = f.turns[1:]
	return changed, nil
}

var listHour = time.Date(2026, 11, 22, 9, 14, 3, 250e6, time.UTC)

func (f *listFake) register() *register.Service {
	return register.NewService(register.Config{Store: f, Now: func() time.Time { return listHour }, Log: slog.New(slog.DiscardHandler),
		Clouds: cloud.Registry{}})
}

func TestACursorLeadsBackToItsPlace(t *testing.T) {
	row := register.Row{Number: 7, Label: "ätna/1", Account: "harbor", LastCheckedAt: listHour, ExpiresAt: listHour.Add(time.Hour)}
	for _, sort := range register.Sorts {
		for _, newestFirst := range []bool{false, true} {
			q := register.Query{Sort: sort, Descending: true}
			f := &listFake{next: register.CursorOf(row, q, newestFirst)}
			page, err := f.register().List(t.Context(), q, "")
			wantErr(t, err, nil)
			if strings.ContainsAny(page.Next, "+/=&? %") {
				t.Errorf("%s is not for a URL", page.Next)
			}
			_, err = f.register().List(t.Context(), q, page.Next)
			wantErr(t, err, nil)
			equal(t, string(sort), f.after, f.next)
		}
	}
}

func TestWhatIsNoCursorGivesTheFirstPage(t *testing.T) {
	q := register.Query{Sort: register.ByChecked}
	of := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	for _, after := range []string{"", "?", "AAAA", "%00", strings.Repeat("A", 9999), of("null"), of("[]"), of(`{"s":"checked","i":"7"}`),
		of(`{"s":"checked","i":-7}`), of(`{"s":"checked","i":7,"t":"yesterday"}`), of(`{"s":"checked","i":1e99}`),
		register.CursorOf(register.Row{Number: 7}, register.Query{}, false).String(),
		register.CursorOf(register.Row{Number: 7}, register.Query{Sort: register.ByChecked, Descending: true}, false).String()} {
		f := &listFake{after: register.Cursor{Number: 99}}
		_, err := f.register().List(t.Context(), q, after)
		wantErr(t, err, nil)
		if !f.after.IsZero() {
			t.Errorf("%q leads to %+v", after, f.after)
		}
	}
}

func TestASearchThatIsTooShortIsNotEverything(t *testing.T) {
	f := &listFake{rows: []register.Row{{Number: 1}}}
	s := register.Selection{All: true, Query: register.Query{Search: "ab"}}
	wantErr(t, f.register().Each(t.Context(), s, 0, func([]register.Row) error { return nil }), register.ErrSearchTooShort)
	_, err := f.register().Count(t.Context(), s)
	wantErr(t, err, register.ErrSearchTooShort)
	equal(t, "walked", f.walked, 0)
}

func exportedRows() []register.Row {
	return []register.Row{
		{Number: 1, ID: "link-1", Account: "harbor", Provider: "azure", Label: `=HYPERLINK("http://evil.example","Production")`, CloudAccountName: "+1", CloudAccount: "-2",
			LinkedBy: "@SUM(A1)", LinkedByEmail: "max@example.com", State: credential.Connected, LastCheckedAt: listHour, ExpiresAt: listHour.Add(24 * time.Hour),
			ReviewedAt: listHour.In(time.FixedZone("there", 3600)), ReviewedBy: "\tAda", Reason: "a, \"quoted\"\nreason"},
		{Number: 2, ID: "link-2", Label: "Staging", State: credential.Stopped},
	}
}

func TestAnExportIsSafeInASpreadsheet(t *testing.T) {
	f := &listFake{rows: exportedRows()}
	var file bytes.Buffer
	wantErr(t, f.register().Export(t.Context(), actor("ada"), register.Query{Status: credential.StatusConnected}, register.CSV, &file), nil)
	lines, err := csv.NewReader(&file).ReadAll()
	wantErr(t, err, nil)
	equal(t, "lines", len(lines), 3)
	for i, line := range lines[1:] {
		for j, cell := range line {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r\n") {
				t.Errorf("line %d: %s begins like a formula: %q", i+1, lines[0][j], cell)
			}
		}
	}
	equal(t, "the label", lines[1][3], `'=HYPERLINK("http://evil.example","Production")`)
	equal(t, "the status", lines[1][6]+", "+lines[2][6], "Expiring, Disabled")
	equal(t, "the last check", lines[1][9], "2026-11-22T09:14:03Z")
	equal(t, "the last review", lines[1][12], "2026-11-22T09:14:03Z")
	equal(t, "a check that never was", lines[2][9], "")
	equal(t, "entries", len(f.told), 1)
	equal(t, "the entry", f.told[0].Action, audit.ExportList)
	equal(t, "its detail", f.told[0].Detail, "Connected")
}

func TestAnExportInJSONIsOneObjectALine(t *testing.T) {
	f := &listFake{rows: exportedRows()}
	var file bytes.Buffer
	wantErr(t, f.register().Export(t.Context(), actor("ada"), register.Query{Search: "ab"}, register.JSONLines, &file), nil)
	equal(t, "the query", f.selection.Query, register.Query{})
	equal(t, "its detail", f.told[0].Detail, "All linked accounts")
	lines := strings.Split(strings.TrimSuffix(file.String(), "\n"), "\n")
	equal(t, "lines", len(lines), 2)
	var first, second map[string]any
	wantErr(t, json.Unmarshal([]byte(lines[0]), &first), nil)
	wantErr(t, json.Unmarshal([]byte(lines[1]), &second), nil)
	equal(t, "the label", first["label"], any(exportedRows()[0].Label))
	equal(t, "the status", first["status"], any("expiring"))
	equal(t, "a check that never was", second["last_checked"], nil)
	equal(t, "fields", len(second), 15)
}

// The audit log comes first: when it cannot be told, nothing leaves.
func TestNothingIsExportedUntold(t *testing.T) {
	f := &listFake{rows: exportedRows(), refuse: errors.New("the disk is full")}
	var file bytes.Buffer
	wantErr(t, f.register().Export(t.Context(), actor("ada"), register.Query{}, register.CSV, &file), f.refuse)
	equal(t, "bytes", file.Len(), 0)
	equal(t, "walked", f.walked, 0)
	wantErr(t, f.register().Export(t.Context(), actor("ada"), register.Query{}, "xlsx", &file), register.ErrNoSuchFormat)
	equal(t, "entries", len(f.told), 1)
}

func TestARowHasTheWordOfItsCredential(t *testing.T) {
	r := register.Row{State: credential.Connected, ExpiresAt: listHour.Add(48 * time.Hour)}
	equal(t, "the word", r.Word("Azure", listHour), "Expires in 2 days")
	equal(t, "the status", r.Status(listHour), credential.StatusExpiring)
	equal(t, "waiting", register.Row{State: credential.WaitingCloud}.Word("Azure", listHour), "Waiting for Azure")
}

// Statuses are brought up to date at the start, each minute, and as long as
// there is more; a failure is logged and not the end.
func TestStatusesAreKeptUpToDate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &listFake{turns: []int{500, 3, 0}}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			f.register().Run(ctx)
		}()
		synctest.Wait()
		equal(t, "turns at the start", f.refreshed.Load(), 2)
		time.Sleep(150 * time.Second)
		synctest.Wait()
		equal(t, "turns after two minutes", f.refreshed.Load(), 4)
		cancel()
		<-done
	})
}
