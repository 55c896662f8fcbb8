package awssim

import (
	"crypto/x509"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"mooring/cloud/simulated"
)

var nameForm = regexp.MustCompile(`^[ a-zA-Z0-9_-]{1,255}$`)

func invalidAnywhere(message string) error {
	return refuse(http.StatusBadRequest, "ValidationException", "%s", message)
}

// createAnchor makes a trust anchor, as far as the account's story lets it.
func (w *world) createAnchor(a *account, region, name, pem string, enabled bool) (*anchor, error) {
	if !nameForm.MatchString(name) {
		return nil, invalidAnywhere("Invalid name")
	}
	roots, err := parseAuthorities(pem)
	if err != nil {
		return nil, err
	}
	if a.story.otherAuthority {
		if roots[0], err = strangeAuthority(); err != nil {
			return nil, err
		}
	}
	id := w.newID()
	t := &anchor{id: id, arn: a.arn(anywhere, region, "trust-anchor/"+id), name: name, region: region, pem: pem, roots: roots,
		enabled: enabled && !a.story.anchorDisabled, created: w.now()}
	if !a.story.anchorDeleted {
		a.anchors = append(a.anchors, t)
	}
	return t, nil
}

// strangeAuthority is the certificate of an authority that nobody here has.
func strangeAuthority() (*x509.Certificate, error) {
	a, err := simulated.NewAuthority("Another", nil)
	if err != nil {
		return nil, err
	}
	return a.Root(), nil
}

// createProfile makes a profile, as far as the account's story lets it.
func (w *world) createProfile(a *account, region string, p profile) (*profile, error) {
	switch {
	case !nameForm.MatchString(p.name):
		return nil, invalidAnywhere("Invalid name")
	case p.duration < 900 || p.duration > 43200:
		return nil, invalidAnywhere("Invalid durationSeconds")
	case len(p.roles) == 0:
		return nil, invalidAnywhere("At least one role is required")
	}
	for _, arn := range p.roles {
		if !strings.HasPrefix(arn, a.arn(iam, "", "role/")) {
			return nil, invalidAnywhere("Invalid role ARN: " + arn)
		}
	}
	p.id, p.region, p.created = w.newID(), region, w.now()
	p.arn = a.arn(anywhere, region, "profile/"+p.id)
	p.enabled = p.enabled && !a.story.profileDisabled
	if a.story.profileEmpty {
		p.roles = []string{a.arn(iam, "", "role/somebody-else")}
	}
	a.profiles = append(a.profiles, &p)
	return &p, nil
}

var (
	roleNameForm = regexp.MustCompile(`^[\w+=,.@-]{1,64}$`)
	rolePathForm = regexp.MustCompile(`^/([\x21-\x7e]+/)?$`)
)

// createRole makes a role, as far as the account's story lets it.
func (w *world) createRole(a *account, name, path, trust string, maxSession int) (*role, error) {
	switch {
	case !roleNameForm.MatchString(name) || !rolePathForm.MatchString(path):
		return nil, refuse(http.StatusBadRequest, "ValidationError", "The specified value for roleName is invalid.")
	case maxSession < 3600 || maxSession > 43200:
		return nil, refuse(http.StatusBadRequest, "ValidationError", "Value at 'maxSessionDuration' failed to satisfy constraint.")
	}
	for other := range a.roles {
		if strings.EqualFold(other, name) {
			return nil, refuse(http.StatusConflict, "EntityAlreadyExists", "Role with name %s already exists.", name)
		}
	}
	parsed, err := parsePolicy(trust, true)
	if err != nil {
		return nil, err
	}
	r := &role{id: "AROA" + letters(17), arn: a.arn(iam, "", "role"+path+name), name: name, path: path, maxSession: maxSession,
		trustText: trust, trust: parsed, inline: map[string]inlinePolicy{}, created: w.now()}
	for i := range r.trust.Statement {
		s := &r.trust.Statement[i]
		if a.story.noCondition {
			s.Condition = nil
		}
		if a.story.noSourceAction {
			s.Action = slices.DeleteFunc(s.Action, func(action string) bool { return action == "sts:SetSourceIdentity" })
		}
	}
	if a.story.administrator {
		r.attached = append(r.attached, "arn:"+a.Partition+":iam::aws:policy/AdministratorAccess")
	}
	a.roles[name], a.left = r, a.story.freshFor
	return r, nil
}

// putPolicy adds an inline policy to a role.
func (a *account) putPolicy(r *role, name, text string) error {
	parsed, err := parsePolicy(text, false)
	if err != nil {
		return err
	}
	if !a.story.noSimulation {
		r.inline[name] = inlinePolicy{text, parsed}
	}
	return nil
}

// attach adds one of AWS's policies to a role.
func (a *account) attach(r *role, arn string) error {
	if _, ok := findManaged(a.Partition, arn); !ok {
		return noSuchEntity("Policy " + arn + " does not exist or is not attachable.")
	}
	if !slices.Contains(r.attached, arn) {
		r.attached = append(r.attached, arn)
	}
	return nil
}
