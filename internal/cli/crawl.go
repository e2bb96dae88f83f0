package cli

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/go-logr/logr"
	"github.com/spf13/cobra"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/address"
	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/crawl/scope"
	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/schema"
)

func itoa(n int) string { return strconv.Itoa(n) }

// crawlFlags are the flags of clausea crawl.
type crawlFlags struct {
	output, store, render, caFile, proxy string
	noStore, verbose, delaySet           bool
	maxPages, maxDepth                   int
	delay, timeout                       time.Duration
	connectTo, allowAddress, languages   []string
}

func newCrawl() *cobra.Command {
	var f crawlFlags
	cmd := &cobra.Command{
		Use:   "crawl TARGET...",
		Short: "Crawl companies now: a URL, a domain or a Company's manifest each",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("name what to crawl: clausea crawl example.com")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			f.delaySet = cmd.Flags().Changed("delay")
			return crawlAll(cmd, args, f)
		},
	}
	fs := cmd.Flags()
	fs.StringVarP(&f.output, "output", "o", "table", "table, json or yaml")
	fs.StringVar(&f.store, "store", "", "store to keep versions in: a folder (default CLAUSEA_DATA_DIR or ./data)")
	fs.BoolVar(&f.noStore, "no-store", false, "keep nothing")
	fs.IntVar(&f.maxPages, "max-pages", 0, "pages fetched at most (default 500)")
	fs.IntVar(&f.maxDepth, "max-depth", 0, "links from a seed at most (default 6)")
	fs.DurationVar(&f.delay, "delay", crawl.DefaultDelay, "time between requests to one host; 0 is none")
	fs.StringVar(&f.render, "render", "Never", "Never: pages are not rendered in a browser by this version")
	fs.DurationVar(&f.timeout, "timeout", 0, "time for a crawl at most (default 30m)")
	fs.StringArrayVar(&f.connectTo, "connect-to", nil, "HOST1:PORT1:HOST2:PORT2, as curl has it")
	fs.StringVar(&f.caFile, "ca-file", "", "PEM file of further certificate authorities")
	fs.StringArrayVar(&f.allowAddress, "allow-address", nil, "CIDR that the address guard lets through, for tests")
	fs.StringVar(&f.proxy, "proxy", os.Getenv("CRAWLER_PROXY"), "forward proxy, a URL")
	fs.StringSliceVar(&f.languages, "languages", nil, "preferred languages, such as en,de")
	fs.BoolVarP(&f.verbose, "verbose", "v", false, "show the path by which each document was found")
	return cmd
}

func crawlAll(cmd *cobra.Command, targets []string, f crawlFlags) error {
	ctx := cmd.Context()
	if f.output != "table" && f.output != "json" && f.output != "yaml" {
		return usage("-o %s: it is table, json or yaml", f.output)
	}
	if f.render != "Never" {
		return usage("--render %s: this version has no browser; use Never", f.render)
	}
	fetcher, err := f.fetcher()
	if err != nil {
		return &exitError{exitUsage, err}
	}
	defer fetcher.Close()
	r := &run.Runner{Engine: crawl.New(fetcher), Log: logr.Discard(), Holder: holder()}
	if !f.noStore {
		if r.Store, err = openStore(ctx, f.store); err != nil {
			return err
		}
		defer func() { _ = r.Store.Close(context.WithoutCancel(ctx)) }()
	}
	code := exitDone
	for _, target := range targets {
		c, err := crawlOne(ctx, cmd, r, target, f)
		if err != nil {
			return err
		}
		if c != exitDone && code != exitFailed {
			code = c
		}
	}
	if code != exitDone {
		return &exitError{code: code}
	}
	return nil
}

func crawlOne(ctx context.Context, cmd *cobra.Command, r *run.Runner, target string, f crawlFlags) (int, error) {
	task, err := f.task(ctx, target)
	if err != nil {
		return 0, err
	}
	stop := showProgress(r)
	begun := time.Now()
	rep, err := r.Run(ctx, task)
	stop()
	if err != nil && !errors.Is(err, context.Canceled) {
		return 0, err
	}
	if err := printReport(cmd.OutOrStdout(), task, rep, time.Since(begun), f); err != nil {
		return 0, fmt.Errorf("write the report: %w", err)
	}
	switch {
	case rep.Result.Reason.Failed():
		fmt.Fprintf(cmd.ErrOrStderr(), "clausea: %s: %s: %s\n", task.Company, rep.Result.Reason, rep.Result.Message)
		return exitFailed, nil
	case len(missingTypes(task, rep)) > 0:
		return exitMissing, nil
	}
	return exitDone, nil
}

func (f *crawlFlags) fetcher() (*fetch.Fetcher, error) {
	var allowed []netip.Prefix
	for _, a := range f.allowAddress {
		p, err := netip.ParsePrefix(a)
		if err != nil {
			return nil, fmt.Errorf("--allow-address %s: write it as a CIDR such as 127.0.0.1/32", a)
		}
		allowed = append(allowed, p)
	}
	cfg := fetch.Config{Guard: address.New(allowed), CAFile: f.caFile, Proxy: f.proxy}
	for _, c := range f.connectTo {
		to, err := fetch.ParseConnectTo(c)
		if err != nil {
			return nil, err
		}
		cfg.ConnectTo = append(cfg.ConnectTo, to)
	}
	return fetch.New(cfg)
}

// task makes a plan of a target. A URL, a bare domain and a Company's manifest all
// become a Company first; a flag that is given overrides what it says.
func (f *crawlFlags) task(ctx context.Context, target string) (run.Task, error) {
	c, err := companyOf(ctx, target)
	if err != nil {
		return run.Task{}, &exitError{exitUsage, err}
	}
	return f.override(run.TaskOf(c)), nil
}

func companyOf(ctx context.Context, target string) (*v1alpha1.Company, error) {
	if !strings.HasSuffix(target, ".yaml") && !strings.HasSuffix(target, ".yml") && !strings.HasSuffix(target, ".json") && target != "-" {
		return schema.CompanyFor(ctx, target, scope.Registrable)
	}
	in := os.Stdin
	if target != "-" {
		file, err := os.Open(target)
		if err != nil {
			return nil, fmt.Errorf("read the Company: %w", err)
		}
		defer func() { _ = file.Close() }()
		in = file
	}
	c, err := schema.ReadCompany(ctx, in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", target, err)
	}
	return c, nil
}

func (f *crawlFlags) override(t run.Task) run.Task {
	if f.maxPages > 0 {
		t.Plan.MaxPages = f.maxPages
	}
	if f.maxDepth > 0 {
		t.Plan.MaxDepth = f.maxDepth
	}
	if f.delaySet {
		t.Plan.Delay = f.delay
		if f.delay == 0 {
			t.Plan.Delay = -1
		}
	}
	if len(f.languages) > 0 {
		t.Plan.Languages = f.languages
	}
	if f.timeout > 0 {
		t.Plan.TimeLimit = f.timeout
	}
	return t
}

func missingTypes(t run.Task, rep run.Report) []string {
	var missing []string
	for _, want := range t.Plan.ExpectedTypes {
		found := false
		for _, d := range rep.Documents {
			found = found || d.Type == want && d.Change != run.Gone
		}
		if !found {
			missing = append(missing, want)
		}
	}
	return missing
}
