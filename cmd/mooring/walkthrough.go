package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"mooring/cloud/aws"
	"mooring/cloud/azure"
	"mooring/text"
	"mooring/walkthrough"
	"mooring/walkthrough/camera"
)

// errStale ends a check that found something, after it has said what.
var errStale = errors.New("some walkthroughs are out of date; see the lines above")

// errNotShot ends a shoot in which something could not be done.
var errNotShot = errors.New("some walkthroughs could not be finished and were left unchanged; see the lines above")

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
		return usagef("specify shoot, check, list or new")
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
	folder   string
	failures string
	baseURL  string
	clouds   map[string]*string // addresses of simulated clouds, by walkthrough.Simulated
	people   map[string]camera.Person
	only     string
	draft    bool
}

// siteNames are the simulated clouds that scenes play on.
var siteNames = map[string]string{walkthrough.OnPortal: "Azure portal", walkthrough.OnConsole: "AWS console", walkthrough.OnGoogle: "Google Cloud console",
	walkthrough.OnOracle: "Oracle Cloud console", walkthrough.OnDigitalOcean: "DigitalOcean"}

// siteOf is what scenes call the simulated cloud with a key.
func siteOf(key string) string {
	switch key {
	case azure.Key:
		return walkthrough.OnPortal
	case aws.Key:
		return walkthrough.OnConsole
	}
	return key
}

// walkthroughPassword is the variable with the password of the people of --as. The
// name of a person behind it is for that person only.
const walkthroughPassword = "MOORING_WALKTHROUGH_PASSWORD"

func (s *settings) studioFlags(v *studioSettings) {
	s.folderFlag(&v.folder)
	v.people = map[string]camera.Person{}
	s.StringVar(&v.failures, "failures", filepath.Join("walkthroughs", "failed"), "folder for screenshots of failures")
	s.StringVar(&v.baseURL, "base-url", "", "address of a running demo or test installation to use; without it, each walkthrough gets its own demo")
	v.clouds = map[string]*string{}
	for _, site := range walkthrough.Simulated {
		v.clouds[site] = s.String(site+"-url", "", "address of the simulated "+siteNames[site]+" of that installation")
	}
	s.Func("as", "with --base-url, the person to use in place of one of the walkthroughs, such as owner=olivia@example.com; repeat it for others. Passwords come from "+
		walkthroughPassword+", or from "+walkthroughPassword+"_OWNER for that person", func(text string) error {
		part, email, ok := strings.Cut(text, "=")
		if !ok || part == "" || !strings.Contains(email, "@") {
			return fmt.Errorf("%q is not like owner=olivia@example.com", text)
		}
		variable := walkthroughPassword + "_" + strings.ToUpper(strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
				return r
			}
			return '_'
		}, part))
		password := cmp.Or(s.cli.getenv(variable), s.cli.getenv(walkthroughPassword))
		if password == "" {
			return fmt.Errorf("there is no password for %s: set %s", email, variable)
		}
		if !strings.Contains(part, "@") {
			part += "@demo.example" // as walkthroughs write it
		}
		v.people[part] = camera.Person{Email: email, Password: password}
		return nil
	})
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
	s := c.settings("walkthrough shoot", "play the walkthroughs NAME, or all of them, take their pictures and write their pages")
	s.studioFlags(&v)
	s.StringVar(&format, "format", "", "other formats to write, separated by commas: markdown, html (self-contained pages) or pdf (one file)")
	s.StringVar(&output, "output", "walkthroughs", "folder for the output of --format and --draft")
	s.StringVar(&v.only, "only", "", "take only the picture with this name; the steps before it are played, the ones after it aren't")
	s.BoolVar(&v.draft, "draft", false, "take each picture once, in the first theme and width, and write it to the --output folder; skip marks that fail, and leave the walkthroughs unchanged")
	names, err := s.parseNames(args)
	if err != nil {
		return err
	}
	if v.only != "" && len(names) != 1 {
		return usagef("--only: name the walkthrough that has the picture, as in mooring walkthrough shoot link-azure --only %s", v.only)
	}
	if v.draft && format != "" {
		return usagef("--draft and --format don't go together: drafts have no finished page")
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
	if v.draft {
		return studio.writeDrafts(results, output)
	}
	failed, replaced := 0, 0
	apply := func(changes []walkthrough.Change) error {
		for _, change := range changes {
			if err := change.Apply(v.folder); err != nil {
				return err
			}
			replaced++
			fmt.Fprintln(c.stdout, change.Done())
		}
		return nil
	}
	var tally tally
	for _, r := range results {
		failed += studio.tell(r.take.Findings)
		if len(r.take.Findings) > 0 {
			continue
		}
		changes, identical, err := studio.compare(ctx, r)
		if err != nil {
			return err
		}
		tally.add(r.take, changes, identical)
		if err := apply(changes); err != nil {
			return err
		}
	}
	index, err := walkthrough.IndexChange(os.DirFS(v.folder), studio.all)
	if err == nil {
		err = apply(index)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "%s. %s written or removed; %s.\n", studio.took(results), text.Count(replaced, "file", "files"), tally)
	if failed > 0 {
		return errNotShot
	}
	return studio.write(ctx, c, v.folder, formats, output)
}

func checkWalkthroughs(ctx context.Context, c *cli, args []string) error {
	var v studioSettings
	var report, format string
	s := c.settings("walkthrough check", "play the walkthroughs NAME, or all of them, and report what is out of date, without changing anything; exit 1 if anything is")
	s.studioFlags(&v)
	s.StringVar(&report, "report", "", "write a report with each changed picture before, after and compared to this file: HTML or, if its name ends in .md, Markdown with a folder of pictures")
	s.StringVar(&format, "format", formatText, "output format: text or json")
	names, err := s.parseNames(args)
	if err != nil {
		return err
	}
	if format != formatText && format != formatJSON {
		return usagef("--format: %q is neither text nor json", format)
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
	found := walkthrough.Report{Findings: slices.Clone(studio.broken)}
	var tally tally
	for _, r := range results {
		found.Findings = append(found.Findings, r.take.Findings...)
		changed, identical, err := studio.compare(ctx, r)
		if err != nil {
			return err
		}
		if len(r.take.Findings) > 0 { // what is missing because of them is not stale
			changed = slices.DeleteFunc(changed, func(c walkthrough.Change) bool { return c.Before == nil })
		}
		tally.add(r.take, changed, identical)
		found.Changes = append(found.Changes, changed...)
		found.Pictures += len(r.take.Pictures)
		found.Same += identical
	}
	index, err := walkthrough.IndexChange(os.DirFS(v.folder), studio.all)
	if err != nil {
		return err
	}
	found.Changes = append(found.Changes, index...)
	if err := studio.print(found, format, tally, results); err != nil {
		return err
	}
	if report != "" {
		if err := writeReport(found, report); err != nil {
			return err
		}
	}
	if len(found.Findings)+len(found.Changes) > 0 {
		return errStale
	}
	return nil
}

func listWalkthroughs(_ context.Context, c *cli, args []string) error {
	var folder string
	s := c.settings("walkthrough list", "list the walkthroughs and how many pictures each has")
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
	s := c.settings("walkthrough new", "create a walkthrough NAME with a first picture to edit")
	s.folderFlag(&folder)
	names, err := s.parseNames(args)
	if err != nil {
		return err
	}
	if len(names) != 1 {
		return usagef("specify the NAME of the walkthrough, as in mooring walkthrough new link-azure")
	}
	file, err := walkthrough.New(folder, names[0])
	if err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "Wrote %s. Edit it, and then run\n\n    mooring walkthrough shoot %s\n", filepath.ToSlash(file), names[0])
	return nil
}

// address reads --base-url and its like.
func address(flagName, text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return "", usagef("--%s: %q is not an address such as http://localhost:8080", flagName, text)
	}
	return strings.TrimSuffix(text, "/"), nil
}
