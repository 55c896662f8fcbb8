package views

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"mooring/static"
)

// GalleryPath is where the demo shows the gallery.
const GalleryPath = "/_gallery"

// Gallery shows every sample as a page of its own, in both themes, to whoever
// changes the look. Its pages load no htmx: they stay in the state that they
// show.
type Gallery struct {
	samples []rendered
	byName  map[string]int
}

// rendered is a sample as a whole document.
type rendered struct {
	name, kind string // kind: "page", "dialog" or "part"
	document   string
}

// NewGallery renders samples. It returns an error if one can't be rendered or
// two have the same name.
func NewGallery(samples []Sample) (*Gallery, error) {
	g := &Gallery{byName: map[string]int{}}
	for _, s := range samples {
		r, err := renderSample(s)
		if err != nil {
			return nil, fmt.Errorf("sample %s: %w", s.Name, err)
		}
		g.samples = append(g.samples, r)
	}
	slices.SortStableFunc(g.samples, func(a, b rendered) int { return strings.Compare(a.name, b.name) })
	for i, s := range g.samples {
		if _, twice := g.byName[s.name]; twice {
			return nil, fmt.Errorf("two samples are named %s", s.name)
		}
		g.byName[s.name] = i
	}
	return g, nil
}

// renderSample makes a document of a sample: a dialog opens over an empty page,
// and a part of a page stands on one.
func renderSample(s Sample) (rendered, error) {
	alone, err := renderString(s.Component)
	if err != nil {
		return rendered{}, err
	}
	r := rendered{name: s.Name, document: alone}
	around := framed
	switch {
	case strings.HasPrefix(alone, "<!doctype html>"):
		r.kind = "page"
		return r, nil
	case strings.Contains(alone, `id="dialog-title"`):
		r.kind = "dialog"
		around = func(f Frame, dialog templ.Component) templ.Component {
			return framed(withDialog(f, dialog), templ.Join(templ.Raw("<h1>A dialog</h1>"), pageNews(f)))
		}
	default:
		r.kind = "part"
		around = func(f Frame, part templ.Component) templ.Component {
			return framed(f, templ.Join(templ.Raw("<h1>Part of a page</h1>"), pageNews(f), part))
		}
	}
	frame := sampleFrame(s.Name)
	if strings.HasPrefix(s.Name, "admin-") {
		frame = wide(sampleAdmin(s.Name, ""))
	}
	r.document, err = renderString(around(frame, templ.Raw(alone)))
	return r, err
}

func renderString(c templ.Component) (string, error) {
	var b bytes.Buffer
	err := c.Render(context.Background(), &b)
	return b.String(), err
}

// Document returns the sample as HTML in a theme: "light", "dark", or "system"
// for that of the browser. It reports false for a name or theme that does not
// exist.
func (g *Gallery) Document(name, theme string) (string, bool) {
	at, ok := g.byName[name]
	if !ok || !slices.Contains(galleryThemes, theme) {
		return "", false
	}
	document := g.samples[at].document
	before, rest, _ := strings.Cut(document, ` data-theme="`)
	_, after, ok := strings.Cut(rest, `"`)
	document = before + ` data-theme="` + theme + `"` + after
	return strings.Replace(document, `<script src="`+static.Path("htmx.min.js")+`" defer></script>`, "", 1), ok
}

var galleryThemes = []string{"system", "light", "dark"}

// Names returns the name of every sample, sorted.
func (g *Gallery) Names() []string {
	names := make([]string, len(g.samples))
	for i, s := range g.samples {
		names[i] = s.name
	}
	return names
}

// Index returns the page that lists every sample.
func (g *Gallery) Index(f Frame) templ.Component {
	var groups []galleryGroup
	for _, s := range g.samples {
		first, _, _ := strings.Cut(s.name, "-")
		if len(groups) == 0 || groups[len(groups)-1].name != first {
			groups = append(groups, galleryGroup{name: first})
		}
		last := &groups[len(groups)-1]
		last.samples = append(last.samples, s)
	}
	return galleryIndex(f, len(g.samples), groups)
}

type galleryGroup struct {
	name    string
	samples []rendered
}

// Looks returns the page that shows one sample in two themes and two widths. It
// reports false for a name that does not exist.
func (g *Gallery) Looks(f Frame, name string) (templ.Component, bool) {
	at, ok := g.byName[name]
	if !ok {
		return nil, false
	}
	neighbor := func(i int) string {
		if i < 0 || i >= len(g.samples) {
			return ""
		}
		return g.samples[i].name
	}
	return galleryLooks(f, g.samples[at], neighbor(at-1), neighbor(at+1)), true
}

// galleryLook is one look at a sample, in CSS pixels.
type galleryLook struct {
	name, theme   string
	width, height string
}

var galleryLooksOfAll = []galleryLook{
	{"Wide, light", "light", "1280", "800"}, {"Wide, dark", "dark", "1280", "800"},
	{"Narrow, light", "light", "360", "780"}, {"Narrow, dark", "dark", "360", "780"},
}
