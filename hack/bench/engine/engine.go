// Package engine compares the crawl engine, without document extraction, with other
// crawlers on a generated site.
package engine

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/clausea/crawler/hack/bench/measure"
	"github.com/clausea/crawler/hack/bench/report"
	"github.com/clausea/crawler/hack/bench/rivals"
	"github.com/clausea/crawler/hack/bench/site"
)

//go:embed scrapy_spider.py
var scrapySpider []byte

//go:embed spider_rs.mjs
var spiderScript []byte

// crawler is a measured program.
type crawler struct {
	name        string
	program     measure.Program
	err         error // why it cannot be measured
	slow        bool  // runs only once on a large site
	maxAttempts int   // runs before a crash counts as a failure; 0 is one
	crashes     int
}

// sample is one run of a crawler with the statistics of the site.
type sample struct {
	run   measure.Run
	stats site.Stats
}

// Names in the tables.
const (
	ourEngine       = "clausea engine"
	documentedColly = "colly as documented"
	scrapy          = "Scrapy"
	spiderRS        = "spider-rs"
)

// Run measures all crawlers in rounds. strict applies the memory limit, which is for a
// site of 2,000 pages, and lets slow crawlers run in every round.
func Run(ctx context.Context, r *report.Report, set rivals.Set, pages, rounds int, strict bool) error {
	s, err := site.New(pages)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "bench-engine")
	if err != nil {
		return fmt.Errorf("measure the engine: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	srv, err := site.Serve(s, dir)
	if err != nil {
		return err
	}
	defer srv.Close()
	all, err := crawlers(s, srv, set, dir)
	if err != nil {
		return err
	}
	r.Section(fmt.Sprintf("Engine without extraction, %d pages", pages))
	samples := map[string][]sample{}
	for round := range rounds {
		for i := range all {
			c := &all[(i+round)%len(all)]
			if c.err != nil || c.slow && round > 0 && !strict {
				continue
			}
			var got sample
			if got, c.err = runWithRetries(ctx, c, s); c.err == nil {
				samples[c.name] = append(samples[c.name], got)
			}
		}
	}
	for _, c := range all {
		if c.err != nil && len(samples[c.name]) == 0 {
			r.Missing(c.name, c.err)
		}
	}
	writeTables(r, s, all, samples)
	writeRequirements(r, samples, pages, strict)
	if strict {
		writeProfile(ctx, r, all[0], dir)
	}
	return nil
}

// runWithRetries runs a crawler up to maxAttempts times.
func runWithRetries(ctx context.Context, c *crawler, s *site.Site) (got sample, err error) {
	for range max(c.maxAttempts, 1) {
		if got, err = runOnce(ctx, c, s); err == nil {
			break
		}
		c.crashes++
	}
	return got, err
}

// runOnce runs a crawler. It is an error if the crawler misses more than 1 % of the pages.
func runOnce(ctx context.Context, c *crawler, s *site.Site) (sample, error) {
	s.TakeStats()
	run, err := measure.Do(ctx, c.program)
	got := sample{run, s.TakeStats()}
	if err == nil && got.stats.Pages < s.Pages*99/100 {
		err = fmt.Errorf("it fetched %d of %d pages", got.stats.Pages, s.Pages)
	}
	return got, err
}

func crawlers(s *site.Site, srv *site.Server, set rivals.Set, dir string) ([]crawler, error) {
	programs, err := measure.ProgramsPath()
	if err != nil {
		return nil, fmt.Errorf("measure the engine: %w", err)
	}
	list, spider, script := filepath.Join(dir, "urls"), filepath.Join(dir, "spider.py"), filepath.Join(dir, "spider.mjs")
	for name, b := range map[string][]byte{list: []byte(strings.Join(s.URLs(srv.URL), "\n")), spider: scrapySpider, script: spiderScript} {
		if err := os.WriteFile(name, b, 0o600); err != nil {
			return nil, fmt.Errorf("measure the engine: %w", err)
		}
	}
	home := []string{"HOME=" + dir}
	start := srv.URL + "/"
	return []crawler{
		{name: ourEngine, program: measure.Program{Argv: []string{programs, "-as", "clausea", srv.URL, srv.CA}}},
		{name: documentedColly, program: measure.Program{Argv: []string{programs, "-as", "colly", srv.URL, srv.CA}}, slow: true},
		{name: "net/http, the same list", program: measure.Program{Argv: []string{programs, "-as", "nethttp", list, srv.CA}}},
		{name: set.Wget2Name, err: set.Wget2Err, program: measure.Program{
			// wget2 exits with 8 if a page is missing.
			Argv: []string{set.Wget2, "--recursive", "--level=0", "--no-hsts", "--no-hpkp", "--no-ocsp", "--max-threads=" + strconv.Itoa(concurrency), "--delete-after", "--directory-prefix=" + dir, "--ca-certificate=" + srv.CA, "--quiet", "--filter-urls", "--reject-regex=calendar", start},
			Env:  home, AllowedExitCodes: []int{8},
		}, maxAttempts: 8},
		{name: spiderRS, err: set.SpiderErr, program: measure.Program{Argv: []string{set.Node, script, srv.URL, set.SpiderModules}, Env: append(home, "SSL_CERT_FILE="+srv.CA)}},
		{name: scrapy, err: set.ScrapyErr, program: measure.Program{Argv: []string{set.Scrapy, "-m", "scrapy", "runspider", "--nolog", spider, "-a", "start=" + start}, Env: home}, slow: true},
	}, nil
}

func perRequest(s sample) float64 { return ms(s.run.CPU) / float64(max(s.stats.Requests, 1)) }

func perPage(s sample) float64 { return ms(s.run.CPU) / float64(max(s.stats.Pages, 1)) }

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// spread applies f to all samples.
func spread(samples []sample, f func(sample) float64) measure.Spread {
	v := make([]float64, len(samples))
	for i, s := range samples {
		v[i] = f(s)
	}
	return measure.SpreadOf(v)
}
