package handlers

import (
	"cmp"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/credential"
	"mooring/fault"
	"mooring/views"
)

// answerQuestion stores what an owner answers to a reviewer's question.
func (h *handlers) answerQuestion(c echo.Context) error {
	found, err := h.findCredential(c)
	if err != nil {
		return err
	}
	r := c.Request()
	err = h.Reviews.Answer(r.Context(), requestOf(c), found.ID, r.PostFormValue("review"), r.PostFormValue("answer"))
	if err != nil {
		return h.sendAnswer(c, found, r.PostFormValue("review"), r.PostFormValue("answer"), err)
	}
	m, _ := membershipOf(c)
	return seeOther(c, credentialOf(m.Account.Name, found.Provider, found.ID)+"#questions")
}

// sendAnswer shows the credential with an answer that came back. When the
// question has gone there is no place for it.
func (h *handlers) sendAnswer(c echo.Context, found credential.Credential, reviewID, typed string, answerErr error) error {
	view, err := h.credentialView(c, found)
	if err != nil {
		return err
	}
	for i := range view.Questions {
		q := &view.Questions[i]
		if q.ReviewID != reviewID || q.AnswerPath == "" {
			continue
		}
		q.Typed = typed
		var unused fault.Fields
		status, err := h.refused(c, answerErr, &q.Problem, &unused)
		if err != nil {
			return err
		}
		return h.html(c, status, views.CredentialPage(view))
	}
	return answerErr
}

// questionViews are what open reviews ask about a credential, for the page of
// its account. Owners answer.
func (h *handlers) questionViews(c echo.Context, m account.Membership, found credential.Credential, path string) ([]views.Question, error) {
	asked, err := h.Reviews.Questions(c.Request().Context(), found.AccountID, found.ID)
	if err != nil {
		return nil, err
	}
	zone := zoneOf(c)
	var all []views.Question
	for _, q := range asked {
		shown := views.Question{Asker: cmp.Or(q.AskedByName, "Somebody"), At: h.moment(q.AskedAt, zone), Text: q.Text, ReviewID: q.ReviewID,
			Answer: q.Answer, AnsweredBy: q.AnsweredByName, AnsweredAt: h.moment(q.AnsweredAt, zone)}
		if !q.Answered() && mayLink(m) {
			shown.AnswerPath = path + "/answer"
		}
		all = append(all, shown)
	}
	return all, nil
}
