package handlers

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"mooring/account"
	"mooring/fault"
	"mooring/identity"
	"mooring/identity/identitytest"
)

// quirkySite is a site with a provider whose quirks can be switched.
func quirkySite(t *testing.T, policy account.Policy, more ...string) (*site, *identitytest.Quirky) {
	t.Helper()
	quirky := identitytest.StartQuirky(t)
	public := &url.URL{Scheme: "http", Host: "127.0.0.1:8080"}
	settings, err := identity.ParseSettings(quirky.SettingsLine("harbor", more...), os.ReadFile, quirky.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	p, err := identity.New(settings, public, &http.Client{Timeout: 10 * time.Second}, time.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	policy.Passwords, policy.Providers = true, []string{"harbor"}
	return newSite(t, withPolicy(policy), func(c *Config) { c.SignInWith = []*identity.Provider{p} }), quirky
}

// goes goes to the quirky provider, signs in there, and gives the address to which
// that sends the browser back.
func (b *browser) goes(quirky *identitytest.Quirky, from string) string {
	b.s.t.Helper()
	w := b.ask("GET", from, nil)
	if w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), quirky.URL) {
		b.s.t.Fatalf("%s answered %d to %q: %s", from, w.Code, w.Header().Get("Location"), w.Body)
	}
	return fromHarbor + "?" + quirky.SignIn(b.s.t, w.Header().Get("Location")).Encode()
}

func TestTabsSideBySideSignInEach(t *testing.T) {
	for _, first := range []int{0, 1} {
		s, quirky := quirkySite(t, account.Policy{Registration: true})
		b := s.browser()
		back := []string{b.goes(quirky, goToHarbor+"?next=%2Fsettings"), b.goes(quirky, goToHarbor+"?next=%2Fsettings%2Fsecurity")}
		next := []string{"/settings", "/settings/security"}
		for _, tab := range []int{first, 1 - first} {
			leads(t, b.ask("GET", back[tab], nil), next[tab])
		}
		if b.session() == "" {
			t.Error("nobody is signed in")
		}
	}
}

func TestACallbackThatFitsNoAttemptUsesNothingUp(t *testing.T) {
	s, quirky := quirkySite(t, account.Policy{Registration: true})
	b := s.browser()
	stale := b.goes(quirky, goToHarbor)
	name, _ := b.sent()
	delete(b.cookies, name) // as after ten minutes
	back := b.goes(quirky, goToHarbor)
	for _, odd := range []string{stale, fromHarbor, fromHarbor + "?state=&code=x", fromHarbor + "?code=x&state=" + strings.Repeat("x", 5000),
		fromHarbor + "?error=access_denied&state=another"} {
		w := b.ask("GET", odd, nil)
		says(t, w, http.StatusUnprocessableEntity, errAttempt.Sentence)
		for _, cookie := range w.Result().Cookies() {
			if strings.HasPrefix(cookie.Name, s.attempts.name) {
				t.Errorf("%.60s changed the cookie %s", odd, cookie.Name)
			}
		}
	}
	leads(t, b.ask("GET", back, nil), "/")
}

func TestACallbackThatIsReloadedLeadsToTheFirstPage(t *testing.T) {
	s, quirky := quirkySite(t, account.Policy{Registration: true})
	b := s.browser()
	back := b.goes(quirky, goToHarbor)
	leads(t, b.ask("GET", back, nil), "/")
	session := b.session()
	w := b.ask("GET", back, nil)
	leads(t, w, "/")
	if b.session() != session || len(w.Result().Cookies()) > 0 {
		t.Errorf("the reload changed something: %v", w.Result().Cookies())
	}
	b.ask("POST", "/logout", url.Values{})
	says(t, b.ask("GET", back, nil), http.StatusUnprocessableEntity, errAttempt.Sentence)
}

// They come back with every request, so that many of them would end at a proxy.
func TestAttemptsOnTheirWayAreBounded(t *testing.T) {
	s, quirky := quirkySite(t, account.Policy{Registration: true})
	b := s.browser()
	b.cookies[s.attempts.name+"_"+strings.Repeat("0", stateKeySize)] = "of another start"
	b.cookies[s.attempts.name+"_list"] = "of the page"
	var back []string
	for range mostSent + 3 {
		back = append(back, b.goes(quirky, goToHarbor+"?next=%2Fsettings"))
	}
	count, size := 0, 0
	for name, value := range b.cookies {
		if strings.HasPrefix(name, s.attempts.name+"_") && name != s.attempts.name+"_list" {
			count, size = count+1, size+len(value)
		}
	}
	if count < 3 || count > mostSent || size > mostSentBytes {
		t.Errorf("%d attempts with %d bytes are on their way", count, size)
	}
	if b.cookies[s.attempts.name+"_list"] == "" {
		t.Error("what the page began is gone")
	}
	says(t, b.ask("GET", back[0], nil), http.StatusUnprocessableEntity, errAttempt.Sentence)
	leads(t, b.ask("GET", back[len(back)-1], nil), "/settings")
}

func TestWhatAProviderSaysAboutAddressesIsToldAsWhatItIs(t *testing.T) {
	type claims = map[string]any
	for name, one := range map[string]struct {
		quirks   identitytest.Quirks
		status   int
		sentence string
	}{
		"no address":    {identitytest.Quirks{Claims: claims{"email": nil}}, http.StatusForbidden, account.ErrNoAddress.Sentence},
		"not verified":  {identitytest.Quirks{Claims: claims{"email_verified": false}}, http.StatusForbidden, account.ErrUnverifiedAddress.Sentence},
		"not answered":  {identitytest.Quirks{Claims: claims{"email": nil}, UserInfoStatus: 500}, http.StatusServiceUnavailable, account.ErrAddressUnread.Sentence},
		"no usable key": {identitytest.Quirks{KeySet: `{"keys":[]}`}, http.StatusServiceUnavailable, identity.ErrProviderBroken.Sentence},
	} {
		s, quirky := quirkySite(t, account.Policy{Registration: true})
		quirky.Set(one.quirks)
		b := s.browser()
		t.Log(name)
		says(t, b.ask("GET", b.goes(quirky, goToHarbor), nil), one.status, one.sentence)
		if log := s.log.String(); !strings.Contains(log, "cause=") || strings.Contains(log, quirky.ClientSecret) {
			t.Errorf("%s: the log says %s", name, log)
		}
	}
}

func TestANameIsNoReasonToKeepSomebodyOut(t *testing.T) {
	s, quirky := quirkySite(t, account.Policy{Registration: true})
	quirky.Set(identitytest.Quirks{Claims: map[string]any{"name": nil}, UserInfoStatus: http.StatusForbidden})
	b := s.browser()
	leads(t, b.ask("GET", b.goes(quirky, goToHarbor), nil), "/")
	says(t, b.ask("GET", "/settings", nil), http.StatusOK, "ada@example.com")
}

func TestTooManyGroupsChangeNothing(t *testing.T) {
	s, quirky := quirkySite(t, account.Policy{Registration: true, AdminGroup: "captains"}, "groups-claim=realm_access.roles")
	b := s.browser()
	for _, one := range []struct {
		claims map[string]any
		status int // of the administrators' page
	}{
		{map[string]any{"realm_access": map[string]any{"roles": []any{"captains", 7, nil}}}, http.StatusOK},
		{map[string]any{"_claim_names": map[string]string{"realm_access": "a"}, "_claim_sources": map[string]any{"a": map[string]string{"endpoint": "https://x.example"}}}, http.StatusOK},
		{map[string]any{"realm_access": map[string]any{"roles": []string{}}}, http.StatusNotFound},
	} {
		quirky.Set(identitytest.Quirks{Claims: one.claims})
		leads(t, b.ask("GET", b.goes(quirky, goToHarbor), nil), "/")
		if w := b.ask("GET", "/admin/people", nil); w.Code != one.status {
			t.Errorf("%v: the page answered %d", one.claims, w.Code)
		}
	}
}

func TestSigningOutOffersToSignOutAtTheProvider(t *testing.T) {
	s, quirky := quirkySite(t, account.Policy{})
	for name, one := range map[string]struct {
		endpoint any
		offered  bool
	}{
		"of the issuer": {quirky.URL + "/logout?kept=1", true}, "none": {nil, false}, "of another host": {"https://evil.example/logout", false},
		"a script": {"javascript:alert(1)", false}, "a number": {7, false}, "with a password": {strings.Replace(quirky.URL, "://", "://a:b@", 1) + "/logout", false},
		"another port": {"http://127.0.0.1:1/logout", false},
	} {
		s, quirky := quirkySite(t, account.Policy{Registration: true})
		endpoint := one.endpoint
		if text, ok := endpoint.(string); ok && one.offered {
			endpoint = quirky.URL + text[strings.LastIndexByte(text, '/'):]
		}
		quirky.Set(identitytest.Quirks{Discovery: map[string]any{"end_session_endpoint": endpoint}})
		b := s.browser()
		leads(t, b.ask("GET", b.goes(quirky, goToHarbor), nil), "/")
		leads(t, b.ask("POST", "/logout", url.Values{}), "/login?signed-out=harbor")
		page := b.ask("GET", "/login?signed-out=harbor", nil).Body.String()
		want := quirky.URL + "/logout?client_id=mooring&kept=1&post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2Flogin"
		const path = "/login/with/harbor/sign-out"
		if offers := strings.Contains(page, "Also sign out at Harbor SSO"); offers != one.offered || strings.Contains(page, `href="`+path+`"`) != one.offered {
			t.Errorf("%s: offered %v: %s", name, offers, page)
		}
		if !one.offered {
			leads(t, b.ask("GET", path, nil), "/")
			continue
		}
		leads(t, b.ask("GET", path, nil), want)
		leads(t, b.ask("GET", path, nil, withHeader("Sec-Fetch-Site", "cross-site")), "/")
	}
	for _, path := range []string{"/login?signed-out=nobody", "/login?signed-out=", "/login"} {
		if page := s.ask("", "GET", path, nil).Body.String(); strings.Contains(page, "Also sign out") {
			t.Errorf("%s offers it", path)
		}
	}
	b := s.as("owner") // by a password
	leads(t, b.ask("POST", "/logout", url.Values{}), "/login")
}

// TestWhoseFaultItIsIsSaidAndLogged also looks that the log has the cause and no secret.
func TestWhoseFaultItIsIsSaidAndLogged(t *testing.T) {
	for name, one := range map[string]struct {
		quirks identitytest.Quirks
		want   *fault.Fault
		status int
		cause  string
	}{
		"denied":           {identitytest.Quirks{Refuses: "access_denied"}, identity.ErrProviderRefused, http.StatusUnprocessableEntity, "access_denied"},
		"another redirect": {identitytest.Quirks{Refuses: "redirect_uri_mismatch"}, identity.ErrProviderSettings, http.StatusServiceUnavailable, "redirect_uri_mismatch"},
		"a wrong client":   {identitytest.Quirks{TokenError: "invalid_client"}, identity.ErrProviderClient, http.StatusServiceUnavailable, "invalid_client"},
		"an old code":      {identitytest.Quirks{TokenError: "invalid_grant"}, identity.ErrAnswer, http.StatusUnprocessableEntity, "invalid_grant"},
		"an outage":        {identitytest.Quirks{TokenError: "x", TokenStatus: 503}, identity.ErrProviderDown, http.StatusServiceUnavailable, "503"},
		"no token":         {identitytest.Quirks{Token: map[string]any{"id_token": nil}}, identity.ErrProviderBroken, http.StatusServiceUnavailable, "no ID token"},
		"another nonce":    {identitytest.Quirks{Claims: map[string]any{"nonce": "another"}}, identity.ErrToken, http.StatusUnprocessableEntity, "nonce"},
		"a wrong clock":    {identitytest.Quirks{Claims: map[string]any{"exp": 1}}, identity.ErrToken, http.StatusUnprocessableEntity, "expired"},
	} {
		s, quirky := quirkySite(t, account.Policy{Registration: true})
		quirky.Set(one.quirks)
		b := s.browser()
		t.Log(name)
		back := b.goes(quirky, goToHarbor)
		says(t, b.ask("GET", back, nil), one.status, one.want.Sentence)
		log := s.log.String()
		code := url.Values{}
		if _, query, ok := strings.Cut(back, "?"); ok {
			code, _ = url.ParseQuery(query)
		}
		if !strings.Contains(log, one.want.Code) || !strings.Contains(log, one.cause) || strings.Contains(log, quirky.ClientSecret) ||
			code.Get("code") != "" && strings.Contains(log, code.Get("code")) {
			t.Errorf("%s: the log says %s", name, log)
		}
	}
}
