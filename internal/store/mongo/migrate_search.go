package mongo

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/internal/store"
)

// The collections of the company summaries, the search index and the corrections.
const (
	summaryCollection    = "summaries"
	indexCollection      = "searchEntries"
	correctionCollection = "corrections"
)

// oldIndexCollection is the collection of the first search index, which had the texts.
const oldIndexCollection = "searchIndex"

// The names of the migrations createSearch and indexTerms.
const (
	searchMigration = "mongo-7-search"
	termsMigration  = "mongo-10-terms"
)

// createSearch is the migration that creates the company summaries and the corrections, and fills
// the summaries from the stored documents and runs.
func createSearch(ctx context.Context, db *mongo.Database) error {
	err := createIndexed(ctx, db, map[string][]bson.D{
		summaryCollection:    {summariesByLastChanged},
		correctionCollection: {{{Key: "company", Value: 1}, {Key: "_id", Value: 1}}},
	})
	if err != nil {
		return err
	}
	s := &database{db: db}
	if err := s.fillSummaries(ctx); err != nil {
		return fmt.Errorf("fill the company summaries: %w", err)
	}
	return nil
}

// indexTerms is the migration that creates the search index, fills it from the stored documents,
// and drops an earlier one.
func indexTerms(ctx context.Context, db *mongo.Database) error {
	err := createIndexed(ctx, db, map[string][]bson.D{indexCollection: {entriesByTerm, entriesByCompany, entriesByType, entriesByLanguage}})
	if err != nil {
		return err
	}
	s := &database{db: db}
	if err := s.fillIndex(ctx); err != nil {
		return fmt.Errorf("fill the search index: %w", err)
	}
	if err := db.Collection(oldIndexCollection).Drop(ctx); err != nil {
		return fmt.Errorf("drop the earlier search index: %w", err)
	}
	return nil
}

// createIndexed creates collections with their indexes, as far as they do not exist.
func createIndexed(ctx context.Context, db *mongo.Database, collections map[string][]bson.D) error {
	for name, indexes := range collections {
		var exists mongo.CommandError
		if err := db.CreateCollection(ctx, name); err != nil && !(errors.As(err, &exists) && exists.Name == "NamespaceExists") {
			return fmt.Errorf("create collection %s: %w", name, err)
		}
		for _, keys := range indexes {
			if _, err := db.Collection(name).Indexes().CreateOne(ctx, mongo.IndexModel{Keys: keys}); err != nil {
				return fmt.Errorf("create index of %s: %w", name, err)
			}
		}
	}
	return nil
}

// fillProgress is the ID of the record that holds the last document that fillIndex indexed.
const fillProgress = "search-entries"

// fillBatch is the number of documents that fillIndex indexes at a time.
const fillBatch = 50

// fillIndex writes the index entries of all documents in the order of their IDs. If it is
// interrupted, the next call continues after the last batch.
func (s *database) fillIndex(ctx context.Context) error {
	var at struct {
		After string `json:"after"`
	}
	progress := s.db.Collection(migrationCollection)
	err := progress.FindOne(ctx, bson.D{{Key: "_id", Value: fillProgress}}).Decode(&at)
	if err != nil && !errors.Is(err, mongo.ErrNoDocuments) {
		return err
	}
	for {
		docs, err := s.documentsByID(ctx, at.After)
		if err != nil || len(docs) == 0 {
			return err
		}
		texts, err := s.newestTexts(ctx, docs)
		if err != nil {
			return err
		}
		var writes []mongo.WriteModel
		for _, d := range docs {
			if text, ok := texts[d.ID]; ok && !d.NotLegal {
				writes = append(writes, mongo.NewReplaceOneModel().SetFilter(bson.D{{Key: "_id", Value: d.ID}}).SetReplacement(newIndexEntry(d, text)).SetUpsert(true))
			}
		}
		if len(writes) > 0 {
			if _, err := s.db.Collection(indexCollection).BulkWrite(ctx, writes, options.BulkWrite().SetOrdered(false)); err != nil {
				return err
			}
		}
		at.After = docs[len(docs)-1].ID
		_, err = progress.UpdateOne(ctx, bson.D{{Key: "_id", Value: fillProgress}}, bson.D{{Key: "$set", Value: bson.D{{Key: "after", Value: at.After}}}}, options.UpdateOne().SetUpsert(true))
		if err != nil {
			return err
		}
	}
}

// documentsByID returns the next documents in the order of their IDs.
func (s *database) documentsByID(ctx context.Context, after string) ([]store.Document, error) {
	cur, err := s.db.Collection(documentCollection).Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$gt", Value: after}}}},
		options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}).SetLimit(fillBatch))
	if err != nil {
		return nil, err
	}
	var rows []document
	if err := cur.All(ctx, &rows); err != nil {
		return nil, err
	}
	docs := make([]store.Document, len(rows))
	for i, r := range rows {
		docs[i] = r.Document
		docs[i].ID = r.Key
	}
	return docs, nil
}

// fillSummaries writes the summaries of all companies.
func (s *database) fillSummaries(ctx context.Context) error {
	summaries := map[string]*store.CompanySummary{}
	of := func(company string) *store.CompanySummary {
		if summaries[company] == nil {
			summaries[company] = &store.CompanySummary{Name: company}
		}
		return summaries[company]
	}
	docs, err := s.db.Collection(documentCollection).Find(ctx, bson.D{}, options.Find().SetProjection(bson.D{
		{Key: "company", Value: 1}, {Key: "type", Value: 1}, {Key: "state", Value: 1}, {Key: "lastChanged", Value: 1}, {Key: "notLegal", Value: 1}}))
	if err != nil {
		return err
	}
	err = each(ctx, docs, func(d document) { of(d.Company).Add(d.Document, 1) })
	if err != nil {
		return err
	}
	runs, err := s.db.Collection(runCollection).Find(ctx, bson.D{{Key: "state", Value: bson.D{{Key: "$in", Value: bson.A{store.RunComplete, store.RunFailed}}}}},
		options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}).SetProjection(bson.D{{Key: "task", Value: 0}}))
	if err != nil {
		return err
	}
	err = each(ctx, runs, func(r run) { of(r.Company).LastCrawl = store.NewCrawlSummary(r.Run) })
	if err != nil {
		return err
	}
	var writes []mongo.WriteModel
	for name, c := range summaries {
		row := summary{name, c.Documents, map[string]int{}, map[string]int{}, c.LastChanged, c.LastCrawl}
		for t, n := range c.DocumentsByType {
			row.DocumentsByType[fieldKey(t)] = n
		}
		for state, n := range c.DocumentsByState {
			row.DocumentsByState[fieldKey(string(state))] = n
		}
		writes = append(writes, mongo.NewReplaceOneModel().SetFilter(bson.D{{Key: "_id", Value: name}}).SetReplacement(row).SetUpsert(true))
	}
	if len(writes) == 0 {
		return nil
	}
	_, err = s.db.Collection(summaryCollection).BulkWrite(ctx, writes, options.BulkWrite().SetOrdered(false))
	return err
}

// each decodes the records of a cursor and closes it.
func each[R any](ctx context.Context, cur *mongo.Cursor, do func(R)) error {
	defer func() { _ = cur.Close(context.WithoutCancel(ctx)) }()
	for cur.Next(ctx) {
		var r R
		if err := cur.Decode(&r); err != nil {
			return err
		}
		do(r)
	}
	return cur.Err()
}

// deleteSearch deletes the summary, the corrections and the index entries of a company. The caller
// deletes its documents first.
func (s *database) deleteSearch(ctx context.Context, company string) error {
	return s.retry(ctx, "delete the search index and the summary of "+company, func(ctx context.Context) error {
		for _, d := range []struct{ collection, key string }{{indexCollection, "company"}, {correctionCollection, "company"}, {summaryCollection, "_id"}} {
			if _, err := s.db.Collection(d.collection).DeleteMany(ctx, bson.D{{Key: d.key, Value: company}}); err != nil {
				return err
			}
		}
		return nil
	})
}
