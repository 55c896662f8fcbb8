package oidc_test

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/markbates/goth"

	"mooring/identity/oidc"
)

func TestTokensThatAreWellSignedAndRightAreBelieved(t *testing.T) {
	for name, change := range map[string]func(*hostile){
		"plain":                        func(*hostile) {},
		"the hash of the access token": func(h *hostile) { h.claims["at_hash"] = accessHash(accessToken) },
		"two audiences and our party": func(h *hostile) {
			h.claims["aud"], h.claims["azp"] = []string{"another", clientID}, clientID
		},
		"our party": func(h *hostile) { h.claims["azp"] = clientID },
		"signed by a curve": func(h *hostile) {
			h.sign = func(claims []byte) string { return signed(t, jose.ES256, curve(), claims) }
		},
		"signed in just now":             func(h *hostile) { h.claims["auth_time"] = noon.Add(-20 * time.Second).Unix() },
		"a time with a part of a second": func(h *hostile) { h.claims["exp"] = float64(noon.Unix()) + 60.5 },
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t)
			change(h)
			p := h.provider(t)
			s, answer := h.begin(t, p, true)
			if _, err := s.AuthorizeWithin(t.Context(), p, answer); err != nil {
				t.Fatal(err)
			}
			user, err := p.FetchUserWithin(t.Context(), s)
			if err != nil || user.UserID != "subject" || user.Email != "ada@example.com" || user.Name != "Ada" {
				t.Errorf("got %+v, %v", user, err)
			}
			if h.form.Get("code_verifier") != s.Verifier || h.form.Get("redirect_uri") != redirectURL || h.form.Get("code") != "the-code" {
				t.Errorf("the exchange was %v", h.form)
			}
		})
	}
}

func TestTokensThatAreWellSignedAndWrongAreRefused(t *testing.T) {
	other := func(*hostile) func([]byte) string {
		return func(claims []byte) string { return signed(t, jose.RS256, keys()[1], claims) }
	}
	for name, change := range map[string]func(*hostile){
		"another nonce": func(h *hostile) { h.claims["nonce"] = "another" },
		"no nonce":      func(h *hostile) { h.claims["nonce"] = "" },
		"no signature":  func(h *hostile) { h.sign = unsigned },
		"another key":   func(h *hostile) { h.sign = other(h) },
		"a shared secret": func(h *hostile) {
			h.sign = func(c []byte) string { return signed(t, jose.HS256, []byte(strings.Repeat(clientSecret, 2)), c) }
		},
		"our public key as a shared secret": func(h *hostile) {
			h.sign = func(c []byte) string {
				return signed(t, jose.HS256, x509.MarshalPKCS1PublicKey(&keys()[0].PublicKey), c)
			}
		},
		"claims changed after signing": func(h *hostile) {
			h.sign = func(c []byte) string {
				honest := strings.Split(signed(t, jose.RS256, keys()[0], c), ".")
				forged := strings.Split(unsigned([]byte(strings.Replace(string(c), `"subject"`, `"another"`, 1))), ".")
				return honest[0] + "." + forged[1] + "." + honest[2]
			}
		},
		"another audience":            func(h *hostile) { h.claims["aud"] = "another" },
		"no audience":                 func(h *hostile) { delete(h.claims, "aud") },
		"two audiences and no party":  func(h *hostile) { h.claims["aud"] = []string{clientID, "another"} },
		"another party":               func(h *hostile) { h.claims["azp"] = "another" },
		"another issuer":              func(h *hostile) { h.claims["iss"] = "https://accounts.google.com" },
		"our issuer and a slash":      func(h *hostile) { h.claims["iss"] = h.url + "/" },
		"no issuer":                   func(h *hostile) { delete(h.claims, "iss") },
		"expired":                     func(h *hostile) { h.claims["exp"] = noon.Add(-time.Second).Unix() },
		"no expiry":                   func(h *hostile) { delete(h.claims, "exp") },
		"an expiry that is no number": func(h *hostile) { h.claims["exp"] = "tomorrow" },
		"not yet valid":               func(h *hostile) { h.claims["nbf"] = noon.Add(time.Hour).Unix() },
		"no subject":                  func(h *hostile) { delete(h.claims, "sub") },
		"a subject that is a number":  func(h *hostile) { h.claims["sub"] = 7 },
		"a subject that is a book":    func(h *hostile) { h.claims["sub"] = strings.Repeat("x", 256) },
		"the hash of another token":   func(h *hostile) { h.claims["at_hash"] = accessHash("another") },
		"no token":                    func(h *hostile) { h.token["id_token"] = nil },
		"a token that is a number":    func(h *hostile) { h.token["id_token"] = 7 },
		"a token that is nonsense":    func(h *hostile) { h.token["id_token"] = "a.b.c" },
		"a token in another form":     func(h *hostile) { h.token["id_token"] = `{"payload":"e30","signatures":[]}` },
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t)
			change(h)
			p := h.provider(t)
			s, answer := h.begin(t, p, false)
			want := oidc.ErrToken
			if name == "no token" || name == "a token that is a number" {
				want = oidc.ErrBroken
			}
			refused(t, p, s, answer, want)
		})
	}
}

func refused(t *testing.T, p *oidc.Provider, s *oidc.Session, answer url.Values, want error) {
	t.Helper()
	_, err := s.AuthorizeWithin(t.Context(), p, answer)
	if !errors.Is(err, want) {
		t.Errorf("got %v, want %v", err, want)
	}
	if err != nil && (strings.Contains(err.Error(), "canary") || strings.ContainsAny(err.Error(), "\r\n") || len(err.Error()) > 500) {
		t.Errorf("it tells too much: %v", err)
	}
	if _, err := p.FetchUserWithin(t.Context(), s); err == nil {
		t.Error("and yet a person came out")
	}
}

func TestAFreshSignInNeedsAFreshProofThere(t *testing.T) {
	for name, change := range map[string]func(*hostile){
		"long ago":         func(h *hostile) { h.claims["auth_time"] = noon.Add(-time.Minute).Unix() },
		"nobody says when": func(h *hostile) { delete(h.claims, "auth_time") },
	} {
		h := start(t)
		change(h)
		p := h.provider(t)
		s, answer := h.begin(t, p, true)
		t.Log(name)
		refused(t, p, s, answer, oidc.ErrNotAgain)

		s, answer = h.begin(t, p, false)
		h.claims["nonce"] = s.Nonce
		if _, err := s.AuthorizeWithin(t.Context(), p, answer); err != nil {
			t.Errorf("%s: for a plain sign-in it does not matter: %v", name, err)
		}
	}
}

func TestAnIssuerThatCannotAskAgainLetsPeopleChoose(t *testing.T) {
	h := start(t)
	delete(h.claims, "auth_time")
	p := h.provider(t, func(c *oidc.Config) { c.NeverAgain = true })
	s, answer := h.begin(t, p, true)
	if !strings.Contains(s.AuthURL, "prompt=select_account") || strings.Contains(s.AuthURL, "max_age") {
		t.Errorf("the address is %s", s.AuthURL)
	}
	if _, err := s.AuthorizeWithin(t.Context(), p, answer); err != nil {
		t.Error(err)
	}
}

func TestAnAnswerIsForItsStateAndFromItsIssuer(t *testing.T) {
	for name, one := range map[string]struct {
		names  bool // the issuer names itself in every answer
		change func(s *oidc.Session, answer url.Values)
		good   bool
	}{
		"as sent":                  {false, func(*oidc.Session, url.Values) {}, true},
		"another state":            {false, func(_ *oidc.Session, a url.Values) { a.Set("state", oidc.NewState()) }, false},
		"no state":                 {false, func(_ *oidc.Session, a url.Values) { a.Del("state") }, false},
		"a session without state":  {false, func(s *oidc.Session, a url.Values) { s.State = ""; a.Del("state") }, false},
		"a state of 31 characters": {false, func(s *oidc.Session, a url.Values) { s.State = s.State[:31]; a.Set("state", s.State) }, false},
		"a state of 32 characters": {false, func(s *oidc.Session, a url.Values) { s.State = s.State[:32]; a.Set("state", s.State) }, true},
		"no code":                  {false, func(_ *oidc.Session, a url.Values) { a.Del("code") }, false},
		"a session without nonce":  {false, func(s *oidc.Session, _ url.Values) { s.Nonce = "" }, false},
		"another issuer":           {false, func(_ *oidc.Session, a url.Values) { a.Set("iss", "https://accounts.google.com") }, false},
		"no issuer":                {true, func(*oidc.Session, url.Values) {}, false},
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t)
			h.discovery["authorization_response_iss_parameter_supported"] = one.names
			p := h.provider(t)
			s, answer := h.begin(t, p, false)
			one.change(s, answer)
			if !one.good {
				want := oidc.ErrAnswer
				if s.Nonce == "" {
					want = oidc.ErrToken
				}
				refused(t, p, s, answer, want)
				if h.timesAsked("/token") != 0 && s.Nonce != "" {
					t.Error("the code went out all the same")
				}
				return
			}
			if _, err := s.AuthorizeWithin(t.Context(), p, answer); err != nil {
				t.Error(err)
			}
		})
	}
	h := start(t)
	h.discovery["authorization_response_iss_parameter_supported"] = true
	p := h.provider(t)
	s, answer := h.begin(t, p, false)
	answer.Set("iss", h.url)
	if _, err := s.AuthorizeWithin(t.Context(), p, answer); err != nil {
		t.Error(err)
	}
}

func TestNoNonceIsNotTheSameAsNoNonce(t *testing.T) {
	h := start(t)
	h.claims["nonce"] = ""
	p := h.provider(t)
	s, answer := h.begin(t, p, false)
	s.Nonce = ""
	refused(t, p, s, answer, oidc.ErrToken)
}

func TestAShortStateIsNotSent(t *testing.T) {
	h := start(t)
	p := h.provider(t)
	if _, err := p.Begin(t.Context(), strings.Repeat("s", 31), false); !errors.Is(err, oidc.ErrAnswer) {
		t.Errorf("got %v", err)
	}
	if _, err := p.BeginAuth(""); !errors.Is(err, oidc.ErrAnswer) {
		t.Errorf("got %v", err)
	}
}

func TestTheQueryDoesNotChooseWhereACodeGoes(t *testing.T) {
	h := start(t)
	p := h.provider(t)
	s, answer := h.begin(t, p, false)
	answer.Set("redirect_uri", "https://evil.example")
	answer.Set("code_verifier", "evil")
	if _, err := s.AuthorizeWithin(t.Context(), p, answer); err != nil {
		t.Fatal(err)
	}
	if h.form.Get("redirect_uri") != redirectURL || h.form.Get("code_verifier") != s.Verifier {
		t.Errorf("the exchange was %v", h.form)
	}
}

func TestWhatIsSignedIsNeverOverruled(t *testing.T) {
	for name, one := range map[string]struct {
		signed, unsigned map[string]any
		email            string
		verified, edov   any
	}{
		"all signed":        {map[string]any{"email": "a@example.com", "email_verified": false}, map[string]any{"email": "b@example.com", "email_verified": true, "xms_edov": true}, "a@example.com", false, nil},
		"verified or not":   {map[string]any{"email": "a@example.com"}, map[string]any{"email": "a@example.com", "email_verified": true, "xms_edov": true}, "a@example.com", true, nil},
		"verified, another": {map[string]any{"email": "a@example.com"}, map[string]any{"email": "b@example.com", "email_verified": true, "xms_edov": true}, "a@example.com", nil, nil},
		"null":              {map[string]any{"email": "a@example.com", "email_verified": nil}, map[string]any{"email": "A@example.com", "email_verified": true}, "a@example.com", true, nil},
		"all unsigned":      {map[string]any{}, map[string]any{"email": "b@example.com", "email_verified": true}, "b@example.com", true, nil},
		"mixed":             {map[string]any{"email_verified": true, "xms_edov": true}, map[string]any{"email": "b@example.com"}, "b@example.com", nil, nil},
	} {
		h := start(t)
		for _, claim := range []string{"email", "email_verified", "name"} {
			delete(h.claims, claim)
		}
		for claim, value := range one.signed {
			h.claims[claim] = value
		}
		one.unsigned["sub"], one.unsigned["iss"], one.unsigned["name"] = "subject", "https://evil.example", "Ada of the endpoint"
		h.userInfo = one.unsigned
		p := h.provider(t)
		s, answer := h.begin(t, p, false)
		if _, err := s.AuthorizeWithin(t.Context(), p, answer); err != nil {
			t.Fatal(err)
		}
		user, err := p.FetchUserWithin(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		if user.Email != one.email || user.RawData["email_verified"] != one.verified || user.RawData["xms_edov"] != one.edov ||
			user.RawData["iss"] != h.url || user.Name != "Ada of the endpoint" {
			t.Errorf("%s: got %+v", name, user)
		}
	}
}

func TestUserInfoIsAboutTheSamePerson(t *testing.T) {
	for _, subject := range []any{"another", "", 7, nil} {
		h := start(t)
		delete(h.claims, "email")
		h.userInfo = map[string]any{"sub": subject, "email": "b@example.com"}
		p := h.provider(t)
		s, answer := h.begin(t, p, false)
		if _, err := s.AuthorizeWithin(t.Context(), p, answer); err != nil {
			t.Fatal(err)
		}
		user, err := p.FetchUserWithin(t.Context(), s)
		if subject == "another" {
			if !errors.Is(err, oidc.ErrToken) {
				t.Errorf("%v: got %+v, %v", subject, user, err)
			}
		} else if err != nil || user.Email != "" || s.Unread() == nil {
			t.Errorf("%v: got %+v, %v", subject, user, err)
		}
	}
}

func TestUserInfoIsAskedOnlyForWhatTheTokenLeavesOpen(t *testing.T) {
	for claim, asked := range map[string]int{"iat": 0, "email": 1, "email_verified": 1, "name": 1} {
		h := start(t)
		h.userInfo = map[string]any{"sub": "subject"}
		delete(h.claims, claim)
		p := h.provider(t)
		s, answer := h.begin(t, p, false)
		if _, err := s.AuthorizeWithin(t.Context(), p, answer); err != nil {
			t.Fatal(err)
		}
		if _, err := p.FetchUserWithin(t.Context(), s); err != nil || h.timesAsked("/userinfo") != asked {
			t.Errorf("without %s it was asked %d times, %v", claim, h.timesAsked("/userinfo"), err)
		}
	}
}

func TestTheDiscoveryDocumentIsOfTheIssuerAndLeadsToSafePlaces(t *testing.T) {
	for name, one := range map[string]struct {
		change map[string]any
		want   error
	}{
		"another issuer":        {map[string]any{"issuer": "https://accounts.google.com"}, oidc.ErrSettings},
		"codes over plain http": {map[string]any{"token_endpoint": "http://evil.example/token"}, oidc.ErrSettings},
		"keys over plain http":  {map[string]any{"jwks_uri": "http://evil.example/keys"}, oidc.ErrSettings},
		"no keys":               {map[string]any{"jwks_uri": nil}, oidc.ErrSettings},
		"a file":                {map[string]any{"authorization_endpoint": "file:///etc/passwd"}, oidc.ErrSettings},
		"a script":              {map[string]any{"authorization_endpoint": "javascript:alert(1)"}, oidc.ErrSettings},
		"plain user info":       {map[string]any{"userinfo_endpoint": "http://evil.example/userinfo"}, oidc.ErrSettings},
		"not a document":        {map[string]any{"issuer": 7}, oidc.ErrBroken},
	} {
		h := start(t)
		h.discovery = one.change
		if _, err := h.provider(t).Begin(t.Context(), oidc.NewState(), false); !errors.Is(err, one.want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestOnlyAddressesForSecretsAreIssuers(t *testing.T) {
	for address, good := range map[string]bool{
		"https://sso.example.com": true, "https://sso.example.com/realms/harbor": true, "http://127.0.0.1:9998": true, "http://[::1]:9998": true, "http://localhost:9998": true,
		"http://sso.example.com": false, "http://127.0.0.1.evil.example": false, "http://10.0.0.1": false, "ftp://127.0.0.1": false, "": false, "https://": false,
		"https://user:password@sso.example.com": false, "https://sso.example.com/#part": false,
	} {
		if _, err := oidc.New(oidc.Config{Issuer: address}); (err == nil) != good {
			t.Errorf("%q: got %v", address, err)
		}
	}
}

func TestAnIssuerThatGivesNoAnswerIsDownAndOneThatIsNoUseIsBroken(t *testing.T) {
	const discovery = "/.well-known/openid-configuration"
	big := func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"issuer":"` + strings.Repeat("x", 2<<20) + `"}`))
	}
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "canary\r\nof the server", code) }
	}
	for name, one := range map[string]struct {
		path   string
		answer http.HandlerFunc
		want   error
	}{
		"an error":              {discovery, status(500), oidc.ErrDown},
		"not there":             {discovery, status(404), oidc.ErrBroken},
		"too many":              {discovery, status(429), oidc.ErrDown},
		"a page":                {discovery, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<!doctype html>")) }, oidc.ErrBroken},
		"elsewhere":             {discovery, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/keys", http.StatusFound) }, oidc.ErrBroken},
		"too large":             {discovery, big, oidc.ErrBroken},
		"an error for the code": {"/token", status(503), oidc.ErrDown},
		"a page for the code":   {"/token", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("{")) }, oidc.ErrBroken},
		"the code sent elsewhere": {"/token", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/keys", http.StatusTemporaryRedirect)
		}, oidc.ErrBroken},
		"a token that is too large": {"/token", big, oidc.ErrBroken},
		"an error for the keys":     {"/keys", status(500), oidc.ErrDown},
		"no keys there":             {"/keys", status(404), oidc.ErrBroken},
		"keys that hang up":         {"/keys", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, oidc.ErrDown},
		"keys that are sent away":   {"/keys", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/token", http.StatusFound) }, oidc.ErrBroken},
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t)
			h.instead(one.path, one.answer)
			p := h.provider(t)
			state := oidc.NewState()
			s, err := p.Begin(t.Context(), state, false)
			if err == nil {
				h.claims["nonce"] = s.Nonce
				_, err = s.AuthorizeWithin(t.Context(), p, url.Values{"state": {state}, "code": {"the-code"}})
			}
			if !errors.Is(err, one.want) || strings.ContainsAny(err.Error(), "\r\n") || len(err.Error()) > 500 {
				t.Fatalf("got %v", err)
			}
			h.instead(one.path, nil)
			s, answer := h.begin(t, p, false)
			h.claims["nonce"] = s.Nonce
			if _, err := s.AuthorizeWithin(t.Context(), p, answer); err != nil {
				t.Errorf("after it is back: %v", err)
			}
		})
	}
}

func TestAUserInfoEndpointThatGivesNoAnswerLeavesThingsOpenAndTellsNoToken(t *testing.T) {
	h := start(t)
	delete(h.claims, "email")
	h.userInfo = true
	h.instead("/userinfo", func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, r.Header.Get("Authorization"), http.StatusForbidden)
	})
	p := h.provider(t)
	s, answer := h.begin(t, p, false)
	if _, err := s.AuthorizeWithin(t.Context(), p, answer); err != nil {
		t.Fatal(err)
	}
	user, err := p.FetchUserWithin(t.Context(), s)
	if err != nil || user.UserID != "subject" || user.Email != "" {
		t.Errorf("got %+v, %v", user, err)
	}
	if err := s.Unread(); !errors.Is(err, oidc.ErrBroken) || strings.Contains(err.Error(), accessToken) {
		t.Errorf("got %v", err)
	}
}

func TestNobodyWaitsForASlowIssuer(t *testing.T) {
	h := start(t)
	asked := make(chan struct{}, 1)
	h.instead("/.well-known/openid-configuration", func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-r.Context().Done()
	})
	p := h.provider(t)
	ctx, stop := context.WithCancel(t.Context())
	first, second := make(chan error), make(chan error)
	go func() {
		_, err := p.Begin(ctx, oidc.NewState(), false)
		first <- err
	}()
	<-asked
	gone, leave := context.WithCancel(t.Context())
	leave()
	go func() {
		_, err := p.Begin(gone, oidc.NewState(), false)
		second <- err
	}()
	if err := <-second; !errors.Is(err, oidc.ErrDown) {
		t.Errorf("who waits for the first: %v", err)
	}
	stop()
	if err := <-first; !errors.Is(err, oidc.ErrDown) {
		t.Errorf("who asked: %v", err)
	}
}

func TestGuardedClientsHaveATimeLimit(t *testing.T) {
	for given, want := range map[time.Duration]time.Duration{0: 10 * time.Second, time.Second: time.Second, time.Hour: 10 * time.Second} {
		client, err := oidc.Guard(&http.Client{Timeout: given}, nil)
		if err != nil || client.Timeout != want {
			t.Errorf("of %v became %v, %v", given, client.Timeout, err)
		}
	}
	if client, err := oidc.Guard(nil, x509.NewCertPool()); err != nil || client.Timeout == 0 {
		t.Errorf("got %v, %v", client, err)
	}
}

func TestTheErrorOfAnExchangeIsSortedAndTellsNoSecret(t *testing.T) {
	for code, want := range map[string]error{
		"invalid_grant": oidc.ErrAnswer, "bad_verification_code": oidc.ErrAnswer, "invalid_client": oidc.ErrClient,
		"unauthorized_client": oidc.ErrClient, "access_denied": oidc.ErrRefused, "redirect_uri_mismatch": oidc.ErrSettings, "invalid_scope": oidc.ErrSettings,
		"temporarily_unavailable": oidc.ErrDown, "": oidc.ErrBroken, "of_our_own": oidc.ErrBroken,
	} {
		h := start(t)
		h.instead("/token", func(w http.ResponseWriter, r *http.Request) {
			_, password, _ := r.BasicAuth()
			_ = r.ParseForm()
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			_ = json.NewEncoder(w).Encode(map[string]string{"error": code, "error_description": "why:\r\n" + password + " " + r.PostForm.Encode()})
		})
		p := h.provider(t)
		s, answer := h.begin(t, p, false)
		refused(t, p, s, answer, want)
		_, err := s.AuthorizeWithin(t.Context(), p, answer)
		if strings.Contains(err.Error(), s.Verifier) || strings.Contains(err.Error(), "the-code") {
			t.Errorf("it tells too much: %v", err)
		}
	}
}

func TestTheSecretTravelsTheWayTheIssuerTakesIt(t *testing.T) {
	for _, methods := range [][]string{nil, {"client_secret_basic", "client_secret_post"}, {"client_secret_post"}} {
		h := start(t)
		if methods != nil {
			h.discovery["token_endpoint_auth_methods_supported"] = methods
		}
		p := h.provider(t)
		s, answer := h.begin(t, p, false)
		if _, err := s.AuthorizeWithin(t.Context(), p, answer); err != nil {
			t.Fatal(err)
		}
		inHeader := len(methods) != 1
		if (h.password != "") != inHeader || (h.form.Get("client_secret") != "") == inHeader || h.timesAsked("/token") != 1 {
			t.Errorf("%v: header %q, form %v, asked %d times", methods, h.user, h.form, h.timesAsked("/token"))
		}
	}
}

func TestGroupsAreAskedForOnlyWhereTheirScopeIsKnown(t *testing.T) {
	for _, known := range []bool{false, true} {
		h := start(t)
		if known {
			h.discovery["scopes_supported"] = []string{"openid", "groups"}
		}
		p := h.provider(t, func(c *oidc.Config) { c.GroupsClaim = "groups" })
		s, _ := h.begin(t, p, false)
		if strings.Contains(s.AuthURL, "groups") != known {
			t.Errorf("known %v: %s", known, s.AuthURL)
		}
	}
}

func TestTheDocumentIsAskedForOnce(t *testing.T) {
	h := start(t)
	p := h.provider(t)
	if h.timesAsked("/.well-known/openid-configuration") != 0 {
		t.Error("it asked at once")
	}
	for range 3 {
		delete(h.claims, "nonce")
		s, answer := h.begin(t, p, false)
		if _, err := s.AuthorizeWithin(t.Context(), p, answer); err != nil {
			t.Fatal(err)
		}
	}
	if h.timesAsked("/.well-known/openid-configuration") != 1 || h.timesAsked("/keys") != 1 {
		t.Errorf("asked %v", h.timesAsked("/keys"))
	}
}

// another is a provider and a session of some other kind.
type another struct {
	goth.Provider
	goth.Session
}

func TestItIsAProviderOfGoth(t *testing.T) {
	h := start(t)
	var p goth.Provider = h.provider(t)
	p.SetName("harbor")
	p.Debug(true)
	if _, err := p.RefreshToken("any"); err == nil || p.RefreshTokenAvailable() || p.Name() != "harbor" {
		t.Error("there is nothing to refresh")
	}
	begun, err := p.BeginAuth(oidc.NewState())
	if err != nil {
		t.Fatal(err)
	}
	kept, err := p.UnmarshalSession(begun.Marshal())
	if err != nil {
		t.Fatal(err)
	}
	address, err := kept.GetAuthURL()
	if err != nil {
		t.Fatal(err)
	}
	to, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	h.claims["nonce"] = to.Query().Get("nonce")
	if _, err := p.FetchUser(kept); !errors.Is(err, oidc.ErrAnswer) {
		t.Errorf("before it is authorized: %v", err)
	}
	if token, err := kept.Authorize(p, url.Values{"state": {to.Query().Get("state")}, "code": {"the-code"}}); err != nil || token != accessToken {
		t.Fatalf("got %q, %v", token, err)
	}
	if user, err := p.FetchUser(kept); err != nil || user.UserID != "subject" || user.Provider != "harbor" {
		t.Errorf("got %+v, %v", user, err)
	}
	if text := kept.Marshal(); strings.Contains(text, accessToken) || strings.Contains(text, "ada@") {
		t.Errorf("tokens and claims are kept: %s", text)
	}
	if _, err := kept.Authorize(another{}, url.Values{}); !errors.Is(err, oidc.ErrAnswer) {
		t.Errorf("with another provider: %v", err)
	}
	if _, err := p.FetchUser(another{}); !errors.Is(err, oidc.ErrAnswer) {
		t.Errorf("with another session: %v", err)
	}
	if _, err := p.UnmarshalSession("{"); err == nil {
		t.Error("half a session was read")
	}
	if _, err := (&oidc.Session{}).GetAuthURL(); err == nil {
		t.Error("an empty session has an address")
	}
}
