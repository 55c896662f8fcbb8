package simulated

import (
	"cmp"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Override is an error that somebody chose: what the cloud answers at one stage of a check
// of one account, until it is cleared.
type Override struct {
	Stage      string // one of the cloud's
	Code       string // the cloud's or one of Mooring's own
	Reason     string // sent as the message; empty: what is usual for the code
	Status     int    // of HTTP; 0: what is usual for the code
	RetryAfter int    // in seconds; 0: none
}

// OverrideFrom reads what somebody chose in the form of the template "error-answer".
func OverrideFrom(r *http.Request) Override {
	return Override{Stage: r.PostFormValue("stage"), Code: r.PostFormValue("code"), Reason: r.PostFormValue("reason")}
}

// Effect is how an override is brought about.
type Effect int

// The effects that every cloud has. They replace an answer. A cloud numbers its own, which
// change a good answer, from EffectOfCloud.
const (
	EffectError     Effect = iota // the code, in the shape of the service
	EffectHangUp                  // the connection is closed
	EffectSilence                 // nothing, until the client gives up
	EffectPage                    // a page for people
	EffectUnreached               // the request never arrives: see Chosen.Trouble
	EffectOfCloud
)

// Conclusion is what leads to a code that no service sends: Mooring concludes it from what
// happens at a stage. An empty stage is any.
type Conclusion struct {
	Effect Effect
	Stage  string
}

// conclusions are those of every cloud.
var conclusions = map[string]Conclusion{
	"noanswer":                    {Effect: EffectHangUp},
	"timedout":                    {Effect: EffectSilence},
	"unexpectedanswer":            {Effect: EffectPage},
	"serviceunavailable":          {Effect: EffectPage},
	"toomanyrequests":             {Effect: EffectPage},
	"namenotfound":                {Effect: EffectUnreached},
	"certificatenottrusted":       {Effect: EffectUnreached},
	"proxyrefused":                {Effect: EffectUnreached},
	"proxyauthenticationrequired": {Effect: EffectUnreached},
}

// usualStatuses are those of every cloud.
var usualStatuses = map[string]int{
	"unexpectedanswer":   http.StatusOK,
	"serviceunavailable": http.StatusServiceUnavailable,
	"toomanyrequests":    http.StatusTooManyRequests,
}

// Overrides says what can be chosen in a cloud. Codes in its maps and functions are in
// lower case.
type Overrides struct {
	Cloud       string   // as in "The simulated AWS answers …"
	Stages      []string // of a check, in their order
	ExampleCode string   // for the sentence that asks for a code
	Conclusions map[string]Conclusion
	Status      func(code string) int    // the usual one; 0, and if there is no function: 403
	Reason      func(code string) string // the usual one; "", and if there is no function: a sentence about the simulator
}

var codeForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.]{2,80}$`)

// Read checks what somebody chose. The error is a sentence for them, without its capital
// letter and period: see Sentence.
func (all Overrides) Read(o Override) (*Chosen, error) {
	o.Stage, o.Code, o.Reason = strings.TrimSpace(o.Stage), strings.TrimSpace(o.Code), strings.TrimSpace(o.Reason)
	code := strings.ToLower(o.Code)
	c, concluded := conclusions[code]
	if !concluded {
		c, concluded = all.Conclusions[code]
	}
	page := c.Effect == EffectPage
	switch {
	case !slices.Contains(all.Stages, o.Stage):
		return nil, fmt.Errorf("choose one of the stages %s", strings.Join(all.Stages, ", "))
	case !codeForm.MatchString(o.Code):
		return nil, fmt.Errorf("enter a code, such as %s", all.ExampleCode)
	case concluded && c.Stage != "" && c.Stage != o.Stage:
		return nil, fmt.Errorf("%s has an effect only at the stage %s", o.Code, c.Stage)
	case concluded && o.Reason != "":
		return nil, fmt.Errorf("no reason is sent with %s; leave it empty", o.Code)
	case concluded && !page && (o.Status != 0 || o.RetryAfter != 0):
		return nil, fmt.Errorf("the HTTP status and Retry-After are fixed for %s; leave them empty", o.Code)
	case o.Status != 0 && (o.Status < 400 || o.Status > 599) && !(page && o.Status == http.StatusOK):
		return nil, fmt.Errorf("the HTTP status is from 400 to 599")
	case o.RetryAfter < 0 || o.RetryAfter > 3600:
		return nil, fmt.Errorf("Retry-After is a number of seconds from 1 to 3600")
	}
	usual := usualStatuses[code]
	if usual == 0 && all.Status != nil {
		usual = all.Status(code)
	}
	chosen := &Chosen{Override: o, Effect: c.Effect, reason: o.Reason}
	chosen.Status = cmp.Or(o.Status, usual, http.StatusForbidden)
	if chosen.reason == "" && all.Reason != nil {
		chosen.reason = all.Reason(code)
	}
	chosen.reason = cmp.Or(chosen.reason, "The simulated "+all.Cloud+" answers with this code because somebody chose it.")
	return chosen, nil
}

// Chosen is an Override that was read. It never changes. Its methods also take nil, which
// is an account that answers as usual.
type Chosen struct {
	Override
	Effect Effect

	reason string // the usual one, if none was chosen
}

// Error implements error: an override ends what a handler does, as a refusal does.
func (c *Chosen) Error() string { return "overridden: " + c.Code }

// Now is what somebody chose, for the templates, or nil.
func (c *Chosen) Now() *Override {
	if c == nil {
		return nil
	}
	return &c.Override
}

// Instead is the override that replaces the answer at a stage, or nil. Reply makes the
// answer of it.
func (c *Chosen) Instead(stage string) error {
	if c != nil && c.Stage == stage && c.Effect < EffectOfCloud {
		return c
	}
	return nil
}

// Has reports whether a good answer is changed in this way.
func (c *Chosen) Has(e Effect) bool { return c != nil && c.Effect == e }

// Trouble is the code of what keeps a request of a stage from arriving, or "". No server
// can bring it about, so the demo's client asks before it sends.
func (c *Chosen) Trouble(stage string) string {
	if c.Has(EffectUnreached) && c.Stage == stage {
		return c.Code
	}
	return ""
}

// Reply is the answer in place of a good one. refuse gives the error in the shape of the
// service.
func (c *Chosen) Reply(refuse func(status int, code, reason string) Reply) Reply {
	var a Reply
	switch c.Effect {
	case EffectHangUp, EffectUnreached:
		a = NewReply(http.StatusBadGateway, "text/plain; charset=utf-8", "")
		a.HangUp = true
	case EffectSilence:
		a = NewReply(http.StatusGatewayTimeout, "text/plain; charset=utf-8", "")
		a.Silent = true
	case EffectPage:
		a = NewReply(c.Status, "text/html; charset=utf-8", "<!DOCTYPE html>\n<title>Harbor network</title>\n<p>A page for people, where a program asked.</p>\n")
	default:
		a = refuse(c.Status, c.Code, c.reason)
	}
	if c.RetryAfter > 0 {
		a.Header.Set("Retry-After", strconv.Itoa(c.RetryAfter))
	}
	return a
}
