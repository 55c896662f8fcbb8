package cloud

import (
	"context"
	"maps"

	"mooring/certificate"
)

// Renewer is the ability of clouds that trust a certificate itself, and not an authority,
// to take another one from whoever holds the first. Where Method.Needs is Chain there is
// nothing to tell the cloud, and where it is Grant each use renews.
//
// Introduce and Remove can be repeated: what is there already, or gone already, is OK.
// They return an error only when our own side failed; an answer that was lost is
// CannotTell, after which the caller signs in with the successor to find out.
type Renewer interface {
	// CanRenew reports whether Introduce has what it needs for the sign-in of target.
	CanRenew(target Target) bool

	// Introduce makes the cloud accept r.Other beside r.Identity, which asks for it.
	// remoteID is what the cloud calls r.Other; empty: it doesn't say.
	Introduce(ctx context.Context, r Renewal) (remoteID string, result StageResult, err error)

	// Remove makes the cloud forget r.Other. r.Identity, another one, asks for it. It is
	// never called without r.RemoteID where the method has a field for it.
	Remove(ctx context.Context, r Renewal) (result StageResult, err error)

	// Removal lists the commands with which a person removes r.Other where Mooring
	// can't. r.Identity is nil.
	Removal(r Renewal) []Command
}

// Renewal is one request of a renewal.
type Renewal struct {
	Target   Target
	Identity *certificate.Identity   // that signs the request
	Other    certificate.Certificate // that the request is about
	RemoteID string                  // what the cloud calls Other; empty: that isn't known
}

// The stages of a renewal, in StageResult.Stage. Explain knows their codes.
const (
	StageIntroduce = "introduce-certificate"
	StageRemove    = "remove-certificate"
)

// CanRenew reports whether Mooring can renew the sign-in of a target without a person.
func (r Registry) CanRenew(provider string, target Target) bool {
	c, ok := r[provider]
	if !ok {
		return false
	}
	method, ok := c.Describe().Method(target.SignIn.Method)
	if !ok {
		return false
	}
	renewer, can := c.(Renewer)
	return method.Needs == Chain || method.Needs == Leaf && can && renewer.CanRenew(target)
}

// SameTarget reports whether two targets are the same, reached in the same way. What
// serves nothing but renewal may differ.
func (d Description) SameTarget(a, b Target) bool {
	return d.withoutRenewal(a).Equal(d.withoutRenewal(b))
}

// SameSignIn reports whether two targets are reached by one sign-in, so that one
// renewal serves both.
func (d Description) SameSignIn(a, b Target) bool {
	return a.Environment == b.Environment && a.Parent == b.Parent && d.withoutRenewal(a).SignIn.Equal(d.withoutRenewal(b).SignIn)
}

func (d Description) withoutRenewal(t Target) Target {
	method, _ := d.Method(t.SignIn.Method)
	for _, f := range method.Fields {
		if _, has := t.SignIn.Values[f.Key]; has && f.ForRenewal {
			t.SignIn.Values = maps.Clone(t.SignIn.Values)
			delete(t.SignIn.Values, f.Key)
		}
	}
	return t
}

// RemoteID is what the cloud calls the certificate that target is reached with; empty:
// nobody knows, or the method has no field for it.
func (d Description) RemoteID(t Target) string {
	if f, ok := d.remoteIDField(t); ok {
		return t.SignIn.Values[f.Key]
	}
	return ""
}

// RemoteIDField is the key of the field that says what the cloud calls a certificate;
// empty: the method of t doesn't need to know.
func (d Description) RemoteIDField(t Target) string {
	f, _ := d.remoteIDField(t)
	return f.Key
}

// WithRemoteID is t reached with a certificate that the cloud calls id; empty: nobody
// knows.
func (d Description) WithRemoteID(t Target, id string) Target {
	f, ok := d.remoteIDField(t)
	if !ok {
		return t
	}
	t.SignIn.Values = maps.Clone(t.SignIn.Values)
	if id == "" {
		delete(t.SignIn.Values, f.Key)
		return t
	}
	if t.SignIn.Values == nil {
		t.SignIn.Values = map[string]string{}
	}
	t.SignIn.Values[f.Key] = id
	return t
}

func (d Description) remoteIDField(t Target) (Field, bool) {
	method, _ := d.Method(t.SignIn.Method)
	for _, f := range method.Fields {
		if f.RemoteID {
			return f, true
		}
	}
	return Field{}, false
}
