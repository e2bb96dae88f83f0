// Package queries measures how fast both stores answer the lists, filters and searches of the
// API and the dashboard on a filled store, and how fast CommitDocument is compared with the
// three writes that it replaces.
package queries

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/clausea/crawler/hack/bench/mongodb"
	"github.com/clausea/crawler/hack/bench/report"
	"github.com/clausea/crawler/hack/mongod/replicaset"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/mongo"
	"github.com/clausea/crawler/internal/store/sqlite"
)

// Limits.
const (
	maxP99Milliseconds = 50.0
	minOfThreeWrites   = 0.5
)

// versionsPerDocument is the number of versions of each document.
const versionsPerDocument = 4

// Options selects what Run measures.
type Options struct {
	Documents int    // documents in each store
	Backend   string // "embedded" or "mongodb"; empty for both
}

// Run measures the stores with the given number of documents, four versions of each, and half as
// many changes.
func Run(ctx context.Context, r *report.Report, o Options) error {
	r.Section("Queries")
	r.Note("%d documents, %d versions, %d changes.", o.Documents, o.Documents*versionsPerDocument, o.Documents/2)
	dir, err := os.MkdirTemp("", "bench-queries")
	if err != nil {
		return fmt.Errorf("create a folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if o.Backend != "mongodb" {
		if err := measureEmbedded(ctx, r, filepath.Join(dir, "embedded"), o.Documents); err != nil {
			return err
		}
	}
	if o.Backend != "embedded" {
		return measureMongoDB(ctx, r, filepath.Join(dir, "mongod"), o.Documents)
	}
	return nil
}

func measureEmbedded(ctx context.Context, r *report.Report, dir string, documents int) error {
	s, err := sqlite.Open(ctx, dir)
	if err != nil {
		return err
	}
	err = measureStore(ctx, r, "embedded", s, documents)
	if cerr := s.Close(ctx); err == nil {
		err = cerr
	}
	return err
}

func measureMongoDB(ctx context.Context, r *report.Report, dir string, documents int) error {
	bin, err := replicaset.Find()
	if err != nil {
		r.Unmeasured("queries of MongoDB", err)
		return nil
	}
	set, err := mongodb.Start(ctx, bin, dir)
	if err != nil {
		return err
	}
	defer set.Close()
	s, err := mongo.Open(ctx, set.URI, "queries")
	if err != nil {
		return err
	}
	defer func() { _ = s.Close(ctx) }()
	if _, err := s.Migrate(ctx); err != nil {
		return err
	}
	return measureStore(ctx, r, "MongoDB", s, documents)
}

// queryStore is what the benchmark queries and writes.
type queryStore interface {
	store.Documents
	store.DocumentReader
	store.DocumentWriter
	store.Versions
	store.Snapshots
	store.Changes
	store.Companies
	store.Search
	store.Runs
	store.Reviews
	store.Webhooks
	store.Deliveries
	store.Archiver
}

// measureStore fills a store and measures its queries and writes.
func measureStore(ctx context.Context, r *report.Report, name string, s queryStore, documents int) error {
	start := time.Now()
	err := Fill(ctx, s, documents)
	if err == nil {
		err = fillRecords(ctx, s)
	}
	if err != nil {
		return fmt.Errorf("fill the %s store: %w", name, err)
	}
	r.Note("%s: filled in %.0f s.", name, time.Since(start).Seconds())
	worst, rows, err := timeQueries(ctx, s, documents)
	if err != nil {
		return fmt.Errorf("query the %s store: %w", name, err)
	}
	r.Table([]string{"Query, " + name, "items", "median ms", "p99 ms", "max ms"}, rows)
	r.AtMost("slowest p99 of a list, filter or search, "+name, worst, maxP99Milliseconds, " ms")
	commits, writes, err := timeWrites(ctx, s)
	if err != nil {
		return fmt.Errorf("write to the %s store: %w", name, err)
	}
	r.Note("%s: %.0f documents a second by CommitDocument, which also writes a change and its review for every second document; %.0f by PutSnapshot, AppendVersion and PutDocument, of which PutDocument also updates the company summary and the search index.", name, commits, writes)
	r.AtLeast("CommitDocument relative to the three writes, "+name, commits/writes, minOfThreeWrites, "")
	return nil
}
