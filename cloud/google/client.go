package google

import (
	"bytes"
	"cmp"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strings"
	"time"

	"mooring/cloud/wire"
	"mooring/secret"
)

// Options are what an operator sets, and what tests fix.
type Options struct {
	Roots    *x509.CertPool // nil: the machine's own
	Timeout  time.Duration  // for one request; 0: 8 seconds
	Patience time.Duration  // for one stage of a check; 0: 12 seconds
	Now      func() time.Time
	Log      *slog.Logger // gets why Google Cloud could not be reached; nil: nobody does

	// Console leads the guide's links elsewhere than to Google's console, for the demo.
	Console Console

	// Dial and Trouble are those of wire.Options.
	Dial    func(ctx context.Context, network, address string) (net.Conn, error)
	Trouble func(*http.Request) (code string)
}

// Console is where people open parts of the console. What is empty is Google's own.
type Console struct{ CloudShell, ServiceAccounts string }

// The hosts that requests go to. None comes from anywhere else.
const (
	hostToken       = "sts.mtls.googleapis.com" // asks for a client certificate
	hostSignIn      = "oauth2.googleapis.com"
	hostMetadata    = "www.googleapis.com"
	hostCredentials = "iamcredentials.googleapis.com"
	hostProjects    = "cloudresourcemanager.googleapis.com"
)

func hosts() map[string]bool {
	return map[string]bool{hostToken: true, hostSignIn: true, hostMetadata: true, hostCredentials: true, hostProjects: true}
}

// Client sends requests to Google Cloud. It holds no secret and may be shared.
type Client struct {
	wire *wire.Client
	now  func() time.Time
}

// NewClient makes a Client.
func NewClient(o Options) *Client {
	now := o.Now
	if now == nil {
		now = time.Now
	}
	return &Client{now: now, wire: wire.NewClient(wire.Options{Cloud: "Google Cloud", Hosts: hosts(), Roots: o.Roots, Timeout: o.Timeout, Dial: o.Dial,
		Trouble: o.Trouble, Read: readRefusal})}
}

// Token is an access token. It can't be printed, logged or encoded.
type Token struct {
	secret.Text
	Expires time.Time
}

// ask sends a request to a service with a token, and reads the object that answers. A
// request without a body is a GET.
func (c *Client) ask(ctx context.Context, token Token, address string, body any) (wire.Object, wire.Answer, error) {
	method, encoded := http.MethodGet, []byte(nil)
	if body != nil {
		method = http.MethodPost
		var err error
		if encoded, err = json.Marshal(body); err != nil {
			return nil, wire.Answer{}, err
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(encoded))
	if err != nil {
		return nil, wire.Answer{}, err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Authorization", "Bearer "+token.Reveal())
	a, err := c.wire.Do(ctx, r)
	if err != nil {
		var refusal *wire.Refusal
		if errors.As(err, &refusal) {
			refusal.Message = secret.Scrub(refusal.Message, token.Reveal())
		}
		return nil, a, err
	}
	object := wire.ReadObject(a.Body)
	if object == nil {
		return nil, a, c.wire.Unexpected(a, errors.New("google: not an object"))
	}
	return object, a, nil
}

var codeForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.]{1,79}$`)

// readRefusal reads the shapes of Google's errors: that of the APIs, in which ErrorInfo
// says more than the status, and that of the token services.
func readRefusal(a wire.Answer) wire.Refusal {
	var r wire.Refusal
	o := wire.ReadObject(a.Body)
	if said := o.Object("error"); said != nil {
		r.Message = said.Text("message")
		status := code(said.Text("status"))
		for _, detail := range said.Objects("details") {
			reason := code(detail.Text("reason"))
			if reason == "" || r.Code != "" {
				continue
			}
			r.Code = reason
			metadata := wire.ReadObject(detail["metadata"])
			for _, name := range []string{"permission", "service"} { // the fix needs them
				if value := metadata.Text(name); value != "" && !strings.Contains(r.Message, value) {
					r.Message = strings.TrimSpace(r.Message + " (" + name + ": " + value + ")")
				}
			}
		}
		r.Code = cmp.Or(r.Code, status)
		r.Throttled = status == "RESOURCE_EXHAUSTED" || throttled[r.Code]
		return r
	}
	r.Code, r.Message = code(o.Text("error")), o.Text("error_description")
	r.Throttled = throttled[r.Code]
	return r
}

// throttled are Google's codes for too many requests, where the status isn't 429.
var throttled = map[string]bool{wire.Throttled: true, "RATE_LIMIT_EXCEEDED": true, "rateLimitExceeded": true, "userRateLimitExceeded": true, "slow_down": true}

func code(s string) string {
	if !codeForm.MatchString(s) {
		return ""
	}
	return s
}
