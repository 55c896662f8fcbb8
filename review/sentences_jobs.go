package review

import "mooring/fault"

// What administrators read when something about a job goes wrong.
var (
	ErrNoSuchJob = fault.New(fault.NotFound, "review.no-such-job",
		"There is no such job. Jobs are removed three months after they ended.")
	ErrNoSuchWork = fault.New(fault.Invalid, "review.no-such-work",
		"Choose what to do with the linked accounts: check them again, disable, enable, approve or decline them.")
	ErrNothingSelected = fault.New(fault.Invalid, "review.nothing-selected",
		"Select at least one linked account.")
	ErrTooManySelected = fault.New(fault.Invalid, "review.too-many-selected",
		"Select at most 1,000 linked accounts one by one, or all that match.")
	ErrTooManyJobs = fault.New(fault.Conflict, "review.too-many-jobs",
		"Twenty of your jobs are running or waiting. Wait until one ends, or stop one.")
	ErrJobOver = fault.New(fault.Conflict, "review.job-over",
		"This job has ended already.")
	ErrNothingFailed = fault.New(fault.Conflict, "review.nothing-failed",
		"Nothing failed in this job, so there is nothing to do again.")
	ErrNothingToUndo = fault.New(fault.Conflict, "review.nothing-to-undo",
		"This job changed nothing that an undo could still put back.")
	ErrUndoing = fault.New(fault.Conflict, "review.undoing",
		"Another job is undoing this one already.")
	ErrJobNotOver = fault.New(fault.Conflict, "review.job-not-over",
		"This job has not ended yet. Wait for its end, or stop it.")
)

// Why a job ended early, and why a linked account is among its failures.
const (
	sayStarterGone       = "It was stopped because whoever started it is not an administrator any more."
	sayUnlinkedMeanwhile = "It was unlinked before its turn came."
	sayDisabled          = "It is disabled, so it was not checked."
	sayStopped           = "An administrator has disabled it, so it was not checked."
	sayPending           = "It waits for approval, so it was not checked."
	sayDeclineInstead    = "It waits for approval. Decline it instead of disabling it."
	sayApproveInstead    = "It waits for approval. Approve it instead of enabling it."
	sayEnableInstead     = "An administrator has disabled it. Enable it instead of approving it."
	sayDisableInstead    = "It doesn't wait for approval. Disable it instead of declining it."
	sayTheirsToEnable    = "Its own people disabled it, so only they can enable it."
	sayChangedSince      = "It changed after the job, so it was left as it is."
	sayUnlinkedSince     = "It was unlinked after the job."
	sayNotPassed         = "The check did not pass. Open it to see why."
	sayOurSide           = "Something went wrong on our side. Try this one again."
)
