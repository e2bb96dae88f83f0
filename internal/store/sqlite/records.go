package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/clausea/crawler/internal/store"
)

// putRecord writes v as JSON under a fence. The query's last parameter is the JSON.
func (s *database) putRecord(ctx context.Context, f store.Fence, what string, v any, query string, keys ...any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return s.fenced(ctx, f, what, func(t *sql.Tx) error {
		_, err := t.ExecContext(ctx, query, append(keys, string(b))...)
		return err
	})
}

// getRecord reads the JSON record that the query selects into v.
func (s *database) getRecord(ctx context.Context, what string, v any, query string, keys ...any) error {
	var b []byte
	if err := wrapNotFound(s.read.QueryRowContext(ctx, query, keys...).Scan(&b), what); err != nil {
		return err
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("%s: decode the record: %w", what, err)
	}
	return nil
}
