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
	"github.com/clausea/crawler/internal/store"
)

// report is the result of clausea crawl.
type report struct {
	Company    string                    `json:"company"`
	Documents  []reportDocument          `json:"documents"`
	Counts     store.DocumentCounts      `json:"counts"`
	Coverage   map[string]reportCoverage `json:"coverage"` // by type
	Fetches    int                       `json:"fetches"`
	Skipped    map[crawl.SkipReason]int  `json:"skipped"`
	StopReason crawl.StopReason          `json:"stopReason"`
	Message    string                    `json:"message"`
	Seconds    float64                   `json:"seconds"`
}

type reportDocument struct {
	URL                   string           `json:"url"`
	Type                  string           `json:"type"`
	Confidence            float64          `json:"confidence"`
	Language              string           `json:"language"`
	Title                 string           `json:"title"`
	AdditionalTypes       []string         `json:"additionalTypes,omitempty"`
	Jurisdiction          string           `json:"jurisdiction,omitempty"`
	EffectiveDate         string           `json:"effectiveDate"`
	UpdatedDate           string           `json:"updatedDate,omitempty"`
	UpcomingEffectiveDate string           `json:"upcomingEffectiveDate,omitempty"`
	DateAmbiguous         bool             `json:"dateAmbiguous,omitempty"` // nothing tells the day from the month
	Words                 int              `json:"words"`
	Change                string           `json:"change"`
	Reason                crawl.SkipReason `json:"reason,omitempty"` // why the document is removed, broken, unreachable or not visited
	Path                  []string         `json:"path"`
	LinkText              string           `json:"linkText"`
}

type reportCoverage struct {
	State      string `json:"state"`
	URL        string `json:"url,omitempty"`
	DocumentID string `json:"documentID,omitempty"`
	Reason     string `json:"reason,omitempty"`
}

func newReport(t run.Task, rep run.Report, elapsed time.Duration) report {
	out := report{
		Company: t.Company, Documents: []reportDocument{}, Counts: rep.Run.Documents, Coverage: map[string]reportCoverage{}, Fetches: rep.Result.Progress.Fetched,
		Skipped: rep.Result.Progress.Skipped, StopReason: rep.Result.Reason, Message: rep.Run.Message, Seconds: elapsed.Seconds(),
	}
	for _, d := range rep.Documents {
		out.Documents = append(out.Documents, reportDocument{
			URL: d.URL, Type: d.Type, Confidence: d.Confidence, Language: d.Language, Title: d.Title,
			AdditionalTypes: d.AdditionalTypes, Jurisdiction: d.Jurisdiction, EffectiveDate: d.EffectiveDate, UpdatedDate: d.UpdatedDate, UpcomingEffectiveDate: d.UpcomingEffectiveDate, DateAmbiguous: d.DateAmbiguous, Words: d.WordCount, Change: d.Change, Reason: d.Reason, Path: d.DiscoveryPath, LinkText: d.LinkText,
		})
	}
	for _, c := range rep.Run.Coverage {
		out.Coverage[c.Type] = reportCoverage{State: string(c.State), URL: c.URL, DocumentID: c.DocumentID, Reason: c.Reason}
	}
	return out
}

// hasMissingType reports whether a document of an expected type was not found.
func (r *report) hasMissingType() bool {
	for _, c := range r.Coverage {
		if c.State == string(v1alpha1.CoverageMissing) {
			return true
		}
	}
	return false
}

// print writes the report in an output format. In YAML, each report is a document of a
// stream.
func (r *report) print(w io.Writer, format string, color colorizer, verbose bool) error {
	switch format {
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
	r.table(&b, color, verbose)
	r.summary(&b, color)
	_, err := io.WriteString(w, b.String())
	return err
}

// changeColors maps each kind of change to its color. Unchanged documents have no color.
var changeColors = map[string]string{
	run.Created: green, run.Restored: green, run.Recovered: green,
	run.Changed: yellow, run.Moved: yellow, run.NotVisited: yellow,
	run.Removed: red, run.Broken: red, run.Unreachable: red,
}

// table writes one line per document, sorted by type.
func (r *report) table(w *strings.Builder, color colorizer, verbose bool) {
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
		// Color is applied after padding, because padding counts the bytes of escapes.
		padded := fmt.Sprintf("%-*s", done, change)
		fmt.Fprintf(w, "%-*s  %4s  %*s  %-4s  %-10s  %s  %s\n", typ, t, conf, words, n, lang, date, color.paint(changeColors[change], padded), url)
	}
	line("TYPE", "CONF", "WORDS", "LANG", "DATE", "CHANGE", "URL")
	for _, d := range docs {
		line(d.Type, fmt.Sprintf("%.2f", d.Confidence), fmt.Sprint(d.Words), d.Language, shownDate(d.EffectiveDate, d.DateAmbiguous), d.Change, d.URL)
		if verbose {
			d.writeDiscoveryPath(w, color)
		}
	}
}

// writeDiscoveryPath writes the links that lead from a seed to the document.
func (d *reportDocument) writeDiscoveryPath(w *strings.Builder, color colorizer) {
	var from string
	switch {
	case len(d.Path) > 1:
		from = "via " + strings.Join(d.Path[:len(d.Path)-1], " → ")
	case d.LinkText != "":
		from = "via a link"
	default:
		from = "as a seed"
	}
	if d.LinkText != "" {
		from += fmt.Sprintf(", link text %q", d.LinkText)
	}
	fmt.Fprintf(w, "  %s\n", color.paint(dim, "found "+from))
}

// summary writes the totals, the message and the coverage.
func (r *report) summary(w *strings.Builder, color colorizer) {
	if len(r.Documents) > 0 {
		w.WriteByte('\n')
	}
	message := r.Message
	if r.StopReason.Failed() {
		message = "The crawl failed." // standard error says why
	}
	fmt.Fprintf(w, "%s: %s\n", color.paint(bold, r.Company), message)
	counts := map[string]int{}
	for _, d := range r.Documents {
		name := strings.ToLower(d.Change)
		if d.Change == run.NotVisited {
			name = "not visited"
		}
		counts[name]++
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
		fmt.Fprintf(w, "%-9s  %s\n", what, r.Coverage[t].line(t, color))
	}
}

func (c reportCoverage) line(typ string, color colorizer) string {
	if c.State != string(v1alpha1.CoverageMissing) {
		return fmt.Sprintf("%s %s: %s", typ, color.paint(green, c.State), c.URL)
	}
	s := fmt.Sprintf("%s %s: %s", typ, color.paint(red, c.State), c.Reason)
	if c.URL != "" {
		s += " at " + c.URL
	}
	return s
}

// count returns a number with its noun, for example 1 page or 2 pages.
func count[N int | int64](n N, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprint(n, " ", many)
}

// formatCounts lists counts in descending order.
func formatCounts[K ~string](counts map[K]int) string {
	names := slices.SortedFunc(maps.Keys(counts), func(a, b K) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	parts := make([]string, len(names))
	for i, n := range names {
		parts[i] = fmt.Sprintf("%d %s", counts[n], n)
	}
	return strings.Join(parts, ", ")
}

// shownDate returns a date for a table, with a question mark if its day and month may be
// exchanged.
func shownDate(date string, ambiguous bool) string {
	if ambiguous && date != "" {
		return date + "?"
	}
	return date
}
