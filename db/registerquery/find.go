package registerquery

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"mooring/register"
)

// finder knows where the hits of a search may be: in the texts of links, and
// with accounts and people whose names match. Whether a link really is one, its
// row has to tell.
type finder struct {
	Planner
	query            register.Query
	cloudAccount     string // looked up and nothing else
	pieces           string // of the terms, for the index of texts
	signs            string // a term that is too short for it, if there are no others
	accounts, people names
}

// names are accounts or people, whose links are all hits.
type names struct {
	index, column string
	ids           []string
	list          string // the ids as JSON
	total         int    // links
}

const (
	accountsMatch = `SELECT n.account_id, n.total FROM register_account_texts CROSS JOIN register_accounts n ON n.number = register_account_texts.rowid
	 WHERE register_account_texts MATCH ?`
	peopleMatch = `SELECT n.person_id, n.total FROM register_person_texts CROSS JOIN register_people n ON n.number = register_person_texts.rowid
	 WHERE register_person_texts MATCH ?1`
	personByWholeEmail = `SELECT person_id, total FROM register_people WHERE email = ?`
	cloudAccountHits   = `
	SELECT number FROM credentials INDEXED BY register_cloud_account
	 WHERE cloud_account = ?1 COLLATE NOCASE AND number < ?2
	 UNION
	SELECT number FROM credentials INDEXED BY register_cloud_account_alias
	 WHERE cloud_account_alias = ?1 COLLATE NOCASE AND cloud_account_alias <> '' AND number < ?2
	 ORDER BY number DESC LIMIT ?3`
	textHits = `SELECT -rowid FROM register_texts WHERE register_texts MATCH ?1 AND rowid > -?2 ORDER BY rowid LIMIT ?3`

	// For what is too short for the indexes of texts.
	noNames         = `SELECT '', 0 WHERE FALSE`
	hasSigns        = `NOT EXISTS (SELECT 1 FROM json_each(?2) j WHERE instr(name, j.value) = 0)`
	peopleWithSigns = `SELECT person_id, total FROM (SELECT person_id, total, name FROM register_people WHERE number > 0 LIMIT ?1) w WHERE ` + hasSigns
	signHits        = `SELECT number FROM (SELECT number, label, cloud_account_name FROM credentials WHERE number < ?2 ORDER BY number DESC LIMIT ?4)
	 WHERE instr(label, ?1) > 0 OR instr(cloud_account_name, ?1) > 0 LIMIT ?3`
)

func (s Planner) finder(ctx context.Context, q register.Query) (f finder, err error) {
	f.Planner, f.query = s, q
	if id, ok := q.WholeAccountID(); ok {
		f.cloudAccount = id
		return f, nil
	}
	terms, short := q.IndexedTerms()
	f.pieces = quoted(piecesOf(terms))
	if len(short) > 0 {
		if len(terms) == 0 {
			f.signs = short[0]
		}
		return f, f.namesWithSigns(ctx, terms, short)
	}
	if f.accounts, err = s.names(ctx, "register_account", "account_id", accountsMatch, quoted(terms)); err != nil {
		return f, err
	}
	// The letters of an address are in most addresses, so that a whole one is
	// looked up.
	if len(terms) == 1 && strings.Contains(terms[0], "@") {
		if f.people, err = s.names(ctx, "register_person", "created_by", personByWholeEmail, terms[0]); err != nil || len(f.people.ids) > 0 {
			return f, err
		}
	}
	f.people, err = s.names(ctx, "register_person", "created_by", peopleMatch, quoted(terms))
	return f, err
}

// namesWithSigns finds people whose names have terms that are too short for the
// index. It looks through the names that are left. The names of accounts have no
// such letters.
func (f *finder) namesWithSigns(ctx context.Context, terms, short []string) error {
	list, err := json.Marshal(short)
	if err != nil {
		return err
	}
	if f.accounts, err = f.names(ctx, "register_account", "account_id", noNames); err != nil {
		return err
	}
	if len(terms) == 0 {
		f.people, err = f.names(ctx, "register_person", "created_by", peopleWithSigns, f.mostPassed, string(list))
		return err
	}
	f.people, err = f.names(ctx, "register_person", "created_by", peopleMatch+` AND `+strings.ReplaceAll(hasSigns, "name", "n.name"), quoted(terms), string(list))
	return err
}

// quoted asks an index for all texts. Inside quotation marks nothing has a
// meaning but the quotation mark.
func quoted(texts []string) string {
	marked := make([]string, len(texts))
	for i, text := range texts {
		marked[i] = `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
	}
	return strings.Join(marked, " AND ")
}

// mostPieces is enough to know a text by.
const mostPieces = 12

// piecesOf cuts terms into pieces of three letters that touch. Those between
// would find little less and take as long again.
func piecesOf(terms []string) (pieces []string) {
	for _, term := range terms {
		letters := []rune(term)
		for at := 0; at < len(letters); at += 3 {
			from := min(at, len(letters)-3)
			pieces = append(pieces, string(letters[from:from+3]))
		}
	}
	slices.Sort(pieces)
	pieces = slices.Compact(pieces)
	return pieces[:min(len(pieces), mostPieces)]
}

func (s Planner) names(ctx context.Context, index, column, query string, args ...any) (names, error) {
	n := names{index: index, column: column, ids: []string{}}
	found, err := all(ctx, s.from, scanLinkedName, query, args...)
	if err != nil {
		return n, err
	}
	for _, name := range found {
		n.ids = append(n.ids, name.id)
		n.total += name.total
	}
	list, err := json.Marshal(n.ids)
	n.list = string(list)
	return n, err
}

// hits are numbers, the highest first. There are no others down to floor; 0:
// there are no others.
type hits struct {
	numbers []int64
	floor   int64
}

// upTo makes hits of at most so many numbers.
func upTo(numbers []int64, most int) hits {
	if len(numbers) < most {
		return hits{numbers, 0}
	}
	return hits{numbers[:most], numbers[most-1]}
}

// first gives the newest of hits.
func (h hits) first(most int) hits {
	if len(h.numbers) > most {
		return upTo(h.numbers, most)
	}
	return h
}

// newest gives the newest hits with a number below before.
func (f finder) newest(ctx context.Context, before int64, most int) (hits, error) {
	if f.cloudAccount != "" {
		numbers, err := all(ctx, f.from, value[int64], cloudAccountHits, f.cloudAccount, before, most)
		return upTo(numbers, most), err
	}
	texts, err := f.newestTexts(ctx, before, most)
	if err != nil {
		return hits{}, err
	}
	merged := []hits{texts}
	for _, n := range []names{f.accounts, f.people} {
		found, err := f.newestOf(ctx, n, before, most)
		if err != nil {
			return hits{}, err
		}
		merged = append(merged, found)
	}
	return merge(merged, most), nil
}

// newestTexts gives the newest links whose texts have what is searched for. What
// no index holds is looked for in so many rows.
func (f finder) newestTexts(ctx context.Context, before int64, most int) (hits, error) {
	if f.signs == "" {
		texts, err := all(ctx, f.from, value[int64], textHits, f.pieces, before, most)
		return upTo(texts, most), err
	}
	texts, err := all(ctx, f.from, value[int64], signHits, f.signs, before, most, f.mostLookedAt)
	return f.lookedAt(ctx, texts, err, before, most)
}

// lookedAt makes hits of what was found in so many rows.
func (f finder) lookedAt(ctx context.Context, numbers []int64, err error, before int64, most int) (hits, error) {
	if err != nil || len(numbers) >= most {
		return upTo(numbers, most), err
	}
	floor, err := all(ctx, f.from, value[int64], passed, before, f.mostLookedAt-1)
	if err != nil || len(floor) == 0 {
		return hits{numbers: numbers}, err
	}
	return hits{numbers, floor[0]}, nil
}

// merge gives the newest of several hits, as far down as all of them reach.
func merge(several []hits, most int) hits {
	var m hits
	for _, h := range several {
		m.numbers, m.floor = append(m.numbers, h.numbers...), max(m.floor, h.floor)
	}
	slices.SortFunc(m.numbers, func(a, b int64) int { return cmp.Compare(b, a) })
	m.numbers = slices.Compact(m.numbers)
	if below := slices.IndexFunc(m.numbers, func(n int64) bool { return n < m.floor }); below >= 0 {
		m.numbers = m.numbers[:below]
	}
	if len(m.numbers) >= most {
		return upTo(m.numbers, most)
	}
	return m
}

// newestOf gives the newest links of accounts or people.
func (f finder) newestOf(ctx context.Context, n names, before int64, most int) (hits, error) {
	switch {
	case len(n.ids) == 0:
		return hits{}, nil
	case n.total <= f.gatheredHits:
		numbers, err := all(ctx, f.from, value[int64], n.every(), n.list, before)
		return merge([]hits{{numbers: numbers}}, most), err
	case len(n.ids) <= f.mostNames:
		return f.newestOfEach(ctx, n, before, most)
	}
	// So many names have links everywhere.
	numbers, err := all(ctx, f.from, value[int64], n.passing(), n.list, before, most, f.mostLookedAt)
	return f.lookedAt(ctx, numbers, err, before, most)
}

const passed = `SELECT number FROM credentials WHERE number < ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2`

func (n names) every() string {
	return `SELECT c.number FROM json_each(?1) j CROSS JOIN credentials c INDEXED BY ` + n.index + ` ON c.` + n.column + ` = j.value WHERE c.number < ?2`
}

func (n names) each() string {
	return `SELECT (SELECT json_group_array(number) FROM (
	           SELECT number FROM credentials INDEXED BY ` + n.index + ` WHERE ` + n.column + ` = j.value AND number < ?2 ORDER BY number DESC LIMIT ?3))
	  FROM json_each(?1) j`
}

func (n names) passing() string {
	return `SELECT number FROM (SELECT number, ` + n.column + ` AS of FROM credentials WHERE number < ?2 ORDER BY number DESC LIMIT ?4)
	 WHERE of IN (SELECT value FROM json_each(?1)) LIMIT ?3`
}

// newestOfEach merges the newest of each name. Few of each are enough most of
// the time.
func (f finder) newestOfEach(ctx context.Context, n names, before int64, most int) (hits, error) {
	for few := 2*most/len(n.ids) + 3; ; few *= 4 {
		few = min(few, most)
		lists, err := all(ctx, f.from, value[string], n.each(), n.list, before, few)
		if err != nil {
			return hits{}, err
		}
		each := make([]hits, len(lists))
		for i, list := range lists {
			var numbers []int64
			if err := json.Unmarshal([]byte(list), &numbers); err != nil {
				return hits{}, fmt.Errorf("numbers of a name: %w", err)
			}
			slices.SortFunc(numbers, func(a, b int64) int { return cmp.Compare(b, a) })
			each[i] = upTo(numbers, few)
		}
		if found := merge(each, most); len(found.numbers) >= most || found.floor == 0 || few == most {
			return found, nil
		}
	}
}

// search lists what a search finds.
func (l listing) search(ctx context.Context) (register.Listing, error) {
	find, err := l.finder(ctx, l.query)
	if err != nil {
		return register.Listing{}, err
	}
	if l.after.NewestFirst {
		return l.searchNewest(ctx, find, hits{})
	}
	found, newest, ok, err := l.searchSorted(ctx, find)
	if ok || err != nil {
		return found, err
	}
	l.after = register.Cursor{}
	return l.searchNewest(ctx, find, newest)
}

// searchSorted lists hits in the order that is asked for, when they are few, or
// when few rows are left by the filters. Otherwise it gives what it knows of the
// newest.
func (l listing) searchSorted(ctx context.Context, find finder) (found register.Listing, newest hits, ok bool, err error) {
	most := l.sortedHits
	if !l.after.IsZero() {
		most = l.goOnSorted
	}
	if max(find.accounts.total, find.people.total) <= most {
		if newest, err = find.newest(ctx, highestNumber, most+1); err != nil {
			return found, newest, false, err
		}
		if newest.floor == 0 {
			rows, err := l.found(ctx, find, newest.numbers)
			return l.sorted(rows), newest, true, err
		}
	}
	few, ok, err := l.fewest(ctx)
	if err != nil || !ok {
		return found, newest, false, err
	}
	rows, err := l.rowsOf(ctx, few.source, few.where)
	return l.sorted(find.verified(rows)), newest, true, err
}

// found reads the rows that may be hits and gives those that are.
func (l listing) found(ctx context.Context, find finder, numbers []int64) ([]register.Row, error) {
	rows, err := l.rowsNumbered(ctx, l.filter, numbers)
	return find.verified(rows), err
}

func (f finder) verified(rows []register.Row) []register.Row {
	return slices.DeleteFunc(rows, func(r register.Row) bool { return !f.query.Finds(r) })
}

// searchNewest lists many hits, the newest first. Some of the newest may be
// known already.
func (l listing) searchNewest(ctx context.Context, find finder, known hits) (register.Listing, error) {
	found := register.Listing{NewestFirst: true}
	before, look := int64(highestNumber), l.most+1
	if l.after.NewestFirst {
		before = l.after.Number
	}
	least, err := l.atLeast(ctx, find, known)
	if err != nil {
		return register.Listing{}, err
	}
	left := l.hitLooks
	if l.filter.accountID != "" {
		left = l.numberLooks
	}
	for ; ; look = min(look*4, max(left, l.most)) {
		newest, err := known.first(look), error(nil)
		if len(newest.numbers) == 0 {
			newest, err = find.newest(ctx, before, look)
		}
		if err != nil {
			return register.Listing{}, err
		}
		known = hits{}
		numbers, err := l.inAccount(ctx, newest, before)
		if err != nil {
			return register.Listing{}, err
		}
		rows, err := l.found(ctx, find, numbers)
		if err != nil {
			return register.Listing{}, err
		}
		slices.SortFunc(rows, func(a, b register.Row) int { return cmp.Compare(b.Number, a.Number) })
		found.Rows = append(found.Rows, rows...)
		if len(found.Rows) > l.most {
			found.Rows = found.Rows[:l.most]
			found.Next = register.CursorOf(found.Rows[l.most-1], l.query, true)
			break
		}
		if before = newest.floor; before == 0 {
			break
		}
		if left -= look; left <= 0 {
			found.Next, found.Unfinished = register.CursorOf(register.Row{Number: before}, l.query, true), true
			break
		}
	}
	seen := l.after.Seen + len(found.Rows)
	found.Total, found.More = seen, !found.Next.IsZero()
	if found.More {
		found.Total = max(seen, least)
	}
	if found.More && !l.filter.filtersOther() {
		found.Total = max(found.Total, find.accounts.total, find.people.total)
	}
	found.Next.Seen, found.Next.Least = seen, least
	return found, nil
}

// atLeast says how many hits there are at least, as far as that is known: the
// first page counts those that it knows of, and the others go on with that.
func (l listing) atLeast(ctx context.Context, find finder, known hits) (int, error) {
	if l.after.NewestFirst {
		return l.after.Least, nil
	}
	rows, err := l.found(ctx, find, known.numbers)
	return min(len(rows), l.mostCounted), err
}

const numbersOfAccount = `SELECT number FROM credentials INDEXED BY register_account WHERE account_id = ?1 AND number < ?2 AND number >= ?3 ORDER BY number DESC`

// inAccount leaves the numbers of the account that is asked for, by its index
// and without a look at the rows.
func (l listing) inAccount(ctx context.Context, newest hits, before int64) ([]int64, error) {
	if l.filter.accountID == "" || len(newest.numbers) == 0 {
		return newest.numbers, nil
	}
	theirs, err := all(ctx, l.from, value[int64], numbersOfAccount, l.filter.accountID, before, newest.numbers[len(newest.numbers)-1])
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(newest.numbers, func(number int64) bool {
		_, isTheirs := slices.BinarySearchFunc(theirs, number, func(a, b int64) int { return cmp.Compare(b, a) })
		return !isTheirs
	}), nil
}
