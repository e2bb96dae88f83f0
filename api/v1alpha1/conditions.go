package v1alpha1

// Condition types of both kinds. Ready, Reconciling and Stalled are those of kstatus: Ready
// summarizes the state. Reconciling, Stalled and Suspended are abnormal-true conditions: they
// are absent in normal operation. A suspended CrawlJob has no condition Ready, so that kstatus
// does not consider it to be in progress.
const (
	ConditionReady       = "Ready"
	ConditionReconciling = "Reconciling"
	ConditionStalled     = "Stalled"
	ConditionSuspended   = "Suspended"
)

// Further condition types of a CrawlJob, modeled on batch/v1 Job. Complete and Failed are
// final and mutually exclusive.
const (
	ConditionComplete = "Complete"
	ConditionFailed   = "Failed"
)

// ConditionCoverageComplete is a condition type of a Company. It is True if a document of
// each expected type is found, False if a type is missing, and Unknown before the first crawl.
const ConditionCoverageComplete = "CoverageComplete"

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

// ReasonNoDocuments is the reason of a Complete CrawlJob that found no document, and of the
// Company until its next crawl ends. The condition Complete has the reason for which the
// crawl ended.
const ReasonNoDocuments = "NoDocuments"

// Reasons of a CrawlJob that is not finished. All but ReasonRunning, ReasonSuspended and
// ReasonDeleting name what the crawl waits for.
const (
	ReasonWaitingForCompany  = "WaitingForCompany"  // its Company does not exist
	ReasonWaitingForCrawlJob = "WaitingForCrawlJob" // another crawl of the company goes first
	ReasonQueued             = "Queued"             // its run waits for a worker slot
	ReasonPodNotCreated      = "PodNotCreated"      // its pod is not created yet, or cannot be
	ReasonPodNotStarted      = "PodNotStarted"      // its pod does not run yet, or cannot start
	ReasonWaitingForHost     = "WaitingForHost"     // another crawl holds the host
	ReasonRetrying           = "Retrying"           // an attempt failed; the next one is not due
	ReasonRunning            = "Running"            // a worker executes the run
	ReasonSuspended          = "Suspended"          // spec.suspend is set
	ReasonDeleting           = "Deleting"           // the worker ends the run before the object is deleted
)

// Reasons of a Company. A Company whose last crawl failed has the reason of that failure.
const (
	ReasonNeverCrawled = "NeverCrawled" // no crawl has ended yet
	ReasonSucceeded    = "Succeeded"    // the last crawl found documents
	ReasonScheduled    = "Scheduled"    // of the event that the schedule created a CrawlJob
	ReasonAllFound     = "AllFound"     // a document of each expected type is found
	ReasonTypesMissing = "TypesMissing" // an expected type is missing
	// ReasonDocumentsRetained is of the event that a Company with deletion policy Delete was
	// deleted without its documents, because the definition of Companies is being deleted.
	ReasonDocumentsRetained = "DocumentsRetained"
)

// Reasons while the reconciles of an object fail. They are retried.
const (
	ReasonReconcileError = "ReconcileError"
	ReasonStoreError     = "StoreError" // the store does not respond, or rejects a request
)

// Reasons of the events of a CrawlJob that are no reasons of its state.
const (
	EventStarted   = "Started"   // a worker started the crawl
	EventResumed   = "Resumed"   // a worker resumed the crawl after it was suspended
	EventTakenOver = "TakenOver" // another worker resumed the crawl after its worker was lost
)

// Finalizers delay the deletion of an object until its data in the store has been handled.
const (
	CompanyFinalizer  = "crawl.clausea.co/company"
	CrawlJobFinalizer = "crawl.clausea.co/crawljob"
)

// LabelCompany is the label of a CrawlJob that holds the name of its Company, or the first
// domain of its inline company. The controller adds it to each CrawlJob.
const LabelCompany = "crawl.clausea.co/company"

// Annotations of a CrawlJob. They are copied to its run when it starts.
const (
	// AnnotationTrigger holds the Trigger of a CrawlJob.
	AnnotationTrigger = "crawl.clausea.co/trigger"
	// AnnotationRequestedBy names the person or program that requested a CrawlJob.
	AnnotationRequestedBy = "crawl.clausea.co/requested-by"
	// AnnotationRequestReason says in words why a CrawlJob was requested.
	AnnotationRequestReason = "crawl.clausea.co/request-reason"
	// AnnotationTraceparent continues the trace of the request that created a CrawlJob: the value
	// of a header traceparent of W3C Trace Context.
	AnnotationTraceparent = "crawl.clausea.co/traceparent"
)

// IsFailure reports whether reason is a reason of a Failed CrawlJob.
func IsFailure(reason string) bool {
	switch reason {
	case ReasonRobotsDisallowed, ReasonAccessDenied, ReasonSiteUnreachable, ReasonDeadlineExceeded, ReasonWorkerLost, ReasonInvalidSpec, ReasonInternal:
		return true
	}
	return false
}
