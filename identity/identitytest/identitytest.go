// Package identitytest runs an OpenID Connect provider on loopback, for tests:
// the example of zitadel/oidc, with one client and one person. What it says can
// be changed, and it can go down.
package identitytest

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// SecretVariable is the environment variable that SettingsLine names.
const SecretVariable = "MOORING_TEST_CLIENT_SECRET"

// Issuer is a running OpenID Connect provider with one client and one person.
type Issuer struct {
	URL                    string // issuer
	ClientID, ClientSecret string
	User, Password         string // of the person who may sign in
	Subject                string // of that person

	mu       sync.Mutex
	down     bool
	nonce    string
	email    string
	verified bool
	groups   []string
}

// Start runs an issuer until the test ends. Its client may be sent back to the
// given addresses.
func Start(t testing.TB, redirectURIs ...string) *Issuer {
	t.Helper()
	hush()
	server := httptest.NewUnstartedServer(nil)
	address := server.Listener.Addr().String()
	i := &Issuer{
		URL: "http://" + address, ClientID: "mooring", ClientSecret: "secret+of/the=client",
		User: "test-user@127.0.0.1", Password: "verysecure", Subject: "id1",
		email: "test-user@zitadel.ch", verified: true,
	}
	people := people{storage.NewUserStore(i.URL), i}
	clients := map[string]*storage.Client{i.ClientID: storage.WebClient(i.ClientID, i.ClientSecret, redirectURIs...)}
	store := groupStore{storage.NewStorageWithClients(people, clients), i}
	server.Config.Handler = i.around(exampleop.SetupServer(i.URL, store, nil, false))
	server.Start()
	t.Cleanup(server.Close)
	return i
}

// SettingsLine is how an operator names this issuer; its secret is in the
// variable SecretVariable. More settings may follow, such as
// "groups-claim=groups".
func (i *Issuer) SettingsLine(key string, more ...string) string {
	return fmt.Sprintf("oidc key=%s name='Harbor SSO' issuer=%s client-id=%s client-secret-env=%s %s",
		key, i.URL, i.ClientID, SecretVariable, strings.Join(more, " "))
}

// Getenv knows the variable that SettingsLine names.
func (i *Issuer) Getenv(name string) string {
	if name == SecretVariable {
		return i.ClientSecret
	}
	return ""
}

// ChangeNonce puts another nonce into the authorization requests that follow;
// an empty one leaves them alone.
func (i *Issuer) ChangeNonce(nonce string) { i.change(func() { i.nonce = nonce }) }

// ChangeEmail changes what the issuer says about the person's address.
func (i *Issuer) ChangeEmail(email string, verified bool) {
	i.change(func() { i.email, i.verified = email, verified })
}

// ChangeGroups changes the groups that the issuer names in the claim "groups".
func (i *Issuer) ChangeGroups(groups ...string) { i.change(func() { i.groups = groups }) }

// GoDown makes the issuer hang up on everybody, until GoUp.
func (i *Issuer) GoDown() { i.change(func() { i.down = true }) }

// GoUp makes the issuer answer again.
func (i *Issuer) GoUp() { i.change(func() { i.down = false }) }

func (i *Issuer) change(how func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	how()
}

// SignIn does what the person's browser does at the address that Begin gave,
// and gives the query with which it comes back to the callback address.
func (i *Issuer) SignIn(t testing.TB, address string) url.Values {
	t.Helper()
	browser := http.Client{CheckRedirect: func(next *http.Request, _ []*http.Request) error {
		if "http://"+next.URL.Host != i.URL {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	page, err := browser.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	_ = page.Body.Close()
	if page.StatusCode == http.StatusOK {
		page, err = browser.PostForm(i.URL+"/login/username", url.Values{
			"id": {page.Request.URL.Query().Get("authRequestID")}, "username": {i.User}, "password": {i.Password},
		})
		if err != nil {
			t.Fatal(err)
		}
		_ = page.Body.Close()
	}
	back, err := page.Location()
	if err != nil {
		t.Fatalf("the issuer answered %s and did not send the browser back: %v", page.Status, err)
	}
	return back.Query()
}

// around is between the browsers and the issuer.
func (i *Issuer) around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.mu.Lock()
		down, nonce := i.down, i.nonce
		i.mu.Unlock()
		if down {
			panic(http.ErrAbortHandler)
		}
		if query := r.URL.Query(); nonce != "" && query.Has("nonce") {
			query.Set("nonce", nonce)
			r.URL.RawQuery = query.Encode()
		}
		next.ServeHTTP(w, r)
	})
}

// people are the example's, with the address that the test wants.
type people struct {
	storage.UserStore
	issuer *Issuer
}

// GetUserByID implements storage.UserStore.
func (p people) GetUserByID(id string) *storage.User {
	user := p.UserStore.GetUserByID(id)
	if user == nil || id != p.issuer.Subject {
		return user
	}
	changed := *user
	p.issuer.change(func() { changed.Email, changed.EmailVerified = p.issuer.email, p.issuer.verified })
	return &changed
}

// groupStore is the example's, with groups.
type groupStore struct {
	*storage.Storage
	issuer *Issuer
}

// SetUserinfoFromToken implements op.Storage.
func (s groupStore) SetUserinfoFromToken(ctx context.Context, info *oidc.UserInfo, tokenID, subject, origin string) error {
	if err := s.Storage.SetUserinfoFromToken(ctx, info, tokenID, subject, origin); err != nil {
		return err
	}
	s.issuer.change(func() {
		if s.issuer.groups != nil {
			info.AppendClaims("groups", s.issuer.groups)
		}
	})
	return nil
}

var (
	_ storage.UserStore            = people{}
	_ op.Storage                   = groupStore{}
	_ op.CanSetUserinfoFromRequest = groupStore{}
)

// hush keeps the example's own log lines, which go to slog's default, out of
// the output of tests; all others still get there.
var hush = sync.OnceFunc(func() {
	slog.SetDefault(slog.New(others{slog.NewTextHandler(os.Stderr, nil)}))
})

type others struct{ slog.Handler }

// Handle implements slog.Handler.
func (o others) Handle(ctx context.Context, r slog.Record) error {
	frame, _ := runtime.CallersFrames([]uintptr{r.PC}).Next()
	if strings.HasPrefix(frame.Function, "github.com/zitadel/oidc/") {
		return nil
	}
	return o.Handler.Handle(ctx, r)
}
