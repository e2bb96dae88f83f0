package run

import (
	"sync/atomic"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
)

// byteCounter counts the bytes of the bodies that a run has fetched, including those that it
// had fetched before it was interrupted. It is safe for concurrent use.
type byteCounter struct{ n atomic.Int64 }

func (c *byteCounter) add(body []byte) { c.n.Add(int64(len(body))) }
func (c *byteCounter) total() int64    { return c.n.Load() }

// storedLimits returns the limits of a crawl.
func storedLimits(o crawl.Options) store.RunLimits {
	return store.RunLimits{MaxPages: o.MaxPages, MaxDepth: o.MaxDepth, TimeLimit: o.TimeLimit, Delay: o.Delay}
}
