package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// DocumentFilters are the parameters of lists of documents.
type DocumentFilters struct {
	Types           []string  `query:"types" maxItems:"40" minLength:"1" maxLength:"64" doc:"Document types, for example privacy_policy. GET /v1/types lists them."`
	Languages       []string  `query:"languages" maxItems:"100" minLength:"2" maxLength:"8" doc:"ISO 639-1 codes."`
	States          []string  `query:"states" maxItems:"4" enum:"Present,Broken,Unreachable,Removed" doc:"The state is any of them."`
	ChangedSince    time.Time `query:"changedSince" doc:"Documents whose text changed at or after this time."`
	IncludeNotLegal bool      `query:"includeNotLegal" doc:"Also documents that a person determined not to be legal."`
	Sort            string    `query:"sort" enum:"url,lastChanged" default:"url" doc:"By company and URL, or the latest change first."`
	Page
}

// filter returns the filter of the parameters.
func (f DocumentFilters) filter(companies []string) service.DocumentFilter {
	out := service.DocumentFilter{
		Companies: companies, Types: f.Types, Languages: f.Languages, States: convertAll[store.DocumentState](f.States),
		ChangedSince: f.ChangedSince, IncludeNotLegal: f.IncludeNotLegal,
	}
	if f.Sort == "lastChanged" {
		out.Sort = store.SortByLastChanged
	}
	return out
}

// DocumentPath is the path of a document.
type DocumentPath struct {
	ID string `path:"id" minLength:"1" maxLength:"256" doc:"The ID of a document."`
}

type documentsInput struct {
	OfCompanies
	DocumentFilters
}

type companyDocumentsInput struct {
	Name string `path:"name" minLength:"1" maxLength:"253" doc:"The name of a company."`
	DocumentFilters
}

type documentInput struct {
	DocumentPath
	AsOf string `query:"asOf" format:"date-time" maxLength:"40" doc:"The text as of this time, not the current one. The properties of the document are current."`
}

// registerDocuments registers the routes of documents, their versions and what is known about them.
func registerDocuments(s *Server, documents *service.Documents) {
	registerDocumentLists(s, documents)
	registerDocumentChanges(s, documents)
	registerVersions(s, documents)
	registerDiff(s, documents)
	registerDownloads(s, documents)
	register(s, Operation{
		ID: "getDocument", Revalidates: true, Method: http.MethodGet, Path: "/v1/documents/{id}", Tag: "documents", Scope: store.ScopeRead, Timeout: textTimeout,
		Summary:     "Read a document",
		Description: "By the header Accept: its properties as JSON, or its text as Markdown, HTML or plain text. The HTML has no scripts, styles and images, and all text of the page is escaped.",
		Problems:    []problem.Code{problem.NotFound, problem.FutureDate},
		Responses:   negotiated(s, DocumentDetail{}, textTypes, "The document, or its text."),
	}, func(ctx context.Context, caller service.Caller, in *documentInput) (*rendition, error) {
		mediaType, err := acceptedType(ctx, textTypes)
		if err != nil {
			return nil, err
		}
		asOf, err := timeParameter("query.asOf", in.AsOf)
		if err != nil {
			return nil, err
		}
		if !asOf.IsZero() {
			asOf = endOfMillisecond(asOf, time.Now())
		}
		if mediaType == typeJSON {
			d, err := documents.Get(ctx, caller, in.ID, asOf)
			if err != nil {
				return nil, err
			}
			return jsonRendition(cacheRevalidate, detailOfRecord(d))
		}
		v, err := documents.Text(ctx, caller, in.ID, service.VersionSelector{AsOf: asOf})
		if err != nil {
			return nil, err
		}
		return textRendition(mediaType, cacheRevalidate, v), nil
	})
}

// registerDocumentLists registers the lists of documents.
func registerDocumentLists(s *Server, documents *service.Documents) {
	register(s, Operation{
		ID: "listDocuments", Method: http.MethodGet, Path: "/v1/documents", Tag: "documents", Scope: store.ScopeRead,
		Summary: "List documents", Description: "The documents of all companies, or of those that companies names.",
	}, func(ctx context.Context, caller service.Caller, in *documentsInput) (*listOutput[Document], error) {
		opts, err := in.options()
		if err != nil {
			return nil, err
		}
		items, next, err := documents.List(ctx, caller, in.filter(in.Companies), opts)
		if err != nil {
			return nil, err
		}
		return newList(ctx, items, next, documentOfRecord), nil
	})
	register(s, Operation{
		ID: "listCompanyDocuments", Method: http.MethodGet, Path: "/v1/companies/{name}/documents", Tag: "documents", Scope: store.ScopeRead,
		Summary: "List the documents of a company", Description: "The documents of a company that was deleted remain, unless it was deleted with them.",
		Problems: []problem.Code{problem.NotFound},
	}, func(ctx context.Context, caller service.Caller, in *companyDocumentsInput) (*listOutput[Document], error) {
		opts, err := in.options()
		if err != nil {
			return nil, err
		}
		items, next, err := documents.ListOfCompany(ctx, caller, in.Name, in.filter(nil), opts)
		if err != nil {
			return nil, err
		}
		return newList(ctx, items, next, documentOfRecord), nil
	})
}

// textTimeout limits the handling of a request for a text, which can have some megabytes.
const textTimeout = 30 * time.Second

// timeParameter returns the time of a parameter, or the zero time if it is absent. A time of year
// 1, which would be the zero time, becomes the next instant.
func timeParameter(location, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, problem.OfField(location, "%.40q is not a time such as 2026-01-31T12:00:00Z (RFC 3339)", text)
	}
	if t.IsZero() {
		t = t.Add(1)
	}
	return t, nil
}

// endOfMillisecond returns the last instant of the millisecond of t, but no later than now unless t
// is later. Responses show times in milliseconds, so that a version counts as of its own fetchedAt.
func endOfMillisecond(t, now time.Time) time.Time {
	end := t.Truncate(time.Millisecond).Add(time.Millisecond - 1)
	if end.After(now) && !t.After(now) {
		return now
	}
	return end
}
