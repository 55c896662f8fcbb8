package awssim

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"mooring/cloud/simulated"
)

// sessionForm is what a CreateSession asks for, in the query or in the body.
type sessionForm struct {
	anchor, profile, role, name string
	duration                    int
}

// readSessionForm reads both places. What is in both must be the same.
func readSessionForm(c *call) (sessionForm, error) {
	invalid := refuse(http.StatusBadRequest, "ValidationException", "The request isn't valid.")
	var body struct {
		ProfileARN         string            `json:"profileArn"`
		RoleARN            string            `json:"roleArn"`
		TrustAnchorARN     string            `json:"trustAnchorArn"`
		RoleSessionName    string            `json:"roleSessionName"`
		SessionName        string            `json:"sessionName"`
		Cert               string            `json:"cert"` // sent by an old helper, and not used
		DurationSeconds    *int              `json:"durationSeconds"`
		InstanceProperties map[string]string `json:"instanceProperties"`
	}
	if len(bytes.TrimSpace(c.body)) > 0 && json.Unmarshal(c.body, &body) != nil {
		return sessionForm{}, invalid
	}
	query := c.URL.Query()
	f := sessionForm{anchor: body.TrustAnchorARN, profile: body.ProfileARN, role: body.RoleARN, name: body.RoleSessionName, duration: 3600}
	for name, value := range map[string]*string{"trustAnchorArn": &f.anchor, "profileArn": &f.profile, "roleArn": &f.role, "roleSessionName": &f.name} {
		if given := query.Get(name); given != "" {
			if *value != "" && *value != given {
				return sessionForm{}, invalid
			}
			*value = given
		}
	}
	if body.DurationSeconds != nil {
		f.duration = *body.DurationSeconds
	}
	if given := query.Get("durationSeconds"); given != "" {
		var err error
		if f.duration, err = strconv.Atoi(given); err != nil {
			return sessionForm{}, invalid
		}
	}
	if f.anchor == "" || f.profile == "" || f.role == "" || f.duration < 900 || f.duration > 43200 {
		return sessionForm{}, invalid
	}
	return f, nil
}

var arnForm = regexp.MustCompile(`^arn:([a-z-]+):(rolesanywhere|iam):([a-z0-9-]*):([0-9]{12}):(trust-anchor|profile|role)/\S+$`)

// createSession is the one operation that is signed with a certificate.
func (w *world) createSession(c *call) (reply, error) {
	if c.Method != http.MethodPost {
		return reply{}, refuseMethod()
	}
	signer, err := w.verifySigner(c)
	if err != nil {
		return reply{}, err
	}
	f, err := readSessionForm(c)
	if err != nil {
		return reply{}, err
	}
	missing := refuse(http.StatusNotFound, "ResourceNotFoundException", "Trust anchor not found")
	named := arnForm.FindStringSubmatch(f.anchor)
	if named == nil {
		return reply{}, refuse(http.StatusBadRequest, "ValidationException", "Invalid trust anchor ARN")
	}
	a := w.accounts[named[4]]
	if a == nil || named[1] != a.Partition || named[3] != c.region || c.partition != "" && c.partition != a.Partition {
		return reply{}, missing
	}
	if err := a.override.Instead(atSession); err != nil {
		return reply{}, err
	}
	t := a.findAnchor(f.anchor)
	if t == nil {
		return reply{}, missing
	}
	denied := func(text string) (reply, error) {
		return reply{}, refuse(http.StatusForbidden, "AccessDeniedException", "%s", text)
	}
	if !t.enabled {
		return denied("Trust anchor is disabled")
	}
	if problem := signer.trusted(t, w.now()); problem != "" {
		return denied(problem)
	}
	p := a.findProfile(f.profile)
	switch {
	case p == nil || p.region != t.region:
		return reply{}, refuse(http.StatusNotFound, "ResourceNotFoundException", "Profile not found")
	case !p.enabled:
		return denied("Profile is disabled")
	case f.name != "" && !p.acceptSessionName:
		return denied("Profile does not accept a role session name")
	}
	r := a.assumable(f.role, p, t, signer)
	if r == nil || a.left > 0 {
		if r != nil {
			a.left--
		}
		return denied("Unable to assume role for " + f.role)
	}
	seconds := min(f.duration, p.duration)
	if seconds > r.maxSession {
		return reply{}, refuse(http.StatusBadRequest, "ValidationException", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	return w.openSession(a, r, t, signer, f.name, time.Duration(seconds)*time.Second), nil
}

// forgotten is how long a session is known after it has expired.
const forgotten = time.Hour

func (w *world) openSession(a *account, r *role, t *anchor, s *signer, name string, lasting time.Duration) reply {
	if name == "" {
		name = hex.EncodeToString(s.leaf.SerialNumber.Bytes())
	}
	maps.DeleteFunc(w.keys, func(_ string, k *accessKey) bool { return k.role != nil && w.now().Sub(k.expires) > forgotten })
	k := &accessKey{id: "ASIA" + letters(16), secret: letters(40), token: letters(200), account: a,
		role: r, session: name, expires: w.now().Add(lasting).Truncate(time.Second)}
	w.keys[k.id] = k
	return simulated.JSONReply(http.StatusCreated, map[string]any{
		"subjectArn": a.arn(anywhere, t.region, "subject/"+w.newID()),
		"credentialSet": []any{map[string]any{
			"assumedRoleUser":  map[string]string{"arn": k.arn(), "assumedRoleId": k.userID()},
			"credentials":      map[string]string{"accessKeyId": k.id, "secretAccessKey": k.secret, "sessionToken": k.token, "expiration": k.expires.UTC().Format(time.RFC3339)},
			"packedPolicySize": 6,
			"roleArn":          r.arn,
			"sourceIdentity":   "CN=" + s.leaf.Subject.CommonName,
		}},
	})
}

// assumable is the role if the profile lists it and its trust policy permits the
// session, and nil otherwise. AWS doesn't tell which of them is the reason.
func (a *account) assumable(arn string, p *profile, t *anchor, s *signer) *role {
	r := a.roles[arn[strings.LastIndexByte(arn, '/')+1:]]
	if r == nil || r.arn != arn || !slices.Contains(p.roles, arn) {
		return nil
	}
	said := s.tags()
	said["aws:sourcearn"] = t.arn
	said["aws:sourceaccount"] = a.Number
	said["sts:sourceidentity"] = "CN=" + s.leaf.Subject.CommonName
	for _, action := range []string{"sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"} {
		if !r.trust.trusts("rolesanywhere.amazonaws.com", action, said) {
			return nil
		}
	}
	return r
}

// tags are what a profile maps of a certificate by default.
func (s *signer) tags() map[string]string {
	all := map[string]string{}
	add := func(prefix string, name string, values ...string) {
		if len(values) > 0 && values[0] != "" {
			all["aws:principaltag/"+prefix+"/"+name] = strings.Join(values, "/")
			all["aws:requesttag/"+prefix+"/"+name] = strings.Join(values, "/")
		}
	}
	subject, issuer := s.leaf.Subject, s.leaf.Issuer
	add("x509subject", "cn", subject.CommonName)
	add("x509subject", "o", subject.Organization...)
	add("x509subject", "ou", subject.OrganizationalUnit...)
	add("x509issuer", "cn", issuer.CommonName)
	add("x509issuer", "o", issuer.Organization...)
	add("x509issuer", "ou", issuer.OrganizationalUnit...)
	return all
}

// trusts reports whether a trust policy permits a service an action.
func (p policy) trusts(service, action string, said map[string]string) bool {
	permitted := false
	for _, s := range p.Statement {
		who := slices.Contains(s.Principal["Service"], service) || slices.Contains(s.Principal["*"], "*")
		if met, _ := s.holds(said); !who || !met || !s.about(action) {
			continue
		}
		if s.Effect == "Deny" {
			return false
		}
		permitted = true
	}
	return permitted
}
