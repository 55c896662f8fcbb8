package cloud

import (
	"strings"

	"mooring/certificate"
)

// Explanation is one entry of the error catalogue.
type Explanation struct {
	Anchor   string // stable: "azure-700027"
	Code     string
	Reason   string // in a word, where one code has several: "expired"; mostly empty
	Happened string // what happened
	Fix      string // what to do
	Who      string // who can do it
	Fixer    Fixer  // the same, for those who are known by name
	Remedy   Remedy // what Mooring can offer to do it
	Command  string // optional: the command that does it. CertificateBlank and PublicKeyBlank in it stand for the link's certificate
	Known    bool   // false: the code is new to us, and Happened only repeats it
}

// Fixer is who can fix something.
type Fixer string

// The fixers.
const (
	FixedInCloud    Fixer = ""         // somebody at the cloud; Explanation.Who says who
	FixedByOwner    Fixer = "owner"    // an owner of the account in Mooring
	FixedByOperator Fixer = "operator" // the operator of this Mooring
	FixedByNobody   Fixer = "nobody"   // nobody has to do anything
)

// Remedy is what a page of Mooring offers to somebody who can fix something.
type Remedy string

// The remedies.
const (
	EditLink            Remedy = "edit"
	DownloadCertificate Remedy = "download-certificate" // that the link signs with
	NewCertificate      Remedy = "new-certificate"
	SignInAgain         Remedy = "sign-in-again" // at the cloud, to consent again
)

// What stands in a command for the certificate that a link signs with.
const (
	CertificateBlank = "<certificate>" // as certificate.Certificate.Base64 gives it
	PublicKeyBlank   = "<public key>"  // as certificate.Certificate.PublicKeyPEM gives it, in lines of its own
)

// FillCertificate writes a certificate into a command.
func FillCertificate(command string, c certificate.Certificate) string {
	return strings.NewReplacer(CertificateBlank, c.Base64(), PublicKeyBlank, strings.TrimSpace(string(c.PublicKeyPEM()))).Replace(command)
}

// Title tells the entry from all others of the catalogue.
func (e Explanation) Title() string {
	if e.Reason == "" {
		return e.Code
	}
	return e.Code + ", " + e.Reason
}
