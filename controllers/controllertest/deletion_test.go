package controllertest

import (
	"fmt"
	"testing"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/store"
)

func jobExpires(_ *testing.T, b *backend) {
	b.company("acme", nil)
	ttl := int32(1)
	j := b.job("brief", "acme", func(s *v1alpha1.CrawlJobSpec) { s.TTLSecondsAfterFinished = &ttl })
	b.worker(j, func(r *store.Run) { r.State, r.StopReason = store.RunComplete, v1alpha1.ReasonConverged })
	id := j.RunID()
	b.awaitDeleted(j)
	if r := b.archivedRun(id); r.State != store.RunComplete || r.StopReason != v1alpha1.ReasonConverged {
		b.t.Errorf("the run of the expired job is %+v", r)
	}
}

func jobDeleted(t *testing.T, b *backend) {
	b.company("acme", nil)
	j := b.job("gone", "acme", nil)
	b.worker(j, func(r *store.Run) { r.State = store.RunRunning })
	id := j.RunID()
	b.delete(j)
	b.await("the request to the worker", func() (bool, string) {
		r, err := b.store.GetRunRequest(t.Context(), id)
		return r == store.RequestCancel, fmt.Sprint(r, err)
	})
	b.worker(j, func(r *store.Run) { r.State, r.StopReason, r.Documents.New = store.RunFailed, "Cancelled", 2 })
	uid := string(j.UID)
	b.awaitDeleted(j)
	want := store.CrawlJobReference{Namespace: b.namespace, Name: "gone", UID: uid}
	if r := b.archivedRun(id); r.State != store.RunFailed || r.StopReason != "Cancelled" || r.Documents.New != 2 || r.CrawlJob != want {
		t.Errorf("the run of the deleted job is %+v", r)
	}
}

// archivedRun returns the record of a run whose job is deleted.
func (b *backend) archivedRun(id string) store.Run {
	b.t.Helper()
	r, err := b.store.GetRun(b.t.Context(), id)
	if err != nil {
		b.t.Fatalf("get the run of a deleted job: %v", err)
	}
	if r.ArchivedAt.IsZero() {
		b.t.Errorf("the run of a deleted job is not archived: %+v", r)
	}
	if request, err := b.store.GetRunRequest(b.t.Context(), id); err != nil || request != "" {
		b.t.Errorf("the run of a deleted job has the request %q, %v", request, err)
	}
	return r
}

func jobRecreated(t *testing.T, b *backend) {
	b.company("acme", nil)
	old := b.job("nightly", "acme", nil)
	b.complete(old)
	id := old.RunID()
	b.delete(old)
	b.awaitDeleted(old)
	b.events.remove(old.Name)
	was := b.archivedRun(id)
	j := b.job("nightly", "acme", nil)
	b.complete(j)
	if j.RunID() == id || j.Status.RunID == id {
		t.Errorf("the new job has the run %s of the old one", id)
	}
	if now := b.archivedRun(id); !now.ArchivedAt.Equal(was.ArchivedAt) || now.CrawlJob != was.CrawlJob {
		t.Errorf("the run of the old job changed from %+v to %+v", was, now)
	}
	if r, err := b.store.GetRun(t.Context(), j.RunID()); err != nil || r.State != store.RunComplete || r.CrawlJob.UID != string(j.UID) || !r.ArchivedAt.IsZero() {
		t.Errorf("the run of the new job is %+v, %v", r, err)
	}
}

func companyDeleted(t *testing.T, b *backend) {
	c := b.company("acme", func(s *v1alpha1.CompanySpec) { s.DeletionPolicy = v1alpha1.DeletionDelete })
	key := v1alpha1.StoreKey(b.namespace, c.Name)
	if err := b.store.PutDocument(t.Context(), store.Fence{}, store.Document{ID: "d", Company: key, URL: "https://example.com/terms"}); err != nil {
		t.Fatal(err)
	}
	j := b.job("running", c.Name, nil)
	b.worker(j, func(r *store.Run) { r.State = store.RunRunning })
	b.awaitFinalizer(c)
	b.delete(c)
	b.await("the request to the worker", func() (bool, string) {
		r, err := b.store.GetRunRequest(t.Context(), j.RunID())
		return r == store.RequestCancel, fmt.Sprint(r, err)
	})
	b.worker(j, func(r *store.Run) { r.State, r.StopReason = store.RunFailed, "Cancelled" })
	b.awaitDeleted(j)
	b.awaitDeleted(c)
	if docs, _, err := b.store.ListDocuments(t.Context(), key, store.ListOptions{}); err != nil || len(docs) > 0 {
		t.Errorf("%d documents remain, %v", len(docs), err)
	}
	if runs, _, err := b.store.QueryRuns(t.Context(), store.RunQuery{Companies: []string{key}}); err != nil || len(runs) > 0 {
		t.Errorf("the runs %+v remain, %v", runs, err)
	}
}

func companyRetained(_ *testing.T, b *backend) {
	c := b.company("acme", nil)
	j := b.job("now", c.Name, nil)
	b.complete(j)
	id := j.RunID()
	b.awaitFinalizer(c)
	b.delete(c)
	b.awaitDeleted(j)
	b.awaitDeleted(c)
	if r := b.archivedRun(id); r.State != store.RunComplete {
		b.t.Errorf("the run of the deleted Company is %+v", r)
	}
}
