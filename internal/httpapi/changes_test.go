package httpapi

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// at returns a time that increases with n.
func at(n int) time.Time { return time.Date(2026, 11, 1, 12, n, 0, 0, time.UTC) }

// addChanges stores n changes of two companies, each of its own document. Change i has the ID
// change-i, and edit can adjust it.
func addChanges(t *testing.T, s store.Store, from, n int, edit func(i int, c *store.Change)) {
	t.Helper()
	kinds := []store.ChangeKind{store.ChangeCreated, store.ChangeChanged, store.ChangeRemoved}
	for i := from; i < from+n; i++ {
		id := fmt.Sprint("doc-", i)
		c := store.Change{
			ID: fmt.Sprint("change-", i), Kind: kinds[i%3], At: at(i), Company: []string{"acme", "globex"}[i%2], DocumentID: id, DocumentType: []string{"privacy_policy", "terms_of_service"}[i%2],
			Title: fmt.Sprint("Title ", i), URL: "https://acme.example/" + id, RunID: "run", From: i % 3, To: 1, Silent: i%4 == 0,
			Summary: store.ChangeSummary{Added: i, Labels: []string{[]string{"arbitration", "fees"}[i%2]}},
		}
		if edit != nil {
			edit(i, &c)
		}
		d := store.Document{ID: id, Company: c.Company, URL: c.URL, Type: c.DocumentType, Title: c.Title, Language: "en", State: store.DocumentPresent, LastChanged: c.At, FirstSeen: c.At}
		if _, err := s.CommitDocument(t.Context(), store.Fence{}, store.Commit{Document: d, Create: true, Changes: []store.Change{c}}); err != nil {
			t.Fatal(err)
		}
	}
}

// listIDs follows the pages of a list of changes and returns the IDs.
func (a *testAPI) listIDs(path string) (ids []string) {
	a.t.Helper()
	for path != "" {
		r := a.call("GET", path, "")
		l := decode[list[Change]](a.t, r, 200)
		for _, c := range l.Items {
			ids = append(ids, c.ID)
		}
		next, _, _ := strings.Cut(strings.TrimPrefix(r.Header.Get("Link"), "<"), ">")
		if (next == "") != (l.NextCursor == "") {
			a.t.Fatalf("Link is %q, and nextCursor is %q", r.Header.Get("Link"), l.NextCursor)
		}
		path = next
	}
	return ids
}

func TestChangesAreListedByFiltersNewestFirst(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	addChanges(t, a.store, 0, 25, nil)
	for _, i := range []int{3, 5, 8} {
		state := map[int]string{3: "Reviewed", 5: "NoAction", 8: "InReview"}[i]
		if r := a.call("PUT", fmt.Sprint("/v1/changes/change-", i, "/review"), `{"state":"`+state+`"}`, "If-Match", "*"); r.StatusCode != 200 {
			t.Fatalf("review: %s", r.body)
		}
	}
	in := func(states ...int) func(int) bool { return func(i int) bool { return slices.Contains(states, i) } }
	for query, want := range map[string]func(i int) bool{
		"":                                     func(int) bool { return true },
		"companies=acme":                       func(i int) bool { return i%2 == 0 },
		"companies=acme,globex":                func(int) bool { return true },
		"companies=none":                       func(int) bool { return false },
		"types=terms_of_service":               func(i int) bool { return i%2 == 1 },
		"kinds=Changed,Removed":                func(i int) bool { return i%3 != 0 },
		"labels=fees":                          func(i int) bool { return i%2 == 1 },
		"silent=true":                          func(i int) bool { return i%4 == 0 },
		"silent=false&companies=acme":          func(i int) bool { return i%4 == 2 },
		"since=2026-11-01T12:20:00Z":           func(i int) bool { return i >= 20 },
		"reviewed=true":                        in(3, 5),
		"reviewed=false":                       func(i int) bool { return i != 3 && i != 5 },
		"reviewStates=InReview,Reviewed":       in(3, 8),
		"reviewed=true&companies=globex":       in(3, 5),
		"reviewStates=New&kinds=Created":       func(i int) bool { return i%3 == 0 && i != 3 },
		"companies=globex&kinds=EffectiveSoon": func(int) bool { return false },
	} {
		var ids []string
		for i := 24; i >= 0; i-- {
			if want(i) {
				ids = append(ids, fmt.Sprint("change-", i))
			}
		}
		for _, limit := range []string{"1", "4", "100"} {
			if got := a.listIDs("/v1/changes?limit=" + limit + "&" + query); !slices.Equal(got, ids) {
				t.Errorf("%s in pages of %s: %v, want %v", query, limit, got, ids)
			}
		}
	}
	if got := a.listIDs("/v1/companies/acme/changes?limit=7&kinds=Created"); len(got) != 5 {
		t.Errorf("the changes of a company are %v, want 5", got)
	}
	if r := a.call("GET", "/v1/companies/none/changes", ""); r.StatusCode != 404 {
		t.Errorf("the changes of an unknown company: status %d", r.StatusCode)
	}
}

func TestALongScanContinuesOnTheNextPage(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	d := store.Document{ID: "d", Company: "acme", URL: "https://acme.example/"}
	const changes = 6000
	for i := 0; i < changes; i += 500 {
		c := store.Commit{Document: d}
		for k := i; k < i+500; k++ {
			c.Changes = append(c.Changes, store.Change{ID: fmt.Sprint("change-", k), Kind: store.ChangeChanged, At: at(k), Company: "acme", DocumentID: "d"})
		}
		if _, err := a.store.CommitDocument(t.Context(), store.Fence{}, c); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range []string{"change-3", "change-5900"} {
		if r := a.call("PUT", "/v1/changes/"+id+"/review", `{"state":"Reviewed"}`, "If-Match", "*"); r.StatusCode != 200 {
			t.Fatalf("review: %s", r.body)
		}
	}
	first := decode[list[Change]](t, a.call("GET", "/v1/changes?reviewed=true", ""), 200)
	if len(first.Items) != 1 || first.NextCursor == "" {
		t.Errorf("the first page has %d items and the cursor %q, want 1 item and a cursor", len(first.Items), first.NextCursor)
	}
	if got := a.listIDs("/v1/changes?reviewed=true"); !slices.Equal(got, []string{"change-5900", "change-3"}) {
		t.Errorf("all pages have %v", got)
	}
}

func TestInvalidChangeFiltersSayWhatIsAllowed(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	addChanges(t, a.store, 0, 1, nil)
	for _, query := range []string{
		"kinds=Nothing", "types=privacy-policy", "silent=maybe", "since=yesterday", "reviewed=true&reviewStates=New", "reviewStates=Done", "companies=a,,b",
		"cursor=eA", "cursor=%21", "limit=0", "labels=" + strings.Repeat("x", 65), "companies=" + strings.Repeat("a,", 100) + "a", "sequence=1",
	} {
		r := a.call("GET", "/v1/changes?"+query, "")
		if p := decode[Problem](t, r, 422); len(p.Errors) == 0 || !strings.HasPrefix(p.Errors[0].Location, "query.") {
			t.Errorf("%s: problem %s", query, r.body)
		}
	}
}

func TestAReviewIsReplacedOnlyByTheCallerThatReadIt(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	addChanges(t, a.store, 0, 2, nil)
	const path = "/v1/changes/change-1"
	r := a.call("GET", path, "")
	c := decode[Change](t, r, 200)
	etag := r.Header.Get("ETag")
	if c.Review == nil || c.Review.State != "New" || c.Review.ETag != etag || c.Company != "globex" || c.Summary.Headings == nil {
		t.Fatalf("change: %s", r.body)
	}
	if again := a.call("GET", path, "", "If-None-Match", etag); again.StatusCode != 304 {
		t.Errorf("an unchanged change has status %d", again.StatusCode)
	}
	const body = `{"state":"Escalated","assignee":"legal@acme.example","note":"Ask counsel."}`
	put := a.call("PUT", path+"/review", body, "If-Match", etag)
	review := decode[Review](t, put, 200)
	if review.State != "Escalated" || review.Author != "key:settings" || put.Header.Get("ETag") != review.ETag || review.ETag == etag {
		t.Errorf("review: %s", put.body)
	}
	if again := a.call("GET", path, "", "If-None-Match", etag); again.StatusCode != 200 || !strings.Contains(string(again.body), "Ask counsel.") {
		t.Errorf("the reviewed change has status %d: %s", again.StatusCode, again.body)
	}
	for name, want := range map[string]struct {
		etag   string
		path   string
		body   string
		status int
	}{
		"stale":          {etag, path, body, http.StatusPreconditionFailed},
		"weak":           {"W/" + review.ETag, path, body, http.StatusPreconditionFailed},
		"none":           {"", path, body, http.StatusPreconditionRequired},
		"unknown change": {"*", "/v1/changes/none", body, http.StatusNotFound},
		"unknown state":  {"*", path, `{"state":"Done"}`, http.StatusUnprocessableEntity},
		"no state":       {"*", path, `{}`, http.StatusUnprocessableEntity},
		"NUL":            {"*", path, `{"state":"New","note":"\u0000"}`, http.StatusUnprocessableEntity},
		"many bytes":     {"*", path, `{"state":"New","note":"` + strings.Repeat("é", 4000) + `"}`, http.StatusUnprocessableEntity},
	} {
		if r := a.call("PUT", want.path+"/review", want.body, "If-Match", want.etag); r.StatusCode != want.status {
			t.Errorf("%s: status %d, want %d: %s", name, r.StatusCode, want.status, r.body)
		}
	}
	reader := decode[CreatedKey](t, a.call("POST", "/v1/keys", `{"name":"reader","scopes":["read"]}`), 201)
	if r := a.call("PUT", path+"/review", body, "Authorization", "Bearer "+reader.Secret, "If-Match", "*"); r.StatusCode != 403 {
		t.Errorf("a reader reviews with status %d", r.StatusCode)
	}
	entries := a.audited("change")
	if first := entries[len(entries)-1]; first.TargetName != "change-1" || !strings.Contains(string(first.Before), `"New"`) || !strings.Contains(string(first.After), "Ask counsel.") {
		t.Errorf("the first of the audit entries is wrong: %+v", entries)
	}
}

func TestTheChangesOfOtherNamespacesAreNotVisible(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	addChanges(t, a.store, 0, 6, func(i int, c *store.Change) {
		if i%3 == 0 {
			c.Company = "other/acme"
		}
	})
	if got := a.listIDs("/v1/changes?limit=2"); !slices.Equal(got, []string{"change-5", "change-4", "change-2", "change-1"}) {
		t.Errorf("changes: %v", got)
	}
	if got := a.listIDs("/v1/changes?companies=acme,other/acme"); !slices.Equal(got, []string{"change-4", "change-2"}) {
		t.Errorf("changes of acme: %v", got)
	}
	if r := a.call("GET", "/v1/changes/change-3", ""); r.StatusCode != 404 {
		t.Errorf("a change of another namespace has status %d", r.StatusCode)
	}
}
