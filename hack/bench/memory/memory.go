// Package memory measures the memory of a standalone process with its API and dashboard under the
// limit of a small container.
package memory

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/clausea/crawler/hack/bench/measure"
	"github.com/clausea/crawler/hack/bench/report"
	"github.com/clausea/crawler/hack/bench/site"
)

// limit is the memory of the container, goLimit the value of GOMEMLIMIT, which is four fifths of it,
// and maxPeak the requirement.
const (
	mebibyte = 1 << 20
	limit    = 512 * mebibyte
	goLimit  = "409MiB"
	maxPeak  = 350
)

// crawlTimeout bounds a crawl.
const crawlTimeout = 20 * time.Minute

// Options select what is measured.
type Options struct {
	// Binary is the path of the program.
	Binary string
	// Pages is the number of pages of each site.
	Pages int
}

// Run crawls two sites, and reports the peak memory of each crawl.
func Run(ctx context.Context, r *report.Report, o Options) error {
	r.Section(fmt.Sprintf("Memory: standalone with API and dashboard, limited to 512 MiB, %d pages", o.Pages))
	var rows [][]string
	for _, s := range []struct {
		name string
		make func(int) (*site.Site, error)
	}{
		{"a tenth of the pages are legal documents", site.NewCompany},
		{"all pages are legal documents", site.NewDocuments},
	} {
		web, err := s.make(o.Pages)
		if err != nil {
			return err
		}
		got, err := measureCrawl(ctx, o.Binary, web)
		if errors.Is(err, errNoCgroup) {
			r.Unmeasured("memory, "+s.name, err)
			continue
		}
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		rows = append(rows, []string{
			s.name, strconv.Itoa(got.pages), strconv.Itoa(got.documents), inMebibytes(got.cost.Peak), inMebibytes(got.group),
			fmt.Sprintf("%.0f", got.cost.CPU.Seconds()), fmt.Sprintf("%.0f", got.took.Seconds()), strconv.Itoa(got.requests),
		})
		r.AtLeast("pages fetched, "+s.name, float64(got.pages), float64(o.Pages)*0.99, "")
		r.AtMost("peak resident memory, "+s.name, float64(got.cost.Peak)/mebibyte, maxPeak, " MiB")
		r.AtMost("peak of the cgroup, "+s.name, float64(got.group)/mebibyte, maxPeak, " MiB")
		r.AtMost("processes ended for lack of memory, "+s.name, float64(got.kills), 0, "")
	}
	if len(rows) > 0 {
		r.Table([]string{"Site", "pages", "documents", "peak resident MiB", "peak of the cgroup MiB", "CPU s", "crawl s", "requests to API and dashboard"}, rows)
	}
	return nil
}

func inMebibytes(n int64) string { return fmt.Sprintf("%.0f", float64(n)/mebibyte) }

// result is what one crawl used.
type result struct {
	cost             measure.Run
	group            int64 // highest memory of the cgroup in bytes, with the cache of files
	kills            int64
	pages, documents int
	took             time.Duration
	requests         int
}

// manifest is a company with a crawl. Its placeholder is the number of pages.
const manifest = `apiVersion: crawl.clausea.co/v1alpha1
kind: Company
metadata: {name: harbour}
spec: {domains: [` + site.Domain + `], crawl: {maxPages: %[1]d, maxDepth: 50, delay: 0s, timeLimit: 1h}}
---
apiVersion: crawl.clausea.co/v1alpha1
kind: CrawlJob
metadata: {name: harbour-now}
spec: {companyRef: {name: harbour}}
`

// measureCrawl crawls a site in a cgroup while someone uses the API and the dashboard.
func measureCrawl(ctx context.Context, binary string, web *site.Site) (got result, err error) {
	dir, err := os.MkdirTemp("", "clausea-bench-memory")
	if err != nil {
		return got, fmt.Errorf("create a folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	srv, err := site.Serve(web, dir)
	if err != nil {
		return got, err
	}
	defer srv.Close()
	group, err := newCgroup(limit)
	if err != nil {
		return got, err
	}
	defer func() { err = errors.Join(err, group.close()) }()
	data, file := filepath.Join(dir, "data"), filepath.Join(dir, "company.yaml")
	// Room for the requests that find no page.
	if err := os.WriteFile(file, fmt.Appendf(nil, manifest, web.Pages*5/4), 0o600); err != nil {
		return got, fmt.Errorf("write the manifest: %w", err)
	}
	u, err := newUser(ctx)
	if err != nil {
		return got, err
	}
	p, err := measure.Start(ctx, measure.Program{
		Argv: group.command(binary, "standalone", "--store", data, "--port", u.port, "--metrics-port", "0", "--ca-file", srv.CA,
			"--connect-to", ":443:"+srv.Addr, "--allow-address", "127.0.0.1/32", "--log-level", "error", "--log-format", "json"),
		Env:     []string{"GOMEMLIMIT=" + goLimit, "GOMAXPROCS=2", "API_KEY=" + userKey, "DASHBOARD_PASSWORD=" + userPassword},
		Timeout: crawlTimeout + time.Minute,
	})
	if err != nil {
		return got, err
	}
	stopped := false
	defer func() {
		if !stopped {
			_, _ = p.Stop()
		}
	}()
	if err := u.signIn(ctx, p.Exited()); err != nil {
		return got, err
	}
	startedAt := time.Now()
	done := u.start(ctx)
	for _, args := range [][]string{
		{"apply", "-f", file},
		{"wait", "--for=condition=Complete", "crawljob/harbour-now", "--timeout", crawlTimeout.String()},
	} {
		if out, err := exec.CommandContext(ctx, binary, append(args, "--store", data)...).CombinedOutput(); err != nil {
			done()
			return got, fmt.Errorf("clausea %s: %w: %s", args[0], err, out)
		}
	}
	got.took = time.Since(startedAt)
	got.requests = done()
	if got.documents, err = u.countDocuments(ctx); err != nil {
		return got, err
	}
	got.pages = web.TakeStats().Pages
	stopped = true
	if got.cost, err = p.Stop(); err != nil {
		return got, err
	}
	if got.group, err = group.peak(); err != nil {
		return got, err
	}
	got.kills, err = group.outOfMemory()
	return got, err
}
