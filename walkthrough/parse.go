package walkthrough

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/token"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// SourceFile is what a walkthrough is called in its folder.
const SourceFile = "walkthrough.md"

// MistakeError is what is wrong with a walkthrough's file, at one of its lines.
type MistakeError struct {
	Walkthrough string
	Line        int
	Says        string
}

// Error implements error.
func (e *MistakeError) Error() string {
	return fmt.Sprintf("%s/%s:%d: %s", e.Walkthrough, SourceFile, e.Line, e.Says)
}

// head is what stands between the lines --- at the top of a file.
type head struct {
	Summary string   `yaml:"summary"`
	Order   int      `yaml:"order"`
	World   World    `yaml:"world"`
	Linked  int      `yaml:"linked"`
	Former  []string `yaml:"former"`
	For     Audience `yaml:"for"`
	Themes  []string `yaml:"themes"`
	Widths  []string `yaml:"widths"`
}

// mostLinked bounds how many subscriptions a walkthrough's world holds.
const mostLinked = 1000

// Parse reads a walkthrough's file. All mistakes are told at once; each is a
// *MistakeError.
func Parse(name string, source []byte) (*Walkthrough, error) {
	w := &Walkthrough{Name: name, blocks: map[ast.Node]*Step{}}
	source = bytes.ReplaceAll(source, []byte("\r\n"), []byte("\n"))
	if !ValidName(name) {
		return nil, &MistakeError{name, 1, "the folder's name can have only small letters, digits and hyphens"}
	}
	if err := w.readHead(source); err != nil {
		return nil, err
	}
	w.root = markdown().Parser().Parse(text.NewReader(w.source), parser.WithContext(parser.NewContext(parser.WithIDs(newAnchors()))))
	return w, w.readBody()
}

// markdown is the dialect of walkthroughs: that of GitHub, where the finished
// pages are read too.
func markdown() goldmark.Markdown {
	return goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithParserOptions(parser.WithAutoHeadingID()))
}

func (w *Walkthrough) readHead(source []byte) error {
	rest, ok := bytes.CutPrefix(source, []byte("---\n"))
	data, body, closed := bytes.Cut(rest, []byte("\n---\n"))
	if !ok || !closed {
		return &MistakeError{w.Name, 1, "the file must begin with a header between two --- lines, with at least a summary"}
	}
	h := head{World: DemoWorld, Themes: []string{"light", "dark"}, Widths: []string{"wide"}}
	if wrong := decode(data, &h); len(wrong) > 0 {
		return &MistakeError{w.Name, 1 + wrong[0].line, wrong[0].says}
	}
	w.above = bytes.Count(data, []byte("\n")) + 3
	w.Summary, w.Order, w.World, w.Linked, w.Former, w.source = strings.Join(strings.Fields(h.Summary), " "), h.Order, h.World, h.Linked, h.Former, body
	w.Audience = h.For
	var err error
	w.Looks, err = looksOf(h.Themes, h.Widths)
	switch {
	case w.Summary == "":
		err = errors.New("summary: describe the walkthrough in one sentence")
	case w.World != DemoWorld && w.World != BareWorld:
		err = fmt.Errorf("world: %q is neither %s nor %s", w.World, DemoWorld, BareWorld)
	case w.Audience != Everyone && w.Audience != Administrators:
		err = fmt.Errorf("for: %q is not %s; leave it out if the page is for everyone", w.Audience, Administrators)
	case w.Linked < 0 || w.Linked > mostLinked:
		err = fmt.Errorf("linked: specify at most %d", mostLinked)
	case slices.ContainsFunc(w.Former, func(name string) bool { return !ValidName(name) || name == w.Name }):
		err = errors.New("former: list earlier names of the walkthrough's folder")
	}
	if err != nil {
		return &MistakeError{w.Name, 1 + ofKey(data, err).line, err.Error()}
	}
	return nil
}

// mistake is what is wrong with a block's data, at which of its lines.
type mistake struct {
	says string
	line int
}

// decode reads a block's data, and tells all that is wrong with it.
func decode(data []byte, into any) []mistake {
	err := yaml.UnmarshalWithOptions(data, into, yaml.Strict())
	if err == nil {
		return nil
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var all []mistake
		for _, err := range many.Unwrap() {
			all = append(all, mistakeOf(err))
		}
		return all
	}
	return []mistake{mistakeOf(err)}
}

func mistakeOf(err error) mistake {
	var entry *entryError
	if errors.As(err, &entry) {
		return mistake{entry.Error(), entry.line}
	}
	var placed interface {
		GetMessage() string
		GetToken() *token.Token
	}
	if errors.As(err, &placed) && placed.GetToken() != nil {
		return mistake{placed.GetMessage(), placed.GetToken().Position.Line}
	}
	says, _, _ := strings.Cut(err.Error(), "\n")
	return mistake{says, 1}
}

// ofKey is a mistake in the value of a key, which its text begins with.
func ofKey(data []byte, err error) mistake {
	key, _, _ := strings.Cut(err.Error(), ":")
	for i, line := range strings.Split(string(data), "\n") {
		if strings.HasPrefix(line, key+":") {
			return mistake{err.Error(), i + 1}
		}
	}
	return mistake{err.Error(), 0}
}

func (w *Walkthrough) readBody() error {
	var mistakes []error
	wrong := func(line int, format string, args ...any) {
		mistakes = append(mistakes, &MistakeError{w.Name, line, fmt.Sprintf(format, args...)})
	}
	step := &Step{}
	names := map[string]bool{}
	_ = ast.Walk(w.root, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := node.(type) {
		case *ast.Heading:
			if n.Level == 1 && w.Title == "" {
				w.Title = w.textOf(n)
			} else if n.Level == 1 {
				wrong(w.lineOf(n), "there can be only one title (#); begin sections with ##")
			}
		case *ast.Emphasis:
			if n.Level == 2 {
				step.Labels = append(step.Labels, Label{w.textOf(n), w.lineOf(n)})
			}
		case *ast.FencedCodeBlock:
			kind, name, _ := strings.Cut(w.infoOf(n), " ")
			line, name := w.lineOf(n), strings.TrimSpace(name)
			for _, m := range w.readBlock(step, kind, name, n) {
				wrong(line+m.line, "%s", m.says)
			}
			if step.Scene == nil && step.Terminal == nil {
				return ast.WalkSkipChildren, nil
			}
			if names[name] && name != "" {
				wrong(line, "two blocks have the name %q", name)
			}
			if !w.standsAlone(n) {
				wrong(line, "the block must begin and end with a line of ```, outside quotations")
			}
			names[name], step.Line, w.blocks[n] = true, line, step
			w.Steps = append(w.Steps, step)
			step = &Step{}
			return ast.WalkSkipChildren, nil
		case *ast.HTMLBlock, *ast.RawHTML, *ast.Image:
			wrong(w.lineOf(node), "a walkthrough can't contain HTML or other pictures: write a picture block")
		}
		return ast.WalkContinue, nil
	})
	w.Steps = append(w.Steps, step)
	if w.Title == "" {
		wrong(w.above+1, "the title is missing: begin with a line # Title")
	}
	return errors.Join(mistakes...)
}

// readBlock reads a block of data into the step. Other code blocks are prose.
func (w *Walkthrough) readBlock(step *Step, kind, name string, n *ast.FencedCodeBlock) []mistake {
	data := n.Lines().Value(w.source)
	var wrong []mistake
	var err error
	switch kind {
	case "picture", "act", "undo":
		var d sceneData
		if wrong = decode(data, &d); len(wrong) > 0 {
			step.Scene = &Scene{Name: name} // so that the steps behind it keep their prose
			break
		}
		step.Scene, err = d.scene(name, kind == "picture")
		step.Scene.Undo = kind == "undo"
	case "terminal":
		var d terminalData
		if wrong = decode(data, &d); len(wrong) > 0 {
			step.Terminal = &Terminal{Name: name}
			break
		}
		step.Terminal, err = d.terminal(name)
	}
	if err != nil {
		wrong = append(wrong, ofKey(data, err))
	}
	return wrong
}

func (w *Walkthrough) infoOf(n *ast.FencedCodeBlock) string {
	if n.Info == nil {
		return ""
	}
	return strings.TrimSpace(string(n.Info.Segment.Value(w.source)))
}

// textOf is what a part of the prose says, without its markup.
func (w *Walkthrough) textOf(node ast.Node) string {
	var said strings.Builder
	_ = ast.Walk(node, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch t := n.(type) {
		case *ast.Text:
			if entering {
				said.Write(t.Segment.Value(w.source))
				if t.SoftLineBreak() || t.HardLineBreak() {
					said.WriteByte(' ')
				}
			}
		case *ast.String:
			if entering {
				said.Write(t.Value)
			}
		default:
			if !entering && n.Type() == ast.TypeBlock {
				said.WriteByte(' ')
			}
		}
		return ast.WalkContinue, nil
	})
	return strings.Join(strings.Fields(said.String()), " ")
}

// lineOf is the line of the file at which a part begins. A part that does not
// say where it is stands behind another.
func (w *Walkthrough) lineOf(node ast.Node) int {
	at := -1
	_ = ast.Walk(node, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch t := n.(type) {
		case *ast.Text:
			at = t.Segment.Start
		case *ast.RawHTML:
			at = t.Segments.At(0).Start
		case *ast.FencedCodeBlock:
			if t.Info == nil {
				return ast.WalkContinue, nil
			}
			at = t.Info.Segment.Start
		default:
			if n.Type() != ast.TypeBlock || n.Lines().Len() == 0 {
				return ast.WalkContinue, nil
			}
			at = n.Lines().At(0).Start
		}
		return ast.WalkStop, nil
	})
	if before, ok := node.PreviousSibling().(*ast.Text); at < 0 && ok {
		at = before.Segment.Stop
		if before.SoftLineBreak() || before.HardLineBreak() {
			at = min(at+1, len(w.source))
		}
	}
	switch {
	case at >= 0:
		return w.above + 1 + bytes.Count(w.source[:at], []byte("\n"))
	case node.PreviousSibling() != nil:
		return w.lineOf(node.PreviousSibling())
	case node.Parent() != nil:
		return w.lineOf(node.Parent())
	}
	return w.above + 1
}

// anchors gives headings the addresses that GitHub gives them.
type anchors struct{ used map[string]bool }

func newAnchors() *anchors { return &anchors{map[string]bool{}} }

// Generate implements parser.IDs.
func (a *anchors) Generate(heading []byte, _ ast.NodeKind) []byte {
	var b strings.Builder
	for _, r := range strings.ToLower(strings.TrimSpace(string(heading))) {
		switch {
		case r == ' ':
			b.WriteByte('-')
		case r == '-' || r == '_' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		}
	}
	anchor := b.String()
	for n := 1; a.used[anchor]; n++ {
		anchor = fmt.Sprintf("%s-%d", b.String(), n)
	}
	a.used[anchor] = true
	return []byte(anchor)
}

// Put implements parser.IDs.
func (a *anchors) Put(anchor []byte) { a.used[string(anchor)] = true }
