package awssim

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
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
		Name: "Simulated AWS console", Kind: "Console", NotVendor: "Not Amazon.", Home: "Simulated AWS", Navigation: []simulated.Link{{Text: "Accounts", Path: "/"}},
		Color: simulated.Accent{Light: "#8a4b00", Dark: "#f2b766", OnLight: "#fff", OnDark: "#291a05"}, Templates: templates,
	}}
	return c, c.Load()
}

// handler is the entire console: every address of its own stands here.
func (c *console) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", c.listAccounts)
	mux.HandleFunc("GET /accounts/{account}", c.showAccount)
	mux.HandleFunc("POST /accounts/{account}/trust-anchors", c.createAnchor)
	mux.HandleFunc("POST /accounts/{account}/trust-anchors/{id}", c.changeAnchor)
	mux.HandleFunc("POST /accounts/{account}/roles", c.createRole)
	mux.HandleFunc("POST /accounts/{account}/roles/{role}", c.changeRole)
	mux.HandleFunc("POST /accounts/{account}/profiles", c.createProfile)
	mux.HandleFunc("POST /accounts/{account}/profiles/{id}", c.changeProfile)
	mux.HandleFunc("POST /accounts/{account}/error-answer", c.setOverride)
	mux.HandleFunc("POST /accounts/{account}/error-answer/delete", c.clearOverride)
	mux.HandleFunc("GET /accounts/{account}/cloudshell", c.serveShell)
	mux.HandleFunc("POST /accounts/{account}/cloudshell", c.serveShell)
	return c.Handler(mux)
}

// path is the address of an account's page.
func (a Account) path() string { return "/accounts/" + a.Number }

// navigation leads to the pages of an account.
func (a Account) navigation() []simulated.Link {
	return []simulated.Link{{Text: a.Name, Path: a.path()}, {Text: "CloudShell", Path: a.path() + "/cloudshell"}}
}

func (c *console) listAccounts(w http.ResponseWriter, _ *http.Request) {
	var all []simulated.Case
	for _, story := range Stories() {
		_ = c.simulator.change(story.Number, func(a *account) {
			all = append(all, simulated.Case{Name: a.Name, Path: a.path(), Outcome: a.Outcome, Now: a.override.Now(), IDs: []simulated.CaseID{{
				Term: "Account ID", Value: simulated.Value{ID: "account-" + a.Number, Label: "the account ID of " + a.Name, Text: a.Number},
				Link: &simulated.Link{Text: "Open CloudShell", Path: a.path() + "/cloudshell", Label: "Open the CloudShell of " + a.Name},
			}}})
		})
	}
	c.Show(w, http.StatusOK, "accounts", simulated.Page{Title: "Accounts", Path: "/", Content: all})
}

// copyableARN is an ARN with its button.
func copyableARN(id, name, text string) simulated.Value {
	return simulated.Value{ID: id, Doc: name, Label: "the ARN of " + name, Text: text}
}

// thing is a trust anchor, a profile or a role of an account.
type thing struct {
	Key, Name string
	ARN       simulated.Value
	On        bool
	Policies  []string
	Trust     string
}

// accountContent is the page of an account, with what was typed if it comes back.
type accountContent struct {
	Account
	Anchors, Profiles, Roles []thing
	Managed                  []string

	AnchorName, AnchorBundle, AnchorProblem                  string
	RoleName, RoleTrust, RolePolicy, RoleInline, RoleProblem string
	ProfileName, ProfileRole, ProfileProblem                 string
	Error                                                    simulated.ErrorAnswer
}

// describe fills in what is in an account. The world is locked.
func (c *console) describe(a *account, content accountContent) accountContent {
	content.Account = a.Account
	content.Error.Action, content.Error.Now, content.Error.Stages, content.Error.Codes = a.path()+"/error-answer", a.override.Now(), Stages(), c.codes
	for i, t := range a.anchors {
		content.Anchors = append(content.Anchors, thing{Key: t.id, Name: t.name, On: t.enabled, ARN: copyableARN(fmt.Sprint("anchor-", i), "the trust anchor "+t.name, t.arn)})
	}
	for i, p := range a.profiles {
		content.Profiles = append(content.Profiles, thing{Key: p.id, Name: p.name, On: p.enabled, ARN: copyableARN(fmt.Sprint("profile-", i), "the profile "+p.name, p.arn)})
	}
	for i, name := range slices.Sorted(maps.Keys(a.roles)) {
		r := a.roles[name]
		one := thing{Name: r.name, Trust: r.trustText, ARN: copyableARN(fmt.Sprint("role-", i), "the role "+r.name, r.arn)}
		for _, arn := range r.attached {
			one.Policies = append(one.Policies, lastPart(arn))
		}
		one.Policies = append(one.Policies, slices.Sorted(maps.Keys(r.inline))...)
		content.Roles = append(content.Roles, one)
	}
	content.Managed = managedNames()
	return content
}

func (c *console) showAccount(w http.ResponseWriter, r *http.Request) {
	c.showAccountWith(w, r, http.StatusOK, accountContent{})
}

func (c *console) showAccountWith(w http.ResponseWriter, r *http.Request, status int, content accountContent) {
	err := c.simulator.change(r.PathValue("account"), func(a *account) { content = c.describe(a, content) })
	if err != nil {
		c.Missing(w, r)
		return
	}
	c.Show(w, status, "account", simulated.Page{Title: content.Name, Path: content.path(), Navigation: content.navigation(), Content: content})
}

// change does something in the account of the address, and leads back to its page.
func (c *console) change(w http.ResponseWriter, r *http.Request, section string, do func(*account) error) (problem string, done bool) {
	var failure error
	if err := c.simulator.change(r.PathValue("account"), func(a *account) { failure = do(a) }); err != nil {
		c.Missing(w, r)
		return "", true
	}
	if failure != nil {
		return sayRefused(failure), false
	}
	http.Redirect(w, r, "/accounts/"+r.PathValue("account")+"#"+section, http.StatusSeeOther)
	return "", true
}

func sayRefused(err error) string {
	var refused *refusal
	if errors.As(err, &refused) {
		return refused.message
	}
	return err.Error()
}

func (c *console) createAnchor(w http.ResponseWriter, r *http.Request) {
	content := accountContent{AnchorName: strings.TrimSpace(r.PostFormValue("name")), AnchorBundle: r.PostFormValue("bundle")}
	problem, done := c.change(w, r, "trust-anchors", func(a *account) error {
		_, err := c.simulator.world.createAnchor(a, a.Region, content.AnchorName, strings.TrimSpace(content.AnchorBundle), true)
		return err
	})
	if !done {
		content.AnchorProblem = problem
		c.showAccountWith(w, r, http.StatusUnprocessableEntity, content)
	}
}

func (c *console) changeAnchor(w http.ResponseWriter, r *http.Request) {
	id, do := r.PathValue("id"), r.PostFormValue("do")
	_, _ = c.change(w, r, "trust-anchors", func(a *account) error {
		for _, t := range a.anchors {
			if t.id == id {
				t.enabled = do == "enable"
			}
		}
		if do == "delete" {
			a.anchors = slices.DeleteFunc(a.anchors, func(t *anchor) bool { return t.id == id })
		}
		return nil
	})
}

func (c *console) createRole(w http.ResponseWriter, r *http.Request) {
	content := accountContent{RoleName: strings.TrimSpace(r.PostFormValue("name")), RoleTrust: r.PostFormValue("trust"), RolePolicy: r.PostFormValue("policy"), RoleInline: r.PostFormValue("inline")}
	problem, done := c.change(w, r, "roles", func(a *account) error {
		made, err := c.simulator.world.createRole(a, content.RoleName, "/", content.RoleTrust, 3600)
		if err != nil {
			return err
		}
		err = a.attach(made, "arn:"+a.Partition+":iam::aws:policy/"+content.RolePolicy)
		if err == nil && strings.TrimSpace(content.RoleInline) != "" {
			err = a.putPolicy(made, "preflight", content.RoleInline) // as the program asks people to name it
		}
		if err != nil {
			delete(a.roles, made.name)
		}
		return err
	})
	if !done {
		content.RoleProblem = problem
		c.showAccountWith(w, r, http.StatusUnprocessableEntity, content)
	}
}

func (c *console) changeRole(w http.ResponseWriter, r *http.Request) {
	name, do, trust := r.PathValue("role"), r.PostFormValue("do"), r.PostFormValue("trust")
	problem, done := c.change(w, r, "roles", func(a *account) error {
		made := a.roles[name]
		switch {
		case made == nil:
			return nil
		case do == "delete":
			delete(a.roles, name)
			return nil
		}
		parsed, err := parsePolicy(trust, true)
		if err == nil {
			made.trustText, made.trust = trust, parsed
		}
		return err
	})
	if !done {
		c.showAccountWith(w, r, http.StatusUnprocessableEntity, accountContent{RoleProblem: problem})
	}
}

func (c *console) createProfile(w http.ResponseWriter, r *http.Request) {
	content := accountContent{ProfileName: strings.TrimSpace(r.PostFormValue("name")), ProfileRole: r.PostFormValue("role")}
	problem, done := c.change(w, r, "profiles", func(a *account) error {
		if content.ProfileRole == "" {
			return refuse(http.StatusBadRequest, "ValidationException", "Create a role first.")
		}
		_, err := c.simulator.world.createProfile(a, a.Region, profile{name: content.ProfileName, roles: []string{content.ProfileRole}, enabled: true, duration: 3600})
		return err
	})
	if !done {
		content.ProfileProblem = problem
		c.showAccountWith(w, r, http.StatusUnprocessableEntity, content)
	}
}

func (c *console) changeProfile(w http.ResponseWriter, r *http.Request) {
	id, do := r.PathValue("id"), r.PostFormValue("do")
	_, _ = c.change(w, r, "profiles", func(a *account) error {
		for _, p := range a.profiles {
			if p.id == id {
				p.enabled = do == "enable"
			}
		}
		if do == "delete" {
			a.profiles = slices.DeleteFunc(a.profiles, func(p *profile) bool { return p.id == id })
		}
		return nil
	})
}

func (c *console) setOverride(w http.ResponseWriter, r *http.Request) {
	typed := simulated.OverrideFrom(r)
	chosen, err := overrides.Read(typed)
	if err != nil {
		c.showAccountWith(w, r, http.StatusUnprocessableEntity, accountContent{Error: simulated.ErrorAnswer{Typed: typed, Problem: simulated.Sentence(err)}})
		return
	}
	_, _ = c.change(w, r, "error-answer", func(a *account) error { a.override = chosen; return nil })
}

func (c *console) clearOverride(w http.ResponseWriter, r *http.Request) {
	_, _ = c.change(w, r, "error-answer", func(a *account) error { a.override = nil; return nil })
}

func (c *console) serveShell(w http.ResponseWriter, r *http.Request) {
	var a Account
	if err := c.simulator.change(r.PathValue("account"), func(found *account) { a = found.Account }); err != nil {
		c.Missing(w, r)
		return
	}
	c.ServeShell(w, r, c.simulator.shells, simulated.ShellPage{
		Account: a.Number, Navigation: a.navigation(), Commands: awsNames(),
		Lead: fmt.Sprintf("Signed in as the administrator of %s (%s), in %s.", a.Name, a.Number, a.Region),
	})
}
