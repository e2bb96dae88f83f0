package service

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// ChangeStream follows the feed of changes. Its methods are for one goroutine, except Stop.
type ChangeStream struct {
	// Start is the sequence after which the stream begins.
	Start int64
	// Reset is set if the caller asked for a sequence that the feed has not reached: the number is
	// of another store. The stream begins at the end of the feed, and the caller must read the
	// list again.
	Reset bool

	changes  *Changes
	filter   ChangeFilter
	ctx      context.Context //nolint:containedctx // Stop ends it
	cancel   context.CancelFunc
	shared   *sharedWatch
	notified chan struct{} // has a buffer of one, so that a notification is not lost
	batch    []store.Change
	position int64 // the sequence of the last change of earlier batches
	err      error
}

// readTimeout limits one read of the store by a stream.
const readTimeout = 15 * time.Second

// Follow returns the changes with a sequence greater than after, in order and each once. If after
// is negative, it begins at the end of the feed. The caller must call Stop once.
func (s *Changes) Follow(ctx context.Context, caller Caller, f ChangeFilter, after int64) (*ChangeStream, error) {
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return nil, err
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	limited, cancelRead := context.WithTimeout(ctx, readTimeout)
	defer cancelRead()
	latest, err := s.Store.LatestChange(limited)
	if err != nil {
		return nil, fmt.Errorf("follow the changes: %w", err)
	}
	out := &ChangeStream{Start: after, changes: s, filter: f, notified: make(chan struct{}, 1)}
	if after < 0 || after > latest {
		out.Start, out.Reset = latest, after > latest
	}
	out.position = out.Start
	out.ctx, out.cancel = context.WithCancel(ctx)
	if err := s.hub.join(out.ctx, s.Store, latest, out); err != nil {
		out.cancel()
		return nil, fmt.Errorf("follow the changes after %d: %w", out.Start, err)
	}
	return out, nil
}

// Next waits for the next change. It returns false when the stream has ended.
func (c *ChangeStream) Next() (store.Change, bool) {
	for {
		for len(c.batch) > 0 {
			change := c.batch[0]
			c.batch, c.position = c.batch[1:], change.Sequence
			var visible bool
			if change.Company, visible = nameOfCompany(c.changes.Resources.Namespace, change.Company); visible && c.filter.matches(change) {
				return change, true
			}
		}
		if !c.fill() {
			return store.Change{}, false
		}
	}
}

// fill waits for the next batch. It returns false when the stream has ended.
func (c *ChangeStream) fill() bool {
	for c.ctx.Err() == nil {
		batch, from, ended, err := c.shared.after(c.position)
		switch {
		case c.position < from:
			return c.read(from)
		case len(batch) > 0:
			c.batch = batch
			return true
		case ended:
			c.err = err
			return false
		}
		select {
		case <-c.notified:
		case <-c.ctx.Done():
		}
	}
	return false
}

// read reads a batch from the store. If it has none, the changes up to from were deleted.
func (c *ChangeStream) read(from int64) bool {
	ctx, cancel := context.WithTimeout(c.ctx, readTimeout)
	defer cancel()
	items, _, err := c.changes.Store.ListChanges(ctx, store.ChangeQuery{After: c.position, Order: store.OldestFirst, ListOptions: store.ListOptions{Limit: streamBatch}})
	if err != nil {
		if c.ctx.Err() == nil {
			c.err = fmt.Errorf("read the changes after %d: %w", c.position, err)
		}
		return false
	}
	if c.batch = items; len(items) == 0 {
		c.position = from
	}
	return true
}

// Err returns the reason why the stream ended, once Next returned false. It is nil if Stop or the
// end of the context ended it.
func (c *ChangeStream) Err() error { return c.err }

// Stop ends the stream.
func (c *ChangeStream) Stop() {
	c.cancel()
	c.changes.hub.leave(c)
}

// matches reports whether the filter selects a change, whose Company is a name.
func (f ChangeFilter) matches(c store.Change) bool {
	return anyOrIn(f.Companies, c.Company) && anyOrIn(f.Types, c.DocumentType) && anyOrIn(f.Kinds, c.Kind) &&
		(f.Silent == nil || *f.Silent == c.Silent) &&
		(len(f.Labels) == 0 || slices.ContainsFunc(c.Summary.Labels, func(l string) bool { return slices.Contains(f.Labels, l) }))
}

// anyOrIn reports whether a list of a filter selects a value.
func anyOrIn[T comparable](list []T, value T) bool {
	return len(list) == 0 || slices.Contains(list, value)
}
