package politeness

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gocolly/colly/v2"
	"golang.org/x/sync/errgroup"

	"github.com/clausea/crawler/hack/bench/engine"
	"github.com/clausea/crawler/hack/bench/site"
	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/fetch"
)

// Children are the measured programs, by name. Each takes the server's host and port, a
// PEM file with the certificate authority to trust, the home pages separated by commas,
// and the number of concurrent hosts.
var Children = map[string]func(addr, ca, homes, hosts string) error{
	"clausea": ours, "colly": collyHost, "colly-star": collyStar,
}

// delay is the requested delay between two requests to a host.
const delay = 250 * time.Millisecond

// timeLimit stops a crawl that waits for unresponsive hosts.
const timeLimit = 40 * time.Second

// hostsPerCrawl is the number of hosts of one crawl of the engine. It is below the number of
// concurrent requests of a crawl (32), and each host has at most one request in flight.
const hostsPerCrawl = 25

// ours crawls the hosts with one engine. If hosts is 0, one crawl has all of them. Otherwise
// concurrent crawls have hostsPerCrawl each, as a process that crawls many companies does.
func ours(addr, ca, homes, hosts string) error {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("crawl hosts: %w", err)
	}
	f, err := fetch.New(fetch.Config{Guard: engine.Loopback(), CAFile: ca, ConnectTo: []fetch.ConnectTo{{ToHost: "127.0.0.1", ToPort: port}}})
	if err != nil {
		return fmt.Errorf("crawl hosts: %w", err)
	}
	defer f.Close()
	all := strings.Split(homes, ",")
	perCrawl := hostsPerCrawl
	if hosts == "0" {
		perCrawl = len(all)
	}
	e := crawl.New(f)
	var crawls errgroup.Group
	for some := range slices.Chunk(all, perCrawl) {
		p := crawl.Plan{Domains: []string{site.Domain}, Options: crawl.Options{MaxPages: 1 << 20, MaxDepth: 1 << 20, Delay: delay, TimeLimit: timeLimit}}
		for _, home := range some {
			p.Seeds = append(p.Seeds, crawl.Seed{URL: home})
		}
		crawls.Go(func() error {
			res, err := e.Run(context.Background(), p, crawl.Deps{Observer: crawl.NopObserver{}})
			fmt.Println(res.Reason, res.Progress.Fetched, "fetched, skipped", res.Progress.Skipped)
			return err
		})
	}
	return crawls.Wait()
}

// collyHost runs colly with one rule per host.
func collyHost(addr, ca, homes, _ string) error {
	var rules []*colly.LimitRule
	for _, home := range strings.Split(homes, ",") {
		host := strings.TrimSuffix(strings.TrimPrefix(home, "https://"), "/")
		rules = append(rules, &colly.LimitRule{DomainGlob: host, Delay: delay, Parallelism: 1})
	}
	return withColly(addr, ca, homes, rules)
}

// collyStar runs colly with one rule for all hosts, as in its README.
func collyStar(addr, ca, homes, hosts string) error {
	n, err := strconv.Atoi(hosts)
	if err != nil {
		return fmt.Errorf("crawl hosts: %w", err)
	}
	return withColly(addr, ca, homes, []*colly.LimitRule{{DomainGlob: "*", Delay: delay, Parallelism: n}})
}

func withColly(addr, ca, homes string, rules []*colly.LimitRule) error {
	t, err := engine.Transport(ca)
	if err != nil {
		return err
	}
	t.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, addr)
	}
	c := colly.NewCollector(colly.Async(true))
	c.IgnoreRobotsTxt = false
	c.WithTransport(t)
	if err := c.Limits(rules); err != nil {
		return fmt.Errorf("crawl hosts: %w", err)
	}
	c.OnHTML("a[href]", func(e *colly.HTMLElement) { _ = e.Request.Visit(e.Attr("href")) })
	ctx, cancel := context.WithTimeout(context.Background(), timeLimit)
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, home := range strings.Split(homes, ",") {
			_ = c.Visit(home)
		}
		c.Wait()
	}()
	select {
	case <-done:
	case <-ctx.Done(): // colly has no time limit
	}
	return nil
}
