package handlers

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"mooring/account"
)

var inviteLink = regexp.MustCompile(`http://127\.0\.0\.1:8080(/join/[\w-]+)`)

// invitedBy has the owner invite somebody on the page, and gives the path of
// the link that is shown.
func (s *site) invitedBy(b *browser, form url.Values) string {
	s.t.Helper()
	w := b.ask("POST", "/accounts/harbor/invitations", form)
	found := inviteLink.FindStringSubmatch(w.Body.String())
	if w.Code != http.StatusOK || found == nil {
		s.t.Fatalf("inviting answered %d: %s", w.Code, w.Body)
	}
	return found[1]
}

func TestAnInvitationBringsInSomebodyNew(t *testing.T) {
	s := newSite(t)
	path := s.invitedBy(s.as("owner"), url.Values{"role": {"viewer"}})
	b := s.browser()
	says(t, b.ask("GET", path, nil), http.StatusOK, "harbor")
	form := url.Values{"name": {"Nina New"}, "email": {"nina@example.com"}, "password": {"short"}}
	w := b.ask("POST", path, form)
	says(t, w, http.StatusUnprocessableEntity, "Nina New")
	if !strings.Contains(w.Body.String(), "nina@example.com") || strings.Contains(w.Body.String(), `value="short"`) {
		t.Errorf("what was typed is lost, or the password is on the page: %s", w.Body)
	}
	form.Set("password", "a long enough password of Nina's")
	leads(t, b.ask("POST", path, form), "/")
	if w := b.ask("GET", "/accounts/harbor/cloud-providers", nil); w.Code != http.StatusOK {
		t.Errorf("what they joined answered %d", w.Code)
	}
	says(t, b.ask("POST", "/accounts/harbor/certificate/renew", url.Values{}), http.StatusForbidden, errOwnersOnly.Sentence)
	says(t, s.browser().ask("GET", path, nil), http.StatusNotFound, account.ErrInvitation.Sentence)
	if strings.Contains(s.log.String(), strings.TrimPrefix(path, "/join/")) {
		t.Error("the token of the invitation is in the log")
	}
}

func TestAnInvitationIsAcceptedWithAPasskey(t *testing.T) {
	s := newSite(t)
	path := s.invitedBy(s.as("owner"), url.Values{"role": {"member"}})
	b := s.browser()
	form := url.Values{"name": {"Nina New"}, "email": {"nina@example.com"}}
	form.Set("answer", b.question(path+"/question", "phone", form))
	form.Set("way", "passkey")
	w := b.ask("POST", path, form)
	codes := recoveryCode.FindAllString(w.Body.String(), -1)
	if w.Code != http.StatusOK || len(codes) != 10 {
		t.Fatalf("joining answered %d with %d recovery codes: %s", w.Code, len(codes), w.Body)
	}
	if w := b.ask("GET", "/accounts/harbor/people", nil); w.Code != http.StatusOK {
		t.Errorf("the new person's page answered %d: %s", w.Code, w.Body)
	}
	again := s.browser()
	text := again.question("/login/passkey/question", "phone", url.Values{})
	leads(t, again.ask("POST", "/login/passkey", answer(text)), "/")
}

func TestAnInvitationIsAcceptedByWhoIsHereAlready(t *testing.T) {
	s := newSite(t)
	path := s.invitedBy(s.as("owner"), url.Values{"role": {"member"}, "email": {"stranger@example.com"}})
	says(t, s.as("admin").ask("POST", path+"/accept", url.Values{}), http.StatusForbidden, account.ErrInvitationForAnother.Sentence)
	b := s.as("stranger")
	page := b.ask("GET", path, nil).Body.String()
	if !strings.Contains(page, path+"/accept") || strings.Contains(page, `name="password"`) {
		t.Errorf("who is signed in is asked who they are: %s", page)
	}
	leads(t, b.ask("POST", path+"/accept", url.Values{}), "/accounts/harbor/cloud-providers")
	says(t, b.ask("POST", path+"/accept", url.Values{}), http.StatusNotFound, account.ErrInvitation.Sentence)
}

func TestAnOrganizationIsMadeRenamedAndDeleted(t *testing.T) {
	s := newSite(t)
	b := s.as("stranger")
	says(t, b.ask("POST", "/organizations", url.Values{"name": {"Not A Name"}, "description": {"Where ships lie"}}), http.StatusUnprocessableEntity, "Where ships lie")
	says(t, b.ask("POST", "/organizations", url.Values{"name": {"harbor"}}), http.StatusConflict, account.ErrNameTaken.Sentence)
	leads(t, b.ask("POST", "/organizations", url.Values{"name": {"shipyard"}}), "/accounts/shipyard/cloud-providers")
	leads(t, b.ask("POST", "/accounts/shipyard/general", url.Values{"name": {"dockyard"}, "description": {"Where ships lie"}}), "/accounts/dockyard/general?done=saved")
	if w := b.ask("GET", "/accounts/shipyard/cloud-providers", nil); w.Code != http.StatusNotFound {
		t.Errorf("the old name answered %d", w.Code)
	}
	says(t, b.ask("GET", "/accounts/dockyard/general", nil), http.StatusOK, "Where ships lie")
	says(t, b.ask("POST", "/accounts/dockyard/delete", url.Values{"confirm": {"shipyard"}}), http.StatusUnprocessableEntity, "dockyard")
	leads(t, b.ask("POST", "/accounts/dockyard/delete", url.Values{"confirm": {"dockyard"}}), "/")
	if w := b.ask("GET", "/accounts/dockyard/general", nil); w.Code != http.StatusNotFound {
		t.Errorf("what was deleted answered %d", w.Code)
	}
}

func TestDeletingListsWhatGoes(t *testing.T) {
	s := newSite(t)
	s.link("Production", "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee")
	says(t, s.as("owner").ask("GET", "/accounts/harbor/delete", nil), http.StatusOK, "Production")
}

func TestAPersonalAccountIsNoOrganization(t *testing.T) {
	s := newSite(t)
	for _, r := range s.routes() {
		for _, page := range []string{"/general", "/delete", "/leave", "/people", "/invitations", "/role", "/remove", "/revoke"} {
			if !strings.HasPrefix(r.path, accountPath+"/") || !strings.HasSuffix(r.path, page) || strings.HasPrefix(r.path, keysPath) {
				continue
			}
			path := strings.NewReplacer(":account", "owner", ":person", s.ids["owner"], ":invitation", "none").Replace(r.path)
			if w := s.ask("owner", r.method, path, formFor(r.method, "owner")); w.Code != http.StatusNotFound {
				t.Errorf("%s %s answered %d", r.method, path, w.Code)
			}
		}
	}
}

func TestRolesAreChangedOnThePage(t *testing.T) {
	s := newSite(t)
	b := s.as("owner")
	leads(t, b.ask("POST", "/accounts/harbor/people/"+s.ids["viewer"]+"/role", url.Values{"role": {"member"}}), "/accounts/harbor/people")
	path := s.link("Production", "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee")
	leads(t, s.as("viewer").ask("POST", path+"/verify", url.Values{}), path)
	says(t, b.ask("POST", "/accounts/harbor/people/"+s.ids["viewer"]+"/role", url.Values{"role": {"king"}}), http.StatusUnprocessableEntity, account.ErrNoSuchRole.Sentence)
	leads(t, b.ask("POST", "/accounts/harbor/people/"+s.ids["viewer"]+"/remove", url.Values{}), "/accounts/harbor/people")
	if w := s.as("viewer").ask("GET", path, nil); w.Code != http.StatusNotFound {
		t.Errorf("who was removed got %d", w.Code)
	}
}

func TestAKeyIsShownOnce(t *testing.T) {
	s := newSite(t)
	b := s.as("member")
	says(t, b.ask("POST", "/accounts/harbor/api-keys", url.Values{"name": {"nightly report"}, "scope": {"read"}, "days": {"9999"}}), http.StatusUnprocessableEntity, "nightly report")
	w := b.ask("POST", "/accounts/harbor/api-keys", url.Values{"name": {"nightly report"}, "scope": {"read"}, "days": {"30"}})
	key := regexp.MustCompile(account.KeyPrefix + `[0-9a-z]{8}_[\w-]+`).FindString(w.Body.String())
	if w.Code != http.StatusOK || key == "" {
		t.Fatalf("making answered %d: %s", w.Code, w.Body)
	}
	list := b.ask("GET", "/accounts/harbor/api-keys", nil).Body.String()
	if strings.Contains(list, key) || !strings.Contains(list, key[:len(account.KeyPrefix)+8]) || !strings.Contains(list, "nightly report") {
		t.Errorf("the list shows the wrong things: %s", list)
	}
	if strings.Contains(s.log.String(), key) {
		t.Error("the key is in the log")
	}
	id := key[len(account.KeyPrefix) : len(account.KeyPrefix)+8]
	if w := s.ask("viewer", "POST", "/accounts/harbor/api-keys/"+id+"/revoke", url.Values{}); w.Code != http.StatusNotFound {
		t.Errorf("somebody else's try answered %d", w.Code)
	}
	bearer := withHeader("Authorization", "Bearer "+key)
	if w := s.ask("", "GET", "/api/v1/me", nil, bearer); w.Code != http.StatusOK {
		t.Errorf("the key answered %d", w.Code)
	}
	leads(t, s.as("owner").ask("POST", "/accounts/harbor/api-keys/"+id+"/revoke", url.Values{}), "/accounts/harbor/api-keys")
	if w := s.ask("", "GET", "/api/v1/me", nil, bearer); w.Code != http.StatusUnauthorized {
		t.Errorf("the revoked key answered %d", w.Code)
	}
}

func TestPowerOverOthersAsksForAFreshProof(t *testing.T) {
	s := newSite(t)
	b := s.as("stale owner")
	for _, path := range []string{"/accounts/harbor/general", "/accounts/harbor/invitations",
		"/accounts/harbor/people/" + s.ids["viewer"] + "/role", "/accounts/harbor/people/" + s.ids["viewer"] + "/remove"} {
		leads(t, b.ask("POST", path, formFor("POST", "owner"), withHeader("Referer", "http://127.0.0.1:8080/accounts/harbor/people")), "/prove?next=%2Faccounts%2Fharbor%2Fpeople")
	}
}

// TestAnOldPageDoesNotSwitchTheSecondStepOff saves a description from a page
// that was drawn before another owner asked everybody for a second step.
func TestAnOldPageDoesNotSwitchTheSecondStepOff(t *testing.T) {
	s := newSite(t)
	b := s.as("owner")
	b.addPasskey("laptop")
	leads(t, b.ask("POST", "/accounts/harbor/general", url.Values{"name": {"harbor"}, "required_before": {"false"}, "require_second_step": {"yes"}}), "/accounts/harbor/general?done=saved")
	w := b.ask("POST", "/accounts/harbor/general", url.Values{"name": {"harbor"}, "required_before": {"false"}, "description": {"From an old page"}})
	says(t, w, http.StatusConflict, errSecondStepChanged.Sentence)
	if !strings.Contains(w.Body.String(), "From an old page") || !strings.Contains(w.Body.String(), `name="required_before" value="true"`) {
		t.Errorf("what was typed is lost, or the page is as old as before: %s", w.Body)
	}
	if m, _ := s.callerIn(b).In("harbor"); !m.Account.RequireSecondStep {
		t.Error("it is switched off")
	}
}

func TestAViewerDoesNotSeeHowOthersSignIn(t *testing.T) {
	s := newSite(t)
	if page := s.ask("viewer", "GET", "/accounts/harbor/people", nil).Body.String(); strings.Contains(page, "Second step") || strings.Contains(page, "Last sign-in") {
		t.Errorf("the page tells how others sign in: %s", page)
	}
	says(t, s.ask("owner", "GET", "/accounts/harbor/people", nil), http.StatusOK, "Second step")
}

func TestANewcomersPasskeyIsForTheAddressItShows(t *testing.T) {
	s := newSite(t)
	path := s.invitedBy(s.as("owner"), url.Values{"role": {"member"}})
	b := s.browser()
	form := url.Values{"name": {"Nina New"}, "email": {"nina@example.com"}}
	form.Set("answer", b.question(path+"/question", "phone", form))
	form.Set("way", "passkey")
	form.Set("email", "other@example.com")
	says(t, b.ask("POST", path, form), http.StatusUnprocessableEntity, errAttempt.Sentence)
}
