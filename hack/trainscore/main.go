// Command trainscore trains the weights that package score adds to its hand-written
// phrases: weights of words and phrases in paths, host names and link texts. It uses the
// URLs of documents and the links of labelled sites. It is deterministic.
//
//	go run ./hack/trainscore -gold .gold -out internal/crawl/score/learned.txt
//
// It first reports, by cross-validation by company, how well the weights rank the links
// of unseen companies. With -without N (0 to 4) it trains without the companies of fold
// N, so that crawls of them can be measured with weights from other companies.
package main

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

func main() {
	gold := flag.String("gold", os.Getenv("CLAUSEA_GOLD"), "folder with legal-urls and sites")
	out := flag.String("out", "internal/crawl/score/learned.txt", "file to write")
	without := flag.Int("without", -1, "exclude the companies of this fold and write no report")
	flag.Parse()
	if err := run(*gold, *out, *without); err != nil {
		fmt.Fprintln(os.Stderr, "trainscore:", err)
		os.Exit(1)
	}
}

func run(gold, out string, without int) error {
	links, err := load(gold)
	if err != nil {
		return err
	}
	if without < 0 {
		writeReport(links)
	}
	weights := train(links, func(l *link) bool { return without < 0 || foldOf(l.company) != without })
	text := render(weights)
	if err := os.WriteFile(out, []byte(text), 0o644); err != nil {
		return err
	}
	fmt.Printf("%s: %d weights, %d bytes\n", out, len(weights), len(text))
	return nil
}

// render returns the weights in the format that package score reads.
func render(weights map[string]float64) string {
	var b strings.Builder
	b.WriteString("# What each phrase adds to a link's written score, in log-odds.\n# Written by hack/trainscore; make train repeats it.\n")
	for _, name := range slices.Sorted(maps.Keys(weights)) {
		fmt.Fprintf(&b, "%s %+.2f\n", name, weights[name])
	}
	return b.String()
}
