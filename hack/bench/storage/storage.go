// Package storage measures how many bytes a version takes in the stores, beside
// keeping each version whole, compressed by itself, and in git.
package storage

import (
	"context"
	"fmt"

	"github.com/clausea/crawler/hack/bench/report"
)

// layout is one way to keep histories; it says what they take in bytes.
type layout struct {
	name    string
	measure func(context.Context, *historySet) (int64, error)
}

var layouts = []layout{
	{"each version whole", sizeUncompressed},
	{"each compressed alone (zstd)", sizeCompressed},
	{"git, a commit a version, after gc", sizeInGit},
	{"clausea, embedded store", sizeEmbedded},
	{"clausea, MongoDB", sizeMongoDB},
}

// Run measures all ways on the histories below gold.
func Run(ctx context.Context, r *report.Report, gold string) error {
	r.Section("Bytes of a version")
	sets, err := readHistories(gold)
	if err != nil {
		r.Missing("bytes of a version", err)
		r.Unmeasured("bytes of a version", err)
		return nil
	}
	for _, k := range sets {
		r.Note("%s: %d documents, %d versions.", k.name, len(k.histories), k.versionCount())
		var rows [][]string
		took := map[string]int64{}
		for _, w := range layouts {
			n, err := w.measure(ctx, &k)
			if err != nil {
				r.Missing(w.name+", "+k.name, err)
				continue
			}
			took[w.name] = n
			rows = append(rows, []string{w.name, kib(n), kib(n / int64(len(k.histories))), kib(n / int64(k.versionCount())), ratio(n, took[layouts[0].name]), ratio(n, took[layouts[2].name])})
		}
		r.Table([]string{"Kept as", "KiB", "a document", "a version", "of whole", "of git"}, rows)
		what := "bytes in the embedded store over git's, " + k.name
		if took[layouts[2].name] > 0 && took[layouts[3].name] > 0 {
			r.AtMost(what, float64(took[layouts[3].name])/float64(took[layouts[2].name]), maxOfGit, "")
		} else {
			r.Unmeasured(what, "see above")
		}
	}
	return nil
}

// maxOfGit is what the embedded store may take of git's bytes. Its part are an
// index and a record of each version, which git keeps less of.
const maxOfGit = 1.25

func kib(n int64) string { return fmt.Sprintf("%.1f", float64(n)/1024) }

func ratio(n, of int64) string {
	if of == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", float64(n)/float64(of))
}
