package aws

import (
	"cmp"
	"context"
	"crypto/x509"
	"log/slog"
	"net"
	"net/http"
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
	Log      *slog.Logger // gets why AWS could not be reached; nil: nobody does

	// Console leads the guide's links elsewhere than to the console of AWS, for the demo.
	Console Console

	// Dial and Trouble are those of wire.Options.
	Dial    func(ctx context.Context, network, address string) (net.Conn, error)
	Trouble func(*http.Request) (code string)
}

// Console is where people open parts of the console. What is empty is AWS's own.
type Console struct{ CloudShell, RolesAnywhere, IAM string }

// Client sends requests to AWS. It holds no secret and may be shared.
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
	return &Client{now: now, wire: wire.NewClient(wire.Options{Cloud: "AWS", Hosts: hosts(), Roots: o.Roots, Timeout: o.Timeout, Dial: o.Dial,
		Trouble: o.Trouble, Read: readRefusal, RequestID: requestID})}
}

func requestID(h http.Header) string {
	return cmp.Or(h.Get("X-Amzn-Requestid"), h.Get("X-Amz-Request-Id"))
}

// throttled are AWS's codes for too many requests. Most come with status 400.
var throttled = map[string]bool{
	wire.Throttled: true, "Throttling": true, "ThrottlingException": true, "ThrottledException": true, "RequestThrottled": true,
	"RequestThrottledException": true, "TooManyRequestsException": true, "RequestLimitExceeded": true, "SlowDown": true,
}

// scrub takes the secrets of a session out of a message: AWS explains a signature that
// doesn't match by repeating the request.
func scrub(r *wire.Refusal, c Credentials) *wire.Refusal {
	r.Message = secret.Scrub(r.Message, c.secretKey.Reveal(), c.token.Reveal())
	return r
}

// readRefusal reads the error shapes of AWS's services.
func readRefusal(a wire.Answer) wire.Refusal {
	var r wire.Refusal
	r.Code = shortCode(a.Header.Get("X-Amzn-Errortype"))
	if o := wire.ReadObject(a.Body); o != nil {
		readJSON(&r, o)
	} else if tree := parseXML(a.Body); tree != nil {
		readXML(&r, tree)
	}
	r.Throttled = throttled[r.Code]
	return r
}

func readJSON(r *wire.Refusal, o wire.Object) {
	r.Code = cmp.Or(r.Code, shortCode(o.Text("__type")), shortCode(o.Text("code")))
	r.Message = o.Text("message")
	for _, name := range []string{"error", "errors"} { // in no service that we ask
		if r.Code == "" {
			r.Code = shortCode(o.Object(name).Text("code"))
			r.Message = cmp.Or(r.Message, o.Object(name).Text("message"))
		}
	}
}

// readXML reads the shape of STS, IAM and CloudFormation (ErrorResponse) and that
// of EC2 (Response, with the error in Errors). A page in XML has neither.
func readXML(r *wire.Refusal, tree *element) {
	said := tree.child("Error")
	if tree.name == "Error" {
		said = tree
	}
	if said == nil {
		said = tree.child("Errors").child("Error")
	}
	r.Code = cmp.Or(r.Code, shortCode(said.text("Code")))
	r.Message = cmp.Or(r.Message, said.text("Message"))
	r.RequestID = cmp.Or(r.RequestID, tree.text("RequestId"), tree.text("RequestID"))
}

// longestCode is the longest code that is kept, in bytes.
const longestCode = 100

// shortCode is the code in "namespace#Code:http://…", or empty if there is none.
func shortCode(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), ":")
	s = s[strings.LastIndexByte(s, '#')+1:]
	if len(s) > longestCode || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._") != "" {
		return ""
	}
	return s
}
