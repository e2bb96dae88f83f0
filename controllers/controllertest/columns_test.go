package controllertest

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
)

// table returns the table that kubectl get prints for a resource: the cells by the names of
// the object and of the column, and the columns without and with -o wide.
func table(t *testing.T, ns, resource string) (rows map[string]map[string]string, narrow, wide []string) {
	t.Helper()
	c, err := rest.HTTPClientFor(cluster)
	must(t, err)
	url := fmt.Sprintf("%s/apis/crawl.clausea.co/v1alpha1/namespaces/%s/%s", strings.TrimSuffix(cluster.Host, "/"), ns, resource)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	must(t, err)
	req.Header.Set("Accept", "application/json;as=Table;g=meta.k8s.io;v=v1")
	resp, err := c.Do(req)
	must(t, err)
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	must(t, err)
	response := &metav1.Table{}
	must(t, json.Unmarshal(b, response))
	rows = map[string]map[string]string{}
	for _, col := range response.ColumnDefinitions {
		wide = append(wide, col.Name)
		if col.Priority == 0 {
			narrow = append(narrow, col.Name)
		}
	}
	for _, row := range response.Rows {
		cells := map[string]string{}
		for i, cell := range row.Cells {
			if cell != nil {
				cells[wide[i]] = fmt.Sprint(cell)
			}
		}
		rows[cells["Name"]] = cells
	}
	return rows, narrow, wide
}

// ready returns the condition Ready.
func ready(status metav1.ConditionStatus, reason, message string) []metav1.Condition {
	return []metav1.Condition{{Type: v1alpha1.ConditionReady, Status: status, Reason: reason, Message: message, LastTransitionTime: metav1.Now()}}
}

func TestThePrinterColumnsOfCrawlJobs(t *testing.T) {
	t.Parallel()
	k, ns := clusterClient(t)
	for name, status := range map[string]v1alpha1.CrawlJobStatus{
		"done": {
			Reason: v1alpha1.ReasonConverged, Message: "4 documents found.", Attempts: 2, Conditions: ready(metav1.ConditionTrue, v1alpha1.ReasonConverged, ""),
			Progress: &v1alpha1.CrawlProgress{Fetched: 17, Queued: 3}, Documents: &v1alpha1.DocumentCounts{New: 4, Changed: 1},
		},
		"failed": {Reason: v1alpha1.ReasonSiteUnreachable, Message: "The site gave no page.", Conditions: ready(metav1.ConditionFalse, v1alpha1.ReasonSiteUnreachable, "")},
		"new":    {},
	} {
		j := &v1alpha1.CrawlJob{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name}}
		if name == "done" {
			j.Spec.CompanyRef = &v1alpha1.CompanyReference{Name: "acme"}
		} else {
			j.Spec.Company = &v1alpha1.Target{Domains: []v1alpha1.Domain{"example.com"}}
		}
		must(t, k.Create(t.Context(), j))
		j.Status = status
		must(t, k.Status().Update(t.Context(), j))
	}
	rows, narrow, wide := table(t, ns, "crawljobs")
	equal(t, "columns", narrow, []string{"Name", "Company", "Ready", "State", "Pages", "New", "Changed", "Age"})
	equal(t, "wide columns", wide, []string{"Name", "Company", "Ready", "State", "Pages", "New", "Changed", "Domain", "Attempts", "Queued", "Message", "Age"})
	shows(t, rows["done"], map[string]string{"Company": "acme", "Ready": "True", "State": "Converged", "Pages": "17", "New": "4", "Changed": "1", "Attempts": "2", "Queued": "3", "Message": "4 documents found."})
	shows(t, rows["failed"], map[string]string{"Ready": "False", "State": "SiteUnreachable", "Domain": "example.com", "Message": "The site gave no page."})
	shows(t, rows["new"], map[string]string{"Domain": "example.com"})
}

func TestCrawlJobsAreSelectedByTheirCompanyAndReason(t *testing.T) {
	t.Parallel()
	k, ns := clusterClient(t)
	for name, company := range map[string]string{"a": "acme", "b": "acme", "c": "globex"} {
		j := &v1alpha1.CrawlJob{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name}}
		j.Spec.CompanyRef = &v1alpha1.CompanyReference{Name: company}
		must(t, k.Create(t.Context(), j))
		if name == "b" {
			j.Status.Reason = v1alpha1.ReasonRetrying
			must(t, k.Status().Update(t.Context(), j))
		}
	}
	for _, c := range []struct {
		fields client.MatchingFields
		want   int
	}{
		{client.MatchingFields{"spec.companyRef.name": "acme"}, 2},
		{client.MatchingFields{"status.reason": v1alpha1.ReasonRetrying}, 1},
	} {
		list := &v1alpha1.CrawlJobList{}
		must(t, k.List(t.Context(), list, client.InNamespace(ns), c.fields))
		if len(list.Items) != c.want {
			t.Errorf("%v selects %d jobs, want %d", c.fields, len(list.Items), c.want)
		}
	}
}

func TestThePrinterColumnsOfCompanies(t *testing.T) {
	t.Parallel()
	k, ns := clusterClient(t)
	next := metav1.NewTime(time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC))
	changed := metav1.NewTime(time.Now().Add(-49 * time.Hour))
	c := &v1alpha1.Company{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "acme"}}
	c.Spec.Domains, c.Spec.Suspend = []v1alpha1.Domain{"example.com", "example.net"}, true
	must(t, k.Create(t.Context(), c))
	c.Status = v1alpha1.CompanyStatus{DocumentCount: 7, NextCrawlTime: &next, LastChangeTime: &changed, Conditions: ready(metav1.ConditionTrue, v1alpha1.ReasonSucceeded, "All is well.")}
	must(t, k.Status().Update(t.Context(), c))
	rows, narrow, wide := table(t, ns, "companies")
	equal(t, "columns", narrow, []string{"Name", "Ready", "State", "Coverage", "Documents", "Last Change", "Next Crawl", "Age"})
	equal(t, "wide columns", wide, []string{"Name", "Ready", "State", "Coverage", "Documents", "Last Change", "Next Crawl", "Activity", "Suspend", "Domains", "Message", "Age"})
	shows(t, rows["acme"], map[string]string{
		"Ready": "True", "State": "Succeeded", "Documents": "7", "Last Change": "2d1h", "Next Crawl": "2030-01-02T03:04:05Z",
		"Suspend": "true", "Domains": `["example.com","example.net"]`, "Message": "All is well.",
	})
}

func equal(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("the %s are %s, want %s", what, strings.Join(got, ", "), strings.Join(want, ", "))
	}
}

// shows fails the test unless a row has the cells of want.
func shows(t *testing.T, row, want map[string]string) {
	t.Helper()
	for _, column := range slices.Sorted(maps.Keys(want)) {
		if row[column] != want[column] {
			t.Errorf("column %s shows %q, want %q; the row is %v", column, row[column], want[column], row)
		}
	}
}
