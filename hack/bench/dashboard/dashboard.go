// Package dashboard measures how long the pages of the dashboard take over filled stores.
package dashboard

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/clausea/crawler/hack/bench/measure"
	"github.com/clausea/crawler/hack/bench/mongodb"
	"github.com/clausea/crawler/hack/bench/report"
	"github.com/clausea/crawler/hack/mongod/replicaset"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/mongo"
	"github.com/clausea/crawler/internal/store/sqlite"
)

// maxP99Milliseconds is the limit of a page.
const maxP99Milliseconds = 200.0

// Options selects what is measured.
type Options struct {
	Companies int    // with 20 documents each
	Backend   string // embedded, mongodb, or empty for both
	Profiles  string // folder for CPU profiles; empty disables them
}

// filledStore is what the benchmark fills and reads.
type filledStore interface {
	store.Store
	store.Archiver
}

// Run measures all pages of the dashboard over both stores, and the comparison of two large
// documents.
func Run(ctx context.Context, r *report.Report, o Options) error {
	r.Section("Dashboard")
	r.Note("%d companies, %d documents, %d versions, %d changes, %d runs. Each page is requested %d times in the process of the dashboard, with random parameters. The CPU time is that of the process, for a request in the mean. Load average: %s.",
		o.Companies, o.Companies*documentsPerCompany, o.Companies*documentsPerCompany*3/2, o.Companies*documentsPerCompany/2, o.Companies*runsPerCompany, callsPerPage, measure.LoadAverage())
	dir, err := os.MkdirTemp("", "bench-dashboard")
	if err != nil {
		return fmt.Errorf("create a folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if o.Backend != "mongodb" {
		s, err := sqlite.Open(ctx, filepath.Join(dir, "embedded"))
		if err != nil {
			return err
		}
		if err := measureStore(ctx, r, "embedded", s, o); err != nil {
			return err
		}
	}
	if o.Backend == "embedded" {
		return nil
	}
	bin, err := replicaset.Find()
	if err != nil {
		r.Unmeasured("slowest p99 of a page of the dashboard, MongoDB", err)
		return nil
	}
	set, err := mongodb.Start(ctx, bin, filepath.Join(dir, "mongod"))
	if err != nil {
		return err
	}
	defer set.Close()
	s, err := mongo.Open(ctx, set.URI, "dashboard")
	if err != nil {
		return err
	}
	if _, err := s.Migrate(ctx); err != nil {
		return err
	}
	return measureStore(ctx, r, "MongoDB", s, o)
}

// measureStore fills a store, measures the pages over it, and closes it.
func measureStore(ctx context.Context, r *report.Report, name string, s filledStore, o Options) (err error) {
	defer func() {
		if cerr := s.Close(context.WithoutCancel(ctx)); err == nil {
			err = cerr
		}
	}()
	start := time.Now()
	if err := fill(ctx, s, o.Companies); err != nil {
		return fmt.Errorf("fill the %s store: %w", name, err)
	}
	r.Note("%s: filled in %.0f s. Load average: %s.", name, time.Since(start).Seconds(), measure.LoadAverage())
	profile := ""
	if o.Profiles != "" {
		profile = filepath.Join(o.Profiles, "dashboard-"+name)
	}
	stop, err := measure.Profile(profile)
	if err != nil {
		return err
	}
	defer stop()
	b, err := startBoard(ctx, s)
	if err != nil {
		return fmt.Errorf("start the dashboard over the %s store: %w", name, err)
	}
	defer b.close()
	worst, rows, err := b.timePages(ctx, o.Companies)
	if err != nil {
		return fmt.Errorf("measure the pages over the %s store: %w", name, err)
	}
	r.Table([]string{"Page, " + name, "KiB", "CPU ms", "median ms", "p99 ms", "max ms"}, rows)
	r.Note("%s: load average at the end of the pages: %s.", name, measure.LoadAverage())
	r.AtMost("slowest p99 of a page of the dashboard, "+name, worst, maxP99Milliseconds, " ms")
	return b.measureLarge(ctx, r, name, s)
}
