package service

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// CompanySort is the order of a list of companies.
type CompanySort string

// The orders of companies.
const (
	SortByName       CompanySort = "name"
	SortByLastChange CompanySort = "lastChanged" // the latest change first
	SortByNextCrawl  CompanySort = "nextCrawl"   // the soonest first; those without a next crawl last
	SortByLastCrawl  CompanySort = "lastCrawl"   // the crawl that ended longest ago first, after those without one
)

// CompanyQuery selects companies. An empty field selects all.
type CompanyQuery struct {
	// Text selects companies whose name, display name or a domain contains it, in any case.
	Text string
	// States selects companies by the reason of their condition Ready.
	States []string
	// Tags selects companies that have all of these tags.
	Tags []string
	// CrawledBefore selects companies whose last crawl ended before it, and those without one, if
	// it is set.
	CrawledBefore time.Time
	Sort          CompanySort
	store.ListOptions
}

// List returns one page of the companies that q selects. The Companies are shared with a cache:
// the caller must not change them.
func (s *Companies) List(ctx context.Context, caller Caller, q CompanyQuery) (items []*v1alpha1.Company, next string, err error) {
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return nil, "", err
	}
	q.Sort = cmp.Or(q.Sort, SortByName)
	after, err := decodeCompanyCursor(q)
	if err != nil {
		return nil, "", err
	}
	limit := store.EffectiveLimit(q.Limit)
	found, err := s.entries(ctx, q, after, limit+1)
	if err != nil {
		return nil, "", err
	}
	if len(found) > limit {
		found = found[:limit]
		last := found[limit-1]
		next = store.EncodeContinue(fmt.Sprintf("%s %d %s", q.Sort, last.key, last.name))
	}
	for _, entry := range found {
		items = append(items, entry.company)
	}
	return items, next, nil
}

// entries returns the companies that q selects after a position, in their order: at most limit, or
// all if limit is 0.
func (s *Companies) entries(ctx context.Context, q CompanyQuery, after *companyEntry, limit int) ([]companyEntry, error) {
	list := &v1alpha1.CompanyList{}
	// A copy of each of 10,000 Companies would take longer than the rest of the request.
	if err := s.Resources.Cache.List(ctx, list, client.InNamespace(s.Resources.Namespace), client.UnsafeDisableDeepCopy); err != nil {
		return nil, fmt.Errorf("list the companies: %w", err)
	}
	var found []companyEntry
	var last *companyEntry // entries after it are not among the first ones
	for i := range list.Items {
		c := &list.Items[i]
		entry := companyEntry{sortKeyOf(c, q.Sort), c.Name, c}
		if after != nil && entry.compare(*after) <= 0 || last != nil && entry.compare(*last) > 0 || !q.matches(c) {
			continue
		}
		if found = append(found, entry); limit > 0 && len(found) == 2*limit {
			slices.SortFunc(found, companyEntry.compare)
			found = found[:limit]
			worst := found[limit-1]
			last = &worst
		}
	}
	slices.SortFunc(found, companyEntry.compare)
	if limit > 0 && len(found) > limit {
		found = found[:limit]
	}
	return found, nil
}

// Export returns all companies that q selects. As in List, the caller must not change them.
func (s *Companies) Export(ctx context.Context, caller Caller, q CompanyQuery) ([]*v1alpha1.Company, error) {
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return nil, err
	}
	found, err := s.entries(ctx, q, nil, 0)
	if err != nil {
		return nil, err
	}
	out := make([]*v1alpha1.Company, len(found))
	for i, entry := range found {
		out[i] = entry.company
	}
	return out, nil
}

// companyEntry is a Company with its position in a list.
type companyEntry struct {
	key     int64
	name    string
	company *v1alpha1.Company
}

func (e companyEntry) compare(other companyEntry) int {
	return cmp.Or(cmp.Compare(e.key, other.key), strings.Compare(e.name, other.name))
}

// sortKeyOf returns the number by which a list is sorted. Names order companies with the same
// number.
func sortKeyOf(c *v1alpha1.Company, sort CompanySort) int64 {
	switch {
	case sort == SortByLastChange && c.Status.LastChangeTime != nil:
		return -c.Status.LastChangeTime.Unix()
	case sort == SortByLastChange:
		return math.MaxInt64
	case sort == SortByNextCrawl && c.Status.NextCrawlTime != nil:
		return c.Status.NextCrawlTime.Unix()
	case sort == SortByNextCrawl:
		return math.MaxInt64
	case sort == SortByLastCrawl && !LastCrawlEnd(c).IsZero():
		return LastCrawlEnd(c).Unix()
	}
	return 0
}

// LastCrawlEnd returns the time at which the last crawl of a Company ended, or zero.
func LastCrawlEnd(c *v1alpha1.Company) time.Time {
	if c.Status.LastCrawl == nil || c.Status.LastCrawl.CompletionTime == nil {
		return time.Time{}
	}
	return c.Status.LastCrawl.CompletionTime.Time
}

// decodeCompanyCursor returns the position after which a page begins, or nil for the first page.
func decodeCompanyCursor(q CompanyQuery) (*companyEntry, error) {
	_, text, err := q.Decode()
	if err == nil && text == "" {
		return nil, nil
	}
	parts := strings.SplitN(text, " ", 3)
	if err == nil && len(parts) == 3 && parts[0] == string(q.Sort) {
		if key, err := strconv.ParseInt(parts[1], 10, 64); err == nil {
			return &companyEntry{key: key, name: parts[2]}, nil
		}
	}
	return nil, problem.InvalidCursor()
}

func (q CompanyQuery) matches(c *v1alpha1.Company) bool {
	for _, tag := range q.Tags {
		if _, ok := c.Labels[TagPrefix+tag]; !ok {
			return false
		}
	}
	if len(q.States) > 0 {
		if state, _ := StateOf(c); !slices.Contains(q.States, state) {
			return false
		}
	}
	if !q.CrawledBefore.IsZero() && !LastCrawlEnd(c).Before(q.CrawledBefore) {
		return false
	}
	text := strings.ToLower(q.Text)
	if strings.Contains(c.Name, text) || strings.Contains(strings.ToLower(c.Spec.DisplayName), text) {
		return true
	}
	return slices.ContainsFunc(c.Spec.Domains, func(d v1alpha1.Domain) bool { return strings.Contains(string(d), text) })
}
