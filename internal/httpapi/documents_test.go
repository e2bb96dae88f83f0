package httpapi

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/store"
)

// day returns a time of a test document: midnight of a day of January 2026.
func day(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }

// addDocument stores a document with a version for each text. Version n was fetched on day n. Its
// snapshot is the text in a p element.
func (a *testAPI) addDocument(company, id string, texts ...string) store.Document {
	a.t.Helper()
	d := store.Document{
		ID: id, Company: company, URL: "https://" + strings.ReplaceAll(company, "/", ".") + ".example/" + id, FormerURLs: []string{}, Type: "privacy_policy", Confidence: 0.9, AdditionalTypes: []string{},
		Language: "en", Title: "Privacy " + id, DiscoveryPath: []string{"https://" + company + ".example/"}, LinkText: "Privacy", FirstSeen: day(1), State: store.DocumentPresent, StateSince: day(1), RunID: "run-1",
	}
	for i, text := range texts {
		d.ContentHash, d.LastChanged, d.LastSeen, d.LastChecked = fmt.Sprintf("%064d", i), day(i+1), day(i+1), day(i+1)
		v := store.Version{DocumentID: id, ContentHash: d.ContentHash, FetchedAt: day(i + 1), URL: d.URL, ContentType: "text/html", Title: d.Title, Language: "en", RunID: fmt.Sprintf("run-%d", i+1)}
		hash, err := a.store.PutSnapshot(a.t.Context(), store.Fence{}, company, []byte("<p>"+text+"</p>"), "")
		if err != nil {
			a.t.Fatal(err)
		}
		v.SnapshotHash = hash
		committed, err := a.store.CommitDocument(a.t.Context(), store.Fence{}, store.Commit{Document: d, Create: i == 0, Versions: []store.NewVersion{{Version: v, Text: text}}})
		if err != nil {
			a.t.Fatal(err)
		}
		d = committed.Document
	}
	return d
}

// addCompany creates a Company.
func (a *testAPI) addCompany(name string, seeds ...v1alpha1.Seed) {
	a.t.Helper()
	c := &v1alpha1.Company{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default"}}
	c.Spec.Domains, c.Spec.Seeds = []v1alpha1.Domain{v1alpha1.Domain(name + ".example")}, seeds
	if err := a.resources().Create(a.t.Context(), c); err != nil {
		a.t.Fatal(err)
	}
}

// documentIDs returns the IDs of listed documents.
func documentIDs(documents []Document) string {
	var out []string
	for _, d := range documents {
		out = append(out, d.ID)
	}
	return strings.Join(out, " ")
}

func TestDocumentsAreListedByTheirProperties(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	a.addDocument("acme", "a1", "one", "two", "three")
	a.addDocument("acme", "a2", "one")
	a.addDocument("beta", "b1", "one", "two")
	a.addDocument("other/gamma", "g1", "one")
	for query, want := range map[string]string{
		"":                                      "a1 a2 b1",
		"?companies=acme":                       "a1 a2",
		"?companies=acme,beta&sort=lastChanged": "a1 b1 a2",
		"?types=terms_of_service":               "",
		"?types=privacy_policy&limit=2":         "a1 a2",
		"?languages=de":                         "",
		"?states=Removed,Broken":                "",
		"?changedSince=2026-01-02T00:00:00Z":    "a1 b1",
		"?changedSince=9999-01-01T00:00:00Z":    "",
	} {
		if got := documentIDs(decode[list[Document]](t, a.call("GET", "/v1/documents"+query, ""), 200).Items); got != want {
			t.Errorf("%s lists %q, want %q", query, got, want)
		}
	}
	for _, query := range []string{"types=nonsense", "states=Gone", "companies=other/gamma", "changedSince=yesterday", "sort=size", "companies=%ff", "companies=a%00", "languages=%ff%ff", "languages=english-language", "cursor=%21"} {
		decode[Problem](t, a.call("GET", "/v1/documents?"+query, ""), 422)
	}
	first := decode[list[Document]](t, a.call("GET", "/v1/documents?limit=2", ""), 200)
	rest := decode[list[Document]](t, a.call("GET", "/v1/documents?limit=2&cursor="+first.NextCursor, ""), 200)
	if documentIDs(first.Items)+" "+documentIDs(rest.Items) != "a1 a2 b1" || rest.NextCursor != "" {
		t.Errorf("pages are %q and %q, then %q", documentIDs(first.Items), documentIDs(rest.Items), rest.NextCursor)
	}
	if d := first.Items[0]; d.TypeName != "Privacy policy" || d.Company != "acme" || d.FormerURLs == nil || d.UnchangedSince != nil {
		t.Errorf("the first document is %+v", d)
	}
}

func TestDocumentsOfACompanyAreListedWhileItOrADocumentExists(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	a.addDocument("acme", "a1", "one")
	a.addCompany("empty")
	for name, want := range map[string]string{"acme": "a1", "empty": ""} {
		if got := documentIDs(decode[list[Document]](t, a.call("GET", "/v1/companies/"+name+"/documents", ""), 200).Items); got != want {
			t.Errorf("%s has %q, want %q", name, got, want)
		}
	}
	decode[list[Document]](t, a.call("GET", "/v1/companies/acme/documents?types=terms_of_service", ""), 200)
	decode[Problem](t, a.call("GET", "/v1/companies/missing/documents", ""), 404)
	decode[Problem](t, a.call("GET", "/v1/companies/other%2Facme/documents", ""), 422)
}

func TestADocumentIsServedInTheMediaTypeThatTheClientPrefers(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	a.addDocument("acme", "a1", "# Terms\n\nYou *agree*.")
	for accept, want := range map[string]string{
		"":                                "application/json",
		"*/*":                             "application/json",
		"text/*":                          "text/markdown; charset=utf-8",
		"text/markdown":                   "text/markdown; charset=utf-8",
		"text/html;q=0.5, text/plain":     "text/plain; charset=utf-8",
		"text/*;q=0.3, text/html;q=0.7":   "text/html; charset=utf-8",
		"*/*, text/plain;q=0.2":           "application/json",
		"text/markdown;q=0, text/*":       "text/html; charset=utf-8",
		"TEXT/HTML; Charset=\"UTF-8\"":    "text/html; charset=utf-8",
		"application/xml, text/html;q=.1": "", // ".1" is malformed
		"image/png, text/plain;q=0.001":   "text/plain; charset=utf-8",
		"application/xml":                 "",
		"text/html;level=1":               "",
		"*/*;q=0":                         "",
		"application/json;q=0, */*;q=0":   "",
		"garbage":                         "application/json",
		"\"text/html, text/plain":         "application/json",
		"*/html":                          "application/json",
		"text/html;q=2":                   "application/json",
		"text/html;q=0.0001, text/plain":  "text/plain; charset=utf-8",
		strings.Repeat("a/b,", 2000) + "text/html": "",
		strings.Repeat(",;q=", 5000):               "application/json",
	} {
		r := a.call("GET", "/v1/documents/a1", "", "Accept", accept)
		if want == "" {
			p := decode[Problem](t, r, 406)
			if !strings.Contains(p.Detail, "text/markdown") {
				t.Errorf("Accept %.60q: the problem %q does not list the media types", accept, p.Detail)
			}
			continue
		}
		if got := r.Header.Get("Content-Type"); r.StatusCode != 200 || got != want || !strings.Contains(strings.Join(r.Header.Values("Vary"), ","), "Accept") {
			t.Errorf("Accept %.60q gives %d %s, want %s", accept, r.StatusCode, got, want)
		}
	}
}

func TestEachRenditionHasItsOwnETag(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	a.addDocument("acme", "a1", "# Terms\n\none", "# Terms\n\ntwo")
	seen := map[string]string{}
	for _, path := range []string{"/v1/documents/a1", "/v1/documents/a1/versions/1", "/v1/documents/a1/versions/latest"} {
		for _, accept := range textTypes {
			r := a.call("GET", path, "", "Accept", accept)
			etag := r.Header.Get("ETag")
			latest := strings.HasSuffix(path, "latest") && accept != typeJSON // has the bytes of the document's own rendition
			if other := seen[etag]; etag == "" || strings.HasPrefix(etag, "W/") || other != "" && !latest {
				t.Errorf("%s as %s has ETag %s like %s", path, accept, etag, other)
			}
			seen[etag] = path + " " + accept
			again := a.call("GET", path, "", "Accept", accept, "If-None-Match", `"other", `+etag)
			if again.StatusCode != 304 || len(again.body) > 0 || again.Header.Get("ETag") != etag || again.Header.Get("Cache-Control") == "" || again.Header.Get("Vary") == "" {
				t.Errorf("%s as %s with its ETag gives %d with %v", path, accept, again.StatusCode, again.Header)
			}
			if changed := a.call("GET", path, "", "Accept", accept, "If-None-Match", `"other"`); changed.StatusCode != 200 {
				t.Errorf("%s as %s with another ETag gives %d", path, accept, changed.StatusCode)
			}
		}
	}
	if got := a.call("GET", "/v1/documents/a1/versions/1", "").Header.Get("Cache-Control"); got != "private, max-age=31536000, immutable" {
		t.Errorf("a numbered version has Cache-Control %q", got)
	}
	if got := a.call("GET", "/v1/documents/a1/versions/latest", "").Header.Get("Cache-Control"); got != "private, no-cache" {
		t.Errorf("the latest version has Cache-Control %q", got)
	}
}

// payloads are texts that a page can contain to attack readers of the API.
var payloads = []string{
	"<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</title><script>alert(1)</script>", "\"><svg onload=alert(1)>", "[x](javascript:alert(1))",
	"&lt;script&gt;alert(1)&lt;/script&gt;", "</p></body><iframe src=//evil.example>", "<!--", "<style>*{}</style>",
}

// checkInertHTML checks that an HTML rendition has no element of a payload and the headers that
// make it inert.
func checkInertHTML(t *testing.T, what string, r response) {
	t.Helper()
	body := strings.ToLower(string(r.body))
	for _, bad := range []string{"<script", "<img", "<svg", "<iframe", "<style", "<!--", "href=\"javascript"} {
		if strings.Contains(body, bad) {
			t.Errorf("%s contains %s: %s", what, bad, r.body)
		}
	}
	if r.StatusCode != 200 || !strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") {
		t.Errorf("%s is %d %s", what, r.StatusCode, r.Header.Get("Content-Type"))
	}
	checkInertHeaders(t, what, r)
}

func checkInertHeaders(t *testing.T, what string, r response) {
	t.Helper()
	csp := r.Header.Get("Content-Security-Policy")
	if !strings.Contains(csp, "sandbox") || !strings.Contains(csp, "default-src 'none'") || r.Header.Get("X-Content-Type-Options") != "nosniff" || r.Header.Get("Cross-Origin-Resource-Policy") != "same-origin" {
		t.Errorf("%s has the headers %v", what, r.Header)
	}
}

func TestHTMLRenditionsEscapeWhatPagesContain(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	all := strings.Join(payloads, "\n\n")
	d := a.addDocument("acme", "a1", "# "+all+"\n\n- "+all)
	d.Title = all
	if _, err := a.store.CommitDocument(t.Context(), store.Fence{}, store.Commit{Document: d, Versions: []store.NewVersion{{
		Version: store.Version{DocumentID: "a1", ContentHash: strings.Repeat("e", 64), FetchedAt: day(2), URL: d.URL, Title: all, Language: "\"><script>"}, Text: all,
	}}}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/v1/documents/a1", "/v1/documents/a1/versions/1", "/v1/documents/a1/versions/latest", "/v1/documents/a1?asOf=2026-01-01T12:00:00Z"} {
		checkInertHTML(t, path, a.call("GET", path, "", "Accept", "text/html"))
	}
}

func TestTheTextAsOfATimeIsTheVersionFetchedLast(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	a.addDocument("acme", "a1", "one", "two", "three")
	for asOf, want := range map[string]string{
		"2026-01-01T00:00:00Z":      "one",
		"2026-01-01T23:59:59.999Z":  "one",
		"2026-01-02T00:00:00Z":      "two",
		"2026-01-02T01:00:00+01:00": "two",
		"2026-01-01T23:00:00-05:00": "two",
		"2026-03-01T00:00:00.5Z":    "three",
	} {
		path := "/v1/documents/a1?asOf=" + url.QueryEscape(asOf)
		if r := a.call("GET", path, "", "Accept", "text/markdown"); string(r.body) != want {
			t.Errorf("as of %s the text is %q, want %q", asOf, r.body, want)
		}
		if d := decode[DocumentDetail](t, a.call("GET", path, ""), 200); d.Version == nil || d.VersionCount != 3 || d.Version.FetchedAt.After(day(4)) {
			t.Errorf("as of %s: %+v", asOf, d)
		}
	}
	for asOf, want := range map[string]int{
		"2025-12-31T23:59:59Z": 404, "0001-01-01T00:00:00Z": 404, "1969-12-31T23:59:59Z": 404,
		time.Now().Add(time.Hour).UTC().Format(time.RFC3339): 400, "9999-12-31T23:59:59Z": 400,
		"2026-01-01": 422, "yesterday": 422, "2026-13-01T00:00:00Z": 422,
	} {
		for _, accept := range []string{"", "text/plain"} {
			p := decode[Problem](t, a.call("GET", "/v1/documents/a1?asOf="+url.QueryEscape(asOf), "", "Accept", accept), want)
			if want == 400 && !strings.HasSuffix(p.Type, "/future-date") {
				t.Errorf("as of %s: problem %s", asOf, p.Type)
			}
		}
	}
}

func TestVersionsAreReadByNumberOrName(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	a.addDocument("acme", "a1", "one", "two", "three")
	a.addDocument("acme", "a2", "only")
	listed := decode[list[Version]](t, a.call("GET", "/v1/documents/a1/versions?limit=2", ""), 200)
	if len(listed.Items) != 2 || listed.Items[0].Number != 3 || listed.NextCursor == "" {
		t.Errorf("the list is %+v", listed)
	}
	for name, want := range map[string]string{"1": "one", "2": "two", "latest": "three", "previous": "two"} {
		if r := a.call("GET", "/v1/documents/a1/versions/"+name, "", "Accept", "text/markdown"); string(r.body) != want || r.Header.Get("Content-Language") != "en" {
			t.Errorf("version %s is %q, want %q", name, r.body, want)
		}
		if v := decode[Version](t, a.call("GET", "/v1/documents/a1/versions/"+name, ""), 200); v.DocumentID != "a1" || !v.HasRaw {
			t.Errorf("version %s is %+v", name, v)
		}
	}
	for path, want := range map[string]int{
		"a1/versions/4": 404, "a1/versions/0": 422, "a1/versions/-1": 422, "a1/versions/newest": 422, "a1/versions/99999999999": 422, "a1/versions/999999999": 404,
		"a2/versions/previous": 404, "nope/versions/1": 404, "nope/versions": 404, "nope": 404, "..%2Fa1": 404, "a1%00": 404, "%ff": 404, "%ff/versions/1/raw": 404, "a1%2fversions": 404,
	} {
		decode[Problem](t, a.call("GET", "/v1/documents/"+path, ""), want)
	}
}

func TestDocumentsOfAnotherNamespaceDoNotExist(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	a.addDocument("other/gamma", "g1", "one", "two")
	for _, c := range []struct{ method, path, body string }{
		{"GET", "", ""}, {"GET", "/versions", ""}, {"GET", "/versions/1", ""}, {"GET", "/versions/1/raw", ""}, {"GET", "/diff", ""}, {"GET", "/evidence", ""}, {"GET", "/correction", ""}, {"PUT", "/pin", ""}, {"DELETE", "/pin", ""},
		{"PUT", "/correction", `{"notLegal":true}`}, {"DELETE", "/correction", ""},
	} {
		if r := a.call(c.method, "/v1/documents/g1"+c.path, c.body); r.StatusCode != http.StatusNotFound {
			t.Errorf("%s %s: status %d", c.method, c.path, r.StatusCode)
		}
	}
}

func TestAPinnedDocumentIsASeedOfItsCompany(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	d := a.addDocument("acme", "a1", "one")
	decode[Problem](t, a.call("PUT", "/v1/documents/a1/pin", ""), 409) // no Company
	a.addCompany("acme", v1alpha1.Seed{URL: "https://acme.example/start"})
	for range 2 {
		if p := decode[Pin](t, a.call("PUT", "/v1/documents/a1/pin", ""), 200); p != (Pin{"acme", d.URL, "privacy_policy"}) {
			t.Errorf("the pin is %+v", p)
		}
	}
	if !decode[DocumentDetail](t, a.call("GET", "/v1/documents/a1", ""), 200).Pinned {
		t.Error("the document is not pinned")
	}
	var c v1alpha1.Company
	seeds := func() int {
		if err := a.resources().Get(t.Context(), a.companyKey("acme"), &c); err != nil {
			t.Fatal(err)
		}
		return len(c.Spec.Seeds)
	}
	if n := seeds(); n != 2 {
		t.Errorf("the company has the seeds %v", c.Spec.Seeds)
	}
	for range 2 {
		if r := a.call("DELETE", "/v1/documents/a1/pin", ""); r.StatusCode != 204 {
			t.Errorf("unpin: status %d: %s", r.StatusCode, r.body)
		}
	}
	if n := seeds(); n != 1 || decode[DocumentDetail](t, a.call("GET", "/v1/documents/a1", ""), 200).Pinned {
		t.Errorf("after unpin, the company has the seeds %v", c.Spec.Seeds)
	}
}

func TestACorrectionWinsUntilItIsDeleted(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	a.addDocument("acme", "a1", "one")
	a.addDocument("acme", "a2", "two")
	a.addDocument("acme", "a3", "three")
	a.addDocument("beta", "b1", "one")
	decode[Problem](t, a.call("GET", "/v1/documents/a1/correction", ""), 404)
	c := decode[Correction](t, a.call("PUT", "/v1/documents/a1/correction", `{"type":"cookie_policy","effectiveDate":"2026-01-05","note":"checked"}`), 200)
	if c.Author != "key:settings" || c.DocumentID != "a1" || c.At.IsZero() || c.Note != "checked" {
		t.Errorf("the correction is %+v", c)
	}
	if d := decode[DocumentDetail](t, a.call("GET", "/v1/documents/a1", ""), 200); d.Type != "cookie_policy" || d.Dates.EffectiveDate != "2026-01-05" {
		t.Errorf("the corrected document is %+v", d)
	}
	decode[Correction](t, a.call("PUT", "/v1/documents/a2/correction", `{"sameAs":"a1"}`), 200)
	if got := documentIDs(decode[list[Document]](t, a.call("GET", "/v1/documents?companies=acme", ""), 200).Items); got != "a1 a3" {
		t.Errorf("after sameAs, the list is %q", got)
	}
	if got := documentIDs(decode[list[Document]](t, a.call("GET", "/v1/documents?companies=acme&includeNotLegal=true", ""), 200).Items); got != "a1 a2 a3" {
		t.Errorf("with all documents, the list is %q", got)
	}
	for _, body := range []string{
		`{}`, `{"note":"x"}`, `{"type":"other"}`, `{"type":"x"}`, `{"effectiveDate":"2026-02-30"}`, `{"effectiveDate":"soon"}`, `{"sameAs":"a3"}`, `{"sameAs":"a2"}`, `{"sameAs":"b1"}`, `{"sameAs":"zz"}`,
		`{"notLegal":"yes"}`, `{"author":"me","notLegal":true}`, `{"notLegal":true,"note":"` + strings.Repeat("x", 2001) + `"}`,
	} {
		decode[Problem](t, a.call("PUT", "/v1/documents/a3/correction", body), 422)
	}
	if r := a.call("DELETE", "/v1/documents/a1/correction", ""); r.StatusCode != 204 {
		t.Errorf("delete: status %d: %s", r.StatusCode, r.body)
	}
	decode[Problem](t, a.call("GET", "/v1/documents/a1/correction", ""), 404)
	entries, _, err := a.store.ListAudit(t.Context(), store.AuditQuery{TargetKind: "document", TargetName: "a1"})
	if err != nil || len(entries) != 2 || entries[0].Before == nil || entries[1].After == nil {
		t.Errorf("the audit log has %+v, %v", entries, err)
	}
}

func (a *testAPI) companyKey(name string) client.ObjectKey {
	return client.ObjectKey{Namespace: "default", Name: name}
}
