package run

import (
	"testing"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/crawl"
)

func TestEachStopReasonHasAConditionReasonOfTheSameOutcome(t *testing.T) {
	t.Parallel()
	for _, r := range crawl.StopReasons() {
		reason, ok := conditionReasons[r]
		if !ok {
			t.Errorf("%s has no condition reason", r)
			continue
		}
		if v1alpha1.IsFailure(reason) != r.Failed() {
			t.Errorf("%s is %s: failure %v, want %v", r, reason, v1alpha1.IsFailure(reason), r.Failed())
		}
		switch r {
		case crawl.StopInterrupted, crawl.StopRequested, crawl.StopCancelled:
		default:
			if reason != string(r) {
				t.Errorf("%s is called %s in the API", r, reason)
			}
		}
	}
}
