package oracle_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"mooring/cloud"
	"mooring/cloud/oracle"
	"mooring/cloud/simulated"
	"mooring/cloud/wire"
)

func said(status int, body string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

func TestOddAnswersAreRead(t *testing.T) {
	h := newHarbor(t)
	attempt := h.attempt("Harbor")
	for name, try := range map[string]struct {
		path, body string
		status     int
		want       verdict
	}{
		"an object for a list of keys":   {"/apiKeys", `{}`, 200, verdict{cloud.CouldNotCheck, "sign-in UnexpectedAnswer"}},
		"null for a list of keys":        {"/apiKeys", `null`, 200, verdict{cloud.CouldNotCheck, "sign-in UnexpectedAnswer"}},
		"a list of numbers":              {"/apiKeys", `[1]`, 200, verdict{cloud.CouldNotCheck, "sign-in UnexpectedAnswer"}},
		"half a list":                    {"/apiKeys", `[{"fingerprint": `, 200, verdict{cloud.CouldNotCheck, "sign-in UnexpectedAnswer"}},
		"no keys":                        {"/apiKeys", `[]`, 200, verdict{cloud.Broken, "sign-in KeyNotListed"}},
		"a redirect":                     {"/apiKeys", ``, 302, verdict{cloud.CouldNotCheck, "sign-in UnexpectedAnswer"}},
		"a page":                         {"/apiKeys", `<html>Sign in to the harbor's network</html>`, 200, verdict{cloud.CouldNotCheck, "sign-in UnexpectedAnswer"}},
		"a refusal that nobody can read": {"/apiKeys", `refused`, 401, verdict{cloud.Broken, "sign-in Refused"}},
		"a code that is none":            {"/apiKeys", `{"code": "<script>", "message": "x"}`, 401, verdict{cloud.Broken, "sign-in Refused"}},
		"a code that is a number":        {"/apiKeys", `{"code": 7, "message": 8}`, 403, verdict{cloud.Broken, "sign-in Refused"}},
		"names in upper case":            {"/apiKeys", `{"CODE": "NotAuthenticated", "Message": "x"}`, 401, verdict{cloud.Broken, "sign-in NotAuthenticated"}},
		"a byte-order mark":              {"/apiKeys", "\ufeff" + `{"code": "NotAuthenticated", "message": "x"}`, 401, verdict{cloud.Broken, "sign-in NotAuthenticated"}},
		"a gateway that gave up":         {"/apiKeys", `{"code": "GatewayTimeout"}`, 504, verdict{cloud.CouldNotCheck, "sign-in ServiceUnavailable"}},
		"a tenancy without an OCID":      {"/" + attempt.Target.Account, `{"name": "x"}`, 200, verdict{cloud.CouldNotCheck, "tenancy UnexpectedAnswer"}},
		"another tenancy":                {"/" + attempt.Target.Account, `{"id": "` + otherID + `"}`, 200, verdict{cloud.Broken, "tenancy OtherTenancy"}},
		"a tenancy in upper case":        {"/" + attempt.Target.Account, `{"ID": "` + strings.ToUpper(attempt.Target.Account) + `"}`, 200, verdict{cloud.Passed, ""}},
		"no regions":                     {"/regionSubscriptions", `[]`, 200, verdict{cloud.Passed, "regions UnexpectedAnswer"}},
		"regions without names":          {"/regionSubscriptions", `[{}]`, 200, verdict{cloud.Passed, "regions UnexpectedAnswer"}},
		"policies without statements":    {"/policies", `[{"name": "x"}]`, 200, verdict{cloud.Passed, "permissions UnexpectedAnswer"}},
		"statements that are numbers":    {"/policies", `[{"statements": [1]}]`, 200, verdict{cloud.Passed, "permissions UnexpectedAnswer"}},
		"groups without names":           {"/groups", `[{"id": "x"}]`, 200, verdict{cloud.Passed, "permissions PermissionsUnclear"}},
		"no membership":                  {"/userGroupMemberships", `[]`, 200, verdict{cloud.Passed, "permissions PermissionsUnclear"}},
		"pages that don't end":           {"/policies", `again`, 200, verdict{cloud.Passed, "permissions UnexpectedAnswer"}},
	} {
		options := h.between(try.path, func(w http.ResponseWriter, r *http.Request) {
			if try.body == "again" {
				w.Header().Set("Opc-Next-Page", "the same")
				said(200, `[]`)(w, r)
				return
			}
			said(try.status, try.body)(w, r)
		})
		got, results, finding := check(t, oracle.New(options), attempt)
		if got != try.want {
			t.Errorf("%s: %+v, want %+v: %+v", name, got, try.want, results)
		}
		if finding.Rights != nil && strings.Contains(try.want.stages, "permissions") {
			t.Errorf("%s: and yet rights: %+v", name, finding.Rights)
		}
		for _, r := range results {
			if strings.ContainsAny(r.Code+r.TraceID, "<>") {
				t.Errorf("%s: %+v", name, r)
			}
		}
	}
}

// between are options with which requests for a path are answered by do, and all others
// by the simulator.
func (h harbor) between(end string, do func(http.ResponseWriter, *http.Request)) oracle.Options {
	h.t.Helper()
	forward := oracle.HTTPClient(h.cloud)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, end) {
			do(w, r)
			return
		}
		on, err := http.NewRequestWithContext(r.Context(), r.Method, "https://"+r.Host+r.URL.RequestURI(), nil)
		if err != nil {
			h.t.Error(err)
			return
		}
		on.Header = r.Header.Clone()
		answer, err := forward.Do(on)
		if err != nil {
			h.t.Error(err)
			return
		}
		defer answer.Body.Close() //nolint:errcheck // a test
		maps.Copy(w.Header(), answer.Header)
		w.WriteHeader(answer.StatusCode)
		_, _ = io.Copy(w, answer.Body)
	})
	authority, err := simulated.NewAuthority("Between", func(host string) bool { return oracle.Hosts()[host] })
	ok(h.t, err)
	server := httptest.NewUnstartedServer(handler)
	server.TLS = authority.TLS()
	server.StartTLS()
	h.t.Cleanup(server.Close)
	options := h.options
	options.Roots = authority.Pool()
	options.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, server.Listener.Addr().String())
	}
	return options
}

func TestRequestsGoNowhereElse(t *testing.T) {
	h := newHarbor(t)
	for _, address := range []string{"https://evil.example/20160918/users", "http://identity.eu-frankfurt-1.oci.oraclecloud.com/", "https://identity.eu-frankfurt-1.oci.oraclecloud.com:8443/",
		"https://identity.eu-frankfurt-2.oci.oraclecloud.com/", "https://identity.eu-frankfurt-1.oci.oraclecloud.com.evil.example/"} {
		answer, err := oracle.HTTPClient(h.cloud).Get(address)
		if err == nil {
			_ = answer.Body.Close()
			t.Errorf("%s was asked", address)
		} else if code := wire.CodeOf(err); code != wire.ForeignHost {
			t.Errorf("%s: %s, %v", address, code, err)
		}
	}
	for host := range oracle.Hosts() {
		if u, err := url.Parse("https://" + host); err != nil || u.Host != host || !strings.HasPrefix(host, "identity.") || !strings.Contains(host, ".oci.oracle") {
			t.Errorf("%q isn't a host", host)
		}
	}
}

func TestWhatOracleSaysIsCleaned(t *testing.T) {
	h := newHarbor(t)
	attempt := h.attempt("Harbor")
	options := h.between("/apiKeys", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Opc-Request-Id", "<b>/x")
		said(401, `{"code": "NotAuthenticated", "message": "The user `+attempt.Target.SignIn.Principal+` isn't `+otherID+` of ada@example.com\nwith `+strings.Repeat("ab12", 20)+`"}`)(w, r)
	})
	_, results, _ := check(t, oracle.New(options), attempt)
	if want := "The user " + attempt.Target.SignIn.Principal + " isn't (OCID) of (address) with (removed)"; results[0].Said != want || results[0].TraceID != "" {
		t.Errorf("%q, %q", results[0].Said, results[0].TraceID)
	}
}

func TestALinkThatCannotBeCheckedIsOurOwnFault(t *testing.T) {
	h := newHarbor(t)
	good := h.attempt("Harbor")
	for name, change := range map[string]func(*cloud.Attempt){
		"no identity":    func(a *cloud.Attempt) { a.Identity = nil },
		"no tenancy":     func(a *cloud.Attempt) { a.Target.Account = "x" },
		"a user as such": func(a *cloud.Attempt) { a.Target.Account = a.Target.SignIn.Principal },
		"no user":        func(a *cloud.Attempt) { a.Target.SignIn.Principal = "" },
		"no region":      func(a *cloud.Attempt) { a.Target.SignIn.Values = nil },
		"a host":         func(a *cloud.Attempt) { a.Target.SignIn.Values = map[string]string{"region": "evil.example/"} },
	} {
		attempt := good
		change(&attempt)
		if _, err := h.cloud.Check(t.Context(), attempt, func(r cloud.StageResult) { t.Errorf("%s: %+v", name, r) }); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
