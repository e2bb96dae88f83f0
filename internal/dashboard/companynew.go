package dashboard

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// companyNewData is what the page to add a company shows.
type companyNewData struct{ URL, Schedule, Tags, Error string }

// importData is what the page to import companies shows.
type importData struct {
	Text, Format, Error string
	Formats             []service.ImportFormat
	Results             []service.ImportResult
	DryRun              bool
	Failed              int
}

// importFormats are the formats of an import, as people choose them.
var importFormats = []service.ImportFormat{service.ImportCSV, service.ImportURLs, service.ImportDeclarations, service.ImportJSONLines}

func registerCompanyNew(s *Server) {
	s.viewFor(store.ScopeWrite, "GET /companies/new", func(v *visit) (page, error) {
		d := companyNewData{URL: v.Query("url"), Schedule: "0 4 * * *", Tags: v.Query("tags")}
		if v.URL.Query().Has("schedule") {
			d.Schedule = v.Query("schedule")
		}
		return companyNewPage(d), nil
	})
	s.action("POST /companies/new", store.ScopeWrite, s.addCompany)
	s.viewFor(store.ScopeWrite, "GET /companies/import", func(*visit) (page, error) {
		return importPage(importData{Format: string(importFormats[0])}), nil
	})
	s.action("POST /companies/import", store.ScopeWrite, s.importCompanies)
}

func companyNewPage(d companyNewData) page {
	return page{Title: "Add a company", Nav: "companies", Body: d}
}

// addCompany creates a company, or starts the crawl that shows what its crawls would find.
func (s *Server) addCompany(v *visit) (outcome, error) {
	d := companyNewData{URL: v.Form("url"), Schedule: v.Form("schedule"), Tags: v.Form("tags")}
	draft := service.CompanyDraft{URL: d.URL, Tags: namesIn(d.Tags)}
	if d.Schedule != "" {
		draft.Spec = map[string]any{"schedule": map[string]any{"cron": d.Schedule}}
	}
	out := outcome{}
	var err error
	if v.Form("do") == "preview" {
		var c *service.Crawl
		if c, err = s.o.Services.Crawls.Preview(v.Context(), v.Caller, draft); err == nil {
			q := url.Values{"url": {d.URL}, "schedule": {d.Schedule}, "tags": {d.Tags}}
			out = outcome{To: pathOf("crawls", c.Run.ID) + "?" + q.Encode(), Notice: "The preview is queued."}
		}
	} else {
		company, cerr := s.o.Services.Companies.Create(v.Context(), v.Caller, draft, false)
		if err = cerr; err == nil {
			out = outcome{To: pathOf("companies", company.Name), Notice: "The company is added. Its first crawl begins now."}
			if company.Spec.Schedule == nil {
				out.Notice = "The company is added. It has no schedule: start its first crawl."
			}
		}
	}
	if message, ok := formError(err); ok {
		d.Error = message
		p := companyNewPage(d)
		return outcome{Show: &p}, nil
	}
	return out, err
}

func importPage(d importData) page {
	d.Formats = importFormats
	return page{Title: "Import companies", Nav: "companies", Body: d}
}

// importCompanies imports companies, or shows what an import would do.
func (s *Server) importCompanies(v *visit) (outcome, error) {
	d := importData{Text: v.Form("text"), Format: v.Form("format"), DryRun: v.Form("do") != "import"}
	results, err := s.o.Services.Companies.Import(v.Context(), v.Caller, service.ImportFormat(d.Format), []byte(d.Text), d.DryRun)
	status := http.StatusOK
	if message, ok := formError(err); ok {
		d.Error, status = message, http.StatusUnprocessableEntity
	} else if err != nil {
		return outcome{}, err
	}
	d.Results = results
	for _, r := range results {
		if r.Err != nil {
			d.Failed++
		}
	}
	if err == nil && !d.DryRun && d.Failed == 0 {
		return outcome{To: Base + "/companies", Notice: fmt.Sprintf("%s imported.", plural(len(results), "company is", "companies are"))}, nil
	}
	p := importPage(d)
	return outcome{Show: &p, Status: status}, nil
}
