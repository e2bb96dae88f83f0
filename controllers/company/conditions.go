package company

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/controllers/scope"
)

const suspendedMessage = "The schedule is suspended; set spec.suspend to false to resume."

// setConditions sets the conditions of a Company with a valid spec. Ready states the result of
// the last crawl, and does not change while another crawl runs. idle says when the next crawl
// starts.
func (s *companyScope) setConditions(idle string) {
	ready := s.readyCondition(idle)
	s.SetCondition(v1alpha1.ConditionReady, ready.Status, ready.Reason, ready.Message)
	switch {
	case s.blocking != nil:
		// The status of the job distinguishes running from waiting. Doing so here would
		// cost a second status write for each crawl.
		s.DeleteConditions(v1alpha1.ConditionStalled)
		s.SetCondition(v1alpha1.ConditionReconciling, metav1.ConditionTrue, v1alpha1.ReasonRunning, fmt.Sprintf("CrawlJob %s is running or queued.", s.blocking.Name))
	case ready.Status == metav1.ConditionFalse:
		s.SetStalled(ready.Reason, ready.Message)
	default:
		s.DeleteConditions(v1alpha1.ConditionReconciling, v1alpha1.ConditionStalled)
	}
	s.setSuspended()
	s.setCoverageComplete()
}

// setInvalid sets the conditions of a Company whose spec a user must correct.
func (s *companyScope) setInvalid(err error) {
	message := scope.Truncate(err.Error())
	s.company.Status.NextCrawlTime = nil
	if stalled := meta.FindStatusCondition(s.company.Status.Conditions, v1alpha1.ConditionStalled); stalled == nil || stalled.Message != message {
		s.RecordEvent(corev1.EventTypeWarning, v1alpha1.ReasonInvalidSpec, "Schedule", message)
	}
	s.SetStalled(v1alpha1.ReasonInvalidSpec, message)
	s.setSuspended()
	s.setCoverageComplete()
}

// readyCondition returns the status, reason and message of the condition Ready.
func (s *companyScope) readyCondition(idle string) metav1.Condition {
	last := s.company.Status.LastCrawl
	switch {
	case !hasCrawled(last):
		return metav1.Condition{Status: metav1.ConditionUnknown, Reason: v1alpha1.ReasonNeverCrawled, Message: "The company has not been crawled yet. " + idle}
	case v1alpha1.IsFailure(last.Reason):
		return metav1.Condition{Status: metav1.ConditionFalse, Reason: last.Reason, Message: scope.Truncate(fmt.Sprintf("The last crawl failed: %s %s", last.Message, idle))}
	}
	reason := v1alpha1.ReasonSucceeded
	if last.Reason == v1alpha1.ReasonNoDocuments {
		reason = v1alpha1.ReasonNoDocuments
	}
	return metav1.Condition{Status: metav1.ConditionTrue, Reason: reason, Message: scope.Truncate(fmt.Sprintf("%s %s", last.Message, idle))}
}

// setSuspended sets or removes the condition Suspended.
func (s *companyScope) setSuspended() {
	if s.company.Spec.Suspend {
		s.SetSuspended(suspendedMessage)
		return
	}
	s.DeleteConditions(v1alpha1.ConditionSuspended)
}

// setCoverageComplete sets the condition CoverageComplete from the coverage in the status.
func (s *companyScope) setCoverageComplete() {
	var missing []string
	coverage := s.company.Status.Coverage
	for _, c := range coverage {
		if c.State == v1alpha1.CoverageMissing {
			missing = append(missing, fmt.Sprintf("%s (%s)", c.Type, c.Reason))
		}
	}
	switch {
	case !hasCrawled(s.company.Status.LastCrawl) && len(coverage) == 0:
		s.SetCondition(v1alpha1.ConditionCoverageComplete, metav1.ConditionUnknown, v1alpha1.ReasonNeverCrawled, "The company has not been crawled yet.")
	case len(missing) > 0:
		s.SetCondition(v1alpha1.ConditionCoverageComplete, metav1.ConditionFalse, v1alpha1.ReasonTypesMissing,
			scope.Truncate(fmt.Sprintf("Found %d of %d expected types; missing: %s.", len(coverage)-len(missing), len(coverage), strings.Join(missing, ", "))))
	case len(coverage) == 0:
		s.SetCondition(v1alpha1.ConditionCoverageComplete, metav1.ConditionTrue, v1alpha1.ReasonAllFound, "No types of documents are expected.")
	default:
		s.SetCondition(v1alpha1.ConditionCoverageComplete, metav1.ConditionTrue, v1alpha1.ReasonAllFound, fmt.Sprintf("Found %d of %d expected types.", len(coverage), len(coverage)))
	}
}
