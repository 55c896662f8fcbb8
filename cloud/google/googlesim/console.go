package googlesim

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
		Name: "Simulated Google Cloud console", Kind: "Console", NotVendor: "Not Google.", Home: "Simulated Google Cloud", Navigation: []simulated.Link{{Text: "Projects", Path: "/"}},
		Color: simulated.Accent{Light: "#0b57d0", Dark: "#a8c7fa", OnLight: "#fff", OnDark: "#062e6f"}, Templates: templates,
	}}
	return c, c.Load()
}

// handler is the entire console: every address of its own stands here.
func (c *console) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", c.listProjects)
	mux.HandleFunc("GET /projects/{project}", c.showProject)
	mux.HandleFunc("POST /projects/{project}/pools/{pool}", c.changePool)
	mux.HandleFunc("POST /projects/{project}/providers/{pool}/{provider}", c.changeProvider)
	mux.HandleFunc("POST /projects/{project}/service-accounts", c.createAccount)
	mux.HandleFunc("POST /projects/{project}/service-accounts/{account}/keys", c.uploadKey)
	mux.HandleFunc("POST /projects/{project}/service-accounts/{account}", c.changeAccount)
	mux.HandleFunc("POST /projects/{project}/permissions", c.changeBinding)
	mux.HandleFunc("POST /projects/{project}/error-answer", c.setOverride)
	mux.HandleFunc("POST /projects/{project}/error-answer/delete", c.clearOverride)
	mux.HandleFunc("GET /projects/{project}/cloudshell", c.serveShell)
	mux.HandleFunc("POST /projects/{project}/cloudshell", c.serveShell)
	return c.Handler(mux)
}

// path is the address of a project's page.
func (p Project) path() string { return "/projects/" + p.ID }

// navigation leads to the pages of a project.
func (p Project) navigation() []simulated.Link {
	return []simulated.Link{{Text: p.Name, Path: p.path()}, {Text: "Cloud Shell", Path: p.path() + "/cloudshell"}}
}

func (c *console) listProjects(w http.ResponseWriter, _ *http.Request) {
	var all []simulated.Case
	for _, told := range append(Stories(), office.Project) {
		_ = c.simulator.change(told.ID, func(p *project) {
			all = append(all, simulated.Case{Name: p.Name, Path: p.path(), Outcome: p.Outcome, Now: p.override.Now(), IDs: []simulated.CaseID{{
				Term: "Project ID", Value: simulated.Value{ID: "project-" + p.Number, Label: "the project ID of " + p.Name, Text: p.ID},
				Link: &simulated.Link{Text: "Open Cloud Shell", Path: p.path() + "/cloudshell", Label: "Open the Cloud Shell of " + p.Name},
			}}})
		})
	}
	c.Show(w, http.StatusOK, "projects", simulated.Page{Title: "Projects", Path: "/", Content: all})
}

// shownPool is a pool of a project's page.
type shownPool struct {
	ID, State string
	On        bool
	Providers []shownProvider
}

type shownProvider struct {
	ID, State, Condition string
	Name                 simulated.Value
	On                   bool
	Fingerprints         []string
}

type shownAccount struct {
	ID      string
	Address simulated.Value
	On      bool
	Keys    []shownKey
}

type shownKey struct {
	ID string
	On bool
}

type shownBinding struct{ Role, Member string }

// projectContent is the page of a project, with what was typed if it comes back.
type projectContent struct {
	Project
	State    string
	Pools    []shownPool
	Accounts []shownAccount
	Bindings []shownBinding

	AccountName, AccountRole, AccountProblem string
	KeyAccount, Key, KeyProblem              string
	BindingProblem                           string
	Roles                                    []string
	Error                                    simulated.ErrorAnswer
}

// describe fills in what is in a project. The world is locked.
func (c *console) describe(p *project, content projectContent) projectContent {
	content.Project, content.State = p.Project, p.state
	content.Error.Action, content.Error.Now, content.Error.Stages, content.Error.Codes = p.path()+"/error-answer", p.override.Now(), Stages(), c.codes
	for _, one := range p.pools {
		shown := shownPool{ID: one.id, State: words(one.disabled, one.deleted), On: !one.disabled}
		for i, provider := range one.providers {
			s := shownProvider{ID: provider.id, State: words(provider.disabled, provider.deleted), On: !provider.disabled, Condition: provider.conditionText,
				Name: simulated.Value{ID: fmt.Sprint("provider-", one.id, "-", i), Doc: "the provider " + provider.id, Label: "the name of the provider " + provider.id, Text: provider.name()}}
			for _, anchor := range provider.anchors {
				s.Fingerprints = append(s.Fingerprints, fingerprint(anchor))
			}
			shown.Providers = append(shown.Providers, s)
		}
		content.Pools = append(content.Pools, shown)
	}
	for _, a := range c.simulator.world.accounts {
		if a.project != p {
			continue
		}
		id, _, _ := strings.Cut(a.address, "@")
		shown := shownAccount{ID: id, On: !a.disabled, Address: simulated.Value{ID: "account-" + id, Doc: "the service account " + id, Label: "the address of the service account " + id, Text: a.address}}
		for _, k := range a.keys {
			shown.Keys = append(shown.Keys, shownKey{k.id, !k.disabled})
		}
		content.Accounts = append(content.Accounts, shown)
	}
	slices.SortFunc(content.Accounts, func(a, b shownAccount) int { return strings.Compare(a.ID, b.ID) })
	for _, b := range p.bindings {
		content.Bindings = append(content.Bindings, shownBinding{b.role, b.member})
	}
	content.Roles = []string{"roles/viewer", "roles/browser", "roles/editor", "roles/owner", "roles/compute.instanceAdmin.v1"}
	return content
}

func words(disabled, deleted bool) string {
	switch {
	case deleted:
		return "deleted"
	case disabled:
		return "disabled"
	}
	return ""
}

func (c *console) showProject(w http.ResponseWriter, r *http.Request) {
	c.showProjectWith(w, r, http.StatusOK, projectContent{})
}

func (c *console) showProjectWith(w http.ResponseWriter, r *http.Request, status int, content projectContent) {
	err := c.simulator.change(r.PathValue("project"), func(p *project) { content = c.describe(p, content) })
	if err != nil {
		c.Missing(w, r)
		return
	}
	c.Show(w, status, "project", simulated.Page{Title: content.Name, Path: content.path(), Navigation: content.navigation(), Content: content})
}

// change does something in the project of the address, and leads back to its page.
func (c *console) change(w http.ResponseWriter, r *http.Request, section string, do func(*project) error) (problem string, done bool) {
	var failure error
	if err := c.simulator.change(r.PathValue("project"), func(p *project) { failure = do(p) }); err != nil {
		c.Missing(w, r)
		return "", true
	}
	if failure != nil {
		return sayRefused(failure), false
	}
	http.Redirect(w, r, "/projects/"+r.PathValue("project")+"#"+section, http.StatusSeeOther)
	return "", true
}

func sayRefused(err error) string {
	var refused *refusal
	if errors.As(err, &refused) {
		return refused.message
	}
	return err.Error()
}

func (c *console) changePool(w http.ResponseWriter, r *http.Request) {
	id, do := r.PathValue("pool"), r.PostFormValue("do")
	_, _ = c.change(w, r, "pools", func(p *project) error {
		if one := p.pool(id); one != nil {
			switch do {
			case "delete", "undelete":
				one.deleted = do == "delete"
			case "enable", "disable":
				one.disabled = do == "disable"
			}
		}
		return nil
	})
}

func (c *console) changeProvider(w http.ResponseWriter, r *http.Request) {
	pool, id, do := r.PathValue("pool"), r.PathValue("provider"), r.PostFormValue("do")
	_, _ = c.change(w, r, "pools", func(p *project) error {
		if one := p.pool(pool); one != nil && one.provider(id) != nil {
			one.provider(id).disabled = do == "disable"
		}
		return nil
	})
}

func (c *console) createAccount(w http.ResponseWriter, r *http.Request) {
	content := projectContent{AccountName: strings.TrimSpace(r.PostFormValue("name")), AccountRole: r.PostFormValue("role")}
	problem, done := c.change(w, r, "service-accounts", func(p *project) error {
		a, err := c.simulator.world.createAccount(p, content.AccountName)
		if err == nil {
			err = c.simulator.world.bind(p, content.AccountRole, "serviceAccount:"+a.address)
		}
		return err
	})
	if !done {
		content.AccountProblem = problem
		c.showProjectWith(w, r, http.StatusUnprocessableEntity, content)
	}
}

// address is that of the service account in the address of a request.
func (p *project) address(r *http.Request) string {
	return r.PathValue("account") + "@" + p.ID + ".iam.gserviceaccount.com"
}

func (c *console) uploadKey(w http.ResponseWriter, r *http.Request) {
	content := projectContent{KeyAccount: r.PathValue("account"), Key: r.PostFormValue("certificate")}
	problem, done := c.change(w, r, "service-accounts", func(p *project) error {
		a := c.simulator.world.accounts[p.address(r)]
		if a == nil {
			return nil
		}
		_, err := a.upload(strings.TrimSpace(content.Key))
		return err
	})
	if !done {
		content.KeyProblem = problem
		c.showProjectWith(w, r, http.StatusUnprocessableEntity, content)
	}
}

func (c *console) changeAccount(w http.ResponseWriter, r *http.Request) {
	do, id := r.PostFormValue("do"), r.PostFormValue("key")
	_, _ = c.change(w, r, "service-accounts", func(p *project) error {
		a := c.simulator.world.accounts[p.address(r)]
		if a == nil {
			return nil
		}
		switch do {
		case "enable", "disable":
			a.disabled = do == "disable"
		case "delete":
			delete(c.simulator.world.accounts, a.address)
		case "delete-key":
			a.keys = slices.DeleteFunc(a.keys, func(k *key) bool { return k.id == id })
		case "enable-key":
			for _, k := range a.keys {
				k.disabled = k.disabled && k.id != id
			}
		}
		return nil
	})
}

// changeBinding gives a role or takes it away.
func (c *console) changeBinding(w http.ResponseWriter, r *http.Request) {
	role, member := r.PostFormValue("role"), strings.TrimSpace(r.PostFormValue("member"))
	problem, done := c.change(w, r, "permissions", func(p *project) error {
		if r.PostFormValue("do") == "remove" {
			return p.unbind(role, member)
		}
		return c.simulator.world.bind(p, role, member)
	})
	if !done {
		c.showProjectWith(w, r, http.StatusUnprocessableEntity, projectContent{BindingProblem: problem})
	}
}

func (c *console) setOverride(w http.ResponseWriter, r *http.Request) {
	content := projectContent{Error: simulated.ErrorAnswer{Typed: simulated.OverrideFrom(r)}}
	chosen, err := overrides.Read(content.Error.Typed)
	if err != nil {
		content.Error.Problem = simulated.Sentence(err)
		c.showProjectWith(w, r, http.StatusUnprocessableEntity, content)
		return
	}
	_, _ = c.change(w, r, "error-answer", func(p *project) error { p.override = chosen; return nil })
}

func (c *console) clearOverride(w http.ResponseWriter, r *http.Request) {
	_, _ = c.change(w, r, "error-answer", func(p *project) error { p.override = nil; return nil })
}

func (c *console) serveShell(w http.ResponseWriter, r *http.Request) {
	var told Project
	if err := c.simulator.change(r.PathValue("project"), func(p *project) { told = p.Project }); err != nil {
		c.Missing(w, r)
		return
	}
	c.ServeShell(w, r, c.simulator.shells, simulated.ShellPage{Account: told.ID, Navigation: told.navigation(), Commands: gcloudNames(),
		Lead: "You are signed in as an owner of " + told.Name + ", which is selected as the project."})
}
