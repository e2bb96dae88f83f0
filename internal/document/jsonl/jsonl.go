// Package jsonl reads and compares many pages: JSON lines in, JSON lines out, in
// order, on all cores.
package jsonl

import (
	"bufio"
	"context"
	"encoding/json"
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

// maxLine is the longest line of input, in bytes.
const maxLine = 1 << 20

type inspectIn struct {
	ID   string  `json:"id"`
	URL  *string `json:"url"`
	File string  `json:"file"`
}

type inspectOut struct {
	ID             string   `json:"id"`
	Legal          bool     `json:"legal"`
	Type           string   `json:"type"`
	AlsoTypes      []string `json:"alsoTypes,omitempty"`
	Confidence     float64  `json:"confidence"`
	Language       string   `json:"language"`
	Region         string   `json:"region"`
	Title          string   `json:"title"`
	EffectiveDate  string   `json:"effectiveDate"`
	EffectiveQuote string   `json:"effectiveQuote"`
	UpdatedDate    string   `json:"updatedDate"`
	UpdatedQuote   string   `json:"updatedQuote"`
	TakesEffect    string   `json:"takesEffect"`
	Words          int      `json:"words"`
	Markdown       string   `json:"markdown"`
	Error          string   `json:"error"`
}

type diffIn struct {
	ID  string  `json:"id"`
	URL *string `json:"url"`
	Old string  `json:"old"`
	New string  `json:"new"`
}

type diffOut struct {
	ID      string `json:"id"`
	Changed bool   `json:"changed"`
	Kind    string `json:"kind"`
	Added   int    `json:"added"`
	Removed int    `json:"removed"`
	Error   string `json:"error"`
}

// Inspect reads {"id","url","file"} lines and writes what each file is; readPDF
// reads those that are PDFs.
func Inspect(ctx context.Context, r io.Reader, w io.Writer, readPDF func(context.Context, []byte) (string, error)) error {
	return lines(ctx, r, w, func(line []byte) any {
		var in inspectIn
		if err := json.Unmarshal(line, &in); err != nil {
			return inspectOut{Type: doctype.Other, Error: fmt.Sprintf("not a line of JSON with id, url and file: %v", err)}
		}
		d, err := readFile(in.File, in.URL, func(b []byte) (string, error) { return readPDF(ctx, b) })
		out := inspectOut{
			ID: in.ID, Legal: d.Legal, Type: d.Type, AlsoTypes: d.Also, Confidence: d.Confidence, Language: d.Language,
			Region: d.Region, Title: d.Title, Words: d.Words, Markdown: d.Markdown,
			EffectiveDate: d.EffectiveDate, EffectiveQuote: d.EffectiveQuote, UpdatedDate: d.UpdatedDate, UpdatedQuote: d.UpdatedQuote, TakesEffect: d.TakesEffect,
		}
		if err != nil {
			out.Type, out.Error = doctype.Other, err.Error()
		}
		return out
	})
}

// Diff reads {"id","url","old","new"} lines and writes how each pair differs.
func Diff(ctx context.Context, r io.Reader, w io.Writer) error {
	return lines(ctx, r, w, func(line []byte) any {
		var in diffIn
		if err := json.Unmarshal(line, &in); err != nil {
			return diffOut{Error: fmt.Sprintf("not a line of JSON with id, url, old and new: %v", err)}
		}
		old, err := readFile(in.Old, in.URL, nil)
		if err != nil {
			return diffOut{ID: in.ID, Error: err.Error()}
		}
		cur, err := readFile(in.New, in.URL, nil)
		if err != nil {
			return diffOut{ID: in.ID, Error: err.Error()}
		}
		c := document.Compare(old, cur)
		return diffOut{ID: in.ID, Changed: c.Kind == change.KindChange, Kind: string(c.Kind), Added: c.Added, Removed: c.Removed}
	})
}

func readFile(file string, url *string, readPDF func([]byte) (string, error)) (document.Document, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return document.Document{}, err
	}
	in := document.Input{Body: b, Now: time.Now(), PDF: readPDF}
	if url != nil {
		in.URL = *url
	}
	if strings.HasSuffix(file, ".md") {
		in.ContentType = "text/markdown"
	}
	return document.Read(in)
}

// lines does f for each line, several at once, and writes the results in order.
func lines(ctx context.Context, r io.Reader, w io.Writer, f func([]byte) any) error {
	type job struct {
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
				j.out <- f(j.line)
			}
		}()
	}
	readErr := make(chan error, 1)
	go func() {
		defer close(jobs)
		defer close(order)
		sc := bufio.NewScanner(r)
		sc.Buffer(nil, maxLine)
		for sc.Scan() {
			if len(strings.TrimSpace(sc.Text())) == 0 {
				continue
			}
			j := job{append([]byte(nil), sc.Bytes()...), make(chan any, 1)}
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
	if rerr := <-readErr; err == nil {
		err = rerr
	}
	if ferr := bw.Flush(); err == nil {
		err = ferr
	}
	return err
}
