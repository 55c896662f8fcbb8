package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"mooring/review"
)

// askedSite has a review ask the owners of harbor about the first of two links.
func askedSite(t *testing.T) (s *site, reviewID string, ids []string) {
	t.Helper()
	s = newSite(t)
	s.working()
	ids = s.linkMany(2)
	at := s.reviewed(newReviewForm(s.ids["admin"]))
	s.decides("admin", at, "ask", "Who uses this?")
	return s, strings.TrimPrefix(at, "/admin/reviews/"), ids
}

func TestAQuestionIsShownToOwnersOnEveryPage(t *testing.T) {
	s, _, ids := askedSite(t)
	const notice = `data-testid="asked"`
	of := "/accounts/harbor/cloud-providers/azure/credentials/"
	for _, path := range []string{listPath, "/accounts/harbor/people", "/accounts/owner/cloud-providers", "/settings", "/settings/security", "/help", of + ids[1]} {
		shows(t, s.ask("owner", "GET", path, nil), notice, "Who uses this?", " of harbor", `href="`+of+ids[0]+"/answer?next="+url.QueryEscape(path)+`"`)
	}
	for _, who := range []string{"member", "viewer", "stranger", "admin"} { // they can't answer
		lacks(t, shows(t, s.ask(who, "GET", "/settings", nil)), notice)
	}
	row := shows(t, s.ask("owner", "GET", listPath, nil), `data-testid="row-question"`, ">Answer</a>")
	if strings.Count(row, `data-testid="row-question"`) != 1 {
		t.Error("more than one row has a question")
	}
	lacks(t, shows(t, s.ask("viewer", "GET", listPath, nil), `data-testid="row-question"`, "An owner can answer."), "/answer")
	if got := rowsOf(shows(t, s.ask("owner", "GET", listPath+"?status=asked", nil))); len(got) != 1 {
		t.Errorf("the filter lists %q", got)
	}
}

func TestAnOwnerAnswersWhereTheQuestionIsShown(t *testing.T) {
	s, reviewID, ids := askedSite(t)
	answer := "/accounts/harbor/cloud-providers/azure/credentials/" + ids[0] + "/answer"
	b := s.as("owner")
	page := shows(t, b.ask("GET", answer+"?next=%2Faccounts%2Fharbor%2Fpeople%3Fx%3D1", nil), "<html", "Who uses this?",
		`action="`+answer+`"`, `name="next" value="/accounts/harbor/people?x=1"`, `href="/accounts/harbor/people?x=1"`)
	lacks(t, page, `data-testid="asked"`) // it is here
	lacks(t, shows(t, b.ask("GET", answer, nil, withHTMX("dialog")), `id="dialog-title"`, "Who uses this?"), "<html")
	for _, evil := range []string{"https://evil.example", "//evil.example"} {
		lacks(t, shows(t, b.ask("GET", answer+"?next="+url.QueryEscape(evil), nil)), "evil.example")
	}
	says(t, s.ask("member", "GET", answer, nil), http.StatusForbidden, errOwnersOnly.Sentence)

	form := url.Values{"review": {reviewID}, "answer": {" "}, "next": {"/accounts/harbor/people?x=1"}}
	w := b.ask("POST", answer, form)
	says(t, w, http.StatusUnprocessableEntity, review.ErrAnswer.Sentence)
	says(t, w, http.StatusUnprocessableEntity, "<h1>Question about")
	form.Set("answer", "The night shift.")
	leads(t, b.ask("POST", answer, form), "/accounts/harbor/people?done=answered&x=1")
	lacks(t, shows(t, b.ask("GET", "/accounts/harbor/people?done=answered&x=1", nil), sayAnswered), `data-testid="asked"`)
	shows(t, b.ask("GET", listPath+"?done=answered", nil), sayAnswered)
	lacks(t, shows(t, b.ask("GET", listPath, nil)), sayAnswered, `data-testid="row-question"`) // also from what was kept
	leads(t, b.ask("GET", answer, nil), strings.TrimSuffix(answer, "/answer")+"#questions")
	says(t, b.ask("POST", answer, form), http.StatusConflict, review.ErrNoQuestion.Sentence)
}

func TestManyQuestionsAreOneNotice(t *testing.T) {
	s, reviewID, _ := askedSite(t)
	s.decides("admin", "/admin/reviews/"+reviewID, "ask", "And this?")
	page := shows(t, s.ask("owner", "GET", "/settings", nil), "Reviews ask 2 questions about what harbor links.", `href="`+listPath+`?status=asked"`)
	if strings.Count(page, `data-testid="asked"`) != 1 {
		t.Error("there is not one notice")
	}
	if got := rowsOf(shows(t, s.ask("owner", "GET", listPath+"?status=asked", nil))); len(got) != 2 {
		t.Errorf("the notice leads to %q", got)
	}
}
