package review

import "mooring/fault"

// What administrators and owners read when something about a review goes wrong.
var (
	ErrNoSuchReview = fault.New(fault.NotFound, "review.no-such-review",
		"This page doesn't exist, or you don't have access to it.")
	ErrNotReviewer = fault.New(fault.Forbidden, "review.not-reviewer",
		"You aren't one of the reviewers, so you can't decide here. Ask the person who started the review to add you.")
	ErrNotTending = fault.New(fault.Forbidden, "review.not-tending",
		"Only the reviewers and the person who started the review can do that.")
	ErrNothingLeft = fault.New(fault.NotFound, "review.nothing-left",
		"You have nothing left to decide in this review.")
	ErrGathering = fault.New(fault.Conflict, "review.gathering",
		"Mooring is still collecting the linked accounts. The review opens in a moment.")
	ErrClosed = fault.New(fault.Conflict, "review.closed",
		"This review is closed and can no longer be changed.")
	ErrNotClosed = fault.New(fault.Conflict, "review.not-closed",
		"Evidence is available only for closed reviews. Close this one first.")
	ErrOwnLink = fault.New(fault.Forbidden, "review.own-link",
		"You linked this one, or it belongs to your own account. Another reviewer must decide.")
	ErrDecidedMeanwhile = fault.New(fault.Conflict, "review.decided-meanwhile",
		"Another reviewer has already decided this one. Open it again if you disagree.")
	ErrLinkChanged = fault.New(fault.Conflict, "review.link-changed",
		"This linked account changed while you had it open. Review the changes before you decide.")
	ErrUnlinkedMeanwhile = fault.New(fault.Conflict, "review.unlinked-meanwhile",
		"This one has been unlinked in the meantime, so there is nothing left to decide.")
	ErrNoSuchDecision = fault.New(fault.Invalid, "review.no-such-decision",
		"Choose Keep, Disable, Unlink or Ask the owner.")
	ErrReason = fault.New(fault.Invalid, "review.reason",
		"Enter a reason of 3 to 500 characters. The people in the account can read it.")
	ErrReasonLong = fault.New(fault.Invalid, "review.reason-long",
		"Use at most 500 characters.")
	ErrAnswer = fault.New(fault.Invalid, "review.answer",
		"Enter an answer of 1 to 1,000 characters.")
	ErrNoQuestion = fault.New(fault.Conflict, "review.no-question",
		"That question has already been answered or was withdrawn, so your answer wasn't saved.")
	ErrNobodyLeft = fault.New(fault.Conflict, "review.nobody-left",
		"None of the reviewers is an administrator now, so the review wasn't started. Choose reviewers who are administrators.")
	ErrAlreadyReviewer = fault.New(fault.Conflict, "review.already-reviewer",
		"That person is already a reviewer of this review.")
	ErrNoSuchSchedule = fault.New(fault.NotFound, "review.no-such-schedule",
		"There is no such schedule. Somebody may have ended it.")
	ErrTooManySchedules = fault.New(fault.Conflict, "review.too-many-schedules",
		"There are already 50 schedules. End one that nobody needs.")
	ErrEvidenceDiffers = fault.New(fault.Internal, "review.evidence-differs",
		"The stored review no longer matches the record that was signed when it was closed. Verify the audit log, and compare with a backup.")
)

// What people read beside the fields of a new review or schedule.
const (
	sayNameMissing      = "Enter a name that says what is reviewed, such as Fourth-quarter access."
	sayNameLong         = "Use at most 80 characters."
	sayDue              = "Choose a date after today, within two years."
	sayNoReviewer       = "Choose at least one administrator."
	sayManyReviewers    = "Choose at most 20 administrators."
	sayNotAdministrator = "One of these people isn't an administrator who can sign in. Choose from the list."
	sayEvery            = "Choose monthly, quarterly, half-yearly or yearly."
	sayFirst            = "Choose today or a later date, within two years."
	sayDays             = "Enter a number of days from 1 to 180."
)

// Why a schedule started nothing.
const sayNobodyLeft = "No review was started, because none of the reviewers is an administrator now. End this schedule and create a new one."
