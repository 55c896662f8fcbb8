package views

import (
	"maps"
	"slices"
	"strings"

	"mooring/audit"
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
	audit.LinkCredential:       "Linked a credential",
	audit.EditCredential:       "Edited a credential",
	audit.MoveCertificate:      "Requested to move a credential to another certificate",
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
