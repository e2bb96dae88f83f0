package crawl

import (
	"fmt"
	"time"
)

// Plan describes one crawl. It holds values only, which the engine does not change;
// Deps has the dependencies of the crawl.
type Plan struct {
	Domains       []string // registrable domains or hosts in scope
	Seeds         []Seed
	Allow, Deny   []string // path patterns in the syntax of robots.txt (* and $)
	ExpectedTypes []string // document types that the crawl looks for
	// DiscoveryPages is the part of MaxPages that the seeds with an Order leave for other URLs,
	// as long as there are any. 0 is none.
	DiscoveryPages int
	// Visited holds URLs that earlier crawls requested. Links to them are followed after links
	// to other URLs that suggest a legal document.
	Visited map[string]bool
	Options
}

// Seed is a URL that a crawl starts with. A pinned seed is a document of a known
// type; it is fetched even if its host is out of scope.
type Seed struct {
	URL    string
	Type   string
	Pinned bool
	// Order ranks the seeds: those with a lower Order are fetched first. It also applies to the
	// pages to which they redirect.
	Order int
}

// Options are the parts of a Plan that have defaults. Start from DefaultOptions: a zero
// value means zero, not the default.
type Options struct {
	MaxPages  int           // page requests; at least 1
	MaxDepth  int           // links from a seed; 0 fetches the seeds alone
	Delay     time.Duration // between two requests to a host; 0 is no delay
	TimeLimit time.Duration // of the whole crawl; 0 is no limit
	Languages []string      // preferred languages, BCP 47; empty is any
	Render    RenderMode
	OffSite   OffSiteMode
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
	return Options{MaxPages: DefaultMaxPages, MaxDepth: DefaultMaxDepth, Delay: DefaultDelay, Render: RenderNever, OffSite: OffSiteLinked}
}

// WithSeeds returns a copy of p with further seeds after its own.
func (p Plan) WithSeeds(more ...Seed) Plan {
	p.Seeds = append(append(make([]Seed, 0, len(p.Seeds)+len(more)), p.Seeds...), more...)
	return p
}

// validate returns an error if the plan cannot be crawled.
func (p Plan) validate() error {
	switch {
	case len(p.Seeds) == 0:
		return fmt.Errorf("plan: no seeds: name a domain or a URL")
	case p.MaxPages < 1:
		return fmt.Errorf("plan: MaxPages is %d: it must be at least 1", p.MaxPages)
	case p.MaxDepth < 0:
		return fmt.Errorf("plan: MaxDepth is %d: it must not be negative", p.MaxDepth)
	case p.Delay < 0:
		return fmt.Errorf("plan: Delay is %s: it must not be negative", p.Delay)
	case p.TimeLimit < 0:
		return fmt.Errorf("plan: TimeLimit is %s: it must not be negative", p.TimeLimit)
	}
	return nil
}
