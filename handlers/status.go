package handlers

import (
	"cmp"
	"fmt"
	"math"
	"strings"
	"time"

	"mooring/cloud"
	"mooring/credential"
	"mooring/views"
)

// statusOf puts the state of a credential into a word and what it means now.
func (h *handlers) statusOf(c credential.Credential, d cloud.Description, zone *time.Location) views.Status {
	now := h.Now()
	status := views.Status{Word: c.Word(d.ShortName, now), Tone: tones[c.State]}
	if c.State == credential.Connected && c.CertificateExpires.Sub(now) <= 0 {
		status.Tone, status.Detail = views.ToneAttention, "The certificate has expired."
	} else if status.Word != "Connected" && c.State == credential.Connected {
		status.Tone = views.ToneWaiting
	}
	switch {
	case c.State == credential.Stopped:
		status.Detail = "by an administrator"
	case c.State == credential.PendingApproval:
		status.Detail = sayPending
	case !c.State.Can(credential.Verify):
	case c.Checking(now):
		status.Detail = "Checking now"
	case c.Status(now) == credential.StatusWarning:
		status.Detail = sayWarnings(c.Warnings(now), d.ShortName, c.LastCheckedAt, zone)
	case !c.CouldNotCheckAt.IsZero():
		status.Detail = "Couldn't check " + h.moment(c.CouldNotCheckAt, zone).Shown
	case c.State == credential.WaitingCloud:
		status.Detail, status.Retry = "Next check in", max(1, h.secondsUntil(c.NextCheckAt))
	}
	return status
}

var tones = map[credential.State]views.Tone{
	credential.NotVerified: views.ToneOff, credential.Connected: views.ToneOK, credential.WaitingCloud: views.ToneWaiting,
	credential.NeedsAttention: views.ToneAttention, credential.Disabled: views.ToneOff,
	credential.Stopped: views.ToneOff, credential.PendingApproval: views.ToneWaiting,
}

// sayWarnings says why a link is connected with a warning. cloudName is
// cloud.Description.ShortName.
func sayWarnings(warnings []cloud.Warning, cloudName string, lastChecked time.Time, zone *time.Location) string {
	var all []string
	for _, warning := range warnings {
		switch warning {
		case credential.WarnUnchecked:
			all = append(all, notCheckedSince(lastChecked, zone))
		case cloud.PaymentPastDue:
			all = append(all, cloudName+" says that a payment is past due")
		case cloud.PaymentWarned:
			all = append(all, cloudName+" has warned about a payment")
		case credential.WarnPermissions:
			all = append(all, "More permissions than Mooring needs")
		}
	}
	return strings.Join(all, ". ")
}

// notCheckedSince says when a link was last checked that the cloud gives no answer
// about.
func notCheckedSince(t time.Time, zone *time.Location) string {
	return "Not checked since " + t.In(zone).Format("2 January 2006, 15:04 MST")
}

// sayPending stands wherever something waits for an approval.
const sayPending = "Mooring doesn't check or use it until an administrator approves it."

// decisionOf is the word of an administrator or of the policy that stands above
// everything else about a credential, or nil.
func (h *handlers) decisionOf(c credential.Credential, zone *time.Location) *views.Decision {
	d := &views.Decision{Reason: c.Reason}
	if !c.DecidedAt.IsZero() {
		d.By, d.At = cmp.Or(c.DecidedByName, "An administrator"), h.moment(c.DecidedAt, zone)
	}
	switch {
	case c.State == credential.Stopped:
		d.Heading, d.Tone = "An administrator disabled this credential.", views.ToneAttention
		d.Then = "It isn't checked and can't be used. Ask a site administrator to enable it again."
	case c.State == credential.PendingApproval:
		d.Heading, d.Tone = "This credential is waiting for approval.", views.ToneWaiting
		d.Then = "Ask a site administrator to approve it." // the status says the rest
	case c.State == credential.NeedsAttention && c.DecidedAt.IsZero() && c.Reason != "":
		d.Heading, d.Tone = "Your administrators don't allow this link.", views.ToneAttention
	default:
		return nil
	}
	return d
}

// letIn is the word of the administrator who took a credential into use, or nil.
func (h *handlers) letIn(c credential.Credential, zone *time.Location) *views.Decision {
	if c.DecidedAt.IsZero() || c.State == credential.Stopped {
		return nil
	}
	return &views.Decision{Heading: "Approved", By: cmp.Or(c.DecidedByName, "An administrator"), At: h.moment(c.DecidedAt, zone), Reason: c.Reason}
}

func (h *handlers) secondsUntil(t time.Time) int {
	return max(0, int(math.Ceil(t.Sub(h.Now()).Seconds())))
}

// duration is how long a stage took, in the unit that fits.
func duration(d time.Duration) string {
	if d < time.Millisecond {
		return "under 1 ms"
	}
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

var verdicts = map[cloud.Verdict]struct {
	word string
	tone views.Tone
}{
	cloud.OK:         {"OK", views.ToneOK},
	cloud.Waiting:    {"Waiting", views.ToneWaiting},
	cloud.Failed:     {"Failed", views.ToneAttention},
	cloud.CannotTell: {"Can't tell", views.ToneOff},
}

var outcomes = map[cloud.Outcome]struct {
	word string
	tone views.Tone
}{
	cloud.Passed:        {"Passed", views.ToneOK},
	cloud.StillCopying:  {"Waiting", views.ToneWaiting},
	cloud.Broken:        {"Failed", views.ToneAttention},
	cloud.CouldNotCheck: {"Couldn't check", views.ToneOff},
}

var triggers = map[credential.Trigger]string{
	credential.ByPerson: "Requested", credential.BySchedule: "Scheduled", credential.ByRetry: "Retry",
}

// stages lays the results of a run over the stages of its method.
func (h *handlers) stages(r linkReader, v credential.Verification) []views.Stage {
	method, _ := r.provider.Describe().Method(r.link.Target.Method)
	byKey := map[string]cloud.StageResult{}
	for _, result := range v.Results {
		byKey[result.Stage] = result
	}
	var all []views.Stage
	next := v.Running()
	for _, stage := range method.Stages {
		result, reached := byKey[stage.Key]
		shown := views.Stage{Name: stage.Name, Advisory: stage.Advisory, Reached: reached}
		switch {
		case reached:
			verdict := verdicts[result.Verdict]
			shown.Verdict, shown.Tone = verdict.word, verdict.tone
			if stage.Advisory && result.Verdict == cloud.Failed { // the link works all the same
				shown.Verdict, shown.Tone = "Remark", views.ToneOff
			}
			shown.Duration = duration(result.Duration)
			shown.At = h.moment(result.StartedAt, r.zone)
			shown.Said, shown.Code = result.Said, result.Code
			shown.TraceID, shown.CorrelationID = result.TraceID, result.CorrelationID
			if result.Verdict != cloud.OK {
				r.explain(&shown, result, cmp.Or(v.CertificateID, r.link.CertificateID))
			}
		case next:
			shown.Verdict, shown.Tone, next = "Running", views.ToneWaiting, false
		default:
			shown.Verdict, shown.Tone = "Not reached", views.ToneOff
		}
		all = append(all, shown)
	}
	return all
}

// progress shows the latest run and says when to look again.
func (h *handlers) progress(r linkReader, runs []credential.Verification, pollPath string) views.Progress {
	c, zone, description := r.link, r.zone, r.provider.Describe()
	var latest credential.Verification // that says something about the link as it is
	for _, run := range runs {
		if run.Running() || run.CertificateID == "" || run.CertificateID == c.CertificateID {
			latest = run
			break
		}
	}
	now := h.Now()
	p := views.Progress{}
	switch {
	case c.State == credential.Disabled || c.State == credential.Stopped:
		p.Tone, p.Summary, p.Detail = views.ToneOff, "This credential is disabled.", "It isn't checked."
	case c.State == credential.PendingApproval:
		p.Tone, p.Summary, p.Detail = views.ToneWaiting, "This credential is waiting for approval.", sayPending
	case c.Checking(now):
		if c.RunningVerification == "" { // planned, and about to start
			latest = credential.Verification{}
		}
		p.Running, p.PollPath, p.PollAfter = true, pollPath, 1
		p.Tone, p.Summary, p.Detail = views.ToneWaiting, "Checking the link.", "You can close this page. The check continues."
		if c.TrialCertificateID != "" {
			p.Summary = "Checking the link with the other certificate."
		}
	case !c.CouldNotCheckAt.IsZero():
		p.Retry = h.secondsUntil(c.NextCheckAt)
		p.PollPath, p.PollAfter = pollPath, max(1, p.Retry)
		p.Tone = views.ToneOff
		p.Summary = "The last check couldn't determine whether the link works."
		p.Detail = "The status from the previous check still applies. Mooring tries again automatically."
	case c.State == credential.WaitingCloud:
		p.Retry = h.secondsUntil(c.NextCheckAt)
		p.PollPath, p.PollAfter = pollPath, max(1, p.Retry)
		p.Tone = views.ToneWaiting
		p.Summary = description.ShortName + " doesn't accept this link yet."
		p.Detail = fmt.Sprintf("If you created or changed something there in the last few minutes, %s may still be copying it. Mooring keeps trying until %s. If you didn't, something is mistyped or missing: the waiting stage below says what to check. You can close this page.",
			description.ShortName, c.FreshFrom.Add(credential.WaitLimit).In(zone).Format("15:04 MST"))
	case c.State == credential.Connected:
		p.Tone, p.Summary = views.ToneOK, "The link works."
	case c.State == credential.NeedsAttention:
		p.Tone, p.Summary = views.ToneAttention, "The link doesn't work yet."
		p.Detail = "The failed stage below says what to do."
		if c.Reason != "" && c.DecidedAt.IsZero() { // no stage failed
			p.Summary, p.Detail = "The link isn't allowed.", ""
		}
	default:
		p.Tone, p.Summary = views.ToneOff, "This credential hasn't been checked since it was saved."
	}
	if p.Running || latest.Version == c.Version && len(latest.Results) > 0 {
		p.Stages = h.stages(r, latest)
		if p.Running && latest.ID == "" {
			p.Stages = h.stages(r, credential.Verification{StartedAt: now}) // the first stage is next
		}
	}
	return p
}

// history shows finished runs, the latest first.
func (h *handlers) history(r linkReader, runs []credential.Verification) []views.Run {
	var shown []views.Run
	for _, v := range runs {
		if v.Running() {
			continue
		}
		run := views.Run{Started: h.moment(v.StartedAt, r.zone), Trigger: triggers[v.Trigger], Times: v.Times, First: h.moment(v.FirstAt, r.zone),
			Outcome: outcomes[v.Outcome].word, Tone: outcomes[v.Outcome].tone, Stages: h.stages(r, v)}
		if v.CertificateID != "" && v.CertificateID != r.link.CertificateID {
			run.Trigger += ", with another certificate"
		}
		if v.Abandoned {
			run.Outcome, run.Tone = "Interrupted", views.ToneOff
		}
		shown = append(shown, run)
	}
	return shown
}
