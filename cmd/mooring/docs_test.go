package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"mooring/cloud/azure/azuresim"
)

// What the documents say about the program is held to the program here.

func readDocument(t *testing.T, path ...string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(append([]string{"..", ".."}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestEveryPromiseNamesTestsThatExist follows the names in docs/security.md. A
// package in code stands before the tests of it, with a colon.
func TestEveryPromiseNamesTestsThatExist(t *testing.T) {
	named := regexp.MustCompile("`([^`]+)`(:?)")
	isTest := regexp.MustCompile(`^(Test|Fuzz)[A-Z]\w*$`)
	tests := map[string]string{} // by package
	pkg, count := "", 0
	for line := range strings.Lines(readDocument(t, "docs", "security.md")) {
		if strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "* ") {
			pkg = ""
		}
		for _, word := range named.FindAllStringSubmatch(line, -1) {
			if word[2] != "" {
				pkg = word[1]
				continue
			}
			if !isTest.MatchString(word[1]) {
				continue
			}
			count++
			if _, read := tests[pkg]; !read {
				tests[pkg] = testsOf(t, pkg)
			}
			if !strings.Contains(tests[pkg], "\nfunc "+word[1]+"(") {
				t.Errorf("docs/security.md names %s of %q, and there is no such test", word[1], pkg)
			}
		}
	}
	if count < 200 {
		t.Errorf("docs/security.md names %d tests only", count)
	}
}

func testsOf(t *testing.T, pkg string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(pkg), "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(content)
	}
	return all.String()
}

// TestTheDocumentsHaveEverySetting compares docs/operations.md with what serve takes.
func TestTheDocumentsHaveEverySetting(t *testing.T) {
	operations := readDocument(t, "docs", "operations.md")
	_, help, _ := program(t, nil, "serve", "--help")
	settings := regexp.MustCompile(`(?m)^  --(\S+)$`).FindAllStringSubmatch(help, -1)
	for _, setting := range settings {
		variable := "MOORING_" + strings.ToUpper(strings.ReplaceAll(setting[1], "-", "_"))
		if row := "| `--" + setting[1] + "` | `" + variable + "` |"; !strings.Contains(operations, row) {
			t.Errorf("docs/operations.md lacks a row that begins with %s", row)
		}
	}
	if len(settings) < 20 {
		t.Errorf("serve lists %d settings only", len(settings))
	}
}

// TestTheDocumentsHaveEveryCommand compares docs/operations.md with what the
// program can do.
func TestTheDocumentsHaveEveryCommand(t *testing.T) {
	operations := readDocument(t, "docs", "operations.md")
	for _, c := range commands() {
		if !regexp.MustCompile("`\\./mooring " + c.name + "[` ]").MatchString(operations) {
			t.Errorf("docs/operations.md does not name ./mooring %s", c.name)
		}
	}
}

// TestTheRecipesNameWhatExists follows the files and tests that CONTRIBUTING.md
// names, so that a recipe still fits after files were moved.
func TestTheRecipesNameWhatExists(t *testing.T) {
	root := filepath.Join("..", "..")
	var tests strings.Builder
	for pkg := range mayImport {
		tests.WriteString(testsOf(t, pkg))
	}
	tests.WriteString(testsOf(t, "cmd/mooring"))
	isTest := regexp.MustCompile(`^Test[A-Z]\w*$`)
	isFile := regexp.MustCompile(`^[a-z][\w/.-]*/[\w.-]+\.(go|sql|templ|md)$`)
	files, names := 0, 0
	for _, word := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(readDocument(t, "CONTRIBUTING.md"), -1) {
		switch name := word[1]; {
		case isTest.MatchString(name):
			names++
			if !strings.Contains(tests.String(), "\nfunc "+name+"(") {
				t.Errorf("CONTRIBUTING.md names %s, and there is no such test", name)
			}
		case isFile.MatchString(name) && !strings.Contains(name, "NAME") && !strings.Contains(name, "NNNN"):
			files++
			if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(name))); err != nil {
				t.Errorf("CONTRIBUTING.md names %s, which is not there", name)
			}
		}
	}
	if files < 20 || names < 8 {
		t.Errorf("CONTRIBUTING.md names %d files and %d tests only", files, names)
	}
}

// TestTheDocumentListsEverySimulatedSubscription compares docs/demo-subscriptions.md
// with what the simulated Azure plays.
func TestTheDocumentListsEverySimulatedSubscription(t *testing.T) {
	list := readDocument(t, "docs", "demo-subscriptions.md")
	for _, s := range azuresim.Script() {
		clientID := "your own"
		if s.ClientID != "" {
			clientID = "`" + s.ClientID + "`"
		}
		row := fmt.Sprintf("| %s | `%s` | %s | %s |", s.Name, s.SubscriptionID, clientID, s.Outcome)
		if !strings.Contains(list, row+"\n") {
			t.Errorf("docs/demo-subscriptions.md lacks the row\n%s", row)
		}
	}
}

// TestLinksBetweenTheDocumentsLead follows each link to a file or a heading.
func TestLinksBetweenTheDocumentsLead(t *testing.T) {
	root := filepath.Join("..", "..")
	var files []string
	for _, name := range []string{"README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "cloud/azure/TESTING.md"} {
		files = append(files, filepath.Join(root, filepath.FromSlash(name)))
	}
	for _, folder := range []string{"docs", filepath.Join("docs", "decisions")} {
		found, err := filepath.Glob(filepath.Join(root, folder, "*.md"))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	link := regexp.MustCompile(`(?:\]\(|src(?:set)?=")([^)"\s:]+)[)"]`) // what has a colon leads elsewhere
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range link.FindAllStringSubmatch(string(content), -1) {
			path, heading, _ := strings.Cut(found[1], "#")
			target := file
			if path != "" {
				target = filepath.Join(filepath.Dir(file), filepath.FromSlash(path))
			}
			if info, err := os.Stat(target); err != nil {
				t.Errorf("%s leads to %s, which is not there", file, found[1])
			} else if heading != "" && !info.IsDir() && !hasHeading(t, target, heading) {
				t.Errorf("%s leads to %s, and there is no such heading", file, found[1])
			}
		}
	}
}

func hasHeading(t *testing.T, file, anchor string) bool {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	dropped := regexp.MustCompile(`[^a-z0-9 _-]`)
	for line := range strings.Lines(string(content)) {
		title, found := strings.CutPrefix(strings.TrimLeft(strings.TrimSpace(line), "#"), " ")
		if found && strings.HasPrefix(line, "#") && strings.ReplaceAll(dropped.ReplaceAllString(strings.ToLower(title), ""), " ", "-") == anchor {
			return true
		}
	}
	return false
}
