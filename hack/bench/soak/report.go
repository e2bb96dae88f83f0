package soak

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/clausea/crawler/hack/bench/measure"
	"github.com/clausea/crawler/hack/bench/report"
	"github.com/clausea/crawler/internal/store"
)

// report writes the figures of a phase, and checks the store.
func (s *soak) report(ctx context.Context, r *report.Report, name string, m measurement, db store.Store) error {
	c := s.crawls
	r.Note("%s: %s, %d crawls completed and %d failed (%s); the longest lasted %s. The sites received %d requests, %d of them while they hung or failed. "+
		"The user of API and dashboard sent %d requests, %d of which failed. Faults: %s. Load average: %s.",
		name, m.took.Round(1e9), c.complete, c.failed, counts(c.reasons), c.longest.Round(1e9), s.web.requests, s.web.disturbed,
		m.requests+m.failures, m.failures, counts(m.faults), measure.LoadAverage())
	half := m.samples[len(m.samples)/2:]
	var rows [][]string
	for _, v := range []struct {
		name string
		of   func(sample) float64
		unit float64
	}{
		{"anonymous memory, MiB", func(s sample) float64 { return s.anonymous }, mebibyte},
		{"live heap, MiB", func(s sample) float64 { return s.heap }, mebibyte},
		{"goroutines", func(s sample) float64 { return s.goroutines }, 1},
		{"descriptors", func(s sample) float64 { return s.descriptors }, 1},
	} {
		lowest, highest := v.of(m.before), v.of(m.before)
		for _, x := range m.samples {
			lowest, highest = min(lowest, v.of(x)), max(highest, v.of(x))
		}
		per10m, e := slope(half, v.of)
		rows = append(rows, []string{
			v.name, number(v.of(m.before) / v.unit), number(lowest / v.unit), number(highest / v.unit), number(v.of(m.after) / v.unit),
			fmt.Sprintf("%+.2f ± %.2f", per10m/v.unit, e/v.unit),
		})
	}
	r.Table([]string{"", "idle before", "lowest", "highest", "idle after", "slope in 10 min"}, rows)
	f, err := c.check(ctx, db)
	if err != nil {
		return err
	}
	r.Note("The store has %d versions, %d of which completed crawls had to store.", f.versions, f.expected)
	r.AtLeast(name+": versions that had to be stored", float64(f.expected), float64(len(documents)*c.companies), "")
	for _, problem := range []struct {
		what  string
		found []string
	}{{"versions lost", f.lost}, {"documents or versions doubled", f.doubled}, {"runs that have not ended", f.open}, {"faults of the change feed", f.feed}} {
		r.AtMost(name+": "+problem.what, float64(len(problem.found)), 0, "")
		for _, p := range problem.found[:min(len(problem.found), 10)] {
			r.Note("%s: %s: %s.", name, problem.what, p)
		}
	}
	difference, err := s.follower.compareDelivery(ctx, db)
	if err != nil {
		return err
	}
	if difference != "" {
		r.Note("%s: %s.", name, difference)
	}
	r.AtMost(name+": faults of the stream of changes", boolean(difference != "")+float64(s.follower.resets), 0, "")
	r.AtMost(name+": goroutines of the idle process, more than before", m.after.goroutines-m.before.goroutines, maxMore, "")
	r.AtMost(name+": descriptors of the idle process, more than before", m.after.descriptors-m.before.descriptors, maxMore, "")
	return nil
}

// requireSlopes compares the growth of the memory with the limit. While the process works, its memory varies by
// more than the limit. A slope therefore exceeds the limit if it does so by more than twice its standard error.
// The live heap of the idle process is exact.
func (m *measurement) requireSlopes(r *report.Report, name string) {
	half := m.samples[len(m.samples)/2:]
	for _, v := range []struct {
		name string
		of   func(sample) float64
	}{
		{"anonymous memory", func(s sample) float64 { return s.anonymous }},
		{"live heap", func(s sample) float64 { return s.heap }},
	} {
		per10m, e := slope(half, v.of)
		r.AtMost(name+": slope of the "+v.name+" in 10 minutes, less twice its standard error", (per10m-2*e)/mebibyte, maxSlope, " MiB")
	}
	grown := (m.after.heap - m.before.heap) / m.after.at.Sub(m.before.at).Minutes() * 10
	r.AtMost(name+": growth of the idle live heap in 10 minutes", grown/mebibyte, maxSlope, " MiB")
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }

func boolean(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func counts(m map[string]int) string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, fmt.Sprintf("%s %d", k, m[k]))
	}
	return strings.Join(out, ", ")
}
