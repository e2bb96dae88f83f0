package mongo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/internal/store"
)

// companyStore implements store.Companies.
type companyStore struct{ *database }

// summary is the stored form of a company summary. The keys of its counts are escaped, and a count
// may be 0.
type summary struct {
	Key              string             `json:"_id"`
	Documents        int                `json:"documents"`
	DocumentsByType  map[string]int     `json:"documentsByType"`
	DocumentsByState map[string]int     `json:"documentsByState"`
	LastChanged      time.Time          `json:"lastChanged"`
	LastCrawl        store.CrawlSummary `json:"lastCrawl"`
}

// The escaped form of a key does not contain the characters with a meaning in the path of a
// field, and is not empty.
var (
	escapeKey   = strings.NewReplacer("%", "%25", ".", "%2E", "$", "%24", "\x00", "%00")
	unescapeKey = strings.NewReplacer("%25", "%", "%2E", ".", "%24", "$", "%00", "\x00", "%", "")
)

// fieldKey returns the escaped form of a key.
func fieldKey(key string) string {
	if key == "" {
		return "%"
	}
	return escapeKey.Replace(key)
}

// counted returns the counts that are not 0 with their unescaped keys.
func counted[K ~string](stored map[string]int) map[K]int {
	counts := map[K]int{}
	for k, n := range stored {
		if n != 0 {
			counts[K(unescapeKey.Replace(k))] = n
		}
	}
	return counts
}

func (s summary) record() store.CompanySummary {
	return store.CompanySummary{
		Name: s.Key, Documents: s.Documents, DocumentsByType: counted[string](s.DocumentsByType),
		DocumentsByState: counted[store.DocumentState](s.DocumentsByState), LastChanged: s.LastChanged, LastCrawl: s.LastCrawl,
	}
}

// updateSummary updates the summary of the company of d, which replaces old, in the transaction
// that writes d. old is nil if the document is new.
func (s *database) updateSummary(ctx context.Context, old *store.Document, d store.Document) error {
	if old != nil && store.SummarizesSame(*old, d) || old == nil && d.NotLegal {
		return nil
	}
	if old != nil && old.Company != d.Company {
		gone := *old
		gone.NotLegal = true
		if err := s.updateSummary(ctx, old, gone); err != nil {
			return err
		}
		return s.updateSummary(ctx, nil, d)
	}
	var delta store.CompanySummary
	if old != nil {
		delta.Add(*old, -1)
	}
	delta.Add(d, 1)
	changed := bson.E{Key: "$max", Value: bson.D{{Key: "lastChanged", Value: delta.LastChanged}}}
	if old != nil && !old.NotLegal && (d.NotLegal || d.LastChanged.Before(old.LastChanged)) {
		last, err := s.lastChanged(ctx, d)
		if err != nil {
			return err
		}
		if delta.LastChanged.After(last) {
			last = delta.LastChanged
		}
		changed = bson.E{Key: "$set", Value: bson.D{{Key: "lastChanged", Value: last}}}
	}
	increments := bson.D{{Key: "documents", Value: delta.Documents}}
	for t, n := range delta.DocumentsByType {
		increments = append(increments, bson.E{Key: "documentsByType." + fieldKey(t), Value: n})
	}
	for state, n := range delta.DocumentsByState {
		increments = append(increments, bson.E{Key: "documentsByState." + fieldKey(string(state)), Value: n})
	}
	_, err := s.db.Collection(summaryCollection).UpdateOne(ctx, bson.D{{Key: "_id", Value: d.Company}},
		bson.D{{Key: "$inc", Value: increments}, changed}, options.UpdateOne().SetUpsert(true))
	return err
}

// lastChanged returns the time of the last change of the other documents of the company of d.
func (s *database) lastChanged(ctx context.Context, d store.Document) (time.Time, error) {
	others := bson.D{{Key: "company", Value: d.Company}, {Key: "_id", Value: bson.D{{Key: "$ne", Value: d.ID}}}, {Key: "notLegal", Value: bson.D{{Key: "$ne", Value: true}}}}
	var last struct {
		LastChanged time.Time `json:"lastChanged"`
	}
	err := s.db.Collection(documentCollection).FindOne(ctx, others, options.FindOne().SetSort(bson.D{{Key: "lastChanged", Value: -1}}).
		SetProjection(bson.D{{Key: "lastChanged", Value: 1}})).Decode(&last)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return time.Time{}, nil
	}
	return last.LastChanged, err
}

// GetCompany implements store.Companies.
func (s companyStore) GetCompany(ctx context.Context, name string) (store.CompanySummary, error) {
	var c summary
	err := s.findOne(ctx, "get company "+name, summaryCollection, bson.D{{Key: "_id", Value: name}}, &c)
	if err != nil {
		return store.CompanySummary{}, err
	}
	return c.record(), nil
}

// QueryCompanies implements store.Companies.
func (s companyStore) QueryCompanies(ctx context.Context, q store.CompanyQuery) ([]store.CompanySummary, string, error) {
	const what = "query companies"
	if err := q.Validate(); err != nil {
		return nil, "", err
	}
	limit, after, err := q.Decode()
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", what, err)
	}
	names := bson.D{{Key: "$gte", Value: q.Prefix}, {Key: "$lt", Value: q.Prefix + store.AfterAllNames}}
	if len(q.Names) > 0 {
		names = append(names, bson.E{Key: "$in", Value: q.Names})
	}
	filter, order := bson.D{{Key: "_id", Value: names}}, bson.D{{Key: "_id", Value: 1}}
	switch {
	case q.Sort == store.CompaniesByName:
		filter = append(filter, bson.E{Key: "$and", Value: bson.A{bson.D{{Key: "_id", Value: bson.D{{Key: "$gt", Value: after}}}}}})
	case after != "":
		changed, name, err := store.DecodeCompanyKey(after)
		if err != nil {
			return nil, "", fmt.Errorf("%s: %w", what, err)
		}
		at := bson.DateTime(changed)
		filter = append(filter, bson.E{Key: "lastChanged", Value: bson.D{{Key: "$lte", Value: at}}}, bson.E{Key: "$or", Value: bson.A{
			bson.D{{Key: "lastChanged", Value: bson.D{{Key: "$lt", Value: at}}}}, bson.D{{Key: "_id", Value: bson.D{{Key: "$gt", Value: name}}}},
		}})
	}
	if q.Sort != store.CompaniesByName {
		order = summariesByLastChanged
	}
	return listRecords(ctx, s.database, what, summaryCollection, filter, order, limit, func(r summary) (string, store.CompanySummary) {
		c := r.record()
		if q.Sort == store.CompaniesByName {
			return c.Name, c
		}
		return store.CompanyKey(c), c
	})
}

// summariesByLastChanged is the order of the summaries by change, and of their index.
var summariesByLastChanged = bson.D{{Key: "lastChanged", Value: -1}, {Key: "_id", Value: 1}}

// PutCrawl implements store.Companies.
func (s companyStore) PutCrawl(ctx context.Context, f store.Fence, company string, c store.CrawlSummary) error {
	later := bson.D{{Key: "$gt", Value: bson.A{"$lastCrawl.finishedAt", c.FinishedAt}}}
	set := bson.D{
		{Key: "lastCrawl", Value: bson.D{{Key: "$cond", Value: bson.A{later, "$lastCrawl", bson.D{{Key: "$literal", Value: c}}}}}},
		{Key: "lastChanged", Value: bson.D{{Key: "$ifNull", Value: bson.A{"$lastChanged", time.Time{}}}}},
	}
	return s.fenced(ctx, f, "put the last crawl of "+company, func(ctx context.Context) error {
		_, err := s.db.Collection(summaryCollection).UpdateOne(ctx, bson.D{{Key: "_id", Value: company}},
			bson.A{bson.D{{Key: "$set", Value: set}}}, options.UpdateOne().SetUpsert(true))
		return err
	})
}

// Counts implements store.Store.
func (s companyStore) Counts(ctx context.Context) (companies, documents int64, err error) {
	err = s.retry(ctx, "count companies and documents", func(ctx context.Context) error {
		cur, err := s.db.Collection(summaryCollection).Aggregate(ctx, bson.A{
			bson.D{{Key: "$match", Value: bson.D{{Key: "documents", Value: bson.D{{Key: "$gt", Value: 0}}}}}},
			bson.D{{Key: "$group", Value: bson.D{
				{Key: "_id", Value: nil}, {Key: "companies", Value: bson.D{{Key: "$sum", Value: 1}}}, {Key: "documents", Value: bson.D{{Key: "$sum", Value: "$documents"}}},
			}}},
		})
		if err != nil {
			return err
		}
		var rows []struct {
			Companies int64 `json:"companies"`
			Documents int64 `json:"documents"`
		}
		if err := cur.All(ctx, &rows); err != nil {
			return err
		}
		companies, documents = 0, 0
		for _, r := range rows {
			companies, documents = r.Companies, r.Documents
		}
		return nil
	})
	return companies, documents, err
}
