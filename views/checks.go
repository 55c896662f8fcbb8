package views

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"mooring/account"
	"mooring/certificate"
	"mooring/cloud"
	"mooring/credential"
	"mooring/text"
)

// LinkReader is who reads about one link, and what a page can offer them to fix it.
type LinkReader struct {
	Reader
	Link                credential.Credential
	Account             string       // name of its account
	Role                account.Role // in that account; empty: they don't belong to it
	EditPath, RenewPath string       // empty: they may not
	ConsentPath         string       // leads to the provider, to sign in again; empty: they may not
	MayDownload         bool         // certificates

	// What an explanation may name: not needed where Explains reports false.
	Owners       []string // names of the account's owners, by name
	Certificates []certificate.Certificate
}

// Explains reports whether a stage of a run has to be explained.
func Explains(runs ...credential.Verification) bool {
	return slices.ContainsFunc(runs, func(v credential.Verification) bool {
		return slices.ContainsFunc(v.Results, func(s cloud.StageResult) bool { return s.Verdict != cloud.OK })
	})
}

var verdicts = map[cloud.Verdict]struct {
	word string
	tone Tone
}{
	cloud.OK:         {"OK", ToneOK},
	cloud.Waiting:    {"Waiting", ToneWaiting},
	cloud.Failed:     {"Failed", ToneAttention},
	cloud.CannotTell: {"Can't tell", ToneOff},
}

var runOutcomes = map[cloud.Outcome]struct {
	word string
	tone Tone
}{
	cloud.Passed:        {"Passed", ToneOK},
	cloud.StillCopying:  {"Waiting", ToneWaiting},
	cloud.Broken:        {"Failed", ToneAttention},
	cloud.CouldNotCheck: {"Couldn't check", ToneOff},
}

var triggerWords = map[credential.Trigger]string{
	credential.ByPerson: "Requested", credential.BySchedule: "Scheduled", credential.ByRetry: "Retry",
}

// Stages lays the results of a run over the stages of its method.
func (r LinkReader) Stages(v credential.Verification) []Stage {
	method, _ := r.Clouds.Describe(r.Link.Provider).Method(r.Link.Target.SignIn.Method)
	byKey := map[string]cloud.StageResult{}
	for _, result := range v.Results {
		byKey[result.Stage] = result
	}
	var all []Stage
	next := v.Running()
	for _, stage := range method.Stages {
		result, reached := byKey[stage.Key]
		shown := Stage{Name: stage.Name, Advisory: stage.Advisory, Reached: reached}
		switch {
		case reached:
			verdict := verdicts[result.Verdict]
			shown.Verdict, shown.Tone = verdict.word, verdict.tone
			if stage.Advisory && result.Verdict == cloud.Failed { // the link works all the same
				shown.Verdict, shown.Tone = "Remark", ToneOff
			}
			shown.Duration = took(result.Duration)
			shown.At = r.Moment(result.StartedAt)
			shown.Said, shown.Code = result.Said, result.Code
			shown.TraceID, shown.CorrelationID = result.TraceID, result.CorrelationID
			if result.Verdict != cloud.OK {
				r.explain(&shown, result, cmp.Or(v.CertificateID, r.Link.CertificateID))
			}
		case next:
			shown.Verdict, shown.Tone, next = "Running", ToneWaiting, false
		default:
			shown.Verdict, shown.Tone = "Not reached", ToneOff
		}
		all = append(all, shown)
	}
	return all
}

// explain fills in what a result that isn't OK means, who can fix it, and with what.
// signedWith is the id of the certificate of that run.
func (r LinkReader) explain(stage *Stage, result cloud.StageResult, signedWith string) {
	explained := r.Clouds[r.Link.Provider].Explain(result, r.Link.Target)
	if explained.Known {
		stage.HelpPath = ErrorHelpPath(r.Link.Provider) + "#" + explained.Anchor
	}
	if explained.Fixer == cloud.FixedByOwner {
		explained.Who = r.fixers()
	}
	if i := slices.IndexFunc(r.Certificates, func(c certificate.Certificate) bool { return c.ID == signedWith }); i >= 0 {
		explained.Command = cloud.FillCertificate(explained.Command, r.Certificates[i])
	}
	switch explained.Remedy {
	case cloud.EditLink:
		stage.EditPath = r.EditPath
	case cloud.SignInAgain:
		stage.ConsentPath = r.ConsentPath
	case cloud.NewCertificate:
		stage.RenewPath = r.RenewPath
	case cloud.DownloadCertificate:
		if r.MayDownload {
			stage.CERPath = CertificateFile(r.Account, signedWith, ".cer")
			switch { // what the cloud trusts, as it takes it
			case r.Link.AuthorityID != "":
				stage.CERPath = CertificateFile(r.Account, r.Link.AuthorityID, ".pem")
			case r.TakesPublicKey():
				stage.CERPath = CertificateFile(r.Account, signedWith, PublicKeyEnding)
			}
		}
	}
	stage.Explanation = &explained
}

// mostNamed is how many people a sentence names.
const mostNamed = 3

func (r LinkReader) isOwner() bool { return r.Role.AtLeast(account.Owner) }

// fixers says which owners of the account can fix something.
func (r LinkReader) fixers() string {
	if r.isOwner() {
		if len(r.Owners) > 1 {
			return "You, or another owner of " + r.Account + "."
		}
		return "You, as the owner of " + r.Account + "."
	}
	if len(r.Owners) == 0 {
		return "An owner of " + r.Account + ". No owner can sign in, so ask a site administrator."
	}
	named := strings.Join(r.Owners[:min(mostNamed, len(r.Owners))], ", ")
	if more := len(r.Owners) - mostNamed; more > 0 {
		named += " and " + text.Count(more, "other", "others")
	}
	return "An owner of " + r.Account + ": " + named + "."
}

// Progress shows the latest run and says when to look again. runs come the latest
// first.
func (r LinkReader) Progress(runs []credential.Verification, pollPath string) Progress {
	c, cloudName := r.Link, r.Clouds.Describe(r.Link.Provider).ShortName
	var latest credential.Verification // that says something about the link as it is
	for _, run := range runs {
		if run.Running() || run.CertificateID == "" || run.CertificateID == c.CertificateID {
			latest = run
			break
		}
	}
	p := Progress{}
	switch {
	case c.State == credential.Disabled || c.State == credential.Stopped:
		p.Tone, p.Summary, p.Detail = ToneOff, "This credential is disabled.", "It isn't checked."
	case c.State == credential.PendingApproval:
		p.Tone, p.Summary, p.Detail = ToneWaiting, "This credential is waiting for approval.", sayPending
	case c.Checking(r.Now):
		if c.RunningVerification == "" { // planned, and about to start
			latest = credential.Verification{}
		}
		p.Running, p.PollPath, p.PollAfter = true, pollPath, 1
		p.Tone, p.Summary, p.Detail = ToneWaiting, "Checking the link.", "You can close this page. The check continues."
		if c.TrialCertificateID != "" {
			p.Summary = "Checking the link with the other certificate."
		}
	case !c.CouldNotCheckAt.IsZero():
		p.Retry = r.SecondsUntil(c.NextCheckAt)
		p.PollPath, p.PollAfter = pollPath, max(1, p.Retry)
		p.Tone = ToneOff
		p.Summary = "The last check couldn't determine whether the link works."
		p.Detail = "The status from the previous check still applies. Mooring tries again automatically."
	case c.State == credential.WaitingCloud:
		p.Retry = r.SecondsUntil(c.NextCheckAt)
		p.PollPath, p.PollAfter = pollPath, max(1, p.Retry)
		p.Tone = ToneWaiting
		p.Summary = cloudName + " doesn't accept this link yet."
		p.Detail = fmt.Sprintf("If you created or changed something there in the last few minutes, %s may still be copying it. Mooring keeps trying until %s. If you didn't, something is mistyped or missing: the waiting stage below says what to check. You can close this page.",
			cloudName, c.FreshFrom.Add(credential.WaitLimit).In(r.Zone).Format("15:04 MST"))
	case c.State == credential.Connected:
		p.Tone, p.Summary = ToneOK, "The link works."
	case c.State == credential.NeedsAttention:
		p.Tone, p.Summary = ToneAttention, "The link doesn't work yet."
		p.Detail = "The failed stage below says what to do."
		if c.Reason != "" && c.DecidedAt.IsZero() { // no stage failed
			p.Summary, p.Detail = "The link isn't allowed.", ""
		}
	default:
		p.Tone, p.Summary = ToneOff, "This credential hasn't been checked since it was saved."
	}
	if p.Running || latest.Version == c.Version && len(latest.Results) > 0 {
		p.Stages = r.Stages(latest)
		if p.Running && latest.ID == "" {
			p.Stages = r.Stages(credential.Verification{StartedAt: r.Now}) // the first stage is next
		}
	}
	return p
}

// History shows finished runs, the latest first.
func (r LinkReader) History(runs []credential.Verification) []Run {
	var shown []Run
	for _, v := range runs {
		if v.Running() {
			continue
		}
		run := Run{Started: r.Moment(v.StartedAt), Trigger: triggerWords[v.Trigger], Times: v.Times, First: r.Moment(v.FirstAt),
			Outcome: runOutcomes[v.Outcome].word, Tone: runOutcomes[v.Outcome].tone, Stages: r.Stages(v)}
		if v.CertificateID != "" && v.CertificateID != r.Link.CertificateID {
			run.Trigger += ", with another certificate"
		}
		if v.Abandoned {
			run.Outcome, run.Tone = "Interrupted", ToneOff
		}
		shown = append(shown, run)
	}
	return shown
}
