package soak

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path"
	"sync"
	"time"
)

// crawls starts the crawls of all companies, each again as soon as it has ended, and records which
// editions must be stored.
type crawls struct {
	web       *web
	api       *client
	companies int
	cleaner   *cleaner // nil if CrawlJobs are not deleted

	mu       sync.Mutex
	expected map[page][]int // editions that a complete crawl was served
	complete int
	failed   int
	longest  time.Duration // from the start to the end of a crawl
	reasons  map[string]int
	last     map[int]string // the CrawlJob of the last crawl, by company
}

// pause is the time between two crawls of a company, and crawlTimeout bounds a crawl with its faults.
const (
	pause        = time.Second
	crawlTimeout = 5 * time.Minute
)

// createCompanies creates the companies. Old CrawlJobs are deleted at once, so that their number stays
// constant.
func (c *crawls) createCompanies(ctx context.Context) error {
	c.expected, c.reasons = map[page][]int{}, map[string]int{}
	c.last = map[int]string{}
	for i := range c.companies {
		spec := map[string]any{
			"displayName": fmt.Sprintf("Company %d Limited", i), "domains": []string{domain(i)},
			"crawl":         map[string]any{"maxPages": 40, "maxDepth": 3, "delay": "100ms", "timeLimit": "2m"},
			"historyLimits": map[string]any{"successful": 1, "failed": 1},
		}
		if err := c.api.call(ctx, http.MethodPost, "/v1/companies", map[string]any{"name": companyName(i), "spec": spec}, nil); err != nil {
			return fmt.Errorf("create company %d: %w", i, err)
		}
	}
	return nil
}

func companyName(i int) string { return fmt.Sprintf("company-%02d", i) }

// round crawls each company once, all at the same time.
func (c *crawls) round(ctx context.Context) error {
	return c.each(func(i int) error { return c.crawl(ctx, i) })
}

// repeat crawls the companies until stop ends, and waits for the last crawls. Each company publishes new
// editions before a crawl.
func (c *crawls) repeat(ctx, stop context.Context, seed uint64) error {
	return c.each(func(i int) error {
		r := rand.New(rand.NewPCG(seed, uint64(i))) // the plan must be repeatable
		for {
			select {
			case <-stop.Done():
				return nil
			case <-time.After(pause):
			}
			c.web.publish(i, r.Int())
			if err := c.crawl(ctx, i); err != nil {
				return err
			}
		}
	})
}

// each calls f for each company at the same time.
func (c *crawls) each(f func(company int) error) error {
	errs := make([]error, c.companies)
	var all sync.WaitGroup
	for i := range c.companies {
		all.Go(func() { errs[i] = f(i) })
	}
	all.Wait()
	return errors.Join(errs...)
}

// crawl starts a crawl of a company, waits for its end, and records what it was served. Requests are
// repeated while the process or its store cannot answer.
func (c *crawls) crawl(ctx context.Context, company int) error {
	ctx, cancel := context.WithTimeout(ctx, crawlTimeout)
	defer cancel()
	startedAt := time.Now()
	c.web.beginCrawl(company)
	var id string
	var last error
	err := await(ctx, time.Second, func() (bool, error) {
		var started struct{ ID string }
		last = c.api.call(ctx, http.MethodPost, "/v1/crawls", map[string]any{"company": companyName(company)}, &started)
		var f *failure
		switch {
		case last == nil:
			id = started.ID
		case errors.As(last, &f) && f.instance != "" && f.status == http.StatusConflict:
			id = path.Base(f.instance) // an earlier attempt started it and its response was lost
		case errors.As(last, &f) && f.status < http.StatusInternalServerError && f.status != http.StatusConflict && f.status != http.StatusTooManyRequests:
			return false, last
		}
		return id != "", nil
	})
	if err != nil {
		return fmt.Errorf("start a crawl of company %d: %w (the last response was: %w)", company, err, last)
	}
	var now struct{ State, Reason, CrawlJob string }
	err = await(ctx, time.Second, func() (bool, error) {
		last = c.api.call(ctx, http.MethodGet, "/v1/crawls/"+id, nil, &now)
		return last == nil && (now.State == "Complete" || now.State == "Failed"), nil
	})
	if err != nil {
		return fmt.Errorf("wait for crawl %s of company %d, which is %s: %w (the last error was: %w)", id, company, now.State, err, last)
	}
	c.record(company, now.State, now.Reason, time.Since(startedAt))
	return c.clean(ctx, company, now.CrawlJob)
}

// clean deletes the CrawlJob before the last one of a company. The result of the last one may not be in the
// status of the Company yet.
func (c *crawls) clean(ctx context.Context, company int, job string) error {
	c.mu.Lock()
	old := c.last[company]
	c.last[company] = job
	c.mu.Unlock()
	if c.cleaner == nil || old == "" || old == job {
		return nil
	}
	var last error
	err := await(ctx, time.Second, func() (bool, error) {
		last = c.cleaner.delete(ctx, old)
		return last == nil, nil
	})
	if err != nil {
		return fmt.Errorf("%w: %w", err, last)
	}
	return nil
}

// record adds the result of a crawl. Only a completed crawl must have stored what it was served.
func (c *crawls) record(company int, state, reason string, took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reasons[reason]++
	c.longest = max(c.longest, took)
	if state != "Complete" {
		c.failed++
		return
	}
	c.complete++
	if reason == "TimeLimit" || reason == "PageLimit" {
		return // a page that was served to a killed process need not be fetched again
	}
	for at, edition := range c.web.servedInCrawl(company) {
		if e := c.expected[at]; len(e) == 0 || e[len(e)-1] != edition {
			c.expected[at] = append(e, edition)
		}
	}
}
