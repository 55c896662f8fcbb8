package camera

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"mooring/walkthrough"
)

// patience is how long the camera waits for what should come at once. It is
// long because the machine may be busy with other things.
const patience = 20 * time.Second

// glance is how long it looks for what should be there already.
const glance = time.Second

const pause = 25 * time.Millisecond // between two looks

// The windows of pictures, in CSS pixels.
const (
	wideWidth, wideHeight     = 1280, 800
	narrowWidth, narrowHeight = 390, 844
)

//go:embed page.js
var pageScript string

// counting counts in document.soon what a page has put off for up to 600 ms.
const counting = `(() => {
	const later = window.setTimeout, never = window.clearTimeout, waiting = new Set()
	const count = () => { document.soon = waiting.size }
	window.setTimeout = (work, delay, ...rest) => {
		if (!(delay > 0 && delay <= 600) || typeof work !== 'function') return later(work, delay, ...rest)
		const id = later(() => { waiting.delete(id); count(); work(...rest) }, delay)
		waiting.add(id)
		count()
		return id
	}
	window.clearTimeout = (id) => { waiting.delete(id); count(); never(id) }
})()`

// tab is one tab of the browser, with cookies of its own.
type tab struct {
	ctx     context.Context
	close   context.CancelFunc
	loading atomic.Bool
	warm    bool // a page was there before
	window  walkthrough.Rect
}

func (b *Browser) open(ctx context.Context) (*tab, error) {
	t := &tab{}
	t.ctx, t.close = chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext(), chromedp.WithListener(t.note))
	context.AfterFunc(ctx, t.close)
	if err := chromedp.Do(t.ctx); err != nil {
		t.close()
		return nil, err
	}
	_, err := chromedp.Call(t.ctx, page.Enable, page.EnableParams{})
	if err == nil {
		_, err = chromedp.Call(t.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: counting})
	}
	if err == nil {
		_, err = chromedp.Call(t.ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	}
	if err == nil {
		err = t.look(walkthrough.Look{}, 0)
	}
	if err != nil {
		t.close()
		return nil, err
	}
	return t, nil
}

// note hears when the page begins and ends to load, and leaves a page that asks
// whether to.
func (t *tab) note(event any) {
	switch event.(type) {
	case *page.EventFrameStartedLoading:
		t.loading.Store(true)
	case *page.EventFrameStoppedLoading:
		t.loading.Store(false)
	case *page.EventJavascriptDialogOpening:
		go func() { // a listener must not wait for an answer
			_, _ = chromedp.Call(t.ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true})
		}()
	}
}

// look sets theme and size.
func (t *tab) look(l walkthrough.Look, height int) error {
	width, usual, scheme := int64(wideWidth), wideHeight, "light"
	if l.Narrow {
		width, usual = narrowWidth, narrowHeight
	}
	if l.Dark {
		scheme = "dark"
	}
	if height == 0 {
		height = usual
	}
	_, err := chromedp.Call(t.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	if err == nil {
		_, err = chromedp.Call(t.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: width, Height: int64(height), DeviceScaleFactor: walkthrough.PixelRatio, Mobile: l.Narrow,
		})
	}
	t.window = walkthrough.Rect{W: float64(width), H: float64(height)}
	return err
}

var yes = true

// ask calls a function of page.js. Arguments are plain values.
func ask[T any](t *tab, function string, arguments ...any) (T, error) {
	var value T
	list, err := json.Marshal(append([]any{}, arguments...))
	if err != nil {
		return value, err
	}
	result, err := chromedp.Call(t.ctx, runtime.Evaluate, runtime.EvaluateParams{
		Expression: pageScript + "." + function + "(..." + string(list) + ")", ReturnByValue: &yes, AwaitPromise: &yes,
	})
	if err != nil {
		return value, err
	}
	return valueOf[T](result.Result, result.ExceptionDetails)
}

// askOf calls a function of page.js about an element.
func askOf[T any](t *tab, object runtime.RemoteObjectID, function string, arguments ...any) (T, error) {
	var value T
	list, err := json.Marshal(append([]any{}, arguments...))
	if err != nil {
		return value, err
	}
	result, err := chromedp.Call(t.ctx, runtime.CallFunctionOn, runtime.CallFunctionOnParams{
		FunctionDeclaration: "function () { return (" + pageScript + ")." + function + "(this, ..." + string(list) + ") }",
		ObjectID:            object, ReturnByValue: &yes,
	})
	if err != nil {
		return value, err
	}
	return valueOf[T](result.Result, result.ExceptionDetails)
}

// on calls a function with an element as this.
func on[T any](t *tab, object runtime.RemoteObjectID, function string) (T, error) {
	result, err := chromedp.Call(t.ctx, runtime.CallFunctionOn, runtime.CallFunctionOnParams{
		FunctionDeclaration: function, ObjectID: object, ReturnByValue: &yes,
	})
	if err != nil {
		var none T
		return none, err
	}
	return valueOf[T](result.Result, result.ExceptionDetails)
}

func valueOf[T any](result *runtime.RemoteObject, thrown *runtime.ExceptionDetails) (T, error) {
	var value T
	switch {
	case thrown != nil && thrown.Exception != nil:
		return value, errors.New(thrown.Exception.Description)
	case thrown != nil:
		return value, errors.New(thrown.Text)
	case result == nil || len(result.Value) == 0:
		return value, nil
	}
	return value, json.Unmarshal(result.Value, &value)
}

// until asks again and again until done says yes.
func (t *tab) until(ctx context.Context, limit time.Duration, what func() string, done func() bool) error {
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for !done() {
		select {
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return errors.New(what())
			}
			return ctx.Err()
		case <-t.ctx.Done():
			return errors.New("the browser is gone")
		case <-deadline.C:
			return errors.New(what())
		case <-tick.C:
		}
	}
	return nil
}

// settle waits until the page is still.
func (t *tab) settle(ctx context.Context) error {
	err := t.until(ctx, patience, func() string { return "the page does not come to rest" }, func() bool {
		if t.loading.Load() {
			return false
		}
		still, err := ask[bool](t, "still")
		return err == nil && still
	})
	if err == nil {
		_, err = ask[any](t, "calm")
	}
	return err
}

// goTo opens an address and waits until the page is there. The first page of a
// tab is loaded twice: it may have measured its words before Chromium knew for
// which screen, and those of its second page are always the same.
func (t *tab) goTo(ctx context.Context, address string) error {
	said, err := chromedp.Call(t.ctx, page.Navigate, page.NavigateParams{URL: address})
	switch {
	case err != nil:
		return err
	case said.ErrorText != "":
		return fmt.Errorf("%s: %s", address, said.ErrorText)
	}
	err = t.settle(ctx)
	if err == nil && !t.warm {
		t.warm = true
		return t.reload(ctx)
	}
	return err
}

func (t *tab) reload(ctx context.Context) error {
	_, err := chromedp.Call(t.ctx, page.Reload, page.ReloadParams{})
	if err != nil {
		return err
	}
	return t.settle(ctx)
}

// mouse presses at a place and takes the mouse away again, so that nothing
// stays highlighted.
func (t *tab) mouse(x, y float64) error {
	for _, step := range []input.DispatchMouseEventParams{
		{Type: input.DispatchMouseEventTypeMouseMoved, X: x, Y: y},
		{Type: input.DispatchMouseEventTypeMousePressed, X: x, Y: y, Button: input.MouseButtonLeft, ClickCount: 1},
		{Type: input.DispatchMouseEventTypeMouseReleased, X: x, Y: y, Button: input.MouseButtonLeft, ClickCount: 1},
		{Type: input.DispatchMouseEventTypeMouseMoved, X: 0, Y: 0},
	} {
		if _, err := chromedp.Call(t.ctx, input.DispatchMouseEvent, step); err != nil {
			return err
		}
	}
	t.pass()
	return nil
}

// pass lets the page do what an event has put before it, such as sending a form.
// When that leads away, nobody answers.
func (t *tab) pass() {
	_, _ = chromedp.Call(t.ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: "new Promise((done) => setTimeout(done, 0))", AwaitPromise: &yes})
}

// photograph takes a box of the window. Chromium wants it as one of the whole
// page.
func (t *tab) photograph(frame walkthrough.Rect) ([]byte, error) {
	scrolled, err := ask[struct{ X, Y float64 }](t, "scrolled")
	if err != nil {
		return nil, err
	}
	picture, err := chromedp.Call(t.ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{
		Format: page.CaptureScreenshotFormatPng, OptimizeForSpeed: &yes,
		Clip: &page.Viewport{X: frame.X + scrolled.X, Y: frame.Y + scrolled.Y, Width: frame.W, Height: frame.H, Scale: 1},
	})
	return picture.Data, err
}

// none is a command without parameters.
type none = cdp.Empty
