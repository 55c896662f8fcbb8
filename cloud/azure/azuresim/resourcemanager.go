package azuresim

import (
	"net/http"
	"strings"
	"time"
)

// resourceManager is the Azure Resource Manager of one environment.
type resourceManager struct {
	world       *world
	environment environment
	stop        <-chan struct{}
}

// ServeHTTP answers for every subscription of the environment.
func (m *resourceManager) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := m.answer(r)
	a.hold(r, m.stop)
	request := m.world.newID()
	correlation, ok := parseGUID(r.Header.Get("x-ms-correlation-request-id"))
	if !ok {
		correlation = request
	}
	a.with("x-ms-request-id", request).
		with("x-ms-correlation-request-id", correlation).
		write(w, m.world.now())
}

// answer looks in the order in which Azure does: the address, the version, the
// subscription, the token, the rights, and last the subscription's own cue.
func (m *resourceManager) answer(r *http.Request) reply {
	if m.world.down(m.environment) {
		return unavailable().reply()
	}
	path, ok := parseRoute(r.URL.Path)
	if !ok {
		return routeUnknown().reply()
	}
	if r.Method != path.method {
		return methodNotAllowed(path.method)
	}
	version := r.URL.Query().Get("api-version")
	switch {
	case version == "":
		return apiVersionMissing().reply()
	case !validVersion(version):
		return apiVersionInvalid(version).reply()
	}
	id, ok := parseGUID(path.subscription)
	if !ok {
		return subscriptionMalformed(path.subscription).reply()
	}
	v := visit{route: path, version: version, environment: m.environment}
	return m.world.receive(v, id, r.Header.Get("Authorization"))
}

// validVersion accepts dates, with or without -preview.
func validVersion(version string) bool {
	_, err := time.Parse(time.DateOnly, strings.TrimSuffix(version, "-preview"))
	return err == nil
}

// receive decides one visit.
func (w *world) receive(v visit, id, authorization string) reply {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.findSubscription(id)
	if s == nil || s.environment.name != v.environment.name {
		return subscriptionUnknown(id).reply()
	}
	if o := s.override; o.isAt(v.stage(authorization)) && !(o.stage == atDirectory && o.inDirectory()) {
		return o.reply(func(status int, code, text string) reply { return arm(status, code, "%s", text).reply() })
	}
	if s.read == readUnknown {
		return subscriptionUnknown(id).reply()
	}
	if s.read == readDown || s.read == readDownAfterFirst && s.reads > 1 {
		return unavailable().reply()
	}
	v.subscription = s
	var fault *armError
	if v.grant, fault = w.recognize(authorization, v.environment, s); fault != nil {
		return fault.reply()
	}
	if fault = v.authorize(); fault != nil {
		return fault.reply()
	}
	if s.read != readPlain {
		if a, done := v.perform(); done {
			return a
		}
	}
	return v.answer()
}

// recognize finds the grant behind the Authorization header.
func (w *world) recognize(authorization string, e environment, s *subscription) (grant, *armError) {
	if authorization == "" {
		return grant{}, headerMissing(e, s)
	}
	scheme, token, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return grant{}, headerMalformed(e, s)
	}
	g, ok := w.grants[token]
	switch now := w.now(); {
	case !ok || g.environment != e.name || g.graph:
		return grant{}, tokenInvalid(e, s)
	case !now.Before(g.expires):
		return grant{}, tokenExpired(e, s, g.expires, now)
	case g.directory != s.directory:
		return grant{}, tokenFromElsewhere(e, s, g.directory)
	}
	return g, nil
}
