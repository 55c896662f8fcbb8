package handlers

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"mooring/account"
	"mooring/audit"
	"mooring/cloud"
	"mooring/credential"
	"mooring/review"
	"mooring/views"
)

// keeps has admin decide to keep a credential, in a review of its own.
func (s *site) keeps(id string) {
	s.t.Helper()
	reviewID := s.madeReview("admin")
	item, _, err := s.Reviews.Item(s.t.Context(), s.caller("admin"), reviewID, id)
	if err != nil {
		s.t.Fatal(err)
	}
	err = s.Reviews.Decide(s.t.Context(), s.caller("admin"), s.actor("admin"), reviewID, id, review.Decision{Kind: review.Keep, Version: item.Version})
	if err != nil {
		s.t.Fatal(err)
	}
}

// checked has a credential checked, with what this finds.
func (s *site) checked(id string, rights ...cloud.Right) {
	s.t.Helper()
	s.passing.rights = rights
	if _, err := s.Credentials.CheckNow(s.t.Context(), credential.Order{Actor: s.actor("admin")}, id); err != nil {
		s.t.Fatal(err)
	}
}

func TestTheDetailHoldsEverythingButTheSecret(t *testing.T) {
	s, production, _, _ := harborAndElsewhere(t)
	look, rule := cloud.Right{Key: "azure-look", Granted: true}, cloud.Right{Key: "azure-rule", Granted: true, Excessive: true}
	s.checked(production, look)
	s.keeps(production)
	s.checked(production, rule, cloud.Right{Key: "azure-sing"})
	w := s.ask("admin", "GET", views.LinkedAccountPath(production), nil)
	body := html.UnescapeString(w.Body.String())
	found, err := s.Credentials.FindAny(t.Context(), production)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Microsoft Azure in", "<strong>harbor</strong>", "Pay-As-You-Go", "11111111-0000-4000-8000-000000000001", "Connected", "2 passed",
		found.CertificateSHA1, `href="/admin/people/` + s.ids["owner"] + `"`, "Owners of harbor", ">disabled<", "May look.", "removed since", "May do everything.", "added since",
		"more than Mooring needs", "the review of 23 November 2026", "Quarter", "Keep", `href="/admin/audit-log?credential=` + production + `"`,
		string(audit.LinkCredential), string(audit.DecideReview), `action="` + views.LinkedAccountPath(production) + `/check-again"`, `action="` + views.LinkedAccountPath(production) + `/disable"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not hold %s", want)
		}
	}
	for _, not := range []string{"May not sing.", "PRIVATE", "/certificate.pem", views.LinkedAccountPath(production) + "/enable", views.LinkedAccountPath(production) + "/approve"} {
		if strings.Contains(body, not) {
			t.Errorf("the page holds %s", not)
		}
	}
	live := s.ask("admin", "GET", views.LinkedAccountPath(production), nil, withHTMX("live")).Body.String()
	if strings.Contains(live, "<html") || !strings.Contains(live, `id="live"`) {
		t.Errorf("htmx got %s", live)
	}
	says(t, s.ask("admin", "GET", views.LinkedAccountPath("none"), nil), http.StatusNotFound, errNotHere.Sentence)
}

func TestAnAccountOfOnePersonHasItsOwner(t *testing.T) {
	s := newSite(t)
	id := s.linkAs("stranger", "stranger", "Mine", someID)
	says(t, s.ask("admin", "GET", views.LinkedAccountPath(id), nil), http.StatusOK, `href="/admin/people/`+s.ids["stranger"]+`">stranger</a>`)
}

// state is where a credential is now.
func (s *site) state(id string) credential.State {
	s.t.Helper()
	found, err := s.Credentials.FindAny(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return found.State
}

func TestMovesNeedTheirReason(t *testing.T) {
	for move, m := range map[string]struct {
		from     func(s *site, id string)
		to       credential.State
		without  credential.State // a reason; empty: it is refused
		action   audit.Action
		sentence string
	}{
		"disable": {func(*site, string) {}, credential.Stopped, "", audit.StopCredential, "Disabled."},
		"enable":  {func(s *site, id string) { s.stopped(id, "Left the company.") }, credential.NotVerified, "", audit.ReleaseCredential, "Enabled. The check has started."},
		"approve": {func(s *site, id string) { s.pend(id) }, credential.NotVerified, credential.NotVerified, audit.ApproveCredential, "Approved. The check has started."},
		"decline": {func(s *site, id string) { s.pend(id) }, credential.Stopped, "", audit.DeclineCredential, "Declined."},
	} {
		t.Run(move, func(t *testing.T) {
			s := newSite(t)
			id := s.madeCredential("")
			m.from(s, id)
			was, path := s.state(id), views.LinkedAccountPath(id)
			if m.without == "" {
				for _, reason := range []string{"", " x ", strings.Repeat("é", 501)} {
					w := s.ask("admin", "POST", path+"/"+move, url.Values{"reason": {reason}})
					says(t, w, http.StatusUnprocessableEntity, credential.ErrReason.Sentence)
					if !strings.Contains(w.Body.String(), `id="reason-error"`) || !strings.Contains(w.Body.String(), ">"+reason+"</textarea>") {
						t.Errorf("%q is lost, or not marked", reason)
					}
				}
				if now := s.state(id); now != was {
					t.Errorf("without a reason it is %s", now)
				}
			}
			done := s.ask("admin", "POST", path+"/"+move, url.Values{"reason": {"For <b>a</b> test."}})
			leads(t, done, path+"?done="+move)
			if now := s.state(id); now != m.to {
				t.Errorf("it is %s, want %s", now, m.to)
			}
			page := s.ask("admin", "GET", path+"?done="+move, nil)
			says(t, page, http.StatusOK, m.sentence)
			if !strings.Contains(page.Body.String(), "For &lt;b&gt;a&lt;/b&gt; test.") {
				t.Error("the reason is not shown, or not as text")
			}
			last := s.entries()[len(s.entries())-1]
			if last.Action != m.action || last.Actor.PersonID != s.ids["admin"] || last.CredentialID != id || last.AccountID != s.harbor.ID {
				t.Errorf("the entry is %+v", last)
			}
			says(t, s.ask("admin", "POST", path+"/"+move, url.Values{"reason": {"Once more."}}), http.StatusConflict, credential.ErrNotPossibleNow.Sentence)
		})
	}
	t.Run("approve without a reason", func(t *testing.T) {
		s := newSite(t)
		id := s.madeCredential("")
		s.pend(id)
		leads(t, s.ask("admin", "POST", views.LinkedAccountPath(id)+"/approve", url.Values{}), views.LinkedAccountPath(id)+"?done=approve")
		if now := s.state(id); now != credential.NotVerified {
			t.Errorf("it is %s", now)
		}
	})
}

func TestTwoAdministratorsDoNotPassEachOther(t *testing.T) {
	s, production, _, _ := harborAndElsewhere(t)
	path := views.LinkedAccountPath(production)
	shown := regexp.MustCompile(`name="version" value="(\d+)"`).FindStringSubmatch(s.ask("admin", "GET", path, nil).Body.String())
	if shown == nil {
		t.Fatal("the page does not say what is looked at")
	}
	seen := func(reason string) url.Values { return url.Values{"version": {shown[1]}, "reason": {reason}} }
	leads(t, s.ask("admin", "POST", path+"/disable", seen("The first one's.")), path+"?done=disable")
	leads(t, s.ask("admin", "POST", path+"/enable", url.Values{"reason": {"It was a slip."}}), path+"?done=enable")
	w := s.ask("admin", "POST", path+"/disable", seen("The second one's."))
	says(t, w, http.StatusConflict, credential.ErrLookAgain.Sentence)
	for _, want := range []string{"It was a slip.", "The second one"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the page does not hold %q: %s", want, w.Body)
		}
	}
	found, err := s.Credentials.FindAny(t.Context(), production)
	if err != nil || found.State != credential.NotVerified || !strings.Contains(w.Body.String(), fmt.Sprintf(`name="version" value="%d"`, found.Version)) {
		t.Errorf("it is %+v, %v", found, err)
	}
}

func TestTheAccountsPeopleReadTheReason(t *testing.T) {
	s := newSite(t)
	path := s.link("Production", someID)
	id := s.linked
	leads(t, s.ask("admin", "POST", views.LinkedAccountPath(id)+"/disable", url.Values{"reason": {"Nobody knows what it is for."}}), views.LinkedAccountPath(id)+"?done=disable")
	for _, who := range []string{"owner", "member", "viewer"} {
		says(t, s.ask(who, "GET", path, nil), http.StatusOK, "Nobody knows what it is for.")
	}
	for _, way := range []string{"/enable", "/verify", "/disable"} {
		says(t, s.ask("owner", "POST", path+way, url.Values{}), http.StatusConflict, credential.ErrNotPossibleNow.Sentence)
	}
	if strings.Contains(s.ask("stranger", "GET", path, nil).Body.String(), "Nobody knows") {
		t.Error("a stranger reads it")
	}
	leads(t, s.ask("admin", "POST", views.LinkedAccountPath(id)+"/enable", url.Values{"reason": {"It is for the harbour."}}), views.LinkedAccountPath(id)+"?done=enable")
	says(t, s.ask("owner", "GET", path, nil), http.StatusOK, "It is for the harbour.")
}

func TestCheckingAgainFromThePageAndWithHTMX(t *testing.T) {
	s, production, staging, _ := harborAndElsewhere(t)
	leads(t, s.ask("admin", "POST", views.LinkedAccountPath(production)+"/check-again", url.Values{}), views.LinkedAccountPath(production)+"?done=check-again")
	found, err := s.Credentials.FindAny(t.Context(), production)
	if err != nil || !found.Checking(testNow()) {
		t.Errorf("it is not checked again: %+v, %v", found, err)
	}
	live := s.ask("admin", "POST", views.LinkedAccountPath(production)+"/check-again", url.Values{}, withHTMX("live"))
	if body := live.Body.String(); live.Code != http.StatusOK || strings.Contains(body, "<html") || !strings.Contains(body, `hx-get="`+views.LinkedAccountPath(production)+`"`) {
		t.Errorf("answered %d: %s", live.Code, body)
	}
	says(t, s.ask("admin", "POST", views.LinkedAccountPath(staging)+"/check-again", url.Values{}), http.StatusConflict, credential.ErrNotPossibleNow.Sentence)
	alert := s.ask("admin", "POST", views.LinkedAccountPath(staging)+"/check-again", url.Values{}, withHTMX("live"))
	if alert.Code != http.StatusConflict || alert.Header().Get("HX-Retarget") != "#page-alert" {
		t.Errorf("answered %d %v", alert.Code, alert.Header())
	}
}

// TestAnAdministratorWhoIsNoneAnyMoreChangesNothing takes the right away between
// the door and the change.
func TestAnAdministratorWhoIsNoneAnyMoreChangesNothing(t *testing.T) {
	s, production, _, _ := harborAndElsewhere(t)
	second := account.Newcomer{Email: "second@example.com", Name: "second", Password: testPassword}
	if _, err := s.Accounts.Add(t.Context(), second, true, nil, audit.BySystem()); err != nil {
		t.Fatal(err)
	}
	actor := s.actor("admin")
	if err := s.People.TakeAdministrator(t.Context(), account.Caller{}, s.ids["admin"], audit.BySystem()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Credentials.Stop(t.Context(), credential.Order{Actor: actor, Reason: "Too late."}, production); err == nil {
		t.Error("it was stopped")
	}
	if now := s.state(production); now != credential.NotVerified {
		t.Errorf("it is %s", now)
	}
}

// What is linked to a cloud that this Mooring knows no more goes on to be there.
func TestALinkOfAnUnknownProviderIsShownAndDecided(t *testing.T) {
	s := newSite(t)
	pending := s.madeCredential("")
	s.pend(pending)
	reviewed := s.linkAs("stranger", "stranger", "Mine", someID)
	reviewID := s.madeReview("admin")
	delete(s.Clouds, "azure")
	for _, id := range []string{pending, reviewed} {
		says(t, s.ask("admin", "GET", views.LinkedAccountPath(id), nil), http.StatusOK, "Microsoft Azure")
	}
	says(t, s.ask("admin", "GET", linkedAccountsPath+"?provider=azure", nil), http.StatusOK, `<option value="azure" selected>Microsoft Azure</option>`)
	path := views.LinkedAccountPath(pending)
	leads(t, s.ask("admin", "POST", path+"/decline", url.Values{"reason": {"Nobody knows it."}}), path+"?done=decline")
	leads(t, s.ask("admin", "POST", path+"/enable", url.Values{"reason": {"It was a slip."}}), path+"?done=enable")
	leads(t, s.ask("admin", "POST", path+"/disable", url.Values{"reason": {"Nobody knows it."}}), path+"?done=disable")
	says(t, s.ask("admin", "GET", path, nil), http.StatusOK, "Nobody knows it.")
	says(t, s.ask("admin", "GET", views.ReviewPath(reviewID)+"/queue?credential="+reviewed, nil), http.StatusOK, "Microsoft Azure")
	item, _, err := s.Reviews.Item(t.Context(), s.caller("admin"), reviewID, reviewed)
	if err != nil {
		t.Fatal(err)
	}
	decided := s.ask("admin", "POST", views.ReviewPath(reviewID)+"/decide", url.Values{"credential": {reviewed}, "decision": {"disable"},
		"reason": {"Nobody knows it."}, "version": {fmt.Sprint(item.Version)}})
	if decided.Code != http.StatusSeeOther || s.state(reviewed) != credential.Stopped {
		t.Errorf("deciding answered %d, and it is %s", decided.Code, s.state(reviewed))
	}
}

func TestOnesOwnLinkIsLetInByAnother(t *testing.T) {
	s := newSite(t)
	id := s.linkAs("admin", "admin", "Mine", someID)
	s.stopped(id, "Not needed.")
	path := views.LinkedAccountPath(id)
	s.promote("owner")
	says(t, s.ask("admin", "POST", path+"/enable", url.Values{"reason": {"I need it."}}), http.StatusForbidden, credential.ErrOwnLink.Sentence)
	leads(t, s.ask("owner", "POST", path+"/enable", url.Values{"reason": {"She needs it."}}), path+"?done=enable")
}
