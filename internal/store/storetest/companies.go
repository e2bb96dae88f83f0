package storetest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// commitText commits d with a new version whose text is text. The content hash is the text.
func commitText(t *testing.T, s store.Store, d store.Document, text string) store.Document {
	t.Helper()
	d.ContentHash = strings.ToValidUTF8(text, "?")
	c := store.Commit{Document: d, Versions: []store.NewVersion{{Version: store.Version{ContentHash: d.ContentHash, FetchedAt: d.LastChanged, URL: d.URL}, Text: text}}}
	_, err := s.GetDocument(t.Context(), d.ID)
	c.Create = errors.Is(err, store.ErrNotFound)
	done, err := s.CommitDocument(t.Context(), store.Fence{}, c)
	must(t, err)
	if c.Create && !done.Created {
		t.Fatalf("document %s was not created: %+v", d.ID, done)
	}
	return done.Document
}

func queryCompanies(t *testing.T, s store.Store, limit int, q store.CompanyQuery) []store.CompanySummary {
	t.Helper()
	return pagesOf(t, limit, func(p store.ListOptions) ([]store.CompanySummary, string, error) {
		q.ListOptions = p
		return s.QueryCompanies(t.Context(), q)
	})
}

func companies(t *testing.T, s store.Store) {
	zone := time.FixedZone("ahead", 2*3600)
	for i := range 70 {
		d := store.Document{ID: fmt.Sprint(i), Company: fmt.Sprintf("c%02d.example", i/2), URL: fmt.Sprint(i), LastChanged: at(i / 4), State: store.DocumentPresent, Type: "a.b$%"}
		if i%2 == 0 {
			d.LastChanged, d.Type = d.LastChanged.In(zone), "" // an earlier time that sorts later as text
		}
		must(t, s.PutDocument(t.Context(), store.Fence{}, d))
	}
	all := queryCompanies(t, s, 9, store.CompanyQuery{})
	if len(all) != 35 {
		t.Fatalf("listed %d of 35 companies", len(all))
	}
	for i, c := range all {
		if c.Name != fmt.Sprintf("c%02d.example", i) || c.Documents != 2 || !c.LastChanged.Equal(at((2*i+1)/4)) ||
			!maps.Equal(c.DocumentsByType, map[string]int{"": 1, "a.b$%": 1}) || !maps.Equal(c.DocumentsByState, map[store.DocumentState]int{store.DocumentPresent: 2}) {
			t.Errorf("company %d is %+v", i, c)
		}
		got, err := s.GetCompany(t.Context(), c.Name)
		if err != nil || !equalSummaries(got, c) {
			t.Errorf("get company %s: %+v, %v", c.Name, got, err)
		}
	}
	byChange := queryCompanies(t, s, 4, store.CompanyQuery{Sort: store.CompaniesByLastChanged})
	slices.SortStableFunc(all, func(a, b store.CompanySummary) int { return b.LastChanged.Compare(a.LastChanged) })
	if !slices.EqualFunc(byChange, all, equalSummaries) {
		t.Errorf("companies by last change: %+v", byChange)
	}
	for _, sort := range []store.CompanySort{store.CompaniesByName, store.CompaniesByLastChanged} {
		if got := queryCompanies(t, s, 3, store.CompanyQuery{Prefix: "c1", Sort: sort}); len(got) != 10 {
			t.Errorf("%d companies have the prefix, want 10", len(got))
		}
		if got := queryCompanies(t, s, 1, store.CompanyQuery{Names: []string{"c03.example", "c17.example", "none"}, Sort: sort}); len(got) != 2 {
			t.Errorf("%d companies have the names, want 2: %+v", len(got), got)
		}
	}
	if _, err := s.GetCompany(t.Context(), "none"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("get a company that does not exist: %v", err)
	}
}

func lastCrawls(t *testing.T, s store.Store) {
	crawl := func(id string, seconds int) store.CrawlSummary {
		return store.CrawlSummary{RunID: id, State: store.RunComplete, StopReason: "$FrontierEmpty", FinishedAt: at(seconds), Documents: store.DocumentCounts{New: 2},
			Coverage: []store.Coverage{{Type: "imprint", State: store.CoverageMissing, Reason: "$Robots"}}}
	}
	must(t, s.PutDocument(t.Context(), store.Fence{}, store.Document{ID: "d", Company: "c", URL: "u", Type: "imprint", LastChanged: at(1)}))
	for _, company := range []string{"c", "new"} {
		for _, c := range []store.CrawlSummary{crawl("r1", 10), crawl("r2", 20), crawl("r2", 20), crawl("r1", 10)} {
			must(t, s.PutCrawl(t.Context(), store.Fence{}, company, c))
		}
		got, err := s.GetCompany(t.Context(), company)
		must(t, err)
		last := got.LastCrawl
		if last.RunID != "r2" || !last.FinishedAt.Equal(at(20)) || last.StopReason != "$FrontierEmpty" || last.Documents.New != 2 || len(last.Coverage) != 1 || last.Coverage[0].Reason != "$Robots" {
			t.Errorf("the last crawl of %s is %+v", company, last)
		}
	}
	// The crawl does not change the counts, and the documents do not change the crawl.
	must(t, s.PutDocument(t.Context(), store.Fence{}, store.Document{ID: "d2", Company: "new", URL: "u2", LastChanged: at(1)}))
	for _, c := range queryCompanies(t, s, 9, store.CompanyQuery{Sort: store.CompaniesByLastChanged}) {
		if c.Documents != 1 || !c.LastChanged.Equal(at(1)) || c.LastCrawl.RunID != "r2" {
			t.Errorf("company %+v", c)
		}
	}
	must(t, s.DeleteCompany(t.Context(), "c"))
	if _, err := s.GetCompany(t.Context(), "c"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("get a deleted company: %v", err)
	}
	l, err := s.AcquireLease(t.Context(), "run/c", "a", time.Hour)
	must(t, err)
	if err := s.PutCrawl(t.Context(), store.Fence{LeaseName: l.Name, Epoch: l.Epoch + 1}, "new", crawl("r3", 30)); !errors.Is(err, store.ErrFenced) {
		t.Errorf("put a crawl with another epoch: %v", err)
	}
}

// equalSummaries compares all of two summaries except the crawls.
func equalSummaries(a, b store.CompanySummary) bool {
	return a.Name == b.Name && a.Documents == b.Documents && maps.Equal(a.DocumentsByType, b.DocumentsByType) &&
		maps.Equal(a.DocumentsByState, b.DocumentsByState) && a.LastChanged.Equal(b.LastChanged)
}

// checkSummaries compares the summaries with the documents.
func checkSummaries(t *testing.T, s store.Store) {
	t.Helper()
	want := map[string]store.CompanySummary{}
	for _, d := range pagesOf(t, 100, func(p store.ListOptions) ([]store.Document, string, error) {
		return s.ListDocuments(t.Context(), "", p)
	}) {
		c := want[d.Company]
		c.Name = d.Company
		c.Add(d, 1)
		want[d.Company] = c
	}
	total := 0
	for _, c := range queryCompanies(t, s, 100, store.CompanyQuery{}) {
		counted := want[c.Name]
		counted.Name = c.Name
		if !equalSummaries(c, counted) {
			t.Errorf("the summary is %+v, its documents are %+v", c, counted)
		}
		total += counted.Documents
		delete(want, c.Name)
	}
	for name, c := range want {
		if c.Documents > 0 {
			t.Errorf("company %s has no summary", name)
		}
	}
	if _, n, err := s.Counts(t.Context()); err != nil || n != int64(total) {
		t.Errorf("counted %d documents, %v, want %d", n, err, total)
	}
	if size, err := s.Size(t.Context()); err != nil || size.Bytes <= 0 || size.Indexes < 0 || size.Indexes > size.Bytes {
		t.Errorf("the size of the store is %+v, %v", size, err)
	}
}

// summaryAfterWrites compares the summaries with the documents after random writes.
func summaryAfterWrites(t *testing.T, s store.Store) {
	r := NewRand(t)
	types := []string{"privacy_policy", "imprint", "terms_of_service"}
	states := []store.DocumentState{store.DocumentPresent, store.DocumentBroken, store.DocumentRemoved}
	docs := map[string]store.Document{}
	for i := range 120 {
		id := fmt.Sprint("d", r.IntN(12))
		d, exists := docs[id]
		switch what := r.IntN(8); {
		case !exists:
			d = store.Document{ID: id, Company: fmt.Sprint("c", r.IntN(3)), URL: "u" + id, Type: types[r.IntN(3)], State: store.DocumentPresent, LastChanged: at(i)}
			d = commitText(t, s, d, fmt.Sprint("text ", id, " number ", i))
		case what == 0:
			d.LastChanged = at(i)
			d = commitText(t, s, d, fmt.Sprint("text ", id, " number ", i))
		case what == 1:
			d.State, d.StateSince = states[r.IntN(3)], at(i)
			for range 2 { // the second call repeats the first
				done, err := s.CommitDocument(t.Context(), store.Fence{}, store.Commit{Document: d})
				must(t, err)
				d = done.Document
			}
		case what == 2:
			d.FormerURLs, d.URL = append(d.FormerURLs, d.URL), fmt.Sprint("moved", i)
			must(t, s.PutDocument(t.Context(), store.Fence{}, d))
		case what == 3:
			d.Type, d.Company = types[r.IntN(3)], fmt.Sprint("c", r.IntN(3))
			must(t, s.PutDocument(t.Context(), store.Fence{}, d))
		case what == 4:
			must(t, s.PutCorrection(t.Context(), store.Correction{DocumentID: id, NotLegal: true}))
		case what == 5:
			must(t, s.PutCorrection(t.Context(), store.Correction{DocumentID: id, Type: types[r.IntN(3)]}))
		case what == 6:
			must(t, s.DeleteCorrection(t.Context(), id))
		case r.IntN(5) == 0:
			must(t, s.DeleteCompany(t.Context(), d.Company))
			maps.DeleteFunc(docs, func(_ string, o store.Document) bool { return o.Company == d.Company })
			continue
		}
		docs[id] = d
		if i%10 == 0 {
			checkSummaries(t, s)
		}
	}
	checkSummaries(t, s)
	for id := range docs {
		d, err := s.GetDocument(t.Context(), id)
		must(t, err)
		hits, _, err := s.SearchDocuments(t.Context(), store.SearchQuery{Text: `"` + d.ContentHash + `"`, Companies: []string{d.Company}, Types: []string{d.Type}})
		must(t, err)
		if d.NotLegal != (len(hits) == 0) {
			t.Errorf("document %s, not legal %t, has %d hits", id, d.NotLegal, len(hits))
		}
	}
}

// concurrentSummary writes documents of one company concurrently.
func concurrentSummary(t *testing.T, s store.Store) {
	const writers, each = 6, 5
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			d := store.Document{ID: fmt.Sprint("d", w), Company: "c", URL: fmt.Sprint("u", w), Type: fmt.Sprint("t", w%2), State: store.DocumentPresent}
			for i := range each {
				d.LastChanged, d.Type = at(i), fmt.Sprint("t", (w+i)%2)
				if err := s.PutDocument(t.Context(), store.Fence{}, d); err != nil {
					t.Errorf("put document %s: %v", d.ID, err)
				}
			}
		})
	}
	wg.Wait()
	checkSummaries(t, s)
}
