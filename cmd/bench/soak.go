package main

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"mooring/cloud/azure/azuresim"
)

const (
	soakLinks  = 1000
	soakMostMB = 120 // that memory may take once it has leveled off
	soakEvery  = 30 * time.Second
	listPath   = "/accounts/harbor/cloud-providers"
)

// soak is a mixed load on a server: people who read, sign in and change
// things, and strangers who try doors from all over the Internet.
type soak struct {
	address     string
	credentials []string // their paths
	end         time.Time

	requests, unexpected atomic.Int64
	first                sync.Once
	example              string // of what was unexpected
}

// measureSoak prints what a server with 1,000 links takes in memory while the
// load goes on, and fails when it does not level off.
func measureSoak(length time.Duration) error {
	folder, err := os.MkdirTemp("", "mooring-soak-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	simulator, err := azuresim.Start(azuresim.Options{})
	if err != nil {
		return err
	}
	defer simulator.Close()
	served, err := startSoaked(folder, simulator)
	if err != nil {
		return err
	}
	defer served.stop()
	s := &soak{address: served.address}
	if err := s.prepare(served.setUp); err != nil {
		return fmt.Errorf("preparing: %w", err)
	}
	s.end = time.Now().Add(length)
	var group sync.WaitGroup
	for range 6 {
		group.Go(s.read)
	}
	for range 2 {
		group.Go(s.comeAndGo)
	}
	for range 4 {
		group.Go(s.tryDoors)
	}
	group.Go(s.change)
	last, err := s.watch(served.process.Process.Pid, length)
	group.Wait()
	switch {
	case err != nil:
		return err
	case s.unexpected.Load() > 0:
		return fmt.Errorf("%d answers were unexpected, such as %s", s.unexpected.Load(), s.example)
	case last >= soakMostMB:
		return fmt.Errorf("memory does not level off under %d MB", soakMostMB)
	}
	return nil
}

func startSoaked(folder string, simulator *azuresim.Simulator) (*server, error) {
	binary, ca := filepath.Join(folder, "mooring"), filepath.Join(folder, "ca.pem")
	if out, err := exec.Command("go", "build", "-trimpath", "-tags", "nogallery", "-ldflags=-s -w", "-o", binary, "mooring/cmd/mooring").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("building: %w: %s", err, out)
	}
	if err := os.WriteFile(ca, simulator.CAPEM(), 0o600); err != nil {
		return nil, err
	}
	public := simulator.Endpoints("public")
	return startProgram(exec.Command(binary, "serve", "--data", filepath.Join(folder, "data"), "--listen", "127.0.0.1:0", "--public-help",
		"--trusted-proxy", "127.0.0.1", "--max-checks", "1000000", "--azure-ca", ca, "--azure-authority", public.Authority,
		"--azure-resource-manager", public.ResourceManager, "--azure-classic", public.Classic), true)
}

// prepare makes the first administrator and the links.
func (s *soak) prepare(setUp string) error {
	v := newVisitor()
	if err := v.post(setUp, url.Values{"email": {"ada@example.com"}, "name": {"Ada"}, "password": {password}, "organization": {"harbor"}}); err != nil {
		return err
	}
	for i := range soakLinks {
		answer, err := v.PostForm(s.address+listPath+"/azure/credentials", url.Values{
			"label": {fmt.Sprintf("Subscription %04d", i)}, "subscription_id": {fmt.Sprintf("aaaaaaaa-bbbb-4ccc-8ddd-%012d", i)},
			"client_id": {"cccccccc-0000-4000-8000-000000000001"}, "verify": {"no"}})
		if err != nil {
			return err
		}
		_ = answer.Body.Close()
		if !strings.Contains(answer.Request.URL.Path, "/credentials/") {
			return fmt.Errorf("linking led to %s with %s", answer.Request.URL, answer.Status)
		}
		s.credentials = append(s.credentials, answer.Request.URL.Path)
	}
	return nil
}

// watch prints the memory until the end, and gives the most of the second half.
func (s *soak) watch(pid int, length time.Duration) (last float64, err error) {
	every := min(soakEvery, length/10)
	fmt.Printf("%d links, for %v:\n\n  %8s %8s %12s\n", soakLinks, length, "after", "MB", "requests")
	for began := time.Now(); time.Now().Before(s.end); {
		time.Sleep(min(every, time.Until(s.end)))
		mb, err := residentMB(pid)
		if err != nil {
			return 0, err
		}
		passed := time.Since(began)
		fmt.Printf("  %8v %8.0f %12d\n", passed.Round(time.Second), mb, s.requests.Load())
		if passed > length/2 {
			last = max(last, mb)
		}
	}
	fmt.Printf("\n  most memory in the second half  %.0f MB   (aim: under %d MB)\n", last, soakMostMB)
	return last, nil
}

// expect counts an answer, and what it should not have been.
func (s *soak) expect(answer *http.Response, err error, statuses ...int) {
	s.requests.Add(1)
	if err == nil {
		_, _ = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
		for _, status := range statuses {
			if answer.StatusCode == status {
				return
			}
		}
		err = errors.New(answer.Request.Method + " " + answer.Request.URL.Path + ": " + answer.Status)
	}
	s.unexpected.Add(1)
	s.first.Do(func() { s.example = err.Error() })
}

func (s *soak) goesOn() bool { return time.Now().Before(s.end) }

func (s *soak) page() string {
	return fmt.Sprintf("%s?page=%d", listPath, 1+rand.IntN(soakLinks/100))
}

func (s *soak) credential() string { return s.credentials[rand.IntN(len(s.credentials))] }

// signedIn signs in from an address of its own, so that the limits of one do not
// end the load.
func (s *soak) signedIn() (visitor, bool) {
	v := newVisitor()
	v.Transport = &forwarded{address: someAddress(), base: http.DefaultTransport.(*http.Transport).Clone()}
	answer, err := v.PostForm(s.address+"/login", url.Values{"email": {"ada@example.com"}, "password": {password}})
	if err != nil {
		s.expect(answer, err)
		return v, false
	}
	in := answer.Request.URL.Path != "/login"
	s.expect(answer, nil, http.StatusOK, http.StatusServiceUnavailable)
	return v, in
}

// read opens pages as people do who leave their browsers open.
func (s *soak) read() {
	var v visitor
	for in := false; s.goesOn(); {
		if !in || rand.IntN(500) == 0 {
			if v, in = s.signedIn(); !in {
				continue
			}
		}
		paths := []string{s.page(), s.page(), s.credential(), "/help", "/help?q=azure+role", "/admin/linked-accounts", "/admin/audit-log", "/settings/sessions"}
		answer, err := v.Get(s.address + paths[rand.IntN(len(paths))])
		if err == nil && answer.Request.URL.Path == "/login" { // of fifty sessions, this was the longest unseen
			in = false
		}
		s.expect(answer, err, http.StatusOK)
	}
}

// comeAndGo signs in, opens the list as a page and for htmx, and signs out
// sometimes.
func (s *soak) comeAndGo() {
	for s.goesOn() {
		v, in := s.signedIn()
		if !in {
			continue
		}
		for range 2 {
			answer, err := v.Get(s.address + s.page())
			s.expect(answer, err, http.StatusOK)
			request, _ := http.NewRequest(http.MethodGet, s.address+s.page(), nil) // the address is fine
			request.Header.Set("HX-Request", "true")
			request.Header.Set("HX-Target", "providers")
			answer, err = v.Do(request)
			s.expect(answer, err, http.StatusOK, http.StatusUnauthorized)
		}
		if rand.IntN(2) == 0 {
			answer, err := v.PostForm(s.address+"/logout", nil)
			s.expect(answer, err, http.StatusOK)
		}
		v.CloseIdleConnections()
	}
}

// change has links checked, so that cached pages are rendered again.
func (s *soak) change() {
	v, in := s.signedIn()
	for s.goesOn() {
		if !in {
			v, in = s.signedIn()
			continue
		}
		answer, err := v.PostForm(s.address+s.credential()+"/verify", nil)
		if err == nil && answer.Request.URL.Path == "/login" {
			in = false
		}
		s.expect(answer, err, http.StatusOK, http.StatusConflict)
		time.Sleep(200 * time.Millisecond)
	}
}

var longQuery = strings.Repeat("a e i o u ", 200)

// tryDoors does what strangers do.
func (s *soak) tryDoors() {
	through := &forwarded{base: http.DefaultTransport.(*http.Transport).Clone()}
	client := &http.Client{Transport: through, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for s.goesOn() {
		through.address = someAddress()
		email := fmt.Sprintf("nobody-%d@example.com", rand.IntN(1_000_000))
		var answer *http.Response
		var err error
		switch rand.IntN(6) {
		case 0:
			answer, err = client.PostForm(s.address+"/login/recovery", url.Values{"email": {email}, "code": {"0000-0000-0000-0000"}})
		case 1:
			answer, err = client.PostForm(s.address+"/login", url.Values{"email": {email}, "password": {"not the password"}})
		case 2:
			answer, err = client.Get(s.address + "/help?q=" + url.QueryEscape(longQuery))
		case 3:
			answer, err = client.Get(s.address + "/join/" + email)
		case 4:
			answer, err = client.Get(s.address + listPath)
		case 5:
			answer, err = client.PostForm(s.address+"/login/passkey/question", nil)
			if err == nil {
				_ = answer.Body.Close()
				request, _ := http.NewRequest(http.MethodPost, s.address+"/login/passkey", strings.NewReader("answer=%7B%7D"))
				request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				for _, cookie := range answer.Cookies() {
					request.AddCookie(cookie)
				}
				answer, err = client.Do(request)
			}
		}
		s.expect(answer, err, http.StatusOK, http.StatusSeeOther, http.StatusNotFound, http.StatusForbidden, http.StatusUnprocessableEntity,
			http.StatusTooManyRequests, http.StatusServiceUnavailable)
	}
}

// forwarded speaks for somebody, as a proxy does.
type forwarded struct {
	address string
	base    *http.Transport
}

// RoundTrip implements http.RoundTripper.
func (f *forwarded) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("X-Forwarded-For", f.address)
	return f.base.RoundTrip(r)
}

// CloseIdleConnections is what http.Client looks for.
func (f *forwarded) CloseIdleConnections() { f.base.CloseIdleConnections() }

func someAddress() string {
	return fmt.Sprintf("2001:db8:%x:%x::%x", rand.IntN(1<<16), rand.IntN(1<<16), rand.IntN(1<<16))
}
