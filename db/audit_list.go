package db

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"math"
	"slices"

	"mooring/audit"
)

// entriesLookedAt is how many entries one page looks at when no index knows
// all that its filter wants. What is rarer takes more than one page.
const entriesLookedAt = 20_000

const (
	entriesTailed = 20_000 // that the live tail looks back over at most
	manyActors    = 20_000 // from which on not each is looked at
	fewActors     = 20     // up to which each is looked up by itself
)

// entrySpot is where an entry stands among those of a filter: by time, and by
// number within a millisecond.
type entrySpot struct {
	at     int64 // milliseconds
	number int64
}

// newestSpot is behind every entry, for the newest first.
var newestSpot = entrySpot{math.MaxInt64, 0}

func compareEntrySpots(a, b entrySpot) int {
	return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.number, b.number))
}

// The ways to the entries of a filter. Each has an index in the order in which
// entries are listed.
const (
	entryWay          = ` FROM audit WHERE (at, id) < (?1, ?2) AND (at, id) >= (?3, ?4)`
	byEntryTime       = entryWay
	byRefusal         = entryWay + ` AND result = 'refused'`
	byEntryAction     = entryWay + ` AND action = ?5`
	byEntryAccount    = entryWay + ` AND account_id = ?5`
	byEntryCredential = entryWay + ` AND credential_id = ?5 AND credential_id <> ''`
	byEntryActor      = entryWay + ` AND actor_id = ?5 AND actor_name = ?6`
	newestFirst       = ` ORDER BY at DESC, id DESC LIMIT `
	asWanted          = ` AND (?7 = '' OR action = ?7) AND (?8 = '' OR account_id = ?8) AND (?9 = '' OR credential_id = ?9) AND (?10 = '' OR result = ?10)`
	byAnyone          = ` AND (?11 = '' OR actor_id = ?11 OR (?11 <> 'system' AND instr(lower(actor_name), lower(?11)) > 0))`
	entriesOf         = `SELECT ` + auditColumns
	spotsIn           = `SELECT at, id`
)

// entrySource is one of the ways, for one value.
type entrySource struct {
	way          string
	value, other any // ?5 and ?6
}

// Filtered implements audit.LogStore.
func (l AuditLog) Filtered(ctx context.Context, f audit.Filter, before int64, most int) (audit.LogPage, error) {
	upper, lower := newestSpot, entrySpot{math.MinInt64, 0}
	if !f.To.IsZero() {
		upper = entrySpot{f.To.UnixMilli(), 0}
	}
	if !f.From.IsZero() {
		lower = entrySpot{f.From.UnixMilli(), 0}
	}
	if before > 0 {
		from, err := one(ctx, l.db.readers, scanEntrySpot, errEntryGone, `SELECT at, id FROM audit WHERE id = ?`, before)
		if errors.Is(err, errEntryGone) { // archived, as is all that is older
			return audit.LogPage{}, nil
		}
		if err != nil {
			return audit.LogPage{}, err
		}
		if compareEntrySpots(from, upper) < 0 {
			upper = from
		}
	}
	f, err := l.resolve(ctx, f)
	if err != nil {
		return audit.LogPage{}, err
	}
	sources, err := l.sources(ctx, f)
	if err != nil {
		return audit.LogPage{}, err
	}
	var found []audit.Sealed
	end, cut := entrySpot{}, false // where the looking ended before the log did
	for _, s := range sources {
		entries, at, stopped, err := l.from(ctx, s, f, upper, lower, most)
		if err != nil {
			return audit.LogPage{}, err
		}
		if found = append(found, entries...); stopped && (!cut || compareEntrySpots(at, end) > 0) {
			end, cut = at, true
		}
	}
	return l.page(ctx, found, end, cut, most)
}

var errEntryGone = errors.New("no such entry")

// page merges what the sources gave.
func (l AuditLog) page(ctx context.Context, found []audit.Sealed, end entrySpot, cut bool, most int) (audit.LogPage, error) {
	slices.SortFunc(found, func(a, b audit.Sealed) int { return compareEntrySpots(entrySpotOf(b), entrySpotOf(a)) })
	if cut {
		found = slices.DeleteFunc(found, func(s audit.Sealed) bool { return compareEntrySpots(entrySpotOf(s), end) < 0 })
	}
	page := audit.LogPage{Entries: found}
	switch {
	case len(found) > most:
		page.Entries = found[:most]
		page.Next = found[most-1].Number
	case cut:
		page.Next = end.number
	}
	var err error
	page.Accounts, err = l.accountsOf(ctx, page.Entries)
	return page, err
}

func entrySpotOf(s audit.Sealed) entrySpot {
	at := int64(0)
	if !s.At.IsZero() {
		at = s.At.UnixMilli()
	}
	return entrySpot{at, s.Number}
}

func scanEntrySpot(r row) (p entrySpot, err error) {
	err = r.Scan(&p.at, &p.number)
	return p, err
}

// from reads one source: one entry more than most, so that it shows whether
// there are more. When conditions are left that its index does not know, it
// looks at a bounded number of entries, and says where it stopped.
func (l AuditLog) from(ctx context.Context, s entrySource, f audit.Filter, upper, lower entrySpot, most int) (found []audit.Sealed, end entrySpot, stopped bool, err error) {
	if s.rest(f) {
		end, err = one(ctx, l.db.readers, scanEntrySpot, errEntryGone, s.edge(), upper.at, upper.number, lower.at, lower.number, s.value, s.other, l.looks-1)
		switch {
		case err == nil:
			lower, stopped = end, true
		case !errors.Is(err, errEntryGone):
			return nil, end, false, err
		}
	}
	found, err = all(ctx, l.db.readers, scanSealedEntry, s.query(), upper.at, upper.number, lower.at, lower.number, s.value, s.other,
		f.Action, f.Account, f.Credential, f.Result, f.Person, most+1)
	return found, end, stopped, err
}

func (s entrySource) query() string {
	return entriesOf + s.way + asWanted + byAnyone + newestFirst + `?12`
}

func (s entrySource) edge() string { return spotsIn + s.way + newestFirst + `1 OFFSET ?7` }

// rest reports whether the filter wants more than the source knows.
func (s entrySource) rest(f audit.Filter) bool {
	asked := 0
	for _, set := range []bool{f.Person != "", f.Action != "", f.Account != "", f.Credential != "", f.Result != ""} {
		if set {
			asked++
		}
	}
	if s.way != byEntryTime {
		asked--
	}
	return asked > 0
}

// sources picks the way that leads past the fewest entries.
func (l AuditLog) sources(ctx context.Context, f audit.Filter) ([]entrySource, error) {
	if f.Credential != "" {
		return []entrySource{{byEntryCredential, f.Credential, nil}}, nil
	}
	if f.Person != "" {
		actors, known, err := l.actors(ctx, f.Person)
		if err != nil {
			return nil, err
		}
		if known {
			sources := make([]entrySource, len(actors))
			for i, a := range actors {
				sources[i] = entrySource{byEntryActor, a.id, a.name}
			}
			return sources, nil
		}
	}
	switch {
	case f.Account != "":
		return []entrySource{{byEntryAccount, f.Account, nil}}, nil
	case f.Result == audit.Refused:
		return []entrySource{{byRefusal, nil, nil}}, nil
	case f.Action != "":
		return []entrySource{{byEntryAction, f.Action, nil}}, nil
	}
	return []entrySource{{byEntryTime, nil, nil}}, nil
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

const auditTail = entriesOf + ` FROM audit WHERE id > ?1 AND +at >= ?2 AND +at < ?3` + asWanted + byAnyone + ` ORDER BY id DESC LIMIT ?12`

// Tail implements audit.LogStore.
func (l AuditLog) Tail(ctx context.Context, f audit.Filter, after int64, most int) (audit.LogPage, error) {
	head, has, err := l.Head(ctx)
	if err != nil || !has || head.Number <= after {
		return audit.LogPage{Next: after}, err
	}
	if f, err = l.resolve(ctx, f); err != nil {
		return audit.LogPage{}, err
	}
	from, to := int64(math.MinInt64), int64(math.MaxInt64)
	if !f.From.IsZero() {
		from = f.From.UnixMilli()
	}
	if !f.To.IsZero() {
		to = f.To.UnixMilli()
	}
	entries, err := all(ctx, l.db.readers, scanSealedEntry, auditTail, max(after, head.Number-entriesTailed), from, to, nil, nil, nil,
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

const auditOfCredential = entriesOf + ` FROM audit WHERE credential_id = ? AND credential_id <> ''` + newestFirst + `?`

// OfCredential implements audit.LogStore.
func (l AuditLog) OfCredential(ctx context.Context, id string, most int) ([]audit.Sealed, error) {
	return all(ctx, l.db.readers, scanSealedEntry, auditOfCredential, id, most)
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
