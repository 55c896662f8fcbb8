package walkthrough

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

const storedGuide = `Open **Save**.

'''picture first
alt: x
'''

'''terminal list
run: ls
'''
`

// shot is a take of storedGuide.
func shot() *Take {
	return &Take{Pictures: map[string]*Picture{"first-wide-light.png": pic(sheet(20))}, Transcripts: map[string]string{"list": "$ ls\na\n"}}
}

// stored puts what a take changes into a new folder, and gives it.
func stored(t *testing.T, w *Walkthrough, take *Take) string {
	t.Helper()
	root := t.TempDir()
	apply(t, w, root, take)
	return root
}

func apply(t *testing.T, w *Walkthrough, root string, take *Take) {
	t.Helper()
	changes, _, err := w.Compare(os.DirFS(root), take)
	wantErr(t, err, nil)
	for _, c := range changes {
		wantErr(t, c.Apply(root), nil)
	}
}

func compared(t *testing.T, w *Walkthrough, root string, take *Take) (says []string, identical int) {
	t.Helper()
	changes, identical, err := w.Compare(os.DirFS(root), take)
	wantErr(t, err, nil)
	for _, c := range changes {
		says = append(says, c.Finding().String())
	}
	return says, identical
}

func filesOf(t *testing.T, root string) []string {
	t.Helper()
	var files []string
	wantErr(t, fs.WalkDir(os.DirFS(root), ".", func(file string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			files = append(files, file)
		}
		return err
	}), nil)
	return files
}

func TestANewWalkthroughLacksAllOfItsFiles(t *testing.T) {
	w := parsed(t, "x", guide(fences(storedGuide)))
	root := t.TempDir()
	says, identical := compared(t, w, root, shot())
	equal(t, "changes", says, []string{
		"x/walkthrough.md: pictures/first-wide-light.png: the picture is missing", "x/walkthrough.md: terminals/list.txt: it is missing", "x/walkthrough.md: README.md: it is missing",
	})
	equal(t, "identical", identical, 0)
	equal(t, "written by looking", filesOf(t, root), []string(nil))
	apply(t, w, root, shot())
	equal(t, "files", filesOf(t, root), []string{"x/README.md", "x/pictures/first-wide-light.png", "x/terminals/list.txt"})
	says, identical = compared(t, w, root, shot())
	equal(t, "changes after that", says, []string(nil))
	equal(t, "identical after that", identical, 1)
}

func TestWhatHasChangedIsToldOneByOne(t *testing.T) {
	w := parsed(t, "x", guide(fences(storedGuide)))
	root := stored(t, w, shot())
	take := shot()
	take.Pictures["first-wide-light.png"] = pic(sheet(19))
	says, identical := compared(t, w, root, take)
	equal(t, "a changed word", says, []string{fmt.Sprintf("x/walkthrough.md: pictures/first-wide-light.png: the picture has changed in %d pixels", differing(pic(sheet(20)), pic(sheet(19))))})
	equal(t, "identical", identical, 0)

	take = shot()
	take.Transcripts["list"] = "$ ls\nb\n"
	says, _ = compared(t, w, root, take)
	equal(t, "another output", says, []string{"x/walkthrough.md: terminals/list.txt: the output of the command has changed", "x/walkthrough.md: README.md: the finished page does not match its source"})

	reworded := parsed(t, "x", guide(fences(strings.Replace(storedGuide, "Open", "Press", 1))))
	says, _ = compared(t, reworded, root, shot())
	equal(t, "another prose", says, []string{"x/walkthrough.md: README.md: the finished page does not match its source"})
}

func TestAPictureThatHardlyDiffersIsLeftAsItIs(t *testing.T) {
	w := parsed(t, "x", guide(fences(storedGuide)))
	root := stored(t, w, shot())
	take, nudged := shot(), sheet(20)
	nudged.Set(399, 299, orange)
	take.Pictures["first-wide-light.png"] = pic(nudged)
	says, identical := compared(t, w, root, take)
	equal(t, "changes", says, []string(nil))
	equal(t, "identical", identical, 0)
	before, err := os.ReadFile(filepath.Join(root, "x", "pictures", "first-wide-light.png"))
	wantErr(t, err, nil)
	apply(t, w, root, take)
	after, err := os.ReadFile(filepath.Join(root, "x", "pictures", "first-wide-light.png"))
	wantErr(t, err, nil)
	equal(t, "bytes", after, before)
}

func TestThePageTellsTheSizeOfThePictureThatIsStored(t *testing.T) {
	w := parsed(t, "x", guide(fences(storedGuide)))
	root := stored(t, w, shot())
	take := shot()
	take.Pictures["first-wide-light.png"] = pic(painted(300, 100, white))
	apply(t, w, root, take)
	page, err := os.ReadFile(filepath.Join(root, "x", PageFile))
	wantErr(t, err, nil)
	if !strings.Contains(string(page), `width="150" height="50"`) {
		t.Errorf("the page is %s", page)
	}
}

func TestWhatNothingMakesAnyMoreGoes(t *testing.T) {
	w := parsed(t, "x", guide(fences(storedGuide)))
	root := stored(t, w, shot())
	for _, file := range []string{"pictures/old-wide-light.png", "pictures/first-narrow-dark.png", "terminals/old.txt", "pictures/first-wide-light.png.new"} {
		wantErr(t, os.WriteFile(filepath.Join(root, "x", filepath.FromSlash(file)), []byte("x"), 0o600), nil)
	}
	const gone = ": nothing in the walkthrough creates this file"
	says, _ := compared(t, w, root, shot())
	equal(t, "changes", says, []string{"x/walkthrough.md: pictures/first-narrow-dark.png" + gone, "x/walkthrough.md: pictures/first-wide-light.png.new" + gone,
		"x/walkthrough.md: pictures/old-wide-light.png" + gone, "x/walkthrough.md: terminals/old.txt" + gone})
	apply(t, w, root, shot())
	equal(t, "files", filesOf(t, root), []string{"x/README.md", "x/pictures/first-wide-light.png", "x/terminals/list.txt"})
}

func TestThePageWaitsUntilEveryPictureIsThere(t *testing.T) {
	w := parsed(t, "x", guide(fences(storedGuide)))
	says, _ := compared(t, w, t.TempDir(), &Take{Transcripts: shot().Transcripts})
	equal(t, "changes", says, []string{"x/walkthrough.md: terminals/list.txt: it is missing"})
}

func TestAFileThatIsNoPictureIsAnError(t *testing.T) {
	w := parsed(t, "x", guide(fences(storedGuide)))
	_, _, err := w.Compare(fstest.MapFS{"x/pictures/first-wide-light.png": fileOf("<svg>")}, shot())
	if err == nil || !strings.HasPrefix(err.Error(), "x/pictures/first-wide-light.png: ") {
		t.Errorf("error is %v", err)
	}
}

func TestAFileIsThereWholeOrNotAtAll(t *testing.T) {
	root := t.TempDir()
	text := Change{Path: "x/README.md", Text: []byte("whole")}
	wantErr(t, text.Apply(root), nil)
	equal(t, "files", filesOf(t, root), []string{"x/README.md"})
	equal(t, "did", text.Done(), "wrote x/README.md")

	// A folder of that name cannot be replaced.
	wantErr(t, os.MkdirAll(filepath.Join(root, "x", "pictures", "a.png", "b"), 0o700), nil)
	if err := (Change{Path: "x/pictures/a.png", After: pic(sheet(1))}).Apply(root); err == nil {
		t.Error("a folder was replaced")
	}
	equal(t, "files after a failure", filesOf(t, root), []string{"x/README.md"})

	goes := Change{Path: "x/README.md"}
	wantErr(t, goes.Apply(root), nil)
	equal(t, "files after all", filesOf(t, root), []string(nil))
	equal(t, "did", goes.Done(), "removed x/README.md")
	wantErr(t, goes.Apply(root), fs.ErrNotExist)
}

func TestWalkthroughsAreReadInTheirOrder(t *testing.T) {
	at := func(order int) *fstest.MapFile {
		return fileOf(fmt.Sprintf("---\nsummary: Do it.\norder: %d\n---\n# Do it\n", order))
	}
	folder := fstest.MapFS{"a/walkthrough.md": at(3), "b/walkthrough.md": at(1), "c/walkthrough.md": at(3), "d/README.md": at(0), "walkthrough.md": at(0), "e/f/walkthrough.md": at(0)}
	all, err := ReadAll(folder)
	wantErr(t, err, nil)
	var names []string
	for _, w := range all {
		names = append(names, w.Name)
	}
	equal(t, "order", names, []string{"b", "a", "c"})

	folder["a/walkthrough.md"], folder["c/walkthrough.md"] = fileOf("x"), fileOf(guide("<br>\n"))
	all, err = ReadAll(folder)
	equal(t, "those without mistakes", len(all), 1)
	if err == nil || !strings.Contains(err.Error(), "a/walkthrough.md:1: ") || !strings.Contains(err.Error(), "c/walkthrough.md:8: ") {
		t.Errorf("error is %v", err)
	}
	if _, err := Read(folder, "nobody"); err == nil || err.Error() != `there is no walkthrough "nobody"` {
		t.Errorf("error is %v", err)
	}
}

func TestReadersNeedThePageAndItsPicturesOnly(t *testing.T) {
	folder := fstest.MapFS{"x/walkthrough.md": fileOf("x"), "x/README.md": fileOf("x"), "x/pictures/a.png": fileOf("x"), "x/terminals/a.txt": fileOf("x"), "y/README.md": fileOf("x")}
	into := t.TempDir()
	wantErr(t, os.CopyFS(into, Folder{folder, "x"}.Finished()), nil)
	files := filesOf(t, into)
	slices.Sort(files)
	equal(t, "files", files, []string{"README.md", "pictures/a.png"})
}
