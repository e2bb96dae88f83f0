package httpapi

import (
	"context"
	"net/http"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

type listChangesInput struct {
	Page
	OfCompanies
	ChangeSelection
}

type companyChangesInput struct {
	CompanyPath
	Page
	ChangeSelection
}

// ChangePath identifies a change.
type ChangePath struct {
	ID string `path:"id" minLength:"1" maxLength:"64" pattern:"^[0-9A-Za-z-]+$" doc:"The ID of a change."`
}

type reviewInput struct {
	ChangePath
	IfMatch string `header:"If-Match" maxLength:"256" doc:"The ETag of the review that the request replaces. It is required."`
	Body    ReviewInput
}

type changeOutput struct {
	ETag         string `header:"ETag"`
	CacheControl string `header:"Cache-Control"`
	Body         Change
}

type reviewOutput struct {
	ETag         string `header:"ETag"`
	CacheControl string `header:"Cache-Control"`
	Body         Review
}

const changePaging = "Newest first. A page can have fewer items than the limit although there are more: follow nextCursor until it is absent."

// registerChanges registers the routes of the feed of changes and of their reviews.
func registerChanges(s *Server, changes *service.Changes) {
	register(s, Operation{
		ID: "listChanges", Method: http.MethodGet, Path: "/v1/changes", Tag: "changes", Scope: store.ScopeRead,
		Summary: "List the changes of documents", Description: changePaging,
	}, func(ctx context.Context, caller service.Caller, in *listChangesInput) (*listOutput[Change], error) {
		q, err := in.query(in.Page)
		if err != nil {
			return nil, err
		}
		q.Companies = in.Companies
		items, next, err := changes.List(ctx, caller, q)
		if err != nil {
			return nil, err
		}
		return newList(ctx, items, next, changeWithReview), nil
	})
	register(s, Operation{
		ID: "listCompanyChanges", Method: http.MethodGet, Path: "/v1/companies/{name}/changes", Tag: "changes", Scope: store.ScopeRead,
		Summary: "List the changes of the documents of a company", Description: changePaging, Problems: []problem.Code{problem.NotFound},
	}, func(ctx context.Context, caller service.Caller, in *companyChangesInput) (*listOutput[Change], error) {
		q, err := in.query(in.Page)
		if err != nil {
			return nil, err
		}
		items, next, err := changes.ListOfCompany(ctx, caller, in.Name, q)
		if err != nil {
			return nil, err
		}
		return newList(ctx, items, next, changeWithReview), nil
	})
	register(s, Operation{
		ID: "getChange", Method: http.MethodGet, Path: "/v1/changes/{id}", Tag: "changes", Scope: store.ScopeRead,
		Summary: "Read a change with its review", Description: "The change itself never changes. The ETag identifies the review, for If-Match.",
		Problems: []problem.Code{problem.NotFound},
	}, func(ctx context.Context, caller service.Caller, in *ChangePath) (*changeOutput, error) {
		c, err := changes.Get(ctx, caller, in.ID)
		if err != nil {
			return nil, err
		}
		return &changeOutput{ETag: reviewETag(c.Review), CacheControl: "private, no-cache", Body: changeWithReview(c)}, nil
	})
	register(s, Operation{
		ID: "reviewChange", Method: http.MethodPut, Path: "/v1/changes/{id}/review", Tag: "changes", Scope: store.ScopeReview,
		Summary: "Review a change", Description: "Replaces the review. If-Match must have the ETag of the current one, which every change has in review.etag.",
		Problems: []problem.Code{problem.NotFound, problem.PreconditionRequired, problem.PreconditionFailed},
	}, func(ctx context.Context, caller service.Caller, in *reviewInput) (*reviewOutput, error) {
		r, err := changes.Review(ctx, caller, in.ID, service.NewReview{
			State: store.ReviewState(in.Body.State), Assignee: in.Body.Assignee, Note: in.Body.Note,
			Check: func(current store.Review) error { return checkIfMatch(in.IfMatch, reviewETag(current)) },
		})
		if err != nil {
			return nil, err
		}
		return &reviewOutput{ETag: reviewETag(r), CacheControl: "private, no-cache", Body: reviewOfRecord(r)}, nil
	})
	registerChangeEvents(s, changes)
	registerFeeds(s, changes)
	registerCalendar(s, changes)
}
