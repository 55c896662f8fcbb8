package handlers

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"mooring/audit"
	"mooring/review"
)

// goesOn stores how far a job has come, as its work does.
func (s *site) goesOn(id string, total int, p review.JobProgress) {
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

func (s *site) ends(id string, state review.JobState, note string) {
	s.t.Helper()
	entry := audit.Entry{At: testNow(), Actor: audit.BySystem(), Action: audit.FinishJob, Result: audit.Done}
	if err := s.db.Jobs().EndJob(s.t.Context(), id, review.JobEnd{State: state, Note: note, At: testNow()}, entry); err != nil {
		s.t.Fatal(err)
	}
}

func TestAJobShowsHowFarItIsAndCanBeStopped(t *testing.T) {
	s, _, _, _ := harborAndElsewhere(t)
	says(t, s.ask("admin", "GET", jobsPath, nil), http.StatusOK, "No job has run yet.")
	id := s.madeJob("")
	path := jobOf(id)
	waiting := s.ask("admin", "GET", path, nil)
	says(t, waiting, http.StatusOK, "Waiting")
	says(t, waiting, http.StatusOK, "All linked accounts")
	s.goesOn(id, 5000, review.JobProgress{Position: 1, Done: 990, Failed: 10})
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
	s.ends(id, review.JobStopped, "")
	over := s.ask("admin", "GET", path+"?done=stop", nil).Body.String()
	if !strings.Contains(over, "Stopped") || strings.Contains(over, "hx-get") && strings.Contains(over, `hx-get="`+path) || strings.Contains(over, "It stops when what") {
		t.Errorf("at the end the page is %s", over)
	}
	says(t, s.ask("admin", "POST", path+"/stop", url.Values{}), http.StatusConflict, review.ErrJobOver.Sentence)
	says(t, s.ask("admin", "GET", jobOf("none"), nil), http.StatusNotFound, review.ErrNoSuchJob.Sentence)
	says(t, s.ask("admin", "POST", jobOf("none")+"/stop", url.Values{}), http.StatusNotFound, review.ErrNoSuchJob.Sentence)
}

func TestAJobThatEndedSaysWhatFailedAndWhy(t *testing.T) {
	s, production, _, _ := harborAndElsewhere(t)
	id := s.madeJob("")
	s.goesOn(id, 3, review.JobProgress{Position: 3, Done: 1, Failed: 2, Failures: []review.JobFailure{
		{CredentialID: production, Label: "Production", Account: "harbor", Sentence: "The certificate was not found."},
		{CredentialID: "gone", Label: formulaLabel, Account: "elsewhere", Sentence: "It was unlinked before the job reached it."},
	}})
	s.ends(id, review.JobFinished, "")
	body := html.UnescapeString(s.ask("admin", "GET", jobOf(id), nil).Body.String())
	for _, want := range []string{"Finished", "Succeeded for 1 and failed for 2.", "The certificate was not found.", `href="` + linkedAccountOf(production) + `"`,
		formulaLabel, "unlinked", `name="failed-of" value="` + id + `"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not hold %s", want)
		}
	}
	if strings.Contains(body, linkedAccountOf("gone")) {
		t.Error("it leads to what is gone")
	}
	w := s.ask("admin", "POST", linkedAccountsPath+"/selection", url.Values{"action": {"check-again"}, "failed-of": {id}})
	again := w.Header().Get("Location")
	found, err := s.Jobs.Find(t.Context(), again[strings.LastIndexByte(again, '/')+1:])
	if err != nil || strings.Join(found.Selection.IDs, " ") != production+" gone" {
		t.Errorf("answered %d to %q: %+v, %v", w.Code, again, found, err)
	}
	says(t, s.ask("admin", "POST", linkedAccountsPath+"/selection", url.Values{"action": {"check-again"}, "failed-of": {found.ID}}),
		http.StatusConflict, review.ErrJobNotOver.Sentence)
}

func TestAJobOfDisablingIsNotDoneAgainByChecking(t *testing.T) {
	s, production, _, _ := harborAndElsewhere(t)
	job, err := s.Jobs.Start(t.Context(), s.actor("admin"), review.JobDisable, review.Selection{IDs: []string{production}}, "Left the company.")
	if err != nil {
		t.Fatal(err)
	}
	s.goesOn(job.ID, 1, review.JobProgress{Failed: 1, Failures: []review.JobFailure{{CredentialID: production, Label: "Production", Account: "harbor", Sentence: "It did not work."}}})
	s.ends(job.ID, review.JobStopped, "It was stopped because the person who started it is no longer an administrator.")
	body := s.ask("admin", "GET", jobOf(job.ID), nil).Body.String()
	if strings.Contains(body, "failed-of") || !strings.Contains(body, "Left the company.") || !strings.Contains(body, "It was stopped because") {
		t.Errorf("the page is %s", body)
	}
}

func TestWhatIsLeftIsEstimatedFromWhatIsDone(t *testing.T) {
	now := testNow()
	running := func(total, done, failed int, took time.Duration) review.Job {
		return review.Job{State: review.JobRunning, Counted: true, Total: total, Done: done, Failed: failed, StartedAt: now.Add(-took)}
	}
	stopping := running(100, 50, 0, time.Hour)
	stopping.State = review.JobStopping
	uncounted := running(0, 50, 0, time.Hour)
	uncounted.Counted = false
	for want, jobs := range map[string][]review.Job{
		"": {running(100, 0, 0, time.Hour), running(100, 50, 0, time.Second), running(100, 100, 0, time.Hour), running(100, 120, 0, time.Hour),
			stopping, uncounted, {State: review.JobWaiting, Counted: true, Total: 5}},
		"less than a minute left": {running(100, 50, 0, 30*time.Second)},
		"about 1 minute left":     {running(100, 25, 25, 70*time.Second)},
		"about 3 minutes left":    {running(400, 100, 0, time.Minute)},
		"about 5 hours left":      {running(600, 90, 10, time.Hour)},
	} {
		for _, job := range jobs {
			if got := timeLeft(job, now); got != want {
				t.Errorf("of %+v: %q, want %q", job, got, want)
			}
		}
	}
}
