package views

import (
	"github.com/a-h/templ"

	"mooring/fault"
)

const sayNotBeforeApproval = "Nothing is checked or used until an administrator approves it."

// samplesOfDecisions are what an account's people see of an administrator's
// word and of the site's policy.
func samplesOfDecisions(add func(name string, component templ.Component)) {
	add("credential-stopped", CredentialPage(sampleStopped()))
	add("credential-pending", CredentialPage(samplePending()))
	add("credential-pending-live", CredentialLive(samplePending()))
	add("credential-held", CredentialPage(sampleHeld()))
	add("credential-not-let-in", CredentialPage(sampleNotLetIn()))
	letIn := sampleConnected()
	letIn.LetIn = &Decision{Heading: "Let in", By: "Ruth Adeyemi", At: sampleYesterday, Reason: "The budget is there."}
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
	questioned[1].Question = &RowQuestion{Asker: "Tom Lindqvist", Text: "Does it need to give rights?", Due: sampleTomorrow}
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
	p.Progress = Progress{Tone: ToneOff, Summary: "This credential is disabled.", Detail: "It is not checked."}
	p.Decision = &Decision{
		Heading: "An administrator disabled this credential.", Tone: ToneAttention, By: "Ruth Adeyemi", At: sampleYesterday,
		Reason: "Nobody has used it for a year, and it may give roles to others.",
		Then:   "It is not checked and cannot be used. Ask an administrator of this site to enable it again.",
	}
	return p
}

func samplePending() Credential {
	p := sampleVerifying()
	p.Status = Status{Word: "Pending approval", Tone: ToneWaiting, Detail: sayNotBeforeApproval}
	p.VerifyPath, p.DisablePath, p.Reload = "", "", 0
	p.Progress = Progress{Tone: ToneWaiting, Summary: "This credential waits for an approval.", Detail: sayNotBeforeApproval}
	p.Decision = &Decision{
		Heading: "This credential waits for an approval.", Tone: ToneWaiting, Reason: "Every new link needs approval here.",
		Then: "Ask an administrator of this site.",
	}
	return p
}

func sampleHeld() Credential {
	p := samplePending()
	p.SubscriptionName, p.LastCheck, p.Rights = "Harbor Production", sampleChecked, sampleConnected().Rights
	p.Progress.Stages = sampleStages(6)
	p.Decision.Reason = "It has permissions that need approval: It may give rights to other people."
	return p
}

func sampleNotLetIn() Credential {
	p := sampleFailed()
	p.Progress = Progress{Tone: ToneAttention, Summary: "The link is not let in.", Stages: sampleStages(6)}
	p.Decision = &Decision{
		Heading: "Your administrators do not let in this link.", Tone: ToneAttention,
		Reason: "The subscription belongs to the directory " + sampleTenant + ", which your administrators do not let people link. Edit the credentials to link another subscription, or ask an administrator of this site to allow the directory.",
	}
	return p
}

func sampleQuestions(answerPath string) []Question {
	return []Question{
		{Asker: "Ruth Adeyemi", At: sampleChecked, Text: "Who uses this, and until when?", AnswerPath: answerPath, ReviewID: "rev_4k2m"},
		{
			Asker: "Tom Lindqvist", At: sampleLinkedAt, Text: "Does it need to give rights?", AnswerPath: answerPath, ReviewID: "rev_1a9c",
			Answer: "No. The role is taken away on Monday.", AnsweredBy: "Ada Byron", AnsweredAt: sampleYesterday,
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
	second.Asker, second.Text, second.ReviewID, second.Next = "Tom Lindqvist", "Does it need to give rights?", "rev_1a9c", sampleProviders
	p.Questions = append(p.Questions, second)
	p.Questions[0].Typed, p.Questions[0].Problem = "x", "Write an answer of 3 to 2000 characters."
	add("answer-faults", AnswerPage(p))
}

func sampleAsked() Credential {
	p := sampleConnected()
	p.Questions = sampleQuestions(samplePath + "/answer")
	p.Questions[0].Typed, p.Questions[0].Problem = "x", "Write an answer of 3 to 2000 characters."
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
	p.Approval = "An administrator approves new links before they are used. Until then nothing is checked."
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
