package handlers

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"mooring/account"
)

// browser keeps cookies between requests, as browsers do.
type browser struct {
	s       *site
	cookies map[string]string
}

func (s *site) browser() *browser { return &browser{s: s, cookies: map[string]string{}} }

// as is a browser in which somebody is signed in already.
func (s *site) as(who string) *browser {
	b := s.browser()
	b.cookies[s.sessions.name] = s.people[who]
	return b
}

func (b *browser) ask(method, path string, form url.Values, change ...func(*http.Request)) *httptest.ResponseRecorder {
	b.s.t.Helper()
	w := b.s.ask("", method, path, form, append([]func(*http.Request){func(r *http.Request) {
		for name, value := range b.cookies {
			r.AddCookie(&http.Cookie{Name: name, Value: value})
		}
	}}, change...)...)
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c.Value
		}
	}
	return w
}

func (b *browser) session() string { return b.cookies[b.s.sessions.name] }

// callerIn is who is signed in in a browser.
func (s *site) callerIn(b *browser) account.Caller {
	s.t.Helper()
	caller, err := s.Accounts.Authenticate(s.t.Context(), b.session())
	if err != nil {
		s.t.Fatal(err)
	}
	return caller
}

// leads checks that an answer leads to this address.
func leads(t *testing.T, w *httptest.ResponseRecorder, to string) {
	t.Helper()
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != to {
		t.Fatalf("answered %d to %q, want %q: %s", w.Code, w.Header().Get("Location"), to, w.Body)
	}
}

// says checks that an answer has this status and shows this sentence.
func says(t *testing.T, w *httptest.ResponseRecorder, status int, sentence string) {
	t.Helper()
	shown := strings.NewReplacer("&#39;", "'", "&#34;", `"`, "&amp;", "&").Replace(w.Body.String())
	if w.Code != status || !strings.Contains(shown, sentence) {
		t.Fatalf("answered %d, want %d and %q: %s", w.Code, status, sentence, w.Body)
	}
}

// question asks for a ceremony and gives what this authenticator answers.
func (b *browser) question(path, authenticator string, form url.Values) string {
	b.s.t.Helper()
	w := b.ask("POST", path, form, withHeader("Accept", "application/json"))
	if w.Code != http.StatusOK {
		b.s.t.Fatalf("%s answered %d: %s", path, w.Code, w.Body)
	}
	return authenticator + strings.TrimSpace(w.Body.String())
}

// recoveryCode is how a code looks on the page.
var recoveryCode = regexp.MustCompile(`\b[0-9a-z]{4}(-[0-9a-z]{4}){3}\b`)

func answer(text string) url.Values { return url.Values{"answer": {text}} }

func (b *browser) signIn(who string) *httptest.ResponseRecorder {
	b.s.t.Helper()
	return b.ask("POST", "/login", signInForm(who+"@example.com", testPassword, "/settings"))
}

// addPasskey adds a passkey of this name in a browser that is signed in, and
// gives the recovery codes on the page.
func (b *browser) addPasskey(authenticator string) []string {
	b.s.t.Helper()
	text := b.question("/settings/passkeys/question", authenticator, url.Values{})
	w := b.ask("POST", "/settings/passkeys", url.Values{"answer": {text}, "name": {authenticator}})
	if w.Code != http.StatusOK {
		b.s.t.Fatalf("adding answered %d: %s", w.Code, w.Body)
	}
	return recoveryCode.FindAllString(w.Body.String(), -1)
}

func TestAPasskeyAloneSignsIn(t *testing.T) {
	s := newSite(t)
	s.as("owner").addPasskey("laptop")
	b := s.browser()
	text := b.question("/login/passkey/question", "laptop", url.Values{})
	leads(t, b.ask("POST", "/login/passkey", url.Values{"answer": {text}, "next": {"/settings"}}), "/settings")
	if w := b.ask("GET", "/settings", nil); w.Code != http.StatusOK {
		t.Errorf("the page answered %d", w.Code)
	}
}

func TestAnAnswerCountsOnceAndForItsPurpose(t *testing.T) {
	s := newSite(t)
	s.as("owner").addPasskey("laptop")
	b := s.browser()
	text := b.question("/login/passkey/question", "laptop", url.Values{})
	cookie := b.cookies[s.attempts.name]
	leads(t, b.ask("POST", "/login/passkey", answer(text)), "/")

	again := s.browser()
	again.cookies[s.attempts.name] = cookie
	says(t, again.ask("POST", "/login/passkey", answer(text)), http.StatusUnprocessableEntity, errAttempt.Sentence)
	if again.session() != "" {
		t.Error("a used answer signed in again")
	}
	other := s.browser()
	text = other.question("/login/passkey/question", "laptop", url.Values{})
	leads(t, other.ask("POST", "/login", signInForm("owner@example.com", testPassword, "/")), "/login/second-step")
	says(t, other.ask("POST", "/login/second-step", answer(text)), http.StatusUnprocessableEntity, errAttempt.Sentence)
}

func TestWrongAnswersDoNotSignIn(t *testing.T) {
	s := newSite(t)
	s.as("owner").addPasskey("laptop")
	for what, change := range map[string]func(b *browser, text string) string{
		"somebody else's authenticator": func(_ *browser, text string) string { return strings.Replace(text, "laptop", "other", 1) },
		"another question's answer":     func(b *browser, _ string) string { return "laptop" + `"another"` },
		"nothing":                       func(*browser, string) string { return "" },
		"no attempt": func(b *browser, text string) string {
			delete(b.cookies, s.attempts.name)
			return text
		},
		"a changed attempt": func(b *browser, text string) string {
			b.cookies[s.attempts.name] += "x"
			return text
		},
	} {
		b := s.browser()
		text := b.question("/login/passkey/question", "laptop", url.Values{})
		w := b.ask("POST", "/login/passkey", answer(change(b, text)))
		if w.Code != http.StatusUnprocessableEntity || b.session() != "" {
			t.Errorf("%s answered %d and the session %q", what, w.Code, b.session())
		}
	}
}

func TestTheSecondStepComesBeforeEverything(t *testing.T) {
	s := newSite(t)
	s.as("owner").addPasskey("laptop")
	b := s.browser()
	leads(t, b.signIn("owner"), "/login/second-step?next=%2Fsettings")
	halfway := b.session()
	leads(t, b.ask("GET", "/settings", nil), "/login/second-step?next=%2Fsettings")
	if page := b.ask("GET", "/login/second-step?next=%2Fsettings", nil).Body.String(); strings.Contains(page, "harbor") {
		t.Error("the page of the second step shows what is behind it")
	}
	says(t, b.ask("POST", "/login/second-step/code", url.Values{"code": {"0000-0000-0000-0000"}}), http.StatusUnprocessableEntity, `id="code-error">`+account.ErrWrongCode.Sentence)
	text := b.question("/login/second-step/question", "laptop", url.Values{})
	leads(t, b.ask("POST", "/login/second-step", url.Values{"answer": {text}, "next": {"/settings"}}), "/settings")
	if b.session() == halfway {
		t.Error("the session kept its token although it may do more now")
	}
	if w := b.ask("GET", "/settings", nil); w.Code != http.StatusOK {
		t.Errorf("after the second step the page answered %d", w.Code)
	}
	stolen := s.browser()
	stolen.cookies[s.sessions.name] = halfway
	leads(t, stolen.ask("GET", "/settings", nil), "/login?next=%2Fsettings")
}

func TestARecoveryCodeStandsInForAPasskeyOnce(t *testing.T) {
	s := newSite(t)
	codes := s.as("owner").addPasskey("laptop")
	if len(codes) != 10 {
		t.Fatalf("%d codes are shown", len(codes))
	}
	b := s.browser()
	b.signIn("owner")
	leads(t, b.ask("POST", "/login/second-step/code", url.Values{"code": {" " + strings.ToUpper(codes[3]) + " "}}), "/")
	again := s.browser()
	again.signIn("owner")
	says(t, again.ask("POST", "/login/second-step/code", url.Values{"code": {codes[3]}}), http.StatusUnprocessableEntity, account.ErrWrongCode.Sentence)
	for _, code := range codes {
		if strings.Contains(s.log.String(), code) {
			t.Error("a recovery code is in the log")
		}
	}
}

func TestAnAttemptOfOnePersonIsNotAnothers(t *testing.T) {
	s := newSite(t)
	member := s.as("member")
	text := member.question("/settings/passkeys/question", "laptop", url.Values{})
	owner := s.as("owner")
	owner.cookies[s.attempts.name] = member.cookies[s.attempts.name]
	says(t, owner.ask("POST", "/settings/passkeys", answer(text)), http.StatusUnprocessableEntity, errAttempt.Sentence)
}

func TestWhatIsDangerousAsksForAFreshProof(t *testing.T) {
	s := newSite(t)
	path := s.link("Production", "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee")
	b := s.as("stale owner")
	leads(t, b.ask("GET", path+"/unlink", nil), "/prove?next="+url.QueryEscape(path+"/unlink"))
	leads(t, b.ask("POST", path+"/disable", url.Values{}, withHeader("Referer", "http://127.0.0.1:8080"+path)), "/prove?next="+url.QueryEscape(path))
	leads(t, b.ask("POST", path+"/disable", url.Values{}, withHeader("Referer", "http://evil.example"+path)), "/prove")
	before := b.session()
	says(t, b.ask("POST", "/prove", url.Values{"password": {"not the right one"}, "next": {path}}), http.StatusUnprocessableEntity, `id="password-error">`+account.ErrNotYourPassword.Sentence)
	leads(t, b.ask("POST", "/prove", url.Values{"password": {testPassword}, "next": {path + "/unlink"}}), path+"/unlink")
	if b.session() == before {
		t.Error("the session kept its token although it may do more now")
	}
	if w := b.ask("GET", path+"/unlink", nil); w.Code != http.StatusOK {
		t.Errorf("after the proof the page answered %d", w.Code)
	}
	leads(t, b.ask("POST", "/prove", url.Values{"password": {testPassword}, "next": {"//evil.example"}}), "/")
}

func TestAtAnotherNameThePageSaysWherePasskeysWork(t *testing.T) {
	s := newSite(t, func(c *Config) { c.PasskeyURL = &url.URL{Scheme: "http", Host: "localhost:8080"} })
	const hint = "Passkeys work only at http://localhost:8080."
	for _, path := range []string{"/login", "/settings/security", "/settings/passkeys/new"} {
		who := map[bool]string{true: "", false: "owner"}[path == "/login"]
		says(t, s.ask(who, "GET", path, nil), http.StatusOK, hint)
		there := s.ask(who, "GET", path, nil, func(r *http.Request) { r.Host = "localhost:8080" })
		if there.Code != http.StatusOK || strings.Contains(there.Body.String(), hint) {
			t.Errorf("%s at that address answered %d: %s", path, there.Code, there.Body)
		}
	}
}
