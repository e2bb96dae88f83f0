// Package api measures the HTTP API: how many requests a second it answers in comparison with a
// bare net/http handler that writes the same bytes, how long the pages of a long list take,
// whether streams of events lose any, and how much memory the process needs.
package api

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/clausea/crawler/hack/bench/mongodb"
	"github.com/clausea/crawler/hack/bench/queries"
	"github.com/clausea/crawler/hack/bench/report"
	"github.com/clausea/crawler/hack/mongod/replicaset"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/mongo"
	"github.com/clausea/crawler/internal/store/sqlite"
)

// Limits. The ratios are requests a second relative to the bare handler.
const (
	minListRatio     = 0.4
	minDocumentRatio = 0.5
	maxPageP99       = 60.0  // ms
	maxMemory        = 128.0 // MiB
	maxIdleMemory    = 60.0  // MiB
)

// Options selects what is measured.
type Options struct {
	Documents int    // in each store
	Rounds    int    // of each comparison
	Profiles  string // folder for CPU profiles; empty disables them
	Binary    string // path of the program
}

// Run measures standalone mode on the embedded store and, if mongod is available, the API with
// two replicas on MongoDB.
func Run(ctx context.Context, r *report.Report, o Options) error {
	r.Section("HTTP API")
	dir, err := os.MkdirTemp("", "bench-api")
	if err != nil {
		return fmt.Errorf("create a folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	r.Note("%d documents.", o.Documents)
	if err := runEmbedded(ctx, r, o, filepath.Join(dir, "embedded")); err != nil {
		return fmt.Errorf("embedded: %w", err)
	}
	bin, err := replicaset.Find()
	if err != nil {
		r.Unmeasured("p99 of a page of documents, MongoDB", err)
		r.Unmeasured("events that streams lost", err)
		return nil
	}
	set, err := mongodb.Start(ctx, bin, filepath.Join(dir, "mongod"))
	if err != nil {
		return err
	}
	defer set.Close()
	if err := runMongoDB(ctx, r, o, strings.Replace(set.URI, "/?", "/api?", 1)); err != nil {
		return fmt.Errorf("MongoDB: %w", err)
	}
	return nil
}

// runEmbedded measures all but the streams, which need a store for two replicas.
func runEmbedded(ctx context.Context, r *report.Report, o Options, folder string) error {
	s, err := sqlite.Open(ctx, folder)
	if err != nil {
		return err
	}
	err = fill(ctx, s, o.Documents)
	if cerr := s.Close(ctx); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	p, err := startProgram(ctx, o, "standalone", "--store", folder)
	if err != nil {
		return err
	}
	if err := p.measureAll(ctx, r, o); err != nil {
		_, _ = p.Stop()
		return err
	}
	got, err := p.Stop()
	if err != nil {
		return err
	}
	r.AtMost("peak memory of standalone mode without crawls", mebibytes(got.Peak), maxMemory, " MiB")
	return nil
}

// idleTime is how long the process has no requests before its memory is read.
const idleTime = 10 * time.Second

// measureAll measures the idle memory, the two routes and the pages of a program.
func (p *program) measureAll(ctx context.Context, r *report.Report, o Options) error {
	if err := p.prepare(ctx); err != nil {
		return err
	}
	select {
	case <-time.After(idleTime):
	case <-ctx.Done():
		return ctx.Err()
	}
	idle, err := p.Memory()
	if err != nil {
		return err
	}
	r.Note("Without requests and crawls, standalone mode has %.0f MiB of memory of its own, and maps %.0f MiB of files, which are mainly the program file. The peak counts both.", mebibytes(idle.Anonymous), mebibytes(idle.Files))
	r.AtMost("idle memory of standalone mode, without mapped files", mebibytes(idle.Anonymous), maxIdleMemory, " MiB")
	list := request{name: "list of 20 companies with a key", path: "/v1/companies", status: 200}
	document := request{name: "document that did not change (304)", path: "/v1/documents/d00000000", status: 304, conditional: true}
	var rows [][]string
	for _, c := range []struct {
		request
		limit float64
	}{{list, minListRatio}, {document, minDocumentRatio}} {
		got, err := p.compare(ctx, c.request, o.Rounds)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		rows = append(rows, got.row(c.name)...)
		r.AtLeast(c.name+", requests a second relative to net/http", got.ratio(), c.limit, "")
	}
	r.Table([]string{"Request", "Server", "requests/s", "CPU µs a request"}, rows)
	return p.measurePages(ctx, r, "embedded")
}

func mebibytes(n int64) float64 { return float64(n) / (1 << 20) }

// runMongoDB measures the pages and the streams of two replicas.
func runMongoDB(ctx context.Context, r *report.Report, o Options, uri string) error {
	s, err := mongo.Open(ctx, uri, "")
	if err != nil {
		return err
	}
	defer func() { _ = s.Close(context.WithoutCancel(ctx)) }()
	if _, err := s.Migrate(ctx); err != nil {
		return err
	}
	if err := fill(ctx, s, o.Documents); err != nil {
		return err
	}
	var replicas []*program
	defer func() {
		for _, p := range replicas {
			_, _ = p.Stop()
		}
	}()
	for range 2 {
		p, err := startProgram(ctx, o, "api", "--resources", "Store", "--store", uri)
		if err != nil {
			return err
		}
		replicas = append(replicas, p)
	}
	if err := replicas[0].prepare(ctx); err != nil {
		return err
	}
	replicas[1].keys = replicas[0].keys
	if err := replicas[0].measurePages(ctx, r, "MongoDB"); err != nil {
		return err
	}
	return measureStreams(ctx, r, s, replicas)
}

// fill stores documents, as the part queries does.
func fill(ctx context.Context, s store.Archiver, documents int) error {
	if err := queries.Fill(ctx, s, documents); err != nil {
		return fmt.Errorf("store %d documents: %w", documents, err)
	}
	return nil
}
