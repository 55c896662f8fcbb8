// Package cloud is the contract between Mooring and a cloud that can be
// linked: what a person types, how a link is checked stage by stage, how a
// failure is explained, and what pages show. Adding a cloud is one folder that
// keeps it; what only some clouds can do is an ability, an interface of its own.
package cloud

import (
	"context"

	"mooring/fault"
)

// Cloud is one provider. Its endpoints are set by the operator; nothing a
// person types becomes a host.
type Cloud interface {
	// Describe says what never changes while the program runs.
	Describe() Description

	// Read checks a form and turns it into a Target. It forgives what people
	// paste; fields says where it could not, by Field.Key, "method" or
	// "environment". It removes from form what must not be shown again, such as a
	// pasted password.
	Read(form *Form) (target Target, fields fault.Fields)

	// ReadID reads the ID of an account or of a parent by itself, as a policy lists
	// it. problem says why there is none in what was typed; a cloud without parents
	// has one for each.
	ReadID(part Part, typed string) (id, problem string)

	// Check runs the stages in order and stops at the first that fails. It hands
	// each result to report as soon as it is there. It returns an error only when
	// ctx ended or our own side failed.
	Check(ctx context.Context, attempt Attempt, report func(StageResult)) (Finding, error)

	// Explain tells what a result of a stage means and what to do about it.
	Explain(result StageResult, target Target) Explanation

	// Catalogue lists every code that Explain knows, in a stable order.
	Catalogue() []Explanation

	// Guide tells a person what to do on the cloud's side to link.
	Guide(draft Draft) Guide

	// Facts lists what people look at of a target, in the order of the screen: the
	// IDs, and how the link signs in. Pages, exports and evidence show them.
	Facts(target Target) []Fact
}

// Finder is the ability to find the parent of an account before anybody has signed
// in. A cloud that gives no answer is a fault, whose sentence says so; any other
// error means that nothing was found.
type Finder interface {
	FindParent(ctx context.Context, environment, account string) (parent string, err error)
}

// Truster is the ability of clouds whose links sign with a certificate to accept
// another one.
type Truster interface {
	// Trust lists what makes the cloud accept a certificate of the account for a
	// link, beside those that it accepts already. CertificateBlank or PublicKeyBlank
	// stands for it, as Method.Takes says.
	Trust(target Target) []Command
}

// Cleaner is the ability to say what cleans up on the cloud's side.
type Cleaner interface {
	// Leftovers lists the commands that clean up after a link is gone.
	Leftovers(target Target) []Command
}

// RightsLister is the ability to list every right that a check can find, in a
// stable order. Policies and approvals name some of them by their keys.
type RightsLister interface {
	Rights() []RightText
}

// Answerer is the ability to answer questions that people search the help for.
type Answerer interface {
	Questions() []Question
}

// Question is a question with its answer. In paragraphs, **bold** is a label of the
// interface, and `code` is typed.
type Question struct {
	Anchor, Title string   // the anchor never changes
	Keywords      string   // other words that people type for it; nobody sees them
	Text          []string // paragraphs
	Administrator []string // more of them, for site administrators
}

// Registry holds the clouds that can be linked, by Description.Key.
type Registry map[string]Cloud

// Describe describes a cloud. Of one that was removed it knows the name, or only the
// key.
func (r Registry) Describe(provider string) Description {
	if c, ok := r[provider]; ok {
		return c.Describe()
	}
	name := provider
	for _, known := range Unlinked {
		if known.Key == provider {
			name = known.Name
		}
	}
	return Description{Key: provider, Name: name, ShortName: name, Account: UnknownAccount, Parent: UnknownParent}
}

// Trust lists what makes a cloud accept another certificate for a link, if it can say.
func (r Registry) Trust(provider string, target Target) []Command {
	if truster, ok := r[provider].(Truster); ok {
		return truster.Trust(target)
	}
	return nil
}

// Leftovers lists the commands that clean up after a link is gone, if its cloud can say.
func (r Registry) Leftovers(provider string, target Target) []Command {
	if cleaner, ok := r[provider].(Cleaner); ok {
		return cleaner.Leftovers(target)
	}
	return nil
}

// Facts lists what people look at of a target of a provider: also of one that was
// removed, of which no more is known than what was stored.
func (r Registry) Facts(provider string, target Target) []Fact {
	if c, ok := r[provider]; ok {
		return c.Facts(target)
	}
	return storedFacts(target)
}

// RightKind is the kind of a right of a provider.
func (r Registry) RightKind(provider, key string) RightKind {
	if lister, ok := r[provider].(RightsLister); ok {
		for _, known := range lister.Rights() {
			if known.Key == key {
				return known.Kind
			}
		}
	}
	return OtherRight
}

// RightText puts a right that a check of the provider found into words.
func (r Registry) RightText(provider string, right Right) string { return TextOf(r[provider], right) }
