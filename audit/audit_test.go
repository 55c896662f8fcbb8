package audit_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strconv"
	"testing"

	"mooring/audit"
)

// actions reads the constants from the source, so that a new one is looked at
// without anybody remembering to.
func actions(t *testing.T) map[string]string {
	file, err := parser.ParseFile(token.NewFileSet(), "audit.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "Action" {
			found[spec.Names[0].Name], err = strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
		}
		return true
	})
	return found
}

func TestEveryActionHasAWordOfItsOwn(t *testing.T) {
	all := actions(t)
	if all["LinkCredential"] != string(audit.LinkCredential) || len(all) < 17 {
		t.Fatalf("the source was misread: %v", all)
	}
	form, seen := regexp.MustCompile(`^[a-z]+\.[a-z]+(-[a-z]+)*$`), map[string]string{}
	for name, word := range all {
		if !form.MatchString(word) {
			t.Errorf("%s is written %q, want noun.verb", name, word)
		}
		if other := seen[word]; other != "" {
			t.Errorf("%s and %s are both written %q", name, other, word)
		}
		seen[word] = name
	}
}

func TestTheListOfActionsIsWhole(t *testing.T) {
	listed := map[string]bool{}
	for _, a := range audit.Actions() {
		if listed[string(a)] {
			t.Errorf("%s is listed twice", a)
		}
		listed[string(a)] = true
	}
	for name, word := range actions(t) {
		if !listed[word] {
			t.Errorf("%s is not listed", name)
		}
	}
}

func TestTheSystemIsNobodyWithAnAddress(t *testing.T) {
	if got, want := audit.BySystem(), (audit.Actor{PersonID: audit.System, Name: "Mooring"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
