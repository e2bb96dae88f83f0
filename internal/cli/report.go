package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"golang.org/x/term"
	"sigs.k8s.io/yaml"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/run"
)

// report is the JSON of clausea crawl.
type report struct {
	Company    string            `json:"company"`
	Documents  []reportDocument  `json:"documents"`
	Coverage   map[string]string `json:"coverage"`
	Fetches    int               `json:"fetches"`
	Skipped    map[string]int    `json:"skipped"`
	StopReason string            `json:"stopReason"`
	Seconds    float64           `json:"seconds"`
}

type reportDocument struct {
	URL           string   `json:"url"`
	Type          string   `json:"type"`
	Confidence    float64  `json:"confidence"`
	Language      string   `json:"language"`
	Title         string   `json:"title"`
	EffectiveDate string   `json:"effectiveDate"`
	Words         int      `json:"words"`
	Change        string   `json:"change"`
	Path          []string `json:"path"`
}

func printReport(w io.Writer, t run.Task, rep run.Report, took time.Duration, f crawlFlags) error {
	out := report{
		Company: t.Company, Documents: []reportDocument{}, Coverage: map[string]string{}, Fetches: rep.Result.Progress.Fetched,
		Skipped: rep.Result.Progress.Skipped, StopReason: string(rep.Result.Reason), Seconds: took.Seconds(),
	}
	for _, d := range rep.Documents {
		out.Documents = append(out.Documents, reportDocument{
			URL: d.URL, Type: d.Type, Confidence: d.Confidence, Language: d.Language, Title: d.Title,
			EffectiveDate: d.EffectiveDate, Words: d.Words, Change: d.Change, Path: d.Path,
		})
	}
	for _, want := range t.Plan.ExpectedTypes {
		out.Coverage[want] = "Found"
	}
	for _, m := range missingTypes(t, rep) {
		out.Coverage[m] = "Missing"
	}
	switch f.output {
	case "json":
		return json.NewEncoder(w).Encode(out)
	case "yaml":
		b, err := yaml.Marshal(out)
		if err == nil {
			_, err = w.Write(b)
		}
		return err
	}
	return printTable(w, out, f.verbose)
}

func printTable(w io.Writer, out report, verbose bool) error {
	tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(tw, "TYPE\tCONF\tLANG\tWORDS\tDATE\tCHANGE\tURL")
	for _, d := range out.Documents {
		fmt.Fprintf(tw, "%s\t%.2f\t%s\t%d\t%s\t%s\t%s\n", d.Type, d.Confidence, d.Language, d.Words, d.EffectiveDate, d.Change, d.URL)
		if verbose {
			for _, p := range d.Path {
				fmt.Fprintf(tw, "\t\t\t\t\tvia\t%s\n", p)
			}
		}
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%s: %d documents, %d pages fetched in %.1f s, %s\n", out.Company, len(out.Documents), out.Fetches, out.Seconds, out.StopReason)
	for _, t := range sortedKeys(out.Coverage) {
		if out.Coverage[t] == "Missing" {
			fmt.Fprintf(w, "missing: %s\n", t)
		}
	}
	return err
}

// showProgress writes a line that renews itself while a crawl runs, if standard
// error is a terminal.
func showProgress(r *run.Runner) (stop func()) {
	if !term.IsTerminal(int(os.Stderr.Fd())) {
		return func() {}
	}
	r.Progress = func(p crawl.Progress) {
		rate := float64(p.Fetched) / max(p.Elapsed.Seconds(), 0.001)
		fmt.Fprintf(os.Stderr, "\r\x1b[K%d pages, %d queued, %.1f/s, %d documents, %s  %s", p.Fetched, p.Queued, rate, p.LegalFound, p.Elapsed.Round(time.Second), p.CurrentHost)
	}
	return func() { fmt.Fprint(os.Stderr, "\r\x1b[K") }
}
