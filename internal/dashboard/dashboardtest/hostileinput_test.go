package dashboardtest

import (
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/clausea/crawler/internal/dashboard"
	"github.com/clausea/crawler/internal/store"
)

// breakouts leave all contexts of a page: texts, attributes in both quotes or without, titles,
// scripts, styles, comments, JSON texts and URLs.
var breakouts = []string{
	`"'></title></textarea></script></style>--><script>canary()</script><img src=x onerror=canary()>`,
	`x" onfocus=canary() autofocus y='`, `javascript:canary()//`, `//other.example/x`, "\r\nX-Canary: 1\r\n\r\n<script>canary()</script>",
}

// The names of the parameters of pages, and of the fields of forms.
var (
	queryNames = []string{
		"action", "actor", "all", "assignee", "clause", "company", "cursor", "from", "kind", "label", "language", "outcome", "part", "q", "reason", "schedule",
		"silent", "since", "sort", "stale", "state", "tag", "tags", "text", "to", "type", "url", "view",
	}
	fieldNames = []string{
		"allow", "assignee", "companies", "company", "cooldown", "cron", "days", "deny", "do", "domains", "expires", "feed", "format", "from", "id", "kind", "languages", "name", "note",
		"policy", "reason", "render", "revision", "schedule", "scope", "seeds", "state", "tags", "text", "to", "type", "url", "version",
	}
)

// runnable lists what a browser would run of a page, or load from another origin.
func runnable(page string) (out []string) {
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return []string{err.Error()}
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		source := attribute(n, "src")
		switch {
		case n.Data == "script" && (n.FirstChild != nil || !strings.HasPrefix(source, dashboard.Base+"/assets/")):
			out = append(out, "a script")
		case slices.Contains([]string{"iframe", "object", "embed", "base", "img", "style"}, n.Data):
			out = append(out, "the element "+n.Data)
		}
		for _, a := range n.Attr {
			value := strings.ToLower(strings.TrimSpace(a.Val))
			switch {
			case strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Key, "hx-on") || a.Key == "style" || a.Key == "srcdoc":
				out = append(out, "the attribute "+a.Key)
			case (a.Key == "href" || a.Key == "action" || a.Key == "formaction" || a.Key == "src") && !isHarmless(value):
				out = append(out, a.Key+"="+a.Val)
			}
		}
	}
	return out
}

// isHarmless reports whether a URL is of the dashboard, a part of its page, or a page of a site.
func isHarmless(u string) bool {
	for _, prefix := range []string{dashboard.Base + "/", "?", "#", "https://", "http://", "mailto:"} {
		if strings.HasPrefix(u, prefix) {
			return true
		}
	}
	return u == ""
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func TestTheCheckOfPagesFindsWhatRuns(t *testing.T) {
	t.Parallel()
	for _, page := range []string{
		payloads[0], `<img src=x onerror=canary()>`, `<a href=" JavaScript:canary()">x</a>`, `<form action="//other.example/">`, `<p hx-on:click="canary()">`, `<script src="//other.example/x.js"></script>`,
	} {
		if runnable(page) == nil {
			t.Errorf("nothing runs in %s", page)
		}
	}
	if got := runnable(`<p title="` + `&lt;script&gt;">&lt;script&gt; <a href="/dashboard/x">x</a></p>`); got != nil {
		t.Errorf("an escaped text runs: %v", got)
	}
}

// hostile stores records whose texts are all payloads.
func (s *system) hostile() {
	s.t.Helper()
	all := strings.Join(payloads, "\n\n")
	s.company(seededCompany)
	s.document(seededDocument, all, "First.", all, all+"\n\nThird.")
	s.run(seededRun, store.RunFailed, all)
	s.webhook(all)
	s.note(seededDocument+"-2", all)
	for i, p := range payloads {
		key := store.APIKey{ID: fmt.Sprintf("key%05d", i), Hash: fmt.Sprintf("%064d", i), Name: p, Scopes: []store.APIScope{store.ScopeRead}, CreatedAt: day(0), CreatedBy: p}
		entry := store.AuditEntry{ID: fmt.Sprint("hostile-", i), At: day(0), Actor: p, Action: "change.review", TargetKind: "change", TargetName: p, Outcome: store.AuditFailed}
		if err := s.store.CreateAPIKey(s.t.Context(), key); err != nil {
			s.t.Fatal(err)
		}
		if err := s.store.AppendAudit(s.t.Context(), entry); err != nil {
			s.t.Fatal(err)
		}
		event := store.RunEvent{ID: fmt.Sprint("hostile-", i), At: day(10), Type: store.RunDocumentFound, Host: p, URL: p, DocumentID: seededDocument, Reason: p, Message: p}
		if err := s.store.AppendRunEvents(s.t.Context(), store.Fence{}, seededRun, []store.RunEvent{event}); err != nil {
			s.t.Fatal(err)
		}
		page := store.FetchedPage{RunID: seededRun, Company: seededCompany, URL: "https://x.example/" + p, Parent: p, FinalURL: p, ContentType: p, Reason: "other", FetchedAt: day(10)}
		if err := s.store.PutPages(s.t.Context(), store.Fence{}, []store.FetchedPage{page}); err != nil {
			s.t.Fatal(err)
		}
	}
}

// checkBody fails the test if something of a page runs, or if a text became a header.
func checkBody(t *testing.T, what string, r reply, body string) {
	t.Helper()
	if r.Header.Get("X-Canary") != "" {
		t.Errorf("%s: a text became a header", what)
	}
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") {
		return
	}
	for _, found := range runnable(body) {
		t.Errorf("%s: status %d: the page has %s", what, r.StatusCode, found)
	}
	if r.StatusCode >= http.StatusInternalServerError {
		t.Errorf("%s: status %d: %.500s", what, r.StatusCode, mainText(body))
	}
}

func TestNoStoredTextAndNoParameterBecomesMarkup(t *testing.T) {
	t.Parallel()
	s := startSystem(t)
	s.hostile()
	f := s.signedIn()
	for at, page := range append(s.pages(), "/dashboard/sign-in") {
		r, body := f.do(http.MethodGet, page, nil)
		checkBody(t, page, r, body)
		for i, name := range queryNames {
			// Each name gets all texts, on different pages.
			path := page + "?" + url.Values{name: {breakouts[(at+i)%len(breakouts)]}}.Encode()
			r, body := f.do(http.MethodGet, path, nil)
			checkBody(t, path, r, body)
		}
	}
	for _, p := range breakouts {
		for _, route := range s.dashboard.Routes() {
			if !strings.Contains(route.Path, "{") || route.Kind == "action" || route.Kind == "stream" {
				continue
			}
			path := parameterPattern.ReplaceAllLiteralString(strings.TrimSuffix(route.Path, "{$}"), url.PathEscape(p))
			r, body := f.do(http.MethodGet, path, nil)
			checkBody(t, path, r, body)
		}
	}
}

var parameterPattern = regexp.MustCompile(`\{[^}]*\}`)

func TestNoFieldOfAFormBecomesMarkup(t *testing.T) {
	t.Parallel()
	s := startSystem(t)
	s.hostile()
	f := s.signedIn()
	for _, route := range s.dashboard.Routes() {
		if route.Kind != "action" {
			continue
		}
		path := s.pathOf(route.Path)
		for _, p := range breakouts {
			f.submit(path, p, p)
		}
		for _, do := range []string{"add", "preview", "import", "check", "tag"} {
			f.submit(path, breakouts[0], do)
		}
		if strings.Contains(path, "sign-out") {
			f = s.signedIn()
		}
	}
}

// submit submits a form whose fields all have the same value, except the button, and checks the
// page to which it leads.
func (f *fetcher) submit(path, value, button string) {
	t := f.s.t
	t.Helper()
	form := url.Values{}
	for _, name := range fieldNames {
		form.Set(name, value)
	}
	form.Set("do", button)
	r, body := f.do(http.MethodPost, path, form)
	checkBody(t, "POST "+path, r, body)
	to := r.Header.Get("Location")
	if to != "" && !strings.HasPrefix(to, dashboard.Base+"/") {
		t.Errorf("POST %s leads to %q", path, to)
	}
	if r.StatusCode != http.StatusSeeOther {
		return
	}
	// The cookie of the notice is part of the next request.
	next := fetcher{s: f.s, client: f.client, cookies: append(slices.Clone(f.cookies), r.Cookies...)}
	r, body = next.do(http.MethodGet, to, nil)
	checkBody(t, "after POST "+path, r, body)
}

func TestFilesOfStrangersHaveSafeNamesAndCannotRun(t *testing.T) {
	t.Parallel()
	s := startSystem(t)
	s.hostile()
	f := s.signedIn()
	files := 0
	for _, route := range s.dashboard.Routes() {
		if route.Kind != "download" {
			continue
		}
		for _, format := range []string{"patch", "html", "docx", "evidence"} {
			path := strings.ReplaceAll(strings.ReplaceAll(route.Path, "{format}", format), "/changes/{id}", "/changes/"+seededDocument+"-2")
			r, body := f.do(http.MethodGet, s.pathOf(path)+"?from=1&to=2", nil)
			if r.StatusCode != http.StatusOK {
				t.Errorf("%s: status %d: %.300s", path, r.StatusCode, mainText(body))
				continue
			}
			files++
			_, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Disposition"))
			if err != nil || !safeName.MatchString(parameters["filename"]) {
				t.Errorf("%s: the disposition is %q: %v", path, r.Header.Get("Content-Disposition"), err)
			}
			if policy := r.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "sandbox") || strings.Contains(policy, "script-src") || r.Header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s: a browser may run the file: policy %q", path, policy)
			}
			if format == "html" && strings.HasSuffix(route.Path, "{format}") {
				for _, found := range runnable(strings.Replace(body, "<style>", "<!--", 1)) {
					t.Errorf("%s: the file has %s", path, found)
				}
			}
		}
	}
	if files == 0 {
		t.Error("there are no files")
	}
}

var safeName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
