package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// storeWithSamples returns the folder of a store with the CrawlJobs default/one and
// default/two, and the Companies of two samples.
func storeWithSamples(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	putJob(t, folder, "one", metav1.Condition{Type: "Ready", Status: "False", Reason: "Pending", Message: "Waiting for\nCrawlJob other."})
	putJob(t, folder, "two")
	const samples = "../../config/samples/"
	if code, _, errs := call(t, nil, "apply", "--store", folder, "-f", samples+"company_minimal.yaml", "-f", samples+"company_full.yaml"); code != exitDone {
		t.Fatalf("apply: exit code %d: %s", code, errs)
	}
	return folder
}

func TestGetShowsNamedResourcesOrFails(t *testing.T) {
	t.Parallel()
	folder := storeWithSamples(t)
	for _, c := range []struct{ args, has, lacks string }{
		{"crawljobs", " two ", "MESSAGE"},
		{"crawljobs one", " one ", " two "},
		{"crawljob/one", " one ", " two "},
		{"crawl one two", " two ", "MESSAGE"},
		{"crawljobs -A", " two ", "MESSAGE"},
		{"companies", "example-com", "DOCUMENTS  CHANGED"},
		{"CrawlJob one -o wide", "Waiting for CrawlJob other.", " two "},
		{"company", "example-org", "MESSAGE"},
		{"company example-com", "example-com", "example-org"},
		{"co example-com -o json", `"kind": "Company"`, "managedFields"},
		{"crawljobs -n elsewhere", "NAMESPACE", "example"},
		{"crawljobs --company unknown", "NAMESPACE", " one "},
	} {
		if out := get(t, folder, strings.Fields(c.args)...); !strings.Contains(out, c.has) || strings.Contains(out, c.lacks) {
			t.Errorf("get %s: want %q and not %q in\n%s", c.args, c.has, c.lacks, out)
		}
	}
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"crawljobs unknown", exitFailed, `"unknown" not found`},
		{"company unknown", exitFailed, `"unknown" not found`},
		{"company example-com -n elsewhere", exitFailed, "elsewhere/example-com"},
		{"crawljobs one -o markdown", exitUsage, "table, wide, json or yaml"},
		{"crawljob/ x", exitUsage, "get crawljob NAME"},
		{"documents -n default", exitUsage, "get company"},
		{"histories -o wide", exitUsage, "table, json or yaml"},
		{"histories example-com", exitUsage, "get company NAME"},
	} {
		if code, _, errs := call(t, nil, append([]string{"get", "--store", folder}, strings.Fields(c.args)...)...); code != c.code || !strings.Contains(errs, c.want) {
			t.Errorf("get %s: exit code %d, want %d and %q: %s", c.args, code, c.code, c.want, errs)
		}
	}
	code, out, errs := call(t, nil, "get", "--store", folder, "crawl", "unknown", "one")
	if code != exitFailed || !strings.Contains(out, " one ") || !strings.Contains(errs, "unknown") {
		t.Errorf("get of one missing and one existing resource: exit code %d: %s%s", code, out, errs)
	}
}

func TestApplyAcceptsTheOutputOfGet(t *testing.T) {
	t.Parallel()
	folder := storeWithSamples(t)
	for args, want := range map[string]int{"company example-com -o yaml": 1, "company -o yaml": 2, "crawljobs -o json": 2, "crawl one -o json": 1} {
		manifest := get(t, folder, strings.Fields(args)...)
		if list := strings.Contains(manifest, "List"); list != (want > 1) {
			t.Errorf("get %s prints\n%s", args, manifest)
		}
		file := filepath.Join(t.TempDir(), "manifest.yaml")
		if err := os.WriteFile(file, []byte(manifest), 0o600); err != nil {
			t.Fatal(err)
		}
		for store, action := range map[string]string{folder: "unchanged", t.TempDir(): "created"} {
			code, out, errs := call(t, nil, "apply", "--store", store, "-f", file)
			if code != exitDone || strings.Count(out, action) != want {
				t.Errorf("apply of the output of get %s: exit code %d: %s%s", args, code, out, errs)
			}
		}
	}
}

func TestGetShowsNoRecordsOfACompanyThatWasNeverCrawled(t *testing.T) {
	t.Parallel()
	folder := storeWithSamples(t)
	if out := get(t, folder, "documents", "--company", "example-com"); !strings.HasPrefix(out, "ID ") {
		t.Errorf("get documents prints %q", out)
	}
	if code, _, errs := call(t, nil, "get", "--store", folder, "documents", "--company", "elsewhere/example-com"); code != exitFailed || !strings.Contains(errs, "no company") {
		t.Errorf("get documents of a Company in another namespace: exit code %d: %s", code, errs)
	}
}

func TestGetSaysWhereItFoundNoResources(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	putJob(t, folder, "one")
	for args, want := range map[string]string{
		"companies":       "No resources of kind Company found in namespace default; --all-namespaces lists all. clausea get histories lists the companies that were crawled.\n",
		"companies -A":    "No resources of kind Company found. clausea get histories lists the companies that were crawled.\n",
		"crawljobs -n no": "No resources of kind CrawlJob found in namespace no; --all-namespaces lists all.\n",
		"crawljobs -A":    "",
	} {
		if code, _, errs := call(t, nil, append([]string{"get", "--store", folder}, strings.Fields(args)...)...); code != exitDone || errs != want {
			t.Errorf("get %s: exit code %d: %q, want %q", args, code, errs, want)
		}
	}
}

func TestHelpAndCompletionOfGetListTheResources(t *testing.T) {
	t.Parallel()
	_, help, _ := call(t, nil, "get", "--help")
	_, completed, _ := call(t, nil, "__complete", "get", "")
	for _, word := range []string{"company", "crawljob", "histories"} {
		if !strings.Contains(help, word) || !strings.Contains("\n"+completed, "\n"+word+"\n") {
			t.Errorf("want %s in\n%s\n%s", word, help, completed)
		}
	}
}
