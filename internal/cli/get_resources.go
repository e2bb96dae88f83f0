package cli

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/duration"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/clausea/crawler/api/v1alpha1"
)

// resourceTable describes how get shows one kind of resource.
type resourceTable struct {
	kind, header string
	// row returns the columns of a resource, the message of its condition Ready, and its
	// company.
	row func(*unstructured.Unstructured) (row, message, company string, err error)
}

var resourceTables = []resourceTable{
	{"CrawlJob", "NAMESPACE\tNAME\tCOMPANY\tREADY\tSTATE\tPAGES\tNEW\tCHANGED\tAGE", func(o *unstructured.Unstructured) (string, string, string, error) {
		j := &v1alpha1.CrawlJob{}
		err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, j)
		return crawlJobRow(j), readyMessage(j.Status.Conditions), j.CompanyKey(), err
	}},
	{"Company", "NAMESPACE\tNAME\tREADY\tSTATE\tDOCUMENTS\tNEXT CRAWL\tAGE", func(o *unstructured.Unstructured) (string, string, string, error) {
		c := &v1alpha1.Company{}
		err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, c)
		return companyRow(c), readyMessage(c.Status.Conditions), v1alpha1.StoreKey(c.Namespace, c.Name), err
	}},
}

// resourceTableFor returns the table for the first argument of get, KIND or KIND/NAME as
// for kubectl, or nil if it is not a resource.
func resourceTableFor(arg string) *resourceTable {
	word, _, _ := strings.Cut(strings.ToLower(arg), "/")
	i := slices.IndexFunc(resourceTables, func(k resourceTable) bool { return k.kind == kindNames[word] })
	if i < 0 {
		return nil
	}
	return &resourceTables[i]
}

// getResources shows the named resources of a kind, or all of them if args names none.
func (a *app) getResources(g *getter, k *resourceTable, f resourceFlags, args []string) error {
	if !slices.Contains([]string{"table", "wide", "json", "yaml"}, g.output) {
		return invalidOutput(g.output, "table", "wide", "json", "yaml")
	}
	names := args[1:]
	if word, name, ok := strings.Cut(args[0], "/"); ok {
		if name == "" || len(names) > 0 {
			return usage("get %s: expected get %s NAME or get %[2]s/NAME", strings.Join(args, " "), word)
		}
		names = []string{name}
	}
	if f.allNamespaces && len(names) > 0 {
		return usage("get %s: a name selects one resource of a namespace: omit --all-namespaces, or the name", strings.Join(args, " "))
	}
	r, err := a.openResources(g.ctx, f, openForReading)
	if err != nil {
		return err
	}
	defer r.close()
	if len(names) == 0 {
		list := &unstructured.UnstructuredList{}
		list.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(k.kind + "List"))
		if err := r.List(g.ctx, list, client.InNamespace(f.listNamespace())); err != nil {
			return fmt.Errorf("list resources of kind %s: %w", k.kind, err)
		}
		if len(list.Items) == 0 {
			g.noteNoResources(k, f)
		}
		return g.resources(k, list.Items, false)
	}
	var items []unstructured.Unstructured
	var errs []error
	for _, name := range names {
		o := unstructured.Unstructured{}
		o.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(k.kind))
		if err := r.Get(g.ctx, client.ObjectKey{Namespace: f.namespace, Name: name}, &o); err != nil {
			errs = append(errs, fmt.Errorf("get %s %s/%s: %w", k.kind, f.namespace, name, err))
			continue
		}
		items = append(items, o)
	}
	if len(items) > 0 {
		errs = append(errs, g.resources(k, items, len(names) == 1))
	}
	return errors.Join(errs...)
}

// noteNoResources says on standard error where get found no resource. Crawls of a domain store
// documents without a Company, so the note about Companies names the list that shows them.
func (g *getter) noteNoResources(k *resourceTable, f resourceFlags) {
	where := " in namespace " + f.namespace + "; --all-namespaces lists all"
	if f.allNamespaces {
		where = ""
	}
	note := "No resources of kind " + k.kind + " found" + where + "."
	if k.kind == "Company" && !f.kubernetes {
		note += " clausea get histories lists the companies that were crawled."
	}
	fmt.Fprintln(g.errs, note)
}

// resources prints resources as a table or as manifests that apply accepts, restricted to
// the company of --company. If single is true, a manifest is printed as is, otherwise in a
// List.
func (g *getter) resources(k *resourceTable, items []unstructured.Unstructured, single bool) error {
	header := k.header
	if g.output == "wide" {
		header += "\tMESSAGE"
	}
	rows, manifests := []string{}, []any{}
	for i := range items {
		o := &items[i]
		row, message, company, err := k.row(o)
		if err != nil {
			return fmt.Errorf("read %s %s/%s: %w", k.kind, o.GetNamespace(), o.GetName(), err)
		}
		if g.company != "" && company != g.company {
			continue
		}
		if g.output == "wide" {
			row += "\t" + message
		}
		o.SetManagedFields(nil) // kubectl omits them too
		rows, manifests = append(rows, row), append(manifests, o.Object)
	}
	var out any = map[string]any{"apiVersion": "v1", "kind": "List", "items": manifests}
	if single && len(manifests) == 1 {
		out = manifests[0]
	}
	var b []byte
	var err error
	switch g.output {
	case "json":
		b, err = json.MarshalIndent(out, "", "  ")
		b = append(b, '\n')
	case "yaml":
		b, err = yaml.Marshal(out)
	default:
		g.output = "table"
		return printList(g, rows, header, func(row string) string { return row })
	}
	if err == nil {
		_, err = g.w.Write(b)
	}
	return err
}

// crawlJobRow returns the columns that kubectl shows for a CrawlJob.
func crawlJobRow(j *v1alpha1.CrawlJob) string {
	var p v1alpha1.CrawlProgress
	var d v1alpha1.DocumentCounts
	if j.Status.Progress != nil {
		p = *j.Status.Progress
	}
	if j.Status.Documents != nil {
		d = *j.Status.Documents
	}
	ready, _ := readiness(j.Status.Conditions)
	return fmt.Sprintf("%s\t%s\t%s\t%s\t%s\t%d\t%d\t%d\t%s", j.Namespace, j.Name, j.CompanyKey(), ready, stateOf(j, cmp.Or(j.Status.Reason, "-")), p.Fetched, d.New, d.Changed, age(j.CreationTimestamp))
}

// companyRow returns the columns that kubectl shows for a Company.
func companyRow(c *v1alpha1.Company) string {
	ready, state := readiness(c.Status.Conditions)
	next := "-"
	if t := c.Status.NextCrawlTime; t != nil {
		next = t.UTC().Format(time.RFC3339)
	}
	return fmt.Sprintf("%s\t%s\t%s\t%s\t%d\t%s\t%s", c.Namespace, c.Name, ready, stateOf(c, state), c.Status.DocumentCount, next, age(c.CreationTimestamp))
}

// stateOf returns the state of a resource: Deleting once its deletion was requested, otherwise
// reason.
func stateOf(o client.Object, reason string) string {
	if o.GetDeletionTimestamp() != nil {
		return "Deleting"
	}
	return reason
}

// readiness returns the status and the reason of the condition Ready.
func readiness(conditions []metav1.Condition) (ready, state string) {
	if c := meta.FindStatusCondition(conditions, v1alpha1.ConditionReady); c != nil {
		return string(c.Status), c.Reason
	}
	return "-", "-"
}

// readyMessage returns the message of the condition Ready on one line.
func readyMessage(conditions []metav1.Condition) string {
	if c := meta.FindStatusCondition(conditions, v1alpha1.ConditionReady); c != nil {
		return oneLine(c.Message)
	}
	return "-"
}

func age(t metav1.Time) string { return duration.HumanDuration(time.Since(t.Time)) }
