package views

import (
	"mooring/audit"
	"mooring/cloud"
	"mooring/fault"
)

// OverdueReview is a review that is late and concerns the person.
type OverdueReview struct {
	Name string
	Due  Time
	Left int    // that wait for a decision: the person's own, else all
	Path string // the queue for a reviewer, the review for who started it
}

// Choice is one of several values to choose.
type Choice struct{ Key, Name string }

// Tick is a choice that may be ticked beside others.
type Tick struct {
	Key, Name string
	Remark    string // optional: "ada@harbor.example"
	Ticked    bool
}

// Hidden is a value that a form carries along.
type Hidden struct{ Name, Value string }

// SortLink is a column header that sorts.
type SortLink struct {
	Path      string
	Direction string // "ascending", "descending"; empty: not sorted by it
}

// LinkedAccounts is the page Administration > Linked accounts.
type LinkedAccounts struct {
	Frame
	Path          string // of the list without a query
	Totals        []Link // "1,000,000 linked accounts", "12 need attention": they lead to the filters
	Filter        LinkedFilter
	Fields        fault.Fields // search, provider, status, account, expiring, not-checked-since; selection
	ClearPath     string       // empty: no filter is set
	Rows          []LinkedRow
	Sort          LinkedSort
	Total         int
	More          bool // Total is where the count stopped
	NothingLinked bool // on the whole site
	NewestFirst   bool // so many match that they are not sorted
	Unfinished    bool // looked through many and stopped; NextPath goes on
	FirstPath     string
	NextPath      string
	CSVPath       string
	JSONLinesPath string

	SelectionPath string   // POST action, credential or all, and Carried
	Carried       []Hidden // the fields of the query
	All           bool     // "All that match" is chosen
	Problem       string
	Done          string
}

// Confirm asks before many linked accounts are changed at once, or put back. Its
// fields are reason, number and the carried ones.
type Confirm struct {
	Frame
	Heading        string // "Disable 5,015 linked accounts"
	What           string // "Connected, of harbor"
	Question       string // "Disable all 5,015?"
	Notes          []string
	Nothing        string // what is said when Count is 0
	Count          int
	Rows           []ConfirmRow // the first ten
	Action         string
	Carried        []Hidden
	AsksReason     bool // else Reason is what it will be
	ReasonOptional bool
	Reason         string
	AsksNumber     bool
	Number         string // as typed
	Button         string // "Disable 5,015"
	Danger         bool
	CancelPath     string
	CancelText     string // where that leads: "Linked accounts"
	Problem        string
	Fields         fault.Fields // reason, number
}

// ConfirmRow is one of the linked accounts that a change is about.
type ConfirmRow struct {
	Label, Account, Path string
	Status               Status // without a word: not shown
}

// LinkedFilter is what the list is filtered by, as typed.
type LinkedFilter struct {
	Search, Provider, Status, Account string
	Expiring                          string // "", "7", "30", "60", "90"
	NeverReviewed                     bool
	NotCheckedSince                   string   // "2026-11-01"
	Sort, Order                       string   // carried along
	Providers, Statuses               []Choice // without "any"
	Accounts                          []string // names to suggest
}

// LinkedSort are the columns that sort.
type LinkedSort struct{ Label, Account, Checked, Expires, Reviewed SortLink }

// LinkedRow is one linked account of the list.
type LinkedRow struct {
	ID, Label, Path  string
	Provider         string // its name
	CloudAccountName string
	CloudAccount     string
	Account          string
	LinkedBy         string
	Status           Status
	LastCheck        Time
	Expires          Time
	LastReview       Time
	ReviewedBy       string
	Selected         bool
}

// LinkedAccount is everything about one linked account that an administrator
// sees. Nothing in it is secret.
type LinkedAccount struct {
	Frame
	ID, Label, BackPath string
	Provider            string // its name
	Account             string
	CloudAccountName    string
	Facts               []cloud.Fact
	Version             int64
	Status              Status
	Reason              string // why it is stopped, or waits for approval
	DecidedBy           string // who stopped, released or approved it last; empty: nobody
	DecidedAt           Time
	LastCheck           Time
	NextCheck           Time // empty when none is planned
	Chart               Chart
	Progress            Progress // of the latest run; PollPath leads to LinkedAccountLive
	Rights              []RightNow
	RightsThen          string // with what Rights compares: "the review of 2 October 2026"; empty: with nothing
	Certificate         Certificate
	Linked              Time
	LinkedBy            string
	LinkedByPath        string
	Owners              []Link // of the account; a person without Path is not linked
	LastReview          Time
	ReviewedBy          string
	Reviews             []PastDecision
	Entries             []LogEntry // the latest 20
	LogPath             string     // the audit log of this credential

	// POST; empty: no button. The reason is the field "reason".
	CheckAgainPath, DisablePath, EnablePath string
	ApprovePath, DeclinePath                string
	UnlinkPath                              string // GET; it asks first

	Typed       string // the reason as typed
	Problem     string
	ProblemLink *fault.Link
	Fields      fault.Fields // reason
	Done        string
}

// RightNow is a right as it is now, compared with an earlier day.
type RightNow struct {
	Sentence  string
	Excessive bool
	Change    RightChange
}

// RightChange tells what happened to a right since then.
type RightChange string

// The changes of a right.
const (
	RightSame    RightChange = ""
	RightAdded   RightChange = "added"
	RightRemoved RightChange = "removed"
)

// PastDecision is what a review decided about one credential.
type PastDecision struct {
	Review, Path string
	Decision     string // "Keep", "Disable", "Unlink", "Ask the owner"; "Not decided yet"
	Tone         Tone
	Reason       string
	By           string
	When         Time
}

// Jobs is the page Administration > Jobs.
type Jobs struct {
	Frame
	Jobs []JobRow // the latest first
}

// JobRow is one job of the list.
type JobRow struct {
	Number                 string // "12"
	Undo                   bool   // what it did not do it left
	Heading, Path          string
	By                     string
	State                  Status
	Counted                bool
	Total, Handled, Failed int
	Created, Finished      Time
}

// Job is bulk work in the background.
type Job struct {
	Frame
	Number                 string // "12"
	Heading                string // "Check again"
	What                   string // "Connected, of harbor"
	By, Reason             string
	State                  Status
	Over                   bool
	Stopping               bool
	Counted                bool // Total is known
	Total, Handled, Failed int
	Left                   string // "about 3 minutes left"; empty: unknown
	Created, Finished      Time
	Sentence               string // why it ended before its end; mostly empty
	PollPath               string // GET, with htmx, for JobProgress; empty when it is over
	StopPath               string // POST; empty: no button
	Failures               []JobFailure
	AgainPath              string // POST with Again: the failed ones once more; empty: no button
	Again                  []Hidden
	Undo                   bool   // it undoes another job: what it did not do it left as it is
	UndoOf                 Link   // that job; empty Path: it is removed; empty Text: it is no undo
	UndonePart             Link   // the latest job that undoes this one; empty Text: none
	UndoPath               string // GET; it asks first; empty: no button
	UndoText               string // "Undo 99"
	UndoNote               string // why there is no button, or what it does
	Problem                string
	Done                   string
}

// JobFailure is one credential on which a job failed.
type JobFailure struct {
	Label, Account, Path string // Path: empty when it is gone
	Sentence             string
}

// Intake is the page Administration > Intake policy. Its fields are approval,
// approve-provider, rights-on, right, provider-rule, provider,
// longest-certificate and version, and accounts and parents with a hyphen and the key of
// a provider.
type Intake struct {
	Frame
	Action             string
	Version            int64
	Approval           string // "none", "all", "some"
	ApproveProviders   []Tick
	RightsOn           bool   // more rights than the ticked ones need an approval
	Rights             []Tick // that need none; Key and Name may be the same sentence
	ProviderRule       string // "all", "some"
	Providers          []Tick // that may be linked
	Lists              []IntakeList
	LongestCertificate string // days, as typed
	Pending            Link   // "3 wait for approval"; empty Text: none does
	Problem            string
	Fields             fault.Fields // at the names of the fields
	Done               string
}

// IntakeList says which accounts of one provider can be linked.
type IntakeList struct {
	Provider, Name    string     // its key and its name
	Account, Parent   cloud.Noun // Parent: the zero value where there is none
	Accounts, Parents string     // IDs, one a line, as typed
}

// Reviews is the page Administration > Reviews.
type Reviews struct {
	Frame
	Open, Closed []ReviewRow
	Schedules    []ScheduleRow
	NewPath      string
	Problem      string
	Done         string
}

// ReviewRow is one review of the list.
type ReviewRow struct {
	Name, Path, What string
	StartedBy        string
	Due              Time
	Overdue          bool
	Gathering        bool // its items are still being collected
	Total, Decided   int
	Left             int    // for the person who looks
	QueuePath        string // empty: nothing for them
	Closed           Time
	ClosedBy         string
	EvidencePath     string // of a closed one
}

// ScheduleRow is a review that starts by itself.
type ScheduleRow struct {
	Name, What string
	Every      string // "Quarterly"
	Days       int    // to decide
	Next       Time
	Reviewers  []string
	EndPath    string
}

// NewReview starts a review, or puts one on a schedule. Its fields are name,
// due, reviewers (repeated) and the carried ones; of a schedule name, every,
// first, days, reviewers and the carried ones.
type NewReview struct {
	Frame
	Action               string
	Repeats              bool   // it is a schedule
	OncePath, RepeatPath string // this page for the one and for the other
	What                 string // "Connected, of harbor, expiring within 30 days"
	Count                string // "12,345 linked accounts"; empty: not counted
	Carried              []Hidden
	Name, Due            string // Due: "2026-12-31"
	Reviewers            []Tick
	Every                string // "monthly", "quarterly", "half-yearly", "yearly"
	First, Days          string
	CancelPath           string
	Problem              string
	Fields               fault.Fields // name, due, reviewers, every, first, days, selection
}

// Review is the page of one review.
type Review struct {
	Frame
	Name, What      string
	StartedBy       string
	Started, Due    Time
	Overdue         bool
	Gathering       bool // its items are still being collected
	Over            bool // it is closed
	Closed          Time
	ClosedBy        string
	Total, Decided  int
	Asked           int // wait for an owner's answer
	Reviewers       []ReviewerRow
	Notes           []string // such as: items that nobody of the reviewers may decide
	Tabs            []FilterTab
	Items           []ReviewItem
	FirstPath       string
	NextPath        string
	QueuePath       string   // Go on reviewing; empty: nothing is left for the person
	ClosePath       string   // POST; empty: no button
	NamePath        string   // POST reviewer=ID: names one of Candidates; empty: no form
	Candidates      []Choice // administrators who are no reviewers yet
	EvidencePath    string   // empty until it is closed
	NothingSelected bool     // the review has no item at all
	Problem         string
	Fields          fault.Fields // reviewer
	Done            string
}

// ReviewerRow is the progress of one reviewer.
type ReviewerRow struct {
	Name, Email   string
	You           bool
	Decided, Left int
}

// FilterTab narrows a list to a part of it.
type FilterTab struct {
	Text, Path string
	Count      int // -1: not counted
	Current    bool
}

// ReviewItem is one credential of a review.
type ReviewItem struct {
	Label, Path      string // Path: empty when it is unlinked
	Provider         string
	Account          string
	CloudAccountName string
	CloudAccount     string
	Decision         string // "Keep", "Disable", "Unlink", "Ask the owner"; empty: open
	Tone             Tone
	Reason           string
	By               string
	When             Time
	Answer           string
	AnsweredBy       string
	Changed          []audit.Change // since it was decided
	Gone             bool           // it was unlinked by somebody
	Own              bool           // the person's own link: another has to decide
	QueuePath        string         // decide it; empty: not possible
}

// Queue is the page that takes one credential of a review at a time. Its form
// sends credential, decision, reason, version and after.
type Queue struct {
	Frame
	Review, BackPath string
	Total, Decided   int // of the whole review
	Position, Left   int // of what the person may decide
	Item             QueueItem
	Action           string
	CredentialID     string
	Version          int64
	After            int64
	SkipPath         string // GET; empty: it is the only one left
	DependsNote      string // why it cannot be unlinked now; empty: it can
	Chosen           string // "keep", "disable", "unlink", "ask": what a refused form wanted
	Reason           string // as typed
	NothingLeft      bool   // then Item is empty
	Next             string // with NothingLeft: what comes now
	ClosePath        string // with NothingLeft: POST; empty: no button
	Problem          string
	ProblemLink      *fault.Link
	Fields           fault.Fields // reason
	Done             string       // "Kept harbor production."
}

// QueueItem is what somebody has to know to decide.
type QueueItem struct {
	Label, Path      string
	Provider         string
	Account          string
	CloudAccountName string
	CloudAccount     string // its ID
	CloudParent      string // what it belongs to; empty: nothing, or unknown
	Noun, ParentNoun string // what these are called: "Subscription", "Directory"
	Method           string
	Status           Status
	StatusReason     string // of one that is stopped or waits for approval
	Rights           []RightNow
	RightsThen       string // as in LinkedAccount
	Chart            Chart
	Expires          Time // the certificate's end
	ExpiresSoon      bool
	Linked           Time
	LinkedBy         string
	LastCheck        Time
	LastReview       Time
	ReviewedBy       string
	Before           string // the decision then: "Keep"
	Changed          []audit.Change
	ChangedSince     string // since when: "the last review"
	Question         string // what the owner was asked
	Answer           string
	AnsweredBy       string
	Answered         Time
}

// AuditLog is the page Administration > Audit log.
type AuditLog struct {
	Frame
	Path          string // of the log without a query
	Filter        AuditFilter
	Fields        fault.Fields // person, action, account, credential, result, from, to
	ClearPath     string       // empty: no filter is set
	Entries       []LogEntry
	OlderPath     string // empty: the end
	NewestPath    string // empty on the newest page
	AgainPath     string // this page once more, for those without script
	TailPath      string // GET, with htmx, for AuditTail; empty: this page has no tail
	JSONLinesPath string
	CSVPath       string
	VerifyPath    string
	Verdict       *Verdict // empty: it was not asked for
	KeyName       string   // fingerprint of the public key
	KeyPath       string   // its download
	Segments      []SegmentRow
	Retention     string // "Entries are kept for 400 days."
	Problem       string
}

// AuditFilter is what the log is filtered by, as typed.
type AuditFilter struct {
	Person, Action, Account, Credential, Result string
	From, To                                    string // "2026-11-01"
}

// LogEntry is one entry of the audit log.
type LogEntry struct {
	Number         int64
	When           Time
	Who            string // an e-mail address, or "Mooring"
	WhoPath        string // empty: no link
	Key            string // the API key that acted for them; empty: they did it themselves
	System         bool
	Action         audit.Action
	Detail         string
	Account        string
	AccountPath    string // the log of the account
	Credential     string // its label, or its ID when it is gone
	CredentialPath string // empty when it is gone
	Address        string
	Refused        bool
	RequestID      string
	Changes        []audit.Change
}

// Verdict is what a verification of the log found.
type Verdict struct {
	Sound       bool
	Entries     int64
	Checkpoints int
	When        Time
	Took        string   // "0.8 s"
	Sentence    string   // of a broken log: what does not fit
	Where       Link     // of a broken log: the entry; empty Path: no link
	Notes       []string // of a sound log: what is worth knowing, such as a restored backup
}

// SegmentRow is what retention removed and sealed.
type SegmentRow struct {
	First, Last int64
	From, To    Time
	Sealed      Time
	Digest      string
}

// AuditTailed is what came since the log was looked at last.
type AuditTailed struct {
	Path    string // for what comes next
	Entries []LogEntry
}
