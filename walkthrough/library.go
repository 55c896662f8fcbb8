package walkthrough

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/yuin/goldmark/ast"
)

// Library is the finished walkthroughs, ready to be read. It does not change.
type Library struct {
	folder fs.FS
	opened []Page
	read   func() // fills opened, once; nil: it is filled
}

// Page is a finished walkthrough.
type Page struct {
	Name    string
	Former  []string // names that it had, at which readers may still look for it
	Title   string
	Summary string
	Parts   []Part
	Minutes int // about how long it takes to read, at 200 words a minute

	Audience Audience

	searched []searched // what a search compares with, one for each part

	set func() (map[Theme]string, error) // once, when somebody first reads it: pictures are big
}

// Part is a heading of a page with what stands below it. The part without a
// heading is what stands above the first.
type Part struct {
	Heading string
	Level   int    // of the heading: 2, 3, …; 0 without one
	Anchor  string // "": the top of the page
	Text    string // without markup
}

// Body is the page as HTML, below its title, with the pictures of a theme.
func (p Page) Body(theme Theme) (string, error) {
	bodies, err := p.set()
	return bodies[theme], err
}

// Paths says where pages and their pictures are served.
type Paths struct {
	Page    func(name string) string
	Picture func(name, file string) string
	Heading func(name, anchor string) string // the id of a heading, where pages stand on one; nil: its anchor
}

// leads is where a link of a page leads.
func (p Paths) leads(from, to string) string {
	name, anchor, other := otherPage(to)
	if here, ok := strings.CutPrefix(to, "#"); ok {
		name, anchor = from, here
	} else if !other {
		return to
	}
	switch {
	case anchor != "" && p.Heading != nil:
		return "#" + p.Heading(name, anchor)
	case !other:
		return to
	}
	return strings.TrimSuffix(p.Page(name)+"#"+anchor, "#")
}

// OpenLibrary reads all finished walkthroughs of a folder. One that is not
// finished is left out; the error tells which and why, beside a library that
// works.
func OpenLibrary(fsys fs.FS, paths Paths) (*Library, error) {
	all, err := ReadAll(fsys)
	unfinished := []error{err}
	l := &Library{folder: fsys}
	for _, w := range all {
		page, err := w.page(Folder{fsys, w.Name}, paths)
		if err != nil {
			unfinished = append(unfinished, fmt.Errorf("%s: %w", w.Name, err))
			continue
		}
		l.opened = append(l.opened, page)
	}
	return l, errors.Join(unfinished...)
}

// OpenLibraryLater is OpenLibrary when the library is first used, which takes a program
// that starts longer than all else. unfinished hears what OpenLibrary's error says.
func OpenLibraryLater(fsys fs.FS, paths Paths, unfinished func(error)) *Library {
	l := &Library{folder: fsys}
	l.read = sync.OnceFunc(func() {
		opened, err := OpenLibrary(fsys, paths)
		if err != nil {
			unfinished(err)
		}
		l.opened = opened.opened
	})
	return l
}

// pages are those of the library, once it is read.
func (l *Library) pages() []Page {
	if l.read != nil {
		l.read()
	}
	return l.opened
}

func (w *Walkthrough) page(folder Folder, paths Paths) (Page, error) {
	p := Page{Name: w.Name, Former: w.Former, Title: w.Title, Summary: w.Summary, Audience: w.Audience, Parts: w.parts()}
	words := 0
	for _, part := range p.Parts {
		words += len(strings.Fields(part.Text))
		heading := p.Title + " " + part.Heading
		p.searched = append(p.searched, searched{strings.ToLower(heading), strings.ToLower(heading + " " + part.Text)})
	}
	p.Minutes = max(1, (words+100)/200)
	for _, file := range w.files(folder) {
		if _, err := fs.Stat(folder, file); err != nil {
			return Page{}, err
		}
	}
	p.set = sync.OnceValues(func() (map[Theme]string, error) {
		addresses := map[string]string{}
		return w.bodies(folder, paths, func(file string) string { // all themes share most of them
			if addresses[file] == "" {
				addresses[file] = paths.Picture(w.Name, file)
			}
			return addresses[file]
		})
	})
	return p, nil
}

// bodies sets the page for each theme, with pictures at the addresses that
// picture gives.
func (w *Walkthrough) bodies(folder Folder, paths Paths, picture func(file string) string) (map[Theme]string, error) {
	var failed error
	set := setting{of: folder.sizeOf, picture: picture,
		transcript: func(name string) string {
			text, err := fs.ReadFile(folder, folder.terminalPath(name))
			failed = errors.Join(failed, err)
			return string(text)
		},
		link:   func(to string) string { return paths.leads(w.Name, to) },
		anchor: func(anchor string) string { return anchor },
	}
	if paths.Heading != nil {
		set.anchor = func(anchor string) string { return paths.Heading(w.Name, anchor) }
	}
	bodies := map[Theme]string{}
	for _, set.theme = range []Theme{AnyTheme, LightTheme, DarkTheme} {
		body, err := w.body(set)
		if err = errors.Join(err, failed); err != nil {
			return nil, err
		}
		bodies[set.theme] = body
	}
	return bodies, nil
}

// parts cuts the page at its headings.
func (w *Walkthrough) parts() []Part {
	parts := []Part{{}}
	for node := w.root.FirstChild(); node != nil; node = node.NextSibling() {
		if h, ok := node.(*ast.Heading); ok {
			if h.Level > 1 {
				parts = append(parts, Part{Heading: w.textOf(h), Level: h.Level, Anchor: anchorOf(h)})
			}
			continue
		}
		last := &parts[len(parts)-1]
		text := w.textOf(node)
		if step := w.blocks[node]; step != nil && step.Scene != nil {
			text = step.Scene.Alt + " " + step.Scene.Caption
		}
		last.Text = spaced(last.Text + " " + text)
	}
	return parts
}

// Pages lists all pages, in their order.
func (l *Library) Pages() []Page { return l.pages() }

// Find gives the page of that name.
func (l *Library) Find(name string) (Page, bool) {
	pages := l.pages()
	i := slices.IndexFunc(pages, func(p Page) bool { return p.Name == name })
	if i < 0 {
		return Page{}, false
	}
	return pages[i], true
}

// Renamed gives the page that had that name earlier.
func (l *Library) Renamed(former string) (Page, bool) {
	pages := l.pages()
	i := slices.IndexFunc(pages, func(p Page) bool { return slices.Contains(p.Former, former) })
	if i < 0 {
		return Page{}, false
	}
	return pages[i], true
}

// Picture opens a picture of a page.
func (l *Library) Picture(name, file string) (fs.File, error) {
	if _, ok := l.Find(name); !ok || path.Base(file) != file || path.Ext(file) != ".png" {
		return nil, fs.ErrNotExist
	}
	return Folder{l.folder, name}.Picture(file)
}

// Has tells whether a page has a part with this anchor; "" is its top.
func (l *Library) Has(name, anchor string) bool {
	p, ok := l.Find(name)
	return ok && slices.ContainsFunc(p.Parts, func(part Part) bool { return part.Anchor == anchor })
}
