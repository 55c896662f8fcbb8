package register

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"time"

	"mooring/audit"
	"mooring/cloud"
	"mooring/credential"
	"mooring/text"
)

// Format is how a list is exported.
type Format string

// The formats. Their spelling is that of the file's ending.
const (
	CSV       Format = "csv"
	JSONLines Format = "jsonl"
)

// Export writes all linked accounts that match, in the order of linking. The
// audit log tells it before the first byte leaves. What is searched for counts
// as on the page: when it is too short, everything is exported.
func (r *Service) Export(ctx context.Context, actor audit.Actor, q Query, format Format, w io.Writer) error {
	buffered := bufio.NewWriter(w)
	var lines exporter
	switch format {
	case CSV:
		lines = csvExporter{csv.NewWriter(buffered), r.clouds}
	case JSONLines:
		lines = jsonExporter{json.NewEncoder(buffered)}
	default:
		return ErrNoSuchFormat
	}
	if q.MatchesNothing() {
		return ErrUnknownFilter
	}
	if q.TooShort() {
		q.Search = ""
	}
	now := r.now()
	entry := audit.Entry{At: now, Actor: actor, Action: audit.ExportList, Result: audit.Done, Detail: q.Sentence()}
	if err := r.store.AddExport(ctx, entry); err != nil {
		return err
	}
	if err := lines.begin(); err != nil {
		return err
	}
	err := r.Each(ctx, Selection{All: true, Query: q}, 0, func(rows []Row) error {
		for _, row := range rows {
			if err := lines.add(exported(row, now)); err != nil {
				return err
			}
		}
		return lines.flush()
	})
	if err != nil {
		return err
	}
	if err := lines.flush(); err != nil {
		return err
	}
	return buffered.Flush()
}

// exportedRow is one linked account in an export. The names are those of the
// JSON; in CSV they are the header.
type exportedRow struct {
	ID               string            `json:"id"`
	Account          string            `json:"account"`
	Provider         string            `json:"provider"`
	Label            string            `json:"label"`
	CloudAccountName string            `json:"cloud_account_name"`
	CloudAccountID   string            `json:"cloud_account_id"`
	Status           credential.Status `json:"status"`
	LinkedBy         string            `json:"linked_by"`
	LinkedByEmail    string            `json:"linked_by_email"`
	LastChecked      *time.Time        `json:"last_checked"` // null: never
	CouldNotCheck    *time.Time        `json:"could_not_check"`
	Expires          *time.Time        `json:"expires"`
	Reviewed         *time.Time        `json:"reviewed"`
	ReviewedBy       string            `json:"reviewed_by"`
	Reason           string            `json:"reason"`
}

var exportHeader = []string{"ID", "Account", "Provider", "Label", "Cloud account name", "Cloud account ID", "Status",
	"Linked by", "Linked by (e-mail address)", "Last check", "Could not check", "Expires", "Last review", "Reviewed by", "Reason"}

func exported(r Row, now time.Time) exportedRow {
	return exportedRow{ID: r.ID, Account: r.Account, Provider: r.Provider, Label: r.Label,
		CloudAccountName: r.CloudAccountName, CloudAccountID: r.CloudAccount, Status: r.Status(now),
		LinkedBy: r.LinkedBy, LinkedByEmail: r.LinkedByEmail,
		LastChecked: orNever(r.LastCheckedAt), CouldNotCheck: orNever(r.CouldNotCheckAt), Expires: orNever(r.ExpiresAt),
		Reviewed: orNever(r.ReviewedAt), ReviewedBy: r.ReviewedBy, Reason: r.Reason}
}

func orNever(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// exporter writes linked accounts in one format.
type exporter interface {
	begin() error
	add(e exportedRow) error
	flush() error
}

type csvExporter struct {
	*csv.Writer
	clouds cloud.Registry
}

func (x csvExporter) begin() error { return x.Write(exportHeader) }

func (x csvExporter) add(e exportedRow) error {
	cells := []string{e.ID, e.Account, x.clouds.Describe(e.Provider).Name, e.Label, e.CloudAccountName, e.CloudAccountID, StatusName(e.Status),
		e.LinkedBy, e.LinkedByEmail, when(e.LastChecked), when(e.CouldNotCheck), when(e.Expires), when(e.Reviewed), e.ReviewedBy, e.Reason}
	for i := range cells {
		cells[i] = text.Cell(cells[i])
	}
	return x.Write(cells)
}

func (x csvExporter) flush() error {
	x.Flush()
	return x.Error()
}

func when(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.RFC3339)
}

type jsonExporter struct{ *json.Encoder }

func (x jsonExporter) begin() error            { return nil }
func (x jsonExporter) add(e exportedRow) error { return x.Encode(e) }
func (x jsonExporter) flush() error            { return nil }
