// Package storage measures how many bytes a version takes in the stores, beside
// keeping each version whole, compressed by itself, and in git.
package storage

import (
	"context"
	"fmt"

	"github.com/clausea/crawler/hack/bench/report"
)

// way is one way to keep histories; it says what they take in bytes.
type way struct {
	name string
	keep func(context.Context, *kept) (int64, error)
}

var ways = []way{
	{"each version whole", whole},
	{"each compressed alone (zstd)", alone},
	{"git, a commit a version, after gc", git},
	{"clausea, embedded store", embedded},
	{"clausea, MongoDB", mongodb},
}

// Run measures all ways on the histories below gold.
func Run(ctx context.Context, r *report.Report, gold string) error {
	r.Section("Bytes of a version")
	sets, err := read(gold)
	if err != nil {
		r.Missing("bytes of a version", err)
		r.Unmeasured("bytes of a version", err)
		return nil
	}
	for _, k := range sets {
		r.Note("%s: %d documents, %d versions.", k.what, len(k.histories), k.versions())
		var rows [][]string
		took := map[string]int64{}
		for _, w := range ways {
			n, err := w.keep(ctx, &k)
			if err != nil {
				r.Missing(w.name+", "+k.what, err)
				continue
			}
			took[w.name] = n
			rows = append(rows, []string{w.name, kib(n), kib(n / int64(len(k.histories))), kib(n / int64(k.versions())), share(n, took[ways[0].name]), share(n, took[ways[2].name])})
		}
		r.Table([]string{"Kept as", "KiB", "a document", "a version", "of whole", "of git"}, rows)
		what := "bytes in the embedded store over git's, " + k.what
		if took[ways[2].name] > 0 && took[ways[3].name] > 0 {
			r.AtMost(what, float64(took[ways[3].name])/float64(took[ways[2].name]), mostOfGit, "")
		} else {
			r.Unmeasured(what, "see above")
		}
	}
	return nil
}

// mostOfGit is what the embedded store may take of git's bytes. Its part are an
// index and a record of each version, which git keeps less of.
const mostOfGit = 1.25

func kib(n int64) string { return fmt.Sprintf("%.1f", float64(n)/1024) }

func share(n, of int64) string {
	if of == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", float64(n)/float64(of))
}
