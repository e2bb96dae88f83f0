package httpapi

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/store"
)

// resources returns a client for the resources of an API.
func (a *testAPI) resources() client.Client {
	a.t.Helper()
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		a.t.Fatal(err)
	}
	return kubestore.NewClient(a.store, scheme)
}

// createCompany creates a company from a domain.
func (a *testAPI) createCompany(domain string) {
	a.t.Helper()
	decode[CreatedCompany](a.t, a.call("POST", "/v1/companies", fmt.Sprintf(`{"url":%q}`, domain)), 201)
}

// setCompanyStatus changes the status of a company, as its controller does.
func (a *testAPI) setCompanyStatus(name string, change func(*v1alpha1.CompanyStatus)) {
	a.t.Helper()
	c := &v1alpha1.Company{}
	if err := a.resources().Get(a.t.Context(), client.ObjectKey{Namespace: "default", Name: name}, c); err != nil {
		a.t.Fatal(err)
	}
	change(&c.Status)
	if err := a.resources().Status().Update(a.t.Context(), c); err != nil {
		a.t.Fatal(err)
	}
}

// names returns the names of listed companies.
func names(companies []CompanySummary) string {
	var out []string
	for _, c := range companies {
		out = append(out, c.Name)
	}
	return strings.Join(out, " ")
}

func TestACompanyIsCreatedFromAURLAlone(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	preview := decode[CreatedCompany](t, a.call("POST", "/v1/companies?dryRun=true", `{"url":"https://www.acme.example/legal","tags":["finance"]}`), 200)
	if a.call("GET", "/v1/companies/acme.example", "").StatusCode != 404 {
		t.Error("a dry run created the company")
	}
	r := a.call("POST", "/v1/companies", `{"url":"https://www.acme.example/legal","tags":["finance"]}`)
	c := decode[CreatedCompany](t, r, 201)
	if c.Name != "acme.example" || preview.Name != c.Name || len(c.Domains) != 1 || c.Domains[0] != "acme.example" || c.Spec.Seeds[0].URL != "https://www.acme.example/legal" ||
		len(c.Tags) != 1 || c.Tags[0] != "finance" || len(c.Spec.ExpectedTypes) != 2 || c.State != "NeverCrawled" {
		t.Errorf("the company is %s", r.body)
	}
	if c.Estimate.RequestsPerCrawl != 500 || c.Estimate.CrawlsPerMonth != 0 || c.Estimate.Measured {
		t.Errorf("the estimate is %+v", c.Estimate)
	}
	if r.Header.Get("Location") != "/v1/companies/acme.example" || r.Header.Get("ETag") != a.call("GET", "/v1/companies/acme.example", "").Header.Get("ETag") {
		t.Errorf("the headers are %v", r.Header)
	}
	entries := a.audited("company")
	if len(entries) != 1 || !strings.Contains(string(entries[0].After), "acme.example") {
		t.Errorf("the audit log is %+v", entries)
	}
}

func TestACompanyThatExistsIsNotCreatedAgain(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	a.createCompany("acme.example")
	for _, path := range []string{"/v1/companies", "/v1/companies?dryRun=true"} {
		if p := decode[Problem](t, a.call("POST", path, `{"url":"acme.example"}`), 409); !strings.HasSuffix(p.Type, "/already-exists") || p.Instance != "/v1/companies/acme.example" {
			t.Errorf("POST %s of a company that exists gives %+v", path, p)
		}
	}
	if entries := a.audited("company"); len(entries) != 2 {
		t.Errorf("the audit log is %+v", entries)
	}
}

func TestTheEstimateOfACompanyUsesItsScheduleAndItsCrawls(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	for i := range 2 {
		putRun(a, store.Run{ID: fmt.Sprintf("run%d", i), Company: "acme", State: store.RunComplete, CreatedAt: time.Now(), Progress: store.Progress{Fetched: int64(10 + 10*i)}})
	}
	c := decode[CreatedCompany](t, a.call("POST", "/v1/companies", `{"name":"acme","spec":{"domains":["acme.example"],"schedule":{"cron":"@daily"},"crawl":{"maxPages":50}}}`), 201)
	if c.Estimate != (Estimate{CrawlsPerMonth: 30, RequestsPerCrawl: 15, RequestsPerMonth: 450, Measured: true}) {
		t.Errorf("the estimate is %+v", c.Estimate)
	}
}

func TestInvalidCompaniesAreRejectedWithTheirFields(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	spec := func(s string) string { return `{"name":"acme","spec":{"domains":["acme.example"],` + s + `}}` }
	for name, c := range map[string]struct{ body, location string }{
		"scheme in a domain":  {`{"name":"acme","spec":{"domains":["https://acme.example/"]}}`, "body.spec.domains[0]"},
		"public suffix":       {`{"name":"acme","spec":{"domains":["co.uk"]}}`, "body.spec.domains[0]"},
		"IP address":          {`{"name":"acme","spec":{"domains":["192.0.2.1"]}}`, "body.spec.domains[0]"},
		"no domains":          {`{"name":"acme","spec":{}}`, "body.spec.domains"},
		"unknown field":       {spec(`"secret":1`), "body.spec.secret"},
		"password in a seed":  {spec(`"seeds":[{"url":"https://bob:hunter2@acme.example/"}]`), "body.spec.seeds[0].url"},
		"seed of another":     {spec(`"seeds":[{"url":"https://other.example/"}]`), "body.spec.seeds[0].url"},
		"too many pages":      {spec(`"crawl":{"maxPages":1000000}`), "body.spec.crawl.maxPages"},
		"bad duration":        {spec(`"crawl":{"delay":"soon"}`), "body.spec.crawl.delay"},
		"bad minute":          {spec(`"schedule":{"cron":"61 2 * * *"}`), "body.spec.schedule.cron"},
		"bad time zone":       {spec(`"schedule":{"cron":"@daily","timeZone":"Mars/Olympus"}`), "body.spec.schedule.timeZone"},
		"unknown type":        {spec(`"expectedTypes":["poem"]`), "body.spec.expectedTypes[0]"},
		"no name":             {`{"spec":{"domains":["acme.example"]}}`, "body.name"},
		"hostile name":        {`{"name":"../../etc/passwd","spec":{"domains":["acme.example"]}}`, "body.name"},
		"name with a quote":   {`{"name":"a\"b","spec":{"domains":["acme.example"]}}`, "body.name"},
		"long name":           {`{"name":"` + strings.Repeat("a", 64) + `","spec":{"domains":["acme.example"]}}`, "body.name"},
		"hostile tag":         {`{"url":"acme.example","tags":["<script>"]}`, "body.tags[0]"},
		"neither":             {`{"name":"acme"}`, "body"},
		"reserved name":       {`{"name":"export","url":"acme.example"}`, "body.name"},
		"URL with a bad spec": {`{"url":"acme.example","spec":{"seeds":[{"url":"https://other.example/"}]}}`, "body.spec.seeds[0].url"},
		"no URL":              {`{"url":"javascript:alert(1)"}`, "body.url"},
		"password in the URL": {`{"url":"https://bob:hunter2@acme.example/"}`, "body.url"},
		"URL of an IP":        {`{"url":"http://127.0.0.1/"}`, "body.url"},
		"URL with a newline":  {`{"url":"https://acme.example/\nHost: x"}`, "body.url"},
	} {
		r := a.call("POST", "/v1/companies", c.body)
		p := decode[Problem](t, r, 422)
		if len(p.Errors) == 0 || p.Errors[0].Location != c.location || p.Errors[0].Message == "" {
			t.Errorf("%s: the fields are %+v, want %s", name, p.Errors, c.location)
		}
		if strings.Contains(string(r.body), "hunter2") {
			t.Errorf("%s: the problem repeats a password: %s", name, r.body)
		}
	}
	if l := decode[list[CompanySummary]](t, a.call("GET", "/v1/companies", ""), 200); len(l.Items) != 0 {
		t.Errorf("rejected requests created %s", names(l.Items))
	}
	for _, name := range []string{"..%2F..%2Fetc", "%00", "ACME", "a%20b", strings.Repeat("a", 64), "%3Cscript%3E"} {
		if r := a.call("GET", "/v1/companies/"+name, ""); r.StatusCode != 422 && r.StatusCode != 404 {
			t.Errorf("GET of company %s has status %d", name, r.StatusCode)
		}
	}
}

func TestCompaniesAreSearchedFilteredAndSorted(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i, name := range []string{"delta", "alpha", "charlie", "bravo"} {
		body := fmt.Sprintf(`{"name":%q,"tags":["all","t%d"],"spec":{"displayName":"The %s Inc.","domains":["%s.example"]}}`, name, i%2, strings.ToUpper(name), name)
		decode[CreatedCompany](t, a.call("POST", "/v1/companies", body), 201)
		if i == 3 {
			continue
		}
		a.setCompanyStatus(name, func(s *v1alpha1.CompanyStatus) {
			s.LastChangeTime = &metav1.Time{Time: at.AddDate(0, 0, i)}
			s.NextCrawlTime = &metav1.Time{Time: at.AddDate(0, 0, i)}
			s.Conditions = []metav1.Condition{{Type: "Ready", Status: "True", Reason: "Succeeded", LastTransitionTime: metav1.Now()}}
		})
	}
	for query, want := range map[string]string{
		"":                                "alpha bravo charlie delta",
		"sort=name&limit=100":             "alpha bravo charlie delta",
		"sort=lastChanged":                "charlie alpha delta bravo",
		"sort=nextCrawl":                  "delta alpha charlie bravo",
		"q=ALPHA":                         "alpha",
		"q=bravo.ex":                      "bravo",
		"q=the+c":                         "charlie",
		"q=nothing":                       "",
		"states=NeverCrawled":             "bravo",
		"states=Succeeded,NoDocuments":    "alpha charlie delta",
		"tags=all,t1":                     "alpha bravo",
		"tags=t0&sort=lastChanged&q=char": "charlie",
	} {
		for _, limit := range []int{1, 3} { // every page size gives the same list
			var all []CompanySummary
			next := "/v1/companies?limit=" + fmt.Sprint(limit) + "&" + query
			if strings.Contains(query, "limit") {
				next = "/v1/companies?" + query
			}
			for next != "" {
				r := a.call("GET", next, "")
				all = append(all, decode[list[CompanySummary]](t, r, 200).Items...)
				next, _, _ = strings.Cut(strings.TrimPrefix(r.Header.Get("Link"), "<"), ">")
			}
			if names(all) != want {
				t.Errorf("%s with limit %d lists %q, want %q", query, limit, names(all), want)
			}
		}
	}
	first := decode[list[CompanySummary]](t, a.call("GET", "/v1/companies?limit=1", ""), 200)
	if p := decode[Problem](t, a.call("GET", "/v1/companies?sort=nextCrawl&cursor="+url.QueryEscape(first.NextCursor), ""), 422); p.Errors[0].Location != "query.cursor" {
		t.Errorf("the cursor of another order gives %+v", p)
	}
}

func TestAReplacementNeedsTheCurrentETag(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	a.createCompany("acme.example")
	const path = "/v1/companies/acme.example"
	stale := a.call("GET", path, "").Header.Get("ETag")
	body := `{"tags":["b"],"spec":{"domains":["acme.example"],"suspend":true}}`
	if r := a.call("PUT", path, body); r.StatusCode != 428 {
		t.Errorf("without If-Match: status %d", r.StatusCode)
	}
	r := a.call("PUT", path, body, "If-Match", stale)
	c := decode[Company](t, r, 200)
	if !c.Suspended || c.Tags[0] != "b" || r.Header.Get("ETag") == stale {
		t.Errorf("the replaced company is %s", r.body)
	}
	for _, tag := range []string{stale, "W/" + r.Header.Get("ETag"), "garbage"} {
		if got := a.call("PUT", path, body, "If-Match", tag); got.StatusCode != 412 && got.StatusCode != 428 {
			t.Errorf("If-Match %s: status %d", tag, got.StatusCode)
		}
	}
	if r := a.call("PUT", "/v1/companies/other", body, "If-Match", "*"); r.StatusCode != 404 {
		t.Errorf("a company that does not exist: status %d", r.StatusCode)
	}
	if p := decode[Problem](t, a.call("PUT", path, `{"spec":{"domains":["co.uk"]}}`, "If-Match", "*"), 422); p.Errors[0].Location != "body.spec.domains[0]" {
		t.Errorf("an invalid replacement gives %+v", p)
	}
}

func TestAPatchChangesOnlyWhatItNames(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	decode[CreatedCompany](t, a.call("POST", "/v1/companies", `{"name":"acme","tags":["a"],"spec":{"displayName":"Acme","domains":["acme.example"],"crawl":{"maxPages":7}}}`), 201)
	const path = "/v1/companies/acme"
	patch := func(body string) response {
		return a.call("PATCH", path, body, "Content-Type", "application/merge-patch+json")
	}
	changed := decode[CreatedCompany](t, patch(`{"spec":{"displayName":null,"crawl":{"maxDepth":2},"schedule":{"cron":"@weekly"}}}`), 200)
	if changed.Estimate.RequestsPerCrawl != 7 || changed.Estimate.CrawlsPerMonth < 4 {
		t.Errorf("the estimate is %+v", changed.Estimate)
	}
	c := changed.Company
	if c.DisplayName != "" || *c.Spec.Crawl.MaxPages != 7 || *c.Spec.Crawl.MaxDepth != 2 || c.Tags[0] != "a" {
		t.Errorf("the patched company is %+v", c)
	}
	if c = decode[Company](t, patch(`{"tags":null}`), 200); len(c.Tags) != 0 {
		t.Errorf("the tags are %v", c.Tags)
	}
	for body, status := range map[string]int{
		`{"spec":{"domains":null}}`: 422, `{"spec":null}`: 422, `{"spec":{"nothing":1}}`: 422, `{"status":{}}`: 422, `{"metadata":{"finalizers":null}}`: 422,
		`[]`: 400, `null`: 400, `{`: 400, `"x"`: 400, `{"spec":7}`: 422, `{"tags":[7]}`: 422, `{"tags":["/"]}`: 422,
	} {
		if r := patch(body); r.StatusCode != status {
			t.Errorf("patch %s: status %d, want %d: %s", body, r.StatusCode, status, r.body)
		}
	}
	if r := a.call("PATCH", path, `{}`, "Content-Type", "application/json-patch+json"); r.StatusCode != 415 {
		t.Errorf("a JSON patch has status %d", r.StatusCode)
	}
	if r := a.call("PATCH", path, `{}`, "If-Match", `"old"`); r.StatusCode != 412 {
		t.Errorf("a stale ETag has status %d", r.StatusCode)
	}
}

func TestADeletionDecidesAboutTheDocuments(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	a.createCompany("acme.example")
	const path = "/v1/companies/acme.example"
	// A finalizer, which the controller sets, keeps the Company until its records are handled.
	c := &v1alpha1.Company{}
	key := client.ObjectKey{Namespace: "default", Name: "acme.example"}
	if err := a.resources().Get(t.Context(), key, c); err != nil {
		t.Fatal(err)
	}
	c.Finalizers = []string{v1alpha1.CompanyFinalizer}
	if err := a.resources().Update(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if r := a.call("DELETE", path, "", "If-Match", `"old"`); r.StatusCode != 412 {
		t.Errorf("a stale ETag has status %d", r.StatusCode)
	}
	if r := a.call("DELETE", path+"?documents=delete", ""); r.StatusCode != 204 {
		t.Fatalf("status %d: %s", r.StatusCode, r.body)
	}
	if err := a.resources().Get(t.Context(), key, c); err != nil || c.DeletionTimestamp == nil || c.Spec.DeletionPolicy != v1alpha1.DeletionDelete {
		t.Errorf("the company has policy %s, deleted at %v, %v", c.Spec.DeletionPolicy, c.DeletionTimestamp, err)
	}
	if got := decode[Company](t, a.call("GET", path, ""), 200); !got.Deleting {
		t.Error("the company does not say that it is being deleted")
	}
	if r := a.call("DELETE", "/v1/companies/other", ""); r.StatusCode != 404 {
		t.Errorf("deleting a company that does not exist has status %d", r.StatusCode)
	}
}

func TestCoverageSaysWhatToDoAboutAMissingType(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	a.createCompany("acme.example")
	type body struct{ Items []Coverage }
	const path = "/v1/companies/acme.example/coverage"
	if b := decode[body](t, a.call("GET", path, ""), 200); len(b.Items) != 2 || b.Items[0].State != "Unknown" {
		t.Errorf("before the first crawl, the coverage is %+v", b)
	}
	a.setCompanyStatus("acme.example", func(s *v1alpha1.CompanyStatus) {
		s.Coverage = []v1alpha1.Coverage{
			{Type: "privacy_policy", State: v1alpha1.CoverageFound, DocumentID: "d1", URL: "https://acme.example/privacy"},
			{Type: "terms_of_service", State: v1alpha1.CoverageMissing, Reason: v1alpha1.MissingRobots, URL: "https://acme.example/terms"},
		}
	})
	b := decode[body](t, a.call("GET", path, ""), 200)
	if len(b.Items) != 2 || b.Items[0].DocumentID != "d1" || b.Items[0].Remedy != "" || b.Items[1].Reason != "Robots" || !strings.Contains(b.Items[1].Remedy, "robots.txt") {
		t.Errorf("the coverage is %+v", b)
	}
	if l := decode[list[CompanySummary]](t, a.call("GET", "/v1/companies", ""), 200); l.Items[0].FoundTypes != 1 || l.Items[0].ExpectedTypes != 2 {
		t.Errorf("the list has %+v", l.Items[0])
	}
}

// putRun stores a run.
func putRun(a *testAPI, r store.Run) {
	a.t.Helper()
	if err := a.store.PutRun(a.t.Context(), r); err != nil {
		a.t.Fatal(err)
	}
}
