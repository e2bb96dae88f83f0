package cli

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/crawl/netguard"
	"github.com/clausea/crawler/internal/crawl/render"
	"github.com/clausea/crawler/internal/notify"
	"github.com/clausea/crawler/internal/settings"
	"github.com/clausea/crawler/internal/telemetry"
)

// newFetcher creates a fetcher from the settings.
func newFetcher(v *settings.Values) (*fetch.Fetcher, error) {
	return newMeasuredFetcher(v, nil, nil)
}

// newMeasuredFetcher is newFetcher, and records the requests in m. onConnect can reject
// connections that the settings allow. Both may be nil.
func newMeasuredFetcher(v *settings.Values, onConnect func(network, addr string) error, m *telemetry.FetchMetrics) (*fetch.Fetcher, error) {
	allowed, err := prefixes(v, &v.AllowAddress)
	if err != nil {
		return nil, err
	}
	if !strings.Contains(v.UserAgent, crawl.UserAgentToken) {
		return nil, &exitError{exitUsage, v.InvalidValue(&v.UserAgent, v.UserAgent, "a User-Agent that contains "+crawl.UserAgentToken+", the product token that robots.txt files use")}
	}
	cfg := fetch.Config{Guard: netguard.New(allowed), CAFile: v.CAFile, Proxy: v.Proxy.Reveal(), UserAgent: v.UserAgent, OnConnect: onConnect}
	if m != nil {
		cfg.OnDone = recordFetch(m)
	}
	for _, c := range v.ConnectTo {
		rule, err := fetch.ParseConnectTo(c)
		if err != nil {
			return nil, &exitError{exitUsage, v.InvalidValue(&v.ConnectTo, c, "HOST1:PORT1:HOST2:PORT2; HOST1 and PORT1 may be empty")}
		}
		cfg.ConnectTo = append(cfg.ConnectTo, rule)
	}
	f, err := fetch.New(cfg)
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	return f, nil
}

// prefixes parses the CIDRs of a setting.
func prefixes(v *settings.Values, field *[]string) ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, text := range *field {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, &exitError{exitUsage, v.InvalidValue(field, text, "CIDRs such as 127.0.0.1/32")}
		}
		all = append(all, p.Masked())
	}
	return all, nil
}

// newWebhookClient creates the client that reaches the endpoints of webhooks. It never uses the
// proxy of crawls.
func newWebhookClient(v *settings.Values) (*notify.Client, error) {
	allowed, err := prefixes(v, &v.AllowAddress)
	if err != nil {
		return nil, err
	}
	c, err := notify.NewClient(notify.ClientOptions{AllowAddress: allowed, CAFile: v.CAFile})
	if err != nil {
		return nil, &exitError{exitUsage, fmt.Errorf("prepare the delivery of webhooks: %w", err)}
	}
	return c, nil
}

// newEngine creates a crawl engine from the settings, with a browser if one is available.
// m may be nil. The returned function stops the browser.
func newEngine(ctx context.Context, v *settings.Values, f *fetch.Fetcher, m *telemetry.RenderMetrics, log logr.Logger) (*crawl.Engine, func(), error) {
	e := crawl.New(f)
	e.Log = log
	pool, err := render.New(ctx, render.Config{Browser: v.Browser.Reveal(), Fetcher: f, UserAgent: v.UserAgent, Observer: renderObserver{m}, Log: log})
	switch {
	case err == nil:
		e.Renderer = pool
		return e, pool.Close, nil
	case !errors.Is(err, render.ErrNoBrowser):
		return nil, nil, err
	case !v.Browser.IsEmpty():
		return nil, nil, &exitError{exitUsage, v.InvalidValue(&v.Browser, v.Browser.Reveal(), "the path of a Chromium executable, or a DevTools URL")}
	case v.Render != string(crawl.RenderNever):
		log.Info("found no Chromium; pages that require one are skipped with reason needs_browser", "render", v.Render)
	}
	return e, func() {}, nil
}
