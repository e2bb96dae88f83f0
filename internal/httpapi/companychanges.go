package httpapi

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

type replaceCompanyInput struct {
	CompanyPath
	IfMatch string `header:"If-Match" maxLength:"1024" doc:"The ETag of the company that is replaced. It is required."`
	Body    CompanyReplacement
}

// CompanyReplacement is what replaces a company.
type CompanyReplacement struct {
	Tags []string         `json:"tags,omitempty" maxItems:"50" maxLength:"63" doc:"The tags of the company. Absent: none."`
	Spec CompanySpecInput `json:"spec"`
}

// mergePatchType is the media type of RFC 7396.
const mergePatchType = "application/merge-patch+json"

type patchCompanyInput struct {
	CompanyPath
	IfMatch string `header:"If-Match" maxLength:"1024" doc:"The ETag of the company, if only that state may be changed."`
	RawBody []byte `contentType:"application/merge-patch+json"`

	contentType string
}

// Resolve implements huma.Resolver.
func (in *patchCompanyInput) Resolve(ctx huma.Context) []error {
	in.contentType = mediaTypeOf(ctx.Header("Content-Type"))
	return nil
}

// mediaTypeOf returns the media type in a Content-Type, without its parameters.
func mediaTypeOf(contentType string) string {
	t, _, _ := strings.Cut(contentType, ";")
	return strings.ToLower(strings.TrimSpace(t))
}

type deleteCompanyInput struct {
	CompanyPath
	IfMatch   string `header:"If-Match" maxLength:"1024" doc:"The ETag of the company, if only that state may be deleted."`
	Documents string `query:"documents" enum:"retain,delete" doc:"What happens to the documents and crawls of the company. Absent: what the deletionPolicy of the company says."`
}

// registerCompanyChanges registers the routes that change or delete a company.
func registerCompanyChanges(s *Server, companies *service.Companies) {
	register(s, Operation{
		ID: "replaceCompany", Method: http.MethodPut, Path: "/v1/companies/{name}", Tag: "companies", Scope: store.ScopeWrite,
		Summary: "Replace the spec and the tags of a company", Description: "If-Match is required, so that no other change is lost.",
		Problems: []problem.Code{problem.NotFound, problem.Conflict, problem.PreconditionFailed, problem.PreconditionRequired},
	}, func(ctx context.Context, caller service.Caller, in *replaceCompanyInput) (*changedCompanyOutput, error) {
		c, err := companies.Replace(ctx, caller, in.Name, service.CompanyDraft{Tags: in.Body.Tags, Spec: in.Body.Spec}, matchCompany(in.IfMatch))
		if err != nil {
			return nil, err
		}
		return changedCompany(ctx, companies, caller, c)
	})
	register(s, Operation{
		ID: "patchCompany", Method: http.MethodPatch, Path: "/v1/companies/{name}", Tag: "companies", Scope: store.ScopeWrite,
		Summary: "Change parts of a company", Description: `A JSON merge patch (RFC 7396) of spec and tags, such as {"spec":{"suspend":true}}. null removes a field.`,
		Problems: []problem.Code{problem.NotFound, problem.Conflict, problem.PreconditionFailed},
	}, func(ctx context.Context, caller service.Caller, in *patchCompanyInput) (*changedCompanyOutput, error) {
		if in.contentType != mergePatchType && in.contentType != "application/json" {
			return nil, problem.New(problem.UnsupportedMediaType, "the Content-Type must be %s", mergePatchType)
		}
		c, err := companies.Patch(ctx, caller, in.Name, in.RawBody, optionalMatch(in.IfMatch))
		if err != nil {
			return nil, err
		}
		return changedCompany(ctx, companies, caller, c)
	})
	s.api.OpenAPI().Paths["/v1/companies/{name}"].Patch.RequestBody.Content[mergePatchType].Schema = &huma.Schema{
		Type: huma.TypeObject, Properties: map[string]*huma.Schema{
			"tags": {Type: huma.TypeArray, Nullable: true, Items: &huma.Schema{Type: huma.TypeString}},
			"spec": {Type: huma.TypeObject, Description: "The fields of CompanySpecInput that change. null removes one."},
		},
		AdditionalProperties: false,
	}
	register(s, Operation{
		ID: "deleteCompany", Method: http.MethodDelete, Path: "/v1/companies/{name}", Tag: "companies", Scope: store.ScopeWrite, Status: http.StatusNoContent,
		Summary: "Delete a company", Description: "Its crawls are cancelled first, so that the company can exist for some seconds after the response.",
		Problems: []problem.Code{problem.NotFound, problem.Conflict, problem.PreconditionFailed},
	}, func(ctx context.Context, caller service.Caller, in *deleteCompanyInput) (*struct{}, error) {
		policies := map[string]v1alpha1.DeletionPolicy{"retain": v1alpha1.DeletionRetain, "delete": v1alpha1.DeletionDelete}
		return nil, companies.Delete(ctx, caller, in.Name, policies[in.Documents], optionalMatch(in.IfMatch))
	})
}

type changedCompanyOutput struct {
	ETag         string `header:"ETag"`
	CacheControl string `header:"Cache-Control"`
	Body         CreatedCompany
}

// changedCompany returns the response to a change of a company, with the estimate for its new spec.
func changedCompany(ctx context.Context, companies *service.Companies, caller service.Caller, c *v1alpha1.Company) (*changedCompanyOutput, error) {
	estimate, err := companies.Estimate(ctx, caller, c)
	if err != nil {
		return nil, err
	}
	return &changedCompanyOutput{companyETag(c), "no-store", CreatedCompany{companyOf(c), estimateOf(estimate)}}, nil
}

// matchCompany checks that If-Match names the state that is changed.
func matchCompany(ifMatch string) service.CompanyCheck {
	return func(current *v1alpha1.Company) error { return checkIfMatch(ifMatch, companyETag(current)) }
}

// optionalMatch is matchCompany for routes that do not require If-Match.
func optionalMatch(ifMatch string) service.CompanyCheck {
	if ifMatch == "" {
		return nil
	}
	return matchCompany(ifMatch)
}
