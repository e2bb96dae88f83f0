package run

import (
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/store"
)

func find(t *testing.T, st store.Store, path string) store.Document {
	t.Helper()
	d, err := st.FindDocument(t.Context(), "example.com", "https://example.com"+path)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestADocumentThatMovedWithoutARedirectKeepsItsHistory(t *testing.T) {
	t.Parallel()
	terms := policy("Terms of Service")
	w := newWeb(t, map[string]string{
		"/": home("/terms", "Terms of Service", "/privacy", "Privacy Policy"), "/terms": terms, "/privacy": policy("Privacy Policy"),
	})
	st := openStore(t)
	r := w.runner(t, st)
	crawlOnce(t, r)
	before := find(t, st, "/terms")

	// The terms have another URL and one more sentence. The terms for shops are a new
	// document.
	w.set("/terms", "")
	w.set("/legal/terms-of-service", strings.Replace(terms, "</main>", "<p>Disputes are decided by arbitration in Lisbon.</p></main>", 1))
	w.set("/legal/shop-terms", "<!doctype html><html lang=en><title>Terms of Service for shops</title><main><h1>Terms of Service for shops</h1>"+
		strings.Repeat("<p>A shop pays its invoice within thirty days under this contract; late payment bears interest, delivery is at the buyer's risk, and warranty claims expire after one year pursuant to statute.</p>", 14)+"</main>")
	w.set("/", home("/legal/terms-of-service", "Terms of Service", "/legal/shop-terms", "Terms of Service for shops", "/privacy", "Privacy Policy"))
	rep := crawlOnce(t, r)

	after := find(t, st, "/legal/terms-of-service")
	if after.ID != before.ID || len(after.FormerURLs) != 1 || after.FormerURLs[0] != before.URL || after.Versions != 2 || after.State != store.DocumentPresent {
		t.Errorf("the terms are %+v\n%v", after, changes(rep))
	}
	if shop := find(t, st, "/legal/shop-terms"); shop.ID == before.ID || len(shop.FormerURLs) > 0 {
		t.Errorf("the new document has the identity of another one: %+v", shop)
	}
	if docs, _, err := st.ListDocuments(t.Context(), "example.com", store.ListOptions{}); err != nil || len(docs) != 3 {
		t.Errorf("%d documents, %v, want 3: %v", len(docs), err, changes(rep))
	}
	crawlOnce(t, r)
	if again := find(t, st, "/legal/terms-of-service"); again.Versions != 2 || again.State != store.DocumentPresent {
		t.Errorf("after another crawl the terms are %+v", again)
	}
}
