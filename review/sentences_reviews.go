package review

import "mooring/fault"

// What administrators and owners read when something about a review goes wrong.
var (
	ErrNoSuchReview = fault.New(fault.NotFound, "review.no-such-review",
		"There is nothing here, or it is not shared with you.")
	ErrNotReviewer = fault.New(fault.Forbidden, "review.not-reviewer",
		"You are not one of the reviewers, so there is nothing for you to decide here.")
	ErrNotTending = fault.New(fault.Forbidden, "review.not-tending",
		"Only its reviewers and whoever started it may do that.")
	ErrNothingLeft = fault.New(fault.NotFound, "review.nothing-left",
		"Nothing is left for you to decide in this review.")
	ErrGathering = fault.New(fault.Conflict, "review.gathering",
		"The linked accounts are still being collected. It takes a moment; then the review opens.")
	ErrClosed = fault.New(fault.Conflict, "review.closed",
		"This review is closed, so nothing in it changes any more.")
	ErrNotClosed = fault.New(fault.Conflict, "review.not-closed",
		"Evidence is made of closed reviews. Close this one first.")
	ErrOwnLink = fault.New(fault.Forbidden, "review.own-link",
		"You linked this one, or it belongs to your own account. Another reviewer has to decide.")
	ErrDecidedMeanwhile = fault.New(fault.Conflict, "review.decided-meanwhile",
		"Somebody decided this one meanwhile. Look at it again if you disagree.")
	ErrLinkChanged = fault.New(fault.Conflict, "review.link-changed",
		"This linked account changed while you looked at it. Look again before you decide.")
	ErrUnlinkedMeanwhile = fault.New(fault.Conflict, "review.unlinked-meanwhile",
		"This one was unlinked meanwhile, so there is nothing left to decide.")
	ErrNoSuchDecision = fault.New(fault.Invalid, "review.no-such-decision",
		"Choose to keep it, to disable it, to unlink it or to ask its owner.")
	ErrReason = fault.New(fault.Invalid, "review.reason",
		"Say why, in 3 to 500 characters. The people of the account read it.")
	ErrReasonLong = fault.New(fault.Invalid, "review.reason-long",
		"Use at most 500 characters.")
	ErrAnswer = fault.New(fault.Invalid, "review.answer",
		"Answer in 1 to 1,000 characters.")
	ErrNoQuestion = fault.New(fault.Conflict, "review.no-question",
		"That question is answered or was taken back, so nothing was stored.")
	ErrNobodyLeft = fault.New(fault.Conflict, "review.nobody-left",
		"None of the reviewers is an administrator any more, so nothing was started.")
	ErrAlreadyReviewer = fault.New(fault.Conflict, "review.already-reviewer",
		"They are a reviewer of this one already.")
	ErrNoSuchSchedule = fault.New(fault.NotFound, "review.no-such-schedule",
		"There is no such schedule. Somebody may have ended it.")
	ErrTooManySchedules = fault.New(fault.Conflict, "review.too-many-schedules",
		"There are 50 schedules already. End one that nobody needs.")
	ErrEvidenceDiffers = fault.New(fault.Internal, "review.evidence-differs",
		"What is stored about this review no longer fits what was signed when it was closed. Verify the audit log, and compare with a backup.")
)

// What people read beside the fields of a new review or schedule.
const (
	sayNameMissing      = "Give it a name that says what is reviewed, such as Access of the fourth quarter."
	sayNameLong         = "Use at most 80 characters."
	sayDue              = "Choose a day after today, within two years."
	sayNoReviewer       = "Name at least one administrator."
	sayManyReviewers    = "Name at most 20 administrators."
	sayNotAdministrator = "One of them is no administrator who can sign in. Choose from the list."
	sayEvery            = "Choose monthly, quarterly, half-yearly or yearly."
	sayFirst            = "Choose today or a later day, within two years."
	sayDays             = "Give them 1 to 180 days."
)

// Why a schedule started nothing.
const sayNobodyLeft = "Nothing was started, because none of its reviewers is an administrator any more. End this schedule and make a new one."
