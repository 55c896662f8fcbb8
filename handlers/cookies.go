package handlers

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"
)

// cookieName is how browsers know a cookie of ours. They send the cookies of a host
// to each of its ports, so the port is part of the name where the address has one:
// two Moorings on one host keep their own.
func cookieName(public *url.URL, what string) string {
	name := "mooring_"
	if port := public.Port(); port != "" && port != defaultPorts[public.Scheme] {
		name += port + "_"
	}
	return boundName(public, name+what)
}

// portlessName is how that cookie was called before names had ports.
func portlessName(public *url.URL, what string) string { return boundName(public, "mooring_"+what) }

// boundName binds a cookie to its host where browsers can.
func boundName(public *url.URL, name string) string {
	if public.Scheme == "https" {
		return "__Host-" + name
	}
	return name
}

func (h *handlers) cookieName(what string) string { return cookieName(h.PublicURL, what) }

// cookie reads a cookie of ours, or what a browser has had of it since before names
// had ports. That one may be another installation's, so it can be believed only in
// what this one knows. Two cookies of one name are a sign that somebody planted one,
// so neither counts.
func (h *handlers) cookie(r *http.Request, what string) (value string, portless bool) {
	name, before := h.cookieName(what), portlessName(h.PublicURL, what)
	cookies := r.CookiesNamed(name)
	if portless = len(cookies) == 0 && before != name; portless {
		cookies = r.CookiesNamed(before)
	}
	if len(cookies) != 1 {
		return "", false
	}
	return cookies[0].Value, portless
}

// setCookie sets a cookie of ours for maxAge seconds: 0 until the browser is closed,
// less to remove it.
func (h *handlers) setCookie(c echo.Context, name, value string, maxAge int) {
	c.SetCookie(&http.Cookie{Name: name, Value: value, Path: "/", MaxAge: maxAge, Secure: h.secure(), HttpOnly: true, SameSite: http.SameSiteLaxMode})
}
