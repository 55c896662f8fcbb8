package handlers

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"mooring/audit"
	"mooring/jobs"
	"mooring/register"
	"mooring/views"
)

// goesOn stores how far a job has come, as its work does.
func (s *site) goesOn(id string, total int, p jobs.Progress) {
	s.t.Helper()
	jobs, ctx := s.db.Jobs(), s.t.Context()
	if _, err := jobs.BeginJob(ctx, id, testNow().Add(-10*time.Second)); err != nil {
		s.t.Fatal(err)
	}
	if err := jobs.CountJob(ctx, id, total); err != nil {
		s.t.Fatal(err)
	}
	if _, err := jobs.AdvanceJob(ctx, id, p); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) ends(id string, state jobs.State, note string) {
	s.t.Helper()
	entry := audit.Entry{At: testNow(), Actor: audit.BySystem(), Action: audit.FinishJob, Result: audit.Done}
	if err := s.db.Jobs().EndJob(s.t.Context(), id, jobs.End{State: state, Note: note, At: testNow()}, entry); err != nil {
		s.t.Fatal(err)
	}
}

func TestAJobShowsHowFarItIsAndCanBeStopped(t *testing.T) {
	s, _, _, _ := harborAndElsewhere(t)
	says(t, s.ask("admin", "GET", jobsPath, nil), http.StatusOK, "No job has run yet.")
	id := s.madeJob("")
	path := views.JobPath(id)
	waiting := s.ask("admin", "GET", path, nil)
	says(t, waiting, http.StatusOK, "Waiting")
	says(t, waiting, http.StatusOK, "All linked accounts")
	s.goesOn(id, 5000, jobs.Progress{Position: 1, Done: 990, Failed: 10})
	page := s.ask("admin", "GET", path, nil).Body.String()
	for _, want := range []string{"Running", "1,000 of 5,000, 10 failed, less than a minute left", `value="1000"`, `max="5000"`, `hx-get="` + path + `"`, `action="` + path + `/stop"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not hold %s", want)
		}
	}
	part := s.ask("admin", "GET", path, nil, withHTMX("job")).Body.String()
	if strings.Contains(part, "<html") || !strings.Contains(part, `id="job"`) {
		t.Errorf("htmx got %s", part)
	}
	says(t, s.ask("admin", "GET", jobsPath, nil), http.StatusOK, `href="`+path+`"`)

	leads(t, s.ask("admin", "POST", path+"/stop", url.Values{}), path+"?done=stop")
	stopping := s.ask("admin", "GET", path+"?done=stop", nil)
	says(t, stopping, http.StatusOK, "Checks and changes that are already running finish first.")
	if body := stopping.Body.String(); strings.Contains(body, path+"/stop") || !strings.Contains(body, "Stopping") {
		t.Error("it can be stopped twice")
	}
	if last := s.entries()[len(s.entries())-1]; last.Action != audit.StopJob || last.Actor.PersonID != s.ids["admin"] {
		t.Errorf("the entry is %+v", last)
	}
	s.ends(id, jobs.Stopped, "")
	over := s.ask("admin", "GET", path+"?done=stop", nil).Body.String()
	if !strings.Contains(over, "Stopped") || strings.Contains(over, "hx-get") && strings.Contains(over, `hx-get="`+path) || strings.Contains(over, "It stops when what") {
		t.Errorf("at the end the page is %s", over)
	}
	says(t, s.ask("admin", "POST", path+"/stop", url.Values{}), http.StatusConflict, jobs.ErrJobOver.Sentence)
	says(t, s.ask("admin", "GET", views.JobPath("none"), nil), http.StatusNotFound, jobs.ErrNoSuchJob.Sentence)
	says(t, s.ask("admin", "POST", views.JobPath("none")+"/stop", url.Values{}), http.StatusNotFound, jobs.ErrNoSuchJob.Sentence)
}

func TestAJobThatEndedSaysWhatFailedAndWhy(t *testing.T) {
	s, production, _, _ := harborAndElsewhere(t)
	id := s.madeJob("")
	s.goesOn(id, 3, jobs.Progress{Position: 3, Done: 1, Failed: 2, Failures: []jobs.Failure{
		{CredentialID: production, Label: "Production", Account: "harbor", Sentence: "The certificate was not found."},
		{CredentialID: "gone", Label: formulaLabel, Account: "elsewhere", Sentence: "It was unlinked before the job reached it."},
	}})
	s.ends(id, jobs.Finished, "")
	body := html.UnescapeString(s.ask("admin", "GET", views.JobPath(id), nil).Body.String())
	for _, want := range []string{"Finished", "Succeeded for 1 and failed for 2.", "The certificate was not found.", `href="` + views.LinkedAccountPath(production) + `"`,
		formulaLabel, "unlinked", `name="failed-of" value="` + id + `"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not hold %s", want)
		}
	}
	if strings.Contains(body, views.LinkedAccountPath("gone")) {
		t.Error("it leads to what is gone")
	}
	w := s.ask("admin", "POST", linkedAccountsPath+"/selection", url.Values{"action": {"check-again"}, "failed-of": {id}})
	again := w.Header().Get("Location")
	found, err := s.Jobs.Find(t.Context(), again[strings.LastIndexByte(again, '/')+1:])
	if err != nil || strings.Join(found.Selection.IDs, " ") != production+" gone" {
		t.Errorf("answered %d to %q: %+v, %v", w.Code, again, found, err)
	}
	says(t, s.ask("admin", "POST", linkedAccountsPath+"/selection", url.Values{"action": {"check-again"}, "failed-of": {found.ID}}),
		http.StatusConflict, jobs.ErrJobNotOver.Sentence)
}

func TestAJobOfDisablingIsNotDoneAgainByChecking(t *testing.T) {
	s, production, _, _ := harborAndElsewhere(t)
	job, err := s.Jobs.Start(t.Context(), s.actor("admin"), jobs.Disable, register.Selection{IDs: []string{production}}, "Left the company.")
	if err != nil {
		t.Fatal(err)
	}
	s.goesOn(job.ID, 1, jobs.Progress{Failed: 1, Failures: []jobs.Failure{{CredentialID: production, Label: "Production", Account: "harbor", Sentence: "It did not work."}}})
	s.ends(job.ID, jobs.Stopped, "It was stopped because the person who started it is no longer an administrator.")
	body := s.ask("admin", "GET", views.JobPath(job.ID), nil).Body.String()
	if strings.Contains(body, "failed-of") || !strings.Contains(body, "Left the company.") || !strings.Contains(body, "It was stopped because") {
		t.Errorf("the page is %s", body)
	}
}
