package walkthrough

import (
	"bytes"
	"encoding/base64"
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestAReportShowsEachPictureBeforeAfterAndWhereItDiffers(t *testing.T) {
	before, after := sheet(20), sheet(19)
	page, err := Report(nil, []Change{{Path: "x/pictures/a.png", Says: "the picture has changed in 7 pixels", Before: before, After: after}})
	wantErr(t, err, nil)
	shown := regexp.MustCompile(`<figure><figcaption>(\w+)</figcaption><img src="data:image/png;base64,([^"]+)" alt="([^"]+)"></figure>`).FindAllSubmatch(page, -1)
	equal(t, "pictures", len(shown), 3)
	for i, want := range []struct {
		name string
		img  image.Image
	}{{"Before", before}, {"After", after}, {"Difference", difference(before, after)}} {
		data, err := base64.StdEncoding.DecodeString(string(shown[i][2]))
		wantErr(t, err, nil)
		img, err := png.Decode(bytes.NewReader(data))
		wantErr(t, err, nil)
		equal(t, "name", string(shown[i][1]), want.name)
		equal(t, "alt", string(shown[i][3]), want.name+": x/pictures/a.png")
		if !same(img, want.img) {
			t.Errorf("%s is another picture", want.name)
		}
	}
	if !strings.Contains(string(page), "<h2>x/pictures/a.png</h2>\n<p>The picture has changed in 7 pixels.</p>") {
		t.Errorf("the page does not say what has changed: %.3000s", page)
	}
}

func TestAReportShowsOnlyWhatThereIs(t *testing.T) {
	page, err := Report(nil, []Change{{Path: "x/pictures/new.png", Says: "the picture is missing", After: sheet(1)}, {Path: "x/README.md", Says: "it is missing", Text: []byte("x")}, {Path: "x/pictures/old.png", Says: "it goes"}})
	wantErr(t, err, nil)
	equal(t, "pictures", strings.Count(string(page), "<img "), 1)
	equal(t, "headings", strings.Count(string(page), "<h2>"), 3)
	page, err = Report(nil, nil)
	wantErr(t, err, nil)
	if !strings.Contains(string(page), "<p>Nothing. Every page is true.</p>") {
		t.Errorf("the page is %s", page)
	}
}

func TestAReportHoldsNoMarkupOfOthers(t *testing.T) {
	const bad = `<script>"x"</script>`
	page, err := Report([]Finding{{"x", 3, bad, bad}}, []Change{{Path: "x/" + bad, Says: "it " + bad, Before: sheet(1), After: sheet(2)}})
	wantErr(t, err, nil)
	if strings.Contains(string(page), "<script") || strings.Contains(string(page), `"x"`) {
		t.Errorf("it is markup: %s", page)
	}
	if !strings.Contains(string(page), "<li>x/walkthrough.md:3: &lt;script&gt;") {
		t.Errorf("the finding is not told: %.2000s", page)
	}
}

func TestANewWalkthroughWorksAsItIs(t *testing.T) {
	root := t.TempDir()
	file, err := New(root, "mend-a-link")
	wantErr(t, err, nil)
	equal(t, "file", file, filepath.Join(root, "mend-a-link", SourceFile))
	w, err := Read(os.DirFS(root), "mend-a-link")
	wantErr(t, err, nil)
	equal(t, "title", w.Title, "Mend a link")
	equal(t, "pictures", w.Pictures(), 2)
	equal(t, "findings", len(CheckLinks([]*Walkthrough{w})), 0)
	f := &stageFake{words: []string{"Account info", "Cloud Providers", "Microsoft Azure", "Add credentials"}}
	equal(t, "findings of a run", toldBy(Run{Stage: f}.Act(t.Context(), w)), []string(nil))
}

func TestANewWalkthroughTakesNoNameThatIsTakenOrNone(t *testing.T) {
	root := t.TempDir()
	_, err := New(root, "one")
	wantErr(t, err, nil)
	file := filepath.Join(root, "one", SourceFile)
	wantErr(t, os.WriteFile(file, []byte("mine"), 0o600), nil)
	_, err = New(root, "one")
	wantErr(t, err, ErrExists)
	kept, err := os.ReadFile(file)
	wantErr(t, err, nil)
	equal(t, "what was there", string(kept), "mine")
	for _, name := range []string{"", "One", "../one", "a/b", "a b", "a_b"} {
		if _, err := New(root, name); err == nil || errors.Is(err, ErrExists) {
			t.Errorf("%q: error is %v", name, err)
		}
	}
	equal(t, "files", filesOf(t, root), []string{"one/walkthrough.md"})
	folder := filepath.Join(root, "file")
	wantErr(t, os.WriteFile(folder, nil, 0o600), nil)
	if _, err := New(folder, "one"); err == nil {
		t.Error("a walkthrough is begun in a file")
	}
}
