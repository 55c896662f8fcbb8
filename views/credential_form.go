package views

import (
	"slices"
	"strconv"

	"mooring/certificate"
	"mooring/cloud"
	"mooring/credential"
	"mooring/fault"
)

// CredentialDraft is what the form of a credential is built from.
type CredentialDraft struct {
	Account       string // name of the account
	Cloud         cloud.Description
	Form          cloud.Form
	Fields        fault.Fields
	Saved         credential.Credential // that is edited; the zero value for a new one
	Guide         cloud.Guide
	Signing       certificate.Certificate // of the account; the zero value where the method needs none
	Authority     certificate.Authority   // of the link; the zero value where the method needs none
	HelpPath      string
	ConsentPath   string // where the method needs a grant
	NeedsApproval bool
}

// CredentialForm builds the form that adds credentials, or edits those that are saved.
func (r Reader) CredentialForm(frame Frame, d CredentialDraft) CredentialForm {
	base, cancel := CredentialsPath(d.Account, d.Cloud.Key), ProvidersPath(d.Account)
	if d.Saved.ID != "" {
		base = CredentialPath(d.Account, d.Saved.Provider, d.Saved.ID)
		cancel = base
	}
	p := CredentialForm{Frame: frame, Heading: frame.Title, Action: base, PreviewPath: base + "/preview", CancelPath: cancel, HelpPath: d.HelpPath, ConsentPath: d.ConsentPath,
		Form: d.Form, Fields: d.Fields, Cloud: d.Cloud, Guide: d.Guide}
	switch {
	case d.Authority.ID != "":
		p.Draft, p.Certificate = d.Authority.ID, r.AuthorityCertificate(d.Account, d.Authority)
		p.FilePath = DraftFilePath(d.Account, d.Cloud.Key, d.Authority.ID)
	case d.Signing.ID != "":
		p.Certificate = r.AccountCertificate(d.Account, d.Signing)
		if d.Saved.CertificateID == d.Signing.ID && !d.Saved.CertificateIsCurrent {
			p.Certificate.CERPath = CertificateFile(d.Account, d.Signing.ID, ".cer")
			p.Certificate.PEMPath = CertificateFile(d.Account, d.Signing.ID, ".pem")
			p.Certificate.RenewPath, p.OlderCertificate = "", CertificatesPath(d.Account)
		}
	}
	if d.Signing.ID != "" && p.method().Takes == cloud.PublicKeyOnly {
		p.Certificate.CERPath, p.Certificate.PEMPath = CertificateFile(d.Account, d.Signing.ID, PublicKeyEnding), ""
		p.Certificate.KeyFingerprint, p.Certificate.SHA1, p.Certificate.SHA256 = d.Signing.PublicKeyFingerprint(), "", ""
	}
	if d.Fields["certificate_life"] != "" {
		p.Certificate.RenewPath = NewCertificatePath(d.Account)
	}
	if d.NeedsApproval {
		p.Approval = "An administrator must approve new links before they can be used. Mooring doesn't check them until then."
	}
	return p
}

// method is the chosen one, or the first while none is.
func (p CredentialForm) method() cloud.Method {
	if m, ok := p.Cloud.Method(p.Form.Method); ok {
		return m
	}
	return p.Cloud.Methods[0]
}

// consents reports whether the person has to go to the provider, and types nothing here.
func (p CredentialForm) consents() bool { return p.method().Needs == cloud.Grant && !p.Editing }

// idsHeading is the heading of the fields. A link with a grant has only a label.
func (p CredentialForm) idsHeading() string {
	if p.method().Needs == cloud.Grant {
		return "Change the label"
	}
	return p.Guide.Enter
}

// needsDiffer reports whether the certificate depends on the chosen method.
func (p CredentialForm) needsDiffer() bool {
	return slices.ContainsFunc(p.Cloud.Methods, func(m cloud.Method) bool { return m.Needs != p.Cloud.Methods[0].Needs })
}

// shows reports whether the chosen method has the field.
func (p CredentialForm) shows(f cloud.Field) bool { return hasField(p.method(), f.Key) }

// methodsWith are the keys of the methods that have the field.
func (p CredentialForm) methodsWith(f cloud.Field) []string {
	var keys []string
	for _, m := range p.Cloud.Methods {
		if hasField(m, f.Key) {
			keys = append(keys, m.Key)
		}
	}
	return keys
}

func hasField(m cloud.Method, key string) bool {
	return slices.ContainsFunc(m.Fields, func(f cloud.Field) bool { return f.Key == key })
}

// foundField is the field that Mooring fills in; the zero value: there is none.
func (p CredentialForm) foundField() cloud.Field {
	for _, f := range p.Cloud.Fields() {
		if f.Found {
			return f
		}
	}
	return cloud.Field{}
}

// input is a field with what was typed.
func (p CredentialForm) input(f cloud.Field) input {
	return input{Name: f.Key, Label: f.Label, Value: p.Form.Values[f.Key], Hint: f.Hint, Note: p.FormNotes[f.Key], Optional: f.Optional, Mono: f.Mono}
}

// partNumber numbers the parts of the form that there are. The only one has no number.
func (p CredentialForm) partNumber(part string) string {
	if !p.method().Needs.Certificate() && len(p.Guide.Ways) == 0 {
		return ""
	}
	number := 0
	for _, one := range []struct {
		part  string
		there bool
	}{{"certificate", p.method().Needs.Certificate()}, {"upload", len(p.Guide.Ways) > 0}, {"ids", true}} {
		if one.there {
			number++
		}
		if one.part == part {
			break
		}
	}
	return strconv.Itoa(number)
}

// labelled are the names of the form's fields and their labels in turn, in the order of
// the screen. With one method or one environment there is nothing to choose.
func (p CredentialForm) labelled() []string {
	var names []string
	if len(p.Cloud.Methods) > 1 {
		names = append(names, "method", "How to link")
	}
	if p.method().Needs.Certificate() {
		names = append(names, "certificate_life", "The certificate")
	}
	names = append(names, "label", "Label")
	if p.Cloud.ChoosesEnvironment() {
		names = append(names, "environment", p.Cloud.EnvironmentLabel)
	}
	if p.method().Needs != cloud.Grant {
		for _, f := range p.Cloud.Fields() {
			names = append(names, f.Key, f.Label)
		}
	}
	return names
}

// shownFields are the fields at which something can be said.
func shownFields(p CredentialForm) []string {
	var names []string
	for i, word := range p.labelled() {
		if i%2 == 0 {
			names = append(names, word)
		}
	}
	return names
}

func credentialPlaces(p CredentialForm) []place { return places(p.Fields, p.labelled()...) }

// partLevel is the level of the headings of the three parts.
func partLevel(dialog bool) int {
	if dialog {
		return 3
	}
	return 2
}

// partsID names what asks for the preview. An id that starts with dialog lets a
// failure find the alert slot of the dialog.
func partsID(dialog bool) string {
	if dialog {
		return "dialog-parts"
	}
	return "parts"
}
