// Package simulated has what all simulated clouds have in common: the servers (Network),
// the console (Console), its shell (Shells) and the errors that people can choose
// (Overrides). What belongs to one cloud is in a folder of that cloud. It is for the demo
// and for tests.
package simulated

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed pages
var sharedPages embed.FS

var (
	//go:embed console.css
	consoleStyle []byte
	//go:embed copy.js
	copyScript []byte
)

// MaxFormBytes bounds every form of a console, files included.
const MaxFormBytes = 64 << 10

// Console is a simulated console: plain HTML pages that work without JavaScript. Set the
// fields and call Load.
//
// Its templates can use these of the shared ones: "problem" (a sentence or ""), "value" (a
// Value), "cases" (a list of Case), "answered-with" (an *Override) and "error-answer" (an
// ErrorAnswer). The pages "shell" and "missing" exist.
type Console struct {
	Name       string // as in "Simulated AWS console"
	Kind       string // what the cloud calls it, to screen readers: "Console"
	NotVendor  string // as in "Not Amazon."
	Home       string // label of the link to the first page
	Navigation []Link // that are on every page
	Color      Accent

	// Templates holds the cloud's pages. NAME.html defines the template "content" of the
	// page NAME. shared.html, if there is one, defines templates for all pages.
	Templates fs.FS

	pages map[string]*template.Template
}

// Accent is a console's color with what is legible on it, each as a color of CSS for the
// light theme and one for the dark theme.
type Accent struct{ Light, Dark, OnLight, OnDark string }

// Link is an entry of the navigation, or any link.
type Link struct {
	Text, Path string
	Label      string // for screen readers, if Text isn't enough
}

// Page is what the layout needs. Content is for the page's own template.
type Page struct {
	Title      string
	Path       string // of the entry of the navigation that is current; "": none is
	Navigation []Link // more than is on every page, such as the account's pages
	Content    any
}

// Value is a text with a button that copies it.
type Value struct {
	ID    string // in the page
	Doc   string // data-doc, by which walkthroughs and tests find it; "": none
	Label string // as in "Copy the account ID"
	Text  string
}

// Case is an account in the list of accounts, with what happens when somebody links it.
type Case struct {
	Name, Path string
	Outcome    string
	Now        *Override // nil: it answers as usual
	IDs        []CaseID
}

// CaseID is what somebody takes along from a Case.
type CaseID struct {
	Term  string // as in "Account ID"
	Value Value
	Link  *Link // beside it; nil: none
}

// ErrorAnswer is the section of an account's page where somebody chooses the error that
// the next checks get. It posts to Action, and to Action + "/delete".
type ErrorAnswer struct {
	Action  string
	Now     *Override // nil: it answers as usual
	Stages  []string
	Codes   []string // to suggest
	Typed   Override // if it comes back
	Problem string
}

// Sentence makes a sentence for a page of an error of Overrides.Read.
func Sentence(err error) string {
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// Load reads the templates.
func (c *Console) Load() error {
	layout, err := template.ParseFS(sharedPages, "pages/layout.html", "pages/parts.html")
	if err != nil {
		return err
	}
	if _, err := fs.Stat(c.Templates, "shared.html"); err == nil {
		if layout, err = layout.ParseFS(c.Templates, "shared.html"); err != nil {
			return err
		}
	}
	c.pages = map[string]*template.Template{}
	for _, one := range []struct {
		files   fs.FS
		pattern string
	}{{sharedPages, "pages/*.html"}, {c.Templates, "*.html"}} {
		names, err := fs.Glob(one.files, one.pattern)
		if err != nil {
			return err
		}
		for _, file := range names {
			name := strings.TrimSuffix(path.Base(file), ".html")
			if name == "layout" || name == "parts" || name == "shared" {
				continue
			}
			page, err := layout.Clone()
			if err == nil {
				page, err = page.ParseFS(one.files, file)
			}
			if err != nil {
				return fmt.Errorf("console page %s: %w", name, err)
			}
			c.pages[name] = page
		}
	}
	return nil
}

// Handler adds the style sheet, the script, the icon and the page for all other addresses
// to the cloud's own, adds the headers that every answer carries, bounds what is read, and
// refuses forms from other sites.
func (c *Console) Handler(own *http.ServeMux) http.Handler {
	own.HandleFunc("GET /console.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		_, _ = w.Write(append(c.Color.variables(), consoleStyle...))
	})
	own.HandleFunc("GET /copy.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		_, _ = w.Write(copyScript)
	})
	own.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	own.HandleFunc("/", c.Missing)
	return secured(http.NewCrossOriginProtection().Handler(own))
}

func (a Accent) variables() []byte {
	return fmt.Appendf(nil, ":root {\n  --accent: light-dark(%s, %s);\n  --on-accent: light-dark(%s, %s);\n}\n\n", a.Light, a.Dark, a.OnLight, a.OnDark)
}

// secured adds the headers that every answer carries and bounds what is read.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
			"X-Content-Type-Options":  "nosniff", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin", "Cache-Control": "no-store",
		} {
			w.Header().Set(name, value)
		}
		r.Body = http.MaxBytesReader(w, r.Body, MaxFormBytes)
		next.ServeHTTP(w, r)
	})
}

// Show renders the entire page before its first byte leaves. A page that doesn't render is
// an answer 500.
func (c *Console) Show(w http.ResponseWriter, status int, name string, page Page) {
	var b bytes.Buffer
	err := fmt.Errorf("no page %s", name)
	if t := c.pages[name]; t != nil {
		err = t.ExecuteTemplate(&b, "layout.html", map[string]any{"Console": c, "Page": page})
	}
	if err != nil {
		http.Error(w, "The simulated console cannot show this page.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

// Missing is the page for an address where nothing is. It leads to the first entry of the
// navigation.
func (c *Console) Missing(w http.ResponseWriter, _ *http.Request) {
	var first Link
	if len(c.Navigation) > 0 {
		first = Link{Text: strings.ToLower(c.Navigation[0].Text), Path: c.Navigation[0].Path}
	}
	c.Show(w, http.StatusNotFound, "missing", Page{Title: "Not found", Content: first})
}
