package engine

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/clausea/crawler/hack/bench/costs"
	"github.com/clausea/crawler/hack/bench/measure"
	"github.com/clausea/crawler/hack/bench/report"
	"github.com/clausea/crawler/hack/bench/site"
)

// writeTables writes the cost and the requests of each crawler.
func writeTables(r *report.Report, s *site.Site, all []crawler, samples map[string][]sample) {
	r.Note("%d pages, mean %.1f KiB, %.1f KiB compressed. CPU time in milliseconds: the median of the rounds and the range. Ratios are of medians.",
		s.Pages, float64(s.Bytes)/float64(s.Pages)/1024, float64(s.Compressed)/float64(s.Pages)/1024)
	clausea := samples[ourEngine]
	var rows, counts [][]string
	for _, c := range all {
		got := samples[c.name]
		if len(got) == 0 {
			continue
		}
		share := func(f func(sample) float64) string {
			return fmt.Sprintf("%.2f", spread(clausea, f).Median/spread(got, f).Median)
		}
		rows = append(rows, []string{
			label(c), spread(got, perRequest).String(), share(perRequest), spread(got, perPage).String(), share(perPage),
			spread(got, func(s sample) float64 { return float64(s.run.Peak) / (1 << 20) }).String(),
			spread(got, func(s sample) float64 { return s.run.Wall.Seconds() }).String(), fmt.Sprint(len(got)),
		})
		st := got[len(got)-1].stats
		counts = append(counts, []string{
			c.name, fmt.Sprint(st.Requests), fmt.Sprint(st.Pages), fmt.Sprint(st.Redirects), fmt.Sprint(st.Missing), fmt.Sprint(st.Trap), fmt.Sprint(st.Forbidden), fmt.Sprintf("%.3f", overDistinct(got[len(got)-1])),
		})
	}
	r.Table([]string{"Crawler", "CPU per request", "clausea/this", "CPU per page", "clausea/this", "peak MiB", "wall s", "rounds"}, rows)
	r.Table([]string{"Crawler", "requests", "distinct pages", "redirects", "missing", "in the trap", "forbidden", "requests per distinct URL"}, counts)
}

// label returns a crawler's name, with the number of its crashes.
func label(c crawler) string {
	if c.crashes > 0 {
		return fmt.Sprintf("%s (crashed %d times)", c.name, c.crashes)
	}
	return c.name
}

// writeProfile writes a CPU profile of one more run by step.
func writeProfile(ctx context.Context, r *report.Report, c crawler, dir string) {
	profile := filepath.Join(dir, "cpu")
	p := c.program
	p.Argv = slices.Concat(p.Argv[:1], []string{"-profile", profile}, p.Argv[1:])
	if _, err := measure.Do(ctx, p); err != nil {
		r.Missing("engine CPU time by step", err)
		return
	}
	costs.Write(r, profile, "", 22, "CPU time of the engine by step, from a CPU profile of one more run. A step includes the functions that it calls.")
}

func overDistinct(s sample) float64 {
	return float64(s.stats.Requests) / float64(max(s.stats.Distinct, 1))
}

// Limits on the site of 2,000 pages. The limits of ratios apply to larger sites, too.
const (
	maxOfColly              = 0.35
	maxOfSpiderRS           = 1.0
	maxOfScrapy             = 0.1
	maxRequestsOverDistinct = 1.02
	maxPeakMiB              = 45
)

func writeRequirements(r *report.Report, samples map[string][]sample, pages int, strict bool) {
	clausea := samples[ourEngine]
	if len(clausea) == 0 {
		r.Unmeasured("engine", "see above")
		return
	}
	at := fmt.Sprintf(", %d pages", pages)
	for _, limit := range []struct {
		rival string
		most  float64
	}{{documentedColly, maxOfColly}, {spiderRS, maxOfSpiderRS}, {scrapy, maxOfScrapy}} {
		what := "CPU per request relative to " + limit.rival + at
		if got := samples[limit.rival]; len(got) > 0 {
			r.AtMost(what, spread(clausea, perRequest).Median/spread(got, perRequest).Median, limit.most, "")
		} else {
			r.Unmeasured(what, limit.rival+" could not be measured")
		}
	}
	r.AtMost("requests per distinct URL"+at, spread(clausea, overDistinct).Max, maxRequestsOverDistinct, "")
	r.AtMost("requests that robots.txt forbids"+at, spread(clausea, func(s sample) float64 { return float64(s.stats.Forbidden) }).Max, 0, "")
	r.AtLeast("pages found"+at, spread(clausea, func(s sample) float64 { return float64(s.stats.Pages) }).Min, float64(pages), "")
	if strict {
		r.AtMost("peak memory"+at, spread(clausea, func(s sample) float64 { return float64(s.run.Peak) / (1 << 20) }).Max, maxPeakMiB, " MiB")
	}
}
