package azuresim

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// What Microsoft Graph wants of a proof.
const (
	proofAudience = "00000002-0000-0000-c000-000000000000"
	longestProof  = 10 * time.Minute

	maxGraphRequest = 64 << 10 // bytes
)

// graph is Microsoft Graph of one environment, as far as applications roll their own
// certificates with it.
type graph struct {
	world       *world
	environment environment
}

// rollRequest is the body of addKey and removeKey.
type rollRequest struct {
	KeyCredential struct {
		Type  string `json:"type"`
		Usage string `json:"usage"`
		Key   string `json:"key"`
	} `json:"keyCredential"`
	KeyID string `json:"keyId"`
	Proof string `json:"proof"`
}

// ServeHTTP answers addKey and removeKey of every application of the environment.
func (g *graph) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.answer(http.MaxBytesReader(w, r.Body, maxGraphRequest), r).
		with("request-id", g.world.newID()).
		write(w, g.world.now())
}

func (g *graph) answer(body io.Reader, r *http.Request) reply {
	if g.world.down(g.environment) {
		return unavailable().reply()
	}
	rest, ok := strings.CutPrefix(r.URL.Path, "/v1.0/applications/")
	objectID, function, has := strings.Cut(rest, "/")
	if !ok || !has || function != "addKey" && function != "removeKey" {
		return arm(http.StatusNotFound, "ResourceNotFound", "Resource not found for the segment %q.", r.URL.Path).reply()
	}
	if r.Method != http.MethodPost {
		return methodNotAllowed("POST")
	}
	var asked rollRequest
	if json.NewDecoder(body).Decode(&asked) != nil {
		return badGraphRequest("Unable to read JSON request payload.").reply()
	}
	return g.world.roll(g.environment, r.Header.Get("Authorization"), objectID, function, asked)
}

func badGraphRequest(text string) *armError {
	return arm(http.StatusBadRequest, "Request_BadRequest", "%s", text)
}

// roll checks the token, then the application, then the proof, and last what is asked.
func (w *world) roll(e environment, authorization, objectID, function string, asked rollRequest) reply {
	w.mu.Lock()
	defer w.mu.Unlock()
	token, ok := strings.CutPrefix(authorization, "Bearer ")
	g, known := w.grants[token]
	if !ok || !known || !g.graph || g.environment != e.name || !w.now().Before(g.expires) {
		return arm(http.StatusUnauthorized, "InvalidAuthenticationToken", "Access token validation failure.").reply()
	}
	i := slices.IndexFunc(w.applications, func(a *application) bool { return strings.EqualFold(a.objectID, objectID) })
	if i < 0 {
		return arm(http.StatusNotFound, "Request_ResourceNotFound", "Resource '%.64s' does not exist or one of its queried reference-property objects are not present.", objectID).reply()
	}
	a := w.applications[i]
	if a.clientID != g.clientID || a.directory != g.directory {
		return arm(http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.").reply()
	}
	if !a.proves(asked.Proof, w.now()) {
		return arm(http.StatusUnauthorized, "Authentication_MissingOrMalformed", "Access Token missing or malformed.").reply()
	}
	if function == "removeKey" {
		before := len(a.keys)
		a.keys = slices.DeleteFunc(a.keys, func(k key) bool { return strings.EqualFold(k.id, asked.KeyID) })
		if len(a.keys) == before {
			return badGraphRequest("No credentials found to be removed.").reply()
		}
		return newReply(http.StatusNoContent, "application/json", nil)
	}
	if a.policy != "" {
		return arm(http.StatusBadRequest, a.policy, "Credential does not match the policy of the application.").reply()
	}
	der, err := base64.StdEncoding.DecodeString(asked.KeyCredential.Key)
	if err != nil || asked.KeyCredential.Type != "AsymmetricX509Cert" || asked.KeyCredential.Usage != "Verify" {
		return badGraphRequest("Key credential is invalid.").reply()
	}
	c, err := x509.ParseCertificate(der)
	if err != nil || !w.now().Before(c.NotAfter) {
		return badGraphRequest("Key credential end date is invalid.").reply()
	}
	added, err := w.addKey(a, newKey(c))
	if err != nil {
		return badGraphRequest(err.Error()).reply()
	}
	answer := map[string]any{"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#microsoft.graph.keyCredential"}
	if w.tellsKeyID {
		answer["keyId"] = added.id
	}
	return jsonReply(http.StatusOK, answer)
}

// proves reports whether a proof is signed by a certificate of the application that is
// valid now, and made for this.
func (a *application) proves(proof string, now time.Time) bool {
	p, err := parseAssertion(proof)
	if err != nil {
		return false
	}
	signed := slices.ContainsFunc(a.keys, func(k key) bool { return k.valid(now) && p.verify(k) })
	c := p.claims
	return signed && c.Aud == proofAudience && strings.EqualFold(c.Iss, a.objectID) && c.Exp != nil && c.Nbf != nil &&
		!now.Add(clockTolerance).Before(c.Nbf.Time) && now.Before(c.Exp.Time) && c.Exp.Sub(c.Nbf.Time) <= longestProof
}

// TellKeyIDs has addKey answer with the ID of the certificate, or not: the example in
// Microsoft's reference has none.
func (s *Simulator) TellKeyIDs(on bool) {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	s.world.tellsKeyID = on
}

// RefuseKeys has a policy of the directory refuse new certificates of an application
// with a code; "" ends that.
func (s *Simulator) RefuseKeys(clientID, code string) {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	if a, err := s.world.application(clientID); err == nil {
		a.policy = code
	}
}

// IDs gives the object ID of an application, and what it calls a certificate; "" where
// there is none.
func (s *Simulator) IDs(clientID string, der []byte) (objectID, keyID string) {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	a, err := s.world.application(clientID)
	if err != nil {
		return "", ""
	}
	for _, k := range a.keys {
		if string(k.certificate.Raw) == string(der) {
			keyID = k.id
		}
	}
	return a.objectID, keyID
}

// Certificates counts those of an application.
func (s *Simulator) Certificates(clientID string) int {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	a, err := s.world.application(clientID)
	if err != nil {
		return 0
	}
	return len(a.keys)
}
