package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// DeletionPolicy says what becomes of documents when their Company is deleted.
//
// +kubebuilder:validation:MaxLength=16
// +kubebuilder:validation:Enum=Retain;Delete
type DeletionPolicy string

// The deletion policies.
const (
	DeletionRetain DeletionPolicy = "Retain"
	DeletionDelete DeletionPolicy = "Delete"
)

// Schedule says when a company is crawled by itself.
type Schedule struct {
	// Cron is five fields (minute hour day month weekday) or @daily and the like.
	// +kubebuilder:validation:MinLength=5
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:XValidation:rule="self.matches('^@(hourly|daily|midnight|weekly|monthly|yearly|annually)$') || self.matches('^[0-9*,/-]+( +[0-9A-Za-z*,/?#-]+){4}$')",message="must have five fields (minute hour day month weekday) or be @hourly, @daily, @weekly, @monthly or @yearly; write \"30 2 * * *\" for every night at half past two"
	Cron string `json:"cron"`
	// TimeZone is an IANA name.
	// +optional
	// +kubebuilder:default="Etc/UTC"
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule="self.matches('^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$')",message="must be an IANA time zone; write Europe/Paris or Etc/UTC"
	TimeZone string `json:"timeZone,omitempty"`
	// Jitter spreads the start over this time, at most 24h.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^(0|([0-9]{1,7}([.][0-9]{1,3})?(ms|s|m|h))+)$') && duration(self == '0' ? '0s' : self) <= duration('24h')",message="must be a duration from 0s to 24h; write 10m"
	Jitter *metav1.Duration `json:"jitter,omitempty"`
}

// HistoryLimits are how many finished CrawlJobs of each kind are kept.
type HistoryLimits struct {
	// +optional
	// +kubebuilder:default=3
	// +kubebuilder:validation:XValidation:rule="self >= 0 && self <= 100",message="must be from 0 to 100 finished jobs; leave it out for 3"
	Successful *int32 `json:"successful,omitempty"`
	// +optional
	// +kubebuilder:default=3
	// +kubebuilder:validation:XValidation:rule="self >= 0 && self <= 100",message="must be from 0 to 100 finished jobs; leave it out for 3"
	Failed *int32 `json:"failed,omitempty"`
}

// NotifyTarget is one receiver of news.
type NotifyTarget struct {
	// SecretRef names the Secret whose key url has the webhook's address.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	SecretRef string `json:"secretRef"`
	// Events are what to tell of.
	// +optional
	// +listType=set
	// +kubebuilder:default={"Changed"}
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=4
	Events []NotifyEvent `json:"events,omitempty"`
}

// NotifyEvent is what a receiver is told of.
//
// +kubebuilder:validation:MaxLength=16
// +kubebuilder:validation:Enum=Found;Changed;Gone;Failed
type NotifyEvent string

// CompanySpec says what to crawl, when, and what to keep.
type CompanySpec struct {
	Target `json:",inline"`
	// Schedule starts crawls by itself; without it only CrawlJobs do.
	// +optional
	Schedule *Schedule `json:"schedule,omitempty"`
	// Cooldown is the least time between two crawls; 0s if unset.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^(0|([0-9]{1,7}([.][0-9]{1,3})?(ms|s|m|h))+)$') && duration(self == '0' ? '0s' : self) <= duration('8760h')",message="must be a duration from 0s to 8760h (a year); write 6h"
	Cooldown *metav1.Duration `json:"cooldown,omitempty"`
	// Suspend stops the schedule; a crawl that runs goes on.
	// +optional
	Suspend bool `json:"suspend,omitempty"`
	// HistoryLimits bound the finished CrawlJobs that are kept.
	// +optional
	// +kubebuilder:default={}
	HistoryLimits *HistoryLimits `json:"historyLimits,omitempty"`
	// DeletionPolicy says what becomes of the documents.
	// +optional
	// +kubebuilder:default=Retain
	DeletionPolicy DeletionPolicy `json:"deletionPolicy,omitempty"`
	// Notify are receivers of news.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=10
	Notify []NotifyTarget `json:"notify,omitempty"`
}

// CrawlSummary is the last crawl in short.
type CrawlSummary struct {
	// +kubebuilder:validation:MaxLength=253
	JobName string `json:"jobName"`
	// +optional
	// +kubebuilder:validation:MaxLength=64
	RunID string `json:"runID,omitempty"`
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	Message string `json:"message,omitempty"`
	// +optional
	StartTime *metav1.Time `json:"startTime,omitempty"`
	// +optional
	CompletionTime *metav1.Time `json:"completionTime,omitempty"`
}

// TypeCount is the number of documents of one type.
type TypeCount struct {
	Type  DocumentType `json:"type"`
	Count int32        `json:"count"`
}

// CoverageState is Found or Missing.
//
// +kubebuilder:validation:MaxLength=16
// +kubebuilder:validation:Enum=Found;Missing
type CoverageState string

// The states, and the reasons why an expected type is missing.
const (
	CoverageFound   CoverageState = "Found"
	CoverageMissing CoverageState = "Missing"

	MissingNotLinked    MissingReason = "NotLinked"
	MissingRobots       MissingReason = "Robots"
	MissingAccessDenied MissingReason = "AccessDenied"
	MissingUnreachable  MissingReason = "Unreachable"
	MissingUnsure       MissingReason = "Unsure"
)

// MissingReason says why an expected type was not found.
//
// +kubebuilder:validation:MaxLength=16
// +kubebuilder:validation:Enum=NotLinked;Robots;AccessDenied;Unreachable;Unsure
type MissingReason string

// Coverage is the state of one expected type.
type Coverage struct {
	Type  DocumentType  `json:"type"`
	State CoverageState `json:"state"`
	// DocumentID and URL are those of the document found.
	// +optional
	// +kubebuilder:validation:MaxLength=128
	DocumentID string `json:"documentID,omitempty"`
	// +optional
	// +kubebuilder:validation:MaxLength=2048
	URL string `json:"url,omitempty"`
	// Reason is set where State is Missing.
	// +optional
	Reason MissingReason `json:"reason,omitempty"`
}

// CompanyStatus is what is known of a company.
type CompanyStatus struct {
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`
	// +optional
	LastCrawl *CrawlSummary `json:"lastCrawl,omitempty"`
	// +optional
	NextCrawlTime *metav1.Time `json:"nextCrawlTime,omitempty"`
	// Documents are counted by type.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=31
	Documents []TypeCount `json:"documents,omitempty"`
	// DocumentCount is the sum of Documents.
	// +optional
	DocumentCount int32 `json:"documentCount,omitempty"`
	// Coverage has each expected type.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=31
	Coverage []Coverage `json:"coverage,omitempty"`
	// +optional
	LastChangeTime *metav1.Time `json:"lastChangeTime,omitempty"`
}

// Company is a company whose legal documents are followed.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:validation:XValidation:rule="self.metadata.name.size() <= 63",message="metadata.name must have at most 63 characters, since its CrawlJobs bear it as a label; choose a shorter one"
// +kubebuilder:resource:shortName=co,categories=clausea,path=companies
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="State",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`
// +kubebuilder:printcolumn:name="Documents",type=integer,JSONPath=`.status.documentCount`
// +kubebuilder:printcolumn:name="Last Change",type=date,JSONPath=`.status.lastChangeTime`
// +kubebuilder:printcolumn:name="Next Crawl",type=string,JSONPath=`.status.nextCrawlTime`
// +kubebuilder:printcolumn:name="Suspend",type=boolean,JSONPath=`.spec.suspend`,priority=1
// +kubebuilder:printcolumn:name="Domains",type=string,JSONPath=`.spec.domains`,priority=1
// +kubebuilder:printcolumn:name="Message",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].message`,priority=1
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type Company struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec CompanySpec `json:"spec"`
	// +optional
	Status CompanyStatus `json:"status,omitempty"`
}

// CompanyList is a list of companies.
//
// +kubebuilder:object:root=true
type CompanyList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Company `json:"items"`
}
