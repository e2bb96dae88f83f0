package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/clausea/crawler/internal/store"
)

// describedDocument returns the ID or URL of the document that the arguments of describe name. ok
// is false if they name resources.
func describedDocument(args []string) (id string, ok bool, err error) {
	if len(args) == 0 {
		return "", false, nil
	}
	word, id, joined := strings.Cut(args[0], "/")
	switch {
	case !isDocuments(strings.ToLower(word)):
		return "", false, nil
	case joined && len(args) == 1 && id != "":
		return id, true, nil
	case !joined && len(args) == 2:
		return args[1], true, nil
	}
	return "", false, usage("describe document: expected one ID or URL; clausea get documents lists them")
}

// describeDocument describes a stored document. Without a company, a URL requires a scan of all
// documents.
func (a *app) describeDocument(cmd *cobra.Command, company, id string) error {
	ctx := cmd.Context()
	s, stop, err := openRecords(ctx, a.values)
	if err != nil {
		return err
	}
	defer stop()
	d, err := findDocument(ctx, s, company, id)
	if err != nil {
		return err
	}
	versions, err := listAll(func(p store.ListOptions) ([]store.Version, string, error) { return s.ListVersions(ctx, d.ID, p) })
	if err != nil {
		return err
	}
	if err := writeDocument(cmd.OutOrStdout(), d, versions); err != nil {
		return fmt.Errorf("write the description: %w", err)
	}
	return nil
}

// writeDocument writes a document in the layout of writeDescription: its fields, and its versions
// as a table.
func writeDocument(w io.Writer, doc store.Document, versions []store.Version) error {
	b, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	fields := map[string]any{}
	decoder := json.NewDecoder(bytes.NewReader(b))
	decoder.UseNumber() // prints large numbers in full
	if err := decoder.Decode(&fields); err != nil {
		return err
	}
	for name, v := range fields {
		if isEmpty(v) {
			delete(fields, name)
		}
	}
	d := &description{w: tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)}
	for _, name := range []string{"id", "company", "type", "title", "url", "state"} {
		if v, ok := fields[name]; ok {
			d.line(0, "%s:\t%s", fieldLabel(name), printable(fmt.Sprint(v)))
			delete(fields, name)
		}
	}
	d.fields(0, fields)
	rows := make([][]string, 0, len(versions))
	for _, v := range versions {
		rows = append(rows, []string{itoa(v.Number), versionKind(v), v.FetchedAt.Format(time.RFC3339), v.EffectiveDate, itoa(v.WordCount), v.URL})
	}
	d.table("Version History", []string{"Number", "Kind", "Fetched", "Effective", "Words", "URL"}, rows)
	if d.err != nil {
		return d.err
	}
	return d.w.Flush()
}

// isEmpty reports whether a field of a record has no value. A time that is not set is the zero
// time.
func isEmpty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == "" || v == time.Time{}.Format(time.RFC3339)
	case bool:
		return !v
	case json.Number:
		return v == "0"
	case []any:
		return len(v) == 0
	case map[string]any:
		for _, field := range v {
			if !isEmpty(field) {
				return false
			}
		}
		return true
	}
	return false
}
