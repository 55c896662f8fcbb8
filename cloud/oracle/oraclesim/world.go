package oraclesim

import (
	"crypto/md5" //nolint:gosec // a fingerprint, not a signature
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"mooring/cloud/simulated"
)

// world is everything the simulated Oracle Cloud knows. The handlers hold its lock.
type world struct {
	now   func() time.Time
	newID func() string

	mu        sync.Mutex
	tenancies map[string]*tenancy // by OCID
}

// tenancy is a tenancy with what is in it.
type tenancy struct {
	Tenancy
	story    story
	users    []*user
	groups   []*group
	policies []*policy
	override *simulated.Chosen // nil: it answers as usual

	keyLeft, policyLeft int // requests still refused, because something is fresh
}

type user struct {
	id, name string
	keys     []*apiKey
	created  time.Time
}

type apiKey struct {
	fingerprint string
	pem         string
	public      *rsa.PublicKey
	created     time.Time
}

type group struct {
	id, name string
	members  []string // OCIDs of users
	created  time.Time
}

type policy struct {
	id, name   string
	statements []string
	created    time.Time
}

// administrators is the group that every tenancy begins with.
const administrators = "Administrators"

func newWorld(now func() time.Time, newID func() string, fleet int) *world {
	w := &world{now: now, newID: newID, tenancies: map[string]*tenancy{}}
	all := stories()
	for n := range fleet {
		all = append(all, ship(n+1))
	}
	for _, s := range all {
		t := &tenancy{Tenancy: s.Tenancy, story: s}
		admin := &user{id: ocidOf("user", s.Realm, s.Name+" administrator"), name: "administrator", created: now()}
		t.users = []*user{admin}
		t.groups = []*group{{id: ocidOf("group", s.Realm, s.Name+" administrators"), name: administrators, members: []string{admin.id}, created: now()}}
		t.policies = []*policy{
			{id: ocidOf("policy", s.Realm, s.Name+" administrators"), name: "Tenant Admin Policy", created: now(), statements: []string{
				"ALLOW GROUP " + administrators + " to manage all-resources IN TENANCY"}},
			{id: ocidOf("policy", s.Realm, s.Name+" reports"), name: "usage-reports", created: now(), statements: []string{
				"Define tenancy usage-report as " + ocidOf("tenancy", s.Realm, "usage report"),
				"Endorse group " + administrators + " to read objects in tenancy usage-report",
				"Allow service blockstorage to use keys in tenancy",
				"Allow any-user to use functions-family in tenancy where ALL {request.principal.type='ApiGateway'}"}},
		}
		if s.fullUser {
			deckhand := &user{id: ocidOf("user", s.Realm, s.Name+" deckhand"), name: "deckhand", created: now()}
			for range mostKeys {
				deckhand.keys = append(deckhand.keys, anotherKey(now()))
			}
			t.users = append(t.users, deckhand)
		}
		w.tenancies[t.ID] = t
	}
	return w
}

// anotherKey is a public key whose private key nobody has.
func anotherKey(now time.Time) *apiKey {
	raw := make([]byte, 256)
	_, _ = rand.Read(raw) // crypto/rand.Read never fails
	raw[0], raw[255] = raw[0]|0x80, raw[255]|1
	k, err := newKey(&rsa.PublicKey{N: new(big.Int).SetBytes(raw), E: 65537})
	if err != nil {
		panic(err) // a public key encodes
	}
	k.created = now
	return k
}

func newKey(public *rsa.PublicKey) (*apiKey, error) {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return nil, err
	}
	fingerprint := strings.ReplaceAll(fmt.Sprintf("% x", md5.Sum(der)), " ", ":") //nolint:gosec // see the import
	return &apiKey{fingerprint: fingerprint, public: public, pem: string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))}, nil
}

const (
	mostKeys  = 3 // of a user
	leastBits = 2048
)

var nameForm = regexp.MustCompile(`^[A-Za-z0-9._@+-]{1,100}$`)

func (t *tenancy) findUser(id string) *user {
	for _, u := range t.users {
		if u.id == id {
			return u
		}
	}
	return nil
}

func (t *tenancy) findGroup(id string) *group {
	for _, g := range t.groups {
		if g.id == id {
			return g
		}
	}
	return nil
}

func (u *user) findKey(fingerprint string) *apiKey {
	for _, k := range u.keys {
		if k.fingerprint == fingerprint {
			return k
		}
	}
	return nil
}

func checkName(what, name string, taken bool) error {
	if !nameForm.MatchString(name) {
		return refuse(http.StatusBadRequest, "InvalidParameter", "The %s name %q is not valid.", what, name)
	}
	if taken {
		return refuse(http.StatusConflict, strings.ToUpper(what[:1])+what[1:]+"AlreadyExists", "The %s %s already exists.", what, name)
	}
	return nil
}

func (w *world) createUser(t *tenancy, name string) (*user, error) {
	if err := checkName("user", name, slices.ContainsFunc(t.users, func(u *user) bool { return strings.EqualFold(u.name, name) })); err != nil {
		return nil, err
	}
	u := &user{id: ocidOf("user", t.Realm, w.newID()), name: name, created: w.now()}
	t.users = append(t.users, u)
	if t.story.administrator {
		t.groups[0].members = append(t.groups[0].members, u.id)
	}
	return u, nil
}

func (w *world) createGroup(t *tenancy, name string) (*group, error) {
	if err := checkName("group", name, slices.ContainsFunc(t.groups, func(g *group) bool { return strings.EqualFold(g.name, name) })); err != nil {
		return nil, err
	}
	g := &group{id: ocidOf("group", t.Realm, w.newID()), name: name, created: w.now()}
	t.groups = append(t.groups, g)
	return g, nil
}

func (w *world) createPolicy(t *tenancy, name string, statements []string) (*policy, error) {
	if err := checkName("policy", name, slices.ContainsFunc(t.policies, func(p *policy) bool { return strings.EqualFold(p.name, name) })); err != nil {
		return nil, err
	}
	if len(statements) == 0 {
		return nil, refuse(http.StatusBadRequest, "InvalidParameter", "A policy needs at least one statement.")
	}
	p := &policy{id: ocidOf("policy", t.Realm, w.newID()), name: name, created: w.now()}
	for _, s := range statements {
		s = strings.TrimSpace(s)
		parsed, ok := parseStatement(s)
		if !ok {
			return nil, refuse(http.StatusBadRequest, "InvalidParameter", "Failed to parse policy statement: %s", s)
		}
		p.statements = append(p.statements, t.told(s, parsed)...)
	}
	if !t.story.noPolicy {
		t.policies = append(t.policies, p)
	}
	t.policyLeft = t.story.freshPolicy
	return p, nil
}

// told is what becomes of a statement in the tenancy's story.
func (t *tenancy) told(statement string, parsed statement) []string {
	if parsed.group == "" || parsed.verb != "inspect" {
		return []string{statement}
	}
	switch {
	case t.story.statement != "":
		verb, resources, _ := strings.Cut(t.story.statement, " ")
		var all []string
		for resource := range strings.SplitSeq(resources, ", ") {
			all = append(all, "Allow group "+parsed.group+" to "+verb+" "+resource+" in tenancy")
		}
		return all
	case t.story.condition != "":
		return []string{statement, "Allow group " + parsed.group + " to manage all-resources in tenancy where " + t.story.condition}
	}
	return []string{statement}
}

// uploadKey adds a public key to a user.
func (w *world) uploadKey(t *tenancy, u *user, text string) (*apiKey, error) {
	invalid := refuse(http.StatusBadRequest, "InvalidParameter", "The public key must be an RSA key in PEM format.")
	block, rest := pem.Decode([]byte(text))
	if block == nil || block.Type != "PUBLIC KEY" || strings.TrimSpace(string(rest)) != "" {
		return nil, invalid
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	public, isRSA := parsed.(*rsa.PublicKey)
	if err != nil || !isRSA {
		return nil, invalid
	}
	if public.N.BitLen() < leastBits {
		return nil, refuse(http.StatusBadRequest, "InvalidParameter", "The public key must have at least %d bits.", leastBits)
	}
	k, err := newKey(public)
	if err != nil {
		return nil, invalid
	}
	switch {
	case u.findKey(k.fingerprint) != nil:
		return nil, refuse(http.StatusConflict, "ApiKeyAlreadyExists", "The user already has the API key %s.", k.fingerprint)
	case len(u.keys) >= mostKeys:
		return nil, refuse(http.StatusBadRequest, "LimitExceeded", "The user already has %d API keys, which is the maximum.", mostKeys)
	}
	k.created = w.now()
	if t.story.otherKey && len(u.keys) == 0 {
		k = anotherKey(w.now())
	}
	u.keys = append(u.keys, k)
	t.keyLeft = t.story.freshKey
	return k, nil
}

// deleteKey takes a key from a user.
func (u *user) deleteKey(fingerprint string) error {
	if u.findKey(fingerprint) == nil {
		return notFound()
	}
	u.keys = slices.DeleteFunc(u.keys, func(k *apiKey) bool { return k.fingerprint == fingerprint })
	return nil
}

// deleteUser deletes a user that is in no group.
func (t *tenancy) deleteUser(id string) error {
	switch {
	case t.findUser(id) == nil:
		return notFound()
	case slices.ContainsFunc(t.groups, func(g *group) bool { return slices.Contains(g.members, id) }):
		return refuse(http.StatusConflict, "IncorrectState", "The user is a member of a group. Remove it from all groups first.")
	}
	t.users = slices.DeleteFunc(t.users, func(u *user) bool { return u.id == id })
	return nil
}

// deleteGroup deletes a group that has no members.
func (t *tenancy) deleteGroup(id string) error {
	g := t.findGroup(id)
	switch {
	case g == nil:
		return notFound()
	case len(g.members) > 0:
		return refuse(http.StatusConflict, "IncorrectState", "The group has members. Remove them first.")
	}
	t.groups = slices.DeleteFunc(t.groups, func(other *group) bool { return other == g })
	return nil
}

func (t *tenancy) deletePolicy(id string) error {
	n := len(t.policies)
	if t.policies = slices.DeleteFunc(t.policies, func(p *policy) bool { return p.id == id }); len(t.policies) == n {
		return notFound()
	}
	return nil
}
