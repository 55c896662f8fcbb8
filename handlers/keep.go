package handlers

import (
	"bytes"
	"container/list"
	"net/http"
	"sync"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"mooring/static"
)

// keptPages keeps what was rendered until the data behind it changes. A page
// is kept for one session in one account, so nobody sees another's. They are
// bounded by what they take in memory: first those go that nobody may see any
// more, then those that nobody has asked for the longest.
type keptPages struct {
	now   func() time.Time
	after func(time.Duration, func()) // looks for stale pages although nobody asks for any
	most  int                         // bytes

	mu       sync.Mutex
	pages    map[keptKey]*keptPage
	byAge    list.List // of *keptPage, the oldest first
	byUse    list.List // of *keptPage, the longest unused first
	bytes    int
	version  uint64 // the latest of the data that a page was kept at
	sweeping bool
}

type keptKey struct{ sessionID, accountID, path, fragment string }

type keptPage struct {
	key     keptKey
	version uint64    // of the data
	until   time.Time // "3 minutes ago" grows old by itself
	plain   []byte
	zipped  []byte

	age, use *list.Element
}

const (
	keptFor      = 10 * time.Second
	mostKept     = 8 << 20 // bytes; a page takes some 30 KB, and one of a hundred links 200 KB
	keptOverhead = 512     // bytes of a page beside its content
)

func newKeptPages(now func() time.Time) *keptPages {
	return &keptPages{now: now, most: mostKept, pages: map[keptKey]*keptPage{},
		after: func(d time.Duration, f func()) { time.AfterFunc(d, f) }}
}

// sendKept sends the page of this caller, and renders it only if the data has
// changed since. The version was read before the data: after a change in between
// the page is newer than its version says, and is rendered once more than it
// needs to be. It is never older. The path is the address with what of the query
// the page depends on.
func (h *handlers) sendKept(c echo.Context, path, fragment string, component func() (templ.Component, error)) error {
	caller, _ := callerOf(c)
	membership, _ := membershipOf(c)
	key := keptKey{caller.Session.ID, membership.Account.ID, path, fragment}
	version := versionOf(c)
	page, ok := h.kept.get(key, version)
	if !ok {
		made, err := component()
		if err != nil {
			return err
		}
		page = &keptPage{key: key, version: version, until: h.Now().Add(keptFor)}
		if page.plain, err = rendered(c.Request().Context(), made); err != nil {
			return err
		}
		if page.zipped, err = zip(page.plain); err != nil {
			return err
		}
		h.kept.put(page)
	}
	if static.AcceptsGzip(c.Request()) {
		return sendAs(c, http.StatusOK, page.zipped, true)
	}
	return sendAs(c, http.StatusOK, page.plain, false)
}

func (k *keptPages) get(key keptKey, version uint64) (*keptPage, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	page := k.pages[key]
	if page == nil {
		return nil, false
	}
	if page.version != version || !k.now().Before(page.until) {
		k.drop(page)
		return nil, false
	}
	k.byUse.MoveToBack(page.use)
	return page, true
}

// put keeps a page, and a copy that is no larger than it has to be.
func (k *keptPages) put(page *keptPage) {
	if page.size() > k.most/4 { // it would leave room for few others
		return
	}
	page.plain, page.zipped = bytes.Clone(page.plain), bytes.Clone(page.zipped)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.version = max(k.version, page.version)
	if before := k.pages[page.key]; before != nil {
		k.drop(before)
	}
	k.dropStale()
	k.pages[page.key] = page
	page.age, page.use = k.byAge.PushBack(page), k.byUse.PushBack(page)
	k.bytes += page.size()
	for k.bytes > k.most {
		k.drop(k.byUse.Front().Value.(*keptPage))
	}
	k.sweepLater()
}

func (p *keptPage) size() int { return len(p.plain) + len(p.zipped) + keptOverhead }

func (k *keptPages) drop(page *keptPage) {
	delete(k.pages, page.key)
	k.byAge.Remove(page.age)
	k.byUse.Remove(page.use)
	k.bytes -= page.size()
}

// dropStale drops what may not be sent any more. Pages grow stale in about the
// order in which they were kept.
func (k *keptPages) dropStale() {
	for oldest := k.byAge.Front(); oldest != nil; oldest = k.byAge.Front() {
		page := oldest.Value.(*keptPage)
		if page.version >= k.version && k.now().Before(page.until) {
			return
		}
		k.drop(page)
	}
}

// sweepLater has stale pages dropped when nobody asks for any page.
func (k *keptPages) sweepLater() {
	if k.sweeping || len(k.pages) == 0 {
		return
	}
	k.sweeping = true
	k.after(keptFor+time.Second, func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.sweeping = false
		k.dropStale()
		k.sweepLater()
	})
}
