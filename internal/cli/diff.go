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
)

func newDiff(a *app) *cobra.Command {
	var output string
	var bulk bool
	var from, to int
	cmd := &cobra.Command{
		Use:   "diff OLD NEW | diff DOCUMENT --from N --to M",
		Short: "Show what changed between two files, or two versions of a document",
		RunE: func(cmd *cobra.Command, args []string) error {
			if bulk {
				return jsonl.Diff(cmd.Context(), cmd.InOrStdin(), cmd.OutOrStdout())
			}
			switch {
			case len(args) == 2 && from == 0 && to == 0:
				return diffFiles(cmd, a.values, args[0], args[1], output)
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
	return a.configured(cmd, settings.CommandDiff)
}

func diffFiles(cmd *cobra.Command, v *settings.Values, oldFile, newFile, output string) error {
	var docs [2]document.Document
	for i, f := range []string{oldFile, newFile} {
		in, err := readInput(cmd, f, v)
		if err != nil {
			return err
		}
		if docs[i], err = document.Read(in); err != nil {
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
	v, newText, err := s.VersionText(ctx, d.ID, to)
	if err != nil {
		return err
	}
	if from == 0 {
		from = v.Number - 1
	}
	if from < 1 {
		return usage("%s has one version only; there is nothing to compare it with", d.URL)
	}
	_, oldText, err := s.VersionText(ctx, d.ID, from)
	if err != nil {
		return err
	}
	old, cur := document.FromMarkdown(oldText), document.FromMarkdown(newText)
	cur.Type = d.Type // a list of subprocessors is compared by its rows too
	return printChange(cmd.OutOrStdout(), document.Compare(old, cur), output)
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
