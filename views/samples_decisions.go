package views

import (
	"github.com/a-h/templ"

	"mooring/fault"
)

const sayNotBeforeApproval = "Mooring doesn't check or use it until an administrator approves it."

// samplesOfDecisions are what an account's people see of an administrator's
// word and of the site's policy.
func samplesOfDecisions(add func(name string, component templ.Component)) {
	add("credential-stopped", CredentialPage(sampleStopped()))
	add("credential-pending", CredentialPage(samplePending()))
	add("credential-pending-live", CredentialLive(samplePending()))
	add("credential-held", CredentialPage(sampleHeld()))
	add("credential-not-let-in", CredentialPage(sampleNotLetIn()))
	letIn := sampleConnected()
	letIn.LetIn = &Decision{Heading: "Approved", By: "Ruth Adeyemi", At: sampleYesterday, Reason: "The budget is there."}
	add("credential-let-in", CredentialPage(letIn))
	add("credential-questions", CredentialPage(sampleAsked()))
	asked := sampleForMember()
	asked.Questions = sampleQuestions("")
	add("credential-questions-member", CredentialPage(asked))
	add("linked-pending", LinkedDialog(sampleLinkedPending()))

	add("form-approval", CredentialFormDialog(sampleApprovedForm()))
	add("form-refused", CredentialFormPage(sampleRefusedForm()))
	add("form-preview-refused", CredentialFormPreview(sampleRefusedForm()))
	add("form-certificate-refused", CredentialFormDialog(sampleRefusedCertificate()))

	samplesOfAnswers(add)
	questioned := sampleRows()
	questioned[0].Question = &RowQuestion{Asker: "Ruth Adeyemi", Text: "Who uses this, and until when?", Due: sampleTomorrow, AnswerPath: samplePath + "/answer"}
	questioned[1].Question = &RowQuestion{Asker: "Tom Lindqvist", Text: "Does it need to assign roles?", Due: sampleTomorrow}
	add("providers-asked", ProvidersPage(sampleProviderList(questioned...)))

	rows := sampleRows()
	rows[0].Status = Status{Word: "Disabled", Tone: ToneOff, Detail: "by an administrator"}
	rows[1].Status, rows[1].LastCheck = Status{Word: "Pending approval", Tone: ToneWaiting, Detail: sayNotBeforeApproval}, never
	add("providers-decided", ProvidersPage(sampleProviderList(rows...)))
	refused := sampleProviderList(sampleRows()[0])
	refused.Providers[0].AddPath, refused.Providers[0].Refused = "", "Your administrators don't allow linking this provider."
	add("providers-refused", ProvidersPage(refused))
	refused.Providers[0].Credentials = nil
	add("providers-refused-empty", ProvidersPage(refused))
}

func sampleStopped() Credential {
	p := sampleConnected()
	p.Status = Status{Word: "Disabled", Tone: ToneOff, Detail: "by an administrator"}
	p.NextCheck, p.VerifyPath, p.DisablePath = Time{}, "", ""
	p.Progress = Progress{Tone: ToneOff, Summary: "This credential is disabled.", Detail: "It isn't checked."}
	p.Decision = &Decision{
		Heading: "An administrator disabled this credential.", Tone: ToneAttention, By: "Ruth Adeyemi", At: sampleYesterday,
		Reason: "Nobody has used it for a year, and it can assign roles to others.",
		Then:   "It isn't checked and can't be used. Ask a site administrator to enable it again.",
	}
	return p
}

func samplePending() Credential {
	p := sampleVerifying()
	p.Status = Status{Word: "Pending approval", Tone: ToneWaiting, Detail: sayNotBeforeApproval}
	p.VerifyPath, p.DisablePath, p.Reload = "", "", 0
	p.Progress = Progress{Tone: ToneWaiting, Summary: "This credential is waiting for approval.", Detail: sayNotBeforeApproval}
	p.Decision = &Decision{
		Heading: "This credential is waiting for approval.", Tone: ToneWaiting, Reason: "Every new link needs approval here.",
		Then: "Ask a site administrator to approve it.",
	}
	return p
}

func sampleHeld() Credential {
	p := samplePending()
	p.CloudAccountName, p.LastCheck, p.Rights = "Harbor Production", sampleChecked, sampleConnected().Rights
	p.Progress.Stages = sampleStages(6)
	p.Decision.Reason = "It has permissions that need approval: It can assign roles to others."
	return p
}

func sampleNotLetIn() Credential {
	p := sampleFailed()
	p.Progress = Progress{Tone: ToneAttention, Summary: "The link isn't allowed.", Stages: sampleStages(6)}
	p.Decision = &Decision{
		Heading: "Your administrators don't allow this link.", Tone: ToneAttention,
		Reason: "The subscription belongs to the directory " + sampleTenant + ", which your administrators don't allow. Edit the credentials to link another subscription, or ask a site administrator to allow the directory.",
	}
	return p
}

func sampleQuestions(answerPath string) []Question {
	return []Question{
		{Asker: "Ruth Adeyemi", At: sampleChecked, Text: "Who uses this, and until when?", AnswerPath: answerPath, ReviewID: "rev_4k2m"},
		{
			Asker: "Tom Lindqvist", At: sampleLinkedAt, Text: "Does it need to assign roles?", AnswerPath: answerPath, ReviewID: "rev_1a9c",
			Answer: "No. We'll remove the role on Monday.", AnsweredBy: "Ada Byron", AnsweredAt: sampleYesterday,
		},
	}
}

// samplesOfAnswers are the page and the dialog where an owner answers.
func samplesOfAnswers(add func(string, templ.Component)) {
	p := AnswerQuestion{Frame: sampleFrame("Question about Production"), Label: "Production", Path: samplePath, CancelPath: sampleProviders}
	p.Questions = sampleQuestions(samplePath + "/answer")[:1]
	p.Questions[0].Next = sampleProviders
	add("answer", AnswerPage(p))
	add("answer-dialog", AnswerDialog(p))
	second := sampleQuestions(samplePath + "/answer")[0]
	second.Asker, second.Text, second.ReviewID, second.Next = "Tom Lindqvist", "Does it need to assign roles?", "rev_1a9c", sampleProviders
	p.Questions = append(p.Questions, second)
	p.Questions[0].Typed, p.Questions[0].Problem = "x", "Enter an answer of 1 to 1,000 characters."
	add("answer-faults", AnswerPage(p))
}

func sampleAsked() Credential {
	p := sampleConnected()
	p.Questions = sampleQuestions(samplePath + "/answer")
	p.Questions[0].Typed, p.Questions[0].Problem = "x", "Enter an answer of 1 to 1,000 characters."
	return p
}

func sampleLinkedPending() Linked {
	p := samplePending()
	linked := sampleLinked(p)
	linked.EditPath, linked.Decision = "", p.Decision
	return linked
}

func sampleApprovedForm() CredentialForm {
	p := sampleForm()
	p.Approval = "An administrator must approve new links before they can be used. Mooring doesn't check them until then."
	return p
}

func sampleRefusedForm() CredentialForm {
	p := sampleFilledForm()
	p.Problem = "Check the highlighted fields."
	p.Fields = fault.Fields{
		"subscription_id": "Your administrators don't allow linking this subscription. Check the ID, or ask a site administrator to allow it.",
		"tenant_id":       "Your administrators don't allow linking subscriptions in this directory. Choose another subscription, or ask a site administrator to allow the directory.",
	}
	return p
}

func sampleRefusedCertificate() CredentialForm {
	p := sampleForm()
	const sentence = "The certificate of this account is valid for 365 days, but your administrators allow at most 90. Make a new certificate, upload it in place of this one, and save again."
	p.Problem, p.Fields, p.Certificate.RenewPath = sentence, fault.Fields{"certificate_life": sentence}, "/accounts/harbor/certificate/new"
	return p
}
