package cli

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/clausea/crawler/internal/document"
	"github.com/clausea/crawler/internal/document/change"
	"github.com/clausea/crawler/internal/document/jsonl"
	"github.com/clausea/crawler/internal/settings"
	"github.com/clausea/crawler/internal/store"
)

func newDiff(a *app) *cobra.Command {
	var output string
	var bulk bool
	var from, to int
	cmd := &cobra.Command{
		Use:   "diff OLD NEW | diff DOCUMENT --from N --to M",
		Short: "Show what changed between two files, or two versions of a document",
		RunE: func(cmd *cobra.Command, args []string) error {
			readPDF, err := newPDFReader()
			if err != nil {
				return err
			}
			if bulk {
				return jsonl.Diff(cmd.Context(), cmd.InOrStdin(), cmd.OutOrStdout(), readPDF)
			}
			given := false
			for _, f := range []struct {
				name string
				n    int
			}{{"from", from}, {"to", to}} {
				if !cmd.Flags().Changed(f.name) {
					continue
				}
				if given = true; f.n < 1 {
					return usage("--%s %d: versions count from 1", f.name, f.n)
				}
			}
			switch {
			case len(args) == 2 && !given:
				return diffFiles(cmd, a.values, args, readPDF, output)
			case len(args) == 1:
				return diffVersions(cmd, a.values, args[0], from, to, output)
			}
			return usage("name two files, or one document's id or URL with --from and --to")
		},
	}
	fs := cmd.Flags()
	outputFlag(cmd, &output, "text", "html", "json")
	fs.BoolVar(&bulk, "jsonl", false, `read {"id","url","old","new"} a line, write one line for each`)
	fs.IntVar(&from, "from", 0, "older version (default: the one before --to)")
	fs.IntVar(&to, "to", 0, "newer version (default: the newest)")
	return a.withSettings(cmd, settings.CommandDiff)
}

func diffFiles(cmd *cobra.Command, v *settings.Values, files []string, readPDF jsonl.Reader, output string) error {
	var docs [2]document.Document
	for i, f := range files {
		var err error
		if docs[i], err = readDocument(cmd, f, v, readPDF); err != nil {
			return err
		}
	}
	return printChange(cmd.OutOrStdout(), document.Compare(docs[0], docs[1]), output)
}

func diffVersions(cmd *cobra.Command, values *settings.Values, id string, from, to int, output string) error {
	ctx := cmd.Context()
	s, stop, err := openRecords(ctx, values)
	if err != nil {
		return err
	}
	defer stop()
	d, err := findDocument(ctx, s, "", id)
	if err != nil {
		return err
	}
	newest, _, err := s.ListVersions(ctx, d.ID, store.ListOptions{Limit: 1})
	if err != nil {
		return err
	}
	if len(newest) == 0 {
		return fmt.Errorf("%s has no version yet", d.URL)
	}
	if from, to, err = resolveVersions(d.URL, from, to, newest[0].Number); err != nil {
		return err
	}
	_, newText, err := s.VersionText(ctx, d.ID, to)
	if err != nil {
		return err
	}
	_, oldText, err := s.VersionText(ctx, d.ID, from)
	if err != nil {
		return err
	}
	old, cur := document.FromMarkdown(oldText), document.FromMarkdown(newText)
	cur.Type = d.Type // a list of subprocessors is compared by its rows too
	return printChange(cmd.OutOrStdout(), document.Compare(old, cur), output)
}

// resolveVersions is which versions --from and --to mean, of a document that has those from 1
// to newest; 0 is one that was not given.
func resolveVersions(url string, from, to, newest int) (older, newer int, err error) {
	has := fmt.Sprintf("has versions 1 to %d", newest)
	if newest == 1 {
		has = "has version 1 only"
	}
	if missing := max(from, to); missing > newest {
		return 0, 0, usage("there is no version %d: %s %s", missing, url, has)
	}
	older, newer = from, to
	if newer == 0 {
		newer = newest
	}
	if older == 0 {
		older = newer - 1
	}
	switch {
	case newest == 1:
		return 0, 0, usage("%s has one version only; there is nothing to compare it with", url)
	case older == 0:
		return 0, 0, usage("--to 1 is the first version, and there is none before it: %s %s", url, has)
	case older == newer && to == 0:
		return 0, 0, usage("--from %d is the newest version, and there is none after it: %s %s", older, url, has)
	case older == newer:
		return 0, 0, usage("--from and --to are both version %d: %s %s", older, url, has)
	}
	return older, newer, nil
}

func printChange(w io.Writer, c change.Change, output string) error {
	switch output {
	case "text":
		_, err := fmt.Fprint(w, c.TextDiff())
		return err
	case "html":
		_, err := fmt.Fprint(w, c.HTMLDiff())
		return err
	case "json":
		return json.NewEncoder(w).Encode(c)
	default:
		return usage("-o %s: it is text, html or json", output)
	}
}
