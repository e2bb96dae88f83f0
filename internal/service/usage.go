package service

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// Usage is what crawls did on the days of a range.
type Usage struct {
	From, To time.Time  // the first and the last day, at 00:00 UTC
	Days     []DayUsage // one for each day, the first day first
	// Companies are those with the most fetched pages, the most first, at most MaxUsageCompanies.
	// MoreCompanies is set if there are more.
	Companies     []CompanyUsage
	MoreCompanies bool
	// Partial is set if there was more to count than is read: the counts of the first days are
	// then too low.
	Partial bool
}

// DayUsage is what the crawls that were created on a day did, and the changes of that day.
type DayUsage struct {
	Date       time.Time
	Runs       int
	FailedRuns int
	Pages      int64 // pages that were fetched
	Bytes      int64 // size of the fetched pages, decompressed
	New        int64 // documents that were found for the first time
	Changed    int64 // documents with a new version
	Changes    int   // changes of all kinds
}

// CompanyUsage is what the crawls of a company did in a range of days.
type CompanyUsage struct {
	Company          string
	Runs, FailedRuns int
	Pages            int64         // pages that were fetched
	Bytes            int64         // size of the fetched pages, decompressed
	Duration         time.Duration // of the crawls that ended, without their time in the queue
}

// MaxUsageCompanies is the maximum number of companies of a Usage.
const MaxUsageCompanies = 100

// MaxUsageDays is the maximum number of days of a range.
const MaxUsageDays = 100

const defaultUsageDays = 30

// usageRange is a range of days, both included.
type usageRange struct{ from, to time.Time }

// Usage returns the usage of the days from one to another, at most a minute old. Only the dates of
// from and to in UTC count. If to is zero, it is today. If from is zero, the range has 30 days.
// Runs that retention has deleted do not count.
func (s *Statistics) Usage(ctx context.Context, caller Caller, from, to time.Time) (Usage, error) {
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return Usage{}, err
	}
	now := s.Guard.Now()
	r, err := newUsageRange(from, to, now)
	if err != nil {
		return Usage{}, err
	}
	return s.usage.get(ctx, r, now, statisticsTTL, func(ctx context.Context) (Usage, error) { return s.countUsage(ctx, r) })
}

func newUsageRange(from, to, now time.Time) (r usageRange, err error) {
	today := now.UTC().Truncate(day)
	if r.to = to.UTC().Truncate(day); to.IsZero() {
		r.to = today
	}
	if r.from = from.UTC().Truncate(day); from.IsZero() {
		r.from = r.to.Add(-(defaultUsageDays - 1) * day)
	}
	switch {
	case r.to.After(today):
		return r, problem.OfField("query.to", "is in the future; today is %s", today.Format(time.DateOnly))
	case r.from.After(r.to):
		return r, problem.OfField("query.from", "is after to")
	case r.to.Sub(r.from) >= MaxUsageDays*day:
		return r, problem.OfField("query.from", "is too early: the range from from to to has at most %d days", MaxUsageDays)
	}
	return r, nil
}

// countUsage computes the usage of a range.
func (s *Statistics) countUsage(ctx context.Context, r usageRange) (Usage, error) {
	u := Usage{From: r.from, To: r.to}
	for at := r.from; !at.After(r.to); at = at.Add(day) {
		u.Days = append(u.Days, DayUsage{Date: at})
	}
	dayOf := func(at time.Time) *DayUsage {
		if i := int(at.UTC().Truncate(day).Sub(r.from) / day); i >= 0 && i < len(u.Days) {
			return &u.Days[i]
		}
		return nil
	}
	companies := map[string]*CompanyUsage{}
	partialRuns, err := s.eachRun(ctx, r.from, func(run store.Run) {
		d := dayOf(run.CreatedAt)
		if d == nil {
			return
		}
		addCompanyUsage(companies, run)
		d.Runs++
		if run.State == store.RunFailed {
			d.FailedRuns++
		}
		d.Pages, d.Bytes = d.Pages+run.Progress.Fetched, d.Bytes+run.Bytes
		d.New, d.Changed = d.New+run.Documents.New, d.Changed+run.Documents.Changed
	})
	if err != nil {
		return u, fmt.Errorf("count the runs since %s: %w", r.from.Format(time.DateOnly), err)
	}
	partialChanges, err := s.eachChange(ctx, r.from, func(c store.Change) {
		if d := dayOf(c.At); d != nil {
			d.Changes++
		}
	})
	if err != nil {
		return u, fmt.Errorf("count the changes since %s: %w", r.from.Format(time.DateOnly), err)
	}
	u.Partial = partialRuns || partialChanges
	u.Companies, u.MoreCompanies = busiest(companies)
	return u, nil
}

// addCompanyUsage adds a run to the usage of its company.
func addCompanyUsage(companies map[string]*CompanyUsage, run store.Run) {
	name := CompanyName(store.Document{Company: run.Company})
	c := companies[name]
	if c == nil {
		c = &CompanyUsage{Company: name}
		companies[name] = c
	}
	c.Runs++
	if run.State == store.RunFailed {
		c.FailedRuns++
	}
	c.Pages, c.Bytes = c.Pages+run.Progress.Fetched, c.Bytes+run.Bytes
	if run.Ended() && !run.StartedAt.IsZero() && run.FinishedAt.After(run.StartedAt) {
		c.Duration += run.FinishedAt.Sub(run.StartedAt)
	}
}

// busiest returns the companies with the most fetched pages, and whether there are others.
func busiest(companies map[string]*CompanyUsage) (all []CompanyUsage, more bool) {
	for _, c := range companies {
		all = append(all, *c)
	}
	slices.SortFunc(all, func(a, b CompanyUsage) int {
		return cmp.Or(cmp.Compare(b.Pages, a.Pages), strings.Compare(a.Company, b.Company))
	})
	if len(all) > MaxUsageCompanies {
		return all[:MaxUsageCompanies], true
	}
	return all, false
}
