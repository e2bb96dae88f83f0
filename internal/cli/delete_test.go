package cli

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/run"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

func TestDeleteTellsARequestedDeletionFromACompleteOne(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	putJob(t, folder, "new")
	putJob(t, folder, "busy")
	withClient(t, folder, func(k client.Client) {
		j := &v1alpha1.CrawlJob{}
		if err := k.Get(t.Context(), client.ObjectKey{Namespace: "default", Name: "busy"}, j); err != nil {
			t.Fatal(err)
		}
		j.Finalizers = []string{"crawl.clausea.co/test"}
		if err := k.Update(t.Context(), j); err != nil {
			t.Fatal(err)
		}
	})
	code, out, errs := call(t, nil, "delete", "--store", folder, "crawl/new", "crawl/busy")
	if want := "crawljob.crawl.clausea.co/new deleted\ncrawljob.crawl.clausea.co/busy deletion requested\n"; code != exitDone || out != want {
		t.Errorf("delete: exit code %d: %q, want %q", code, out, want)
	}
	if !strings.Contains(errs, "note: no standalone process uses the store in "+folder) {
		t.Errorf("delete without a standalone process notes %q", errs)
	}
	if out := get(t, folder, "crawljobs"); !strings.Contains(out, " Deleting ") {
		t.Errorf("get prints\n%s", out)
	}
	code, _, errs = call(t, nil, "delete", "--store", folder, "crawl/busy", "--wait", "--timeout", "1ms")
	if code != exitFailed || !strings.Contains(errs, "not deleted after 1ms; is a standalone process or the operator running?") {
		t.Errorf("delete --wait: exit code %d: %s", code, errs)
	}
}

func TestApplyNotesThatNoStandaloneProcessUsesADatabase(t *testing.T) {
	t.Parallel()
	s, err := sqlite.Open(t.Context(), t.TempDir()) // stands for MongoDB, which holds the same lock
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	a := newApp()
	a.env = environment(map[string]string{"MONGO_URI": "mongodb://127.0.0.1/"})
	note := func() string {
		t.Helper()
		var b strings.Builder
		if err := a.loadSettings("apply", &b); err != nil {
			t.Fatal(err)
		}
		a.noteIfIdle(t.Context(), &b, &resourceClient{store: s})
		return b.String()
	}
	if got := note(); !strings.Contains(got, "no standalone process uses this database") || !strings.Contains(got, "--kubernetes") {
		t.Errorf("without a process: %q", got)
	}
	lock := kubestore.NewLock(s, standaloneLock, "holder", kubestore.Election{})
	record := resourcelock.LeaderElectionRecord{HolderIdentity: "holder", LeaseDurationSeconds: 15, RenewTime: metav1.Now()}
	if err := lock.Create(t.Context(), record); err != nil {
		t.Fatal(err)
	}
	if got := note(); got != "" {
		t.Errorf("with a process: %q", got)
	}
	record.RenewTime = metav1.NewTime(time.Now().Add(-time.Minute))
	if err := lock.Update(t.Context(), record); err != nil {
		t.Fatal(err)
	}
	if got := note(); !strings.Contains(got, "no standalone process") {
		t.Errorf("after the process: %q", got)
	}
}

func TestDeleteDocumentsDeletesWhatIsStoredForACompany(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "store")
	s, err := sqlite.Open(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, company := range []string{"acme.test", "other.test"} {
		if err := s.PutDocument(t.Context(), store.Fence{}, store.Document{ID: company, Company: company, URL: "https://" + company + "/terms", Versions: 2}); err != nil {
			t.Fatal(err)
		}
		if err := s.PutRun(t.Context(), store.Run{ID: company, Company: company, State: store.RunComplete}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	del := func(args ...string) (code int, out, errs string) {
		return call(t, nil, append([]string{"delete", "--store", folder, "documents"}, args...)...)
	}
	const what = "1 document with 2 versions and 1 run of acme.test\n"
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"", exitUsage, "specify the company: --company NAME"},
		{"x --company acme.test", exitUsage, "expected no name"},
		{"--company none --yes", exitFailed, `no company "none" in the store`},
		{"--company acme.test", exitUsage, "would delete " + what},
		{"--company acme.test --dry-run --yes", exitDone, "would delete " + what},
		{"--company acme.test --yes", exitDone, "deleted " + what},
		{"--company acme.test --yes", exitFailed, "no company"},
	} {
		if code, out, errs := del(strings.Fields(c.args)...); code != c.code || !strings.Contains(out+errs, c.want) {
			t.Errorf("delete documents %s: exit code %d, want %d and %q: %s%s", c.args, code, c.code, c.want, out, errs)
		}
	}
	if out := get(t, folder, "documents"); strings.Contains(out, "acme.test") || !strings.Contains(out, "other.test") {
		t.Errorf("the documents are\n%s", out)
	}
	if code, _, errs := call(t, nil, "delete", "--store", folder, "company/x", "--yes"); code != exitUsage || !strings.Contains(errs, "only to delete documents") {
		t.Errorf("delete company --yes: exit code %d: %s", code, errs)
	}
}

func TestDeleteDocumentsRefusesACompanyThatIsCrawled(t *testing.T) {
	t.Parallel()
	folder := storeWithSamples(t)
	if code, _, errs := call(t, nil, "delete", "--store", folder, "documents", "--company", "example-com", "--yes"); code != exitFailed || !strings.Contains(errs, "clausea delete company/example-com -n default") {
		t.Errorf("delete the documents of a Company: exit code %d: %s", code, errs)
	}
	s, err := sqlite.Open(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	if _, err := s.AcquireLease(t.Context(), run.LeaseName("acme.test"), "worker", time.Hour); err != nil {
		t.Fatal(err)
	}
	if err := deleteStored(t.Context(), s, "acme.test"); err == nil || !strings.Contains(err.Error(), "acme.test is being crawled by worker until ") {
		t.Errorf("delete the documents of a company during a crawl: %v", err)
	}
}
