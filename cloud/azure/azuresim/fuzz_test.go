package azuresim

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"
)

func FuzzParseAssertion(f *testing.F) {
	f.Add("")
	f.Add("a.b.c")
	f.Add("eyJhbGciOiJQUzI1NiIsIng1dCI6IkFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQSJ9.eyJhdWQiOiJ4IiwiZXhwIjoxfQ.c2ln")
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Fuzz(func(t *testing.T, text string) {
		a, err := parseAssertion(text)
		if err != nil {
			return
		}
		if a.header.Alg == "" || a.signed+"."+base64.RawURLEncoding.EncodeToString(a.signature) != text {
			t.Errorf("%q was read as something else", text)
		}
		if n := len(a.x5t); n != 0 && n != 20 {
			t.Errorf("x5t of %d bytes", n)
		}
		if exp := a.claims.Exp; exp != nil && (exp.Year() < 1970 || exp.Year() > 9999) {
			t.Errorf("exp %v", exp)
		}
	})
}

func FuzzParseCertificate(f *testing.F) {
	p := ours()
	f.Add(p.cert.Raw)
	f.Add(p.pem())
	f.Add([]byte(base64.StdEncoding.EncodeToString(p.cert.Raw)))
	f.Add([]byte{0x30, 0x83, 0, 0, 1, 2, 1, 3})
	f.Add([]byte("-----BEGIN RSA PRIVATE KEY-----"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := parseCertificate(data)
		var known *refusal
		if (c == nil) == (err == nil) || err != nil && !errors.As(err, &known) {
			t.Errorf("%v, %v", c, err)
		}
	})
}

func FuzzShell(f *testing.F) {
	f.Add("az account show")
	f.Add("az ad sp create-for-rbac --name x --cert \"AAAA\" \\\n--role Reader --scopes /subscriptions/" + workingSubscription)
	f.Add("az account set --subscription='New Pier' # comment")
	f.Add("az role assignment delete --assignee x --scope /subscriptions//resourceGroups/")
	f.Add(`az account show --query "{a:b"`)
	w, err := newWorld(func() time.Time { return noon }, randomGUID)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, r := range newShell(w).run(text) {
			if notes := strings.Join(r.Notes, "\n"); strings.Contains(notes, "error in the simulator") {
				t.Errorf("%q: %s", text, notes)
			}
			if r.Failed && (len(r.Notes) == 0 || r.Output != "") {
				t.Errorf("%q: %+v", text, r)
			}
		}
	})
}

func FuzzParseRoute(f *testing.F) {
	f.Add("/subscriptions/x/providers/y/register")
	f.Add("//")
	f.Fuzz(func(t *testing.T, path string) {
		if r, ok := parseRoute(path); ok && (r.subscription == "" || r.action == "" || r.method == "") {
			t.Errorf("%q: %+v", path, r)
		}
	})
}

func FuzzOverride(f *testing.F) {
	f.Add(atSignIn, "AADSTS700027", "expired", "", "")
	f.Add(atSubscription, "TooManyRequests", "", "429", "30")
	f.Add(atDirectory, "UnexpectedAnswer", "", "307", "")
	f.Add(atState, "SubscriptionDisabled", "", "", "")
	f.Add(atClassic, "NoAnswer", "a\x00b", "-1", "1e9")
	f.Fuzz(func(t *testing.T, stage, code, reason, status, pause string) {
		o, err := parseOverride(overrideForm{stage, code, reason, status, pause}, true)
		if err != nil {
			var known *refusal
			if !errors.As(err, &known) {
				t.Error(err)
			}
			return
		}
		if !o.isAt(stage) {
			return // it changes a good answer
		}
		a := o.reply(func(status int, code, text string) reply {
			if o.inDirectory() {
				return entra(status, "x", o.entraNumber(), "%s", text).reply("x", "y", "z", noon)
			}
			return classicRefusal(status, code, text)
		})
		if a.status < 200 || a.status > 599 || a.header == nil {
			t.Errorf("%q: %+v", o.form, a)
		}
	})
}
