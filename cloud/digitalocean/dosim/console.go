package dosim

import (
	"embed"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"time"

	"mooring/cloud/simulated"
)

//go:embed console
var consoleFiles embed.FS

// console is the simulated control panel.
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
		Name: "Simulated DigitalOcean", Kind: "Control panel", NotVendor: "Not DigitalOcean.", Home: "Simulated DigitalOcean", Navigation: []simulated.Link{{Text: "Teams", Path: "/"}},
		Color: simulated.Accent{Light: "#0b5cad", Dark: "#8ec5ff", OnLight: "#fff", OnDark: "#06203d"}, Templates: templates,
	}}
	return c, c.Load()
}

func (c *console) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", c.listTeams)
	mux.HandleFunc("GET /teams/{team}", c.showTeam)
	mux.HandleFunc("POST /teams/{team}/revoke", c.revoke)
	mux.HandleFunc("POST /teams/{team}/error-answer", c.setOverride)
	mux.HandleFunc("POST /teams/{team}/error-answer/delete", c.clearOverride)
	mux.HandleFunc("GET /v1/oauth/authorize", c.ask)
	return c.Handler(mux)
}

func (t Team) path() string { return "/teams/" + t.ID }

func (c *console) listTeams(w http.ResponseWriter, _ *http.Request) {
	var all []simulated.Case
	for _, story := range Stories() {
		_ = c.simulator.change(story.ID, func(t *team) {
			all = append(all, simulated.Case{Name: t.Name, Path: t.path(), Outcome: t.Outcome, Now: t.override.Now(),
				IDs: []simulated.CaseID{{Term: "Team ID", Value: simulated.Value{ID: "team-" + t.ID, Label: "the team ID of " + t.Name, Text: t.ID}}}})
		})
	}
	c.Show(w, http.StatusOK, "teams", simulated.Page{Title: "Teams", Path: "/", Content: all})
}

// teamContent is the page of a team.
type teamContent struct {
	Team
	Grants []grantRow
	Error  simulated.ErrorAnswer
}

type grantRow struct{ Client, Scope, At, State string }

func (c *console) showTeam(w http.ResponseWriter, r *http.Request) {
	c.showTeamWith(w, r, http.StatusOK, simulated.ErrorAnswer{})
}

func (c *console) showTeamWith(w http.ResponseWriter, r *http.Request, status int, typed simulated.ErrorAnswer) {
	var content teamContent
	err := c.simulator.change(r.PathValue("team"), func(t *team) {
		content.Team, content.Error = t.Team, typed
		content.Error.Action, content.Error.Now, content.Error.Stages, content.Error.Codes = t.path()+"/error-answer", t.override.Now(), Stages(), c.codes
		for _, g := range t.grants {
			row := grantRow{Client: "Mooring (" + g.client.id + ")", Scope: g.scope, At: g.at.UTC().Format(time.DateTime) + " UTC", State: "allowed"}
			if g.revoked {
				row.State = "revoked"
			}
			content.Grants = append(content.Grants, row)
		}
	})
	if err != nil {
		c.Missing(w, r)
		return
	}
	c.Show(w, status, "team", simulated.Page{Title: content.Name, Path: content.path(), Navigation: []simulated.Link{{Text: content.Name, Path: content.path()}}, Content: content})
}

func (c *console) revoke(w http.ResponseWriter, r *http.Request) {
	if err := c.simulator.RevokeGrants(r.PathValue("team")); err != nil {
		c.Missing(w, r)
		return
	}
	http.Redirect(w, r, "/teams/"+r.PathValue("team")+"#applications", http.StatusSeeOther)
}

func (c *console) setOverride(w http.ResponseWriter, r *http.Request) {
	chosen := simulated.OverrideFrom(r)
	if _, err := overrides.Read(chosen); err != nil {
		c.showTeamWith(w, r, http.StatusUnprocessableEntity, simulated.ErrorAnswer{Typed: chosen, Problem: simulated.Sentence(err)})
		return
	}
	if err := c.simulator.SetOverride(r.PathValue("team"), chosen); err != nil {
		c.Missing(w, r)
		return
	}
	http.Redirect(w, r, "/teams/"+r.PathValue("team")+"#error-answer", http.StatusSeeOther)
}

func (c *console) clearOverride(w http.ResponseWriter, r *http.Request) {
	if err := c.simulator.ClearOverride(r.PathValue("team")); err != nil {
		c.Missing(w, r)
		return
	}
	http.Redirect(w, r, "/teams/"+r.PathValue("team")+"#error-answer", http.StatusSeeOther)
}

// question is what a client asks a person.
type question struct{ client, redirect, scope, state, challenge string }

var errQuestion = errors.New("the address doesn't ask for a code with a proof of possession (PKCE, S256)")

func questionOf(query url.Values) (question, error) {
	q := question{query.Get("client_id"), query.Get("redirect_uri"), query.Get("scope"), query.Get("state"), query.Get("code_challenge")}
	if query.Get("response_type") != "code" || query.Get("code_challenge_method") != "S256" || len(q.challenge) != 43 || q.state == "" || q.scope == "" {
		return question{}, errQuestion
	}
	return q, nil
}

func readQuestion(address string) (question, error) {
	u, err := url.Parse(address)
	if err != nil {
		return question{}, err
	}
	return questionOf(u.Query())
}

// allow is the query with which the browser comes back to whoever asked. The world is
// locked.
func (w *world) allow(q question, t *team) (string, error) {
	c, err := w.findClient(q.client, q.redirect)
	if err != nil {
		return "", err
	}
	code, err := w.consent(c, t, q.scope, q.redirect, q.challenge)
	if err != nil {
		return "", err
	}
	return url.Values{"code": {code}, "state": {q.state}}.Encode(), nil
}

// askContent is the page on which a person consents.
type askContent struct {
	Problem string
	Scope   string
	Cancel  string // address of whoever asked
	Teams   []askTeam
}

type askTeam struct {
	Team
	Address string // with the answer
}

// ask shows the question. Each choice is a link that leads back: the content policy lets
// forms lead to this site only.
func (c *console) ask(w http.ResponseWriter, r *http.Request) {
	q, err := questionOf(r.URL.Query())
	if world := c.simulator.world; err == nil {
		world.mu.Lock()
		_, err = world.findClient(q.client, q.redirect)
		world.mu.Unlock()
	}
	if err != nil {
		c.Show(w, http.StatusBadRequest, "authorize", simulated.Page{Title: "Authorize application", Content: askContent{Problem: simulated.Sentence(err)}})
		return
	}
	content := askContent{Scope: q.scope, Cancel: q.redirect + "?" + url.Values{"error": {"access_denied"}, "state": {q.state}}.Encode()}
	for _, t := range Stories() {
		again := r.URL.Query()
		again.Set("team", t.ID)
		content.Teams = append(content.Teams, askTeam{t, "/v1/oauth/authorize?" + again.Encode()})
	}
	if chosen := r.URL.Query().Get("team"); chosen != "" {
		c.comeBack(w, r, q, chosen)
		return
	}
	c.Show(w, http.StatusOK, "authorize", simulated.Page{Title: "Authorize application", Content: content})
}

// comeBack leads the browser back to whoever asked, with a code for the team.
func (c *console) comeBack(w http.ResponseWriter, r *http.Request, q question, chosen string) {
	world := c.simulator.world
	world.mu.Lock()
	t := world.teams[chosen]
	var query string
	err := errors.New("there is no such team")
	if t != nil {
		query, err = world.allow(q, t)
	}
	world.mu.Unlock()
	if err != nil {
		c.Show(w, http.StatusBadRequest, "authorize", simulated.Page{Title: "Authorize application", Content: askContent{Problem: simulated.Sentence(err)}})
		return
	}
	http.Redirect(w, r, q.redirect+"?"+query, http.StatusSeeOther)
}
