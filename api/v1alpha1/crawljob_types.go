package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// Execution determines where a crawl runs.
//
// +kubebuilder:validation:MaxLength=16
// +kubebuilder:validation:Enum=InProcess;Job
type Execution string

// The executions: in the process of the controllers, or in a Kubernetes Job.
const (
	ExecutionInProcess Execution = "InProcess"
	ExecutionJob       Execution = "Job"
)

// CompanyReference refers to a Company in the same namespace.
type CompanyReference struct {
	// name is the metadata.name of the Company.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$')",message="must be the metadata.name of a Company in this namespace; list them with kubectl get companies"
	Name string `json:"name"`
}

// CrawlJobSpec defines one crawl. All fields except suspend and stop are immutable.
//
// +kubebuilder:validation:XValidation:rule="has(self.companyRef) != has(self.company)",message="set exactly one of companyRef (the name of a Company) and company (an inline definition)"
// +kubebuilder:validation:XValidation:rule="has(self.companyRef) == has(oldSelf.companyRef) && (!has(self.companyRef) || self.companyRef == oldSelf.companyRef)",message="companyRef can't change; create a new CrawlJob",fieldPath=".companyRef"
// +kubebuilder:validation:XValidation:rule="has(self.company) == has(oldSelf.company) && (!has(self.company) || self.company == oldSelf.company)",message="company can't change; create a new CrawlJob",fieldPath=".company"
// +kubebuilder:validation:XValidation:rule="has(self.limits) == has(oldSelf.limits) && (!has(self.limits) || self.limits == oldSelf.limits)",message="limits can't change; create a new CrawlJob",fieldPath=".limits"
// +kubebuilder:validation:XValidation:rule="!has(self.limits) || !has(self.limits.timeLimit) || !has(self.activeDeadlineSeconds) || !self.limits.timeLimit.matches('^([0-9]{1,7}([.][0-9]{1,3})?(ms|s|m|h))+$') || duration(self.limits.timeLimit).getSeconds() <= self.activeDeadlineSeconds",message="must not exceed activeDeadlineSeconds, whose default is 3600; raise activeDeadlineSeconds",fieldPath=".limits.timeLimit"
// +kubebuilder:validation:XValidation:rule="has(self.activeDeadlineSeconds) == has(oldSelf.activeDeadlineSeconds) && (!has(self.activeDeadlineSeconds) || self.activeDeadlineSeconds == oldSelf.activeDeadlineSeconds)",message="activeDeadlineSeconds can't change; create a new CrawlJob",fieldPath=".activeDeadlineSeconds"
// +kubebuilder:validation:XValidation:rule="has(self.backoffLimit) == has(oldSelf.backoffLimit) && (!has(self.backoffLimit) || self.backoffLimit == oldSelf.backoffLimit)",message="backoffLimit can't change; create a new CrawlJob",fieldPath=".backoffLimit"
// +kubebuilder:validation:XValidation:rule="has(self.ttlSecondsAfterFinished) == has(oldSelf.ttlSecondsAfterFinished) && (!has(self.ttlSecondsAfterFinished) || self.ttlSecondsAfterFinished == oldSelf.ttlSecondsAfterFinished)",message="ttlSecondsAfterFinished can't change; create a new CrawlJob",fieldPath=".ttlSecondsAfterFinished"
// +kubebuilder:validation:XValidation:rule="has(self.priority) == has(oldSelf.priority) && (!has(self.priority) || self.priority == oldSelf.priority)",message="priority can't change; create a new CrawlJob",fieldPath=".priority"
// +kubebuilder:validation:XValidation:rule="has(self.execution) == has(oldSelf.execution) && (!has(self.execution) || self.execution == oldSelf.execution)",message="execution can't change; create a new CrawlJob",fieldPath=".execution"
// +kubebuilder:validation:XValidation:rule="!has(oldSelf.stop) || !oldSelf.stop || (has(self.stop) && self.stop)",message="stop can't be unset; create a new CrawlJob",fieldPath=".stop"
type CrawlJobSpec struct {
	// companyRef refers to the Company to crawl. Exactly one of companyRef and company must
	// be set.
	// +optional
	CompanyRef *CompanyReference `json:"companyRef,omitempty"`
	// company defines inline what to crawl.
	// +optional
	Company *Target `json:"company,omitempty"`
	// limits overrides the limits of the company, field by field.
	// +optional
	Limits *CrawlLimits `json:"limits,omitempty"`
	// suspend interrupts the crawl. When it is unset, the crawl resumes from its last
	// checkpoint.
	// +optional
	Suspend bool `json:"suspend,omitempty"`
	// stop ends the crawl early. The documents found so far are kept, and the CrawlJob
	// becomes Complete. It cannot be unset.
	// +optional
	Stop bool `json:"stop,omitempty"`
	// activeDeadlineSeconds is the maximum duration of the crawl in seconds, retries
	// included. It is measured from the time at which a worker first claims the run or, if
	// the crawl runs in a Kubernetes Job, from the time at which the run is queued. Defaults
	// to 3600.
	// +optional
	// +kubebuilder:default=3600
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=604800
	ActiveDeadlineSeconds *int64 `json:"activeDeadlineSeconds,omitempty"`
	// backoffLimit is the number of retries before the CrawlJob becomes Failed. A crawl is
	// retried if it fails or if its worker is lost. Defaults to 3.
	// +optional
	// +kubebuilder:default=3
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=20
	BackoffLimit *int32 `json:"backoffLimit,omitempty"`
	// ttlSecondsAfterFinished is the time in seconds after which a finished CrawlJob is
	// deleted. If it is unset, the CrawlJob is not deleted automatically.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=31536000
	TTLSecondsAfterFinished *int32 `json:"ttlSecondsAfterFinished,omitempty"`
	// priority orders waiting crawls: those with a higher value start first. Defaults to 0.
	// +optional
	// +kubebuilder:default=0
	// +kubebuilder:validation:Minimum=-1000
	// +kubebuilder:validation:Maximum=1000
	Priority int32 `json:"priority,omitempty"`
	// execution determines where the crawl runs: InProcess runs it in the process of the
	// controllers, Job in a Kubernetes Job. Defaults to the operator's --execution flag.
	// +optional
	Execution Execution `json:"execution,omitempty"`
}

// SkipCount is the number of URLs that were skipped for a reason.
type SkipCount struct {
	// reason is the skip reason.
	// +required
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason"`
	// count is the number of URLs.
	// +required
	Count int64 `json:"count"`
}

// CrawlProgress counts the URLs of a crawl by outcome.
type CrawlProgress struct {
	// fetched is the number of URLs that were fetched.
	// +required
	Fetched int64 `json:"fetched"`
	// queued is the number of URLs in the frontier.
	// +required
	Queued int64 `json:"queued"`
	// failed is the number of URLs whose fetch failed.
	// +required
	Failed int64 `json:"failed"`
	// skipped is the number of URLs that were skipped, by reason.
	// +optional
	// +listType=map
	// +listMapKey=reason
	// +kubebuilder:validation:MaxItems=64
	Skipped []SkipCount `json:"skipped,omitempty"`
	// updateTime is the time at which the counts were read. While the crawl runs, it is at
	// most 60 seconds old.
	// +optional
	UpdateTime *metav1.Time `json:"updateTime,omitempty"`
}

// DocumentCounts counts the documents of a crawl by outcome.
type DocumentCounts struct {
	// new is the number of documents that were found for the first time.
	// +required
	New int64 `json:"new"`
	// changed is the number of documents with a new version.
	// +required
	Changed int64 `json:"changed"`
	// unchanged is the number of documents that were checked and have no new version. It
	// includes documents that moved, and documents whose text alternates between versions
	// that are known.
	// +required
	Unchanged int64 `json:"unchanged"`
	// removed is the number of documents that are no longer available.
	// +required
	Removed int64 `json:"removed"`
	// broken is the number of documents whose page lost the text or shows something else.
	// +optional
	Broken int64 `json:"broken,omitempty"`
	// unreachable is the number of documents whose page could not be fetched.
	// +optional
	Unreachable int64 `json:"unreachable,omitempty"`
	// notVisited is the number of known documents that the crawl did not check, because it
	// was stopped or reached a limit.
	// +optional
	NotVisited int64 `json:"notVisited,omitempty"`
}

// CrawlJobStatus is the observed state of a CrawlJob.
type CrawlJobStatus struct {
	// observedGeneration is the generation of the spec that this status reflects.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
	// conditions are the latest observations of the CrawlJob's state. The types are Ready,
	// Reconciling, Stalled, Complete, Failed and Suspended.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`
	// reason is a CamelCase word that explains the state of the CrawlJob.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`
	// message is a human-readable sentence that explains the reason.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	Message string `json:"message,omitempty"`
	// queueTime is the time at which the run of the CrawlJob was queued. It is unset while the
	// CrawlJob waits for another crawl of its company, and while it is suspended.
	// +optional
	QueueTime *metav1.Time `json:"queueTime,omitempty"`
	// startTime is the time at which a worker started the crawl. It is unset before, and while
	// the CrawlJob is suspended.
	// +optional
	StartTime *metav1.Time `json:"startTime,omitempty"`
	// completionTime is the time at which the CrawlJob became Complete or Failed.
	// +optional
	CompletionTime *metav1.Time `json:"completionTime,omitempty"`
	// attempts is the number of times that a worker started the crawl, including the first.
	// +optional
	Attempts int32 `json:"attempts,omitempty"`
	// takeovers is the number of times that another worker resumed the crawl after its worker was lost.
	// +optional
	Takeovers int32 `json:"takeovers,omitempty"`
	// progress counts the URLs of the crawl.
	// +optional
	Progress *CrawlProgress `json:"progress,omitempty"`
	// documents counts the documents of the crawl.
	// +optional
	Documents *DocumentCounts `json:"documents,omitempty"`
	// runID is the identifier of the run in the store.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	RunID string `json:"runID,omitempty"`
}

// CrawlJob is one crawl of a company. Deleting a CrawlJob cancels its crawl.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=crawl,categories=clausea
// +kubebuilder:selectablefield:JSONPath=`.spec.companyRef.name`
// +kubebuilder:selectablefield:JSONPath=`.status.reason`
// +kubebuilder:printcolumn:name="Company",type=string,JSONPath=`.spec.companyRef.name`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="State",type=string,JSONPath=`.status.reason`
// +kubebuilder:printcolumn:name="Pages",type=integer,JSONPath=`.status.progress.fetched`
// +kubebuilder:printcolumn:name="New",type=integer,JSONPath=`.status.documents.new`
// +kubebuilder:printcolumn:name="Changed",type=integer,JSONPath=`.status.documents.changed`
// +kubebuilder:printcolumn:name="Domain",type=string,JSONPath=`.spec.company.domains[0]`,priority=1
// +kubebuilder:printcolumn:name="Attempts",type=integer,JSONPath=`.status.attempts`,priority=1
// +kubebuilder:printcolumn:name="Queued",type=integer,JSONPath=`.status.progress.queued`,priority=1
// +kubebuilder:printcolumn:name="Message",type=string,JSONPath=`.status.message`,priority=1
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type CrawlJob struct {
	metav1.TypeMeta `json:",inline"`
	// metadata is the standard object metadata.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec is the desired behavior of the crawl.
	// +required
	Spec CrawlJobSpec `json:"spec"`
	// status is the observed state of the CrawlJob.
	// +optional
	Status CrawlJobStatus `json:"status,omitempty"`
}

// CrawlJobList is a list of CrawlJobs.
//
// +kubebuilder:object:root=true
type CrawlJobList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []CrawlJob `json:"items"`
}
