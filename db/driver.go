package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"

	"modernc.org/sqlite"
)

// connector opens connections of SQLite whose errors say what they mean: all of
// them pass through here, from whichever query they come.
type connector struct {
	dsn     string
	path    string
	noticed func(*trouble) // hears of each trouble
}

var _ driver.Connector = connector{}

// openPool is sql.Open with such connections.
func openPool(dsn, path string, noticed func(*trouble)) *sql.DB {
	return sql.OpenDB(connector{dsn: dsn, path: path, noticed: noticed})
}

// Connect implements driver.Connector.
func (c connector) Connect(context.Context) (driver.Conn, error) {
	opened, err := c.Driver().Open(c.dsn)
	if err != nil {
		return nil, c.understand(err)
	}
	all, ok := opened.(sqliteConn)
	if !ok {
		return nil, errors.Join(errors.New("the SQLite driver lacks what its connections need"), opened.Close())
	}
	return conn{all, c}, nil
}

// Driver implements driver.Connector.
func (c connector) Driver() driver.Driver { return sqliteDriver }

var sqliteDriver = &sqlite.Driver{}

func (c connector) understand(err error) error {
	err = understand(c.path, err)
	var t *trouble
	if c.noticed != nil && errors.As(err, &t) {
		c.noticed(t)
	}
	return err
}

// sqliteConn is what database/sql uses of a connection.
type sqliteConn interface {
	driver.Conn
	driver.ConnPrepareContext
	driver.ConnBeginTx
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type conn struct {
	sqliteConn
	connector connector
}

func (c conn) Ping(ctx context.Context) error {
	return c.connector.understand(c.sqliteConn.Ping(ctx))
}

func (c conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	s, err := c.sqliteConn.PrepareContext(ctx, query)
	if err != nil {
		return nil, c.connector.understand(err)
	}
	all, ok := s.(sqliteStmt)
	if !ok {
		return nil, errors.Join(errors.New("the SQLite driver lacks what its statements need"), s.Close())
	}
	return stmt{all, c.connector}, nil
}

func (c conn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	t, err := c.sqliteConn.BeginTx(ctx, options)
	if err != nil {
		return nil, c.connector.understand(err)
	}
	return tx{t, c.connector}, nil
}

func (c conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	result, err := c.sqliteConn.ExecContext(ctx, query, args)
	return result, c.connector.understand(err)
}

func (c conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	return c.connector.rows(c.sqliteConn.QueryContext(ctx, query, args))
}

// sqliteStmt is what database/sql uses of a statement.
type sqliteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type stmt struct {
	sqliteStmt
	connector connector
}

func (s stmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	result, err := s.sqliteStmt.ExecContext(ctx, args)
	return result, s.connector.understand(err)
}

func (s stmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return s.connector.rows(s.sqliteStmt.QueryContext(ctx, args))
}

type tx struct {
	driver.Tx
	connector connector
}

func (t tx) Commit() error   { return t.connector.understand(t.Tx.Commit()) }
func (t tx) Rollback() error { return t.connector.understand(t.Tx.Rollback()) }

type rows struct {
	driver.Rows
	connector connector
}

func (c connector) rows(found driver.Rows, err error) (driver.Rows, error) {
	if err != nil {
		return nil, c.understand(err)
	}
	return rows{found, c}, nil
}

func (r rows) Next(values []driver.Value) error { return r.connector.understand(r.Rows.Next(values)) }
func (r rows) Close() error                     { return r.connector.understand(r.Rows.Close()) }
