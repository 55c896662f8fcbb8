package walkthrough

import (
	"errors"
	"fmt"
	"image"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
)

const sizedGuide = `---
summary: Link an account.
themes: [light, dark]
widths: [wide, narrow]
---

# Link an account

Open it:

1. Choose **Add**.

   '''picture add
   alt: The button "Add" & <more>
   caption: Only owners see it.
   '''

   Then wait.
2. Go on.

'''act
do:
  - press: Enter
'''

   And then:

'''terminal list
run: ls
'''
After a block without a gap.

'''act
open: /
'''
Next to it.

'''sh
not run
'''

'''picture last
alt: The finish
'''
`

const sizedPage = `<!-- Made by ''mooring walkthrough shoot x'' from walkthrough.md. Change that file, not this one. -->


# Link an account

Open it:

1. Choose **Add**.

   <picture>
     <source media="(prefers-color-scheme: dark) and (max-width: 40rem)" srcset="pictures/add-narrow-dark.png" width="195" height="100">
     <source media="(prefers-color-scheme: dark)" srcset="pictures/add-wide-dark.png" width="640" height="100">
     <source media="(max-width: 40rem)" srcset="pictures/add-narrow-light.png" width="195" height="100">
     <img src="pictures/add-wide-light.png" alt="The button &#34;Add&#34; &amp; &lt;more&gt;" width="640" height="100" loading="lazy">
   </picture>

   *Only owners see it.*

   Then wait.
2. Go on.

   And then:

'''console
$ ls
a
'''
After a block without a gap.

Next to it.

'''sh
not run
'''

<picture>
  <source media="(prefers-color-scheme: dark) and (max-width: 40rem)" srcset="pictures/last-narrow-dark.png" width="195" height="100">
  <source media="(prefers-color-scheme: dark)" srcset="pictures/last-wide-dark.png" width="640" height="100">
  <source media="(max-width: 40rem)" srcset="pictures/last-narrow-light.png" width="195" height="100">
  <img src="pictures/last-wide-light.png" alt="The finish" width="640" height="100" loading="lazy">
</picture>
`

// sized gives pictures the sizes of their widths, at two pixels for one.
func sized(file string) (image.Point, error) {
	if strings.Contains(file, "-narrow-") {
		return image.Point{X: 390, Y: 200}, nil
	}
	return image.Point{X: 1280, Y: 200}, nil
}

func TestTheFinishedPageIsTheProseWithPicturesInPlaceOfBlocks(t *testing.T) {
	w := parsed(t, "x", fences(sizedGuide))
	page, err := w.finished(sized, func(name string) string { return "$ ls\na\n" })
	wantErr(t, err, nil)
	got, want := strings.Split(string(page), "\n"), strings.Split(strings.ReplaceAll(fences(sizedPage), "''", "`"), "\n")
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("from line %d:\n got %s\nwant %s", i+1, strings.Join(got[min(i, len(got)):], "\n"), strings.Join(want[min(i, len(want)):], "\n"))
		}
	}
}

func TestAPageWithoutPicturesIsItsProse(t *testing.T) {
	for body, want := range map[string]string{"Text.\n": "Text.\n", "Text.": "Text.", "'''act\nopen: /\n'''": "", "Text.\n\n'''act\n'''\n": "Text.\n\n",
		"Text.\n\n'''act\n'''\nMore.": "Text.\n\nMore.", "'''act\n'''\n\n'''sh\nls\n'''\n": "```sh\nls\n```\n"} {
		w := parsed(t, "x", guide(fences(body)))
		page, err := w.finished(sized, nil)
		wantErr(t, err, nil)
		_, prose, _ := strings.Cut(string(page), "# Do it\n\n")
		equal(t, body, prose, want)
	}
}

func TestBlocksInListsOfTabsStayInThem(t *testing.T) {
	w := parsed(t, "x", guide(fences("1.\tOne\n\n\t'''picture first\n\talt: x\n\t'''\n\n2.\tTwo\n")))
	page, err := w.finished(sized, nil)
	wantErr(t, err, nil)
	for _, part := range []string{"\n\t<picture>\n", "\n\t</picture>\n\n2.\tTwo\n"} {
		if !strings.Contains(string(page), part) {
			t.Errorf("no %q in %s", part, page)
		}
	}
}

// sourcesShown lists who gets which picture, as a browser reads it.
func sourcesShown(t *testing.T, head string, theme Theme) []string {
	t.Helper()
	w := parsed(t, "x", "---\nsummary: Do it.\n"+head+"\n---\n# Do it\n\n```picture a\nalt: x\n```\n")
	markup, err := w.pictureMarkup(w.Scenes()[0], theme, sized, func(file string) string { return strings.TrimSuffix(file, ".png") })
	wantErr(t, err, nil)
	var shown []string
	for _, m := range regexp.MustCompile(`(?:media="([^"]*)" srcset|src)="([^"]*)"`).FindAllStringSubmatch(markup, -1) {
		shown = append(shown, strings.TrimPrefix(m[2], "a-")+" "+m[1])
	}
	return shown
}

func TestReadersGetThePicturesOfTheirThemeAndWidth(t *testing.T) {
	const dark, light, narrow, wide = "(prefers-color-scheme: dark)", "(prefers-color-scheme: light)", "(max-width: 40rem)", "(width > 40rem)"
	for head, want := range map[string][]string{
		"themes: [light]":                         {"wide-light "},
		"themes: [light, dark]":                   {"wide-dark " + dark, "wide-light "},
		"themes: [dark, light]":                   {"wide-light " + light, "wide-dark "},
		"themes: [light]\nwidths: [wide, narrow]": {"narrow-light " + narrow, "wide-light "},
		"themes: [light]\nwidths: [narrow, wide]": {"wide-light " + wide, "narrow-light "},
		"widths: [wide, narrow]":                  {"narrow-dark " + dark + " and " + narrow, "wide-dark " + dark, "narrow-light " + narrow, "wide-light "},
		"themes: [dark, light]\nwidths: [narrow]": {"narrow-light " + light, "narrow-dark "},
		"themes: [dark]\nwidths: [narrow, wide]":  {"wide-dark " + wide, "narrow-dark "},
	} {
		equal(t, head, sourcesShown(t, head, AnyTheme), want)
	}
	equal(t, "in the dark theme", sourcesShown(t, "widths: [wide, narrow]", DarkTheme), []string{"narrow-dark " + narrow, "wide-dark "})
	equal(t, "in the light theme", sourcesShown(t, "widths: [wide, narrow]", LightTheme), []string{"narrow-light " + narrow, "wide-light "})
	equal(t, "in a theme without pictures", sourcesShown(t, "themes: [light]\nwidths: [wide, narrow]", DarkTheme), []string{"wide-light "})
}

func TestAPictureWhoseSizeIsNotKnownIsNotOnThePage(t *testing.T) {
	w := parsed(t, "x", guide("```picture a\nalt: x\n```\n"))
	none := errors.New("no such picture")
	_, err := w.finished(func(string) (image.Point, error) { return image.Point{}, none }, nil)
	wantErr(t, err, none)
}

// blank are pictures of both widths.
var blank = sync.OnceValue(func() map[bool]string {
	pictures := map[bool]string{}
	for _, l := range []Look{{Narrow: true}, {Narrow: false}} {
		size, _ := sized(pictureFile("x", l))
		file, _ := encode(painted(size.X, size.Y, white))
		pictures[l.Narrow] = string(file)
	}
	return pictures
})

// shelf is a folder of finished walkthroughs.
func shelf(t *testing.T) fstest.MapFS {
	t.Helper()
	folder := fstest.MapFS{}
	add := func(order int, w *Walkthrough, source string) {
		folder[w.Name+"/"+SourceFile] = fileOf(strings.Replace(source, "---\n", fmt.Sprintf("---\norder: %d\n", order), 1))
		for _, s := range w.Scenes() {
			for _, l := range w.Looks {
				folder[w.Name+"/pictures/"+pictureFile(s.Name, l)] = fileOf(blank()[l.Narrow])
			}
		}
	}
	link := strings.Replace(fences(sizedGuide), "Next to it.", "See [below](#where-it-is), [mending](../mend/README.md#the-red-word \"Title\"), [all of it](../mend/README.md) and [Azure](https://azure.example/?a&b).\n\n## Where it is\n\nThe **subscription** is *here*.", 1)
	link = strings.Replace(link, "'act\nopen: /\n", "'act\n", 1)
	add(2, parsed(t, "link", link), link)
	folder["link/terminals/list.txt"] = fileOf("$ ls\n<a> & b\n")
	mend := strings.Replace(guide("Prose on top.\n\n## The red word\n\nLook at the Subscription & the word.\n\n## Where it is\n\n### Deeper\n\n<https://azure.example>\n"), "# Do it", "# Mend a link", 1)
	add(1, parsed(t, "mend", mend), mend)
	return folder
}

var shelfPaths = Paths{Page: func(name string) string { return "/help/" + name }, Picture: func(name, file string) string { return "/help/" + name + "/" + file + "?v=1&2" }}

func opened(t *testing.T, folder fstest.MapFS) *Library {
	t.Helper()
	l, err := OpenLibrary(folder, shelfPaths)
	wantErr(t, err, nil)
	return l
}

func TestALibraryHasItsPagesInOrder(t *testing.T) {
	l := opened(t, shelf(t))
	var got []string
	for _, p := range l.Pages() {
		got = append(got, fmt.Sprintf("%s, %s, %s %d", p.Name, p.Title, p.Summary, p.Minutes))
	}
	equal(t, "pages", got, []string{"mend, Mend a link, Do it. 1", "link, Link an account, Link an account. 1"})
	p, ok := l.Find("mend")
	equal(t, "found", fmt.Sprint(p.Title, " ", ok), "Mend a link true")
	_, ok = l.Find("nobody")
	equal(t, "found nobody", ok, false)
	equal(t, "parts", fmt.Sprintf("%+v", p.Parts), "[{Heading: Level:0 Anchor: Text:Prose on top.} {Heading:The red word Level:2 Anchor:the-red-word Text:Look at the Subscription & the word.} "+
		"{Heading:Where it is Level:2 Anchor:where-it-is Text:} {Heading:Deeper Level:3 Anchor:deeper Text:}]")
}

func TestPagesInTheProductHaveTheirPicturesAndLinks(t *testing.T) {
	p, _ := opened(t, shelf(t)).Find("link")
	body, err := p.Body(AnyTheme)
	wantErr(t, err, nil)
	for _, part := range []string{
		`<source media="(prefers-color-scheme: dark) and (max-width: 40rem)" srcset="/help/link/add-narrow-dark.png?v=1&amp;2" width="195" height="100">`,
		`<img src="/help/link/add-wide-light.png?v=1&amp;2" alt="The button &#34;Add&#34; &amp; &lt;more&gt;" width="640" height="100" loading="lazy">`,
		"<figure id=\"picture-add\">\n<picture>", "<figcaption>Only owners see it.</figcaption>\n</figure>",
		"<pre tabindex=\"0\"><code>$ ls\n&lt;a&gt; &amp; b\n</code></pre>", "<pre tabindex=\"0\"><code>not run\n</code></pre>",
		`<h2 id="where-it-is"><a href="#where-it-is">Where it is</a></h2>`,
		`<a href="#where-it-is">below</a>`, `<a href="/help/mend#the-red-word">mending</a>`, `<a href="/help/mend">all of it</a>`,
		`<a href="https://azure.example/?a&amp;b" rel="noopener noreferrer">Azure</a>`,
	} {
		if !strings.Contains(body, part) {
			t.Errorf("no %s in\n%s", part, body)
		}
	}
	for _, part := range []string{"<h1", "Made by", "picture add", "press:"} {
		if strings.Contains(body, part) {
			t.Errorf("%s is in\n%s", part, body)
		}
	}
	for theme, other := range map[Theme]string{LightTheme: "-dark.png", DarkTheme: "-light.png"} {
		if body, err := p.Body(theme); err != nil || strings.Contains(body, other) || !strings.Contains(body, "-"+string(theme)+".png") || strings.Contains(body, "prefers-color-scheme") {
			t.Errorf("in the %s theme:\n%s", theme, body)
		}
	}
}

func TestWhatIsNotFinishedIsLeftOut(t *testing.T) {
	for name, test := range map[string]struct {
		spoil func(fstest.MapFS)
		tells string
	}{
		"a picture is missing":   {func(f fstest.MapFS) { delete(f, "link/pictures/last-narrow-dark.png") }, "link: open link/pictures/last-narrow-dark.png"},
		"an output is missing":   {func(f fstest.MapFS) { delete(f, "link/terminals/list.txt") }, "link: open link/terminals/list.txt"},
		"its file has a mistake": {func(f fstest.MapFS) { f["link/walkthrough.md"] = fileOf(guide("<br>\n")) }, "link/walkthrough.md:8: "},
	} {
		folder := shelf(t)
		test.spoil(folder)
		l, err := OpenLibrary(folder, shelfPaths)
		if err == nil || !strings.HasPrefix(err.Error(), test.tells) {
			t.Errorf("%s: error is %v", name, err)
		}
		if len(l.Pages()) != 1 || l.Pages()[0].Name != "mend" {
			t.Errorf("%s: pages are %v", name, l.Pages())
		}
	}
}

// A picture is looked into when somebody reads its page, and not at the start.
func TestAPageWithABrokenPictureIsNotShown(t *testing.T) {
	folder := shelf(t)
	folder["link/pictures/last-narrow-dark.png"] = fileOf("x")
	page, _ := opened(t, folder).Find("link")
	if body, err := page.Body(AnyTheme); body != "" || !errors.Is(err, image.ErrFormat) {
		t.Errorf("the page is %q, %v", body, err)
	}
}

func TestASearchFindsPartsByTheirHeadingsFirst(t *testing.T) {
	l := opened(t, shelf(t))
	found := func(query string) []string {
		var hits []string
		all, err := l.Search(t.Context(), NewQuery(query))
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range all {
			hits = append(hits, h.Page.Name+"#"+h.Part.Anchor)
		}
		return hits
	}
	equal(t, "in two texts", found("SUBSCR"), []string{"mend#the-red-word", "link#where-it-is"})
	equal(t, "a heading", found("where"), []string{"mend#where-it-is", "link#where-it-is"})
	equal(t, "headings before texts", found("word"), []string{"mend#the-red-word"})
	equal(t, "a title", found("link  mend"), []string{"mend#", "mend#the-red-word", "mend#where-it-is", "mend#deeper", "link#"})
	equal(t, "words of heading and text", found("subscription red"), []string{"mend#the-red-word"})
	equal(t, "alt texts", found("finish"), []string{"link#where-it-is"})
	equal(t, "nothing", found("nowhere"), []string(nil))
	equal(t, "no words", found(" \t"), []string(nil))
}

func TestPlacesOfPagesAreKnown(t *testing.T) {
	l := opened(t, shelf(t))
	for place, want := range map[string]bool{"link#": true, "link#where-it-is": true, "link#the-red-word": false, "mend#the-red-word": true, "mend#deeper": true, "nobody#": false, "#": false} {
		name, anchor, _ := strings.Cut(place, "#")
		equal(t, place, l.Has(name, anchor), want)
	}
}

func TestPicturesAreServedByTheirPlainNamesOnly(t *testing.T) {
	folder := shelf(t)
	folder["link/secret.png"], folder["secret.png"], folder["link/pictures/x.txt"], folder["link/pictures/sub/x.png"] = fileOf("x"), fileOf("x"), fileOf("x"), fileOf("x")
	l := opened(t, folder)
	picture, err := l.Picture("link", "add-wide-light.png")
	wantErr(t, err, nil)
	wantErr(t, picture.Close(), nil)
	for _, file := range []string{"", ".", "..", "../secret.png", "../../secret.png", "/etc/x.png", "sub/x.png", `..\secret.png`, "x.txt", "gone.png", ".png", "../walkthrough.md"} {
		if _, err := l.Picture("link", file); err == nil {
			t.Errorf("%q is served", file)
		}
	}
	for _, name := range []string{"", ".", "..", "link/..", "link/../link", "../link", "link/pictures"} {
		for _, file := range []string{"add-wide-light.png", "secret.png"} {
			if _, err := l.Picture(name, file); err == nil {
				t.Errorf("%s of %q is served", file, name)
			}
		}
	}
}

func TestLinksThatLeadNowhereAreFound(t *testing.T) {
	w := parsed(t, "x", guide(`Text [a](#there), [b](../y/README.md), [c](../y/README.md#far), [d](https://azure.example/x#y) and <https://azure.example>.

[e](#gone)
and [f](../z/README.md)
and [g](../y/README.md#gone).

* [h](http://azure.example), [i](docs/x.md), [j](../../README.md), [k](/help/y), [l]() and <max@example.com>
* www.azure.example, [m](https:///x), [n](javascript:alert), [o](../y/walkthrough.md#far) and [p](README.md)

## There
`))
	y := parsed(t, "y", strings.Replace(guide("## Far\n\n[q](#do-it) [r](../x/README.md#there)\n"), "Do it.", "x", 1))
	const neither = " must lead to a heading (#…), another walkthrough (../NAME/README.md#…) or an https address"
	var got []string
	for _, f := range CheckLinks([]*Walkthrough{w, y}) {
		got = append(got, f.String())
	}
	at := func(line int, to, says string) string {
		return fmt.Sprintf("x/walkthrough.md:%d: the link %q%s", line, to, says)
	}
	equal(t, "findings", got, []string{
		at(10, "#gone", " leads to a heading that does not exist"),
		at(11, "../z/README.md", " leads to a walkthrough that does not exist"),
		at(12, "../y/README.md#gone", " leads to a heading that does not exist"),
		at(14, "http://azure.example", neither), at(14, "docs/x.md", neither), at(14, "../../README.md", " leads to a walkthrough that does not exist"),
		at(14, "/help/y", neither), at(14, "", neither), at(14, "max@example.com", neither),
		at(15, "http://www.azure.example", neither), at(15, "https:///x", neither), at(15, "javascript:alert", neither), at(15, "../y/walkthrough.md#far", neither), at(15, "README.md", neither),
	})
}

func TestALinkThatIsItsOwnTextIsFoundWhereItStands(t *testing.T) {
	w := parsed(t, "x", guide("<http://one.example>\nand\n<http://two.example>\n\n* []()<http://three.example>\n"))
	var lines []int
	for _, f := range CheckLinks([]*Walkthrough{w}) {
		lines = append(lines, f.Line)
	}
	equal(t, "lines", fmt.Sprint(lines), fmt.Sprint([]int{8, 10, 12, 12}))
}

func TestAPageThatStandsAloneHoldsItsPictures(t *testing.T) {
	page, err := Standalone(shelf(t), []string{"link", "mend"}, LightTheme)
	wantErr(t, err, nil)
	for _, part := range []string{"<title>Walkthroughs</title>", `<main id="link">`, `<main id="mend">`, `<h1>Link an account</h1>`, `<a href="#mend.the-red-word">`, `<h2 id="mend.the-red-word">`, `<a href="#link.where-it-is">below</a>`, `<h2 id="link.where-it-is">`, `<h2 id="mend.where-it-is">`, `<a href="#mend">all of it</a>`, `<figure id="link.picture-add">`, `<img src="data:image/png;base64,iVBOR`, "color-scheme: light dark"} {
		if !strings.Contains(string(page), part) {
			t.Errorf("no %s in the page", part)
		}
	}
	for _, part := range []string{`src="/`, "-wide-dark.png", `loading="lazy"`, "README.md"} {
		if strings.Contains(string(page), part) {
			t.Errorf("%s is in the page", part)
		}
	}
	one, err := Standalone(shelf(t), []string{"link"}, AnyTheme)
	wantErr(t, err, nil)
	if !strings.Contains(string(one), "<title>Link an account</title>") || strings.Contains(string(one), `<main id="mend">`) || !strings.Contains(string(one), `srcset="data:image/png;base64,`) {
		t.Error("the page of one walkthrough is not that of one")
	}
	folder := shelf(t)
	delete(folder, "link/pictures/add-wide-dark.png")
	if _, err := Standalone(folder, []string{"link"}, AnyTheme); err == nil {
		t.Error("a page without one of its pictures is made")
	}
}

func TestALibraryIsReadWhenItIsFirstUsed(t *testing.T) {
	folder := fstest.MapFS{"link/walkthrough.md": {Data: []byte("no front matter")}}
	var heard []error
	l := OpenLibraryLater(folder, shelfPaths, func(err error) { heard = append(heard, err) })
	if len(heard) > 0 {
		t.Errorf("it was read at once: %v", heard)
	}
	for range 2 {
		if pages := l.Pages(); len(pages) > 0 {
			t.Errorf("it has the pages %v", pages)
		}
	}
	if len(heard) != 1 {
		t.Errorf("of what is unfinished it tells %v", heard)
	}
}
