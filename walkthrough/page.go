package walkthrough

import (
	"bytes"
	"fmt"
	"html"
	"image"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// What a walkthrough's folder holds beside its file.
const (
	PageFile       = "README.md" // the finished page, so that code hosts show it with the folder
	pictureFolder  = "pictures"
	terminalFolder = "terminals"
)

// Up to where a reader gets the pictures of narrow windows.
const (
	narrowScreen = "(max-width: 40rem)"
	wideScreen   = "(width > 40rem)"
)

// sizes gives a picture's width and height in its own pixels.
type sizes func(file string) (image.Point, error)

// source is one line of a picture element: what is shown to whom.
type source struct {
	media string
	file  string
	size  image.Point // in CSS pixels
}

// sourcesOf lists who gets which picture of a scene. The last is for everybody
// else. The reader's own theme counts, or the one that is given.
func (w *Walkthrough) sourcesOf(s *Scene, theme Theme, of sizes) ([]source, error) {
	var sources []source
	add := func(media string, l Look) error {
		file := pictureFile(s.Name, l)
		size, err := of(file)
		if err != nil {
			return err
		}
		sources = append(sources, source{media, file, size.Div(PixelRatio)})
		return nil
	}
	looks := w.looksIn(theme)
	first := looks[0]
	for _, l := range looks[1:] {
		var media []string
		if l.Dark != first.Dark {
			media = append(media, "(prefers-color-scheme: "+l.theme()+")")
		}
		switch {
		case l.Narrow == first.Narrow:
		case l.Narrow:
			media = append(media, narrowScreen)
		default:
			media = append(media, wideScreen)
		}
		// The more that is asked, the earlier: the first that fits is taken.
		if err := add(strings.Join(media, " and "), l); err != nil {
			return nil, err
		}
	}
	stableBy(sources, func(s source) int { return -strings.Count(s.media, "(") })
	return sources, add("", first)
}

// looksIn are the looks that readers with a theme get.
func (w *Walkthrough) looksIn(theme Theme) []Look {
	var looks []Look
	for _, l := range w.Looks {
		if theme == AnyTheme || l.theme() == string(theme) {
			looks = append(looks, l)
		}
	}
	if len(looks) == 0 {
		return w.Looks[:1]
	}
	return looks
}

func stableBy(sources []source, key func(source) int) {
	for i := 1; i < len(sources); i++ { // a handful
		for j := i; j > 0 && key(sources[j]) < key(sources[j-1]); j-- {
			sources[j], sources[j-1] = sources[j-1], sources[j]
		}
	}
}

// pictureMarkup is a scene's picture as HTML, at the addresses that url gives.
func (w *Walkthrough) pictureMarkup(s *Scene, theme Theme, of sizes, url func(file string) string) (string, error) {
	sources, err := w.sourcesOf(s, theme, of)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("<picture>\n")
	last := sources[len(sources)-1]
	for _, src := range sources[:len(sources)-1] {
		fmt.Fprintf(&b, "  <source media=\"%s\" srcset=\"%s\" width=\"%d\" height=\"%d\">\n", src.media, html.EscapeString(url(src.file)), src.size.X, src.size.Y)
	}
	fmt.Fprintf(&b, "  <img src=\"%s\" alt=\"%s\" width=\"%d\" height=\"%d\" loading=\"lazy\">\n</picture>", html.EscapeString(url(last.file)), html.EscapeString(s.Alt), last.size.X, last.size.Y)
	return b.String(), nil
}

// finished is the finished page in Markdown: the prose as it was written, and in
// place of each block its picture or output.
func (w *Walkthrough) finished(of sizes, transcript func(name string) string) ([]byte, error) {
	var page bytes.Buffer
	fmt.Fprintf(&page, "<!-- Made by `mooring walkthrough shoot %s` from %s. Change that file, not this one. -->\n\n", w.Name, SourceFile)
	at := 0
	var failed error
	_ = ast.Walk(w.root, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		block, ok := node.(*ast.FencedCodeBlock)
		if !ok || !entering || w.blocks[node] == nil {
			return ast.WalkContinue, nil
		}
		start, end, indent := w.extentOf(block)
		page.Write(w.source[at:start])
		at = end
		text, err := w.inPlaceOf(w.blocks[node], of, transcript)
		if err != nil {
			failed = err
			return ast.WalkStop, nil
		}
		if text == "" && bytes.HasPrefix(w.source[at:], []byte("\n")) {
			at++ // the empty line behind it
		}
		for line := range strings.Lines(text) {
			if line != "\n" {
				page.WriteString(indent)
			}
			page.WriteString(line)
		}
		return ast.WalkSkipChildren, nil
	})
	page.Write(w.source[at:])
	return page.Bytes(), failed
}

func (w *Walkthrough) inPlaceOf(step *Step, of sizes, transcript func(string) string) (string, error) {
	switch {
	case step.Terminal != nil:
		return fenced(transcript(step.Terminal.Name)), nil
	case !step.Scene.Picture:
		return "", nil
	}
	markup, err := w.pictureMarkup(step.Scene, AnyTheme, of, func(file string) string { return pictureFolder + "/" + file })
	if step.Scene.Caption != "" {
		markup += "\n\n*" + step.Scene.Caption + "*"
	}
	return markup + "\n", err
}

// fenced is a block of output, between fences that are longer than any in it.
func fenced(text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + "console\n" + text + fence + "\n"
}

// extentOf is where a block begins and ends in the source, with its fences, and
// how far it is set in.
func (w *Walkthrough) extentOf(block *ast.FencedCodeBlock) (start, end int, indent string) {
	start = bytes.LastIndexByte(w.source[:block.Info.Segment.Start], '\n') + 1
	fence := w.source[start:block.Info.Segment.Start]
	indent = string(fence[:len(fence)-len(bytes.TrimLeft(fence, " \t"))])
	end = w.closing(block)
	return start, end + len(lineAt(w.source, end)), indent
}

// closing is where the line begins that closes a block.
func (w *Walkthrough) closing(block *ast.FencedCodeBlock) int {
	if n := block.Lines().Len(); n > 0 {
		return block.Lines().At(n - 1).Stop
	}
	at := block.Info.Segment.Stop
	return at + len(lineAt(w.source, at))
}

// lineAt is the rest of a line with its end.
func lineAt(source []byte, at int) []byte {
	line, _, more := bytes.Cut(source[at:], []byte("\n"))
	if more {
		return source[at : at+len(line)+1]
	}
	return line
}

// standsAlone tells whether nothing but the block is on its lines, so that
// something else can be put in its place.
func (w *Walkthrough) standsAlone(block *ast.FencedCodeBlock) bool {
	start, _, _ := w.extentOf(block)
	isFence := func(line []byte) bool {
		line = bytes.TrimSpace(line)
		return bytes.HasPrefix(line, []byte("```")) || bytes.HasPrefix(line, []byte("~~~"))
	}
	return isFence(lineAt(w.source, start)) && isFence(lineAt(w.source, w.closing(block)))
}

// Folder reads a walkthrough's folder.
type Folder struct {
	fs.FS
	Name string
}

// Picture opens one of its pictures.
func (f Folder) Picture(file string) (fs.File, error) {
	return f.Open(path.Join(f.Name, pictureFolder, file))
}

func (f Folder) picturePath(file string) string { return path.Join(f.Name, pictureFolder, file) }

func (f Folder) terminalPath(name string) string {
	return path.Join(f.Name, terminalFolder, name+".txt")
}

// sizeOf reads the size of a stored picture.
func (f Folder) sizeOf(file string) (image.Point, error) {
	picture, err := f.Picture(file)
	if err != nil {
		return image.Point{}, err
	}
	defer picture.Close()
	config, _, err := image.DecodeConfig(picture)
	return image.Point{X: config.Width, Y: config.Height}, err
}

// Finished is what readers need of the folder: the page and its pictures.
func (f Folder) Finished() fs.FS { return finishedFS{f} }

type finishedFS struct{ folder Folder }

// Open implements fs.FS.
func (f finishedFS) Open(name string) (fs.File, error) {
	return f.folder.Open(path.Join(f.folder.Name, name))
}

// ReadDir implements fs.ReadDirFS.
func (f finishedFS) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(f.folder, path.Join(f.folder.Name, name))
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return name == "." && e.Name() != PageFile && e.Name() != pictureFolder }), err
}
