package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// chromiumPath is where the browser is, or "".
var chromiumPath = sync.OnceValue(func() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
})

// needChromium skips the test where there is no browser, unless the
// environment says that there has to be one.
func needChromium(t *testing.T) {
	t.Helper()
	switch {
	case chromiumPath() != "":
	case os.Getenv("MOORING_E2E") == "required":
		t.Fatal("no Chromium (chromium, chromium-browser or google-chrome) in PATH, and MOORING_E2E=required")
	default:
		t.Skip("no Chromium (chromium, chromium-browser or google-chrome) in PATH; install it, or see README")
	}
}

var stopChromium = func() {}

// chromium is the one browser of all tests.
var chromium = sync.OnceValues(func() (context.Context, error) {
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(chromiumPath()),
		chromedp.UserDataDir(filepath.Join(scratch, "profile")),
		chromedp.Flag("headless", "new"),
		chromedp.Flag("force-color-profile", "srgb"),
		chromedp.Flag("password-store", "basic"),
		chromedp.Flag("disable-features", "Translate,WebUIOmniboxPopup,WebUIOmniboxAimPopup"), // a page for each window that nobody sees
	}
	for _, name := range []string{
		"no-sandbox", "disable-gpu", "disable-background-networking", "disable-component-update", "disable-sync", "no-first-run",
		"no-default-browser-check", "disable-dev-shm-usage", "disable-extensions", "disable-default-apps",
		// Tabs of other tests are in front of this one: it goes on all the same.
		"disable-background-timer-throttling", "disable-backgrounding-occluded-windows", "disable-renderer-backgrounding",
	} {
		options = append(options, chromedp.Flag(name, true))
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, closeBrowser := chromedp.NewContext(allocator)
	stopChromium = func() { closeBrowser(); stop() }
	return ctx, chromedp.Do(ctx)
})

// look is how a page is looked at.
type look struct {
	name          string
	dark          bool
	width, height int64
}

var (
	wideLight   = look{"wide-light", false, 1280, 800}
	wideDark    = look{"wide-dark", true, 1280, 800}
	narrowLight = look{"narrow-light", false, 360, 780}
	narrowDark  = look{"narrow-dark", true, 360, 780}
	looks       = []look{wideLight, wideDark, narrowLight, narrowDark}
	twoLooks    = []look{wideDark, narrowLight} // each theme and each width, for a page that others resemble
)

// tab is one tab of the browser. Whatever goes wrong in it without anybody
// seeing it fails the test: a word on the console, an exception, a breach of
// the content security policy, a request to another host, an answer of 5xx.
type tab struct {
	t     *testing.T
	ctx   context.Context
	close func()
	look  look
	hosts []string
	noted *notes
}

// newTab opens a tab that shares nothing with those of others.
func (w *world) newTab(l look) *tab { return openTab(w.t, w.hosts(), l) }

func openTab(t *testing.T, hosts []string, l look) *tab {
	t.Helper()
	needChromium(t)
	ctx, err := chromium()
	if err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	return attach(t, ctx, hosts, l, chromedp.WithNewBrowserContext())
}

// another opens one more tab that shares the cookies, as Ctrl+T does.
func (b *tab) another() *tab {
	b.t.Helper()
	return attach(b.t, b.ctx, b.hosts, b.look)
}

func attach(t *testing.T, from context.Context, hosts []string, l look, options ...chromedp.ContextOption) *tab {
	t.Helper()
	b := &tab{t: t, look: l, hosts: hosts, noted: &notes{hosts: slices.Clone(hosts)}}
	b.ctx, b.close = chromedp.NewContext(from, append(options, chromedp.WithListener(b.noted.note))...)
	if err := chromedp.Do(b.ctx); err != nil {
		t.Fatalf("no new tab: %v", err)
	}
	call(b, audits.Enable, cdp.Empty{})
	call(b, log.Enable, cdp.Empty{})
	call(b, network.Enable, network.EnableParams{})
	call(b, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	call(b, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: `addEventListener('securitypolicyviolation', e => console.error('content security policy: ' + e.violatedDirective + ' ' + e.blockedURI))`,
	})
	b.lookAs(l)
	t.Cleanup(func() {
		if t.Failed() {
			b.keepFailure()
		}
		b.close()
		for _, problem := range b.noted.unexpected() {
			t.Error(problem)
		}
	})
	return b
}

// lookAs changes theme and size.
func (b *tab) lookAs(l look) {
	b.t.Helper()
	b.look = l
	scheme := map[bool]string{true: "dark", false: "light"}[l.dark]
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: l.width, Height: l.height, DeviceScaleFactor: 1, Mobile: l.width < 600,
	})
}

// withoutScript switches the pages' scripts off.
func (b *tab) withoutScript() {
	b.t.Helper()
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
}

// expect says which words on the console belong to the test.
func (b *tab) expect(words string) { b.noted.expect(words) }

// downloads sends downloads to folder and tells the suggested name of each.
func (b *tab) downloads(folder string) <-chan string {
	b.t.Helper()
	names := make(chan string, 8)
	suggested := map[string]string{}
	yes := true
	err := chromedp.ListenBrowser(b.ctx, func(event any) {
		switch e := event.(type) {
		case *browser.EventDownloadWillBegin:
			if strings.HasPrefix(e.URL, "http://"+b.hosts[0]+"/") { // not another test's
				suggested[e.GUID] = e.SuggestedFilename
			}
		case *browser.EventDownloadProgress:
			if e.State == browser.DownloadProgressStateCompleted && suggested[e.GUID] != "" {
				names <- suggested[e.GUID]
				delete(suggested, e.GUID)
			}
		}
	})
	if err == nil {
		_, err = chromedp.CallBrowser(b.ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
			Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: folder, EventsEnabled: &yes,
			BrowserContextID: chromedp.FromContext(b.ctx).BrowserContextID,
		})
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return names
}

// notes gathers what a tab does behind the test's back.
type notes struct {
	mu       sync.Mutex
	hosts    []string
	problems []string
	expected []string
}

var badLevels = []log.EntryLevel{log.EntryLevelWarning, log.EntryLevelError}

func (n *notes) note(event any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning || e.Type == runtime.ConsoleAPICalledTypeAssert {
			n.add("console: " + consoleText(e))
		}
	case *runtime.EventExceptionThrown:
		n.add("exception: " + exceptionText(e.ExceptionDetails))
	case *log.EventEntryAdded:
		if slices.Contains(badLevels, e.Entry.Level) {
			n.add("log: " + e.Entry.Text + " " + e.Entry.URL)
		}
	case *audits.EventIssueAdded:
		if said := issueText(e.Issue); !strings.Contains(said, "NavigationEntryMarkedSkippable") { // a test moves without a click
			n.add("issue: " + said)
		}
	case *network.EventRequestWillBeSent:
		n.request(e.Request.URL)
	case *network.EventResponseReceived:
		n.response(e.Response)
	}
}
