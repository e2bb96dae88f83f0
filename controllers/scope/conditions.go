package scope

import (
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/clausea/crawler/api/v1alpha1"
)

// SetCondition sets a condition for the current generation.
func (s *Scope) SetCondition(conditionType string, status metav1.ConditionStatus, reason, message string) {
	meta.SetStatusCondition(s.conditions, metav1.Condition{
		Type: conditionType, Status: status, Reason: reason, Message: message,
		ObservedGeneration: s.object.GetGeneration(), LastTransitionTime: metav1.NewTime(s.Now()),
	})
}

// DeleteConditions removes conditions. Abnormal-true conditions are absent, never False.
func (s *Scope) DeleteConditions(conditionTypes ...string) {
	for _, t := range conditionTypes {
		meta.RemoveStatusCondition(s.conditions, t)
	}
}

// SetReady sets the conditions of an object that needs no work until the next event.
func (s *Scope) SetReady(reason, message string) {
	s.DeleteConditions(v1alpha1.ConditionReconciling, v1alpha1.ConditionStalled)
	s.SetCondition(v1alpha1.ConditionReady, metav1.ConditionTrue, reason, message)
}

// SetReconciling sets the conditions of an object that makes progress or waits, and that is
// not ready before it ends.
func (s *Scope) SetReconciling(reason, message string) {
	s.DeleteConditions(v1alpha1.ConditionStalled)
	s.SetCondition(v1alpha1.ConditionReady, metav1.ConditionFalse, reason, message)
	s.SetCondition(v1alpha1.ConditionReconciling, metav1.ConditionTrue, reason, message)
}

// SetSuspended sets the condition of an object whose spec suspends it.
func (s *Scope) SetSuspended(message string) {
	s.SetCondition(v1alpha1.ConditionSuspended, metav1.ConditionTrue, v1alpha1.ReasonSuspended, message)
}

// SetStalled sets the conditions of an object that has failed, or that a user must correct.
func (s *Scope) SetStalled(reason, message string) {
	s.DeleteConditions(v1alpha1.ConditionReconciling)
	s.SetCondition(v1alpha1.ConditionReady, metav1.ConditionFalse, reason, message)
	s.SetCondition(v1alpha1.ConditionStalled, metav1.ConditionTrue, reason, message)
}
