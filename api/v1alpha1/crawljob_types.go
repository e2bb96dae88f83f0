package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// Execution says where a crawl runs.
//
// +kubebuilder:validation:MaxLength=16
// +kubebuilder:validation:Enum=InProcess;Job
type Execution string

// The executions: in the controller's own process, or as a Kubernetes Job.
const (
	ExecutionInProcess Execution = "InProcess"
	ExecutionJob       Execution = "Job"
)

// CompanyReference names a Company of the same namespace.
type CompanyReference struct {
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$')",message="must be the metadata.name of a Company in this namespace; list them with kubectl get companies"
	Name string `json:"name"`
}

// CrawlJobSpec says what one crawl is to do. All but suspend and stop is fixed
// once the job is made.
//
// +kubebuilder:validation:XValidation:rule="has(self.companyRef) != has(self.company)",message="set exactly one of companyRef (a Company by name) and company (given inline)"
// +kubebuilder:validation:XValidation:rule="has(self.companyRef) == has(oldSelf.companyRef) && (!has(self.companyRef) || self.companyRef == oldSelf.companyRef)",message="companyRef can't change; create a new CrawlJob",fieldPath=".companyRef"
// +kubebuilder:validation:XValidation:rule="has(self.company) == has(oldSelf.company) && (!has(self.company) || self.company == oldSelf.company)",message="company can't change; create a new CrawlJob",fieldPath=".company"
// +kubebuilder:validation:XValidation:rule="has(self.limits) == has(oldSelf.limits) && (!has(self.limits) || self.limits == oldSelf.limits)",message="limits can't change; create a new CrawlJob",fieldPath=".limits"
// +kubebuilder:validation:XValidation:rule="has(self.activeDeadlineSeconds) == has(oldSelf.activeDeadlineSeconds) && (!has(self.activeDeadlineSeconds) || self.activeDeadlineSeconds == oldSelf.activeDeadlineSeconds)",message="activeDeadlineSeconds can't change; create a new CrawlJob",fieldPath=".activeDeadlineSeconds"
// +kubebuilder:validation:XValidation:rule="has(self.backoffLimit) == has(oldSelf.backoffLimit) && (!has(self.backoffLimit) || self.backoffLimit == oldSelf.backoffLimit)",message="backoffLimit can't change; create a new CrawlJob",fieldPath=".backoffLimit"
// +kubebuilder:validation:XValidation:rule="has(self.ttlSecondsAfterFinished) == has(oldSelf.ttlSecondsAfterFinished) && (!has(self.ttlSecondsAfterFinished) || self.ttlSecondsAfterFinished == oldSelf.ttlSecondsAfterFinished)",message="ttlSecondsAfterFinished can't change; create a new CrawlJob",fieldPath=".ttlSecondsAfterFinished"
// +kubebuilder:validation:XValidation:rule="has(self.priority) == has(oldSelf.priority) && (!has(self.priority) || self.priority == oldSelf.priority)",message="priority can't change; create a new CrawlJob",fieldPath=".priority"
// +kubebuilder:validation:XValidation:rule="has(self.execution) == has(oldSelf.execution) && (!has(self.execution) || self.execution == oldSelf.execution)",message="execution can't change; create a new CrawlJob",fieldPath=".execution"
// +kubebuilder:validation:XValidation:rule="!has(oldSelf.stop) || !oldSelf.stop || (has(self.stop) && self.stop)",message="stop can't be taken back; create a new CrawlJob",fieldPath=".stop"
type CrawlJobSpec struct {
	// CompanyRef names the Company to crawl.
	// +optional
	CompanyRef *CompanyReference `json:"companyRef,omitempty"`
	// Company is what to crawl, given here.
	// +optional
	Company *Target `json:"company,omitempty"`
	// Limits override the company's.
	// +optional
	Limits *CrawlLimits `json:"limits,omitempty"`
	// Suspend holds the crawl; it goes on where it was when unset.
	// +optional
	Suspend bool `json:"suspend,omitempty"`
	// Stop ends the crawl now and keeps what was found.
	// +optional
	Stop bool `json:"stop,omitempty"`
	// ActiveDeadlineSeconds is how long the job may take in all, from when a worker first takes
	// it up; a Kubernetes Job that runs it counts from its own start.
	// +optional
	// +kubebuilder:default=3600
	// +kubebuilder:validation:XValidation:rule="self >= 1 && self <= 604800",message="must be from 1 to 604800 seconds (a week); leave it out for 3600"
	ActiveDeadlineSeconds *int64 `json:"activeDeadlineSeconds,omitempty"`
	// BackoffLimit is how many times a lost or failed crawl is tried again.
	// +optional
	// +kubebuilder:default=3
	// +kubebuilder:validation:XValidation:rule="self >= 0 && self <= 20",message="must be from 0 to 20 retries; leave it out for 3"
	BackoffLimit *int32 `json:"backoffLimit,omitempty"`
	// TTLSecondsAfterFinished is when a finished job is deleted; unset is never.
	// +optional
	// +kubebuilder:validation:XValidation:rule="self >= 0 && self <= 31536000",message="must be from 0 to 31536000 seconds (a year); leave it out to keep the job"
	TTLSecondsAfterFinished *int32 `json:"ttlSecondsAfterFinished,omitempty"`
	// Priority: the higher is started first.
	// +optional
	// +kubebuilder:default=0
	// +kubebuilder:validation:XValidation:rule="self >= -1000 && self <= 1000",message="must be from -1000 to 1000; leave it out for 0"
	Priority int32 `json:"priority,omitempty"`
	// Execution says where the crawl runs: in the controllers' own process, or as a
	// Kubernetes Job. Unset is what the operator was told (--execution).
	// +optional
	Execution Execution `json:"execution,omitempty"`
}

// SkipCount is the number of URLs that were not fetched for one reason.
type SkipCount struct {
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason"`
	Count  int64  `json:"count"`
}

// CrawlProgress counts URLs.
type CrawlProgress struct {
	Fetched int64 `json:"fetched"`
	Queued  int64 `json:"queued"`
	Failed  int64 `json:"failed"`
	// +optional
	// +listType=map
	// +listMapKey=reason
	// +kubebuilder:validation:MaxItems=64
	Skipped []SkipCount `json:"skipped,omitempty"`
}

// DocumentCounts counts what a crawl did to documents.
type DocumentCounts struct {
	New       int64 `json:"new"`
	Changed   int64 `json:"changed"`
	Unchanged int64 `json:"unchanged"`
	Removed   int64 `json:"gone"`
}

// CrawlJobStatus is how a crawl goes.
type CrawlJobStatus struct {
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`
	// Reason is why the job is as it is, in one word.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`
	// Message is one sentence for a person.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	Message string `json:"message,omitempty"`
	// +optional
	StartTime *metav1.Time `json:"startTime,omitempty"`
	// +optional
	CompletionTime *metav1.Time `json:"completionTime,omitempty"`
	// Attempts counts starts, the first too.
	// +optional
	Attempts int32 `json:"attempts,omitempty"`
	// +optional
	Progress *CrawlProgress `json:"progress,omitempty"`
	// +optional
	Documents *DocumentCounts `json:"documents,omitempty"`
	// RunID is the run's key in the store.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	RunID string `json:"runID,omitempty"`
}

// CrawlJob is one crawl of one company. Deleting it cancels it.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=cj,categories=clausea
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
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec CrawlJobSpec `json:"spec"`
	// +optional
	Status CrawlJobStatus `json:"status,omitempty"`
}

// CrawlJobList is a list of crawl jobs.
//
// +kubebuilder:object:root=true
type CrawlJobList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []CrawlJob `json:"items"`
}
