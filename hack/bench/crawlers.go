package main

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"runtime/pprof"
	"sync"
	"time"

	"github.com/gocolly/colly/v2"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/address"
	"github.com/clausea/crawler/internal/crawl/fetch"
)

// concurrency is how many requests each crawler has in flight.
const concurrency = 16

func be(name string, args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("%s: want an address and a certificate", name)
	}
	switch name {
	case "clausea":
		return ours(args[0], args[1])
	case "colly":
		return documented(args[0], args[1])
	case "nethttp":
		return plain(args[0], args[1])
	}
	return fmt.Errorf("no crawler %q", name)
}

func authorities(ca string) (*x509.CertPool, error) {
	b, err := os.ReadFile(ca)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(b) {
		return nil, fmt.Errorf("%s holds no certificate", ca)
	}
	return pool, nil
}

// nothing judges no page: the extraction is off.
type nothing struct{}

func (nothing) Validators(context.Context, string) crawl.Validators { return crawl.Validators{} }
func (nothing) Page(context.Context, *crawl.Page) (crawl.Verdict, error) {
	return crawl.Verdict{}, nil
}

func ours(origin, ca string) error {
	u, err := url.Parse(origin)
	if err != nil {
		return err
	}
	f, err := fetch.New(fetch.Config{
		Guard: address.New([]netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}), CAFile: ca,
	})
	if err != nil {
		return err
	}
	defer f.Close()
	if name := os.Getenv("CLAUSEA_BENCH_PROFILE"); name != "" {
		out, err := os.Create(name)
		if err != nil {
			return err
		}
		if err := pprof.StartCPUProfile(out); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	res, err := crawl.New(f).Run(context.Background(), crawl.Plan{
		Domains: []string{u.Hostname()}, Seeds: []crawl.Seed{{URL: origin + "/"}}, MaxPages: 1 << 20, MaxDepth: 1 << 20,
		Delay: -1, PerHost: concurrency, TimeLimit: time.Hour, Exhaustive: true,
	}, nothing{})
	fmt.Fprintln(os.Stderr, "clausea:", res.Reason, res.Progress.Fetched, "fetched, skipped", res.Progress.Skipped)
	return err
}

// documented is colly as its README and its examples of a parallel crawl show it.
func documented(origin, ca string) error {
	u, err := url.Parse(origin)
	if err != nil {
		return err
	}
	t, err := transport(ca)
	if err != nil {
		return err
	}
	c := colly.NewCollector(colly.AllowedDomains(u.Hostname()), colly.Async(true))
	c.IgnoreRobotsTxt = false
	c.WithTransport(t)
	if err := c.Limit(&colly.LimitRule{DomainGlob: "*", Parallelism: concurrency}); err != nil {
		return err
	}
	c.OnHTML("a[href]", func(e *colly.HTMLElement) {
		if link := e.Attr("href"); len(link) < 10 || link[:9] != "/calendar" { // it has nothing against traps
			_ = e.Request.Visit(link)
		}
	})
	if err := c.Visit(origin + "/"); err != nil {
		return err
	}
	c.Wait()
	return nil
}

// plain fetches the list and parses nothing.
func plain(list, ca string) error {
	urls, err := lines(list)
	if err != nil {
		return err
	}
	t, err := transport(ca)
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
