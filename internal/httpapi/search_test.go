package httpapi

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/store"
)

// addTexts stores documents with texts.
func addTexts(t *testing.T, s store.Store, documents []store.Document, texts []string) {
	t.Helper()
	for i, d := range documents {
		d.URL, d.UnchangedSince, d.LastChanged, d.State = "https://acme.example/"+d.ID, at(i), at(i), store.DocumentPresent
		v := store.NewVersion{Version: store.Version{DocumentID: d.ID, ContentHash: fmt.Sprint("hash-", i), FetchedAt: at(i)}, Text: texts[i]}
		if _, err := s.CommitDocument(t.Context(), store.Fence{}, store.Commit{Document: d, Create: true, Versions: []store.NewVersion{v}}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSearchFindsDocumentsWithHighlightedExcerpts(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	addTexts(t, a.store, []store.Document{
		{ID: "d0", Company: "acme", Type: "privacy_policy", Language: "en"},
		{ID: "d1", Company: "globex", Type: "privacy_policy", Language: "de"},
		{ID: "d2", Company: "acme", Type: "terms_of_service", Language: "en"},
		{ID: "d3", Company: "other/acme", Type: "terms_of_service", Language: "en"},
	}, []string{
		"We 😀 share <b>your</b> data with partners.", "Größe: we share data.", "All disputes go to binding arbitration. We share nothing.", "We share data elsewhere.",
	})
	for query, want := range map[string][]string{
		"q=share":                               {"d2", "d1", "d0"},
		"q=share&companies=acme":                {"d2", "d0"},
		"q=share&types=privacy_policy":          {"d1", "d0"},
		"q=share&languages=en,fr":               {"d2", "d0"},
		"q=%22binding+arbitration%22":           {"d2"},
		"q=arbitration+data":                    nil,
		"q=share&companies=acme,other/acme":     {"d2", "d0"},
		"q=share&types=imprint&languages=en,de": nil,
	} {
		var ids []string
		path := "/v1/search?limit=1&" + query
		for path != "" {
			r := a.call("GET", path, "")
			for _, hit := range decode[list[SearchHit]](t, r, 200).Items {
				ids = append(ids, hit.DocumentID)
			}
			path, _, _ = strings.Cut(strings.TrimPrefix(r.Header.Get("Link"), "<"), ">")
		}
		if !slices.Equal(ids, want) {
			t.Errorf("%s: %v, want %v", query, ids, want)
		}
	}
	hits := decode[list[SearchHit]](t, a.call("GET", "/v1/search?q=share+data&companies=acme", ""), 200).Items
	want := []Excerpt{{Parts: []ExcerptPart{{"We 😀 ", false}, {"share", true}, {" <b>your</b> ", false}, {"data", true}, {" with partners.", false}}}}
	if len(hits) != 1 || !reflect.DeepEqual(hits[0].Excerpts, want) || hits[0].Company != "acme" {
		t.Errorf("hits: %+v", hits)
	}
	for _, query := range []string{"", "q=", "q=...", "q=%00", "q=" + strings.Repeat("a+", 33), "q=a&types=none", "q=a&cursor=eA", "q=a&limit=101"} {
		r := a.call("GET", "/v1/search?"+query, "")
		if p := decode[Problem](t, r, 422); len(p.Errors) != 1 || !strings.HasPrefix(p.Errors[0].Location, "query.") {
			t.Errorf("%s: %s", query, r.body)
		}
	}
}

func TestAHighlightOutsideOfTheTextIsIgnored(t *testing.T) {
	t.Parallel()
	got := partsOf(store.Excerpt{Text: "abc", Highlights: [][2]int{{-1, 1}, {1, 2}, {1, 3}, {2, 9}, {3, 3}}})
	if want := []ExcerptPart{{"a", false}, {"b", true}, {"c", false}}; !reflect.DeepEqual(got, want) {
		t.Errorf("parts: %+v, want %+v", got, want)
	}
}
