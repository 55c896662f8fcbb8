// Package staged runs the stages of a check one by one, and says by a catalogue what a
// code of a cloud means for the link: whether it is broken, whether the cloud is still
// copying something, or whether the answer says nothing about it.
package staged

import (
	"regexp"
	"strings"

	"mooring/cloud"
	"mooring/cloud/wire"
)

// Meaning is what a code says about the link.
type Meaning int

// The meanings.
const (
	Broken  Meaning = iota // somebody has to do something
	Copying                // on something fresh, the cloud has probably not copied it yet
	Silent                 // it says nothing about the link
)

// Entry is what a code means, what to do about it, and who can do it.
type Entry struct {
	Code     string
	Reason   string // in a word, where one code has several; empty: any other
	Meaning  Meaning
	Happened string
	Fix      string
	Who      Who
	Command  string // with blanks that Catalogue.Fill knows
	Remedy   cloud.Remedy
}

// Who is who can fix something: in words, and by what is known of them.
type Who struct {
	Words string
	Fixer cloud.Fixer
}

// Those who are known at every cloud.
var (
	LinkEditor = Who{"An owner of the account in Mooring.", cloud.FixedByOwner}
	Operator   = Who{"The operator of this Mooring.", cloud.FixedByOperator}
	Nobody     = Who{"Nobody needs to act. Mooring keeps trying.", cloud.FixedByNobody}
)

// Reason reads out of a stage and of the cloud's sentence what a code alone doesn't tell.
type Reason struct {
	Code, Stage string         // Stage: empty: any
	Said        *regexp.Regexp // nil: anything
	Reason      string
}

// Catalogue is everything that a cloud's codes can mean.
type Catalogue struct {
	Key     string // of the cloud; anchors begin with it
	Name    string // "AWS"
	Entries []Entry
	Reasons []Reason // the first that matches counts

	// Fill writes a target's own names into a command, or readable blanks where the
	// target has none. nil: commands have no blanks.
	Fill func(command string, target cloud.Target) string

	// What to do about a code that isn't here.
	UnknownFix string
	UnknownWho Who
}

func (c *Catalogue) reasonOf(stage, code, said string) string {
	for _, r := range c.Reasons {
		if strings.EqualFold(r.Code, code) && (r.Stage == "" || r.Stage == stage) && (r.Said == nil || r.Said.MatchString(said)) {
			return r.Reason
		}
	}
	return ""
}

// Find looks up what a code means at a stage, with what the cloud said.
func (c *Catalogue) Find(stage, code, said string) (Entry, bool) {
	reason := c.reasonOf(stage, code, said)
	for _, e := range c.Entries {
		if strings.EqualFold(e.Code, code) && e.Reason == reason {
			return e, true
		}
	}
	return Entry{}, false
}

// Meaning says what a refusal at a stage means for the link. Trouble that passes says
// nothing about it, whatever code comes with it; then the code decides, and one that
// nobody knows is a refusal.
func (c *Catalogue) Meaning(stage string, r *wire.Refusal) Meaning {
	if r.Passing() {
		return Silent
	}
	e, _ := c.Find(stage, r.Code, r.Message)
	return e.Meaning
}

// Explain tells what a result means, as cloud.Cloud.Explain does.
func (c *Catalogue) Explain(result cloud.StageResult, target cloud.Target) cloud.Explanation {
	if e, ok := c.Find(result.Stage, result.Code, result.Said); ok {
		return c.explain(e, target)
	}
	happened := c.Name + " answered with an error code that Mooring doesn't know: " + result.Code + "."
	if result.Said != "" {
		happened = c.Name + " answered with an error code that Mooring doesn't know. Its message: " + result.Said
	}
	if !strings.HasSuffix(happened, ".") {
		happened += "."
	}
	return cloud.Explanation{Code: result.Code, Happened: happened, Fix: c.UnknownFix, Who: c.UnknownWho.Words, Fixer: c.UnknownWho.Fixer}
}

// All explains every entry, as cloud.Cloud.Catalogue does.
func (c *Catalogue) All() []cloud.Explanation {
	var all []cloud.Explanation
	for _, e := range c.Entries {
		all = append(all, c.explain(e, cloud.Target{}))
	}
	return all
}

func (c *Catalogue) explain(e Entry, target cloud.Target) cloud.Explanation {
	command := e.Command
	if c.Fill != nil {
		command = c.Fill(command, target)
	}
	remedy := e.Remedy
	if remedy == "" && e.Who == LinkEditor {
		remedy = cloud.EditLink
	}
	return cloud.Explanation{Anchor: c.anchor(e), Code: e.Code, Reason: e.Reason, Happened: e.Happened, Fix: e.Fix, Who: e.Who.Words,
		Fixer: e.Who.Fixer, Remedy: remedy, Command: command, Known: true}
}

// anchor is stable: "aws-expiredtoken", "aws-invalidsignatureexception-clock".
func (c *Catalogue) anchor(e Entry) string {
	anchor := c.Key + "-" + strings.NewReplacer("_", "-", ".", "-").Replace(strings.ToLower(e.Code))
	if e.Reason != "" {
		anchor += "-" + strings.ReplaceAll(e.Reason, " ", "-")
	}
	return anchor
}

// OnTheWay are the entries for what happens on the way to any cloud. The name is as in
// "Mooring couldn't reach AWS."
func OnTheWay(name string) []Entry {
	return []Entry{
		{Code: wire.Throttled, Meaning: Silent, Happened: name + " received too many requests and asks Mooring to wait.", Fix: "Wait a few minutes.", Who: Nobody},
		{Code: wire.Outage, Meaning: Silent, Happened: name + " answered that it is unavailable.",
			Fix: "Wait a few minutes. Mooring will check again. This doesn't mean that anything is wrong with the link.", Who: Nobody},
		{Code: wire.NoAnswer, Meaning: Silent, Happened: "Mooring couldn't reach " + name + ".",
			Fix: "Wait a few minutes. If the error persists, check that the server that runs Mooring can reach " + name + ": check its network, proxy and DNS.", Who: Operator},
		{Code: wire.NameNotFound, Meaning: Silent, Happened: "The DNS name of " + possessive(name) + " server wasn't found.",
			Fix: "Wait a few minutes. If the error persists, check the DNS settings of the server that runs Mooring.", Who: Operator},
		{Code: wire.NotTrusted, Meaning: Silent, Happened: "Mooring doesn't trust the certificate of the server that answered for " + name + ".",
			Fix: "If a proxy inspects TLS, add its CA certificate to those that the server that runs Mooring trusts.", Who: Operator},
		{Code: wire.ProxyRefused, Meaning: Silent, Happened: "The proxy between Mooring and " + name + " refused the connection.",
			Fix: "Allow the server that runs Mooring to reach " + name + " through the proxy.", Who: Operator},
		{Code: wire.ProxyAuthorization, Meaning: Silent, Happened: "The proxy between Mooring and " + name + " requires a password.",
			Fix: "Add the proxy's user name and password to HTTPS_PROXY on the server that runs Mooring.", Who: Operator},
		{Code: wire.ForeignHost, Meaning: Silent, Happened: "Mooring didn't send the request, because its host isn't one of " + possessive(name) + ".",
			Fix: "Tell the operator of this Mooring. Nothing in " + name + " needs to change.", Who: Operator},
		{Code: wire.TimedOut, Meaning: Silent, Happened: name + " didn't respond in time.",
			Fix: "Wait a few minutes. If the error persists, check the network between Mooring and " + name + ".", Who: Operator},
		{Code: wire.UnexpectedAnswer, Meaning: Silent, Happened: "The response wasn't in a form that " + name + " uses.",
			Fix: "Wait a few minutes. If the error persists, look for a proxy or a network sign-in page between Mooring and " + name + ".", Who: Operator},
	}
}

func possessive(name string) string { return name + "'s" }
