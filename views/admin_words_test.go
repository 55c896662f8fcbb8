package views

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"mooring/audit"
)

// auditActions reads the actions from their source, so that a new one without
// words is noticed.
func auditActions(t *testing.T) []audit.Action {
	t.Helper()
	files, err := filepath.Glob("../audit/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var found []audit.Action
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(node ast.Node) bool {
			spec, ok := node.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if kind, ok := spec.Type.(*ast.Ident); !ok || kind.Name != "Action" {
				return true
			}
			for _, value := range spec.Values {
				word, err := strconv.Unquote(value.(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				found = append(found, audit.Action(word))
			}
			return true
		})
	}
	return found
}

func TestEveryActionHasWords(t *testing.T) {
	actions, said := auditActions(t), map[string]audit.Action{}
	if len(actions) < 48 {
		t.Fatalf("the source was misread: %v", actions)
	}
	for _, action := range actions {
		words := actionWords[action]
		if words == "" {
			t.Errorf("the audit log has no words for %s", action)
		}
		if other, twice := said[words]; twice {
			t.Errorf("%s and %s are both told as %q", action, other, words)
		}
		said[words] = action
	}
	if len(actionWords) != len(actions) {
		t.Errorf("there are words for %d actions, and %d actions", len(actionWords), len(actions))
	}
}

func TestAnActionWithoutWordsStaysReadable(t *testing.T) {
	if got := did("pier.paint"); got != "pier.paint" {
		t.Errorf("got %q", got)
	}
}

func TestPercentNeverPromisesTheEnd(t *testing.T) {
	for _, c := range []struct{ done, total, want int }{{0, 0, 0}, {0, 10, 0}, {1, 3, 33}, {999_999, 1_000_000, 99}, {10, 10, 100}} {
		if got := percent(c.done, c.total); got != c.want {
			t.Errorf("%d of %d: got %d, want %d", c.done, c.total, got, c.want)
		}
	}
}

func TestAdministrationKnowsWhereOneIs(t *testing.T) {
	for path, want := range map[string]string{
		"/admin/linked-accounts": "Linked accounts", "/admin/linked-accounts/crd_1": "Linked accounts", "/admin/reviews/rev_1/queue": "Reviews",
		"/admin/jobs": "Jobs", "/admin/intake": "Intake policy", "/admin/audit-log": "Audit log", "/admin/people/per_1": "People", "/settings": "", "/admin/jobsworth": "",
	} {
		var current string
		for _, l := range Administration(path) {
			if l.Current {
				current += l.Text
			}
		}
		if current != want {
			t.Errorf("%s: %q is current, want %q", path, current, want)
		}
	}
}

func TestChartSaysWhatItShows(t *testing.T) {
	chart := Chart{Since: "2 October 2026"}
	for outcome, n := range map[ChartOutcome]int{CheckPassed: 57, CheckWaited: 2, CheckFailed: 1} {
		for range n {
			chart.Checks = append(chart.Checks, ChartCheck{Outcome: outcome})
		}
	}
	if got, want := chart.says(), "60 checks since 2 October 2026: 57 passed, 2 waited, 1 failed."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	one := Chart{Since: "today", Checks: []ChartCheck{{Outcome: CheckUnknown}}}
	if got, want := one.says(), "1 check since today: 1 without an answer."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestBarsDifferByShape(t *testing.T) {
	shapes := map[string]ChartOutcome{}
	for _, outcome := range outcomes {
		shape := barShape(0, outcome)
		if other, twice := shapes[shape]; twice {
			t.Errorf("%s looks like %s", outcome, other)
		}
		shapes[shape] = outcome
	}
}

func TestJobSaysHowItWent(t *testing.T) {
	for want, job := range map[string]Job{
		"Succeeded for all 5,000.":                               {Counted: true, Total: 5000, Handled: 5000},
		"Succeeded for the one.":                                 {Counted: true, Total: 1, Handled: 1},
		"Succeeded for 4,988 and failed for 12.":                 {Counted: true, Total: 5000, Handled: 5000, Failed: 12},
		"Succeeded for 8 and failed for 2. 90 were not reached.": {Counted: true, Total: 100, Handled: 10, Failed: 2},
		"Succeeded for 10. 90 were not reached.":                 {Counted: true, Total: 100, Handled: 10},
		"There was nothing to do.":                               {Counted: true},
	} {
		if got := went(job); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	running := Job{Counted: true, Total: 5000, Handled: 2340, Failed: 12, Left: "about 3 minutes left"}
	if got, want := reached(running), "2,340 of 5,000, 12 failed, about 3 minutes left"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
