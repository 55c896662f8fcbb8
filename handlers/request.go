package handlers

import (
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/audit"
	"mooring/credential"
)

// What the request carries from guard to handler.
const (
	keyRequestID  = "request-id"
	keyVersion    = "version"
	keyCaller     = "caller"
	keyMembership = "membership"
	keyRefusal    = "refusal"
)

func requestID(c echo.Context) string {
	id, _ := c.Get(keyRequestID).(string)
	return id
}

// noteRefusal has the log tell why a page came back with a sentence.
func (h *handlers) noteRefusal(c echo.Context, err error) { c.Set(keyRefusal, err) }

func refusalOf(c echo.Context) error {
	err, _ := c.Get(keyRefusal).(error)
	return err
}

// versionOf gives the version of the data that this request may count on.
func versionOf(c echo.Context) uint64 {
	version, _ := c.Get(keyVersion).(uint64)
	return version
}

// callerOf gives the caller, if the route asked who it is.
func callerOf(c echo.Context) (account.Caller, bool) {
	caller, ok := c.Get(keyCaller).(account.Caller)
	return caller, ok
}

// membershipOf gives the account in the path and the caller's role in it.
func membershipOf(c echo.Context) (account.Membership, bool) {
	m, ok := c.Get(keyMembership).(account.Membership)
	return m, ok
}

// mayLink reports whether this is an owner, who links and unlinks.
func mayLink(m account.Membership) bool { return m.Role.AtLeast(account.Owner) }

// zoneOf is the time zone in which the caller reads times.
func zoneOf(c echo.Context) *time.Location {
	caller, _ := callerOf(c)
	if zone, ok := zones.Load(caller.Person.TimeZone); ok {
		return zone.(*time.Location)
	}
	zone, err := time.LoadLocation(caller.Person.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	zones.Store(caller.Person.TimeZone, zone)
	return zone
}

// zones holds what time.LoadLocation has read, since that opens files.
var zones sync.Map

func actorOf(c echo.Context) audit.Actor {
	caller, _ := callerOf(c)
	actor := audit.Actor{PersonID: caller.Person.ID, Name: caller.Person.Email, Address: c.RealIP(), RequestID: requestID(c)}
	if caller.Key != nil {
		actor.KeyID = caller.Key.ID
	}
	return actor
}

func (h *handlers) originOf(c echo.Context) account.Origin {
	return account.Origin{Address: c.RealIP(), Agent: c.Request().UserAgent(), RequestID: requestID(c),
		Token: h.sessions.token(c.Request()), Device: h.device(c)}
}

// requestOf says who asks, for which account.
func requestOf(c echo.Context) credential.Request {
	m, _ := membershipOf(c)
	return credential.Request{AccountID: m.Account.ID, AccountName: m.Account.Name, Actor: actorOf(c)}
}

// noVersion equals no version that is stored.
const noVersion = -1

// shownVersion reads the version of what the person looked at: 0, for any, from
// a form that does not carry one, such as a button that changes nothing else.
// What is there and cannot be a version, which begins with first, is answered
// like a change by somebody else: a form that was mangled on its way overwrites
// nothing that its sender has not seen.
func shownVersion(c echo.Context, first int64) int64 {
	typed, ok := c.Request().PostForm["version"]
	if !ok {
		return 0
	}
	version, err := strconv.ParseInt(typed[0], 10, 64)
	if err != nil || version < first || len(typed) > 1 {
		return noVersion
	}
	return version
}

// wantsJSON reports whether a script of ours asked, for the question of a
// ceremony.
func wantsJSON(c echo.Context) bool { return c.Request().Header.Get("Accept") == "application/json" }

// isHTMX reports whether htmx asked, and wants a fragment.
func isHTMX(c echo.Context) bool { return c.Request().Header.Get("HX-Request") == "true" }

// wants reports whether htmx asked for the fragment with this id.
func wants(c echo.Context, id string) bool {
	return isHTMX(c) && c.Request().Header.Get("HX-Target") == id
}

// maxPath bounds a return address, in bytes: it travels in a cookie.
const maxPath = 512

// ownPath lets a return address through only if it is a path of ours. Anything
// else becomes "/".
func ownPath(next string) string {
	if len(next) > maxPath || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\") {
		return "/"
	}
	for _, r := range next {
		if r < ' ' || r == 0x7f {
			return "/"
		}
	}
	// "/%09/evil.example" and the like: browsers drop what decodes to nothing.
	if strings.HasPrefix(strings.ToLower(next), "/%0") || strings.HasPrefix(strings.ToLower(next), "/%5c") || strings.HasPrefix(strings.ToLower(next), "/%2f") {
		return "/"
	}
	return next
}
