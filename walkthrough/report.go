package walkthrough

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"image"
	"image/png"
	"path"
	"strings"
)

// Report is what a check found.
type Report struct {
	Findings []Finding
	Changes  []Change
	Pictures int // that were taken
	Same     int // of these, the same to the pixel
}

// HTML writes one page that shows what is stale: all findings, with what the
// window showed, and each changed picture as it was, as it is and where it differs.
func (r Report) HTML() ([]byte, error) {
	var page strings.Builder
	fmt.Fprintf(&page, "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Walkthrough check</title>\n<style>%s%s</style>\n<main>\n<h1>Walkthrough check</h1>\n",
		pageStyle, "body { max-width: 96rem } .three { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1rem } .moment { max-width: 40rem }")
	if len(r.Findings) == 0 && len(r.Changes) == 0 {
		page.WriteString("<p>Everything is up to date.</p>\n")
	}
	if len(r.Findings) > 0 {
		page.WriteString("<h2>Problems</h2>\n<ul>\n")
		for _, f := range r.Findings {
			fmt.Fprintf(&page, "<li>%s%s</li>\n", html.EscapeString(f.String()), f.Moment.markup())
		}
		page.WriteString("</ul>\n")
	}
	for _, c := range r.Changes {
		fmt.Fprintf(&page, "<h2>%s</h2>\n<p>%s</p>\n", html.EscapeString(c.Path), html.EscapeString(c.sentence()))
		if c.After == nil {
			continue
		}
		page.WriteString("<div class=\"three\">\n")
		for _, view := range c.views() {
			fmt.Fprintf(&page, "<figure><figcaption>%s</figcaption><img src=\"%s\" alt=\"%s\"></figure>\n", view.title, inPage(view.image), html.EscapeString(view.title+": "+c.Path))
		}
		page.WriteString("</div>\n")
	}
	page.WriteString("</main>\n")
	return []byte(page.String()), nil
}

// markup is a moment as a part of a page: folded, since it is long.
func (m *Moment) markup() string {
	if m == nil {
		return ""
	}
	var b strings.Builder
	b.WriteString("<details><summary>Show the page</summary>")
	if m.Window != nil {
		fmt.Fprintf(&b, "<img class=\"moment\" src=\"%s\" alt=\"Screenshot of the failed step\">", inPage(m.Window))
	}
	b.WriteString("<ul>")
	for _, t := range m.Targets {
		fmt.Fprintf(&b, "<li><code>%s</code></li>", html.EscapeString(t.String()))
	}
	b.WriteString("</ul></details>")
	return b.String()
}

// Markdown writes the report for a pull request, and gives the pictures that it
// shows by their files' names. folder is where these files will be, as seen from
// the report.
func (r Report) Markdown(folder string) (page []byte, pictures map[string]image.Image) {
	var b bytes.Buffer
	pictures = map[string]image.Image{}
	b.WriteString("# Walkthroughs\n\n")
	if len(r.Findings) == 0 && len(r.Changes) == 0 {
		b.WriteString("Everything is up to date.\n")
		return b.Bytes(), pictures
	}
	for i, f := range r.Findings {
		fmt.Fprintf(&b, "* %s\n", inMarkdown(f.String()))
		if f.Moment != nil && f.Moment.Window != nil {
			file := fmt.Sprintf("finding-%d.png", i+1)
			pictures[file] = f.Moment.Window
			fmt.Fprintf(&b, "\n  ![Screenshot of the failed step](%s)\n\n", path.Join(folder, file))
		}
	}
	for _, c := range r.Changes {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", c.Path, c.sentence())
		if c.After == nil {
			continue
		}
		var titles, images []string
		for _, view := range c.views() {
			file := strings.TrimSuffix(strings.ReplaceAll(c.Path, "/", "-"), ".png") + "-" + strings.ToLower(view.title) + ".png"
			pictures[file] = view.image
			titles, images = append(titles, view.title), append(images, fmt.Sprintf("![%s](%s)", view.title, path.Join(folder, file)))
		}
		fmt.Fprintf(&b, "\n| %s |\n|%s\n| %s |\n", strings.Join(titles, " | "), strings.Repeat(" --- |", len(titles)), strings.Join(images, " | "))
	}
	return b.Bytes(), pictures
}

// inMarkdown is a text in which nothing is markup.
func inMarkdown(text string) string {
	return strings.NewReplacer("\\", "\\\\", "<", "&lt;", "`", "\\`", "*", "\\*", "_", "\\_", "[", "\\[", "|", "\\|", "\n", " ").Replace(text)
}

// JSON writes the report for programs.
func (r Report) JSON() ([]byte, error) {
	type finding struct {
		Walkthrough string   `json:"walkthrough"`
		File        string   `json:"file"`
		Line        int      `json:"line,omitempty"`
		Where       string   `json:"where,omitempty"`
		Message     string   `json:"message"`
		Targets     []string `json:"targets,omitempty"`
	}
	type change struct {
		Walkthrough string `json:"walkthrough"`
		File        string `json:"file"`
		Message     string `json:"message"`
	}
	out := struct {
		Findings []finding `json:"findings"`
		Changes  []change  `json:"changes"`
		Pictures int       `json:"pictures"`
		Same     int       `json:"same"`
	}{[]finding{}, []change{}, r.Pictures, r.Same}
	for _, f := range r.Findings {
		entry := finding{Walkthrough: f.Walkthrough, File: path.Join(f.Walkthrough, SourceFile), Line: f.Line, Where: f.Where, Message: f.Says}
		if f.Moment != nil {
			for _, t := range f.Moment.Targets {
				entry.Targets = append(entry.Targets, t.String())
			}
		}
		out.Findings = append(out.Findings, entry)
	}
	for _, c := range r.Changes {
		name, _, _ := strings.Cut(c.Path, "/")
		out.Changes = append(out.Changes, change{name, c.Path, c.Says})
	}
	data, err := json.MarshalIndent(out, "", "  ")
	return append(data, '\n'), err
}

// sentence tells how a file is stale.
func (c Change) sentence() string { return strings.ToUpper(c.Says[:1]) + c.Says[1:] + "." }

// view is a picture of a change, under its title.
type view struct {
	title string
	image image.Image
}

// views are a changed picture as it was, as it is, and where it differs.
func (c Change) views() []view {
	if c.Before == nil {
		return []view{{"After", c.After.Image}}
	}
	return []view{{"Before", c.Before.Image}, {"After", c.After.Image}, {"Difference", difference(c.Before.Image, c.After.Image)}}
}

// inPage is a picture as an address that holds it.
func inPage(img image.Image) string {
	var file bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	_ = encoder.Encode(&file, img) // a buffer takes all, and pictures are of a size that PNG knows
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(file.Bytes())
}
