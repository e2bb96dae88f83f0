package cli

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/store"
)

// writeDescription writes a resource in the layout of kubectl describe: its metadata, spec and
// status, its conditions as a table, the counts of the stored documents of a Company, and its
// events.
func writeDescription(w io.Writer, o *unstructured.Unstructured, documents []store.Document, events []kubestore.Event, now time.Time) error {
	d := &description{w: tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)}
	d.line(0, "Name:\t%s", o.GetName())
	d.line(0, "Namespace:\t%s", o.GetNamespace())
	d.pairs("Labels", "=", o.GetLabels())
	d.pairs("Annotations", ": ", withoutLastApplied(o.GetAnnotations()))
	d.line(0, "API Version:\t%s", o.GetAPIVersion())
	d.line(0, "Kind:\t%s", o.GetKind())
	object := maps.Clone(o.Object)
	for _, field := range []string{"apiVersion", "kind"} {
		delete(object, field)
	}
	object["metadata"] = without(object["metadata"], "name", "namespace", "labels", "annotations", "managedFields")
	object["status"] = without(object["status"], "conditions")
	d.fields(0, object)
	d.conditions(o)
	if o.GetKind() == "Company" {
		d.documents(documents)
	}
	d.events(events, now)
	if d.err != nil {
		return d.err
	}
	return d.w.Flush()
}

// description writes the lines of a description. It stops at the first error.
type description struct {
	w   *tabwriter.Writer
	err error
}

// line writes one line, indented by two spaces for each level. Tabs separate its columns.
func (d *description) line(level int, format string, args ...any) {
	if d.err == nil {
		_, d.err = fmt.Fprintf(d.w, strings.Repeat("  ", level)+format+"\n", args...)
	}
}

// pairs writes labels or annotations, one per line.
func (d *description) pairs(title, separator string, pairs map[string]string) {
	if len(pairs) == 0 {
		d.line(0, "%s:\t<none>", title)
		return
	}
	title += ":"
	for _, key := range slices.Sorted(maps.Keys(pairs)) {
		d.line(0, "%s\t%s%s%s", title, key, separator, printable(pairs[key]))
		title = ""
	}
}

// fields writes the fields of an object by name.
func (d *description) fields(level int, object map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(object)) {
		switch v := object[name].(type) {
		case map[string]any:
			if len(v) == 0 {
				d.line(level, "%s:\t<none>", fieldLabel(name))
				continue
			}
			d.line(level, "%s:", fieldLabel(name))
			d.fields(level+1, v)
		case []any:
			d.line(level, "%s:", fieldLabel(name))
			for _, item := range v {
				if m, ok := item.(map[string]any); ok {
					d.fields(level+1, m)
				} else {
					d.line(level+1, "%s", printable(fmt.Sprint(item)))
				}
			}
		default:
			d.line(level, "%s:\t%s", fieldLabel(name), printable(fmt.Sprint(v)))
		}
	}
}

// conditions writes the conditions of a resource as a table.
func (d *description) conditions(o *unstructured.Unstructured) {
	all, _, _ := unstructured.NestedSlice(o.Object, "status", "conditions")
	rows := make([][]string, 0, len(all))
	for _, raw := range all {
		m, _ := raw.(map[string]any)
		var row []string
		for _, field := range []string{"type", "status", "lastTransitionTime", "reason", "message"} {
			text, _ := m[field].(string)
			row = append(row, printable(text))
		}
		rows = append(rows, row)
	}
	d.table("Conditions", []string{"Type", "Status", "LastTransitionTime", "Reason", "Message"}, rows)
}

// documents writes the counts of documents by type and state as a table.
func (d *description) documents(documents []store.Document) {
	states := []store.DocumentState{store.DocumentPresent, store.DocumentBroken, store.DocumentUnreachable, store.DocumentRemoved}
	counts, changed := map[string]map[store.DocumentState]int{}, map[string]time.Time{}
	for i := range documents {
		t := documents[i].Type
		if counts[t] == nil {
			counts[t] = map[store.DocumentState]int{}
		}
		counts[t][documents[i].State]++
		if last := documents[i].LastChanged; last.After(changed[t]) {
			changed[t] = last
		}
	}
	header := []string{"Type"}
	for _, state := range states {
		header = append(header, string(state))
	}
	var rows [][]string
	for _, t := range slices.Sorted(maps.Keys(counts)) {
		row := []string{t}
		for _, state := range states {
			row = append(row, itoa(counts[t][state]))
		}
		rows = append(rows, append(row, formatDate(changed[t])))
	}
	d.table("Stored Documents", append(header, "LastChanged"), rows)
}

// events writes events as a table, oldest first.
func (d *description) events(events []kubestore.Event, now time.Time) {
	rows := make([][]string, 0, len(events))
	for _, e := range events {
		rows = append(rows, []string{e.Type, e.Reason, eventAge(e, now), eventComponent, printable(e.Note)})
	}
	d.table("Events", []string{"Type", "Reason", "Age", "From", "Message"}, rows)
}

// table writes a titled table with an underlined header.
func (d *description) table(title string, header []string, rows [][]string) {
	if len(rows) == 0 {
		d.line(0, "%s:\t<none>", title)
		return
	}
	d.line(0, "%s:", title)
	rule := make([]string, len(header))
	for i, name := range header {
		rule[i] = strings.Repeat("-", len(name))
	}
	for _, row := range slices.Concat([][]string{header, rule}, rows) {
		d.line(1, "%s", strings.Join(row, "\t"))
	}
}

// without returns a copy of an object without some fields.
func without(object any, fields ...string) map[string]any {
	m, _ := object.(map[string]any)
	m = maps.Clone(m)
	for _, field := range fields {
		delete(m, field)
	}
	return m
}

// withoutLastApplied returns annotations without the manifest that kubectl apply stores.
func withoutLastApplied(annotations map[string]string) map[string]string {
	annotations = maps.Clone(annotations)
	delete(annotations, "kubectl.kubernetes.io/last-applied-configuration")
	return annotations
}

// fieldLabel returns the title of a field as kubectl shows it: "Last Crawl" for lastCrawl, and
// "Run ID" for runID.
func fieldLabel(field string) string {
	var b strings.Builder
	runes := []rune(field)
	for i, r := range runes {
		previousLower := i > 0 && !unicode.IsUpper(runes[i-1])
		plural := i+2 == len(runes) && runes[i+1] == 's' // as in formerURLs
		nextLower := i+1 < len(runes) && unicode.IsLower(runes[i+1]) && !plural
		if i > 0 && unicode.IsUpper(r) && (previousLower || nextLower) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	words := strings.Split(b.String(), " ")
	for i, word := range words {
		if slices.Contains([]string{"api", "url", "uid", "id", "ttl"}, strings.ToLower(word)) {
			words[i] = strings.ToUpper(word)
		} else if word != "" {
			words[i] = strings.ToUpper(word[:1]) + word[1:]
		}
	}
	return strings.Join(words, " ")
}

// printable returns s on one line, without the control characters that a terminal would
// interpret: texts may come from a site.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, oneLine(s))
}
