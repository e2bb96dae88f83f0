package run

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/document"
	"github.com/clausea/crawler/internal/store"
)

// testStorage returns an embedded store, in which the run "r1" of example.com writes.
func testStorage(t *testing.T) storage {
	t.Helper()
	return storage{store: openStore(t), company: "example.com", runID: "r1"}
}

// testIdentity returns an identity for which a page was fetched from each of the URLs.
func testIdentity(s storage, fetched ...string) *identity {
	return newIdentity(s, newFoundSet(), func(url string) bool { return slices.Contains(fetched, url) })
}

// addKnown stores a document with one version and adds it to the known documents.
func addKnown(t *testing.T, i *identity, d store.Document, text string) store.Document {
	t.Helper()
	d.Company, d.Versions, d.ContentHash = i.storage.company, 1, document.FromMarkdown(text).ContentHash
	if err := i.storage.store.PutDocument(t.Context(), store.Fence{}, d); err != nil {
		t.Fatal(err)
	}
	if _, _, err := i.storage.store.AppendVersion(t.Context(), store.Fence{}, store.Version{DocumentID: d.ID, ContentHash: d.ContentHash}, text); err != nil {
		t.Fatal(err)
	}
	i.add(d)
	return d
}

// testRecorder returns a recorder with the extraction of this program.
func testRecorder(s storage, i *identity) *recorder {
	return &recorder{storage: s, identity: i, reader: newPageReader(nil, nil, DefaultExtraction())}
}

const (
	oldURL = "https://example.com/old"
	newURL = "https://example.com/new"
)

var termsText = "# Terms of Service\n\n" + strings.Repeat("You may use the service under these terms and the law of Portugal. ", 20)

func testDocument(docType, text string) document.Document {
	d := document.FromMarkdown(text)
	d.Type, d.Legal, d.Confidence = docType, true, 1
	return d
}

func TestAPageIsTheDocumentAtItsURL(t *testing.T) {
	t.Parallel()
	i := testIdentity(testStorage(t))
	want := addKnown(t, i, store.Document{ID: "d1", URL: oldURL, Type: "terms_of_service"}, termsText)
	got, known, err := i.identify(t.Context(), &crawl.Page{URL: oldURL}, testDocument("cookie_policy", "# Cookies"))
	if err != nil || !known || got.ID != want.ID {
		t.Errorf("identified %+v, %t, %v; want %s", got, known, err, want.ID)
	}
}

func TestAPageIsTheDocumentThatRedirectsToItIfTypeOrTextMatch(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		docType, text string
		want          bool
	}{
		"same type and text":    {"terms_of_service", termsText, true},
		"another type":          {"developer_terms", termsText, true},
		"another text":          {"terms_of_service", "# Terms\n\nA text that is new.", true},
		"another type and text": {"cookie_policy", "# Cookies\n\nA cookie is a small file.", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := testIdentity(testStorage(t))
			addKnown(t, i, store.Document{ID: "d1", URL: oldURL, Type: "terms_of_service"}, termsText)
			p := &crawl.Page{URL: newURL, Redirects: []crawl.Redirect{{URL: oldURL, Status: http.StatusMovedPermanently}}}
			if _, known, err := i.identify(t.Context(), p, testDocument(c.docType, c.text)); err != nil || known != c.want {
				t.Errorf("known %t, %v; want %t", known, err, c.want)
			}
		})
	}
}

func TestAPageIsASimilarDocumentWhoseURLIsGone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		text   string
		found  bool
		want   bool
	}{
		"not found, similar text":            {http.StatusNotFound, termsText + "One sentence is new.", false, true},
		"gone, similar text":                 {http.StatusGone, termsText, false, true},
		"server error":                       {http.StatusServiceUnavailable, termsText, false, false},
		"another text":                       {http.StatusNotFound, "# Terms\n\nA text that has nothing in common with the other.", false, false},
		"found at another URL in this crawl": {http.StatusNotFound, termsText, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := testIdentity(testStorage(t))
			d := addKnown(t, i, store.Document{ID: "d1", URL: oldURL, Type: "terms_of_service"}, termsText)
			i.recordOutcome(crawl.Outcome{Kind: crawl.OutcomeFailed, URL: oldURL, Reason: crawl.SkipNotFound, Status: c.status})
			if c.found {
				i.found.add(Found{Document: store.Document{ID: d.ID, URL: "https://example.com/elsewhere"}})
			}
			_, known, err := i.identify(t.Context(), &crawl.Page{URL: newURL}, testDocument("terms_of_service", c.text))
			if err != nil || known != c.want {
				t.Errorf("known %t, %v; want %t", known, err, c.want)
			}
		})
	}
}

func TestTheChangeOfADocumentThatIsNotFound(t *testing.T) {
	t.Parallel()
	redirect := func(status int) crawl.Outcome {
		return crawl.Outcome{Kind: crawl.OutcomeRedirected, URL: oldURL, Reason: crawl.SkipRedirect, Location: newURL, Status: status}
	}
	failed := func(url string, reason crawl.SkipReason, status int) crawl.Outcome {
		return crawl.Outcome{Kind: crawl.OutcomeFailed, URL: url, Reason: reason, Status: status}
	}
	for name, c := range map[string]struct {
		outcomes  []crawl.Outcome
		softError bool
		fetched   bool
		change    string
		reason    crawl.SkipReason
	}{
		"not found":                       {[]crawl.Outcome{failed(oldURL, crawl.SkipNotFound, 404)}, false, false, Removed, crawl.SkipNotFound},
		"server error":                    {[]crawl.Outcome{failed(oldURL, crawl.SkipServerError, 503)}, false, false, Unreachable, crawl.SkipServerError},
		"disallowed":                      {[]crawl.Outcome{{URL: oldURL, Reason: crawl.SkipRobots}}, false, false, Unreachable, crawl.SkipRobots},
		"permanent redirect to a page":    {[]crawl.Outcome{redirect(301)}, false, true, Removed, crawl.SkipRedirect},
		"temporary redirect to a page":    {[]crawl.Outcome{redirect(302)}, false, true, Broken, crawl.SkipRedirect},
		"redirect to a soft error":        {[]crawl.Outcome{redirect(301)}, true, true, Broken, crawl.SkipSoftError},
		"redirect to a missing page":      {[]crawl.Outcome{redirect(302), failed(newURL, crawl.SkipNotFound, 404)}, false, false, Removed, crawl.SkipNotFound},
		"redirect to an unreachable page": {[]crawl.Outcome{redirect(301), failed(newURL, crawl.SkipTimeout, 0)}, false, false, Unreachable, crawl.SkipTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := testIdentity(storage{})
			if c.fetched {
				i = testIdentity(storage{}, newURL)
			}
			i.add(store.Document{ID: "d1", URL: oldURL})
			for _, o := range c.outcomes {
				i.recordOutcome(o)
			}
			if c.softError {
				i.recordSoftError(newURL)
			}
			if change, reason := i.changeOf(oldURL); change != c.change || reason != c.reason {
				t.Errorf("got %s by %s, want %s by %s", change, reason, c.change, c.reason)
			}
		})
	}
}

func TestAPageAtTheFormerURLOfARemovedDocumentIsThatDocumentIfTheTextsMatch(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		former, docType, text string
		want                  bool
	}{
		"same type and text":               {newURL, "terms_of_service", termsText, true},
		"another type":                     {newURL, "developer_terms", termsText, true},
		"another type at an unrelated URL": {"https://example.com/third", "developer_terms", termsText, false},
		"another text":                     {newURL, "terms_of_service", "# Terms\n\nA text that has nothing in common with the other.", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := testIdentity(testStorage(t))
			addKnown(t, i, store.Document{ID: "d1", URL: oldURL, FormerURLs: []string{c.former}, Type: "terms_of_service", State: store.DocumentRemoved}, termsText)
			if _, known, err := i.identify(t.Context(), &crawl.Page{URL: newURL}, testDocument(c.docType, c.text)); err != nil || known != c.want {
				t.Errorf("known %t, %v; want %t", known, err, c.want)
			}
		})
	}
}
