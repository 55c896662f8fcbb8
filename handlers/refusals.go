package handlers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/audit"
	"mooring/credential"
	"mooring/fault"
)

// A refused request is an entry of the audit log, so that whoever tries doors
// is seen. A program can try a thousand of them in a second, therefore the
// entries are bounded: what somebody is refused for the first time within a
// minute is an entry, and the rest of that minute one number for each route
// when it is over. All whom nobody knows share a bound, since they can come from
// as many networks as they like. A server that stops loses numbers of the last
// minute, and no entry.
const (
	refusalSpell   = time.Minute
	refusedRoutes  = 10    // that one person, key or network can be refused within it, each with its entry
	refusedAtOnce  = 1_000 // of those; the rest share one place
	refusedUnknown = 60    // entries within it about callers whom nobody knows
	refusalsQueued = 1_000 // that wait to be written; the rest is counted
	refusalWrite   = 2 * time.Second
)

// Refusals writes the entries of refused requests. They are written behind the
// answer, one after the other: a page that is not there for somebody must not
// take longer than one that is not there at all.
type Refusals struct {
	write    func(context.Context, audit.Entry) error
	patience time.Duration // for writing one entry
	now      func() time.Time
	after    func(time.Duration, func())
	log      *slog.Logger

	mu      sync.Mutex
	spells  map[string]*spell // by whom it is about
	unknown *spell            // of all whom nobody knows

	queue   []audit.Entry
	lost    int           // that could not be queued or written since the last entry
	writing chan struct{} // closed when the queue is empty; nil: it is
	closed  bool
}

// spell is a minute in which somebody was refused.
type spell struct {
	routes  map[string]*repeated // by route and account
	entries int
	others  audit.Entry // the first of the routes that are too many
	more    int         // how many came for those
}

// repeated is a refusal that has its entry, and how often it came again.
type repeated struct {
	entry audit.Entry
	again int
}

// NewRefusals writes with the given function.
func NewRefusals(write func(context.Context, audit.Entry) error, now func() time.Time, log *slog.Logger) *Refusals {
	return &Refusals{write: write, patience: refusalWrite, now: now, log: log, spells: map[string]*spell{},
		after: func(d time.Duration, f func()) { time.AfterFunc(d, f) }}
}

// note has the entry written, unless who was refused the same within the
// minute. A refusal stands whether or not its entry can be written.
func (r *Refusals) note(who string, entry audit.Entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.isFirst(who, entry) {
		r.enqueue(entry)
	}
}

func (r *Refusals) isFirst(who string, entry audit.Entry) bool {
	s := r.spells[who]
	if s == nil && len(r.spells) >= refusedAtOnce {
		who = "" // nobody is called that
		s = r.spells[who]
	}
	what := entry.Detail + "\x00" + entry.AccountID
	if s != nil {
		if before := s.routes[what]; before != nil {
			before.again++
			return false
		}
		if len(s.routes) >= refusedRoutes {
			s.skip(entry, 1)
			return false
		}
	}
	if isUnknown(entry) && !r.hasPlace(entry, 1) {
		return false
	}
	if s == nil {
		s = &spell{routes: map[string]*repeated{}}
		r.spells[who] = s
		r.after(refusalSpell, func() { r.end(who) })
	}
	s.routes[what] = &repeated{entry: entry}
	return true
}

// skip counts what has no entry of its own.
func (s *spell) skip(entry audit.Entry, times int) {
	if s.more == 0 {
		s.others = entry
	}
	s.more += times
}

func isUnknown(entry audit.Entry) bool { return entry.Actor.PersonID == "" }

// hasPlace takes one of the places that all share whom nobody knows, or counts
// for how many requests there was none.
func (r *Refusals) hasPlace(entry audit.Entry, requests int) bool {
	if r.unknown == nil {
		r.unknown = &spell{}
		r.after(refusalSpell, r.endUnknown)
	}
	if r.unknown.entries >= refusedUnknown {
		r.unknown.skip(entry, requests)
		return false
	}
	r.unknown.entries++
	return true
}

// end tells what a minute had besides its first ones.
func (r *Refusals) end(who string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.spells[who]
	delete(r.spells, who)
	for _, what := range slices.Sorted(maps.Keys(s.routes)) {
		if refused := s.routes[what]; refused.again > 0 {
			r.tell(refused.entry, refused.again, fmt.Sprintf("%s: %s more within a minute", refused.entry.Detail, times(refused.again)))
		}
	}
	if s.more > 0 {
		r.tell(s.others, s.more, fmt.Sprintf("other routes: %s within a minute", times(s.more)))
	}
}

// endUnknown tells how many requests of callers whom nobody knows are in no
// other entry.
func (r *Refusals) endUnknown() {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.unknown
	r.unknown = nil
	if s.more > 0 {
		s.others.Actor.Address = ""
		r.summarize(s.others, fmt.Sprintf("with API keys that nobody knows, from any network: %s more within a minute", times(s.more)))
	}
}

// tell has an entry written that stands for many requests.
func (r *Refusals) tell(entry audit.Entry, requests int, detail string) {
	if !isUnknown(entry) || r.hasPlace(entry, requests) {
		r.summarize(entry, detail)
	}
}

func (r *Refusals) summarize(entry audit.Entry, detail string) {
	entry.At, entry.Detail, entry.Actor.RequestID = r.now(), detail, ""
	r.enqueue(entry)
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// enqueue never waits. Whoever finds nobody writing starts the one writer, which
// ends with the queue.
func (r *Refusals) enqueue(entry audit.Entry) {
	if r.closed || len(r.queue) >= refusalsQueued {
		r.lost++
		return
	}
	r.queue = append(r.queue, entry)
	if r.writing == nil {
		r.writing = make(chan struct{})
		go r.writeQueued()
	}
}

func (r *Refusals) writeQueued() {
	for {
		entry, lost, ok := r.next()
		if !ok {
			return
		}
		if lost > 0 {
			entry.Detail += fmt.Sprintf(" (and %d more entries of refusals that could not be written)", lost)
		}
		if err := r.store(entry); err != nil {
			r.log.Error("could not write the entry of a refused request", "id", entry.Actor.RequestID, "cause", err)
			r.mu.Lock()
			r.lost += lost + 1
			r.mu.Unlock()
		}
	}
}

func (r *Refusals) next() (entry audit.Entry, lost int, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.queue) == 0 {
		r.queue = nil
		close(r.writing)
		r.writing = nil
		return entry, 0, false
	}
	entry, r.queue = r.queue[0], r.queue[1:]
	lost, r.lost = r.lost, 0
	return entry, lost, true
}

func (r *Refusals) store(entry audit.Entry) error {
	ctx, cancel := context.WithTimeout(context.Background(), r.patience)
	defer cancel()
	return r.write(ctx, entry)
}

// Flush waits until everything that was queued is written, at most until ctx
// ends.
func (r *Refusals) Flush(ctx context.Context) error {
	r.mu.Lock()
	writing := r.writing
	r.mu.Unlock()
	if writing == nil {
		return nil
	}
	select {
	case <-writing:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close writes what is queued, and takes nothing more. It gives up when ctx
// ends, and says how many entries are lost.
func (r *Refusals) Close(ctx context.Context) {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	err := r.Flush(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lost += len(r.queue)
	r.queue = nil
	if r.lost > 0 {
		r.log.Error("entries of refused requests were not written", "entries", r.lost, "cause", err)
	}
}

// refuses reports whether a failure is about who asks, and not about what they
// typed or what they have to do first. What is not there for anybody and what is
// not there for them read alike, so that only the guard can tell those apart.
func refuses(err error) bool {
	if errors.Is(err, credential.ErrProviderNotAllowed) { // has its entry already
		return false
	}
	return fault.Has(err, fault.Forbidden)
}

// noteRefused writes down that a caller was refused. The entry names the route
// and not the path, which may hold a token.
func (h *handlers) noteRefused(c echo.Context, r route, caller account.Caller) {
	who := caller.Person.ID
	if caller.Key != nil {
		who = "key " + caller.Key.ID
	}
	h.Refusals.note(who, h.refusedEntry(c, r, actorOf(c)))
}

// noteRefusedKey writes down that a key of the right form was refused, whose
// holder nobody knows. Keys can be made up, so that their network counts.
func (h *handlers) noteRefusedKey(c echo.Context, r route, err error) {
	_, key, ok := keyOf(c)
	if !ok || r.who != readKey && r.who != writeKey || !fault.Has(err, fault.SignIn) {
		return
	}
	id, _, parseErr := account.ParseKey(key)
	if parseErr != nil {
		return
	}
	entry := h.refusedEntry(c, r, audit.Actor{Name: "unknown", Address: c.RealIP(), RequestID: requestID(c)})
	entry.Detail += " with the API key " + id
	h.Refusals.note("network "+account.Network(c.RealIP()), entry)
}

func (h *handlers) refusedEntry(c echo.Context, r route, actor audit.Actor) audit.Entry {
	entry := audit.Entry{At: h.Now(), Actor: actor, Action: audit.RefuseRequest, Result: audit.Refused, Detail: r.method + " " + r.path}
	if m, ok := membershipOf(c); ok {
		entry.AccountID = m.Account.ID
	} else if name := c.Param("account"); name != "" {
		// Whether there is one of that name, the time that it takes does not tell.
		if found, err := h.Accounts.Named(c.Request().Context(), name); err == nil {
			entry.AccountID = found.ID
		}
	}
	return entry
}
