package apitest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/httpapi"
	"github.com/clausea/crawler/internal/store"
)

// day returns midnight of a day of January 2026.
func day(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }

// addDocument stores a document with a version for each text, as crawls do. Version n was fetched
// on day n, and each later one has a change with the ID change-DOCUMENT-n.
func (d *deployment) addDocument(company, id string, texts ...string) {
	d.t.Helper()
	doc := store.Document{
		ID: id, Company: d.key(company), URL: "https://" + company + ".example/" + id, Type: "privacy_policy", Confidence: 0.9, Language: "en", Title: "Privacy " + id,
		DiscoveryPath: []string{"https://" + company + ".example/"}, FirstSeen: day(1), State: store.DocumentPresent, StateSince: day(1), RunID: "run-1",
	}
	for i, text := range texts {
		doc.ContentHash, doc.LastChanged, doc.LastSeen, doc.LastChecked = fmt.Sprintf("%064d", i), day(i+1), day(i+1), day(i+1)
		c := store.Commit{Document: doc, Create: i == 0, Versions: []store.NewVersion{{
			Version: store.Version{DocumentID: id, ContentHash: doc.ContentHash, FetchedAt: day(i + 1), URL: doc.URL, ContentType: "text/html", Title: doc.Title, Language: "en", RunID: "run-1"},
			Text:    text, Snapshot: []byte("<p>" + text + "</p>"),
		}}}
		if i > 0 {
			c.Changes = []store.Change{{
				ID: fmt.Sprintf("change-%s-%d", id, i+1), Kind: store.ChangeChanged, At: day(i + 1), Company: doc.Company, DocumentID: id, DocumentType: doc.Type, Language: "en",
				Title: doc.Title, URL: doc.URL, RunID: "run-1", Summary: store.ChangeSummary{Added: 1, Labels: []string{"fees"}},
			}}
		}
		committed, err := d.store.CommitDocument(d.t.Context(), store.Fence{}, c)
		if err != nil {
			d.t.Fatal(err)
		}
		doc = committed.Document
	}
}

func documentID(d httpapi.Document) string { return d.ID }

func documentsAreRead(t *testing.T, d *deployment) {
	d.addDocument("acme", "a1", "# Terms\n\none", "# Terms\n\ntwo", "# Terms\n\nthree")
	d.addDocument("acme", "a2", "one")
	d.addDocument("beta", "b1", "one", "two")
	for query, want := range map[string]string{
		"":                                     "a1 a2 b1",
		"companies=acme":                       "a1 a2",
		"companies=acme,beta&sort=lastChanged": "a1 b1 a2",
		"types=terms_of_service":               "",
		"changedSince=2026-01-02T00:00:00Z":    "a1 b1",
		"states=Present&languages=en&types=nonsense,privacy_policy": "error",
	} {
		for _, limit := range []int{1, 2, 100} {
			path := fmt.Sprintf("/v1/documents?limit=%d&%s", limit, query)
			if want == "error" {
				refused(t, d.call("GET", path, ""), 422, "invalid-value")
				continue
			}
			if got := names(pages[httpapi.Document](d, path), documentID); got != want {
				t.Errorf("%s in pages of %d lists %q, want %q", query, limit, got, want)
			}
		}
	}
	if got := names(pages[httpapi.Document](d, "/v1/companies/beta/documents"), documentID); got != "b1" {
		t.Errorf("the documents of a company are %q", got)
	}
	refused(t, d.call("GET", "/v1/companies/none/documents", ""), 404, "not-found")
	refused(t, d.call("GET", "/v1/documents/none", ""), 404, "not-found")
	r := d.call("GET", "/v1/documents/a1", "")
	doc := decode[httpapi.DocumentDetail](t, r, 200)
	if doc.Company != "acme" || doc.VersionCount != 3 || doc.Version == nil || doc.Version.Number != 3 || doc.FormerURLs == nil || !doc.FirstSeenAt.Equal(day(1)) {
		t.Errorf("the document is %s", r.body)
	}
	etag := r.Header.Get("ETag")
	if r := d.call("GET", "/v1/documents/a1", "", "If-None-Match", etag); r.StatusCode != 304 || len(r.body) > 0 || r.Header.Get("ETag") != etag || r.Header.Get("Cache-Control") == "" {
		t.Errorf("with its ETag, the document has status %d and %v", r.StatusCode, r.Header)
	}
	if r := d.call("GET", "/v1/documents/a1", "", "Accept", "text/markdown"); !strings.Contains(string(r.body), "three") || r.Header.Get("ETag") == etag {
		t.Errorf("the Markdown is %s with %v", r.body, r.Header)
	}
	refused(t, d.call("GET", "/v1/documents/a1", "", "Accept", "image/png"), 406, "not-acceptable")
	versionsAreRead(t, d)
}

// versionsAreRead reads the versions of the document a1.
func versionsAreRead(t *testing.T, d *deployment) {
	t.Helper()
	numbers := names(pages[httpapi.Version](d, "/v1/documents/a1/versions?limit=2"), func(v httpapi.Version) string { return fmt.Sprint(v.Number) })
	if numbers != "3 2 1" {
		t.Errorf("the versions are %s", numbers)
	}
	for version, want := range map[string]int{"1": 1, "latest": 3, "previous": 2} {
		if v := decode[httpapi.Version](t, d.call("GET", "/v1/documents/a1/versions/"+version, ""), 200); v.Number != want || !v.FetchedAt.Equal(day(want)) || !v.HasRaw {
			t.Errorf("the version %s is %+v", version, v)
		}
	}
	if r := d.call("GET", "/v1/documents/a1?asOf=2026-01-02T12:00:00Z", "", "Accept", "text/plain"); r.StatusCode != 200 || !strings.Contains(string(r.body), "two") {
		t.Errorf("as of the second day, the text is %s", r.body)
	}
	refused(t, d.call("GET", "/v1/documents/a1?asOf=2025-01-01T00:00:00Z", ""), 404, "not-found")
	refused(t, d.call("GET", "/v1/documents/a1?asOf=2999-01-01T00:00:00Z", ""), 400, "future-date")
	refused(t, d.call("GET", "/v1/documents/a1/versions/4", ""), 404, "not-found")
	refused(t, d.call("GET", "/v1/documents/a2/versions/previous", ""), 404, "not-found")
}

func documentsAreCorrected(t *testing.T, d *deployment) {
	d.createCompany()
	d.addDocument("acme.example", "a1", "one")
	d.addDocument("acme.example", "a2", "one")
	const path = "/v1/documents/a1"
	refused(t, d.call("GET", path+"/correction", ""), 404, "not-found")
	c := decode[httpapi.Correction](t, d.call("PUT", path+"/correction", `{"type":"terms_of_service","effectiveDate":"2026-01-31","note":"Seen."}`), 200)
	if c.Author != "key:settings" || c.Type != "terms_of_service" {
		t.Errorf("the correction is %+v", c)
	}
	if doc := decode[httpapi.DocumentDetail](t, d.call("GET", path, ""), 200); doc.Type != "terms_of_service" || doc.Dates.EffectiveDate != "2026-01-31" {
		t.Errorf("the corrected document is %+v", doc)
	}
	for body, location := range map[string]string{`{"type":"poem"}`: "body.type", `{"effectiveDate":"31.1.2026"}`: "body.effectiveDate", `{"sameAs":"none"}`: "body.sameAs", `{"sameAs":"a1"}`: "body.sameAs"} {
		if p := refused(t, d.call("PUT", path+"/correction", body), 422, "invalid-value"); len(p.Errors) == 0 || p.Errors[0].Location != location {
			t.Errorf("%s gives %+v", body, p)
		}
	}
	if r := d.call("DELETE", path+"/correction", ""); r.StatusCode != 204 {
		t.Errorf("removing the correction has status %d: %s", r.StatusCode, r.body)
	}
	if r := d.call("PUT", path+"/pin", ""); r.StatusCode != 200 {
		t.Fatalf("the pin has status %d: %s", r.StatusCode, r.body)
	}
	if seeds := d.company("acme.example").Spec.Seeds; len(seeds) == 0 || seeds[len(seeds)-1].URL != "https://acme.example.example/a1" {
		t.Logf("the pinned seeds are %+v", seeds)
	}
	if doc := decode[httpapi.DocumentDetail](t, d.call("GET", path, ""), 200); !doc.Pinned {
		t.Errorf("the pinned document is %+v", doc)
	}
	if r := d.call("DELETE", path+"/pin", ""); r.StatusCode != 204 {
		t.Errorf("removing the pin has status %d: %s", r.StatusCode, r.body)
	}
	refused(t, d.call("PUT", "/v1/documents/none/pin", ""), 404, "not-found")
}
