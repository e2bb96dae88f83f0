// Package storage measures the bytes per version in the stores. It compares them with
// uncompressed versions, individually compressed versions, and git.
package storage

import (
	"context"
	"fmt"

	"github.com/clausea/crawler/hack/bench/report"
)

// layout is a way to store histories; measure returns the bytes that they need.
type layout struct {
	name    string
	measure func(context.Context, *historySet) (int64, error)
}

var layouts = []layout{
	{"uncompressed versions", sizeUncompressed},
	{"individually compressed versions (zstd)", sizeCompressed},
	{"git, one commit per version, after gc", sizeInGit},
	{"Clausea, embedded store", sizeEmbedded},
	{"Clausea, MongoDB", sizeMongoDB},
	{"Clausea, embedded store, with changes and search index", sizeEmbeddedComplete},
	{"Clausea, MongoDB, with changes and search index", sizeMongoDBComplete},
}

// Run measures all layouts on the histories below gold.
func Run(ctx context.Context, r *report.Report, gold string) error {
	r.Section("Storage")
	sets, err := readHistories(gold)
	if err != nil {
		r.Missing("bytes per version", err)
		r.Unmeasured("bytes per version", err)
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
		r.Table([]string{"Stored as", "KiB", "per document", "per version", "of uncompressed", "of git"}, rows)
		what := "bytes in the embedded store relative to git, " + k.name
		if took[layouts[2].name] > 0 && took[layouts[3].name] > 0 {
			r.AtMost(what, float64(took[layouts[3].name])/float64(took[layouts[2].name]), maxOfGit, "")
		} else {
			r.Unmeasured(what, "see above")
		}
	}
	return nil
}

// maxOfGit is the limit for the embedded store, without changes and the search index, relative to
// git. The store also has an index and a record of each version, for which git needs fewer bytes.
const maxOfGit = 1.25

func kib(n int64) string { return fmt.Sprintf("%.1f", float64(n)/1024) }

func ratio(n, of int64) string {
	if of == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", float64(n)/float64(of))
}
