package run

import (
	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/crawl"
)

// conditionReasons maps stop reasons to the reasons of conditions.
var conditionReasons = map[crawl.StopReason]string{
	crawl.StopFrontierEmpty:    v1alpha1.ReasonFrontierEmpty,
	crawl.StopConverged:        v1alpha1.ReasonConverged,
	crawl.StopPageLimit:        v1alpha1.ReasonPageLimit,
	crawl.StopTimeLimit:        v1alpha1.ReasonTimeLimit,
	crawl.StopInterrupted:      v1alpha1.ReasonStopped,
	crawl.StopRequested:        v1alpha1.ReasonStopped,
	crawl.StopRobotsDisallowed: v1alpha1.ReasonRobotsDisallowed,
	crawl.StopAccessDenied:     v1alpha1.ReasonAccessDenied,
	crawl.StopSiteUnreachable:  v1alpha1.ReasonSiteUnreachable,
	crawl.StopWorkerLost:       v1alpha1.ReasonWorkerLost,
	crawl.StopDeadlineExceeded: v1alpha1.ReasonDeadlineExceeded,
	crawl.StopInvalidSpec:      v1alpha1.ReasonInvalidSpec,
	crawl.StopInternal:         v1alpha1.ReasonInternal,
	crawl.StopCancelled:        v1alpha1.ReasonInternal, // the API has no reason of its own for it
}

// ConditionReason returns the API's reason for a run that ended with r. It is the only
// mapping: api/v1alpha1 has constants of its own, because it imports nothing of internal.
// A reason that the table lacks is returned unchanged.
func ConditionReason(r crawl.StopReason) string {
	if reason, ok := conditionReasons[r]; ok {
		return reason
	}
	return string(r)
}
