package views

import (
	"mooring/review"
	"mooring/text"
)

// reviewState is the word for where a review stands.
func reviewState(p Review) Status {
	switch {
	case p.Gathering:
		return Status{Word: "Collecting", Tone: ToneWaiting}
	case p.Over:
		return Status{Word: "Closed", Tone: ToneOff}
	case p.Overdue:
		return Status{Word: "Overdue", Tone: ToneAttention}
	case p.Decided == p.Total:
		return Status{Word: "All decided", Tone: ToneOK}
	}
	return Status{Word: "Open", Tone: ToneWaiting}
}

// closeSays tells what closing leaves undone.
func closeSays(p Review) string {
	switch left := p.Total - p.Decided; {
	case p.Gathering:
		return "Collecting is taking unusually long. If you close the review now, it contains only the linked accounts collected so far, all undecided, and the evidence says so. Nobody can decide afterward."
	case p.NothingSelected:
		return "There is nothing to decide. Closing the review creates the evidence, which says that nothing matched."
	case left > 0:
		return text.Count(left, "is", "are") + " undecided. If you close the review now, they stay as they are, and the evidence lists them as undecided. Nobody can decide afterward."
	default:
		return "Everything is decided. Closing the review creates the evidence. Nobody can decide afterward."
	}
}

// reviewReached says how far the review is, and what waits for others.
func reviewReached(p Review) string {
	s := decidedOf(p.Decided, p.Total)
	if p.Asked > 0 {
		s += ", " + text.Number(p.Asked) + " waiting for an answer from the owner"
	}
	return s
}

// itemHeading is the decision, or that there is none.
func itemHeading(i ReviewItem) string { return orElse(i.Decision, "Open") }

// reviewTabs are the parts of a review that its page can show, by what stands in the
// address.
var reviewTabs = []struct{ show, text, filter string }{
	{"", "All", ""}, {"open", "Open", string(review.StageOpen)}, {"asked", "Waiting for the owner", string(review.StageAsked)},
	{"keep", "Keep", string(review.Keep)}, {"disable", "Disable", string(review.Disable)}, {"unlink", "Unlink", string(review.Unlink)},
	{"changed", "Changed since", review.FilterChanged},
}

// ReviewFilter is the filter of the part that an address asks for; false when there is
// no such part.
func ReviewFilter(show string) (filter string, ok bool) {
	for _, tab := range reviewTabs {
		if tab.show == show {
			return tab.filter, true
		}
	}
	return "", false
}

// ReviewItems are the items of a part of a review that its page shows.
type ReviewItems struct {
	Show  string // which part
	After int64  // number of the item before the first; 0: they begin at the beginning
	Items []review.Item
	Next  int64 // what After is on the next page; 0: there is none
}

// Review builds the page of one review. Further reviewers are chosen among the
// administrators.
func (r Reader) Review(frame Frame, of review.Review, part ReviewItems, administrators []review.Reviewer) Review {
	path := ReviewPath(of.ID)
	p := Review{Frame: frame, Name: of.Name, What: of.About, StartedBy: of.StartedByName,
		Started: r.Moment(of.StartedAt), Due: r.Moment(of.DueAt), Overdue: of.Overdue(r.Now),
		Gathering: of.State == review.Gathering, Over: of.State == review.Closed, Closed: r.Moment(of.ClosedAt), ClosedBy: of.ClosedByName,
		Total: of.Total - of.Gone, Decided: of.Decided, Asked: of.Asked, Notes: reviewNotes(of),
		NothingSelected: of.Total == 0 && of.State != review.Gathering}
	p.Path = path
	for _, reviewer := range of.Reviewers {
		p.Reviewers = append(p.Reviewers, ReviewerRow{Name: reviewer.Name, Email: reviewer.Email,
			You: reviewer.PersonID == r.PersonID, Decided: reviewer.Decided, Left: reviewer.Open})
	}
	if p.Gathering {
		p.Reload = 2
	} else {
		r.showItems(&p, of, part)
	}
	if of.State != review.Closed && of.MayTend(r.PersonID) && of.MayClose(r.Now) { // when gathering never ends, too
		p.ClosePath = path + "/close"
	}
	switch of.State {
	case review.Closed:
		p.EvidencePath = EvidencePath(of.ID)
	case review.Open:
		if of.MayTend(r.PersonID) {
			p.offerReviewers(of, administrators)
		}
		if own, named := of.Reviewer(r.PersonID); named && own.Open > 0 {
			p.QueuePath = QueuePath(of.ID, 0, "")
		}
	}
	return p
}

// offerReviewers offers the administrators who are no reviewers yet.
func (p *Review) offerReviewers(of review.Review, administrators []review.Reviewer) {
	for _, a := range administrators {
		if _, already := of.Reviewer(a.PersonID); !already {
			p.NamePath = p.Path + "/reviewers"
			p.Candidates = append(p.Candidates, Choice{Key: a.PersonID, Name: a.Name + ", " + a.Email})
		}
	}
}

func (r Reader) showItems(p *Review, of review.Review, part ReviewItems) {
	counts := map[string]int{"": of.Total, "open": of.Open, "asked": of.Asked}
	for _, tab := range reviewTabs {
		count, counted := counts[tab.show]
		if !counted {
			count = -1
		}
		p.Tabs = append(p.Tabs, FilterTab{Text: tab.text, Path: ReviewPart(of.ID, tab.show, 0), Count: count, Current: tab.show == part.Show})
	}
	if _, ok := ReviewFilter(part.Show); !ok { // it has nothing in it
		return
	}
	for _, i := range part.Items {
		p.Items = append(p.Items, r.reviewItem(of, i))
	}
	if part.After > 0 {
		p.FirstPath = ReviewPart(of.ID, part.Show, 0)
	}
	if part.Next > 0 {
		p.NextPath = ReviewPart(of.ID, part.Show, part.Next)
	}
}

func (r Reader) reviewItem(of review.Review, i review.Item) ReviewItem {
	shown := ReviewItem{Label: i.Label, Provider: r.Clouds.Describe(i.Provider).Name, Account: i.Account, CloudAccountName: i.CloudAccountName,
		CloudAccount: i.CloudAccount, Decision: i.Kind.Word(), Tone: decisionTones[i.Kind], Reason: i.Reason, By: i.DecidedByName,
		When: r.Moment(i.DecidedAt), Answer: i.Answer, AnsweredBy: i.AnsweredByName, Changed: i.ChangedSince, Gone: i.Gone, Own: i.Own}
	if !i.Gone {
		shown.Path = LinkedAccountPath(i.CredentialID)
	}
	if _, named := of.Reviewer(r.PersonID); of.State == review.Open && named && !i.Own && !i.Gone {
		shown.QueuePath = QueueItemPath(of.ID, i.CredentialID, review.Decision{})
	}
	return shown
}

// reviewNotes tells what the numbers do not.
func reviewNotes(r review.Review) []string {
	var notes []string
	if r.Gone > 0 {
		notes = append(notes, text.Count(r.Gone, "linked account was", "linked accounts were")+" unlinked before a decision was made.")
	}
	if r.Stuck > 0 && r.State == review.Open {
		notes = append(notes, text.Count(r.Stuck, "open item belongs", "open items belong")+" to the reviewers themselves, so none of them can decide. "+
			"Add another administrator as a reviewer.")
	}
	for _, reviewer := range r.Reviewers {
		if reviewer.Away && r.State == review.Open {
			notes = append(notes, reviewer.Name+" is no longer an administrator and can't decide here.")
		}
	}
	return notes
}

var reviewDone = map[string]string{
	"started": "The review has started. Mooring is collecting its linked accounts.",
	"named":   "The reviewer has been added. They can now decide, too.",
	"closed":  "The review is closed. You can download its evidence.",
}

// ReviewDone says on the page of a review what was done.
func ReviewDone(what string) string { return reviewDone[what] }
