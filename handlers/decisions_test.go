package handlers

import (
	"html"
	"net/http"
	"net/url"
	"path"
	"strings"
	"testing"

	"mooring/audit"
	"mooring/credential"
	"mooring/views"
)

// orderOf is what the site's administrator asks for.
func (s *site) orderOf(reason string) credential.Order {
	return credential.Order{Actor: audit.Actor{PersonID: s.ids["admin"], Name: "admin@example.com"}, Reason: reason}
}

// rule sets the policy on what may be linked.
func (s *site) rule(form credential.RulesForm) {
	s.t.Helper()
	rules, err := s.Credentials.Intake().Rules(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	order := s.orderOf("")
	order.Version = rules.Version
	if _, err := s.Credentials.Intake().Change(s.t.Context(), order, form); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) ordered(do func(o credential.Order, id string) error, reason, page string) {
	s.t.Helper()
	if err := do(s.orderOf(reason), path.Base(page)); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) stop(o credential.Order, id string) error {
	_, err := s.Credentials.Stop(s.t.Context(), o, id)
	return err
}

func (s *site) check(o credential.Order, id string) error {
	_, err := s.Credentials.CheckNow(s.t.Context(), o, id)
	return err
}

// typed is a form that nothing is wrong with.
func typed() url.Values {
	return url.Values{"label": {"Production"}, "subscription_id": {someID}, "client_id": {"client"}, "method": {"app"}, "environment": {"public"}}
}

func has(t *testing.T, what, body string, parts ...string) {
	t.Helper()
	shown := body + html.UnescapeString(body)
	for _, part := range parts {
		if !strings.Contains(shown, part) {
			t.Errorf("%s does not say %q", what, part)
		}
	}
}

func TestItsPeopleReadWhoStoppedACredentialAndWhy(t *testing.T) {
	s := newSite(t)
	page := s.link("Production", someID)
	s.ordered(s.check, "", page)
	s.ordered(s.stop, "Nobody <uses> it", page)
	for _, who := range []string{"owner", "member", "viewer"} {
		body := s.ask(who, "GET", page, nil).Body.String()
		has(t, who, body, "An administrator disabled this credential.", "<q>Nobody &lt;uses&gt; it</q>", "admin", "just now",
			"Ask a site administrator to enable it again.", "by an administrator", "Disabled")
		for _, not := range []string{`action="` + page + `/verify"`, `action="` + page + `/disable"`, `action="` + page + `/enable"`} {
			if strings.Contains(body, not) {
				t.Errorf("%s is offered %s", who, not)
			}
		}
	}
	has(t, "the list", s.ask("owner", "GET", listPath, nil).Body.String(), "Disabled", "by an administrator")
	for _, action := range []string{"/verify", "/disable", "/enable"} {
		if w := s.ask("owner", "POST", page+action, url.Values{}); w.Code != http.StatusConflict {
			t.Errorf("%s answered %d", action, w.Code)
		}
	}

	if _, err := s.Credentials.Release(t.Context(), s.orderOf("It is used after all"), path.Base(page)); err != nil {
		t.Fatal(err)
	}
	body := s.ask("owner", "GET", page, nil).Body.String()
	has(t, "the page after a release", body, "Approved", "<q>It is used after all</q>")
	if strings.Contains(body, "disabled this credential") {
		t.Error("it still counts as disabled")
	}
}

func TestALinkThatNeedsAnApprovalSaysSoEverywhere(t *testing.T) {
	s := newSite(t)
	s.rule(credential.RulesForm{ApproveAll: true})
	has(t, "the dialog", s.ask("owner", "GET", postPath+"/new", nil).Body.String(), "An administrator must approve new links before they can be used.")
	w := s.ask("owner", "POST", postPath, typed(), withHTMX("dialog"))
	if w.Code != http.StatusOK {
		t.Fatalf("answered %d: %s", w.Code, w.Body)
	}
	has(t, "the dialog after saving", w.Body.String(), "Pending approval", "Mooring doesn't check or use it until an administrator approves it.",
		"Every new link needs approval here.")
	list, err := s.Credentials.List(t.Context(), s.harbor.ID)
	if err != nil || len(list) != 1 || list[0].State != credential.PendingApproval {
		t.Fatalf("saved are %+v, %v", list, err)
	}
	page := views.CredentialPath("harbor", "azure", list[0].ID)
	has(t, "the row", s.ask("member", "GET", listPath, nil).Body.String(), "Pending approval", "Mooring doesn't check or use it until an administrator approves it.")
	body := s.ask("owner", "GET", page, nil).Body.String()
	has(t, "the page", body, "This credential is waiting for approval.", "Ask a site administrator to approve it.", page+"/edit", page+"/unlink")
	if strings.Contains(body, page+"/verify") || strings.Contains(body, `http-equiv="refresh"`) {
		t.Error("it is offered to verify, or shown as if something ran")
	}
	if w := s.ask("owner", "POST", page+"/verify", url.Values{}); w.Code != http.StatusConflict {
		t.Errorf("verifying answered %d", w.Code)
	}

	var answer struct {
		Credentials []struct {
			Status     string `json:"status"`
			StatusWord string `json:"status_word"`
			Reason     string `json:"reason"`
		} `json:"credentials"`
	}
	readInto(t, s.ask("read key", "GET", "/api/v1/accounts/harbor/credentials", nil), &answer)
	if len(answer.Credentials) != 1 {
		t.Fatalf("the API says %+v", answer)
	}
	if got := answer.Credentials[0]; got.Status != "pending-approval" || got.StatusWord != "Pending approval" || got.Reason != "Every new link needs approval here." {
		t.Errorf("the API says %+v", got)
	}
}

func TestAProviderThatIsNotAllowedIsNotOffered(t *testing.T) {
	s := newSite(t)
	page := s.link("Production", someID)
	if err := s.db.Credentials().ChangeRules(t.Context(), credential.Rules{Providers: []string{"other"}},
		audit.Entry{At: testNow(), Actor: audit.BySystem(), Action: audit.ChangeIntake, Result: audit.Done}); err != nil {
		t.Fatal(err)
	}
	body := s.ask("owner", "GET", listPath, nil).Body.String()
	has(t, "the list", body, credential.ErrProviderNotAllowed.Sentence, "Production")
	if strings.Contains(body, "Add credentials") {
		t.Error("it is offered all the same")
	}
	for name, w := range map[string]int{
		"the dialog":  s.ask("owner", "GET", postPath+"/new", nil, withHTMX("dialog")).Code,
		"the preview": s.ask("owner", "POST", postPath+"/preview", typed(), withHTMX("announce")).Code,
		"saving":      s.ask("owner", "POST", postPath, typed()).Code,
	} {
		if w != http.StatusForbidden {
			t.Errorf("%s answered %d", name, w)
		}
	}
	elsewhere := typed()
	elsewhere.Set("subscription_id", "bbbbbbbb-bbbb-cccc-dddd-eeeeeeeeeeee")
	w := s.ask("owner", "POST", page, elsewhere)
	if w.Code != http.StatusForbidden {
		t.Errorf("an edit answered %d", w.Code)
	}
	has(t, "the form that comes back", w.Body.String(), credential.ErrProviderNotAllowed.Sentence, `value="bbbbbbbb-bbbb-cccc-dddd-eeeeeeeeeeee"`)
}

// What the policy refuses is said in the preview, before anybody saves, and at
// the same field when somebody saves all the same.
func TestThePolicyIsExplainedInTheDialogBeforeSaving(t *testing.T) {
	for name, test := range map[string]struct {
		rules credential.RulesForm
		field string
		says  string
	}{
		"subscription": {credential.RulesForm{Accounts: map[string]string{"azure": "other"}}, "subscription_id", "don't allow linking this subscription"},
		"directory":    {credential.RulesForm{Parents: map[string]string{"azure": "other"}}, "", "don't allow linking subscriptions in this directory"},
		"certificate":  {credential.RulesForm{LongestCertificate: "30"}, "certificate_life", "your administrators allow at most 30"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			// The clouds read ids of directories; the fake one reads none.
			rules := credential.Rules{}
			if test.rules.Parents != nil {
				rules.Parents = map[string][]string{"azure": {"other"}}
				test.field = "tenant_id"
			}
			if test.rules.Accounts != nil {
				rules.Accounts = map[string][]string{"azure": {"other"}}
			}
			if test.rules.LongestCertificate != "" {
				rules.LongestCertificate = 30
			}
			if err := s.db.Credentials().ChangeRules(t.Context(), rules, audit.Entry{At: testNow(), Actor: audit.BySystem(), Action: audit.ChangeIntake, Result: audit.Done}); err != nil {
				t.Fatal(err)
			}
			preview := s.ask("owner", "POST", postPath+"/preview", typed(), withHTMX("announce"))
			if preview.Code != http.StatusOK {
				t.Fatalf("the preview answered %d", preview.Code)
			}
			mark := `id="` + test.field + `-error"`
			has(t, "the preview", preview.Body.String(), mark, test.says)
			saved := s.ask("owner", "POST", postPath, typed())
			if saved.Code != http.StatusUnprocessableEntity {
				t.Errorf("saving answered %d", saved.Code)
			}
			has(t, "the form that comes back", saved.Body.String(), mark, test.says, `value="Production"`)
			if list, _ := s.Credentials.List(t.Context(), s.harbor.ID); len(list) != 0 {
				t.Errorf("saved are %+v", list)
			}
			entries, err := s.db.Audit(t.Context(), s.harbor.ID, 1)
			if err != nil || entries[0].Result != audit.Refused || entries[0].Action != audit.LinkCredential || entries[0].Actor.PersonID != s.ids["owner"] {
				t.Errorf("the log says %+v, %v", entries, err)
			}
		})
	}
}

func TestACertificateThatLivesTooLongCanBeReplacedInTheDialog(t *testing.T) {
	s := newSite(t)
	s.rule(credential.RulesForm{LongestCertificate: "30"})
	body := s.ask("owner", "GET", postPath+"/new", nil, withHTMX("dialog")).Body.String()
	has(t, "the dialog", body, "your administrators allow at most 30", "Make a new certificate", `href="/accounts/harbor/certificate/new"`)
	if got := strings.Count(body, `id="certificate_life-error"`); got != 1 {
		t.Errorf("it is said %d times at its place", got)
	}
}

func TestWhatAPolicyDoesNotLetInIsExplainedOnThePage(t *testing.T) {
	s := newSite(t)
	page := s.link("Production", someID)
	if err := s.db.Credentials().ChangeRules(t.Context(), credential.Rules{Parents: map[string][]string{"azure": {"other"}}},
		audit.Entry{At: testNow(), Actor: audit.BySystem(), Action: audit.ChangeIntake, Result: audit.Done}); err != nil {
		t.Fatal(err)
	}
	s.ordered(s.check, "", page)
	has(t, "the page", s.ask("owner", "GET", page, nil).Body.String(), "Needs attention", "Your administrators don't allow this link.",
		"The subscription belongs to the directory tenant", "The link isn't allowed.")
}
