package oraclesim

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"

	"mooring/cloud/simulated"
)

//go:embed console
var consoleFiles embed.FS

// console is the simulated console.
type console struct {
	simulated.Console
	simulator *Simulator
	codes     []string // to suggest as errors
}

func newConsole(s *Simulator, codes []string) (*console, error) {
	templates, err := fs.Sub(consoleFiles, "console")
	if err != nil {
		return nil, err
	}
	c := &console{simulator: s, codes: codes, Console: simulated.Console{
		Name: "Simulated Oracle Cloud console", Kind: "Console", NotVendor: "Not Oracle.", Home: "Simulated Oracle Cloud", Navigation: []simulated.Link{{Text: "Tenancies", Path: "/"}},
		Color: simulated.Accent{Light: "#a03123", Dark: "#f0a79d", OnLight: "#fff", OnDark: "#2d0b07"}, Templates: templates,
	}}
	return c, c.Load()
}

// handler is the entire console: every address of its own stands here.
func (c *console) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", c.listTenancies)
	mux.HandleFunc("GET /tenancies/{tenancy}", c.showTenancy)
	mux.HandleFunc("POST /tenancies/{tenancy}/users", c.createUser)
	mux.HandleFunc("GET /tenancies/{tenancy}/users/{user}", c.showUser)
	mux.HandleFunc("POST /tenancies/{tenancy}/users/{user}", c.deleteUser)
	mux.HandleFunc("POST /tenancies/{tenancy}/users/{user}/api-keys", c.addKey)
	mux.HandleFunc("POST /tenancies/{tenancy}/users/{user}/api-keys/{fingerprint}", c.deleteKey)
	mux.HandleFunc("POST /tenancies/{tenancy}/groups", c.createGroup)
	mux.HandleFunc("POST /tenancies/{tenancy}/groups/{group}", c.changeGroup)
	mux.HandleFunc("POST /tenancies/{tenancy}/policies", c.createPolicy)
	mux.HandleFunc("POST /tenancies/{tenancy}/policies/{policy}", c.deletePolicy)
	mux.HandleFunc("POST /tenancies/{tenancy}/error-answer", c.setOverride)
	mux.HandleFunc("POST /tenancies/{tenancy}/error-answer/delete", c.clearOverride)
	mux.HandleFunc("GET /tenancies/{tenancy}/cloud-shell", c.serveShell)
	mux.HandleFunc("POST /tenancies/{tenancy}/cloud-shell", c.serveShell)
	return c.Handler(mux)
}

// path is the address of a tenancy's page.
func (t Tenancy) path() string { return "/tenancies/" + t.ID }

// navigation leads to the pages of a tenancy.
func (t Tenancy) navigation() []simulated.Link {
	return []simulated.Link{{Text: t.Name, Path: t.path()}, {Text: "Cloud Shell", Path: t.path() + "/cloud-shell"}}
}

// slug is a tenancy's name in the ids of a page.
func (t Tenancy) slug() string { return strings.ToLower(strings.ReplaceAll(t.Name, " ", "-")) }

func (c *console) listTenancies(w http.ResponseWriter, _ *http.Request) {
	var all []simulated.Case
	for _, story := range Stories() {
		_ = c.simulator.change(story.ID, func(t *tenancy) {
			all = append(all, simulated.Case{Name: t.Name, Path: t.path(), Outcome: t.Outcome, Now: t.override.Now(), IDs: []simulated.CaseID{{
				Term: "Tenancy OCID", Value: simulated.Value{ID: "tenancy-" + t.slug(), Label: "the OCID of " + t.Name, Text: t.ID},
				Link: &simulated.Link{Text: "Open Cloud Shell", Path: t.path() + "/cloud-shell", Label: "Open the Cloud Shell of " + t.Name},
			}}})
		})
	}
	c.Show(w, http.StatusOK, "tenancies", simulated.Page{Title: "Tenancies", Path: "/", Content: all})
}

// thing is a user, a group or a policy of a tenancy.
type thing struct {
	ID, Name   string
	Path       string
	OCID       simulated.Value
	Keys       int
	Members    []string
	Statements []string
}

// tenancyContent is the page of a tenancy, with what was typed if it comes back.
type tenancyContent struct {
	Tenancy
	Path                    string
	OCID                    simulated.Value
	Users, Groups, Policies []thing

	UserName, UserProblem                      string
	GroupName, GroupUser, GroupProblem         string
	PolicyName, PolicyStatement, PolicyProblem string
	Error                                      simulated.ErrorAnswer
}

// describe fills in what is in a tenancy. The world is locked.
func (c *console) describe(t *tenancy, content tenancyContent) tenancyContent {
	content.Tenancy, content.Path = t.Tenancy, t.path()
	content.OCID = simulated.Value{ID: "tenancy", Doc: "tenancy", Label: "the OCID of the tenancy", Text: t.ID}
	content.Error.Action, content.Error.Now, content.Error.Stages, content.Error.Codes = t.path()+"/error-answer", t.override.Now(), Stages(), c.codes
	for i, u := range t.users {
		content.Users = append(content.Users, thing{ID: u.id, Name: u.name, Path: t.path() + "/users/" + u.id, Keys: len(u.keys),
			OCID: simulated.Value{ID: fmt.Sprint("user-", i), Label: "the OCID of the user " + u.name, Text: u.id}})
	}
	for _, g := range t.groups {
		one := thing{ID: g.id, Name: g.name}
		for _, id := range g.members {
			if u := t.findUser(id); u != nil {
				one.Members = append(one.Members, u.name)
			}
		}
		content.Groups = append(content.Groups, one)
	}
	for _, p := range t.policies {
		content.Policies = append(content.Policies, thing{ID: p.id, Name: p.name, Statements: p.statements})
	}
	return content
}

func (c *console) showTenancy(w http.ResponseWriter, r *http.Request) {
	c.showTenancyWith(w, r, http.StatusOK, tenancyContent{})
}

func (c *console) showTenancyWith(w http.ResponseWriter, r *http.Request, status int, content tenancyContent) {
	err := c.simulator.change(r.PathValue("tenancy"), func(t *tenancy) { content = c.describe(t, content) })
	if err != nil {
		c.Missing(w, r)
		return
	}
	c.Show(w, status, "tenancy", simulated.Page{Title: content.Name, Path: content.Path, Navigation: content.navigation(), Content: content})
}

// change does something in the tenancy of the address, and leads to a place on one of
// its pages.
func (c *console) change(w http.ResponseWriter, r *http.Request, to string, do func(*tenancy) error) (problem string, done bool) {
	var failure error
	if err := c.simulator.change(r.PathValue("tenancy"), func(t *tenancy) { failure = do(t) }); err != nil {
		c.Missing(w, r)
		return "", true
	}
	if failure != nil {
		var refused *refusal
		if errors.As(failure, &refused) {
			return refused.message, false
		}
		return failure.Error(), false
	}
	http.Redirect(w, r, "/tenancies/"+r.PathValue("tenancy")+to, http.StatusSeeOther)
	return "", true
}

func (c *console) createUser(w http.ResponseWriter, r *http.Request) {
	content := tenancyContent{UserName: strings.TrimSpace(r.PostFormValue("name"))}
	problem, done := c.change(w, r, "#users", func(t *tenancy) error {
		_, err := c.simulator.world.createUser(t, content.UserName)
		return err
	})
	if !done {
		content.UserProblem = problem
		c.showTenancyWith(w, r, http.StatusUnprocessableEntity, content)
	}
}

// deleteUser also takes the user out of its groups, as the console does.
func (c *console) deleteUser(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("user")
	problem, done := c.change(w, r, "#users", func(t *tenancy) error {
		for _, g := range t.groups {
			g.members = slices.DeleteFunc(g.members, func(member string) bool { return member == id })
		}
		return t.deleteUser(id)
	})
	if !done {
		c.showTenancyWith(w, r, http.StatusUnprocessableEntity, tenancyContent{UserProblem: problem})
	}
}

func (c *console) createGroup(w http.ResponseWriter, r *http.Request) {
	content := tenancyContent{GroupName: strings.TrimSpace(r.PostFormValue("name")), GroupUser: r.PostFormValue("user")}
	problem, done := c.change(w, r, "#groups", func(t *tenancy) error {
		g, err := c.simulator.world.createGroup(t, content.GroupName)
		if err == nil && t.findUser(content.GroupUser) != nil {
			g.members = append(g.members, content.GroupUser)
		}
		return err
	})
	if !done {
		content.GroupProblem = problem
		c.showTenancyWith(w, r, http.StatusUnprocessableEntity, content)
	}
}

func (c *console) changeGroup(w http.ResponseWriter, r *http.Request) {
	id, who := r.PathValue("group"), r.PostFormValue("user")
	problem, done := c.change(w, r, "#groups", func(t *tenancy) error {
		g := t.findGroup(id)
		switch {
		case g == nil:
			return notFound()
		case r.PostFormValue("do") == "delete":
			g.members = nil
			return t.deleteGroup(id)
		case t.findUser(who) == nil:
			return notFound()
		}
		g.members = slices.DeleteFunc(g.members, func(member string) bool { return member == who })
		if r.PostFormValue("do") == "add" {
			g.members = append(g.members, who)
		}
		return nil
	})
	if !done {
		c.showTenancyWith(w, r, http.StatusUnprocessableEntity, tenancyContent{GroupProblem: problem})
	}
}

func (c *console) createPolicy(w http.ResponseWriter, r *http.Request) {
	content := tenancyContent{PolicyName: strings.TrimSpace(r.PostFormValue("name")), PolicyStatement: strings.TrimSpace(r.PostFormValue("statement"))}
	problem, done := c.change(w, r, "#policies", func(t *tenancy) error {
		statements := slices.DeleteFunc(strings.Split(strings.ReplaceAll(content.PolicyStatement, "\r", ""), "\n"), func(s string) bool { return strings.TrimSpace(s) == "" })
		_, err := c.simulator.world.createPolicy(t, content.PolicyName, statements)
		return err
	})
	if !done {
		content.PolicyProblem = problem
		c.showTenancyWith(w, r, http.StatusUnprocessableEntity, content)
	}
}

func (c *console) deletePolicy(w http.ResponseWriter, r *http.Request) {
	problem, done := c.change(w, r, "#policies", func(t *tenancy) error { return t.deletePolicy(r.PathValue("policy")) })
	if !done {
		c.showTenancyWith(w, r, http.StatusUnprocessableEntity, tenancyContent{PolicyProblem: problem})
	}
}

// keyContent is one key of a user, with the configuration file preview of it.
type keyContent struct {
	Fingerprint, Path string
	Value             simulated.Value
	Preview           simulated.Value
}

// userContent is the page of a user, with what was typed if it comes back.
type userContent struct {
	Path, Name string
	OCID       simulated.Value
	Keys       []keyContent

	Key, Problem string
}

func (c *console) showUser(w http.ResponseWriter, r *http.Request) {
	c.showUserWith(w, r, http.StatusOK, userContent{})
}

func (c *console) showUserWith(w http.ResponseWriter, r *http.Request, status int, content userContent) {
	var t Tenancy
	found := false
	err := c.simulator.change(r.PathValue("tenancy"), func(in *tenancy) {
		u := in.findUser(r.PathValue("user"))
		if found = u != nil; !found {
			return
		}
		t = in.Tenancy
		content.Path, content.Name = t.path()+"/users/"+u.id, u.name
		content.OCID = simulated.Value{ID: "user", Doc: "user", Label: "the OCID of the user", Text: u.id}
		for i, k := range u.keys {
			content.Keys = append(content.Keys, keyContent{Fingerprint: k.fingerprint, Path: content.Path + "/api-keys/" + k.fingerprint,
				Value:   simulated.Value{ID: fmt.Sprint("fingerprint-", i), Doc: "fingerprint", Label: "the fingerprint", Text: k.fingerprint},
				Preview: simulated.Value{ID: fmt.Sprint("preview-", i), Doc: "preview", Label: "the configuration file preview", Text: preview(t, u, k)}})
		}
	})
	if err != nil || !found {
		c.Missing(w, r)
		return
	}
	c.Show(w, status, "user", simulated.Page{Title: content.Name, Path: content.Path, Navigation: t.navigation(), Content: content})
}

// preview is the configuration of oci that the console shows for a key.
func preview(t Tenancy, u *user, k *apiKey) string {
	return "[DEFAULT]\nuser=" + u.id + "\nfingerprint=" + k.fingerprint + "\ntenancy=" + t.ID + "\nregion=" + t.Shell + "\nkey_file=<path to your private keyfile> # TODO\n"
}

func (c *console) addKey(w http.ResponseWriter, r *http.Request) {
	content := userContent{Key: r.PostFormValue("key")}
	id := r.PathValue("user")
	problem, done := c.change(w, r, "/users/"+id+"#api-keys", func(t *tenancy) error {
		u := t.findUser(id)
		if u == nil {
			return notFound()
		}
		_, err := c.simulator.world.uploadKey(t, u, content.Key)
		return err
	})
	if !done {
		content.Problem = problem
		c.showUserWith(w, r, http.StatusUnprocessableEntity, content)
	}
}

func (c *console) deleteKey(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("user")
	problem, done := c.change(w, r, "/users/"+id+"#api-keys", func(t *tenancy) error {
		u := t.findUser(id)
		if u == nil {
			return notFound()
		}
		return u.deleteKey(r.PathValue("fingerprint"))
	})
	if !done {
		c.showUserWith(w, r, http.StatusUnprocessableEntity, userContent{Problem: problem})
	}
}

func (c *console) setOverride(w http.ResponseWriter, r *http.Request) {
	typed := simulated.OverrideFrom(r)
	chosen, err := overrides.Read(typed)
	if err != nil {
		c.showTenancyWith(w, r, http.StatusUnprocessableEntity, tenancyContent{Error: simulated.ErrorAnswer{Typed: typed, Problem: simulated.Sentence(err)}})
		return
	}
	_, _ = c.change(w, r, "#error-answer", func(t *tenancy) error { t.override = chosen; return nil })
}

func (c *console) clearOverride(w http.ResponseWriter, r *http.Request) {
	_, _ = c.change(w, r, "#error-answer", func(t *tenancy) error { t.override = nil; return nil })
}

func (c *console) serveShell(w http.ResponseWriter, r *http.Request) {
	var t Tenancy
	if err := c.simulator.change(r.PathValue("tenancy"), func(found *tenancy) { t = found.Tenancy }); err != nil {
		c.Missing(w, r)
		return
	}
	c.ServeShell(w, r, c.simulator.shells, simulated.ShellPage{
		Account: t.ID, Navigation: t.navigation(), Commands: ociNames(),
		Lead: fmt.Sprintf("Signed in as the administrator of %s, in %s.", t.Name, t.Shell),
	})
}
