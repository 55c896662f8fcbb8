package browser

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
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

// NeedChromium skips the test where there is no browser, unless the
// environment says that there has to be one.
func NeedChromium(t *testing.T) {
	t.Helper()
	switch {
	case chromiumPath() != "":
	case os.Getenv("MOORING_E2E") == "required":
		t.Fatal("no Chromium (chromium, chromium-browser or google-chrome) in PATH, and MOORING_E2E=required")
	default:
		t.Skip("no Chromium (chromium, chromium-browser or google-chrome) in PATH; install it, or see CONTRIBUTING.md")
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

// Look is how a page is looked at.
type Look struct {
	Name          string
	dark          bool
	Width, height int64
}

func (l Look) narrow() bool { return l.Width < 600 }

// The looks at a page: two themes and two widths.
var (
	WideLight   = Look{"wide-light", false, 1280, 800}
	WideDark    = Look{"wide-dark", true, 1280, 800}
	NarrowLight = Look{"narrow-light", false, 360, 780}
	NarrowDark  = Look{"narrow-dark", true, 360, 780}
	Looks       = []Look{WideLight, WideDark, NarrowLight, NarrowDark}
	TwoLooks    = []Look{WideDark, NarrowLight} // each theme and each width, for a page that others resemble
)

// Tab is one tab of the browser. Whatever goes wrong in it without anybody
// seeing it fails the test: a word on the console, an exception, a breach of
// the content security policy, a request to another host, an answer of 5xx.
type Tab struct {
	T     *testing.T
	Ctx   context.Context
	Close func()
	Look  Look
	hosts []string
	Noted *notes

	Leaving *Leaving
}

// Leaving is what a tab does when a page asks whether to leave it.
type Leaving struct {
	Asked atomic.Int32 // how often pages asked
	Stays atomic.Bool  // stay there; else leave
}

// NewTab opens a tab that shares nothing with those of others.
func (w *World) NewTab(l Look) *Tab { return openTab(w.T, w.Hosts(), l) }

func openTab(t *testing.T, hosts []string, l Look) *Tab {
	t.Helper()
	NeedChromium(t)
	ctx, err := chromium()
	if err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	return attach(t, ctx, hosts, l, chromedp.WithNewBrowserContext())
}

// Another opens one more tab that shares the cookies, as Ctrl+T does.
func (b *Tab) Another() *Tab {
	b.T.Helper()
	return attach(b.T, b.Ctx, b.hosts, b.Look)
}

func attach(t *testing.T, from context.Context, hosts []string, l Look, options ...chromedp.ContextOption) *Tab {
	t.Helper()
	b := &Tab{T: t, Look: l, hosts: hosts, Noted: &notes{hosts: slices.Clone(hosts)}, Leaving: &Leaving{}}
	b.Ctx, b.Close = chromedp.NewContext(from, append(options, chromedp.WithListener(b.Noted.note))...)
	if err := chromedp.Do(b.Ctx); err != nil {
		t.Fatalf("no new tab: %v", err)
	}
	err := chromedp.Listen(b.Ctx, func(event any) {
		if _, ok := event.(*page.EventJavascriptDialogOpening); ok {
			b.Leaving.Asked.Add(1)
			go func() { // the answer has to leave this function first
				_, _ = chromedp.Call(b.Ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: !b.Leaving.Stays.Load()})
			}()
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	Call(b, page.Enable, page.EnableParams{})
	Call(b, audits.Enable, cdp.Empty{})
	Call(b, log.Enable, cdp.Empty{})
	Call(b, network.Enable, network.EnableParams{})
	Call(b, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	Call(b, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: `addEventListener('securitypolicyviolation', e => console.error('content security policy: ' + e.violatedDirective + ' ' + e.blockedURI))`,
	})
	b.LookAs(l)
	t.Cleanup(func() {
		if t.Failed() {
			b.keepFailure()
		}
		b.Close()
		for _, problem := range b.Noted.unexpected() {
			t.Error(problem)
		}
	})
	return b
}

// LookAs changes theme and size.
func (b *Tab) LookAs(l Look) {
	b.T.Helper()
	b.Look = l
	scheme := map[bool]string{true: "dark", false: "light"}[l.dark]
	Call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	Call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: l.Width, Height: l.height, DeviceScaleFactor: 1, Mobile: l.narrow(),
	})
}

// WithoutScript switches the pages' scripts off.
func (b *Tab) WithoutScript() {
	b.T.Helper()
	Call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
}

// Expect says which words on the console belong to the test.
func (b *Tab) Expect(words string) { b.Noted.expect(words) }

// Downloads sends downloads to folder and tells the suggested name of each.
func (b *Tab) Downloads(folder string) <-chan string {
	b.T.Helper()
	names := make(chan string, 8)
	suggested := map[string]string{}
	yes := true
	err := chromedp.ListenBrowser(b.Ctx, func(event any) {
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
		_, err = chromedp.CallBrowser(b.Ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
			Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: folder, EventsEnabled: &yes,
			BrowserContextID: chromedp.FromContext(b.Ctx).BrowserContextID,
		})
	}
	if err != nil {
		b.T.Fatal(err)
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
