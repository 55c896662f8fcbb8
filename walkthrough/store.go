package walkthrough

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Names lists the walkthroughs in a folder of walkthroughs.
func Names(fsys fs.FS) ([]string, error) {
	found, err := fs.Glob(fsys, "*/"+SourceFile)
	for i := range found {
		found[i] = path.Dir(found[i])
	}
	return found, err
}

// Read reads one walkthrough of a folder of walkthroughs.
func Read(fsys fs.FS, name string) (*Walkthrough, error) {
	source, err := fs.ReadFile(fsys, path.Join(name, SourceFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no walkthrough %q", name)
	}
	if err != nil {
		return nil, err
	}
	return Parse(name, source)
}

// ReadAll reads all walkthroughs of a folder, in the order of their heads. All
// mistakes are told at once.
func ReadAll(fsys fs.FS) ([]*Walkthrough, error) {
	names, err := Names(fsys)
	if err != nil {
		return nil, err
	}
	var all []*Walkthrough
	var mistakes []error
	for _, name := range names {
		w, err := Read(fsys, name)
		if err != nil {
			mistakes = append(mistakes, err)
			continue
		}
		all = append(all, w)
	}
	slices.SortStableFunc(all, func(a, b *Walkthrough) int { return a.Order - b.Order })
	return all, errors.Join(mistakes...)
}

// Change is what a take would change in a walkthrough's folder.
type Change struct {
	Path          string // in the folder of walkthroughs, with slashes
	Says          string // how it is stale
	Before, After *Picture
	Text          []byte // what the file shall hold, when it is no picture; nil: it goes
}

// Compare tells what a take would change in the folder of its walkthrough, and
// how many of its pictures are the same to the pixel. Pictures that hardly
// differ are left as they are.
func (w *Walkthrough) Compare(fsys fs.FS, take *Take) (changes []Change, identical int, err error) {
	folder := Folder{fsys, w.Name}
	bounds := map[string]image.Point{}
	for _, file := range slices.Sorted(maps.Keys(take.Pictures)) {
		after := take.Pictures[file]
		bounds[file] = after.Bounds().Size()
		before, err := folder.stored(file)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			changes = append(changes, Change{Path: folder.picturePath(file), Says: "the picture is missing", After: after})
		case err != nil:
			return nil, 0, fmt.Errorf("%s: %w", folder.picturePath(file), err)
		case same(before, after):
			identical++
		case changed(before, after):
			changes = append(changes, Change{Path: folder.picturePath(file), Before: before, After: after,
				Says: fmt.Sprintf("the picture has changed in %d pixels", differing(before, after))})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(take.Transcripts)) {
		changes = append(changes, folder.textChange(folder.terminalPath(name), []byte(take.Transcripts[name]), "the output of the command has changed")...)
	}
	gone, err := w.leftovers(folder)
	if err != nil {
		return nil, 0, err
	}
	changes = append(changes, gone...)
	if len(bounds) < w.Pictures() { // the page waits until every picture is there
		return changes, identical, nil
	}
	finished, err := w.finished(func(file string) (image.Point, error) { return bounds[file], nil }, func(name string) string { return take.Transcripts[name] })
	return append(changes, folder.textChange(path.Join(w.Name, PageFile), finished, "the finished page does not match its source")...), identical, err
}

// textChange is the change of a text file, if there is one.
func (f Folder) textChange(file string, text []byte, says string) []Change {
	before, err := fs.ReadFile(f, file)
	switch {
	case err != nil:
		return []Change{{Path: file, Text: text, Says: "it is missing"}}
	case !bytes.Equal(before, text):
		return []Change{{Path: file, Text: text, Says: says}}
	}
	return nil
}

func (f Folder) stored(file string) (*Picture, error) {
	data, err := fs.ReadFile(f, f.picturePath(file))
	if err != nil {
		return nil, err
	}
	return decodePicture(data)
}

// files are the pictures and outputs that the walkthrough asks for.
func (w *Walkthrough) files(folder Folder) []string {
	var files []string
	for _, step := range w.Steps {
		switch {
		case step.Terminal != nil:
			files = append(files, folder.terminalPath(step.Terminal.Name))
		case step.Scene != nil && step.Scene.Picture:
			for _, l := range w.Looks {
				files = append(files, folder.picturePath(pictureFile(step.Scene.Name, l)))
			}
		}
	}
	return files
}

// leftovers are files of pictures and terminals that are not in the walkthrough
// any more.
func (w *Walkthrough) leftovers(folder Folder) ([]Change, error) {
	wanted := w.files(folder)
	var gone []Change
	for _, sub := range []string{pictureFolder, terminalFolder} {
		entries, err := fs.ReadDir(folder, path.Join(w.Name, sub))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for _, e := range entries {
			if file := path.Join(w.Name, sub, e.Name()); !slices.Contains(wanted, file) {
				gone = append(gone, Change{Path: file, Says: "nothing in the walkthrough creates this file"})
			}
		}
	}
	return gone, nil
}

// Finding tells a change as what is stale.
func (c Change) Finding() Finding {
	name, file, inside := strings.Cut(c.Path, "/")
	if !inside {
		return Finding{Where: c.Path, Says: c.Says}
	}
	return Finding{Walkthrough: name, Where: file, Says: c.Says}
}

// Done tells what Apply did.
func (c Change) Done() string {
	if c.After == nil && c.Text == nil {
		return "removed " + c.Path
	}
	return "wrote " + c.Path
}

// Apply makes a change in a folder of walkthroughs. A file is there whole or
// not at all.
func (c Change) Apply(root string) error {
	file := filepath.Join(root, filepath.FromSlash(c.Path))
	text := c.Text
	var err error
	switch {
	case c.After != nil:
		text, err = encodePicture(c.After)
	case text == nil:
		return os.Remove(file)
	}
	if err == nil {
		err = os.MkdirAll(filepath.Dir(file), 0o755)
	}
	if err == nil {
		err = os.WriteFile(file+".new", text, 0o644)
	}
	if err == nil {
		err = os.Rename(file+".new", file)
	}
	if err != nil {
		_ = os.Remove(file + ".new") // the first error tells
	}
	return err
}
