// Command eval scores the binary on labelled pages, histories and sites. It writes the
// results to docs/quality.md: the figures with their targets, the worst cases, and the
// hand-written notes of lessons.md.
//
//	bin/eval -bin bin/clausea -gold .gold -score ../shared/evals/score.py -sitesd bin/sitesd
//
// make eval builds all that it needs.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

type options struct {
	bin, gold, score, sitesd, trainclassify, lessons, out string
}

func main() {
	var o options
	flag.StringVar(&o.bin, "bin", "bin/clausea", "the binary to score")
	flag.StringVar(&o.gold, "gold", ".gold", "folder with the labelled pages, histories and sites")
	flag.StringVar(&o.score, "score", "../shared/evals/score.py", "the scoring script")
	flag.StringVar(&o.sitesd, "sitesd", "bin/sitesd", "the server of the recorded sites")
	flag.StringVar(&o.trainclassify, "trainclassify", "bin/trainclassify", "the trainer, for the cross-validation")
	flag.StringVar(&o.lessons, "lessons", "hack/eval/lessons.md", "the notes to append")
	flag.StringVar(&o.out, "out", "docs/quality.md", "the page to write")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "eval:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	lessons, err := os.ReadFile(o.lessons)
	if err != nil {
		return err
	}
	var p page
	for _, name := range []string{"types", "extraction", "changes", "discovery"} {
		s, err := o.suite(ctx, name)
		if err != nil {
			return err
		}
		p.suites = append(p.suites, s)
		fmt.Println(s.headline)
	}
	if p.crossValidation, err = o.crossValidate(ctx); err != nil {
		return err
	}
	if p.sites, err = o.worstSites(ctx); err != nil {
		return err
	}
	p.lessons = string(lessons)
	return os.WriteFile(o.out, []byte(p.markdown()), 0o644)
}
