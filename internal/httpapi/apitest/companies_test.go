package apitest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/httpapi"
	"github.com/clausea/crawler/internal/store"
)

// company reads a Company as its controller does.
func (d *deployment) company(name string) *v1alpha1.Company {
	d.t.Helper()
	c := &v1alpha1.Company{}
	if err := d.resources.Client.Get(d.t.Context(), client.ObjectKey{Namespace: d.resources.Namespace, Name: name}, c); err != nil {
		d.t.Fatal(err)
	}
	return c
}

// createCompany creates the company acme.example.
func (d *deployment) createCompany() {
	d.t.Helper()
	decode[httpapi.CreatedCompany](d.t, d.call("POST", "/v1/companies", `{"url":"acme.example"}`), 201)
}

func nameOf(c httpapi.CompanySummary) string { return c.Name }

func companiesAreManaged(t *testing.T, d *deployment) {
	const path = "/v1/companies/acme.example"
	preview := decode[httpapi.CreatedCompany](t, d.call("POST", "/v1/companies?dryRun=true", `{"url":"https://www.acme.example/legal","tags":["finance"]}`), 200)
	if refused(t, d.call("GET", path, ""), 404, "not-found"); preview.Name != "acme.example" {
		t.Errorf("the preview is %+v", preview)
	}
	r := d.call("POST", "/v1/companies", `{"url":"https://www.acme.example/legal","tags":["finance"]}`)
	c := decode[httpapi.CreatedCompany](t, r, 201)
	if c.Domains[0] != "acme.example" || c.Tags[0] != "finance" || c.State != "NeverCrawled" || c.Spec.DeletionPolicy != v1alpha1.DeletionRetain || r.Header.Get("Location") != path {
		t.Errorf("the company is %s", r.body)
	}
	for _, path := range []string{"/v1/companies", "/v1/companies?dryRun=true"} {
		if p := refused(t, d.call("POST", path, `{"url":"acme.example"}`), 409, "already-exists"); p.Instance != "/v1/companies/acme.example" {
			t.Errorf("the problem is %+v", p)
		}
	}
	first := r.Header.Get("ETag")
	if r := d.call("GET", path, "", "If-None-Match", first); r.StatusCode != 304 || r.Header.Get("ETag") != first || len(r.body) > 0 {
		t.Errorf("with its ETag, the company has status %d: %s", r.StatusCode, r.body)
	}
	const body = `{"tags":["b"],"spec":{"domains":["acme.example"],"suspend":true,"schedule":{"cron":"@daily"}}}`
	refused(t, d.call("PUT", path, body), 428, "precondition-required")
	r = d.call("PUT", path, body, "If-Match", first)
	if c := decode[httpapi.Company](t, r, 200); !c.Suspended || c.Tags[0] != "b" || r.Header.Get("ETag") == first {
		t.Errorf("the replaced company is %s", r.body)
	}
	refused(t, d.call("PUT", path, body, "If-Match", first), 412, "precondition-failed")
	refused(t, d.call("PUT", "/v1/companies/other", body, "If-Match", "*"), 404, "not-found")
	patched := decode[httpapi.Company](t, d.call("PATCH", path, `{"tags":null,"spec":{"suspend":false,"crawl":{"maxPages":7}}}`), 200)
	if patched.Suspended || *patched.Spec.Crawl.MaxPages != 7 || patched.Spec.Schedule == nil || len(patched.Tags) != 0 {
		t.Errorf("the patched company is %+v", patched)
	}
	refused(t, d.call("PATCH", path, `{}`, "If-Match", first), 412, "precondition-failed")
	companyIsDeleted(t, d, path, first)
	if entries, _, err := d.store.ListAudit(t.Context(), store.AuditQuery{TargetKind: "company"}); len(entries) != 12 {
		t.Errorf("the audit log has %d entries, %v", len(entries), err)
	}
}

// companyIsDeleted deletes a company that has a finalizer, and one without.
func companyIsDeleted(t *testing.T, d *deployment, path, stale string) {
	t.Helper()
	c := d.company("acme.example")
	c.Finalizers = []string{v1alpha1.CompanyFinalizer} // as its controller sets it
	if err := d.resources.Client.Update(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	refused(t, d.call("DELETE", path, "", "If-Match", stale), 412, "precondition-failed")
	if r := d.call("DELETE", path+"?documents=delete", ""); r.StatusCode != 204 {
		t.Fatalf("the deletion has status %d: %s", r.StatusCode, r.body)
	}
	if c := d.company("acme.example"); c.DeletionTimestamp == nil || c.Spec.DeletionPolicy != v1alpha1.DeletionDelete {
		t.Errorf("the deleted Company is %+v", c)
	}
	if !decode[httpapi.Company](t, d.call("GET", path, ""), 200).Deleting {
		t.Error("the company does not say that it is being deleted")
	}
	refused(t, d.call("PATCH", path, `{"spec":{"suspend":true}}`), 409, "conflict")
	c = d.company("acme.example")
	c.Finalizers = nil
	if err := d.resources.Client.Update(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	refused(t, d.call("DELETE", path, ""), 404, "not-found")
}

func companiesAreListed(t *testing.T, d *deployment) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i, name := range []string{"delta", "alpha", "charlie", "bravo"} {
		body := fmt.Sprintf(`{"name":%q,"tags":["all","t%d"],"spec":{"displayName":"The %s Inc.","domains":["%s.example"]}}`, name, i%2, strings.ToUpper(name), name)
		decode[httpapi.CreatedCompany](t, d.call("POST", "/v1/companies", body), 201)
		if i == 3 {
			continue
		}
		c := d.company(name)
		c.Status.LastChangeTime, c.Status.NextCrawlTime = &metav1.Time{Time: at.AddDate(0, 0, i)}, &metav1.Time{Time: at.AddDate(0, 0, i)}
		c.Status.Conditions = []metav1.Condition{{Type: "Ready", Status: "True", Reason: "Succeeded", LastTransitionTime: metav1.Now()}}
		c.Status.Coverage = []v1alpha1.Coverage{{Type: "privacy_policy", State: v1alpha1.CoverageMissing, Reason: v1alpha1.MissingRobots}}
		if err := d.resources.Client.Status().Update(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	d.eventually("the list of 4 companies, 3 of them crawled", func() bool {
		return len(pages[httpapi.CompanySummary](d, "/v1/companies")) == 4 && len(pages[httpapi.CompanySummary](d, "/v1/companies?states=Succeeded")) == 3
	})
	for query, want := range map[string]string{
		"":                                "alpha bravo charlie delta",
		"sort=lastChanged":                "charlie alpha delta bravo",
		"sort=nextCrawl":                  "delta alpha charlie bravo",
		"q=bravo.ex":                      "bravo",
		"q=the+c":                         "charlie",
		"states=NeverCrawled":             "bravo",
		"tags=all,t1":                     "alpha bravo",
		"tags=t0&sort=lastChanged&q=char": "charlie",
		"q=nothing":                       "",
	} {
		for _, limit := range []int{1, 3, 100} {
			if got := names(pages[httpapi.CompanySummary](d, fmt.Sprintf("/v1/companies?limit=%d&%s", limit, query)), nameOf); got != want {
				t.Errorf("%s in pages of %d lists %q, want %q", query, limit, got, want)
			}
		}
	}
	refused(t, d.call("GET", "/v1/companies?cursor=%21", ""), 422, "invalid-value")
	coverage := decode[list[httpapi.Coverage]](t, d.call("GET", "/v1/companies/alpha/coverage", ""), 200)
	if len(coverage.Items) != 1 || coverage.Items[0].Remedy == "" {
		t.Errorf("the coverage is %+v", coverage)
	}
}

func invalidCompaniesAreRejected(t *testing.T, d *deployment) {
	d.createCompany()
	spec := func(s string) string { return `{"name":"other","spec":{"domains":["acme.example"],` + s + `}}` }
	for body, location := range map[string]string{
		`{"name":"other","spec":{"domains":["https://acme.example/"]}}`:         "body.spec.domains[0]",
		`{"name":"other","spec":{"domains":["a.example","a.example"]}}`:         "body.spec.domains",
		`{"name":"other","spec":{}}`:                                            "body.spec.domains",
		spec(`"secret":1`):                                                      "body.spec.secret",
		spec(`"seeds":[{"url":"https://bob:hunter2@acme.example/"}]`):           "body.spec.seeds[0].url",
		spec(`"crawl":{"maxPages":1000000}`):                                    "body.spec.crawl.maxPages",
		spec(`"crawl":{"maxPages":"many"}`):                                     "body.spec.crawl.maxPages",
		spec(`"schedule":{"cron":"61 2 * * *"}`):                                "body.spec.schedule.cron",
		spec(`"expectedTypes":["poem"]`):                                        "body.spec.expectedTypes[0]",
		`{"spec":{"domains":["acme.example"]}}`:                                 "body.name",
		`{"name":"../../etc/passwd","spec":{"domains":["acme.example"]}}`:       "body.name",
		`{"name":"` + strings.Repeat("a", 64) + `","spec":{"domains":["a.b"]}}`: "body.name",
		`{"url":"acme.example","tags":["<script>"]}`:                            "body.tags[0]",
		`{"url":"https://bob:hunter2@acme.example/"}`:                           "body.url",
	} {
		r := d.call("POST", "/v1/companies", body)
		if p := refused(t, r, 422, "invalid-value"); len(p.Errors) == 0 || p.Errors[0].Location != location || strings.Contains(string(r.body), "hunter2") {
			t.Errorf("%s gives %s, want %s", body, r.body, location)
		}
	}
	const path = "/v1/companies/acme.example"
	for body, location := range map[string]string{
		`{"spec":{"domains":null}}`: "body.spec.domains", `{"spec":{"crawl":{"delay":"soon"}}}`: "body.spec.crawl.delay", `{"status":{}}`: "body.status",
		`{"metadata":{"finalizers":null}}`: "body.metadata", `{"tags":["/"]}`: "body.tags[0]", `{"spec":{"crawl":{"maxPages":0}}}`: "body.spec.crawl.maxPages",
	} {
		r := d.call("PATCH", path, body, "Content-Type", "application/merge-patch+json")
		if p := refused(t, r, 422, "invalid-value"); len(p.Errors) == 0 || p.Errors[0].Location != location {
			t.Errorf("the patch %s gives %s, want %s", body, r.body, location)
		}
	}
	if p := refused(t, d.call("PUT", path, `{"spec":{"domains":["co.uk"]}}`, "If-Match", "*"), 422, "invalid-value"); p.Errors[0].Location != "body.spec.domains[0]" {
		t.Errorf("an invalid replacement gives %+v", p)
	}
	if c := d.company("acme.example"); c.Generation != 1 {
		t.Errorf("rejected requests changed the company: %+v", c)
	}
	d.eventually("the list of the company", func() bool { return len(pages[httpapi.CompanySummary](d, "/v1/companies")) > 0 })
	if got := names(pages[httpapi.CompanySummary](d, "/v1/companies"), nameOf); got != "acme.example" {
		t.Errorf("rejected requests created %s", got)
	}
	for _, name := range []string{"..%2F..%2Fetc", "%00", "ACME", "a%20b", "a..b", strings.Repeat("a", 64), "%3Cscript%3E"} {
		if r := d.call("GET", "/v1/companies/"+name, ""); r.StatusCode != 422 && r.StatusCode != 404 {
			t.Errorf("GET of company %s has status %d", name, r.StatusCode)
		}
	}
}
