package httpapi

import (
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// parsedFeed is what both formats have in common.
type parsedFeed struct {
	ids, titles, links, texts []string
	updated                   []time.Time
}

// parseAtom parses an Atom feed and checks what RFC 4287 requires.
func parseAtom(t *testing.T, body []byte) (p parsedFeed) {
	t.Helper()
	var f atomFeed
	d := xml.NewDecoder(strings.NewReader(string(body)))
	d.Strict = true
	if err := d.Decode(&f); err != nil {
		t.Fatalf("the feed cannot be parsed: %v\n%s", err, body)
	}
	if f.ID == "" || f.Title == "" || f.Author == "" || len(f.Links) != 1 {
		t.Errorf("the feed lacks a required element: %+v", f)
	}
	for _, at := range append([]string{f.Updated}, mapAll(f.Entries, func(e atomEntry) string { return e.Updated })...) {
		if parsed, err := time.Parse(time.RFC3339, at); err != nil || !strings.HasSuffix(at, "Z") {
			t.Errorf("the time %q is not RFC 3339 in UTC", at)
		} else {
			p.updated = append(p.updated, parsed)
		}
	}
	for _, e := range f.Entries {
		p.ids, p.titles, p.texts = append(p.ids, e.ID), append(p.titles, e.Title.Text), append(p.texts, e.Content.Text)
		if e.Title.Type != "text" || e.Content.Type != "text" {
			t.Errorf("entry %s has texts of the types %q and %q", e.ID, e.Title.Type, e.Content.Type)
		}
		link := ""
		if len(e.Links) > 0 {
			link = e.Links[0].Href
		}
		p.links = append(p.links, link)
	}
	return p
}

// parseJSONFeed parses a JSON Feed and checks what its specification requires.
func parseJSONFeed(t *testing.T, body []byte) (p parsedFeed) {
	t.Helper()
	var f jsonFeedDocument
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil || f.Version != "https://jsonfeed.org/version/1.1" || f.Title == "" || f.Items == nil {
		t.Fatalf("the feed is %s: %v", body, err)
	}
	for _, i := range f.Items {
		p.ids, p.titles, p.links, p.texts = append(p.ids, i.ID), append(p.titles, i.Title), append(p.links, i.URL), append(p.texts, i.ContentText)
	}
	return p
}

func mapAll[S, T any](in []S, f func(S) T) (out []T) {
	for _, v := range in {
		out = append(out, f(v))
	}
	return out
}

func TestFeedsHaveTheChangesAndFiltersOfTheList(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	empty := parseAtom(t, a.call("GET", "/v1/feeds/changes.atom", "").body)
	if len(empty.ids) != 0 || len(parseJSONFeed(t, a.call("GET", "/v1/feeds/changes.json", "").body).ids) != 0 {
		t.Errorf("the feed of an empty store has %v", empty.ids)
	}
	addChanges(t, a.store, 0, 130, nil)
	for query, want := range map[string][]string{
		"":                                       changeIDs(30, 100, 1),
		"companies=acme&kinds=Created":           changeIDs(0, 22, 6),
		"types=terms_of_service&reviewed=true":   nil,
		"labels=fees&since=2026-11-01T14:00:00Z": changeIDs(121, 5, 2),
	} {
		slices.Reverse(want)
		atom := a.call("GET", "/v1/feeds/changes.atom?"+query, "")
		if got := atom.Header.Get("Content-Type"); got != "application/atom+xml; charset=utf-8" {
			t.Errorf("the Atom feed has the type %q", got)
		}
		jsonBody := a.call("GET", "/v1/feeds/changes.json?"+query, "")
		if got := jsonBody.Header.Get("Content-Type"); got != "application/feed+json" {
			t.Errorf("the JSON Feed has the type %q", got)
		}
		x, j := parseAtom(t, atom.body), parseJSONFeed(t, jsonBody.body)
		ids := mapAll(x.ids, func(id string) string { return strings.TrimPrefix(id, "tag:clausea.co,2026:change/") })
		if !slices.Equal(ids, want) || !slices.Equal(x.ids, j.ids) || !slices.Equal(x.titles, j.titles) || !slices.Equal(x.texts, j.texts) || !slices.Equal(x.links, j.links) {
			t.Errorf("%s: Atom has %v, JSON has %v, want %v", query, x.ids, j.ids, want)
		}
		if len(want) > 0 && !x.updated[0].Equal(x.updated[1]) {
			t.Errorf("%s: the feed was updated at %s, its newest entry at %s", query, x.updated[0], x.updated[1])
		}
	}
}

func TestFeedsEscapeHostileTexts(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	const hostile = "</title><script>alert(1)</script> ]]> &amp; \x00\x08\x1b[31m \u202eevil \ufffe \xff end"
	addChanges(t, a.store, 0, 2, func(i int, c *store.Change) {
		c.Title, c.PreviousURL, c.Reason = strings.ReplaceAll(hostile, "\x00", ""), "javascript:alert(1)", "<img src=x onerror=alert(1)>"
		c.Summary.Headings, c.Summary.Labels = []string{hostile, "a\r\nb"}, []string{`"><b>`}
		if i == 1 {
			c.URL = "javascript:alert(document.cookie)"
		}
	})
	atom, body := a.call("GET", "/v1/feeds/changes.atom", ""), a.call("GET", "/v1/feeds/changes.json", "")
	for _, r := range []response{atom, body} {
		if r.StatusCode != 200 || strings.Contains(string(r.body), "<script") || strings.Contains(string(r.body), "<img") || strings.Contains(string(r.body), "<b>") {
			t.Errorf("the feed contains markup: %s", r.body)
		}
		if r.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(r.Header.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("the feed has the header %v", r.Header)
		}
	}
	x, j := parseAtom(t, atom.body), parseJSONFeed(t, body.body)
	for _, p := range []parsedFeed{x, j} {
		if len(p.ids) != 2 || p.links[0] != "" || p.links[1] != "https://acme.example/doc-0" {
			t.Fatalf("the entries are %+v", p)
		}
		for _, text := range append(p.titles, p.texts...) {
			if strings.ContainsAny(text, "\x00\x08\x1b\r\u202e\ufffe") {
				t.Errorf("a text has control characters: %q", text)
			}
		}
		if !strings.Contains(p.titles[1], "acme: Privacy policy was found (</title><script>alert(1)</script> ]]> &amp; [31m evil") {
			t.Errorf("the title is %q", p.titles[1])
		}
	}
}

func TestAnUnchangedFeedIsNotSentAgain(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	addChanges(t, a.store, 0, 4, nil)
	for _, path := range []string{"/v1/feeds/changes.atom", "/v1/feeds/changes.json"} {
		first := a.call("GET", path, "")
		etag, modified := first.Header.Get("ETag"), first.Header.Get("Last-Modified")
		if modified != "Sun, 01 Nov 2026 12:03:00 GMT" || etag == "" {
			t.Fatalf("%s has the header %v", path, first.Header)
		}
		for name, c := range map[string]struct {
			header []string
			status int
		}{
			"the ETag":                    {[]string{"If-None-Match", etag}, 304},
			"the ETag and another time":   {[]string{"If-None-Match", etag, "If-Modified-Since", "Sun, 01 Nov 2020 12:03:00 GMT"}, 304},
			"another ETag and the time":   {[]string{"If-None-Match", `"other"`, "If-Modified-Since", modified}, 200},
			"the time":                    {[]string{"If-Modified-Since", modified}, 304},
			"another time":                {[]string{"If-Modified-Since", "Sun, 01 Nov 2020 12:03:00 GMT"}, 200},
			"a time that cannot be read":  {[]string{"If-Modified-Since", "yesterday"}, 200},
			"the ETag, of another format": {[]string{"If-None-Match", a.call("GET", "/v1/changes/change-0", "").Header.Get("ETag")}, 200},
		} {
			r := a.call("GET", path, "", c.header...)
			if r.StatusCode != c.status || c.status == 304 && (len(r.body) > 0 || r.Header.Get("ETag") != etag || r.Header.Get("Cache-Control") == "") {
				t.Errorf("%s with %s: status %d, want %d, with %d bytes and %v", path, name, r.StatusCode, c.status, len(r.body), r.Header)
			}
		}
	}
	etag := a.call("GET", "/v1/feeds/changes.atom", "").Header.Get("ETag")
	addChanges(t, a.store, 4, 1, nil)
	if r := a.call("GET", "/v1/feeds/changes.atom", "", "If-None-Match", etag); r.StatusCode != 200 || !strings.Contains(string(r.body), "change-4") {
		t.Errorf("after a change: status %d", r.StatusCode)
	}
}

func TestAFeedKeyReadsOnlyItsFeed(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	addChanges(t, a.store, 0, 4, nil)
	created := decode[CreatedKey](t, a.call("POST", "/v1/keys", `{"name":"reader","scopes":["feed"],"feed":"companies=globex,acme&kinds=Created"}`), 201)
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("reader:"+created.Secret))
	for path, status := range map[string]int{
		"/v1/feeds/changes.atom?companies=globex,acme&kinds=Created":   200,
		"/v1/feeds/changes.json?kinds=Created&companies=acme%2Cglobex": 200,
		"/v1/feeds/changes.atom":                                                   403,
		"/v1/feeds/changes.atom?companies=globex,acme":                             403,
		"/v1/feeds/changes.atom?companies=acme&kinds=Created":                      403,
		"/v1/feeds/changes.atom?companies=globex,acme&kinds=Created&silent=true":   403,
		"/v1/feeds/changes.atom?companies=globex,acme&kinds=Created&kinds=Removed": 403,
		"/v1/feeds/changes.atom?companies=globex,acme&kinds=Created&nothing=1":     422,
		"/v1/changes?companies=globex,acme&kinds=Created":                          401,
		"/v1/changes/change-0":                                                     401,
		"/v1/changes/events?companies=globex,acme&kinds=Created":                   401,
		"/v1/keys": 401,
	} {
		if r := a.call("GET", path, "", "Authorization", basic); r.StatusCode != status {
			t.Errorf("%s with Basic: status %d, want %d: %s", path, r.StatusCode, status, r.body)
		}
		if status == 401 { // there, Basic is not accepted, and the key is not sufficient
			status = 403
		}
		if r := a.call("GET", path, "", "Authorization", "Bearer "+created.Secret); r.StatusCode != status {
			t.Errorf("%s: status %d, want %d: %s", path, r.StatusCode, status, r.body)
		}
	}
	for name, r := range map[string]response{
		"no key":       a.call("GET", "/v1/feeds/changes.atom", "", "Authorization", ""),
		"wrong key":    a.call("GET", "/v1/feeds/changes.atom", "", "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(":wrong"))),
		"no password":  a.call("GET", "/v1/feeds/changes.atom", "", "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("user:"))),
		"broken Basic": a.call("GET", "/v1/feeds/changes.atom", "", "Authorization", "Basic !"),
		"two keys":     a.call("GET", "/v1/feeds/changes.atom", "", "Authorization", basic, "X-API-Key", adminKey),
	} {
		if decode[Problem](t, r, 401); r.Header.Get("Content-Type") != problemType || !strings.Contains(strings.Join(r.Header.Values("WWW-Authenticate"), ","), "Basic") {
			t.Errorf("%s: %v", name, r.Header)
		}
	}
	if r := a.call("GET", "/v1/changes", "", "Authorization", ""); strings.Contains(strings.Join(r.Header.Values("WWW-Authenticate"), ","), "Basic") {
		t.Error("a route that is not a feed offers Basic")
	}
	for name, feed := range map[string]string{"unknown parameter": "company=acme", "repeated parameter": "kinds=Created&kinds=Removed", "limit": "limit=5"} {
		r := a.call("POST", "/v1/keys", `{"name":"reader","scopes":["feed"],"feed":"`+feed+`"}`)
		if p := decode[Problem](t, r, 422); len(p.Errors) != 1 || p.Errors[0].Location != "body.feed" {
			t.Errorf("a key with an %s: %s", name, r.body)
		}
	}
	if r := a.call("GET", "/v1/feeds/changes.atom", "", "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(":"+adminKey))); r.StatusCode != 200 {
		t.Errorf("an administrator's key has status %d", r.StatusCode)
	}
}

func TestFeedParametersAreThoseOfTheRoute(t *testing.T) {
	t.Parallel()
	var names []string
	for _, f := range reflect.VisibleFields(reflect.TypeFor[feedInput]()) {
		if name := f.Tag.Get("query"); name != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	if !slices.Equal(names, service.FeedParameters) {
		t.Errorf("the route has %v, a key allows %v", names, service.FeedParameters)
	}
}

func TestTheErrorsOfFeedsAreProblems(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	const script = "<script>alert(1)</script>"
	for _, path := range []string{"/v1/feeds/changes.atom?types=", "/v1/feeds/changes.json?labels=a&unknown=", "/v1/feeds/"} {
		r := a.call("GET", path+url.QueryEscape(script), "")
		if r.StatusCode < 400 || r.StatusCode >= 500 || r.Header.Get("Content-Type") != problemType || r.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: status %d of type %s: %s", path, r.StatusCode, r.Header.Get("Content-Type"), r.body)
		}
	}
	if r := a.call("POST", "/v1/feeds/changes.atom", "{}"); r.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST has status %d", r.StatusCode)
	}
}

func TestACalendarKeyReadsTheDeadlinesOfItsCompanies(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	for _, name := range []string{"acme", "globex"} {
		a.addCompany(name)
		c := &v1alpha1.Company{}
		if err := a.resources().Get(t.Context(), a.companyKey(name), c); err != nil {
			t.Fatal(err)
		}
		c.Annotations = map[string]string{service.ObjectionDaysAnnotation: "30"}
		if err := a.resources().Update(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	addChanges(t, a.store, 0, 4, func(_ int, c *store.Change) { c.Kind, c.At = store.ChangeChanged, time.Now() })
	created := decode[CreatedKey](t, a.call("POST", "/v1/keys", `{"name":"calendar","scopes":["feed"],"feed":"companies=acme"}`), 201)
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("calendar:"+created.Secret))
	r := a.call("GET", "/v1/feeds/deadlines.ics?companies=acme", "", "Authorization", basic)
	if r.StatusCode != 200 || r.Header.Get("Content-Type") != "text/calendar; charset=utf-8" || strings.Count(string(r.body), "BEGIN:VEVENT") != 2 || strings.Contains(string(r.body), "globex") {
		t.Errorf("status %d, %s: %s", r.StatusCode, r.Header.Get("Content-Type"), r.body)
	}
	if again := a.call("GET", "/v1/feeds/deadlines.ics?companies=acme", "", "Authorization", basic, "If-None-Match", r.Header.Get("ETag")); again.StatusCode != 304 {
		t.Errorf("the current calendar: status %d", again.StatusCode)
	}
	for path, status := range map[string]int{"/v1/feeds/deadlines.ics": 403, "/v1/feeds/deadlines.ics?companies=globex": 403, "/v1/feeds/deadlines.ics?companies=acme&kinds=Changed": 422, "/v1/companies": 401} {
		if r := a.call("GET", path, "", "Authorization", basic); r.StatusCode != status {
			t.Errorf("%s: status %d, want %d", path, r.StatusCode, status)
		}
	}
	if r := a.call("GET", "/v1/feeds/deadlines.ics", ""); r.StatusCode != 200 || strings.Count(string(r.body), "BEGIN:VEVENT") != 4 {
		t.Errorf("all deadlines: status %d: %s", r.StatusCode, r.body)
	}
	if r := a.call("GET", "/v1/feeds/deadlines.ics?companies=unknown", ""); r.StatusCode != 200 || strings.Contains(string(r.body), "VEVENT") {
		t.Errorf("an unknown company: status %d: %s", r.StatusCode, r.body)
	}
}
