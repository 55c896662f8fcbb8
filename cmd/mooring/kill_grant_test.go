package main

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mooring/cloud/digitalocean/dosim"
)

// TestAKillWhileAGrantIsUsedEndsInSigningInAgain kills the server after DigitalOcean took
// the grant of a link and before the next one is stored. The link must not look
// connected after the next start, and signing in again mends it.
func TestAKillWhileAGrantIsUsedEndsInSigningInAgain(t *testing.T) {
	simulator, err := dosim.Start(dosim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = simulator.Close() })
	folder := t.TempDir()
	ca := filepath.Join(folder, "ca.pem")
	if err := os.WriteFile(ca, simulator.CAPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"HTTPS_PROXY": simulator.ProxyURL(), "SSL_CERT_FILE": ca, "SSL_CERT_DIR": folder, "NO_PROXY": ""} {
		t.Setenv(name, value)
	}
	serving := []string{"serve", "--data", filepath.Join(folder, "data"), "--listen", "127.0.0.1:0"}

	k := startKillable(t, serving...)
	client := browserOf(t)
	post(t, client, k.setUp, url.Values{"email": {"ada@example.com"}, "name": {"Ada"}, "password": {"a long enough password"}, "organization": {"harbor"}})
	page := consentTo(t, client, simulator, k.address+"/accounts/harbor/cloud-providers/digitalocean/credentials/consent")
	waitForPage(t, client, k.address+page, "Connected", "Harbor")

	if err := simulator.SetOverride(dosim.Working, dosim.Override{Stage: "grant", Code: "GrantHeld"}); err != nil {
		t.Fatal(err)
	}
	used := simulator.Uses(dosim.Working)
	post(t, client, k.address+page+"/verify", nil)
	waitUntil(t, "the use of the grant", func() bool { return simulator.Uses(dosim.Working) > used })
	k.kill()
	if err := simulator.ClearOverride(dosim.Working); err != nil {
		t.Fatal(err)
	}

	k = startKillable(t, serving...)
	post(t, client, k.address+"/login", url.Values{"email": {"ada@example.com"}, "password": {"a long enough password"}})
	waitForPage(t, client, k.address+page, "Needs attention", "an earlier check got lost", "Sign in again")
	if again := consentTo(t, client, simulator, k.address+page+"/consent"); again != page {
		t.Errorf("signing in again led to %s", again)
	}
	waitForPage(t, client, k.address+page, "Connected", "Harbor")
}

// consentTo goes to DigitalOcean as a browser does, chooses the team with which everything
// works, and gives the path to which Mooring leads afterwards.
func consentTo(t *testing.T, client *http.Client, simulator *dosim.Simulator, from string) string {
	t.Helper()
	stay := *client
	stay.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := stay.Get(from)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	there := answer.Header.Get("Location")
	if !strings.HasPrefix(there, "https://cloud.digitalocean.com/v1/oauth/authorize?") {
		t.Fatalf("%s led to %d, %q", from, answer.StatusCode, there)
	}
	query, err := simulator.Consent(there, dosim.Working)
	if err != nil {
		t.Fatal(err)
	}
	asked, err := url.Parse(there)
	if err != nil {
		t.Fatal(err)
	}
	back, err := client.Get(asked.Query().Get("redirect_uri") + "?" + query)
	if err != nil {
		t.Fatal(err)
	}
	_ = back.Body.Close()
	if back.StatusCode != http.StatusOK || !strings.Contains(back.Request.URL.Path, "/credentials/") {
		t.Fatalf("coming back led to %d at %s", back.StatusCode, back.Request.URL)
	}
	return back.Request.URL.Path
}
