package handlers

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/fault"
)

// What stands around every handler, in the order in which it is passed.

// identify gives the request an id, logs it when it is answered, and has its
// error answered. The path in the log is the route's, because real paths hold
// ids and set-up tokens.
func (h *handlers) identify(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := h.Now()
		id := rand.Text()[:16]
		c.Set(keyRequestID, id)
		defer func() {
			if p := recover(); p != nil { // the connection is cut, on purpose
				h.logRequest(c, id, start, errCutOff)
				panic(p)
			}
		}()
		err := next(c)
		if err != nil {
			c.Error(err)
		} else {
			err = refusalOf(c)
		}
		h.logRequest(c, id, start, err)
		return nil
	}
}

var errCutOff = errors.New("the answer was cut off")

func (h *handlers) logRequest(c echo.Context, id string, start time.Time, cause error) {
	level := slog.LevelInfo
	switch {
	case c.Response().Status >= 500:
		level = slog.LevelError
	case c.Path() == "/healthz" || c.Path() == "/readyz" || c.Path() == "/static/*":
		level = slog.LevelDebug
	}
	attributes := []slog.Attr{
		slog.String("id", id), slog.String("method", c.Request().Method), slog.String("route", c.Path()),
		slog.Int("status", c.Response().Status), slog.Int64("bytes", c.Response().Size),
		slog.Float64("ms", float64(h.Now().Sub(start).Microseconds())/1000), slog.String("address", c.RealIP()),
	}
	if caller, ok := callerOf(c); ok {
		attributes = append(attributes, slog.String("person", caller.Person.ID))
	}
	if cause != nil {
		attributes = append(attributes, slog.String("cause", cause.Error()))
	}
	h.Log.LogAttrs(c.Request().Context(), level, "request", attributes...)
}

// recover turns a panic into an error.
func (h *handlers) recover(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			if p := recover(); p != nil {
				if cause, ok := p.(error); ok && errors.Is(cause, http.ErrAbortHandler) {
					panic(p)
				}
				err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			}
		}()
		return next(c)
	}
}

// contentPolicy allows what we serve ourselves and nothing else: no inline
// script or style, no eval, no other host, no frame.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// headers sets what every answer carries. Pages are private unless a handler
// says otherwise.
func (h *handlers) headers(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		header := c.Response().Header()
		header.Set("Content-Security-Policy", contentPolicy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("X-Frame-Options", "DENY")
		header.Set("Referrer-Policy", "same-origin") // our own pages are told, so that a proof leads back
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
		header.Set("Cache-Control", "no-store")
		if h.secure() {
			header.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
		}
		return next(c)
	}
}

// checkHost refuses requests for other hosts than ours, so that no page and no
// redirect is ever made for a name that somebody else chose. Probes may use
// any name.
func (h *handlers) checkHost(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		host := c.Request().Host
		if c.Path() == "/healthz" || c.Path() == "/readyz" ||
			sameHost(h.PublicURL.Scheme, host, h.PublicURL.Host) || isLoopback(host) && isLoopback(h.PublicURL.Host) {
			return next(c)
		}
		return errWrongHost
	}
}

// isLoopback reports whether host, with or without a port, is this machine.
func isLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// maxDiscarded bounds what is read of a request that is too large, in bytes. A proxy
// such as nginx that is still sending when the connection closes answers 502 and never
// reads what we said.
const maxDiscarded = 4 << 20

// limitBody cuts requests off after maxBody.
func limitBody(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if r.ContentLength > maxBody {
			if r.ContentLength <= maxDiscarded {
				_, _ = io.Copy(io.Discard, r.Body) // however it ends, the answer is the same
			}
			return errTooLarge
		}
		r.Body = http.MaxBytesReader(c.Response(), r.Body, maxBody)
		return next(c)
	}
}

// readForm reads what a form sends before anybody decides who sends it. Who is
// let through is then let through as they are at that moment, and not as they
// were before a slow sender came to an end.
func readForm(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if c.Request().Method == http.MethodPost {
			if err := c.Request().ParseForm(); err != nil {
				return errUnreadable.Because(err)
			}
		}
		return next(c)
	}
}

// denyCrossOrigin answers what CrossOriginProtection refused, with a page.
func (h *handlers) denyCrossOrigin(e *echo.Echo) http.HandlerFunc {
	deny := h.identify(h.headers(func(echo.Context) error { return errCrossOrigin }))
	return func(w http.ResponseWriter, r *http.Request) {
		_ = deny(e.NewContext(r, w))
	}
}

// guard lets through whom a row of the table names. It finds the caller and, for
// an account's routes, the membership; what a stranger must not know of answers
// as if it did not exist.
func (h *handlers) guard(r route) (echo.HandlerFunc, error) {
	if r.who <= undecided || r.who > writeKey {
		return nil, errors.New("nobody decided who may pass")
	}
	if r.who == anyone {
		return r.handle, nil
	}
	find := h.authenticate
	if r.who == readKey || r.who == writeKey {
		find = h.authenticateKey
	}
	return func(c echo.Context) error {
		c.Set(keyVersion, h.Data.Version()) // before anything is read: what is cached under it is never older than it says
		caller, err := find(c)
		if err != nil && r.path == signOutPath && !fault.Has(err, fault.SignIn) {
			return errors.Join(h.forget(c), signedOutHere(c, err))
		}
		if h.isOpen(r) && fault.Has(err, fault.SignIn) {
			return r.handle(c) // for whoever it is
		}
		if err != nil {
			h.noteRefusedKey(c, r, err)
			return err
		}
		c.Set(keyCaller, caller)
		if err = h.mayPass(c, caller, r); err == nil {
			err = r.handle(c)
		} else if errors.Is(err, errNotHere) {
			h.noteRefused(c, r, caller)
			return err
		}
		if refuses(err) || refuses(refusalOf(c)) {
			h.noteRefused(c, r, caller)
		}
		return err
	}, nil
}

// isOpen reports whether the operator lets everybody read this route. Who is
// signed in is known there, and nothing stands between them and the page.
func (h *handlers) isOpen(r route) bool { return r.who == reader && h.PublicHelp }

// nothing answers what is in no row of the table. It stands behind the same
// door as the pages, so that a page that is not there and one that somebody must
// not know of answer alike.
func (h *handlers) nothing() (echo.HandlerFunc, error) {
	guarded, err := h.guard(route{who: signedIn, handle: func(echo.Context) error { return errNotHere }})
	return func(c echo.Context) error {
		if isAPI(c) || c.Request().URL.Path == "/api" { // programs have no session
			return errNotHere
		}
		return guarded(c)
	}, err
}

// mayPass decides about a caller who is known. What they must not know of comes
// first, then what they lack, then what they may not do.
func (h *handlers) mayPass(c echo.Context, caller account.Caller, r route) error {
	if r.who == halfway || h.isOpen(r) {
		return nil
	}
	if caller.OwesSecondStep() {
		return errSecondStep
	}
	if r.who == enrolling {
		if hasNothingToProveWith(caller) {
			return nil
		}
		return h.checkProof(caller, r)
	}
	if caller.Key == nil && caller.Passkeys == 0 && h.Accounts.Policy().RequireSecondStep {
		return errAddPasskey
	}
	if r.who == administrator && !caller.Person.SiteAdmin {
		return errNotHere
	}
	if name := c.Param("account"); name != "" {
		if err := h.mayEnter(c, caller, name, r.who); err != nil {
			return err
		}
	}
	if r.who == writeKey && caller.Key.Scope != account.Write {
		return errReadOnlyKey
	}
	return h.checkProof(caller, r)
}

// mayEnter decides about the account in the path.
func (h *handlers) mayEnter(c echo.Context, caller account.Caller, name string, who access) error {
	membership, ok := caller.In(name)
	if !ok {
		return errNotHere
	}
	c.Set(keyMembership, membership)
	if caller.Key == nil {
		h.choose(c, membership.Account)
	}
	if caller.Key == nil && caller.Passkeys == 0 && membership.Account.RequireSecondStep {
		return errAddPasskey
	}
	switch {
	case who == owner && !membership.Role.AtLeast(account.Owner):
		return errOwnersOnly
	case who == member && !membership.Role.AtLeast(account.Member):
		return errMembersOnly
	}
	return nil
}

// hasNothingToProveWith reports whether this is somebody whom the operator let
// in again with a code, and who has to add a passkey before there is anything
// to ask them for.
func hasNothingToProveWith(caller account.Caller) bool {
	return caller.Session.Way == account.ByCode && caller.Passkeys == 0 && !caller.HasPassword
}

func (h *handlers) checkProof(caller account.Caller, r route) error {
	if r.proof == proved && !caller.Proved(h.Now()) {
		return errProve
	}
	return nil
}

// The failures that arise around handlers.
var (
	errNotHere           = fault.New(fault.NotFound, "request.not-here", "This page doesn't exist, or you don't have access to it.")
	errOwnersOnly        = fault.New(fault.Forbidden, "request.owners-only", "Only owners of this account can do that. Ask an owner.")
	errMembersOnly       = fault.New(fault.Forbidden, "request.members-only", "Viewers can't change anything. Ask an owner of this account to make you a member.")
	errReadOnlyKey       = fault.New(fault.Forbidden, "request.read-only-key", "This API key can only read. Use a key with the scope Read and write.")
	errSecondStepChanged = fault.New(fault.Conflict, "request.second-step-changed", "Somebody changed this after you opened the page. The page now shows the current state. Check it, then save again.")
	errSignedOutHere     = fault.New(fault.Storage, "request.signed-out-here", "This browser is signed out. However, Mooring can't reach its database right now, so it couldn't end the session itself. To end it, sign in later and open Sessions.").To("Sign in", "/login")
	errAttempt           = fault.New(fault.Invalid, "request.attempt", "That took too long, was already used, or was started in another browser, or this browser didn't send back Mooring's cookie. Start again.")

	// These lead somewhere before the page that was asked for.
	errSecondStep  = fault.New(fault.SignIn, "request.second-step", "Complete the second step to continue.").To("Complete the second step", "/login/second-step")
	errAddPasskey  = fault.New(fault.SignIn, "request.add-passkey", "Add a passkey to continue.").To("Add a passkey", "/settings/passkeys/new")
	errProve       = fault.New(fault.SignIn, "request.prove", "Confirm that it's you to continue.").To("Confirm that it's you", "/prove")
	errCrossOrigin = fault.New(fault.Forbidden, "request.cross-origin", "This request came from another site. Open Mooring itself and try again.")
	errWrongHost   = fault.New(fault.NotFound, "request.wrong-host", "Mooring doesn't respond under this name. Use the address you were given.")
	errUnreadable  = fault.New(fault.Invalid, "request.unreadable", "Mooring couldn't read what the browser sent. Go back, reload the page and try again.")
	errTooLarge    = fault.New(fault.Invalid, "request.too-large", "The request is too large. Send less at once.")
)
