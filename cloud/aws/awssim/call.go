package awssim

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"

	"mooring/cloud/simulated"
)

// call is a request, with what the simulator found out about it.
type call struct {
	*http.Request
	place
	id   string // of the request
	body []byte
	form url.Values // of a request in the query protocol
	key  *accessKey // that signed it; nil for CreateSession
}

const maxBody = 1 << 20

// answer answers one request.
func (s *Simulator) answer(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "the body is too long", http.StatusRequestEntityTooLarge)
		return
	}
	s.world.mu.Lock()
	c := &call{Request: r, id: s.world.newID(), body: body}
	a := s.world.answer(c)
	now := s.world.now()
	s.world.mu.Unlock()
	a.Header.Set("X-Amzn-Requestid", c.id)
	a.Send(w, r, s.Done(), now)
}

func (w *world) answer(c *call) reply {
	if !c.locate() {
		return simulated.NewReply(http.StatusMisdirectedRequest, "text/plain; charset=utf-8", "not a host of AWS\n")
	}
	a, err := w.perform(c)
	if err == nil {
		return a
	}
	var instead *simulated.Chosen
	var refused *refusal
	switch {
	case errors.As(err, &instead):
		return instead.Reply(func(status int, code, reason string) reply {
			return (&refusal{status, code, reason}).reply(c.service, c.id)
		})
	case errors.As(err, &refused):
		return refused.reply(c.service, c.id)
	}
	return refuse(http.StatusInternalServerError, "InternalFailure", "%s", err).reply(c.service, c.id)
}

func (w *world) perform(c *call) (reply, error) {
	if c.service == anywhere && c.URL.Path == "/sessions" {
		return w.createSession(c)
	}
	if err := w.authenticate(c); err != nil {
		return reply{}, err
	}
	if c.service == anywhere {
		return w.manageAnywhere(c)
	}
	var err error
	if c.form, err = url.ParseQuery(string(c.body)); err != nil || c.Method != http.MethodPost || c.URL.Path != "/" {
		return reply{}, refuse(http.StatusBadRequest, "MalformedInput", "The request isn't a form.")
	}
	switch c.service {
	case sts:
		return w.answerSTS(c)
	case iam:
		return w.answerIAM(c)
	case ec2:
		return w.answerEC2(c)
	}
	return w.answerCloudFormation(c)
}

var scopeForm = regexp.MustCompile(`Credential=[^/,\s]+/\d{8}/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request`)

// locate finds the service: by the host or, at the simulator's own address, by what
// the request is signed for.
func (c *call) locate() bool {
	host, _, err := net.SplitHostPort(c.Host)
	if err != nil {
		host = c.Host
	}
	if p, ok := findPlace(host); ok {
		c.place = p
		return true
	}
	ip := net.ParseIP(host)
	if host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return false
	}
	scope := scopeForm.FindStringSubmatch(c.Header.Get("Authorization"))
	if scope == nil || !isService(scope[2]) {
		c.place = place{service: sts} // which refuses it
		return true
	}
	c.place = place{service: scope[2], region: scope[1]}
	return true
}

// refuseMethod answers an address that exists with another method.
func refuseMethod() error {
	return refuse(http.StatusNotFound, "UnknownOperationException", "The operation doesn't exist.")
}
