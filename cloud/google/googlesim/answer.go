package googlesim

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"mooring/cloud/simulated"
)

const maxBody = 1 << 20

// call is a request to a service.
type call struct {
	*http.Request
	body []byte
}

// answer answers one request.
func (s *Simulator) answer(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "the body is too long", http.StatusRequestEntityTooLarge)
		return
	}
	s.world.mu.Lock()
	a := s.world.answer(&call{r, body})
	now := s.world.now()
	s.world.mu.Unlock()
	a.Send(w, r, s.Done(), now)
}

func (w *world) answer(c *call) simulated.Reply {
	host, _, err := net.SplitHostPort(c.Host)
	if err != nil {
		host = c.Host
	}
	var a simulated.Reply
	oauth := false
	switch host {
	case tokenHost:
		oauth = true
		a, err = w.exchange(c)
	case signInHost:
		oauth = true
		a, err = w.signIn(c)
	case metadataHost:
		a, err = w.certificates(c)
	case credentialsHost:
		a, err = w.impersonate(c)
	case projectsHost:
		a, err = w.onProject(c)
	default:
		return simulated.NewReply(http.StatusMisdirectedRequest, "text/plain; charset=utf-8", "not a host of Google Cloud\n")
	}
	var instead *simulated.Chosen
	var refused *refusal
	var noToken *tokenRefusal
	switch {
	case err == nil:
		return a
	case errors.As(err, &instead):
		return instead.Reply(func(status int, code, reason string) simulated.Reply { return chosenReply(oauth, status, code, reason) })
	case errors.As(err, &refused):
		return refused.reply()
	case errors.As(err, &noToken):
		return noToken.reply()
	}
	return refuse(http.StatusInternalServerError, "INTERNAL", "%s", err).reply()
}

var errNoMethod = refuse(http.StatusNotFound, "NOT_FOUND", "Method not found.")

// fields are those of a form or of a JSON object of texts, which a token service takes
// both.
func (c *call) fields() (map[string]string, bool) {
	all := map[string]string{}
	if strings.HasPrefix(c.Header.Get("Content-Type"), "application/json") {
		var object map[string]any
		if json.Unmarshal(c.body, &object) != nil {
			return nil, false
		}
		for name, value := range object {
			text, ok := value.(string)
			if !ok {
				return nil, false
			}
			all[lowerSnake(name)] = text
		}
		return all, true
	}
	form, err := url.ParseQuery(string(c.body))
	if err != nil {
		return nil, false
	}
	for name := range form {
		all[name] = form.Get(name)
	}
	return all, true
}

// lowerSnake spells subjectToken as subject_token: Google takes both.
func lowerSnake(name string) string {
	var b strings.Builder
	for _, r := range name {
		if r >= 'A' && r <= 'Z' {
			b.WriteByte('_')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// authenticate finds whose token came along, and checks that the API is on.
func (w *world) authenticate(c *call, service string) (*token, error) {
	value, ok := strings.CutPrefix(c.Header.Get("Authorization"), "Bearer ")
	t := w.tokens[value]
	switch {
	case !ok:
		return nil, refuse(http.StatusUnauthorized, "UNAUTHENTICATED", "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential.").
			because("CREDENTIALS_MISSING", "googleapis.com", map[string]string{"service": service})
	case t == nil:
		return nil, refuse(http.StatusUnauthorized, "UNAUTHENTICATED", "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.").
			because("ACCESS_TOKEN_TYPE_UNSUPPORTED", "googleapis.com", map[string]string{"service": service})
	case w.now().After(t.expires):
		return nil, refuse(http.StatusUnauthorized, "UNAUTHENTICATED", "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.").
			because("ACCESS_TOKEN_EXPIRED", "googleapis.com", map[string]string{"service": service})
	case !t.consumer.services[service]:
		return t, serviceDisabled(t.consumer, service)
	}
	return t, nil
}
