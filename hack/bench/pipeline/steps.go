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

// The reading alone: so many pages, each so many times.
const (
	readPages   = 60
	readRepeats = 4
)

// Read is the program that reads the pages of a folder as documents.
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
				return fmt.Errorf("read %s: it is no legal document to document.Read, but %s", name, d.Type)
			}
		}
	}
	return nil
}

// measureSteps shows where the time of document.Read goes.
func measureSteps(ctx context.Context, r *report.Report, s *site.Site) error {
	dir, err := os.MkdirTemp("", "bench-read")
	if err != nil {
		return fmt.Errorf("measure the reading: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	n := min(readPages, s.Pages)
	for i := range n {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%03d.html", i)), s.Page(i), 0o600); err != nil {
			return fmt.Errorf("measure the reading: %w", err)
		}
	}
	programs, err := measure.ProgramsPath()
	if err != nil {
		return fmt.Errorf("measure the reading: %w", err)
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
	rows := [][]string{{"document.Read and its garbage, in all", fmt.Sprintf("%.2f", page), ""}}
	for _, step := range all {
		rows = append(rows, []string{step.Name, fmt.Sprintf("%.2f", page*step.Share), fmt.Sprintf("%.0f %%", step.Share*100)})
	}
	r.Note("Reading one of these pages alone, by the steps that a CPU profile shows; the background's garbage collection is spread over them.")
	r.Table([]string{"Step", "CPU ms a page", "share"}, rows)
	return nil
}
