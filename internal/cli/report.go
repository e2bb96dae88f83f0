package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"sort"
	"strings"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/run"
)

// report is the JSON of clausea crawl.
type report struct {
	Company    string                    `json:"company"`
	Documents  []reportDocument          `json:"documents"`
	Coverage   map[string]reportCoverage `json:"coverage"` // by type
	Fetches    int                       `json:"fetches"`
	Skipped    map[crawl.SkipReason]int  `json:"skipped"`
	StopReason crawl.StopReason          `json:"stopReason"`
	Message    string                    `json:"message"`
	Seconds    float64                   `json:"seconds"`
}

type reportDocument struct {
	URL           string           `json:"url"`
	Type          string           `json:"type"`
	Confidence    float64          `json:"confidence"`
	Language      string           `json:"language"`
	Title         string           `json:"title"`
	Also          []string         `json:"also,omitempty"`
	Region        string           `json:"region,omitempty"`
	EffectiveDate string           `json:"effectiveDate"`
	UpdatedDate   string           `json:"updatedDate,omitempty"`
	TakesEffect   string           `json:"takesEffect,omitempty"`
	Words         int              `json:"words"`
	Change        string           `json:"change"`
	Reason        crawl.SkipReason `json:"reason,omitempty"` // of what is Gone, Broken or Unreachable
	Path          []string         `json:"path"`
	LinkText      string           `json:"linkText"`
}

type reportCoverage struct {
	State      string `json:"state"`
	URL        string `json:"url,omitempty"`
	DocumentID string `json:"documentID,omitempty"`
	Reason     string `json:"reason,omitempty"`
}

func newReport(t run.Task, rep run.Report, took time.Duration) report {
	out := report{
		Company: t.Company, Documents: []reportDocument{}, Coverage: map[string]reportCoverage{}, Fetches: rep.Result.Progress.Fetched,
		Skipped: rep.Result.Progress.Skipped, StopReason: rep.Result.Reason, Message: rep.Run.Message, Seconds: took.Seconds(),
	}
	for _, d := range rep.Documents {
		out.Documents = append(out.Documents, reportDocument{
			URL: d.URL, Type: d.Type, Confidence: d.Confidence, Language: d.Language, Title: d.Title,
			Also: d.AdditionalTypes, Region: d.Jurisdiction, EffectiveDate: d.EffectiveDate, UpdatedDate: d.UpdatedDate, TakesEffect: d.UpcomingEffectiveDate, Words: d.WordCount, Change: d.Change, Reason: d.Reason, Path: d.DiscoveryPath, LinkText: d.LinkText,
		})
	}
	for _, c := range rep.Run.Coverage {
		out.Coverage[c.Type] = reportCoverage{State: c.State, URL: c.URL, DocumentID: c.DocumentID, Reason: c.Reason}
	}
	return out
}

// hasMissingType says whether an expected type was not found.
func (r *report) hasMissingType() bool {
	for _, c := range r.Coverage {
		if c.State == string(v1alpha1.CoverageMissing) {
			return true
		}
	}
	return false
}

// print writes the report in a form. Several in YAML are one stream.
func (r *report) print(w io.Writer, form string, ink colorizer, verbose bool) error {
	switch form {
	case "json":
		return json.NewEncoder(w).Encode(r)
	case "yaml":
		b, err := yaml.Marshal(r)
		if err == nil {
			_, err = fmt.Fprintf(w, "---\n%s", b)
		}
		return err
	}
	var b strings.Builder
	r.table(&b, ink, verbose)
	r.summary(&b, ink)
	_, err := io.WriteString(w, b.String())
	return err
}

// changeColors is the colour of each change; what is as it was has none.
var changeColors = map[string]string{run.New: green, run.Changed: yellow, run.Moved: yellow, run.Gone: red, run.Broken: red, run.Unreachable: red}

// table has a line for each document, by type.
func (r *report) table(w *strings.Builder, ink colorizer, verbose bool) {
	if len(r.Documents) == 0 {
		return
	}
	docs := slices.Clone(r.Documents)
	sort.SliceStable(docs, func(i, j int) bool {
		if docs[i].Type != docs[j].Type {
			return docs[i].Type < docs[j].Type
		}
		return docs[i].URL < docs[j].URL
	})
	typ, words, done := len("TYPE"), len("WORDS"), len(run.Unchanged)
	for _, d := range docs {
		typ, words, done = max(typ, len(d.Type)), max(words, len(fmt.Sprint(d.Words))), max(done, len(d.Change))
	}
	line := func(t, conf, n, lang, date, change, url string) {
		// The colour comes after the padding, which counts bytes.
		padded := fmt.Sprintf("%-*s", done, change)
		fmt.Fprintf(w, "%-*s  %4s  %*s  %-4s  %-10s  %s  %s\n", typ, t, conf, words, n, lang, date, ink.paint(changeColors[change], padded), url)
	}
	line("TYPE", "CONF", "WORDS", "LANG", "DATE", "CHANGE", "URL")
	for _, d := range docs {
		line(d.Type, fmt.Sprintf("%.2f", d.Confidence), fmt.Sprint(d.Words), d.Language, d.EffectiveDate, d.Change, d.URL)
		if verbose {
			d.writeDiscoveryPath(w, ink)
		}
	}
}

// writeDiscoveryPath writes the path by which a document was found.
func (d *reportDocument) writeDiscoveryPath(w *strings.Builder, ink colorizer) {
	var from string
	switch {
	case len(d.Path) > 1:
		from = "by " + strings.Join(d.Path[:len(d.Path)-1], " → ")
	case d.LinkText != "":
		from = "by a link"
	default:
		from = "as a seed"
	}
	if d.LinkText != "" {
		from += fmt.Sprintf(", link text %q", d.LinkText)
	}
	fmt.Fprintf(w, "  %s\n", ink.paint(dim, "found "+from))
}

// summary is what the table doesn't say.
func (r *report) summary(w *strings.Builder, ink colorizer) {
	if len(r.Documents) > 0 {
		w.WriteByte('\n')
	}
	fmt.Fprintf(w, "%s: %s\n", ink.paint(bold, r.Company), r.Message)
	counts := map[string]int{}
	for _, d := range r.Documents {
		counts[strings.ToLower(d.Change)]++
	}
	if len(counts) > 0 {
		fmt.Fprintf(w, "documents  %s\n", formatCounts(counts))
	}
	fmt.Fprintf(w, "pages      %d in %.1f s (%s)\n", r.Fetches, r.Seconds, r.StopReason)
	if len(r.Skipped) > 0 {
		fmt.Fprintf(w, "skipped    %s\n", formatCounts(r.Skipped))
	}
	for i, t := range slices.Sorted(maps.Keys(r.Coverage)) {
		what := "coverage"
		if i > 0 {
			what = ""
		}
		fmt.Fprintf(w, "%-9s  %s\n", what, r.Coverage[t].line(t, ink))
	}
}

func (c reportCoverage) line(typ string, ink colorizer) string {
	if c.State != string(v1alpha1.CoverageMissing) {
		return fmt.Sprintf("%s %s: %s", typ, ink.paint(green, c.State), c.URL)
	}
	s := fmt.Sprintf("%s %s: %s", typ, ink.paint(red, c.State), c.Reason)
	if c.URL != "" {
		s += " at " + c.URL
	}
	return s
}

// formatCounts lists counts, the largest first.
func formatCounts[K ~string](counts map[K]int) string {
	reasons := slices.SortedFunc(maps.Keys(counts), func(a, b K) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	parts := make([]string, len(reasons))
	for i, r := range reasons {
		parts[i] = fmt.Sprintf("%d %s", counts[r], r)
	}
	return strings.Join(parts, ", ")
}
