package views

import (
	"fmt"
	"slices"
	"strings"

	"mooring/jobs"
	"mooring/register"
	"mooring/text"
)

// confirmMore says how many are not shown.
func confirmMore(p Confirm) string {
	return "and " + text.Count(p.Count-len(p.Rows), "more", "more")
}

// numberHint says what the number is for.
func numberHint(p Confirm) string {
	return text.Number(p.Count) + ". This makes sure that you don't change more than you meant to."
}

// bulkNotes say what a bulk change does.
var bulkNotes = map[jobs.Kind][]string{
	jobs.Disable: {"They can't be used and aren't checked until an administrator enables them. They stay linked. A link that an administrator has already disabled keeps its reason."},
	jobs.Enable:  {"Links that an administrator disabled or declined can be used again, and are checked right away. Links disabled by the people in their account can only be enabled by those people. Links waiting for approval must be approved. The job lists both kinds."},
	jobs.Approve: {"Links waiting for approval can be used, and are checked right away. You approve the permissions that Mooring found for each. Other links don't change."},
	jobs.Decline: {"Links waiting for approval are disabled. Other links don't change, and the job lists them."},
}

const (
	sayUndoLater   = "You can undo this later on the job's page, for every linked account that hasn't changed since."
	sayUndoChanges = "Only linked accounts that haven't changed since the job are restored. The job lists the others with the reason."
)

// BulkChange is a change of many linked accounts that has to be confirmed.
type BulkChange struct {
	Kind           jobs.Kind
	Selection      register.Selection
	Count          int            // of Selection
	Rows           []register.Row // the first of Selection
	Reason, Number string         // as typed
}

// ConfirmChange asks before many linked accounts are changed. Its frame is named after
// its heading.
func (r Reader) ConfirmChange(change BulkChange) Confirm {
	carry, kind := change.Selection.Values(), change.Kind
	carry.Set("action", string(kind))
	p := Confirm{
		What: change.Selection.About(), Notes: append(slices.Clone(bulkNotes[kind]), sayUndoLater),
		Nothing: "Nothing matches, so there is nothing to " + strings.ToLower(kind.Word()) + ".", Action: ConfirmPath, Carried: Carry(carry),
		AsksReason: true, ReasonOptional: !kind.NeedsReason(), Reason: change.Reason, Number: change.Number,
		Danger: kind == jobs.Disable || kind == jobs.Decline, CancelPath: LinkedAccountsPath, CancelText: "Linked accounts",
	}
	if change.Selection.All {
		p.CancelPath = LinkedAccountsAt(change.Selection.Query, "")
	}
	for _, row := range change.Rows {
		p.Rows = append(p.Rows, ConfirmRow{Label: row.Label, Account: row.Account, Path: LinkedAccountPath(row.ID), Status: r.RowStatus(row)})
	}
	p.count(kind.Word(), "", change.Count)
	return p
}

// ConfirmUndo asks before a job is undone. changes are the first of the job, and
// number is what was typed. Its frame is named after its heading.
func ConfirmUndo(job jobs.Job, changes []jobs.Change, number string) Confirm {
	name := fmt.Sprintf("job %d", job.Number)
	p := Confirm{What: job.Heading(), Notes: []string{undoNotes[job.Kind], sayUndoChanges}, Action: JobPath(job.ID) + "/undo",
		Reason: jobs.UndoReason(job), Number: number, CancelPath: JobPath(job.ID), CancelText: text.Capital(name)}
	for _, change := range changes {
		p.Rows = append(p.Rows, ConfirmRow{Label: change.Row.Label, Account: change.Row.Account, Path: LinkedAccountPath(change.Row.ID)})
	}
	p.count("Undo", " "+name, job.Changed)
	return p
}

// count says how many a change is about.
func (p *Confirm) count(verb, what string, count int) {
	p.Count, p.AsksNumber = count, count > jobs.MostWithoutNumber
	p.Heading = verb + what + " " + text.Count(count, "linked account", "linked accounts")
	if what != "" {
		p.Heading = verb + what + " for " + text.Count(count, "linked account", "linked accounts")
	}
	p.Button = verb + " " + text.Number(count)
	p.Question = verb + " all " + text.Number(count) + "?"
	if count == 1 {
		p.Question = verb + " it?"
	}
}
