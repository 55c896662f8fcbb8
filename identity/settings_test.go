package identity_test

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"mooring/identity"
)

// files of an operator.
func files(t *testing.T) (map[string]string, func(string) ([]byte, error)) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	have := map[string]string{
		"/run/secret": "canary of the file\n", "/run/good": "canary-of-the-file\r\n", "/run/empty": "\n", "/run/two": "canary\ncanary",
		"/run/ca":  string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})),
		"/run/big": strings.Repeat("canary", 1000),
	}
	return have, func(name string) ([]byte, error) {
		if content, ok := have[name]; ok {
			return []byte(content), nil
		}
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
}

func environment(name string) string {
	return map[string]string{"SECRET": "canary-of-the-variable"}[name]
}

func TestSettingsSayWhatTheOperatorMeans(t *testing.T) {
	_, readFile := files(t)
	for line, want := range map[string]identity.Settings{
		"github client-id=a client-secret-file=/run/good":                                 {Kind: "github", Key: "github", Name: "GitHub", Issuer: "https://github.com", ClientID: "a"},
		"  google   client-id=a.apps.googleusercontent.com client-secret-file=/run/good ": {Kind: "google", Key: "google", Name: "Google", Issuer: "https://accounts.google.com", ClientID: "a.apps.googleusercontent.com"},
		"entra tenant=" + strings.ToUpper(tenant) + " client-id=a client-secret-file=/run/good key=work name='Work account'": {
			Kind: "entra", Key: "work", Name: "Work account", Tenant: tenant, Issuer: "https://login.microsoftonline.com/" + tenant + "/v2.0", ClientID: "a"},
		`oidc key=harbor name="Harbor's SSO" issuer=https://sso.example.com/realms/harbor client-id=a client-secret-file=/run/good groups-claim=groups`: {
			Kind: "oidc", Key: "harbor", Name: "Harbor's SSO", Issuer: "https://sso.example.com/realms/harbor", ClientID: "a", GroupsClaim: "groups"},
		"oidc key=h name=H issuer=https://sso.example.com client-id=a client-secret-file=/run/good scopes='openid email, profile  roles' auth-method=client_secret_post": {
			Kind: "oidc", Key: "h", Name: "H", Issuer: "https://sso.example.com", ClientID: "a", Scopes: []string{"openid", "email", "profile", "roles"}, AuthMethod: "client_secret_post"},
		"google client-id=a client-secret-file=/run/good scopes=openid,email":                      {Kind: "google", Key: "google", Name: "Google", Issuer: "https://accounts.google.com", ClientID: "a", Scopes: []string{"openid", "email"}},
		"oidc key=h name=H issuer=http://127.0.0.1:9998/ client-id=a client-secret-file=/run/good": {Kind: "oidc", Key: "h", Name: "H", Issuer: "http://127.0.0.1:9998/", ClientID: "a"},
	} {
		got, err := identity.ParseSettings(line, readFile, environment)
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if got.ClientSecret.Reveal() != "canary-of-the-file" {
			t.Errorf("%s: the secret is %q", line, got.ClientSecret.Reveal())
		}
		got.ClientSecret = want.ClientSecret
		if fmt.Sprintf("%#v", got) != fmt.Sprintf("%#v", want) {
			t.Errorf("%s: got %#v", line, got)
		}
		if _, err := identity.New(got, site, nil, time.Now, nil); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
	got, err := identity.ParseSettings("oidc key=h name=H issuer=https://sso.example.com client-id=a client-secret-env=SECRET ca=/run/ca", readFile, environment)
	if err != nil || got.ClientSecret.Reveal() != "canary-of-the-variable" || got.Roots == nil || got.Roots.Equal(x509.NewCertPool()) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestSettingsThatMakeNoSenseAreToldInOneLineWithoutSecrets(t *testing.T) {
	_, readFile := files(t)
	const rest = " client-id=a client-secret-file=/run/good"
	for line, says := range map[string]string{
		"":                                    "begins with github, google, entra or oidc",
		"github" + rest + "\r\nx":             "one line of text",
		"gitlab" + rest:                       "begins with github, google, entra or oidc",
		"github client-id=a":                  "client-secret-file= or by client-secret-env=",
		"github client-secret-file=/run/good": "client-id= is missing",
		"github client-id=a client-secret=canary":                                        "does not belong on the command line",
		"github client-id=a client-secret-file=/nowhere":                                 "/nowhere",
		"github client-id=a client-secret-file=/run/empty":                               "the client secret is empty",
		"github client-id=a client-secret-file=/run/two":                                 "the client secret is empty or is not one line",
		"github client-id=a client-secret-file=/run/secret":                              "the client secret is empty or is not one line",
		"github client-id=a client-secret-file=/run/big":                                 "the client secret is empty or is not one line",
		"github client-id=a client-secret-env=NOTHING":                                   "the client secret is empty",
		"github" + rest + " client-secret-env=SECRET":                                    "client-secret-file= or by client-secret-env=",
		"github" + rest + " canary":                                                      "word 3 after the kind is not of the form name=value",
		"github" + rest + " canary=canary":                                               "word 3 after the kind is not one of",
		"github" + rest + " issuer=https://example.com":                                  "word 3 after the kind is not one of",
		"github" + rest + " client-id=canary":                                            "client-id= is there twice",
		"github" + rest + " key=":                                                        "key= is empty",
		"github" + rest + " key=Git/Hub":                                                 "key= must be",
		"github" + rest + " key=passkey":                                                 "key=: passkey is the name of another way to sign in",
		"github" + rest + " key=recovery-code":                                           "key=: recovery-code is the name of another way to sign in",
		"github" + rest + " key=-a":                                                      "key= must be",
		"github" + rest + " name=' '":                                                    "",
		"github" + rest + " name=" + strings.Repeat("x", 41):                             "name= must be",
		"github" + rest + " name='open":                                                  "a quotation mark is not closed",
		"entra" + rest:                                                                   "tenant= must be the GUID",
		"entra tenant=common" + rest:                                                     "tenant= must be the GUID",
		"entra tenant=contoso.onmicrosoft.com" + rest:                                    "tenant= must be the GUID",
		"entra tenant=" + tenant + "/../x" + rest:                                        "tenant= must be the GUID",
		"oidc name=H issuer=https://sso.example.com" + rest:                              "key= must be",
		"oidc key=h issuer=https://sso.example.com" + rest:                               "name= must be",
		"oidc key=h name=H" + rest:                                                       "issuer= must be",
		"oidc key=h name=H issuer=http://sso.example.com" + rest:                         "issuer= must begin with https://",
		"oidc key=h name=H issuer=https://a:canary@sso.example.com" + rest:               "issuer= must be",
		"oidc key=h name=H issuer=https://sso.example.com?x" + rest:                      "issuer= must be",
		"github" + rest + " scopes=openid":                                               "word 3 after the kind is not one of",
		"oidc key=h name=H issuer=https://sso.example.com scopes='email profile'" + rest: "scopes= must have openid among them, such as scopes='openid email profile'",
		"oidc key=h name=H issuer=https://sso.example.com scopes=' ,'" + rest:            "scopes= must have openid",
		"oidc key=h name=H issuer=https://sso.example.com scopes='openid é'" + rest:      "scopes= has one that is no scope",
		"oidc key=h name=H issuer=https://sso.example.com scopes='openid a\\b'" + rest:   "scopes= has one that is no scope",
		"oidc key=h name=H issuer=https://sso.example.com scopes='openid" + strings.Repeat(" x", 20) + "'" + rest: "scopes= has more than 20 scopes",
		"oidc key=h name=H issuer=https://sso.example.com auth-method=post" + rest:                                "auth-method= must be client_secret_basic or client_secret_post",
		"oidc key=h name=H issuer=https://sso.example.com auth-method=none" + rest:                                "auth-method= must be client_secret_basic or client_secret_post",
		"oidc key=h name=H issuer=https://sso.example.com ca=/run/good" + rest:                                    "/run/good holds no certificate",
		"oidc key=h name=H issuer=https://sso.example.com ca=/nowhere" + rest:                                     "/nowhere",
	} {
		_, err := identity.ParseSettings(line, readFile, environment)
		if says == "" {
			if err != nil {
				t.Errorf("%s: %v", line, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: got %v, want %q", line, err, says)
			continue
		}
		if strings.Contains(err.Error(), "canary") || strings.ContainsAny(err.Error(), "\r\n") {
			t.Errorf("%s: it tells too much: %v", line, err)
		}
	}
	_, err := identity.ParseSettings("github client-id=a client-secret-file=/nowhere", readFile, environment)
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func FuzzParseSettings(f *testing.F) {
	f.Add("oidc key=harbor name='Harbor SSO' issuer=https://sso.example.com client-id=a client-secret-env=SECRET")
	f.Fuzz(func(t *testing.T, line string) {
		s, err := identity.ParseSettings(line, func(string) ([]byte, error) { return nil, fs.ErrNotExist }, environment)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\r\n") {
				t.Errorf("%q: %q", line, err)
			}
			return
		}
		if s.Key == "" || strings.ContainsAny(s.Key, "/.%? ") || s.Name == "" || s.ClientID == "" || !strings.HasPrefix(s.Issuer, "http") {
			t.Errorf("%q: %+v", line, s)
		}
	})
}
