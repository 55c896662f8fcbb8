package azuresim

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"mooring/cloud/simulated"
)

// shellContent is the page of the Cloud Shell.
type shellContent struct {
	Command  string // as typed
	Problem  string
	Results  []shellResult
	Commands []string // what is simulated
}

func (p *portal) showShell(w http.ResponseWriter, r *http.Request) {
	number, _ := strconv.Atoi(r.URL.Query().Get("run"))
	results, _ := p.runs.Find(number)
	p.showShellWith(w, "", results, nil)
}

func (p *portal) runShell(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		p.showShellWith(w, "", nil, formError(err))
		return
	}
	command := r.PostForm.Get("command")
	if strings.TrimSpace(command) == "" {
		p.showShellWith(w, command, nil, refuse("Paste a command first."))
		return
	}
	number := p.runs.Keep(p.shell.run(command))
	http.Redirect(w, r, fmt.Sprintf("/cloud-shell?run=%d#output", number), http.StatusSeeOther)
}

func (p *portal) showShellWith(w http.ResponseWriter, command string, results []shellResult, err error) {
	c := shellContent{Command: command, Results: results}
	var status int
	c.Problem, status = problem(err)
	for _, known := range shellCommands() {
		c.Commands = append(c.Commands, "az "+known.name)
	}
	p.Show(w, status, "shell", simulated.Page{Title: "Cloud Shell", Path: "/cloud-shell", Content: c})
}
