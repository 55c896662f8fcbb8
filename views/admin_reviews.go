package views

import (
	"slices"

	"mooring/register"
	"mooring/review"
	"mooring/text"
)

// rhythms are how often a review may start by itself.
var rhythms = []option{{"monthly", "Every month"}, {"quarterly", "Every three months"}, {"half-yearly", "Every six months"}, {"yearly", "Every year"}}

// decidedOf says how far a review is.
func decidedOf(decided, total int) string {
	return text.Number(decided) + " of " + text.Number(total) + " decided"
}

func newReviewHeading(p NewReview) string {
	if p.Repeats {
		return "New schedule"
	}
	return "New review"
}

func onceOrRepeated(p NewReview) []FilterTab {
	return []FilterTab{
		{Text: "Once, now", Path: p.OncePath, Count: -1, Current: !p.Repeats},
		{Text: "On a schedule", Path: p.RepeatPath, Count: -1, Current: p.Repeats},
	}
}

// Reviews builds the list of reviews and their schedules.
func (r Reader) Reviews(frame Frame, all []review.Review, schedules []review.Schedule) Reviews {
	p := Reviews{Frame: frame, NewPath: NewReviewPath(register.Selection{All: true}, false)}
	for _, one := range all {
		if one.State == review.Closed {
			p.Closed = append(p.Closed, r.reviewRow(one))
		} else {
			p.Open = append(p.Open, r.reviewRow(one))
		}
	}
	for _, s := range schedules {
		p.Schedules = append(p.Schedules, r.scheduleRow(s))
	}
	return p
}

func (r Reader) reviewRow(of review.Review) ReviewRow {
	row := ReviewRow{Name: of.Name, Path: ReviewPath(of.ID), What: of.About, StartedBy: of.StartedByName, Due: r.Moment(of.DueAt),
		Overdue: of.Overdue(r.Now), Gathering: of.State == review.Gathering, Total: of.Total - of.Gone, Decided: of.Decided}
	if of.Total == 0 && !row.Gathering {
		row.What += ". " + sayNothingMatched
	}
	if own, named := of.Reviewer(r.PersonID); named && of.State == review.Open && own.Open > 0 {
		row.Left, row.QueuePath = own.Open, QueuePath(of.ID, 0, "")
	}
	if of.State == review.Closed {
		row.Closed, row.ClosedBy, row.EvidencePath = r.Moment(of.ClosedAt), of.ClosedByName, EvidencePath(of.ID)
	}
	return row
}

const sayNothingMatched = "No linked account matched when the review started, so there is nothing to decide."

func (r Reader) scheduleRow(s review.Schedule) ScheduleRow {
	row := ScheduleRow{Name: s.Name, What: s.About, Every: s.Every.Word(), Days: s.Days, Next: r.Moment(s.NextAt),
		EndPath: SchedulesPath + "/" + s.ID + "/end"}
	for _, reviewer := range s.Reviewers {
		row.Reviewers = append(row.Reviewers, reviewer.Name)
	}
	if s.Trouble != "" {
		row.What += ". " + s.Trouble
	}
	return row
}

var reviewsDone = map[string]string{
	"scheduled": "Schedule saved. Mooring starts the first review automatically.",
	"ended":     "The schedule has ended. Reviews that it started aren't affected.",
}

// ReviewsDone says on the list of reviews what was done.
func ReviewsDone(what string) string { return reviewsDone[what] }

// ReviewForm is what somebody types who starts a review, or puts one on a schedule.
type ReviewForm struct {
	Repeats                       bool // it is put on a schedule
	Selection                     register.Selection
	Name, Due, Every, First, Days string
	Reviewers                     []string // IDs or e-mail addresses
}

// SelectionCount is how many linked accounts a selection has now.
type SelectionCount struct {
	Total int
	More  bool // there are more than Total
}

func (n SelectionCount) words() string {
	if n.More {
		return text.Number(n.Total) + " or more linked accounts"
	}
	return text.Count(n.Total, "linked account", "linked accounts")
}

// NewReviewForm builds the form by which a review is started, or put on a schedule.
// Its reviewers are chosen among the administrators.
func NewReviewForm(frame Frame, form ReviewForm, count SelectionCount, administrators []review.Reviewer) NewReview {
	p := NewReview{Frame: frame, Action: ReviewsPath, Repeats: form.Repeats,
		OncePath: NewReviewPath(form.Selection, false), RepeatPath: NewReviewPath(form.Selection, true), What: selectionAbout(form.Selection), Count: count.words(),
		Carried: Carry(form.Selection.Values()), Name: form.Name, Due: form.Due, Every: form.Every, First: form.First, Days: form.Days,
		CancelPath: ReviewsPath}
	if form.Repeats {
		p.Title, p.Action = "New schedule", SchedulesPath
	}
	for _, a := range administrators {
		ticked := slices.Contains(form.Reviewers, a.PersonID) || slices.Contains(form.Reviewers, a.Email)
		p.Reviewers = append(p.Reviewers, Tick{Key: a.PersonID, Name: a.Name, Remark: a.Email, Ticked: ticked})
	}
	return p
}

// selectionAbout says in words what a selection selects.
func selectionAbout(s register.Selection) string {
	if s.All {
		return s.Query.Sentence()
	}
	return "Selected one by one"
}
