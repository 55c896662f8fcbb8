package handlers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"mooring/account"
	"mooring/cloud"
	"mooring/views"
	"mooring/walkthrough"
)

// helpFiles are two walkthroughs, and one whose picture was not taken yet.
func helpFiles() fstest.MapFS {
	return fstest.MapFS{
		"sail/walkthrough.md": {Data: []byte(`---
summary: Set the sails and see that the wind is in them.
order: 1
---

# Set the sails

Before you begin, look at the sky.

## Open the dialog

Choose a halyard & pull.

` + "```picture open" + `
open: /
mark:
  - outline: link "Open"
alt: The page with the link Open marked.
caption: The halyard is marked.
` + "```" + `

### Pull twice

Belay it on the cleat.
`)},
		"sail/pictures/open-wide-light.png": {Data: picture(color.White)},
		"sail/pictures/open-wide-dark.png":  {Data: picture(color.Black)},
		"reef/walkthrough.md": {Data: []byte(`---
summary: Take sail away.
order: 2
former: [furl]
---

# Reef

Less sail in more wind. ` + strings.Repeat("Calm words follow. ", 100) + `

## The cleat

Make it fast with two turns, or read AADSTS700027. See [the dialog](../sail/README.md#open-the-dialog).
`)},
		"unfinished/walkthrough.md": {Data: []byte(`---
summary: Its pictures wait.
---

# Unfinished

` + "```picture open" + `
open: /
mark:
  - outline: link "Open"
alt: The page.
` + "```" + `
`)},
		"unfinished/pictures/open-wide-light.png": {Data: picture(color.White)},
	}
}

func picture(c color.Color) []byte {
	canvas := image.NewRGBA(image.Rect(0, 0, 8, 4))
	canvas.Set(1, 1, c)
	var b bytes.Buffer
	if err := png.Encode(&b, canvas); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// helpfulCloud says where the help tells of its methods, and has an error
// catalogue.
type helpfulCloud struct{ *fakeCloud }

func (h helpfulCloud) Describe() cloud.Description {
	d := h.fakeCloud.Describe()
	d.Methods[0].Help = "sail#open-the-dialog"
	d.Methods = append(d.Methods, cloud.Method{Key: "classic", Name: "Classic", Help: "reef#the-cleat"}, cloud.Method{Key: "lost", Name: "Lost", Help: "reef#no-such-part"}, cloud.Method{Key: "plain", Name: "Plain"})
	return d
}

func (helpfulCloud) Catalogue() []cloud.Explanation {
	return []cloud.Explanation{
		{Known: true, Anchor: "azure-700027", Code: "AADSTS700027", Happened: "The certificate is not the one that Azure knows.", Fix: "Upload it once more.", Who: "Whoever owns the application."},
		{Known: true, Anchor: "azure-timeout", Code: "timeout", Happened: "Azure did not answer a halyard.", Fix: "Wait.", Who: "Nobody."},
	}
}

// testHelp is read once, like that of the program.
var testHelp = sync.OnceValue(func() *walkthrough.Library {
	files := helpFiles()
	library, _ := walkthrough.OpenLibrary(files, HelpPaths(files)) // the error tells of the unfinished one
	return library
})

// withHelp gives a site with walkthroughs, and a cloud that the help tells of.
func withHelp(c *Config) {
	c.Help = testHelp()
	c.Clouds["azure"] = helpfulCloud{c.Clouds["azure"].(*fakeCloud)}
}

func withPublicHelp(c *Config) { c.PublicHelp = true }

// shows checks what a page says, and gives it.
func shows(t *testing.T, w *httptest.ResponseRecorder, phrases ...string) string {
	t.Helper()
	page := w.Body.String()
	if w.Code != http.StatusOK {
		t.Errorf("it answered %d: %s", w.Code, page)
	}
	for _, phrase := range phrases {
		if !strings.Contains(page, phrase) {
			t.Errorf("the page lacks %q:\n%s", phrase, page)
		}
	}
	return page
}

func lacks(t *testing.T, page string, phrases ...string) {
	t.Helper()
	for _, phrase := range phrases {
		if strings.Contains(page, phrase) {
			t.Errorf("the page has %q:\n%s", phrase, page)
		}
	}
}

func TestTheHelpListsAllThatThereIs(t *testing.T) {
	s := newSite(t, withHelp)
	page := shows(t, s.ask("viewer", "GET", "/help", nil),
		`<h3><a href="/help/sail">Set the sails</a></h3>`, "Set the sails and see that the wind is in them.", "About 1 minute<",
		`<h3><a href="/help/reef">Reef</a></h3>`, "About 2 minutes",
		`<h3><a href="/help/azure/errors">Azure error codes</a></h3>`, "2 codes", `name="q"`, `aria-label="Help"`)
	lacks(t, page, "Unfinished", "/help/unfinished")
	if first, second := strings.Index(page, "/help/sail"), strings.Index(page, "/help/reef"); first > second {
		t.Error("the walkthroughs are not in their order")
	}
	shows(t, s.ask("viewer", "GET", "/accounts/harbor/cloud-providers", nil), `<a class="bar-link" href="/help">Help</a>`)
}

func TestWithoutWalkthroughsTheHelpHasTheErrors(t *testing.T) {
	s := newSite(t)
	shows(t, s.ask("owner", "GET", "/help", nil), `href="/help/azure/errors"`)
	if w := s.ask("owner", "GET", "/help/sail", nil); w.Code != http.StatusNotFound {
		t.Errorf("a page that is not there answered %d", w.Code)
	}
}

func TestAWalkthroughStandsInTheFrameWithItsContents(t *testing.T) {
	s := newSite(t, withHelp)
	page := shows(t, s.ask("owner", "GET", "/help/sail", nil), "<title>Set the sails", `<a class="product" href="/">`, `data-testid="person-menu"`,
		`<a href="/help/sail" aria-current="page">Set the sails</a>`, `<a href="/help/reef">Reef</a>`, "On this page",
		`<li><a href="#open-the-dialog">Open the dialog</a></li>`, `<li class="under"><a href="#pull-twice">Pull twice</a></li>`,
		`<h2 id="open-the-dialog">`, `<figcaption>The halyard is marked.</figcaption>`, "halyard &amp; pull", "About 1 minute")
	lacks(t, page, "Unfinished")
	if w := s.ask("owner", "GET", "/help/none/errors", nil); w.Code != http.StatusNotFound {
		t.Errorf("the errors of a cloud that is not there answered %d", w.Code)
	}
	shows(t, s.ask("owner", "GET", "/help/reef", nil), `<a href="/help/sail#open-the-dialog">the dialog</a>`)
	for _, missing := range []string{"/help/unfinished", "/help/none", "/help/SAIL", "/help/sail.html", "/help/%2e%2e"} {
		w := s.ask("owner", "GET", missing, nil)
		if w.Code != http.StatusNotFound || !strings.Contains(html.UnescapeString(w.Body.String()), errNotHere.Sentence) {
			t.Errorf("%s answered %d: %s", missing, w.Code, w.Body)
		}
	}
}

var pictureAddress = regexp.MustCompile(`/help/sail/pictures/open-wide-(light|dark)\.png\?v=[0-9a-f]{16}`)

func TestPicturesHaveTheColoursOfTheReader(t *testing.T) {
	s := newSite(t, withHelp, withPublicHelp)
	for theme, want := range map[account.Theme][]string{account.System: {"dark", "light"}, account.Light: {"light"}, account.Dark: {"dark"}} {
		s.ask("owner", "POST", "/settings/theme", url.Values{"theme": {string(theme)}, "next": {"/"}})
		for who, want := range map[string][]string{"owner": want, "": {"dark", "light"}} {
			var got []string
			for _, found := range pictureAddress.FindAllStringSubmatch(s.ask(who, "GET", "/help/sail", nil).Body.String(), -1) {
				got = append(got, found[1])
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%q with the theme %s gets the pictures %v, want %v", who, theme, got, want)
			}
		}
	}
}

func TestForPaperPicturesAreLight(t *testing.T) {
	s := newSite(t, withHelp)
	const link = `href="/help/sail?pictures=light"`
	shows(t, s.ask("owner", "GET", "/help/sail", nil), link)
	page := shows(t, s.ask("owner", "GET", "/help/sail?pictures=light", nil), "open-wide-light.png", `<a href="/help/sail" aria-current="page">`)
	lacks(t, page, "open-wide-dark.png", link)
	s.ask("owner", "POST", "/settings/theme", url.Values{"theme": {"light"}, "next": {"/"}})
	lacks(t, s.ask("owner", "GET", "/help/sail", nil).Body.String(), link)
}

func TestAPictureIsKeptForGoodUnderItsHash(t *testing.T) {
	s := newSite(t, withHelp)
	address := pictureAddress.FindString(s.ask("owner", "GET", "/help/sail", nil).Body.String())
	bare, _, _ := strings.Cut(address, "?")
	const forGood, askAgain = "private, max-age=31536000, immutable", "private, no-cache"
	for path, cache := range map[string]string{address: forGood, bare: askAgain, bare + "?v=": askAgain, bare + "?v=0123456789abcdef": askAgain} {
		got := s.ask("owner", "GET", path, nil)
		if _, err := png.Decode(bytes.NewReader(got.Body.Bytes())); err != nil || got.Code != http.StatusOK {
			t.Errorf("%s answered %d, %v", path, got.Code, err)
		}
		header := got.Header()
		if header.Get("Cache-Control") != cache || header.Get("Content-Type") != "image/png" || header.Get("X-Content-Type-Options") != "nosniff" || header.Get("Content-Security-Policy") != contentPolicy {
			t.Errorf("%s has the headers %v", path, header)
		}
		again := s.ask("owner", "GET", path, nil, withHeader("If-None-Match", header.Get("ETag")))
		if again.Code != http.StatusNotModified || again.Body.Len() > 0 || again.Header().Get("Cache-Control") != cache {
			t.Errorf("%s, asked for again, answered %d with %v", path, again.Code, again.Header())
		}
		if other := s.ask("owner", "GET", path, nil, withHeader("If-None-Match", `"0123456789abcdef"`)); other.Code != http.StatusOK {
			t.Errorf("%s, asked for in place of another, answered %d", path, other.Code)
		}
		if head := s.ask("owner", "HEAD", path, nil); head.Code != http.StatusOK || head.Header().Get("Content-Length") != header.Get("Content-Length") {
			t.Errorf("HEAD %s answered %d with %v", path, head.Code, head.Header())
		}
	}
}

func TestTheEarlierAddressOfAPageLeadsToIt(t *testing.T) {
	s := newSite(t, withHelp)
	w := s.ask("owner", "GET", "/help/furl", nil)
	if w.Code != http.StatusPermanentRedirect || w.Header().Get("Location") != "/help/reef" {
		t.Errorf("%d to %q", w.Code, w.Header().Get("Location"))
	}
}

func TestNoFileIsServedButPicturesOfFinishedPages(t *testing.T) {
	s := newSite(t, withHelp, withPublicHelp)
	for _, path := range []string{
		"/help/sail/pictures/none.png", "/help/sail/pictures/walkthrough.md", "/help/sail/pictures/", "/help/sail/pictures",
		"/help/sail/pictures/..%2fwalkthrough.md", "/help/sail/pictures/%2e%2e%2fpictures%2fopen-wide-light.png", "/help/sail/pictures/../walkthrough.md",
		"/help/..%2fsail/pictures/open-wide-light.png", "/help/reef%2f..%2fsail/pictures/open-wide-light.png", "/help/./pictures/open-wide-light.png",
		"/help/none/pictures/open-wide-light.png", "/help/reef/pictures/open-wide-light.png", "/help/unfinished/pictures/open-wide-light.png",
	} {
		w := s.ask("owner", "GET", path, nil)
		if w.Code != http.StatusNotFound || !strings.Contains(html.UnescapeString(w.Body.String()), errNotHere.Sentence) || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s answered %d with %v", path, w.Code, w.Header())
		}
	}
}

var hitAddress = regexp.MustCompile(`<h2><a href="([^"]+)">`)

func TestASearchLeadsToThePart(t *testing.T) {
	s := newSite(t, withHelp)
	for query, want := range map[string][]string{
		"pull":                  {"/help/sail#pull-twice", "/help/sail#open-the-dialog"},
		"SAILS":                 {"/help/sail", "/help/sail#open-the-dialog", "/help/sail#pull-twice"},
		"cleat turns":           {"/help/reef#the-cleat"},
		"halyard":               {"/help/sail#open-the-dialog", "/help/azure/errors#azure-timeout"},
		"AADSTS700027":          {"/help/azure/errors#azure-700027", "/help/reef#the-cleat"},
		"700027 aadsts":         {"/help/azure/errors#azure-700027", "/help/reef#the-cleat"},
		"certificate knows":     {"/help/azure/errors#azure-700027"},
		"timeout":               {"/help/azure/errors#azure-timeout"},
		"no such words at all":  nil,
		`"><img src=x>`:         nil,
		"wait":                  {"/help/azure/errors#azure-timeout"},
		"Its pictures wait for": nil,
	} {
		path := "/help?q=" + url.QueryEscape(query)
		page := shows(t, s.ask("viewer", "GET", path, nil))
		fragment := shows(t, s.ask("viewer", "GET", path, nil, withHTMX("help-list")))
		if !strings.HasPrefix(fragment, `<div id="help-list"`) {
			t.Errorf("%s: htmx gets %s", query, fragment)
		}
		for _, answer := range []string{page, fragment} {
			var got []string
			for _, found := range hitAddress.FindAllStringSubmatch(answer, -1) {
				got = append(got, found[1])
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s finds %v, want %v", query, got, want)
			}
			if says := strings.Contains(answer, "No help page contains all of these words."); says != (want == nil) {
				t.Errorf("%s: that nothing was found is said: %v", query, says)
			}
			lacks(t, answer, "<img src=x")
		}
	}
	shows(t, s.ask("viewer", "GET", "/help?q=halyard", nil), "2 places found", `value="halyard"`, "Choose a <mark>halyard</mark> &amp; pull.")
	shows(t, s.ask("viewer", "GET", "/help?q=+", nil), "Walkthroughs")
}

func TestTooManyHitsAreCounted(t *testing.T) {
	s := newSite(t, func(c *Config) {
		files := fstest.MapFS{"long/walkthrough.md": {Data: []byte("---\nsummary: Long.\n---\n\n# Long\n\n" + strings.Repeat("## Another mile\n\nAt sea.\n\n", 40))}}
		c.Help, _ = walkthrough.OpenLibrary(files, HelpPaths(files))
	})
	page := shows(t, s.ask("owner", "GET", "/help?q=mile", nil), "40 places found", "10 more places have these words")
	if got := len(hitAddress.FindAllString(page, -1)); got != mostHelpHits {
		t.Errorf("%d hits are shown", got)
	}
}

// pairs are many words that are all different.
func pairs() string {
	var b strings.Builder
	for first := 'a'; first <= 'z'; first++ {
		for second := 'a'; second <= 'z'; second++ {
			b.WriteString(string(first) + string(second) + " ")
		}
	}
	return b.String()
}

// longHelp is a help with so many parts that all have the same words.
func longHelp(parts int) func(*Config) {
	return func(c *Config) {
		part := "## Another mile\n\n" + "At sea. " + pairs() + "\n\n"
		files := fstest.MapFS{"long/walkthrough.md": {Data: []byte("---\nsummary: Long.\n---\n\n# Long\n\n" + strings.Repeat(part, parts))}}
		c.Help, _ = walkthrough.OpenLibrary(files, HelpPaths(files))
	}
}

// Whoever reads the help, and with --public-help everybody, may send any query.
func TestTheWorkOfASearchDoesNotGrowWithItsQuery(t *testing.T) {
	s := newSite(t, longHelp(40))
	work := func(query string) (compared int, allocations float64) {
		q := walkthrough.NewQuery(query)
		allocations = testing.AllocsPerRun(1, func() {
			if _, _, err := s.searchHelp(t.Context(), q, false); err != nil {
				t.Error(err)
			}
		})
		return q.Compared() / 2, allocations // AllocsPerRun warms up with one run more
	}
	nowhere, _ := work("nowhere") // which everything is compared with
	one, _ := work("e")
	_, most := work("aa ab ac ad ae af ag ah")
	for name, query := range map[string]string{
		"one word again and again": strings.Repeat("e ", 16_000),
		"the same in any case":     strings.Repeat("e E ", 8_000),
		"many short words":         pairs(),
		"one long word":            strings.Repeat("e", 32_000),
		"wide letters":             strings.Repeat("İ ẞ ", 5_000),
		"spaces":                   strings.Repeat(" ", 32_000),
	} {
		compared, allocations := work(query)
		if compared > 8*nowhere || allocations > 1.1*most {
			t.Errorf("%s: %d bytes are compared and %.0f things allocated; for one word %d bytes, for eight %.0f things",
				name, compared, allocations, nowhere, most)
		}
	}
	if compared, _ := work(strings.Repeat("e ", 16_000)); compared != one {
		t.Errorf("one word many times compares %d bytes, once %d", compared, one)
	}
	page := shows(t, s.ask("owner", "GET", "/help?x="+strings.Repeat("x", 4_000)+"&q="+strings.Repeat("e+", 4_000), nil), "places found")
	if len(page) > 60_000 || strings.Contains(page, strings.Repeat("e ", walkthrough.MaxQuery/2+1)) || strings.Contains(page, "xxxx") {
		t.Errorf("the answer has %d bytes", len(page))
	}
}

func TestOnlyHitsThatAreShownGetExcerpts(t *testing.T) {
	allocations := func(parts int) float64 {
		s := newSite(t, longHelp(parts))
		return testing.AllocsPerRun(1, func() { _, _, _ = s.searchHelp(t.Context(), walkthrough.NewQuery("e sea"), false) })
	}
	if few, many := allocations(mostHelpHits), allocations(20*mostHelpHits); many > few+2*20*mostHelpHits {
		t.Errorf("a search allocates %.0f things for as many hits as are shown, and %.0f for twenty times as many", few, many)
	}
}

// leaving is a client who leaves when it was asked for so often.
type leaving struct {
	context.Context
	asked, leaves int
}

func (c *leaving) Err() error {
	if c.asked++; c.asked >= c.leaves {
		return context.Canceled
	}
	return nil
}

func TestASearchEndsWithItsClient(t *testing.T) {
	s := newSite(t, longHelp(40))
	for _, leaves := range []int{1, len(s.helpErrors) + 3} {
		q := walkthrough.NewQuery("nowhere")
		ctx := &leaving{Context: t.Context(), leaves: leaves}
		if _, _, err := s.searchHelp(ctx, q, false); !errors.Is(err, context.Canceled) || ctx.asked != leaves {
			t.Errorf("the search goes on: it looked %d times, and ended with %v", ctx.asked, err)
		}
	}
}

func TestTheHelpIsPublicOnlyIfTheOperatorSaysSo(t *testing.T) {
	paths := []string{"/help", "/help?q=cleat", "/help/sail", "/help/sail/pictures/open-wide-light.png", "/help/azure/errors", "/help/none"}
	private, public := newSite(t, withHelp), newSite(t, withHelp, withPublicHelp)
	lacks(t, private.ask("", "GET", "/login", nil).Body.String(), `href="/help"`)
	shows(t, public.ask("", "GET", "/login", nil), `<a class="bar-link" href="/help">Help</a>`)
	for _, path := range paths {
		leads(t, private.ask("", "GET", path, nil), "/login?next="+url.QueryEscape(path))
		if w := public.ask("", "GET", path, nil); w.Code != http.StatusOK && path != "/help/none" || w.Header().Get("Location") != "" {
			t.Errorf("%s answered %d", path, w.Code)
		}
	}
	page := shows(t, public.ask("", "GET", "/help/sail", nil), `<a class="bar-link" href="/login?next=%2Fhelp%2Fsail">Sign in</a>`, "Belay it on the cleat.", `href="/help/reef"`)
	lacks(t, page, "person-menu", "account-menu", "harbor", "/settings", "/logout")
	if w := public.ask("", "GET", "/help/none", nil); w.Code != http.StatusNotFound || !strings.Contains(html.UnescapeString(w.Body.String()), errNotHere.Sentence) {
		t.Errorf("a page that is not there answered %d: %s", w.Code, w.Body)
	}
	for _, who := range []string{"disabled", "half"} {
		lacks(t, shows(t, public.ask(who, "GET", "/help/sail", nil), "Belay it on the cleat."), "person-menu", "harbor")
	}
	lacks(t, shows(t, public.ask("viewer", "GET", "/help/sail", nil), "person-menu", "Belay it on the cleat."), "Sign in</a>")
}

var learnMore = regexp.MustCompile(`Don&#39;t know where to find these\? <a href="([^"]+)"|Don't know where to find these\? <a href="([^"]+)"`)

func TestLearnMoreLeadsToTheStepOfTheChosenMethod(t *testing.T) {
	s := newSite(t, withHelp)
	const credentials = "/accounts/harbor/cloud-providers/azure/credentials"
	for method, want := range map[string]string{"": "/help/sail#open-the-dialog", "app": "/help/sail#open-the-dialog", "classic": "/help/reef#the-cleat",
		"lost": "/help/azure/errors", "plain": "/help/azure/errors", "nonsense": "/help/azure/errors"} {
		form := url.Values{"method": {method}, "label": {"Test"}}
		answers := map[string]*httptest.ResponseRecorder{
			"preview":               s.ask("owner", "POST", credentials+"/preview", form, withHTMX("announce")),
			"preview without htmx":  s.ask("owner", "POST", credentials+"/preview", form),
			"the form came back":    s.ask("owner", "POST", credentials, form),
			"the dialog came back":  s.ask("owner", "POST", credentials, form, withHTMX("dialog")),
			"preview of an old one": s.ask("owner", "POST", s.linkOnce()+"/preview", form, withHTMX("announce")),
		}
		if method == "" {
			answers["the page"] = s.ask("owner", "GET", credentials+"/new", nil)
			answers["the dialog"] = s.ask("owner", "GET", credentials+"/new", nil, withHTMX("dialog"))
		}
		for what, w := range answers {
			found := learnMore.FindStringSubmatch(w.Body.String())
			if found == nil || found[1]+found[2] != want {
				t.Errorf("%s, method %q: Learn more leads to %q, want %s", what, method, found, want)
			}
		}
		if preview := answers["preview"].Body.String(); !strings.Contains(preview, `<div id="learn-more" hx-swap-oob="innerHTML">`) {
			t.Errorf("the preview does not bring the link along: %s", preview)
		}
	}
}

// linkOnce gives the path of a credential.
func (s *site) linkOnce() string {
	if s.linked == "" {
		s.link("Production", s.otherSubscription())
	}
	return views.CredentialPath("harbor", "azure", s.linked)
}

func TestAnExcerptIsAroundWhatWasFound(t *testing.T) {
	long := strings.Repeat("İstanbul ", 20) + "the harbour Office opens " + strings.Repeat("late ", 60)
	for _, c := range []struct {
		text, query, want string
	}{
		{"", "x", ""},
		{"Short.", "x", "Short."},
		{"Short and short.", "short", "[Short] and [short]."},
		{"Uploaded.", "upload load", "[Upload]ed."},
		{long, "office", "… İstanbul İstanbul İstanbul İstanbul İstanbul the harbour [Office] opens " + strings.TrimSpace(strings.Repeat("late ", 22)) + " …"},
		{long, "nowhere", strings.TrimSpace(strings.Repeat("İstanbul ", 19)) + " …"},
	} {
		var got strings.Builder
		for _, piece := range excerpt(c.text, strings.Fields(c.query)) {
			if piece.Found {
				piece = views.Words{Text: "[" + piece.Text + "]"}
			}
			got.WriteString(piece.Text)
		}
		if got.String() != c.want {
			t.Errorf("%q in %.20q gives\n%q, want\n%q", c.query, c.text, got.String(), c.want)
		}
	}
}
