// Package evidence1 writes the files of an evidence pack in format 1. Packs that
// were signed in it must stay the same to the byte for as long as anybody keeps
// one, so nothing here changes again: not a word, not a field, not a digit. It
// imports nothing of Mooring, whose other packages do change.
package evidence1

import (
	"bufio"
	_ "embed"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"time"
)

// The files of a pack, in their order.
const (
	FileCSV     = "decisions.csv"
	FileJSON    = "decisions.json"
	FileSummary = "summary.html"
)

// Review is a closed review.
type Review struct {
	ID, Name, About                      string
	StartedByName, ClosedByName          string
	StartedAt, DueAt, ClosedAt           time.Time
	Total, Decided, UndecidedItems, Gone int // UndecidedItems: that are not gone
	AuditEntry                           int64
	AuditDigest                          []byte
	Reviewers                            []Reviewer
}

// Reviewer is somebody who decided.
type Reviewer struct {
	PersonID, Name, Email string
	Decided               int
}

// Item is one linked account of the review.
type Item struct {
	Position                           int
	CredentialID, AccountID, Account   string
	Provider, Label                    string
	SubscriptionName, SubscriptionID   string
	LinkedByID, LinkedByName           string
	Stage, Kind                        string
	Reason, DecidedByID, DecidedByName string
	DecidedAt                          time.Time
	Snapshot                           Snapshot
	Question, AskedByName              string
	AskedAt                            time.Time
	Answer, AnsweredByName             string
	AnsweredAt                         time.Time
	Gone                               bool
}

// Snapshot is what a linked account was like when somebody decided on it.
type Snapshot struct {
	At                 time.Time `json:"at"`
	Word               string    `json:"word"`
	Status             string    `json:"status"`
	State              string    `json:"state"`
	Reason             string    `json:"reason,omitempty"`
	Version            int64     `json:"version"`
	Account            string    `json:"account"`
	Provider           string    `json:"provider"`
	Label              string    `json:"label"`
	SubscriptionName   string    `json:"subscription_name"`
	SubscriptionID     string    `json:"subscription_id"`
	Environment        string    `json:"environment"`
	Method             string    `json:"method"`
	TenantID           string    `json:"tenant_id"`
	ClientID           string    `json:"client_id"`
	Rights             []Right   `json:"rights"`
	CertificateSHA1    string    `json:"certificate_sha1"`
	CertificateExpires time.Time `json:"certificate_expires"`
	LinkedByID         string    `json:"linked_by_id,omitempty"`
	LinkedBy           string    `json:"linked_by,omitempty"`
	LinkedAt           time.Time `json:"linked_at"`
	LastCheckedAt      time.Time `json:"last_checked_at,omitzero"`
	CouldNotCheckAt    time.Time `json:"could_not_check_at,omitzero"`
}

// Right is a right as it was, in words.
type Right struct {
	Granted   bool   `json:"granted"`
	Excessive bool   `json:"excessive"`
	Sentence  string `json:"sentence"`
}

// Items hands over every item in the order of the review, and ends at the first
// error.
type Items func(each func(Item) error) error

// Write writes one file of a pack.
func Write(w io.Writer, file string, r Review, items Items) error {
	buffered := bufio.NewWriterSize(w, 64<<10)
	var err error
	switch file {
	case FileCSV:
		err = writeCSV(buffered, items)
	case FileJSON:
		err = writeJSON(buffered, r, items)
	case FileSummary:
		err = writeSummary(buffered, r, items)
	default:
		err = fmt.Errorf("the manifest of the review %s names a file %q", r.ID, file)
	}
	if err != nil {
		return err
	}
	return buffered.Flush()
}

// outcome says in words what became of an item.
func outcome(i Item) string {
	switch i.Stage {
	case "decided":
		return map[string]string{"keep": "Keep", "disable": "Disable", "unlink": "Unlink", "ask": "Ask the owner"}[i.Kind]
	case "asked":
		return "Not decided: asked, and not answered"
	case "gone":
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

var csvHeader = []string{"Position", "Decision", "Reason", "Decided by", "Decided at", "Status then", "Label", "Provider", "Account",
	"Subscription", "Subscription ID", "Linked by", "Question", "Asked by", "Asked at", "Answer", "Answered by", "Answered at",
	"Unlinked by the end", "Credential"}

func writeCSV(w io.Writer, items Items) error {
	out := csv.NewWriter(w)
	if err := out.Write(csvHeader); err != nil {
		return err
	}
	err := items(func(i Item) error {
		row := []string{fmt.Sprint(i.Position), outcome(i), i.Reason, i.DecidedByName, exactly(i.DecidedAt), i.Snapshot.Word, i.Label,
			i.Provider, i.Account, i.SubscriptionName, i.SubscriptionID, i.LinkedByName, i.Question, i.AskedByName, exactly(i.AskedAt),
			i.Answer, i.AnsweredByName, exactly(i.AnsweredAt), map[bool]string{true: "yes", false: "no"}[i.Gone], i.CredentialID}
		for n := range row {
			row[n] = cell(row[n])
		}
		return out.Write(row)
	})
	out.Flush()
	if err != nil {
		return err
	}
	return out.Error()
}

// How decisions.json spells reviews and items.
type (
	reviewJSON struct {
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
		Reviewers []reviewerJSON `json:"reviewers"`
	}
	reviewerJSON struct {
		ID      string `json:"id"`
		Name    string `json:"name"`
		Email   string `json:"email"`
		Decided int    `json:"decided"`
	}
	itemJSON struct {
		Position         int           `json:"position"`
		Credential       string        `json:"credential"`
		Label            string        `json:"label"`
		Provider         string        `json:"provider"`
		AccountID        string        `json:"account_id"`
		Account          string        `json:"account"`
		SubscriptionName string        `json:"subscription_name"`
		SubscriptionID   string        `json:"subscription_id"`
		LinkedByID       string        `json:"linked_by_id,omitempty"`
		LinkedBy         string        `json:"linked_by,omitempty"`
		Stage            string        `json:"stage"`
		Unlinked         bool          `json:"unlinked"`
		Decision         *decisionJSON `json:"decision,omitempty"`
		Question         *questionJSON `json:"question,omitempty"`
	}
	decisionJSON struct {
		Kind   string    `json:"kind"`
		Reason string    `json:"reason"`
		ByID   string    `json:"by_id"`
		By     string    `json:"by"`
		At     time.Time `json:"at"`
		State  Snapshot  `json:"state"`
	}
	questionJSON struct {
		Text       string    `json:"text"`
		By         string    `json:"by"`
		At         time.Time `json:"at"`
		Answer     string    `json:"answer,omitempty"`
		AnsweredBy string    `json:"answered_by,omitempty"`
		AnsweredAt time.Time `json:"answered_at,omitzero"`
	}
)

func spelledReview(r Review) reviewJSON {
	spelled := reviewJSON{ID: r.ID, Name: r.Name, About: r.About, StartedBy: r.StartedByName, StartedAt: r.StartedAt.UTC(), DueAt: r.DueAt.UTC(),
		ClosedBy: r.ClosedByName, ClosedAt: r.ClosedAt.UTC(), Total: r.Total, Decided: r.Decided, Undecided: r.UndecidedItems, Gone: r.Gone,
		Reviewers: []reviewerJSON{}}
	for _, who := range r.Reviewers {
		spelled.Reviewers = append(spelled.Reviewers, reviewerJSON{ID: who.PersonID, Name: who.Name, Email: who.Email, Decided: who.Decided})
	}
	return spelled
}

func spelledItem(i Item) itemJSON {
	spelled := itemJSON{Position: i.Position, Credential: i.CredentialID, Label: i.Label, Provider: i.Provider, AccountID: i.AccountID,
		Account: i.Account, SubscriptionName: i.SubscriptionName, SubscriptionID: i.SubscriptionID, LinkedByID: i.LinkedByID,
		LinkedBy: i.LinkedByName, Stage: i.Stage, Unlinked: i.Gone}
	if i.Kind != "" {
		spelled.Decision = &decisionJSON{Kind: i.Kind, Reason: i.Reason, ByID: i.DecidedByID, By: i.DecidedByName, At: i.DecidedAt.UTC(), State: i.Snapshot}
	}
	if i.Question != "" {
		spelled.Question = &questionJSON{Text: i.Question, By: i.AskedByName, At: i.AskedAt.UTC(), Answer: i.Answer,
			AnsweredBy: i.AnsweredByName, AnsweredAt: i.AnsweredAt.UTC()}
	}
	return spelled
}

func writeJSON(w *bufio.Writer, r Review, items Items) error {
	head, err := json.Marshal(spelledReview(r))
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(w, "{\"review\":%s,\n\"items\":[", head) // a bufio.Writer keeps its error for Flush
	separator := "\n"
	err = items(func(i Item) error {
		line, err := json.Marshal(spelledItem(i))
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

//go:embed summary.html
var summaryHTML string

var summaryTemplate = template.Must(template.New("summary").Funcs(template.FuncMap{
	"moment":  func(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") },
	"date":    func(t time.Time) string { return t.UTC().Format("2 January 2006") },
	"exact":   exactly,
	"number":  inThousands,
	"hex":     hex.EncodeToString,
	"outcome": outcome,
}).Parse(summaryHTML))

// mostSummarized is how many rows a table of the summary has.
const mostSummarized = 500

type summary struct {
	Review Review
	Groups []*group
}

// Undecided counts everything without a decision, whatever the reason.
func (s summary) Undecided() int { return s.Review.UndecidedItems + s.Review.Gone }

// group is one table: the first of those with the same outcome.
type group struct {
	Heading, Says string
	Count         int
	Items         []Item
}

// Rest counts those that are only in the other files.
func (g *group) Rest() int { return g.Count - len(g.Items) }

func writeSummary(w io.Writer, r Review, items Items) error {
	groups := map[string]*group{
		"disable": {Heading: "Disabled", Says: "They cannot be used until an administrator enables them."},
		"unlink":  {Heading: "Unlinked", Says: "They are gone from Mooring."},
		"":        {Heading: "Not decided", Says: "The review was closed without a decision on these."},
		"keep":    {Heading: "Kept", Says: "They stay as they are."},
	}
	err := items(func(i Item) error {
		kind := i.Kind
		if i.Stage != "decided" {
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
	return summaryTemplate.Execute(w, summary{Review: r, Groups: []*group{groups["disable"], groups["unlink"], groups[""], groups["keep"]}})
}

func inThousands(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
