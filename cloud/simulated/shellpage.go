package simulated

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// KeptRuns is how many runs of a shell can be looked at again.
const KeptRuns = 50

// Runs keeps the latest runs of a shell, with what a page needs of each. The zero value is
// ready for use.
type Runs[T any] struct {
	mu   sync.Mutex
	last int // number
	kept []T
}

// Keep numbers a run, from 1, and forgets the oldest.
func (r *Runs[T]) Keep(run T) (number int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last++
	r.kept = append(r.kept, run)
	if len(r.kept) > KeptRuns {
		r.kept = slices.Delete(r.kept, 0, 1)
	}
	return r.last
}

// Find gives a run, if it is kept.
func (r *Runs[T]) Find(number int) (run T, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	at := len(r.kept) - 1 - (r.last - number)
	if at < 0 || at >= len(r.kept) {
		return run, false
	}
	return r.kept[at], true
}

// shellRun is one press of the button.
type shellRun struct {
	account         string
	Command, Output string
	Failed          bool
}

// ShellPage is the page of an account's shell.
type ShellPage struct {
	Account    string   // whose shell it is
	Navigation []Link   // see Page; it has the page itself
	Lead       string   // a sentence: who is signed in to what
	Commands   []string // that are simulated, for the list on the page
}

// shellContent is what the template needs.
type shellContent struct {
	ShellPage
	Programs string // as in "aws and cat"
	Action   string
	Command  string // as typed
	Problem  string
	Run      *shellRun
}

// ServeShell shows the page of an account's shell for GET, and runs what was posted for
// POST. Call it for both at the same address, once you know that the account exists.
func (c *Console) ServeShell(w http.ResponseWriter, r *http.Request, s *Shells, page ShellPage) {
	content := shellContent{ShellPage: page, Action: r.URL.Path}
	names := s.programs()
	content.Programs = strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
	status := http.StatusOK
	if r.Method == http.MethodPost {
		content.Command = r.PostFormValue("command")
		if strings.TrimSpace(content.Command) != "" {
			output, failed := s.Run(r.Context(), page.Account, content.Command)
			number := s.runs.Keep(shellRun{account: page.Account, Command: content.Command, Output: output, Failed: failed})
			http.Redirect(w, r, fmt.Sprintf("%s?run=%d#output", r.URL.Path, number), http.StatusSeeOther)
			return
		}
		status, content.Problem = http.StatusUnprocessableEntity, "Paste a command first. It can have up to 64 KB."
	} else {
		number, _ := strconv.Atoi(r.URL.Query().Get("run"))
		if run, ok := s.runs.Find(number); ok && run.account == page.Account {
			content.Run = &run
		}
	}
	c.Show(w, status, "shell", Page{Title: s.Name, Path: r.URL.Path, Navigation: page.Navigation, Content: content})
}
