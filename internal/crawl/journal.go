package crawl

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"

	"github.com/clausea/crawler/internal/crawl/canonical"
	"github.com/clausea/crawler/internal/crawl/frontier"
)

// wholeEvery entries the journal is written whole, so that going on after a kill
// reads little and the store holds little.
const wholeEvery = 50

// entry is one record of the journal: what was queued and what was done since
// the record before it.
type entry struct {
	Added []frontier.Item `json:"added,omitempty"`
	Done  []doneURL       `json:"done,omitempty"`
	Types []string        `json:"types,omitempty"`
	// Passed counts URLs that were passed over, by reason; see crawl.pass.
	Passed map[SkipReason]int `json:"passed,omitempty"`
	// Domains were taken into scope because the company's home moved there.
	Domains []string `json:"domains,omitempty"`
	// Seen is in a whole entry only: every key's hash.
	Seen  []uint64          `json:"seen,omitempty"`
	Tally *savedTally       `json:"tally,omitempty"`
	Paths map[string]string `json:"paths,omitempty"`
}

type doneURL struct {
	Key    string     `json:"k"`
	URL    string     `json:"u,omitempty"`
	Parent string     `json:"p,omitempty"`
	Reason SkipReason `json:"r,omitempty"` // empty: a page came
	// Settled is done without a page to count: a sitemap.
	Settled bool `json:"s,omitempty"`
}

type savedTally struct {
	Fetched, Failed, Legal, Requests int
	Skipped                          map[SkipReason]int
}

func (e *entry) add(it *frontier.Item) { e.Added = append(e.Added, *it) }

func (e *entry) done(it *frontier.Item, reason SkipReason) {
	d := doneURL{Key: it.DedupKey, Reason: reason}
	if reason == "" {
		d.URL, d.Parent = it.URL, it.Parent
	}
	e.Done = append(e.Done, d)
}

func (e *entry) settled(it *frontier.Item) {
	e.Done = append(e.Done, doneURL{Key: it.DedupKey, Settled: true})
}

func (e *entry) count(reason SkipReason, n int) {
	if n == 0 {
		return
	}
	if e.Passed == nil {
		e.Passed = map[SkipReason]int{}
	}
	e.Passed[reason] += n
}

func (e *entry) legal(v Verdict) {
	if v.Legal {
		e.Types = append(e.Types, v.Type)
	}
}

// flush writes what the journal does not have yet.
func (c *crawl) flush(ctx context.Context) error {
	whole := c.entries%wholeEvery == 0
	e := c.entry
	if whole {
		e = c.snapshot()
	}
	b, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("encode a checkpoint: %w", err)
	}
	if err := c.observer.Checkpoint(ctx, b, whole); err != nil {
		return fmt.Errorf("save a checkpoint: %w", err)
	}
	c.entry = entry{}
	c.entries++
	return nil
}

// snapshot is the whole state. Items in flight are among the queued: they are
// fetched again by whoever goes on.
func (c *crawl) snapshot() entry {
	t := &c.tally
	e := entry{
		Added: c.frontier.Pending(), Seen: c.seen.Hashes(), Paths: c.paths, Domains: c.adopted,
		Tally: &savedTally{Fetched: t.fetched, Failed: t.failed, Legal: t.legal, Requests: t.requests - t.flying, Skipped: t.skipped},
	}
	for k := range t.types {
		e.Types = append(e.Types, k)
	}
	return e
}

// ErrCheckpoint reports a checkpoint that a crawl cannot resume from.
var ErrCheckpoint = errors.New("the checkpoint is damaged")

// restore replays an earlier process's journal.
func (c *crawl) restore() error {
	queue := map[string]frontier.Item{}
	for i, b := range c.resume {
		var e entry
		if err := json.Unmarshal(b, &e); err != nil {
			return fmt.Errorf("resume a crawl: entry %d: %w: %w", i, ErrCheckpoint, err)
		}
		c.replay(e, queue)
	}
	for raw := range c.paths {
		c.recall(raw)
	}
	for _, it := range queue {
		u := c.recall(it.URL)
		if u == nil {
			c.skip(&it, SkipInvalidURL)
			continue
		}
		it.Host = hostKey(u)
		c.push(it)
	}
	return nil
}

// recall counts a URL of before against the bounds of traps, as when it was found.
func (c *crawl) recall(raw string) *url.URL {
	_, u, err := canonical.URL(nil, raw)
	if err != nil {
		return nil
	}
	c.scope.Admit(u)
	return u
}

func (c *crawl) replay(e entry, queue map[string]frontier.Item) {
	t := &c.tally
	if e.Tally != nil {
		t.fetched, t.failed, t.legal, t.requests = e.Tally.Fetched, e.Tally.Failed, e.Tally.Legal, e.Tally.Requests
		for k, v := range e.Tally.Skipped {
			t.skipped[k] = v
		}
		clear(queue)
	}
	for _, h := range e.Seen {
		c.seen.AddHash(h)
	}
	for k, v := range e.Paths {
		c.paths[k] = v
	}
	for reason, n := range e.Passed {
		t.skipped[reason] += n
	}
	for _, d := range e.Domains {
		c.adopt(d)
	}
	for _, d := range e.Done {
		c.seen.Add(d.Key)
		delete(queue, d.Key)
		if d.Settled {
			continue
		}
		if d.Reason == "" {
			t.fetched++
			t.requests++
			c.paths[d.URL] = d.Parent
		} else if e.Tally == nil {
			t.skipped[d.Reason]++
		}
	}
	// Added comes after done: a redirect ends a key and may queue it again.
	for _, it := range e.Added {
		c.seen.Add(it.DedupKey)
		queue[it.DedupKey] = it
	}
	for _, k := range e.Types {
		t.types[k] = true
		if e.Tally == nil {
			t.legal++
		}
	}
}
