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
	ReasonFrontierEmpty = "FrontierEmpty"
	ReasonConverged     = "Converged"
	ReasonPageLimit     = "PageLimit"
	ReasonTimeLimit     = "TimeLimit"
	ReasonStopped       = "Stopped"
	ReasonBudgetSpent   = "BudgetSpent"
)

// Reasons of a Failed CrawlJob, by the cause of the failure.
const (
	ReasonRobotsDisallowed = "RobotsDisallowed"
	ReasonAccessDenied     = "AccessDenied"
	ReasonSiteUnreachable  = "SiteUnreachable"
	ReasonDeadlineExceeded = "DeadlineExceeded"
	ReasonWorkerLost       = "WorkerLost"
	ReasonInvalidSpec      = "InvalidSpec"
	ReasonInternal         = "Internal"
)

// Reasons of a CrawlJob that is not finished, and of a Company.
const (
	ReasonPending   = "Pending"
	ReasonRunning   = "Running"
	ReasonSuspended = "Suspended"
	ReasonScheduled = "Scheduled"
	ReasonSucceeded = "Succeeded"
	ReasonDeleting  = "Deleting"
)

// Finalizers delay the deletion of an object until its data in the store has been handled.
const (
	CompanyFinalizer  = "crawl.clausea.co/company"
	CrawlJobFinalizer = "crawl.clausea.co/crawljob"
)

// LabelCompany is the label of a CrawlJob that holds the name of its Company.
const LabelCompany = "crawl.clausea.co/company"

// IsFailure reports whether reason is a reason of a Failed CrawlJob.
func IsFailure(reason string) bool {
	switch reason {
	case ReasonRobotsDisallowed, ReasonAccessDenied, ReasonSiteUnreachable, ReasonDeadlineExceeded, ReasonWorkerLost, ReasonInvalidSpec, ReasonInternal:
		return true
	}
	return false
}
