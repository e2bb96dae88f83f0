package dashboard

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// registerCompanies registers the list of companies and the actions on several of them.
func registerCompanies(s *Server) {
	s.view("GET /companies", s.companiesPage)
	s.download("GET /companies/export.csv", s.exportCompanies)
	s.action("POST /companies/bulk", store.ScopeCrawl, s.bulkCompanies)
	s.action("POST /companies/delete", store.ScopeWrite, s.deleteCompanies)
}

// companyRow is a company in the list.
type companyRow struct {
	Name, DisplayName, Domain, State, Kind, Message string
	Tags                                            []string
	Documents                                       int32
	Missing                                         int
	LastCrawl, LastChange, NextCrawl                time.Time
}

// companiesData is what the list shows.
type companiesData struct {
	Items                         []companyRow
	Pager                         pager
	Text, Tag, State, Stale, Sort string
	States                        []string
	Filtered                      bool
}

// companyStates are the states by which the list is filtered.
var companyStates = []string{
	v1alpha1.ReasonSucceeded, v1alpha1.ReasonNeverCrawled, v1alpha1.ReasonNoDocuments, v1alpha1.ReasonAccessDenied, v1alpha1.ReasonRobotsDisallowed,
	v1alpha1.ReasonSiteUnreachable, v1alpha1.ReasonDeadlineExceeded, v1alpha1.ReasonWorkerLost, v1alpha1.ReasonInvalidSpec, v1alpha1.ReasonInternal,
}

// companyQuery returns the query of the URL.
func (s *Server) companyQuery(v *visit) (service.CompanyQuery, error) {
	q := service.CompanyQuery{Text: v.Query("q"), Tags: strings.Fields(v.Query("tag")), ListOptions: store.ListOptions{Continue: v.Query("cursor"), Limit: 50}}
	if state := v.Query("state"); state != "" {
		q.States = []string{state}
	}
	if text := v.Query("stale"); text != "" {
		days, err := strconv.Atoi(text)
		if err != nil || days < 0 || days > 3650 {
			return q, problem.OfField("query.stale", "must be a number of days from 0 to 3650")
		}
		q.CrawledBefore = s.o.Now().AddDate(0, 0, -days)
	}
	q.Sort = service.CompanySort(v.Query("sort"))
	if q.Sort != "" && !slices.Contains([]service.CompanySort{service.SortByName, service.SortByLastChange, service.SortByLastCrawl, service.SortByNextCrawl}, q.Sort) {
		return q, problem.OfField("query.sort", "must be name, lastChanged, lastCrawl or nextCrawl")
	}
	return q, nil
}

func (s *Server) companiesPage(v *visit) (page, error) {
	q, err := s.companyQuery(v)
	if err != nil {
		return page{}, err
	}
	items, next, err := s.o.Services.Companies.List(v.Context(), v.Caller, q)
	if err != nil {
		return page{}, err
	}
	d := companiesData{
		Pager: newPager(v, next), Text: q.Text, Tag: v.Query("tag"), State: v.Query("state"), Stale: v.Query("stale"), Sort: string(q.Sort),
		States: companyStates, Filtered: q.Text != "" || len(q.Tags) > 0 || len(q.States) > 0 || !q.CrawledBefore.IsZero(),
	}
	if d.State != "" && !slices.Contains(d.States, d.State) {
		d.States = append(slices.Clone(d.States), d.State)
	}
	for _, c := range items {
		d.Items = append(d.Items, rowOfCompany(c))
	}
	return page{Title: "Companies", Nav: "companies", Body: d}, nil
}

// rowOfCompany returns the row of a company in the list.
func rowOfCompany(c *v1alpha1.Company) companyRow {
	row := companyRow{Name: c.Name, DisplayName: c.Spec.DisplayName, Documents: c.Status.DocumentCount, Tags: service.TagsOf(c), LastCrawl: service.LastCrawlEnd(c)}
	slices.Sort(row.Tags)
	if len(c.Spec.Domains) > 0 {
		row.Domain = string(c.Spec.Domains[0])
	}
	row.State, row.Message = service.StateOf(c)
	row.Kind = companyBadge(row.State)
	for _, coverage := range c.Status.Coverage {
		if coverage.State == v1alpha1.CoverageMissing {
			row.Missing++
		}
	}
	if t := c.Status.LastChangeTime; t != nil {
		row.LastChange = t.Time
	}
	if t := c.Status.NextCrawlTime; t != nil && !c.Spec.Suspend {
		row.NextCrawl = t.Time
	}
	if c.Spec.Suspend {
		row.State, row.Kind = "Paused", "plain"
	}
	return row
}

// companyBadge returns the kind of badge of a state.
func companyBadge(state string) string {
	switch state {
	case v1alpha1.ReasonNeverCrawled:
		return "plain"
	case v1alpha1.ReasonSucceeded:
		return "ok"
	}
	return "bad"
}
