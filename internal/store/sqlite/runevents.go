package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/feed"
)

// AppendRunEvents implements store.RunEvents.
func (s runEventStore) AppendRunEvents(ctx context.Context, f store.Fence, runID string, events []store.RunEvent) error {
	if err := store.CheckRunEventBatch(runID, events); err != nil || len(events) == 0 {
		return err
	}
	err := s.fenced(ctx, f, fmt.Sprintf("append %d events to run %s", len(events), runID), func(t *sql.Tx) error {
		return appendRunEvents(ctx, t, runID, events)
	})
	if err == nil {
		s.runEvents.Notify(runID)
	}
	return err
}

func appendRunEvents(ctx context.Context, t *sql.Tx, runID string, events []store.RunEvent) error {
	var exists bool
	var last int64
	err := t.QueryRowContext(ctx, `SELECT EXISTS(SELECT 1 FROM runs WHERE id=?1), coalesce((SELECT max(sequence) FROM run_events WHERE run=?1),0)`, runID).Scan(&exists, &last)
	if err != nil {
		return err
	}
	if !exists {
		return store.ErrNotFound
	}
	ids := make([]string, len(events))
	for i, e := range events {
		ids[i] = e.ID
	}
	batch, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	known, err := queryStrings(ctx, t, `SELECT id FROM run_events WHERE run=? AND id IN (SELECT value FROM json_each(?))`, runID, string(batch))
	if err != nil {
		return err
	}
	stored := make(map[string]bool, len(known))
	for _, id := range known {
		stored[id] = true
	}
	for _, e := range store.NextRunEvents(runID, events, last, stored) {
		b, err := json.Marshal(e)
		if err != nil {
			return err
		}
		if _, err := t.ExecContext(ctx, `INSERT INTO run_events(run,sequence,id,v) VALUES(?,?,?,?)`, runID, e.Sequence, e.ID, string(b)); err != nil {
			return err
		}
	}
	return nil
}

// ListRunEvents implements store.RunEvents.
func (s runEventStore) ListRunEvents(ctx context.Context, runID string, after int64, limit int) (events []store.RunEvent, err error) {
	what := "list the events of run " + runID
	rows, err := s.read.QueryContext(ctx, `SELECT v FROM run_events WHERE run=? AND sequence>? ORDER BY sequence LIMIT ?`, runID, after, store.EffectiveLimit(limit))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var b []byte
		var e store.RunEvent
		if err := rows.Scan(&b); err != nil {
			return nil, fmt.Errorf("%s: %w", what, err)
		}
		if err := json.Unmarshal(b, &e); err != nil {
			return nil, fmt.Errorf("%s: decode an event: %w", what, err)
		}
		events = append(events, e)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return events, nil
}

// WatchRunEvents implements store.RunEvents. It does not poll, because this process is the
// only writer.
func (s runEventStore) WatchRunEvents(ctx context.Context, runID string, after int64) (store.RunEventWatch, error) {
	return feed.WatchRunEvents(ctx, s.ListRunEvents, &s.runEvents, 0, runID, after), nil
}
