package oracle

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"mooring/certificate"
	"mooring/cloud/wire"
)

// apiVersion is that of Identity and Access Management.
const apiVersion = "/20160918"

// client sends requests to Oracle Cloud. It holds no secret and may be shared.
type client struct {
	wire *wire.Client
	now  func() time.Time
}

func newClient(o Options) *client {
	return &client{now: o.Now, wire: wire.NewClient(wire.Options{Cloud: "Oracle Cloud", Hosts: hosts(), Roots: o.Roots, Timeout: o.Timeout, Dial: o.Dial,
		Trouble: o.Trouble, Read: readRefusal, RequestID: requestID})}
}

func requestID(h http.Header) string { return h.Get("Opc-Request-Id") }

// readRefusal reads the error shape of Oracle's services.
func readRefusal(a wire.Answer) wire.Refusal {
	o := wire.ReadObject(a.Body)
	r := wire.Refusal{Code: shortCode(o.Text("code")), Message: o.Text("message")}
	r.Throttled = r.Code == wire.Throttled
	return r
}

// longestCode is the longest code that is kept, in bytes.
const longestCode = 100

// shortCode is a code, or empty if it is none.
func shortCode(s string) string {
	if len(s) > longestCode || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._") != "" {
		return ""
	}
	return s
}

// caller is who asks: the user of a link, with its key.
type caller struct {
	*client
	access
	identity *certificate.Identity
}

// get asks one question. The error is a *wire.Refusal if Oracle refused, or no answer
// came.
func (c caller) get(ctx context.Context, path string, query url.Values) (wire.Answer, error) {
	return c.send(ctx, http.MethodGet, path, query, nil)
}

// send sends a request with a JSON body, or with none.
func (c caller) send(ctx context.Context, method, path string, query url.Values, body []byte) (wire.Answer, error) {
	address := url.URL{Scheme: "https", Host: c.host(), Path: apiVersion + path, RawQuery: query.Encode()}
	r, err := http.NewRequestWithContext(ctx, method, address.String(), bytes.NewReader(body))
	if err != nil {
		return wire.Answer{}, err
	}
	keyID := c.tenancy.text + "/" + c.user.text + "/" + c.identity.Certificate.PublicKeyFingerprint()
	if err := sign(r, body, keyID, c.identity, c.now()); err != nil {
		return wire.Answer{}, err
	}
	return c.wire.Do(ctx, r)
}

// mostPages is how many pages of an answer are read.
const mostPages = 50

// list asks for a list, and reads every page of it.
func (c caller) list(ctx context.Context, path string, query url.Values) ([]wire.Object, error) {
	all := []wire.Object{}
	seen := map[string]bool{}
	for range mostPages {
		a, err := c.get(ctx, path, query)
		if err != nil {
			return nil, err
		}
		found := wire.ReadObjects(a.Body)
		var items []json.RawMessage
		if json.Unmarshal(a.Body, &items) != nil || items == nil || len(items) != len(found) {
			return nil, c.wire.Unexpected(a, errors.New("oracle: not a list of objects"))
		}
		all = append(all, found...)
		page := a.Header.Get("Opc-Next-Page")
		if page == "" {
			return all, nil
		}
		if seen[page] {
			return nil, c.wire.Unexpected(a, errors.New("oracle: the pages repeat"))
		}
		seen[page] = true
		if query == nil {
			query = url.Values{}
		}
		query.Set("page", page)
	}
	return nil, &wire.Refusal{Code: wire.UnexpectedAnswer, Cause: errors.New("oracle: the pages don't end")}
}

// apiKey is one key of a user.
type apiKey struct {
	fingerprint, state string
}

// keys lists the user's own keys. Every user may.
func (c caller) keys(ctx context.Context) ([]apiKey, error) {
	found, err := c.list(ctx, "/users/"+c.user.text+"/apiKeys", nil)
	var all []apiKey
	for _, o := range found {
		all = append(all, apiKey{strings.ToLower(o.Text("fingerprint")), strings.ToUpper(o.Text("lifecyclestate"))})
	}
	return all, err
}

// readTenancy gives the name of the tenancy, and the OCID that the answer is about.
func (c caller) readTenancy(ctx context.Context) (name, id string, err error) {
	a, err := c.get(ctx, "/tenancies/"+c.tenancy.text, nil)
	if err != nil {
		return "", "", err
	}
	o := wire.ReadObject(a.Body)
	if o.Text("id") == "" {
		return "", "", c.wire.Unexpected(a, errors.New("oracle: the tenancy has no OCID"))
	}
	return o.Text("name"), strings.ToLower(o.Text("id")), nil
}

// subscription is a region that the tenancy is subscribed to.
type subscription struct {
	region string
	ready  bool
	home   bool
}

// subscriptions lists the regions of the tenancy.
func (c caller) subscriptions(ctx context.Context) ([]subscription, error) {
	found, err := c.list(ctx, "/tenancies/"+c.tenancy.text+"/regionSubscriptions", nil)
	var all []subscription
	for _, o := range found {
		if name := strings.ToLower(o.Text("regionname")); name != "" {
			all = append(all, subscription{name, strings.EqualFold(o.Text("status"), "READY"), o.Bool("ishomeregion")})
		}
	}
	if err == nil && len(all) == 0 {
		return nil, &wire.Refusal{Code: wire.UnexpectedAnswer, Cause: errors.New("oracle: no region")}
	}
	return all, err
}

// groups are the groups that the user is in: their OCIDs, with their names where the
// list of groups has them.
func (c caller) groups(ctx context.Context) (map[string]string, error) {
	in, err := c.list(ctx, "/userGroupMemberships", url.Values{"compartmentId": {c.tenancy.text}, "userId": {c.user.text}})
	if err != nil {
		return nil, err
	}
	all, err := c.list(ctx, "/groups", url.Values{"compartmentId": {c.tenancy.text}})
	if err != nil {
		return nil, err
	}
	groups := map[string]string{}
	for _, membership := range in {
		if strings.EqualFold(membership.Text("userid"), c.user.text) {
			groups[strings.ToLower(membership.Text("groupid"))] = ""
		}
	}
	for _, group := range all {
		id := strings.ToLower(group.Text("id"))
		if _, ok := groups[id]; ok {
			groups[id] = group.Text("name")
		}
	}
	return groups, nil
}

// statements lists the statements of the policies of the entire tenancy. Those of
// compartments give nothing outside of them.
func (c caller) statements(ctx context.Context) ([]string, error) {
	policies, err := c.list(ctx, "/policies", url.Values{"compartmentId": {c.tenancy.text}})
	var all []string
	for _, p := range policies {
		var some []string
		if json.Unmarshal(p["statements"], &some) != nil {
			return nil, &wire.Refusal{Code: wire.UnexpectedAnswer, Cause: errors.New("oracle: a policy that can't be read")}
		}
		all = append(all, some...)
	}
	return all, err
}
