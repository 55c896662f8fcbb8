package azuresim

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"time"
)

// maxTokenRequestBytes bounds the body of a token request.
const maxTokenRequestBytes = 64 << 10

// authority is the directory service of one environment.
type authority struct {
	world       *world
	environment environment
	base        string // https://host:port
	stop        <-chan struct{}
}

// exchange is one request to the authority with the ids that its answer quotes.
type exchange struct {
	request            *http.Request
	trace, correlation string
}

// ServeHTTP answers the discovery document and the token endpoint of every
// directory.
func (a *authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := exchange{request: r, trace: a.world.newID()}
	if id, ok := parseGUID(r.Header.Get("client-request-id")); ok {
		x.correlation = id
	} else {
		x.correlation = a.world.newID()
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxTokenRequestBytes)
	answer := a.answer(x)
	answer.hold(r, a.stop)
	answer.
		with("x-ms-request-id", x.trace).
		with("client-request-id", x.correlation).
		write(w, a.clock(r))
}

func (a *authority) answer(x exchange) reply {
	tenant, rest := cutPath(x.request.URL.Path)
	switch {
	case tenant == "":
	case rest == "v2.0/.well-known/openid-configuration":
		if !allowed(x.request, http.MethodGet, http.MethodHead) {
			return methodNotAllowed("GET, HEAD")
		}
		return a.discovery(x, tenant)
	case rest == "oauth2/v2.0/token":
		if !allowed(x.request, http.MethodPost) {
			return methodNotAllowed("POST")
		}
		return a.token(x, tenant)
	}
	return newReply(http.StatusNotFound, "text/plain; charset=utf-8", []byte("not found\n"))
}

// discovery tells where the directory's endpoints are.
func (a *authority) discovery(x exchange, tenant string) reply {
	o := a.world.directoryOverride(a.environment, tenant, atDirectory)
	if o.isAt(atDirectory) {
		return a.override(x, o)
	}
	d, fault := a.world.discover(a.environment, tenant)
	if fault != nil {
		return a.refuse(x, fault)
	}
	root := a.at(o) + "/" + d.id
	return jsonReply(http.StatusOK, map[string]any{
		"issuer":                                root + "/v2.0",
		"authorization_endpoint":                root + "/oauth2/v2.0/authorize",
		"token_endpoint":                        root + "/oauth2/v2.0/token",
		"token_endpoint_auth_methods_supported": []string{"private_key_jwt"},
		"response_types_supported":              []string{"code", "token"},
		"subject_types_supported":               []string{"pairwise"},
		"tenant_region_scope":                   nil,
	})
}

// at is where the directory signs people in.
func (a *authority) at(o *override) string {
	switch {
	case o.has(effectForeign, atDirectory):
		return foreignHost
	case o.has(effectElsewhere, atDirectory):
		return a.world.otherAuthority(a.environment)
	}
	return a.base
}

// override words an override as the directory service does.
func (a *authority) override(x exchange, o *override) reply {
	return o.reply(func(status int, _, text string) reply {
		number := o.entraNumber()
		_, word := entraKind(number)
		return a.refuse(x, entra(status, word, number, "%s", text))
	})
}

// discover finds the directory without signing in.
func (w *world) discover(e environment, tenant string) (directory, *entraError) {
	w.mu.Lock()
	defer w.mu.Unlock()
	d, fault := w.openDirectory(e, tenant)
	if fault != nil {
		return directory{}, fault
	}
	return *d, nil
}

// token exchanges a client assertion for a bearer token.
func (a *authority) token(x exchange, tenant string) reply {
	kind, _, err := mime.ParseMediaType(x.request.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return a.refuse(x, parameterMissing("grant_type"))
	}
	if err := x.request.ParseForm(); err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return newReply(http.StatusRequestEntityTooLarge, "text/plain; charset=utf-8", []byte("request too large\n"))
		}
		return a.refuse(x, entra(400, "invalid_request", 90100, "The request body is not a form."))
	}
	if o := a.world.directoryOverride(a.environment, tenant, atSignIn); o != nil {
		return a.override(x, o)
	}
	bearer, fault := a.world.signIn(signInRequest{
		environment: a.environment,
		tenant:      tenant,
		endpoint:    fmt.Sprintf("%s/%s/oauth2/v2.0/token", a.base, tenant),
		form:        x.request.PostForm,
		trace:       x.trace,
	})
	if fault != nil {
		return a.refuse(x, fault)
	}
	seconds := int(tokenLifetime.Seconds())
	return jsonReply(http.StatusOK, map[string]any{
		"token_type":     "Bearer",
		"expires_in":     seconds,
		"ext_expires_in": seconds,
		"access_token":   bearer,
	})
}

func (a *authority) refuse(x exchange, fault *entraError) reply {
	return fault.reply(a.environment.login, x.trace, x.correlation, a.clock(x.request))
}

// clock is the time in the directory that is asked, for stamps and the Date.
func (a *authority) clock(r *http.Request) time.Time {
	now := a.world.now()
	tenant, _ := cutPath(r.URL.Path)
	if d, fault := a.world.discover(a.environment, tenant); fault == nil {
		return d.clock(now)
	}
	return now
}
