package main

import (
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// onlyAzure are words that belong to one cloud. What every cloud has has a general
// name, so that the next cloud is a folder.
var onlyAzure = regexp.MustCompile(`(?i)azure|subscription|tenant|entra\b|client_?id|app registration`)

var isSource = regexp.MustCompile(`\.(go|templ|sql|js|css|html)$`)

// TestOnlyItsFolderNamesACloud looks through everything that is no test, and none of
// the samples of pages, for names of Azure's. Comments may name it as an example. The
// exceptions are in testdata/cloud-names.txt, each with its reason.
func TestOnlyItsFolderNamesACloud(t *testing.T) {
	root := filepath.Join("..", "..")
	exceptions := cloudNames(t)
	used := map[string]bool{}
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			if err == nil && name != root && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata" || entry.Name() == "vendor" || entry.Name() == "docs") {
				return fs.SkipDir
			}
			return err
		}
		file, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		file = filepath.ToSlash(file)
		if !isSource.MatchString(file) || strings.HasSuffix(file, "_test.go") || strings.HasSuffix(file, "_templ.go") {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		excepted := slices.IndexFunc(exceptions, func(prefix string) bool { return strings.HasPrefix(file, prefix) })
		for _, word := range namesIn(file, text) {
			if excepted < 0 {
				t.Errorf("%s names %q", file, word)
				continue
			}
			used[exceptions[excepted]] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, prefix := range exceptions {
		if !used[prefix] {
			t.Errorf("testdata/cloud-names.txt excepts %s, which needs it no more", prefix)
		}
	}
}

// namesIn gives the names and texts of a file that hold a word of onlyAzure.
func namesIn(file string, text []byte) []string {
	var found []string
	note := func(word string) {
		if onlyAzure.MatchString(word) {
			found = append(found, word)
		}
	}
	if !strings.HasSuffix(file, ".go") {
		for line := range strings.Lines(string(text)) {
			line, _, _ = strings.Cut(line, "// ")
			line, _, _ = strings.Cut(line, "-- ")
			note(strings.TrimSpace(line))
		}
		return found
	}
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile(file, -1, len(text)), text, nil, 0)
	for {
		_, kind, literal := s.Scan()
		if kind == token.EOF {
			return found
		}
		if kind == token.IDENT || kind == token.STRING {
			note(literal)
		}
	}
}

// cloudNames reads the exceptions: the beginning of a path, a space, and why.
func cloudNames(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "cloud-names.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var prefixes []string
	for line := range strings.Lines(string(text)) {
		prefix, reason, _ := strings.Cut(strings.TrimSpace(line), " ")
		if prefix == "" {
			continue
		}
		if len(strings.TrimSpace(reason)) < 10 {
			t.Errorf("%s has no reason", prefix)
		}
		prefixes = append(prefixes, prefix)
	}
	return prefixes
}
