package scale

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/hack/bench/measure"
	"github.com/clausea/crawler/hack/bench/report"
	"github.com/clausea/crawler/hack/bench/site"
)

// Parameters and limits of many crawls in one process. The limits are this project's own.
const (
	crawlJobs       = 1000 // each of a company of its own
	crawlHosts      = 200  // five companies share each
	crawlSlots      = 200  // crawls at once
	maxCrawlMemory  = 300  // MiB
	maxCrawlCPU     = 0.15 // s for each company, beyond what the requests alone cost
	crawlTimeout    = 25 * time.Minute
	crawlMaxPages   = 40
	crawlDelay      = 10 * time.Second // long enough for all slots to be used on a slow machine
	progressRefresh = time.Second
)

// RunCrawls measures a standalone process that executes many crawls at once, and a program that
// only sends the same requests.
func RunCrawls(ctx context.Context, r *report.Report, profiles string) error {
	r.Section(fmt.Sprintf("%d CrawlJobs over %d hosts, %d at once in one process", crawlJobs, crawlHosts, crawlSlots))
	dir, err := os.MkdirTemp("", "bench-crawls")
	if err != nil {
		return fmt.Errorf("measure many crawls: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	hosts := newHosts()
	srv, err := site.Serve(hosts, dir)
	if err != nil {
		return err
	}
	defer srv.Close()
	b := embeddedBackend(dir)
	if profiles != "" {
		b.profiles = filepath.Join(profiles, "crawls")
	}
	crawled, ended, err := crawlAll(ctx, b, srv)
	if err != nil {
		return err
	}
	requests := hosts.requests()
	fetched, err := fetchAll(ctx, b, srv, dir, requests)
	if err != nil {
		return err
	}
	perCompany := (crawled.CPU - fetched.CPU).Seconds() / crawlJobs
	const mib = 1 << 20
	r.Table([]string{"program", "requests", "CPU s", "CPU ms a company", "peak MiB", "wall s"}, [][]string{
		{"clausea standalone, embedded store", strconv.Itoa(len(requests)), seconds(crawled.CPU), milliseconds(crawled.CPU), fmt.Sprint(crawled.Peak / mib), seconds(crawled.Wall)},
		{"the requests alone", strconv.Itoa(len(requests)), seconds(fetched.CPU), milliseconds(fetched.CPU), fmt.Sprint(fetched.Peak / mib), seconds(fetched.Wall)},
	})
	r.AtMost("many crawls: peak memory", float64(crawled.Peak)/mib, maxCrawlMemory, " MiB")
	r.AtMost("many crawls: CPU time of a company beyond that of its requests", perCompany, maxCrawlCPU, " s")
	r.AtLeast("many crawls: most at once", ended.atOnce, crawlSlots, "")
	r.AtMost("many crawls: runs that failed", ended.failed, 0, "")
	return nil
}

func seconds(d time.Duration) string      { return fmt.Sprintf("%.1f", d.Seconds()) }
func milliseconds(d time.Duration) string { return fmt.Sprintf("%.0f", d.Seconds()*1000/crawlJobs) }

// runs are numbers of runs of a process.
type runs struct{ ended, failed, running, atOnce float64 }

// crawlAll creates the CrawlJobs in a standalone process and waits until all of them have ended.
func crawlAll(ctx context.Context, b *backend, srv *site.Server) (cost measure.Run, ended runs, err error) {
	args := append(slices.Clone(b.args), "--max-concurrent-crawls", strconv.Itoa(crawlSlots), "--ca-file", srv.CA, "--connect-to", ":443:"+srv.Addr,
		"--allow-address", "127.0.0.1/32", "--log-format", "json")
	p, err := start(ctx, "clausea", b, args...)
	if err != nil {
		return cost, ended, err
	}
	stopped := false
	defer func() {
		if !stopped {
			_, _ = p.Stop()
		}
	}()
	if _, _, err = p.waitFor(ctx, "the start of the controllers", func(counts) bool { return true }); err != nil {
		return cost, ended, err
	}
	err = b.withClient(ctx, func(k resourceClient) error {
		return forEach(ctx, crawlJobs, func(ctx context.Context, i int) error { return createCrawl(ctx, k, i) })
	})
	if err != nil {
		return cost, ended, err
	}
	if ended, err = p.awaitRuns(ctx, crawlJobs); err != nil {
		return cost, ended, err
	}
	stopped = true
	cost, err = p.Stop()
	return cost, ended, err
}

// createCrawl creates a Company and its CrawlJob.
func createCrawl(ctx context.Context, k resourceClient, i int) error {
	maxPages := int32(crawlMaxPages)
	c := &v1alpha1.Company{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: companyName(i)}}
	c.Spec.Domains = []v1alpha1.Domain{v1alpha1.Domain(hostName(i % crawlHosts))}
	c.Spec.Crawl = &v1alpha1.CrawlLimits{MaxPages: &maxPages, Delay: &metav1.Duration{Duration: crawlDelay}}
	if err := k.Create(ctx, c); err != nil {
		return fmt.Errorf("create Company %s: %w", c.Name, err)
	}
	j := &v1alpha1.CrawlJob{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: c.Name + "-now"}}
	j.Spec.CompanyRef = &v1alpha1.CompanyReference{Name: c.Name}
	if err := k.Create(ctx, j); err != nil {
		return fmt.Errorf("create CrawlJob %s: %w", j.Name, err)
	}
	return nil
}

// awaitRuns waits until n runs have ended.
func (p *program) awaitRuns(ctx context.Context, n float64) (now runs, err error) {
	ctx, cancel := context.WithTimeout(ctx, crawlTimeout)
	defer cancel()
	tick := time.NewTicker(progressRefresh)
	defer tick.Stop()
	for now.ended < n {
		select {
		case <-ctx.Done():
			return now, fmt.Errorf("wait for %v runs, of which %v have ended: %w", n, now.ended, ctx.Err())
		case <-p.Exited():
			return now, fmt.Errorf("wait for %v runs: %w", n, errExited)
		case <-tick.C:
		}
		got, err := p.runs(ctx)
		if err != nil {
			continue // the process is busy
		}
		got.atOnce = max(now.atOnce, got.running)
		now = got
	}
	return now, nil
}

// runs reads the numbers of runs from the metrics.
func (p *program) runs(ctx context.Context) (r runs, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url, nil)
	if err != nil {
		return r, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return r, err
	}
	defer func() { _ = res.Body.Close() }()
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), " ")
		metric, reason, _ := strings.Cut(name, `{reason="`)
		n, err := strconv.ParseFloat(value, 64)
		switch {
		case err != nil:
		case metric == "clausea_crawl_runs_running":
			r.running = n
		case metric == "clausea_crawl_runs_total":
			r.ended += n
			switch strings.TrimSuffix(reason, `"}`) {
			case "Converged", "FrontierEmpty", "PageLimit":
			default:
				r.failed += n
			}
		}
	}
	return r, lines.Err()
}

// fetchAll measures a program that only sends the requests.
func fetchAll(ctx context.Context, b *backend, srv *site.Server, dir string, requests []string) (measure.Run, error) {
	list := filepath.Join(dir, "requests")
	if err := os.WriteFile(list, []byte(strings.Join(requests, "\n")), 0o600); err != nil {
		return measure.Run{}, fmt.Errorf("write the list of requests: %w", err)
	}
	self, err := os.Executable()
	if err != nil {
		return measure.Run{}, fmt.Errorf("start the requests: %w", err)
	}
	profile := ""
	if b.profiles != "" {
		profile = b.profiles + "-fetch"
	}
	return measure.Do(ctx, measure.Program{Argv: []string{self, "-profile", profile, "-as", "scale/fetch", "--", srv.Addr, srv.CA, list}})
}
