package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Codes of our own, for what happens on the way to a cloud. They look like those of
// the clouds.
const (
	NoAnswer           = "NoAnswer"
	TimedOut           = "TimedOut"
	UnexpectedAnswer   = "UnexpectedAnswer"
	Outage             = "ServiceUnavailable"
	Throttled          = "TooManyRequests"
	NameNotFound       = "NameNotFound"
	NotTrusted         = "CertificateNotTrusted"
	ProxyRefused       = "ProxyRefused"
	ProxyAuthorization = "ProxyAuthenticationRequired"
	ForeignHost        = "ForeignHost"
	Refused            = "Refused" // a refusal that gives no code
)

// Refusal is an answer that isn't the one that was asked for, or none.
type Refusal struct {
	Status     int    // of HTTP; 0 when no answer came
	Code       string // the cloud's, or one of ours; never empty
	Message    string
	RequestID  string        // by which the cloud's support finds the request
	RetryAfter time.Duration // 0: the answer asks for no pause
	Date       time.Time     // by the other side's clock; zero: it didn't say
	Throttled  bool          // the cloud got too many requests
	Cause      error         // why no answer came or could be read
}

// Error implements error. It leaves out the message, which others wrote.
func (r *Refusal) Error() string { return fmt.Sprintf("wire: %s (status %d)", r.Code, r.Status) }

// Unwrap gives the cause.
func (r *Refusal) Unwrap() error { return r.Cause }

// Passing reports whether the cloud, or something on the way there, is in trouble for
// a while. The status says so, whatever code comes with it.
func (r *Refusal) Passing() bool {
	return r.Status == http.StatusRequestTimeout || r.Status >= 500 || r.Throttled
}

// Conclude is a refusal that Mooring concludes itself from a good answer.
func Conclude(code string) *Refusal { return &Refusal{Code: code} }

// Unanswered is a request that got no answer, or none that could be read.
func Unanswered(cause error) *Refusal { return &Refusal{Code: CodeOf(cause), Cause: cause} }

// Unexpected is an answer that came and makes no sense.
func (c *Client) Unexpected(a Answer, cause error) *Refusal {
	return &Refusal{Status: a.Status, Code: UnexpectedAnswer, RequestID: c.requestID(a.Header), Cause: cause}
}

// Refuse reads an answer that isn't a success, as far as it can be read: a refusal that
// says nothing readable is a refusal by its status.
func (c *Client) Refuse(a Answer) *Refusal {
	r := c.options.Read(a)
	r.Status, r.RetryAfter = a.Status, RetryAfter(a.Header)
	r.Throttled = r.Throttled || a.Status == http.StatusTooManyRequests
	if r.RequestID == "" {
		r.RequestID = c.requestID(a.Header)
	}
	r.Date, _ = http.ParseTime(a.Header.Get("Date")) // zero if there is none
	r.Message = bounded(r.Message)
	if a.Status < 400 { // no cloud refuses with a redirect
		r.Code, r.Message = UnexpectedAnswer, ""
	}
	if r.Code == "" {
		r.Code = codeWithout(a, r.RequestID)
	}
	return &r
}

// longestMessage is the longest message that is kept, in bytes.
const longestMessage = 2000

// bounded cuts a message that says too much.
func bounded(message string) string {
	if len(message) > longestMessage {
		message = message[:longestMessage]
	}
	return strings.ToValidUTF8(strings.TrimSpace(message), "")
}

// codeWithout is our own code for an answer that gives none. A refusal that is hard to
// read is a refusal all the same; only what looks like a page of somebody in between
// says nothing about the link.
func codeWithout(a Answer, requestID string) string {
	switch {
	case a.Status == http.StatusTooManyRequests:
		return Throttled
	case a.Status == http.StatusRequestTimeout, a.Status >= 500:
		return Outage
	case a.Status == http.StatusUnauthorized, a.Status == http.StatusForbidden:
		page := strings.Contains(strings.ToLower(a.Header.Get("Content-Type")), "html")
		if !page || requestID != "" {
			return Refused
		}
	}
	return UnexpectedAnswer
}

var errTooLong = errors.New("wire: the answer is longer than 1 MiB")

// CodeOf says why there was no answer, or none that could be read.
func CodeOf(err error) string {
	var proxy proxyError
	var name *net.DNSError
	var foreign foreignHostError
	switch {
	case errors.As(err, &foreign):
		return ForeignHost
	case errors.As(err, &proxy) && proxy.status == http.StatusProxyAuthRequired:
		return ProxyAuthorization
	case errors.As(err, &proxy) && (proxy.status == http.StatusRequestTimeout || proxy.status == http.StatusGatewayTimeout):
		return TimedOut
	case errors.As(err, &proxy) && proxy.status >= 500:
		return NoAnswer // the proxy reached nothing
	case errors.As(err, &proxy):
		return ProxyRefused
	case isNotTrusted(err):
		return NotTrusted
	case errors.As(err, &name) && !name.IsTimeout:
		return NameNotFound
	case errors.Is(err, context.DeadlineExceeded) || isTimeout(err):
		return TimedOut
	case errors.Is(err, errTooLong):
		return UnexpectedAnswer
	}
	return NoAnswer
}

// isNotTrusted recognizes a certificate of the other side that doesn't hold.
func isNotTrusted(err error) bool {
	var verification *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	return errors.As(err, &verification) || errors.As(err, &authority) || errors.As(err, &host) || errors.As(err, &invalid)
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

// ProxyAnswered is for http.Transport.OnProxyConnectResponse: it keeps the status of a
// proxy that refuses, for CodeOf.
func ProxyAnswered(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode != http.StatusOK {
		return proxyError{answer.StatusCode}
	}
	return nil
}

// troubleOf is what Options.Trouble brings about with a code, in any case; nil: nothing.
func troubleOf(code string) error {
	switch strings.ToLower(code) {
	case strings.ToLower(NameNotFound):
		return &net.DNSError{Err: "no such host", IsNotFound: true}
	case strings.ToLower(NotTrusted):
		return x509.UnknownAuthorityError{}
	case strings.ToLower(ProxyRefused):
		return proxyError{http.StatusForbidden}
	case strings.ToLower(ProxyAuthorization):
		return proxyError{http.StatusProxyAuthRequired}
	}
	return nil
}

var userInfo = regexp.MustCompile(`//[^/\s"]*@`)

// Loggable is a cause as a log may have it: a malformed address of a proxy is in the
// error with the password in it.
func Loggable(cause error) string { return userInfo.ReplaceAllString(cause.Error(), "//(removed)@") }

// longestPause is more than anybody obeys.
const longestPause = 24 * time.Hour

// RetryAfter reads how long a cloud asks to be left alone: in seconds or as a date. It
// is at most a day, and 0 if the answer says nothing.
func RetryAfter(h http.Header) time.Duration {
	said := strings.TrimSpace(h.Get("Retry-After"))
	seconds, err := strconv.ParseFloat(said, 64)
	if err != nil {
		until, err := http.ParseTime(said)
		from, unreadable := http.ParseTime(h.Get("Date")) // the clock that until is of
		if err != nil || unreadable != nil {
			return 0
		}
		seconds = until.Sub(from).Seconds()
	}
	if !(seconds > 0) { // or not a number
		return 0
	}
	return time.Duration(min(seconds, longestPause.Seconds()) * float64(time.Second))
}
