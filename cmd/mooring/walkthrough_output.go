package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"mooring/text"
	"mooring/walkthrough"
)

// writeDrafts writes the pictures of a draft into a folder of their own.
func (s *studio) writeDrafts(results []shot, output string) error {
	failed := 0
	for _, r := range results {
		failed += s.tell(r.take.Findings)
		for _, file := range slices.Sorted(maps.Keys(r.take.Pictures)) {
			path := filepath.Join(output, r.Name, "drafts", file)
			if err := writePicture(path, r.take.Pictures[file]); err != nil {
				return err
			}
			fmt.Fprintf(s.cli.stdout, "wrote %s\n", filepath.ToSlash(path))
		}
	}
	fmt.Fprintf(s.cli.stdout, "%s.\n", s.took(results))
	if failed > 0 {
		return errNotShot
	}
	return nil
}

func writePicture(path string, img image.Image) error {
	var file bytes.Buffer
	err := png.Encode(&file, img)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o755)
	}
	if err == nil {
		err = os.WriteFile(path, file.Bytes(), 0o644)
	}
	return err
}

// print prints what a check found.
func (s *studio) print(found walkthrough.Report, format string, tally tally, results []shot) error {
	if format == formatJSON {
		data, err := found.JSON()
		if err == nil {
			_, err = s.cli.stdout.Write(data)
		}
		return err
	}
	stale := s.tell(found.Findings)
	for _, change := range found.Changes {
		stale += s.tell([]walkthrough.Finding{change.Finding()})
	}
	fmt.Fprintf(s.cli.stdout, "%s. %s; %s.\n", s.took(results), text.Count(stale, "problem", "problems"), tally)
	return nil
}

// writeReport writes a report as the file's name says.
func writeReport(found walkthrough.Report, file string) error {
	if !strings.HasSuffix(file, ".md") {
		page, err := found.HTML()
		if err == nil {
			err = os.WriteFile(file, page, 0o644)
		}
		return err
	}
	folder := strings.TrimSuffix(file, ".md") + "-pictures"
	page, pictures := found.Markdown(filepath.Base(folder))
	for name, img := range pictures {
		if err := writePicture(filepath.Join(folder, name), img); err != nil {
			return err
		}
	}
	return os.WriteFile(file, page, 0o644)
}

// tell prints findings, and for what failed in the browser what could be named
// there, and where its screenshot is.
func (s *studio) tell(findings []walkthrough.Finding) int {
	for _, f := range findings {
		fmt.Fprintln(s.cli.stdout, f)
		if f.Moment == nil {
			continue
		}
		if len(f.Moment.Targets) > 0 {
			fmt.Fprintln(s.cli.stdout, "    Targets on the page:")
		}
		for _, t := range f.Moment.Targets {
			fmt.Fprintf(s.cli.stdout, "      %s\n", t)
		}
		if f.Moment.Window == nil {
			continue
		}
		path := filepath.Join(s.failures, fmt.Sprintf("%s-%d.png", f.Walkthrough, f.Line))
		if err := writePicture(path, f.Moment.Window); err != nil {
			fmt.Fprintf(s.cli.stderr, "could not keep the screenshot: %v\n", err)
			continue
		}
		fmt.Fprintf(s.cli.stdout, "    Screenshot: %s\n", filepath.ToSlash(path))
	}
	return len(findings)
}

// tally counts pictures that stay as they are.
type tally struct{ same, close int }

func (t *tally) add(take *walkthrough.Take, changes []walkthrough.Change, identical int) {
	t.same += identical
	t.close += len(take.Pictures) - identical
	for _, change := range changes {
		if change.After != nil {
			t.close--
		}
	}
}

func (t tally) String() string {
	said := text.Count(t.same, "picture", "pictures") + " unchanged"
	if t.close > 0 {
		said += fmt.Sprintf(", %d almost unchanged", t.close)
	}
	return said
}

// The other forms of finished walkthroughs.
const (
	formatMarkdown = "markdown"
	formatHTML     = "html"
	formatPDF      = "pdf"
)

// The forms in which a check prints what it found.
const (
	formatText = "text"
	formatJSON = "json"
)

func formatsOf(list string) ([]string, error) {
	var formats []string
	for format := range strings.SplitSeq(list, ",") {
		switch format = strings.TrimSpace(format); format {
		case "":
		case formatMarkdown, formatHTML, formatPDF:
			formats = append(formats, format)
		default:
			return nil, usagef("--format: %q is not markdown, html or pdf", format)
		}
	}
	return formats, nil
}

// write writes the finished walkthroughs in other forms.
func (s *studio) write(ctx context.Context, c *cli, folder string, formats []string, output string) error {
	root, err := filepath.Abs(output)
	if err != nil || len(formats) == 0 {
		return err
	}
	if err := os.MkdirAll(root, 0o755); err != nil {
		return err
	}
	var names []string
	for _, w := range s.chosen {
		names = append(names, w.Name)
	}
	files := os.DirFS(folder)
	wrote := func(file string, data []byte, err error) error {
		if err == nil {
			err = os.WriteFile(filepath.Join(root, file), data, 0o644)
		}
		if err == nil {
			fmt.Fprintf(c.stdout, "wrote %s\n", filepath.ToSlash(filepath.Join(output, file)))
		}
		return err
	}
	for _, format := range formats {
		switch format {
		case formatMarkdown:
			for _, name := range names {
				if err := os.CopyFS(filepath.Join(root, name), walkthrough.Folder{FS: files, Name: name}.Finished()); err != nil {
					return fmt.Errorf("%s: is there an older one in %s? %w", name, output, err)
				}
				fmt.Fprintf(c.stdout, "wrote %s\n", filepath.ToSlash(filepath.Join(output, name, walkthrough.PageFile)))
			}
		case formatHTML:
			for _, name := range names {
				page, err := walkthrough.Standalone(files, []string{name}, walkthrough.AnyTheme)
				if err := wrote(name+".html", page, err); err != nil {
					return err
				}
			}
		case formatPDF:
			pdf, err := s.printPDF(ctx, files, names)
			if err := wrote(pdfName(names), pdf, err); err != nil {
				return err
			}
		}
	}
	return nil
}

func pdfName(names []string) string {
	if len(names) == 1 {
		return names[0] + ".pdf"
	}
	return "walkthroughs.pdf"
}

// took tells how many pictures were taken, and how long that took.
func (s *studio) took(results []shot) string {
	pictures := 0
	for _, r := range results {
		pictures += len(r.take.Pictures)
	}
	return fmt.Sprintf("%s of %s in %s", text.Count(pictures, "picture", "pictures"), text.Count(len(s.chosen), "walkthrough", "walkthroughs"), time.Since(s.began).Round(100*time.Millisecond))
}
