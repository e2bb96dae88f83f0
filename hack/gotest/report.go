package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"
)

// event is a line of go test -json; see go doc test2json.
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
	Elapsed float64 // seconds
}

// line is a line of output that belongs to a test, or to the package if test is "".
type line struct{ test, text string }

// result is the outcome of a package.
type result struct {
	line    string // go test's own, such as "ok  \tpkg\t1.2s\n"
	seconds float64
	failed  bool
}

// report collects the events of go test.
type report struct {
	out     io.Writer
	verbose bool // list the skipped tests, and packages as they end
	pending map[string][]line
	results []result
	skipped []string
}

// read reads events until the end of in. It passes on lines that are not events.
func (r *report) read(in io.Reader) error {
	if r.pending == nil {
		r.pending = map[string][]line{}
	}
	lines := bufio.NewReader(in)
	for {
		text, err := lines.ReadBytes('\n')
		var e event
		switch {
		case len(bytes.TrimSpace(text)) == 0:
		case json.Unmarshal(text, &e) != nil:
			_, _ = r.out.Write(text)
		default:
			r.add(e)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (r *report) add(e event) {
	switch {
	case e.Action == "build-output":
		_, _ = io.WriteString(r.out, e.Output)
	case e.Action == "output":
		r.pending[e.Package] = append(r.pending[e.Package], line{e.Test, e.Output})
	case e.Test != "" && e.Action == "skip":
		r.skipped = append(r.skipped, r.take(e.Package, e.Test))
	case e.Test != "" && e.Action == "pass":
		r.take(e.Package, e.Test)
	case e.Test == "" && (e.Action == "pass" || e.Action == "fail" || e.Action == "skip"):
		r.endPackage(e)
	}
}

// take removes the output of a test and returns it without the lines that go test
// prints only with -v.
func (r *report) take(pkg, test string) string {
	var text strings.Builder
	rest := r.pending[pkg][:0]
	for _, l := range r.pending[pkg] {
		switch {
		case l.test != test:
			rest = append(rest, l)
		case !strings.HasPrefix(l.text, "=== "):
			text.WriteString(l.text)
		}
	}
	r.pending[pkg] = rest
	return text.String()
}

// endPackage stores the result line of a package and prints the output of a failed one.
func (r *report) endPackage(e event) {
	res := result{seconds: e.Elapsed, failed: e.Action == "fail"}
	for _, l := range r.pending[e.Package] {
		switch {
		case l.test == "" && isResult(l.text):
			res.line = l.text
		case res.failed && l.text != "FAIL\n" && l.text != "PASS\n" && !strings.HasPrefix(l.text, "=== "):
			_, _ = io.WriteString(r.out, l.text)
		}
	}
	delete(r.pending, e.Package)
	if res.line == "" { // the build failed
		res.line = fmt.Sprintf("FAIL\t%s\n", e.Package)
	}
	if r.verbose && e.Action != "skip" {
		_, _ = fmt.Fprintf(r.out, "finished %s in %.1fs\n", e.Package, e.Elapsed)
	}
	r.results = append(r.results, res)
}

func isResult(text string) bool {
	for _, prefix := range []string{"ok  \t", "FAIL\t", "?   \t", "\t"} {
		if strings.HasPrefix(text, prefix) {
			return true
		}
	}
	return false
}

// summarize prints the skipped tests and the result lines. Like go test it ends
// with FAIL if a package failed.
func (r *report) summarize() {
	if r.verbose {
		for _, text := range r.skipped {
			_, _ = io.WriteString(r.out, text)
		}
	}
	sort.SliceStable(r.results, func(i, j int) bool {
		a, b := r.results[i], r.results[j]
		if a.failed != b.failed {
			return b.failed
		}
		return a.seconds > b.seconds
	})
	for _, res := range r.results {
		_, _ = io.WriteString(r.out, res.line)
	}
	if n := len(r.results); n > 0 && r.results[n-1].failed {
		_, _ = io.WriteString(r.out, "FAIL\n")
	}
}
