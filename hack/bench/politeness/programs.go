package politeness

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/gocolly/colly/v2"

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

func ours(addr, ca, homes, _ string) error {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("crawl hosts: %w", err)
	}
	f, err := fetch.New(fetch.Config{Guard: engine.Loopback(), CAFile: ca, ConnectTo: []fetch.ConnectTo{{ToHost: "127.0.0.1", ToPort: port}}})
	if err != nil {
		return fmt.Errorf("crawl hosts: %w", err)
	}
	defer f.Close()
	p := crawl.Plan{Domains: []string{site.Domain}, Options: crawl.Options{MaxPages: 1 << 20, MaxDepth: 1 << 20, Delay: delay, TimeLimit: timeLimit}}
	for _, home := range strings.Split(homes, ",") {
		p.Seeds = append(p.Seeds, crawl.Seed{URL: home})
	}
	res, err := crawl.New(f).Run(context.Background(), p, crawl.Deps{Observer: crawl.NopObserver{}})
	fmt.Println(res.Reason, res.Progress.Fetched, "fetched, skipped", res.Progress.Skipped)
	return err
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
