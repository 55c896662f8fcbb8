package main

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	templ "github.com/a-h/templ/parser/v2"
	"github.com/a-h/templ/parser/v2/visitor"
	"github.com/yuin/goldmark"
	markdown "github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
	"golang.org/x/net/html"
)

// textsForPeople finds what people read: pages, errors and guides, help and documents.
func textsForPeople(t *testing.T) []prose {
	t.Helper()
	var texts []prose
	root := filepath.Join("..", "..")
	add := func(read func(string) (string, error), made func(file, content string) bool, files ...string) {
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			name, err := filepath.Rel(root, file)
			if err != nil {
				t.Fatal(err)
			}
			found, err := read(string(content))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			texts = append(texts, prose{filepath.ToSlash(name), found, made(file, string(content))})
		}
	}
	matching := func(pattern ...string) []string {
		files, err := filepath.Glob(filepath.Join(append([]string{root}, pattern...)...))
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	always := func(string, string) bool { return true }
	never := func(string, string) bool { return false }
	add(proseOfTempl, never, matching("views", "*.templ")...)
	add(proseOfHTML, always, matching("views", "testdata", "golden", "*.html")...)
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		name := entry.Name()
		if err != nil || entry.IsDir() && file != root && strings.HasPrefix(name, ".") {
			return cmp.Or(err, fs.SkipDir)
		}
		if strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && !strings.HasSuffix(name, "_templ.go") && speaks(root, file) {
			add(proseOfGo, never, file)
		}
		inDocs := strings.HasPrefix(file, filepath.Join(root, "docs")+string(filepath.Separator))
		if strings.HasSuffix(name, ".md") && name != "THIRD_PARTY_NOTICES.md" && (inDocs || filepath.Dir(file) == root) {
			add(proseOfMarkdown, func(_, content string) bool { return strings.HasPrefix(content, "<!-- Made by") }, file)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	helps := [][]string{{"help"}}
	for _, command := range commands() {
		helps = append(helps, []string{command.name, "--help"})
		if command.args == "verify FILE" {
			helps = append(helps, []string{command.name, "verify", "--help"})
		}
	}
	for _, args := range helps {
		code, stdout, stderr := program(t, nil, args...)
		if code != exitOK || stdout == "" {
			t.Errorf("mooring %s: exit %d, %s", strings.Join(args, " "), code, stderr)
		}
		texts = append(texts, prose{file: "mooring " + strings.Join(args, " "), text: stdout})
	}
	return texts
}

// silent are folders whose literals only engineers read.
var silent = []string{"cmd/bench", "db", "e2e", "identity/identitytest", "cloud/cloudtest", "db/dbtest"}

// speaks tells whether a file's literals may be read by people.
func speaks(root, file string) bool {
	name, err := filepath.Rel(root, file)
	if err != nil {
		return true
	}
	folder := filepath.ToSlash(filepath.Dir(name))
	return !slices.ContainsFunc(silent, func(s string) bool { return folder == s || strings.HasPrefix(folder, s+"/") })
}

// span is a part of a file that people read.
type span struct {
	from, to int
	text     string // what they see of it
	joined   bool   // with the span before, whatever is between them
}

// reveal shows the spans and hides what is between them. Spaces within a
// paragraph are shown.
func reveal(content string, spans []span) string {
	slices.SortStableFunc(spans, func(a, b span) int { return a.from - b.from })
	var b strings.Builder
	end := 0
	between := func(to int, joined bool) {
		gap := content[end:to]
		newlines := strings.Count(gap, "\n")
		switch {
		case joined:
			gap = strings.Repeat("\n", newlines)
		case strings.TrimSpace(gap) != "" || newlines > 1:
			gap = "\x00" + strings.Repeat("\n", newlines)
		}
		b.WriteString(gap)
	}
	for _, s := range spans {
		if s.from < end {
			continue // inside the last one
		}
		between(s.from, s.joined)
		b.WriteString(s.text)
		end = s.to
	}
	between(len(content), false)
	return b.String()
}

func proseOfMarkdown(content string) (string, error) {
	source := []byte(content)
	var spans []span
	page := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader(source))
	err := markdown.Walk(page, func(n markdown.Node, entering bool) (markdown.WalkStatus, error) {
		switch n := n.(type) {
		case *markdown.CodeSpan, *markdown.AutoLink:
			return markdown.WalkSkipChildren, nil
		case *markdown.Text:
			if entering {
				spans = append(spans, span{from: n.Segment.Start, to: n.Segment.Stop, text: content[n.Segment.Start:n.Segment.Stop]})
			}
		}
		return markdown.WalkContinue, nil
	})
	return reveal(content, spans), err
}

func proseOfGo(content string) (string, error) {
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, "", content, parser.SkipObjectResolution)
	if err != nil {
		return "", err
	}
	follows := map[ast.Expr]bool{} // the literals that a plus joins with the one before
	var spans []span
	ast.Inspect(parsed, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.BinaryExpr:
			before := n.X
			if sum, ok := before.(*ast.BinaryExpr); ok && sum.Op == token.ADD {
				before = sum.Y
			}
			_, literal := before.(*ast.BasicLit)
			follows[n.Y] = literal && n.Op == token.ADD
		case *ast.BasicLit:
			from := files.Position(n.Pos()).Offset
			if value, ok := sentence(n.Value); ok && n.Kind == token.STRING {
				spans = append(spans, span{from: from, to: from + len(n.Value), text: value, joined: follows[n]})
			}
		}
		return true
	})
	return reveal(content, spans), nil
}

// sentence reads a literal of Go, if it looks like something to read: it has
// several words, or a capital.
func sentence(literal string) (string, bool) {
	value, err := strconv.Unquote(literal)
	if err != nil || !strings.Contains(value, " ") && !strings.ContainsFunc(value[:min(1, len(value))], unicode.IsUpper) {
		return "", false
	}
	if literal[0] == '"' { // no line of the file ends in it
		value = strings.ReplaceAll(value, "\n", " ")
	}
	return value, true
}

// quoted finds literals, with the attribute before them.
var quoted = regexp.MustCompile(`([\w:@-]+=)?("(?:[^"\\\n]|\\.)*")`)

// readAloud are the attributes whose values people read.
var readAloud = []string{"alt", "aria-description", "aria-label", "placeholder", "title"}

func proseOfTempl(content string) (string, error) {
	file, err := templ.ParseString(content)
	if err != nil {
		return "", err
	}
	var spans []span
	v := visitor.New()
	v.Text = func(n *templ.Text) error {
		spans = append(spans, span{from: int(n.Range.From.Index), to: int(n.Range.From.Index) + len(n.Value), text: html.UnescapeString(n.Value)})
		return nil
	}
	if err := file.Visit(v); err != nil {
		return "", err
	}
	for _, at := range quoted.FindAllStringSubmatchIndex(content, -1) {
		if at[2] >= 0 && !slices.Contains(readAloud, content[at[2]:at[3]-1]) {
			continue
		}
		if value, ok := sentence(content[at[4]:at[5]]); ok {
			spans = append(spans, span{from: at[4], to: at[5], text: value})
		}
	}
	return reveal(content, spans), nil
}

func proseOfHTML(content string) (string, error) {
	var spans []span
	hidden := []string{"code", "pre", "script", "style", "svg", "kbd"}
	inside, end := "", 0 // one of hidden
	for page := html.NewTokenizer(strings.NewReader(content)); ; {
		kind := page.Next()
		if kind == html.ErrorToken {
			return reveal(content, spans), nil
		}
		from := end
		end += len(page.Raw())
		switch token := page.Token(); {
		case inside != "":
			if kind == html.EndTagToken && token.Data == inside {
				inside = ""
			}
		case kind == html.StartTagToken:
			if slices.Contains(hidden, token.Data) {
				inside = token.Data
			}
			for _, a := range token.Attr {
				if slices.Contains(readAloud, a.Key) {
					spans = append(spans, span{from: from, to: end, text: "\x00" + a.Val + "\x00"})
				}
			}
		case kind == html.TextToken:
			spans = append(spans, span{from: from, to: end, text: token.Data})
		}
	}
}
