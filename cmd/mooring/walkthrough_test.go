package main

import (
	"flag"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mooring/docs/walkthroughs"
	"mooring/walkthrough"
	"mooring/walkthrough/camera"
)

// TestEveryWalkthroughIsFinished reads what comes with the program.
func TestEveryWalkthroughIsFinished(t *testing.T) {
	paths := walkthrough.Paths{Page: func(name string) string { return name }, Picture: func(_, file string) string { return file }}
	library, err := walkthrough.OpenLibrary(walkthroughs.Files, paths)
	if err != nil {
		t.Error(err)
	}
	all, err := walkthrough.ReadAll(walkthroughs.Files)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 6 || len(library.Pages()) != len(all) {
		t.Errorf("%d of %d walkthroughs are finished", len(library.Pages()), len(all))
	}
	for _, f := range walkthrough.CheckLinks(all) {
		t.Error(f)
	}
	for _, w := range all {
		for _, scene := range w.Scenes() {
			if scene.Picture && scene.Alt == "" {
				t.Errorf("%s: the picture %s has no alt text", w.Name, scene.Name)
			}
		}
	}
}

func TestANewWalkthroughIsListed(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "guides")
	code, stdout, _ := program(t, nil, "walkthrough", "new", "sail-away", "--folder", folder)
	if code != exitOK || !strings.Contains(stdout, "mooring walkthrough shoot sail-away") {
		t.Errorf("new: %d, %s", code, stdout)
	}
	if _, err := os.Stat(filepath.Join(folder, "sail-away", walkthrough.SourceFile)); err != nil {
		t.Error(err)
	}
	code, stdout, _ = program(t, nil, "walkthrough", "list", "--folder", folder)
	if code != exitOK || !strings.Contains(stdout, "sail-away") || !strings.Contains(stdout, "2 pictures") {
		t.Errorf("list: %d, %s", code, stdout)
	}
	if code, _, stderr := program(t, nil, "walkthrough", "new", "sail-away", "--folder", folder); code != exitFailed || !strings.Contains(stderr, "already") {
		t.Errorf("new again: %d, %s", code, stderr)
	}
}

// TestASimulatedCloudNeedsAnAddress covers installations that aren't a walkthrough's own
// demo: their simulated clouds can be anywhere.
func TestASimulatedCloudNeedsAnAddress(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "first")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, site := range []string{"portal", "console"} {
		text := "---\nsummary: Link.\n---\n# Link\n\n```act\non: " + site + "\nopen: /\n```\n"
		if err := os.WriteFile(filepath.Join(folder, "walkthrough.md"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		code, _, stderr := program(t, nil, "walkthrough", "check", "first", "--folder", filepath.Dir(folder), "--base-url", "http://127.0.0.1:1")
		if want := "first uses the simulated " + site + ": specify its address with --" + site + "-url"; code != exitUsage || !strings.Contains(stderr, want) {
			t.Errorf("%s: exit %d, %q; want %q", site, code, stderr, want)
		}
	}
}

// TestWhatAWriterSaysWrong is told in a line, before any browser starts.
func TestWhatAWriterSaysWrong(t *testing.T) {
	folder := t.TempDir()
	if code, _, stderr := program(t, nil, "walkthrough", "new", "first", "--folder", folder); code != exitOK {
		t.Fatal(stderr)
	}
	for words, want := range map[string]string{
		"":                                         "specify shoot, check, list or new",
		"dance":                                    "specify shoot, check, list or new",
		"new":                                      "specify the NAME",
		"shoot second":                             `there is no walkthrough "second"`,
		"check second":                             `there is no walkthrough "second"`,
		"shoot first --format epub":                `"epub" is not markdown, html or pdf`,
		"check first --base-url harbor":            `"harbor" is not an address`,
		"check first --portal-url ftp://":          "is not an address",
		"check first --console-url harbor":         `"harbor" is not an address`,
		"check first --format xml":                 `"xml" is neither text nor json`,
		"shoot --only first-step":                  "--only: name the walkthrough that has the picture",
		"shoot first --only second-step":           `first has no picture "second-step"`,
		"shoot first --draft --format pdf":         "--draft and --format don't go together",
		"check first --as owner":                   `"owner" is not like owner=olivia@example.com`,
		"check first --as owner=olivia":            `"owner=olivia" is not like owner=olivia@example.com`,
		"check first --as the-owner=o@example.com": "there is no password for o@example.com: set MOORING_WALKTHROUGH_PASSWORD_THE_OWNER",
	} {
		args := append([]string{"walkthrough"}, strings.Fields(words)...)
		if words != "" && words != "dance" {
			args = append(args, "--folder", folder)
		}
		code, _, stderr := program(t, nil, args...)
		if code != exitUsage || !strings.Contains(stderr, want) {
			t.Errorf("%q: %d, %s", words, code, stderr)
		}
	}
}

func TestPeopleOfAnotherInstallationHaveTheirPasswordsFromTheEnvironment(t *testing.T) {
	folder := t.TempDir()
	if code, _, stderr := program(t, nil, "walkthrough", "new", "first", "--folder", folder); code != exitOK {
		t.Fatal(stderr)
	}
	env := map[string]string{walkthroughPassword: "for everybody", walkthroughPassword + "_OWNER": "for the owner"}
	code, _, stderr := program(t, env, "walkthrough", "check", "first", "--folder", folder, "--as", "owner=o@example.com", "--as", "viewer=v@example.com")
	if code != exitUsage || !strings.Contains(stderr, "--as goes with --base-url") {
		t.Errorf("without an installation: %d, %s", code, stderr)
	}
	s := &settings{cli: &cli{getenv: func(name string) string { return env[name] }}, FlagSet: flag.NewFlagSet("x", flag.ContinueOnError)}
	var v studioSettings
	s.studioFlags(&v)
	if err := s.Parse([]string{"--as", "owner=o@example.com", "--as", "viewer@other.example=v@example.com"}); err != nil {
		t.Fatal(err)
	}
	want := map[string]camera.Person{"owner@demo.example": {Email: "o@example.com", Password: "for the owner"}, "viewer@other.example": {Email: "v@example.com", Password: "for everybody"}}
	if !maps.Equal(v.people, want) {
		t.Errorf("the people are %v", v.people)
	}
}
