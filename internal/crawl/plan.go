// Package crawl is the crawl engine: it fetches pages from seeds and a frontier, and
// hands them to an Observer. It knows nothing of stores, of Kubernetes or of what a
// legal document is.
package crawl

import (
	"fmt"
	"time"
)

// Plan describes one crawl. It is a plain value: the engine does not change it, and
// what a crawl depends on is in Deps.
type Plan struct {
	Domains       []string // registrable domains or hosts in scope
	Seeds         []Seed
	Allow, Deny   []string // path patterns in the syntax of robots.txt (* and $)
	ExpectedTypes []string // types of document that the crawl looks for
	Options
}

// Seed is a URL that a crawl starts with. A pinned seed is a document of a known
// type: it is fetched whatever its host and its score.
type Seed struct {
	URL    string
	Type   string
	Pinned bool
}

// Options are the parts of a Plan that have defaults: start from DefaultOptions. Every
// value counts as it is; zero is not "unset".
type Options struct {
	MaxPages  int           // page requests; at least 1
	MaxDepth  int           // links from a seed; 0 fetches the seeds alone
	Delay     time.Duration // between two requests to a host; 0 is no delay
	TimeLimit time.Duration // of the whole crawl; 0 is no limit
	Languages []string      // preferred languages, BCP 47; empty is any
	Render    RenderMode
}

// The defaults of a crawl. The table of settings has the same ones; a test in
// internal/cli compares them.
const (
	DefaultMaxPages = 500
	DefaultMaxDepth = 6
	DefaultDelay    = time.Second
)

// DefaultOptions returns the options of a crawl for which nothing is configured. They have
// no time limit: the caller knows how long its crawls may run.
func DefaultOptions() Options {
	return Options{MaxPages: DefaultMaxPages, MaxDepth: DefaultMaxDepth, Delay: DefaultDelay, Render: RenderNever}
}

// WithSeeds returns a copy of p with further seeds after its own.
func (p Plan) WithSeeds(more ...Seed) Plan {
	p.Seeds = append(append(make([]Seed, 0, len(p.Seeds)+len(more)), p.Seeds...), more...)
	return p
}

// validate reports a plan that cannot be crawled.
func (p Plan) validate() error {
	switch {
	case len(p.Seeds) == 0:
		return fmt.Errorf("no seeds: name a domain or a URL")
	case p.MaxPages < 1:
		return fmt.Errorf("MaxPages is %d: it must be at least 1", p.MaxPages)
	case p.MaxDepth < 0:
		return fmt.Errorf("MaxDepth is %d: it must not be negative", p.MaxDepth)
	case p.Delay < 0:
		return fmt.Errorf("Delay is %s: it must not be negative", p.Delay)
	case p.TimeLimit < 0:
		return fmt.Errorf("TimeLimit is %s: it must not be negative", p.TimeLimit)
	}
	return nil
}
