package engine

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"sync"
	"time"

	"github.com/gocolly/colly/v2"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/crawl/netguard"
)

// concurrency is how many requests each other crawler has in flight. The engine sends a
// host one request at a time, here as in production.
const concurrency = 16

// Children are the crawlers in bench-programs, by name. Each takes a URL (or a file of
// URLs) and a PEM file with the certificate authority to trust.
var Children = map[string]func(target, ca string) error{
	"clausea": ours, "colly": documented, "nethttp": plain,
}

// Loopback lets the address guard through to the sites served here.
func Loopback() *netguard.Guard {
	return netguard.New([]netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")})
}

func ours(origin, ca string) error {
	u, err := url.Parse(origin)
	if err != nil {
		return fmt.Errorf("crawl %s: %w", origin, err)
	}
	f, err := fetch.New(fetch.Config{Guard: Loopback(), CAFile: ca})
	if err != nil {
		return fmt.Errorf("crawl %s: %w", origin, err)
	}
	defer f.Close()
	res, err := crawl.New(f).Run(context.Background(), crawl.Plan{
		Domains: []string{u.Hostname()}, Seeds: []crawl.Seed{{URL: origin + "/"}},
		Options: crawl.Options{MaxPages: 1 << 20, MaxDepth: 1 << 20, TimeLimit: time.Hour},
	}, crawl.Deps{Observer: crawl.NopObserver{}}) // without extraction and checkpoints, as without a store
	fmt.Fprintln(os.Stderr, "clausea:", res.Reason, res.Progress.Fetched, "fetched, skipped", res.Progress.Skipped)
	return err
}

// documented runs colly as its README and its example of a parallel crawl show it.
func documented(origin, ca string) error {
	u, err := url.Parse(origin)
	if err != nil {
		return fmt.Errorf("crawl %s: %w", origin, err)
	}
	t, err := Transport(ca)
	if err != nil {
		return err
	}
	c := colly.NewCollector(colly.AllowedDomains(u.Hostname()), colly.Async(true))
	c.IgnoreRobotsTxt = false
	c.SetRequestTimeout(time.Minute) // a busy machine must not cause failures
	c.WithTransport(t)
	if err := c.Limit(&colly.LimitRule{DomainGlob: "*", Parallelism: concurrency}); err != nil {
		return fmt.Errorf("crawl %s: %w", origin, err)
	}
	c.OnHTML("a[href]", func(e *colly.HTMLElement) {
		if link := e.Attr("href"); len(link) < 10 || link[:9] != "/calendar" { // colly does not detect traps
			_ = e.Request.Visit(link)
		}
	})
	if err := c.Visit(origin + "/"); err != nil {
		return fmt.Errorf("crawl %s: %w", origin, err)
	}
	c.Wait()
	return nil
}

// plain fetches a list of URLs and parses nothing: the lower bound for a crawler.
func plain(list, ca string) error {
	urls, err := lines(list)
	if err != nil {
		return err
	}
	t, err := Transport(ca)
	if err != nil {
		return err
	}
	client := &http.Client{Transport: t, Timeout: time.Minute}
	work := make(chan string)
	var wg sync.WaitGroup
	for range concurrency {
		wg.Go(func() {
			for u := range work {
				resp, err := client.Get(u)
				if err != nil {
					fmt.Fprintln(os.Stderr, err)
					continue
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
			}
		})
	}
	for _, u := range urls {
		work <- u
	}
	close(work)
	wg.Wait()
	return nil
}

// lines reads a list of URLs.
func lines(name string) ([]string, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read the list of pages: %w", err)
	}
	defer func() { _ = f.Close() }()
	var out []string
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		out = append(out, sc.Text())
	}
	return out, sc.Err()
}

// Transport returns an HTTP transport that trusts the certificate authority in the file
// ca and keeps as many idle connections as there are requests in flight.
func Transport(ca string) (*http.Transport, error) {
	b, err := os.ReadFile(ca)
	if err != nil {
		return nil, fmt.Errorf("read the certificate authority: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(b) {
		return nil, fmt.Errorf("%s contains no certificate", ca)
	}
	return &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, MaxIdleConnsPerHost: concurrency}, nil
}
