package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"mooring/text"
	"mooring/walkthrough"
)

// errStale ends a check that found something, after it has said what.
var errStale = errors.New("the walkthroughs are not true any more; the lines above say where")

// errNotShot ends a shoot in which something could not be done.
var errNotShot = errors.New("not every walkthrough could be shot; the lines above say where, and those are left as they were")

// walkthroughCommand is for whoever writes walkthroughs.
func walkthroughCommand(ctx context.Context, c *cli, args []string) error {
	verb := ""
	if len(args) > 0 {
		verb, args = args[0], args[1:]
	}
	verbs := map[string]func(context.Context, *cli, []string) error{
		"shoot": shootWalkthroughs, "check": checkWalkthroughs, "list": listWalkthroughs, "new": newWalkthrough,
	}
	if work, ok := verbs[verb]; ok {
		return work(ctx, c, args)
	}
	if verb != "--help" && verb != "-help" && verb != "-h" {
		return usagef("say shoot, check, list or new")
	}
	for i, verb := range []string{"shoot", "check", "list", "new"} {
		if i > 0 {
			fmt.Fprintln(c.stdout)
		}
		if err := verbs[verb](ctx, c, []string{"--help"}); !errors.Is(err, flag.ErrHelp) {
			return err
		}
	}
	return flag.ErrHelp
}

// studioSettings are what shooting and checking have in common.
type studioSettings struct {
	folder             string
	baseURL, portalURL string
}

func (s *settings) studioFlags(v *studioSettings) {
	s.folderFlag(&v.folder)
	s.StringVar(&v.baseURL, "base-url", "", "address of a running demo or test installation to use; without it, each walkthrough gets a demo world of its own")
	s.StringVar(&v.portalURL, "portal-url", "", "address of the simulated portal of that installation")
}

func (s *settings) folderFlag(folder *string) {
	s.StringVar(folder, "folder", filepath.Join("docs", "walkthroughs"), "folder of the walkthroughs")
}

// parseNames reads flags and names in whatever order people write them.
func (s *settings) parseNames(args []string) ([]string, error) {
	var names []string
	for {
		if err := s.parse(args, len(args)); err != nil {
			return nil, err
		}
		if args = s.Args(); len(args) == 0 {
			return names, nil
		}
		names, args = append(names, args[0]), args[1:]
	}
}

func shootWalkthroughs(ctx context.Context, c *cli, args []string) error {
	var v studioSettings
	var format, output string
	s := c.settings("walkthrough shoot", "act the walkthroughs NAME out, or all, take their pictures and write their pages")
	s.studioFlags(&v)
	s.StringVar(&format, "format", "", "what to write besides, separated by commas: markdown, html (pages that need nothing beside them) or pdf (all in one)")
	s.StringVar(&output, "output", "walkthroughs", "folder for what --format asks for")
	names, err := s.parseNames(args)
	if err != nil {
		return err
	}
	formats, err := formatsOf(format)
	if err != nil {
		return err
	}
	studio, err := openStudio(ctx, c, v, names)
	if err != nil {
		return err
	}
	defer studio.close()
	results, err := studio.shoot(ctx)
	if err != nil {
		return err
	}
	failed, replaced := 0, 0
	var tally tally
	for _, r := range results {
		failed += c.tell(r.take.Findings)
		if len(r.take.Findings) > 0 {
			continue
		}
		changes, identical, err := studio.compare(ctx, r)
		if err != nil {
			return err
		}
		tally.add(r.take, changes, identical)
		for _, change := range changes {
			if err := change.Apply(v.folder); err != nil {
				return err
			}
			replaced++
			fmt.Fprintln(c.stdout, change.Done())
		}
	}
	fmt.Fprintf(c.stdout, "%s. %s written or removed; %s.\n", studio.took(), text.Count(replaced, "file", "files"), tally)
	if failed > 0 {
		return errNotShot
	}
	return studio.write(ctx, c, v.folder, formats, output)
}

func checkWalkthroughs(ctx context.Context, c *cli, args []string) error {
	var v studioSettings
	var report string
	s := c.settings("walkthrough check", "act the walkthroughs NAME out, or all, and say what is not true any more; writes nothing, and exits with 1 if something is stale")
	s.studioFlags(&v)
	s.StringVar(&report, "report", "", "write a page of HTML with each changed picture before and after, and where it differs, to this file")
	names, err := s.parseNames(args)
	if err != nil {
		return err
	}
	studio, err := openStudio(ctx, c, v, names)
	if err != nil {
		return err
	}
	defer studio.close()
	results, err := studio.shoot(ctx)
	if err != nil {
		return err
	}
	findings := slices.Clone(studio.broken)
	var changes []walkthrough.Change
	var tally tally
	for _, r := range results {
		findings = append(findings, r.take.Findings...)
		changed, identical, err := studio.compare(ctx, r)
		if err != nil {
			return err
		}
		if len(r.take.Findings) > 0 { // what is missing because of them is not stale
			changed = slices.DeleteFunc(changed, func(c walkthrough.Change) bool { return c.Before == nil })
		}
		tally.add(r.take, changed, identical)
		changes = append(changes, changed...)
	}
	stale := c.tell(findings)
	for _, change := range changes {
		stale += c.tell([]walkthrough.Finding{change.Finding()})
	}
	fmt.Fprintf(c.stdout, "%s. %s; %s.\n", studio.took(), text.Count(stale, "stale thing", "stale things"), tally)
	if report != "" {
		page, err := walkthrough.Report(findings, changes)
		if err == nil {
			err = os.WriteFile(report, page, 0o644)
		}
		if err != nil {
			return err
		}
	}
	if stale > 0 {
		return errStale
	}
	return nil
}

func (c *cli) tell(findings []walkthrough.Finding) int {
	for _, f := range findings {
		fmt.Fprintln(c.stdout, f)
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
	said := text.Count(t.same, "picture", "pictures") + " the same to the pixel"
	if t.close > 0 {
		said += fmt.Sprintf(", %d all but the same", t.close)
	}
	return said
}

func listWalkthroughs(_ context.Context, c *cli, args []string) error {
	var folder string
	s := c.settings("walkthrough list", "list the walkthroughs with the number of their pictures")
	s.folderFlag(&folder)
	if err := s.parse(args, 0); err != nil {
		return err
	}
	all, err := walkthrough.ReadAll(os.DirFS(folder))
	for _, w := range all {
		fmt.Fprintf(c.stdout, "%-24s %3d pictures  %s\n", w.Name, w.Pictures(), w.Title)
	}
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("there is no walkthrough in %s", folder)
	}
	return err
}

func newWalkthrough(_ context.Context, c *cli, args []string) error {
	var folder string
	s := c.settings("walkthrough new", "begin a walkthrough NAME, with a first picture to change")
	s.folderFlag(&folder)
	names, err := s.parseNames(args)
	if err != nil {
		return err
	}
	if len(names) != 1 {
		return usagef("say the NAME of the walkthrough, as in mooring walkthrough new link-azure")
	}
	file, err := walkthrough.New(folder, names[0])
	if err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "Wrote %s. Change it, and then run\n\n    mooring walkthrough shoot %s\n", filepath.ToSlash(file), names[0])
	return nil
}

// The other forms of finished walkthroughs.
const (
	formatMarkdown = "markdown"
	formatHTML     = "html"
	formatPDF      = "pdf"
)

func formatsOf(list string) ([]string, error) {
	var formats []string
	for format := range strings.SplitSeq(list, ",") {
		switch format = strings.TrimSpace(format); format {
		case "":
		case formatMarkdown, formatHTML, formatPDF:
			formats = append(formats, format)
		default:
			return nil, usagef("--format: %q is none of markdown, html and pdf", format)
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
			pdf, err := s.print(ctx, files, names)
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

// address reads --base-url and its like.
func address(flagName, text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return "", usagef("--%s: %q is not an address such as http://localhost:8080", flagName, text)
	}
	return strings.TrimSuffix(text, "/"), nil
}

// took tells how long the pictures took.
func (s *studio) took() string {
	pictures := 0
	for _, w := range s.chosen {
		pictures += w.Pictures()
	}
	return fmt.Sprintf("%s of %s in %s", text.Count(pictures, "picture", "pictures"), text.Count(len(s.chosen), "walkthrough", "walkthroughs"), time.Since(s.began).Round(100*time.Millisecond))
}
