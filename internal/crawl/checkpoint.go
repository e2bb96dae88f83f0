package crawl

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/clausea/crawler/internal/crawl/frontier"
)

// Checkpoints saves the checkpoint log of one crawl. Its methods are called from the goroutine
// of Engine.Run only.
type Checkpoints interface {
	// Save saves one entry of the log. A snapshot replaces all earlier entries; any other
	// entry is appended. The entry must not be used after Save returns. An error ends the
	// crawl.
	Save(ctx context.Context, entry []byte, snapshot bool) error
}

// checkpoint is one entry of a crawl's checkpoint log: the URLs that were queued and that
// ended since the previous entry. A snapshot is an entry with the whole state. The methods
// that record changes do nothing on a nil checkpoint.
type checkpoint struct {
	Queued []frontier.Item `json:"queued,omitempty"`
	Done   []doneURL       `json:"done,omitempty"`
	Types  []string        `json:"types,omitempty"`
	// Skipped counts URLs without an entry in Done, by reason: see ledger.skipLink.
	Skipped map[SkipReason]int `json:"skipped,omitempty"`
	Domains []string           `json:"domains,omitempty"` // added to the scope
	OffSite int                `json:"offSite,omitempty"` // documents on other domains that were queued

	// Only snapshots have the fields below. Seen has the hash of every key.
	Seen     []uint64          `json:"seen,omitempty"`
	Counters *savedCounters    `json:"counters,omitempty"`
	Parents  map[string]string `json:"parents,omitempty"`
}

// doneURL is a URL that was fetched, failed or was skipped.
type doneURL struct {
	Key    string     `json:"k"`
	URL    string     `json:"u,omitempty"`
	Parent string     `json:"p,omitempty"`
	Reason SkipReason `json:"r,omitempty"` // empty if a page was fetched
	// Uncounted is set for a sitemap, which counts neither as fetched nor as skipped.
	Uncounted bool `json:"n,omitempty"`
}

type savedCounters struct {
	Fetched, Failed, Legal, Requests int
	Skipped                          map[SkipReason]int
}

func (c *checkpoint) add(it *frontier.Item) {
	if c != nil {
		c.Queued = append(c.Queued, *it)
	}
}

func (c *checkpoint) addDomain(domain string) {
	if c != nil {
		c.Domains = append(c.Domains, domain)
	}
}

func (c *checkpoint) done(it *frontier.Item, reason SkipReason) {
	if c == nil {
		return
	}
	d := doneURL{Key: it.DedupKey, Reason: reason}
	if reason == "" {
		d.URL, d.Parent = it.URL, it.Parent
	}
	c.Done = append(c.Done, d)
}

func (c *checkpoint) doneSitemap(it *frontier.Item) {
	if c != nil {
		c.Done = append(c.Done, doneURL{Key: it.DedupKey, Uncounted: true})
	}
}

func (c *checkpoint) count(reason SkipReason, n int) {
	if c == nil || n == 0 {
		return
	}
	if c.Skipped == nil {
		c.Skipped = map[SkipReason]int{}
	}
	c.Skipped[reason] += n
}

func (c *checkpoint) countOffSite() {
	if c != nil {
		c.OffSite++
	}
}

func (c *checkpoint) legal(v Verdict) {
	if c != nil && v.Legal {
		c.Types = append(c.Types, v.Type)
	}
}

// snapshotEvery is the number of checkpoints from one snapshot to the next. It limits what
// the store holds and what a resumed crawl reads.
const snapshotEvery = 50

// save saves a checkpoint, if the crawl has any. pending returns the items that are queued
// or in flight; a crawl that resumes fetches them again.
func (l *ledger) save(ctx context.Context, pending func() []frontier.Item) error {
	if l.checkpoints == nil {
		return nil
	}
	snapshot := l.saved%snapshotEvery == 0
	c := *l.delta
	if snapshot {
		c = l.snapshot(pending())
	}
	b, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("encode a checkpoint: %w", err)
	}
	if err := l.checkpoints.Save(ctx, b, snapshot); err != nil {
		return fmt.Errorf("save a checkpoint: %w", err)
	}
	*l.delta = checkpoint{}
	l.saved++
	return nil
}

func (l *ledger) snapshot(pending []frontier.Item) checkpoint {
	c := checkpoint{
		Queued: pending, Seen: l.seen.Hashes(), Parents: l.parents, Domains: l.domains, OffSite: l.offSite,
		Counters: &savedCounters{Fetched: l.fetched, Failed: l.failed, Legal: l.legal, Requests: l.requests - l.inFlight, Skipped: l.skipped},
	}
	for t := range l.types {
		c.Types = append(c.Types, t)
	}
	return c
}

// ErrCheckpoint means that a crawl cannot resume from its checkpoint.
var ErrCheckpoint = errors.New("the checkpoint is damaged")

// restore replays the checkpoint log of the crawl to resume. It returns the queued items, by
// key, and the domains that were added to the scope.
func (l *ledger) restore(entries [][]byte) (queue map[string]frontier.Item, domains []string, err error) {
	queue = map[string]frontier.Item{}
	for i, b := range entries {
		var c checkpoint
		if err := json.Unmarshal(b, &c); err != nil {
			return nil, nil, fmt.Errorf("resume a crawl: checkpoint %d: %w: %w", i, ErrCheckpoint, err)
		}
		l.replay(&c, queue)
		domains = append(domains, c.Domains...)
	}
	return queue, domains, nil
}

func (l *ledger) replay(c *checkpoint, queue map[string]frontier.Item) {
	if s := c.Counters; s != nil {
		l.fetched, l.failed, l.legal, l.requests = s.Fetched, s.Failed, s.Legal, s.Requests
		for reason, n := range s.Skipped {
			l.skipped[reason] = n
		}
		l.offSite = 0
		clear(queue)
	}
	l.offSite += c.OffSite
	for _, hash := range c.Seen {
		l.seen.AddHash(hash)
	}
	for page, parent := range c.Parents {
		l.parents[page] = parent
	}
	for reason, n := range c.Skipped {
		l.skipped[reason] += n
	}
	for _, d := range c.Done {
		l.seen.Add(d.Key)
		delete(queue, d.Key)
		switch {
		case d.Uncounted:
		case d.Reason == "":
			l.fetched++
			l.requests++
			l.parents[d.URL] = d.Parent
		case c.Counters == nil:
			l.skipped[d.Reason]++
		}
	}
	// Queued is replayed after Done: a redirect ends a key and may queue it again.
	for _, it := range c.Queued {
		l.seen.Add(it.DedupKey)
		queue[it.DedupKey] = it
	}
	for _, t := range c.Types {
		l.types[t] = true
		if c.Counters == nil {
			l.legal++
		}
	}
}
