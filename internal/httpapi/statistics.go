package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/timestamp"
)

// DocumentType is a type of legal document.
type DocumentType struct {
	Type      string `json:"type" doc:"The identifier, as in filters."`
	Name      string `json:"name" doc:"The English name."`
	OTAName   string `json:"otaName" doc:"The name in Open Terms Archive, or the closest one."`
	Documents int    `json:"documents" doc:"Number of documents of the type, at most a minute old."`
}

// Totals count what is stored.
type Totals struct {
	At        timestamp.Time `json:"at" doc:"When the totals were counted."`
	Companies int            `json:"companies" doc:"Companies that have documents."`
	Documents int            `json:"documents"`
	Changes   ChangeTotals   `json:"changes"`
	ByType    []TypeTotals   `json:"byType" doc:"The totals of each document type that has documents or changes."`
	Partial   bool           `json:"partial" doc:"Whether there was more to count than is read. The totals are then lower bounds."`
}

// TypeTotals are the totals of a document type.
type TypeTotals struct {
	Type      string       `json:"type"`
	Name      string       `json:"name" doc:"The English name."`
	Documents int          `json:"documents"`
	Changes   ChangeTotals `json:"changes"`
}

// ChangeTotals count changes.
type ChangeTotals struct {
	Last7Days  int `json:"last7Days"`
	Last30Days int `json:"last30Days"`
}

// Usage is what crawls did on the days of a range.
type Usage struct {
	From    string     `json:"from" format:"date"`
	To      string     `json:"to" format:"date"`
	Days    []DayUsage `json:"days" doc:"One for each day, the first day first. Days are those of UTC."`
	Partial bool       `json:"partial" doc:"Whether there was more to count than is read. The counts of the first days are then too low."`
}

// DayUsage is what the crawls of a day did, and the changes of that day.
type DayUsage struct {
	Date             string `json:"date" format:"date"`
	Crawls           int    `json:"crawls" doc:"Crawls that were created on the day. Those that retention has deleted do not count."`
	FailedCrawls     int    `json:"failedCrawls"`
	Pages            int64  `json:"pages" doc:"Pages that were fetched."`
	Bytes            int64  `json:"bytes" doc:"Size of the fetched pages, decompressed."`
	NewDocuments     int64  `json:"newDocuments"`
	ChangedDocuments int64  `json:"changedDocuments"`
	Changes          int    `json:"changes" doc:"Changes of all kinds."`
}

type totalsOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         Totals
}

type usageInput struct {
	From string `query:"from" format:"date" doc:"The first day (YYYY-MM-DD). It is 29 days before to if it is absent."`
	To   string `query:"to" format:"date" doc:"The last day (YYYY-MM-DD). It is today if it is absent."`
}

type usageOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         Usage
}

// cacheMinute is the Cache-Control of data that the process caches for a minute.
const cacheMinute = "private, max-age=60"

// registerStatistics registers the routes of totals and usage, for front pages and charts.
func registerStatistics(s *Server, statistics *service.Statistics) {
	register(s, Operation{
		ID: "listTypes", Method: http.MethodGet, Path: "/v1/types", Tag: "statistics", Scope: store.ScopeRead,
		Summary: "List the types of documents", Description: "All of them, in one page.",
	}, func(ctx context.Context, caller service.Caller, _ *struct{}) (*listOutput[DocumentType], error) {
		t, err := statistics.Totals(ctx, caller)
		if err != nil {
			return nil, err
		}
		return newList(ctx, t.Types, "", func(t service.TypeTotals) DocumentType {
			return DocumentType{Type: t.Type, Name: t.Name, OTAName: t.OTAName, Documents: t.Documents}
		}), nil
	})
	register(s, Operation{
		ID: "getTotals", Method: http.MethodGet, Path: "/v1/stats", Tag: "statistics", Scope: store.ScopeRead,
		Summary: "Count companies, documents and changes", Description: "The totals are at most a minute old.",
	}, func(ctx context.Context, caller service.Caller, _ *struct{}) (*totalsOutput, error) {
		t, err := statistics.Totals(ctx, caller)
		if err != nil {
			return nil, err
		}
		return &totalsOutput{CacheControl: cacheMinute, Body: newTotals(t)}, nil
	})
	register(s, Operation{
		ID: "getUsage", Method: http.MethodGet, Path: "/v1/usage", Tag: "statistics", Scope: store.ScopeRead,
		Summary: "Count crawls, pages and documents by day", Description: "At most 100 days. The counts are at most a minute old.",
	}, func(ctx context.Context, caller service.Caller, in *usageInput) (*usageOutput, error) {
		from, err := dateParameter("query.from", in.From)
		if err != nil {
			return nil, err
		}
		to, err := dateParameter("query.to", in.To)
		if err != nil {
			return nil, err
		}
		u, err := statistics.Usage(ctx, caller, from, to)
		if err != nil {
			return nil, err
		}
		return &usageOutput{CacheControl: cacheMinute, Body: newUsage(u)}, nil
	})
}

// dateParameter returns a date, or the zero time if it is empty.
func dateParameter(location, value string) (time.Time, error) {
	if value == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.DateOnly, value)
	if err != nil || t.IsZero() {
		return t, problem.OfField(location, "must be a date, such as 2026-11-29")
	}
	return t, nil
}

func newTotals(t service.Totals) Totals {
	out := Totals{
		At: timestamp.Of(t.At), Companies: t.Companies, Documents: t.Documents, Changes: ChangeTotals{t.LastWeek, t.LastMonth}, ByType: []TypeTotals{}, Partial: t.Partial,
	}
	for _, of := range t.Types {
		if of.Documents+of.LastMonth > 0 {
			out.ByType = append(out.ByType, TypeTotals{Type: of.Type, Name: of.Name, Documents: of.Documents, Changes: ChangeTotals{of.LastWeek, of.LastMonth}})
		}
	}
	return out
}

func newUsage(u service.Usage) Usage {
	out := Usage{From: u.From.Format(time.DateOnly), To: u.To.Format(time.DateOnly), Days: make([]DayUsage, len(u.Days)), Partial: u.Partial}
	for i, d := range u.Days {
		out.Days[i] = DayUsage{
			Date: d.Date.Format(time.DateOnly), Crawls: d.Runs, FailedCrawls: d.FailedRuns, Pages: d.Pages, Bytes: d.Bytes,
			NewDocuments: d.New, ChangedDocuments: d.Changed, Changes: d.Changes,
		}
	}
	return out
}
