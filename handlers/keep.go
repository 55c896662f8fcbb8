package handlers

import (
	"net/http"
	"sync"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"mooring/static"
)

// keptPages keeps what was rendered until the data behind it changes. A page
// is kept for one session in one account, so nobody sees another's.
type keptPages struct {
	now func() time.Time

	mu    sync.RWMutex
	pages map[keptKey]keptPage
}

type keptKey struct{ sessionID, accountID, path, fragment string }

type keptPage struct {
	version uint64    // of the data
	until   time.Time // "3 minutes ago" grows old by itself
	plain   []byte
	zipped  []byte
}

const (
	keptFor  = 10 * time.Second
	mostKept = 1000 // pages; some 20 KB each
)

func newKeptPages(now func() time.Time) *keptPages {
	return &keptPages{now: now, pages: map[keptKey]keptPage{}}
}

// sendKept sends the page of this caller, and renders it only if the data has
// changed since. The version was read before the data: after a change in between
// the page is newer than its version says, and is rendered once more than it
// needs to be. It is never older.
func (h *handlers) sendKept(c echo.Context, fragment string, component func() (templ.Component, error)) error {
	caller, _ := callerOf(c)
	membership, _ := membershipOf(c)
	key := keptKey{caller.Session.ID, membership.Account.ID, c.Request().URL.Path, fragment}
	version := versionOf(c)
	page, ok := h.kept.get(key, version)
	if !ok {
		made, err := component()
		if err != nil {
			return err
		}
		page = keptPage{version: version, until: h.Now().Add(keptFor)}
		if page.plain, err = rendered(c.Request().Context(), made); err != nil {
			return err
		}
		if page.zipped, err = zip(page.plain); err != nil {
			return err
		}
		h.kept.put(key, page)
	}
	if static.AcceptsGzip(c.Request()) {
		return sendAs(c, http.StatusOK, page.zipped, true)
	}
	return sendAs(c, http.StatusOK, page.plain, false)
}

func (k *keptPages) get(key keptKey, version uint64) (keptPage, bool) {
	k.mu.RLock()
	page, ok := k.pages[key]
	k.mu.RUnlock()
	return page, ok && page.version == version && k.now().Before(page.until)
}

func (k *keptPages) put(key keptKey, page keptPage) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.pages) >= mostKept {
		clear(k.pages)
	}
	k.pages[key] = page
}
