// Package pipeline measures complete runs on generated legal documents (fetch, extract,
// classify and store) and compares them with a combination of common libraries. It also
// breaks the time for one page down into steps.
package pipeline

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/clausea/crawler/hack/bench/costs"
	"github.com/clausea/crawler/hack/bench/measure"
	"github.com/clausea/crawler/hack/bench/report"
	"github.com/clausea/crawler/hack/bench/site"
)

// maxCPU is the limit per page in milliseconds.
const maxCPU = 8.5

// program is a measured program.
type program struct {
	name, child     string
	cpu, peak, wall []float64 // per round: ms per page, MiB, s
	storedBytes     int64     // of the last round
	err             error     // why it cannot be measured
}

// Run measures both programs on a site with the given number of documents.
func Run(ctx context.Context, r *report.Report, pages, rounds int) error {
	s, err := site.NewDocuments(pages)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "bench-pipeline")
	if err != nil {
		return fmt.Errorf("measure the pipeline: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	srv, err := site.Serve(s, dir)
	if err != nil {
		return err
	}
	defer srv.Close()
	r.Section(fmt.Sprintf("Pipeline, %d documents", pages))
	us := &program{name: "clausea: engine, document, embedded store", child: "clausea"}
	all := []*program{us, {name: "colly, go-readability, html-to-markdown, files", child: "glue"}}
	for round := range rounds {
		for i := range all {
			p := all[(i+round)%len(all)]
			if p.err == nil {
				p.err = p.round(ctx, s, srv, filepath.Join(dir, fmt.Sprintf("%s-%d", p.child, round)), "")
			}
		}
	}
	writeTable(r, s, all)
	if us.err != nil {
		r.Unmeasured("CPU per page of the pipeline", us.err)
		return nil
	}
	r.AtMost("CPU per page of the pipeline", measure.SpreadOf(us.cpu).Median, maxCPU, " ms")
	profile := filepath.Join(dir, "cpu")
	if err := us.round(ctx, s, srv, filepath.Join(dir, "profiled"), profile); err != nil {
		r.Missing("pipeline CPU time by step", err)
	} else {
		costs.Write(r, profile, "", 24, "CPU time of the pipeline by step, from a CPU profile of one more run. A step includes the functions that it calls.")
	}
	return measureSteps(ctx, r, s)
}

// round runs a program once. It adds the cost to p unless the run is profiled.
func (p *program) round(ctx context.Context, s *site.Site, srv *site.Server, out, profile string) error {
	programs, err := measure.ProgramsPath()
	if err != nil {
		return fmt.Errorf("measure the pipeline: %w", err)
	}
	if err := os.Mkdir(out, 0o700); err != nil {
		return fmt.Errorf("measure the pipeline: %w", err)
	}
	s.TakeStats()
	got, err := measure.Do(ctx, measure.Program{Argv: []string{programs, "-profile", profile, "-as", "pipeline/" + p.child, srv.URL, srv.CA, out, strconv.Itoa(s.Pages)}})
	st := s.TakeStats()
	switch {
	case err != nil:
		return err
	case st.Pages != s.Pages:
		return fmt.Errorf("it fetched %d of %d pages", st.Pages, s.Pages)
	case profile != "":
		return nil
	}
	p.cpu = append(p.cpu, got.CPU.Seconds()*1000/float64(st.Pages))
	p.peak = append(p.peak, float64(got.Peak)/(1<<20))
	p.wall = append(p.wall, got.Wall.Seconds())
	p.storedBytes, err = sizeOf(out)
	return err
}

func writeTable(r *report.Report, s *site.Site, all []*program) {
	n := float64(s.Pages)
	r.Note("%d pages with a mean of %.1f KiB, %.1f KiB compressed. All texts differ and all are stored. CPU time in milliseconds per page.", s.Pages, float64(s.Bytes)/n/1024, float64(s.Compressed)/n/1024)
	var rows [][]string
	for _, p := range all {
		if p.err != nil {
			r.Missing(p.name, p.err)
			continue
		}
		of := measure.SpreadOf
		share := "-"
		if len(all[0].cpu) > 0 {
			share = fmt.Sprintf("%.2f", of(all[0].cpu).Median/of(p.cpu).Median)
		}
		rows = append(rows, []string{p.name, of(p.cpu).String(), share, of(p.peak).String(), of(p.wall).String(), fmt.Sprintf("%.1f", float64(p.storedBytes)/n/1024)})
	}
	r.Table([]string{"Program", "CPU per page", "clausea/this", "peak MiB", "wall s", "KiB stored per page"}, rows)
}

// sizeOf returns the size of all files below dir.
func sizeOf(dir string) (total int64, err error) {
	err = filepath.Walk(dir, func(_ string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			total += info.Size()
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("size of %s: %w", dir, err)
	}
	return total, nil
}
