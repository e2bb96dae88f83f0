// Package pipeline measures a whole run on pages that read like legal documents:
// fetch, extract, classify and store, beside the libraries that are often glued
// together for it; and the reading of one page, by step.
package pipeline

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/clausea/crawler/hack/bench/measure"
	"github.com/clausea/crawler/hack/bench/report"
	"github.com/clausea/crawler/hack/bench/site"
)

// mostCPU is what a page may take, in milliseconds.
const mostCPU = 10

// Run measures both on a site of so many documents.
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
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("measure the pipeline: %w", err)
	}
	r.Section(fmt.Sprintf("The whole pipeline, %d documents", pages))
	programs := []struct{ name, child string }{{"clausea: engine, document, embedded store", "clausea"}, {"colly, go-readability, html-to-markdown, files", "glue"}}
	cpu, peak, wall, kept := map[string][]float64{}, map[string][]float64{}, map[string][]float64{}, map[string]int64{}
	failed := map[string]error{}
	for round := range rounds {
		for i := range programs {
			p := programs[(i+round)%len(programs)]
			if failed[p.child] != nil {
				continue
			}
			out := filepath.Join(dir, fmt.Sprintf("%s-%d", p.child, round))
			if err := os.Mkdir(out, 0o700); err != nil {
				return fmt.Errorf("measure the pipeline: %w", err)
			}
			s.Take()
			got, err := measure.Do(ctx, measure.Program{Argv: []string{self, "-as", "pipeline/" + p.child, srv.URL, srv.CA, out}})
			st := s.Take()
			if err == nil && st.Pages != pages {
				err = fmt.Errorf("it fetched %d of %d pages", st.Pages, pages)
			}
			if err != nil {
				failed[p.child] = err
				continue
			}
			cpu[p.child] = append(cpu[p.child], got.CPU.Seconds()*1000/float64(st.Requests))
			peak[p.child] = append(peak[p.child], float64(got.Peak)/(1<<20))
			wall[p.child] = append(wall[p.child], got.Wall.Seconds())
			if kept[p.child], err = sizeOf(out); err != nil {
				return err
			}
		}
	}
	r.Note("%d pages, mean %.1f KiB, %.1f KiB compressed, each another text and each kept. CPU in milliseconds a page.",
		pages, float64(s.Bytes)/float64(pages)/1024, float64(s.Compressed)/float64(pages)/1024)
	var rows [][]string
	for _, p := range programs {
		if err := failed[p.child]; err != nil {
			r.Missing(p.name, err)
			continue
		}
		of := measure.SpreadOf
		rows = append(rows, []string{p.name, of(cpu[p.child]).String(), fmt.Sprintf("%.2f", of(cpu["clausea"]).Median/of(cpu[p.child]).Median), of(peak[p.child]).String(), of(wall[p.child]).String(), fmt.Sprintf("%.1f", float64(kept[p.child])/float64(pages)/1024)})
	}
	r.Table([]string{"Program", "CPU a page", "our share", "peak MiB", "wall s", "KiB kept a page"}, rows)
	if err := failed["clausea"]; err != nil {
		r.Unmeasured("CPU a page of the whole pipeline", err)
	} else {
		r.AtMost("CPU a page of the whole pipeline", measure.SpreadOf(cpu["clausea"]).Median, mostCPU, " ms")
	}
	return steps(ctx, r, s)
}

// sizeOf is the size of all files below dir.
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
