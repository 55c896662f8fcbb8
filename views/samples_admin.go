package views

import (
	"net/url"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"mooring/audit"
	"mooring/credential"
	"mooring/fault"
	"mooring/register"
	"mooring/review"
)

// Values that the samples for administrators share.
const (
	sampleList      = "/admin/linked-accounts"
	sampleOne       = sampleList + "/crd_7h2k9m4p"
	sampleJobPath   = "/admin/jobs/job_4k8s2m6q"
	sampleReviews   = "/admin/reviews"
	sampleQ4        = sampleReviews + "/rev_9x3v6n0b"
	sampleQueueAt   = sampleQ4 + "/queue"
	sampleLogPath   = "/admin/audit-log"
	sampleLong      = "Data science of the harbor and everything beyond it, EU west, second attempt (please do not remove before the audit)"
	sampleUnwrapped = "unbreakable-subscription-name-of-the-tide-tables-department-of-the-harbor-authority"
	sampleDigest    = "9f2c1b7e5a4d8036e1f0c2b3a4958677d0e1f2a3b4c5d6e7f8091a2b3c4d5e6f"
)

// sampleAdmin is the frame of an administrator's page at path.
func sampleAdmin(title, path string) Frame {
	f := sampleFrame(title)
	f.Path, f.NavTitle, f.Nav = path, "Administration", Administration(path)
	return f
}

// samplesOfAdministrators are the pages for those who review what is linked.
func samplesOfAdministrators(add func(string, templ.Component)) {
	samplesOfLinkedAccounts(add)
	samplesOfLinkedAccount(add)
	samplesOfConfirm(add)
	samplesOfJobs(add)
	samplesOfIntake(add)
	samplesOfReviews(add)
	samplesOfQueue(add)
	samplesOfAuditLog(add)
}

func sampleLinkedRows() []LinkedRow { return sampleReader.linkedRows(sampleRegister(), nil) }

// sampleListed is the list that somebody gets who typed these fields.
func sampleListed(typed url.Values, page register.Page) LinkedAccounts {
	query, fields := register.ParseQuery(typed)
	page.Rows, page.Next = sampleRegister(), "k3v9x0ab"
	totals := register.Totals{All: 1_000_000, ByStatus: map[credential.Status]int{credential.StatusAttention: 12, credential.StatusPending: 3}, NeverReviewed: 88_120}
	return sampleReader.LinkedAccounts(sampleAdmin("Linked accounts", sampleList), LinkedList{Typed: typed, Query: query, Fields: fields, Page: page, Totals: totals,
		Accounts: []string{"ben", "harbor", "lighthouse"}})
}

func sampleLinkedList() LinkedAccounts {
	return sampleListed(url.Values{}, register.Page{Total: 1_000_000})
}

func sampleFilteredList() LinkedAccounts {
	typed := url.Values{"search": {"harb"}, "status": {"connected"}, "account": {"harbor"}, "expiring": {"30"}, "sort": {"expires"}, "order": {"desc"}, "after": {"b2d7"}}
	p := sampleListed(typed, register.Page{Total: 1000, More: true, NewestFirst: true})
	p.Filter.Accounts = []string{"harbor"}
	return p
}

func samplesOfLinkedAccounts(add func(string, templ.Component)) {
	add("admin-linked", LinkedAccountsPage(sampleLinkedList()))
	add("admin-linked-filtered", LinkedAccountsPage(sampleFilteredList()))
	add("admin-linked-table", LinkedTable(sampleFilteredList()))

	faults := sampleFilteredList()
	faults.Filter.Search, faults.Filter.NotCheckedSince, faults.Problem = "ha", "2026-02-31", "A filter has a value that Mooring doesn't know, so nothing matches. Choose another value, or clear the filters."
	faults.Fields = fault.Fields{"search": "Type three letters or more. It is not applied.", "not-checked-since": "Choose a day, such as 2026-11-01. It is not applied."}
	add("admin-linked-faults", LinkedAccountsPage(faults))
	add("admin-linked-table-faults", LinkedTable(faults))

	nothingChosen := sampleFilteredList()
	nothingChosen.All, nothingChosen.Problem = true, "Choose what to do with the linked accounts."
	nothingChosen.Fields = fault.Fields{"selection": "Select at least one linked account."}
	add("admin-linked-nothing-chosen", LinkedAccountsPage(nothingChosen))

	unfinished := sampleFilteredList()
	unfinished.Rows, unfinished.Unfinished, unfinished.NewestFirst, unfinished.Total = unfinished.Rows[:1], true, false, 1
	unfinished.Done = "The job was stopped."
	add("admin-linked-unfinished", LinkedAccountsPage(unfinished))
	none := sampleFilteredList()
	none.Rows, none.Total, none.More, none.NewestFirst, none.NextPath, none.FirstPath = nil, 0, false, false, "", ""
	add("admin-linked-none", LinkedAccountsPage(none))
	further := none
	further.Unfinished, further.More, further.NextPath = true, true, sampleList+"?search=harb&after=k3v9x0ab"
	add("admin-linked-none-so-far", LinkedAccountsPage(further))
	empty := LinkedAccounts{Frame: sampleAdmin("Linked accounts", sampleList), Path: sampleList, NothingLinked: true}
	add("admin-linked-nothing", LinkedAccountsPage(empty))
}

// sampleChart has a check for each outcome among many that passed.
func sampleChart(n int) Chart {
	chart := Chart{Since: "2 October 2026"}
	for i := range n {
		outcome := CheckPassed
		switch i {
		case 9, 10:
			outcome = CheckWaited
		case 21:
			outcome = CheckUnknown
		case n - 3:
			outcome = CheckFailed
		}
		chart.Checks = append(chart.Checks, ChartCheck{When: strconv.Itoa(i%28+1) + " October 2026, 09:14 UTC", Outcome: outcome})
	}
	return chart
}

func sampleRightsNow() []RightNow {
	return []RightNow{
		{Sentence: "It can read the resources in the subscription."},
		{Sentence: "It can create and delete resources in the resource group mooring.", Change: RightAdded},
		{Sentence: "It can assign roles to others.", Excessive: true},
		{Sentence: "It can register resource providers.", Change: RightRemoved},
	}
}

func sampleEntries() []LogEntry { return sampleReader.logEntries(sampleSealed(), sampleNames()) }

func sampleLinkedAccount() LinkedAccount {
	r := LinkReader{Reader: sampleReader, Link: sampleLink(), Account: "harbor", Owners: []string{"Ada Byron", "Ben Okafor"}}
	return r.LinkedAccount(sampleAdmin("Production", sampleOne), sampleRecord())
}

func samplesOfLinkedAccount(add func(string, templ.Component)) {
	connected := sampleLinkedAccount()
	add("admin-linked-one", LinkedAccountPage(connected))

	checking := connected
	checking.Status.Detail, checking.CheckAgainPath = "Checking now", ""
	checking.Progress = Progress{PollPath: sampleOne, PollAfter: 1, Running: true, Summary: "Checking now.", Stages: sampleStages(2)}
	checking.Done = "It is being checked again."
	add("admin-linked-one-checking", LinkedAccountPage(checking))
	add("admin-linked-one-live", LinkedAccountLive(checking))

	disabled := connected
	disabled.Status, disabled.Reason, disabled.DecidedBy, disabled.DecidedAt = Status{Word: "Disabled", Tone: ToneOff}, "Nobody knows what it is for. Tell us, and we enable it again.", "Ben Okafor", sampleYesterday
	disabled.DisablePath, disabled.CheckAgainPath, disabled.EnablePath, disabled.NextCheck = "", "", sampleOne+"/enable", Time{}
	disabled.Progress, disabled.Done = Progress{}, "Production is disabled. The people in harbor can read why."
	add("admin-linked-one-disabled", LinkedAccountPage(disabled))

	pending := sampleLinkedAccount()
	pending.Label, pending.Title = sampleLong, sampleLong
	pending.Status, pending.Reason = Status{Word: "Pending approval", Tone: ToneWaiting}, "It has permissions that need approval."
	pending.Rights = []RightNow{sampleRightsNow()[0], sampleRightsNow()[2]}
	pending.CloudAccountName, pending.Chart = sampleUnwrapped, sampleChart(1)
	pending.RightsThen, pending.Reviews, pending.LastReview, pending.ReviewedBy, pending.NextCheck = "", nil, never, "", Time{}
	pending.CheckAgainPath, pending.DisablePath, pending.ApprovePath, pending.DeclinePath = "", "", sampleOne+"/approve", sampleOne+"/decline"
	add("admin-linked-one-pending", LinkedAccountPage(pending))
	declined := pending
	declined.Problem, declined.Fields = "Enter a reason.", fault.Fields{"reason": "Enter a reason of 3 to 500 characters. The people in the account can read it."}
	declined.Rights, declined.Chart, declined.LastCheck, declined.Progress = nil, Chart{}, never, Progress{}
	add("admin-linked-one-decline-faults", LinkedAccountPage(declined))

	bare := connected
	bare.CloudAccountName, bare.Facts, bare.LinkedByPath, bare.LinkedBy, bare.Owners = "", bare.Facts[:1], "", "", nil
	bare.Rights, bare.RightsThen, bare.Chart, bare.Progress, bare.Reviews, bare.Entries = nil, "", Chart{}, Progress{}, nil, nil
	bare.LastCheck, bare.LastReview, bare.ReviewedBy = never, never, ""
	bare.Status, bare.Typed = Status{Word: "Not checked", Tone: ToneOff}, "x"
	bare.Problem, bare.ProblemLink = "Somebody changed this linked account while you had it open. Review the changes before you decide.", &fault.Link{Text: "Look at it again", Path: sampleOne}
	bare.Fields = fault.Fields{"reason": "Enter a reason of 3 to 500 characters. The people in the account can read it."}
	add("admin-linked-one-bare", LinkedAccountPage(bare))
}

func sampleJob() Job {
	return Job{
		Frame: sampleAdmin("Check", sampleJobPath), Number: "14", Heading: "Check", What: "Connected, of harbor, expiring within 30 days",
		By: "Ada Byron", State: Status{Word: "Running", Tone: ToneWaiting}, Counted: true, Total: 5000, Handled: 2340, Failed: 12, Left: "about 3 minutes left",
		Created: sampleChecked, PollPath: sampleJobPath, StopPath: sampleJobPath + "/stop",
	}
}

func samplesOfJobs(add func(string, templ.Component)) {
	running := sampleJob()
	add("admin-job", JobPage(running))
	add("admin-job-progress", JobProgress(running))
	counting := running
	counting.Counted, counting.Total, counting.Handled, counting.Failed, counting.State = false, 0, 0, 0, Status{Word: "Waiting", Tone: ToneWaiting}
	add("admin-job-counting", JobPage(counting))
	stopping := running
	stopping.Stopping, stopping.StopPath, stopping.State = true, "", Status{Word: "Stopping", Tone: ToneWaiting}
	stopping.Done = "Stopping. Checks already running will finish first."
	add("admin-job-stopping", JobPage(stopping))

	finished := running
	finished.Over, finished.PollPath, finished.StopPath, finished.Handled, finished.Left = true, "", "", 5000, ""
	finished.State, finished.Finished = Status{Word: "Finished", Tone: ToneOK}, sampleJustNow
	finished.Failures = []JobFailure{
		{Label: "Staging", Account: "harbor", Path: sampleList + "/crd_2c8d5f1a", Sentence: "The certificate is not uploaded at the app registration."},
		{Label: sampleLong, Account: "tide-tables-of-the-channel", Path: sampleList + "/crd_9x3v6n0b", Sentence: "Azure knows no subscription with this ID in the directory 5f0c3d1e-7a52-4b8e-9a55-0c6f2c1d8e44, or it is not shared with Mooring."},
		{Label: "Old shop", Account: "lighthouse", Sentence: "It was unlinked before the job reached it."},
	}
	finished.UndoNote = "Checks change nothing, so there is nothing to undo."
	finished.AgainPath, finished.Again = sampleList+"/selection", []Hidden{{"action", "check-again"}, {"credential", "crd_2c8d5f1a"}, {"credential", "crd_9x3v6n0b"}}
	add("admin-job-finished", JobPage(finished))
	well := finished
	well.Failed, well.Failures, well.AgainPath, well.Total, well.Handled = 0, nil, "", 1, 1
	well.Heading, well.What, well.Reason = "Disable", "1 linked account", "It no longer belongs to anybody."
	well.UndoPath, well.UndoText, well.UndoNote = sampleJobPath+"/undo", "Undo 1…", "Undo returns it to its earlier status, if it hasn't changed since the job."
	add("admin-job-well", JobPage(well))
	stopped := finished
	stopped.Handled, stopped.Failed, stopped.Failures, stopped.AgainPath = 120, 1, finished.Failures[:1], ""
	stopped.State, stopped.Sentence = Status{Word: "Stopped", Tone: ToneOff}, "It was stopped because the person who started it is no longer an administrator."
	stopped.Problem = "This job is over."
	add("admin-job-stopped", JobPage(stopped))

	undo := finished
	undo.Number, undo.Heading, undo.What, undo.Reason = "15", "Undo of job 14", "Disable: Connected, of harbor", "Undo of job 14: It no longer belongs to anybody."
	undo.Undo, undo.UndoOf, undo.UndoNote = true, Link{Text: "Job 14", Path: sampleJobPath}, "An undo can't be undone. Choose the linked accounts again instead."
	undo.AgainPath, undo.Again, undo.Total, undo.Handled, undo.Failed = "", nil, 5000, 5000, 3
	undo.Failures = []JobFailure{
		{Label: "Staging", Account: "harbor", Path: sampleList + "/crd_2c8d5f1a", Sentence: "It has changed since the job, so it was left as it is."},
		{Label: sampleLong, Account: "tide-tables-of-the-channel", Path: sampleList + "/crd_9x3v6n0b", Sentence: "You linked this account yourself, so another administrator must decide on it."},
		{Label: "Old shop", Account: "lighthouse", Sentence: "It was unlinked after the job."},
	}
	add("admin-job-undo", JobPage(undo))
	undone := well
	undone.UndonePart, undone.UndoPath, undone.UndoText, undone.UndoNote = Link{Text: "Job 15", Path: "/admin/jobs/job_5"}, "", "", "There is nothing left to undo."
	add("admin-job-undone", JobPage(undone))

	add("admin-jobs", JobsPage(Jobs{Frame: sampleAdmin("Jobs", "/admin/jobs"), Jobs: []JobRow{
		{Number: "14", Heading: "Check: All linked accounts", Path: sampleJobPath, By: "Ada Byron", State: running.State, Counted: true, Total: 1_000_000, Handled: 2340, Failed: 12, Created: sampleChecked},
		{Number: "13", Heading: "Disable: " + sampleLong, Path: sampleJobPath, By: "Cleo Marsh of the data science group", State: Status{Word: "Waiting", Tone: ToneWaiting}, Created: sampleJustNow},
		{Number: "12", Heading: "Check: Connected, of harbor", Path: sampleJobPath, By: "Ben Okafor", State: finished.State, Counted: true, Total: 5000, Handled: 5000, Created: sampleYesterday, Finished: sampleYesterday},
	}}))
	add("admin-jobs-none", JobsPage(Jobs{Frame: sampleAdmin("Jobs", "/admin/jobs")}))
}

func samplesOfConfirm(add func(string, templ.Component)) {
	rows := []ConfirmRow{}
	for _, r := range sampleLinkedRows() {
		rows = append(rows, ConfirmRow{Label: r.Label, Account: r.Account, Path: r.Path, Status: r.Status})
	}
	many := Confirm{
		Frame: sampleAdmin("Disable 5,015 linked accounts", sampleList), Heading: "Disable 5,015 linked accounts", What: "Connected, of harbor", Question: "Disable all 5,015?",
		Notes: []string{"They can't be used and aren't checked until an administrator enables them. They stay linked.", "You can undo this later on the job's page."},
		Count: 5015, Rows: rows, Action: sampleList + "/confirm", Carried: []Hidden{{"action", "disable"}, {"all", "yes"}},
		AsksReason: true, AsksNumber: true, Button: "Disable 5,015", Danger: true, CancelPath: sampleList, CancelText: "Linked accounts",
	}
	add("admin-confirm", ConfirmPage(many))
	faults := many
	faults.Problem, faults.Number, faults.Reason = "Check the highlighted fields.", "5000", "x"
	faults.Fields = fault.Fields{"number": "This changes 5,015 linked accounts. Type that number.", "reason": "Enter a reason of 3 to 500 characters. The people in the account can read it."}
	add("admin-confirm-faults", ConfirmPage(faults))
	few := many
	few.Heading, few.What, few.Question, few.Button, few.Count, few.Rows = "Approve 2 linked accounts", "2 linked accounts", "Approve both?", "Approve 2", 2, rows[:2]
	few.AsksNumber, few.ReasonOptional, few.Danger = false, true, false
	add("admin-confirm-few", ConfirmPage(few))
	undo := many
	undo.Heading, undo.What, undo.Question, undo.Button = "Undo job 14 for 5,015 linked accounts", "Disable: Connected, of harbor", "Undo all 5,015?", "Undo 5,015"
	undo.AsksReason, undo.Reason, undo.Danger, undo.CancelText, undo.CancelPath = false, "Undo of job 14: It no longer belongs to anybody.", false, "Job 14", sampleJobPath
	add("admin-confirm-undo", ConfirmPage(undo))
	none := many
	none.Count, none.Rows, none.Heading, none.Nothing = 0, nil, "Disable linked accounts", "Nothing matches, so there is nothing to disable."
	add("admin-confirm-none", ConfirmPage(none))

	unlink := sampleUnlink()
	unlink.Frame, unlink.Account, unlink.Version = sampleAdmin("Unlink Production", sampleOne), "harbor", 4
	unlink.Action, unlink.CancelPath = sampleOne+"/unlink", sampleOne
	add("admin-unlink", UnlinkPage(unlink))
	unlink.Dependents, unlink.Reason = []string{"The node cluster harbor-west"}, "x"
	unlink.Fields = fault.Fields{"reason": "Enter a reason of 3 to 500 characters. It is kept in the audit log.", "confirm": "Something depends on this credential. To unlink it anyway, type its label."}
	add("admin-unlink-faults", UnlinkPage(unlink))
	add("admin-unlinked", LeftoversPage(Leftovers{Frame: sampleAdmin("Unlinked", sampleList), Cloud: "Azure", Noun: "subscription", Commands: sampleCleanUp(), BackPath: sampleList, BackText: "Linked accounts"}))
}

func samplesOfIntake(add func(string, templ.Component)) {
	open := Intake{
		Frame: sampleAdmin("Intake policy", "/admin/intake"), Action: "/admin/intake", Version: 1, Approval: "none", ProviderRule: "all",
		ApproveProviders: []Tick{{Key: "azure", Name: "Microsoft Azure"}},
		Rights: []Tick{
			{Key: "read", Name: "It can read the resources in the subscription.", Ticked: true},
			{Key: "write", Name: "It can create and delete resources in the resource group mooring."},
			{Key: "grant", Name: "It can assign roles to others."},
		},
		Providers: []Tick{{Key: "azure", Name: "Microsoft Azure", Ticked: true}},
		Lists:     sampleLists("", "")[:1],
	}
	add("admin-intake", IntakePage(open))
	strict := open
	strict.Approval, strict.RightsOn, strict.ProviderRule, strict.Version = "some", true, "some", 7
	strict.Lists, strict.LongestCertificate = sampleLists(sampleTenant, sampleSubscription+"\nbbbbbbbb-cccc-dddd-eeee-ffffffffffff"), "398"
	strict.Pending, strict.Done = Link{Text: "3 linked accounts are waiting for approval", Path: sampleList + "?status=pending-approval"}, "Policy saved."
	add("admin-intake-saved", IntakePage(strict))
	faults := strict
	faults.Providers = []Tick{{Key: "azure", Name: "Microsoft Azure"}}
	faults.Done, faults.Lists, faults.LongestCertificate = "", sampleLists("harbor.example", "production"), "a year"
	faults.Problem = "Check the highlighted fields."
	faults.Fields = fault.Fields{
		"approve-provider": "Select at least one provider, or the box about permissions, or choose None.", "provider": "Choose at least one provider.", "parents-azure": "Line 1 is not the ID of a directory.", "accounts-azure": "Line 1 is not the ID of a subscription.",
		"longest-certificate": "Enter a number of days, or leave it empty.",
	}
	add("admin-intake-faults", IntakePage(faults))
	none := open
	none.Approval, none.Problem = "some", "Check the highlighted field."
	none.Fields = fault.Fields{"approval": "Select at least one provider, or the box about permissions, or choose None."}
	add("admin-intake-none-ticked", IntakePage(none))
}

func sampleReview() Review {
	administrators := append(sampleReviewed().Reviewers, review.Reviewer{PersonID: "person-3", Name: "Cleo Marsh", Email: "cleo@harbor.example"})
	return sampleReader.Review(sampleAdmin("Fourth quarter of 2026", sampleQ4), sampleReviewed(), ReviewItems{Items: sampleItems(), Next: 6}, administrators)
}

func samplesOfReviews(add func(string, templ.Component)) {
	list := Reviews{
		Frame: sampleAdmin("Reviews", sampleReviews), NewPath: sampleReviews + "/new",
		Open: []ReviewRow{
			{Name: "Fourth quarter of 2026", Path: sampleQ4, What: "All linked accounts", StartedBy: "Ada Byron", Due: sampleOver, Overdue: true, Total: 10, Decided: 4, Left: 5, QueuePath: sampleQueueAt},
			{Name: sampleLong, Path: sampleQ4, What: "Connected, of harbor, expiring within 30 days, never reviewed", StartedBy: "Mooring, by the schedule Production", Due: sampleSoon, Total: 1_000_000, Decided: 999_999},
			{Name: "Backups", Path: sampleQ4, What: "12 linked accounts", StartedBy: "Ben Okafor", Due: sampleQuarter, Gathering: true},
		},
		Closed: []ReviewRow{{Name: "Third quarter of 2026", Path: sampleQ4, What: "All linked accounts", Total: 12, Decided: 11, Closed: sampleLinkedAt, ClosedBy: "Ben Okafor", EvidencePath: sampleQ4 + "/evidence.zip"}},
		Schedules: []ScheduleRow{
			{Name: "Production", What: "Connected, of harbor", Every: "Every three months", Days: 14, Next: sampleQuarter, Reviewers: []string{"Ada Byron", "Ben Okafor"}, EndPath: sampleReviews + "/schedules/sch_1/end"},
			{Name: "Everything", What: "All linked accounts", Every: "Every year", Days: 1, Next: sampleQuarter, Reviewers: []string{"Cleo Marsh of the data science group"}, EndPath: sampleReviews + "/schedules/sch_2/end"},
		},
		Done: "The review has started. Mooring is collecting its linked accounts.",
	}
	late := []OverdueReview{{Name: "Fourth quarter of 2026", Due: sampleOver, Left: 5, Path: sampleQueueAt}, {Name: "Backups", Due: sampleYesterday, Left: 1, Path: sampleQ4}}
	list.Overdue = late
	add("admin-reviews", ReviewsPage(list))
	add("admin-reviews-none", ReviewsPage(Reviews{Frame: sampleAdmin("Reviews", sampleReviews), NewPath: list.NewPath, Problem: "This schedule has already ended."}))

	start := NewReview{
		Frame: sampleAdmin("New review", sampleReviews+"/new"), Action: sampleReviews, OncePath: sampleReviews + "/new?account=harbor", RepeatPath: sampleReviews + "/new?account=harbor&repeat=yes",
		What: "Of harbor, expiring within 30 days", Count: "12,345 linked accounts", Carried: []Hidden{{"all", "yes"}, {"account", "harbor"}}, Due: "2026-12-31", CancelPath: sampleReviews,
		Reviewers: []Tick{{Key: "per_1", Name: "Ada Byron", Remark: "ada@harbor.example", Ticked: true}, {Key: "per_3", Name: "Cleo Marsh", Remark: "cleo.marsh.of.the.data.science.group@research.harbor.example"}},
	}
	add("admin-review-new", NewReviewPage(start))
	faults := start
	faults.Due, faults.Problem, faults.Reviewers = "2026-01-01", "Check the highlighted fields.", []Tick{{Key: "per_1", Name: "Ada Byron", Remark: "ada@harbor.example"}}
	faults.Fields = fault.Fields{"name": "Enter a name that says what is reviewed, such as Fourth-quarter access.", "due": "Choose a date after today, within two years.", "reviewers": "Choose at least one reviewer."}
	add("admin-review-new-faults", NewReviewPage(faults))
	repeat := start
	repeat.Repeats, repeat.Action, repeat.Every, repeat.First, repeat.Days, repeat.Name = true, sampleReviews+"/schedules", "quarterly", "2027-01-01", "14", "Production"
	add("admin-schedule-new", NewReviewPage(repeat))
	repeat.First, repeat.Days, repeat.Problem = "2026-01-01", "none", "Check the highlighted fields."
	repeat.Fields = fault.Fields{"first": "Choose a date after today, within two years.", "days": "Enter a number from 1 to 366."}
	add("admin-schedule-new-faults", NewReviewPage(repeat))

	add("admin-review", ReviewPage(sampleReview()))
	overdue := sampleReview()
	overdue.Overdue, overdue.Due, overdue.Frame.Overdue = true, sampleOver, late[:1]
	overdue.Notes = []string{"2 open items belong to the reviewers themselves, so none of them can decide. Add another administrator as a reviewer."}
	overdue.Items, overdue.NextPath, overdue.FirstPath = nil, "", sampleQ4
	add("admin-review-overdue", ReviewPage(overdue))
	gathering := sampleReview()
	gathering.Gathering, gathering.QueuePath, gathering.ClosePath, gathering.Total, gathering.Decided = true, "", "", 0, 0
	add("admin-review-gathering", ReviewPage(gathering))
	stuck := gathering
	stuck.ClosePath = sampleQ4 + "/close"
	add("admin-review-stuck", ReviewPage(stuck))
	closed := sampleReview()
	closed.Over, closed.Closed, closed.ClosedBy, closed.QueuePath, closed.ClosePath, closed.NamePath, closed.EvidencePath = true, sampleJustNow, "Ada Byron", "", "", "", sampleQ4+"/evidence.zip"
	closed.Done, closed.Items, closed.Asked = "The review is closed. Its evidence is ready.", closed.Items[:2], 0
	add("admin-review-closed", ReviewPage(closed))
	nothing := sampleReview()
	nothing.NothingSelected, nothing.Total, nothing.Decided, nothing.Items, nothing.QueuePath, nothing.Asked, nothing.Problem = true, 0, 0, nil, "", 0, "Somebody has already closed this review."
	add("admin-review-nothing", ReviewPage(nothing))
}

func sampleQueue() Queue {
	item, link := sampleItems()[3], sampleLink()
	item.CredentialID, item.Label, item.Account, item.Number, item.Version = link.ID, link.Label, "harbor", 17, 4
	link.CertificateExpires = sampleEndsSoon
	of := sampleReviewed()
	of.Total = 12
	p := sampleReader.Queue(sampleAdmin("Review Production", sampleQueueAt), of, item, review.QueuePlace{Left: 7}, review.Decision{}, QueueRecord{
		Link: link, Runs: sampleRuns(60), Before: &samplePast()[1], Rights: sampleRightsSince(),
		Changed: []audit.Change{{Field: "Label", Before: "Prod", After: "Production"}, {Field: "Certificate", Before: "11 March 2026", After: "1 December 2026"}},
	})
	p.Done = sampleReader.QueueDone(review.Item{DecidedByID: "per_1", Kind: review.Keep, Label: "Backups"})
	return p
}

func samplesOfQueue(add func(string, templ.Component)) {
	add("admin-queue", QueuePage(sampleQueue()))
	faults := sampleQueue()
	faults.Chosen, faults.Done, faults.Problem, faults.Fields = "disable", "", "Enter a reason.", fault.Fields{"reason": "Enter a reason of 3 to 500 characters. The people in the account can read it."}
	add("admin-queue-faults", QueuePage(faults))
	conflict := sampleQueue()
	conflict.Done, conflict.Problem = "", "Ben Okafor decided Keep about Production a minute ago. This is the next one."
	conflict.ProblemLink = &fault.Link{Text: "Open the review", Path: sampleQ4}
	add("admin-queue-conflict", QueuePage(conflict))
	answered := sampleQueue()
	answered.Item.Question, answered.Item.Answer, answered.Item.AnsweredBy, answered.Item.Answered = "Who uses it since the move?", "The night tests, until January. After that it can go.", "Cleo Marsh", sampleYesterday
	answered.Item.Changed, answered.DependsNote = nil, "Two node clusters use it. Delete them before you unlink it."
	add("admin-queue-answered", QueuePage(answered))
	nasty := sampleQueue()
	nasty.Review, nasty.Reason, nasty.Position, nasty.Left, nasty.SkipPath, nasty.Done = sampleLong, sampleLong, 1, 1, "", ""
	nasty.Item = QueueItem{
		Label: sampleLong, Path: sampleOne, Provider: "Microsoft Azure", Account: "tide-tables-of-the-channel", CloudAccountName: sampleUnwrapped, CloudAccount: sampleSubscription, Noun: "Subscription",
		Status: Status{Word: "Disabled", Tone: ToneOff}, StatusReason: sampleLong, LinkedBy: "Cleo Marsh of the data science group", Linked: sampleLinkedAt, Expires: sampleOver, LastCheck: never, LastReview: never,
	}
	add("admin-queue-nasty", QueuePage(nasty))
	end := Queue{
		Frame: sampleAdmin("You have nothing left to decide", sampleQueueAt), Review: "Fourth quarter of 2026", BackPath: sampleQ4, Total: 12, Decided: 10, NothingLeft: true, Done: "Kept Production.",
		Next: "The other reviewers decide on the remaining items.", ClosePath: sampleQ4 + "/close",
	}
	add("admin-queue-end", QueuePage(end))
}

func sampleLog() AuditLog {
	p := sampleReader.AuditLog(sampleAdmin("Audit log", sampleLogPath), AuditLogRecord{Keep: 400 * sampleDay})
	p.ShowEntries(sampleReader, audit.LogPage{Entries: sampleSealed(), Next: 1204328, Accounts: sampleNames().Accounts}, sampleNames().Labels, 0)
	p.KeyName = sampleDigest
	return p
}

func samplesOfAuditLog(add func(string, templ.Component)) {
	log := sampleLog()
	add("admin-log", AuditLogPage(log))
	sound := log
	found := sampleReader.Verdict(audit.Verdict{Sound: true, Entries: 1204331, Checkpoints: 1205}, 8400*time.Millisecond)
	sound.Verdict = &found
	sound.Segments = []SegmentRow{{First: 1, Last: 51000, From: sampleLinkedAt, To: sampleYesterday, Sealed: sampleJustNow, Digest: sampleDigest}}
	sound.NewestPath, sound.TailPath, sound.OlderPath = sampleLogPath, "", ""
	add("admin-log-sound", AuditLogPage(sound))
	broken := log
	worse := sampleReader.Verdict(audit.Verdict{Entries: 1204331, Broken: &audit.Break{Entry: 1204329, What: "Entry 1,204,329 was changed: its digest doesn't match its content."}}, 0)
	broken.Verdict = &worse
	add("admin-log-broken", AuditLogPage(broken))
	none := log
	none.Entries, none.OlderPath, none.ClearPath, none.Problem = nil, "", sampleLogPath, "Some filters have invalid values, so nothing matches."
	none.Filter = AuditFilter{Person: "nemo", Action: string(audit.LinkCredential), Account: "harbor", Credential: "crd_7h2k9m4p", Result: string(audit.Refused), From: "2026-11-31", To: "2026-11-20"}
	none.Fields = fault.Fields{"from": "Choose a day, such as 2026-11-01. It is not applied."}
	add("admin-log-none", AuditLogPage(none))
	add("admin-log-entries", AuditEntries(none))
	empty := log
	empty.Entries, empty.OlderPath, empty.Retention = nil, "", ""
	add("admin-log-empty", AuditLogPage(empty))
	add("admin-log-tail", AuditTail(AuditTailed{Path: sampleLogPath + "?since=1204333", Entries: sampleEntries()[:2]}))
	add("admin-log-tail-quiet", AuditTail(AuditTailed{Path: sampleLogPath + "?since=1204331"}))
}

// sampleLists are the lists of a policy about two clouds, one of which has parents.
func sampleLists(parents, accounts string) []IntakeList {
	return []IntakeList{
		{Provider: "azure", Name: "Microsoft Azure", Account: sampleCloud.Account, Parent: sampleCloud.Parent, Parents: parents, Accounts: accounts},
		{Provider: "harbor", Name: "Harbor Cloud", Account: sampleSmallCloud.Account},
	}
}
