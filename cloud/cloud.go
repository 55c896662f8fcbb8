// Package cloud is the contract between Mooring and a cloud that can be
// linked: what a person types, how a link is verified stage by stage, and how
// a failure is explained. Adding a cloud is one folder that keeps it.
package cloud

import (
	"context"
	"time"

	"mooring/certificate"
	"mooring/fault"
)

// Cloud is one provider. Its endpoints are set by the operator; nothing a
// person types becomes a host.
type Cloud interface {
	// Describe says what never changes while the program runs.
	Describe() Description

	// Read checks a form and turns it into a Target. It forgives what people
	// paste; fields says where it could not. It removes from form what must
	// not be shown again, such as a pasted password.
	Read(form *Form) (target Target, fields fault.Fields)

	// Verify runs the stages in order and stops at the first that fails. It
	// hands each result to report as soon as it is there. It returns an error
	// only when ctx ended or our own side failed.
	Verify(ctx context.Context, attempt Attempt, report func(StageResult)) (Finding, error)

	// Explain tells what a result of a stage means and what to do about it.
	Explain(result StageResult, target Target) Explanation

	// Catalogue lists every code that Explain knows, in a stable order.
	Catalogue() []Explanation

	// Guide tells a person what to do on the cloud's side to link.
	Guide(draft Draft) Guide

	// Trust lists what makes the cloud accept a certificate of the account for a
	// link, beside those that it accepts already. CertificateBlank stands for it.
	Trust(target Target) []Command

	// Leftovers lists the commands that clean up on the cloud's side after a
	// link is gone.
	Leftovers(target Target) []Command
}

// Locator is the ability to find the directory that a subscription belongs to,
// before anybody has signed in. A cloud that gives no answer is a fault, whose
// sentence says so; any other error means that nothing was found.
type Locator interface {
	FindTenant(ctx context.Context, environment, subscriptionID string) (tenantID string, err error)
}

// RightsLister is the ability to list every right that a check can find, in a
// stable order. Policies and approvals name some of them by their keys.
type RightsLister interface {
	Rights() []RightText
}

// Registry holds the clouds that can be linked, by Description.Key.
type Registry map[string]Cloud

// RightText puts a right that a check of the provider found into words.
func (r Registry) RightText(provider string, right Right) string { return TextOf(r[provider], right) }

// TextOf puts a right that a check of c found into words. A right that c doesn't
// know, or no longer, is its key.
func TextOf(c Cloud, right Right) string {
	lister, ok := c.(RightsLister)
	if !ok {
		return right.Key
	}
	for _, known := range lister.Rights() {
		if known.Key == right.Key {
			return known.Text(right.Granted)
		}
	}
	return right.Key
}

// Description is what never changes about a cloud.
type Description struct {
	Key          string // in URLs and in the database: "azure"
	Name         string // "Microsoft Azure"
	ShortName    string // "Azure", as in Waiting for Azure
	Environments []Option
	Methods      []Method
}

// Option is one choice of a fixed list.
type Option struct{ Key, Name string }

// Method is a way to link.
type Method struct {
	Key, Name string
	When      string // when to choose it, one sentence
	Help      string // where the help leads through it, page#anchor: "link-azure#in-the-portal"; empty: nowhere
	Stages    []Stage
}

// Method finds a method by its key.
func (d Description) Method(key string) (Method, bool) {
	for _, m := range d.Methods {
		if m.Key == key {
			return m, true
		}
	}
	return Method{}, false
}

// EnvironmentName names an environment for people.
func (d Description) EnvironmentName(key string) string {
	for _, e := range d.Environments {
		if e.Key == key {
			return e.Name
		}
	}
	return key
}

// Stage is one question that a verification asks the cloud.
type Stage struct {
	Key      string
	Name     string // "Find the directory"
	Advisory bool   // it informs, and never decides the status
}

// Target is what a credential points at, checked.
type Target struct {
	Environment    string // key of one of Description.Environments
	Method         string // key of one of Description.Methods
	SubscriptionID string
	TenantID       string // may be empty until it is found
	ClientID       string // empty for methods that need none
}

// Form is what a person typed, as they typed it.
type Form struct {
	Label, Environment, Method         string
	SubscriptionID, TenantID, ClientID string
	Pasted                             string // the JSON that the guide's command prints
}

// Attempt is one verification that is about to run.
type Attempt struct {
	Target   Target
	Identity *certificate.Identity
	Fresh    bool // linked or changed minutes ago: the cloud may still be copying it
}

// Verdict is how a stage ended.
type Verdict string

// The verdicts.
const (
	OK         Verdict = "ok"
	Waiting    Verdict = "waiting"     // the cloud has probably not copied a fresh change yet
	Failed     Verdict = "failed"      // somebody has to do something
	CannotTell Verdict = "cannot-tell" // no answer, or none that says anything about the link
)

// StageResult is the evidence of one stage. It holds no secret.
type StageResult struct {
	Stage         string // key
	Verdict       Verdict
	Code          string // the cloud's own, or ours for failures on the way there
	Said          string // what the cloud said, cleaned; or what was learned, when OK
	TraceID       string
	CorrelationID string
	StartedAt     time.Time
	Duration      time.Duration
}

// Right is one permission that a link has or lacks.
type Right struct {
	Key       string // RightText.Key
	Granted   bool
	Excessive bool // more than Mooring needs
}

// RightText is a right in words.
type RightText struct {
	Key     string // begins with the cloud's: "azure-give-roles". It never changes: policies and approvals keep it
	Granted string // says that the link has it
	Missing string // says that the link lacks it; empty: nobody needs to know that
}

// Text gives the sentence.
func (t RightText) Text(granted bool) string {
	if granted {
		return t.Granted
	}
	return t.Missing
}

// Warning is the key of something that people should know about a link although it
// works. Databases keep it.
type Warning string

// The warnings that a cloud can report.
const (
	PaymentWarned  Warning = "payment-warned"   // the cloud has warned its customer about a payment
	PaymentPastDue Warning = "payment-past-due" // a payment is overdue
)

// Finding is what a verification learned beside the verdicts.
type Finding struct {
	SubscriptionName string
	TenantID         string
	Warnings         []Warning     // of a link that works
	Rights           []Right       // nil: they are unknown, and may be any
	RightsUnanswered bool          // the cloud gave no answer about Rights this time: what was known of them stays
	RetryAfter       time.Duration // how long the cloud asks to be left alone; 0: it doesn't say
}

// Outcome sums up the verdicts of a verification.
type Outcome string

// The outcomes.
const (
	Passed        Outcome = "passed"
	StillCopying  Outcome = "still-copying"
	Broken        Outcome = "broken"
	CouldNotCheck Outcome = "could-not-check"
)

// Conclude sums up results. Advisory stages have no say; a deciding stage that
// was not reached is not held against the link, because the one before it was.
func Conclude(stages []Stage, results []StageResult) Outcome {
	advisory := map[string]bool{}
	for _, s := range stages {
		advisory[s.Key] = s.Advisory
	}
	outcome := CouldNotCheck // nothing asked is nothing known
	for _, r := range results {
		if advisory[r.Stage] {
			continue
		}
		switch r.Verdict {
		case OK:
			outcome = Passed
		case Waiting:
			return StillCopying
		case Failed:
			return Broken
		case CannotTell:
			return CouldNotCheck
		}
	}
	return outcome
}

// Explanation is one entry of the error catalogue.
type Explanation struct {
	Anchor   string // stable: "azure-700027"
	Code     string
	Reason   string // in a word, where one code has several: "expired"; mostly empty
	Happened string // what happened
	Fix      string // what to do
	Who      string // who can do it
	Fixer    Fixer  // the same, for those who are known by name
	Remedy   Remedy // what Mooring can offer to do it
	Command  string // optional: the command that does it. CertificateBlank in it stands for the link's certificate
	Known    bool   // false: the code is new to us, and Happened only repeats it
}

// Fixer is who can fix something.
type Fixer string

// The fixers.
const (
	FixedInCloud    Fixer = ""         // somebody at the cloud; Explanation.Who says who
	FixedByOwner    Fixer = "owner"    // an owner of the account in Mooring
	FixedByOperator Fixer = "operator" // the operator of this Mooring
	FixedByNobody   Fixer = "nobody"   // nobody has to do anything
)

// Remedy is what a page of Mooring offers to somebody who can fix something.
type Remedy string

// The remedies.
const (
	EditLink            Remedy = "edit"
	DownloadCertificate Remedy = "download-certificate" // that the link signs with
	NewCertificate      Remedy = "new-certificate"
)

// CertificateBlank stands in a command for a certificate, as certificate.Certificate.Base64
// gives it.
const CertificateBlank = "<certificate>"

// Title tells the entry from all others of the catalogue.
func (e Explanation) Title() string {
	if e.Reason == "" {
		return e.Code
	}
	return e.Code + ", " + e.Reason
}

// Command is something to paste into the cloud's command line.
type Command struct {
	Title string
	Why   string
	Text  string // empty: there is no command for it, and Why says what to do
}

// Draft is what a guide is written from.
type Draft struct {
	Form        Form
	AccountName string
	Certificate certificate.Certificate
}

// Guide tells a person how to link.
type Guide struct {
	Needs    []string  // what the person needs
	Does     []string  // what Mooring will be able to do
	Steps    []Step    // in the cloud's portal
	Commands []Command // instead of the steps, least privilege first
}

// Step is one step in the cloud's portal.
type Step struct {
	Text     string
	LinkText string // optional, with LinkURL
	LinkURL  string
}
