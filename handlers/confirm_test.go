package handlers

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"mooring/audit"
	"mooring/credential"
	"mooring/jobs"
	"mooring/views"
)

// withJobs lets jobs run in the background until the test ends.
func (s *site) withJobs() {
	ctx, stop := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() { s.Jobs.Run(ctx) })
	s.t.Cleanup(func() { stop(); group.Wait() })
}

// over waits for the end of the job that an answer leads to.
func (s *site) over(path string) jobs.Job {
	s.t.Helper()
	var job jobs.Job
	s.until("the end of "+path, func() (over bool) {
		found, err := s.Jobs.Find(s.t.Context(), strings.TrimPrefix(path, jobsPath+"/"))
		if err != nil {
			s.t.Fatal(err)
		}
		job = found
		return job.Over()
	})
	return job
}

func (s *site) stateOf(id string) credential.State {
	s.t.Helper()
	c, err := s.Credentials.FindAny(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return c.State
}

// remembered is why an administrator disabled what a linked account points at.
func (s *site) remembered(id string) string {
	s.t.Helper()
	c, err := s.Credentials.FindAny(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	reason, err := s.db.Credentials().StoppedBefore(s.t.Context(), c.Provider, c.Target)
	if err != nil {
		s.t.Fatal(err)
	}
	return reason
}

func numbered(n int) string { return fmt.Sprintf("11111111-0000-4000-8000-%012d", n) }

// A thousand and one are disabled by one press too many, and put back by another.
func TestAThousandAreDisabledAndUndone(t *testing.T) {
	const many = 1001
	s := newSite(t)
	var ids []string
	for i := range many {
		ids = append(ids, s.linkAs("owner", "harbor", fmt.Sprintf("Link %04d", i), numbered(i)))
	}
	s.withJobs()
	asks := s.ask("admin", "POST", linkedAccountsPath+"/selection", url.Values{"action": {"disable"}, "all": {"yes"}, "account": {"HARBOR"}}).Header().Get("Location")
	page := html.UnescapeString(s.ask("admin", "GET", asks, nil).Body.String())
	for _, want := range []string{"Disable 1,001 linked accounts", "Of harbor", "Link 0000", "Link 0009", "and 991 more", ">Disable 1,001<", `name="number"`, `name="account" value="harbor"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page that asks lacks %q", want)
		}
	}
	if strings.Contains(page, "Link 0010") {
		t.Error("more than ten are shown")
	}

	form := url.Values{"action": {"disable"}, "all": {"yes"}, "account": {"harbor"}, "reason": {"Left the company"}}
	for _, typed := range []string{"", "1000", "all", "1001x", "-1001"} {
		form.Set("number", typed)
		w := s.ask("admin", "POST", confirmPath, form)
		says(t, w, http.StatusUnprocessableEntity, "This changes 1,001 linked accounts. Type that number.")
		if body := w.Body.String(); !strings.Contains(body, "Left the company</textarea>") || !strings.Contains(body, `name="number" type="text" value="`+typed+`"`) {
			t.Errorf("%q: what was typed is lost: %s", typed, body)
		}
	}
	both := url.Values{"action": {"disable"}, "all": {"yes"}, "account": {"harbor"}, "reason": {"x"}, "number": {"7"}}
	w := s.ask("admin", "POST", confirmPath, both)
	says(t, w, http.StatusUnprocessableEntity, "Type that number.")
	says(t, w, http.StatusUnprocessableEntity, credential.ErrReason.Sentence)
	if jobs, err := s.Jobs.List(t.Context()); err != nil || len(jobs) > 0 {
		t.Fatalf("without the number it made %v, %v", jobs, err)
	}

	form.Set("number", " 1,001 ")
	disabled := s.over(s.ask("admin", "POST", confirmPath, form).Header().Get("Location"))
	if disabled.Done != many || disabled.Failed != 0 || disabled.Changed != many {
		t.Fatalf("the job ended with %+v", disabled)
	}
	if got := s.remembered(ids[7]); got != "Left the company" {
		t.Errorf("what is remembered is %q", got)
	}
	s.released(ids[3], "This one is needed") // by somebody else meanwhile
	path := views.JobPath(disabled.ID)
	job := html.UnescapeString(s.ask("admin", "GET", path, nil).Body.String())
	if !strings.Contains(job, `href="`+path+`/undo"`) || !strings.Contains(job, "Undo 1,001…") {
		t.Errorf("the page of the job offers no undo: %s", job)
	}
	leads(t, s.ask("stale admin", "GET", path+"/undo", nil), "/prove?next="+url.QueryEscape(path+"/undo"))
	ask := html.UnescapeString(s.ask("admin", "GET", path+"/undo", nil).Body.String())
	for _, want := range []string{"Undo job 1 for 1,001 linked accounts", "Undo of job 1: Left the company", ">Undo 1,001<", "Link 0009"} {
		if !strings.Contains(ask, want) {
			t.Errorf("the page that asks about the undo lacks %q", want)
		}
	}
	says(t, s.ask("admin", "POST", path+"/undo", url.Values{"number": {"1000"}}), http.StatusUnprocessableEntity, "This changes 1,001 linked accounts. Type that number.")
	entries := len(s.entriesOfMany())
	undo := s.over(s.ask("admin", "POST", path+"/undo", url.Values{"number": {"1001"}}).Header().Get("Location"))
	if undo.Done != many-1 || undo.Failed != 1 {
		t.Fatalf("the undo ended with %+v", undo)
	}
	for i, id := range ids {
		if state := s.stateOf(id); state != credential.NotVerified {
			t.Fatalf("link %d is %s", i, state)
		}
		if reason := s.remembered(id); reason != "" {
			t.Fatalf("link %d is remembered as %q", i, reason)
		}
	}
	made := s.entriesOfMany()[entries:]
	if len(made) != many-1+2 || made[0].Action != audit.StartJob || made[1].Action != audit.ReleaseCredential || made[len(made)-1].Action != audit.FinishJob {
		t.Errorf("%d entries tell of it, from %+v", len(made), made[:2])
	}
	result := html.UnescapeString(s.ask("admin", "GET", views.JobPath(undo.ID), nil).Body.String())
	for _, want := range []string{"Undo of job 1", `href="` + path + `"`, "1,000 were restored, and 1 was left unchanged.", "What was left unchanged, and why", "Link 0003",
		"It has changed since the job, so it was left as it is.", "An undo can't be undone."} {
		if !strings.Contains(result, want) {
			t.Errorf("the page of the undo lacks %q", want)
		}
	}
	says(t, s.ask("admin", "GET", path, nil), http.StatusOK, "undid all or part of this job")
}

// entriesOfMany is entries where there are more than a thousand.
func (s *site) entriesOfMany() []audit.Sealed {
	s.t.Helper()
	all, err := s.db.AuditLog().EntriesAfter(s.t.Context(), 0, 10_000)
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

func (s *site) released(id, reason string) {
	s.t.Helper()
	if _, err := s.Credentials.Release(s.t.Context(), credential.Order{Actor: s.actor("admin"), Reason: reason}, id); err != nil {
		s.t.Fatal(err)
	}
}

func TestFewAreConfirmedWithoutTheirNumber(t *testing.T) {
	s, production, staging, mine := harborAndElsewhere(t)
	s.pend(production)
	s.withJobs()
	approve := url.Values{"action": {"approve"}, "all": {"yes"}, "status": {"pending-approval"}}
	page := s.ask("admin", "GET", views.WithQuery(confirmPath, approve), nil)
	says(t, page, http.StatusOK, "Approve 1 linked account")
	if strings.Contains(page.Body.String(), `name="number"`) {
		t.Error("the number of one has to be typed")
	}
	job := s.over(s.ask("admin", "POST", confirmPath, approve).Header().Get("Location"))
	if job.Done != 1 || s.stateOf(production) != credential.NotVerified {
		t.Errorf("approving ended with %+v: %s", job, s.stateOf(production))
	}
	undo := s.over(s.ask("admin", "POST", views.JobPath(job.ID)+"/undo", url.Values{}).Header().Get("Location"))
	if undo.Done != 1 || s.stateOf(production) != credential.PendingApproval {
		t.Errorf("the undo ended with %+v: %s", undo, s.stateOf(production))
	}
	decline := url.Values{"action": {"decline"}, "credential": {mine, production}, "reason": {"Not now"}}
	job = s.over(s.ask("admin", "POST", confirmPath, decline).Header().Get("Location"))
	if job.Done != 1 || job.Failed != 1 || s.stateOf(production) != credential.Stopped || s.stateOf(mine) != credential.NotVerified {
		t.Errorf("declining ended with %+v", job)
	}
	enable := url.Values{"action": {"enable"}, "all": {"yes"}, "reason": {"Needed again"}}
	job = s.over(s.ask("admin", "POST", confirmPath, enable).Header().Get("Location"))
	if job.Done != 3 || job.Changed != 2 || s.stateOf(staging) != credential.NotVerified {
		t.Errorf("enabling ended with %+v", job)
	}
	says(t, s.ask("admin", "POST", confirmPath, url.Values{"action": {"enable"}, "credential": {mine}}), http.StatusUnprocessableEntity, credential.ErrReason.Sentence)
	says(t, s.ask("admin", "GET", confirmPath+"?action=check-again&credential="+mine, nil), http.StatusUnprocessableEntity, jobs.ErrNoSuchWork.Sentence)
	says(t, s.ask("admin", "GET", confirmPath+"?action=disable&credential=gone", nil), http.StatusOK, "Nothing matches, so there is nothing to disable.")
}

// Whatever is mistyped in an address or a form, nothing is done to everything.
func TestAnUnknownFilterTouchesNothing(t *testing.T) {
	s, production, _, mine := harborAndElsewhere(t)
	s.withJobs()
	for _, filter := range []string{"status=foo", "status=Connected", "provider=%3Cb%3E", "expiring=soon", "never-reviewed=true", "not-checked-since=today",
		"account=" + strings.Repeat("a", 101), "search=" + strings.Repeat("a", 101)} {
		values, err := url.ParseQuery(filter)
		if err != nil {
			t.Fatal(err)
		}
		if body := s.ask("admin", "GET", linkedAccountsPath+"?"+filter, nil).Body.String(); len(labels(body)) > 0 || strings.Contains(body, `id="selection"`) {
			t.Errorf("%s lists %q", filter, labels(body))
		}
		for _, format := range []string{"csv", "jsonl"} {
			if w := s.ask("admin", "GET", linkedAccountsPath+"/export."+format+"?"+filter, nil); w.Code != http.StatusUnprocessableEntity || strings.Contains(w.Body.String(), "11111111") {
				t.Errorf("%s exports %s", filter, w.Body)
			}
		}
		values.Set("all", "yes")
		values.Set("reason", "Because")
		for _, kind := range []string{"check-again", "disable", "enable", "approve", "decline", "review"} {
			values.Set("action", kind)
			for _, path := range []string{linkedAccountsPath + "/selection", confirmPath} {
				if w := s.ask("admin", "POST", path, values); w.Code != http.StatusUnprocessableEntity {
					t.Errorf("%s: %s at %s answered %d to %q", filter, kind, path, w.Code, w.Header().Get("Location"))
				}
			}
		}
		if w := s.ask("admin", "GET", views.WithQuery(confirmPath, values), nil); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: the page that asks answered %d", filter, w.Code)
		}
		for _, path := range []string{reviewsPath + "/new?" + filter, reviewsPath + "/new?all=yes&" + filter} {
			if w := s.ask("admin", "GET", path, nil); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "0 linked accounts") {
				t.Errorf("%s answered %d", path, w.Code)
			}
		}
	}
	if jobs, err := s.Jobs.List(t.Context()); err != nil || len(jobs) > 0 {
		t.Errorf("it made %v, %v", jobs, err)
	}
	if a, b := s.stateOf(production), s.stateOf(mine); a != credential.NotVerified || b != credential.NotVerified {
		t.Errorf("they are %s and %s", a, b)
	}
}

func TestAdministratorsUnlinkWithTheirReason(t *testing.T) {
	s, production, _, _ := harborAndElsewhere(t)
	path := views.LinkedAccountPath(production)
	says(t, s.ask("admin", "GET", path, nil), http.StatusOK, `href="`+path+`/unlink"`)
	leads(t, s.ask("stale admin", "GET", path+"/unlink", nil), "/prove?next="+url.QueryEscape(path+"/unlink"))
	page := s.ask("admin", "GET", path+"/unlink", nil)
	for _, want := range []string{"Unlink Production", "harbor", "11111111-0000-4000-8000-000000000001", `name="version" value="1"`, `name="reason"`} {
		says(t, page, http.StatusOK, want)
	}
	says(t, s.ask("admin", "POST", path+"/unlink", url.Values{"version": {"1"}, "reason": {"x"}}), http.StatusUnprocessableEntity, credential.ErrUnlinkReason.Sentence)
	says(t, s.ask("admin", "POST", path+"/unlink", url.Values{"version": {"9"}, "reason": {"Nobody knows it"}}), http.StatusConflict, credential.ErrLookAgain.Sentence)
	before := len(s.entries())
	w := s.ask("admin", "POST", path+"/unlink", url.Values{"version": {"1"}, "reason": {" Nobody  knows it "}})
	leftovers := w.Header().Get("Location")
	if w.Code != http.StatusSeeOther || !strings.HasPrefix(leftovers, linkedAccountsPath+"/unlinked/azure?") {
		t.Fatalf("answered %d to %q", w.Code, leftovers)
	}
	says(t, s.ask("admin", "GET", leftovers, nil), http.StatusOK, "Back to Linked accounts")
	says(t, s.ask("admin", "GET", path, nil), http.StatusNotFound, credential.ErrNotFound.Sentence)
	made := s.entries()[before:]
	if len(made) != 1 || made[0].Action != audit.UnlinkCredential || made[0].Actor.PersonID != s.ids["admin"] || made[0].CredentialID != production ||
		len(made[0].Changes) != 1 || made[0].Changes[0] != (audit.Change{Field: "Reason", After: "Nobody knows it"}) {
		t.Errorf("the entries are %+v", made)
	}
}

func TestTheAccountFilterSuggestsAndIgnoresCase(t *testing.T) {
	s, _, _, _ := harborAndElsewhere(t)
	for typed, want := range map[string]string{"": "elsewhere harbor", "HAR": "harbor", "har": "harbor", "bor": "harbor", "elsewhere": "elsewhere", "nobody": ""} {
		names, err := s.Register.AccountNames(t.Context(), typed)
		if err != nil || strings.Join(names, " ") != want {
			t.Errorf("for %q it suggests %q, %v", typed, names, err)
		}
	}
	body := s.ask("admin", "GET", linkedAccountsPath+"?account=Harbor", nil).Body.String()
	if got := labels(body); len(got) != 2 || !strings.Contains(body, `<option value="harbor"></option>`) || !strings.Contains(body, `value="Harbor"`) {
		t.Errorf("it lists %q", got)
	}
	if part := s.ask("admin", "GET", linkedAccountsPath+"?account=els", nil, withHTMX("linked")).Body.String(); !strings.Contains(part, `<datalist id="account-names" hx-swap-oob="true"><option value="elsewhere">`) {
		t.Errorf("htmx got %s", part)
	}
}

func TestUnknownFiltersOfTheLogAndOfReviewsMatchNothing(t *testing.T) {
	s, _, _, _ := harborAndElsewhere(t)
	for _, filter := range []string{"result=maybe", "action=canary", "from=yesterday", "person=" + strings.Repeat("a", 300)} {
		page := s.ask("admin", "GET", auditLogPath+"?"+filter, nil)
		says(t, page, http.StatusUnprocessableEntity, "so nothing matches")
		if strings.Contains(page.Body.String(), "Left the company") {
			t.Errorf("%s lists everything", filter)
		}
		if tail := s.ask("admin", "GET", auditLogPath+"?since=0&"+filter, nil, withHTMX("tail")); strings.Contains(tail.Body.String(), "Left the company") {
			t.Errorf("%s: the tail has everything", filter)
		}
	}
	s.working()
	path := s.reviewed(newReviewForm(s.ids["admin"]))
	says(t, s.ask("admin", "GET", path, nil), http.StatusOK, "Production")
	says(t, s.ask("admin", "GET", path+"?show=canary", nil), http.StatusOK, "Choose another tab.")
}
