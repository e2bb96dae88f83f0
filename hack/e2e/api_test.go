//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	apiKey   = "e2e-api-key-0123456789abcdef0123456789"
	password = "e2e-password-0123456789"
)

// client sends requests to Services. It follows no redirect.
var client = &http.Client{
	Timeout:       30 * time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// service is the URL of a Service of the release, which the node resolves with the cluster DNS.
func (r *release) service(name string) string {
	return "http://clausea-" + name + "." + r.namespace + ".svc.cluster.local"
}

// get sends a request to the API and returns the body of its response.
func (r *release) get(path, accept string) ([]byte, error) {
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, r.service("api")+path, nil)
	if err != nil {
		return nil, fmt.Errorf("create a request for %s: %w", path, err)
	}
	req.Header.Set("Authorization", "Bearer "+apiKey)
	req.Header.Set("Accept", accept)
	res, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("request %s: %w", path, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("request %s: %s: %s", path, res.Status, body)
	}
	return body, nil
}

// list returns all items of a list of the API. It tries again for a minute, because a pod that starts
// does not respond yet.
func (r *release) list(path string) []map[string]any {
	r.t.Helper()
	var items []map[string]any
	waitUntil(r.t, "list "+path, time.Minute, func() (bool, string) {
		items = nil
		next := path
		for next != "" {
			var page struct {
				Items      []map[string]any
				NextCursor string
			}
			body, err := r.get(next, "application/json")
			if err == nil {
				err = json.Unmarshal(body, &page)
			}
			if err != nil {
				return false, err.Error()
			}
			items = append(items, page.Items...)
			next = ""
			if page.NextCursor != "" {
				next = path + "&cursor=" + url.QueryEscape(page.NextCursor)
			}
		}
		return true, ""
	})
	return items
}

// state is all that must survive an upgrade: records of the API and custom resources, as JSON by their
// path.
type state map[string]string

// readState reads the state with the API and from the cluster.
func (r *release) readState() state {
	r.t.Helper()
	s := state{}
	add := func(kind, key string, items []map[string]any) {
		for _, item := range items {
			data, err := json.Marshal(item)
			if err != nil {
				r.t.Fatal(err)
			}
			s[fmt.Sprintf("%s/%v", kind, item[key])] = string(data)
		}
	}
	documents := r.list("/v1/documents?includeNotLegal=true&limit=100")
	add("document", "id", documents)
	for _, d := range documents {
		path := fmt.Sprintf("/v1/documents/%v/versions", d["id"])
		versions := r.list(path + "?limit=100")
		add(fmt.Sprintf("version/%v", d["id"]), "number", versions)
		for _, v := range versions {
			text, err := r.get(fmt.Sprintf("%s/%v", path, v["number"]), "text/markdown")
			if err != nil {
				r.t.Fatal(err)
			}
			s[fmt.Sprintf("text/%v/%v", d["id"], v["number"])] = string(text)
		}
	}
	add("change", "id", r.list("/v1/changes?limit=100"))
	add("crawl", "id", r.list("/v1/crawls?limit=100"))
	r.addResources(s)
	return s
}

// addResources adds the custom resources of the namespace to s.
func (r *release) addResources(s state) {
	r.t.Helper()
	resources := kubectl(r.t, "-n", r.namespace, "get", "companies,crawljobs", "-o",
		`jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.uid} {.spec}{"\n"}{end}`)
	for line := range strings.Lines(resources) {
		name, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		s["resource/"+name] = rest
	}
}

// immutable returns the entries that a crawl does not change: versions with their texts, changes, the
// records of crawls, and Companies. The controller deletes old CrawlJobs, and a crawl updates the records of documents.
func (s state) immutable() state {
	kept := maps.Clone(s)
	maps.DeleteFunc(kept, func(key, _ string) bool {
		return strings.HasPrefix(key, "document/") || strings.HasPrefix(key, "resource/CrawlJob/")
	})
	return kept
}

// check fails the test if an entry of s is missing or different in got. Additional ones are allowed.
func (s state) check(t *testing.T, after string, got state) {
	t.Helper()
	different := 0
	for _, key := range slices.Sorted(maps.Keys(s)) {
		if got[key] != s[key] {
			different++
			t.Errorf("%s: %s is\n%s\nwant\n%s", after, key, got[key], s[key])
		}
	}
	t.Logf("%s: %d of %d records and resources are unchanged", after, len(s)-different, len(s))
}

// checkDashboard signs in to the dashboard and reads the pages of documents and companies.
func (r *release) checkDashboard() {
	r.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		r.t.Fatal(err)
	}
	browser := &http.Client{Timeout: client.Timeout, CheckRedirect: client.CheckRedirect, Jar: jar}
	base := r.service("dashboard") + "/dashboard"
	send := func(req *http.Request, err error) (*http.Response, string) {
		r.t.Helper()
		if err != nil {
			r.t.Fatal(err)
		}
		// As a proxy with TLS would: the browser returns the cookie of the session only then.
		req.Header.Set("X-Forwarded-Proto", "https")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		res, err := browser.Do(req)
		if err != nil {
			r.t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			r.t.Fatal(err)
		}
		return res, string(body)
	}
	form := strings.NewReader(url.Values{"password": {password}}.Encode())
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, base+"/sign-in", form)
	if err == nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, body := send(req, err)
	if res.StatusCode != http.StatusSeeOther {
		r.t.Fatalf("the sign-in to the dashboard: %s: %s", res.Status, body)
	}
	cookies := res.Cookies()
	for path, want := range map[string]string{"/documents": "Privacy", "/companies": "harbour.example"} {
		req, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, base+path, nil)
		if err == nil {
			for _, c := range cookies {
				req.AddCookie(c)
			}
		}
		if res, body := send(req, err); res.StatusCode != http.StatusOK || !strings.Contains(body, want) {
			r.t.Errorf("the page %s of the dashboard is %s, want %q in it: %.2000s", path, res.Status, want, body)
		}
	}
}
