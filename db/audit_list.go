package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"math"
	"slices"

	"mooring/audit"
)

// entriesLookedAt is how many entries one page looks at when what is known
// about them does not tell which its filter wants. What is rarer takes more than
// one page.
const entriesLookedAt = 20_000

const (
	entriesTailed = 20_000 // that the live tail looks back over at most
	manyActors    = 20_000 // from which on not each is looked at
	fewActors     = 20     // up to which each is looked up by itself
)

const (
	asWanted  = ` AND (?7 = '' OR action = ?7) AND (?8 = '' OR account_id = ?8) AND (?9 = '' OR credential_id = ?9) AND (?10 = '' OR result = ?10)`
	byAnyone  = ` AND (?11 = '' OR actor_id = ?11 OR (?11 <> 'system' AND instr(lower(actor_name), lower(?11)) > 0))`
	inTime    = ` AND +at >= ?3 AND +at < ?4`
	entriesOf = `SELECT ` + auditColumns

	entriesBetween = entriesOf + ` FROM audit WHERE id >= ?1 AND id <= ?2` + inTime + asWanted + byAnyone + ` ORDER BY id DESC LIMIT ?12`
	entryNumbers   = `SELECT coalesce((SELECT min(id) FROM audit), 1), coalesce((SELECT max(id) FROM audit), 0)`
)

// Filtered implements audit.LogStore.
func (l AuditLog) Filtered(ctx context.Context, f audit.Filter, before int64, most int) (audit.LogPage, error) {
	page, err := l.list(ctx, f, before, most)
	if err != nil {
		return audit.LogPage{}, err
	}
	page.Accounts, err = l.accountsOf(ctx, page.Entries)
	return page, err
}

// list walks down the numbers of the entries, a block at a time. Their times are
// in no order: the clock may have been ahead for a while. The indexes, which all
// end in the time, tell which blocks hold nothing of what the filter wants.
func (l AuditLog) list(ctx context.Context, f audit.Filter, before int64, most int) (page audit.LogPage, err error) {
	w := logWalk{AuditLog: l, times: timesOf(f)}
	if w.filter, err = l.resolve(ctx, f); err != nil {
		return audit.LogPage{}, err
	}
	if w.hints, err = l.hints(ctx, w.filter); err != nil {
		return audit.LogPage{}, err
	}
	if w.all, err = one(ctx, l.db.readers, scanNumbers, errNoEntry, entryNumbers); err != nil {
		return audit.LogPage{}, err
	}
	last := w.all.last
	if before > 0 {
		last = min(last, before-1)
	}
	for last >= w.all.first {
		if w.looked >= l.looks || w.read >= l.timesRead {
			page.Next = last + 1
			return page, nil
		}
		block := l.blocks.blockOf(last)
		found, err := w.wanted(ctx, block, last, most+1-len(page.Entries))
		if err != nil {
			return audit.LogPage{}, err
		}
		if page.Entries = append(page.Entries, found...); len(page.Entries) > most {
			page.Entries = page.Entries[:most]
			page.Next = page.Entries[most-1].Number
			return page, nil
		}
		last = block.first - 1
	}
	return page, nil
}

// logWalk is one walk through the log.
type logWalk struct {
	AuditLog
	filter audit.Filter
	hints  []hint
	times  span
	all    numbers

	looked, read int // entries, and entries whose times were not in memory
}

// wanted gives what the filter wants of a block, from an entry on downwards.
func (w *logWalk) wanted(ctx context.Context, block numbers, last int64, most int) ([]audit.Sealed, error) {
	whole := block.last <= w.all.last
	if whole && (w.times != allTimes || len(w.hints) > 0) {
		times, fresh, err := w.blocks.span(ctx, w.db.readers, block)
		if err != nil {
			return nil, err
		}
		if fresh {
			w.read += int(block.last - block.first + 1)
		}
		if may, err := w.mayHold(ctx, times.within(w.times)); err != nil || !may {
			return nil, err
		}
	}
	w.looked += int(last - block.first + 1)
	f := w.filter
	return all(ctx, w.db.readers, scanSealedEntry, entriesBetween, block.first, last, w.times.first, w.times.end, nil, nil,
		f.Action, f.Account, f.Credential, f.Result, f.Person, most)
}

var errNoEntry = errors.New("no such entry")

// numbers are those of the first and the last of some entries.
type numbers struct{ first, last int64 }

func scanNumbers(r row) (n numbers, err error) {
	err = r.Scan(&n.first, &n.last)
	return n, err
}

// hint is one condition of a filter. An entry that the filter wants is behind
// one of its clues.
type hint []*clue

// clue is an index that leads to the entries of one value by their time.
type clue struct {
	way          string
	value, other any // ?2 and ?3

	before, after int64 // within (before, after] there is none; before is the time of one
}

// The ways of the clues. Each has an index.
const (
	latestTime     = `SELECT at FROM audit WHERE at <= ?1`
	timeOfRefusal  = latestTime + ` AND result = 'refused'`
	timeOfAction   = latestTime + ` AND action = ?2`
	timeOfAccount  = latestTime + ` AND account_id = ?2`
	timeOfLink     = latestTime + ` AND credential_id = ?2 AND credential_id <> ''`
	timeOfActor    = latestTime + ` AND actor_id = ?2 AND actor_name = ?3`
	latestTimeLast = ` ORDER BY at DESC LIMIT 1`
)

func newClue(way string, value, other any) *clue {
	return &clue{way: way + latestTimeLast, value: value, other: other, before: math.MaxInt64, after: math.MaxInt64}
}

// hints are what the filter's conditions have indexes for.
func (l AuditLog) hints(ctx context.Context, f audit.Filter) (hints []hint, err error) {
	if f.Credential != "" {
		hints = append(hints, hint{newClue(timeOfLink, f.Credential, nil)})
	}
	if f.Account != "" {
		hints = append(hints, hint{newClue(timeOfAccount, f.Account, nil)})
	}
	if f.Action != "" {
		hints = append(hints, hint{newClue(timeOfAction, f.Action, nil)})
	}
	if f.Result == audit.Refused {
		hints = append(hints, hint{newClue(timeOfRefusal, nil, nil)})
	}
	if f.Person == "" {
		return hints, nil
	}
	actors, known, err := l.actors(ctx, f.Person)
	if err != nil || !known {
		return hints, err
	}
	anyOf := hint{} // of nobody there is nothing
	for _, a := range actors {
		anyOf = append(anyOf, newClue(timeOfActor, a.id, a.name))
	}
	return append(hints, anyOf), nil
}

// mayHold reports whether there is, for each hint, an entry within these times.
// It need not be one entry, nor in the block whose times they are.
func (w *logWalk) mayHold(ctx context.Context, times span) (bool, error) {
	if times.empty() {
		return false, nil
	}
	for _, anyOf := range w.hints {
		may := false
		for _, c := range anyOf {
			var err error
			if may, err = c.within(ctx, w.db.readers, times); err != nil {
				return false, err
			}
			if may {
				break
			}
		}
		if !may {
			return false, nil
		}
	}
	return true, nil
}

// within reports whether there is an entry behind the clue within these times.
// What it finds out serves the next blocks, which are older as a rule.
func (c *clue) within(ctx context.Context, from reader, times span) (bool, error) {
	latest := times.end - 1
	if latest < c.before || latest > c.after {
		at, err := one(ctx, from, value[int64], errNoEntry, c.way, latest, c.value, c.other)
		switch {
		case errors.Is(err, errNoEntry):
			at = math.MinInt64
		case err != nil:
			return false, err
		}
		c.before, c.after = at, latest
	}
	return c.before >= times.first && c.before != math.MinInt64, nil
}

// actors are those that the filter may mean. They are not known when they are
// more than a few, or when the log has too many actors to look at each.
func (l AuditLog) actors(ctx context.Context, person string) (found []entryActor, known bool, err error) {
	walked, err := all(ctx, l.db.readers, scanWalkedActor, actorsLike, person, fewActors+1, l.actorsLookedAt)
	if err != nil {
		return nil, false, err
	}
	cut := slices.ContainsFunc(walked, func(a walkedActor) bool { return a.place >= l.actorsLookedAt })
	if cut { // an id is found all the same
		found, err = all(ctx, l.db.readers, scanEntryActor, actorsOfID, person, fewActors+1)
		return found, len(found) > 0 && len(found) <= fewActors, err
	}
	for _, a := range walked {
		found = append(found, a.entryActor)
	}
	return found, len(found) <= fewActors, nil
}

const actorsOfID = `SELECT DISTINCT actor_id, actor_name FROM audit WHERE actor_id = ? ORDER BY actor_name LIMIT ?`

// actorsLike goes from one actor to the next by the index, without reading
// what they did. The last one that it may look at is there in any case.
const actorsLike = `
	WITH RECURSIVE actors (id, name, place) AS (
	    SELECT * FROM (SELECT actor_id, actor_name, 1 FROM audit ORDER BY actor_id, actor_name LIMIT 1)
	    UNION ALL
	    SELECT n.actor_id, n.actor_name, a.place + 1
	      FROM actors a
	      JOIN audit n ON n.id = coalesce(
	           (SELECT id FROM audit WHERE actor_id = a.id AND actor_name > a.name ORDER BY actor_name LIMIT 1),
	           (SELECT id FROM audit WHERE actor_id > a.id ORDER BY actor_id, actor_name LIMIT 1))
	     WHERE a.place < ?3
	)
	SELECT id, name, place FROM actors
	 WHERE id = ?1 OR (?1 <> 'system' AND instr(lower(name), lower(?1)) > 0) OR place = ?3
	 LIMIT ?2`

type walkedActor struct {
	entryActor
	place int
}

func scanWalkedActor(r row) (a walkedActor, err error) {
	err = r.Scan(&a.id, &a.name, &a.place)
	return a, err
}

type entryActor struct{ id, name string }

func scanEntryActor(r row) (a entryActor, err error) {
	err = r.Scan(&a.id, &a.name)
	return a, err
}

// resolve puts the id of the account in the place of its name. The id itself
// will do too, since entries outlive their account.
func (l AuditLog) resolve(ctx context.Context, f audit.Filter) (audit.Filter, error) {
	if f.Account == "" {
		return f, nil
	}
	id, err := value[string](l.db.readers.QueryRowContext(ctx, `SELECT id FROM accounts WHERE name = ?`, f.Account))
	switch {
	case err == nil:
		f.Account = id
	case !errors.Is(err, sql.ErrNoRows):
		return f, err
	}
	return f, nil
}

const auditTail = entriesOf + ` FROM audit WHERE id > ?1` + inTime + asWanted + byAnyone + ` ORDER BY id DESC LIMIT ?12`

// Tail implements audit.LogStore.
func (l AuditLog) Tail(ctx context.Context, f audit.Filter, after int64, most int) (audit.LogPage, error) {
	head, has, err := l.Head(ctx)
	if err != nil || !has || head.Number <= after {
		return audit.LogPage{Next: after}, err
	}
	if f, err = l.resolve(ctx, f); err != nil {
		return audit.LogPage{}, err
	}
	times := timesOf(f)
	entries, err := all(ctx, l.db.readers, scanSealedEntry, auditTail, max(after, head.Number-entriesTailed), nil, times.first, times.end, nil, nil,
		f.Action, f.Account, f.Credential, f.Result, f.Person, most)
	if err != nil {
		return audit.LogPage{}, err
	}
	page := audit.LogPage{Entries: entries, Next: head.Number}
	if len(entries) > 0 {
		page.Next = max(page.Next, entries[0].Number) // written since the head was read
	}
	page.Accounts, err = l.accountsOf(ctx, entries)
	return page, err
}

// OfCredential implements audit.LogStore.
func (l AuditLog) OfCredential(ctx context.Context, id string, most int) (latest []audit.Sealed, err error) {
	if id == "" {
		return nil, nil
	}
	for before := int64(0); ; {
		page, err := l.list(ctx, audit.Filter{Credential: id}, before, most-len(latest))
		if err != nil {
			return nil, err
		}
		latest = append(latest, page.Entries...)
		if before = page.Next; before == 0 || len(latest) == most {
			return latest, nil
		}
	}
}

const accountNames = `SELECT id, name FROM accounts WHERE id IN (SELECT value FROM json_each(?))`

// accountsOf names the accounts that entries are about.
func (l AuditLog) accountsOf(ctx context.Context, entries []audit.Sealed) (map[string]string, error) {
	var ids []string
	for _, e := range entries {
		if e.AccountID != "" && !slices.Contains(ids, e.AccountID) {
			ids = append(ids, e.AccountID)
		}
	}
	names := map[string]string{}
	if len(ids) == 0 {
		return names, nil
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	accounts, err := all(ctx, l.db.readers, scanEntryActor, accountNames, string(list))
	for _, a := range accounts {
		names[a.id] = a.name
	}
	return names, err
}
