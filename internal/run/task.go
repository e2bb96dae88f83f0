package run

import (
	"net/url"
	"strings"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/crawl"
)

// TaskOf returns the crawl of a Company. defaults apply where the Company sets nothing.
func TaskOf(c *v1alpha1.Company, defaults crawl.Options) Task {
	return TaskFor(c.Name, c.Spec.Target, nil, defaults)
}

// TaskFor returns the crawl of a target. key is the company's name in the store. Each
// option is that of limits; if limits does not set it, that of the target; and if
// neither does, that of defaults.
func TaskFor(key string, t v1alpha1.Target, limits *v1alpha1.CrawlLimits, defaults crawl.Options) Task {
	p := crawl.Plan{Options: defaults}
	for _, d := range t.Domains {
		p.Domains = append(p.Domains, string(d))
	}
	for _, d := range p.Domains {
		if !begins(t.Seeds, d) {
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
		if l == nil {
			continue
		}
		if l.MaxPages != nil {
			p.MaxPages = int(*l.MaxPages)
		}
		if l.MaxDepth != nil {
			p.MaxDepth = int(*l.MaxDepth)
		}
		if l.Delay != nil {
			p.Delay = l.Delay.Duration
		}
		if l.Render != "" {
			p.Render = crawl.RenderMode(l.Render)
		}
		if len(l.Languages) > 0 {
			p.Languages = nil
		}
		for _, lang := range l.Languages {
			p.Languages = append(p.Languages, string(lang))
		}
	}
	return Task{Company: key, Plan: p}
}

// begins says that a seed, not pinned to be one document, lies in domain, so that
// its home page needs no place among the first fetches.
func begins(seeds []v1alpha1.Seed, domain string) bool {
	for _, s := range seeds {
		u, err := url.Parse(s.URL)
		if err == nil && s.Type == "" && (u.Hostname() == domain || strings.HasSuffix(u.Hostname(), "."+domain)) {
			return true
		}
	}
	return false
}
