package dashboard

import (
	"strings"
	"unicode"

	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// searchData is what the search shows.
type searchData struct {
	Text, Company, Type, Language string
	Types                         []string
	Groups                        []searchGroup
	Pager                         pager
}

// searchGroup has the hits of a company on a page, so that a clause can be read across companies.
type searchGroup struct {
	Company string
	Hits    []searchHit
}

type searchHit struct {
	store.Document
	Lang     string
	Excerpts [][]excerptPart
}

// excerptPart is a part of an excerpt, which either matches as a whole or not at all.
type excerptPart struct {
	Text  string
	Match bool
}

func registerSearch(s *Server) {
	s.view("GET /search", s.searchPage)
}

func (s *Server) searchPage(v *visit) (page, error) {
	d := searchData{Text: v.Query("q"), Company: v.Query("company"), Type: v.Query("type"), Language: v.Query("language"), Types: documentTypes()}
	if clause := v.Query("clause"); clause != "" {
		d.Text = phraseOf(clause)
	}
	if d.Text == "" {
		return page{Title: "Search", Nav: "search", Body: d}, nil
	}
	hits, next, err := s.o.Services.Search.Find(v.Context(), v.Caller, store.SearchQuery{
		Text: d.Text, Companies: listOf(d.Company), Types: listOf(d.Type), Languages: listOf(d.Language), ListOptions: store.ListOptions{Continue: v.Query("cursor")},
	})
	if err != nil {
		return page{}, err
	}
	at := map[string]int{}
	for _, h := range hits {
		name := service.CompanyName(h.Document)
		i, ok := at[name]
		if !ok {
			i = len(d.Groups)
			at[name], d.Groups = i, append(d.Groups, searchGroup{Company: name})
		}
		hit := searchHit{Document: h.Document, Lang: languageAttribute(h.Document.Language)}
		for _, e := range h.Excerpts {
			hit.Excerpts = append(hit.Excerpts, partsOf(e))
		}
		d.Groups[i].Hits = append(d.Groups[i].Hits, hit)
	}
	d.Pager = newPager(v, next)
	return page{Title: "Search: " + d.Text, Nav: "search", Body: d}, nil
}

// phraseOf returns the query for the beginning of a clause as one phrase: as many words as a query
// may have, or "" if it has none.
func phraseOf(clause string) string {
	words := strings.FieldsFunc(clause, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsNumber(r) })
	if len(words) == 0 {
		return ""
	}
	return `"` + strings.Join(words[:min(len(words), store.MaxSearchWords)], " ") + `"`
}

// partsOf splits an excerpt at its highlights.
func partsOf(e store.Excerpt) (parts []excerptPart) {
	last := 0
	for _, h := range e.Highlights {
		if h[0] > last {
			parts = append(parts, excerptPart{Text: e.Text[last:h[0]]})
		}
		parts = append(parts, excerptPart{e.Text[h[0]:h[1]], true})
		last = h[1]
	}
	return append(parts, excerptPart{Text: e.Text[last:]})
}
