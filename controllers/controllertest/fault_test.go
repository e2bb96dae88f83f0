package controllertest

import (
	"context"
	"errors"
	"testing"
	"time"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/company"
	"github.com/clausea/crawler/internal/store"
)

// flaky are documents whose summary fails where it is asked to.
type flaky struct {
	company.Stored
	fails bool
}

func (f *flaky) Summary(ctx context.Context, key string, expected []v1alpha1.DocumentType) (company.Summary, error) {
	if f.fails {
		return company.Summary{}, errors.New("the store does not answer")
	}
	return f.Stored.Summary(ctx, key, expected)
}

// What a pass that failed has not done is done by the next: neither an edit of the
// schedule nor the documents of a crawl that ended meanwhile are lost.
func TestAPassThatFailsLosesNeitherAnEditNorTheResultOfACrawl(t *testing.T) {
	t.Parallel()
	s := openEmbedded(t)
	w := newWorld(s)
	docs := &flaky{Stored: company.Stored{Store: s}}
	w.companies.Documents = docs
	reconcile := func(want bool) {
		t.Helper()
		w.calls = 1000
		_, err := w.companies.Reconcile(t.Context(), ctrl.Request{NamespacedName: client.ObjectKey{Namespace: w.namespace, Name: "acme"}})
		if (err == nil) != want {
			t.Fatalf("the pass ends with %v", err)
		}
	}
	h := &home{t: t, client: w.client, namespace: w.namespace, store: s}
	c := h.company("acme", func(s *v1alpha1.CompanySpec) { s.Schedule = &v1alpha1.Schedule{Cron: "@yearly"} })
	reconcile(true)
	job := &h.jobsOf(1)[0]
	key := v1alpha1.StoreKey(w.namespace, c.Name)
	must(t, s.PutDocument(t.Context(), store.Fence{}, store.Document{ID: "1", Company: key, URL: "https://example.com/privacy", Type: "privacy_policy"}))
	must(t, s.PutRun(t.Context(), store.Run{ID: job.RunID(), Company: key, State: store.RunComplete, StopReason: v1alpha1.ReasonConverged}))
	for range 2 { // begins, observes
		w.calls = 1000
		_, err := w.jobs.Reconcile(t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(job)})
		must(t, err)
	}
	h.edit(c, func() { c.Spec.Schedule.Cron = "@hourly" })
	docs.fails = true
	reconcile(false)
	must(t, w.client.Get(t.Context(), client.ObjectKeyFromObject(c), c))
	if c.Status.ObservedGeneration == c.Generation {
		t.Error("a spec that no stage after the failure has seen is said to be observed")
	}
	docs.fails = false
	reconcile(true)
	must(t, w.client.Get(t.Context(), client.ObjectKeyFromObject(c), c))
	st := c.Status
	if st.ObservedGeneration != c.Generation || st.DocumentCount != 1 || st.LastCrawl == nil || st.LastCrawl.JobName != job.Name {
		t.Errorf("the crawl's result is lost: %+v", st)
	}
	if next := st.NextCrawlTime; next == nil || next.After(w.now.Add(time.Hour)) {
		t.Errorf("the edit is lost: the next crawl is at %v", next)
	}
}
