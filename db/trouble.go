package db

import (
	"errors"
	"fmt"

	sqlite3 "modernc.org/sqlite/lib"

	"mooring/fault"
)

// What a person reads when the database can't do its work. Only the operator
// can mend any of it, so each sentence says so.
var (
	errFull = fault.New(fault.Storage, "database.full",
		"Mooring can't store changes at the moment, because its disk is full. Nothing was changed. The operator of this site can free some space.")
	errLocked = fault.New(fault.Storage, "database.locked",
		"Mooring can't store changes at the moment, because another program is using its database. Nothing was changed. Try again in a minute.")
	errReadOnly = fault.New(fault.Storage, "database.read-only",
		"Mooring can't store changes at the moment, because its database is read-only. Nothing was changed. The operator of this site can change that.")
	errDisk = fault.New(fault.Storage, "database.disk",
		"Mooring's disk reported an error. Try again in a minute. If it happens again, tell the operator of this site.")
	errNotOpened = fault.New(fault.Storage, "database.not-opened",
		"Mooring can't open its database at the moment. Try again in a minute. If it happens again, tell the operator of this site.")
	errDamaged = fault.New(fault.Storage, "database.damaged",
		"Mooring's database is damaged, so this didn't work. Tell the operator of this site, who can restore a backup.")
)

// troubles says for each primary result code of SQLite what it means to people
// and what the operator can do. A code that is not here is a mistake of ours.
var troubles = map[int]struct {
	fault  *fault.Fault
	what   string // follows "the database FILE "
	wayOut string
}{
	sqlite3.SQLITE_FULL:     {errFull, "can't grow", "free some space on its disk; Mooring doesn't need a restart"},
	sqlite3.SQLITE_BUSY:     {errLocked, "is locked by another program", "find out which one, and end it"},
	sqlite3.SQLITE_LOCKED:   {errLocked, "is locked by another program", "find out which one, and end it"},
	sqlite3.SQLITE_PROTOCOL: {errLocked, "is locked by another program", "find out which one, and end it"},
	sqlite3.SQLITE_READONLY: {errReadOnly, "is read-only", "look at its mode, its owner, and how its disk is mounted"},
	sqlite3.SQLITE_PERM:     {errReadOnly, "is read-only", "look at its mode, its owner, and how its disk is mounted"},
	sqlite3.SQLITE_IOERR:    {errDisk, "can't be read or written", "look at the disk and the system's log"},
	sqlite3.SQLITE_CANTOPEN: {errNotOpened, "can't be opened", "see that it is there and that Mooring's user may read and write it and its folder"},
	sqlite3.SQLITE_CORRUPT:  {errDamaged, "is damaged", wayOutOfDamage},
	sqlite3.SQLITE_NOTADB:   {errDamaged, "is damaged, or is no database", wayOutOfDamage},
}

const wayOutOfDamage = "run mooring database check to see how far, keep a copy, and restore a backup with mooring restore"

// trouble is a failure of the file below the database. Its text is for the
// operator: it names the file and the way out. Its fault is for everybody else.
type trouble struct {
	fault  *fault.Fault
	path   string
	what   string
	wayOut string
	cause  error
}

// Error implements error.
func (t *trouble) Error() string {
	if t.cause == nil {
		return fmt.Sprintf("the database %s %s; %s", t.path, t.what, t.wayOut)
	}
	return fmt.Sprintf("the database %s %s (%v); %s", t.path, t.what, t.cause, t.wayOut)
}

// Unwrap lets errors.As find the fault, and the cause below it.
func (t *trouble) Unwrap() []error { return []error{t.fault, t.cause} }

// understand is the one place that gives SQLite's result codes a meaning. Other
// errors come back as they are.
func understand(path string, err error) error {
	var known *trouble
	var coded interface{ Code() int }
	if err == nil || errors.As(err, &known) || !errors.As(err, &coded) {
		return err
	}
	code := coded.Code() & 0xff // without what an extended code adds
	if coded.Code() == sqlite3.SQLITE_IOERR_CORRUPTFS {
		code = sqlite3.SQLITE_CORRUPT
	}
	meaning, ok := troubles[code]
	if !ok {
		return err
	}
	return &trouble{fault: meaning.fault, path: path, what: meaning.what, wayOut: meaning.wayOut, cause: err}
}

// waitedTooLong is for a change that got no turn.
func (db *DB) waitedTooLong(cause error) error {
	t := &trouble{fault: errLocked, path: db.path, what: "is locked by another program, or its disk hangs",
		wayOut: "find out which one, and end it", cause: cause}
	db.condition.notice(t)
	return t
}
