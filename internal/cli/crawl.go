package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/crawl/scope"
	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/run/hostlease"
	"github.com/clausea/crawler/internal/run/queue"
	"github.com/clausea/crawler/internal/schema"
	"github.com/clausea/crawler/internal/settings"
	"github.com/clausea/crawler/internal/telemetry"
)

func itoa(n int) string { return strconv.Itoa(n) }

// crawlFlags holds the settings and flags of the crawl command.
type crawlFlags struct {
	*settings.Values
	output           string
	noStore, verbose bool
}

func newCrawl(a *app) *cobra.Command {
	var f crawlFlags
	cmd := &cobra.Command{
		Use:   "crawl TARGET...",
		Short: "Crawl companies now; a target is a URL, a domain or a Company manifest",
		Example: `  clausea crawl example.com
  clausea crawl company.yaml -o json --max-pages 200`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("no target; for example: clausea crawl example.com")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			f.Values = a.values
			return a.crawlAll(cmd, args, f)
		},
	}
	fs := cmd.Flags()
	outputFlag(cmd, &f.output, "table", "json", "yaml")
	fs.BoolVar(&f.noStore, "no-store", false, "do not store the results")
	fs.BoolVarP(&f.verbose, "verbose", "v", false, "show the discovery path of each document")
	return a.withSettings(cmd, settings.CommandCrawl)
}

func (a *app) crawlAll(cmd *cobra.Command, targets []string, f crawlFlags) (err error) {
	ctx := cmd.Context()
	if f.output != "table" && f.output != "json" && f.output != "yaml" {
		return invalidOutput(f.output, "table", "json", "yaml")
	}
	tasks := make([]run.Task, len(targets))
	for i, target := range targets {
		if tasks[i], err = f.taskFor(ctx, target); err != nil {
			return err
		}
	}
	var metrics crawlerMetrics
	if f.MetricsFile != "" {
		registry := telemetry.NewRegistry(buildVersion())
		if metrics, err = newCrawlerMetrics(registry); err != nil {
			return err
		}
		defer func() {
			if werr := telemetry.WriteFile(f.MetricsFile, registry); werr != nil {
				err = a.reportSecondError(cmd.ErrOrStderr(), err, werr)
			}
		}()
	}
	fetcher, err := newMeasuredFetcher(f.Values, nil, metrics.fetch)
	if err != nil {
		return err
	}
	defer fetcher.Close()
	r := &run.Runner{Log: a.log, Interactive: true, Metrics: metrics.crawl, HostLeaseMetrics: metrics.hostLeases, WorkerID: workerIdentity()}
	if r.PDF, err = newPDFReader(); err != nil {
		return err
	}
	engine, closeEngine, err := newEngine(ctx, f.Values, fetcher, metrics.render, a.log)
	if err != nil {
		return err
	}
	defer closeEngine()
	r.Engine = engine
	if f.noStore {
		return a.crawlEach(cmd, r.ExecuteUnstored, tasks, f)
	}
	s, err := openStoreForCommand(ctx, f.Values)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close(context.WithoutCancel(ctx)) }()
	r.Store = s
	if embeddedFolder(f.Values) == "" { // with an embedded store no other process crawls, and this one crawls one company at a time
		r.MaxHostHold = hostlease.DefaultMaxHold
	}
	pool := &queue.Pool{Store: s, Runner: r, Log: a.log}
	return a.crawlEach(cmd, pool.Crawl, tasks, f)
}

// crawlFunc crawls one company and returns its report.
type crawlFunc func(context.Context, run.Task, run.ProgressFunc) (run.Report, error)

// crawlEach crawls the companies one after the other. It continues after a failed crawl.
func (a *app) crawlEach(cmd *cobra.Command, do crawlFunc, tasks []run.Task, f crawlFlags) error {
	code := exitDone
	for i, task := range tasks {
		title := task.Company
		if len(tasks) > 1 {
			title = fmt.Sprintf("%s (%d of %d)", task.Company, i+1, len(tasks))
		}
		c, err := a.crawlOne(cmd, do, task, title, f)
		if err != nil && len(tasks) == 1 {
			return err
		}
		if err != nil {
			a.printError(cmd.ErrOrStderr(), err)
			c = exitFailed
		}
		if c != exitDone && code != exitFailed {
			code = c
		}
		if ctx := cmd.Context(); ctx.Err() != nil && (c == signalCode(ctx) || i < len(tasks)-1) {
			return &exitError{code: signalCode(ctx)} // skip the remaining companies
		}
	}
	if code != exitDone {
		return &exitError{code: code}
	}
	return nil
}

func (a *app) crawlOne(cmd *cobra.Command, do crawlFunc, task run.Task, title string, f crawlFlags) (int, error) {
	progress, stop := a.startProgressBar(cmd.ErrOrStderr(), title)
	defer stop()
	start := time.Now()
	rep, err := do(cmd.Context(), task, progress)
	stop()
	if err != nil && !errors.Is(err, context.Canceled) {
		return 0, err
	}
	out := newReport(task, rep, time.Since(start))
	if err := out.print(cmd.OutOrStdout(), f.output, a.colorizerFor(cmd.OutOrStdout()), f.verbose); err != nil {
		return 0, fmt.Errorf("write the report: %w", err)
	}
	switch {
	case cmd.Context().Err() != nil && (err != nil || rep.Result.Reason == crawl.StopInterrupted):
		return signalCode(cmd.Context()), nil
	case rep.Result.Reason.Failed():
		a.printError(cmd.ErrOrStderr(), fmt.Errorf("%s: %s: %s", task.Company, rep.Result.Reason, rep.Run.Message))
		return exitFailed, nil
	case out.hasMissingType():
		return exitMissing, nil
	}
	return exitDone, nil
}

// taskFor converts a target to a task. A URL, a domain and a manifest all become a Company
// first. Flags override the Company's spec.
func (f *crawlFlags) taskFor(ctx context.Context, target string) (run.Task, error) {
	c, err := readCompany(ctx, target)
	if err != nil {
		return run.Task{}, &exitError{exitUsage, err}
	}
	return f.applyFlags(run.TaskOf(c, crawlOptions(f.Values))), nil
}

func readCompany(ctx context.Context, target string) (*v1alpha1.Company, error) {
	if !strings.HasSuffix(target, ".yaml") && !strings.HasSuffix(target, ".yml") && !strings.HasSuffix(target, ".json") && target != "-" {
		return schema.CompanyFromTarget(ctx, target, scope.RegistrableDomain)
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

// applyFlags applies the crawl flags that are set, which override the Company's spec.
func (f *crawlFlags) applyFlags(t run.Task) run.Task {
	o, p := crawlOptions(f.Values), &t.Plan
	if f.IsExplicit(&f.MaxPages) {
		p.MaxPages = o.MaxPages
	}
	if f.IsExplicit(&f.MaxDepth) {
		p.MaxDepth = o.MaxDepth
	}
	if f.IsExplicit(&f.Delay) {
		p.Delay = o.Delay
	}
	if f.IsExplicit(&f.Languages) {
		p.Languages = o.Languages
	}
	if f.IsExplicit(&f.Render) {
		p.Render = o.Render
	}
	if f.IsExplicit(&f.OffSite) {
		p.OffSite = o.OffSite
	}
	if f.IsExplicit(&f.Timeout) {
		p.TimeLimit = o.TimeLimit
	}
	return t
}
