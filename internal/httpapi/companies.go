package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

type companiesInput struct {
	Page
	Query  string   `query:"q" maxLength:"200" doc:"Text that the name, the display name or a domain contains, in any case."`
	States []string `query:"states" maxItems:"20" doc:"States: the state is any of them."`
	Tags   []string `query:"tags" maxItems:"20" doc:"Tags: the company has all of them."`
	Sort   string   `query:"sort" enum:"name,lastChanged,nextCrawl" default:"name" doc:"name; lastChanged, the latest first; nextCrawl, the soonest first."`
}

// CompanyPath is the path of a company. An input embeds it.
type CompanyPath struct {
	Name string `path:"name" minLength:"1" maxLength:"63" pattern:"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$" doc:"The name of a company."`
}

type companyOutput struct {
	ETag         string `header:"ETag"`
	CacheControl string `header:"Cache-Control"`
	Body         Company
}

type createCompanyInput struct {
	DryRun bool `query:"dryRun" doc:"Only validate, and return what would be created."`
	Body   CompanyInput
}

type createdCompanyOutput struct {
	Status       int
	Location     string `header:"Location"`
	ETag         string `header:"ETag"`
	CacheControl string `header:"Cache-Control"`
	Body         CreatedCompany
}

type coverageOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Items []Coverage `json:"items"`
	}
}

// registerCompanies registers the routes of companies: what is crawled, and when.
func registerCompanies(s *Server, companies *service.Companies) {
	registerCompanyReads(s, companies)
	registerCompanyWrites(s, companies)
	registerCompanyTransfers(s, companies)
}

// companyChanges returns the count of the changes of companies, or nil if it is unknown.
func companyChanges(companies *service.Companies) func() int64 {
	if companies == nil { // only the description is needed
		return nil
	}
	return companies.Resources.CompanyChanges
}

func registerCompanyReads(s *Server, companies *service.Companies) {
	register(s, Operation{
		ID: "listCompanies", Method: http.MethodGet, Path: "/v1/companies", Tag: "companies", Scope: store.ScopeRead, Version: companyChanges(companies),
		Summary:     "List companies",
		Description: "The state of a company is the result of its last crawl, such as Succeeded, NoDocuments or SiteUnreachable, or NeverCrawled. A tag is a label of the Company resource with the prefix tag.clausea.co/.",
	}, func(ctx context.Context, caller service.Caller, in *companiesInput) (*listOutput[CompanySummary], error) {
		opts, err := in.options()
		if err != nil {
			return nil, err
		}
		items, next, err := companies.List(ctx, caller, service.CompanyQuery{Text: in.Query, States: in.States, Tags: in.Tags, Sort: service.CompanySort(in.Sort), ListOptions: opts})
		if err != nil {
			return nil, err
		}
		return newList(ctx, items, next, summaryOfCompany), nil
	})
	register(s, Operation{
		ID: "getCompany", Method: http.MethodGet, Path: "/v1/companies/{name}", Tag: "companies", Scope: store.ScopeRead,
		Summary: "Read a company", Description: "Its spec, state, coverage and last crawl. The ETag changes with the spec, the tags and the state.",
		Problems: []problem.Code{problem.NotFound},
	}, func(ctx context.Context, caller service.Caller, in *CompanyPath) (*companyOutput, error) {
		c, err := companies.Get(ctx, caller, in.Name)
		if err != nil {
			return nil, err
		}
		return newCompanyOutput(c), nil
	})
	register(s, Operation{
		ID: "getCoverage", Method: http.MethodGet, Path: "/v1/companies/{name}/coverage", Tag: "companies", Scope: store.ScopeRead,
		Summary: "Read the coverage of a company", Description: "Each expected type of document: found, or missing with the reason and what to do.",
		Problems: []problem.Code{problem.NotFound},
	}, func(ctx context.Context, caller service.Caller, in *CompanyPath) (*coverageOutput, error) {
		all, err := companies.Coverage(ctx, caller, in.Name)
		if err != nil {
			return nil, err
		}
		out := &coverageOutput{CacheControl: "private, no-cache"}
		out.Body.Items = coverageOf(all)
		return out, nil
	})
}

func registerCompanyWrites(s *Server, companies *service.Companies) {
	register(s, Operation{
		ID: "createCompany", Method: http.MethodPost, Path: "/v1/companies", Tag: "companies", Scope: store.ScopeWrite, Status: http.StatusCreated, Idempotent: true,
		Summary: "Create a company",
		Description: "From a full spec, or from a URL or a domain alone: then the name and the domain are the registrable domain of the URL, and the URL is a seed. " +
			"estimate says what its crawls cost. With dryRun, nothing is created and the status is 200.",
		Problems:  []problem.Code{problem.AlreadyExists},
		Responses: map[string]*huma.Response{"200": {Description: "With dryRun: what would be created.", Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Ref: "#/components/schemas/CreatedCompany"}}}}},
	}, func(ctx context.Context, caller service.Caller, in *createCompanyInput) (*createdCompanyOutput, error) {
		c, err := companies.Create(ctx, caller, in.Body.draft(), in.DryRun)
		if err != nil {
			return nil, err
		}
		estimate, err := companies.Estimate(ctx, caller, c)
		if err != nil {
			return nil, err
		}
		out := &createdCompanyOutput{Status: http.StatusOK, CacheControl: "private, no-cache", Body: CreatedCompany{companyOf(c), estimateOf(estimate)}}
		if !in.DryRun {
			out.Status, out.Location, out.ETag = http.StatusCreated, "/v1/companies/"+c.Name, companyETag(c)
		}
		return out, nil
	})
	registerCompanyChanges(s, companies)
}

// companyETag returns the ETag of a company. It changes with the state too.
func companyETag(c *v1alpha1.Company) string {
	return strongETag(string(c.UID), c.ResourceVersion)
}

func newCompanyOutput(c *v1alpha1.Company) *companyOutput {
	return &companyOutput{ETag: companyETag(c), CacheControl: "private, no-cache", Body: companyOf(c)}
}
