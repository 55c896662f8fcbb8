package views

import (
	"strconv"

	"github.com/a-h/templ"

	"mooring/audit"
	"mooring/fault"
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

func sampleLinkedRows() []LinkedRow {
	return []LinkedRow{
		{
			ID: "crd_7h2k9m4p", Label: "Production", Path: sampleOne, Provider: "Microsoft Azure", SubscriptionName: "Harbor Production", SubscriptionID: sampleSubscription,
			Account: "harbor", LinkedBy: "Ada Byron", Status: Status{Word: "Connected", Tone: ToneOK},
			LastCheck: sampleChecked, Expires: sampleEnd, LastReview: sampleLinkedAt, ReviewedBy: "Ben Okafor",
		},
		{
			ID: "crd_2c8d5f1a", Label: "Staging", Path: sampleList + "/crd_2c8d5f1a", Provider: "Microsoft Azure", SubscriptionID: "bbbbbbbb-cccc-dddd-eeee-ffffffffffff",
			Account: "harbor", LinkedBy: "Ben Okafor", Status: Status{Word: "Waiting for Azure", Tone: ToneWaiting}, LastCheck: sampleJustNow, Expires: sampleEnd, LastReview: never,
		},
		{
			ID: "crd_9x3v6n0b", Label: sampleLong, Path: sampleList + "/crd_9x3v6n0b", Provider: "Microsoft Azure", SubscriptionName: sampleUnwrapped,
			SubscriptionID: "cccccccc-dddd-eeee-ffff-000000000000", Account: "tide-tables-of-the-channel", LinkedBy: "Cleo Marsh of the data science group",
			Status: Status{Word: "Needs attention", Tone: ToneAttention, Detail: "Couldn't check 2 minutes ago"}, LastCheck: sampleYesterday, Expires: sampleSoon, LastReview: sampleYesterday, ReviewedBy: "Cleo Marsh of the data science group",
		},
		{
			ID: "crd_1m5t8w2q", Label: "Backups", Path: sampleList + "/crd_1m5t8w2q", Provider: "Microsoft Azure", SubscriptionName: "Backups", SubscriptionID: "dddddddd-eeee-ffff-0000-111111111111",
			Account: "lighthouse", LinkedBy: "Dan Lund", Status: Status{Word: "Expires in 9 days", Tone: ToneWaiting}, LastCheck: sampleChecked, Expires: sampleSoon, LastReview: never,
		},
		{
			ID: "crd_6z0c4j8r", Label: "Sandbox", Path: sampleList + "/crd_6z0c4j8r", Provider: "Microsoft Azure", SubscriptionID: "eeeeeeee-ffff-0000-1111-222222222222",
			Account: "ben", LinkedBy: "Ben Okafor", Status: Status{Word: "Pending approval", Tone: ToneWaiting}, LastCheck: never, Expires: sampleEnd, LastReview: never,
		},
		{
			ID: "crd_3y7d1k5v", Label: "Old shop", Path: sampleList + "/crd_3y7d1k5v", Provider: "Microsoft Azure", SubscriptionName: "Shop (do not use)", SubscriptionID: "ffffffff-0000-1111-2222-333333333333",
			Account: "lighthouse", LinkedBy: "Dan Lund", Status: Status{Word: "Disabled", Tone: ToneOff}, LastCheck: sampleLinkedAt, Expires: sampleOver, LastReview: sampleYesterday, ReviewedBy: "Ada Byron",
		},
	}
}

func sampleLinkedList() LinkedAccounts {
	return LinkedAccounts{
		Frame: sampleAdmin("Linked accounts", sampleList), Path: sampleList,
		Totals: []Link{
			{Text: "1,000,000 linked accounts", Path: sampleList},
			{Text: "12 need attention", Path: sampleList + "?status=needs-attention"},
			{Text: "3 waiting for approval", Path: sampleList + "?status=pending-approval"},
			{Text: "88,120 never reviewed", Path: sampleList + "?never-reviewed=yes"},
		},
		Filter: LinkedFilter{
			Providers: []Choice{{"azure", "Microsoft Azure"}, {"aws", "Amazon Web Services"}},
			Statuses: []Choice{
				{"connected", "Connected"}, {"warning", "Connected with a warning"}, {"expiring", "Expires soon"}, {"needs-attention", "Needs attention"}, {"waiting", "Waiting for the cloud"},
				{"not-verified", "Not checked"}, {"pending-approval", "Pending approval"}, {"disabled", "Disabled"},
			},
			Accounts: []string{"ben", "harbor", "lighthouse"},
		},
		Rows: sampleLinkedRows(), Total: 1_000_000,
		Sort: LinkedSort{
			Label: SortLink{sampleList + "?order=desc", "ascending"}, Account: SortLink{Path: sampleList + "?sort=account"}, Checked: SortLink{Path: sampleList + "?sort=checked"},
			Expires: SortLink{Path: sampleList + "?sort=expires"}, Reviewed: SortLink{Path: sampleList + "?sort=reviewed"},
		},
		NextPath: sampleList + "?after=k3v9x0ab", CSVPath: sampleList + "/export.csv", JSONLinesPath: sampleList + "/export.jsonl", SelectionPath: sampleList + "/selection",
	}
}

func sampleFilteredList() LinkedAccounts {
	p := sampleLinkedList()
	const query = "?search=harb&status=connected&account=harbor&expiring=30&sort=expires&order=desc"
	p.Filter.Search, p.Filter.Status, p.Filter.Account, p.Filter.Expiring, p.Filter.Sort, p.Filter.Order = "harb", "connected", "harbor", "30", "expires", "desc"
	p.ClearPath, p.Total, p.More, p.NewestFirst, p.FirstPath = sampleList, 1000, true, true, sampleList+query
	p.NextPath = sampleList + query + "&after=k3v9x0ab"
	p.Sort.Label.Direction, p.Sort.Expires = "", SortLink{Path: sampleList + "?search=harb&sort=expires"}
	p.Filter.Accounts = []string{"harbor"}
	p.Carried = []Hidden{{"search", "harb"}, {"status", "connected"}, {"account", "harbor"}, {"expiring", "30"}}
	p.CSVPath, p.JSONLinesPath = p.CSVPath+query, p.JSONLinesPath+query
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

func sampleEntries() []LogEntry {
	return []LogEntry{
		{
			Number: 1204331, When: sampleJustNow, Who: "ada@harbor.example", WhoPath: "/admin/people/per_1", Action: audit.EditCredential, Detail: "Production",
			Account: "harbor", AccountPath: sampleLogPath + "?account=harbor", Credential: "Production", CredentialPath: sampleOne, Address: "192.0.2.17", RequestID: "req_5t8w2q9z",
			Changes: []audit.Change{{Field: "Label", Before: "Prod", After: "Production"}, {Field: "Subscription ID", Before: "", After: sampleSubscription}},
		},
		{
			Number: 1204330, When: sampleChecked, Who: "Mooring", System: true, Action: audit.FinishVerification, Detail: "passed",
			Account: "harbor", AccountPath: sampleLogPath + "?account=harbor", Credential: "Production", CredentialPath: sampleOne,
		},
		{
			Number: 1204329, When: sampleChecked, Who: "cleo.marsh.of.the.data.science.group@research.harbor.example", WhoPath: "/admin/people/per_3", Key: "k3v9x0ab",
			Action: audit.RefuseRequest, Refused: true, Detail: "GET /admin/linked-accounts", Address: "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", RequestID: "req_9q8w7e6r",
		},
		{
			Number: 1204328, When: sampleYesterday, Who: "ben@harbor.example", WhoPath: "/admin/people/per_2", Action: audit.UnlinkCredential, Detail: sampleLong,
			Account: "tide-tables-of-the-channel", AccountPath: sampleLogPath + "?account=tide-tables-of-the-channel", Credential: "crd_0a1b2c3d", Address: "203.0.113.9", RequestID: "req_1a2b3c4d",
		},
	}
}

func sampleLinkedAccount() LinkedAccount {
	return LinkedAccount{
		Frame: sampleAdmin("Production", sampleOne), ID: "crd_7h2k9m4p", Label: "Production", BackPath: sampleList, Provider: "Microsoft Azure", Account: "harbor",
		SubscriptionName: "Harbor Production", SubscriptionID: sampleSubscription, TenantID: sampleTenant, ClientID: sampleClient,
		Environment: "Azure public", Method: "App registration with a certificate", Version: 4,
		Status: Status{Word: "Connected", Tone: ToneOK}, LastCheck: sampleChecked, NextCheck: sampleTomorrow, Chart: sampleChart(60),
		Progress: Progress{Summary: "All stages passed.", Tone: ToneOK, Stages: sampleStages(6)},
		Rights:   sampleRightsNow(), RightsThen: "the review of 30 October 2026",
		Certificate: Certificate{SHA1: sampleCertificate().SHA1, SHA256: sampleCertificate().SHA256, Expires: sampleEnd},
		Linked:      sampleLinkedAt, LinkedBy: "Ada Byron", LinkedByPath: "/admin/people/per_1",
		Owners:     []Link{{Text: "Ada Byron", Path: "/admin/people/per_1"}, {Text: "Ben Okafor", Path: "/admin/people/per_2"}},
		LastReview: sampleLinkedAt, ReviewedBy: "Ben Okafor",
		Reviews: []PastDecision{
			{Review: "Fourth quarter of 2026", Path: sampleQ4, Decision: "Not decided yet", Tone: ToneWaiting},
			{Review: "Third quarter of 2026", Path: sampleReviews + "/rev_1", Decision: "Keep", Tone: ToneOK, Reason: "Used every day by the shop.", By: "Ben Okafor", When: sampleLinkedAt},
		},
		Entries: sampleEntries()[:2], LogPath: sampleLogPath + "?credential=crd_7h2k9m4p",
		CheckAgainPath: sampleOne + "/check-again", DisablePath: sampleOne + "/disable", UnlinkPath: sampleOne + "/unlink",
	}
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
	pending.SubscriptionName, pending.Chart = sampleUnwrapped, sampleChart(1)
	pending.RightsThen, pending.Reviews, pending.LastReview, pending.ReviewedBy, pending.NextCheck = "", nil, never, "", Time{}
	pending.CheckAgainPath, pending.DisablePath, pending.ApprovePath, pending.DeclinePath = "", "", sampleOne+"/approve", sampleOne+"/decline"
	add("admin-linked-one-pending", LinkedAccountPage(pending))
	declined := pending
	declined.Problem, declined.Fields = "Enter a reason.", fault.Fields{"reason": "Enter a reason of 3 to 500 characters. The people in the account can read it."}
	declined.Rights, declined.Chart, declined.LastCheck, declined.Progress = nil, Chart{}, never, Progress{}
	add("admin-linked-one-decline-faults", LinkedAccountPage(declined))

	bare := connected
	bare.SubscriptionName, bare.TenantID, bare.ClientID, bare.LinkedByPath, bare.LinkedBy, bare.Owners = "", "", "", "", "", nil
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
	add("admin-unlinked", LeftoversPage(Leftovers{Frame: sampleAdmin("Unlinked", sampleList), Commands: sampleCleanUp(), BackPath: sampleList, BackText: "Linked accounts"}))
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
	}
	add("admin-intake", IntakePage(open))
	strict := open
	strict.Approval, strict.RightsOn, strict.ProviderRule, strict.Version = "some", true, "some", 7
	strict.Directories, strict.Subscriptions, strict.LongestCertificate = sampleTenant, sampleSubscription+"\nbbbbbbbb-cccc-dddd-eeee-ffffffffffff", "398"
	strict.Pending, strict.Done = Link{Text: "3 linked accounts are waiting for approval", Path: sampleList + "?status=pending-approval"}, "Policy saved."
	add("admin-intake-saved", IntakePage(strict))
	faults := strict
	faults.Providers = []Tick{{Key: "azure", Name: "Microsoft Azure"}}
	faults.Done, faults.Directories, faults.Subscriptions, faults.LongestCertificate = "", "harbor.example", "production", "a year"
	faults.Problem = "Check the highlighted fields."
	faults.Fields = fault.Fields{
		"approve-provider": "Select at least one provider, or the box about permissions, or choose None.", "provider": "Choose at least one provider.", "directories": "Line 1 is not the ID of a directory.", "subscriptions": "Line 1 is not the ID of a subscription.",
		"longest-certificate": "Enter a number of days, or leave it empty.",
	}
	add("admin-intake-faults", IntakePage(faults))
	none := open
	none.Approval, none.Problem = "some", "Check the highlighted field."
	none.Fields = fault.Fields{"approval": "Select at least one provider, or the box about permissions, or choose None."}
	add("admin-intake-none-ticked", IntakePage(none))
}

func sampleReview() Review {
	return Review{
		Frame: sampleAdmin("Fourth quarter of 2026", sampleQ4), Name: "Fourth quarter of 2026", What: "Connected, of harbor", StartedBy: "Ada Byron", Started: sampleLinkedAt, Due: sampleSoon,
		Total: 10, Decided: 4, Asked: 1,
		Reviewers: []ReviewerRow{{Name: "Ada Byron", Email: "ada@harbor.example", You: true, Decided: 3, Left: 5}, {Name: "Ben Okafor", Email: "ben@harbor.example", Decided: 1, Left: 4}},
		Tabs: []FilterTab{
			{Text: "All", Path: sampleQ4, Count: 10, Current: true}, {Text: "Open", Path: sampleQ4 + "?show=open", Count: 6}, {Text: "Keep", Path: sampleQ4 + "?show=keep", Count: 1},
			{Text: "Disable", Path: sampleQ4 + "?show=disable", Count: 1}, {Text: "Unlink", Path: sampleQ4 + "?show=unlink", Count: 1}, {Text: "Asked", Path: sampleQ4 + "?show=ask", Count: 1}, {Text: "Changed since", Path: sampleQ4 + "?show=changed", Count: -1},
		},
		Items: []ReviewItem{
			{
				Label: "Production", Path: sampleOne, Provider: "Microsoft Azure", Account: "harbor", SubscriptionName: "Harbor Production", SubscriptionID: sampleSubscription,
				Decision: "Keep", Tone: ToneOK, By: "Ben Okafor", When: sampleYesterday, QueuePath: sampleQueueAt + "?credential=crd_7h2k9m4p",
				Changed: []audit.Change{{Field: "Status", Before: "Connected", After: "Needs attention"}, {Field: "Permission", Before: "", After: "It can assign roles to others."}},
			},
			{
				Label: "Staging", Path: sampleList + "/crd_2c8d5f1a", Provider: "Microsoft Azure", Account: "harbor", SubscriptionID: "bbbbbbbb-cccc-dddd-eeee-ffffffffffff",
				Decision: "Ask the owner", Tone: ToneWaiting, Reason: "Who uses it since the move?", By: "Ada Byron", When: sampleYesterday,
				Answer: "The night tests, until January.", AnsweredBy: "Cleo Marsh", QueuePath: sampleQueueAt + "?credential=crd_2c8d5f1a",
			},
			{
				Label: sampleLong, Path: sampleList + "/crd_9x3v6n0b", Provider: "Microsoft Azure", Account: "tide-tables-of-the-channel", SubscriptionName: sampleUnwrapped, SubscriptionID: "cccccccc-dddd-eeee-ffff-000000000000",
				Decision: "Disable", Tone: ToneAttention, Reason: sampleLong, By: "Ada Byron", When: sampleChecked,
			},
			{
				Label: "Old shop", Provider: "Microsoft Azure", Account: "lighthouse", SubscriptionID: "ffffffff-0000-1111-2222-333333333333",
				Decision: "Unlink", Tone: ToneAttention, Reason: "The shop is closed.", By: "Ada Byron", When: sampleChecked, Gone: true,
			},
			{Label: "Sandbox", Path: sampleList + "/crd_6z0c4j8r", Provider: "Microsoft Azure", Account: "ada", SubscriptionID: "eeeeeeee-ffff-0000-1111-222222222222", Own: true},
			{Label: "Backups", Path: sampleList + "/crd_1m5t8w2q", Provider: "Microsoft Azure", Account: "lighthouse", SubscriptionID: "dddddddd-eeee-ffff-0000-111111111111", QueuePath: sampleQueueAt + "?credential=crd_1m5t8w2q"},
		},
		NextPath: sampleQ4 + "?after=6", QueuePath: sampleQueueAt, ClosePath: sampleQ4 + "/close",
		NamePath: sampleQ4 + "/reviewers", Candidates: []Choice{{Key: "person-3", Name: "Cleo Marsh, cleo@harbor.example"}},
	}
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

	review := sampleReview()
	add("admin-review", ReviewPage(review))
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
	return Queue{
		Frame: sampleAdmin("Review Production", sampleQueueAt), Review: "Fourth quarter of 2026", BackPath: sampleQ4, Total: 12, Decided: 4, Position: 4, Left: 7,
		Action: sampleQ4 + "/decide", CredentialID: "crd_7h2k9m4p", Version: 4, After: 17, SkipPath: sampleQueueAt + "?after=17",
		Item: QueueItem{
			Label: "Production", Path: sampleOne, Provider: "Microsoft Azure", Account: "harbor", SubscriptionName: "Harbor Production", SubscriptionID: sampleSubscription, TenantID: sampleTenant,
			Method: "App registration with a certificate", Status: Status{Word: "Connected", Tone: ToneOK}, Rights: sampleRightsNow(), RightsThen: "the review of 30 October 2026", Chart: sampleChart(60),
			Expires: sampleSoon, ExpiresSoon: true, Linked: sampleLinkedAt, LinkedBy: "Ada Byron", LastCheck: sampleChecked, LastReview: sampleLinkedAt, ReviewedBy: "Ben Okafor", Before: "Keep",
			Changed: []audit.Change{{Field: "Label", Before: "Prod", After: "Production"}, {Field: "Certificate", Before: "11 March 2026", After: "1 December 2026"}},
		},
		Done: "Kept Backups.",
	}
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
		Label: sampleLong, Path: sampleOne, Provider: "Microsoft Azure", Account: "tide-tables-of-the-channel", SubscriptionName: sampleUnwrapped, SubscriptionID: sampleSubscription,
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
	return AuditLog{
		Frame: sampleAdmin("Audit log", sampleLogPath), Path: sampleLogPath, Entries: sampleEntries(), OlderPath: sampleLogPath + "?before=1204328", AgainPath: sampleLogPath, TailPath: sampleLogPath + "?since=1204331",
		JSONLinesPath: sampleLogPath + "/export.jsonl", CSVPath: sampleLogPath + "/export.csv", VerifyPath: sampleLogPath + "/verify",
		KeyName: sampleDigest, KeyPath: sampleLogPath + "/public-key", Retention: "Entries are kept for 400 days.",
	}
}

func samplesOfAuditLog(add func(string, templ.Component)) {
	log := sampleLog()
	add("admin-log", AuditLogPage(log))
	sound := log
	sound.Verdict = &Verdict{Sound: true, Entries: 1204331, Checkpoints: 1205, When: sampleJustNow, Took: "8.4 s"}
	sound.Segments = []SegmentRow{{First: 1, Last: 51000, From: sampleLinkedAt, To: sampleYesterday, Sealed: sampleJustNow, Digest: sampleDigest}}
	sound.NewestPath, sound.TailPath, sound.OlderPath = sampleLogPath, "", ""
	add("admin-log-sound", AuditLogPage(sound))
	broken := log
	broken.Verdict = &Verdict{Entries: 1204331, When: sampleJustNow, Sentence: "Entry 1,204,329 was changed: its digest doesn't match its content.", Where: Link{Text: "See it", Path: sampleLogPath + "?before=1204330"}}
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
