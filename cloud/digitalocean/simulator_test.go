package digitalocean_test

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"mooring/cloud/digitalocean"
	"mooring/cloud/digitalocean/dosim"
	"mooring/cloud/simulated"
)

// startStub answers for all hosts of DigitalOcean, and gives the options that lead there.
func startStub(t *testing.T, handler http.HandlerFunc) digitalocean.Options {
	t.Helper()
	authority, err := simulated.NewAuthority("Somebody else", func(string) bool { return true })
	ok(t, err)
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = authority.TLS()
	server.StartTLS()
	t.Cleanup(server.Close)
	return digitalocean.Options{Roots: authority.Pool(), Timeout: 5 * time.Second, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
	}}
}

// library is golang.org/x/oauth2, which shares nothing with the product's code.
func library(t *testing.T, s *dosim.Simulator, change func(*oauth2.Config)) (*oauth2.Config, context.Context) {
	t.Helper()
	network := &http.Transport{DialContext: s.Dial, TLSClientConfig: simulatedTLS(s)}
	t.Cleanup(network.CloseIdleConnections)
	c := &oauth2.Config{ClientID: dosim.OwnClient, ClientSecret: dosim.OwnClientSecret, RedirectURL: redirect, Scopes: []string{"read"},
		Endpoint: oauth2.Endpoint{AuthURL: s.ConsoleURL() + "/v1/oauth/authorize", TokenURL: "https://cloud.digitalocean.com/v1/oauth/token"}}
	if change != nil {
		change(c)
	}
	return c, context.WithValue(t.Context(), oauth2.HTTPClient, &http.Client{Transport: network})
}

// code consents as a person does, and gives the code that comes back.
func code(t *testing.T, s *dosim.Simulator, address string) string {
	t.Helper()
	query, err := s.Consent(address, dosim.Working)
	ok(t, err)
	returned, err := url.ParseQuery(query)
	ok(t, err)
	return returned.Get("code")
}

func TestTheSimulatorTakesWhatOthersSend(t *testing.T) {
	s, err := dosim.Start(dosim.Options{})
	ok(t, err)
	t.Cleanup(func() { ok(t, s.Close()) })
	c, ctx := library(t, s, nil)
	verifier := oauth2.GenerateVerifier()
	token, err := c.Exchange(ctx, code(t, s, c.AuthCodeURL("s", oauth2.S256ChallengeOption(verifier))), oauth2.VerifierOption(verifier))
	ok(t, err)
	next, err := c.TokenSource(ctx, &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
	ok(t, err)
	if next.RefreshToken == token.RefreshToken || next.AccessToken == token.AccessToken {
		t.Error("nothing was replaced")
	}
	if _, err := c.TokenSource(ctx, &oauth2.Token{RefreshToken: token.RefreshToken}).Token(); err == nil || !strings.Contains(err.Error(), "invalid_grant") {
		t.Errorf("a used grant: %v", err)
	}
	answer, err := c.Client(ctx, next).Get("https://api.digitalocean.com/v2/account")
	ok(t, err)
	body, _ := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK || !strings.Contains(string(body), dosim.Working) {
		t.Errorf("%s: %s", answer.Status, body)
	}
}

func TestTheSimulatorRefusesWhatDigitalOceanWould(t *testing.T) {
	clock := time.Now()
	s, err := dosim.Start(dosim.Options{Now: func() time.Time { return clock }})
	ok(t, err)
	t.Cleanup(func() { ok(t, s.Close()) })
	for name, try := range map[string]struct {
		change   func(*oauth2.Config)
		verifier string // empty: the right one
		wait     time.Duration
		says     string
	}{
		"a wrong secret":     {func(c *oauth2.Config) { c.ClientSecret = "wrong" }, "", 0, "invalid_client"},
		"no secret":          {func(c *oauth2.Config) { c.ClientSecret = "" }, "", 0, "invalid_client"},
		"another proof":      {nil, oauth2.GenerateVerifier(), 0, "invalid_grant"},
		"another address":    {func(c *oauth2.Config) { c.RedirectURL = "https://elsewhere.example/" }, "", 0, "invalid_grant"},
		"a code that is old": {nil, "", 11 * time.Minute, "invalid_grant"},
	} {
		good, ctx := library(t, s, nil)
		verifier := oauth2.GenerateVerifier()
		given := code(t, s, good.AuthCodeURL("s", oauth2.S256ChallengeOption(verifier)))
		c, _ := library(t, s, try.change)
		if try.verifier != "" {
			verifier = try.verifier
		}
		clock = clock.Add(try.wait)
		if _, err := c.Exchange(ctx, given, oauth2.VerifierOption(verifier)); err == nil || !strings.Contains(err.Error(), try.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	c, ctx := library(t, s, nil)
	if _, err := s.Consent(c.AuthCodeURL("s"), dosim.Working); err == nil {
		t.Error("a question without a proof (PKCE) is answered")
	}
	verifier := oauth2.GenerateVerifier()
	given := code(t, s, c.AuthCodeURL("s", oauth2.S256ChallengeOption(verifier)))
	token, err := c.Exchange(ctx, given, oauth2.VerifierOption(verifier))
	ok(t, err)
	if _, err := c.Exchange(ctx, given, oauth2.VerifierOption(verifier)); err == nil {
		t.Error("a code is good twice")
	}
	if _, err := c.TokenSource(ctx, &oauth2.Token{RefreshToken: token.RefreshToken}).Token(); err == nil {
		t.Error("what a code led to that was used twice is still good")
	}
	foreign, ctx := library(t, s, func(c *oauth2.Config) { c.ClientID = "unknown" })
	if _, err := s.Consent(foreign.AuthCodeURL("s", oauth2.S256ChallengeOption(verifier)), dosim.Working); err == nil {
		t.Error("an unknown client may ask")
	}
	if _, err := foreign.TokenSource(ctx, &oauth2.Token{RefreshToken: "x"}).Token(); err == nil {
		t.Error("an unknown client may renew")
	}
}

func TestThePagesOfThePanelWork(t *testing.T) {
	h := newHarbor(t)
	get := func(path string) (int, string) {
		t.Helper()
		answer, err := http.Get(h.simulator.ConsoleURL() + path)
		ok(t, err)
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		ok(t, err)
		return answer.StatusCode, string(body)
	}
	begun, err := h.cloud.Consent(t.Context(), redirect)
	ok(t, err)
	_, query, _ := strings.Cut(begun.Address, "?")
	status, page := get("/v1/oauth/authorize?" + query)
	if status != http.StatusOK || !strings.Contains(page, "Authorize for Harbor") || !strings.Contains(page, "error=access_denied") {
		t.Errorf("%d: %s", status, page)
	}
	if status, page := get("/v1/oauth/authorize?client_id=x"); status != http.StatusBadRequest || !strings.Contains(page, "PKCE") {
		t.Errorf("%d: %s", status, page)
	}
	h.attempt("Harbor")
	if status, page := get("/teams/" + dosim.Working); status != http.StatusOK || !strings.Contains(page, "allowed") || !strings.Contains(page, "Revoke access") {
		t.Errorf("%d: %s", status, page)
	}
	if status, _ := get("/teams/none"); status != http.StatusNotFound {
		t.Errorf("%d", status)
	}
	for form, want := range map[string]int{"stage=grant&code=GrantLost": 200, "stage=grant&code=OtherTeam": 422, "stage=tide&code=x": 422} {
		answer, err := http.Post(h.simulator.ConsoleURL()+"/teams/"+dosim.Working+"/error-answer", "application/x-www-form-urlencoded", strings.NewReader(form))
		ok(t, err)
		_ = answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("%s: %d", form, answer.StatusCode)
		}
	}
	answer, err := http.Post(h.simulator.ConsoleURL()+"/teams/"+dosim.Working+"/revoke", "application/x-www-form-urlencoded", nil)
	ok(t, err)
	_ = answer.Body.Close()
	if good := h.simulator.Grants(dosim.Working); good != 0 {
		t.Errorf("%d grants are good", good)
	}
}

func simulatedTLS(s *dosim.Simulator) *tls.Config {
	return &tls.Config{RootCAs: s.CA(), MinVersion: tls.VersionTLS12}
}
