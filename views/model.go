// Package views renders pages and fragments. Each page is one struct that was
// already text and booleans; a view decides nothing and knows no HTTP.
package views

import (
	"github.com/a-h/templ"

	"mooring/cloud"
	"mooring/fault"
)

// Time is a moment as people read it.
type Time struct {
	Shown   string // relative: "3 minutes ago"; "Never" when there was none
	Exact   string // "22 November 2026, 09:14:03 UTC"; empty when there was none
	Machine string // RFC 3339, for the datetime attribute; empty when there was none
}

// Tone goes with a word and never replaces it.
type Tone string

// The tones.
const (
	ToneOK        Tone = "ok"
	ToneWaiting   Tone = "waiting"
	ToneAttention Tone = "attention"
	ToneOff       Tone = "off"
)

// Status is a status word with its tone and, below it, what it means now.
type Status struct {
	Word   string // "Connected", "Waiting for Azure", "Needs attention", …
	Tone   Tone
	Detail string // optional: "Couldn't check 2 minutes ago", "Checking now", "Next check in"
	Retry  int    // seconds that finish Detail and count down; 0 = none
}

// Frame is what every page needs.
type Frame struct {
	Title    string
	Path     string // of this page, to come back to; empty: the first page
	Theme    string // "system", "light", "dark"
	Person   *Person
	Account  string // name of the account in the URL, or of the caller's default
	Accounts []AccountLink
	NavTitle string // of Nav: "Account info", unless it says something else
	Nav      []Link // empty on pages outside an account
	Reload   int    // seconds until a page without JavaScript reloads itself; 0 = never
	DemoPath string // demo only: the page Clouds of the demo
	Notices  []Notice
	Hello    string          // "You last signed in 3 hours ago from 192.0.2.1."; mostly empty
	Bare     bool            // nobody is signed in yet, or half: no menus, only a way out
	Help     string          // where the help is; empty: not for this reader
	SignIn   string          // where to sign in, on pages that anybody may read
	Contents []Heading       // of a long page, below its navigation
	Overdue  []OverdueReview // reviews that are late and concern the person
	Asked    []AskedOwner    // what reviews ask the person as an owner, by account
	Done     string          // what was just done here from another page; empty: nothing
	wide     bool            // the page holds a wide table and says so itself
	dialog   templ.Component // open over the page; nil: none
}

// Person is who is signed in.
type Person struct {
	ID          string // the script keeps what they typed apart from what others did
	Name, Email string
	SiteAdmin   bool
}

// AccountLink is one line of the account switcher.
type AccountLink struct {
	Name, Path, Kind string // Kind: "Personal" or "Organization"
	Role             string // "Owner", "Member" or "Viewer"
	Current          bool
}

// Link is a link.
type Link struct {
	Text, Path string
	Current    bool
}

// SignIn is the page /login.
type SignIn struct {
	Frame
	Email, Next string
	Problem     string       // one sentence above the form
	Lost        bool         // the session ended before a form was saved
	SignedOut   *SignedOut   // they have just signed out here, and may be signed in at a provider; nil: neither
	Done        string       // "Your password is changed."; empty: nothing was done
	Passwords   bool         // people may sign in with a password
	Passkeys    bool         // passkeys work at this address
	PasskeyHint string       // where they work instead: "Passkeys work only at http://localhost:8080."
	PasskeyPath string       // that address; empty: no link
	Providers   []SignInWith // in the order of the operator
	Demo        []string     // demo only: the e-mail addresses; the password is mooring-demo
}

// SignedOut offers to end the session at a provider, too.
type SignedOut struct {
	Provider string // its name
	Path     string // of ours, which leads there
}

// SetUp is the page that makes the first administrator.
type SetUp struct {
	Frame
	Action                    string
	QuestionPath              string // of a passkey
	Name, Email, Organization string
	Passwords                 bool
	Passkeys                  bool
	Providers                 []SignInWith
	Identity                  string // "GitHub as ada-l": it takes the place of a password
	Problem                   string
	Fields                    fault.Fields // name, email, password, organization
}

// Providers is the page Account info > Cloud Providers.
type Providers struct {
	Frame
	MayLink   bool // else: "Ask an owner of harbor to link …"
	Providers []Provider
	PollPath  string // GET, with htmx, for the list again; always set
	PollAfter int    // seconds until a row may look different; 0 = not by itself

	FirstSteps []FirstStep // after the set-up; empty: done or dismissed
	Totals     []Link      // "44 linked", "11 need attention", each to what it counts; empty for a few
	Filter     *ListFilter // nil for a few
	Sort       ListSort
	Found      string // "11 links match"; empty: nothing is filtered
	ClearPath  string // with Found: of the whole list

	Part         string // "Links 101 to 200 of 1,000"; empty: these are all
	PreviousPath string // empty on the first page
	NextPath     string // empty on the last page
}

// FirstStep is what the first administrator is offered after the set-up.
type FirstStep struct {
	Text, Path, Why string
	Shown           string // of the notice that offers it, to dismiss it
}

// ListFilter are the fields by which an account's list is searched.
type ListFilter struct {
	Path                     string
	Total                    int // of all links
	Search, Provider, Status string
	Providers, Statuses      []Choice
	Sort                     string // "status", "checked" or "expires"; empty: label
	Order                    string // that goes along
}

// ListSort are the headers of an account's list. Without a path they don't sort.
type ListSort struct{ Label, Status, Checked, Expires SortLink }

// Provider is one provider of the list.
type Provider struct {
	Key, Name   string
	AccountNoun string // "Subscription"
	Available   bool
	Remark      string // when not available: "Not available yet", "Closed by its owner in 2026"
	AddPath     string // Add credentials; empty: no button
	Refused     string // why nobody may link it: "Your administrators do not let people link this provider."
	Summary     string // of many rows beside those of other providers: "41 linked."
	Credentials []CredentialRow
	Elsewhere   bool // its links are on other pages
}

// CredentialRow is one linked credential in the list.
type CredentialRow struct {
	ID, Label, Path  string
	CloudAccountName string // empty until it was found
	CloudAccount     string
	Status           Status
	LastCheck        Time
	Expires          Time // the certificate's end
	LinkedBy         string
	Question         *RowQuestion // of a review, without an answer; nil: none
}

// RowQuestion is a reviewer's question in a row of the list.
type RowQuestion struct {
	Asker, Text string // Text may be cut off
	Due         Time
	AnswerPath  string // empty: the reader may not answer
}

// Certificate is the account's certificate as the dialog shows it.
type Certificate struct {
	SHA1, SHA256     string // upper-case hexadecimal; SHA256 may be empty
	KeyFingerprint   string // of its public key alone; empty unless the cloud takes only that
	Expires          Time
	CERPath, PEMPath string // empty: it is not offered for download
	ExpiresSoon      bool
	RenewPath        string // the page to make a new one; set when the person may
	LinkName         string // of the link whose authority issued it; empty: it is the account's own
}

// CredentialForm is the dialog to add or to edit credentials of a cloud, drawn from what
// that describes. It is a page of its own as well.
type CredentialForm struct {
	Frame
	Heading     string // "Azure credentials"
	Editing     bool
	Action      string // POST: save
	PreviewPath string // POST: write the command, find the directory, check the formats
	CancelPath  string
	HelpPath    string
	Form        cloud.Form
	Version     int64  // of the credential that is edited; 0 for a new one
	Found       string // what the cloud's cloud.Field.Found holds, when Mooring filled it in and nobody has changed it
	// FoundReplaced: the preview puts another value into that field.
	FoundReplaced bool
	Fields        fault.Fields // label, method, environment, certificate_life, and cloud.Field.Key
	Problem       string       // the summary above the form
	ProblemLink   *fault.Link
	// FormNotes are quiet remarks beside fields, such as "Found from the subscription."
	FormNotes   map[string]string
	Approval    string // that it will wait for an approval; empty: it will not
	Cloud       cloud.Description
	Certificate Certificate // the zero value where the method needs none
	Draft       string      // id of the authority that Guide is about; empty: of none
	FilePath    string      // where Guide.File is downloaded
	ConsentPath string      // leads to the provider, where the method needs a grant
	Dialog      bool        // a preview is for the dialog
	// OlderCertificate is where the link is moved to the account's current one;
	// empty: Certificate is that one.
	OlderCertificate string
	Guide            cloud.Guide
}

// Credential is the page of one credential.
type Credential struct {
	Frame
	ID, Label, Path  string
	CloudAccountName string
	CloudAccount     string // its ID
	Facts            []cloud.Fact
	LinkedBy         string
	Linked           Time
	Status           Status
	LastCheck        Time
	NextCheck        Time // empty when none is planned
	Certificate      Certificate
	CertificatesPath string              // of all certificates of the account
	Move             *CertificateMove    // to another certificate; nil: there is none
	Renewals         *CredentialRenewals // nil: there is no certificate
	Rights           []Right
	Progress         Progress
	History          []Run // finished runs, the latest first
	Decision         *Decision
	LetIn            *Decision  // by an administrator, some time ago
	Questions        []Question // of reviewers, the latest first
	// Paths of what can be done now; empty means: no button.
	VerifyPath, EditPath, DisablePath, EnablePath, UnlinkPath string
	BackPath                                                  string
}

// Decision is what an administrator, or the site's policy, said about a
// credential, as its people read it.
type Decision struct {
	Heading string // "An administrator disabled this credential."
	Tone    Tone
	By      string // name of the administrator; empty: the policy said it
	At      Time   // with By
	Reason  string // in the words of By, or of the policy; empty: none was given
	Then    string // what that means, and what can be done; empty: Reason says it
}

// Question is what a reviewer asked the people of an account.
type Question struct {
	Asker      string
	At         Time
	Text       string
	Answer     string // empty: nobody has answered
	AnsweredBy string
	AnsweredAt Time
	AnswerPath string // POST review, answer; empty: the reader may not answer
	ReviewID   string
	Next       string // page to come back to; empty: the linked account's
	Typed      string // an answer that came back
	Problem    string // what is wrong with it
}

// AskedOwner is what reviews ask the owners of one account.
type AskedOwner struct {
	Account    string
	Asker      string // of the question that is due first, and so are Label, Text and AnswerPath
	Label      string
	Text       string // perhaps cut off
	Due        Time
	Total      int
	AnswerPath string
	ListPath   string // of all that is asked in the account
}

// AnswerQuestion is the page, and the dialog, where an owner answers.
type AnswerQuestion struct {
	Frame
	Label, Path string // of the linked account
	CancelPath  string
	Questions   []Question // that wait for an answer, at least one
}

// Progress shows the stages of the latest run, while it runs and afterwards.
type Progress struct {
	PollPath  string // GET, with htmx, for the same fragment again; empty when settled
	PollAfter int    // seconds
	Running   bool
	Retry     int    // seconds until the next try while waiting for the cloud; 0 = none
	Summary   string // one sentence
	Detail    string // optional: what happens next
	Tone      Tone
	Stages    []Stage
}

// Stage is one stage of a run, also when it has not been reached.
type Stage struct {
	Name          string
	Advisory      bool
	Reached       bool
	Verdict       string // "OK", "Waiting", "Failed", "Cannot tell", "Running", "Not reached"
	Tone          Tone
	Duration      string // "0.4 s"
	At            Time
	Said          string // what was learned, or what the cloud said
	Code          string
	TraceID       string
	CorrelationID string
	Explanation   *cloud.Explanation // when it did not end OK
	HelpPath      string             // with Explanation
	// What the reader can do about it here; empty: nothing of the kind.
	EditPath, CERPath, RenewPath, ConsentPath string
}

// Run is one finished verification in the history.
type Run struct {
	Started Time
	Trigger string // "asked by a person", "planned", "retried"
	Times   int    // how many in a row ended like this one
	First   Time   // when the first of them started
	Outcome string // "Passed", "Waiting", "Failed", "Could not check", "Broken off"
	Tone    Tone
	Stages  []Stage
}

// Linked is what the dialog shows after Save credentials.
type Linked struct {
	Label, Path, EditPath string
	VerifyPath            string // POST: check now; empty: not now
	CloudAccountName      string
	Facts                 []cloud.Fact
	Status                Status
	Rights                []Right
	Progress              Progress
	Connected             bool
	Decision              *Decision // it waits for an approval, or the policy refuses it
	NextJob               string
}

// Unlink asks before a credential is unlinked.
type Unlink struct {
	Frame
	Label, CloudAccount string
	Cloud, Noun         string // "Azure", and what it calls what is linked: "subscription"
	Action, CancelPath  string
	Account             string   // whose it is, for an administrator, who is asked for Reason; empty: one's own
	Version             int64    // for an administrator
	Reason              string   // as typed
	Dependents          []string // if any, the label must be typed
	Fields              fault.Fields
	Problem             string
	Commands            []cloud.Command
	RevokesGrant        bool // unlinking revokes a grant, and leaves nothing behind
}

// Leftovers is shown after a credential was unlinked: what to clean up.
type Leftovers struct {
	Frame
	Cloud, Noun  string // as in Unlink
	RevokesGrant bool   // as in Unlink
	Commands     []cloud.Command
	BackPath     string
	BackText     string // empty: "Cloud Providers"
}

// Sessions is the page where a person sees and ends their sessions.
type Sessions struct {
	Frame
	Sessions      []Session
	EndOthersPath string // POST; empty when there is no other
}

// Session is one browser.
type Session struct {
	Agent, Address string
	Way            string // "with a passkey"
	Started, Seen  Time
	Current        bool
	EndPath        string
}

// Help is the first page of the help: what there is, or what a search found.
type Help struct {
	Frame
	Path   string // GET, with the field q, also with htmx: a search
	Query  string // empty: nothing is searched for
	Hits   []HelpHit
	More   int         // hits that are not shown
	Topics []HelpEntry // the common questions
	Pages  []HelpEntry
	Errors []HelpEntry // the error catalogues
}

// HelpEntry is a page of the help in the list of all.
type HelpEntry struct{ Title, Path, Summary, Takes string } // Takes: "About 8 minutes"

// HelpHit is a place in the help that a search found.
type HelpHit struct {
	Title, Path string
	Page        string // on which it is; empty: Title is that of the page
	Excerpt     []Words
}

// Words are a piece of a text; Found are those that were looked for.
type Words struct {
	Text  string
	Found bool
}

// HelpTopics is the page of common questions.
type HelpTopics struct {
	Frame
	Topics []HelpTopic
}

// HelpTopic is a question with its answer.
type HelpTopic struct {
	Title, Anchor string
	Paragraphs    [][]Piece
}

// Piece is a part of a paragraph: plain text, a label of the interface, or what is
// typed.
type Piece struct {
	Text        string
	Label, Code bool
}

// HelpPage is one walkthrough.
type HelpPage struct {
	Frame
	Summary, Takes string
	ForPaper       string // the same page with light pictures; empty: this is it
	Body           string // HTML, from the walkthroughs that come with the program
}

// Heading is a heading of a page that one can go to.
type Heading struct {
	Text, Anchor string
	Under        bool // it stands below the one before
}

// ErrorHelp is the catalogue as a page, with an anchor for each entry.
type ErrorHelp struct {
	Frame
	Provider string
	Entries  []cloud.Explanation
}

// Problem is the page, and the fragment, of a failure.
type Problem struct {
	Frame
	Status    int
	Heading   string
	Sentence  string
	Link      *fault.Link
	RequestID string
}

// Right is a permission that a credential has or lacks, in words.
type Right struct {
	Granted   bool
	Excessive bool // more than Mooring needs
	Sentence  string
}

// Demo is the page Clouds of the demo.
type Demo struct {
	Frame
	Clouds []DemoCloud
}

// DemoCloud is a simulated cloud. Its links are addresses of its console.
type DemoCloud struct {
	Name  string
	Links []Link
}
