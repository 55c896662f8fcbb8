package handlers

import (
	"cmp"
	"net/http"
	"net/url"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"mooring/account"
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
		return seeOther(c, credentialOf(m.Account.Name, found.Provider, found.ID)+"#questions")
	}
	if wants(c, "dialog") {
		return h.html(c, http.StatusOK, views.AnswerDialog(view))
	}
	return h.html(c, http.StatusOK, views.AnswerPage(view))
}

// answerView has the questions about a credential that wait for an answer. next is
// the page to come back to.
func (h *handlers) answerView(c echo.Context, found credential.Credential, next string) (views.AnswerQuestion, error) {
	m, _ := membershipOf(c)
	path := credentialOf(m.Account.Name, found.Provider, found.ID)
	view := views.AnswerQuestion{Frame: h.frame(c, "Question about "+found.Label), Label: found.Label, Path: path, CancelPath: next}
	if next == "/" {
		view.CancelPath = path
	}
	view.Asked = nil // they are here
	all, err := h.questionViews(c, m, found, path)
	if err != nil {
		return views.AnswerQuestion{}, err
	}
	for _, q := range all {
		if q.AnswerPath != "" {
			q.Next = view.CancelPath
			view.Questions = append(view.Questions, q)
		}
	}
	return view, nil
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
	return seeOther(c, credentialOf(m.Account.Name, found.Provider, found.ID)+"#questions")
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
