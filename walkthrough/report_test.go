package walkthrough

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"image"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestAReportShowsEachPictureBeforeAfterAndWhereItDiffers(t *testing.T) {
	before, after := sheet(20), sheet(19)
	page, err := Report{Changes: []Change{{Path: "x/pictures/a.png", Says: "the picture has changed in 7 pixels", Before: pic(before), After: pic(after)}}}.HTML()
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
		if !same(pic(img), pic(want.img)) {
			t.Errorf("%s is another picture", want.name)
		}
	}
	if !strings.Contains(string(page), "<h2>x/pictures/a.png</h2>\n<p>The picture has changed in 7 pixels.</p>") {
		t.Errorf("the page does not say what has changed: %.3000s", page)
	}
}

func TestAReportShowsOnlyWhatThereIs(t *testing.T) {
	page, err := Report{Changes: []Change{{Path: "x/pictures/new.png", Says: "the picture is missing", After: pic(sheet(1))}, {Path: "x/README.md", Says: "it is missing", Text: []byte("x")}, {Path: "x/pictures/old.png", Says: "it goes"}}}.HTML()
	wantErr(t, err, nil)
	equal(t, "pictures", strings.Count(string(page), "<img "), 1)
	equal(t, "headings", strings.Count(string(page), "<h2>"), 3)
	page, err = Report{}.HTML()
	wantErr(t, err, nil)
	if !strings.Contains(string(page), "<p>Everything is up to date.</p>") {
		t.Errorf("the page is %s", page)
	}
}

func TestAReportHoldsNoMarkupOfOthers(t *testing.T) {
	const bad = `<script>"x"</script>`
	moment := &Moment{Targets: []Target{{Role: "button", Name: bad}}, Window: sheet(1)}
	page, err := Report{Findings: []Finding{{"x", 3, bad, bad, moment}}, Changes: []Change{{Path: "x/" + bad, Says: "it " + bad, Before: pic(sheet(1)), After: pic(sheet(2))}}}.HTML()
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

func TestAReportForPullRequestsIsMarkdownWithItsPicturesBeside(t *testing.T) {
	r := Report{
		Findings: []Finding{{"x", 3, "picture a", "no <b> | `button` [Save]", &Moment{Window: sheet(3)}}, {"x", 4, "", "plain", nil}},
		Changes:  []Change{{Path: "x/pictures/a.png", Says: "it has changed", Before: pic(sheet(1)), After: pic(sheet(2))}, {Path: "x/README.md", Says: "it is missing", Text: []byte("x")}},
	}
	page, pictures := r.Markdown("report-pictures")
	want := "# Walkthroughs\n\n* x/walkthrough.md:3: picture a: no &lt;b> \\| \\`button\\` \\[Save]\n\n  ![Screenshot of the failed step](report-pictures/finding-1.png)\n\n* x/walkthrough.md:4: plain\n" +
		"\n## x/pictures/a.png\n\nIt has changed.\n\n| Before | After | Difference |\n| --- | --- | --- |\n| ![Before](report-pictures/x-pictures-a-before.png) | ![After](report-pictures/x-pictures-a-after.png) | ![Difference](report-pictures/x-pictures-a-difference.png) |\n" +
		"\n## x/README.md\n\nIt is missing.\n"
	equal(t, "page", string(page), want)
	equal(t, "pictures", slices.Sorted(maps.Keys(pictures)), []string{"finding-1.png", "x-pictures-a-after.png", "x-pictures-a-before.png", "x-pictures-a-difference.png"})
	page, _ = Report{}.Markdown("p")
	equal(t, "nothing", string(page), "# Walkthroughs\n\nEverything is up to date.\n")
}

func TestAReportForProgramsNamesFilesAndLines(t *testing.T) {
	data, err := Report{
		Findings: []Finding{{"x", 3, "picture a", "it is gone", &Moment{Targets: []Target{{Role: "button", Name: "Save"}}}}},
		Changes:  []Change{{Path: "x/pictures/a.png", Says: "it has changed"}}, Pictures: 7, Same: 6,
	}.JSON()
	wantErr(t, err, nil)
	var got map[string]any
	wantErr(t, json.Unmarshal(data, &got), nil)
	equal(t, "report", got, map[string]any{
		"findings": []any{map[string]any{"walkthrough": "x", "file": "x/walkthrough.md", "line": 3.0, "where": "picture a", "message": "it is gone", "targets": []any{`button "Save"`}}},
		"changes":  []any{map[string]any{"walkthrough": "x", "file": "x/pictures/a.png", "message": "it has changed"}}, "pictures": 7.0, "same": 6.0,
	})
	data, err = Report{}.JSON()
	wantErr(t, err, nil)
	if !strings.Contains(string(data), `"findings": []`) {
		t.Errorf("an empty list is %s", data)
	}
}

func TestTheIndexListsAllWalkthroughsInTheirOrder(t *testing.T) {
	one, two := parsed(t, "one", guide("")), parsed(t, "two", strings.Replace(guide(""), "# Do it", "# Do more", 1))
	root := t.TempDir()
	changes, err := IndexChange(os.DirFS(root), []*Walkthrough{two, one})
	wantErr(t, err, nil)
	equal(t, "changes", len(changes), 1)
	equal(t, "told", changes[0].Finding().String(), "README.md: the index does not match the walkthroughs")
	wantErr(t, changes[0].Apply(root), nil)
	page, err := os.ReadFile(filepath.Join(root, PageFile))
	wantErr(t, err, nil)
	if !strings.HasSuffix(string(page), "# Walkthroughs\n\n| | |\n| --- | --- |\n| [Do more](two/README.md) | Do it. |\n| [Do it](one/README.md) | Do it. |\n") {
		t.Errorf("the index is %s", page)
	}
	changes, err = IndexChange(os.DirFS(root), []*Walkthrough{two, one})
	wantErr(t, err, nil)
	equal(t, "changes after that", len(changes), 0)
	changes, err = IndexChange(fstest.MapFS{PageFile: fileOf("# Mine\n")}, []*Walkthrough{two, one})
	wantErr(t, err, nil)
	equal(t, "somebody's own page", len(changes), 0)
}
