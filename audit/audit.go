// Package audit defines the entry that every change writes in its own
// transaction: who did what, on what, from where, with which result.
package audit

import "time"

// Action names what was done, as noun and verb.
type Action string

// The actions.
const (
	OfferSetUp         Action = "site.offer-set-up"
	SetUp              Action = "site.set-up"
	Restore            Action = "site.restore"
	SignIn             Action = "person.sign-in"
	SignInFailed       Action = "person.sign-in-failed"
	SignOut            Action = "person.sign-out"
	EndSession         Action = "person.end-session"
	ChangeTheme        Action = "person.change-theme"
	MakeAccount        Action = "account.make"
	MakeCertificate    Action = "certificate.make"
	LinkCredential     Action = "credential.link"
	EditCredential     Action = "credential.edit"
	VerifyCredential   Action = "credential.verify"
	FinishVerification Action = "credential.finish-verification"
	DisableCredential  Action = "credential.disable"
	EnableCredential   Action = "credential.enable"
	UnlinkCredential   Action = "credential.unlink"
	RotateKeys         Action = "keys.rotate"
)

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
}
