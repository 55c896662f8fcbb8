package handlers

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"math"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"mooring/fault"
	"mooring/static"
	"mooring/views"
)

// statuses gives each kind of failure its HTTP status and heading.
var statuses = map[fault.Kind]struct {
	code    int
	heading string
}{
	fault.Internal:    {http.StatusInternalServerError, "Something went wrong"},
	fault.Invalid:     {http.StatusUnprocessableEntity, "That didn't work"},
	fault.SignIn:      {http.StatusUnauthorized, "Sign in"},
	fault.Forbidden:   {http.StatusForbidden, "Not allowed"},
	fault.NotFound:    {http.StatusNotFound, "Not found"},
	fault.Conflict:    {http.StatusConflict, "That didn't work"},
	fault.TooMany:     {http.StatusTooManyRequests, "Too many requests"},
	fault.Unavailable: {http.StatusServiceUnavailable, "Not available"},
	fault.Storage:     {http.StatusServiceUnavailable, "Not available"},
}

// answerError is the one place where an error becomes an answer.
func (h *handlers) answerError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	f := faultOf(err)
	if isAPI(c) || wantsJSON(c) && f.Kind != fault.SignIn {
		err = h.problem(c, f)
	} else {
		err = h.answerFault(c, f)
	}
	if err != nil && c.Request().Context().Err() == nil { // nobody waits for the answer to a request that was given up
		h.Log.Error("could not answer", "id", requestID(c), "cause", err)
	}
}

// answerFault answers a browser.
func (h *handlers) answerFault(c echo.Context, f *fault.Fault) error {
	if f.Kind == fault.SignIn {
		return h.leadTo(c, f)
	}
	status := statuses[f.Kind]
	retryLater(c, f)
	problem := views.Problem{
		Frame: h.frame(c, status.heading), Status: status.code, Heading: status.heading,
		Sentence: f.Sentence, Link: f.Link, RequestID: requestID(c),
	}
	problem.Path = "" // nobody comes back to a failure
	switch {
	case isHTMX(c):
		// The alert goes where it is seen: into the dialog, if that asked.
		slot := "#page-alert"
		if cameFromDialog(c) {
			slot = "#dialog-alert"
		}
		c.Response().Header().Set("HX-Retarget", slot)
		c.Response().Header().Set("HX-Reswap", "innerHTML")
		return h.html(c, status.code, views.ProblemAlert(problem))
	case f.Kind == fault.Internal:
		return send(c, status.code, h.oops.with(requestID(c)))
	}
	if problem.Link == nil && problem.Person != nil {
		problem.Link = &fault.Link{Text: "Go to Cloud Providers", Path: "/"}
	}
	return h.html(c, status.code, views.ProblemPage(problem))
}

// retryLater says when to come back, in seconds, as the sentence does. A fault
// that does not know means a quarter of an hour after too many tries.
func retryLater(c echo.Context, f *fault.Fault) {
	wait := f.RetryAfter
	switch {
	case f.Kind == fault.TooMany:
		wait = cmp.Or(wait, 15*time.Minute)
	case f.Kind == fault.Unavailable, f.Kind == fault.Storage:
		wait = cmp.Or(wait, 30*time.Second)
	default:
		return
	}
	c.Response().Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
}

// cameFromDialog reports whether the open dialog asked, and not a link that
// was about to open it.
func cameFromDialog(c echo.Context) bool {
	header := c.Request().Header
	return c.Request().Method != http.MethodGet &&
		(strings.HasPrefix(header.Get("HX-Target"), "dialog") || strings.HasPrefix(header.Get("HX-Trigger"), "dialog"))
}

// faultOf reads an error, also one of Echo's router or of the body limit.
func faultOf(err error) *fault.Fault {
	var http4xx *echo.HTTPError
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return errTooLarge
	case errors.As(err, &http4xx) && http4xx.Code >= 400 && http4xx.Code < 500:
		return errNotHere
	case errors.Is(err, context.Canceled):
		return fault.New(fault.Unavailable, "request.given-up", "The request was canceled.").Because(err)
	}
	return fault.Of(err)
}

// leadTo leads to the page that stands between the caller and what they asked
// for: signing in, unless the fault names another. From there it goes on to
// where they were. htmx is told to move the whole page, so that no sign-in page
// lands in a table cell; a script that asked for JSON reads where to go.
func (h *handlers) leadTo(c echo.Context, f *fault.Fault) error {
	target := whatComesFirst(f)
	query := url.Values{}
	if from := h.whereFrom(c); from != "/" {
		query.Set("next", from)
	}
	if target == signInPath && !isHTMX(c) && !wantsJSON(c) && carriesTyped(c) {
		query.Set("lost", "form")
	}
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	switch {
	case isHTMX(c):
		c.Response().Header().Set("HX-Redirect", target)
		return c.NoContent(http.StatusUnauthorized)
	case wantsJSON(c):
		return c.JSON(http.StatusUnauthorized, map[string]string{"code": f.Code, "detail": f.Sentence, "location": target})
	}
	return c.Redirect(http.StatusSeeOther, target)
}

// carriesTyped reports whether the request is a form that somebody filled in,
// and not only a button.
func carriesTyped(c echo.Context) bool {
	for name, values := range c.Request().PostForm {
		if !slices.Contains([]string{"next", "theme", "version", "verify"}, name) && strings.Join(values, "") != "" {
			return true
		}
	}
	return false
}

// whatComesFirst is the page that a fault of the kind SignIn puts before what
// was asked for.
func whatComesFirst(f *fault.Fault) string {
	if f.Link != nil {
		return f.Link.Path
	}
	return signInPath
}

// whereFrom is the page that the browser shows, or is about to show. A form
// that came back stands at its own address, which is no page: the way there is.
func (h *handlers) whereFrom(c echo.Context) string {
	r := c.Request()
	shown := r.Header.Get("Referer")
	switch {
	case isHTMX(c):
		shown = r.Header.Get("HX-Current-URL")
	case r.Method == http.MethodGet:
		return ownPath(r.URL.RequestURI())
	}
	page, err := url.Parse(shown)
	if err != nil || !sameHost(page.Scheme, page.Host, r.Host) || len(page.Path) > maxPath { // each part of it is looked up
		return "/"
	}
	if page.Path == r.URL.Path && !h.pages[c.Path()] || !h.isPage(c, page.Path) {
		return h.pageAbove(c, page.Path)
	}
	return ownPath(page.RequestURI())
}

// pageAbove is the nearest page on the way to an address.
func (h *handlers) pageAbove(c echo.Context, address string) string {
	for address = path.Dir(address); address != "/" && address != "."; address = path.Dir(address) {
		if h.isPage(c, address) {
			return ownPath(address)
		}
	}
	return "/"
}

func (h *handlers) isPage(c echo.Context, path string) bool {
	found := c.Echo().NewContext(nil, nil)
	c.Echo().Router().Find(http.MethodGet, path, found)
	return h.pages[found.Path()]
}

// seeOther answers a change that worked.
func seeOther(c echo.Context, path string) error {
	if isHTMX(c) {
		c.Response().Header().Set("HX-Redirect", path)
		return c.NoContent(http.StatusNoContent)
	}
	return c.Redirect(http.StatusSeeOther, path)
}

// html renders whole before the first byte leaves.
func (h *handlers) html(c echo.Context, status int, component templ.Component) error {
	body, err := rendered(c.Request().Context(), component)
	if err != nil {
		return err
	}
	return send(c, status, body)
}

func rendered(ctx context.Context, component templ.Component) ([]byte, error) {
	var buffer bytes.Buffer
	err := component.Render(ctx, &buffer)
	return buffer.Bytes(), err
}

func send(c echo.Context, status int, body []byte) error {
	if len(body) < minZipped || !static.AcceptsGzip(c.Request()) {
		return sendAs(c, status, body, false)
	}
	zipped, err := zip(body)
	if err != nil {
		return err
	}
	return sendAs(c, status, zipped, true)
}

const minZipped = 1024 // bytes; below it gzip gains nothing

func sendAs(c echo.Context, status int, body []byte, zipped bool) error {
	header := c.Response().Header()
	header["Content-Type"] = htmlType
	header["Vary"] = varyBy
	if zipped {
		header["Content-Encoding"] = gzipEncoding
	}
	header["Content-Length"] = []string{strconv.Itoa(len(body))}
	c.Response().WriteHeader(status)
	_, err := c.Response().Write(body)
	return err
}

var (
	htmlType     = []string{"text/html; charset=utf-8"}
	varyBy       = []string{"Accept-Encoding, HX-Request, HX-Target, Cookie"}
	gzipEncoding = []string{"gzip"}
)

var zippers = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

func zip(body []byte) ([]byte, error) {
	var buffer bytes.Buffer
	w := zippers.Get().(*gzip.Writer)
	defer zippers.Put(w)
	w.Reset(&buffer)
	if _, err := w.Write(body); err != nil {
		return nil, err
	}
	err := w.Close()
	return buffer.Bytes(), err
}

// oopsPage is the page of an internal failure, rendered once at the start, so
// that it can be shown when nothing else works.
type oopsPage struct{ before, after []byte }

const oopsMark = "REQUEST-ID-GOES-HERE"

func (p *oopsPage) render() error {
	status := statuses[fault.Internal]
	page, err := rendered(context.Background(), views.ProblemPage(views.Problem{
		Frame: views.Frame{Title: status.heading, Theme: "system"}, Status: status.code, Heading: status.heading,
		Sentence: "Mooring had an internal error. Try again. If it happens again, send the request ID below to the operator of this Mooring.", RequestID: oopsMark,
	}))
	if err != nil {
		return err
	}
	before, after, ok := bytes.Cut(page, []byte(oopsMark))
	if !ok {
		return errors.New("the problem page does not show the request id")
	}
	p.before, p.after = before, bytes.ReplaceAll(after, []byte(oopsMark), nil)
	return nil
}

func (p *oopsPage) with(id string) []byte {
	return bytes.Join([][]byte{p.before, p.after}, []byte(id))
}

// logUnlessGone logs that a page lacks a part. Nobody misses it who has left.
func (h *handlers) logUnlessGone(c echo.Context, message string, err error) {
	if !errors.Is(err, context.Canceled) {
		h.Log.Error(message, "id", requestID(c), "cause", err)
	}
}
