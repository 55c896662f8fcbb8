package views

import (
	"fmt"
	"slices"
	"time"

	"mooring/account"
	"mooring/certificate"
	"mooring/cloud"
	"mooring/credential"
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
	KeyPath         string // the public key of the certificate to move to; empty unless the cloud takes only that
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

// AccountCertificate is an account's current certificate.
func (r Reader) AccountCertificate(account string, c certificate.Certificate) Certificate {
	cer, pem := CertificatePaths(account)
	shown := Certificate{
		SHA1: c.SHA1(), SHA256: c.SHA256(), Expires: r.Moment(c.NotAfter),
		CERPath: cer, PEMPath: pem, ExpiresSoon: c.ExpiresSoon(r.Now),
	}
	if shown.ExpiresSoon {
		shown.RenewPath = NewCertificatePath(account)
	}
	return shown
}

// AuthorityCertificate is the authority of a link that somebody has begun, or saved.
// Clouds take it as text.
func (r Reader) AuthorityCertificate(account string, a certificate.Authority) Certificate {
	return Certificate{SHA256: a.Fingerprint(), Expires: r.Moment(a.NotAfter), CERPath: CertificateFile(account, a.ID, ".pem")}
}

// certificate is the one that the link signs with.
func (r LinkReader) certificate() Certificate {
	c := r.Link
	if c.AuthorityID != "" {
		return Certificate{SHA1: c.CertificateSHA1, Expires: r.Moment(c.CertificateExpires), ExpiresSoon: r.ExpiresSoon(c), LinkName: c.LinkName,
			PEMPath: CertificateFile(r.Account, c.AuthorityID, ".pem")}
	}
	shown := Certificate{SHA1: c.CertificateSHA1, Expires: r.Moment(c.CertificateExpires),
		CERPath: CertificateFile(r.Account, c.CertificateID, ".cer"), PEMPath: CertificateFile(r.Account, c.CertificateID, ".pem"),
		ExpiresSoon: r.ExpiresSoon(c)}
	if r.TakesPublicKey() {
		shown.CERPath, shown.PEMPath = CertificateFile(r.Account, c.CertificateID, PublicKeyEnding), ""
		for _, known := range r.Certificates {
			if known.ID == c.CertificateID {
				shown.KeyFingerprint = known.PublicKeyFingerprint()
			}
		}
	}
	if c.CertificateIsCurrent && r.isOwner() {
		shown.RenewPath = NewCertificatePath(r.Account)
	}
	return shown
}

// TakesPublicKey reports whether the link's cloud takes only the public key of a
// certificate.
func (r LinkReader) TakesPublicKey() bool {
	method, _ := r.Clouds.Describe(r.Link.Provider).Method(r.Link.Target.SignIn.Method)
	return method.Takes == cloud.PublicKeyOnly
}

// linksNamed is how many links the page of a new certificate names.
const linksNamed = 20

// NewCertificate builds the page that says what a new certificate affects, among the
// links of the account.
func (r Reader) NewCertificate(frame Frame, account string, current certificate.Certificate, links []credential.Credential) NewCertificate {
	p := NewCertificate{Frame: frame, Current: r.AccountCertificate(account, current),
		Action: CertificatesPath(account) + "/renew", CancelPath: CertificatesPath(account)}
	if certificate.JustMade(current, r.Now) {
		p.Action, p.JustMade = "", certificate.ErrJustMade.Sentence
	}
	for _, link := range links {
		if link.CertificateID != current.ID {
			continue
		}
		if p.Total++; p.Total <= linksNamed {
			p.Links = append(p.Links, Link{Text: link.Label, Path: CredentialPath(account, link.Provider, link.ID)})
		}
	}
	return p
}

// CertificateMove puts how far r.Link has come into words. certificates are those of
// the account, the current one first. trial is the link's latest check with another
// certificate than its own, if there was one.
func (r LinkReader) CertificateMove(certificates []certificate.Certificate, trial *credential.Verification) CertificateMove {
	link, path := r.Link, r.path()
	cloudName := r.Clouds.Describe(link.Provider).ShortName
	m := CertificateMove{ID: link.ID, Label: link.Label, Path: path, Tone: ToneOK, Says: "Uses the current certificate."}
	to, back := certificates[0], false
	if link.CertificateIsCurrent {
		to, back = olderCertificate(certificates, r.Now)
	} else {
		m.Tone, m.Says = ToneWaiting, "Uses an older certificate, which expires "+r.day(link.CertificateExpires)+"."
		m.Commands = trustCommands(r.Clouds, link, to)
		if r.TakesPublicKey() {
			m.KeyPath = CertificateFile(r.Account, to.ID, PublicKeyEnding)
		}
	}
	switch {
	case link.TrialCertificateID != "" && link.Checking(r.Now):
		m.Tone, m.Says, m.Detail = ToneWaiting, "Checking the link with the other certificate.", ""
		m.PollPath, m.PollAfter = path+"/certificate", 1
		return m
	case link.TrialCertificateID != "":
		m.Retry = max(1, r.SecondsUntil(link.NextCheckAt))
		m.Tone, m.Says = ToneWaiting, cloudName+" hasn't accepted the other certificate yet."
		m.Detail = fmt.Sprintf("If you added it in the last few minutes, %s may still be copying it. Mooring keeps trying until %s. Meanwhile, the link uses its present certificate.",
			cloudName, link.FreshFrom.Add(credential.WaitLimit).In(r.Zone).Format("15:04 MST"))
		m.PollPath, m.PollAfter = path+"/certificate", m.Retry
	case trial != nil && trial.CertificateID == to.ID && !back:
		m.Says = "The last check with the current certificate failed. The link still uses the older one, which expires " + r.day(link.CertificateExpires) + "."
	}
	if trial != nil && trial.CertificateID == to.ID {
		m.Problem = problemsOf(r.Stages(*trial))
	}
	if to.ID == "" || r.isRemoved() || !r.isOwner() {
		return m
	}
	if !link.State.Can(credential.Verify) {
		if !back {
			m.Detail = "Mooring doesn't check a link that is disabled or waiting for approval. Have it enabled or approved first."
		}
		return m
	}
	m.Action, m.To, m.Back, m.ToMade = path+"/certificate", to.ID, back, r.day(to.CreatedAt)
	return m
}

// olderCertificate is the newest one beside the current one that is still valid; its
// zero value: there is none.
func olderCertificate(certificates []certificate.Certificate, now time.Time) (older certificate.Certificate, back bool) {
	for _, c := range certificates[1:] {
		if !c.Expired(now) {
			return c, true
		}
	}
	return certificate.Certificate{}, false
}

// trustCommands are what makes the cloud accept a certificate for a link.
func trustCommands(clouds cloud.Registry, link credential.Credential, to certificate.Certificate) []cloud.Command {
	commands := clouds.Trust(link.Provider, link.Target)
	for i := range commands {
		commands[i].Text = cloud.FillCertificate(commands[i].Text, to)
	}
	return commands
}

// problemsOf are the deciding stages that did not pass.
func problemsOf(stages []Stage) []Stage {
	return slices.DeleteFunc(stages, func(s Stage) bool { return s.Advisory || !s.Reached || s.Explanation == nil })
}

// Certificates builds the page that leads an account's links to its current
// certificate, for somebody of the account.
func (r Reader) Certificates(frame Frame, m account.Membership, current certificate.Certificate, page MovesPage) Certificates {
	path, first := CertificatesPath(m.Account.Name), (page.Number-1)*page.Size
	p := Certificates{Frame: frame, BackPath: ProvidersPath(m.Account.Name), Current: r.AccountCertificate(m.Account.Name, current),
		Total: page.Total, ToMove: page.ToMove, Links: page.Moves}
	if m.Role.AtLeast(account.Owner) {
		p.Current.RenewPath = NewCertificatePath(m.Account.Name)
	}
	for _, moved := range page.Moves {
		if moved.PollPath != "" {
			p.Reload = max(3, moved.Retry)
		}
	}
	at := func(number int) string { return fmt.Sprintf("%s?page=%d", path, number) }
	if page.Total > page.Size {
		p.Part = fmt.Sprintf("Links %s to %s of %s", text.Number(first+1), text.Number(first+len(page.Moves)), text.Number(page.Total))
		if page.Number > 1 {
			p.PreviousPath = at(page.Number - 1)
		}
		if first+page.Size < page.Total {
			p.NextPath = at(page.Number + 1)
		}
	}
	return p
}

// MovesPage is one page of an account's links that sign with certificates.
type MovesPage struct {
	Moves         []CertificateMove
	Number, Size  int // of the page, from 1; how many links a page shows
	Total, ToMove int // links; those that use an older certificate
}
