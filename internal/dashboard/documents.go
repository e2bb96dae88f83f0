package dashboard

import (
	"slices"

	"github.com/clausea/crawler/internal/document/doctype"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// documentRows is the number of documents on one page of the list.
const documentRows = 50

// documentsData is what the list of documents shows.
type documentsData struct {
	Company, Type, Language, State, Sort string
	Filtered                             bool
	Types                                []string
	States                               []store.DocumentState
	Rows                                 []documentRow
	Pager                                pager
}

// documentRow is a document in a list.
type documentRow struct {
	store.Document
	CompanyName string
	StateKind   string // of its badge
	Lang        string // the attribute of its title
}

func registerDocuments(s *Server) {
	s.view("GET /documents", s.documentsPage)
}

func (s *Server) documentsPage(v *visit) (page, error) {
	data := documentsData{
		Company: v.Query("company"), Type: v.Query("type"), Language: v.Query("language"), State: v.Query("state"), Sort: v.Query("sort"),
		Types: documentTypes(), States: []store.DocumentState{store.DocumentPresent, store.DocumentBroken, store.DocumentUnreachable, store.DocumentRemoved},
	}
	filter := service.DocumentFilter{Companies: listOf(data.Company), Types: listOf(data.Type), Languages: listOf(data.Language), IncludeNotLegal: v.Query("all") != ""}
	if data.State != "" {
		filter.States = []store.DocumentState{store.DocumentState(data.State)}
	}
	if data.Sort == "changed" {
		filter.Sort = store.SortByLastChanged
	}
	data.Filtered = data.Company+data.Type+data.Language+data.State != ""
	items, next, err := s.o.Services.Documents.List(v.Context(), v.Caller, filter, store.ListOptions{Limit: documentRows, Continue: v.Query("cursor")})
	if err != nil {
		return page{}, err
	}
	for _, d := range items {
		data.Rows = append(data.Rows, documentRow{Document: d, CompanyName: service.CompanyName(d), StateKind: documentStateKind(d.State), Lang: languageAttribute(d.Language)})
	}
	data.Pager = newPager(v, next)
	return page{Title: "Documents", Nav: "documents", Body: data}, nil
}

// listOf returns a list of one value, or none if it is empty.
func listOf(value string) []string {
	if value == "" {
		return nil
	}
	return []string{value}
}

// documentTypes returns the types of legal documents, sorted.
func documentTypes() []string {
	var out []string
	for t := range doctype.OTAName {
		if t != doctype.Other {
			out = append(out, t)
		}
	}
	slices.Sort(out)
	return out
}

// documentStateKind returns the kind of badge of a state.
func documentStateKind(state store.DocumentState) string {
	switch state {
	case store.DocumentPresent:
		return "ok"
	case store.DocumentUnreachable:
		return "warn"
	case store.DocumentBroken:
		return "bad"
	}
	return "plain"
}

// languageAttribute returns a language code for the attribute lang, or "" if it is not one. It
// stems from a page.
func languageAttribute(code string) string {
	if len(code) < 2 || len(code) > 3 {
		return ""
	}
	for _, c := range []byte(code) {
		if c < 'a' || c > 'z' {
			return ""
		}
	}
	return code
}
