package views

import (
	"cmp"

	"mooring/audit"
	"mooring/credential"
	"mooring/review"
	"mooring/text"
)

// queueButton is one of the four buttons of the queue.
type queueButton struct {
	Key, Letter, Name string
	Class             string
	Does              string
	Reason            bool // it needs one
}

// queueButtons stand in the order of their buttons. Their letters are the keys of
// app.js, which reads them from the buttons.
var queueButtons = []queueButton{
	{Key: "keep", Letter: "k", Name: "Keep", Class: "primary", Does: "Nothing changes."},
	{Key: "disable", Letter: "d", Name: "Disable", Does: "It stays linked, but can't be used.", Reason: true},
	{Key: "unlink", Letter: "u", Name: "Unlink", Class: "danger", Does: "It is permanently removed from Mooring.", Reason: true},
	{Key: "ask", Letter: "a", Name: "Ask the owner", Does: "Type your question as the reason. The item comes back when the owner answers.", Reason: true},
}

// chosenSays tells how to go on with a decision that needs a reason.
func chosenSays(key string) string {
	for _, d := range queueButtons {
		if d.Key == key {
			return d.Name + " is selected. Type the reason, then press Enter. Press Escape to cancel."
		}
	}
	return ""
}

// inQueue says where in the queue one is: "3 of 10, 7 left".
func inQueue(p Queue) string {
	return text.Number(p.Position) + " of " + text.Number(p.Position+p.Left-1) + ", " + text.Number(p.Left) + " left"
}

// before is what the last review decided, and who did.
func before(i QueueItem) string {
	s := orElse(i.Before, "reviewed")
	if i.ReviewedBy != "" {
		s += " by " + i.ReviewedBy
	}
	return s
}

// QueueRecord is what is read about one item of a queue, beside the item itself.
type QueueRecord struct {
	Link    credential.Credential
	Runs    []credential.Verification // the latest first
	Before  *review.Past              // the latest decision of an earlier review; nil: none
	Rights  []review.RightSince       // compared with those of Before
	Changed []audit.Change            // since Before
	InUse   bool                      // something depends on it
}

// Queue builds the page that takes one item of a review at a time. begun is what
// somebody has begun to decide.
func (r Reader) Queue(frame Frame, of review.Review, item review.Item, place review.QueuePlace, begun review.Decision, record QueueRecord) Queue {
	p := Queue{Frame: frame, Review: of.Name, BackPath: ReviewPath(of.ID), Total: of.Total - of.Gone, Decided: of.Decided,
		Position: max(1, min(of.Decided+1, of.Decided+place.Left)), Left: place.Left, Action: ReviewPath(of.ID) + "/decide",
		CredentialID: item.CredentialID, Version: item.Version, After: item.Number, Chosen: chosenBefore(begun.Kind), Reason: begun.Reason,
		Item: r.queueItem(item, record)}
	p.Path = "" // whoever comes back later finds the next one
	if place.Left > 1 {
		p.SkipPath = QueuePath(of.ID, item.Number, "")
	}
	if record.InUse {
		p.DependsNote = credential.ErrInUse.Sentence
	}
	return p
}

// chosenBefore lets only a decision that needs a reason be chosen beforehand.
func chosenBefore(kind review.Kind) string {
	switch kind {
	case review.Disable, review.Unlink, review.Ask:
		return string(kind)
	}
	return ""
}

// queueItem is one credential with all that somebody needs to decide: what it
// is now, what it was at its last review, and how its checks ended.
func (r Reader) queueItem(item review.Item, record QueueRecord) QueueItem {
	c, d := record.Link, r.Clouds.Describe(record.Link.Provider)
	method, _ := d.Method(c.Target.SignIn.Method)
	shown := QueueItem{
		Label: c.Label, Path: LinkedAccountPath(c.ID), Provider: d.Name, Account: item.Account,
		CloudAccountName: c.CloudAccountName, CloudAccount: c.Target.Account, CloudParent: c.Target.Parent,
		Noun: text.Capital(d.Account.One), ParentNoun: text.Capital(d.Parent.One), Method: cmp.Or(method.Name, c.Target.SignIn.Method),
		Status: r.Status(c), StatusReason: c.Reason, Rights: rightsSince(record.Rights), Chart: r.Chart(record.Runs),
		Expires: r.Moment(c.CertificateExpires), ExpiresSoon: r.ExpiresSoon(c),
		Linked: r.Moment(c.CreatedAt), LinkedBy: c.CreatedByName, LastCheck: r.Moment(c.LastCheckedAt),
		LastReview: r.Moment(c.ReviewedAt), ReviewedBy: c.ReviewedByName,
		Changed: item.ChangedSince, Question: item.Question, Answer: item.Answer, AnsweredBy: item.AnsweredByName, Answered: r.Moment(item.AnsweredAt),
	}
	if record.Before != nil {
		day := "the review of " + r.day(record.Before.DecidedAt)
		shown.Before, shown.RightsThen = record.Before.Kind.Word(), day
		if item.Kind == "" {
			shown.Changed, shown.ChangedSince = record.Changed, day
		}
	}
	if item.Kind != "" {
		shown.ChangedSince = "the decision of " + r.day(item.DecidedAt)
	}
	return shown
}

var queueDone = map[review.Kind]string{review.Keep: "Kept ", review.Disable: "Disabled ", review.Unlink: "Unlinked ", review.Ask: "Asked about "}

// QueueDone says what the reader decided about an item, before what comes next; empty
// when somebody else did, or nobody.
func (r Reader) QueueDone(item review.Item) string {
	if item.DecidedByID != r.PersonID || queueDone[item.Kind] == "" {
		return ""
	}
	return queueDone[item.Kind] + item.Label + "."
}

// What comes when nothing is left in a queue.
const (
	sayAllDecided   = "Close the review to create its evidence."
	sayOthersClose  = "Its reviewers, or the person who started it, can now close it."
	sayOwnersAnswer = "The remaining items are waiting for answers from owners. They return to your queue when the owners answer."
	sayOthersDecide = "The other reviewers decide on the remaining items."
	sayStuck        = "The remaining items are links of the reviewers themselves, so none of them can decide."
)

// QueueEnd builds the page that says that nothing is left for the reader, and what
// comes now.
func (r Reader) QueueEnd(frame Frame, of review.Review) Queue {
	p := Queue{Frame: frame, Review: of.Name, BackPath: ReviewPath(of.ID), Total: of.Total - of.Gone, Decided: of.Decided, NothingLeft: true}
	switch {
	case of.Undecided() == 0 && of.MayTend(r.PersonID):
		p.Next, p.ClosePath = sayAllDecided, ReviewPath(of.ID)+"/close"
	case of.Undecided() == 0:
		p.Next = sayOthersClose
	case of.Open == 0:
		p.Next = sayOwnersAnswer
	case of.Open == of.Stuck:
		p.Next = sayStuck
	default:
		p.Next = sayOthersDecide
	}
	return p
}
