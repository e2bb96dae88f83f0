package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// storeWithSamples is a folder with the jobs default/one and default/two, and the
// companies of two samples.
func storeWithSamples(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	putJob(t, folder, "one", metav1.Condition{Type: "Ready", Status: "False", Reason: "Pending", Message: "It waits for\nCrawlJob other."})
	putJob(t, folder, "two")
	const samples = "../../config/samples/"
	if code, _, errs := call(t, nil, "apply", "--store", folder, "-f", samples+"company_minimal.yaml", "-f", samples+"company_full.yaml"); code != exitDone {
		t.Fatalf("apply ends with %d: %s", code, errs)
	}
	return folder
}

func TestGetOfANamedResourceShowsItAloneOrSaysThatThereIsNone(t *testing.T) {
	t.Parallel()
	folder := storeWithSamples(t)
	for _, c := range []struct{ args, has, lacks string }{
		{"crawljobs", " two ", "MESSAGE"},
		{"crawljobs one", " one ", " two "},
		{"crawljob/one", " one ", " two "},
		{"cj one two", " two ", "MESSAGE"},
		{"CrawlJob one -o wide", "It waits for CrawlJob other.", " two "},
		{"company", "example-org", "MESSAGE"},
		{"company example-com", "example-com", "example-org"},
		{"co example-com -o json", `"kind": "Company"`, "managedFields"},
		{"crawljobs -n elsewhere", "NAMESPACE", "example"},
		{"crawljobs --company nobody", "NAMESPACE", " one "},
	} {
		if out := get(t, folder, strings.Fields(c.args)...); !strings.Contains(out, c.has) || strings.Contains(out, c.lacks) {
			t.Errorf("get %s lacks %q or has %q:\n%s", c.args, c.has, c.lacks, out)
		}
	}
	for _, c := range []struct {
		args string
		code int
		says string
	}{
		{"crawljobs nobody", exitFailed, `"nobody" not found`},
		{"company nobody", exitFailed, `"nobody" not found`},
		{"company example-com -n elsewhere", exitFailed, "elsewhere/example-com"},
		{"crawljobs one -o markdown", exitUsage, "table, wide, json or yaml"},
		{"crawljob/ x", exitUsage, "get crawljob NAME"},
		{"companies -n default", exitUsage, "get company"},
		{"companies -o wide", exitUsage, "table, json or yaml"},
		{"companies example-com", exitUsage, "get company [NAME]"},
	} {
		if code, _, errs := call(t, nil, append([]string{"get", "--store", folder}, strings.Fields(c.args)...)...); code != c.code || !strings.Contains(errs, c.says) {
			t.Errorf("get %s ends with %d, not %d, and says: %s", c.args, code, c.code, errs)
		}
	}
	code, out, errs := call(t, nil, "get", "--store", folder, "cj", "nobody", "one")
	if code != exitFailed || !strings.Contains(out, " one ") || !strings.Contains(errs, "nobody") {
		t.Errorf("one that is there beside one that is not ends with %d: %s%s", code, out, errs)
	}
}

func TestApplyTakesBackWhatGetWrites(t *testing.T) {
	t.Parallel()
	folder := storeWithSamples(t)
	for args, want := range map[string]int{"company example-com -o yaml": 1, "company -o yaml": 2, "crawljobs -o json": 2, "cj one -o json": 1} {
		manifest := get(t, folder, strings.Fields(args)...)
		if list := strings.Contains(manifest, "List"); list != (want > 1) {
			t.Errorf("get %s writes\n%s", args, manifest)
		}
		file := filepath.Join(t.TempDir(), "manifest.yaml")
		if err := os.WriteFile(file, []byte(manifest), 0o600); err != nil {
			t.Fatal(err)
		}
		for store, did := range map[string]string{folder: "unchanged", t.TempDir(): "created"} {
			code, out, errs := call(t, nil, "apply", "--store", store, "-f", file)
			if code != exitDone || strings.Count(out, did) != want {
				t.Errorf("apply of what get %s wrote ends with %d: %s%s", args, code, out, errs)
			}
		}
	}
}

func TestTheHelpAndCompletionOfGetNameTheResources(t *testing.T) {
	t.Parallel()
	_, help, _ := call(t, nil, "get", "--help")
	_, completed, _ := call(t, nil, "__complete", "get", "")
	for _, word := range []string{"company", "crawljob"} {
		if !strings.Contains(help, word) || !bytes.Contains([]byte(completed), []byte("\n"+word+"\n")) {
			t.Errorf("%s is not named:\n%s\n%s", word, help, completed)
		}
	}
}
