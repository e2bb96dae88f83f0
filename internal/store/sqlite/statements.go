package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
)

// maxStatements bounds the prepared statements of a connection. The package has fewer constant
// statements; those with lists of parameters vary.
const maxStatements = 128

// connector opens connections that prepare each statement once. SQLite needs as long to prepare a
// short statement as to execute it.
type connector struct {
	dsn    string
	driver driver.Driver
}

// openPrepared opens a database like sql.Open.
func openPrepared(dsn string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	d := db.Driver()
	if err := db.Close(); err != nil { // it has no connection yet
		return nil, err
	}
	return sql.OpenDB(&connector{dsn: dsn, driver: d}), nil
}

// Driver implements driver.Connector.
func (c *connector) Driver() driver.Driver { return c.driver }

// Connect implements driver.Connector.
func (c *connector) Connect(context.Context) (driver.Conn, error) {
	conn, err := c.driver.Open(c.dsn)
	if err != nil {
		return nil, err
	}
	full, ok := conn.(fullConn)
	if !ok {
		_ = conn.Close()
		return nil, fmt.Errorf("the SQLite driver has no connections of type %T", (*fullConn)(nil))
	}
	return &preparedConn{fullConn: full, statements: map[string]*statement{}}, nil
}

// fullConn is what a connection of the driver implements.
type fullConn interface {
	driver.Conn
	driver.ConnPrepareContext
	driver.ConnBeginTx
	driver.ExecerContext
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
	driver.Pinger
}

// preparedConn is a connection that keeps its prepared statements. Like each driver.Conn, it is used
// by one goroutine at a time.
type preparedConn struct {
	fullConn
	statements map[string]*statement // by query
}

// statement is a prepared statement. It is busy while its rows are read.
type statement struct {
	fullStmt
	busy bool
}

// fullStmt is what a statement of the driver implements.
type fullStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// prepared returns the prepared statement of a query, or nil if the query has to be executed without
// one: because it consists of several statements or controls the connection, because its rows are
// being read, or because there are too many.
func (c *preparedConn) prepared(ctx context.Context, query string) (*statement, error) {
	if s := c.statements[query]; s != nil {
		if s.busy {
			return nil, nil
		}
		return s, nil
	}
	verb, _, _ := strings.Cut(strings.TrimSpace(query), " ")
	switch verb {
	case "SELECT", "INSERT", "UPDATE", "DELETE":
	default:
		return nil, nil
	}
	if strings.Contains(query, ";") || len(c.statements) >= maxStatements {
		return nil, nil
	}
	s, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	full, ok := s.(fullStmt)
	if !ok {
		return nil, s.Close()
	}
	c.statements[query] = &statement{fullStmt: full}
	return c.statements[query], nil
}

// ExecContext implements driver.ExecerContext.
func (c *preparedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.prepared(ctx, query)
	switch {
	case err != nil:
		return nil, err
	case s == nil:
		return c.fullConn.ExecContext(ctx, query, args)
	}
	return s.ExecContext(ctx, args)
}

// QueryContext implements driver.QueryerContext.
func (c *preparedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.prepared(ctx, query)
	switch {
	case err != nil:
		return nil, err
	case s == nil:
		return c.fullConn.QueryContext(ctx, query, args)
	}
	rows, err := s.QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	s.busy = true
	return &preparedRows{Rows: rows, statement: s}, nil
}

// Close implements driver.Conn.
func (c *preparedConn) Close() error {
	var errs []error
	for _, s := range c.statements {
		errs = append(errs, s.Close())
	}
	clear(c.statements)
	return errors.Join(append(errs, c.fullConn.Close())...)
}

// preparedRows are the rows of a prepared statement.
type preparedRows struct {
	driver.Rows
	statement *statement
}

// Close implements driver.Rows.
func (r *preparedRows) Close() error {
	err := r.Rows.Close()
	r.statement.busy = false
	return err
}
