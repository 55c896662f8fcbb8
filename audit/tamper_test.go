package audit_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"mooring/audit"
	"mooring/db/dbtest"
	"mooring/secret"
)

func TestAnUntouchedLogIsSound(t *testing.T) {
	v := verifyFile(t, fromTemplate(t))
	sound(t, v)
	same(t, "the entries", v.Entries, 12)
	same(t, "the checkpoints", v.Checkpoints, 3)
	same(t, "the first and the last", fmt.Sprint(v.First, v.Last), "1 12")
	same(t, "the notes", len(v.Notes), 0)
}

// columnsOf lists the columns from the database, so that a new one is tampered
// with without anybody remembering to.
func columnsOf(t *testing.T, table string) map[string]string {
	t.Helper()
	file, err := sql.Open("sqlite", fromTemplate(t))
	ok(t, err)
	defer func() { ok(t, file.Close()) }()
	rows, err := file.Query(`SELECT name, type FROM pragma_table_info(?)`, table)
	ok(t, err)
	defer rows.Close() //nolint:errcheck // a test
	columns := map[string]string{}
	for rows.Next() {
		var name, kind string
		ok(t, rows.Scan(&name, &kind))
		columns[name] = kind
	}
	ok(t, rows.Err())
	if len(columns) < 5 {
		t.Fatalf("%s has %v", table, columns)
	}
	return columns
}

// other is an expression for another value of a column.
func other(column, kind string) string {
	switch {
	case kind == "INTEGER":
		return column + " + 1000000"
	case kind == "BLOB":
		return fmt.Sprintf("CAST(iif(substr(%[1]s, 1, 1) = x'FF', x'00', x'FF') || substr(%[1]s, 2) AS BLOB)", column)
	case column == "changes":
		return `replace(changes, 'two', 'three')`
	case column == "result":
		return `'refused'`
	}
	return column + " || 'x'"
}

func TestEveryColumnOfAnEntryIsCovered(t *testing.T) {
	columns := columnsOf(t, "audit")
	if len(columns) < 15 {
		t.Fatalf("only %d columns", len(columns))
	}
	for column, kind := range columns {
		t.Run(column, func(t *testing.T) {
			path := fromTemplate(t)
			tamper(t, path, fmt.Sprintf(`UPDATE audit SET %s = %s WHERE id = 7`, column, other(column, kind)))
			v := verifyFile(t, path)
			if v.Sound || v.Broken.Entry != 7 {
				t.Errorf("got %+v", v.Broken)
			}
		})
	}
}

func TestTamperingIsFoundAndLocated(t *testing.T) {
	const columns = `at, actor_id, actor_name, actor_key, actor_address, request_id, action, account_id, credential_id, result, detail, changes, digest, mark`
	swap := func(column string) string {
		return fmt.Sprintf(`UPDATE audit SET %s = (SELECT o.%[1]s FROM old o WHERE o.id = 13 - audit.id) WHERE id IN (6, 7)`, column)
	}
	tests := map[string]struct {
		statements        []string
		entry, checkpoint int64
		sentence          string
	}{
		"an entry is removed":              {[]string{`DELETE FROM audit WHERE id = 7`}, 7, 0, "Entry 7 is missing."},
		"the first is removed":             {[]string{`DELETE FROM audit WHERE id = 1`}, 1, 0, "Entry 1 is missing."},
		"some are removed":                 {[]string{`DELETE FROM audit WHERE id BETWEEN 5 AND 7`}, 5, 0, "Entries 5 to 7 are missing."},
		"one is removed and the rest move": {[]string{`DELETE FROM audit WHERE id = 7`, `UPDATE audit SET id = id - 1 WHERE id > 7`}, 7, 0, "Entry 7 was changed: its digest does not match its content."},
		"the last is removed":              {[]string{`DELETE FROM audit WHERE id = 12`}, 12, 0, "The log ends at entry 11, but it had at least 12."},
		"the end is cut off":               {[]string{`DELETE FROM audit WHERE id > 8`}, 9, 0, "The log ends at entry 8, but it had at least 12."},
		"all are removed":                  {[]string{`DELETE FROM audit`}, 1, 0, "The log ends at entry 0, but it had at least 12."},
		"the end and its checkpoint are cut off": {[]string{`DELETE FROM audit WHERE id > 8`, `DELETE FROM audit_checkpoints WHERE number = 3`}, 9, 0,
			"The log ends at entry 8, but it had at least 12."},
		"the end, its checkpoint and the head are cut off": {[]string{`DELETE FROM audit WHERE id > 8`, `DELETE FROM audit_checkpoints WHERE number = 3`,
			`UPDATE audit_head SET number = 8, checkpoints = 2, digest = (SELECT digest FROM audit WHERE id = 8), mark = (SELECT mark FROM audit WHERE id = 8)`}, 0, 0,
			"The head of the log was changed: its mark does not match."},
		"the end and the head are cut off": {[]string{`DELETE FROM audit WHERE id > 8`,
			`UPDATE audit_head SET number = 8, digest = (SELECT digest FROM audit WHERE id = 8), mark = (SELECT mark FROM audit WHERE id = 8)`}, 9, 3,
			"The log ends at entry 8, but it had at least 12 when checkpoint 3 was created."},
		"an entry is inserted": {[]string{`UPDATE audit SET id = -id - 1 WHERE id > 6`, `UPDATE audit SET id = -id WHERE id < 0`,
			`INSERT INTO audit (id, ` + columns + `) SELECT 7, ` + columns + ` FROM audit WHERE id = 3`}, 7, 0, "Entry 7 was changed: its digest does not match its content."},
		"an entry is added at the end": {[]string{`INSERT INTO audit (id, ` + columns + `) SELECT 13, ` + columns + ` FROM audit WHERE id = 12`}, 13, 0,
			"Entry 13 was changed: its digest does not match its content."},
		"two entries change places": {[]string{`UPDATE audit SET id = -6 WHERE id = 6`, `UPDATE audit SET id = 6 WHERE id = 7`, `UPDATE audit SET id = 7 WHERE id = -6`}, 6, 0,
			"Entry 6 was changed: its digest does not match its content."},
		"two entries change all but their digests": {[]string{`CREATE TABLE old AS SELECT * FROM audit`, swap("detail"), swap("request_id"), swap("at"), swap("credential_id")}, 6, 0,
			"Entry 6 was changed: its digest does not match its content."},
		"a mark is taken from another entry": {[]string{`UPDATE audit SET mark = (SELECT mark FROM audit o WHERE o.id = 6) WHERE id = 7`}, 7, 0,
			"Entry 7 was not written by this Mooring: its mark does not match."},
		"what cannot be read":          {[]string{`UPDATE audit SET changes = '[{"field": "Label", "before":"one","after":"two"}]' WHERE id = 7`}, 7, 0, "Entry 7 was changed: it can't be read."},
		"more than anybody reads":      {[]string{`UPDATE audit SET changes = replace(changes, '}]', ',"hidden":1}]') WHERE id = 7`}, 7, 0, "Entry 7 was changed: it can't be read."},
		"a checkpoint is removed":      {[]string{`DELETE FROM audit_checkpoints WHERE number = 2`}, 0, 2, "Checkpoint 2 is missing."},
		"the first checkpoint":         {[]string{`DELETE FROM audit_checkpoints WHERE number = 1`}, 0, 1, "Checkpoint 1 is missing."},
		"the last checkpoint":          {[]string{`DELETE FROM audit_checkpoints WHERE number = 3`}, 0, 3, "Checkpoint 3 is missing."},
		"all checkpoints":              {[]string{`DELETE FROM audit_checkpoints`}, 0, 1, "Checkpoints 1 to 3 are missing."},
		"checkpoints change places":    {[]string{`UPDATE audit_checkpoints SET number = 9 WHERE number = 1`, `UPDATE audit_checkpoints SET number = 1 WHERE number = 2`, `UPDATE audit_checkpoints SET number = 2 WHERE number = 9`}, 0, 1, "Checkpoint 1 isn't signed by this Mooring."},
		"a checkpoint stands for two":  {[]string{`DELETE FROM audit_checkpoints WHERE number = 2`, `UPDATE audit_checkpoints SET number = 2 WHERE number = 3`}, 0, 2, "Checkpoint 2 isn't signed by this Mooring."},
		"the head is gone":             {[]string{`DELETE FROM audit_head`}, 0, 0, "The head of the log is missing."},
		"the head and the log":         {[]string{`DELETE FROM audit_head`, `DELETE FROM audit`, `DELETE FROM audit_checkpoints`}, 0, 0, "The head of the log is missing."},
		"entries are called archived":  {[]string{`DELETE FROM audit WHERE id < 5`, `INSERT INTO audit_segments SELECT 1, 1, 4, 0, 0, zeroblob(32), digest, '[]', 0, key, signature FROM audit_checkpoints WHERE number = 1`}, 1, 0, "The segment of archived entries 1 to 4 isn't signed by this Mooring."},
		"an entry's digest and mark":   {[]string{`UPDATE audit SET digest = (SELECT digest FROM audit o WHERE o.id = 6), mark = (SELECT mark FROM audit o WHERE o.id = 6) WHERE id = 7`}, 7, 0, "Entry 7 was changed: its digest does not match its content."},
		"the digests are blanked":      {[]string{`UPDATE audit SET digest = x'', mark = x''`}, 1, 0, "Entry 1 was changed: its digest does not match its content."},
		"the clock of the head's mark": {[]string{`UPDATE audit_head SET mark = (SELECT mark FROM audit WHERE id = 12)`}, 0, 0, "The head of the log was changed: its mark does not match."},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path := fromTemplate(t)
			tamper(t, path, test.statements...)
			v := verifyFile(t, path)
			want := audit.Break{Entry: test.entry, Checkpoint: test.checkpoint, What: test.sentence}
			if v.Sound || *v.Broken != want {
				t.Errorf("got  %+v\nwant %+v", v.Broken, want)
			}
		})
	}
}

func TestEveryColumnOfACheckpointIsCovered(t *testing.T) {
	for column, kind := range columnsOf(t, "audit_checkpoints") {
		t.Run(column, func(t *testing.T) {
			path := fromTemplate(t)
			tamper(t, path, fmt.Sprintf(`UPDATE audit_checkpoints SET %s = %s WHERE number = 2`, column, other(column, kind)))
			v := verifyFile(t, path)
			if number := int64(2); v.Sound || v.Broken.Checkpoint != number && (column != "number" || v.Broken.Checkpoint != 3 && v.Broken.Checkpoint != 2) {
				t.Errorf("got %+v", v.Broken)
			}
		})
	}
}

func TestEveryColumnOfTheHeadIsCovered(t *testing.T) {
	for column, kind := range columnsOf(t, "audit_head") {
		if column == "only_row" {
			continue
		}
		t.Run(column, func(t *testing.T) {
			path := fromTemplate(t)
			tamper(t, path, fmt.Sprintf(`UPDATE audit_head SET %s = %s`, column, other(column, kind)))
			v := verifyFile(t, path)
			if v.Sound || !strings.Contains(v.Broken.What, "The head of the log was changed") {
				t.Errorf("got %+v", v.Broken)
			}
		})
	}
}

// anew are the statements that change an entry and make digests that fit.
func (r *trail) anew(number int64) (statements []string) {
	r.t.Helper()
	stranger := audit.NewNotary(secret.NewRing())
	entries, err := r.Store.EntriesAfter(r.t.Context(), 0, 100)
	ok(r.t, err)
	previous := make([]byte, 32)
	for _, s := range entries {
		if s.Number == number {
			s.Detail = "nothing happened"
		}
		f := stranger.Seal(s.Entry, s.Number, previous)
		previous = f.Digest
		if s.Number >= number {
			statements = append(statements, fmt.Sprintf(`UPDATE audit SET detail = '%s', digest = x'%x', mark = x'%x' WHERE id = %d`,
				f.Detail, f.Digest, append(s.Mark[:4:4], f.Mark[4:]...), s.Number))
		}
	}
	return statements
}

// Whoever has the file and knows the format can make digests that fit. Only the
// marks and the checkpoints, for which they would need the keys, give them away.
func TestAChainThatWasWrittenAnewIsFound(t *testing.T) {
	forged := filepath.Join(t.TempDir(), "forged.db")
	r := trailAt(t, fromTemplate(t))
	ok(t, r.db.BackupTo(t.Context(), forged))
	tamper(t, forged, r.anew(7)...)
	v := verifyFile(t, forged)
	if v.Sound || v.Broken.Entry != 7 || v.Broken.What != "Entry 7 was not written by this Mooring: its mark does not match." {
		t.Errorf("got %+v", v.Broken)
	}
}

// A checkpoint of another course of things, signed by the same Mooring, is not
// one of this course.
func TestACheckpointOfAnotherCourseIsFound(t *testing.T) {
	r := trailAt(t, fromTemplate(t))
	other := r.checkpoints()[1]
	head := audit.Head{Number: other.Entry, Digest: other.Digest}
	forked := dbtest.Notary().Checkpoint(audit.Checkpoint{Number: 1, At: morning}, other.At, head)
	path := fromTemplate(t)
	tamper(t, path, fmt.Sprintf(`UPDATE audit_checkpoints SET previous = x'%x', signature = x'%x' WHERE number = 2`, forked.Previous, forked.Signature.Bytes))
	v := verifyFile(t, path)
	if v.Sound || v.Broken.What != "Checkpoint 2 doesn't continue the checkpoint before it." {
		t.Errorf("got %+v", v.Broken)
	}
}

// In an export there are no marks. A chain that was written anew is given away
// by the next checkpoint.
func TestAnExportThatWasWrittenAnewIsFound(t *testing.T) {
	lines, stranger := exported(t), audit.NewNotary(secret.NewRing())
	var previous []byte
	for i, l := range lines {
		if l.Entry == nil {
			continue
		}
		if l.Entry.Number >= 7 {
			e := l.Entry.Entry
			e.Detail = "nothing happened"
			anew := stranger.Seal(e, l.Entry.Number, previous)
			lines[i].Entry = &anew
		}
		previous = lines[i].Entry.Digest
	}
	v := verifyText(t, spell(t, lines))
	if v.Sound || v.Broken.Entry != 8 || v.Broken.What != "Entry 8 is not the one that checkpoint 2 covers." {
		t.Errorf("got %+v", v.Broken)
	}
}

// exported is an export of the template, line by line.
func exported(t *testing.T) []audit.Line {
	t.Helper()
	var lines []audit.Line
	for text := range strings.Lines(trailAt(t, fromTemplate(t)).export()) {
		l, err := audit.ReadLine([]byte(strings.TrimSuffix(text, "\n")))
		ok(t, err)
		lines = append(lines, l)
	}
	return lines
}

func spell(t *testing.T, lines []audit.Line) string {
	t.Helper()
	var text strings.Builder
	for _, l := range lines {
		ok(t, l.Write(&text))
	}
	return text.String()
}

func TestAnUntouchedExportIsSound(t *testing.T) {
	lines := exported(t)
	if lines[0].Header == nil || lines[len(lines)-1].Checkpoint == nil {
		t.Error("an export goes from its first line to a checkpoint")
	}
	v := verifyText(t, spell(t, lines))
	sound(t, v)
	same(t, "the entries", v.Entries, 13) // the last one tells of the export itself
	same(t, "the checkpoints", v.Checkpoints, 4)
}

func indexOf(lines []audit.Line, entry int64) int {
	for i, l := range lines {
		if l.Entry != nil && l.Entry.Number == entry {
			return i
		}
	}
	return -1
}

func checkpointIndex(lines []audit.Line, number int64) int {
	for i, l := range lines {
		if l.Checkpoint != nil && l.Checkpoint.Number == number {
			return i
		}
	}
	return -1
}

// leaves calls use with every value inside v that can be set, by its path.
func leaves(v reflect.Value, path string, use func(path string, v reflect.Value)) {
	switch v.Interface().(type) {
	case time.Time, []byte:
		use(path, v)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			leaves(v.Field(i), path+"."+v.Type().Field(i).Name, use)
		}
	case reflect.Slice:
		for i := range v.Len() {
			leaves(v.Index(i), fmt.Sprintf("%s[%d]", path, i), use)
		}
	default:
		use(path, v)
	}
}

func change(v reflect.Value) {
	switch old := v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(old.Add(time.Millisecond)))
	case []byte:
		old[len(old)/2] ^= 1
	default:
		if v.Kind() == reflect.String {
			v.SetString(v.String() + "x")
		} else {
			v.SetInt(v.Int() + 1)
		}
	}
}

// places lists the paths of what can be changed in a line.
func places(v any) (paths []string) {
	leaves(reflect.ValueOf(v).Elem(), "", func(path string, _ reflect.Value) { paths = append(paths, path) })
	return paths
}

func changeAt(v any, wanted string) {
	leaves(reflect.ValueOf(v).Elem(), "", func(path string, v reflect.Value) {
		if path == wanted {
			change(v)
		}
	})
}

func TestEveryFieldOfAnExportIsCovered(t *testing.T) {
	whole := exported(t)
	entry, checkpoint := indexOf(whole, 7), checkpointIndex(whole, 2)
	tests := map[string]struct {
		line  int
		of    func(audit.Line) any
		broke func(*audit.Break) bool
		free  []string // cannot matter
	}{
		"entry": {entry, func(l audit.Line) any { return l.Entry }, func(b *audit.Break) bool { return b.Entry == 7 }, []string{".Mark"}}, // is not in an export
		"checkpoint": {checkpoint, func(l audit.Line) any { return l.Checkpoint },
			func(b *audit.Break) bool { return b.Checkpoint == 2 || b.Checkpoint == 3 }, nil},
		"header": {0, func(l audit.Line) any { return l.Header }, func(b *audit.Break) bool { return b.What != "" },
			[]string{".Some", ".Keys"}}, // refused altogether; only those count that are trusted
	}
	for name, test := range tests {
		for _, path := range places(test.of(whole[test.line])) {
			if len(test.free) > 0 && strings.HasPrefix(path, test.free[0]) || len(test.free) > 1 && strings.HasPrefix(path, test.free[1]) {
				continue
			}
			t.Run(name+path, func(t *testing.T) {
				lines := readAgain(t, whole)
				changeAt(test.of(lines[test.line]), path)
				if v := verifyText(t, spell(t, lines)); v.Sound || !test.broke(v.Broken) {
					t.Errorf("got %+v", v.Broken)
				}
			})
		}
	}
}

// readAgain is a copy that can be changed.
func readAgain(t *testing.T, lines []audit.Line) []audit.Line {
	t.Helper()
	var again []audit.Line
	for text := range strings.Lines(spell(t, lines)) {
		l, err := audit.ReadLine([]byte(strings.TrimSuffix(text, "\n")))
		ok(t, err)
		again = append(again, l)
	}
	return again
}

func TestTamperingWithAnExportIsFoundAndLocated(t *testing.T) {
	whole := exported(t)
	without := func(from, to int) func([]audit.Line) []audit.Line {
		return func(l []audit.Line) []audit.Line { return append(l[:from:from], l[to:]...) }
	}
	swapped := func(a, b int) func([]audit.Line) []audit.Line {
		return func(l []audit.Line) []audit.Line { l[a], l[b] = l[b], l[a]; return l }
	}
	seventh, second := indexOf(whole, 7), checkpointIndex(whole, 2)
	tests := map[string]struct {
		change            func([]audit.Line) []audit.Line
		entry, checkpoint int64
		sentence          string
	}{
		"an entry is removed":       {without(seventh, seventh+1), 7, 0, "Entry 7 is missing."},
		"entries are removed":       {without(seventh, seventh+2), 0, 0, ""}, // said below
		"two entries change places": {swapped(seventh-1, seventh), 6, 0, "Entry 6 is missing."},
		"an entry stands twice":     {func(l []audit.Line) []audit.Line { return append(l[:seventh+1:seventh+1], l[seventh:]...) }, 7, 0, "Entry 7 comes after entry 7: the entries are out of order."},
		"an entry is inserted": {func(l []audit.Line) []audit.Line {
			forged := *l[seventh].Entry
			forged.Detail = "inserted"
			return append(append(l[:seventh:seventh], audit.Line{Entry: &forged}), l[seventh:]...)
		}, 7, 0, "Entry 7 was changed: its digest does not match its content."},
		"the end is cut off":        {func(l []audit.Line) []audit.Line { return l[:seventh] }, 7, 0, "The export ends at entry 6, but its first line says that it has 13."},
		"all is cut off":            {func(l []audit.Line) []audit.Line { return l[:1] }, 1, 0, "The export ends at entry 0, but its first line says that it has 13."},
		"the last checkpoint":       {func(l []audit.Line) []audit.Line { return l[:len(l)-1] }, 0, 4, "Checkpoint 4 is missing."},
		"a checkpoint is removed":   {without(second, second+1), 0, 2, "Checkpoint 2 is missing."},
		"checkpoints change places": {swapped(second, checkpointIndex(whole, 3)), 0, 2, "Checkpoint 2 is missing."},
		"a checkpoint moves down":   {swapped(second, second+1), 0, 2, "Checkpoint 2 is in the wrong place."},
		"another first line":        {func(l []audit.Line) []audit.Line { return append(l, l[0]) }, 0, 0, "Line 19 of the export repeats the first line."},
		"entries that were added": {func(l []audit.Line) []audit.Line {
			last := *l[len(l)-2].Entry
			added := dbtest.Notary().Seal(last.Entry, last.Number+1, last.Digest)
			return append(l, audit.Line{Entry: &added})
		}, 14, 0, "Entries were added after the end of the export, which is entry 13."},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			v := verifyText(t, spell(t, test.change(readAgain(t, whole))))
			if name == "entries are removed" {
				if v.Sound || v.Broken.Entry != 7 {
					t.Errorf("got %+v", v.Broken)
				}
				return
			}
			want := audit.Break{Entry: test.entry, Checkpoint: test.checkpoint, What: test.sentence}
			if v.Sound || *v.Broken != want {
				t.Errorf("got  %+v\nwant %+v", v.Broken, want)
			}
		})
	}
}

func TestEveryChangedByteOfAnExportIsFound(t *testing.T) {
	whole := spell(t, exported(t))
	for i := 0; i < len(whole); i += 3 {
		changed := []byte(whole)
		changed[i] ^= 1
		v, err := audit.VerifyExport(strings.NewReader(string(changed)), audit.Trusted{Keys: dbtest.Notary().PublicKeys()}, nil)
		line := strings.Count(whole[:i], "\n")
		inKeys := line == 0 && strings.Contains(whole[:i], `"keys"`) && i < strings.Index(whole, `],"key"`)
		if err == nil && v.Sound && !inKeys { // what is not trusted anyway may say anything
			t.Fatalf("byte %d, in line %d, was changed to %q and nobody noticed", i, line+1, changed[i])
		}
	}
}
