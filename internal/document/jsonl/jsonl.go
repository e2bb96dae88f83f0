// Package jsonl inspects and compares pages in bulk. It reads and writes one JSON object
// per line, retains the order, and uses all cores.
package jsonl

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/clausea/crawler/internal/document"
	"github.com/clausea/crawler/internal/document/change"
	"github.com/clausea/crawler/internal/document/doctype"
)

// maxLineBytes is the maximum length of an input line.
const maxLineBytes = 1 << 20

// PDFReader returns the text of a PDF as Markdown.
type PDFReader func(ctx context.Context, body []byte) (string, error)

type inspectRequest struct {
	ID   any     `json:"id"`
	URL  *string `json:"url"`
	File string  `json:"file"`
}

type inspectResult struct {
	ID                    any      `json:"id"`
	Legal                 bool     `json:"legal"`
	Type                  string   `json:"type"`
	AdditionalTypes       []string `json:"additionalTypes,omitempty"`
	Confidence            float64  `json:"confidence"`
	Language              string   `json:"language"`
	Jurisdiction          string   `json:"jurisdiction"`
	Title                 string   `json:"title"`
	EffectiveDate         string   `json:"effectiveDate"`
	EffectiveQuote        string   `json:"effectiveQuote"`
	UpdatedDate           string   `json:"updatedDate"`
	UpdatedQuote          string   `json:"updatedQuote"`
	UpcomingEffectiveDate string   `json:"upcomingEffectiveDate"`
	DateAmbiguous         bool     `json:"dateAmbiguous"`
	WordCount             int      `json:"words"`
	Markdown              string   `json:"markdown"`
	Error                 string   `json:"error"`
}

type diffRequest struct {
	ID  any     `json:"id"`
	URL *string `json:"url"`
	Old string  `json:"old"`
	New string  `json:"new"`
}

type diffResult struct {
	ID      any    `json:"id"`
	Changed bool   `json:"changed"`
	Kind    string `json:"kind"`
	Added   int    `json:"added"`
	Removed int    `json:"removed"`
	// Insignificant is an empty array, not null, if there is no insignificant edit.
	Insignificant []change.InsignificantEdit `json:"insignificant"`
	Error         string                     `json:"error"`
}

// noEdits is an empty list of edits, which JSON shows as an array.
var noEdits = []change.InsignificantEdit{}

// Inspect reads {"id","url","file"} lines and writes the document in each file. It uses
// readPDF for PDF files. An ID is a string or a number, and is written unchanged.
func Inspect(ctx context.Context, r io.Reader, w io.Writer, readPDF PDFReader) error {
	return processLines(ctx, r, w, func(n int, line []byte) any {
		var in inspectRequest
		id, err := parseLine(n, line, &in, &in.ID)
		if err != nil {
			return inspectResult{ID: id, Type: doctype.Other, Error: err.Error()}
		}
		d, err := readFile(ctx, "file", in.File, in.URL, false, readPDF)
		out := inspectResult{
			ID: id, Legal: d.Legal, Type: d.Type, AdditionalTypes: d.AdditionalTypes, Confidence: d.Confidence, Language: d.Language,
			Jurisdiction: d.Jurisdiction, Title: d.Title, WordCount: d.WordCount, Markdown: d.Markdown,
			EffectiveDate: d.EffectiveDate, EffectiveQuote: d.EffectiveQuote, UpdatedDate: d.UpdatedDate, UpdatedQuote: d.UpdatedQuote, UpcomingEffectiveDate: d.UpcomingEffectiveDate,
			DateAmbiguous: d.DateAmbiguous,
		}
		if err != nil {
			out.Type, out.Error = doctype.Other, err.Error()
		}
		return out
	})
}

// Diff reads {"id","url","old","new"} lines and writes how the two files of each line
// differ. It treats PDF files and IDs like Inspect.
func Diff(ctx context.Context, r io.Reader, w io.Writer, readPDF PDFReader) error {
	return processLines(ctx, r, w, func(n int, line []byte) any {
		var in diffRequest
		id, err := parseLine(n, line, &in, &in.ID)
		if err != nil {
			return diffResult{ID: id, Insignificant: noEdits, Error: err.Error()}
		}
		old, err := readFile(ctx, "old", in.Old, in.URL, true, readPDF)
		if err != nil {
			return diffResult{ID: id, Insignificant: noEdits, Error: err.Error()}
		}
		cur, err := readFile(ctx, "new", in.New, in.URL, true, readPDF)
		if err != nil {
			return diffResult{ID: id, Insignificant: noEdits, Error: err.Error()}
		}
		c := document.Compare(old, cur)
		return diffResult{ID: id, Changed: c.Kind == change.KindChange, Kind: string(c.Kind), Added: c.Added, Removed: c.Removed, Insignificant: append(noEdits, c.Insignificant...)}
	})
}

// parseLine decodes line n into in. id must point to the ID field of in. parseLine returns
// the ID even if the rest of the line is invalid, and an empty string if the ID is.
func parseLine(n int, line []byte, in any, id *any) (any, error) {
	if n == 1 {
		line = bytes.TrimPrefix(line, []byte("\ufeff")) // some editors write a byte order mark
	}
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber() // retains 9007199254740993, which a float64 cannot represent
	err := d.Decode(in)
	if err == nil {
		if _, after := d.Token(); !errors.Is(after, io.EOF) {
			err = errors.New("unexpected data after the object")
		}
	}
	switch (*id).(type) {
	case string, json.Number:
	case nil:
		*id = ""
	default:
		*id = ""
		if err == nil {
			err = errors.New("id: expected a string or a number")
		}
	}
	if err != nil {
		return *id, fmt.Errorf("parse line %d: %w", n, describeJSONError(err))
	}
	return *id, nil
}

// describeJSONError rewrites an error of encoding/json without the names of Go types.
func describeJSONError(err error) error {
	var t *json.UnmarshalTypeError
	switch {
	case !errors.As(err, &t):
		return err
	case t.Field == "":
		return fmt.Errorf("expected an object, got %s", t.Value)
	default:
		return fmt.Errorf("%s: expected a string, got %s", t.Field, t.Value)
	}
}

// readFile reads the file in the given field of the line. keepRemoved is document.Input's.
func readFile(ctx context.Context, field, file string, url *string, keepRemoved bool, readPDF PDFReader) (document.Document, error) {
	if file == "" {
		return document.Document{}, fmt.Errorf("%s: missing file name", field)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return document.Document{}, err
	}
	in := document.Input{Body: b, KeepRemoved: keepRemoved, Now: time.Now(), PDF: func(body []byte) (string, error) { return readPDF(ctx, body) }}
	if url != nil {
		in.URL = *url
	}
	if strings.HasSuffix(file, ".md") {
		in.ContentType = "text/markdown"
	}
	d, err := document.Read(in)
	if err != nil {
		return d, fmt.Errorf("read %s: %w", file, err)
	}
	return d, nil
}

// processLines calls f concurrently for each line and its number. It writes the results in
// the order of the lines.
func processLines(ctx context.Context, r io.Reader, w io.Writer, f func(int, []byte) any) error {
	type job struct {
		n    int
		line []byte
		out  chan any
	}
	n := runtime.GOMAXPROCS(0)
	jobs := make(chan job)
	order := make(chan chan any, 4*n)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for range n {
		go func() {
			for j := range jobs {
				j.out <- f(j.n, j.line)
			}
		}()
	}
	readErr := make(chan error, 1)
	go func() {
		defer close(jobs)
		defer close(order)
		sc := bufio.NewScanner(r)
		sc.Buffer(nil, maxLineBytes)
		for n := 1; sc.Scan(); n++ {
			if len(strings.TrimSpace(sc.Text())) == 0 {
				continue
			}
			j := job{n, append([]byte(nil), sc.Bytes()...), make(chan any, 1)}
			select {
			case order <- j.out:
			case <-ctx.Done():
				readErr <- ctx.Err()
				return
			}
			jobs <- j
		}
		readErr <- sc.Err()
	}()
	bw := bufio.NewWriter(w)
	enc := json.NewEncoder(bw)
	enc.SetEscapeHTML(false)
	var err error
	for out := range order {
		v := <-out
		if err == nil {
			if err = enc.Encode(v); err != nil {
				cancel()
			}
		}
	}
	if inputErr := <-readErr; err == nil {
		err = inputErr
	}
	if flushErr := bw.Flush(); err == nil {
		err = flushErr
	}
	return err
}
