package cli

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/kubestore"
)

// withClient calls do with a client for the store in a folder.
func withClient(t *testing.T, folder string, do func(client.Client)) {
	t.Helper()
	s, _, err := openAt(t.Context(), folder, "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close(context.Background()) }()
	scheme, err := newScheme()
	if err != nil {
		t.Fatal(err)
	}
	do(kubestore.NewClient(s, scheme))
}

// putJob creates the CrawlJob default/NAME with the given conditions.
func putJob(t *testing.T, folder, name string, conditions ...metav1.Condition) {
	t.Helper()
	withClient(t, folder, func(k client.Client) {
		j := &v1alpha1.CrawlJob{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name}}
		j.Spec.Company = &v1alpha1.Target{Domains: []v1alpha1.Domain{"example.com"}}
		if err := k.Create(t.Context(), j); err != nil {
			t.Fatal(err)
		}
		for i := range conditions {
			conditions[i].LastTransitionTime = metav1.Now()
		}
		j.Status.Conditions = conditions
		if err := k.Status().Update(t.Context(), j); err != nil {
			t.Fatal(err)
		}
	})
}

func TestWaitFailsImmediatelyIfTheCrawlHasTheOppositeOutcome(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	putJob(t, folder, "bad", metav1.Condition{Type: "Failed", Status: "True", Reason: "SiteUnreachable", Message: "No page responded."})
	putJob(t, folder, "good", metav1.Condition{Type: "Complete", Status: "True", Reason: "Converged", Message: "Found all documents."})
	for _, c := range [][]string{
		{"complete", "crawljob/bad", "Failed is True (SiteUnreachable): No page responded."},
		{"Failed", "crawljob/good", "Complete is True (Converged): Found all documents."},
	} {
		code, _, errs := call(t, nil, "wait", "--store", folder, "--for=condition="+c[0], c[1], "--timeout", waitTimeout.String())
		if code != exitFailed || !strings.Contains(errs, c[2]) || strings.Contains(errs, "deadline") {
			t.Errorf("wait for %s of %s: exit code %d: %s", c[0], c[1], code, errs)
		}
	}
	if code, out, errs := call(t, nil, "wait", "--store", folder, "--for=condition=Failed", "crawljob/bad"); code != exitDone || !strings.Contains(out, "condition met") {
		t.Errorf("wait for the actual outcome: exit code %d: %s", code, errs)
	}
}

func TestWaitThatTimesOutShowsTheStateOfTheResource(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	putJob(t, folder, "waits", metav1.Condition{Type: "Ready", Status: "False", Reason: "Pending", Message: "Waiting for CrawlJob other."})
	putJob(t, folder, "new")
	for _, c := range [][]string{
		{"Complete", "crawljob/waits", "Ready is False (Pending): Waiting for CrawlJob other."},
		{"Ready", "crawljob/waits", "Ready is False (Pending): Waiting for CrawlJob other."},
		{"Ready", "crawljob/new", "no conditions yet; is a standalone process or the operator running?"},
	} {
		code, _, errs := call(t, nil, "wait", "--store", folder, "--for=condition="+c[0], c[1], "--timeout", "1ms")
		if code != exitFailed || !strings.Contains(errs, c[2]) || !strings.Contains(errs, "not met after 1ms") {
			t.Errorf("wait for %s of %s: exit code %d: %s", c[0], c[1], code, errs)
		}
	}
}

func TestWaitIgnoresStaleConditionsExceptFinalOnes(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	putJob(t, folder, "j",
		metav1.Condition{Type: "Ready", Status: "True", Reason: "Converged", ObservedGeneration: 1},
		metav1.Condition{Type: "Complete", Status: "True", Reason: "Converged", ObservedGeneration: 1})
	withClient(t, folder, func(k client.Client) {
		j := &v1alpha1.CrawlJob{}
		if err := k.Get(t.Context(), client.ObjectKey{Namespace: "default", Name: "j"}, j); err != nil {
			t.Fatal(err)
		}
		j.Spec.Suspend = true
		if err := k.Update(t.Context(), j); err != nil || j.Generation != 2 {
			t.Fatalf("update the spec: generation %d, %v", j.Generation, err)
		}
	})
	code, _, errs := call(t, nil, "wait", "--store", folder, "--for=condition=Ready", "crawljob/j", "--timeout", "1ms")
	if code != exitFailed || !strings.Contains(errs, "before the last change of the spec") {
		t.Errorf("wait with a stale condition: exit code %d: %s", code, errs)
	}
	if code, _, errs := call(t, nil, "wait", "--store", folder, "--for=condition=Complete", "crawljob/j"); code != exitDone {
		t.Errorf("wait with a stale final condition: exit code %d: %s", code, errs)
	}
}

// silentClient is a client of a store that does not respond.
type silentClient struct{ client.Client }

func (silentClient) Get(ctx context.Context, _ client.ObjectKey, _ client.Object, _ ...client.GetOption) error {
	<-ctx.Done()
	return errors.New("calculated server-side timeout (0 ms) is less than or equal to 0")
}

func TestWaitSaysThatTheStoreDoesNotRespond(t *testing.T) {
	t.Parallel()
	o := &unstructured.Unstructured{}
	o.SetName("now")
	ctx, cancel := context.WithCancel(t.Context())
	err := waitForDeletion(ctx, silentClient{}, o, time.Millisecond)
	if err == nil || !strings.Contains(err.Error(), "not deleted after 1ms") || strings.Contains(err.Error(), "server-side") {
		t.Errorf("wait for the deletion: %v", err)
	}
	cancel()
	err = waitForCondition(ctx, silentClient{}, o, "Complete", "True", time.Hour)
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "wait for condition Complete=True") {
		t.Errorf("a canceled wait: %v", err)
	}
}
