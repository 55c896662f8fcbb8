package views

import (
	"strings"

	"mooring/account"
	"mooring/cloud"
	"mooring/credential"
	"mooring/renewal"
)

// CredentialRenewals is how the certificate of a link is renewed, and was.
type CredentialRenewals struct {
	Heading   string // "Mooring renews this certificate on 11 March 2026."
	Detail    string // optional: what that means, or what can be done
	Tone      Tone   // of Heading; empty: it is no news
	Problem   *Stage // what stands in the way
	Next      Time   // next try; empty: none is planned
	RenewPath string // POST; empty: not now, or not by the reader
	RenewText string // of its button
	Past      []PastRenewal
}

// PastRenewal is one renewal in the history of a link, the one under way included.
type PastRenewal struct {
	SHA1     string // of the certificate that was replaced
	Expires  Time
	Step     string // "Done"
	Began    Time
	Switched Time // empty: not yet
	Ended    Time // empty: not yet
	AskedFor bool // by a person, before its time
	Commands []cloud.Command
}

// stepWords are what the history calls the steps.
var stepWords = map[renewal.Step]string{
	renewal.Introduce: "Introducing the next certificate",
	renewal.Try:       "Checking with the next certificate",
	renewal.ByHand:    "Waiting for a person",
	renewal.Keep:      "Renewed; this one is still valid",
	renewal.Remove:    "Removing this one",
	renewal.Done:      "Renewed",
	renewal.Dropped:   "Ended without a link",
}

// Renewals builds how the certificate of the link is renewed. history is of its sign-in,
// the latest first. canRenew says whether it can be renewed at this moment, and paused
// that this Mooring is a copy.
func (r LinkReader) Renewals(history []renewal.Renewal, canRenew, paused bool) CredentialRenewals {
	p := r.renewalNow(history)
	mayAsk := canRenew && !paused && r.Role.AtLeast(account.Owner)
	switch {
	case paused:
		p.Heading, p.Tone = "This Mooring is a copy, so it renews nothing.", ToneWaiting
		p.Detail = "When no other server uses this database, the operator confirms it with mooring database confirm. Until then, links work as long as their certificates are valid."
	case mayAsk && p.RenewText == "":
		p.RenewText = "Renew now"
	}
	if mayAsk {
		p.RenewPath = r.path() + "/renew"
	}
	if p.RenewPath == "" || p.RenewText == "-" {
		p.RenewPath, p.RenewText = "", ""
	}
	for _, past := range history {
		p.Past = append(p.Past, r.pastRenewal(past))
	}
	return p
}

// noButton stands in RenewText where there is nothing to ask for.
const noButton = "-"

// renewalNow says where the certificate of the link stands.
func (r LinkReader) renewalNow(history []renewal.Renewal) CredentialRenewals {
	c, d := r.Link, r.Clouds.Describe(r.Link.Provider)
	if len(history) > 0 {
		if latest := history[0]; !latest.Step.Ended() && (latest.CertificateID == c.CertificateID || latest.SuccessorID == c.CertificateID) {
			return r.renewalUnderWay(latest)
		}
	}
	if !r.Clouds.CanRenew(c.Provider, c.Target) {
		return CredentialRenewals{Heading: "Mooring can't renew this certificate.", Detail: r.howToRenew(d)}
	}
	return CredentialRenewals{Heading: "Mooring renews this certificate on " + r.day(c.RenewalDue()) + ".",
		Detail: "The link works throughout, and you don't have to do anything. If " + d.ShortName + " doesn't accept the next certificate, this page says what to do."}
}

// howToRenew says what a person does about a certificate that Mooring can't renew.
func (r LinkReader) howToRenew(d cloud.Description) string {
	method, _ := d.Method(r.Link.Target.SignIn.Method)
	var missing []string
	for _, f := range method.Fields {
		if f.ForRenewal && r.Link.Target.Value(f) == "" {
			missing = append(missing, f.Label)
		}
	}
	before := "An owner has to move the link to a new certificate before " + r.day(r.Link.CertificateExpires) + "."
	if len(missing) == 0 {
		return before
	}
	return "To have it renewed, choose Edit and enter the " + strings.Join(missing, " and ") + ". Otherwise, " + strings.ToLower(before[:1]) + before[1:]
}

func (r LinkReader) renewalUnderWay(now renewal.Renewal) CredentialRenewals {
	name := r.Clouds.Describe(now.Provider).ShortName
	p := CredentialRenewals{RenewText: noButton}
	switch now.Step {
	case renewal.Introduce:
		p.Heading, p.Tone = "Mooring is introducing the next certificate to "+name+".", ToneWaiting
		p.Detail = "The link uses its present certificate until the next one works."
	case renewal.Try:
		p.Heading, p.Tone = "Mooring is checking the link with its next certificate.", ToneWaiting
		p.Detail = "The link uses its present certificate until that check passes."
	case renewal.ByHand:
		p.Heading, p.Tone, p.RenewText = "A person has to renew this certificate.", ToneAttention, "Try again"
		p.Detail = r.howToRenew(r.Clouds.Describe(now.Provider))
	case renewal.Keep:
		p.Heading = "Renewed on " + r.day(now.SwitchedAt) + "."
		p.Detail = "The certificate before it stays valid until " + r.day(now.NextAt) + ". Then Mooring removes it from " + name + " and destroys its private key."
		if now.CredentialID != "" {
			p.Detail = "Mooring destroys the private key of the certificate before it on " + r.day(now.NextAt) + "."
		}
		p.RenewText = ""
	case renewal.Remove:
		p.Heading, p.Tone = "Mooring is removing the certificate before this one from "+name+".", ToneWaiting
	}
	if now.Trouble.Stage != "" {
		stage := Stage{Name: troubleNames[now.Trouble.Stage], Reached: true, Said: now.Trouble.Said, Code: now.Trouble.Code}
		if stage.Name == "" {
			stage.Name = r.stageName(now.Trouble.Stage)
		}
		stage.Verdict, stage.Tone = verdicts[now.Trouble.Verdict].word, verdicts[now.Trouble.Verdict].tone
		if r.Clouds[now.Provider] != nil {
			r.explain(&stage, now.Trouble, now.SuccessorID)
		}
		p.Problem, p.Tone = &stage, ToneAttention
		p.Next = r.Moment(now.NextAt)
		p.RenewText = "Try again"
	}
	return p
}

var troubleNames = map[string]string{cloud.StageIntroduce: "Introduce the next certificate", cloud.StageRemove: "Remove the previous certificate"}

func (r LinkReader) stageName(key string) string {
	method, _ := r.Clouds.Describe(r.Link.Provider).Method(r.Link.Target.SignIn.Method)
	for _, s := range method.Stages {
		if s.Key == key {
			return s.Name
		}
	}
	return key
}

func (r LinkReader) pastRenewal(past renewal.Renewal) PastRenewal {
	p := PastRenewal{SHA1: past.SHA1, Expires: r.Moment(past.NotAfter), Step: stepWords[past.Step], Began: r.Moment(past.BeganAt), AskedFor: past.AskedBy != ""}
	if !past.SwitchedAt.IsZero() {
		p.Switched = r.Moment(past.SwitchedAt)
	}
	if !past.EndedAt.IsZero() {
		p.Ended = r.Moment(past.EndedAt)
	}
	if renewer, ok := r.Clouds[past.Provider].(cloud.Renewer); ok && past.IsLeftBehind(r.Clouds.Describe(past.Provider)) && past.NotAfter.After(r.Now) {
		p.Step = "Renewed; left behind in " + r.Clouds.Describe(past.Provider).ShortName
		p.Commands = renewer.Removal(cloud.Renewal{Target: past.Target})
	}
	return p
}

// isBeingRenewed reports whether Mooring moves the link to another certificate at this
// moment, or has just moved it.
func isBeingRenewed(c credential.Credential, history []renewal.Renewal) bool {
	if len(history) == 0 || history[0].Step.Ended() || history[0].Step == renewal.ByHand {
		return false
	}
	return history[0].CertificateID == c.CertificateID || history[0].SuccessorID == c.CertificateID
}
