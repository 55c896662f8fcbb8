package handlers

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"mooring/account"
	"mooring/audit"
	"mooring/db"
)

// letterbox is a mail server that hands on what it gets.
type letterbox chan string

// Send implements account.Mailer.
func (l letterbox) Send(_ context.Context, to, _, text string) error {
	l <- to + "\n" + text
	return nil
}

var resetLink = regexp.MustCompile(`http://127\.0\.0\.1:8080(/reset/[0-9A-Za-z_-]{43})\n`)

// mailSite is a site with a mail server, which knows the address of the owner to be
// theirs.
func mailSite(t *testing.T) (*site, letterbox) {
	t.Helper()
	box := make(letterbox, 10)
	s := newSite(t, func(c *Config) {
		c.Mail = true
		c.Accounts = account.NewService(account.Config{Store: c.Data.(*db.DB).Accounts(), Policy: account.Policy{Passwords: true, Providers: []string{"harbor"}},
			Passkeys: fakePasskeys{}, Mailer: box, ResetLink: func(token string) string { return c.PublicURL.JoinPath("reset", token).String() },
			Now: testNow, NewID: func() string { return "id-of-the-test" }, Log: c.Log, Joined: func() {}})
	})
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { s.Accounts.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
	linked := account.Identity{Provider: "harbor", Issuer: "https://harbor.example", Subject: "1", Email: "owner@example.com", EmailVerified: true}
	in, err := s.Accounts.LinkIdentity(t.Context(), s.caller("owner"), linked, account.Origin{Token: s.people["owner"]})
	if err != nil {
		t.Fatal(err)
	}
	s.people["owner"] = in.Token.Reveal()
	return s, box
}

func (b *browser) forgets(email string) {
	b.s.t.Helper()
	leads(b.s.t, b.ask("POST", forgottenPath, url.Values{"email": {email}}), forgottenPath+"?done=sent")
}

func TestAForgottenPasswordIsSetByMail(t *testing.T) {
	s, box := mailSite(t)
	b := s.browser()
	says(t, b.ask("GET", "/login", nil), http.StatusOK, `href="/login/forgotten-password"`)
	says(t, b.ask("GET", forgottenPath, nil), http.StatusOK, "Mail me a link")
	b.forgets("Owner@example.com")
	says(t, b.ask("GET", forgottenPath+"?done=sent", nil), http.StatusOK, "Mooring is sending you a mail with a link")
	found := resetLink.FindStringSubmatch(<-box)
	if found == nil {
		t.Fatal("the mail has no link")
	}
	link := found[1]
	for range 2 { // programs look at what is in mail before people do
		w := b.ask("GET", link, nil)
		says(t, w, http.StatusOK, "owner@example.com")
		if policy := w.Header().Get("Referrer-Policy"); policy != "no-referrer" {
			t.Errorf("the address may be told: %q", policy)
		}
		b.ask("HEAD", link, nil)
	}
	says(t, b.ask("POST", link, url.Values{"password": {"short"}}), http.StatusUnprocessableEntity, "12 characters")
	signedIn := s.as("owner")
	leads(t, b.ask("POST", link, url.Values{"password": {"another long enough password"}}), "/login?done=password")
	if b.session() != "" {
		t.Error("the link signs in")
	}
	leads(t, signedIn.ask("GET", "/settings", nil), "/login?next=%2Fsettings")
	says(t, b.ask("GET", "/login?done=password", nil), http.StatusOK, "Password changed. Sign in with the new password.")
	says(t, b.ask("GET", link, nil), http.StatusNotFound, account.ErrPasswordReset.Sentence)
	says(t, b.ask("POST", link, url.Values{"password": {"yet another long password"}}), http.StatusNotFound, account.ErrPasswordReset.Sentence)
	leads(t, b.ask("POST", "/login", signInForm("owner@example.com", "another long enough password", "/settings")), "/settings")
	if log := s.log.String(); strings.Contains(log, strings.TrimPrefix(link, "/reset/")) {
		t.Error("the token is in the log")
	}
	for _, e := range s.entries() {
		if strings.Contains(e.Entry.Detail, strings.TrimPrefix(link, "/reset/")) {
			t.Error("the token is in the audit log")
		}
	}
}

// Whoever asks learns nothing about who is here.
func TestAForgottenPasswordTellsNothingAboutWhoIsHere(t *testing.T) {
	s, box := mailSite(t)
	page := ""
	for _, who := range []string{"nobody", "member", "disabled", "owner"} {
		b := s.browser()
		before := len(s.entries())
		b.forgets(who + "@example.com")
		got := withoutIDs(b.ask("GET", forgottenPath+"?done=sent", nil).Body.String())
		if page == "" {
			page = got
		}
		if got != page || strings.Contains(got, who+"@") {
			t.Errorf("%s is told apart: %s", who, got)
		}
		if who == "owner" {
			<-box
			if entries := s.entries(); len(entries) != before+1 || entries[before].Entry.Action != audit.RequestPasswordReset {
				t.Errorf("the entries are %+v", entries[before:])
			}
		} else if len(s.entries()) != before {
			t.Errorf("%s leaves an entry", who)
		}
	}
	if len(box) != 0 {
		t.Error("others get mail, too")
	}
	b := s.browser()
	says(t, b.ask("POST", forgottenPath, url.Values{"email": {"no address"}}), http.StatusUnprocessableEntity, "Enter an e-mail address")
	var last int
	for range 10 {
		last = b.ask("POST", forgottenPath, url.Values{"email": {"nobody@example.com"}}).Code
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("any number of requests: %d", last)
	}
}

func TestWithoutAMailServerPeopleAreToldWhomToAsk(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	says(t, b.ask("GET", forgottenPath, nil), http.StatusOK, "Ask the person who gave you access")
	if page := b.ask("GET", forgottenPath+"?done=sent", nil).Body.String(); strings.Contains(page, "on its way") || strings.Contains(page, "<form method=\"post\" action=\"/login/forgotten") {
		t.Errorf("a mail is promised: %s", page)
	}
	says(t, b.ask("POST", forgottenPath, url.Values{"email": {"owner@example.com"}}), http.StatusConflict, account.ErrPasswordResetsOff.Sentence)
	says(t, b.ask("GET", "/reset/none", nil), http.StatusNotFound, account.ErrPasswordReset.Sentence)

	s = newSite(t, withPolicy(account.Policy{}))
	if page := s.ask("", "GET", "/login", nil).Body.String(); strings.Contains(page, forgottenPath) {
		t.Error("a password is forgotten where nobody has one")
	}
	if w := s.ask("", "GET", forgottenPath, nil); w.Code != http.StatusNotFound {
		t.Errorf("the page answered %d", w.Code)
	}
}
