package audit

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"
)

// What somebody is refused is an entry of the audit log, so that whoever tries
// doors is seen. A program can try a thousand of them in a second, therefore the
// entries are bounded: what somebody is refused for the first time within a
// minute is an entry, and the rest of that minute one number for each kind when
// it is over. All whom nobody knows share a bound, since they can come from as
// many networks as they like. A server that stops loses numbers of the last
// minute, and no entry.
const (
	refusalSpell   = time.Minute
	refusedKinds   = 10    // that one person, key or network can be refused within it, each with its entry
	refusedAtOnce  = 1_000 // of those; the rest share one place
	refusedUnknown = 60    // entries within it about callers whom nobody knows
	refusalsQueued = 1_000 // that wait to be written; the rest is counted
	refusalWrite   = 2 * time.Second
)

// RefusalsConfig is what Refusals need.
type RefusalsConfig struct {
	Write    func(context.Context, Entry) error
	Patience time.Duration // for writing one entry; 0: two seconds
	Now      func() time.Time
	After    func(time.Duration, func()) // nil: time.AfterFunc
	Log      *slog.Logger
}

// Refusals writes the entries of what was refused, and bounds them. Those of
// requests are written behind the answer, one after the other: a page that is
// not there for somebody must not take longer than one that is not there at all.
// Who writes an entry with a change of its own asks Admit.
type Refusals struct {
	RefusalsConfig

	mu      sync.Mutex
	spells  map[string]*spell // by whom it is about
	unknown map[Action]*spell // of all whom nobody knows; nil: nobody was refused for a minute
	places  int               // of refusedUnknown that are taken

	queue   []Entry
	lost    int           // that could not be queued or written since the last entry
	writing chan struct{} // closed when the queue is empty; nil: it is
	closed  bool
}

// spell is a minute in which somebody was refused.
type spell struct {
	kinds  map[string]*repeated // by action, detail and account
	others Entry                // the first of the kinds that are too many
	more   int                  // how many came for those
}

// repeated is a refusal that has its entry, and how often it came again.
type repeated struct {
	entry Entry
	again int
}

// NewRefusals makes Refusals. Who starts them closes them.
func NewRefusals(c RefusalsConfig) *Refusals {
	if c.Patience == 0 {
		c.Patience = refusalWrite
	}
	if c.After == nil {
		c.After = func(d time.Duration, f func()) { time.AfterFunc(d, f) }
	}
	return &Refusals{RefusalsConfig: c, spells: map[string]*spell{}}
}

// Note has the entry written, unless who was refused the same within the
// minute. A refusal stands whether or not its entry can be written.
func (r *Refusals) Note(who string, entry Entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.isFirst(who, entry) {
		r.enqueue(entry)
	}
}

// Admit reports whether the caller is to write the entry, as Note would. One
// that is not admitted is counted, and is in the number of a later entry.
func (r *Refusals) Admit(who string, entry Entry) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.isFirst(who, entry)
}

func (r *Refusals) isFirst(who string, entry Entry) bool {
	s := r.spells[who]
	if s == nil && len(r.spells) >= refusedAtOnce {
		who = "" // nobody is called that
		s = r.spells[who]
	}
	what := string(entry.Action) + "\x00" + entry.Detail + "\x00" + entry.AccountID
	if s != nil {
		if before := s.kinds[what]; before != nil {
			before.again++
			return false
		}
		if len(s.kinds) >= refusedKinds {
			s.skip(entry, 1)
			return false
		}
	}
	if isUnknown(entry) && !r.hasPlace(entry, 1) {
		return false
	}
	if s == nil {
		s = &spell{kinds: map[string]*repeated{}}
		r.spells[who] = s
		r.After(refusalSpell, func() { r.end(who) })
	}
	s.kinds[what] = &repeated{entry: entry}
	return true
}

// skip counts what has no entry of its own.
func (s *spell) skip(entry Entry, times int) {
	if s.more == 0 {
		s.others = entry
	}
	s.more += times
}

func isUnknown(entry Entry) bool { return entry.Actor.PersonID == "" }

// hasPlace takes one of the places that all share whom nobody knows, or counts
// for how many requests there was none.
func (r *Refusals) hasPlace(entry Entry, requests int) bool {
	if r.unknown == nil {
		r.unknown = map[Action]*spell{}
		r.After(refusalSpell, r.endUnknown)
	}
	if r.places < refusedUnknown {
		r.places++
		return true
	}
	if r.unknown[entry.Action] == nil {
		r.unknown[entry.Action] = &spell{}
	}
	r.unknown[entry.Action].skip(entry, requests)
	return false
}

// end tells what a minute had besides its first ones.
func (r *Refusals) end(who string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.spells[who]
	delete(r.spells, who)
	for _, what := range slices.Sorted(maps.Keys(s.kinds)) {
		if refused := s.kinds[what]; refused.again > 0 {
			r.tell(refused.entry, refused.again, about(refused.entry.Detail)+times(refused.again)+" more within a minute")
		}
	}
	if s.more > 0 {
		others := "other reasons"
		if s.others.Action == RefuseRequest {
			others = "other routes"
		}
		r.tell(s.others, s.more, about(others)+times(s.more)+" within a minute")
	}
}

func about(detail string) string {
	if detail == "" {
		return ""
	}
	return detail + ": "
}

// endUnknown tells how many refusals of callers whom nobody knows are in no
// other entry: one number for each action.
func (r *Refusals) endUnknown() {
	r.mu.Lock()
	defer r.mu.Unlock()
	rest := r.unknown
	r.unknown, r.places = nil, 0
	for _, action := range slices.Sorted(maps.Keys(rest)) {
		s := rest[action]
		who := "of people whom nobody knows"
		if action == RefuseRequest {
			who = "with API keys that nobody knows"
		}
		s.others.Actor.Address = ""
		r.summarize(s.others, fmt.Sprintf("%s, from any network: %s more within a minute", who, times(s.more)))
	}
}

// tell has an entry written that stands for many requests.
func (r *Refusals) tell(entry Entry, requests int, detail string) {
	if !isUnknown(entry) || r.hasPlace(entry, requests) {
		r.summarize(entry, detail)
	}
}

func (r *Refusals) summarize(entry Entry, detail string) {
	entry.At, entry.Detail, entry.Actor.RequestID = r.Now(), detail, ""
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
func (r *Refusals) enqueue(entry Entry) {
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
			r.Log.Error("could not write the entry of a refused request", "id", entry.Actor.RequestID, "cause", err)
			r.mu.Lock()
			r.lost += lost + 1
			r.mu.Unlock()
		}
	}
}

func (r *Refusals) next() (entry Entry, lost int, ok bool) {
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

func (r *Refusals) store(entry Entry) error {
	ctx, cancel := context.WithTimeout(context.Background(), r.Patience)
	defer cancel()
	return r.Write(ctx, entry)
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
		r.Log.Error("entries of refused requests were not written", "entries", r.lost, "cause", err)
	}
}
