package v1alpha1

// Condition types of both kinds, as kstatus defines them. Ready summarizes the state.
// Reconciling and Stalled are abnormal-true conditions: they are absent in normal operation.
const (
	ConditionReady       = "Ready"
	ConditionReconciling = "Reconciling"
	ConditionStalled     = "Stalled"
)

// Further condition types of a CrawlJob, modeled on batch/v1 Job. Complete and Failed are
// final and mutually exclusive.
const (
	ConditionComplete  = "Complete"
	ConditionFailed    = "Failed"
	ConditionSuspended = "Suspended"
)

// Reasons of a Complete CrawlJob.
const (
	ReasonFrontierEmpty = "FrontierEmpty" // no URL is left
	ReasonConverged     = "Converged"     // the expected types are found, and no URL that names a legal document is left
	ReasonPageLimit     = "PageLimit"     // the crawl fetched maxPages pages
	ReasonTimeLimit     = "TimeLimit"     // the crawl reached its time limit
	ReasonStopped       = "Stopped"       // spec.stop was set
)

// Reasons of a Failed CrawlJob, by the cause of the failure.
const (
	ReasonRobotsDisallowed = "RobotsDisallowed" // robots.txt disallows all pages
	ReasonAccessDenied     = "AccessDenied"     // the site denies access
	ReasonSiteUnreachable  = "SiteUnreachable"  // the site does not respond
	ReasonDeadlineExceeded = "DeadlineExceeded" // the crawl exceeded spec.activeDeadlineSeconds
	ReasonWorkerLost       = "WorkerLost"       // the last worker stopped renewing its lease
	ReasonInvalidSpec      = "InvalidSpec"      // the spec or its Company cannot be crawled
	ReasonInternal         = "Internal"         // an error of the crawler
)

// Reasons of a CrawlJob that is not finished, and of a Company.
const (
	ReasonPending   = "Pending"
	ReasonRunning   = "Running"
	ReasonSuspended = "Suspended"
	ReasonScheduled = "Scheduled"
	ReasonSucceeded = "Succeeded"
	ReasonDeleting  = "Deleting"
	// ReasonReconcileError is the reason while the reconciles of an object fail. They are
	// retried.
	ReasonReconcileError = "ReconcileError"
)

// Finalizers delay the deletion of an object until its data in the store has been handled.
const (
	CompanyFinalizer  = "crawl.clausea.co/company"
	CrawlJobFinalizer = "crawl.clausea.co/crawljob"
)

// LabelCompany is the label of a CrawlJob that holds the name of its Company.
const LabelCompany = "crawl.clausea.co/company"

// Annotations of a CrawlJob. They are copied to its run when it starts.
const (
	// AnnotationTrigger holds the Trigger of a CrawlJob.
	AnnotationTrigger = "crawl.clausea.co/trigger"
	// AnnotationRequestedBy names the person or program that requested a CrawlJob.
	AnnotationRequestedBy = "crawl.clausea.co/requested-by"
)

// IsFailure reports whether reason is a reason of a Failed CrawlJob.
func IsFailure(reason string) bool {
	switch reason {
	case ReasonRobotsDisallowed, ReasonAccessDenied, ReasonSiteUnreachable, ReasonDeadlineExceeded, ReasonWorkerLost, ReasonInvalidSpec, ReasonInternal:
		return true
	}
	return false
}
