package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport says which of our packages a package may import, beside its own
// sub-packages. Arrows point to the domain, which knows no HTTP server, no SQL
// and no HTML. cmd/mooring may import everything.
var mayImport = map[string][]string{
	"fault":              {},
	"static":             {},
	"text":               {},
	"secret":             {"fault"},
	"audit":              {"fault", "secret", "text"},
	"certificate":        {"audit", "fault", "secret"},
	"account":            {"audit", "fault", "secret", "text"},
	"cloud":              {"certificate", "fault", "secret"},
	"cloud/aws":          {"cloud", "cloud/staged", "cloud/wire", "fault", "secret", "text"},
	"cloud/digitalocean": {"cloud", "cloud/staged", "cloud/wire", "fault", "secret", "text"},
	"cloud/azure":        {"certificate", "cloud", "cloud/wire", "fault", "text"},
	"grant":              {"cloud", "secret"},
	"credential":         {"account", "audit", "certificate", "cloud", "fault", "secret", "text"},
	"register":           {"audit", "cloud", "credential", "fault", "text"},
	"jobs":               {"audit", "cloud", "credential", "fault", "register", "text"},
	"review":             {"account", "audit", "cloud", "credential", "fault", "register", "review/evidence1", "text"},
	"renewal":            {"audit", "certificate", "cloud", "credential", "fault"},
	"db":                 {"account", "audit", "certificate", "cloud", "credential", "db/registerquery", "fault", "grant", "jobs", "register", "renewal", "review", "secret"},
	"views":              {"account", "audit", "certificate", "cloud", "credential", "fault", "jobs", "register", "renewal", "review", "static", "text", "walkthrough"},
	"identity":           {"account", "fault", "identity/oidc", "secret", "text"},
	"passkey":            {"account", "fault"},
	"mail":               {"fault", "secret", "text"},
	"handlers":           {"account", "audit", "certificate", "cloud", "credential", "fault", "identity", "jobs", "register", "renewal", "review", "secret", "static", "text", "views", "walkthrough"},
	"cloud/oracle":       {"certificate", "cloud", "cloud/staged", "cloud/wire", "fault", "text"},

	"cloud/google":  {"cloud", "cloud/staged", "cloud/wire", "fault", "secret", "text"},
	"cloud/staged":  {"cloud", "cloud/wire", "text"},
	"cloud/wire":    {},
	"identity/oidc": {"secret", "text"},

	"walkthrough":        {},
	"walkthrough/camera": {"walkthrough"},
	"docs/walkthroughs":  {},

	"review/evidence1":      {}, // frozen: it must not change when anything else does
	"cloud/azure/azuresim":  {"cloud/simulated"},
	"cloud/simulated":       {}, // only for simulators
	"cloud/cloudtest":       {"audit", "certificate", "cloud", "fault", "secret"},
	"db/dbtest":             {"audit", "db", "secret"},
	"db/registerquery":      {"credential", "register"},
	"identity/identitytest": {},
	"e2e/browser":           {"cloud/azure/azuresim"},

	"cloud/digitalocean/dosim":        {"cloud/simulated"},
	"cloud/aws/awssim":                {"cloud/simulated"}, // it verifies what cloud/aws signs
	"cloud/digitalocean/vendorclient": {},
	"cloud/aws/vendorclient":          {},                  // a module of its own
	"cloud/oracle/oraclesim":          {"cloud/simulated"}, // it verifies what cloud/oracle signs
	"cloud/oracle/vendorclient":       {},                  // a module of its own
	"cloud/google/googlesim":          {"cloud/simulated"}, // it verifies what cloud/google signs
	"cloud/google/vendorclient":       {},                  // a module of its own
}

// keptOut says what a package must not import from outside.
var keptOut = map[string][]string{
	"account": {"net/http", "database/sql", "echo", "templ"}, "audit": {"net/http", "database/sql", "echo", "templ"},
	"certificate": {"net/http", "database/sql", "echo", "templ"}, "credential": {"net/http", "database/sql", "echo", "templ"},
	"register": {"net/http", "database/sql", "echo", "a-h/templ"}, "renewal": {"net/http", "database/sql", "echo", "templ"}, "jobs": {"net/http", "database/sql", "echo", "a-h/templ"},
	"review": {"net/http", "database/sql", "echo", "a-h/templ"}, "walkthrough": {"chromedp", "database/sql", "echo", "a-h/templ"},
	"cloud": {"net/http", "database/sql", "echo", "templ"}, "views": {"net/http", "database/sql", "echo"},
	"handlers": {"database/sql", "modernc.org"}, "identity": {"database/sql", "echo", "templ"}, "passkey": {"net/http", "database/sql", "echo", "templ"}, "db": {"net/http", "echo", "templ"}, "db/registerquery": {"net/http", "modernc.org", "echo", "templ"},
}

const module = "mooring/"

func TestImportsPointToTheDomain(t *testing.T) {
	root := filepath.Join("..", "..")
	found := map[string]bool{}
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && file != root && strings.HasPrefix(entry.Name(), ".") {
			return fs.SkipDir // the tools have a module of their own
		}
		if err != nil || entry.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return err
		}
		relative, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		pkg := path.Dir(filepath.ToSlash(relative))
		if strings.HasPrefix(pkg, "cmd/") {
			return nil
		}
		found[pkg] = true
		allowed, listed := mayImport[pkg]
		if !listed {
			t.Errorf("%s is not in the table", pkg)
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if ours, ok := strings.CutPrefix(imported, module); ok && !slices.Contains(allowed, ours) {
				t.Errorf("%s imports %s", relative, imported)
			}
			for _, outside := range keptOut[pkg] {
				if strings.Contains(imported, outside) {
					t.Errorf("%s imports %s", relative, imported)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range mayImport {
		if !found[pkg] {
			t.Errorf("%s is in the table and not in the tree", pkg)
		}
	}
}
