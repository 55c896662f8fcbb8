package googlesim

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/base32"
	"slices"
	"strings"
	"sync"
	"time"

	"mooring/cloud/simulated"
)

// Project is one project of the simulated Google Cloud, and what a user who links it
// meets.
type Project struct {
	ID      string
	Number  string
	Name    string
	Outcome string // one plain sentence
}

// world is everything the simulated Google Cloud knows. The handlers hold its lock.
type world struct {
	now func() time.Time

	mu       sync.Mutex
	order    []*project
	projects map[string]*project // by ID and by number
	accounts map[string]*account // by address
	tokens   map[string]*token
}

// project is a project with what is in it.
type project struct {
	Project
	story    story
	state    string // "ACTIVE"
	services map[string]bool
	pools    []*pool
	bindings []binding
	roles    map[string][]string // custom ones, by ID
	override *simulated.Chosen
	left     int // requests still refused, because the role is fresh
}

// binding gives a member a role.
type binding struct{ role, member string }

// pool is a workload identity pool. A deleted one keeps its ID.
type pool struct {
	project           *project
	id                string
	disabled, deleted bool
	providers         []*provider
}

// provider is a provider of a pool.
type provider struct {
	pool              *pool
	id                string
	disabled, deleted bool
	pem               string
	anchors           []*x509.Certificate
	subject           expression // what google.subject is
	subjectText       string
	condition         expression // nil: none
	conditionText     string
}

// account is a service account.
type account struct {
	project  *project
	address  string
	unique   string
	disabled bool
	keys     []*key
	bindings []binding // who may act as it
}

// key is an uploaded certificate of a service account.
type key struct {
	id          string
	pem         string
	certificate *x509.Certificate
	disabled    bool
}

// token is an access token.
type token struct {
	members  []string // whom it is of
	consumer *project // whose APIs it uses
	expires  time.Time
}

func newWorld(now func() time.Time, fleet int) *world {
	w := &world{now: now, projects: map[string]*project{}, accounts: map[string]*account{}, tokens: map[string]*token{}}
	all := append(stories(), office)
	for n := range fleet {
		all = append(all, ship(n+1))
	}
	for _, s := range all {
		p := &project{Project: s.Project, story: s, state: "ACTIVE", roles: map[string][]string{}, services: map[string]bool{"iam.googleapis.com": true, "sts.googleapis.com": true, "cloudresourcemanager.googleapis.com": true}}
		w.order = append(w.order, p)
		w.projects[p.ID], w.projects[p.Number] = p, p
	}
	return w
}

// letters are random characters in lower case.
func letters(n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw) // crypto/rand.Read never fails
	return strings.ToLower(base32.StdEncoding.EncodeToString(raw)[:n])
}

// digits are random digits, the first not a zero.
func digits(n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw) // crypto/rand.Read never fails
	for i := range raw {
		raw[i] = '0' + raw[i]%10
	}
	raw[0] = max(raw[0], '1')
	return string(raw)
}

func (p *project) pool(id string) *pool {
	for _, one := range p.pools {
		if one.id == id {
			return one
		}
	}
	return nil
}

func (p *pool) name() string {
	return "projects/" + p.project.Number + "/locations/global/workloadIdentityPools/" + p.id
}

func (p *pool) provider(id string) *provider {
	for _, one := range p.providers {
		if one.id == id {
			return one
		}
	}
	return nil
}

func (p *provider) name() string { return p.pool.name() + "/providers/" + p.id }

// has reports whether one of the members has a permission in the project.
func (p *project) has(members []string, permission string) bool {
	for _, b := range p.bindings {
		if slices.Contains(members, b.member) && slices.Contains(p.permissionsOf(b.role), permission) {
			return true
		}
	}
	return false
}

// linkedBy is the project that a pool's certificates or a service account have roles in,
// and otherwise its own.
func (w *world) linkedBy(own *project, isMember func(string) bool) *project {
	for _, p := range w.order {
		if slices.ContainsFunc(p.bindings, func(b binding) bool { return isMember(b.member) }) {
			return p
		}
	}
	return own
}

func (w *world) linkedByPool(p *pool) *project {
	ofPool := func(member string) bool {
		return strings.HasPrefix(member, "principal") && strings.Contains(member, p.name()+"/")
	}
	return w.linkedBy(p.project, func(member string) bool {
		if ofPool(member) {
			return true
		}
		a := w.accounts[strings.TrimPrefix(member, "serviceAccount:")]
		return a != nil && slices.ContainsFunc(a.bindings, func(b binding) bool { return ofPool(b.member) })
	})
}

func (w *world) linkedByAccount(a *account) *project {
	return w.linkedBy(a.project, func(member string) bool { return member == "serviceAccount:"+a.address })
}
