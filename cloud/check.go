package cloud

import (
	"time"

	"mooring/certificate"
)

// Attempt is one check that is about to run.
type Attempt struct {
	Target   Target
	Identity *certificate.Identity // nil unless Method.Needs is a certificate; it knows its chain where that is Chain
	UseGrant UseGrant              // nil unless Method.Needs is Grant

	// Stranger makes an identity under the same authority whose name the cloud was
	// never told, and so has to refuse. It is nil where Method.Needs isn't Chain, and
	// when the cloud has refused one since the link was last changed.
	Stranger func() (*certificate.Identity, error)
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

// Warning is the key of something that people should know about a link although it
// works. Databases keep it.
type Warning string

// Stranger is what a cloud did with an identity that it has to refuse. Databases keep
// it.
type Stranger string

// What can become of a stranger.
const (
	StrangerUnknown Stranger = ""        // nobody tried, or no answer tells
	StrangerRefused Stranger = "refused" // as it should be
	StrangerLetIn   Stranger = "let-in"  // the cloud lets in everybody with the link's authority
)

// The warnings that a cloud can report.
const (
	PaymentWarned  Warning = "payment-warned"   // the cloud has warned its customer about a payment
	PaymentPastDue Warning = "payment-past-due" // a payment is overdue
)

// Finding is what a check learned beside the verdicts.
type Finding struct {
	AccountName      string        // what the cloud calls the account
	Parent           string        // empty: the target's own is right
	Warnings         []Warning     // of a link that works
	Rights           []Right       // nil: they are unknown, and may be any
	RightsUnanswered bool          // the cloud gave no answer about Rights this time: what was known of them stays
	RetryAfter       time.Duration // how long the cloud asks to be left alone; 0: it doesn't say
	Stranger         Stranger      // what became of Attempt.Stranger
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

// SignedIn reports whether results show that the identity of the attempt was let in,
// whatever came of it afterwards.
func SignedIn(stages []Stage, results []StageResult) bool {
	for _, s := range stages {
		for _, r := range results {
			if s.SignsIn && r.Stage == s.Key && r.Verdict == OK {
				return true
			}
		}
	}
	return false
}
