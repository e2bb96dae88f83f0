package v1alpha1

// Conditions of both kinds, as kstatus reads them. Ready is a summary;
// Reconciling and Stalled are abnormal-true and absent while all is well.
const (
	ConditionReady       = "Ready"
	ConditionReconciling = "Reconciling"
	ConditionStalled     = "Stalled"
)

// Conditions of a CrawlJob beside those, as a batch/v1 Job has them. Complete and
// Failed are final and exclude each other.
const (
	ConditionComplete  = "Complete"
	ConditionFailed    = "Failed"
	ConditionSuspended = "Suspended"
)

// Reasons of a CrawlJob that is Complete: ends that are not failures.
const (
	ReasonFrontierEmpty = "FrontierEmpty"
	ReasonConverged     = "Converged"
	ReasonPageLimit     = "PageLimit"
	ReasonTimeLimit     = "TimeLimit"
	ReasonStopped       = "Stopped"
	ReasonBudgetSpent   = "BudgetSpent"
)

// Reasons of a CrawlJob that is Failed, by whose fault it is.
const (
	ReasonRobotsDisallowed = "RobotsDisallowed"
	ReasonAccessDenied     = "AccessDenied"
	ReasonSiteUnreachable  = "SiteUnreachable"
	ReasonDeadlineExceeded = "DeadlineExceeded"
	ReasonWorkerLost       = "WorkerLost"
	ReasonInvalidSpec      = "InvalidSpec"
	ReasonInternal         = "Internal"
)

// Reasons of what is not at its end.
const (
	ReasonPending   = "Pending"
	ReasonRunning   = "Running"
	ReasonSuspended = "Suspended"
	ReasonScheduled = "Scheduled"
	ReasonSucceeded = "Succeeded"
	ReasonDeleting  = "Deleting"
)

// Finalizers that hold an object until the store is rid of what is its own.
const (
	CompanyFinalizer  = "crawl.clausea.co/company"
	CrawlJobFinalizer = "crawl.clausea.co/crawljob"
)

// LabelCompany is on every CrawlJob of a Company and has the Company's name.
const LabelCompany = "crawl.clausea.co/company"

// IsFailure says whether a reason is one with which a CrawlJob is Failed.
func IsFailure(reason string) bool {
	switch reason {
	case ReasonRobotsDisallowed, ReasonAccessDenied, ReasonSiteUnreachable, ReasonDeadlineExceeded, ReasonWorkerLost, ReasonInvalidSpec, ReasonInternal:
		return true
	}
	return false
}
