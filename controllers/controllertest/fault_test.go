package controllertest

import (
	"context"
	"errors"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/company"
	"github.com/clausea/crawler/controllers/scope"
	"github.com/clausea/crawler/internal/run/records"
	"github.com/clausea/crawler/internal/store"
)

// flakyRecords are records whose summary can be made to fail.
type flakyRecords struct {
	records.Records
	fails bool
}

func (f *flakyRecords) Summarize(ctx context.Context, key string, expected []v1alpha1.DocumentType) (company.Summary, error) {
	if f.fails {
		return company.Summary{}, errors.New("the store does not respond")
	}
	return f.Records.Summarize(ctx, key, expected)
}

// The schedule is edited and a crawl ends before a reconcile that fails. The next reconcile
// must process both.
func TestAFailedReconcileLosesNeitherAnEditNorTheResultOfACrawl(t *testing.T) {
	t.Parallel()
	s := openEmbedded(t)
	h := newHistory(s)
	docs := &flakyRecords{Records: records.Records{Store: s}}
	h.companies.Records = docs
	reconcile := func(succeeds bool) {
		t.Helper()
		h.calls = 1000
		_, err := h.companies.Reconcile(t.Context(), ctrl.Request{NamespacedName: client.ObjectKey{Namespace: h.namespace, Name: "acme"}})
		if (err == nil) != succeeds {
			t.Fatalf("reconcile: %v", err)
		}
	}
	b := &backend{t: t, client: h.client, namespace: h.namespace, store: s}
	c := b.company("acme", func(s *v1alpha1.CompanySpec) { s.Schedule = &v1alpha1.Schedule{Cron: "@yearly"} })
	reconcile(true)
	job := &b.awaitJobs(1)[0]
	key := v1alpha1.StoreKey(h.namespace, c.Name)
	must(t, s.PutDocument(t.Context(), store.Fence{}, store.Document{ID: "1", Company: key, URL: "https://example.com/privacy", Type: "privacy_policy"}))
	must(t, s.PutRun(t.Context(), store.Run{ID: job.RunID(), Company: key, State: store.RunComplete, StopReason: v1alpha1.ReasonConverged}))
	for range 2 { // start, observe
		h.calls = 1000
		_, err := h.jobs.Reconcile(t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(job)})
		must(t, err)
	}
	b.edit(c, func() { c.Spec.Schedule.Cron = "@hourly" })
	docs.fails = true
	reconcile(false)
	must(t, h.client.Get(t.Context(), client.ObjectKeyFromObject(c), c))
	if c.Status.ObservedGeneration == c.Generation {
		t.Error("the status has the generation of a spec that the failed reconcile has not processed")
	}
	docs.fails = false
	reconcile(true)
	must(t, h.client.Get(t.Context(), client.ObjectKeyFromObject(c), c))
	st := c.Status
	if st.ObservedGeneration != c.Generation || st.DocumentCount != 1 || st.LastCrawl == nil || st.LastCrawl.JobName != job.Name {
		t.Errorf("the result of the crawl is lost: %+v", st)
	}
	if next := st.NextCrawlTime; next == nil || next.After(h.now.Add(time.Hour)) {
		t.Errorf("the edit is lost: the next crawl is at %v", next)
	}
}

// The status of a Company reports the error while its reconciles fail, and no longer.
func TestAPersistentErrorIsReportedAndRemovedInTheStore(t *testing.T) {
	t.Parallel()
	s := openEmbedded(t)
	h := newHistory(s)
	docs := &flakyRecords{Records: records.Records{Store: s}, fails: true}
	h.companies.Records = docs
	b := &backend{t: t, client: h.client, namespace: h.namespace, store: s, events: &eventLog{}}
	c := b.company("acme", func(s *v1alpha1.CompanySpec) { s.Schedule = &v1alpha1.Schedule{Cron: "@yearly"} })
	reconcile := func(succeeds bool) *metav1.Condition {
		t.Helper()
		h.calls = 1000
		if _, err := h.companies.Reconcile(t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(c)}); (err == nil) != succeeds {
			t.Fatalf("reconcile: %v", err)
		}
		must(t, h.client.Get(t.Context(), client.ObjectKeyFromObject(c), c))
		return meta.FindStatusCondition(c.Status.Conditions, v1alpha1.ConditionReady)
	}
	if ready := reconcile(false); ready != nil {
		t.Errorf("after one failure, Ready is %+v", ready)
	}
	h.now = h.now.Add(time.Minute)
	ready := reconcile(false)
	if ready == nil || ready.Status != metav1.ConditionUnknown || ready.Reason != v1alpha1.ReasonStoreError || ready.Message != "summarize its documents: the store does not respond" {
		t.Errorf("after failures for a minute, Ready is %+v", ready)
	}
	version, generation := c.ResourceVersion, c.Generation
	h.now = h.now.Add(time.Minute)
	if reconcile(false); c.ResourceVersion != version || c.Generation != generation {
		t.Errorf("the same failure changed version %s of generation %d to %s of %d", version, generation, c.ResourceVersion, c.Generation)
	}
	b.check()
	docs.fails = false
	if ready := reconcile(true); ready == nil || scope.ReportsError(ready) {
		t.Errorf("after a success, Ready is %+v", ready)
	}
	b.checkConditions(c.Name, c.Generation, c.Status.ObservedGeneration, c.Status.Conditions)
}
