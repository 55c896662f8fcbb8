package browser

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
)

func (n *notes) add(problem string) { n.problems = append(n.problems, problem) }

func (n *notes) request(address string) {
	u, err := url.Parse(address)
	if err == nil && (u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "ws" || u.Scheme == "wss") && !slices.Contains(n.hosts, u.Host) {
		n.add("a request to another host: " + address)
	}
}

func (n *notes) response(r *network.Response) {
	if r.Status >= 500 {
		n.add(fmt.Sprintf("answered %d: %s", r.Status, r.URL))
	}
}

func (n *notes) expect(words string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.expected = append(n.expected, words)
}

func (n *notes) unexpected() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(n.problems), func(problem string) bool {
		return slices.ContainsFunc(n.expected, func(words string) bool { return strings.Contains(problem, words) })
	})
}

func consoleText(e *runtime.EventConsoleAPICalled) string {
	var words []string
	for _, argument := range e.Args {
		if len(argument.Value) > 0 {
			words = append(words, string(argument.Value))
		} else {
			words = append(words, argument.Description)
		}
	}
	return string(e.Type) + " " + strings.Join(words, " ")
}

func exceptionText(d *runtime.ExceptionDetails) string {
	if d.Exception != nil && d.Exception.Description != "" {
		return d.Exception.Description
	}
	return d.Text
}

func issueText(issue *audits.InspectorIssue) string {
	said, err := json.Marshal(issue.Details)
	if err != nil {
		said = []byte(err.Error())
	}
	return string(issue.Code) + " " + string(said)
}

// Allow lets pages ask one more host.
func (n *notes) Allow(host string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.hosts = append(n.hosts, host)
}
