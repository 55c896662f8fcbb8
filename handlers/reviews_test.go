package handlers

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/register"
	"mooring/review"
)

// promote makes somebody a site administrator and signs them in again, since
// their sessions have ended.
func (s *site) promote(who string) {
	s.t.Helper()
	if err := s.People.MakeAdministrator(s.t.Context(), s.caller("admin"), s.ids[who], audit.BySystem()); err != nil {
		s.t.Fatal(err)
	}
	in, err := s.Accounts.SignIn(s.t.Context(), who+"@example.com", testPassword, account.Origin{Address: "192.0.2.1", Agent: "test"})
	if err != nil {
		s.t.Fatal(err)
	}
	s.people[who] = in.Token.Reveal()
}

// demote takes the right of an administrator and signs them in again.
func (s *site) demote(who string) {
	s.t.Helper()
	s.promote("stranger") // somebody has to be left
	if err := s.People.TakeAdministrator(s.t.Context(), s.caller("stranger"), s.ids[who], audit.BySystem()); err != nil {
		s.t.Fatal(err)
	}
	in, err := s.Accounts.SignIn(s.t.Context(), who+"@example.com", testPassword, account.Origin{Address: "192.0.2.1", Agent: "test"})
	if err != nil {
		s.t.Fatal(err)
	}
	s.people[who] = in.Token.Reveal()
}

// linkMany links so many subscriptions to harbor, and gives the IDs of the
// credentials. All are linked by the owner.
func (s *site) linkMany(n int) (ids []string) {
	s.t.Helper()
	for i := range n {
		path := s.link(fmt.Sprintf("Subscription %02d", i+1), fmt.Sprintf("%08d-0000-4000-8000-000000000000", i+1))
		ids = append(ids, path[strings.LastIndexByte(path, '/')+1:])
	}
	return ids
}

// working lets reviews gather in the background until the test ends.
func (s *site) working() {
	ctx, stop := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() { s.Reviews.Run(ctx) })
	s.t.Cleanup(func() { stop(); group.Wait() })
}

// until waits for what happens in the background.
func (s *site) until(what string, holds func() bool) {
	s.t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(5 * time.Minute); !holds(); {
		select {
		case <-tick.C:
		case <-deadline:
			s.t.Fatalf("%s never came", what)
		}
	}
}

// newReviewForm is what the page sends for a review of everything.
func newReviewForm(reviewers ...string) url.Values {
	return url.Values{"all": {"yes"}, "name": {"Fourth quarter"}, "due": {"2026-12-23"}, "reviewers": reviewers}
}

// reviewed starts a review on the page, has it opened, and gives its path.
func (s *site) reviewed(form url.Values) string {
	s.t.Helper()
	w := s.ask("admin", "POST", "/admin/reviews", form)
	path, query, _ := strings.Cut(w.Header().Get("Location"), "?")
	if w.Code != http.StatusSeeOther || query != "done=started" {
		s.t.Fatalf("starting answered %d to %q: %s", w.Code, w.Header().Get("Location"), w.Body)
	}
	s.until("the review", func() bool {
		found, err := s.Reviews.Find(s.t.Context(), strings.TrimPrefix(path, "/admin/reviews/"))
		return err == nil && found.State == review.Open
	})
	return path
}

var hiddenFields = regexp.MustCompile(`<input type="hidden" name="(credential|version|after)" value="([^"]*)"`)

// shownForm gives the hidden fields of a queue page, with a decision.
func shownForm(t *testing.T, page *httptest.ResponseRecorder, decision, reason string) url.Values {
	t.Helper()
	form := url.Values{"decision": {decision}, "reason": {reason}}
	for _, field := range hiddenFields.FindAllStringSubmatch(page.Body.String(), -1) {
		form.Set(field[1], field[2])
	}
	if page.Code != http.StatusOK || form.Get("credential") == "" || form.Get("version") == "" || form.Get("after") == "" {
		t.Fatalf("the page answered %d with %v: %s", page.Code, form, page.Body)
	}
	return form
}

// decides goes on in somebody's queue and decides the next one.
func (s *site) decides(who, path, decision, reason string) url.Values {
	s.t.Helper()
	form := s.next(who, path, decision, reason)
	w := s.ask(who, "POST", path+"/decide", form)
	if w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), path+"/queue?after="+form.Get("after")) {
		s.t.Fatalf("deciding answered %d to %q: %s", w.Code, w.Header().Get("Location"), w.Body)
	}
	return form
}

// next gives the form of the next one in somebody's queue.
func (s *site) next(who, path, decision, reason string) url.Values {
	s.t.Helper()
	return shownForm(s.t, s.ask(who, "GET", path+"/queue", nil), decision, reason)
}

func TestAReviewIsWorkedOffInTheQueue(t *testing.T) {
	s := newSite(t)
	s.working()
	s.linkMany(4)
	path := s.reviewed(newReviewForm(s.ids["admin"]))
	says(t, s.ask("admin", "GET", path, nil), http.StatusOK, "Fourth quarter")
	says(t, s.ask("admin", "GET", "/admin/reviews", nil), http.StatusOK, path+"/queue")
	done := []string{"Kept ", "Disabled ", "Unlinked ", "Asked about "}
	at := path + "/queue"
	for i, decision := range []string{"keep", "disable", "unlink", "ask"} {
		page := s.ask("admin", "GET", at, nil)
		label := fmt.Sprintf("Subscription %02d", i+1)
		says(t, page, http.StatusOK, label)
		if i > 0 {
			says(t, page, http.StatusOK, fmt.Sprintf("%sSubscription %02d.", done[i-1], i))
		}
		w := s.ask("admin", "POST", path+"/decide", shownForm(t, page, decision, "Because of the audit"))
		if at = w.Header().Get("Location"); w.Code != http.StatusSeeOther {
			t.Fatalf("%s answered %d: %s", decision, w.Code, w.Body)
		}
	}
	says(t, s.ask("admin", "GET", at, nil), http.StatusOK, "The remaining items are waiting for answers from owners.")
	for show, label := range map[string]string{"keep": "Subscription 01", "disable": "Subscription 02", "asked": "Subscription 04", "unlink": "Subscription 03"} {
		page := s.ask("admin", "GET", path+"?show="+show, nil)
		says(t, page, http.StatusOK, label)
		if strings.Count(page.Body.String(), `data-testid="item-row"`) != 1 {
			t.Errorf("%s shows others too: %s", show, page.Body)
		}
	}
	says(t, s.ask("owner", "GET", "/accounts/harbor/cloud-providers", nil), http.StatusOK, "Disabled")
}

func TestTheQueueGoesOnWithHTMXToo(t *testing.T) {
	s := newSite(t)
	s.working()
	s.linkMany(1)
	path := s.reviewed(newReviewForm(s.ids["admin"]))
	form := s.next("admin", path, "keep", "")
	w := s.ask("admin", "POST", path+"/decide", form, withHTMX("queue"))
	want := path + "/queue?after=" + form.Get("after") + "&done=" + form.Get("credential")
	if w.Code != http.StatusNoContent || w.Header().Get("HX-Redirect") != want {
		t.Fatalf("answered %d to %q, want %q", w.Code, w.Header().Get("HX-Redirect"), want)
	}
	says(t, s.ask("admin", "GET", want, nil), http.StatusOK, "Close the review to create its evidence.")
	if page := s.ask("admin", "GET", path+"/queue?done=none", nil); strings.Contains(page.Body.String(), `data-testid="done"`) {
		t.Error("what was not decided is told as done")
	}
}

func TestADecisionThatIsRefusedKeepsWhatWasTyped(t *testing.T) {
	s := newSite(t)
	s.working()
	s.linkMany(2)
	path := s.reviewed(newReviewForm(s.ids["admin"]))
	w := s.ask("admin", "POST", path+"/decide", s.next("admin", path, "disable", "no"))
	says(t, w, http.StatusUnprocessableEntity, review.ErrReason.Sentence)
	for _, kept := range []string{`data-chosen="disable"`, `>no</textarea>`, "Subscription 01"} {
		if !strings.Contains(w.Body.String(), kept) {
			t.Errorf("%s is lost: %s", kept, w.Body)
		}
	}
	says(t, s.ask("admin", "POST", path+"/decide", s.next("admin", path, "burn", "it is old")), http.StatusUnprocessableEntity, review.ErrNoSuchDecision.Sentence)
}

func TestOfTwoAdministratorsTheSecondLearnsWhoWasFirst(t *testing.T) {
	s := newSite(t)
	s.working()
	s.promote("stranger")
	s.linkMany(2)
	path := s.reviewed(newReviewForm(s.ids["admin"], s.ids["stranger"]))
	slow := s.next("stranger", path, "disable", "Nobody needs it")
	s.decides("admin", path, "keep", "")
	w := s.ask("stranger", "POST", path+"/decide", slow)
	says(t, w, http.StatusConflict, "admin has already decided this one: Keep.")
	for _, kept := range []string{"Subscription 01", "Nobody needs it", `data-chosen="disable"`} {
		if !strings.Contains(w.Body.String(), kept) {
			t.Errorf("%s is lost: %s", kept, w.Body)
		}
	}
	w.Code = http.StatusOK // shownForm reads pages that worked
	leads(t, s.ask("stranger", "POST", path+"/decide", shownForm(t, w, "disable", "Nobody needs it")),
		path+"/queue?after="+slow.Get("after")+"&done="+slow.Get("credential"))
}

func TestTwoDecideAtTheSameMoment(t *testing.T) {
	s := newSite(t)
	s.working()
	s.promote("stranger")
	s.linkMany(1)
	path := s.reviewed(newReviewForm(s.ids["admin"], s.ids["stranger"]))
	forms := map[string]url.Values{"admin": s.next("admin", path, "keep", ""), "stranger": s.next("stranger", path, "disable", "Nobody needs it")}
	codes := make(chan int, 2)
	var group sync.WaitGroup
	for who, form := range forms {
		group.Go(func() { codes <- s.ask(who, "POST", path+"/decide", form).Code })
	}
	group.Wait()
	if a, b := <-codes, <-codes; a+b != http.StatusSeeOther+http.StatusConflict {
		t.Errorf("they got %d and %d", a, b)
	}
}

func TestNobodyDecidesOnTheirOwnLink(t *testing.T) {
	s := newSite(t)
	s.working()
	s.promote("owner")
	ids := s.linkMany(2)
	path := s.reviewed(newReviewForm(s.ids["admin"], s.ids["owner"]))
	says(t, s.ask("owner", "GET", path+"/queue", nil), http.StatusOK, "The other reviewers decide on the remaining items.")
	page := s.ask("owner", "GET", path, nil)
	says(t, page, http.StatusOK, "Your own link.")
	if strings.Contains(page.Body.String(), "queue?credential=") {
		t.Error("it is offered")
	}
	says(t, s.ask("owner", "GET", path+"/queue?credential="+ids[0], nil), http.StatusForbidden, review.ErrOwnLink.Sentence)
	forged := s.next("admin", path, "keep", "")
	says(t, s.ask("owner", "POST", path+"/decide", forged), http.StatusForbidden, review.ErrOwnLink.Sentence)
	if entries := s.refusedEntries(); len(entries) != 2 || entries[1].Detail != "POST /admin/reviews/:review/decide" {
		t.Errorf("the entries are %+v", entries)
	}
	says(t, s.ask("admin", "GET", path+"?show=keep", nil), http.StatusOK, "No linked accounts of this review")
}

func TestAnotherReviewerIsNamed(t *testing.T) {
	s := newSite(t)
	s.working()
	s.promote("owner")
	ids := s.linkMany(1)
	path := s.reviewed(newReviewForm(s.ids["owner"]))
	says(t, s.ask("owner", "GET", path, nil), http.StatusOK, "none of them can decide")
	for _, nobody := range []string{"", s.ids["member"]} {
		says(t, s.ask("owner", "POST", path+"/reviewers", url.Values{"reviewer": {nobody}}), http.StatusUnprocessableEntity, `id="reviewer-error"`)
	}
	leads(t, s.ask("owner", "POST", path+"/reviewers", url.Values{"reviewer": {s.ids["admin"]}}), path+"?done=named")
	page := s.ask("owner", "GET", path, nil)
	if strings.Contains(page.Body.String(), "none of them can decide") || strings.Contains(page.Body.String(), path+"/reviewers") {
		t.Error("another one is still wanted")
	}
	leads(t, s.ask("admin", "POST", path+"/decide", s.next("admin", path, "keep", "")), path+"/queue?after=1&done="+ids[0])
}

func TestWhoIsNoReviewerDecidesNothing(t *testing.T) {
	s := newSite(t)
	s.working()
	s.promote("stranger")
	ids := s.linkMany(1)
	path := s.reviewed(newReviewForm(s.ids["admin"]))
	says(t, s.ask("stranger", "GET", path+"/queue", nil), http.StatusForbidden, review.ErrNotReviewer.Sentence)
	says(t, s.ask("stranger", "GET", path+"/queue?credential="+ids[0], nil), http.StatusForbidden, review.ErrNotReviewer.Sentence)
	says(t, s.ask("stranger", "POST", path+"/decide", s.next("admin", path, "keep", "")), http.StatusForbidden, review.ErrNotReviewer.Sentence)
	says(t, s.ask("stranger", "POST", path+"/close", url.Values{}), http.StatusForbidden, review.ErrNotTending.Sentence)
	says(t, s.ask("admin", "GET", "/admin/reviews/none/queue", nil), http.StatusNotFound, review.ErrNoSuchReview.Sentence)
}

func TestTakingAwayAsksForAProofAndKeepsWhatWasTyped(t *testing.T) {
	s := newSite(t)
	s.working()
	ids := s.linkMany(2)
	path := s.reviewed(newReviewForm(s.ids["admin"]))
	stale := s.as("stale admin")
	form := shownForm(t, stale.ask("GET", path+"/queue", nil), "disable", "Nobody needs it")
	w := stale.ask("POST", path+"/decide", form)
	says(t, w, http.StatusUnprocessableEntity, errProveDecision.Sentence)
	back := path + "/queue?credential=" + ids[0] + "&decision=disable&reason=Nobody+needs+it"
	says(t, w, http.StatusUnprocessableEntity, "/prove?next="+url.QueryEscape(back))
	says(t, w, http.StatusUnprocessableEntity, ">Nobody needs it</textarea>")
	leads(t, stale.ask("POST", "/prove", url.Values{"password": {testPassword}, "next": {back}}), back)
	again := stale.ask("GET", back, nil)
	says(t, again, http.StatusOK, ">Nobody needs it</textarea>")
	leads(t, stale.ask("POST", path+"/decide", shownForm(t, again, "disable", "Nobody needs it")), path+"/queue?after="+form.Get("after")+"&done="+ids[0])
}

func TestAReasonThatIsTooLongForAnAddressIsNotLostWithoutAWord(t *testing.T) {
	s := newSite(t)
	s.working()
	ids := s.linkMany(1)
	path := s.reviewed(newReviewForm(s.ids["admin"]))
	long := strings.Repeat("x", 500)
	w := s.ask("stale admin", "POST", path+"/decide", s.next("admin", path, "unlink", long))
	says(t, w, http.StatusUnprocessableEntity, errProveLong.Sentence)
	says(t, w, http.StatusUnprocessableEntity, ">"+long+"</textarea>")
	says(t, w, http.StatusUnprocessableEntity, "/prove?next="+url.QueryEscape(path+"/queue?credential="+ids[0]+"&decision=unlink"))
}

func TestKeepingNeedsNoProof(t *testing.T) {
	s := newSite(t)
	s.working()
	ids := s.linkMany(1)
	path := s.reviewed(newReviewForm(s.ids["admin"]))
	form := s.next("stale admin", path, "keep", "")
	leads(t, s.ask("stale admin", "POST", path+"/decide", form), path+"/queue?after="+form.Get("after")+"&done="+ids[0])
	leads(t, s.ask("stale admin", "POST", path+"/close", url.Values{}, withHeader("Referer", "http://127.0.0.1:8080"+path)), "/prove?next="+url.QueryEscape(path))
	leads(t, s.ask("stale admin", "GET", path+"/evidence.zip", nil), "/prove?next="+url.QueryEscape(path+"/evidence.zip"))
}

func TestAnOwnerAnswersAndTheItemComesBack(t *testing.T) {
	s := newSite(t)
	s.working()
	ids := s.linkMany(1)
	path := s.reviewed(newReviewForm(s.ids["admin"]))
	s.decides("admin", path, "ask", "Who uses this?")
	of := "/accounts/harbor/cloud-providers/azure/credentials/" + ids[0]
	for _, who := range []string{"viewer", "member"} {
		page := s.ask(who, "GET", of, nil)
		says(t, page, http.StatusOK, "Who uses this?")
		if strings.Contains(page.Body.String(), of+"/answer") {
			t.Errorf("a %s is asked to answer", who)
		}
	}
	says(t, s.ask("owner", "GET", of, nil), http.StatusOK, of+"/answer")
	id := strings.TrimPrefix(path, "/admin/reviews/")
	long := strings.Repeat("We do. ", 200)
	w := s.ask("owner", "POST", of+"/answer", url.Values{"review": {id}, "answer": {long}})
	says(t, w, http.StatusUnprocessableEntity, review.ErrAnswer.Sentence)
	says(t, w, http.StatusUnprocessableEntity, long)
	says(t, s.ask("member", "POST", of+"/answer", url.Values{"review": {id}, "answer": {"We do."}}), http.StatusForbidden, errOwnersOnly.Sentence)
	says(t, s.ask("owner", "POST", of+"/answer", url.Values{"review": {"none"}, "answer": {"We do."}}), http.StatusConflict, review.ErrNoQuestion.Sentence)
	says(t, s.ask("admin", "GET", path+"/queue", nil), http.StatusOK, "The remaining items are waiting for answers from owners.")
	leads(t, s.ask("owner", "POST", of+"/answer", url.Values{"review": {id}, "answer": {"The harbor master does."}}), of+"#questions")
	says(t, s.ask("admin", "GET", path+"/queue", nil), http.StatusOK, "The harbor master does.")
	says(t, s.ask("viewer", "GET", of, nil), http.StatusOK, "The harbor master does.")
	says(t, s.ask("owner", "POST", of+"/answer", url.Values{"review": {id}, "answer": {"Again."}}), http.StatusConflict, review.ErrNoQuestion.Sentence)
}

func TestAReviewEndsInEvidence(t *testing.T) {
	s := newSite(t)
	s.working()
	s.linkMany(2)
	path := s.reviewed(newReviewForm(s.ids["admin"]))
	s.decides("admin", path, "keep", "")
	says(t, s.ask("admin", "GET", path+"/evidence.zip", nil), http.StatusConflict, review.ErrNotClosed.Sentence)
	says(t, s.ask("admin", "GET", path, nil), http.StatusOK, path+"/close")
	leads(t, s.ask("admin", "POST", path+"/close", url.Values{}), path+"?done=closed")
	says(t, s.ask("admin", "POST", path+"/close", url.Values{}), http.StatusConflict, review.ErrClosed.Sentence)
	says(t, s.ask("admin", "GET", path+"?done=closed", nil), http.StatusOK, path+"/evidence.zip")
	leads(t, s.ask("admin", "GET", path+"/queue", nil), path)
	w := s.ask("admin", "GET", path+"/evidence.zip", nil)
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/zip" || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") {
		t.Fatalf("answered %d %v", w.Code, w.Header())
	}
	pack := w.Body.Bytes()
	if _, err := review.VerifyEvidence(bytes.NewReader(pack), int64(len(pack)), s.AuditLog.PublicKeys()); err != nil {
		t.Errorf("the evidence does not hold: %v", err)
	}
	if again := s.ask("admin", "GET", path+"/evidence.zip", nil).Body.Bytes(); !bytes.Equal(again, pack) {
		t.Error("the evidence is another one the second time")
	}
	says(t, s.ask("admin", "GET", "/admin/reviews", nil), http.StatusOK, path+"/evidence.zip")
}

func TestALongReviewHasPages(t *testing.T) {
	s := newSite(t)
	s.working()
	s.linkMany(51)
	path := s.reviewed(newReviewForm(s.ids["admin"]))
	page := s.ask("admin", "GET", path+"?show=open", nil)
	says(t, page, http.StatusOK, "Subscription 50")
	next := regexp.MustCompile(`href="(` + path + `\?after=\d+&amp;show=open)"`).FindStringSubmatch(page.Body.String())
	if next == nil || strings.Contains(page.Body.String(), "Subscription 51") {
		t.Fatalf("there is no next page: %s", page.Body)
	}
	last := s.ask("admin", "GET", strings.ReplaceAll(next[1], "&amp;", "&"), nil)
	says(t, last, http.StatusOK, "Subscription 51")
	if body := last.Body.String(); strings.Contains(body, "Subscription 50") || !strings.Contains(body, `href="`+path+`?show=open"`) {
		t.Errorf("the last page is %s", body)
	}
}

func TestANewReviewKeepsWhatWasTyped(t *testing.T) {
	s := newSite(t)
	ids := s.linkMany(2)
	page := s.ask("admin", "GET", "/admin/reviews/new?all=yes&status=connected&search=harbor", nil)
	says(t, page, http.StatusOK, "Connected")
	for _, carried := range []string{`name="all" value="yes"`, `name="status" value="connected"`, `name="search" value="harbor"`} {
		if !strings.Contains(page.Body.String(), carried) {
			t.Errorf("%s is not carried along: %s", carried, page.Body)
		}
	}
	page = s.ask("admin", "GET", "/admin/reviews/new?credential="+ids[0]+"&credential="+ids[1], nil)
	says(t, page, http.StatusOK, "2 linked accounts")
	says(t, page, http.StatusOK, `name="credential" value="`+ids[1]+`"`)
	says(t, s.ask("admin", "GET", "/admin/reviews/new?all=yes&status=odd", nil), http.StatusUnprocessableEntity, errSelection.Sentence)

	form := url.Values{"all": {"yes"}, "name": {strings.Repeat("x", 81)}, "due": {"2020-01-01"}, "reviewers": {s.ids["admin"], s.ids["member"]}}
	w := s.ask("admin", "POST", "/admin/reviews", form)
	for field := range map[string]bool{"name": true, "due": true, "reviewers": true} {
		says(t, w, http.StatusUnprocessableEntity, `id="`+field+`-error"`)
	}
	says(t, w, http.StatusUnprocessableEntity, form.Get("name"))
	says(t, s.ask("admin", "POST", "/admin/reviews", url.Values{"name": {"Nothing"}, "due": {"2026-12-23"}, "reviewers": {s.ids["admin"]}}),
		http.StatusUnprocessableEntity, register.ErrNothingSelected.Sentence)
	form = newReviewForm(s.ids["admin"])
	form.Set("status", "odd")
	says(t, s.ask("admin", "POST", "/admin/reviews", form), http.StatusUnprocessableEntity, errSelection.Sentence)
	if list, err := s.Reviews.List(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("started all the same: %v, %v", list, err)
	}
}

func TestASchedulesLife(t *testing.T) {
	s := newSite(t)
	says(t, s.ask("admin", "GET", "/admin/reviews/new?repeat=yes&all=yes&account=harbor", nil), http.StatusOK, schedulesPath)
	form := url.Values{"all": {"yes"}, "account": {"harbor"}, "name": {"Harbor"}, "every": {"weekly"}, "first": {"2020-01-01"}, "days": {"0"}}
	w := s.ask("admin", "POST", schedulesPath, form)
	for _, field := range []string{"every", "first", "days", "reviewers"} {
		says(t, w, http.StatusUnprocessableEntity, `id="`+field+`-error"`)
	}
	says(t, w, http.StatusUnprocessableEntity, `value="Harbor"`)
	form.Del("all")
	form.Set("credential", "none")
	says(t, s.ask("admin", "POST", schedulesPath, form), http.StatusUnprocessableEntity, errSelection.Sentence)
	form = url.Values{"all": {"yes"}, "account": {"harbor"}, "name": {"Harbor"}, "every": {"quarterly"}, "first": {"2026-12-01"}, "days": {"30"}, "reviewers": {s.ids["admin"]}}
	leads(t, s.ask("admin", "POST", schedulesPath, form), "/admin/reviews?done=scheduled")
	page := s.ask("admin", "GET", "/admin/reviews", nil)
	says(t, page, http.StatusOK, "Of harbor")
	end := regexp.MustCompile(`action="(` + schedulesPath + `/[^"]+/end)"`).FindStringSubmatch(page.Body.String())
	if end == nil {
		t.Fatalf("it cannot be ended: %s", page.Body)
	}
	leads(t, s.ask("admin", "POST", end[1], url.Values{}), "/admin/reviews?done=ended")
	says(t, s.ask("admin", "POST", end[1], url.Values{}), http.StatusNotFound, review.ErrNoSuchSchedule.Sentence)
}

func TestThoseConcernedAreToldOfAnOverdueReview(t *testing.T) {
	var mu sync.Mutex
	now := testNow()
	clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	s := newSiteAt(t, clock)
	s.working()
	s.promote("stranger")
	s.linkMany(1)
	path := s.reviewed(newReviewForm(s.ids["admin"]))
	line := `data-testid="overdue"`
	if page := s.ask("admin", "GET", "/settings", nil); strings.Contains(page.Body.String(), line) {
		t.Errorf("it is called late too early: %s", page.Body)
	}
	mu.Lock()
	now = time.Date(2026, time.December, 24, 0, 0, 1, 0, time.UTC)
	mu.Unlock()
	says(t, s.ask("admin", "GET", "/settings", nil), http.StatusOK, line)
	says(t, s.ask("admin", "GET", "/settings", nil), http.StatusOK, path+"/queue")
	for _, who := range []string{"stranger", "owner"} {
		if page := s.ask(who, "GET", "/settings", nil); strings.Contains(page.Body.String(), line) {
			t.Errorf("%s is told, whom it does not concern", who)
		}
	}
	s.decides("admin", path, "keep", "")
	if page := s.ask("admin", "GET", "/settings", nil); strings.Contains(page.Body.String(), line) {
		t.Error("it is called late although everything is decided")
	}
}

func TestOrdinaryPagesAskNobodyForOverdueReviews(t *testing.T) {
	o, now := overdueReviews{}, testNow()
	if _, ok := o.get("ada", 1, now); ok {
		t.Error("something is kept that nobody asked for")
	}
	o.put("ada", keptOverdue{version: 1, until: now.Add(overdueFor), reviews: []review.Review{{ID: "late"}}})
	for name, test := range map[string]struct {
		who     string
		version uint64
		now     time.Time
		kept    bool
	}{
		"again":             {"ada", 1, now, true},
		"after a change":    {"ada", 2, now, false},
		"after a minute":    {"ada", 1, now.Add(overdueFor), false},
		"for somebody else": {"bob", 1, now, false},
	} {
		if _, ok := o.get(test.who, test.version, test.now); ok != test.kept {
			t.Errorf("%s: kept is %v", name, ok)
		}
	}
}
