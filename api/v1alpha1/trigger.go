package v1alpha1

import (
	"strings"
	"unicode"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Trigger is what created a CrawlJob.
type Trigger string

// The triggers of a CrawlJob.
const (
	TriggerSchedule  Trigger = "Schedule"  // the schedule of its Company
	TriggerAPI       Trigger = "API"       // a request to the REST API
	TriggerCLI       Trigger = "CLI"       // a command
	TriggerDashboard Trigger = "Dashboard" // a user of the dashboard
	TriggerManifest  Trigger = "Manifest"  // a manifest, and whatever has no annotation
)

// MaxRequestedBy is the maximum length, in bytes, of the result of RequestedBy.
const MaxRequestedBy = 253

// Trigger returns what created the job. It is the annotation AnnotationTrigger if its value
// is a Trigger. Without one, it is TriggerSchedule if a Company controls the job, and
// TriggerManifest otherwise.
func (j *CrawlJob) Trigger() Trigger {
	switch t := Trigger(j.Annotations[AnnotationTrigger]); t {
	case TriggerSchedule, TriggerAPI, TriggerCLI, TriggerDashboard, TriggerManifest:
		return t
	}
	if owner := metav1.GetControllerOf(j); owner != nil && owner.Kind == "Company" {
		return TriggerSchedule
	}
	return TriggerManifest
}

// RequestedBy returns who requested the job: the annotation AnnotationRequestedBy without
// characters that are not printable, and with at most MaxRequestedBy bytes. It is empty if
// that is not known.
func (j *CrawlJob) RequestedBy() string {
	value := j.Annotations[AnnotationRequestedBy]
	value = value[:min(len(value), MaxRequestedBy)]
	value = strings.ToValidUTF8(value, "") // the end may be a part of a character
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, value))
}
