package cloud

import "slices"

// Description is what never changes about a cloud.
type Description struct {
	Key              string // in URLs and in the database: "azure"
	Name             string // "Microsoft Azure"
	ShortName        string // "Azure", as in Waiting for Azure
	Account          Noun   // what one link is about: a subscription
	Parent           Noun   // what accounts belong to: a directory; the zero value: nothing
	Environments     []Option
	EnvironmentLabel string // what they are called: "Azure cloud"; empty: there is at most one
	EnvironmentHint  string
	EnvironmentFound bool     // Cloud.Read finds it in the other fields, so nobody chooses it
	Methods          []Method // the recommended one first
}

// Noun is what a cloud calls something.
type Noun struct {
	One  string // "subscription"
	Many string // "subscriptions"
	ID   string // what its ID is called, where it stands alone: "Subscription ID"
}

// What accounts and parents are called when their cloud was removed.
var (
	UnknownAccount = Noun{One: "cloud account", Many: "cloud accounts", ID: "Cloud account ID"}
	UnknownParent  = Noun{One: "organization", Many: "organizations", ID: "Organization ID"}
)

// Option is one choice of a fixed list.
type Option struct{ Key, Name string }

// Method is a way to link.
type Method struct {
	Key, Name    string
	When         string // when to choose it, one sentence
	Help         string // where the help leads through it, page#anchor: "link-azure#in-the-portal"; empty: nowhere
	Needs        Need
	Takes        CertificateForm // of what Needs is
	Fields       []Field         // in the order of the screen
	AccountField string          // Field.Key at which is said what is wrong with the account
	ParentField  string          // the same about its parent
	Stages       []Stage
}

// Need is what Mooring signs in with.
type Need string

// The needs.
const (
	Nothing Need = ""      // there is nothing to sign with
	Leaf    Need = "leaf"  // the account's own certificate, which the cloud trusts
	Chain   Need = "chain" // a certificate under an authority of the link's own, which the cloud trusts
	Grant   Need = "grant" // what a person consented to in the browser: see Consenter
)

// Certificate reports whether it is a certificate.
func (n Need) Certificate() bool { return n == Leaf || n == Chain }

// CertificateForm is what of a certificate a cloud takes, and compares it by.
type CertificateForm string

// The forms.
const (
	EntireCertificate CertificateForm = ""           // a certificate file; fingerprints are those of the certificate
	PublicKeyOnly     CertificateForm = "public-key" // the public key as PEM text; its fingerprint is the MD5 of the key
)

// Kind is how a field looks.
type Kind string

// The kinds.
const (
	Line  Kind = ""      // one line
	Paste Kind = "paste" // a box for what a command printed, which fills in other fields
)

// Part is the part of a target that a field fills.
type Part string

// The parts.
const (
	Values    Part = ""          // SignIn.Values, under Field.Key
	Account   Part = "account"   // Target.Account
	Parent    Part = "parent"    // Target.Parent
	Principal Part = "principal" // SignIn.Principal
)

// Field is one field of the form of a method.
type Field struct {
	Key      string // in forms, in the API and in Target.SignIn.Values: "subscription_id". Databases keep it
	Label    string // "Subscription ID"
	Hint     string
	Kind     Kind
	Fills    Part
	Optional bool
	Mono     bool
	Found    bool   // Finder fills it in while it is empty
	Reveal   string // what opens a Paste: "Paste the command's output instead"; empty: it is open

	ForRenewal bool // nothing but renewal needs it: see Description.SameTarget
	RemoteID   bool // what the cloud calls the certificate that the link signs with
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

// Fields are the fields of all methods, each once, in the order of the screen.
func (d Description) Fields() []Field {
	var all []Field
	for _, m := range d.Methods {
		for _, f := range m.Fields {
			if !slices.ContainsFunc(all, func(known Field) bool { return known.Key == f.Key }) {
				all = append(all, f)
			}
		}
	}
	return all
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

// ChoosesEnvironment reports whether a person who links has to choose between
// environments.
func (d Description) ChoosesEnvironment() bool { return len(d.Environments) > 1 && !d.EnvironmentFound }

// Stage is one question that a check asks the cloud.
type Stage struct {
	Key      string
	Name     string // "Find the directory"
	Advisory bool   // it informs, and never decides the status
	SignsIn  bool   // whoever comes through it has signed in
}
