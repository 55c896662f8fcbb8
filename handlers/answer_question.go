package handlers

import (
	"net/http"
	"net/url"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"mooring/credential"
	"mooring/fault"
	"mooring/views"
)

// What says on the next page that a question was answered.
const (
	doneAnswered = "answered"
	sayAnswered  = "Your answer was sent to the reviewers."
)

// answerPage is where an owner answers without looking for the place. What has been
// answered meanwhile is on the page of the credential.
func (h *handlers) answerPage(c echo.Context) error {
	found, err := h.findCredential(c)
	if err != nil {
		return err
	}
	m, _ := membershipOf(c)
	view, err := h.answerView(c, found, ownPath(c.QueryParam("next")))
	if err != nil {
		return err
	}
	if len(view.Questions) == 0 {
		return seeOther(c, views.CredentialPath(m.Account.Name, found.Provider, found.ID)+"#questions")
	}
	if wants(c, "dialog") {
		return h.html(c, http.StatusOK, views.AnswerDialog(view))
	}
	return h.html(c, http.StatusOK, views.AnswerPage(view))
}

// answerView has the questions about a credential that wait for an answer. next is
// the page to come back to.
func (h *handlers) answerView(c echo.Context, found credential.Credential, next string) (views.AnswerQuestion, error) {
	asked, err := h.Reviews.Questions(c.Request().Context(), found.AccountID, found.ID)
	if err != nil {
		return views.AnswerQuestion{}, err
	}
	return h.accountReader(c, found).AnswerQuestion(h.frame(c, "Question about "+found.Label), asked, next), nil
}

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
	if next := ownPath(r.PostFormValue("next")); next != "/" {
		return seeOther(c, alsoDone(next, doneAnswered))
	}
	m, _ := membershipOf(c)
	return seeOther(c, views.CredentialPath(m.Account.Name, found.Provider, found.ID)+"#questions")
}

// alsoDone is done for a path that may have a query of its own.
func alsoDone(path, what string) string {
	to, err := url.Parse(path)
	if err != nil {
		return path
	}
	query := to.Query()
	query.Set("done", what)
	to.RawQuery = query.Encode()
	return to.String()
}

// sendAnswer shows the credential with an answer that came back. When the
// question has gone there is no place for it.
func (h *handlers) sendAnswer(c echo.Context, found credential.Credential, reviewID, typed string, answerErr error) error {
	if next := ownPath(c.Request().PostFormValue("next")); next != "/" {
		view, err := h.answerView(c, found, next)
		if err != nil {
			return err
		}
		return h.refusedAnswer(c, view.Questions, reviewID, typed, answerErr, func() templ.Component { return views.AnswerPage(view) })
	}
	view, err := h.credentialView(c, found)
	if err != nil {
		return err
	}
	return h.refusedAnswer(c, view.Questions, reviewID, typed, answerErr, func() templ.Component { return views.CredentialPage(view) })
}

func (h *handlers) refusedAnswer(c echo.Context, questions []views.Question, reviewID, typed string, answerErr error, page func() templ.Component) error {
	for i := range questions {
		q := &questions[i]
		if q.ReviewID != reviewID || q.AnswerPath == "" {
			continue
		}
		q.Typed = typed
		var unused fault.Fields
		status, err := h.refused(c, answerErr, &q.Problem, &unused)
		if err != nil {
			return err
		}
		return h.html(c, status, page())
	}
	return answerErr
}
