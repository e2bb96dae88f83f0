package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/timestamp"
)

// Pin is a pinned URL of a company: each crawl fetches it, and trusts its type.
type Pin struct {
	Company string `json:"company"`
	URL     string `json:"url"`
	Type    string `json:"type"`
}

// CorrectionInput is what a person determined about a document. It wins over what a crawl
// determines.
type CorrectionInput struct {
	Type          string `json:"type,omitempty" maxLength:"64" doc:"The right document type."`
	EffectiveDate string `json:"effectiveDate,omitempty" maxLength:"10" doc:"YYYY-MM-DD: the effective date of the newest version. It no longer applies once the text changes."`
	SameAs        string `json:"sameAs,omitempty" maxLength:"256" doc:"The ID of the document of the same company of which this one is another URL."`
	NotLegal      bool   `json:"notLegal,omitempty" doc:"The page is not a legal document."`
	Note          string `json:"note,omitempty" maxLength:"2000"`
}

// Correction is a correction with its author.
type Correction struct {
	CorrectionInput
	DocumentID string         `json:"documentID"`
	Author     string         `json:"author"`
	At         timestamp.Time `json:"at"`
}

type pinOutput struct {
	Body Pin
}

type correctionOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         Correction
}

// registerDocumentChanges registers the routes with which people change what is known about a
// document.
func registerDocumentChanges(s *Server, documents *service.Documents) {
	notFound := []problem.Code{problem.NotFound}
	register(s, Operation{
		ID: "pinDocument", Method: http.MethodPut, Path: "/v1/documents/{id}/pin", Tag: "documents", Scope: store.ScopeReview,
		Summary: "Pin a document", Description: "Adds its URL and type to the seeds of its company. Each crawl then fetches the URL and trusts the type. Repeat it after the type was corrected.",
		Problems: []problem.Code{problem.NotFound, problem.Conflict},
	}, func(ctx context.Context, caller service.Caller, in *DocumentPath) (*pinOutput, error) {
		seed, err := documents.Pin(ctx, caller, in.ID)
		if err != nil {
			return nil, err
		}
		d, err := documents.Get(ctx, caller, in.ID, time.Time{})
		if err != nil {
			return nil, err
		}
		return &pinOutput{Pin{Company: service.CompanyName(d.Document), URL: seed.URL, Type: string(seed.Type)}}, nil
	})
	register(s, Operation{
		ID: "unpinDocument", Method: http.MethodDelete, Path: "/v1/documents/{id}/pin", Tag: "documents", Scope: store.ScopeReview, Status: http.StatusNoContent,
		Summary: "Unpin a document", Description: "Removes its URL and its former URLs from the pinned seeds of its company.", Problems: []problem.Code{problem.NotFound, problem.Conflict},
	}, func(ctx context.Context, caller service.Caller, in *DocumentPath) (*struct{}, error) {
		return nil, documents.Unpin(ctx, caller, in.ID)
	})
	register(s, Operation{
		ID: "getCorrection", Method: http.MethodGet, Path: "/v1/documents/{id}/correction", Tag: "documents", Scope: store.ScopeRead,
		Summary: "Read the correction of a document", Description: "What a person determined about the document, with the author. The problem is not-found if there is no correction.",
		Problems: notFound,
	}, func(ctx context.Context, caller service.Caller, in *DocumentPath) (*correctionOutput, error) {
		c, err := documents.Correction(ctx, caller, in.ID)
		if err != nil {
			return nil, err
		}
		return newCorrection(c), nil
	})
	register(s, Operation{
		ID: "putCorrection", Method: http.MethodPut, Path: "/v1/documents/{id}/correction", Tag: "documents", Scope: store.ScopeReview,
		Summary: "Correct a document", Description: "Replaces the correction of the document, and applies it at once and in each crawl.", Problems: notFound,
	}, func(ctx context.Context, caller service.Caller, in *struct {
		DocumentPath
		Body CorrectionInput
	}) (*correctionOutput, error) {
		b := in.Body
		c, err := documents.Correct(ctx, caller, in.ID, service.CorrectionInput{Type: b.Type, EffectiveDate: b.EffectiveDate, SameAs: b.SameAs, NotLegal: b.NotLegal, Note: b.Note})
		if err != nil {
			return nil, err
		}
		return newCorrection(c), nil
	})
	register(s, Operation{
		ID: "deleteCorrection", Method: http.MethodDelete, Path: "/v1/documents/{id}/correction", Tag: "documents", Scope: store.ScopeReview, Status: http.StatusNoContent,
		Summary: "Delete the correction of a document", Description: "The next crawl determines the corrected values again.", Problems: notFound,
	}, func(ctx context.Context, caller service.Caller, in *DocumentPath) (*struct{}, error) {
		return nil, documents.DeleteCorrection(ctx, caller, in.ID)
	})
}

func newCorrection(c store.Correction) *correctionOutput {
	return &correctionOutput{CacheControl: cacheRevalidate, Body: Correction{
		CorrectionInput: CorrectionInput{Type: c.Type, EffectiveDate: c.EffectiveDate, SameAs: c.SameAs, NotLegal: c.NotLegal, Note: c.Note},
		DocumentID:      c.DocumentID, Author: c.Author, At: timestamp.Of(c.At),
	}}
}
