// Package report writes figures and their limits as Markdown.
package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Report is the report of one run of the benchmarks.
type Report struct {
	w       io.Writer
	checks  []check
	pending []check // of the current section
	missing []string
}

// check is a limit and its outcome.
type check struct {
	requirement, got, limit, result string
}

// The results of a check.
const (
	pass    = "PASS"
	fail    = "FAIL"
	unknown = "NOT MEASURED"
)

// New returns a Report that writes to w at once.
func New(w io.Writer) *Report { return &Report{w: w} }

// Section begins a section.
func (r *Report) Section(title string) {
	r.flush()
	r.printf("\n## %s\n\n", title)
}

// Note writes a paragraph.
func (r *Report) Note(format string, args ...any) { r.printf(format+"\n\n", args...) }

// Table writes a table. Each row must be as long as head.
func (r *Report) Table(head []string, rows [][]string) {
	width := make([]int, len(head))
	all := append([][]string{head}, rows...)
	for _, row := range all {
		for i, cell := range row {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	line := func(row []string, pad string) {
		r.printf("|")
		for i, cell := range row {
			r.printf(" %s%s |", cell, strings.Repeat(pad, width[i]-utf8.RuneCountInString(cell)))
		}
		r.printf("\n")
	}
	line(head, " ")
	rule := make([]string, len(head))
	for i := range rule {
		rule[i] = "---"
	}
	line(rule, "-")
	for _, row := range rows {
		line(row, " ")
	}
	r.printf("\n")
}

// AtMost records the requirement that got is at most limit. unit is printed after both.
func (r *Report) AtMost(what string, got, limit float64, unit string) {
	r.require(what, got, limit, "at most", unit, got <= limit)
}

// AtLeast records the requirement that got is at least limit.
func (r *Report) AtLeast(what string, got, limit float64, unit string) {
	r.require(what, got, limit, "at least", unit, got >= limit)
}

func (r *Report) require(what string, got, limit float64, how, unit string, ok bool) {
	state := fail
	if ok {
		state = pass
	}
	r.pending = append(r.pending, check{what, number(got) + unit, how + " " + number(limit) + unit, state})
}

// Unmeasured records a requirement whose figure could not be measured.
func (r *Report) Unmeasured(what string, why any) {
	r.pending = append(r.pending, check{what, fmt.Sprint(why), "", unknown})
}

// Missing reports a figure without a limit that could not be measured, here and at the end.
func (r *Report) Missing(what string, why any) {
	r.missing = append(r.missing, what)
	r.printf("**%s is NOT MEASURED**: %v\n\n", what, why)
}

// Close ends the last section and repeats all requirements. It reports whether all of
// them were measured and met.
func (r *Report) Close() bool {
	r.flush()
	r.printf("\n## Requirements\n\n")
	ok := true
	rows := make([][]string, 0, len(r.checks))
	for _, c := range r.checks {
		ok = ok && c.result == pass
		rows = append(rows, []string{c.requirement, c.got, c.limit, c.result})
	}
	r.Table([]string{"Requirement", "measured", "limit", "result"}, rows)
	for _, m := range r.missing {
		r.printf("NOT MEASURED: %s\n", m)
	}
	return ok
}

// flush ends a section with its requirements.
func (r *Report) flush() {
	rows := make([][]string, 0, len(r.pending))
	for _, c := range r.pending {
		rows = append(rows, []string{c.requirement, c.got, c.limit, c.result})
	}
	if len(rows) > 0 {
		r.Table([]string{"Requirement", "measured", "limit", "result"}, rows)
	}
	r.checks = append(r.checks, r.pending...)
	r.pending = nil
}

func (r *Report) printf(format string, args ...any) { _, _ = fmt.Fprintf(r.w, format, args...) }

// number prints a figure with up to three decimals, without trailing zeros.
func number(f float64) string {
	s := fmt.Sprintf("%.3f", f)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}
