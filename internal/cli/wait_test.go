package cli

import (
	"context"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/kubestore"
)

// withClient gives what is done with a client to the store of a folder.
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

// putJob makes the CrawlJob default/NAME with these conditions.
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

func TestAWaitForTheEndThatACrawlDidNotTakeEndsAtOnceAndSaysWhy(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	putJob(t, folder, "bad", metav1.Condition{Type: "Failed", Status: "True", Reason: "SiteUnreachable", Message: "No page of it answers."})
	putJob(t, folder, "good", metav1.Condition{Type: "Complete", Status: "True", Reason: "Converged", Message: "It found all."})
	for _, c := range [][]string{
		{"complete", "crawljob/bad", "Failed is True (SiteUnreachable): No page of it answers."},
		{"Failed", "crawljob/good", "Complete is True (Converged): It found all."},
	} {
		code, _, errs := call(t, nil, "wait", "--store", folder, "--for=condition="+c[0], c[1], "--timeout", waitTimeout.String())
		if code != exitFailed || !strings.Contains(errs, c[2]) || strings.Contains(errs, "deadline") {
			t.Errorf("wait for %s of %s ends with %d and says: %s", c[0], c[1], code, errs)
		}
	}
	if code, out, errs := call(t, nil, "wait", "--store", folder, "--for=condition=Failed", "crawljob/bad"); code != exitDone || !strings.Contains(out, "condition met") {
		t.Errorf("the end that it took ends the wait with %d: %s", code, errs)
	}
}

func TestAWaitThatTimesOutSaysWhatTheResourceIsAt(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	putJob(t, folder, "waits", metav1.Condition{Type: "Ready", Status: "False", Reason: "Pending", Message: "It waits for CrawlJob other."})
	putJob(t, folder, "new")
	for _, c := range [][]string{
		{"Complete", "crawljob/waits", "Ready is False (Pending): It waits for CrawlJob other."},
		{"Ready", "crawljob/waits", "Ready is False (Pending): It waits for CrawlJob other."},
		{"Ready", "crawljob/new", "no conditions yet; is standalone or the operator running?"},
	} {
		code, _, errs := call(t, nil, "wait", "--store", folder, "--for=condition="+c[0], c[1], "--timeout", "1ms")
		if code != exitFailed || !strings.Contains(errs, c[2]) || !strings.Contains(errs, "not met after 1ms") {
			t.Errorf("wait for %s of %s ends with %d and says: %s", c[0], c[1], code, errs)
		}
	}
}

func TestAWaitIgnoresAConditionOfAnOlderSpecButNotAnEnd(t *testing.T) {
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
			t.Fatalf("change the spec: generation %d, %v", j.Generation, err)
		}
	})
	code, _, errs := call(t, nil, "wait", "--store", folder, "--for=condition=Ready", "crawljob/j", "--timeout", "1ms")
	if code != exitFailed || !strings.Contains(errs, "before the last change of its spec") {
		t.Errorf("a condition of the older spec ends the wait with %d: %s", code, errs)
	}
	if code, _, errs := call(t, nil, "wait", "--store", folder, "--for=condition=Complete", "crawljob/j"); code != exitDone {
		t.Errorf("the end of a crawl ends the wait with %d: %s", code, errs)
	}
}
