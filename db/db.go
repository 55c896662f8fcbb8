// Package db keeps everything in one SQLite file. It implements the stores of
// the domain: Accounts, Certificates and Credentials are views of one DB.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"mooring/audit"
)

// readerCount is small because each connection has a cache of its own. Two
// serve pages as fast as four do; the third is for a backup that takes a while.
const readerCount = 3

// DB is an open database.
type DB struct {
	path      string
	condition *condition
	keeper    *sql.DB // one connection that does nothing, for guard
	guard     *guard  // nil for who only reads
	writer    *sql.DB // one connection: writes queue up here instead of failing as busy
	readers   *statements
	version   atomic.Uint64
	held      bool // the schema is from before the audit log was a chain; BeginAuditLog brings it up to date
	chain     chainStatements
	notary    *audit.Notary // nil until the keys are open; nothing that has an entry can be written before

	auditTimes auditTimes
}

// Open opens the database at path, makes it if there is none, and brings its
// schema up to date; of one from before the audit log was a chain, only
// BeginAuditLog does that. It refuses a file of another program and one that a newer
// Mooring wrote.
func Open(ctx context.Context, path string) (*DB, error) {
	db, err := open(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	return db, nil
}

func open(ctx context.Context, path string) (*DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := createPrivate(path); err != nil && !errors.Is(err, os.ErrExist) {
		return nil, err
	}
	if err := mayOpen(ctx, path); err != nil {
		return nil, err
	}
	condition := &condition{now: time.Now}
	writer, readers := pool(path, "rw", 1, condition.notice), pool(path, "ro", readerCount, condition.notice)
	db := &DB{path: path, condition: condition, writer: writer, readers: &statements{DB: readers}}
	if db.held, err = migrate(ctx, writer); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if !db.held {
		if db.chain, err = prepareChain(ctx, writer); err != nil {
			return nil, errors.Join(err, db.Close())
		}
	}
	if err := readers.PingContext(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	db.keeper = pool(path, "ro", 1, nil)
	if db.guard, err = newGuard(ctx, path, db.keeper); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// OpenToRead opens a database that is there and up to date for a program that
// changes nothing in it, also while a server goes on writing.
func OpenToRead(ctx context.Context, path string) (*DB, error) {
	db, err := openToRead(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	return db, nil
}

func openToRead(ctx context.Context, path string) (*DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	readers := pool(path, "ro", readerCount, nil)
	db := &DB{path: path, condition: &condition{now: time.Now}, writer: readers, readers: &statements{DB: readers}} // so that whatever tries to write fails
	err = upToDate(ctx, readers)
	if err == nil {
		db.chain, err = prepareChain(ctx, db.writer)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// createPrivate makes an empty file that nobody else can read. SQLite would
// leave that to the umask; its -wal and -shm files take over the mode.
func createPrivate(path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return file.Close()
}

// pool opens up to size connections. What is set here holds for each of them;
// a PRAGMA that is executed later would reach only one.
func pool(path, mode string, size int, noticed func(*trouble)) *sql.DB {
	options := url.Values{
		"mode":       {mode},
		"_defensive": {"1"}, // no SQL reaches the schema table or the raw pages
		"_dqs":       {"0"}, // a misspelt column is an error, not a string
		"_pragma": {
			"busy_timeout(5000)", // first, because the others may have to wait; for another process, such as a backup
			"synchronous(FULL)",  // NORMAL brings deleted sessions and keys back after a power cut
			"foreign_keys(1)",
			"trusted_schema(0)",
			"cache_size(-1024)", // KiB
			"temp_store(MEMORY)",
		},
	}
	if mode == "rw" {
		options.Add("_pragma", "journal_mode(WAL)") // which stays with the file, and a backup has not
		options.Add("_pragma", "secure_delete(1)")  // a destroyed key is nowhere in the file
		options.Set("_txlock", "immediate")         // a transaction that reads first never fails when it comes to write
	}
	file := url.URL{Scheme: "file", Path: path, RawQuery: options.Encode()}
	connections := openPool(file.String(), path, noticed)
	connections.SetMaxOpenConns(size)
	connections.SetMaxIdleConns(size)
	return connections
}

// Path is where the database file is.
func (db *DB) Path() string { return db.path }

// LimitSize lets the file grow to so many pages and not further, as a full disk
// does. 0 is as many as it has; a negative number takes the limit away. It is for
// tests.
func (db *DB) LimitSize(ctx context.Context, pages int64) error {
	if pages < 0 {
		pages = math.MaxUint32 - 1
	}
	_, err := db.writer.ExecContext(ctx, fmt.Sprintf(`PRAGMA max_page_count = %d`, max(1, pages)))
	return err
}

// Close ends all connections. The writer goes last, because only it can tidy
// up the write-ahead log. If another file is in the place of this one, the log
// there is not ours to tidy up, and all stays open until the program ends.
func (db *DB) Close() error {
	db.condition.close()
	if db.guard != nil {
		if db.guard.check(db.path) != nil {
			return nil
		}
		if err := errors.Join(db.guard.log.Close(), db.keeper.Close()); err != nil {
			return err
		}
	}
	return errors.Join(db.readers.Close(), db.writer.Close())
}

// Version grows with every committed change that a reader could notice. What
// was read after Version gave a number is good as long as it gives that number.
// Of what other programs change it hears by Watch.
func (db *DB) Version() uint64 { return db.version.Load() }

// Watch looks at each tick whether another program has changed the file, as
// `mooring people reset` does while the server runs, until ctx ends. It asks on
// the connection that writes, where SQLite counts only what others commit.
func (db *DB) Watch(ctx context.Context, ticks <-chan time.Time) {
	known, _ := db.othersVersion(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks:
		}
		_ = db.guard.check(db.path) // who waits for Moved hears of it
		if now, err := db.othersVersion(ctx); err == nil && now != known {
			known = now
			db.version.Add(1)
		}
	}
}

func (db *DB) othersVersion(ctx context.Context) (int64, error) {
	return value[int64](db.writer.QueryRowContext(ctx, `PRAGMA data_version`))
}
