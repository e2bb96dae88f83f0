package httpapi

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
)

func TestAPageOfCompaniesIsMadeAgainOnceOneOfThemHasChanged(t *testing.T) {
	t.Parallel()
	var changes atomic.Int64
	a := newTestAPI(t, func(o *Options) { o.Companies.Resources.CompanyChanges = changes.Load })
	a.createCompany("acme.example")
	const path = "/v1/companies?limit=1"
	first := a.call("GET", path, "")
	a.createCompany("beta.example")
	again := a.call("GET", path, "")
	if string(again.body) != string(first.body) || again.StatusCode != 200 {
		t.Errorf("before the cache has seen a change, the page is %s, want %s", again.body, first.body)
	}
	for _, name := range []string{"Content-Type", "Cache-Control", "X-Content-Type-Options"} {
		if got, want := again.Header.Get(name), first.Header.Get(name); got != want || got == "" {
			t.Errorf("from memory, %s is %q, want %q", name, got, want)
		}
	}
	changes.Add(1)
	if r := a.call("GET", path, ""); r.Header.Get("Link") == "" || !strings.Contains(string(r.body), "nextCursor") {
		t.Errorf("after a change, the page is %s with %v", r.body, r.Header)
	}
	if r := a.call("GET", path, ""); r.Header.Get("Link") == "" || r.Header.Get("X-Request-ID") == again.Header.Get("X-Request-ID") {
		t.Errorf("from memory, the header is %v", r.Header)
	}
	for path, status := range map[string]int{path + "&limt=1": 422, path + "&sort=size": 422} {
		for range 2 {
			if r := a.call("GET", path, ""); r.StatusCode != status {
				t.Errorf("%s has status %d", path, r.StatusCode)
			}
		}
	}
	if r := a.call("GET", path, "", "Authorization", ""); r.StatusCode != 401 {
		t.Errorf("without a key, the page has status %d", r.StatusCode)
	}
	if r := a.call("GET", path, "", "Authorization", "Bearer wrong"); r.StatusCode != 401 {
		t.Errorf("with a wrong key, the page has status %d", r.StatusCode)
	}
}

func TestTheMemoryOfPagesIsBounded(t *testing.T) {
	t.Parallel()
	p := newRememberedPages(func() int64 { return 0 })
	for i := range maxPages * 2 {
		p.put(fmt.Sprint(i), rememberedPage{})
	}
	if len(p.entries) > maxPages {
		t.Errorf("%d pages remain", len(p.entries))
	}
}
