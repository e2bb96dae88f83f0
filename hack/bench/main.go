// Command bench runs the benchmarks of docs/benchmarks.md: Clausea and other crawlers
// on generated sites, with limits for Clausea's figures.
//
//	bin/bench                     all parts, less than half an hour
//	bin/bench -only engine        one part
//	bin/bench -markdown out.md    write the tables to a file as well
//
// This process serves the sites on the first core. The measured programs are child
// processes on the second core: bench-programs, which must be in the same folder, and
// the other crawlers. The report names a crawler that cannot be installed. The exit
// code is 1 if a limit is exceeded or a limited figure could not be measured.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/clausea/crawler/hack/bench/api"
	"github.com/clausea/crawler/hack/bench/dashboard"
	"github.com/clausea/crawler/hack/bench/engine"
	"github.com/clausea/crawler/hack/bench/measure"
	"github.com/clausea/crawler/hack/bench/memory"
	"github.com/clausea/crawler/hack/bench/pipeline"
	"github.com/clausea/crawler/hack/bench/politeness"
	"github.com/clausea/crawler/hack/bench/queries"
	"github.com/clausea/crawler/hack/bench/report"
	"github.com/clausea/crawler/hack/bench/rivals"
	"github.com/clausea/crawler/hack/bench/scale"
	"github.com/clausea/crawler/hack/bench/soak"
	"github.com/clausea/crawler/hack/bench/storage"
)

// options are the flags.
type options struct {
	only, markdown, cache, gold string
	backend, profiles           string
	pages, large, rounds        int
	documents, companies        int
	stored, monitored           int
	binary, logs                string
	soak                        time.Duration
	seed                        uint64
}

func main() {
	var o options
	as := flag.String("as", "", "run as this child program")
	profile := flag.String("profile", "", "in a child: write a CPU profile to this file, and a heap profile next to it at the end")
	flag.StringVar(&o.only, "only", "", "parts to run, separated by commas: engine, large, politeness, pipeline, storage, queries, api, dashboard, scale, crawls, memory; soak runs only if it is named")
	flag.StringVar(&o.markdown, "markdown", "", "write the tables to this file as well")
	flag.StringVar(&o.gold, "gold", ".gold", "folder with the labelled pages and histories")
	flag.StringVar(&o.cache, "cache", filepath.Join(".cache", "bench"), "folder to install other crawlers in")
	flag.IntVar(&o.pages, "pages", 2000, "pages of the site for the engine part")
	flag.IntVar(&o.large, "large", 10_000, "pages of the site for the large part")
	flag.IntVar(&o.documents, "documents", 300, "pages of the site for the pipeline part")
	flag.StringVar(&o.backend, "backend", "", "run the scale part on one backend: api, mongodb or embedded; the queries, dashboard and soak parts too, without api")
	flag.StringVar(&o.profiles, "profiles", "", "folder for the CPU profiles of the scale, api and dashboard parts")
	flag.IntVar(&o.companies, "companies", 5000, "Companies in the scale part; it has twice as many CrawlJobs")
	flag.IntVar(&o.stored, "stored", 100_000, "documents in the stores of the queries and api parts")
	flag.StringVar(&o.binary, "bin", filepath.Join("bin", "clausea"), "the program that the api, memory and soak parts measure")
	flag.IntVar(&o.monitored, "monitored", 10_000, "companies in the stores of the dashboard part; each has 20 documents")
	flag.IntVar(&o.rounds, "rounds", 3, "alternating rounds; limits apply to the median")
	flag.DurationVar(&o.soak, "soak", 20*time.Minute, "how long the soak part starts crawls")
	flag.Uint64Var(&o.seed, "seed", 0, "seed of the faults in the soak part; 0 selects one")
	flag.StringVar(&o.logs, "logs", "", "folder for the logs of the processes in the soak part")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ok, err := run(ctx, *as, *profile, o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
	}
	if err != nil || !ok {
		os.Exit(1) //nolint:gocritic // nothing is left to stop
	}
}

// run runs a child program, or the selected parts.
func run(ctx context.Context, as, profile string, o options) (ok bool, err error) {
	if as != "" {
		return true, runChild(as, flag.Args(), profile)
	}
	// The soak measures growth, not speed, and its many processes share all cores.
	if o.only != "soak" {
		if err := measure.PinSelf(); err != nil {
			return false, err
		}
	}
	return runParts(ctx, o)
}

// runParts runs the selected parts and reports whether all limits were met.
func runParts(ctx context.Context, o options) (ok bool, err error) {
	out := io.Writer(os.Stdout)
	if o.markdown != "" {
		f, err := os.Create(o.markdown)
		if err != nil {
			return false, fmt.Errorf("write the tables: %w", err)
		}
		defer func() { _ = f.Close() }()
		out = io.MultiWriter(out, f)
	}
	r := report.New(out)
	cache, err := filepath.Abs(o.cache)
	if err != nil {
		return false, fmt.Errorf("find the folder %s: %w", o.cache, err)
	}
	pinned := "the measured programs pinned to a core"
	switch {
	case o.only == "soak":
		pinned = "no program pinned to a core"
	case !measure.Pinned():
		pinned = "the measured programs NOT pinned to a core, which makes the figures less reliable"
	}
	r.Note("%s on %s/%s, %d cores, %s. Load average at the start: %s.", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), pinned, measure.LoadAverage())
	set := rivals.Find(ctx, cache)
	parts := []struct {
		name string
		run  func() error
	}{
		{"engine", func() error { return engine.Run(ctx, r, set, o.pages, o.rounds, true) }},
		{"large", func() error { return engine.Run(ctx, r, set, o.large, o.rounds, false) }},
		{"politeness", func() error { return politeness.Run(ctx, r) }},
		{"storage", func() error { return storage.Run(ctx, r, o.gold) }},
		{"queries", func() error { return queries.Run(ctx, r, queries.Options{Documents: o.stored, Backend: o.backend}) }},
		{"api", func() error {
			return api.Run(ctx, r, api.Options{Documents: o.stored, Rounds: o.rounds, Profiles: o.profiles, Binary: o.binary})
		}},
		{"dashboard", func() error {
			return dashboard.Run(ctx, r, dashboard.Options{Companies: o.monitored, Backend: o.backend, Profiles: o.profiles})
		}},
		{"pipeline", func() error { return pipeline.Run(ctx, r, o.documents, o.rounds) }},
		{"scale", func() error {
			return scale.Run(ctx, r, scale.Options{Companies: o.companies, Backend: o.backend, Profiles: o.profiles})
		}},
		{"memory", func() error { return memory.Run(ctx, r, memory.Options{Binary: o.binary, Pages: o.pages}) }},
		{"soak", func() error {
			return soak.Run(ctx, r, soak.Options{Binary: o.binary, Duration: o.soak, Seed: o.seed, Backend: o.backend, Logs: o.logs})
		}},
		{"crawls", func() error { return scale.RunCrawls(ctx, r, o.profiles) }},
	}
	asked := strings.Split(o.only, ",")
	for _, p := range parts {
		if !slices.Contains(asked, p.name) && (o.only != "" || p.name == "soak") {
			continue
		}
		if err := p.run(); err != nil {
			return false, fmt.Errorf("%s: %w", p.name, err)
		}
	}
	ok = r.Close()
	r.Note("Load average at the end: %s.", measure.LoadAverage())
	return ok, nil
}

// runChild runs one of the measured programs of the scale and api parts, which link all of Clausea.
func runChild(name string, args []string, profile string) error {
	stop, err := measure.Profile(profile)
	if err != nil {
		return err
	}
	defer stop()
	part, rest, _ := strings.Cut(name, "/")
	children := map[string]map[string]func([]string) error{"scale": scale.Children, "api": api.Children}
	if child, ok := children[part][rest]; ok {
		return child(args)
	}
	return fmt.Errorf("no program %q with %d arguments", name, len(args))
}
