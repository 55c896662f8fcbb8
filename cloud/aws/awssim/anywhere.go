package awssim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"mooring/cloud/simulated"
)

// manageAnywhere answers the management calls of IAM Roles Anywhere, as an
// administrator makes them.
func (w *world) manageAnywhere(c *call) (reply, error) {
	first, rest, _ := strings.Cut(strings.Trim(c.URL.Path, "/"), "/")
	id, verb, _ := strings.Cut(rest, "/")
	switch {
	case first == "trustanchors" && rest == "" && c.Method == http.MethodPost:
		return w.answerCreateAnchor(c)
	case first == "profiles" && rest == "" && c.Method == http.MethodPost:
		return w.answerCreateProfile(c)
	case first == "trustanchors" && rest == "" && c.Method == http.MethodGet:
		return c.listAnchors()
	case first == "profiles" && rest == "" && c.Method == http.MethodGet:
		return c.listProfiles()
	case first == "trustanchor" && id != "":
		return c.onAnchor(id, verb)
	case first == "profile" && id != "":
		return c.onProfile(id, verb)
	}
	return reply{}, refuseMethod()
}

// verbs name the actions on one trust anchor or profile, by method and the rest of
// the path.
var verbs = map[string]string{"GET ": "Get", "DELETE ": "Delete", "POST enable": "Enable", "POST disable": "Disable"}

func (w *world) answerCreateAnchor(c *call) (reply, error) {
	var in struct {
		Name    string
		Enabled bool
		Source  struct {
			SourceType string
			SourceData struct{ X509CertificateData string }
		}
	}
	if json.Unmarshal(c.body, &in) != nil || in.Source.SourceType != "CERTIFICATE_BUNDLE" {
		return reply{}, invalidAnywhere("The request isn't valid.")
	}
	if err := c.authorize("rolesanywhere:CreateTrustAnchor", "*"); err != nil {
		return reply{}, err
	}
	t, err := w.createAnchor(c.key.account, c.region, in.Name, in.Source.SourceData.X509CertificateData, in.Enabled)
	if err != nil {
		return reply{}, err
	}
	return simulated.JSONReply(http.StatusCreated, map[string]any{"trustAnchor": t.json()}), nil
}

func (w *world) answerCreateProfile(c *call) (reply, error) {
	in := struct {
		Name                  string
		RoleArns              []string
		Enabled               bool
		AcceptRoleSessionName bool
		DurationSeconds       int
	}{DurationSeconds: 3600}
	if json.Unmarshal(c.body, &in) != nil {
		return reply{}, invalidAnywhere("The request isn't valid.")
	}
	if err := c.authorize("rolesanywhere:CreateProfile", "*"); err != nil {
		return reply{}, err
	}
	p, err := w.createProfile(c.key.account, c.region, profile{name: in.Name, roles: in.RoleArns, enabled: in.Enabled,
		acceptSessionName: in.AcceptRoleSessionName, duration: in.DurationSeconds})
	if err != nil {
		return reply{}, err
	}
	return simulated.JSONReply(http.StatusCreated, map[string]any{"profile": p.json()}), nil
}

func (c *call) listAnchors() (reply, error) {
	if err := c.authorize("rolesanywhere:ListTrustAnchors", "*"); err != nil {
		return reply{}, err
	}
	all := []any{}
	for _, t := range c.key.account.anchors {
		if t.region == c.region {
			all = append(all, t.json())
		}
	}
	return simulated.JSONReply(http.StatusOK, map[string]any{"trustAnchors": all}), nil
}

func (c *call) listProfiles() (reply, error) {
	if err := c.authorize("rolesanywhere:ListProfiles", "*"); err != nil {
		return reply{}, err
	}
	all := []any{}
	for _, p := range c.key.account.profiles {
		if p.region == c.region {
			all = append(all, p.json())
		}
	}
	return simulated.JSONReply(http.StatusOK, map[string]any{"profiles": all}), nil
}

func (c *call) onAnchor(id, rest string) (reply, error) {
	verb, a := verbs[c.Method+" "+rest], c.key.account
	at := slices.IndexFunc(a.anchors, func(t *anchor) bool { return t.id == id && t.region == c.region })
	if verb == "" {
		return reply{}, refuseMethod()
	}
	if err := c.authorize("rolesanywhere:"+verb+"TrustAnchor", a.arn(anywhere, c.region, "trust-anchor/"+id)); err != nil {
		return reply{}, err
	}
	if at < 0 {
		return reply{}, refuse(http.StatusNotFound, "ResourceNotFoundException", "Trust anchor not found")
	}
	t := a.anchors[at]
	switch verb {
	case "Delete":
		a.anchors = slices.Delete(a.anchors, at, at+1)
	case "Enable", "Disable":
		t.enabled = verb == "Enable"
	}
	return simulated.JSONReply(http.StatusOK, map[string]any{"trustAnchor": t.json()}), nil
}

func (c *call) onProfile(id, rest string) (reply, error) {
	verb, a := verbs[c.Method+" "+rest], c.key.account
	at := slices.IndexFunc(a.profiles, func(p *profile) bool { return p.id == id && p.region == c.region })
	if verb == "" {
		return reply{}, refuseMethod()
	}
	if err := c.authorize("rolesanywhere:"+verb+"Profile", a.arn(anywhere, c.region, "profile/"+id)); err != nil {
		return reply{}, err
	}
	if at < 0 {
		return reply{}, refuse(http.StatusNotFound, "ResourceNotFoundException", "Profile not found")
	}
	p := a.profiles[at]
	switch verb {
	case "Delete":
		a.profiles = slices.Delete(a.profiles, at, at+1)
	case "Enable", "Disable":
		p.enabled = verb == "Enable"
	}
	return simulated.JSONReply(http.StatusOK, map[string]any{"profile": p.json()}), nil
}

func (t *anchor) json() map[string]any {
	return map[string]any{"trustAnchorId": t.id, "trustAnchorArn": t.arn, "name": t.name, "enabled": t.enabled,
		"createdAt": t.created.UTC().Format(time.RFC3339), "updatedAt": t.created.UTC().Format(time.RFC3339),
		"source": map[string]any{"sourceType": "CERTIFICATE_BUNDLE", "sourceData": map[string]any{"x509CertificateData": t.pem}}}
}

func (p *profile) json() map[string]any {
	return map[string]any{"profileId": p.id, "profileArn": p.arn, "name": p.name, "enabled": p.enabled, "roleArns": p.roles, "durationSeconds": p.duration,
		"acceptRoleSessionName": p.acceptSessionName, "createdAt": p.created.UTC().Format(time.RFC3339), "updatedAt": p.created.UTC().Format(time.RFC3339)}
}

// lastPart is what follows the last slash.
func lastPart(s string) string { return s[strings.LastIndexByte(s, '/')+1:] }
