package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"mooring/cloud/azure/azuresim"
)

// asProgram makes the test binary be mooring itself, so that it can be killed.
const asProgram = "MOORING_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(run(context.Background(), os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// killable is a server in a process of its own.
type killable struct {
	process        *exec.Cmd
	stderr         lockedBuffer
	address, setUp string
}

func startKillable(t *testing.T, args ...string) *killable {
	t.Helper()
	_, err := os.Stat(dataFolder{folder: args[slices.Index(args, "--data")+1]}.database())
	settingUp := errors.Is(err, fs.ErrNotExist)
	k := &killable{process: exec.Command(os.Args[0], args...)}
	k.process.Env = append(os.Environ(), asProgram+"=1")
	k.process.Stderr = &k.stderr
	out, err := k.process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := k.process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.kill)
	setUp, listens := regexp.MustCompile(`^  (https?://\S+/setup/\S+)$`), regexp.MustCompile(`^Mooring listens on (\S+)$`)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if found := setUp.FindStringSubmatch(lines.Text()); found != nil {
			k.setUp = found[1]
		}
		if found := listens.FindStringSubmatch(lines.Text()); found != nil {
			k.address = found[1]
		}
		if k.address != "" && (k.setUp != "" || !settingUp) {
			return k
		}
	}
	t.Fatal("it did not start")
	return nil
}

// kill ends the process as a power cut would: it gets no chance to tidy up.
func (k *killable) kill() {
	_ = k.process.Process.Kill()
	_ = k.process.Wait()
}

// TestAVerificationSurvivesAKill kills the server while Azure lets it wait,
// and finds the check going on after the next start, with what came before the
// kill kept as evidence.
func TestAVerificationSurvivesAKill(t *testing.T) {
	t.Parallel()
	simulator, err := azuresim.Start(azuresim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = simulator.Close() })
	folder := t.TempDir()
	ca := filepath.Join(folder, "ca.pem")
	if err := os.WriteFile(ca, simulator.CAPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	public := simulator.Endpoints("public")
	serving := []string{"serve", "--data", filepath.Join(folder, "data"), "--listen", "127.0.0.1:0", "--azure-ca", ca,
		"--azure-authority", public.Authority, "--azure-resource-manager", public.ResourceManager, "--azure-classic", public.Classic}

	k := startKillable(t, serving...)
	client := browserOf(t)
	post(t, client, k.setUp, url.Values{"email": {"ada@example.com"}, "name": {"Ada"}, "password": {"a long enough password"}, "organization": {"harbor"}})
	trustDownloaded(t, client, k.address, simulator)
	page := link(t, client, k.address, "Dead Calm") // Azure takes the question and never answers
	waitForPage(t, client, k.address+page, "Sign in", ">OK<", "Running")
	k.kill()

	k = startKillable(t, serving...)
	signIn := url.Values{"email": {"ada@example.com"}, "password": {"a long enough password"}}
	post(t, client, k.address+"/login", signIn)
	waitForPage(t, client, k.address+page, "Interrupted", "Running")
	working := link(t, client, k.address, "Dry Dock")
	waitForPage(t, client, k.address+working, "Connected", "It can create resource groups.", "Copy correlation ID of Open the subscription")
}

// trustDownloaded downloads harbor's certificate and has the simulated
// applications trust it.
func trustDownloaded(t *testing.T, client *http.Client, address string, simulator *azuresim.Simulator) {
	t.Helper()
	answer, err := client.Get(address + "/accounts/harbor/certificate.cer")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	der, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := simulator.Trust(der); err != nil {
		t.Fatal(err)
	}
}

// link links a subscription of the script and gives the path of its page.
func link(t *testing.T, client *http.Client, address, name string) string {
	t.Helper()
	for _, s := range azuresim.Script() {
		if s.Name == name {
			answer, body := post(t, client, address+"/accounts/harbor/cloud-providers/azure/credentials",
				url.Values{"label": {name}, "subscription_id": {s.SubscriptionID}, "client_id": {s.ClientID}})
			if answer.StatusCode != http.StatusOK || !strings.Contains(answer.Request.URL.Path, "/credentials/") {
				t.Fatalf("linking led to %d at %s: %s", answer.StatusCode, answer.Request.URL, body)
			}
			return answer.Request.URL.Path
		}
	}
	t.Fatalf("the script has no %q", name)
	return ""
}

// waitForPage asks for a page until it shows all of want.
func waitForPage(t *testing.T, client *http.Client, address string, want ...string) {
	t.Helper()
	var body []byte
	defer func() {
		if t.Failed() {
			t.Logf("the page was %s", body)
		}
	}()
	waitUntil(t, fmt.Sprintf("a page with %q", want), func() bool {
		answer, err := client.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		body, err = io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		missing := func(w string) bool { return !strings.Contains(string(body), w) }
		return !slices.ContainsFunc(want, missing)
	})
}

// waitUntil looks until something holds that another process or the background
// brings about.
func waitUntil(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick, deadline := time.NewTicker(10*time.Millisecond), time.After(5*time.Minute)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%s never came", what)
		}
	}
}
