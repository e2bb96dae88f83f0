// Command trainscore learns what score adds to the written phrases: weights of
// words and phrases in paths, hosts' names and links' texts, from addresses of
// documents and from the links of labelled sites. It is deterministic.
//
//	go run ./hack/trainscore -gold .gold -out internal/crawl/score/learned.txt
//
// It first reports, by cross-validation over companies, how well the weights rank
// the links of companies that they have not seen. With -without N (0 to 4) the
// companies of fold N are left out of what it writes, so that crawls of them can be
// measured without their own words.
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
	without := flag.Int("without", -1, "leave this fold's companies out and report nothing")
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

// render is the table as score reads it.
func render(weights map[string]float64) string {
	var b strings.Builder
	b.WriteString("# What each phrase adds to a link's written score, in log-odds.\n# Written by hack/trainscore; make train repeats it.\n")
	for _, name := range slices.Sorted(maps.Keys(weights)) {
		fmt.Fprintf(&b, "%s %+.2f\n", name, weights[name])
	}
	return b.String()
}
