package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/document"
	"github.com/clausea/crawler/internal/document/jsonl"
)

func newInspect() *cobra.Command {
	var output string
	var bulk bool
	var f crawlFlags
	cmd := &cobra.Command{
		Use:   "inspect FILE|URL",
		Short: "Show what one page is, without keeping anything",
		RunE: func(cmd *cobra.Command, args []string) error {
			if bulk {
				return jsonl.Inspect(cmd.Context(), cmd.InOrStdin(), cmd.OutOrStdout())
			}
			if len(args) != 1 {
				return usage("name one file or URL, or give lines of JSON with --jsonl")
			}
			in, err := readInput(cmd, args[0], f)
			if err != nil {
				return err
			}
			d, err := document.Read(in)
			if err != nil {
				return err
			}
			return printDocument(cmd.OutOrStdout(), d, output)
		},
	}
	fs := cmd.Flags()
	fs.StringVarP(&output, "output", "o", "markdown", "markdown or json")
	fs.BoolVar(&bulk, "jsonl", false, `read {"id","url","file"} a line, write one line for each`)
	fs.StringArrayVar(&f.connectTo, "connect-to", nil, "HOST1:PORT1:HOST2:PORT2, as curl has it")
	fs.StringVar(&f.caFile, "ca-file", "", "PEM file of further certificate authorities")
	fs.StringArrayVar(&f.allowAddress, "allow-address", nil, "CIDR that the address guard lets through, for tests")
	return cmd
}

func readInput(cmd *cobra.Command, what string, f crawlFlags) (document.Input, error) {
	if !strings.HasPrefix(what, "http://") && !strings.HasPrefix(what, "https://") {
		b, err := os.ReadFile(what)
		in := document.Input{Body: b}
		if strings.HasSuffix(what, ".md") {
			in.ContentType = "text/markdown"
		}
		return in, err
	}
	fetcher, err := f.fetcher()
	if err != nil {
		return document.Input{}, &exitError{exitUsage, err}
	}
	defer fetcher.Close()
	res, err := fetcher.Do(cmd.Context(), fetch.Request{URL: what})
	if err != nil {
		return document.Input{}, err
	}
	if res.Status != 200 {
		return document.Input{}, fmt.Errorf("inspect %s: the server answered %d", what, res.Status)
	}
	return document.Input{Body: res.Body, ContentType: res.Header.Get("Content-Type"), URL: res.FinalURL}, nil
}

func printDocument(w io.Writer, d document.Document, output string) error {
	switch output {
	case "json":
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return e.Encode(map[string]any{
			"url": d.URL, "legal": d.Legal, "type": d.Type, "alsoTypes": d.Also, "confidence": d.Confidence, "language": d.Language, "title": d.Title,
			"effectiveDate": d.EffectiveDate, "words": d.Words, "markdown": d.Markdown,
		})
	case "markdown":
		_, err := fmt.Fprintln(w, d.Markdown)
		return err
	default:
		return usage("-o %s: it is markdown or json", output)
	}
}
