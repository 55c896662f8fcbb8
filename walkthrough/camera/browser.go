// Package camera is the stage on which Chromium plays walkthroughs: it acts as
// people do, by the names that things have, and takes the pictures.
package camera

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/chromedp/chromedp"

	"mooring/walkthrough"
)

// ErrNoChromium says that there is no browser to take pictures with.
var ErrNoChromium = errors.New("found no Chromium: install the packages chromium and fonts-dejavu-core, or add chromium, chromium-browser or google-chrome to PATH")

// Browser is a running Chromium. Many stages play in it side by side.
type Browser struct {
	ctx     context.Context
	close   func()
	profile string
}

// Find gives the path of Chromium.
func Find() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", ErrNoChromium
}

// flags make pages the same wherever they are drawn: by software, without
// hints, animation and things that Chromium does beside them.
var flags = map[string]any{
	"headless": "new", "hide-scrollbars": true, "force-color-profile": "srgb", "font-render-hinting": "none", "disable-lcd-text": true, "disable-font-subpixel-positioning": true,
	// Text is set for the ratio of the pictures from the first page on. Chromium
	// sets some of it otherwise until it hears of another ratio.
	"force-device-scale-factor": strconv.Itoa(walkthrough.PixelRatio),
	"disable-gpu":               true, "disable-partial-raster": true, "disable-skia-runtime-opts": true, "lang": "en-US", "password-store": "basic",
	// The omnibox is nowhere to be seen, and each window would start a page for it.
	"disable-features": "Translate,PaintHolding,WebUIOmniboxPopup,WebUIOmniboxAimPopup", "disable-background-networking": true, "disable-component-update": true,
	"disable-sync": true, "no-first-run": true, "no-default-browser-check": true, "disable-dev-shm-usage": true, "disable-extensions": true,
	"disable-default-apps": true, "disable-background-timer-throttling": true, "disable-backgrounding-occluded-windows": true,
	"disable-renderer-backgrounding": true,
}

// Start starts Chromium with a fresh profile. It ends by Close, or with ctx.
func Start(ctx context.Context) (*Browser, error) {
	path, err := Find()
	if err != nil {
		return nil, err
	}
	b := &Browser{}
	if b.profile, err = os.MkdirTemp("", "mooring-camera-"); err != nil {
		return nil, err
	}
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.UserDataDir(filepath.Join(b.profile, "profile"))}
	for name, value := range flags {
		options = append(options, chromedp.Flag(name, value))
	}
	if os.Geteuid() == 0 { // its sandbox does not work for root
		options = append(options, chromedp.Flag("no-sandbox", true))
	}
	allocator, stop := chromedp.NewExecAllocator(ctx, options...)
	browser, cancel := chromedp.NewContext(allocator, chromedp.WithErrorf(func(string, ...any) {}))
	b.ctx, b.close = browser, func() { cancel(); stop() }
	if err := chromedp.Do(b.ctx); err != nil {
		b.Close()
		return nil, fmt.Errorf("could not start Chromium: %w", err)
	}
	return b, nil
}

// Close ends Chromium and removes its profile.
func (b *Browser) Close() {
	b.close()
	_ = os.RemoveAll(b.profile)
}
