package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/document"
	"github.com/clausea/crawler/internal/document/jsonl"
	"github.com/clausea/crawler/internal/settings"
)

func newInspect(a *app) *cobra.Command {
	var output string
	var bulk bool
	cmd := &cobra.Command{
		Use:   "inspect FILE|URL",
		Short: "Classify one page and extract its text, without storing anything",
		Example: `  clausea inspect page.html
  clausea inspect https://example.com/privacy -o json
  clausea inspect --jsonl pages.jsonl`,
		RunE: func(cmd *cobra.Command, args []string) error {
			readPDF, err := newPDFReader()
			if err != nil {
				return err
			}
			if bulk {
				in, closeInput, err := jsonlInput(cmd, args)
				if err != nil {
					return err
				}
				defer closeInput()
				return jsonl.Inspect(cmd.Context(), in, cmd.OutOrStdout(), readPDF)
			}
			if len(args) != 1 {
				return usage("expected one file or URL, or --jsonl")
			}
			d, err := readDocument(cmd, args[0], a.values, readPDF)
			if err != nil {
				return err
			}
			return printDocument(cmd.OutOrStdout(), d, output)
		},
	}
	fs := cmd.Flags()
	outputFlag(cmd, &output, "markdown", "json")
	fs.BoolVar(&bulk, "jsonl", false, `read one {"id","url","file"} object per line, from the file or the standard input, and write one result per line`)
	return a.withSettings(cmd, settings.CommandInspect)
}

// jsonlInput returns the input of --jsonl: the file that the argument names, or the standard
// input. The returned function closes it.
func jsonlInput(cmd *cobra.Command, args []string) (io.Reader, func(), error) {
	switch {
	case len(args) > 1:
		return nil, nil, usage("expected at most one file with --jsonl")
	case len(args) == 0 || args[0] == "-":
		return cmd.InOrStdin(), func() {}, nil
	}
	file, err := os.Open(args[0])
	if err != nil {
		return nil, nil, &exitError{exitUsage, err}
	}
	return file, func() { _ = file.Close() }, nil
}

// readDocument reads a file or a URL. Binary content is a usage error.
func readDocument(cmd *cobra.Command, what string, v *settings.Values, readPDF jsonl.PDFReader) (document.Document, error) {
	in, err := readInput(cmd, what, v)
	if err != nil {
		return document.Document{}, err
	}
	in.KeepRemoved = true
	in.PDF = func(b []byte) (string, error) { return readPDF(cmd.Context(), b) }
	d, err := document.Read(in)
	switch {
	case errors.Is(err, document.ErrBinary):
		return d, usage("read %s: %w", what, err)
	case err != nil:
		return d, fmt.Errorf("read %s: %w", what, err)
	}
	return d, nil
}

// isURL reports whether an argument is an http or https URL. Schemes are case-insensitive
// (RFC 3986, section 3.1).
func isURL(arg string) bool {
	scheme, _, ok := strings.Cut(arg, "://")
	return ok && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https"))
}

// readInput reads a file, or fetches a URL.
func readInput(cmd *cobra.Command, what string, v *settings.Values) (document.Input, error) {
	if !isURL(what) {
		b, err := os.ReadFile(what)
		in := document.Input{Body: b, Now: time.Now()}
		if strings.HasSuffix(what, ".md") {
			in.ContentType = "text/markdown"
		}
		return in, err
	}
	fetcher, err := newFetcher(v)
	if err != nil {
		return document.Input{}, err
	}
	defer fetcher.Close()
	res, err := fetcher.Do(cmd.Context(), fetch.Request{URL: what})
	if err != nil {
		return document.Input{}, err
	}
	if res.Status != 200 {
		return document.Input{}, fmt.Errorf("fetch %s: status %d", what, res.Status)
	}
	return document.Input{
		Body: res.Body, ContentType: res.Header.Get("Content-Type"), URL: res.FinalURL,
		Language: res.Header.Get("Content-Language"), Now: res.FetchedAt,
	}, nil
}

func printDocument(w io.Writer, d document.Document, output string) error {
	switch output {
	case "json":
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		out := map[string]any{
			"url": d.URL, "legal": d.Legal, "type": d.Type, "additionalTypes": d.AdditionalTypes, "confidence": d.Confidence, "language": d.Language, "title": d.Title,
			"jurisdiction": d.Jurisdiction, "effectiveDate": d.EffectiveDate, "effectiveQuote": d.EffectiveQuote, "updatedDate": d.UpdatedDate,
			"updatedQuote": d.UpdatedQuote, "upcomingEffectiveDate": d.UpcomingEffectiveDate, "dateAmbiguous": d.DateAmbiguous, "words": d.WordCount, "markdown": d.Markdown,
			"removed": removedParts(d.Removed),
		}
		if more := len(d.Removed) - maxRemovedParts; more > 0 {
			out["removedOmitted"] = more
		}
		if len(d.Subprocessors) > 0 {
			out["subprocessors"] = d.Subprocessors
		}
		return e.Encode(out)
	case "markdown":
		_, err := fmt.Fprintln(w, d.Markdown)
		return err
	default:
		return invalidOutput(output, "markdown", "json")
	}
}
