package vendorclient

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/digitalocean/godo"
	"golang.org/x/oauth2"

	"mooring/cloud/digitalocean/dosim"
)

func TestDigitalOceansOwnClientReadsTheSimulatedOne(t *testing.T) {
	s, err := dosim.Start(dosim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	network := &http.Transport{DialContext: s.Dial, TLSClientConfig: &tls.Config{RootCAs: s.CA(), MinVersion: tls.VersionTLS12}}
	t.Cleanup(network.CloseIdleConnections)
	ctx := context.WithValue(t.Context(), oauth2.HTTPClient, &http.Client{Transport: network})
	config := &oauth2.Config{ClientID: dosim.OwnClient, ClientSecret: dosim.OwnClientSecret, RedirectURL: "https://mooring.example/", Scopes: []string{"read"},
		Endpoint: oauth2.Endpoint{AuthURL: s.ConsoleURL() + "/v1/oauth/authorize", TokenURL: "https://cloud.digitalocean.com/v1/oauth/token"}}
	verifier := oauth2.GenerateVerifier()
	query, err := s.Consent(config.AuthCodeURL("state", oauth2.S256ChallengeOption(verifier)), dosim.Working)
	if err != nil {
		t.Fatal(err)
	}
	returned, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	token, err := config.Exchange(ctx, returned.Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	client := godo.NewClient(config.Client(ctx, token))
	account, _, err := client.Account.Get(ctx)
	if err != nil || account.Team.UUID != dosim.Working || account.Team.Name != "Harbor" || account.Status != "active" {
		t.Errorf("%+v, %v", account, err)
	}
	regions, _, err := client.Regions.List(ctx, nil)
	if err != nil || len(regions) < 5 || !regions[0].Available {
		t.Errorf("%+v, %v", regions, err)
	}
	if err := s.RevokeGrants(dosim.Working); err != nil {
		t.Fatal(err)
	}
	if _, _, err := client.Account.Get(ctx); err == nil || !strings.Contains(err.Error(), "401") {
		t.Errorf("after revoking: %v", err)
	}
}
