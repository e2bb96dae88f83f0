package dashboard

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"
	"time"

	"github.com/clausea/crawler/hack/bench/report"
	"github.com/clausea/crawler/internal/store"
)

// The comparison of two large documents: their size, the number of requests, and the limits.
const (
	largeBytes           = 1 << 20
	largeID              = "large"
	callsPerComparison   = 5
	maxComparisonSeconds = 1.0
	maxComparisonMiB     = 100.0
)

// largeText returns a text of about 1 MiB in sections, and the same text with an edit in each
// section.
func largeText() (before, after string) {
	rng := rand.New(rand.NewPCG(5, 5))
	var a, b strings.Builder
	for i := 0; a.Len() < largeBytes; i++ {
		words := make([]string, 200)
		for n := range words {
			words[n] = word(rng.IntN(vocabulary))
		}
		fmt.Fprintf(&a, "## Section %d\n\n%s.\n\n", i, strings.Join(words, " "))
		words[rng.IntN(len(words))] = "edited"
		fmt.Fprintf(&b, "## Section %d\n\n%s.\n\n", i, strings.Join(words, " "))
	}
	return a.String(), b.String()
}

// addLarge stores a document with two large versions and their change.
func addLarge(ctx context.Context, s store.Store) error {
	before, after := largeText()
	now := time.Now()
	d := store.Document{
		ID: largeID, Company: companyName(0), URL: "https://" + companyName(0) + ".example/large", Type: "terms_of_service", Language: "en", State: store.DocumentPresent, Title: "Large",
		FirstSeen: now, LastSeen: now, LastChecked: now, LastChanged: now, UnchangedSince: now,
	}
	c := store.Commit{Create: true}
	for _, text := range []string{before, after} {
		sum := sha256.Sum256([]byte(text))
		d.ContentHash = hex.EncodeToString(sum[:])
		v := store.Version{DocumentID: largeID, ContentHash: d.ContentHash, FetchedAt: now, URL: d.URL, Language: d.Language, Title: d.Title, WordCount: len(strings.Fields(text))}
		c.Versions = append(c.Versions, store.NewVersion{Version: v, Text: text})
	}
	c.Document = d
	c.Changes = []store.Change{{
		ID: largeID, Kind: store.ChangeChanged, At: now, Company: d.Company, DocumentID: largeID, DocumentType: d.Type, Language: d.Language, Title: d.Title, URL: d.URL, From: 1, To: 2,
		Summary: store.ChangeSummary{Labels: []string{}, Headings: []string{}, Insignificant: []store.InsignificantEdits{}},
	}}
	if _, err := s.CommitDocument(ctx, store.Fence{}, c); err != nil {
		return fmt.Errorf("store a large document: %w", err)
	}
	return nil
}

// measureLarge measures the comparison of two large documents in each display.
func (b *board) measureLarge(ctx context.Context, r *report.Report, name string, s store.Store) error {
	if err := addLarge(ctx, s); err != nil {
		return err
	}
	var rows [][]string
	slowest, most := 0.0, 0.0
	for _, display := range []string{"context", "inline", "split"} {
		path := "/changes/" + largeID + "?view=" + display
		before, err := processTime()
		if err != nil {
			return err
		}
		var took []float64
		for range callsPerComparison {
			_, d, err := b.get(ctx, path)
			if err != nil {
				return err
			}
			took = append(took, d.Seconds())
		}
		after, err := processTime()
		if err != nil {
			return err
		}
		memory, err := peakMemory(func() error { _, _, err := b.get(ctx, path); return err })
		if err != nil {
			return err
		}
		slices.Sort(took)
		median, mebibytes := took[len(took)/2], float64(memory)/(1<<20)
		slowest, most = max(slowest, median), max(most, mebibytes)
		rows = append(rows, []string{display, milliseconds((after - before).Seconds() * 1000 / callsPerComparison), milliseconds(median * 1000), fmt.Sprintf("%.0f", mebibytes)})
	}
	r.Table([]string{"Comparison of two documents of 1 MiB, " + name, "CPU ms", "median ms", "MiB"}, rows)
	r.AtMost("comparison of two documents of 1 MiB, "+name, slowest, maxComparisonSeconds, " s")
	r.AtMost("memory of a comparison of two documents of 1 MiB, "+name, most, maxComparisonMiB, " MiB")
	return nil
}

// peakMemory returns how much the memory of objects grows at most while do runs, in bytes. The
// garbage collector runs more often meanwhile, so that garbage counts little.
func peakMemory(do func() error) (uint64, error) {
	defer debug.SetGCPercent(debug.SetGCPercent(5))
	runtime.GC()
	read := func() uint64 {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	start, done, peak := read(), make(chan struct{}), make(chan uint64)
	go func() {
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		most := start
		for {
			select {
			case <-done:
				peak <- max(most, read())
				return
			case <-tick.C:
				most = max(most, read())
			}
		}
	}()
	err := do()
	close(done)
	return <-peak - start, err
}
