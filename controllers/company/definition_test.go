package company

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/stagetest"
)

// fakeDefinition is a Definition with a fixed answer.
type fakeDefinition struct {
	deleted bool
	lag     time.Duration
	err     error
	asked   int
}

func (f *fakeDefinition) BeingDeleted(context.Context) (bool, time.Duration, error) {
	f.asked++
	return f.deleted, f.lag, f.err
}

// deletingWithRecords edits a Company to be deleted since start, together with its records.
func deletingWithRecords(c *v1alpha1.Company) {
	deleting(c)
	c.Spec.DeletionPolicy = v1alpha1.DeletionDelete
}

func TestADeletedDefinitionRetainsTheRecordsOfItsCompanies(t *testing.T) {
	t.Parallel()
	f := newFixture(t, acme(deletingWithRecords))
	f.Definition = &fakeDefinition{deleted: true, lag: time.Minute}
	if c, _ := f.reconcile(); c != nil {
		t.Errorf("the Company remains with %v", c.Finalizers)
	}
	if len(f.records.deleted) > 0 {
		t.Errorf("the deleted records are %q", f.records.deleted)
	}
	f.events.Expect(t, "Normal DocumentsRetained")
}

func TestADeletedCompanyDeletesItsRecordsWhileItsDefinitionStays(t *testing.T) {
	t.Parallel()
	f := newFixture(t, acme(deletingWithRecords))
	f.Definition = &fakeDefinition{}
	if c, _ := f.reconcile(); c != nil {
		t.Errorf("the Company remains with %v", c.Finalizers)
	}
	if !slices.Equal(f.records.deleted, []string{"legal/acme"}) {
		t.Errorf("the deleted records are %q", f.records.deleted)
	}
	f.events.Expect(t)
}

func TestRecordsAreDeletedOnlyOnceTheDefinitionIsKnownToStay(t *testing.T) {
	t.Parallel()
	f := newFixture(t, acme(deletingWithRecords))
	f.Definition = &fakeDefinition{lag: 5 * time.Second}
	f.now = start.Add(2 * time.Second)
	c, result := f.reconcile()
	if c == nil || len(f.records.deleted) > 0 {
		t.Fatalf("the Company is %+v, the deleted records are %q", c, f.records.deleted)
	}
	stagetest.ExpectRequeue(t, result, 3*time.Second)
	expectReady(t, c, v1alpha1.ReasonDeleting, v1alpha1.ConditionReconciling)
	f.now = start.Add(5 * time.Second)
	if c, _ = f.reconcile(); c != nil || len(f.records.deleted) != 1 {
		t.Errorf("the Company is %+v, the deleted records are %q", c, f.records.deleted)
	}
}

func TestAnUnknownStateOfTheDefinitionDelaysTheDeletion(t *testing.T) {
	t.Parallel()
	f := newFixture(t, acme(deletingWithRecords))
	f.Definition = &fakeDefinition{err: errors.New("the API server does not respond")}
	c, _, err := f.tryReconcile()
	if err == nil || c == nil || len(f.records.deleted) > 0 {
		t.Errorf("the error is %v, the Company is %+v, the deleted records are %q", err, c, f.records.deleted)
	}
}

func TestTheDefinitionIsNotReadForACompanyThatRetainsItsRecords(t *testing.T) {
	t.Parallel()
	f := newFixture(t, acme(deleting))
	d := &fakeDefinition{err: errors.New("the API server does not respond")}
	f.Definition = d
	if c, _ := f.reconcile(); c != nil || d.asked > 0 {
		t.Errorf("the Company is %+v, the definition was read %d times", c, d.asked)
	}
}
