// Command bench measures Clausea beside rivals and says whether what it must show
// holds.
//
//	bin/bench                     all of it, about half an hour
//	bin/bench -only engine        one part
//	bin/bench -markdown out.md    the tables into a file too
//
// The sites are served by this process on the first core; what is measured are
// child processes on the second: the crawlers are bench-programs, which is built beside
// this program. A rival that can't be had is named as such. It
// exits 1 where a required line is not met or could not be measured.
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

	"github.com/clausea/crawler/hack/bench/engine"
	"github.com/clausea/crawler/hack/bench/measure"
	"github.com/clausea/crawler/hack/bench/pipeline"
	"github.com/clausea/crawler/hack/bench/politeness"
	"github.com/clausea/crawler/hack/bench/report"
	"github.com/clausea/crawler/hack/bench/rivals"
	"github.com/clausea/crawler/hack/bench/scale"
	"github.com/clausea/crawler/hack/bench/storage"
)

// options are the flags.
type options struct {
	only, markdown, cache, gold string
	backend, profiles           string
	pages, large, rounds        int
	documents, companies        int
}

func main() {
	var o options
	as := flag.String("as", "", "be this program (for the children)")
	profile := flag.String("profile", "", "of a child: write a CPU profile here, and what is in use at the end beside it")
	flag.StringVar(&o.only, "only", "", "parts to run, with commas: engine, large, politeness, pipeline, storage, scale")
	flag.StringVar(&o.markdown, "markdown", "", "write the tables into this file too")
	flag.StringVar(&o.gold, "gold", ".gold", "folder of the labelled pages and histories")
	flag.StringVar(&o.cache, "cache", filepath.Join(".cache", "bench"), "folder that rivals are kept in")
	flag.IntVar(&o.pages, "pages", 2000, "pages of the engine's site")
	flag.IntVar(&o.large, "large", 10_000, "pages of its large site")
	flag.IntVar(&o.documents, "documents", 300, "pages of the pipeline's site")
	flag.StringVar(&o.backend, "home", "", "the only home of the scale part: api, mongodb or embedded")
	flag.StringVar(&o.profiles, "profiles", "", "folder for CPU profiles of the scale part's programs")
	flag.IntVar(&o.companies, "companies", 5000, "Companies of the scale part, which has twice as many CrawlJobs")
	flag.IntVar(&o.rounds, "rounds", 3, "alternating rounds; the median counts")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ok, err := run(ctx, *as, *profile, o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
	}
	if err != nil || !ok {
		os.Exit(1) //nolint:gocritic // nothing is left to stop
	}
}

// run is a child, or all that was asked for.
func run(ctx context.Context, as, profile string, o options) (ok bool, err error) {
	if as != "" {
		return true, runChild(as, flag.Args(), profile)
	}
	if err := measure.PinSelf(); err != nil {
		return false, err
	}
	return runParts(ctx, o)
}

// runParts runs the parts that were asked for.
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
		return false, fmt.Errorf("look for %s: %w", o.cache, err)
	}
	pinned := "the measured programs on a core of their own"
	if !measure.Pinned() {
		pinned = "NOT pinned to a core of their own, so that the figures are worth less"
	}
	r.Note("%s on %s/%s, %d cores, %s. Load of the machine at the beginning: %s.", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), pinned, measure.LoadAverage())
	set := rivals.Find(ctx, cache)
	parts := []struct {
		name string
		run  func() error
	}{
		{"engine", func() error { return engine.Run(ctx, r, set, o.pages, o.rounds, true) }},
		{"large", func() error { return engine.Run(ctx, r, set, o.large, o.rounds, false) }},
		{"politeness", func() error { return politeness.Run(ctx, r) }},
		{"storage", func() error { return storage.Run(ctx, r, o.gold) }},
		{"pipeline", func() error { return pipeline.Run(ctx, r, o.documents, o.rounds) }},
		{"scale", func() error {
			return scale.Run(ctx, r, scale.Options{Companies: o.companies, Backend: o.backend, Profiles: o.profiles})
		}},
	}
	asked := strings.Split(o.only, ",")
	for _, p := range parts {
		if o.only != "" && !slices.Contains(asked, p.name) {
			continue
		}
		if err := p.run(); err != nil {
			return false, fmt.Errorf("%s: %w", p.name, err)
		}
	}
	ok = r.Close()
	r.Note("Load at the end: %s.", measure.LoadAverage())
	return ok, nil
}

// runChild is one of the controllers' measured programs, which are whole ones.
func runChild(name string, args []string, profile string) error {
	stop, err := measure.Profile(profile)
	if err != nil {
		return err
	}
	defer stop()
	part, rest, _ := strings.Cut(name, "/")
	if child, ok := scale.Children[rest]; ok && part == "scale" {
		return child(args)
	}
	return fmt.Errorf("no program %q with %d arguments", name, len(args))
}
