package httpapi

import (
	"context"
	"net/http"
	"strings"

	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/timestamp"
)

// SearchHit is a document whose current text matches.
type SearchHit struct {
	DocumentID    string         `json:"documentID"`
	Company       string         `json:"company" doc:"The name of the company."`
	Type          string         `json:"type"`
	TypeName      string         `json:"typeName" doc:"The English name of the type."`
	Language      string         `json:"language,omitempty" doc:"ISO 639-1 code."`
	Title         string         `json:"title"`
	URL           string         `json:"url"`
	State         string         `json:"state" enum:"Present,Broken,Unreachable,Removed"`
	LastChangedAt timestamp.Time `json:"lastChangedAt"`
	Excerpts      []Excerpt      `json:"excerpts" doc:"Passages of the text around matches, at most 3."`
}

// Excerpt is a passage of a text.
type Excerpt struct {
	Parts []ExcerptPart `json:"parts" doc:"The passage in parts. Their texts, one after the other, are the passage."`
}

// ExcerptPart is a part of an excerpt.
type ExcerptPart struct {
	Text  string `json:"text" doc:"Plain text: what looks like markup in it must be escaped."`
	Match bool   `json:"match" doc:"Whether the part matches the query."`
}

type searchInput struct {
	Page
	OfCompanies
	Query     string   `query:"q" required:"true" minLength:"1" maxLength:"1000" doc:"Words that must all occur, and phrases in double quotes. Every other character separates words."`
	Types     []string `query:"types" maxItems:"100" minLength:"1" maxLength:"64" doc:"Document types, as /v1/types lists them."`
	Languages []string `query:"languages" maxItems:"100" minLength:"1" maxLength:"16" doc:"ISO 639-1 codes."`
}

// registerSearch registers the routes of the full-text search.
func registerSearch(s *Server, search *service.Search) {
	register(s, Operation{
		ID: "searchDocuments", Method: http.MethodGet, Path: "/v1/search", Tag: "search", Scope: store.ScopeRead,
		Summary:     "Search the current texts of documents",
		Description: "First the documents in which all words occur in headings or often, then the others; among both, the newest text first.",
	}, func(ctx context.Context, caller service.Caller, in *searchInput) (*listOutput[SearchHit], error) {
		opts, err := in.options()
		if err != nil {
			return nil, err
		}
		items, next, err := search.Find(ctx, caller, store.SearchQuery{
			Text: in.Query, Companies: in.Companies, Types: in.Types, Languages: in.Languages, ListOptions: opts,
		})
		if err != nil {
			return nil, err
		}
		return newList(ctx, items, next, hitOfRecord), nil
	})
}

func hitOfRecord(h store.SearchHit) SearchHit {
	d := h.Document
	out := SearchHit{
		DocumentID: d.ID, Company: d.Company, Type: d.Type, TypeName: doctype.Name(d.Type), Language: d.Language, Title: d.Title, URL: d.URL, State: string(d.State),
		LastChangedAt: timestamp.Of(d.LastChanged), Excerpts: make([]Excerpt, 0, len(h.Excerpts)),
	}
	for _, e := range h.Excerpts {
		out.Excerpts = append(out.Excerpts, Excerpt{Parts: partsOf(e)})
	}
	return out
}

// partsOf divides an excerpt at its highlights. Clients count characters in different units, so
// offsets would be wrong for some of them. A highlight that is outside of the text is ignored.
func partsOf(e store.Excerpt) []ExcerptPart {
	parts, end := []ExcerptPart{}, 0
	add := func(text string, match bool) {
		if text != "" {
			parts = append(parts, ExcerptPart{strings.ToValidUTF8(text, "\ufffd"), match})
		}
	}
	for _, h := range e.Highlights {
		if h[0] < end || h[1] <= h[0] || h[1] > len(e.Text) {
			continue
		}
		add(e.Text[end:h[0]], false)
		add(e.Text[h[0]:h[1]], true)
		end = h[1]
	}
	add(e.Text[end:], false)
	return parts
}
