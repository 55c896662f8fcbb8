package review

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"time"

	"mooring/text"
)

const (
	itemsAtOnce    = 500 // read from the store
	mostSummarized = 500 // rows of one table of the summary
)

// writeFile writes one of the digested files. It uses nothing that can change
// after the review is closed.
func (s *Service) writeFile(ctx context.Context, r Review, name string, w io.Writer) error {
	buffered := bufio.NewWriterSize(w, 64<<10)
	var err error
	switch name {
	case fileCSV:
		err = s.writeCSV(ctx, r, buffered)
	case fileJSON:
		err = s.writeJSON(ctx, r, buffered)
	case fileSummary:
		err = s.writeSummary(ctx, r, buffered)
	default:
		err = fmt.Errorf("the manifest of the review %s names a file %q", r.ID, name)
	}
	if err != nil {
		return err
	}
	return buffered.Flush()
}

// recorded hands over every item as it is stored.
func (s *Service) recorded(ctx context.Context, r Review, each func(Item) error) error {
	after := int64(0)
	for {
		items, err := s.store.Recorded(ctx, r.ID, after, itemsAtOnce)
		if err != nil || len(items) == 0 {
			return err
		}
		for _, i := range items {
			if err := each(i); err != nil {
				return err
			}
			after = i.Number
		}
	}
}

// outcome says in words what became of an item.
func outcome(i Item) string {
	switch i.Stage {
	case StageDecided:
		return i.Kind.Word()
	case StageAsked:
		return "Not decided: asked, and not answered"
	case StageGone:
		return "Not decided: unlinked before"
	}
	if i.Answer != "" {
		return "Not decided: asked and answered"
	}
	return "Not decided"
}

func exactly(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// outcomeKey is outcome for programs: the decision, or what the item waits for.
func outcomeKey(i Item) string {
	if i.Stage == StageDecided {
		return string(i.Kind)
	}
	return string(i.Stage)
}

var csvHeader = []string{"Position", "Decision", "Decision key", "Reason", "Decided by", "Decided at", "Status then", "Status key", "Label", "Provider", "Account",
	"Cloud account name", "Cloud account ID", "Linked by", "Question", "Asked by", "Asked at", "Answer", "Answered by", "Answered at",
	"Unlinked by the end", "Credential"}

func (s *Service) writeCSV(ctx context.Context, r Review, w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write(csvHeader); err != nil {
		return err
	}
	err := s.recorded(ctx, r, func(i Item) error {
		row := []string{fmt.Sprint(i.Position), outcome(i), outcomeKey(i), i.Reason, i.DecidedByName, exactly(i.DecidedAt),
			i.Snapshot.Word, string(i.Snapshot.Status), i.Label,
			i.Provider, i.Account, i.CloudAccountName, i.CloudAccount, i.LinkedByName, i.Question, i.AskedByName, exactly(i.AskedAt),
			i.Answer, i.AnsweredByName, exactly(i.AnsweredAt), map[bool]string{true: "yes", false: "no"}[i.Gone], i.CredentialID}
		for n := range row {
			row[n] = text.Cell(row[n])
		}
		return out.Write(row)
	})
	out.Flush()
	if err != nil {
		return err
	}
	return out.Error()
}

// packReview and packItem spell reviews and items in decisions.json.
type packReview struct {
	ID        string         `json:"id"`
	Name      string         `json:"name"`
	About     string         `json:"about"`
	StartedBy string         `json:"started_by"`
	StartedAt time.Time      `json:"started_at"`
	DueAt     time.Time      `json:"due_at"`
	ClosedBy  string         `json:"closed_by"`
	ClosedAt  time.Time      `json:"closed_at"`
	Total     int            `json:"total"`
	Decided   int            `json:"decided"`
	Undecided int            `json:"undecided"`
	Gone      int            `json:"unlinked_before"`
	Reviewers []packReviewer `json:"reviewers"`
}

type packReviewer struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Email   string `json:"email"`
	Decided int    `json:"decided"`
}

type packItem struct {
	Position         int           `json:"position"`
	Credential       string        `json:"credential"`
	Label            string        `json:"label"`
	Provider         string        `json:"provider"`
	AccountID        string        `json:"account_id"`
	Account          string        `json:"account"`
	CloudAccountName string        `json:"cloud_account_name"`
	CloudAccountID   string        `json:"cloud_account_id"`
	LinkedByID       string        `json:"linked_by_id,omitempty"`
	LinkedBy         string        `json:"linked_by,omitempty"`
	Stage            Stage         `json:"stage"`
	Unlinked         bool          `json:"unlinked"`
	Decision         *packDecision `json:"decision,omitempty"` // the last; with the stage open or asked it does not count
	Question         *packQuestion `json:"question,omitempty"`
}

type packDecision struct {
	Kind   Kind      `json:"kind"`
	Reason string    `json:"reason"`
	ByID   string    `json:"by_id"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	State  Snapshot  `json:"state"` // that it was decided on
}

type packQuestion struct {
	Text       string    `json:"text"`
	By         string    `json:"by"`
	At         time.Time `json:"at"`
	Answer     string    `json:"answer,omitempty"`
	AnsweredBy string    `json:"answered_by,omitempty"`
	AnsweredAt time.Time `json:"answered_at,omitzero"`
}

func packed(r Review) packReview {
	p := packReview{ID: r.ID, Name: r.Name, About: r.About, StartedBy: r.StartedByName, StartedAt: r.StartedAt.UTC(), DueAt: r.DueAt.UTC(),
		ClosedBy: r.ClosedByName, ClosedAt: r.ClosedAt.UTC(), Total: r.Total, Decided: r.Decided, Undecided: r.Undecided(), Gone: r.Gone,
		Reviewers: []packReviewer{}}
	for _, who := range r.Reviewers {
		p.Reviewers = append(p.Reviewers, packReviewer{ID: who.PersonID, Name: who.Name, Email: who.Email, Decided: who.Decided})
	}
	return p
}

func packedItem(i Item) packItem {
	p := packItem{Position: i.Position, Credential: i.CredentialID, Label: i.Label, Provider: i.Provider, AccountID: i.AccountID,
		Account: i.Account, CloudAccountName: i.CloudAccountName, CloudAccountID: i.CloudAccount, LinkedByID: i.LinkedByID,
		LinkedBy: i.LinkedByName, Stage: i.Stage, Unlinked: i.Gone}
	if i.Kind != "" {
		p.Decision = &packDecision{Kind: i.Kind, Reason: i.Reason, ByID: i.DecidedByID, By: i.DecidedByName, At: i.DecidedAt.UTC(), State: i.Snapshot}
	}
	if i.Question != "" {
		p.Question = &packQuestion{Text: i.Question, By: i.AskedByName, At: i.AskedAt.UTC(), Answer: i.Answer,
			AnsweredBy: i.AnsweredByName, AnsweredAt: i.AnsweredAt.UTC()}
	}
	return p
}

// writeJSON spells one item a line, so that the file can be read and compared
// without a program for it.
func (s *Service) writeJSON(ctx context.Context, r Review, w *bufio.Writer) error {
	head, err := json.Marshal(packed(r))
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(w, "{\"review\":%s,\n\"items\":[", head) // a bufio.Writer keeps its error for Flush
	separator := "\n"
	err = s.recorded(ctx, r, func(i Item) error {
		line, err := json.Marshal(packedItem(i))
		if err != nil {
			return err
		}
		_, _ = w.WriteString(separator)
		_, err = w.Write(line)
		separator = ",\n"
		return err
	})
	_, _ = w.WriteString("\n]}\n")
	return err
}

//go:embed evidence_summary.html
var summaryHTML string

var summaryTemplate = template.Must(template.New("summary").Funcs(template.FuncMap{
	"moment":  func(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") },
	"date":    func(t time.Time) string { return t.UTC().Format("2 January 2006") },
	"exact":   exactly,
	"number":  text.Number[int],
	"hex":     func(b []byte) string { return hex.EncodeToString(b) },
	"outcome": outcome,
}).Parse(summaryHTML))

// summary is what the readable page shows.
type summary struct {
	Review Review
	Groups []*summaryGroup
}

// Undecided counts everything without a decision, whatever the reason.
func (s summary) Undecided() int { return s.Review.Undecided() + s.Review.Gone }

// summaryGroup is one table: the first of those with the same outcome.
type summaryGroup struct {
	Heading string
	Says    string
	Count   int
	Items   []Item
}

// Rest counts those that are only in the other files.
func (g *summaryGroup) Rest() int { return g.Count - len(g.Items) }

func (s *Service) writeSummary(ctx context.Context, r Review, w io.Writer) error {
	groups := map[Kind]*summaryGroup{
		Disable: {Heading: "Disabled", Says: "They can't be used until an administrator enables them."},
		Unlink:  {Heading: "Unlinked", Says: "They were removed from Mooring."},
		"":      {Heading: "Not decided", Says: "The review was closed without a decision on these."},
		Keep:    {Heading: "Kept", Says: "They stay linked and unchanged."},
	}
	err := s.recorded(ctx, r, func(i Item) error {
		kind := i.Kind
		if i.Stage != StageDecided {
			kind = ""
		}
		g := groups[kind]
		if g.Count++; g.Count <= mostSummarized {
			g.Items = append(g.Items, i)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return summaryTemplate.Execute(w, summary{Review: r, Groups: []*summaryGroup{groups[Disable], groups[Unlink], groups[""], groups[Keep]}})
}
