package scope_test

import (
	"context"
	"errors"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/scope"
	"github.com/clausea/crawler/controllers/stagetest"
)

// fixture is the scope of a stored Company.
type fixture struct {
	*scope.Scope
	company *v1alpha1.Company
	client  *stagetest.Client
	events  *stagetest.Recorder
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{events: &stagetest.Recorder{}}
	stored := &v1alpha1.Company{ObjectMeta: metav1.ObjectMeta{Namespace: "legal", Name: "acme", Generation: 3}}
	f.client = stagetest.NewClient(t, stored)
	f.company = &v1alpha1.Company{}
	if err := f.client.Get(t.Context(), client.ObjectKeyFromObject(stored), f.company); err != nil {
		t.Fatal(err)
	}
	c := scope.Config{Client: f.client, Recorder: f.events, Now: func() time.Time { return time.Unix(1_700_000_000, 0) }}
	f.Scope = scope.New(c, f.company, &f.company.Status.Conditions, &f.company.Status.ObservedGeneration)
	return f
}

var (
	companies   = schema.GroupResource{Resource: "companies"}
	errConflict = apierrors.NewConflict(companies, "acme", errors.New("modified"))
)

func TestCloseWritesTheStatusAndThenSendsTheEvents(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.SetReady("Succeeded", "All is well.")
	f.RecordEvent(corev1.EventTypeNormal, "Done", "Test", "100 % done")
	f.RequeueWithin(time.Minute)
	f.RequeueWithin(time.Hour)
	result, err := f.Close(t.Context(), nil)
	if err != nil || result.RequeueAfter != time.Minute {
		t.Errorf("Close returns %+v, %v", result, err)
	}
	f.events.Expect(t, "Normal Done")
	stored := &v1alpha1.Company{}
	if err := f.client.Get(t.Context(), client.ObjectKeyFromObject(f.company), stored); err != nil {
		t.Fatal(err)
	}
	if !meta.IsStatusConditionTrue(stored.Status.Conditions, v1alpha1.ConditionReady) || stored.Status.ObservedGeneration != 3 {
		t.Errorf("the stored status is %+v", stored.Status)
	}
}

func TestCloseSendsNoEventWithoutItsStatus(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		writeErr, wantErr error
		requeueAfter      time.Duration
	}{
		"conflict": {errConflict, nil, scope.ConflictDelay},
		"deleted":  {apierrors.NewNotFound(companies, "acme"), nil, scope.ConflictDelay},
		"failure":  {context.DeadlineExceeded, context.DeadlineExceeded, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.client.StatusError = c.writeErr
			f.SetStalled("InvalidSpec", "It is invalid.")
			f.RecordEvent(corev1.EventTypeWarning, "InvalidSpec", "Test", "It is invalid.")
			f.End(time.Minute)
			result, err := f.Close(t.Context(), nil)
			if !errors.Is(err, c.wantErr) || result.RequeueAfter != c.requeueAfter {
				t.Errorf("Close returns %+v, %v", result, err)
			}
			f.events.Expect(t)
		})
	}
}

func TestCloseDoesNotWriteAnUnchangedOrSkippedStatus(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.company.Status.ObservedGeneration = 3
	f.SkipStatusUpdate()
	f.RecordEvent(corev1.EventTypeNormal, "Done", "Test", "done")
	if _, err := f.Close(t.Context(), nil); err != nil || f.client.StatusWrites > 0 {
		t.Errorf("a skipped status was written %d times, %v", f.client.StatusWrites, err)
	}
	f.events.Expect(t)
	f = newFixture(t)
	errStage := errors.New("stage failed")
	result, err := f.Close(t.Context(), errStage) // the generation is not observed
	if !errors.Is(err, errStage) || result.RequeueAfter != 0 || f.client.StatusWrites > 0 {
		t.Errorf("Close returns %+v, %v after %d writes", result, err, f.client.StatusWrites)
	}
}

func TestAnErrorKeepsTheStatusOfTheEarlierStages(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	errStage := errors.New("stage failed")
	f.company.Status.DocumentCount = 7
	f.RequeueWithin(time.Minute)
	result, err := f.Close(t.Context(), errStage)
	if !errors.Is(err, errStage) || result.RequeueAfter != 0 || f.client.StatusWrites != 1 || f.company.Status.ObservedGeneration != 0 {
		t.Errorf("Close returns %+v, %v after %d writes; the status is %+v", result, err, f.client.StatusWrites, f.company.Status)
	}
}

func TestConditionsExcludeEachOther(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, c := range []struct {
		set  func(reason, message string)
		want string // the condition that is True
	}{{f.SetReconciling, v1alpha1.ConditionReconciling}, {f.SetStalled, v1alpha1.ConditionStalled}, {f.SetReady, v1alpha1.ConditionReady}, {f.SetStalled, v1alpha1.ConditionStalled}, {f.SetReconciling, v1alpha1.ConditionReconciling}} {
		c.set("Reason", "A message.")
		for _, condition := range f.company.Status.Conditions {
			if (condition.Status == metav1.ConditionTrue) != (condition.Type == c.want) {
				t.Errorf("with %s there is %+v", c.want, condition)
			}
			if condition.ObservedGeneration != 3 {
				t.Errorf("the condition %+v is not of generation 3", condition)
			}
		}
		if meta.FindStatusCondition(f.company.Status.Conditions, v1alpha1.ConditionReady) == nil {
			t.Error("the condition Ready is absent")
		}
	}
}

// failingClient is a client whose patches fail.
type failingClient struct{ client.Client }

func (failingClient) Patch(context.Context, client.Object, client.Patch, ...client.PatchOption) error {
	return context.DeadlineExceeded
}

func TestMetadataThatCannotBeAddedLeavesTheObjectUnchanged(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	s := scope.New(scope.Config{Client: failingClient{f.client}}, f.company, &f.company.Status.Conditions, &f.company.Status.ObservedGeneration)
	err := s.EnsureMetadata(t.Context(), "example.com/finalizer", map[string]string{"a": "b"})
	if !errors.Is(err, context.DeadlineExceeded) || len(f.company.Finalizers) > 0 || len(f.company.Labels) > 0 {
		t.Errorf("EnsureMetadata: %v, the finalizers are %v, the labels %v", err, f.company.Finalizers, f.company.Labels)
	}
	if _, cerr := s.Close(t.Context(), err); !errors.Is(cerr, err) || f.client.StatusWrites > 0 {
		t.Errorf("Close returns %v after %d status writes", cerr, f.client.StatusWrites)
	}
}

func TestFinalizersAndLabelsAreAddedOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for range 2 {
		if err := f.EnsureMetadata(t.Context(), "example.com/finalizer", map[string]string{"a": "b"}); err != nil || f.Done() {
			t.Fatalf("EnsureMetadata: %v, done: %t", err, f.Done())
		}
	}
	if len(f.company.Finalizers) != 1 || f.company.Labels["a"] != "b" {
		t.Errorf("the finalizers are %v, the labels %v", f.company.Finalizers, f.company.Labels)
	}
	if err := f.RemoveFinalizer(t.Context(), "example.com/finalizer"); err != nil || len(f.company.Finalizers) > 0 {
		t.Errorf("RemoveFinalizer: %v, the finalizers are %v", err, f.company.Finalizers)
	}
}
