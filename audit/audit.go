// Package audit defines the entry that every change writes in its own
// transaction: who did what, on what, from where, with which result.
package audit

import "time"

// Action names what was done, as noun and verb.
type Action string

// The actions.
const (
	OfferSetUp           Action = "site.offer-set-up"
	SetUp                Action = "site.set-up"
	Restore              Action = "site.restore"
	SignIn               Action = "person.sign-in"
	SignInFailed         Action = "person.sign-in-failed"
	SignOut              Action = "person.sign-out"
	SecondStep           Action = "person.second-step"
	SecondStepFailed     Action = "person.second-step-failed"
	Prove                Action = "person.prove"
	ProveFailed          Action = "person.prove-failed"
	EndSession           Action = "person.end-session"
	EndOtherSessions     Action = "person.end-other-sessions"
	ChangeTheme          Action = "person.change-theme"
	ChangeProfile        Action = "person.change-profile"
	ChangePassword       Action = "person.change-password"
	RequestPasswordReset Action = "person.request-password-reset"
	ResetPassword        Action = "person.reset-password" // by a mailed link
	AddPasskey           Action = "person.add-passkey"
	RemovePasskey        Action = "person.remove-passkey"
	MakeRecoveryCodes    Action = "person.make-recovery-codes"
	UseRecoveryCode      Action = "person.use-recovery-code"
	LinkIdentity         Action = "person.link-identity"
	UnlinkIdentity       Action = "person.unlink-identity"
	FollowGroups         Action = "person.follow-groups"
	DisablePerson        Action = "person.disable"
	EnablePerson         Action = "person.enable"
	EndPersonSessions    Action = "person.end-sessions"
	MakeAdministrator    Action = "person.make-administrator"
	TakeAdministrator    Action = "person.take-administrator"
	ResetPerson          Action = "person.reset"
	MakeAccount          Action = "account.make"
	ChangeAccount        Action = "account.change"
	DeleteAccount        Action = "account.delete"
	Invite               Action = "account.invite"
	RevokeInvitation     Action = "account.revoke-invitation"
	JoinAccount          Action = "account.join"
	ChangeRole           Action = "account.change-role"
	RemoveMember         Action = "account.remove-member"
	LeaveAccount         Action = "account.leave"
	MakeKey              Action = "key.make"
	RevokeKey            Action = "key.revoke"
	MakeCertificate      Action = "certificate.make"
	MakeAuthority        Action = "certificate.make-authority" // of one link
	IssueCertificate     Action = "certificate.issue"          // under the authority of a link
	LinkCredential       Action = "credential.link"
	EditCredential       Action = "credential.edit"
	MoveCertificate      Action = "credential.move-certificate"
	BeginRenewal         Action = "credential.begin-renewal"
	IntroduceCertificate Action = "credential.introduce-certificate" // to the cloud, for a sign-in
	RenewCredential      Action = "credential.renew"                 // it signs with the successor
	RenewByHand          Action = "credential.renew-by-hand"         // only a person can renew it
	RenewalFails         Action = "credential.renewal-fails"         // for a day
	RemoveCertificate    Action = "credential.remove-certificate"    // from the cloud, and its key here
	SignInAgain          Action = "credential.sign-in-again"         // at the cloud, for another grant
	VerifyCredential     Action = "credential.verify"
	FinishVerification   Action = "credential.finish-verification"
	RepeatVerification   Action = "credential.repeat-verification" // counts those that ended like the one before
	DisableCredential    Action = "credential.disable"
	EnableCredential     Action = "credential.enable"
	UnlinkCredential     Action = "credential.unlink"
	StopCredential       Action = "credential.stop"
	ReleaseCredential    Action = "credential.release"
	ApproveCredential    Action = "credential.approve"
	DeclineCredential    Action = "credential.decline"
	ReopenCredential     Action = "credential.reopen"    // an undo: it waits for approval again
	HandBackCredential   Action = "credential.hand-back" // an undo: it is disabled by its people again
	HoldCredential       Action = "credential.hold"
	ExportList           Action = "list.export"
	ChangeIntake         Action = "intake.change"
	StartJob             Action = "job.start"
	StopJob              Action = "job.stop"
	FinishJob            Action = "job.finish"
	StartReview          Action = "review.start"
	OpenReview           Action = "review.open"
	NameReviewer         Action = "review.name-reviewer"
	DecideReview         Action = "review.decide"
	AnswerReview         Action = "review.answer"
	CloseReview          Action = "review.close"
	ExportReview         Action = "review.export"
	MakeSchedule         Action = "schedule.make"
	MoveSchedule         Action = "schedule.move"
	EndSchedule          Action = "schedule.end"
	RefuseRequest        Action = "request.refuse"
	ReadLog              Action = "log.read"
	ExportLog            Action = "log.export"
	VerifyLog            Action = "log.verify"
	SealLog              Action = "log.seal"
	RotateKeys           Action = "keys.rotate"
	ConfirmInstance      Action = "site.confirm-instance" // that this is the only one
)

// Actions are all of them, for a choice on a page.
func Actions() []Action {
	return []Action{
		OfferSetUp, SetUp, Restore, SignIn, SignInFailed, SignOut, SecondStep, SecondStepFailed, Prove, ProveFailed, EndSession,
		EndOtherSessions, ChangeTheme, ChangeProfile, ChangePassword, RequestPasswordReset, ResetPassword, AddPasskey, RemovePasskey, MakeRecoveryCodes, UseRecoveryCode,
		LinkIdentity, UnlinkIdentity, FollowGroups, DisablePerson, EnablePerson, EndPersonSessions, MakeAdministrator, TakeAdministrator,
		ResetPerson, MakeAccount, ChangeAccount, DeleteAccount, Invite, RevokeInvitation, JoinAccount, ChangeRole, RemoveMember,
		LeaveAccount, MakeKey, RevokeKey, MakeCertificate, MakeAuthority, IssueCertificate, LinkCredential, EditCredential, MoveCertificate, BeginRenewal, IntroduceCertificate, RenewCredential, RenewByHand, RenewalFails, RemoveCertificate, SignInAgain, VerifyCredential, FinishVerification, RepeatVerification,
		DisableCredential, EnableCredential, UnlinkCredential, StopCredential, ReleaseCredential, ApproveCredential, DeclineCredential,
		ReopenCredential, HandBackCredential, HoldCredential, ExportList, ChangeIntake, StartJob, StopJob, FinishJob, StartReview, OpenReview, NameReviewer, DecideReview,
		AnswerReview, CloseReview, ExportReview, MakeSchedule, MoveSchedule, EndSchedule, RefuseRequest, ReadLog, ExportLog, VerifyLog,
		SealLog, RotateKeys, ConfirmInstance,
	}
}

// Result says how it ended.
type Result string

// The results.
const (
	Done    Result = "done"
	Refused Result = "refused"
)

// System is the actor of work that no person asked for, such as a scheduled check.
const System = "system"

// Actor is who asked, and from where.
type Actor struct {
	PersonID  string // or System
	Name      string // as it was then: an e-mail address, or "Mooring"
	KeyID     string // the API key that acted for the person; empty: they did it themselves
	Address   string // IP address; empty for the system
	RequestID string // empty for the system
}

// BySystem is the actor of background work.
func BySystem() Actor { return Actor{PersonID: System, Name: "Mooring"} }

// Entry is one line of the audit log.
type Entry struct {
	At           time.Time
	Actor        Actor
	Action       Action
	AccountID    string // empty when the action is about no account
	CredentialID string // empty when the action is about no credential
	Result       Result
	Detail       string // short, without secrets: a label, an outcome, a code
	Changes      []Change
}

// Change is one value before and after. Secrets never become one: of a
// password or a key it is told only that it changed.
type Change struct {
	Field  string `json:"field"` // in words of the interface: "Label", "Subscription ID"
	Before string `json:"before"`
	After  string `json:"after"`
}
