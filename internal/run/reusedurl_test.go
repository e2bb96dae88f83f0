package run

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/clausea/crawler/hack/mongod/replicaset"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/mongo"
)

const (
	termsURL    = "https://example.com/terms"
	movedURL    = "https://example.com/legal/agreement"
	testCompany = "example.com"
)

// onBothStores runs a test with an empty store of each kind.
func onBothStores(t *testing.T, test func(t *testing.T, st store.Store)) {
	t.Helper()
	t.Run("embedded store", func(t *testing.T) {
		t.Parallel()
		test(t, openStore(t))
	})
	t.Run("MongoDB", func(t *testing.T) {
		if testing.Short() {
			t.Skip("starts MongoDB")
		}
		t.Parallel()
		mongod, err := replicaset.Find()
		if err != nil {
			t.Fatal(err)
		}
		set, err := replicaset.Start(t.Context(), mongod, "", 1)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(set.Close)
		st, err := mongo.Open(t.Context(), set.URI, "run")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := st.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		test(t, st)
		if err := st.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// refundPolicy returns the page of a refund policy, whose text has little in common with that
// of policy.
func refundPolicy() string {
	return "<!doctype html><html lang=en><title>Refund Policy</title><main><h1>Refund Policy</h1>" +
		strings.Repeat("<p>You may return an item within thirty days and receive a refund of the purchase price; return shipping is at the buyer's expense, and refunds are paid to the original payment method pursuant to this refund policy.</p>", 14) + "</main>"
}

// newMovedTerms crawls a site whose terms then move from /terms to /legal/agreement by a
// redirect, and crawls it again. It returns the terms as they are stored after the move.
func newMovedTerms(t *testing.T, st store.Store) (*web, *Runner, store.Document) {
	t.Helper()
	w := newWeb(t, map[string]string{
		"/": home("/terms", "Terms of Service", "/privacy", "Privacy Policy"), "/terms": policy("Terms of Service"), "/privacy": policy("Privacy Policy"),
	})
	r := w.runner(t, st)
	crawlOnce(t, r)
	first := find(t, st, "/terms")
	w.set("/legal/agreement", policy("Terms of Service"))
	w.set("/terms", "/legal/agreement")
	rep := crawlOnce(t, r)
	moved := find(t, st, "/legal/agreement")
	if moved.ID != first.ID || changes(rep)[movedURL] != "terms_of_service Moved" || !slices.Equal(moved.FormerURLs, []string{termsURL}) {
		t.Fatalf("the moved terms are %+v, before they were %s", moved, first.ID)
	}
	return w, r, moved
}

// checkHistory verifies the number of documents of the company, and that a document has its
// URL and the contents of all of its versions, oldest first.
func checkHistory(t *testing.T, st Store, documents int, id, url string, contains ...string) {
	t.Helper()
	if docs, _, err := st.ListDocuments(t.Context(), testCompany, store.ListOptions{}); err != nil || len(docs) != documents {
		t.Errorf("%d documents, %v, want %d: %+v", len(docs), err, documents, docs)
	}
	d, err := st.GetDocument(t.Context(), id)
	if err != nil || d.URL != url || d.Versions != len(contains) {
		t.Errorf("the document %s is %+v, %v, want %d versions at %s", id, d, err, len(contains), url)
	}
	if versions, _, err := st.ListVersions(t.Context(), id, store.ListOptions{}); err != nil || len(versions) != len(contains) {
		t.Errorf("the document at %s has %d versions, %v, want %d", url, len(versions), err, len(contains))
	}
	for n, want := range contains {
		if _, text, err := st.VersionText(t.Context(), id, n+1); err != nil || !strings.Contains(text, want) {
			t.Errorf("version %d of the document at %s lacks %q: %v", n+1, url, want, err)
		}
	}
}

func TestADocumentAtTheFormerURLOfAnotherIsANewDocument(t *testing.T) {
	t.Parallel()
	onBothStores(t, func(t *testing.T, st store.Store) {
		w, r, terms := newMovedTerms(t, st)
		w.set("/terms", refundPolicy())
		w.set("/", home("/terms", "Refund Policy", "/legal/agreement", "Terms of Service", "/privacy", "Privacy Policy"))
		rep := crawlOnce(t, r)
		if c := changes(rep); c[termsURL] != "refund_policy Created" || c[movedURL] != "terms_of_service Unchanged" {
			t.Errorf("the crawl reports %v", c)
		}
		refunds := find(t, st, "/terms")
		if refunds.ID == terms.ID || len(refunds.FormerURLs) > 0 {
			t.Fatalf("the new document took over the identity of the terms: %+v", refunds)
		}
		checkHistory(t, st, 3, terms.ID, movedURL, "terms of service")
		checkHistory(t, st, 3, refunds.ID, termsURL, "refund")

		// Each document keeps its identity from then on.
		w.set("/terms", strings.Replace(refundPolicy(), "</main>", "<p>Gift cards are not refunded.</p></main>", 1))
		w.set("/legal/agreement", strings.Replace(policy("Terms of Service"), "</main>", "<p>Disputes are decided by arbitration in Lisbon.</p></main>", 1))
		if c := changes(crawlOnce(t, r)); c[termsURL] != "refund_policy Changed" || c[movedURL] != "terms_of_service Changed" || len(c) != 3 {
			t.Errorf("the next crawl reports %v", c)
		}
		checkHistory(t, st, 3, terms.ID, movedURL, "terms of service", "Lisbon")
		checkHistory(t, st, 3, refunds.ID, termsURL, "refund", "Gift cards")
	})
}

// The move was recorded by a crawl that saw a page at every URL. A crawl that does not reach
// the moved document must not mistake the new one for it either.
func TestADocumentAtTheFormerURLOfOneThatIsNotFetchedIsANewDocument(t *testing.T) {
	t.Parallel()
	for name, page := range map[string]string{"removed": "", "server error": "503", "redirects in a loop": "/legal/loop"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := openStore(t)
			w, r, terms := newMovedTerms(t, st)
			w.set("/terms", refundPolicy())
			w.set("/legal/agreement", page)
			w.set("/legal/loop", "/legal/agreement")
			w.set("/", home("/terms", "Refund Policy", "/privacy", "Privacy Policy"))
			crawlOnce(t, r)
			refunds := find(t, st, "/terms")
			if refunds.ID == terms.ID {
				t.Fatalf("the new document took over the identity of the terms: %+v", refunds)
			}
			checkHistory(t, st, 3, terms.ID, movedURL, "terms of service")

			// The moved document comes back.
			w.set("/legal/agreement", policy("Terms of Service"))
			w.set("/", home("/terms", "Refund Policy", "/legal/agreement", "Terms of Service", "/privacy", "Privacy Policy"))
			crawlOnce(t, r)
			checkHistory(t, st, 3, terms.ID, movedURL, "terms of service")
			checkHistory(t, st, 3, refunds.ID, termsURL, "refund")
			if d := find(t, st, "/legal/agreement"); d.State != store.DocumentPresent {
				t.Errorf("the terms are still removed: %+v", d)
			}
		})
	}
}

func TestADocumentThatReturnsToItsFormerURLKeepsItsID(t *testing.T) {
	t.Parallel()
	for name, page := range map[string]string{"by a redirect": "/terms", "without a redirect": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := openStore(t)
			w, r, terms := newMovedTerms(t, st)
			w.set("/terms", policy("Terms of Service"))
			w.set("/legal/agreement", page)
			w.set("/", home("/terms", "Terms of Service", "/privacy", "Privacy Policy"))
			crawlOnce(t, r)
			checkHistory(t, st, 2, terms.ID, termsURL, "terms of service")
			if d := find(t, st, "/terms"); !slices.Equal(d.FormerURLs, []string{movedURL}) {
				t.Errorf("its former URLs are %v, want %s", d.FormerURLs, movedURL)
			}
		})
	}
}

func TestTwoURLsThatRedirectToEachOtherKeepTheirDocuments(t *testing.T) {
	t.Parallel()
	w, st, r := newTwoPolicies(t)
	privacy, cookies := find(t, st, "/privacy"), find(t, st, "/cookies")
	w.set("/privacy", "/cookies")
	w.set("/cookies", "/privacy")
	crawlOnce(t, r)
	checkHistory(t, st, 2, privacy.ID, privacy.URL, "privacy policy")
	checkHistory(t, st, 2, cookies.ID, cookies.URL, "cookie")
	w.set("/privacy", policy("Privacy Policy"))
	w.set("/cookies", "")
	w.set("/cookies", "/privacy")
	crawlOnce(t, r)
	checkHistory(t, st, 2, privacy.ID, privacy.URL, "privacy policy")
	checkHistory(t, st, 2, cookies.ID, cookies.URL, "cookie")
}

// A crawl with a page limit sees only the new document.
func TestAPageLimitDoesNotMergeADocumentWithTheOneThatHadItsURL(t *testing.T) {
	t.Parallel()
	for limit := 1; limit <= 4; limit++ {
		t.Run(fmt.Sprint(limit, " pages"), func(t *testing.T) {
			t.Parallel()
			st := openStore(t)
			w, r, terms := newMovedTerms(t, st)
			w.set("/terms", refundPolicy())
			w.set("/", home("/terms", "Refund Policy", "/legal/agreement", "Terms of Service", "/privacy", "Privacy Policy"))
			crawlOnce(t, r, func(tk *Task) { tk.Plan.MaxPages = limit })
			crawlOnce(t, r)
			checkHistory(t, st, 3, terms.ID, movedURL, "terms of service")
			checkHistory(t, st, 3, find(t, st, "/terms").ID, termsURL, "refund")
		})
	}
}
