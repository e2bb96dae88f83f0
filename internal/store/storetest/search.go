package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/store"
)

// search returns all hits of a query.
func search(t *testing.T, s store.Store, q store.SearchQuery) []store.SearchHit {
	t.Helper()
	return pagesOf(t, 7, func(p store.ListOptions) ([]store.SearchHit, string, error) {
		q.ListOptions = p
		return s.SearchDocuments(t.Context(), q)
	})
}

// searchIDs returns the IDs of the documents that a query finds, in order.
func searchIDs(t *testing.T, s store.Store, q store.SearchQuery) string {
	t.Helper()
	var ids []string
	for _, h := range search(t, s, q) {
		ids = append(ids, h.Document.ID)
	}
	return strings.Join(ids, " ")
}

func searchedTexts(t *testing.T, s store.Store) {
	for i, text := range []string{
		"We share your data with third-party partners.",
		"Wir teilen Ihre Daten mit Dritten. Über die Größe entscheiden Sie.",
		"Your data is not shared; your partners share nothing.",
		"本公司的隐私政策说明我们如何处理数据。",
		"個人情報の取り扱いについて",
		"นโยบายความเป็นส่วนตัว",
	} {
		commitText(t, s, store.Document{
			ID: fmt.Sprint("d", i), Company: fmt.Sprint("co.", i%2), URL: fmt.Sprint(i), Type: []string{"privacy_policy", "imprint"}[i/3],
			Language: []string{"en", "de", "en", "zh", "ja", "th"}[i], LastChanged: at(i), UnchangedSince: at(i),
		}, text)
	}
	for _, c := range []struct {
		q    store.SearchQuery
		want string // newest first
	}{
		{store.SearchQuery{Text: "data"}, "d2 d0"},
		{store.SearchQuery{Text: "SHARE Dàta"}, "d2 d0"},
		{store.SearchQuery{Text: `"share your data"`}, "d0"},
		{store.SearchQuery{Text: `"your data" nothing`}, "d2"},
		{store.SearchQuery{Text: `"data your"`}, ""},
		{store.SearchQuery{Text: "third party"}, "d0"},
		{store.SearchQuery{Text: "shar"}, ""},
		{store.SearchQuery{Text: "grosse uber"}, "d1"},
		{store.SearchQuery{Text: "隐私"}, "d3"},
		{store.SearchQuery{Text: "处理 隐私政策"}, "d3"},
		{store.SearchQuery{Text: "据"}, "d3"},
		{store.SearchQuery{Text: "取り扱い 個人情報"}, "d4"},
		{store.SearchQuery{Text: "ส่วนตัว"}, "d5"},
		{store.SearchQuery{Text: "data", Companies: []string{"co.0"}}, "d2 d0"},
		{store.SearchQuery{Text: "data", Companies: []string{"co.1", "none"}}, ""},
		{store.SearchQuery{Text: "data", Types: []string{"privacy_policy"}, Languages: []string{"en", "de"}}, "d2 d0"},
		{store.SearchQuery{Text: "data", Types: []string{"imprint"}}, ""},
		{store.SearchQuery{Text: "data", Languages: []string{"de"}}, ""},
		{store.SearchQuery{Text: "data NOT partners"}, "d2"},
		{store.SearchQuery{Text: "data -partners"}, "d2 d0"},
	} {
		if got := searchIDs(t, s, c.q); got != c.want {
			t.Errorf("%+v finds %q, want %q", c.q, got, c.want)
		}
	}
	hit := search(t, s, store.SearchQuery{Text: "uber"})[0]
	if e := hit.Excerpts; len(e) != 1 || len(e[0].Highlights) != 1 || e[0].Text[e[0].Highlights[0][0]:e[0].Highlights[0][1]] != "Über" || hit.Document.Language != "de" {
		t.Errorf("the hit is %+v", hit)
	}
}

// searchedVersions verifies that the newest text is searched, in every state of a document.
func searchedVersions(t *testing.T, s store.Store) {
	d := store.Document{ID: "d", Company: "c", URL: "u", Type: "imprint", Language: "en", State: store.DocumentPresent, LastChanged: at(1)}
	var d2 store.Document
	for i := range 20 { // more than one keyframe
		d.LastChanged = at(i)
		d2 = commitText(t, s, d, fmt.Sprintf("%s Version v%d.", strings.Repeat("The same words. ", 40), i))
	}
	for text, want := range map[string]int{"same": 1, "v19": 1, "v18": 0, "v1": 0} {
		if got := search(t, s, store.SearchQuery{Text: text}); len(got) != want || want > 0 && len(got[0].Excerpts) == 0 {
			t.Errorf("%s finds %+v, want %d", text, got, want)
		}
	}
	d2.State, d2.Type = store.DocumentRemoved, "privacy_policy"
	for range 2 {
		_, err := s.CommitDocument(t.Context(), store.Fence{}, store.Commit{Document: d2})
		must(t, err)
	}
	for q, want := range map[string]int{"privacy_policy": 1, "imprint": 0} {
		if got := search(t, s, store.SearchQuery{Text: "v19", Types: []string{q}}); len(got) != want {
			t.Errorf("%d documents of type %s, want %d", len(got), q, want)
		}
	}
	must(t, s.DeleteCompany(t.Context(), "c"))
	if got := search(t, s, store.SearchQuery{Text: "same"}); len(got) != 0 {
		t.Errorf("a deleted company has hits: %+v", got)
	}
}

func searchPaging(t *testing.T, s store.Store) {
	var prominent, other []string
	for i := range 40 {
		id := fmt.Sprintf("d%02d", i)
		text := "Some words on arbitration in the text of " + id
		if i%3 == 0 {
			text = "# Arbitration\nSome words on it in " + id
			prominent = append(prominent, id)
		} else {
			other = append(other, id)
		}
		// All texts of ten documents are as old.
		commitText(t, s, store.Document{ID: id, Company: "c", URL: id, LastChanged: at(i / 10), UnchangedSince: at(i / 10)}, text)
	}
	for _, limit := range []int{1, 3, 7, 100} {
		got := pagesOf(t, limit, func(p store.ListOptions) ([]store.SearchHit, string, error) {
			return s.SearchDocuments(t.Context(), store.SearchQuery{Text: "arbitration", ListOptions: p})
		})
		var ids []string
		for i, h := range got {
			ids = append(ids, h.Document.ID)
			if tier := i < len(prominent); tier != (h.Document.ID[1:] == "00" || slices.Contains(prominent, h.Document.ID)) {
				t.Errorf("hit %d is %s", i, h.Document.ID)
			}
			if i > 0 && i != len(prominent) && got[i-1].Document.LastChanged.Before(h.Document.LastChanged) {
				t.Errorf("hit %d has a newer text than the one before", i)
			}
		}
		slices.Sort(ids)
		if want := slices.Sorted(slices.Values(append(slices.Clone(prominent), other...))); !slices.Equal(ids, want) {
			t.Errorf("pages of %d have the hits %v", limit, ids)
		}
	}
	if got, next, err := s.SearchDocuments(t.Context(), store.SearchQuery{Text: "arbitration"}); err != nil || len(got) != store.DefaultSearchLimit || next == "" {
		t.Errorf("the default page has %d hits, next %q, %v", len(got), next, err)
	}
}

func invalidSearches(t *testing.T, s store.Store) {
	commitText(t, s, store.Document{ID: "d", Company: "c", URL: "u", LastChanged: at(1)}, "A text.")
	for _, text := range []string{"", ` " " `, "-*()", strings.Repeat("many words ", store.MaxSearchWords)} {
		if _, _, err := s.SearchDocuments(t.Context(), store.SearchQuery{Text: text}); !errors.Is(err, store.ErrInvalidQuery) {
			t.Errorf("search for %.30q: %v", text, err)
		}
	}
	if _, _, err := s.SearchDocuments(t.Context(), store.SearchQuery{Text: "text", Types: make([]string, store.MaxQueryValues+1)}); err == nil {
		t.Error("a search with too many types was accepted")
	}
	if _, _, err := s.QueryCompanies(t.Context(), store.CompanyQuery{Names: make([]string, store.MaxQueryValues+1)}); err == nil {
		t.Error("a query of too many companies was accepted")
	}
	if _, _, err := s.QueryCompanies(t.Context(), store.CompanyQuery{Sort: "x"}); err == nil {
		t.Error("an unknown order of companies was accepted")
	}
	for _, token := range []string{"!", store.EncodeContinue("x"), store.EncodeContinue(`{"t":7}`), store.EncodeContinue(`{"t":1,"o":-1}`)} {
		if _, _, err := s.SearchDocuments(t.Context(), store.SearchQuery{Text: "text", ListOptions: store.ListOptions{Continue: token}}); err == nil {
			t.Errorf("search accepted the continue token %q", token)
		}
	}
}

// arbitrarySearches searches for random texts, and for those that FTS5 or MongoDB interpret.
func arbitrarySearches(t *testing.T, s store.Store) {
	r := NewRand(t)
	pieces := []string{"a", "text", "AND", "OR", "NOT", "NEAR(", ")", "(", `"`, "'", "*", "^", "-", "+", ":", "{", "}", "$", "\\", ".*", "|", "§", "text:", "prominent:", "\x00", "\xff", "法律", "の", "é", " ", "\n", "[", "]", "%", ";--", "🙂"}
	for i := range 150 {
		var b strings.Builder
		for range 1 + r.IntN(12) {
			if r.IntN(4) == 0 {
				b.WriteRune(rune(r.IntN(0x11000)))
			} else {
				b.WriteString(pieces[r.IntN(len(pieces))])
			}
		}
		text := b.String()
		id := fmt.Sprint("d", i)
		commitText(t, s, store.Document{ID: id, Company: "c", URL: id, Type: strconv.Quote(text), LastChanged: at(i)}, text)
		hits, _, err := s.SearchDocuments(t.Context(), store.SearchQuery{Text: text, Types: []string{strconv.Quote(text)}})
		switch {
		case errors.Is(err, store.ErrInvalidQuery):
		case err != nil:
			t.Errorf("search for %q: %v", text, err)
		case !slices.ContainsFunc(hits, func(h store.SearchHit) bool { return h.Document.ID == id }):
			t.Errorf("the text %q does not match itself", text)
		}
	}
}
