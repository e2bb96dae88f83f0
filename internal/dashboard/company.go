package dashboard

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// registerCompany registers the page of a company.
func registerCompany(s *Server) {
	s.view("GET /companies/{name}", s.companyPage)
	s.view("GET /companies/{name}/yaml", s.companyYAMLPage)
	s.download("GET /companies/{name}/company.yaml", s.companyYAML)
	s.action("POST /companies/{name}/pin", store.ScopeWrite, s.pinURL)
	s.action("POST /companies/{name}/remedy", store.ScopeWrite, s.applyRemedy)
	s.action("POST /companies/{name}/objection", store.ScopeWrite, s.setObjection)
}

// companyData is what the page of a company shows.
type companyData struct {
	Company       *v1alpha1.Company
	Row           companyRow
	Coverage      []coverageRow
	Types         []typeGroup
	More          bool // there are more documents than the page shows
	Broken        []store.Document
	FailedCrawls  []*service.Crawl
	Crawls        []*service.Crawl
	Subprocessors []service.SubprocessorList
	Objection     service.Objection
	HasObjection  bool
	Deadlines     []service.Deadline
	Estimate      service.Estimate
	Usage         crawlUsage
}

// companyYAMLData is what the page of the manifest of a company shows.
type companyYAMLData struct{ Name, YAML string }

// typeGroup has the documents of a type.
type typeGroup struct {
	Type      string
	Documents []store.Document
}

// crawlUsage is the sum of the crawls on the page.
type crawlUsage struct {
	Pages, Bytes int64
	Duration     time.Duration
}

const (
	companyDocuments = 200
	companyCrawls    = 20
	companyDeadlines = 10
)

func (s *Server) companyPage(v *visit) (page, error) {
	d, err := s.companyData(v)
	if err != nil {
		return page{}, err
	}
	return page{Title: cmp.Or(d.Company.Spec.DisplayName, d.Company.Name), Nav: "companies", Body: d}, nil
}

func (s *Server) companyData(v *visit) (d companyData, err error) {
	ctx, name := v.Context(), v.Path("name")
	services := s.o.Services
	if d.Company, err = services.Companies.Get(ctx, v.Caller, name); err != nil {
		return d, err
	}
	d.Row = rowOfCompany(d.Company)
	d.Objection, d.HasObjection = service.ObjectionOf(d.Company)
	coverage, err := services.Companies.Coverage(ctx, v.Caller, name)
	if err != nil {
		return d, err
	}
	for _, c := range coverage {
		d.Coverage = append(d.Coverage, coverageRowOf(c))
	}
	docs, next, err := services.Documents.ListOfCompany(ctx, v.Caller, name, service.DocumentFilter{}, store.ListOptions{Limit: companyDocuments})
	if err != nil {
		return d, err
	}
	d.More = next != ""
	d.Types, d.Broken = groupDocuments(docs)
	if d.Crawls, _, err = services.Crawls.ListOfCompany(ctx, v.Caller, name, service.CrawlQuery{ListOptions: store.ListOptions{Limit: companyCrawls}}); err != nil {
		return d, err
	}
	for _, c := range d.Crawls {
		if c.State() == store.RunFailed {
			d.FailedCrawls = append(d.FailedCrawls, c)
		}
		d.Usage.Pages += c.Run.Progress.Fetched
		d.Usage.Bytes += c.Run.Bytes
		if !c.Run.StartedAt.IsZero() && c.Run.FinishedAt.After(c.Run.StartedAt) {
			d.Usage.Duration += c.Run.FinishedAt.Sub(c.Run.StartedAt)
		}
	}
	if d.Subprocessors, err = services.Documents.Subprocessors(ctx, v.Caller, name); err != nil {
		return d, err
	}
	if d.Estimate, err = services.Companies.Estimate(ctx, v.Caller, d.Company); err != nil {
		return d, err
	}
	deadlines, err := services.Changes.Deadlines(ctx, v.Caller, name)
	today := s.o.Now().UTC().Truncate(24 * time.Hour)
	for _, deadline := range deadlines {
		if !deadline.Day.Before(today) {
			d.Deadlines = append(d.Deadlines, deadline)
		}
	}
	slices.SortStableFunc(d.Deadlines, func(a, b service.Deadline) int { return a.Day.Compare(b.Day) })
	d.Deadlines = d.Deadlines[:min(len(d.Deadlines), companyDeadlines)]
	return d, err
}

// objectionText says how long an objection period is and when it begins.
func objectionText(o service.Objection) string {
	begin := "a change was seen"
	if o.From == service.ObjectionFromEffective {
		begin = "a change takes effect, or on which it was seen if that date is not known"
	}
	return plural(o.Days, "day", "days") + " from the day on which " + begin + "."
}

// groupDocuments groups documents by type, and returns those that are not present.
func groupDocuments(docs []store.Document) (groups []typeGroup, broken []store.Document) {
	byType := map[string]int{}
	for _, d := range docs {
		i, ok := byType[d.Type]
		if !ok {
			i = len(groups)
			byType[d.Type] = i
			groups = append(groups, typeGroup{Type: d.Type})
		}
		groups[i].Documents = append(groups[i].Documents, d)
		if d.State != store.DocumentPresent {
			broken = append(broken, d)
		}
	}
	slices.SortFunc(groups, func(a, b typeGroup) int { return strings.Compare(a.Type, b.Type) })
	return groups, broken
}

// manifestOf returns a Company as a manifest for Git: without what a cluster sets.
func (s *Server) manifestOf(v *visit) (name string, manifest []byte, err error) {
	c, err := s.o.Services.Companies.Get(v.Context(), v.Caller, v.Path("name"))
	if err != nil {
		return "", nil, err
	}
	metadata := map[string]any{"name": c.Name}
	if len(c.Labels) > 0 {
		metadata["labels"] = c.Labels
	}
	annotations := map[string]string{}
	for key, value := range c.Annotations {
		if !strings.Contains(key, "kubectl.kubernetes.io/") {
			annotations[key] = value
		}
	}
	if len(annotations) > 0 {
		metadata["annotations"] = annotations
	}
	manifest, err = yaml.Marshal(map[string]any{"apiVersion": v1alpha1.GroupVersion.String(), "kind": "Company", "metadata": metadata, "spec": c.Spec})
	if err != nil {
		return "", nil, fmt.Errorf("encode company %s as YAML: %w", c.Name, err)
	}
	return c.Name, manifest, nil
}

func (s *Server) companyYAMLPage(v *visit) (page, error) {
	name, manifest, err := s.manifestOf(v)
	return page{Title: name + " as YAML", Nav: "companies", Body: companyYAMLData{name, string(manifest)}}, err
}

func (s *Server) companyYAML(v *visit) (file, error) {
	name, manifest, err := s.manifestOf(v)
	return file{Name: name + ".yaml", MediaType: "application/yaml", Body: manifest, Attachment: true}, err
}
