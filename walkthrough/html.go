package walkthrough

import (
	"bytes"
	"html"
	"path"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// Theme is which pictures a reader gets.
type Theme string

// The themes. AnyTheme leaves the choice to the reader's browser.
const (
	AnyTheme   Theme = ""
	LightTheme Theme = "light"
	DarkTheme  Theme = "dark"
)

// setting says how a page is set: with which pictures, and where links and
// pictures are.
type setting struct {
	theme      Theme
	of         sizes
	transcript func(name string) string
	picture    func(file string) string
	link       func(to string) string
	anchor     func(anchor string) string
}

// body is the page as HTML, without its title.
func (w *Walkthrough) body(s setting) (string, error) {
	b := &bodyRenderer{w: w, setting: s}
	md := markdown()
	md.Renderer().AddOptions(renderer.WithNodeRenderers(util.Prioritized(b, 1)))
	var out bytes.Buffer
	err := md.Renderer().Render(&out, w.source, w.root)
	if err == nil {
		err = b.failed
	}
	return out.String(), err
}

// bodyRenderer writes what a walkthrough has of its own: blocks, headings that
// lead to themselves, and links between walkthroughs.
type bodyRenderer struct {
	setting
	w      *Walkthrough
	failed error
}

// RegisterFuncs implements renderer.NodeRenderer.
func (b *bodyRenderer) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindFencedCodeBlock, b.block)
	r.Register(ast.KindHeading, b.heading)
	r.Register(ast.KindLink, b.leads)
}

func (b *bodyRenderer) block(out util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	step := b.w.blocks[node]
	switch {
	case step == nil:
		b.code(out, string(node.Lines().Value(b.w.source)))
	case step.Terminal != nil:
		b.code(out, b.transcript(step.Terminal.Name))
	case step.Scene.Picture:
		markup, err := b.w.pictureMarkup(step.Scene, b.theme, b.of, b.picture)
		if err != nil {
			b.failed = err
		}
		_, _ = out.WriteString("<figure id=\"" + b.anchor("picture-"+step.Scene.Name) + "\">\n" + markup)
		if step.Scene.Caption != "" {
			_, _ = out.WriteString("\n<figcaption>" + html.EscapeString(step.Scene.Caption) + "</figcaption>")
		}
		_, _ = out.WriteString("\n</figure>\n")
	}
	return ast.WalkSkipChildren, nil
}

func (b *bodyRenderer) code(out util.BufWriter, text string) {
	_, _ = out.WriteString("<pre tabindex=\"0\"><code>" + html.EscapeString(text) + "</code></pre>\n")
}

func (b *bodyRenderer) heading(out util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	h := node.(*ast.Heading)
	if h.Level == 1 {
		return ast.WalkSkipChildren, nil // the title stands above the body
	}
	tag := "h" + string(rune('0'+h.Level))
	if !entering {
		_, _ = out.WriteString("</a></" + tag + ">\n")
		return ast.WalkContinue, nil
	}
	anchor := html.EscapeString(b.anchor(anchorOf(h)))
	_, _ = out.WriteString("<" + tag + " id=\"" + anchor + "\"><a href=\"#" + anchor + "\">")
	return ast.WalkContinue, nil
}

func anchorOf(h *ast.Heading) string {
	id, _ := h.AttributeString("id")
	anchor, _ := id.([]byte)
	return string(anchor)
}

func (b *bodyRenderer) leads(out util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		_, _ = out.WriteString("</a>")
		return ast.WalkContinue, nil
	}
	to := b.link(string(node.(*ast.Link).Destination))
	_, _ = out.WriteString("<a href=\"" + html.EscapeString(to) + "\"")
	if strings.HasPrefix(to, "https://") {
		_, _ = out.WriteString(" rel=\"noopener noreferrer\"")
	}
	_, _ = out.WriteString(">")
	return ast.WalkContinue, nil
}

// otherPage reads a link to another walkthrough, as finished pages lead to each
// other: ../fix-a-link/README.md#fix-it-in-azure.
func otherPage(to string) (name, anchor string, ok bool) {
	file, anchor, _ := strings.Cut(to, "#")
	dir, ok := strings.CutSuffix(file, "/"+PageFile)
	name, up := strings.CutPrefix(dir, "../")
	return name, anchor, ok && up && path.Base(name) == name
}
