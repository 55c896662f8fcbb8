package cloud

import (
	"maps"
	"slices"

	"mooring/certificate"
)

// Target is what a link points at, and how it signs in there; both checked and in
// their normal form.
type Target struct {
	Environment string // key of one of Description.Environments; empty where there are none
	Account     string // what is linked: the ID of a subscription, an account, a project
	Parent      string // what it belongs to: the ID of a directory; empty until it is found, or where there is none
	SignIn      SignIn

	// Alias is another ID of Account by which people search for it, such as the number
	// of a project; empty: there is none. Target.Equal leaves it out.
	Alias string
}

// SignIn is how Mooring signs in at a cloud. Several targets can share one, and one
// account can be reached by several.
type SignIn struct {
	Method    string            // key of one of Description.Methods
	Principal string            // who signs in: the ID of an application, a role, a user; empty where the certificate says it
	Values    map[string]string // what else the method asks for, by Field.Key
}

// Equal reports whether two sign-ins are the same.
func (s SignIn) Equal(other SignIn) bool {
	return s.Method == other.Method && s.Principal == other.Principal && maps.Equal(s.Values, other.Values)
}

// Equal reports whether two targets are the same, reached in the same way.
func (t Target) Equal(other Target) bool {
	return t.Environment == other.Environment && t.Account == other.Account && t.Parent == other.Parent && t.SignIn.Equal(other.SignIn)
}

// Value is the part of the target that a field fills.
func (t Target) Value(f Field) string {
	switch {
	case f.Kind == Paste:
		return ""
	case f.Fills == Account:
		return t.Account
	case f.Fills == Parent:
		return t.Parent
	case f.Fills == Principal:
		return t.SignIn.Principal
	}
	return t.SignIn.Values[f.Key]
}

// Form is what a person typed, as they typed it.
type Form struct {
	Label, Environment, Method string
	Values                     map[string]string // by Field.Key
	Draft                      string            // id of the authority that the guide was written for; empty unless Method.Needs is Chain

	// Certificate is what the link will sign with. What was pasted can be about another
	// one. Its zero value: it isn't known.
	Certificate certificate.Certificate
}

// FormOf is the form that reads as target.
func FormOf(d Description, target Target, label string) Form {
	form := Form{Label: label, Environment: target.Environment, Method: target.SignIn.Method, Values: map[string]string{}}
	method, _ := d.Method(target.SignIn.Method)
	for _, f := range method.Fields {
		if value := target.Value(f); value != "" {
			form.Values[f.Key] = value
		}
	}
	return form
}

// Fact is one thing that people look at of a target.
type Fact struct {
	Key      string // Field.Key where a field holds it; "environment", "method"
	Label    string
	Value    string
	Copyable bool // an ID that people carry elsewhere
}

// FieldFacts are the facts that are the fields of the target's method, with the
// environment and the method.
func FieldFacts(d Description, target Target) []Fact {
	method, ok := d.Method(target.SignIn.Method)
	if !ok {
		return storedFacts(target)
	}
	var all []Fact
	for _, f := range method.Fields {
		if value := target.Value(f); value != "" {
			all = append(all, Fact{Key: f.Key, Label: f.Label, Value: value, Copyable: true})
		}
	}
	if d.EnvironmentLabel != "" {
		all = append(all, Fact{Key: "environment", Label: d.EnvironmentLabel, Value: d.EnvironmentName(target.Environment)})
	}
	return append(all, Fact{Key: "method", Label: "Method", Value: method.Name})
}

// storedFacts are what is known without the cloud that the target is of.
func storedFacts(t Target) []Fact {
	all := []Fact{{Key: string(Account), Label: UnknownAccount.ID, Value: t.Account, Copyable: true}}
	if t.Parent != "" {
		all = append(all, Fact{Key: string(Parent), Label: UnknownParent.ID, Value: t.Parent, Copyable: true})
	}
	if t.SignIn.Principal != "" {
		all = append(all, Fact{Key: string(Principal), Label: "Signs in as", Value: t.SignIn.Principal, Copyable: true})
	}
	for _, key := range slices.Sorted(maps.Keys(t.SignIn.Values)) {
		all = append(all, Fact{Key: key, Label: key, Value: t.SignIn.Values[key], Copyable: true})
	}
	if t.Environment != "" {
		all = append(all, Fact{Key: "environment", Label: "Environment", Value: t.Environment})
	}
	return append(all, Fact{Key: "method", Label: "Method", Value: t.SignIn.Method})
}
