package handlers

import (
	"html"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"mooring/walkthrough"
)

// withOperatorsHelp has a walkthrough for administrators beside one for everyone.
func withOperatorsHelp(c *Config) {
	files := fstest.MapFS{
		"sail/walkthrough.md":    {Data: []byte("---\nsummary: Set the sails.\n---\n\n# Set the sails\n\nPull the halyard.\n")},
		"install/walkthrough.md": {Data: []byte("---\nsummary: Start it.\nfor: administrators\n---\n\n# Install the rigging\n\nPut the halyard in its place.\n")},
	}
	c.Help, _ = walkthrough.OpenLibrary(files, HelpPaths(files))
}

func TestASearchFindsWhatPeopleAskFor(t *testing.T) {
	s := newSite(t, withHelp)
	for query, anchor := range map[string]string{
		"invite": "invite", "invitation expired": "invite", "add user": "invite", "invite colleague": "invite",
		"role": "roles", "roles": "roles", "viewer": "roles", "permissions": "roles", "people": "roles", "change role": "roles",
		"lost phone": "lost-passkey", "lost passkey": "lost-passkey", "2fa": "lost-passkey", "locked out": "lost-passkey",
		"recovery": "passkeys", "recovery codes": "passkeys", "passkey": "passkeys", "second step": "passkeys",
		"token": "api-keys", "API key": "api-keys", "api keys": "api-keys", "bearer": "api-keys", "key expired": "api-keys",
		"expired certificate": "new-certificate", "new certificate": "new-certificate", "renew": "new-certificate", "rotate certificate": "new-certificate",
		"AuthorizationFailed": "no-role", "no role": "no-role", "access control": "no-role",
		"forgot password": "forgotten-password", "Forgotten password": "forgotten-password", "reset password": "forgotten-password", "log in": "forgotten-password",
	} {
		page := shows(t, s.ask("viewer", "GET", "/help?q="+url.QueryEscape(query), nil))
		if want := `<a href="/help/questions#` + anchor + `">`; !strings.Contains(page, want) {
			t.Errorf("%q does not find %s", query, anchor)
		}
		lacks(t, page, "people-of-the-site", "mooring people reset")
	}
}

func TestTheHelpListsWhatConcernsTheReader(t *testing.T) {
	s := newSite(t, withOperatorsHelp)
	for _, who := range []string{"viewer", "member", "owner"} {
		for _, path := range []string{"/help", "/help?q=halyard", "/help/sail", helpTopicsPath} {
			lacks(t, shows(t, s.ask(who, "GET", path, nil), "Set the sails"), "/help/install", "Install the rigging", "people-of-the-site", "people reset", "As a site administrator")
		}
		shows(t, s.ask(who, "GET", "/help?q=halyard", nil), "1 place found")
		shows(t, s.ask(who, "GET", "/help?q=rigging", nil), "No help page contains all of these words.")
		shows(t, s.ask(who, "GET", "/help/install", nil), "Put the halyard in its place.") // other pages may link to it
	}
	for _, path := range []string{"/help", "/help?q=halyard", "/help/sail", helpTopicsPath} {
		shows(t, s.ask("admin", "GET", path, nil), `href="/help/install"`)
	}
	shows(t, s.ask("admin", "GET", "/help?q=halyard", nil), "2 places found")
	shows(t, s.ask("admin", "GET", "/help?q=block+sessions", nil), "/help/questions#people-of-the-site")
	shows(t, s.ask("admin", "GET", helpTopicsPath, nil), `id="people-of-the-site"`, "<code>mooring people reset --email ADDRESS</code>", "As a site administrator")
	shows(t, s.ask("viewer", "GET", "/help", nil), `<h3><a href="/help/questions#roles">What can owners, members and viewers do?</a></h3>`)
	shows(t, s.ask("viewer", "GET", helpTopicsPath, nil), `<section class="entry" id="roles">`, "<strong>Owner</strong>", `<a href="#invite">`)
}

func TestVisitorsReadTheCommonQuestionsOfAPublicHelp(t *testing.T) {
	public := newSite(t, withOperatorsHelp, withPublicHelp)
	for _, who := range []string{"", "half", "disabled"} {
		lacks(t, shows(t, public.ask(who, "GET", helpTopicsPath, nil), `id="forgotten-password"`), "people-of-the-site", "people reset", "/help/install")
	}
	leads(t, newSite(t, withOperatorsHelp).ask("", "GET", helpTopicsPath, nil), "/login?next="+url.QueryEscape(helpTopicsPath))
}

// TestTopicsNameLabelsOfTheInterface compares with the samples of all pages.
func TestTopicsNameLabelsOfTheInterface(t *testing.T) {
	samples, err := filepath.Glob("../views/testdata/golden/*.html")
	if err != nil || len(samples) == 0 {
		t.Fatalf("%d samples, %v", len(samples), err)
	}
	var all strings.Builder
	for _, name := range samples {
		if strings.HasPrefix(filepath.Base(name), "help-") { // they quote labels
			continue
		}
		sample, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.WriteString(html.UnescapeString(string(sample)))
	}
	anchors := map[string]bool{}
	for _, topic := range helpTopics {
		if anchors[topic.anchor] || topic.title == "" || topic.keywords == "" {
			t.Errorf("%s is there twice or lacks its title or keywords", topic.anchor)
		}
		anchors[topic.anchor] = true
		for _, paragraph := range topic.paragraphs(true) {
			if strings.Count(paragraph, "**")%2 != 0 || strings.Count(paragraph, "`")%2 != 0 {
				t.Errorf("%s: a mark is not closed: %s", topic.anchor, paragraph)
			}
			for _, piece := range piecesOf(paragraph) {
				if piece.Label && !strings.Contains(all.String(), piece.Text) {
					t.Errorf("%s names %q, which no page shows", topic.anchor, piece.Text)
				}
			}
		}
	}
}
