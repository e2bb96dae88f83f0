// Command bench measures the crawl engine beside rivals: CPU for each request, peak
// memory and requests over distinct addresses, on one core, over one made-up site.
//
//	go run ./hack/bench -pages 2000
//
// The site is served by this process; each crawler is a child process that is bound
// to another core. A rival that is not installed is named as such.
package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/pem"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/clausea/crawler/hack/bench/site"
)

func main() {
	as := flag.String("as", "", "be this crawler (for the children)")
	pages := flag.Int("pages", 2000, "pages of the site")
	runs := flag.Int("runs", 3, "runs of each crawler; the one of least CPU counts")
	flag.Parse()
	var err error
	if *as != "" {
		err = be(*as, flag.Args())
	} else {
		err = compare(*pages, *runs)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// figure is what one run took.
type figure struct {
	name  string
	cpu   time.Duration
	wall  time.Duration
	peak  int64 // bytes
	stats site.Stats
}

func (f figure) perRequest() time.Duration { return f.cpu / time.Duration(max(f.stats.Requests, 1)) }

func compare(pages, runs int) error {
	s, err := site.New(pages)
	if err != nil {
		return err
	}
	srv := httptest.NewUnstartedServer(s)
	srv.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	srv.StartTLS()
	defer srv.Close()
	srv.Config.IdleTimeout = time.Minute
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	ca, list := filepath.Join(dir, "ca.pem"), filepath.Join(dir, "urls")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw}), 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(list, []byte(strings.Join(s.URLs(srv.URL), "\n")), 0o600); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	var figures []figure
	for _, c := range []struct {
		name string
		argv []string
	}{
		{"clausea engine", []string{self, "-as", "clausea", srv.URL, ca}},
		{"colly as documented", []string{self, "-as", "colly", srv.URL, ca}},
		{"net/http, the same list", []string{self, "-as", "nethttp", list, ca}},
		{"wget2", []string{"wget2", "--recursive", "--level=0", "--no-hsts", "--no-parent", "--max-threads=16", "--delete-after", "--directory-prefix=" + dir, "--no-check-certificate", "--quiet", "--reject-regex=calendar", srv.URL + "/"}},
		{"Scrapy", []string{"python3", "-m", "scrapy", "runspider", "--nolog", filepath.Join("hack", "bench", "spider.py"), "-a", "start=" + srv.URL + "/"}},
	} {
		if _, err := exec.LookPath(c.argv[0]); err != nil {
			fmt.Printf("%s is not installed, so it is NOT measured\n", c.name)
			continue
		}
		best := figure{}
		for range runs {
			f, err := measure(c.argv, dir)
			if err != nil {
				fmt.Printf("%s is NOT measured: %v\n", c.name, err)
				break
			}
			f.name, f.stats = c.name, s.Take()
			if f.stats.Pages < pages/2 {
				fmt.Printf("%s is NOT measured: it fetched %d of %d pages\n", c.name, f.stats.Pages, pages)
				break
			}
			if best.cpu == 0 || f.cpu < best.cpu {
				best = f
			}
		}
		if best.cpu > 0 {
			figures = append(figures, best)
		}
		s.Take()
	}
	return printTable(figures)
}

// measure runs a child on the last core and says what it took.
func measure(argv []string, dir string) (figure, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	if _, err := exec.LookPath("taskset"); err == nil {
		argv = append([]string{"taskset", "-c", "1"}, argv...)
	}
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "HOME="+dir)
	cmd.Stderr = os.Stderr
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return figure{}, err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	peak, err := watch(cmd.Process.Pid, done)
	if err != nil && cmd.ProcessState.ExitCode() != 8 { // wget's word for pages that are missing
		return figure{}, fmt.Errorf("%s: %w", strings.Join(argv[:min(len(argv), 5)], " "), err)
	}
	st := cmd.ProcessState
	return figure{cpu: st.UserTime() + st.SystemTime(), wall: time.Since(begun), peak: peak}, nil
}

// watch samples a process' peak of resident memory until it is done. (The rusage's
// own peak begins with the parent's, which had the memory before the exec.)
func watch(pid int, done <-chan error) (peak int64, err error) {
	for {
		select {
		case err := <-done:
			return peak, err
		case <-time.After(10 * time.Millisecond):
		}
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(b)) {
			if v, ok := strings.CutPrefix(line, "VmHWM:"); ok {
				var kb int64
				if _, err := fmt.Sscan(v, &kb); err == nil && !strings.Contains(string(b), "Name:\ttaskset") {
					peak = kb << 10
				}
			}
		}
	}
}

// print writes a Markdown table with each crawler's CPU as a ratio to the first's.
func printTable(figures []figure) error {
	if len(figures) == 0 {
		return fmt.Errorf("nothing was measured")
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 1, ' ', 0)
	fmt.Fprintln(w, "| Crawler\t| CPU a request\t| clausea's share\t| peak memory\t| wall\t| requests\t| over distinct\t| pages\t| forbidden\t| in the trap\t|")
	fmt.Fprintln(w, "|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|")
	for _, f := range figures {
		fmt.Fprintf(w, "| %s\t| %v\t| %.2f\t| %.0f MiB\t| %.1f s\t| %d\t| %.3f\t| %d\t| %d\t| %d\t|\n", f.name, f.perRequest().Round(time.Microsecond),
			float64(figures[0].perRequest())/float64(f.perRequest()), float64(f.peak)/(1<<20), f.wall.Seconds(),
			f.stats.Requests, float64(f.stats.Requests)/float64(max(f.stats.Distinct, 1)), f.stats.Pages, f.stats.Forbidden, f.stats.Trap)
	}
	return w.Flush()
}

// lines reads a list of addresses.
func lines(name string) ([]string, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	var out []string
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		out = append(out, sc.Text())
	}
	return out, sc.Err()
}

// transport is net/http's, trusting the authority in the file ca.
func transport(ca string) (*http.Transport, error) {
	pool, err := authorities(ca)
	if err != nil {
		return nil, err
	}
	return &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, MaxIdleConnsPerHost: 16, ForceAttemptHTTP2: false}, nil
}
