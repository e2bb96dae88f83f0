package pipeline

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/clausea/crawler/hack/bench/costs"
	"github.com/clausea/crawler/hack/bench/measure"
	"github.com/clausea/crawler/hack/bench/report"
	"github.com/clausea/crawler/hack/bench/site"
	"github.com/clausea/crawler/internal/document"
)

// The number of pages for document.Read, and how often it reads each.
const (
	readPages   = 60
	readRepeats = 4
)

// Read is a measured program: it reads the pages in a folder as documents.
func Read(dir string) error {
	names, err := filepath.Glob(filepath.Join(dir, "*.html"))
	if err != nil {
		return fmt.Errorf("read %s: %w", dir, err)
	}
	for range readRepeats {
		for _, name := range names {
			b, err := os.ReadFile(name)
			if err != nil {
				return fmt.Errorf("read %s: %w", dir, err)
			}
			d, err := document.Read(document.Input{Body: b, ContentType: "text/html; charset=utf-8", URL: "https://harbour.example/p/" + filepath.Base(name)})
			if err != nil {
				return fmt.Errorf("read %s: %w", name, err)
			}
			if !d.Legal {
				return fmt.Errorf("read %s: document.Read returned type %s, which is not a legal document", name, d.Type)
			}
		}
	}
	return nil
}

// measureSteps writes the CPU time of document.Read by step.
func measureSteps(ctx context.Context, r *report.Report, s *site.Site) error {
	dir, err := os.MkdirTemp("", "bench-read")
	if err != nil {
		return fmt.Errorf("measure document.Read: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	n := min(readPages, s.Pages)
	for i := range n {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%03d.html", i)), s.Page(i), 0o600); err != nil {
			return fmt.Errorf("measure document.Read: %w", err)
		}
	}
	programs, err := measure.ProgramsPath()
	if err != nil {
		return fmt.Errorf("measure document.Read: %w", err)
	}
	profile := filepath.Join(dir, "cpu")
	got, err := measure.Do(ctx, measure.Program{Argv: []string{programs, "-profile", profile, "-as", "read", dir}})
	if err != nil {
		r.Missing("document.Read by step", err)
		return nil
	}
	all, err := costs.Steps(profile, "internal/document.Read", 16)
	if err != nil {
		r.Missing("document.Read by step", err)
		return nil
	}
	page := got.CPU.Seconds() * 1000 / float64(n*readRepeats)
	rows := [][]string{{"document.Read with garbage collection", fmt.Sprintf("%.2f", page), ""}}
	for _, step := range all {
		rows = append(rows, []string{step.Name, fmt.Sprintf("%.2f", page*step.Share), fmt.Sprintf("%.0f %%", step.Share*100)})
	}
	r.Note("CPU time of document.Read for one of these pages, by step of a CPU profile. Background garbage collection is distributed over the steps.")
	r.Table([]string{"Step", "CPU ms per page", "share"}, rows)
	return nil
}
