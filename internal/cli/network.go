package cli

import (
	"context"
	"errors"
	"net/netip"
	"strings"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/crawl/netguard"
	"github.com/clausea/crawler/internal/crawl/render"
	"github.com/clausea/crawler/internal/settings"
	"github.com/clausea/crawler/internal/telemetry"
)

// newFetcher makes a fetcher of the settings; connecting, where it is not nil, may
// refuse a connection that they let through.
func newFetcher(v *settings.Values, connecting func(network, at string) error) (*fetch.Fetcher, error) {
	var allowed []netip.Prefix
	for _, a := range v.AllowAddress {
		p, err := netip.ParsePrefix(a)
		if err != nil {
			return nil, &exitError{exitUsage, v.InvalidValue(&v.AllowAddress, a, "CIDRs such as 127.0.0.1/32")}
		}
		allowed = append(allowed, p)
	}
	if !strings.Contains(v.UserAgent, crawl.UserAgentToken) {
		return nil, &exitError{exitUsage, v.InvalidValue(&v.UserAgent, v.UserAgent, "one that holds "+crawl.UserAgentToken+", the name that robots.txt is read for")}
	}
	cfg := fetch.Config{Guard: netguard.New(allowed), CAFile: v.CAFile, Proxy: v.Proxy.Reveal(), UserAgent: v.UserAgent, OnConnect: connecting}
	for _, c := range v.ConnectTo {
		to, err := fetch.ParseConnectTo(c)
		if err != nil {
			return nil, &exitError{exitUsage, v.InvalidValue(&v.ConnectTo, c, "HOST1:PORT1:HOST2:PORT2; HOST1 and PORT1 may be empty")}
		}
		cfg.ConnectTo = append(cfg.ConnectTo, to)
	}
	f, err := fetch.New(cfg)
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	return f, nil
}

// newEngine makes a crawl engine of the settings, with a browser where there is one,
// counted by m, which may be nil. What it returns beside it ends the browser.
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
		return nil, nil, &exitError{exitUsage, v.InvalidValue(&v.Browser, v.Browser.Reveal(), "the path of a Chromium, or the DevTools URL of one")}
	case v.Render != string(crawl.RenderNever):
		log.Info("no Chromium is found: pages that need one are counted as needs_browser", "render", v.Render)
	}
	return e, func() {}, nil
}
