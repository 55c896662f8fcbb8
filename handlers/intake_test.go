package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"mooring/audit"
	"mooring/cloud"
	"mooring/credential"
	"mooring/views"
)

// rights are what the fake cloud says that a link may turn out to do.
func (*fakeCloud) Rights() []cloud.RightText {
	return []cloud.RightText{{Key: "azure-look", Granted: "May look."}, {Key: "azure-rule", Granted: "May do everything."}, {Key: "azure-sing", Granted: "May sing.", Missing: "May not sing."}}
}

func TestTheIntakePolicyIsShownAndChanged(t *testing.T) {
	s := newSite(t)
	page := s.ask("admin", "GET", intakePath, nil).Body.String()
	for _, want := range []string{`value="none" checked`, "Microsoft Azure", "May do everything.", `name="version" value="0"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not hold %s", want)
		}
	}
	form := url.Values{"version": {"0"}, "approval": {"some"}, "approve-provider": {"azure"}, "rights-on": {"yes"}, "right": {"azure-look"},
		"provider-rule": {"some"}, "provider": {"azure"}, "accounts-azure": {someID + "\n"}, "longest-certificate": {"90"}}
	leads(t, s.ask("admin", "POST", intakePath, form), intakePath+"?done=saved")
	rules, err := s.Intake.Rules(t.Context())
	if err != nil || rules.ApproveAll || !slices.Equal(rules.ApproveProviders, []string{"azure"}) || !rules.RightsOn ||
		!slices.Equal(rules.ApproveRightsBeyond, []string{"azure-look"}) || !slices.Equal(rules.Providers, []string{"azure"}) ||
		!slices.Equal(rules.Accounts["azure"], []string{someID}) || rules.LongestCertificate != 90 || rules.Version != 1 {
		t.Errorf("the rules are %+v, %v", rules, err)
	}
	if last := s.entries()[len(s.entries())-1]; last.Action != audit.ChangeIntake || len(last.Changes) != 5 || last.Actor.PersonID != s.ids["admin"] {
		t.Errorf("the entry is %+v", last)
	}
	saved := s.ask("admin", "GET", intakePath+"?done=saved", nil).Body.String()
	for _, want := range []string{"Policy saved.", `value="some" checked`, `value="azure-look" checked`, ">" + someID + "</textarea>", `value="90"`, `name="version" value="1"`} {
		if !strings.Contains(saved, want) {
			t.Errorf("the saved page does not hold %s", want)
		}
	}

	// What is ticked below another choice is not meant.
	form.Set("version", "1")
	form.Set("approval", "all")
	leads(t, s.ask("admin", "POST", intakePath, form), intakePath+"?done=saved")
	if rules, _ := s.Intake.Rules(t.Context()); !rules.ApproveAll || rules.RightsOn || len(rules.ApproveProviders) > 0 {
		t.Errorf("the rules are %+v", rules)
	}
}

func TestAWrongPolicyComesBackAsTyped(t *testing.T) {
	s := newSite(t)
	form := url.Values{"version": {"0"}, "approval": {"some"}, "approve-provider": {"canary"}, "right": {"May sing."}, "provider-rule": {"some"},
		"longest-certificate": {"<soon>"}}
	w := s.ask("admin", "POST", intakePath, form)
	body := w.Body.String()
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, `value="&lt;soon&gt;"`) {
		t.Errorf("answered %d: %s", w.Code, body)
	}
	for _, field := range []string{"approve-provider", "right", "provider", "longest-certificate"} {
		if strings.Count(body, `id="`+field+`-error"`) != 1 {
			t.Errorf("%s has no error of its own", field)
		}
	}
	if rules, _ := s.Intake.Rules(t.Context()); rules.Version != 0 {
		t.Errorf("it was saved: %+v", rules)
	}
}

func TestTwoAdministratorsDoNotReplaceEachOthersPolicy(t *testing.T) {
	s := newSite(t)
	leads(t, s.ask("admin", "POST", intakePath, url.Values{"version": {"0"}, "approval": {"all"}}), intakePath+"?done=saved")
	w := s.ask("admin", "POST", intakePath, url.Values{"version": {"0"}, "approval": {"none"}, "longest-certificate": {"7"}})
	says(t, w, http.StatusConflict, credential.ErrRulesChanged.Sentence)
	says(t, w, http.StatusConflict, `value="7"`)
	if rules, _ := s.Intake.Rules(t.Context()); !rules.ApproveAll || rules.LongestCertificate != 0 {
		t.Errorf("the rules are %+v", rules)
	}
}

func TestThePolicyPageAndTheListLeadToWhatWaits(t *testing.T) {
	s := newSite(t)
	id := s.madeCredential("")
	s.pend(id)
	says(t, s.ask("admin", "GET", intakePath, nil), http.StatusOK, `href="/admin/linked-accounts?status=pending-approval">1 linked account is waiting for approval</a>`)
	says(t, s.ask("admin", "GET", linkedAccountsPath, nil), http.StatusOK, "1 waiting for approval")
	says(t, s.ask("admin", "GET", views.LinkedAccountPath(id), nil), http.StatusOK, `formaction="`+views.LinkedAccountPath(id)+`/approve"`)
}

func TestSomeWithNothingTickedIsRefusedAndKept(t *testing.T) {
	s := newSite(t)
	form := url.Values{"version": {"0"}, "approval": {"some"}, "right": {"azure-look"}, "provider-rule": {"all"}, "accounts-azure": {someID}, "longest-certificate": {"90"}}
	w := s.ask("admin", "POST", intakePath, form)
	for _, want := range []string{"Select at least one provider, or the box about permissions, or choose None.", `value="some" checked`, `value="azure-look" checked`, `value="90"`, someID + "</textarea>"} {
		says(t, w, http.StatusUnprocessableEntity, want)
	}
	rules, err := s.Intake.Rules(t.Context())
	if err != nil || rules.Version != 0 {
		t.Errorf("the rules are %+v, %v", rules, err)
	}
	form.Set("approval", "none")
	leads(t, s.ask("admin", "POST", intakePath, form), intakePath+"?done=saved")
}
