// Package fault tells failures apart by what the reader can do about them.
//
// A Fault has three readers: the machine reads its Kind, the user reads its
// Sentence, and the log reads its cause. A cause never reaches a user.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what sort of failure it is. Every Kind has one HTTP status and one
// place where it is shown.
type Kind int

// The kinds. Internal is the zero value on purpose: a failure that nobody has
// thought about is ours.
const (
	Internal    Kind = iota // our mistake; the user gets the request id
	Invalid                 // the input; Fields says where
	SignIn                  // nobody is signed in
	Forbidden               // signed in, seen, but not allowed to do this
	NotFound                // not there, or not there for this person
	Conflict                // the input was fine, the state is not
	TooMany                 // asked too often
	Unavailable             // something we depend on did not answer
	Storage                 // the database can't read or store anything at the moment
)

var kindNames = map[Kind]string{
	Internal: "internal", Invalid: "invalid", SignIn: "sign-in", Forbidden: "forbidden",
	NotFound: "not-found", Conflict: "conflict", TooMany: "too-many", Unavailable: "unavailable",
	Storage: "storage",
}

// String names the kind for logs.
func (k Kind) String() string { return kindNames[k] }

// Fields maps the name of a form field to the sentence shown beside it.
type Fields map[string]string

// Link leads the user from a failure to the thing it is about.
type Link struct{ Text, Path string }

// Fault is a failure with a sentence for the user.
type Fault struct {
	Kind     Kind
	Code     string // which failure it is, for programs, such as "credential.not-found"; never changes
	Sentence string // what happened and what to do, in plain words
	Fields   Fields // for Invalid and Conflict: where
	Link     *Link  // optional
	cause    error

	RetryAfter time.Duration // for TooMany and Unavailable: how long to wait; 0: nobody knows
}

// New makes a Fault of this kind with this sentence. Its code is the area and
// what went wrong there; no two faults share one.
func New(kind Kind, code, sentence string) *Fault {
	return &Fault{Kind: kind, Code: code, Sentence: sentence}
}

// The codes of what this package makes.
const (
	codeFields   = "fields"   // Fields says what is wrong
	codeInternal = "internal" // the log says what went wrong
)

// AtFields makes an Invalid fault, or nil when there is nothing to say, so that
// a form can end with `return fault.AtFields(fields)`.
func AtFields(fields Fields) error {
	if len(fields) == 0 {
		return nil
	}
	return &Fault{Kind: Invalid, Code: codeFields, Sentence: "Check the highlighted fields.", Fields: fields}
}

// At returns a copy of the fault that is shown at the named field.
func (f *Fault) At(field string) *Fault {
	at := *f
	at.Fields = Fields{field: f.Sentence}
	return &at
}

// To returns a copy of the fault that links to path.
func (f *Fault) To(text, path string) *Fault {
	to := *f
	to.Link = &Link{Text: text, Path: path}
	return &to
}

// Saying returns a copy of the fault with another sentence, for one that names
// a number.
func (f *Fault) Saying(sentence string) *Fault {
	saying := *f
	saying.Sentence = sentence
	return &saying
}

// After returns a copy of the fault that says how long to wait.
func (f *Fault) After(wait time.Duration) *Fault {
	after := *f
	after.RetryAfter = wait
	return &after
}

// Because returns a copy of the fault that remembers its private cause.
func (f *Fault) Because(cause error) *Fault {
	because := *f
	because.cause = cause
	return &because
}

// Error is for logs. It holds the cause, so it is never shown to a user.
func (f *Fault) Error() string {
	if f.cause != nil {
		return fmt.Sprintf("%s (%s): %s: %v", f.Kind, f.Code, f.Sentence, f.cause)
	}
	return fmt.Sprintf("%s (%s): %s", f.Kind, f.Code, f.Sentence)
}

// Unwrap gives the private cause.
func (f *Fault) Unwrap() error { return f.cause }

// Is makes errors.Is(err, sentinel) true for copies of a sentinel fault.
func (f *Fault) Is(target error) bool {
	other, ok := target.(*Fault)
	return ok && other.Code == f.Code
}

// Of finds the Fault in err. An error without one is Internal.
func Of(err error) *Fault {
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return New(Internal, codeInternal, "Mooring had an internal error.").Because(err)
}

// Has reports whether err is a Fault of this kind.
func Has(err error, kind Kind) bool {
	var f *Fault
	return errors.As(err, &f) && f.Kind == kind
}
