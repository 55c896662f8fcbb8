package views

import (
	"cmp"
	"slices"

	"mooring/account"
	"mooring/certificate"
	"mooring/cloud"
	"mooring/credential"
	"mooring/renewal"
	"mooring/review"
)

// CredentialRecord is what is read about one link for the people of its account, beside
// the link itself.
type CredentialRecord struct {
	Runs         []credential.Verification // the latest first
	Questions    []review.Question         // of open reviews
	Certificates []certificate.Certificate // of the account, the current one first; empty for a link without one
	Renewals     []renewal.Renewal         // of its sign-in, the latest first
	CanRenew     bool                      // at this moment
	Paused       bool                      // this Mooring is a copy, which renews nothing
}

// Credential builds the page of r.Link, as the people of its account see it.
func (r LinkReader) Credential(frame Frame, record CredentialRecord) Credential {
	c, path := r.Link, r.path()
	p := Credential{
		Frame: frame, ID: c.ID, Label: c.Label, Path: path,
		CloudAccountName: c.CloudAccountName, CloudAccount: c.Target.Account, Facts: r.Clouds.Facts(c.Provider, c.Target),
		LinkedBy: c.CreatedByName, Linked: r.Moment(c.CreatedAt), Status: r.Status(c), LastCheck: r.Moment(c.LastCheckedAt),
		Rights: r.Rights(c), Progress: r.Progress(record.Runs, path), History: r.History(record.Runs),
		Decision: r.DecisionOn(c), LetIn: r.ApprovalOf(c), BackPath: ProvidersPath(r.Account), Questions: r.questions(record.Questions),
	}
	if c.CertificateID != "" {
		p.Certificate = r.certificate()
		renewals := r.Renewals(record.Renewals, record.CanRenew, record.Paused)
		p.Renewals = &renewals
	}
	if c.CertificateID != "" && c.AuthorityID == "" && !isBeingRenewed(c, record.Renewals) { // else nothing has to be moved
		p.CertificatesPath = CertificatesPath(r.Account)
		move := r.CertificateMove(record.Certificates, credential.TrialOf(c, record.Runs))
		p.Move = &move
	}
	if !c.NextCheckAt.IsZero() && c.State.Can(credential.Verify) {
		p.NextCheck = r.Moment(c.NextCheckAt)
	}
	if p.Status.Retry > 0 { // the progress counts down already
		p.Status.Detail, p.Status.Retry = "", 0
	}
	if p.Decision == nil && r.isRemoved() {
		p.Decision = &Decision{Heading: "This Mooring no longer supports " + r.Clouds.Describe(c.Provider).Name + ".", Tone: ToneAttention,
			Then: "The link isn't checked and can't be edited. An owner can unlink it."}
	}
	p.VerifyPath = r.offer(credential.Verify, account.Member, "/verify")
	p.EditPath = r.offer(credential.Edit, account.Owner, "/edit")
	p.DisablePath = r.offer(credential.Disable, account.Owner, "/disable")
	p.EnablePath = r.offer(credential.Enable, account.Owner, "/enable")
	p.UnlinkPath = r.offer(credential.Unlink, account.Owner, "/unlink")
	if p.Progress.Running {
		p.VerifyPath, p.Reload = "", 3
	} else if p.Progress.Retry > 0 {
		p.Reload = max(5, p.Progress.Retry)
	}
	return p
}

func (r LinkReader) path() string { return CredentialPath(r.Account, r.Link.Provider, r.Link.ID) }

// isRemoved reports whether this Mooring no longer has the cloud of the link. What is
// linked to it is still shown, and can be disabled and unlinked.
func (r LinkReader) isRemoved() bool {
	_, known := r.Clouds[r.Link.Provider]
	return !known
}

// offer is where something is done to the link; empty: not now, or not by the reader.
func (r LinkReader) offer(event credential.Event, least account.Role, what string) string {
	if !r.Link.State.Can(event) || !r.Role.AtLeast(least) || r.isRemoved() && event.NeedsCloud() {
		return ""
	}
	return r.path() + what
}

// questions are what open reviews ask about the link. Owners answer.
func (r LinkReader) questions(asked []review.Question) []Question {
	var all []Question
	for _, q := range asked {
		shown := Question{Asker: cmp.Or(q.AskedByName, "Somebody"), At: r.Moment(q.AskedAt), Text: q.Text, ReviewID: q.ReviewID,
			Answer: q.Answer, AnsweredBy: q.AnsweredByName, AnsweredAt: r.Moment(q.AnsweredAt)}
		if !q.Answered() && r.isOwner() {
			shown.AnswerPath = r.path() + "/answer"
		}
		all = append(all, shown)
	}
	return all
}

// AnswerQuestion builds the page where an owner answers the questions about the link
// that wait for an answer. next is the page to come back to.
func (r LinkReader) AnswerQuestion(frame Frame, asked []review.Question, next string) AnswerQuestion {
	p := AnswerQuestion{Frame: frame, Label: r.Link.Label, Path: r.path(), CancelPath: next}
	if next == "/" {
		p.CancelPath = p.Path
	}
	p.Asked = nil // they are here
	for _, q := range r.questions(asked) {
		if q.AnswerPath != "" {
			q.Next = p.CancelPath
			p.Questions = append(p.Questions, q)
		}
	}
	return p
}

// Linked builds what the dialog shows after Save credentials.
func (r LinkReader) Linked(p Credential) Linked {
	d, c := r.Clouds.Describe(r.Link.Provider), r.Link
	if p.Progress.Running || c.State == credential.Connected || c.State == credential.PendingApproval { // there is nothing to fix
		p.EditPath, p.VerifyPath = "", ""
	}
	return Linked{
		Decision: p.Decision, Label: p.Label, Path: p.Path, EditPath: p.EditPath, VerifyPath: p.VerifyPath, CloudAccountName: p.CloudAccountName,
		Facts: foundFacts(d, p.Facts), Status: p.Status, Rights: p.Rights, Progress: p.Progress,
		Connected: c.State == credential.Connected && !p.Progress.Running,
		NextJob:   "Open the credential to see its permissions and checks, or link another " + d.Account.One + ".",
	}
}

// foundFacts are those that Mooring may have found, and nobody typed.
func foundFacts(d cloud.Description, facts []cloud.Fact) []cloud.Fact {
	var all []cloud.Fact
	for _, f := range facts {
		if slices.ContainsFunc(d.Fields(), func(field cloud.Field) bool { return field.Found && field.Key == f.Key }) {
			all = append(all, f)
		}
	}
	return all
}

// LeftoversOf builds the page that shows what to clean up after a link is gone.
func (r Reader) LeftoversOf(frame Frame, provider string, target cloud.Target, backPath, backText string) Leftovers {
	d := r.Clouds.Describe(provider)
	return Leftovers{Frame: frame, Cloud: d.ShortName, Noun: d.Account.One, RevokesGrant: revokesGrant(d, target), Commands: r.Clouds.Leftovers(provider, target), BackPath: backPath, BackText: backText}
}
