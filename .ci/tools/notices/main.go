// Command notices writes THIRD_PARTY_NOTICES.md: what other people wrote of the
// program, under which licenses, with their full texts. It fails on a license
// that is not in its list, and on code without one.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/licensecheck"
)

// allowed are the licenses under which others can have a program that contains
// the code, whatever they do with it, if they pass on the text.
var allowed = []string{
	"Apache-2.0", "MIT", "MIT-0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "0BSD", "Zlib", "CC0-1.0", "Unlicense",
	"Unicode-DFS-2016", "Unicode-3.0", "blessing",
}

// known names the licenses that licensecheck does not: by the end of the file's
// path, and a sentence that must be in it.
var known = []struct{ file, says, license string }{
	{"modernc.org/sqlite/LICENSE-SQLITE", "public domain", "blessing"},
}

// skipped are files that look like licenses and concern nothing in the program.
var skipped = map[string]string{
	"modernc.org/memory/LICENSE-LOGO":         "a picture in the documentation",
	"modernc.org/sqlite/LICENSE-3RD-PARTY.md": "the modules of its tests as well; those that are linked are read one by one",
}

// systems are those that make release-check builds for. The program has
// different modules on each of them.
var systems = []string{"linux", "darwin", "windows"}

// component is a module, or another piece of code, with its licenses.
type component struct {
	name, version string
	texts         []text
}

type text struct {
	file, content string
	licenses      []string
}

func main() {
	root := flag.String("root", filepath.Join("..", ".."), "folder of the repository")
	check := flag.Bool("check", false, "write nothing, and fail when the file is stale")
	flag.Parse()
	if err := run(*root, *check); err != nil {
		fmt.Fprintln(os.Stderr, "notices:", err)
		os.Exit(1)
	}
}

func run(root string, check bool) error {
	components, err := modules(root)
	if err != nil {
		return err
	}
	goRoot, err := output(root, nil, "env", "GOROOT")
	if err != nil {
		return err
	}
	vendored, err := filepath.Glob(filepath.Join(root, "static", "vendor", "*"))
	if err != nil {
		return err
	}
	// Go's version is not named: the texts are those of every Go.
	folders := map[string]string{"The Go standard library": strings.TrimSpace(string(goRoot))}
	for _, folder := range vendored {
		folders[filepath.Base(folder)] = folder
	}
	for name, folder := range folders {
		texts, err := readTexts(name, folder)
		if err != nil {
			return err
		}
		components = append(components, component{name: name, texts: texts})
	}
	slices.SortFunc(components, func(a, b component) int { return strings.Compare(strings.ToLower(a.name), strings.ToLower(b.name)) })
	var wrong []error
	for _, c := range components {
		wrong = append(wrong, c.judge())
	}
	if err := errors.Join(wrong...); err != nil {
		return err
	}
	file := filepath.Join(root, "THIRD_PARTY_NOTICES.md")
	fresh := render(components)
	if !check {
		return os.WriteFile(file, fresh, 0o644)
	}
	if stale, err := os.ReadFile(file); err != nil {
		return err
	} else if !bytes.Equal(stale, fresh) {
		return errors.New("THIRD_PARTY_NOTICES.md is stale: run make notices")
	}
	return nil
}

// modules finds what is linked into the program, on all systems together.
func modules(root string) ([]component, error) {
	type pkg struct {
		Dir    string
		Module *struct {
			Path, Version, Dir string
			Main               bool
		}
	}
	byPath := map[string]*component{}
	read := map[string]bool{} // folders
	for _, system := range systems {
		list, err := output(root, []string{"GOOS=" + system, "GOARCH=amd64", "CGO_ENABLED=0"}, "list", "-deps", "-json=Dir,Module", "./cmd/mooring")
		if err != nil {
			return nil, err
		}
		for decoder := json.NewDecoder(bytes.NewReader(list)); ; {
			var p pkg
			if err := decoder.Decode(&p); err == io.EOF {
				break
			} else if err != nil {
				return nil, err
			}
			if p.Module == nil || p.Module.Main {
				continue
			}
			c := byPath[p.Module.Path]
			if c == nil {
				c = &component{name: p.Module.Path, version: p.Module.Version}
				byPath[c.name] = c
			}
			// Code that was copied into a package has its license there.
			for folder := p.Dir; strings.HasPrefix(folder, p.Module.Dir) && !read[folder]; folder = filepath.Dir(folder) {
				read[folder] = true
				inside, err := filepath.Rel(p.Module.Dir, folder)
				if err != nil {
					return nil, err
				}
				texts, err := readTexts(path.Join(c.name, filepath.ToSlash(inside)), folder)
				if err != nil {
					return nil, err
				}
				c.texts = append(c.texts, texts...)
			}
		}
	}
	var all []component
	for _, c := range byPath {
		slices.SortFunc(c.texts, func(a, b text) int { return strings.Compare(a.file, b.file) })
		all = append(all, *c)
	}
	return all, nil
}

func output(root string, environment []string, args ...string) ([]byte, error) {
	command := exec.Command("go", args...)
	command.Dir, command.Env, command.Stderr = root, append(os.Environ(), environment...), os.Stderr
	return command.Output()
}

var looksLegal = regexp.MustCompile(`(?i)^(un)?(licen[sc]e|copying|notice|patents)([.-].*)?$`)

// readTexts reads the licenses and notices in one folder. name is how the
// folder is called for readers.
func readTexts(name, folder string) ([]text, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var texts []text
	for _, entry := range entries {
		file := path.Join(name, entry.Name())
		if _, skip := skipped[file]; skip || !entry.Type().IsRegular() || !looksLegal.MatchString(entry.Name()) || strings.HasSuffix(entry.Name(), ".go") {
			continue
		}
		content, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			return nil, err
		}
		texts = append(texts, newText(file, strings.ReplaceAll(string(content), "\r\n", "\n")))
	}
	return texts, nil
}

func newText(file, content string) text {
	t := text{file: file, content: strings.Trim(content, "\n")}
	if t.additional() {
		return t
	}
	for _, k := range known {
		if k.file == file && strings.Contains(content, k.says) {
			t.licenses = []string{k.license}
			return t
		}
	}
	for _, match := range licensecheck.Scan([]byte(content)).Match {
		if !match.IsURL && !slices.Contains(t.licenses, match.ID) {
			t.licenses = append(t.licenses, match.ID)
		}
	}
	return t
}

// additional reports whether a file is no license but comes with one.
func (t text) additional() bool {
	name := strings.ToUpper(path.Base(t.file))
	return strings.HasPrefix(name, "NOTICE") || strings.HasPrefix(name, "PATENTS")
}

// judge looks for what may not be in the program.
func (c component) judge() error {
	if len(c.licenses()) == 0 {
		return fmt.Errorf("%s has no license that can be recognized", c.name)
	}
	for _, t := range c.texts {
		if len(t.licenses) == 0 && !t.additional() {
			return fmt.Errorf("%s: nobody knows this license; read it, and add it to the list of known ones", t.file)
		}
		for _, license := range t.licenses {
			if !slices.Contains(allowed, license) {
				return fmt.Errorf("%s: %s is not in the list of allowed licenses", t.file, license)
			}
		}
	}
	return nil
}

func (c component) licenses() []string {
	var all []string
	for _, t := range c.texts {
		all = append(all, t.licenses...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func render(components []component) []byte {
	var b bytes.Buffer
	b.WriteString(`# Third-party notices

Mooring contains the work of others. This file lists it, with the licenses it comes under and their full texts. ` + "`make notices`" + ` writes it.

| Component | Version | License |
| --- | --- | --- |
`)
	for _, c := range components {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", c.name, c.version, strings.Join(c.licenses(), ", "))
	}
	b.WriteString(`
The tests, and not the program, also use axe-core (MPL-2.0). It is in ` + "`e2e/testdata`" + `, with its license and those of its parts.

## Texts
`)
	// The same text is there once, below everything that comes with it.
	var order []string
	files := map[string][]string{}
	contents := map[string]string{}
	for _, c := range components {
		for _, t := range c.texts {
			words := strings.Join(strings.Fields(t.content), " ")
			if _, seen := contents[words]; !seen {
				order, contents[words] = append(order, words), t.content
			}
			files[words] = append(files[words], t.file)
		}
	}
	for _, words := range order {
		fmt.Fprintf(&b, "\n### %s\n\n~~~~text\n%s\n~~~~\n", strings.Join(files[words], ", "), contents[words])
	}
	return b.Bytes()
}
