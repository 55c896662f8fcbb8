// Package handlers answers HTTP. A handler reads the request into a typed
// value, calls one domain method and answers; everything else stands around it
// once, in this file and its neighbours.
package handlers

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/audit"
	"mooring/certificate"
	"mooring/cloud"
	"mooring/credential"
	"mooring/identity"
	"mooring/jobs"
	"mooring/register"
	"mooring/renewal"
	"mooring/review"
	"mooring/views"
	"mooring/walkthrough"
)

// Config is what the handlers need.
type Config struct {
	Accounts      *account.Service
	Organizations *account.Organizations
	People        *account.People
	Keys          *account.Keys
	Certificates  *certificate.Service
	Credentials   *credential.Service
	Intake        *credential.Intake
	Register      *register.Service
	Renewals      *renewal.Service
	Jobs          *jobs.Service
	Reviews       *review.Service
	AuditLog      *audit.Log
	Refusals      *audit.Refusals // who starts it closes it
	Clouds        cloud.Registry
	Help          *walkthrough.Library // opened with HelpPaths; nil: no walkthroughs
	Data          Data
	Now           func() time.Time
	Log           *slog.Logger

	PublicURL      *url.URL // how browsers reach us; https makes cookies Secure
	PasskeyURL     *url.URL // where passkeys work; nil: nowhere, because the address is a bare IP address
	SignInWith     []*identity.Provider
	Mail           bool         // invitations can be mailed
	PublicHelp     bool         // also who is not signed in may read the help
	TrustedProxies []*net.IPNet // whose X-Forwarded-For counts; none by default
	Demo           *Demo        // nil outside the demo world
}

// Data is what is asked of the database beside the domain's questions.
type Data interface {
	Version() uint64                 // grows with every change
	Check(ctx context.Context) error // nil when it can be read and written
}

// Demo is what the pages of the demo world show besides.
type Demo struct {
	Clouds  []views.DemoCloud              // those that are simulated
	Emails  []string                       // who can sign in
	Gallery func() (*views.Gallery, error) // every page in every state; nil: this program has none
}

type handlers struct {
	Config
	sessions  *sessionStore
	attempts  *attempts
	kept      *keptPages
	pages     map[string]bool // routes that GET answers
	late      overdueReviews
	verifying sync.Mutex // of the audit log
	oops      oopsPage

	helpErrors []helpError     // that a search of the help looks through
	helpTopics []searchedTopic // and these
	topics     []helpTopic

	signInNames map[string]string // of SignInWith, by their keys
}

// maxBody bounds what a request may send, in bytes. The largest form is far
// below it.
const maxBody = 64 << 10

// New builds the server's handler.
func New(config Config) (http.Handler, error) {
	h := newHandlers(config)
	if err := h.oops.render(); err != nil {
		return nil, err
	}
	e, err := h.router()
	if err != nil {
		return nil, err
	}
	// Outermost: a page of another origin changes nothing here, whatever the
	// route. The standard library looks at Sec-Fetch-Site and Origin.
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(h.denyCrossOrigin(e)))
	return protection.Handler(e), nil
}

func newHandlers(config Config) *handlers {
	h := &handlers{Config: config, kept: newKeptPages(config.Now), pages: map[string]bool{}}
	h.Help = cmp.Or(h.Help, &walkthrough.Library{})
	h.sessions = newSessionStore(h.PublicURL)
	h.attempts = newAttempts(h.secure(), config.Now)
	h.attempts.name = h.cookieName("attempt") // which a restart ends, so that no earlier name matters
	h.signInNames = map[string]string{}
	for _, p := range h.SignInWith {
		h.signInNames[p.Key()] = p.Name()
	}
	h.topics = allTopics(h.linkable())
	h.helpErrors, h.helpTopics = helpErrorsOf(h.linkable()), searchedTopics(h.topics)
	return h
}

// router hangs the table, and nothing else, into Echo.
func (h *handlers) router() (*echo.Echo, error) {
	e := echo.New()
	e.HTTPErrorHandler = h.answerError
	e.IPExtractor = h.ipExtractor()
	e.Use(h.identify, h.recover, h.headers, h.checkHost, limitBody, readForm)
	nothing, err := h.nothing()
	if err != nil {
		return nil, err
	}
	e.RouteNotFound("/*", nothing) // also when a route knows another method only
	for _, r := range slices.Concat(h.routes(), h.galleryRoutes(), h.demoRoutes()) {
		guarded, err := h.guard(r)
		if err != nil {
			return nil, fmt.Errorf("route %s %s: %w", r.method, r.path, err)
		}
		e.Add(r.method, r.path, guarded)
		if r.method == http.MethodGet { // net/http leaves the body out
			e.Add(http.MethodHead, r.path, guarded)
			h.pages[r.path] = true
		}
	}
	return e, nil
}

func (h *handlers) secure() bool { return h.PublicURL.Scheme == "https" }
