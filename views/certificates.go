package views

import (
	"mooring/cloud"
	"mooring/text"
)

// Certificates is the page of an account's certificates and of the links that sign
// with them.
type Certificates struct {
	Frame
	BackPath     string
	Current      Certificate
	Total        int               // links
	ToMove       int               // links that use an older certificate
	Links        []CertificateMove // of this page, those with an older certificate first
	Part         string            // "Links 51 to 100 of 1,000"; empty: these are all
	PreviousPath string            // empty on the first page
	NextPath     string            // empty on the last page
}

// CertificateMove is how far a link has come from one certificate of its account to
// another.
type CertificateMove struct {
	ID, Label, Path string // of the link
	Says            string // "Uses the current certificate."
	Tone            Tone
	Detail          string  // optional: what that means
	Retry           int     // seconds until the next try; 0: none
	Problem         []Stage // of the last try, those that didn't pass
	Commands        []cloud.Command
	Action          string // POST certificate; empty: the reader can't move it now
	To              string // id of the certificate to move to
	ToMade          string // when that one was made: "11 March 2026"
	Back            bool   // To is older than the one that the link uses
	PollPath        string // GET, with htmx, for the same again; empty when settled
	PollAfter       int    // seconds
}

// NewCertificate says what a new certificate affects before it is made.
type NewCertificate struct {
	Frame
	Current            Certificate
	Total              int    // links that use Current
	Links              []Link // the first of them
	Action, CancelPath string
	JustMade           string // why none can be made now; empty: one can
}

func movedSummary(p Certificates) string {
	switch {
	case p.Total == 0:
		return "Nothing is linked yet."
	case p.ToMove == 0 && p.Total == 1:
		return "The link uses the current certificate."
	case p.ToMove == 0:
		return "All " + text.Number(p.Total) + " links use the current certificate."
	}
	return text.Number(p.ToMove) + " of " + text.Count(p.Total, "link", "links") + orNumber(p.ToMove, " still needs", " still need") + " to move to the current certificate."
}
