package soak

import (
	"context"
	"fmt"
	"slices"

	"github.com/clausea/crawler/internal/store"
)

// findings are what a check of the store found. All counts but the first two should be 0.
type findings struct {
	expected, versions int
	lost               []string // editions that a completed crawl was served and that are not stored
	doubled            []string // documents or versions that are stored twice
	open               []string // runs that have not ended
	feed               []string // changes that are missing, doubled or out of order
}

// check compares the store with what the completed crawls were served.
func (c *crawls) check(ctx context.Context, s store.Store) (f findings, err error) {
	all, err := list(func(o store.ListOptions) ([]store.Document, string, error) { return s.ListDocuments(ctx, "", o) })
	if err != nil {
		return f, fmt.Errorf("list the documents: %w", err)
	}
	stored, numbers := map[page]map[int]bool{}, map[string]int{}
	owner := map[page]string{}
	for _, d := range all {
		versions, err := list(func(o store.ListOptions) ([]store.Version, string, error) { return s.ListVersions(ctx, d.ID, o) })
		if err != nil {
			return f, fmt.Errorf("list the versions of %s: %w", d.URL, err)
		}
		numbers[d.ID] = len(versions)
		f.versions += len(versions)
		if d.Versions != len(versions) {
			f.lost = append(f.lost, fmt.Sprintf("%s counts %d versions and has %d", d.URL, d.Versions, len(versions)))
		}
		if err := f.readVersions(ctx, s, d, len(versions), stored, owner); err != nil {
			return f, err
		}
	}
	for at, editions := range c.expected {
		for _, e := range editions {
			f.expected++
			if !stored[at][e] {
				f.lost = append(f.lost, fmt.Sprintf("edition %d of document %d of company %d", e, at.document, at.company))
			}
		}
	}
	for _, state := range []store.RunState{store.RunPending, store.RunRunning, store.RunInterrupted} {
		runs, err := list(func(o store.ListOptions) ([]store.Run, string, error) { return s.ListRunsByState(ctx, state, o) })
		if err != nil {
			return f, fmt.Errorf("list the runs: %w", err)
		}
		for _, r := range runs {
			f.open = append(f.open, fmt.Sprintf("run %s of %s is %s", r.ID, r.Company, state))
		}
	}
	return f, f.checkFeed(ctx, s, numbers)
}

// readVersions reads the texts of a document, whose editions must increase.
func (f *findings) readVersions(ctx context.Context, s store.Store, d store.Document, n int, stored map[page]map[int]bool, owner map[page]string) error {
	last := -1
	for i := 1; i <= n; i++ {
		_, text, err := s.VersionText(ctx, d.ID, i)
		if err != nil {
			return fmt.Errorf("read version %d of %s: %w", i, d.URL, err)
		}
		at, edition, err := readMarker(text)
		if err != nil {
			return fmt.Errorf("version %d of %s: %w", i, d.URL, err)
		}
		if other := owner[at]; other != "" && other != d.ID {
			f.doubled = append(f.doubled, fmt.Sprintf("%s is stored as the documents %s and %s", d.URL, other, d.ID))
		}
		owner[at] = d.ID
		if edition <= last {
			f.doubled = append(f.doubled, fmt.Sprintf("version %d of %s is edition %d, and the version before is edition %d", i, d.URL, edition, last))
		}
		last = edition
		if stored[at] == nil {
			stored[at] = map[int]bool{}
		}
		stored[at][edition] = true
	}
	return nil
}

// checkFeed verifies that the feed has each version of each document once and in order. numbers has the
// number of versions by document.
func (f *findings) checkFeed(ctx context.Context, s store.Store, numbers map[string]int) error {
	feed, err := sequences(ctx, s)
	if err != nil {
		return err
	}
	position, newest := int64(0), map[string]int{}
	for _, c := range feed {
		if c.Sequence <= position {
			f.feed = append(f.feed, fmt.Sprintf("change %s has sequence %d after %d", c.ID, c.Sequence, position))
		}
		position = c.Sequence
		if c.To == c.From {
			continue // the state of the document changed, not its text
		}
		if c.From != newest[c.DocumentID] || c.To != c.From+1 {
			f.feed = append(f.feed, fmt.Sprintf("the %s change of %s leads from version %d to %d after version %d", c.Kind, c.URL, c.From, c.To, newest[c.DocumentID]))
		}
		newest[c.DocumentID] = c.To
	}
	for id, n := range numbers {
		if newest[id] != n {
			f.feed = append(f.feed, fmt.Sprintf("the feed leads to version %d of document %s, which has %d", newest[id], id, n))
		}
	}
	return nil
}

// sequences returns the changes, the oldest first.
func sequences(ctx context.Context, s store.Store) ([]store.Change, error) {
	feed, err := list(func(o store.ListOptions) ([]store.Change, string, error) {
		return s.ListChanges(ctx, store.ChangeQuery{Order: store.OldestFirst, ListOptions: o})
	})
	if err != nil {
		return nil, fmt.Errorf("list the changes: %w", err)
	}
	return feed, nil
}

// compareDelivery returns how a client's stream differs from the feed.
func (f *follower) compareDelivery(ctx context.Context, s store.Store) (string, error) {
	feed, err := sequences(ctx, s)
	if err != nil {
		return "", err
	}
	want := make([]int64, len(feed))
	for i, c := range feed {
		want[i] = c.Sequence
	}
	if slices.Equal(f.delivered, want) {
		return "", nil
	}
	i := 0
	for i < min(len(want), len(f.delivered)) && want[i] == f.delivered[i] {
		i++
	}
	return fmt.Sprintf("the stream delivered %d changes of %d, and differs from position %d on", len(f.delivered), len(want), i), nil
}

// list reads all pages of a list.
func list[T any](read func(store.ListOptions) ([]T, string, error)) (all []T, err error) {
	o := store.ListOptions{Limit: store.MaxLimit}
	for {
		items, next, err := read(o)
		if err != nil {
			return nil, err
		}
		if all = append(all, items...); next == "" {
			return all, nil
		}
		o.Continue = next
	}
}
