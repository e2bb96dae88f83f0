package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/clausea/crawler/internal/store"
)

// newestQuery selects records of a table with the columns id, at and v, newest first.
type newestQuery struct {
	table   string
	clauses []string
	args    []any
	// oneOf are the values of a column of which a record must have one. Each value is a search
	// of its own, because an index has the order only for a single value.
	column string
	oneOf  []string
}

// where adds a condition.
func (q *newestQuery) where(clause string, args ...any) {
	q.clauses, q.args = append(q.clauses, clause), append(q.args, args...)
}

// equal selects records with a value in a column. An empty value selects all records.
func (q *newestQuery) equal(column, value string) {
	if value != "" {
		q.where(column+"=?", value)
	}
}

// whereIn selects records with one of the values in a column. An empty list selects all
// records. The operator + prevents the use of the index of a second column with several values.
func whereIn[V ~string](q *newestQuery, column string, values []V) error {
	switch {
	case len(values) == 0:
	case len(values) == 1:
		q.equal(column, string(values[0]))
	case q.column == "":
		q.column = column
		for _, v := range values {
			q.oneOf = append(q.oneOf, string(v))
		}
	default:
		b, err := json.Marshal(values)
		if err != nil {
			return err
		}
		q.where("+"+column+" IN (SELECT value FROM json_each(?))", string(b))
	}
	return nil
}

// sql returns the statement for one page. after is nil for the first page.
func (q *newestQuery) sql(limit int, after *store.NewestKey) (statement string, args []any) {
	const order = " ORDER BY at DESC, id DESC LIMIT ?"
	clauses, args := append([]string{"1"}, q.clauses...), append([]any{}, q.args...)
	if after != nil {
		clauses, args = append(clauses, "(at,id)<(?,?)"), append(args, after.At.UnixMilli(), after.ID)
	}
	from := " FROM " + q.table + " WHERE " + strings.Join(clauses, " AND ")
	if len(q.oneOf) == 0 {
		return "SELECT v" + from + order, append(args, limit+1)
	}
	var searches []string
	var all []any
	for _, v := range slices.Compact(slices.Sorted(slices.Values(q.oneOf))) {
		searches = append(searches, "SELECT * FROM (SELECT at, id"+from+" AND "+q.column+"=?"+order+")")
		all = append(append(all, args...), v, limit+1)
	}
	newest := "SELECT id FROM (" + strings.Join(searches, " UNION ALL ") + ")" + order
	return "SELECT v FROM " + q.table + " WHERE id IN (" + newest + ")" + order, append(all, limit+1, limit+1)
}

// listNewest returns one page of the records that q selects. key returns the position of a
// record in the order.
func listNewest[T any](ctx context.Context, db *sql.DB, what string, q newestQuery, opts store.ListOptions, key func(T) store.NewestKey) (items []T, next string, err error) {
	limit, after, err := opts.DecodeNewest()
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", what, err)
	}
	statement, args := q.sql(limit, after)
	items, err = queryRecords[T](ctx, db, statement, args...)
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", what, err)
	}
	if len(items) > limit {
		items = items[:limit]
		next = store.EncodeContinue(key(items[limit-1]).String())
	}
	return items, next, nil
}

// queryRecords returns the records that a query with one column of JSON selects.
func queryRecords[T any](ctx context.Context, db querier, query string, args ...any) (items []T, err error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			return nil, err
		}
		var v T
		if err := json.Unmarshal(b, &v); err != nil {
			return nil, fmt.Errorf("decode a record: %w", err)
		}
		items = append(items, v)
	}
	return items, rows.Err()
}

// readRecord reads the record id of a table in a transaction, or returns store.ErrNotFound.
func readRecord[T any](ctx context.Context, t *sql.Tx, table, id string) (v T, err error) {
	items, err := queryRecords[T](ctx, t, "SELECT v FROM "+table+" WHERE id=?", id)
	if err == nil && len(items) == 0 {
		err = store.ErrNotFound
	}
	if err != nil {
		return v, err
	}
	return items[0], nil
}

// execRecord executes a statement whose last parameter is v as JSON.
func execRecord(ctx context.Context, t *sql.Tx, v any, statement string, args ...any) (affected int64, err error) {
	b, err := json.Marshal(v)
	if err != nil {
		return 0, err
	}
	return execCount(ctx, t, statement, append(args, string(b))...)
}

// execCount executes a statement and returns the number of rows that it affected.
func execCount(ctx context.Context, t *sql.Tx, statement string, args ...any) (affected int64, err error) {
	res, err := t.ExecContext(ctx, statement, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// deleteCount executes a statement in a transaction of its own and returns the number of rows
// that it affected.
func (s *database) deleteCount(ctx context.Context, what, statement string, args ...any) (deleted int, err error) {
	err = s.inTransaction(ctx, what, func(t *sql.Tx) error {
		n, err := execCount(ctx, t, statement, args...)
		deleted = int(n)
		return err
	})
	return deleted, err
}

// insertNew executes an INSERT OR IGNORE statement whose last parameter is v as JSON. It returns
// store.ErrExists if the key exists.
func (s *database) insertNew(ctx context.Context, what string, v any, statement string, args ...any) error {
	return s.inTransaction(ctx, what, func(t *sql.Tx) error {
		n, err := execRecord(ctx, t, v, statement, args...)
		if err == nil && n == 0 {
			err = store.ErrExists
		}
		return err
	})
}

// isNotFound reports whether err means that a record does not exist.
func isNotFound(err error) bool { return errors.Is(err, store.ErrNotFound) }
