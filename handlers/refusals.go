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
// minute is written at once, and the rest of that minute as one number for each
// route when it is over. A server that stops loses numbers of the last minute,
// and no entry.
const (
	refusalSpell  = time.Minute
	refusedRoutes = 10    // that one person, key or network can be refused within it, each with its entry
	refusedAtOnce = 1_000 // of those; the rest share one place
	refusalWrite  = 2 * time.Second
)

// refusals writes the entries of refused requests.
type refusals struct {
	write func(context.Context, audit.Entry) error
	now   func() time.Time
	after func(time.Duration, func())
	log   *slog.Logger

	mu     sync.Mutex
	spells map[string]*spell // by whom it is about
}

// spell is a minute in which somebody was refused.
type spell struct {
	routes map[string]*repeated // by route and account
	others audit.Entry          // the first of the routes that are too many
	more   int                  // how many came for those
}

// repeated is a refusal that has its entry, and how often it came again.
type repeated struct {
	entry audit.Entry
	again int
}

func newRefusals(write func(context.Context, audit.Entry) error, now func() time.Time, log *slog.Logger) *refusals {
	return &refusals{write: write, now: now, log: log, spells: map[string]*spell{},
		after: func(d time.Duration, f func()) { time.AfterFunc(d, f) }}
}

// note writes the entry, unless who was refused the same within the minute. A
// refusal stands whether or not its entry can be written.
func (r *refusals) note(ctx context.Context, who string, entry audit.Entry) {
	if r.isFirst(who, entry) {
		r.store(ctx, entry)
	}
}

func (r *refusals) isFirst(who string, entry audit.Entry) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.spells[who]
	if s == nil && len(r.spells) >= refusedAtOnce {
		who = "" // nobody is called that
		s = r.spells[who]
	}
	if s == nil {
		s = &spell{routes: map[string]*repeated{}}
		r.spells[who] = s
		r.after(refusalSpell, func() { r.end(who) })
	}
	what := entry.Detail + "\x00" + entry.AccountID
	if before := s.routes[what]; before != nil {
		before.again++
		return false
	}
	if len(s.routes) >= refusedRoutes {
		if s.more++; s.more == 1 {
			s.others = entry
		}
		return false
	}
	s.routes[what] = &repeated{entry: entry}
	return true
}

// end tells what a minute had besides its first ones.
func (r *refusals) end(who string) {
	r.mu.Lock()
	s := r.spells[who]
	delete(r.spells, who)
	r.mu.Unlock()
	for _, what := range slices.Sorted(maps.Keys(s.routes)) {
		if refused := s.routes[what]; refused.again > 0 {
			r.tell(refused.entry, fmt.Sprintf("%s: %s more within a minute", refused.entry.Detail, times(refused.again)))
		}
	}
	if s.more > 0 {
		r.tell(s.others, fmt.Sprintf("other routes: %s within a minute", times(s.more)))
	}
}

// tell writes an entry that stands for many requests.
func (r *refusals) tell(entry audit.Entry, detail string) {
	entry.At, entry.Detail, entry.Actor.RequestID = r.now(), detail, ""
	r.store(context.Background(), entry)
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// store writes also when whoever asked has gone meanwhile.
func (r *refusals) store(ctx context.Context, entry audit.Entry) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refusalWrite)
	defer cancel()
	if err := r.write(ctx, entry); err != nil {
		r.log.Error("could not write the entry of a refused request", "id", entry.Actor.RequestID, "cause", err)
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
	h.refusals.note(c.Request().Context(), who, h.refusedEntry(c, r, actorOf(c)))
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
	h.refusals.note(c.Request().Context(), "network "+account.Network(c.RealIP()), entry)
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
