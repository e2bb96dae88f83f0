package httpapi

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// The media types of imports and exports.
const (
	jsonLinesType = "application/x-ndjson"
	csvType       = "text/csv"
	urlListType   = "text/plain"                              // of an import only
	declareType   = "application/vnd.open-terms-archive+json" // service declarations, of an import only
)

// importTimeout is the time for an import of 1,000 companies through an API server.
const importTimeout = time.Minute

type importInput struct {
	DryRun  bool   `query:"dryRun" doc:"Only validate, and return what would be created."`
	RawBody []byte `contentType:"application/x-ndjson"`

	contentType string
}

// Resolve implements huma.Resolver.
func (in *importInput) Resolve(ctx huma.Context) []error {
	in.contentType = mediaTypeOf(ctx.Header("Content-Type"))
	return nil
}

// ImportReport is the result of an import.
type ImportReport struct {
	Created int         `json:"created"`
	Failed  int         `json:"failed"`
	Items   []ImportRow `json:"items"`
}

// ImportRow is the result of a row of an import.
type ImportRow struct {
	Row     int             `json:"row" doc:"The line of the row, from 1."`
	Name    string          `json:"name,omitempty" doc:"The name of the company, if it is known."`
	Created bool            `json:"created" doc:"Whether the company was created or, with dryRun, would be."`
	Type    string          `json:"type,omitempty" format:"uri" doc:"The type of the problem."`
	Detail  string          `json:"detail,omitempty" doc:"What is wrong with the row."`
	Errors  []problem.Field `json:"errors,omitempty" doc:"The invalid values."`
}

type importOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         ImportReport
}

type exportInput struct {
	Format string   `query:"format" enum:"jsonl,csv" default:"jsonl" doc:"jsonl has the whole spec of each company; csv has the columns of an import, and its state."`
	Query  string   `query:"q" maxLength:"200" doc:"Text that the name, the display name or a domain contains, in any case."`
	States []string `query:"states" maxItems:"20" doc:"States: the state is any of them."`
	Tags   []string `query:"tags" maxItems:"20" doc:"Tags: the company has all of them."`
}

// registerCompanyTransfers registers the routes that import and export companies.
func registerCompanyTransfers(s *Server, companies *service.Companies) {
	register(s, Operation{
		ID: "importCompanies", Method: http.MethodPost, Path: "/v1/companies/import", Tag: "companies", Scope: store.ScopeWrite, Timeout: importTimeout, Idempotent: true,
		Summary: "Create many companies",
		Description: "At most 1,000 rows in 1 MiB. application/x-ndjson has an object in each line, as for the creation of one company. text/csv has a header and the columns " +
			strings.Join(service.CompanyColumns, ", ") + "; spaces separate domains and tags. text/plain has a URL or a domain in each line. application/vnd.open-terms-archive+json has service declarations of Open Terms Archive, " +
			"whose documents become pinned URLs. Existing companies are not changed. An invalid row does not prevent the others.",
	}, func(ctx context.Context, caller service.Caller, in *importInput) (*importOutput, error) {
		formats := map[string]service.ImportFormat{
			jsonLinesType: service.ImportJSONLines, csvType: service.ImportCSV, urlListType: service.ImportURLs, declareType: service.ImportDeclarations,
		}
		format, ok := formats[in.contentType]
		if !ok {
			return nil, problem.New(problem.UnsupportedMediaType, "the Content-Type must be %s, %s, %s or %s", jsonLinesType, csvType, urlListType, declareType)
		}
		results, err := companies.Import(ctx, caller, format, in.RawBody, in.DryRun)
		if err != nil {
			return nil, err
		}
		return &importOutput{"no-store", importReport(ctx, s, results)}, nil
	})
	content := s.api.OpenAPI().Paths["/v1/companies/import"].Post.RequestBody.Content
	content[csvType], content[urlListType] = content[jsonLinesType], content[jsonLinesType]
	text := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
	register(s, Operation{
		ID: "exportCompanies", Method: http.MethodGet, Path: "/v1/companies/export", Tag: "companies", Scope: store.ScopeRead,
		Summary: "Export companies", Description: "All companies, by name. Both formats can be imported. In CSV, a cell that a spreadsheet takes for a formula begins with an apostrophe.",
		Responses: map[string]*huma.Response{"200": {Description: "One line for each company.", Content: map[string]*huma.MediaType{jsonLinesType: text, csvType: text}}},
	}, func(ctx context.Context, caller service.Caller, in *exportInput) (*huma.StreamResponse, error) {
		all, err := companies.Export(ctx, caller, service.CompanyQuery{Text: in.Query, States: in.States, Tags: in.Tags})
		if err != nil {
			return nil, err
		}
		return &huma.StreamResponse{Body: func(hc huma.Context) { exportCompanies(hc, in.Format, all) }}, nil
	})
}

// importReport returns the report of an import. It logs an internal error once: it ended the import.
func importReport(ctx context.Context, s *Server, results []service.ImportResult) ImportReport {
	report := ImportReport{Items: make([]ImportRow, 0, len(results))}
	logged := false
	for _, r := range results {
		row := ImportRow{Row: r.Row, Name: r.Name, Created: r.Err == nil}
		if r.Err == nil {
			report.Created++
		} else {
			report.Failed++
			p := asProblem(ctx, r.Err)
			d := p.Code.Definition()
			if d.Status >= http.StatusInternalServerError && !logged {
				logged = true
				s.o.Log.Error(r.Err, "failed to import a company", "requestID", requestOf(ctx).id, "row", r.Row)
			}
			row.Type, row.Detail, row.Errors = d.Type(), p.Detail, p.Fields
		}
		report.Items = append(report.Items, row)
	}
	return report
}

// exportCompanies writes companies. A failure means that the client has disconnected.
func exportCompanies(hc huma.Context, format string, all []*v1alpha1.Company) {
	contentType, name, write := jsonLinesType, "companies.jsonl", writeJSONLines
	if format == "csv" {
		contentType, name, write = csvType+"; charset=utf-8; header=present", "companies.csv", service.WriteCompaniesCSV
	}
	hc.SetHeader("Content-Type", contentType)
	hc.SetHeader("Content-Disposition", `attachment; filename="`+name+`"`)
	hc.SetHeader("Cache-Control", "private, no-cache")
	w := bufio.NewWriter(hc.BodyWriter())
	if write(w, all) == nil {
		_ = w.Flush()
	}
}

func writeJSONLines(w io.Writer, all []*v1alpha1.Company) error {
	encoder := json.NewEncoder(w)
	for _, c := range all {
		err := encoder.Encode(struct {
			Name string               `json:"name"`
			Tags []string             `json:"tags"`
			Spec v1alpha1.CompanySpec `json:"spec"`
		}{c.Name, sortedTags(c), c.Spec})
		if err != nil {
			return err
		}
	}
	return nil
}
