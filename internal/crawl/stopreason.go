package crawl

// StopReason says why a crawl or a run ended.
type StopReason string

// The crawl ended and did not fail.
const (
	// StopFrontierEmpty: every URL in scope was fetched or skipped.
	StopFrontierEmpty StopReason = "FrontierEmpty"
	// StopConverged: the expected types are found, and no queued URL suggests a legal document.
	StopConverged StopReason = "Converged"
	// StopPageLimit: the page limit was reached with URLs left in the frontier.
	StopPageLimit StopReason = "PageLimit"
	// StopTimeLimit: the time limit was reached.
	StopTimeLimit StopReason = "TimeLimit"
	// StopInterrupted: the context of the crawl ended. The run can resume.
	StopInterrupted StopReason = "Interrupted"
	// StopRequested: the owner of the run ended it early and accepts what was found.
	StopRequested StopReason = "Stopped"
)

// The crawl failed: the site gave no page.
const (
	// StopRobotsDisallowed: robots.txt disallows every URL.
	StopRobotsDisallowed StopReason = "RobotsDisallowed"
	// StopAccessDenied: the site answers 401, 403, 429 or 451.
	StopAccessDenied StopReason = "AccessDenied"
	// StopSiteUnreachable: the site does not answer, or answers with errors.
	StopSiteUnreachable StopReason = "SiteUnreachable"
)

// The run failed or ended outside the engine.
const (
	// StopWorkerLost: worker after worker lost the run.
	StopWorkerLost StopReason = "WorkerLost"
	// StopDeadlineExceeded: the job of the worker reached its deadline.
	StopDeadlineExceeded StopReason = "DeadlineExceeded"
	// StopInvalidSpec: no worker can be started for the run as it is specified.
	StopInvalidSpec StopReason = "InvalidSpec"
	// StopInternal: an error of the crawler or of its store.
	StopInternal StopReason = "Internal"
	// StopCancelled: the owner of the run cancelled it.
	StopCancelled StopReason = "Cancelled"
)

// stopReasons is the table of every StopReason: whether it is a failure of the crawl.
var stopReasons = []struct {
	reason StopReason
	failed bool
}{
	{StopFrontierEmpty, false},
	{StopConverged, false},
	{StopPageLimit, false},
	{StopTimeLimit, false},
	{StopInterrupted, false},
	{StopRequested, false},
	{StopRobotsDisallowed, true},
	{StopAccessDenied, true},
	{StopSiteUnreachable, true},
	{StopWorkerLost, true},
	{StopDeadlineExceeded, true},
	{StopInvalidSpec, true},
	{StopInternal, true},
	{StopCancelled, true},
}

// StopReasons returns every StopReason.
func StopReasons() []StopReason {
	all := make([]StopReason, len(stopReasons))
	for i, row := range stopReasons {
		all[i] = row.reason
	}
	return all
}

// Failed reports whether a crawl that ends with r failed.
func (r StopReason) Failed() bool {
	for _, row := range stopReasons {
		if row.reason == r {
			return row.failed
		}
	}
	return false
}
