package azuresim

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// keptRuns is how many runs of the shell can be looked at again.
const keptRuns = 50

// shellRun is one press of the button.
type shellRun struct {
	number  int
	results []shellResult
}

// shellContent is the page of the Cloud Shell.
type shellContent struct {
	Command  string // as typed
	Problem  string
	Results  []shellResult
	Commands []string // what is simulated
}

func (p *portal) showShell(w http.ResponseWriter, r *http.Request) {
	number, _ := strconv.Atoi(r.URL.Query().Get("run"))
	p.showShellWith(w, "", p.findRun(number), nil)
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
	number := p.keepRun(p.shell.run(command))
	http.Redirect(w, r, fmt.Sprintf("/cloud-shell?run=%d#output", number), http.StatusSeeOther)
}

func (p *portal) showShellWith(w http.ResponseWriter, command string, results []shellResult, err error) {
	c := shellContent{Command: command, Results: results}
	var status int
	c.Problem, status = problem(err)
	for _, known := range shellCommands() {
		c.Commands = append(c.Commands, "az "+known.name)
	}
	p.show(w, status, "shell", page{Title: "Cloud Shell", Section: "shell", Content: c})
}

// keepRun numbers a run and forgets the oldest.
func (p *portal) keepRun(results []shellResult) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	number := 1
	if n := len(p.runs); n > 0 {
		number = p.runs[n-1].number + 1
	}
	p.runs = append(p.runs, shellRun{number, results})
	if len(p.runs) > keptRuns {
		p.runs = slices.Delete(p.runs, 0, 1)
	}
	return number
}

func (p *portal) findRun(number int) []shellResult {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, run := range p.runs {
		if run.number == number {
			return run.results
		}
	}
	return nil
}
