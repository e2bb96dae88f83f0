package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/comparison"
	"github.com/clausea/crawler/internal/document"
	"github.com/clausea/crawler/internal/document/change"
	"github.com/clausea/crawler/internal/document/jsonl"
	"github.com/clausea/crawler/internal/settings"
	"github.com/clausea/crawler/internal/store"
)

func newDiff(a *app) *cobra.Command {
	var output string
	var bulk, insignificant bool
	var from, to int
	cmd := &cobra.Command{
		Use: "diff OLD NEW | diff DOCUMENT [--from N] [--to M]",
		Long: `Show the changes between two files, or between two versions of a document (default: the latest
two). Between versions, edits of the texts in spec.ignoreText of the Company are insignificant, if
the store has the Company; the resources of Kubernetes are not read.`,
		Short: "Show the changes between two files, or between two versions of a document (default: the latest two)",
		Example: `  clausea diff old.html new.html
  clausea diff https://example.com/terms
  clausea diff DOCUMENT-ID --from 1 --to 2 -o html`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if formats := []string{"text", "html", "json"}; !slices.Contains(formats, output) {
				return invalidOutput(output, formats...)
			}
			readPDF, err := newPDFReader()
			if err != nil {
				return err
			}
			if bulk {
				return jsonl.Diff(cmd.Context(), cmd.InOrStdin(), cmd.OutOrStdout(), readPDF)
			}
			versionSet := false
			for _, f := range []struct {
				name string
				n    int
			}{{"from", from}, {"to", to}} {
				if !cmd.Flags().Changed(f.name) {
					continue
				}
				if versionSet = true; f.n < 1 {
					return usage("--%s %d: version numbers start at 1", f.name, f.n)
				}
			}
			switch {
			case len(args) == 2 && !versionSet:
				return diffFiles(cmd, a.values, args, readPDF, changeOutput{output, insignificant})
			case len(args) == 2:
				return usage("--from and --to select versions of one document: name one document, or omit the flags to compare two files")
			case len(args) == 1 && isFileName(args[0]):
				return usage("%s is one file: name the second file, as in clausea diff OLD NEW", args[0])
			case len(args) == 1:
				return diffVersions(cmd, a.values, args[0], from, to, changeOutput{output, insignificant})
			}
			return usage("expected two files (clausea diff OLD NEW), or the ID or URL of one document (clausea diff DOCUMENT --from N --to M), got %d arguments", len(args))
		},
	}
	fs := cmd.Flags()
	outputFlag(cmd, &output, "text", "html", "json")
	fs.BoolVar(&insignificant, "insignificant", false, "with -o text, list the insignificant edits instead of their number")
	fs.BoolVar(&bulk, "jsonl", false, `read one {"id","url","old","new"} object per line and write one result per line`)
	fs.IntVar(&from, "from", 0, "older version (default: the version before --to)")
	fs.IntVar(&to, "to", 0, "newer version (default: the latest version)")
	return a.withSettings(cmd, settings.CommandDiff)
}

// isFileName reports whether an argument names a file, not a document by its ID or URL. IDs
// contain neither dots nor slashes.
func isFileName(arg string) bool {
	if strings.Contains(arg, "://") {
		return false
	}
	if strings.ContainsAny(arg, "./") {
		return true
	}
	_, err := os.Stat(arg)
	return err == nil
}

func diffFiles(cmd *cobra.Command, v *settings.Values, files []string, readPDF jsonl.PDFReader, output changeOutput) error {
	var docs [2]document.Document
	for i, f := range files {
		var err error
		if docs[i], err = readDocument(cmd, f, v, readPDF); err != nil {
			return err
		}
	}
	return printChange(cmd.OutOrStdout(), document.Compare(docs[0], docs[1]), output)
}

func diffVersions(cmd *cobra.Command, values *settings.Values, id string, from, to int, output changeOutput) error {
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
		return fmt.Errorf("document %s has no versions", d.URL)
	}
	if from, to, err = resolveVersions(d.URL, from, to, newest[0].Number); err != nil {
		return err
	}
	if err := noteTechnical(cmd, s, d, from, to); err != nil {
		return err
	}
	r, err := comparison.Versions(ctx, s, d, from, to)
	if err != nil {
		return err
	}
	rules, err := storedIgnoreRules(ctx, s, d.Company)
	if err != nil {
		return err
	}
	return printChange(cmd.OutOrStdout(), r.Change.Ignore(rules), output)
}

// storedIgnoreRules returns the rules of the Company under whose name documents are stored. There
// are none if the store does not have the Company, as with Kubernetes.
func storedIgnoreRules(ctx context.Context, s recordReader, name string) (change.IgnoreRules, error) {
	o, err := s.GetObject(ctx, companyObject(name))
	if errors.Is(err, store.ErrNotFound) {
		return change.IgnoreRules{}, nil
	}
	var c v1alpha1.Company
	if err == nil {
		err = json.Unmarshal(o.JSON, &c)
	}
	if err != nil {
		return change.IgnoreRules{}, fmt.Errorf("read the Company %s: %w", name, err)
	}
	return change.NewIgnoreRules(c.Spec.IgnoreTexts()), nil
}

// noteTechnical notes on standard error which versions after from, up to to, are technical.
func noteTechnical(cmd *cobra.Command, s recordReader, d store.Document, from, to int) error {
	versions, err := listAll(func(p store.ListOptions) ([]store.Version, string, error) {
		return s.ListVersions(cmd.Context(), d.ID, p)
	})
	if err != nil {
		return err
	}
	for _, v := range slices.Backward(versions) {
		if v.Technical && v.Number > min(from, to) && v.Number <= max(from, to) {
			fmt.Fprintf(cmd.ErrOrStderr(), "version %d is technical: the program reads the page differently, and the page had not changed\n", v.Number)
		}
	}
	return nil
}

// resolveVersions returns the versions that --from and --to select. A value of 0 means that
// the flag is not set. The document has versions 1 to newest.
func resolveVersions(url string, from, to, newest int) (older, newer int, err error) {
	has := fmt.Sprintf("has versions 1 to %d", newest)
	if newest == 1 {
		has = "has only version 1"
	}
	if missing := max(from, to); missing > newest {
		return 0, 0, usage("version %d does not exist: %s %s", missing, url, has)
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
		return 0, 0, usage("%s has only one version, so there is nothing to compare", url)
	case older == 0:
		return 0, 0, usage("--to 1 is the first version, so there is no older one: %s %s", url, has)
	case older == newer && to == 0:
		return 0, 0, usage("--from %d is the latest version, so there is no newer one: %s %s", older, url, has)
	case older == newer:
		return 0, 0, usage("--from and --to are both version %d: %s %s", older, url, has)
	}
	return older, newer, nil
}

// changeOutput is how a change is printed.
type changeOutput struct {
	format        string // text, html or json
	insignificant bool   // list the insignificant edits in a text
}

func printChange(w io.Writer, c change.Change, output changeOutput) error {
	switch output.format {
	case "text":
		text := c.TextDiff()
		if output.insignificant {
			text += c.InsignificantText()
		}
		_, err := fmt.Fprint(w, text)
		return err
	case "html":
		_, err := fmt.Fprint(w, c.HTMLDiff())
		return err
	case "json":
		return json.NewEncoder(w).Encode(c)
	default:
		return invalidOutput(output.format, "text", "html", "json")
	}
}
