package service

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/store"
)

// Statistics has the use cases of totals and usage, for front pages and charts.
type Statistics struct {
	Guard     Guard
	Store     StatisticsStore
	Resources Resources

	totals cache[struct{}, Totals]
	usage  cache[usageRange, Usage]
}

// StatisticsStore is the part of the store that Statistics uses.
type StatisticsStore interface {
	QueryCompanies(ctx context.Context, q store.CompanyQuery) (items []store.CompanySummary, next string, err error)
	ListChanges(ctx context.Context, q store.ChangeQuery) (items []store.Change, next string, err error)
	QueryRuns(ctx context.Context, q store.RunQuery) (items []store.Run, next string, err error)
}

const (
	// statisticsTTL is how long totals and usage are cached.
	statisticsTTL = time.Minute
	// maxPagesRead bounds the pages of 500 records that one statistic reads from each list.
	maxPagesRead = 100
	day          = 24 * time.Hour
)

// Totals count what is stored.
type Totals struct {
	At        time.Time // when they were counted
	Companies int       // companies that have documents
	Documents int
	// LastWeek and LastMonth count the changes of the last 7 and 30 days.
	LastWeek, LastMonth int
	// Types has the totals of every document type, in the order of its identifier.
	Types []TypeTotals
	// Partial is set if there was more to count than is read: the totals are then lower bounds.
	Partial bool
}

// TypeTotals are the totals of a document type.
type TypeTotals struct {
	Type string
	// Name is the English name. OTAName is the name in Open Terms Archive, or the closest one.
	Name, OTAName       string
	Documents           int
	LastWeek, LastMonth int // changes
}

// Totals returns totals that are at most a minute old.
func (s *Statistics) Totals(ctx context.Context, caller Caller) (Totals, error) {
	if err := caller.Authorize(store.ScopeRead); err != nil {
		return Totals{}, err
	}
	now := s.Guard.Now()
	return s.totals.get(ctx, struct{}{}, now, statisticsTTL, func(ctx context.Context) (Totals, error) { return s.count(ctx, now) })
}

// count computes the totals at a time.
func (s *Statistics) count(ctx context.Context, now time.Time) (Totals, error) {
	t := Totals{At: now}
	byType := map[string]*TypeTotals{}
	for _, name := range slices.Sorted(maps.Keys(doctype.OTAName)) {
		byType[name] = &TypeTotals{Type: name, Name: doctype.Name(name), OTAName: doctype.OTAName[name]}
	}
	partial, err := s.eachCompany(ctx, func(c store.CompanySummary) {
		if c.Documents > 0 {
			t.Companies++
		}
		t.Documents += c.Documents
		for name, n := range c.DocumentsByType {
			if of := byType[name]; of != nil {
				of.Documents += n
			}
		}
	})
	if err != nil {
		return t, fmt.Errorf("count documents: %w", err)
	}
	t.Partial = partial
	week := now.Add(-7 * day)
	partial, err = s.eachChange(ctx, now.Add(-30*day), func(c store.Change) {
		recent := 0
		if !c.At.Before(week) {
			recent = 1
		}
		t.LastMonth, t.LastWeek = t.LastMonth+1, t.LastWeek+recent
		if of := byType[c.DocumentType]; of != nil {
			of.LastMonth, of.LastWeek = of.LastMonth+1, of.LastWeek+recent
		}
	})
	if err != nil {
		return t, fmt.Errorf("count changes: %w", err)
	}
	t.Partial = t.Partial || partial
	for _, name := range slices.Sorted(maps.Keys(byType)) {
		t.Types = append(t.Types, *byType[name])
	}
	return t, nil
}

// eachCompany calls do for the summaries of the companies of the namespace. partial reports
// whether there are more than it reads.
func (s *Statistics) eachCompany(ctx context.Context, do func(store.CompanySummary)) (partial bool, err error) {
	q := store.CompanyQuery{Prefix: v1alpha1.StoreKey(s.Resources.Namespace, "")}
	return eachRecord(func(o store.ListOptions) (next string, err error) {
		q.ListOptions = o
		items, next, err := s.Store.QueryCompanies(ctx, q)
		for _, c := range items {
			if _, visible := nameOfCompany(s.Resources.Namespace, c.Name); visible {
				do(c)
			}
		}
		return next, err
	})
}

// eachChange calls do for the changes since a time.
func (s *Statistics) eachChange(ctx context.Context, since time.Time, do func(store.Change)) (partial bool, err error) {
	return eachRecord(func(o store.ListOptions) (next string, err error) {
		items, next, err := s.Store.ListChanges(ctx, store.ChangeQuery{Since: since, ListOptions: o})
		for _, c := range items {
			if _, visible := nameOfCompany(s.Resources.Namespace, c.Company); visible {
				do(c)
			}
		}
		return next, err
	})
}

// eachRun calls do for the runs that were created since a time.
func (s *Statistics) eachRun(ctx context.Context, since time.Time, do func(store.Run)) (partial bool, err error) {
	return eachRecord(func(o store.ListOptions) (next string, err error) {
		items, next, err := s.Store.QueryRuns(ctx, store.RunQuery{CreatedSince: since, ListOptions: o})
		for _, r := range items {
			if _, visible := nameOfCompany(s.Resources.Namespace, r.Company); visible {
				do(r)
			}
		}
		return next, err
	})
}

// eachRecord reads the pages of a list, at most maxPagesRead. partial reports whether there are
// more.
func eachRecord(read func(store.ListOptions) (next string, err error)) (partial bool, err error) {
	o := store.ListOptions{Limit: store.MaxLimit}
	for range maxPagesRead {
		if o.Continue, err = read(o); err != nil || o.Continue == "" {
			return false, err
		}
	}
	return true, nil
}
