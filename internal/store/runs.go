package store

import "time"

// Run is one crawl of a company.
type Run struct {
	ID      string   `json:"id"`
	Company string   `json:"company"`
	Fence   Fence    `json:"fence"`
	State   RunState `json:"state"`
	// CrawlJob identifies the CrawlJob of the run. It is zero if the run has none, and in
	// records of versions that did not store it.
	CrawlJob CrawlJobReference `json:"crawlJob"`
	// Trigger is what started the run. It is empty in records of versions that did not store
	// it.
	Trigger RunTrigger `json:"trigger"`
	// RequestedBy names the person or program that requested the run. It is empty if that is
	// not known.
	RequestedBy string `json:"requestedBy"`
	// Limits bound the run. They are set when a worker first executes it.
	Limits RunLimits `json:"limits"`
	// Task defines the crawl for the worker that claims the run. It is empty if the caller
	// of the run provides the task.
	Task []byte `json:"task,omitempty"`
	// Priority orders pending runs: the highest starts first.
	Priority int32 `json:"priority"`
	// AssignedWorker is the only worker that may claim the run. If it is empty, any worker
	// may.
	AssignedWorker string `json:"assignedWorker,omitempty"`
	// Attempts counts the claims of the run, including the first. MaxAttempts limits them.
	Attempts    int32 `json:"attempts,omitempty"`
	MaxAttempts int32 `json:"maxAttempts,omitempty"`
	// Takeovers counts the claims that took the run over from a worker that was lost.
	Takeovers int32 `json:"takeovers,omitempty"`
	// NotBefore is the earliest time at which the run may be retried after a failure.
	NotBefore time.Time `json:"notBefore"`
	// Worker is the worker that executes the run. Heartbeat is the time of its last
	// heartbeat.
	Worker string `json:"worker,omitempty"`
	// WaitingForHost is the host that the run waits for because another crawl holds it. It is
	// empty while another host of the run may receive requests.
	WaitingForHost string    `json:"waitingForHost,omitempty"`
	Heartbeat      time.Time `json:"heartbeat"`
	StopReason     string    `json:"stopReason"`
	Message        string    `json:"message"`
	CreatedAt      time.Time `json:"createdAt"`
	// StartedAt is the time at which a worker first claimed the run since it was created or
	// last interrupted. It is zero while the run waits for a worker.
	StartedAt  time.Time `json:"startedAt"`
	FinishedAt time.Time `json:"finishedAt"`
	Progress   Progress  `json:"progress"`
	// Bytes is the size of the bodies of the fetched pages, decompressed.
	Bytes     int64          `json:"bytes"`
	Documents DocumentCounts `json:"documents"`
	// Coverage lists the expected types. It is set when the run ends.
	Coverage []Coverage `json:"coverage"`
	// ArchivedAt is the time at which the run was archived because its CrawlJob was deleted.
	// An archived run has ended, and its record no longer changes.
	ArchivedAt time.Time `json:"archivedAt"`
}

// Ended reports whether the run is Complete or Failed.
func (r *Run) Ended() bool { return r.State == RunComplete || r.State == RunFailed }

// RunLimits are the limits of a run.
type RunLimits struct {
	MaxPages int `json:"maxPages"` // page requests
	MaxDepth int `json:"maxDepth"` // links from a seed
	// TimeLimit bounds the whole crawl. 0 is no limit.
	TimeLimit time.Duration `json:"timeLimit"` // nanoseconds
	// Delay is the time between two requests to a host. A host may ask for a longer one.
	Delay time.Duration `json:"delay"` // nanoseconds
}

// CrawlJobReference identifies a CrawlJob. A CrawlJob that is created again under the same
// name has another UID.
type CrawlJobReference struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	UID       string `json:"uid"`
}

// RunState is the state of a Run.
type RunState string

// The states of a Run.
const (
	RunPending     RunState = "Pending"     // waits for a worker
	RunRunning     RunState = "Running"     // a worker executes it
	RunInterrupted RunState = "Interrupted" // will resume from its last checkpoint
	RunComplete    RunState = "Complete"
	RunFailed      RunState = "Failed"
)

// RunRequest is a request of a run's owner to its worker. The zero RunRequest asks for
// nothing.
type RunRequest string

// The requests to a run.
const (
	// RequestStop ends the run as Complete with the documents found so far.
	RequestStop RunRequest = "Stop"
	// RequestSuspend interrupts the run, which can resume later.
	RequestSuspend RunRequest = "Suspend"
	// RequestCancel ends the run. It cannot resume.
	RequestCancel RunRequest = "Cancel"
)

// Coverage is the result of the search for an expected document type. Its values are those
// of the Company's status.
type Coverage struct {
	Type       string        `json:"type"`
	State      CoverageState `json:"state"`
	URL        string        `json:"url"`
	DocumentID string        `json:"documentID"`
	// Reason explains why the type is missing.
	Reason string `json:"reason"`
}

// CoverageState is the state of an expected document type.
type CoverageState string

// The coverage states.
const (
	CoverageFound   CoverageState = "Found"
	CoverageMissing CoverageState = "Missing"
)

// Progress counts the URLs of a run by outcome.
type Progress struct {
	Fetched int64 `json:"fetched"`
	Queued  int64 `json:"queued"`
	Failed  int64 `json:"failed"`
	// Skipped counts skipped URLs by skip reason.
	Skipped map[string]int64 `json:"skipped"`
}

// DocumentCounts counts the documents of a run by outcome.
type DocumentCounts struct {
	New     int64 `json:"new"`
	Changed int64 `json:"changed"`
	// Unchanged counts the documents that were checked and have no new version, or one whose
	// text was known.
	Unchanged   int64 `json:"unchanged"`
	Removed     int64 `json:"removed"`
	Broken      int64 `json:"broken"`
	Unreachable int64 `json:"unreachable"`
	// NotVisited counts the known documents that the run did not check, because it was stopped
	// or reached a limit.
	NotVisited int64 `json:"notVisited"`
}
