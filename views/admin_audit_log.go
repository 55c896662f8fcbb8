package views

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"mooring/audit"
	"mooring/fault"
	"mooring/text"
)

// actionWords says what was done as people read it. The code stands beside it.
var actionWords = map[audit.Action]string{
	audit.OfferSetUp:           "Created a setup address",
	audit.SetUp:                "Set up the site",
	audit.Restore:              "Restored the site from a backup",
	audit.SignIn:               "Signed in",
	audit.SignInFailed:         "Failed to sign in",
	audit.SignOut:              "Signed out",
	audit.SecondStep:           "Passed the second step",
	audit.SecondStepFailed:     "Failed the second step",
	audit.Prove:                "Re-authenticated",
	audit.ProveFailed:          "Failed to re-authenticate",
	audit.EndSession:           "Ended a session",
	audit.EndOtherSessions:     "Ended all other sessions",
	audit.ChangeTheme:          "Changed the theme",
	audit.ChangeProfile:        "Changed their profile",
	audit.ChangePassword:       "Changed their password",
	audit.RequestPasswordReset: "Requested a link to set a new password",
	audit.ResetPassword:        "Set a new password by a mailed link",
	audit.AddPasskey:           "Added a passkey",
	audit.RemovePasskey:        "Removed a passkey",
	audit.MakeRecoveryCodes:    "Generated recovery codes",
	audit.UseRecoveryCode:      "Used a recovery code",
	audit.LinkIdentity:         "Linked a sign-in method",
	audit.UnlinkIdentity:       "Unlinked a sign-in method",
	audit.FollowGroups:         "Applied the groups of the directory",
	audit.DisablePerson:        "Disabled a person",
	audit.EnablePerson:         "Enabled a person",
	audit.EndPersonSessions:    "Ended the sessions of a person",
	audit.MakeAdministrator:    "Made a person an administrator",
	audit.TakeAdministrator:    "Removed a person as administrator",
	audit.ResetPerson:          "Reset how a person signs in",
	audit.MakeAccount:          "Created an organization",
	audit.ChangeAccount:        "Changed an organization",
	audit.DeleteAccount:        "Deleted an organization",
	audit.Invite:               "Invited a person",
	audit.RevokeInvitation:     "Revoked an invitation",
	audit.JoinAccount:          "Joined an organization",
	audit.ChangeRole:           "Changed a role",
	audit.RemoveMember:         "Removed a person from an organization",
	audit.LeaveAccount:         "Left an organization",
	audit.MakeKey:              "Created an API key",
	audit.RevokeKey:            "Revoked an API key",
	audit.MakeCertificate:      "Created a certificate",
	audit.MakeAuthority:        "Created a certificate authority for a link",
	audit.IssueCertificate:     "Issued a certificate for a link",
	audit.LinkCredential:       "Linked a credential",
	audit.EditCredential:       "Edited a credential",
	audit.SignInAgain:          "Signed in to the cloud again",
	audit.MoveCertificate:      "Requested to move a credential to another certificate",
	audit.BeginRenewal:         "Started to renew the certificate of a credential",
	audit.IntroduceCertificate: "Introduced the next certificate to the cloud",
	audit.RenewCredential:      "Renewed the certificate of a credential",
	audit.RenewByHand:          "Left the renewal of a certificate to a person",
	audit.RenewalFails:         "Could not renew a certificate for a day",
	audit.RemoveCertificate:    "Removed a certificate that was renewed",
	audit.ConfirmInstance:      "Confirmed that this Mooring is the only one",
	audit.VerifyCredential:     "Requested a check of a credential",
	audit.FinishVerification:   "Checked a credential",
	audit.RepeatVerification:   "Checked a credential again, with the same result",
	audit.DisableCredential:    "Disabled a credential",
	audit.EnableCredential:     "Enabled a credential",
	audit.UnlinkCredential:     "Unlinked a credential",
	audit.StopCredential:       "Disabled a linked account",
	audit.ReleaseCredential:    "Enabled a linked account",
	audit.ApproveCredential:    "Approved a linked account",
	audit.DeclineCredential:    "Declined a linked account",
	audit.ReopenCredential:     "Returned a linked account to pending approval",
	audit.HandBackCredential:   "Returned a linked account to disabled by its people",
	audit.HoldCredential:       "Held a credential back for approval",
	audit.ExportList:           "Exported the linked accounts",
	audit.ChangeIntake:         "Changed the intake policy",
	audit.StartJob:             "Started a job",
	audit.StopJob:              "Stopped a job",
	audit.FinishJob:            "Finished a job",
	audit.StartReview:          "Started a review",
	audit.OpenReview:           "Opened a review",
	audit.NameReviewer:         "Added a reviewer",
	audit.DecideReview:         "Decided in a review",
	audit.AnswerReview:         "Answered a question from a review",
	audit.CloseReview:          "Closed a review",
	audit.ExportReview:         "Downloaded the evidence of a review",
	audit.MakeSchedule:         "Scheduled a review",
	audit.MoveSchedule:         "Postponed the next review of a schedule",
	audit.EndSchedule:          "Ended a schedule",
	audit.RefuseRequest:        "Tried something that isn't allowed",
	audit.ReadLog:              "Read the audit log",
	audit.ExportLog:            "Exported the audit log",
	audit.VerifyLog:            "Verified the audit log",
	audit.SealLog:              "Archived old entries",
	audit.RotateKeys:           "Rotated the keys of the site",
}

// did is what was done, in words; an action that was never given any stays
// readable.
func did(a audit.Action) string { return orElse(actionWords[a], string(a)) }

// actionOptions are what the log can be filtered by, in the order of the words.
func actionOptions() []option {
	list := []option{{"", "All"}}
	for _, a := range slices.SortedFunc(maps.Keys(actionWords), func(a, b audit.Action) int { return strings.Compare(did(a), did(b)) }) {
		list = append(list, option{string(a), did(a)})
	}
	return list
}

var results = []option{{"", "All"}, {string(audit.Done), "Done"}, {string(audit.Refused), "Refused"}}

func logFaults(p AuditLog) []place {
	return places(p.Fields, "person", "Person", "action", "Action", "account", "Account", "credential", "Linked account",
		"result", "Result", "from", "From", "to", "To")
}

// came announces what the tail brought.
func came(p AuditTailed) string {
	if len(p.Entries) == 0 {
		return ""
	}
	latest := p.Entries[0]
	return text.Count(len(p.Entries), "new entry", "new entries") + ", the latest: " + latest.Who + ": " + did(latest.Action) + "."
}

// sound sums up a log that fits together.
func sound(v Verdict) string {
	s := text.Number(v.Entries) + " " + orNumber(int(v.Entries), "entry", "entries") + " and " + text.Count(v.Checkpoints, "checkpoint", "checkpoints") + " match. Nothing was changed, removed or inserted."
	if v.Took != "" {
		s += " It took " + v.Took + "."
	}
	return s
}

// Values spells the filter as it was typed, so that the address can be sent to
// a colleague.
func (f AuditFilter) Values() url.Values {
	query := url.Values{}
	for name, value := range map[string]string{"person": f.Person, "action": f.Action, "account": f.Account,
		"credential": f.Credential, "result": f.Result, "from": f.From, "to": f.To} {
		if value != "" {
			query.Set(name, value)
		}
	}
	return query
}

// path is an address with this filter and one more value.
func (f AuditFilter) path(to, name string, value int64) string {
	query := f.Values()
	if name != "" {
		query.Set(name, strconv.FormatInt(value, 10))
	}
	return WithQuery(to, query)
}

// AuditLogRecord is what is read for the page of the audit log, beside the entries.
type AuditLogRecord struct {
	Filter   AuditFilter
	Fields   fault.Fields // what is wrong with Filter
	Keys     []audit.PublicKey
	Keep     time.Duration // how long entries stay; 0: forever
	Segments []audit.Segment
	Verdict  *Verdict // nil: it was not asked for
}

// AuditLog builds the page of the audit log without entries.
func (r Reader) AuditLog(frame Frame, record AuditLogRecord) AuditLog {
	p := AuditLog{Frame: frame, Path: AuditLogPath, Filter: record.Filter, Fields: record.Fields,
		JSONLinesPath: record.Filter.path(AuditLogPath+"/export.jsonl", "", 0), CSVPath: record.Filter.path(AuditLogPath+"/export.csv", "", 0),
		VerifyPath: AuditLogPath + "/verify", Verdict: record.Verdict, KeyPath: AuditLogPath + "/public-key", Retention: retention(record.Keep)}
	if len(record.Keys) > 0 {
		p.KeyName = record.Keys[0].Fingerprint()
	}
	if len(record.Filter.Values()) > 0 {
		p.ClearPath = AuditLogPath
	}
	for _, s := range record.Segments {
		p.Segments = append(p.Segments, SegmentRow{First: s.First, Last: s.Last, From: r.Moment(s.FirstAt),
			To: r.Moment(s.LastAt), Sealed: r.Moment(s.SealedAt), Digest: fmt.Sprintf("%x", s.Digest)})
	}
	return p
}

// ShowEntries fills in a page of entries: those before the one with a number; 0 is the
// newest page.
func (p *AuditLog) ShowEntries(r Reader, page audit.LogPage, labels map[string]string, before int64) {
	p.Entries = r.logEntries(page.Entries, LogNames{Accounts: page.Accounts, Labels: labels})
	if page.Next > 0 {
		p.OlderPath = p.Filter.path(AuditLogPath, "before", page.Next)
	}
	if before > 0 {
		p.NewestPath = p.Filter.path(AuditLogPath, "", 0)
		return
	}
	p.AgainPath = p.Filter.path(AuditLogPath, "", 0)
	var newest int64 // 0: nothing matches yet, and whoever waits for the first follows too
	for _, e := range page.Entries {
		newest = max(newest, e.Number)
	}
	p.TailPath = p.Filter.path(AuditLogPath, "since", newest)
}

// AuditTailed builds what came since the entry with a number.
func (r Reader) AuditTailed(filter AuditFilter, page audit.LogPage, labels map[string]string, since int64) AuditTailed {
	return AuditTailed{Path: filter.path(AuditLogPath, "since", max(since, page.Next)),
		Entries: r.logEntries(page.Entries, LogNames{Accounts: page.Accounts, Labels: labels})}
}

// LogNames are the names of what entries are about, by id. What is gone has
// none.
type LogNames struct{ Accounts, Labels map[string]string }

func (r Reader) logEntries(entries []audit.Sealed, names LogNames) []LogEntry {
	var all []LogEntry
	for _, e := range entries {
		all = append(all, r.logEntry(e, names))
	}
	return all
}

// logEntry shows an entry with the names of what it is about, as far as that still
// exists.
func (r Reader) logEntry(e audit.Sealed, names LogNames) LogEntry {
	row := LogEntry{Number: e.Number, When: r.Moment(e.At), Who: e.Actor.Name, Key: e.Actor.KeyID, System: e.Actor.PersonID == audit.System,
		Action: e.Action, Detail: e.Detail, Address: e.Actor.Address, Refused: e.Result == audit.Refused, RequestID: e.Actor.RequestID, Changes: e.Changes}
	if e.Actor.PersonID != "" && !row.System {
		row.WhoPath = PersonPath(e.Actor.PersonID)
	}
	if e.AccountID != "" {
		row.Account = cmp.Or(names.Accounts[e.AccountID], e.AccountID)
		row.AccountPath = AuditLogOf("account", row.Account)
	}
	if e.CredentialID != "" {
		row.Credential = e.CredentialID
		if label := names.Labels[e.CredentialID]; label != "" {
			row.Credential, row.CredentialPath = label, LinkedAccountPath(e.CredentialID)
		}
	}
	return row
}

// retention says how long entries stay.
func retention(keep time.Duration) string {
	if keep <= 0 {
		return "Entries are kept forever."
	}
	return "Entries are kept for " + text.Count(int(keep/(24*time.Hour)), "day", "days") + "."
}

// Verdict builds what a verification of the log found, and how long that took.
func (r Reader) Verdict(found audit.Verdict, worked time.Duration) Verdict {
	v := Verdict{Sound: found.Sound, Entries: found.Entries, Checkpoints: found.Checkpoints,
		When: r.Moment(r.Now), Took: took(worked), Notes: found.Notes}
	if b := found.Broken; b != nil {
		v.Sentence = b.What
		if b.Entry > 0 {
			v.Where = Link{Text: "Show the entries from there", Path: AuditFilter{}.path(AuditLogPath, "before", b.Entry+1)}
		}
	}
	return v
}
