package jobs

import "mooring/fault"

// What administrators read when something about a job goes wrong.
var (
	ErrNoSuchJob = fault.New(fault.NotFound, "review.no-such-job",
		"There is no such job. Jobs are deleted three months after they end.")
	ErrNoSuchWork = fault.New(fault.Invalid, "review.no-such-work",
		"Choose what to do with the linked accounts: check, disable, enable, approve or decline them.")
	ErrTooManyJobs = fault.New(fault.Conflict, "review.too-many-jobs",
		"You already have 20 jobs running or waiting. Wait until one ends, or stop one.")
	ErrJobOver = fault.New(fault.Conflict, "review.job-over",
		"This job has already ended.")
	ErrNothingFailed = fault.New(fault.Conflict, "review.nothing-failed",
		"Nothing failed in this job, so there is nothing to repeat.")
	ErrNothingToUndo = fault.New(fault.Conflict, "review.nothing-to-undo",
		"There is nothing left to undo in this job.")
	ErrUndoing = fault.New(fault.Conflict, "review.undoing",
		"Another job is already undoing this one.")
	ErrJobNotOver = fault.New(fault.Conflict, "review.job-not-over",
		"This job is still running. Wait until it ends, or stop it.")
)

// Why a job ended early, and why a linked account is among its failures.
const (
	sayStarterGone       = "It was stopped because the person who started it is no longer an administrator."
	sayUnlinkedMeanwhile = "It was unlinked before the job reached it."
	sayDisabled          = "It is disabled, so it wasn't checked."
	sayStopped           = "An administrator has disabled it, so it wasn't checked."
	sayPending           = "It's waiting for approval, so it wasn't checked."
	sayDeclineInstead    = "It's waiting for approval. Decline it instead of disabling it."
	sayApproveInstead    = "It's waiting for approval. Approve it instead of enabling it."
	sayEnableInstead     = "An administrator has disabled it. Enable it instead of approving it."
	sayDisableInstead    = "It isn't waiting for approval. Disable it instead of declining it."
	sayTheirsToEnable    = "The people in its account disabled it, so only they can enable it."
	sayChangedSince      = "It has changed since the job, so it was left as it is."
	sayUnlinkedSince     = "It was unlinked after the job."
	sayNotPassed         = "The check failed. Open the linked account to see why."
	sayOurSide           = "Mooring had an internal error. Try this one again."
)
