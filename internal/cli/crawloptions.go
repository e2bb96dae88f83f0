package cli

import (
	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/settings"
)

// crawlOptions returns the crawl settings. They apply where neither the Company nor the
// CrawlJob sets a value.
func crawlOptions(v *settings.Values) crawl.Options {
	return crawl.Options{
		MaxPages: v.MaxPages, MaxDepth: v.MaxDepth, Delay: v.Delay, TimeLimit: v.Timeout, Languages: v.Languages, Render: crawl.RenderMode(v.Render),
		OffSite: crawl.OffSiteMode(v.OffSite),
	}
}

// crawlJobOptions returns the crawl settings for the runs of CrawlJobs. A CrawlJob has a
// deadline. The default of the time limit is that of clausea crawl and does not apply: it
// would end crawls whose deadline allows more time.
func crawlJobOptions(v *settings.Values) *crawl.Options {
	o := crawlOptions(v)
	if v.IsDefault(&v.Timeout) {
		o.TimeLimit = 0
	}
	return &o
}
