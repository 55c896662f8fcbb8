package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"

	"mooring/fault"
)

// errMoved is for changes after somebody took the file away below the server.
var errMoved = fault.New(fault.Storage, "database.moved",
	"Mooring stores no more changes, because its database was moved, removed or replaced while it ran. Nothing was changed. The operator of this site has to restart it.")

// guard knows which files the database is. A server whose files were moved or
// removed goes on with them under no name, and what it stores is lost.
type guard struct {
	files map[string]fs.FileInfo
	log   *sql.Conn // keeps the log open: SQLite removes it with the last connection

	once sync.Once
	lost chan struct{} // closed when another file is in its place
	why  *trouble
}

// newGuard remembers the files as they are. Their connections must have read.
func newGuard(ctx context.Context, path string, keeper *sql.DB) (*guard, error) {
	g := &guard{files: map[string]fs.FileInfo{}, lost: make(chan struct{})}
	var err error
	if g.log, err = keeper.Conn(ctx); err != nil {
		return nil, err
	}
	if _, err := value[int64](g.log.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema`)); err != nil {
		return nil, errors.Join(err, g.log.Close())
	}
	for _, file := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(file)
		if err != nil {
			return nil, errors.Join(err, g.log.Close())
		}
		g.files[file] = info
	}
	return g, nil
}

// check returns an error when a file is not the one that it was, and from then
// on. It costs a stat for each file.
func (g *guard) check(path string) error {
	if g == nil {
		return nil
	}
	select {
	case <-g.lost:
		return g.why
	default:
	}
	for file, before := range g.files {
		now, err := os.Stat(file)
		if err == nil && os.SameFile(before, now) {
			continue
		}
		if err == nil {
			err = fmt.Errorf("%s is another file now", file)
		}
		g.once.Do(func() {
			g.why = &trouble{fault: errMoved, path: path, what: "was moved, removed or replaced while the server ran", cause: err,
				wayOut: "nothing is stored until a restart; put the right file in its place, with its -wal if it has one, and restart"}
			close(g.lost)
		})
		return g.why
	}
	return nil
}

func (g *guard) isLost() bool {
	if g == nil {
		return false
	}
	select {
	case <-g.lost:
		return true
	default:
		return false
	}
}

// Moved is closed when the file was moved, removed or replaced: no change is
// stored any more. MovedWhy says what is known.
func (db *DB) Moved() <-chan struct{} { return db.guard.lost }

// MovedWhy returns an error once Moved is closed.
func (db *DB) MovedWhy() error { return db.guard.check(db.path) }
