package handlers

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"time"

	"github.com/gorilla/sessions"
	"github.com/labstack/echo/v4"

	"mooring/account"
)

// sessionStore is a gorilla/sessions store whose cookie holds a reference and
// nothing else. What the reference stands for is in the database, where it can
// be ended.
type sessionStore struct {
	name     string
	portless string // what the cookie was called before names had ports; the same if there is no port
	options  sessions.Options
}

var _ sessions.Store = (*sessionStore)(nil)

func newSessionStore(public *url.URL) *sessionStore {
	return &sessionStore{name: cookieName(public, "session"), portless: portlessName(public, "session"), options: sessions.Options{
		Path: "/", MaxAge: int(account.SessionLife.Seconds()), Secure: public.Scheme == "https", HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}}
}

// Get implements sessions.Store.
func (s *sessionStore) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(s, name)
}

// New implements sessions.Store: it reads the reference.
func (s *sessionStore) New(r *http.Request, name string) (*sessions.Session, error) {
	session := sessions.NewSession(s, name)
	options := s.options
	session.Options = &options
	session.IsNew = true
	if token := s.token(r); token != "" {
		session.ID, session.IsNew = token, false
	}
	return session, nil
}

// token reads the reference from the cookie. Two cookies of one name are a
// sign that somebody planted one, so neither counts.
func (s *sessionStore) token(r *http.Request) string {
	cookies := r.CookiesNamed(s.name)
	if len(cookies) == 0 {
		cookies = r.CookiesNamed(s.portless)
	}
	if len(cookies) == 1 {
		return cookies[0].Value
	}
	return ""
}

// isPortless reports whether the reference is in a cookie from before names had ports.
func (s *sessionStore) isPortless(r *http.Request) bool {
	return s.portless != s.name && len(r.CookiesNamed(s.name)) == 0
}

// Save implements sessions.Store: it writes the reference, or removes it when
// MaxAge is negative.
func (s *sessionStore) Save(_ *http.Request, w http.ResponseWriter, session *sessions.Session) error {
	http.SetCookie(w, sessions.NewCookie(session.Name(), session.ID, session.Options))
	return nil
}

// authenticate finds who asks.
func (h *handlers) authenticate(c echo.Context) (account.Caller, error) {
	session, err := h.sessions.New(c.Request(), h.sessions.name)
	if err != nil {
		return account.Caller{}, err
	}
	if session.IsNew {
		return account.Caller{}, account.ErrSignIn
	}
	caller, err := h.Accounts.Authenticate(c.Request().Context(), session.ID)
	if err == nil && h.sessions.isPortless(c.Request()) {
		err = h.moveSession(c, session)
	}
	return caller, err
}

// moveSession gives the cookie of a session the name with the port. Only the
// installation that knows the session does: another one on this host leaves it alone.
func (h *handlers) moveSession(c echo.Context, session *sessions.Session) error {
	h.setCookie(c, h.sessions.portless, "", -1)
	return session.Save(c.Request(), c.Response())
}

// remember hands the new session's token to the browser.
func (h *handlers) remember(c echo.Context, in account.SignedIn) error {
	session, err := h.sessions.New(c.Request(), h.sessions.name)
	if err != nil {
		return err
	}
	session.ID = in.Token.Reveal()
	return session.Save(c.Request(), c.Response())
}

// forget removes the cookie and what the browser kept of our pages.
func (h *handlers) forget(c echo.Context) error {
	session, err := h.sessions.New(c.Request(), h.sessions.name)
	if err != nil {
		return err
	}
	h.setChosen(c, "", -1)
	if h.sessions.isPortless(c.Request()) {
		h.setCookie(c, h.sessions.portless, "", -1)
	}
	session.ID, session.Options.MaxAge = "", -1
	c.Response().Header().Set("Clear-Site-Data", `"cache", "storage"`)
	return session.Save(c.Request(), c.Response())
}

// deviceLife is how long a browser is recognised. Browsers keep no cookie for
// longer.
const deviceLife = 400 * 24 * time.Hour

// device gives what tells this browser from others, so that people can be told
// of a sign-in from a new one. It gives no right to anything.
func (h *handlers) device(c echo.Context) string {
	value, portless := h.cookie(c.Request(), "device")
	known := len(value) == len(rand.Text())
	if known && !portless {
		return value
	}
	if !known {
		value = rand.Text()
	}
	h.setCookie(c, h.cookieName("device"), value, int(deviceLife.Seconds()))
	return value
}
