// Package scale measures the controllers with many resources on each backend: their
// memory, CPU time and latency. It compares them with a controller that does nothing,
// which shows the cost of the framework.
package scale

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/hack/bench/report"
	"github.com/clausea/crawler/internal/store/sqlite"
)

// Limits and parameters. minRate follows published rates of stock operators, 226 to 236
// per second; the other limits are this project's own.
const (
	maxMemory        = 200 // MiB
	maxResync        = 10  // s
	maxLatency       = 1   // s
	minRate          = 200 // reconciles per second that write a status
	maxAPIWrites     = 12  // per crawl
	changesPerSecond = 20
	changes          = 500
	// offlineChanges are made while no controller runs.
	offlineChanges = 3000
)

// figures are the measurements of one program on one backend.
type figures struct {
	resync, rate float64 // s, and reconciles per second during the resync
	writeRate    float64 // reconciles per second that write, after a downtime
	p50, p99     float64 // s from a change to the status that reflects it
	peak, cpu    float64 // MiB, s
}

// Options selects what is measured.
type Options struct {
	Companies int    // and twice as many CrawlJobs
	Backend   string // api, mongodb or embedded; empty means all
	Profiles  string // folder for CPU profiles; empty disables them
}

// Run measures the selected backends.
func Run(ctx context.Context, r *report.Report, o Options) error {
	ctrl.SetLogger(logr.Discard())
	companies := o.Companies
	dir, err := os.MkdirTemp("", "bench-scale")
	if err != nil {
		return fmt.Errorf("measure the controllers: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	r.Section(fmt.Sprintf("%d Companies and %d CrawlJobs", companies, companies*jobsPerCompany))
	var rows, crawled [][]string
	for _, open := range []struct {
		short, name string
		backend     func() (*backend, error)
	}{
		{"api", "API server", func() (*backend, error) { return apiServerBackend(dir) }},
		{"mongodb", "kubestore, MongoDB", func() (*backend, error) { return mongoDBBackend(ctx, dir) }},
		{"embedded", "kubestore, embedded", func() (*backend, error) { return embeddedBackend(dir), nil }},
	} {
		if o.Backend != "" && o.Backend != open.short {
			continue
		}
		b, err := open.backend()
		if err != nil {
			r.Missing("the controllers over "+open.name, err)
			r.Unmeasured("all lines, "+open.name, err)
			continue
		}
		if o.Profiles != "" {
			b.profiles = filepath.Join(o.Profiles, open.short)
		}
		// The crawls come first, while there are no other resources.
		one, err := b.writesRow(ctx, r, dir)
		var more [][]string
		if err == nil {
			more, err = b.measure(ctx, r, companies)
		}
		b.close()
		if err != nil {
			return fmt.Errorf("%s: %w", open.name, err)
		}
		rows, crawled = append(rows, more...), append(crawled, one)
	}
	r.Table([]string{"Backend", "Program", "full resync s", "reconciles/s in resync", "writing reconciles/s", "change latency s, p50", "p99", "peak MiB", "CPU s"}, rows)
	if len(crawled) > 0 {
		r.Note("%d crawls of the demo site by the real engine, with %v between requests so that each crawl takes long enough to report progress. Counted are the API writes of the controllers (creations, finalizers, statuses) and their events, without the creation of the CrawlJob and the workers' writes to the store.", crawls, crawlsDelay)
		r.Table([]string{"Backend", "writes per crawl", "events among them", "requests to the site per crawl", "all crawls s"}, crawled)
	}
	return nil
}

// writesRow counts the API writes per crawl and returns them as a table row.
func (b *backend) writesRow(ctx context.Context, r *report.Report, dir string) ([]string, error) {
	open := b.openStore
	if open == nil {
		open = func(ctx context.Context) (crawlStore, error) {
			return sqlite.Open(ctx, filepath.Join(dir, "documents"))
		}
	}
	s, err := open(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = s.Close(context.WithoutCancel(ctx)) }()
	n, fetched, took, err := b.countWrites(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("count the writes of a crawl: %w", err)
	}
	all, events := float64(n.objects.Load()+n.events.Load())/crawls, float64(n.events.Load())/crawls
	r.AtMost("API writes per crawl, "+b.name, all, maxAPIWrites, "")
	return []string{b.name, fmt.Sprintf("%.1f", all), fmt.Sprintf("%.1f", events), fmt.Sprint(fetched / crawls), fmt.Sprintf("%.1f", took.Seconds())}, nil
}

// measure fills a backend and measures both programs on it.
func (b *backend) measure(ctx context.Context, r *report.Report, companies int) ([][]string, error) {
	if err := b.fill(ctx, companies); err != nil {
		return nil, fmt.Errorf("create the resources: %w", err)
	}
	us, err := b.measureClausea(ctx, companies)
	if err != nil {
		return nil, err
	}
	least, err := b.measureBare(ctx, companies)
	if err != nil {
		return nil, err
	}
	r.AtMost("peak memory, "+b.name, us.peak, maxMemory, " MiB")
	r.AtMost("full resync, "+b.name, us.resync, maxResync, " s")
	r.AtMost("p99 change latency, "+b.name, us.p99, maxLatency, " s")
	r.AtLeast("writing reconciles, "+b.name, us.writeRate, minRate, " per second")
	return [][]string{us.row(b.name, "Clausea"), least.row(b.name, "Get only")}, nil
}

func (t figures) row(backend, program string) []string {
	f := func(v float64, form string) string {
		if v == 0 {
			return "-"
		}
		return fmt.Sprintf(form, v)
	}
	return []string{backend, program, f(t.resync, "%.2f"), f(t.rate, "%.0f"), f(t.writeRate, "%.0f"), f(t.p50, "%.3f"), f(t.p99, "%.3f"), f(t.peak, "%.0f"), f(t.cpu, "%.1f")}
}

// measureBare measures the bare controller.
func (b *backend) measureBare(ctx context.Context, companies int) (figures, error) {
	var args []string
	if b.config == nil {
		args = b.args[1:] // the store
	}
	p, err := start(ctx, "bare", b, args...)
	if err != nil {
		return figures{}, err
	}
	var t figures
	if err := p.measureResync(ctx, &t, companies); err != nil {
		_, serr := p.Stop()
		return t, fmt.Errorf("the bare controller: %w (%w)", err, serr)
	}
	return t, p.stopAndRecord(&t)
}

// measureClausea runs Clausea on resources that need no action and changes some of them.
// It then stops Clausea, changes many resources, and runs it again.
func (b *backend) measureClausea(ctx context.Context, companies int) (figures, error) {
	var t figures
	args := append(slices.Clone(b.args), "--max-concurrent-crawls", "0", "--log-level", "error")
	p, err := start(ctx, "clausea", b, args...)
	if err != nil {
		return t, err
	}
	if err = p.measureResync(ctx, &t, companies); err == nil {
		err = b.measureChanges(ctx, &t, companies)
	}
	if eerr := p.stopAndRecord(&t); err != nil || eerr != nil {
		return t, fmt.Errorf("with unchanged resources: %w", errors.Join(err, eerr))
	}
	n := min(offlineChanges, companies)
	err = b.withClient(ctx, func(k resourceClient) error {
		return forEach(ctx, n, func(ctx context.Context, i int) error { return renameCompany(ctx, k, i, "while offline") })
	})
	if err != nil {
		return t, fmt.Errorf("change Companies while no controller runs: %w", err)
	}
	if p, err = start(ctx, "clausea", b, args...); err != nil {
		return t, err
	}
	// The first reconcile starts at about the time at which it is first counted.
	_, begun, err := p.waitFor(ctx, "the first reconcile", func(c counts) bool { return c.all() > 0 })
	var done time.Time
	if err == nil {
		_, done, err = p.waitFor(ctx, "all objects", allReconciled(companies))
	}
	if err == nil {
		var late bool
		if late, err = b.waitUntilObserved(ctx, n); late {
			done = time.Now() // some reconciles were retried
		}
	}
	t.writeRate = float64(n) / done.Sub(begun).Seconds()
	if eerr := p.stopAndRecord(&t); err != nil || eerr != nil {
		return t, fmt.Errorf("after a downtime: %w", errors.Join(err, eerr))
	}
	return t, nil
}

// measureResync waits until every object was reconciled once after the start.
func (p *program) measureResync(ctx context.Context, t *figures, companies int) error {
	c, at, err := p.waitFor(ctx, "all objects", allReconciled(companies))
	t.resync = at.Sub(p.startedAt).Seconds()
	t.rate = c.all() / t.resync
	return err
}

// allReconciled returns a condition: every object was reconciled since the start, and no
// object is queued.
func allReconciled(companies int) func(counts) bool {
	return func(c counts) bool {
		return c.reconciles["company"] >= float64(companies) && c.reconciles["crawljob"] >= float64(companies*jobsPerCompany) && c.waiting == 0
	}
}

// stopAndRecord stops the program and adds its cost to t.
func (p *program) stopAndRecord(t *figures) error {
	got, err := p.Stop()
	t.peak = max(t.peak, float64(got.Peak)/(1<<20))
	t.cpu += got.CPU.Seconds()
	return err
}

// renameCompany changes the display name of a Company.
func renameCompany(ctx context.Context, k resourceClient, i int, to string) error {
	c := &v1alpha1.Company{}
	c.Namespace, c.Name = "default", companyName(i)
	return k.Patch(ctx, c, client.RawPatch(types.MergePatchType, fmt.Appendf(nil, `{"spec":{"displayName":%q}}`, to)))
}
