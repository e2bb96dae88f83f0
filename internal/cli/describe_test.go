package cli

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

func TestDescribeHasTheLayoutOfKubectl(t *testing.T) {
	t.Parallel()
	manifest, err := os.ReadFile("testdata/describe.yaml")
	if err != nil {
		t.Fatal(err)
	}
	o := &unstructured.Unstructured{}
	if err := yaml.Unmarshal(manifest, &o.Object); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 1, 2, 4, 0, 0, 0, time.UTC)
	events := []kubestore.Event{
		{Type: "Normal", Reason: "Started", Note: "The crawl of example.com has started.", Count: 1, First: now.Add(-50 * time.Minute), Last: now.Add(-50 * time.Minute)},
		{Type: "Warning", Reason: "SiteUnreachable", Note: "No response:\n\x1b[2Jtimeout.", Count: 3, First: now.Add(-40 * time.Minute), Last: now.Add(-90 * time.Second)},
	}
	var out bytes.Buffer
	if err := writeDescription(&out, o, nil, events, now); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/describe.txt")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out.Bytes(), want) {
		t.Errorf("the description is\n%s\nwant\n%s", &out, want)
	}
	out.Reset()
	bare := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Company", "metadata": map[string]any{"name": "x"}}}
	if err := writeDescription(&out, bare, nil, nil, now); err != nil || !strings.Contains(out.String(), "Conditions:        <none>\nStored Documents:  <none>\nEvents:            <none>\n") {
		t.Errorf("the description of a bare object is %v\n%s", err, &out)
	}
}

func TestDescribeReadsTheStoreOrTheStandaloneProcess(t *testing.T) {
	t.Parallel()
	folder := storeWithSamples(t)
	s, err := sqlite.Open(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	scheme, err := newScheme()
	if err != nil {
		t.Fatal(err)
	}
	job := &v1alpha1.CrawlJob{}
	if err := kubestore.NewClient(s, scheme).Get(t.Context(), client.ObjectKey{Namespace: "default", Name: "one"}, job); err != nil {
		t.Fatal(err)
	}
	r := kubestore.NewRecorder(t.Context(), s, logr.Discard())
	r.Eventf(job, nil, corev1.EventTypeNormal, "Started", "Crawl", "The crawl has started.")
	former := job.DeepCopy()
	former.UID = "former"
	r.Eventf(former, nil, corev1.EventTypeNormal, "Started", "Crawl", "The crawl of a former job has started.")

	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for i, d := range []store.Document{{Type: "terms_of_service", State: store.DocumentPresent}, {Type: "privacy_policy", State: store.DocumentPresent}, {Type: "privacy_policy", State: store.DocumentRemoved}, {Type: "privacy_policy", State: store.DocumentPresent, LastChanged: now.AddDate(0, 0, 1)}} {
		d.ID, d.Company, d.URL, d.FirstSeen = itoa(i), v1alpha1.StoreKey("default", "example-com"), "https://example.com/"+itoa(i), now
		if d.LastChanged.IsZero() {
			d.LastChanged = now
		}
		if err := s.PutDocument(t.Context(), store.Fence{}, d); err != nil {
			t.Fatal(err)
		}
	}

	check := func(how string) {
		t.Helper()
		for _, c := range []struct {
			args string
			code int
			has  []string // on standard output
			errs string   // on standard error
		}{
			{"crawljob one", exitDone, []string{"Name:         one\n", "Kind:         CrawlJob\n", "Normal  Started  ", " clausea  The crawl has started.\n"}, ""},
			{"crawl/one company/example-com", exitDone, []string{"Name:         one\n", "\n\n\nName:         example-com\n", "privacy_policy    2        0       0            1        2026-01-03\n", "terms_of_service  1        0       0            0        2026-01-02\n", "Events:             <none>\n"}, ""},
			{"company", exitDone, []string{"Name:         example-com\n", "Name:         example-org\n"}, ""},
			{"crawljob none one", exitFailed, []string{"Name:         one\n"}, `"none" not found`},
			{"crawljob one -n elsewhere", exitFailed, nil, "elsewhere/one"},
			{"company -n elsewhere", exitFailed, nil, "no resources of kind Company in namespace elsewhere"},
			{"companies -A", exitDone, []string{"Name:         example-com\n", "Name:         example-org\n"}, ""},
			{"document 1", exitDone, []string{"ID:               1\n", "URL:              https://example.com/1\n", "Version History:  <none>\n"}, ""},
			{"document https://example.com/1 --company example-com", exitDone, []string{"Company:          example-com\n"}, ""},
			{"document/none", exitFailed, nil, "get document none: not found\n"},
			{"document", exitUsage, nil, "expected one ID or URL"},
			{"document 1 -A", exitUsage, nil, "apply only to resources"},
			{"company example-com -A", exitUsage, nil, "excludes a name"},
			{"company --company x", exitUsage, nil, "applies only to describe document"},
			{"", exitUsage, nil, "specify a resource: company [NAME], crawljob [NAME] or document ID|URL"},
			{"pages x", exitUsage, nil, `unknown resource "pages"; specify a resource: company, crawljob or document`},
			{"company/", exitUsage, nil, "expected company/NAME"},
		} {
			code, out, errs := call(t, nil, append([]string{"describe", "--store", folder}, strings.Fields(c.args)...)...)
			if code != c.code || !strings.Contains(errs, c.errs) || strings.Contains(out, "former") {
				t.Errorf("%s: describe %s: exit code %d: %s%s", how, c.args, code, out, errs)
			}
			for _, want := range c.has {
				if !strings.Contains(out, want) {
					t.Errorf("%s: describe %s: want %q in\n%s", how, c.args, want, out)
				}
			}
		}
	}
	stop := serveFolder(t, folder, s)
	check("through a process")
	stop()
	if err := s.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	check("from the store")
}

func TestFieldLabelsAreThoseOfKubectl(t *testing.T) {
	t.Parallel()
	for field, want := range map[string]string{
		"lastCrawl": "Last Crawl", "runID": "Run ID", "uid": "UID", "ttlSecondsAfterFinished": "TTL Seconds After Finished",
		"formerURLs": "Former URLs", "URLPath": "URL Path", "": "", "x": "X",
	} {
		if got := fieldLabel(field); got != want {
			t.Errorf("the label of %q is %q, want %q", field, got, want)
		}
	}
}
