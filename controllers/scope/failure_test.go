package scope_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/scope"
)

func TestMessagesAreTruncatedAtARune(t *testing.T) {
	t.Parallel()
	for _, s := range []string{strings.Repeat("a", 2*scope.MaxMessage), strings.Repeat("é", scope.MaxMessage), strings.Repeat("語", scope.MaxMessage)} {
		got := scope.Truncate(s)
		if len(got) > scope.MaxMessage || len(got) < scope.MaxMessage-8 || !strings.HasSuffix(got, "…") || strings.ToValidUTF8(got, "") != got {
			t.Errorf("truncated to %d bytes: %q", len(got), got[len(got)-12:])
		}
	}
	if got := scope.Truncate("short"); got != "short" {
		t.Errorf("truncated to %q", got)
	}
}

// message returns the message of the condition Ready if it reports an error, and "" otherwise.
func (f *fixture) message() string {
	if c := meta.FindStatusCondition(f.company.Status.Conditions, v1alpha1.ConditionReady); c != nil && c.Reason == v1alpha1.ReasonReconcileError {
		return c.Message
	}
	return ""
}

func TestAnErrorIsReportedOnceWithoutSecretsAndWithinItsBound(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c := scope.Config{Client: f.client, Recorder: f.events, Redact: func(s string) string { return strings.ReplaceAll(s, "hunter2", "REDACTED") }}
	report := func(err error) string {
		t.Helper()
		f.Scope = scope.New(c, f.company, &f.company.Status.Conditions, &f.company.Status.ObservedGeneration)
		f.ReportError(err)
		if result, cerr := f.Close(t.Context(), err); !errors.Is(cerr, err) || result.RequeueAfter != 0 {
			t.Errorf("Close returns %+v, %v", result, cerr)
		}
		return f.message()
	}
	f.SetReady("Succeeded", "All is well.")
	for _, step := range []struct {
		err    error
		want   string
		writes int
	}{
		{context.Canceled, "", 0},
		{fmt.Errorf("patch: %w", errConflict), "", 0},
		{errors.New("open mongodb://u:p@host: dial :5001: password hunter2"), "open mongodb://host: dial :5001: password REDACTED", 1},
		{errors.New("open mongodb://u:p@host: dial :40002: password hunter2"), "open mongodb://host: dial :5001: password REDACTED", 1},
		{errors.New(strings.Repeat("x", 5000)), strings.Repeat("x", scope.MaxMessage-3) + "…", 2},
	} {
		if got := report(step.err); got != step.want || f.client.StatusWrites != step.writes {
			t.Errorf("after %.60v the message is %q after %d writes, want %q after %d", step.err, got, f.client.StatusWrites, step.want, step.writes)
		}
	}
	for _, condition := range f.company.Status.Conditions {
		if want := (map[string]metav1.ConditionStatus{v1alpha1.ConditionReady: metav1.ConditionUnknown, v1alpha1.ConditionReconciling: metav1.ConditionTrue})[condition.Type]; condition.Status != want {
			t.Errorf("the condition %+v is not %q", condition, want)
		}
	}
	f.company.Generation++
	if report(errors.New(strings.Repeat("x", 5000))); f.client.StatusWrites != 3 {
		t.Errorf("an error of a new spec was reported with %d writes", f.client.StatusWrites)
	}
}

func TestAFinalStatusReportsNoError(t *testing.T) {
	t.Parallel()
	for _, final := range []string{v1alpha1.ConditionComplete, v1alpha1.ConditionFailed} {
		f := newFixture(t)
		f.SetCondition(final, metav1.ConditionTrue, "Done", "It is done.")
		f.ReportError(errors.New("failure"))
		if len(f.company.Status.Conditions) != 1 {
			t.Errorf("the conditions are %+v", f.company.Status.Conditions)
		}
	}
}
