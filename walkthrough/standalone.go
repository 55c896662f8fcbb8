package walkthrough

import (
	"encoding/base64"
	"fmt"
	"html"
	"io/fs"
	"net/http"
	"strings"
)

// pageStyle is the style of pages that stand alone: for reading, and for paper.
const pageStyle = `
:root { color-scheme: light dark; --ink: light-dark(#14191b, #e6eaea); --soft: light-dark(#55606a, #a3adb0); --line: light-dark(#d5dadb, #3a4245);
  --ground: light-dark(#ffffff, #101416); --code: light-dark(#f3f5f5, #1b2124); --accent: light-dark(#0b6166, #6fc7cc) }
html { background: var(--ground); color: var(--ink); font: 16px/1.6 system-ui, "DejaVu Sans", sans-serif }
body { max-width: 52rem; margin: 0 auto; padding: 2rem 1rem 4rem }
h1, h2, h3 { line-height: 1.25; margin: 2em 0 .6em } h1 { margin-top: 0 }
a { color: var(--accent) } h2 a, h3 a { color: inherit; text-decoration: none }
figure { margin: 1.5rem 0 } figcaption { color: var(--soft); font-size: .9rem; margin-top: .4rem }
img { box-sizing: border-box; max-width: 100%; height: auto; border: 1px solid var(--line); border-radius: 6px }
pre { overflow-x: auto; padding: .8rem 1rem; background: var(--code); border-radius: 6px; font-size: .85rem }
code { font-family: ui-monospace, "DejaVu Sans Mono", monospace }
table { border-collapse: collapse } th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-top: 1px solid var(--line); vertical-align: top }
blockquote { margin: 1rem 0; padding: .1rem 1rem; border-left: 4px solid var(--accent) }
.summary { color: var(--soft) }
@media print { :root { color-scheme: light } body { max-width: none; padding: 0 } main + main { break-before: page }
  figure, pre, tr { break-inside: avoid } h2, h3 { break-after: avoid } pre { white-space: pre-wrap } }
`

// Standalone writes finished walkthroughs as one page of HTML that needs
// nothing beside it. On paper, light pictures of wide windows are best.
func Standalone(fsys fs.FS, names []string, theme Theme) ([]byte, error) {
	paths := Paths{
		Page:    func(name string) string { return "#" + name },
		Heading: func(name, anchor string) string { return name + "." + anchor },
		Picture: func(name, file string) string {
			data, err := fs.ReadFile(fsys, Folder{fsys, name}.picturePath(file))
			if err != nil {
				return file
			}
			return "data:" + http.DetectContentType(data) + ";base64," + base64.StdEncoding.EncodeToString(data)
		},
	}
	library, err := OpenLibrary(onlyThese{fsys, names}, paths)
	if err != nil {
		return nil, err
	}
	var page strings.Builder
	title := "Walkthroughs"
	if pages := library.Pages(); len(pages) == 1 {
		title = pages[0].Title
	}
	fmt.Fprintf(&page, "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>%s</title>\n<style>%s</style>\n",
		html.EscapeString(title), pageStyle)
	for _, p := range library.Pages() {
		body, err := p.Body(theme)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&page, "<main id=\"%s\">\n<h1>%s</h1>\n<p class=\"summary\">%s</p>\n%s</main>\n", p.Name, html.EscapeString(p.Title), html.EscapeString(p.Summary),
			strings.ReplaceAll(body, ` loading="lazy"`, ""))
	}
	return []byte(page.String()), nil
}

// onlyThese is a folder of walkthroughs that holds only some of them.
type onlyThese struct {
	fs.FS
	names []string
}

// Glob implements fs.GlobFS, by which walkthroughs are found.
func (o onlyThese) Glob(string) ([]string, error) {
	var found []string
	for _, name := range o.names {
		found = append(found, name+"/"+SourceFile)
	}
	return found, nil
}
