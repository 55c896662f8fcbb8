package azuresim

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSplitShell(t *testing.T) {
	for _, c := range []struct {
		text string
		want [][]string
	}{
		{"", nil},
		{"  \n\n# only a comment\n", nil},
		{"az account show", [][]string{{"az", "account", "show"}}},
		{"az a\r\naz b\n", [][]string{{"az", "a"}, {"az", "b"}}},
		{"az a \\\n  --b c", [][]string{{"az", "a", "--b", "c"}}},
		{"az a \\\r\n  --b c", [][]string{{"az", "a", "--b", "c"}}},
		{`az "two words" 'and $more' x"y"z`, [][]string{{"az", "two words", "and $more", "xyz"}}},
		{`az "" ''`, [][]string{{"az", "", ""}}},
		{`az "a\"b\\c\d\$e" f\ g`, [][]string{{"az", `a"b\c\d$e`, "f g"}}},
		{"az \"one\ntwo\"", [][]string{{"az", "one\ntwo"}}},
		{"az \"one\\\ntwo\"", [][]string{{"az", "onetwo"}}},
		{"az a # comment\naz b#c", [][]string{{"az", "a"}, {"az", "b#c"}}},
	} {
		lines, err := splitShell(c.text)
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		var got [][]string
		for _, l := range lines {
			got = append(got, l.words)
		}
		if !slices.EqualFunc(got, c.want, slices.Equal) {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
	for _, text := range []string{`az "open`, `az 'open`, `az "open\`, "az $HOME", `az "$(cat x)"`, "az `x`", "az a; az b", "az a | jq", "az a > f", "az a && az b"} {
		if _, err := splitShell(text); err == nil {
			t.Errorf("%q was understood", text)
		}
	}
}

// runOne runs one command that must print one result.
func runOne(t *testing.T, sh *shell, text string) shellResult {
	t.Helper()
	results := sh.run(text)
	if len(results) != 1 {
		t.Fatalf("%d results of %q", len(results), text)
	}
	return results[0]
}

func TestCreateForRBAC(t *testing.T) {
	s := newStage(t)
	sh := newShell(s.world)
	cert := base64.StdEncoding.EncodeToString(ours().cert.Raw)
	for name, inline := range map[string]string{"base64": cert, "PEM": string(ours().pem())} {
		r := runOne(t, sh, fmt.Sprintf("az ad sp create-for-rbac --name \"mooring %s\" --role Reader \\\n  --scopes /subscriptions/%s --cert \"%s\" --years 1", name, workingSubscription, inline))
		if r.Failed {
			t.Fatalf("%s: %q", name, r.Notes)
		}
		var v map[string]any
		if err := json.Unmarshal([]byte(r.Output), &v); err != nil {
			t.Fatal(err)
		}
		password, given := v["password"]
		if len(v) != 4 || v["displayName"] != "mooring "+name || v["tenant"] != workingDirectory || !given || password != nil {
			t.Errorf("%s: %s", name, r.Output)
		}
		token, _ := s.signIn(ours(), "public", workingDirectory, v["appId"].(string))
		if a := s.get("public", readPath, token); a.status != 200 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}

func TestCreateForRBACReusesTheName(t *testing.T) {
	s := newStage(t)
	sh := newShell(s.world)
	command := func(p pair) string {
		return "az ad sp create-for-rbac -n same --cert " + base64.StdEncoding.EncodeToString(p.cert.Raw) + " --query appId -o tsv"
	}
	first, again := runOne(t, sh, command(ours())), runOne(t, sh, command(theirs()))
	if first.Output == "" || first.Output != again.Output || !strings.Contains(strings.Join(again.Notes, "\n"), "Found an existing application") {
		t.Errorf("%+v\n%+v", first, again)
	}
	a, err := s.world.getApplication(strings.TrimSpace(again.Output))
	if err != nil || len(a.keys) != 1 || !a.keys[0].certificate.Equal(theirs().cert) {
		t.Errorf("%v: %d certificates", err, len(a.keys))
	}
}

// without --years a credential counts for one year, whatever the certificate says.
func TestYears(t *testing.T) {
	s := newStage(t)
	sh := newShell(s.world)
	long := certify(theirKey(), noon.Add(-time.Hour), noon.AddDate(3, 0, 0))
	cert := base64.StdEncoding.EncodeToString(long.cert.Raw)
	for years, want := range map[string]time.Time{
		"":           noon.AddDate(1, 0, 0),
		" --years 2": noon.AddDate(2, 0, 0),
		" --years 5": noon.AddDate(3, 0, 0),
	} {
		client := strings.TrimSpace(runOne(t, sh, "az ad sp create-for-rbac --name \"years"+years+"\" --cert "+cert+years+" --query appId -o tsv").Output)
		a, err := s.world.getApplication(client)
		if err != nil || len(a.keys) != 1 || !a.keys[0].end.Equal(want) {
			t.Errorf("%q: %+v %v", years, a.keys, err)
		}
	}
}

// a session of commands, one after the other on one world.
func TestShellSession(t *testing.T) {
	s := newStage(t)
	sh := newShell(s.world)
	client := s.app("")
	cert := base64.StdEncoding.EncodeToString(theirs().cert.Raw)
	app := func() application {
		a, err := s.world.getApplication(client)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	roles := func(subscription string) int {
		sub, err := s.world.getSubscription(subscription)
		if err != nil {
			t.Fatal(err)
		}
		return len(sub.rights(app().principalID))
	}
	const scopeFlag = " --scope /subscriptions/" + workingSubscription
	for _, c := range []struct {
		command string
		want    string // in the output or the notes
		check   func() bool
	}{
		{"az account show", `"id": "` + workingSubscription + `"`, nil},
		{`az account show --query "{sub:id,tenant:tenantId}"`, `"tenant": "` + workingDirectory + `"`, nil},
		{"az account show --query tenantId --output tsv", workingDirectory + "\n", nil},
		{"az role assignment create --assignee " + client + " --role Reader" + scopeFlag, `"principalId": "`, func() bool { return roles(workingSubscription) == 1 }},
		{"az role assignment create --assignee " + client + " --role reader" + scopeFlag, "", func() bool { return roles(workingSubscription) == 1 }},
		{"az role assignment create --assignee " + app().principalID + " --role 'Virtual Machine Contributor'" + scopeFlag, "", func() bool { return roles(workingSubscription) == 2 }},
		{"az role assignment create --assignee " + client + " --role Contributor" + scopeFlag + "/resourceGroups/berths", "/resourceGroups/berths/providers", func() bool { return roles(workingSubscription) == 2 }},
		{"az role assignment delete --assignee " + client + " --role Contributor" + scopeFlag, "No matched assignments", nil},
		{"az role assignment delete --assignee " + client + " --role Reader" + scopeFlag, "", func() bool { return roles(workingSubscription) == 1 }},
		{"az ad app credential reset --id " + client + " --cert " + cert + " --append --display-name second", `"password": null`, func() bool { return len(app().keys) == 2 }},
		{"az ad app credential list --id " + client + " --cert", `"displayName": "second"`, nil},
		{"az ad app credential list --id " + client, "[]", nil},
		{"az ad app credential delete --id " + client + " --cert --key-id " + app().keys[0].id, "", func() bool { return len(app().keys) == 1 && app().keys[0].name == "second" }},
		{"az ad app credential reset --id " + client + " --cert " + base64.StdEncoding.EncodeToString(ours().cert.Raw), "", func() bool { return len(app().keys) == 1 }},
		{"az ad app list --display-name moor", client, nil},
		{"az ad sp update --id " + client + " --set accountEnabled=false", "", func() bool { return app().disabled }},
		{"az ad sp create --id " + sceneID(kindClient, 19), `"appId": "` + sceneID(kindClient, 19), nil},
		{"az provider register --namespace Microsoft.Compute --subscription 'New Pier'", "Registering is still on-going", nil},
		{"az account set --subscription " + sceneID(kindSubscription, 5), "", nil},
		{"az provider show -n Microsoft.Compute", `"registrationState": "Registered"`, nil},
		{"az provider show -n Microsoft.Network", `"registrationState": "NotRegistered"`, nil},
		{"az account list", `"name": "New Pier"`, nil},
		{"az account show -o none", "", nil},
		{"az ad app delete --id=" + client, "", func() bool { _, err := s.world.getApplication(client); return err != nil }},
	} {
		r := runOne(t, sh, c.command)
		if printed := r.Output + strings.Join(r.Notes, "\n"); r.Failed || !strings.Contains(printed, c.want) {
			t.Errorf("%.70s\n%s", c.command, printed)
		}
		if c.check != nil && !c.check() {
			t.Errorf("%.70s: without the effect", c.command)
		}
	}
}

func TestRefusedCommands(t *testing.T) {
	s := newStage(t)
	sh := newShell(s.world)
	client := s.app("")
	cert := base64.StdEncoding.EncodeToString(ours().cert.Raw)
	before := len(s.world.listApplications())
	const create = "az ad sp create-for-rbac --name x "
	for _, c := range []struct{ command, want string }{
		{"ls -l", "knows only az"},
		{"az vm create", "'az vm create' is not simulated"},
		{"az", "'az ' is not simulated"},
		{"az account show --tides", "unrecognized arguments: --tides"},
		{"az account show please", "not simulated"},
		{"az account show -o table", "not simulated"},
		{"az account show --query tides", "which isn't in the answer"},
		{"az account list --query id", "not for lists"},
		{"az account set --subscription Atlantis", "doesn't exist"},
		{"az account set", "are required: --subscription"},
		{"az ad app delete", "are required: --id"},
		{"az ad app delete --id", "expected a value"},
		{"az ad app delete --id a b", "quotation marks"},
		{"az ad app delete --id " + sceneID(kindClient, 99), "no application"},
		{create, "makes neither passwords"},
		{create + "--create-cert", "makes neither passwords"},
		{create + "--cert @~/x.pem", "has no files"},
		{create + "--cert AAAA", "not a certificate"},
		{create + "--cert '" + string(privatePEM(t)) + "'", "private key"},
		{create + "--cert " + cert + " --role Reader", "specify both --role and --scopes"},
		{create + "--cert " + cert + " --scopes /subscriptions/" + workingSubscription, "specify both"},
		{create + "--cert " + cert + " --role Admiral --scopes /subscriptions/" + workingSubscription, "no role named"},
		{create + "--cert " + cert + " --role Reader --scopes " + workingSubscription, "does not start with /subscriptions/"},
		{create + "--cert " + cert + " --role Reader --scopes /subscriptions/Pay-As-You-Go", "by its ID"},
		{create + "--cert " + cert + " --role Reader --scopes /subscriptions/" + sceneID(kindSubscription, 8), "SubscriptionNotFound"},
		{create + "--cert " + cert + " --role Reader --scopes /subscriptions/" + workingSubscription + " /subscriptions/" + sceneID(kindSubscription, 2), "different directories"},
		{create + "--cert " + cert + " --years 0", "number of years"},
		{create + "--cert " + cert + " --years soon", "number of years"},
		{"az role assignment create --assignee " + sceneID(kindClient, 99) + " --role Reader --scope /subscriptions/" + workingSubscription, "az ad sp create"},
		{"az role assignment create --assignee " + client + " --role Reader --scope /subscriptions/" + workingSubscription + "/resourceGroups/a/providers/b", "Narrower scopes"},
		{"az provider register -n Microsoft.Tides", "InvalidResourceNamespace"},
		{"az provider register -n Microsoft.Compute --subscription 'Chained Quay'", "ReadOnlyDisabledSubscription"},
		{"az ad app credential delete --id " + client + " --key-id x", "Add --cert"},
		{"az ad app credential delete --id " + client + " --cert --key-id x", "no certificate with the key ID"},
		{"az ad sp update --id " + client + " --set x=y", "accountEnabled"},
		{"az \"open", "isn't closed"},
	} {
		r := runOne(t, sh, c.command)
		if !r.Failed || r.Output != "" || !strings.Contains(strings.Join(r.Notes, "\n"), c.want) {
			t.Errorf("%.70s: %+v, want %q", c.command, r.Notes, c.want)
		}
	}
	if after := len(s.world.listApplications()); after != before {
		t.Errorf("a refused command left %d applications behind", after-before)
	}
	if r := sh.run(strings.Repeat("az account show\n", maxShellLines+1)); len(r) != 1 || !r[0].Failed {
		t.Error("a flood of commands was run")
	}
	if r := sh.run("ls\naz account show"); len(r) != 2 || !r[0].Failed || r[1].Failed {
		t.Errorf("%+v", r)
	}
}
