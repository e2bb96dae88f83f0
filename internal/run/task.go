package run

import (
	"net/url"
	"strings"

	"golang.org/x/net/idna"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
)

// Task defines a crawl: the key of the company in the store, and the plan.
type Task struct {
	Company string
	Plan    crawl.Plan
	// IgnoreText are the texts whose edits are no changes; see change.NewIgnoreRules.
	IgnoreText []string
}

// Report is the result of a run.
type Report struct {
	Run       store.Run
	Documents []Found // by URL
	Result    crawl.Result
}

// TaskOf returns the crawl of a Company. defaults apply where the Company sets nothing.
func TaskOf(c *v1alpha1.Company, defaults crawl.Options) Task {
	return TaskFor(c.Name, c.Spec.Target, nil, defaults)
}

// TaskFor returns the crawl of a target. company is the key of the company in the store.
// Each option is that of limits; if limits does not set it, that of the target; and if
// neither does, that of defaults.
func TaskFor(company string, t v1alpha1.Target, limits *v1alpha1.CrawlLimits, defaults crawl.Options) Task {
	p := crawl.Plan{Options: defaults}
	for _, d := range t.Domains {
		p.Domains = append(p.Domains, asciiHost(string(d)))
	}
	for _, d := range p.Domains {
		if !hasSeedIn(t.Seeds, d) {
			p.Seeds = append(p.Seeds, crawl.Seed{URL: "https://" + d + "/"})
		}
	}
	for _, s := range t.Seeds {
		p.Seeds = append(p.Seeds, crawl.Seed{URL: s.URL, Type: string(s.Type), Pinned: s.Type != ""})
	}
	for _, e := range t.ExpectedTypes {
		p.ExpectedTypes = append(p.ExpectedTypes, string(e))
	}
	if paths := t.Paths; paths != nil {
		for _, a := range paths.Allow {
			p.Allow = append(p.Allow, string(a))
		}
		for _, d := range paths.Deny {
			p.Deny = append(p.Deny, string(d))
		}
	}
	for _, l := range []*v1alpha1.CrawlLimits{t.Crawl, limits} {
		applyLimits(&p.Options, l)
	}
	return Task{Company: company, Plan: p, IgnoreText: t.IgnoreTexts()}
}

// applyLimits replaces the options that limits sets.
func applyLimits(o *crawl.Options, limits *v1alpha1.CrawlLimits) {
	if limits == nil {
		return
	}
	if limits.MaxPages != nil {
		o.MaxPages = int(*limits.MaxPages)
	}
	if limits.MaxDepth != nil {
		o.MaxDepth = int(*limits.MaxDepth)
	}
	if limits.Delay != nil {
		o.Delay = limits.Delay.Duration
	}
	if limits.TimeLimit != nil {
		o.TimeLimit = limits.TimeLimit.Duration
	}
	if limits.Render != "" {
		o.Render = crawl.RenderMode(limits.Render)
	}
	if limits.OffSite != "" {
		o.OffSite = crawl.OffSiteMode(limits.OffSite)
	}
	if len(limits.Languages) > 0 {
		o.Languages = nil
	}
	for _, l := range limits.Languages {
		o.Languages = append(o.Languages, string(l))
	}
}

// hasSeedIn reports whether a seed that is not pinned lies in a domain, whose home page is
// then not a seed of its own.
func hasSeedIn(seeds []v1alpha1.Seed, domain string) bool {
	for _, s := range seeds {
		u, err := url.Parse(s.URL)
		if err != nil || s.Type != "" {
			continue
		}
		if host := asciiHost(u.Hostname()); host == domain || strings.HasSuffix(host, "."+domain) {
			return true
		}
	}
	return false
}

// asciiHost returns a host name in ASCII, as URLs have it. A name that cannot be converted is
// returned unchanged.
func asciiHost(host string) string {
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		return ascii
	}
	return host
}
