package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestProse holds what people read to docs/prose/words.txt.
func TestProse(t *testing.T) {
	folder := filepath.Join("..", "..", "docs", "prose")
	read := func(name string) string {
		content, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
	words, err := parseWords(read("words.txt"))
	if err != nil {
		t.Fatalf("docs/prose/words.txt:%v", err)
	}
	exceptions, err := parseExceptions(read("exceptions.txt"))
	if err != nil {
		t.Fatalf("docs/prose/exceptions.txt:%v", err)
	}
	texts := textsForPeople(t)
	kinds := map[string]int{}
	for _, text := range texts {
		kinds[filepath.Ext(text.file)]++
	}
	for _, kind := range []string{".templ", ".html", ".go", ".md", ""} {
		if kinds[kind] < 5 {
			t.Errorf("%d texts only are from files like *%s", kinds[kind], kind)
		}
	}
	for _, complaint := range checkProse(texts, words, exceptions) {
		t.Error(complaint)
	}
}

// prose is what people read of a file. It has the file's line ends, and a NUL in
// place of everything else that is not for them.
type prose struct {
	file, text string
	made       bool // from other files, where a phrase is changed
}

// word is a phrase to avoid.
type word struct {
	pattern    *regexp.Regexp
	suggestion string
}

// exception is a phrase that is right in one file.
type exception struct {
	line                 int
	file, phrase, reason string
}

// parseWords reads words.txt. An error begins with the number of the line.
func parseWords(list string) ([]word, error) {
	var words []word
	for i, line := range rows(list) {
		phrase, suggestion, found := strings.Cut(line, "->")
		phrase, suggestion = strings.TrimSpace(phrase), strings.TrimSpace(suggestion)
		if !found || phrase == "" || suggestion == "" {
			return nil, fmt.Errorf("%d: %q is not PHRASE -> SUGGESTION", i, line)
		}
		pattern, err := regexp.Compile(`(?i)\b(?:` + strings.Join(strings.Fields(phrase), `\s+`) + `)\b`)
		if err != nil {
			return nil, fmt.Errorf("%d: %w", i, err)
		}
		words = append(words, word{pattern, suggestion})
	}
	return words, nil
}

// parseExceptions reads exceptions.txt. An error begins with the number of the line.
func parseExceptions(list string) ([]exception, error) {
	var exceptions []exception
	for i, line := range rows(list) {
		parts := strings.Split(line, "|")
		for j := range parts {
			parts[j] = strings.TrimSpace(parts[j])
		}
		if len(parts) != 3 || slices.Contains(parts, "") {
			return nil, fmt.Errorf("%d: %q is not FILE | PHRASE | REASON", i, line)
		}
		exceptions = append(exceptions, exception{i, parts[0], plain(parts[1]), parts[2]})
	}
	return exceptions, nil
}

// rows are the lines of a list by their numbers, without comments.
func rows(list string) func(yield func(int, string) bool) {
	return func(yield func(int, string) bool) {
		number := 0
		for line := range strings.Lines(list) {
			number++
			line = strings.TrimSpace(line)
			if line != "" && !strings.HasPrefix(line, "#") && !yield(number, line) {
				return
			}
		}
	}
}

// plain makes phrases comparable.
func plain(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// checkProse says where words are that should not be, one complaint for each
// line, and which exceptions nothing needs.
func checkProse(texts []prose, words []word, exceptions []exception) []string {
	texts = slices.Clone(texts)
	slices.SortStableFunc(texts, func(a, b prose) int {
		if a.made != b.made {
			return map[bool]int{false: -1, true: 1}[a.made]
		}
		return strings.Compare(a.file, b.file)
	})
	type place struct {
		complaint string
		also      int // places with the same words around them, in texts that are made from others
	}
	var places []*place
	byContext := map[string]*place{}
	seen := map[string]bool{}
	needed := make([]bool, len(exceptions))
	for _, text := range texts {
		for _, w := range words {
			for _, at := range w.pattern.FindAllStringIndex(text.text, -1) {
				found := text.text[at[0]:at[1]]
				excused := slices.IndexFunc(exceptions, func(e exception) bool { return e.file == text.file && e.phrase == plain(found) })
				if excused >= 0 {
					needed[excused] = true
					continue
				}
				line := 1 + strings.Count(text.text[:at[0]], "\n")
				complaint := fmt.Sprintf("%s:%d: %q -> %s", text.file, line, strings.Join(strings.Fields(found), " "), w.suggestion)
				context := plain(found) + "|" + plain(around(text.text, at))
				if first := byContext[context]; text.made && first != nil {
					first.also++
				} else if !seen[complaint] {
					seen[complaint] = true
					p := &place{complaint: complaint + "\n\t" + around(text.text, at)}
					places = append(places, p)
					if first == nil {
						byContext[context] = p
					}
				}
			}
		}
	}
	var complaints []string
	for _, p := range places {
		if p.also > 0 {
			p.complaint += fmt.Sprintf("\n\t(and %d more where the same text shows)", p.also)
		}
		complaints = append(complaints, p.complaint)
	}
	for i, e := range exceptions {
		if !needed[i] {
			complaints = append(complaints, fmt.Sprintf("docs/prose/exceptions.txt:%d: %s does not say %q any more, or words.txt allows it: remove the exception", e.line, e.file, e.phrase))
		}
	}
	return complaints
}

// around is what stands next to a phrase: up to some words on each side, and
// nothing behind what is hidden.
func around(text string, at []int) string {
	const width = 45
	from, to := max(0, at[0]-width), min(len(text), at[1]+width)
	before, after := text[from:at[0]], text[at[1]:to]
	if i := strings.LastIndex(before, "\x00"); i >= 0 {
		before = before[i:]
	} else if from > 0 { // not half a word
		before = before[max(0, strings.IndexAny(before, " \n")):]
	}
	if i := strings.Index(after, "\x00"); i >= 0 {
		after = after[:i]
	} else if to < len(text) {
		after = after[:max(0, strings.LastIndexAny(after, " \n"))]
	}
	return strings.Join(strings.Fields(strings.ReplaceAll(before, "\x00", "")+text[at[0]:at[1]]+after), " ")
}

func TestProseIsFoundAndExcused(t *testing.T) {
	words, err := parseWords("# made up\n\nutili[sz]e(s|d)? -> use\nat this point in time->now\n")
	if err != nil || len(words) != 2 {
		t.Fatalf("%v, %v", words, err)
	}
	exceptions, err := parseExceptions("# made up\na.md | UTILIZE | a name\nb.md | utilize | gone\n")
	if err != nil || len(exceptions) != 2 {
		t.Fatalf("%v, %v", exceptions, err)
	}
	got := checkProse([]prose{
		{file: "page.html", text: "\n\nNothing works at this point in time.", made: true},
		{file: "other.html", text: "Nothing works at this point in time.", made: true},
		{file: "page.templ", text: "\n\nNothing works at\n  this point in Time."},
		{file: "a.md", text: "We utilize one, and it\nUtilizes two. Reutilized is another word."},
		{file: "made.html", text: "\nIt is utilised here only, at this point\x00in time.", made: true},
	}, words, exceptions)
	want := []string{
		"a.md:2: \"Utilizes\" -> use\n\tWe utilize one, and it Utilizes two. Reutilized is another word.",
		"page.templ:3: \"at this point in Time\" -> now\n\tNothing works at this point in Time.\n\t(and 2 more where the same text shows)",
		"made.html:2: \"utilised\" -> use\n\tIt is utilised here only, at this point",
		"docs/prose/exceptions.txt:3: b.md does not say \"utilize\" any more, or words.txt allows it: remove the exception",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestListsOfProseThatAreWrongSayWhere(t *testing.T) {
	for _, list := range []string{"utilize", "utilize ->", "-> use", "(utilize -> use"} {
		if _, err := parseWords("# one\n" + list); err == nil || !strings.HasPrefix(err.Error(), "2: ") {
			t.Errorf("%q: %v", list, err)
		}
	}
	for _, list := range []string{"a.md", "a.md | utilize", "a.md | utilize |", "a.md | utilize | a | name"} {
		if _, err := parseExceptions("# one\n" + list); err == nil || !strings.HasPrefix(err.Error(), "2: ") {
			t.Errorf("%q: %v", list, err)
		}
	}
}

func TestProseIsReadFromEveryKindOfFile(t *testing.T) {
	tests := map[string]struct {
		read       func(string) (string, error)
		file, want string // \x00 is something that is not read
	}{
		"Markdown": {proseOfMarkdown,
			"# A *title*\n\nText with `code` and\na [link](https://example.com/page).\n\n```sh\nmake it\n```\n\n| a | cell |\n| - | - |\n| <b>bold</b> | x |\n",
			"\x00A \x00title\x00\n\nText with \x00 and\na \x00link\x00.\x00\n\n\n\n\n\na\x00cell\x00\n\nbold\x00x\x00\n"},
		"Go": {proseOfGo,
			"package a\n\n// Not this.\nimport \"net/http\"\n\nconst word = \"word\"\n\nvar all = f(\"One \\\"sentence\\\" \" +\n\t\"in two parts.\", `Raw\ntext.`, \"Label\")\n",
			"\x00\n\n\n\n\n\n\nOne \"sentence\" \nin two parts.\x00Raw\ntext.\x00Label\x00\n"},
		"templ": {proseOfTempl,
			"package a\n\n// Not this one.\ntempl page(p Page) {\n\t<p class=\"Not this\" title=\"A title\">Some text\n\t\tgoes on. { p.Name }</p>\n\t@field(Field{Name: \"name\", Label: \"Your name\"})\n}\n",
			"\x00\n\n\n\nA title\x00Some text\n\t\tgoes on. \x00\nYour name\x00\n\n"},
		"HTML": {proseOfHTML,
			"<html><head><title>A title</title>\n<style>not this</style></head><body>\n<p title=\"Tip\">Text with <code>code</code> and don&#39;t <b>more</b>\nof it.</p><pre>no</pre></body></html>\n",
			"\x00A title\x00\n\x00\n\x00Tip\x00Text with \x00 and don't \x00more\x00\nof it.\x00\n"},
	}
	for name, test := range tests {
		got, err := test.read(test.file)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got != test.want {
			t.Errorf("%s: got\n%q\nwant\n%q", name, got, test.want)
		}
	}
}
