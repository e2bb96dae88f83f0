package service

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// CrawlQuery selects crawls. An empty field selects all.
type CrawlQuery struct {
	// Companies are names of companies.
	Companies []string
	States    []store.RunState
	Triggers  []store.RunTrigger
	// Since selects crawls that were created at or after it.
	Since time.Time
	store.ListOptions
}

// List returns one page of the crawls that q selects, the last created first. A crawl whose run
// is not queued yet is one that its CrawlJob describes.
func (s *Crawls) List(ctx context.Context, caller Caller, q CrawlQuery) (items []*Crawl, next string, err error) {
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return nil, "", err
	}
	if _, err := decodeCrawlCursor(q.Continue); err != nil {
		return nil, "", err
	}
	jobs, err := s.jobs(ctx, s.Resources.Cache)
	if err != nil {
		return nil, "", err
	}
	runs, more, err := s.queryRuns(ctx, q)
	if err != nil {
		return nil, "", err
	}
	byRun := map[string]*v1alpha1.CrawlJob{}
	for i := range jobs {
		byRun[jobs[i].RunID()] = &jobs[i]
	}
	for _, run := range runs {
		items = append(items, &Crawl{run, byRun[run.ID], true})
		delete(byRun, run.ID)
	}
	if items, err = addQueued(items, byRun, q, more); err != nil {
		return nil, "", err
	}
	slices.SortFunc(items, func(a, b *Crawl) int { return positionOf(a).compare(positionOf(b)) })
	if limit := store.EffectiveLimit(q.Limit); len(items) > limit {
		items = items[:limit]
		more = positionOf(items[limit-1]).encode()
	}
	return items, more, nil
}

// ListOfCompany is List for the crawls of one company, which must exist or have records.
func (s *Crawls) ListOfCompany(ctx context.Context, caller Caller, name string, q CrawlQuery) (items []*Crawl, next string, err error) {
	q.Companies = []string{name}
	items, next, err = s.List(ctx, caller, q)
	if err != nil || len(items) > 0 {
		return items, next, err
	}
	// A company whose first crawl has not ended has a run, but no summary.
	runs, _, err := s.queryRuns(ctx, CrawlQuery{Companies: q.Companies, ListOptions: store.ListOptions{Limit: 1}})
	if err == nil && len(runs) == 0 {
		err = s.Resources.checkCompany(ctx, s.Store, name)
	}
	return nil, "", err
}

// maxRunPages is the maximum number of pages of runs that one page of crawls reads, to skip the
// runs of other namespaces.
const maxRunPages = 10

// queryRuns returns one page of the runs of the namespace.
func (s *Crawls) queryRuns(ctx context.Context, q CrawlQuery) (items []store.Run, next string, err error) {
	query := store.RunQuery{
		Companies: keysOfCompanies(s.Resources.Namespace, q.Companies), States: q.States, Triggers: q.Triggers, CreatedSince: q.Since, ListOptions: q.ListOptions,
	}
	limit := store.EffectiveLimit(q.Limit)
	for range maxRunPages {
		query.Limit = limit - len(items)
		runs, more, err := s.Store.QueryRuns(ctx, query)
		if err != nil {
			return nil, "", fmt.Errorf("list the runs: %w", err)
		}
		for _, run := range runs {
			if v1alpha1.NamespaceOf(run.Company) == s.namespace() {
				items = append(items, run)
			}
		}
		next = more
		if next == "" || len(items) == limit {
			break
		}
		query.Continue = next
	}
	return items, next, nil
}

// addQueued adds the crawls of CrawlJobs without a run that belong on a page: after its cursor,
// and before the cursor of the next page.
func addQueued(items []*Crawl, jobs map[string]*v1alpha1.CrawlJob, q CrawlQuery, next string) ([]*Crawl, error) {
	from, err := decodeCrawlCursor(q.Continue)
	if err != nil {
		return nil, err
	}
	to, err := decodeCrawlCursor(next)
	if err != nil {
		return nil, err
	}
	for _, job := range jobs {
		if job.Status.RunID != "" || job.Active() {
			continue // its run has a record, or had one
		}
		c := crawlOfJob(job)
		at := positionOf(c)
		if q.matches(c) && (from == nil || at.compare(*from) > 0) && (to == nil || at.compare(*to) <= 0) {
			items = append(items, c)
		}
	}
	return items, nil
}

// matches reports whether q selects a crawl.
func (q CrawlQuery) matches(c *Crawl) bool {
	return (len(q.Companies) == 0 || slices.Contains(q.Companies, c.Company())) &&
		(len(q.States) == 0 || slices.Contains(q.States, c.Run.State)) &&
		(len(q.Triggers) == 0 || slices.Contains(q.Triggers, c.Run.Trigger)) &&
		!c.Run.CreatedAt.Before(q.Since)
}

// crawlPosition is the position of a crawl in the list. Its encoding is the key of the store,
// which store.DecodeRunKey decodes.
type crawlPosition struct {
	created int64
	id      string
}

func positionOf(c *Crawl) crawlPosition {
	return crawlPosition{c.Run.CreatedAt.UnixMilli(), c.Run.ID}
}

// compare orders the last created crawl first.
func (p crawlPosition) compare(other crawlPosition) int {
	return cmp.Or(cmp.Compare(other.created, p.created), strings.Compare(other.id, p.id))
}

func (p crawlPosition) encode() string {
	return store.EncodeContinue(fmt.Sprintf("%d %s", p.created, p.id))
}

// decodeCrawlCursor returns the position of a cursor, or nil if that is empty.
func decodeCrawlCursor(cursor string) (*crawlPosition, error) {
	if cursor == "" {
		return nil, nil
	}
	_, key, err := store.ListOptions{Continue: cursor}.Decode()
	if err == nil {
		var p crawlPosition
		if p.created, p.id, err = store.DecodeRunKey(key); err == nil {
			return &p, nil
		}
	}
	return nil, problem.InvalidCursor()
}

// Pages returns one page of the list of URLs that a crawl encountered. The records of URLs are
// stored for the newest crawls of a company only.
func (s *Crawls) Pages(ctx context.Context, caller Caller, id string, q store.PageQuery) ([]store.FetchedPage, string, error) {
	if _, err := s.Get(ctx, caller, id); err != nil {
		return nil, "", err
	}
	q.RunID = id
	pages, next, err := s.Store.QueryPages(ctx, q)
	if err != nil {
		return nil, "", fmt.Errorf("list the pages of run %s: %w", id, err)
	}
	return pages, next, nil
}
