package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestEveryFaultHasACodeOfItsOwn reads the sources: two faults with one code
// would be taken for each other.
func TestEveryFaultHasACodeOfItsOwn(t *testing.T) {
	form := regexp.MustCompile(`^[a-z]+\.[a-z]+(-[a-z]+)*$`)
	seen := map[string]string{}
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			made, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := made.X.(*ast.Ident); !ok || x.Name != "fault" || made.Sel.Name != "New" {
				return true
			}
			literal, ok := call.Args[1].(*ast.BasicLit)
			if !ok {
				t.Errorf("%s: a fault's code is not written out", file)
				return true
			}
			code, _ := strconv.Unquote(literal.Value)
			if !form.MatchString(code) {
				t.Errorf("%s: %q is no code", file, code)
			}
			if seen[code] != "" {
				t.Errorf("%s: %q is also a code of %s", file, code, seen[code])
			}
			seen[code] = file
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(seen) < 100 {
		t.Errorf("%d faults were found", len(seen))
	}
}
