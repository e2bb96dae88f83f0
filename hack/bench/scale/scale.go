// Package scale measures the controllers over many resources in each of their homes:
// what they take, and how soon they see a change; beside a controller that does
// nothing, which says what the framework takes.
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
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

// What must be shown. The rate is beside published ones of 226 to 236 a second of
// stock operators, the other lines are this project's own.
const (
	maxMemory        = 200 // MiB
	maxResync        = 10  // s
	maxLatency       = 1   // s
	minRate          = 200 // reconciles a second that write a status
	maxAPIWrites     = 12  // of a crawl
	changesPerSecond = 20
	changes          = 500
	// offlineChanges are made while no controller runs.
	offlineChanges = 3000
)

// figures is what one program took over one home.
type figures struct {
	resync, rate float64 // s, reconciles a second of those in the resync
	writeRate    float64 // reconciles a second that write, after a time away
	p50, p99     float64 // s from a change to the status that tells of it; p50 and p99
	peak, cpu    float64 // MiB, s
}

// Options say what is measured.
type Options struct {
	Companies int    // and twice as many CrawlJobs
	Backend   string // the only one: api, mongodb or embedded; empty is all
	Profiles  string // folder for CPU profiles of the programs; empty is none
}

// Run measures the homes.
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
		home        func() (*backend, error)
	}{
		{"api", "API server", func() (*backend, error) { return apiServerBackend(dir) }},
		{"mongodb", "kubestore, MongoDB", func() (*backend, error) { return mongoDBBackend(ctx, dir) }},
		{"embedded", "kubestore, embedded", func() (*backend, error) { return embeddedBackend(dir), nil }},
	} {
		if o.Backend != "" && o.Backend != open.short {
			continue
		}
		h, err := open.home()
		if err != nil {
			r.Missing("the controllers over "+open.name, err)
			r.Unmeasured("all lines, "+open.name, err)
			continue
		}
		if o.Profiles != "" {
			h.profiles = filepath.Join(o.Profiles, open.short)
		}
		// The crawls come first, while nothing else is there.
		one, err := h.writesRow(ctx, r, dir)
		var more [][]string
		if err == nil {
			more, err = h.measure(ctx, r, companies)
		}
		h.close()
		if err != nil {
			return fmt.Errorf("%s: %w", open.name, err)
		}
		rows, crawled = append(rows, more...), append(crawled, one)
	}
	r.Table([]string{"Home", "Program", "full resync s", "reconciles/s of it", "reconciles/s that write", "change seen s, p50", "p99", "peak MiB", "CPU s"}, rows)
	if len(crawled) > 0 {
		r.Note("%d crawls of the demo's site by the real engine, %v between requests, so that each takes a while and its progress is told. What the controllers' client writes to the API (creations, finalizers, statuses) and what their events do; not what the workers write to the store, nor the creation of the CrawlJob.", crawls, crawlsDelay)
		r.Table([]string{"Home", "writes a crawl", "of them events", "requests to the site a crawl", "all crawls s"}, crawled)
	}
	return nil
}

// writesRow measures what a crawl writes.
func (h *backend) writesRow(ctx context.Context, r *report.Report, dir string) ([]string, error) {
	open := h.openStore
	if open == nil {
		open = func(ctx context.Context) (store.Store, error) {
			return sqlite.Open(ctx, filepath.Join(dir, "documents"))
		}
	}
	s, err := open(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = s.Close(context.WithoutCancel(ctx)) }()
	n, fetched, took, err := h.countWrites(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("count the writes of a crawl: %w", err)
	}
	all, told := float64(n.objects.Load()+n.events.Load())/crawls, float64(n.events.Load())/crawls
	r.AtMost("API writes of a crawl, "+h.name, all, maxAPIWrites, "")
	return []string{h.name, fmt.Sprintf("%.1f", all), fmt.Sprintf("%.1f", told), fmt.Sprint(fetched / crawls), fmt.Sprintf("%.1f", took.Seconds())}, nil
}

// measure fills a home and runs both programs over it.
func (h *backend) measure(ctx context.Context, r *report.Report, companies int) ([][]string, error) {
	if err := h.fill(ctx, companies); err != nil {
		return nil, fmt.Errorf("make the resources: %w", err)
	}
	us, err := h.measureClausea(ctx, companies)
	if err != nil {
		return nil, err
	}
	least, err := h.measureBare(ctx, companies)
	if err != nil {
		return nil, err
	}
	r.AtMost("peak memory, "+h.name, us.peak, maxMemory, " MiB")
	r.AtMost("full resync, "+h.name, us.resync, maxResync, " s")
	r.AtMost("p99 from a change to its status, "+h.name, us.p99, maxLatency, " s")
	r.AtLeast("reconciles that write a status, "+h.name, us.writeRate, minRate, " a second")
	return [][]string{us.row(h.name, "clausea"), least.row(h.name, "Get and count")}, nil
}

func (t figures) row(home, program string) []string {
	f := func(v float64, form string) string {
		if v == 0 {
			return "-"
		}
		return fmt.Sprintf(form, v)
	}
	return []string{home, program, f(t.resync, "%.2f"), f(t.rate, "%.0f"), f(t.writeRate, "%.0f"), f(t.p50, "%.3f"), f(t.p99, "%.3f"), f(t.peak, "%.0f"), f(t.cpu, "%.1f")}
}

// measureBare runs the rival once.
func (h *backend) measureBare(ctx context.Context, companies int) (figures, error) {
	var args []string
	if h.config == nil {
		args = h.args[1:] // the store
	}
	p, err := start(ctx, "bare", h, args...)
	if err != nil {
		return figures{}, err
	}
	var t figures
	if err := p.measureResync(ctx, &t, companies); err != nil {
		_, serr := p.Stop()
		return t, fmt.Errorf("the rival: %w (%w)", err, serr)
	}
	return t, p.stopAndRecord(&t)
}

// measureClausea runs the program over resources that are at rest, changes some, and runs it
// again over many that were changed meanwhile.
func (h *backend) measureClausea(ctx context.Context, companies int) (figures, error) {
	var t figures
	args := append(slices.Clone(h.args), "--crawls", "0", "--log-level", "error")
	p, err := start(ctx, "clausea", h, args...)
	if err != nil {
		return t, err
	}
	if err = p.measureResync(ctx, &t, companies); err == nil {
		err = h.measureChanges(ctx, &t, companies)
	}
	if eerr := p.stopAndRecord(&t); err != nil || eerr != nil {
		return t, fmt.Errorf("at rest: %w", errors.Join(err, eerr))
	}
	n := min(offlineChanges, companies)
	err = h.withClient(ctx, func(k client.Client) error {
		return forEach(ctx, n, func(ctx context.Context, i int) error { return renameCompany(ctx, k, i, "while away") })
	})
	if err != nil {
		return t, fmt.Errorf("change what nobody reconciles: %w", err)
	}
	if p, err = start(ctx, "clausea", h, args...); err != nil {
		return t, err
	}
	// The first reconcile begins about when the first is counted.
	_, begun, err := p.waitFor(ctx, "the first reconcile", func(c counts) bool { return c.all() > 0 })
	var done time.Time
	if err == nil {
		_, done, err = p.waitFor(ctx, "all objects", allReconciled(companies))
	}
	if err == nil {
		var late bool
		if late, err = h.waitUntilObserved(ctx, n); late {
			done = time.Now() // some were tried again
		}
	}
	t.writeRate = float64(n) / done.Sub(begun).Seconds()
	if eerr := p.stopAndRecord(&t); err != nil || eerr != nil {
		return t, fmt.Errorf("after a time away: %w", errors.Join(err, eerr))
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

// allReconciled says that every object was reconciled since the start, and none waits.
func allReconciled(companies int) func(counts) bool {
	return func(c counts) bool {
		return c.reconciles["company"] >= float64(companies) && c.reconciles["crawljob"] >= float64(companies*jobsPerCompany) && c.waiting == 0
	}
}

// stopAndRecord stops the program and adds what it took.
func (p *program) stopAndRecord(t *figures) error {
	got, err := p.Stop()
	t.peak = max(t.peak, float64(got.Peak)/(1<<20))
	t.cpu += got.CPU.Seconds()
	return err
}

// renameCompany changes a Company's spec.
func renameCompany(ctx context.Context, k client.Client, i int, to string) error {
	c := &v1alpha1.Company{}
	c.Namespace, c.Name = "default", companyName(i)
	return k.Patch(ctx, c, client.RawPatch(types.MergePatchType, fmt.Appendf(nil, `{"spec":{"displayName":%q}}`, to)))
}
