// Package walkthrough makes guides that photograph themselves. A walkthrough is
// one Markdown file: prose for people, and beside each picture a small block of
// data that says who is signed in, what they do, what is framed and what is
// marked. The package reads such files, acts them out on a Stage, draws the
// marks, writes the finished page, and says where a page is no longer true.
//
// It knows no browser: package camera is the Stage that Chromium plays on.
package walkthrough

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// Walkthrough is one guide, as its writer wrote it.
type Walkthrough struct {
	Name    string   // of its folder; also its address
	Former  []string // names that it had, whose addresses still lead to it
	Title   string
	Summary string // one sentence for lists of walkthroughs
	Order   int    // its place in lists; the lowest comes first
	World   World
	Linked  int // how many subscriptions others have linked in the demo world
	Looks   []Look
	Steps   []*Step

	Audience Audience // to whom the help lists it

	source []byte // the Markdown, without the head
	above  int    // lines of the head
	root   ast.Node
	blocks map[ast.Node]*Step
}

// Audience is to whom the help lists a walkthrough. Everybody can read it under its
// address.
type Audience string

// The audiences. Administrators are those of the site.
const (
	Everyone       Audience = ""
	Administrators Audience = "administrators"
)

// World is where a walkthrough plays.
type World string

// The worlds. In the bare one, the walkthrough starts by itself what it shows.
const (
	DemoWorld World = "demo"
	BareWorld World = "bare"
)

// Step is the prose up to a block, and the block. Behind the last block comes a
// step without one.
type Step struct {
	Line     int     // of the block in the file, or 0
	Labels   []Label // the bold words of the prose
	Scene    *Scene
	Terminal *Terminal
}

// Label is a bold word of the prose: it has to stand in the interface.
type Label struct {
	Text string
	Line int
}

// Look is how a page is looked at.
type Look struct {
	Narrow bool
	Dark   bool
}

// String gives the look as files are named: wide-light.
func (l Look) String() string { return l.width() + "-" + l.theme() }

func (l Look) width() string {
	if l.Narrow {
		return "narrow"
	}
	return "wide"
}

func (l Look) theme() string {
	if l.Dark {
		return "dark"
	}
	return "light"
}

// looksOf is the matrix of themes and widths. The first is what the page shows
// when nothing better fits.
func looksOf(themes, widths []string) ([]Look, error) {
	for _, axis := range []struct {
		name        string
		got, either []string
	}{{"themes", themes, []string{"light", "dark"}}, {"widths", widths, []string{"wide", "narrow"}}} {
		if len(axis.got) == 0 {
			return nil, fmt.Errorf("%s: name at least one of %s", axis.name, strings.Join(axis.either, " and "))
		}
		for i, value := range axis.got {
			if !slices.Contains(axis.either, value) || slices.Contains(axis.got[:i], value) {
				return nil, fmt.Errorf("%s: %q is not one of %s, or is listed twice", axis.name, value, strings.Join(axis.either, " and "))
			}
		}
	}
	var looks []Look
	for _, width := range widths {
		for _, theme := range themes {
			looks = append(looks, Look{Narrow: width == "narrow", Dark: theme == "dark"})
		}
	}
	return looks, nil
}

// Scenes are the steps that have a scene, in the order of the page.
func (w *Walkthrough) Scenes() []*Scene {
	var scenes []*Scene
	for _, step := range w.Steps {
		if step.Scene != nil {
			scenes = append(scenes, step.Scene)
		}
	}
	return scenes
}

// Pictures counts the pictures that the walkthrough asks for, in all its looks.
func (w *Walkthrough) Pictures() int {
	n := 0
	for _, scene := range w.Scenes() {
		if scene.Picture {
			n += len(w.Looks)
		}
	}
	return n
}

var nameForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// ValidName tells whether something can be the name of a walkthrough or of a
// picture: it becomes a part of addresses and of file names.
func ValidName(name string) bool { return len(name) <= 60 && nameForm.MatchString(name) }
