package oraclesim

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"mooring/cloud/simulated"
)

type reply = simulated.Reply

// refusal is an error that the service answers with.
type refusal struct {
	status  int
	code    string
	message string
}

func (r *refusal) Error() string { return r.code + ": " + r.message }

func refuse(status int, code, message string, values ...any) *refusal {
	return &refusal{status, code, fmt.Sprintf(message, values...)}
}

// notFound is what who may not see something reads, too.
func notFound() *refusal {
	return refuse(http.StatusNotFound, "NotAuthorizedOrNotFound", "Authorization failed or requested resource not found.")
}

func refusalReply(status int, code, message string) reply {
	return simulated.JSONReply(status, map[string]string{"code": code, "message": message})
}

// call is a request, with what the simulator found out about it.
type call struct {
	*http.Request
	region  string
	realms  []string // of the host; nil at the simulator's own address
	body    []byte
	tenancy *tenancy
	user    *user
	key     *apiKey // that signed it
}

const (
	maxBody    = 1 << 20
	apiVersion = "/20160918"
	pageSize   = 3 // of lists, unless the request says otherwise: Mooring has to read several pages
)

// answer answers one request.
func (s *Simulator) answer(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "the body is too long", http.StatusRequestEntityTooLarge)
		return
	}
	s.world.mu.Lock()
	a := s.world.answer(&call{Request: r, body: body})
	now, id := s.world.now(), s.world.newRequestID()
	s.world.mu.Unlock()
	a.Header.Set("Opc-Request-Id", id)
	a.Send(w, r, s.Done(), now)
}

// newRequestID is one as the service makes it: three parts of 32 characters.
func (w *world) newRequestID() string {
	var parts []string
	for range 3 {
		unique := ocidOf("request", "oc1", w.newID())
		parts = append(parts, strings.ToUpper(unique[len(unique)-32:]))
	}
	return strings.Join(parts, "/")
}

func (w *world) answer(c *call) reply {
	host := c.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	var ok bool
	if c.region, c.realms, ok = placeOf(host); !ok && net.ParseIP(host) == nil && host != "localhost" {
		return simulated.NewReply(http.StatusMisdirectedRequest, "text/plain; charset=utf-8", "not a host of Oracle Cloud\n")
	}
	a, err := w.perform(c)
	if err == nil {
		return a
	}
	var instead *simulated.Chosen
	var refused *refusal
	switch {
	case errors.As(err, &instead):
		return instead.Reply(refusalReply)
	case errors.As(err, &refused):
		return refusalReply(refused.status, refused.code, refused.message)
	}
	return refusalReply(http.StatusInternalServerError, "InternalServerError", err.Error())
}

// perform does what a request asks for. An error that somebody chose comes before its
// signature is looked at.
func (w *world) perform(c *call) (reply, error) {
	path, ok := strings.CutPrefix(c.URL.Path, apiVersion+"/")
	if a, signed := parseAuthorization(c.Header.Get("Authorization")); signed && w.tenancies[a.tenancy] != nil {
		if err := w.tenancies[a.tenancy].override.Instead(stageOf(c.URL.Path)); err != nil {
			return reply{}, err
		}
	}
	if err := w.authenticate(c); err != nil {
		return reply{}, err
	}
	if !ok {
		return reply{}, refuse(http.StatusNotFound, "NotAuthorizedOrNotFound", "Unknown resource %s", c.URL.Path)
	}
	parts := strings.Split(path, "/")
	switch {
	case parts[0] == "users" && len(parts) >= 2:
		return w.answerUsers(c, parts[1:])
	case parts[0] == "tenancies" && len(parts) >= 2:
		return w.answerTenancies(c, parts[1:])
	case c.Method != http.MethodGet || len(parts) != 1:
	case parts[0] == "userGroupMemberships":
		return c.listMemberships()
	case parts[0] == "groups":
		return c.listGroups()
	case parts[0] == "policies":
		return c.listPolicies()
	}
	return reply{}, refuse(http.StatusNotFound, "NotAuthorizedOrNotFound", "Unknown resource %s", c.URL.Path)
}

func (w *world) answerUsers(c *call, parts []string) (reply, error) {
	u := c.tenancy.findUser(parts[0])
	verb := "inspect"
	if c.Method != http.MethodGet {
		verb = "manage"
	}
	own := u == c.user && len(parts) > 1 // every user may do everything with keys of their own
	if u == nil || !own && !c.tenancy.may(c.user, verb, "users") {
		return reply{}, notFound()
	}
	switch {
	case len(parts) == 1 && c.Method == http.MethodGet:
		return simulated.JSONReply(http.StatusOK, c.tenancy.describeUser(u)), nil
	case len(parts) == 2 && parts[1] == "apiKeys" && c.Method == http.MethodGet:
		return c.listKeys(u), nil
	case len(parts) == 2 && parts[1] == "apiKeys" && c.Method == http.MethodPost:
		var form struct {
			Key string `json:"key"`
		}
		if json.Unmarshal(c.body, &form) != nil {
			return reply{}, refuse(http.StatusBadRequest, "CannotParseRequest", "Incoming request body isn't valid JSON.")
		}
		k, err := w.uploadKey(c.tenancy, u, form.Key)
		if err != nil {
			return reply{}, err
		}
		return simulated.JSONReply(http.StatusOK, c.tenancy.describeKey(u, k)), nil
	case len(parts) == 3 && parts[1] == "apiKeys" && c.Method == http.MethodDelete:
		return simulated.NewReply(http.StatusNoContent, "application/json", ""), u.deleteKey(parts[2])
	}
	return reply{}, refuse(http.StatusMethodNotAllowed, "MethodNotAllowed", "The method isn't allowed.")
}

func (w *world) answerTenancies(c *call, parts []string) (reply, error) {
	t := c.tenancy
	if parts[0] != t.ID || c.Method != http.MethodGet || !t.may(c.user, "inspect", "tenancies") {
		return reply{}, notFound()
	}
	if t.policyLeft > 0 {
		t.policyLeft--
		return reply{}, notFound()
	}
	switch {
	case len(parts) == 1:
		id := t.ID
		if t.override.Has(effectOtherTenancy) {
			id = ocidOf("tenancy", t.Realm, "another")
		}
		return simulated.JSONReply(http.StatusOK, map[string]any{"id": id, "name": t.alias(), "description": t.Outcome, "homeRegionKey": regionKeys[t.Home],
			"freeformTags": map[string]string{}, "definedTags": map[string]any{}}), nil
	case len(parts) == 2 && parts[1] == "regionSubscriptions":
		return simulated.JSONReply(http.StatusOK, t.describeRegions()), nil
	}
	return reply{}, notFound()
}

// alias is the name that the tenancy's sign-in page asks for.
func (t *tenancy) alias() string { return strings.ToLower(strings.ReplaceAll(t.Name, " ", "")) }

func (t *tenancy) describeRegions() []map[string]any {
	all := []map[string]any{}
	for _, region := range t.story.regions() {
		status := "READY"
		if region == t.Home && (t.story.notReady || t.override.Has(effectNotReady)) {
			status = "IN_PROGRESS"
		}
		if region == t.Home && t.override.Has(effectNotSubscribed) {
			continue
		}
		all = append(all, map[string]any{"regionKey": regionKeys[region], "regionName": region, "status": status, "isHomeRegion": region == t.Home})
	}
	if len(all) == 0 {
		all = append(all, map[string]any{"regionKey": "PHX", "regionName": "us-phoenix-1", "status": "READY", "isHomeRegion": true})
	}
	return all
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func (t *tenancy) describeUser(u *user) map[string]any {
	return map[string]any{"id": u.id, "compartmentId": t.ID, "name": u.name, "description": u.name, "lifecycleState": "ACTIVE", "timeCreated": stamp(u.created),
		"isMfaActivated": false, "capabilities": map[string]bool{"canUseApiKeys": true}}
}

func (t *tenancy) describeKey(u *user, k *apiKey) map[string]any {
	return map[string]any{"keyId": t.ID + "/" + u.id + "/" + k.fingerprint, "keyValue": k.pem, "fingerprint": k.fingerprint, "userId": u.id,
		"timeCreated": stamp(k.created), "lifecycleState": "ACTIVE"}
}

func (c *call) listKeys(u *user) reply {
	all := []map[string]any{}
	for _, k := range u.keys {
		one := c.tenancy.describeKey(u, k)
		switch {
		case k == c.key && c.tenancy.override.Has(effectNotListed):
			continue
		case k == c.key && c.tenancy.override.Has(effectNotActive):
			one["lifecycleState"] = "CREATING"
		}
		all = append(all, one)
	}
	return simulated.JSONReply(http.StatusOK, all)
}

// page is the part of a list that a request asks for.
func (c *call) page(all []map[string]any) (reply, error) {
	if c.URL.Query().Get("compartmentId") != c.tenancy.ID {
		return reply{}, notFound()
	}
	limit, _ := strconv.Atoi(c.URL.Query().Get("limit"))
	if limit <= 0 || limit > 1000 {
		limit = pageSize
	}
	from, _ := strconv.Atoi(c.URL.Query().Get("page"))
	if from < 0 || from > len(all) {
		return reply{}, refuse(http.StatusBadRequest, "InvalidParameter", "The page isn't valid.")
	}
	to := min(len(all), from+limit)
	some := all[from:to:to]
	if len(some) == 0 {
		some = []map[string]any{}
	}
	a := simulated.JSONReply(http.StatusOK, some)
	if to < len(all) {
		a.Header.Set("Opc-Next-Page", strconv.Itoa(to))
	}
	return a, nil
}

func (c *call) listMemberships() (reply, error) {
	if !c.tenancy.may(c.user, "inspect", "groups") || !c.tenancy.may(c.user, "inspect", "users") {
		return reply{}, notFound()
	}
	var all []map[string]any
	query := c.URL.Query()
	for _, g := range c.tenancy.groups {
		for _, member := range g.members {
			if (query.Get("userId") == "" || query.Get("userId") == member) && (query.Get("groupId") == "" || query.Get("groupId") == g.id) {
				all = append(all, map[string]any{"id": ocidOf("groupmembership", c.tenancy.Realm, g.id+member), "compartmentId": c.tenancy.ID, "groupId": g.id,
					"userId": member, "lifecycleState": "ACTIVE", "timeCreated": stamp(g.created)})
			}
		}
	}
	return c.page(all)
}

func (c *call) listGroups() (reply, error) {
	if !c.tenancy.may(c.user, "inspect", "groups") {
		return reply{}, notFound()
	}
	var all []map[string]any
	for _, g := range c.tenancy.groups {
		all = append(all, c.tenancy.describeGroup(g))
	}
	return c.page(all)
}

func (t *tenancy) describeGroup(g *group) map[string]any {
	return map[string]any{"id": g.id, "compartmentId": t.ID, "name": g.name, "description": g.name, "lifecycleState": "ACTIVE", "timeCreated": stamp(g.created)}
}

func (c *call) listPolicies() (reply, error) {
	if !c.tenancy.may(c.user, "inspect", "policies") {
		return reply{}, notFound()
	}
	var all []map[string]any
	for _, p := range c.tenancy.policies {
		all = append(all, c.tenancy.describePolicy(p))
	}
	if c.tenancy.override.Has(effectUnclear) {
		all = append(all, map[string]any{"id": ocidOf("policy", c.tenancy.Realm, "unclear"), "name": "unclear", "statements": []string{"Permit anything"}})
	}
	return c.page(all)
}

func (t *tenancy) describePolicy(p *policy) map[string]any {
	return map[string]any{"id": p.id, "compartmentId": t.ID, "name": p.name, "description": p.name, "statements": p.statements, "lifecycleState": "ACTIVE", "timeCreated": stamp(p.created)}
}
