package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"

	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/settings"
	"github.com/clausea/crawler/internal/store"
)

func newGet(a *app) *cobra.Command {
	var g getter
	var f resourceFlags
	cmd := &cobra.Command{
		Use:   "get company|crawljob [NAME...] | get events | get histories|documents|versions|runs|pages [DOCUMENT|URL]",
		Short: "Show resources, events and stored records; get documents ID -o markdown prints the text of a document",
		Long: `Show resources, or the records that crawls stored.

Resources, as kubectl shows them:
  company (companies, co)       Companies; -o yaml prints manifests that apply accepts
  crawljob (crawljobs, crawl)   CrawlJobs
  events (event, ev)            what happened to them

Stored records:
  histories    one line for each company that was crawled, also without a Company resource
  documents    the documents, or one document by its ID or URL
  versions     the versions of a document
  runs         the crawls
  pages        the result for each URL that a run encountered: the newest run of --company,
               or the run of --run; get pages URL --raw writes the page as the site sent it

A company that was crawled by its domain is stored under that domain. A Company resource is
stored under its name, so crawling both makes two histories; a CrawlJob with spec.companyRef
adds to the history of the Company.`,
		Example: `  clausea get documents --company example.com
  clausea get documents https://example.com/terms -o markdown --version 1
  clausea get pages --company example.com
  clausea get pages --company example.com --reason robots,not_found
  clausea get pages https://example.com/terms --company example.com --raw > terms.html
  clausea get crawljobs -o wide
  clausea get companies -A
  clausea get company example-com -o yaml
  clausea get events --for crawljob/now`,
		ValidArgs: []string{"company", "companies", "crawljob", "crawljobs", "events", "histories", "documents", "versions", "runs", "pages"},
		RunE: func(cmd *cobra.Command, args []string) error {
			g.ctx, g.w, g.errs = cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr()
			f.namespaceSet = cmd.Flags().Changed("namespace")
			if err := f.useContextNamespace(cmd); err != nil {
				return err
			}
			return a.get(&g, f, args)
		},
	}
	f.addFlags(cmd, false)
	f.addAllNamespaces(cmd)
	fs := cmd.Flags()
	fs.Lookup("namespace").Usage = "`namespace` of the resources or events"
	outputFlag(cmd, &g.output, "table", "json", "yaml", "markdown", "wide")
	fs.StringVar(&g.company, "company", "", "show only records of this `company`")
	fs.IntVar(&g.version, "version", 0, "version of the document text or of the raw page (default: the latest version)")
	g.pageFlags.addFlags(fs)
	fs.BoolVar(&g.raw, "raw", false, "write the stored page byte for byte (get pages URL)")
	fs.StringVar(&g.object, "for", "", "show only events of this object, `KIND/NAME` (get events)")
	return a.withSettings(cmd, settings.CommandGet)
}

// get executes a get command.
func (a *app) get(g *getter, f resourceFlags, args []string) error {
	if len(args) == 0 {
		return usage("get: specify a resource: %s", getKinds)
	}
	isEvents := slices.Contains([]string{"events", "event", "ev"}, strings.ToLower(args[0]))
	if f.allNamespaces && f.namespaceSet {
		return usage("get %s: --namespace and --all-namespaces exclude each other", args[0])
	}
	switch k := resourceTableFor(args[0]); {
	case g.object != "" && !isEvents:
		return usage("get %s: --for applies only to get events", args[0])
	case g.raw && args[0] != "pages":
		return usage("get %s: --raw applies only to get pages URL --company NAME", args[0])
	case k != nil:
		return a.getResources(g, k, f, args)
	case isEvents:
		return a.getEvents(g, f, args)
	case f.kubernetes || f.namespaceSet || f.allNamespaces:
		return usage("get %s reads stored records: --kubernetes, --namespace and --all-namespaces apply only to get company, get crawljob and get events", args[0])
	}
	if err := g.check(args); err != nil {
		return err
	}
	s, stop, err := openRecords(g.ctx, a.values)
	if err != nil {
		return err
	}
	defer stop()
	g.s = s
	return g.get(args)
}

// getter executes one get command.
type getter struct {
	ctx             context.Context
	s               recordReader
	w, errs         io.Writer
	output, company string
	version         int
	pageFlags       pageFlags
	raw             bool
	object          string // KIND/NAME of --for
}

// get shows records. check has accepted args.
func (g *getter) get(args []string) error {
	switch args[0] {
	case "documents", "document":
		if len(args) == 2 {
			return g.document(args[1])
		}
		docs, err := listAll(func(p store.ListOptions) ([]store.Document, string, error) {
			return g.s.ListDocuments(g.ctx, g.company, p)
		})
		if err == nil && len(docs) == 0 {
			err = g.checkCompany()
		}
		if err != nil {
			return err
		}
		return printList(g, docs, "ID\tCOMPANY\tTYPE\tLANG\tWORDS\tVERSIONS\tCHANGED\tSTATE\tSINCE\tURL", func(d store.Document) string {
			return fmt.Sprintf("%s\t%s\t%s\t%s\t%d\t%d\t%s\t%s\t%s\t%s", d.ID, d.Company, d.Type, d.Language, d.WordCount, d.Versions, formatDate(d.LastChanged), d.State, formatDate(d.StateSince), d.URL)
		})
	case "versions":
		d, err := findDocument(g.ctx, g.s, g.company, args[1])
		if err != nil {
			return err
		}
		vs, err := listAll(func(p store.ListOptions) ([]store.Version, string, error) { return g.s.ListVersions(g.ctx, d.ID, p) })
		if err != nil {
			return err
		}
		for i := range vs {
			vs[i].Exchange = nil // compressed; an evidence pack has it in readable form
		}
		return printList(g, vs, "NUMBER\tKIND\tFETCHED\tEFFECTIVE\tWORDS\tBYTES\tURL", func(v store.Version) string {
			return fmt.Sprintf("%d\t%s\t%s\t%s\t%d\t%d\t%s", v.Number, versionKind(v), v.FetchedAt.Format(time.RFC3339), shownDate(v.EffectiveDate, v.DateAmbiguous), v.WordCount, v.StoredBytes, v.URL)
		})
	case "runs":
		runs, err := listAll(func(p store.ListOptions) ([]store.Run, string, error) { return g.s.QueryRuns(g.ctx, g.runQuery(p)) })
		showLostRuns(runs, time.Now())
		if err == nil && len(runs) == 0 {
			err = g.checkCompany()
		}
		if err != nil {
			return err
		}
		return printList(g, runs, "ID\tCOMPANY\tSTATE\tREASON\tTRIGGER\tFETCHED\tNEW\tCHANGED\tUNCHANGED\tREMOVED\tBROKEN\tUNREACHABLE\tNOTVISITED\tCREATED", func(r store.Run) string {
			c := r.Documents
			return fmt.Sprintf("%s\t%s\t%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%s", r.ID, r.Company, r.State, r.StopReason, cmp.Or(string(r.Trigger), "-"), r.Progress.Fetched,
				c.New, c.Changed, c.Unchanged, c.Removed, c.Broken, c.Unreachable, c.NotVisited, r.CreatedAt.Format(time.RFC3339))
		})
	case "pages":
		if g.raw {
			return g.rawPage(args[1])
		}
		return g.pages(args[1:])
	default:
		return g.histories()
	}
}

// versionKind says why a version was stored: the document was new, its text changed or
// reverted to an earlier one, or the program reads the page differently than before.
func versionKind(v store.Version) string {
	switch {
	case v.Technical:
		return "Technical"
	case v.Number == 1:
		return run.Created
	case v.Flapping:
		return run.Flapping
	default:
		return run.Changed
	}
}

// histories shows one line for each company that was crawled.
func (g *getter) histories() error {
	q := store.CompanyQuery{}
	if g.company != "" {
		q.Names = []string{g.company}
	}
	rows, err := listAll(func(p store.ListOptions) ([]store.CompanySummary, string, error) {
		q.ListOptions = p
		return g.s.QueryCompanies(g.ctx, q)
	})
	if err == nil && len(rows) == 0 {
		err = g.checkCompany()
	}
	if err != nil {
		return err
	}
	return printList(g, rows, "COMPANY\tDOCUMENTS\tCHANGED\tLAST CRAWL\tSTATE\tREASON", func(c store.CompanySummary) string {
		last := c.LastCrawl
		return fmt.Sprintf("%s\t%d\t%s\t%s\t%s\t%s", c.Name, c.Documents, formatDate(c.LastChanged), formatDate(last.FinishedAt), last.State, last.StopReason)
	})
}

func (g *getter) document(id string) error {
	d, err := findDocument(g.ctx, g.s, g.company, id)
	if err != nil {
		return err
	}
	if g.output == "markdown" {
		_, text, err := g.s.VersionText(g.ctx, d.ID, g.version)
		if err == nil {
			_, err = fmt.Fprintln(g.w, text)
		}
		return err
	}
	return printList(g, []store.Document{d}, "ID\tTYPE\tVERSIONS\tURL", func(d store.Document) string {
		return fmt.Sprintf("%s\t%s\t%d\t%s", d.ID, d.Type, d.Versions, d.URL)
	})
}

// findDocument returns the document with the given ID or URL. Without a company, a URL
// requires a scan of all documents.
func findDocument(ctx context.Context, s recordReader, company, id string) (store.Document, error) {
	switch {
	case !strings.Contains(id, "://"):
		return s.GetDocument(ctx, id)
	case company != "":
		return s.FindDocument(ctx, company, id)
	}
	docs, err := listAll(func(p store.ListOptions) ([]store.Document, string, error) { return s.ListDocuments(ctx, "", p) })
	if err != nil {
		return store.Document{}, err
	}
	for _, d := range docs {
		if d.URL == id {
			return d, nil
		}
	}
	return store.Document{}, fmt.Errorf("document %s: %w", id, store.ErrNotFound)
}

var errTooMany = errors.New("more than 100,000 records; use --company to narrow the list")

// listAll reads all pages of a list. It returns errTooMany for more than 100,000 records.
func listAll[T any](list func(store.ListOptions) ([]T, string, error)) ([]T, error) {
	var out []T
	p := store.ListOptions{Limit: 500}
	for {
		items, next, err := list(p)
		if err != nil {
			return nil, err
		}
		out = append(out, items...)
		if next == "" {
			return out, nil
		}
		if len(out) > 100_000 {
			return nil, errTooMany
		}
		p.Continue = next
	}
}

// printList prints items in the output format. In a table, header and the results of row
// have tab-separated columns.
func printList[T any](g *getter, items []T, header string, row func(T) string) error {
	if items == nil {
		items = []T{} // encodes as an empty list, not as null
	}
	switch g.output {
	case "json":
		e := json.NewEncoder(g.w)
		e.SetIndent("", "  ")
		return e.Encode(items)
	case "yaml":
		b, err := yaml.Marshal(items)
		if err == nil {
			_, err = g.w.Write(b)
		}
		return err
	case "table":
	default:
		return invalidOutput(g.output, "table", "json", "yaml")
	}
	tw := tabwriter.NewWriter(g.w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(tw, header)
	for _, it := range items {
		fmt.Fprintln(tw, row(it))
	}
	return tw.Flush()
}

func formatDate(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}
