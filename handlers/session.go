package handlers

import (
	"crypto/rand"
	"net/http"
	"time"

	"github.com/gorilla/sessions"
	"github.com/labstack/echo/v4"

	"mooring/account"
)

// sessionStore is a gorilla/sessions store whose cookie holds a reference and
// nothing else. What the reference stands for is in the database, where it can
// be ended.
type sessionStore struct {
	name    string
	options sessions.Options
}

var _ sessions.Store = (*sessionStore)(nil)

func newSessionStore(secure bool) *sessionStore {
	s := &sessionStore{name: "mooring_session", options: sessions.Options{
		Path: "/", MaxAge: int(account.SessionLife.Seconds()), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}}
	if secure {
		s.name, s.options.Secure = "__Host-mooring_session", true
	}
	return s
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
	if cookies := r.CookiesNamed(s.name); len(cookies) == 1 {
		return cookies[0].Value
	}
	return ""
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
	return h.Accounts.Authenticate(c.Request().Context(), session.ID)
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
	name := "mooring_device"
	if h.secure() {
		name = "__Host-" + name
	}
	if cookies := c.Request().CookiesNamed(name); len(cookies) == 1 && len(cookies[0].Value) == len(rand.Text()) {
		return cookies[0].Value
	}
	value := rand.Text()
	c.SetCookie(&http.Cookie{Name: name, Value: value, Path: "/", MaxAge: int(deviceLife.Seconds()),
		Secure: h.secure(), HttpOnly: true, SameSite: http.SameSiteLaxMode})
	return value
}
