package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// DeletionPolicy determines what happens to the stored documents of a Company when the
// Company is deleted.
//
// +kubebuilder:validation:MaxLength=16
// +kubebuilder:validation:Enum=Retain;Delete
type DeletionPolicy string

// The deletion policies: keep the stored documents, or delete them with the Company.
const (
	DeletionRetain DeletionPolicy = "Retain"
	DeletionDelete DeletionPolicy = "Delete"
)

// Schedule defines when a Company is crawled automatically.
type Schedule struct {
	// cron is the schedule in Cron format: five fields (minute, hour, day of month, month,
	// day of week), or a macro such as @daily.
	// +required
	// +kubebuilder:validation:MinLength=5
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:XValidation:rule="self.matches('^@(hourly|daily|midnight|weekly|monthly|yearly|annually)$') || self.matches('^[0-9*,/-]+( +[0-9A-Za-z*,/?#-]+){4}$')",message="must have five fields (minute hour day month weekday) or be @hourly, @daily, @weekly, @monthly or @yearly; write \"30 2 * * *\" for 02:30 every day"
	Cron string `json:"cron"`
	// timeZone is the IANA name of the time zone in which the schedule is interpreted.
	// Defaults to Etc/UTC.
	// +optional
	// +kubebuilder:default="Etc/UTC"
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule="self.matches('^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$')",message="must be an IANA time zone; write Europe/Paris or Etc/UTC"
	TimeZone string `json:"timeZone,omitempty"`
	// jitter delays each start by a random time up to this duration, so that the crawls of
	// many companies do not start together. The maximum is 24h.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^(0|([0-9]{1,7}([.][0-9]{1,3})?(ms|s|m|h))+)$') && duration(self == '0' ? '0s' : self) <= duration('24h')",message="must be a duration from 0s to 24h; write 10m"
	Jitter *metav1.Duration `json:"jitter,omitempty"`
}

// HistoryLimits defines how many of the finished CrawlJobs that the schedule created are kept.
type HistoryLimits struct {
	// successful is the number of Complete CrawlJobs to keep. Defaults to 3.
	// +optional
	// +kubebuilder:default=3
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=100
	Successful *int32 `json:"successful,omitempty"`
	// failed is the number of Failed CrawlJobs to keep. Defaults to 3.
	// +optional
	// +kubebuilder:default=3
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=100
	Failed *int32 `json:"failed,omitempty"`
}

// CompanySpec defines what to crawl, when to crawl it, and what to keep.
type CompanySpec struct {
	Target `json:",inline"`
	// schedule starts crawls automatically. Without it, only a CrawlJob that a client
	// creates starts a crawl.
	// +optional
	Schedule *Schedule `json:"schedule,omitempty"`
	// cooldown is the minimum time between the end of a crawl and the next crawl that the
	// schedule starts. The schedule skips its times within the cooldown. CrawlJobs that a
	// client creates ignore it. Defaults to 0s.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^(0|([0-9]{1,7}([.][0-9]{1,3})?(ms|s|m|h))+)$') && duration(self == '0' ? '0s' : self) <= duration('8760h')",message="must be a duration from 0s to 8760h (one year); write 6h"
	Cooldown *metav1.Duration `json:"cooldown,omitempty"`
	// suspend stops the schedule from starting crawls. It does not affect a running crawl.
	// +optional
	Suspend bool `json:"suspend,omitempty"`
	// historyLimits defines how many of the finished CrawlJobs that the schedule created are
	// kept.
	// +optional
	// +kubebuilder:default={}
	HistoryLimits *HistoryLimits `json:"historyLimits,omitempty"`
	// deletionPolicy determines what happens to the stored documents and runs when the Company
	// is deleted. Retain keeps them and Delete deletes them. Defaults to Retain.
	// +optional
	// +kubebuilder:default=Retain
	DeletionPolicy DeletionPolicy `json:"deletionPolicy,omitempty"`
}

// CrawlSummary summarizes the most recent crawl.
type CrawlSummary struct {
	// jobName is the name of the CrawlJob.
	// +required
	// +kubebuilder:validation:MaxLength=253
	JobName string `json:"jobName"`
	// runID is the identifier of the run in the store.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	RunID string `json:"runID,omitempty"`
	// reason is the CrawlJob's reason: a CamelCase word that explains its state.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`
	// message is a human-readable sentence that explains the reason.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	Message string `json:"message,omitempty"`
	// startTime is the time at which the crawl started. It is unset if it never started.
	// +optional
	StartTime *metav1.Time `json:"startTime,omitempty"`
	// completionTime is the time at which the CrawlJob became Complete or Failed.
	// +optional
	CompletionTime *metav1.Time `json:"completionTime,omitempty"`
}

// TypeCount is the number of documents of a type.
type TypeCount struct {
	// type is the type of document.
	// +required
	Type DocumentType `json:"type"`
	// count is the number of documents of this type.
	// +required
	Count int32 `json:"count"`
}

// CoverageState is the state of an expected document type: Found or Missing.
//
// +kubebuilder:validation:MaxLength=16
// +kubebuilder:validation:Enum=Found;Missing
type CoverageState string

// The coverage states.
const (
	CoverageFound   CoverageState = "Found"
	CoverageMissing CoverageState = "Missing"
)

// The reasons why an expected type is missing: no page links to such a document,
// robots.txt disallows its page, the site denies access to it, the page cannot be
// fetched, the page of a known document lost its text, or the result is uncertain because a
// candidate has another type or the crawl ended before it fetched all candidates.
const (
	MissingNotLinked    MissingReason = "NotLinked"
	MissingRobots       MissingReason = "Robots"
	MissingAccessDenied MissingReason = "AccessDenied"
	MissingUnreachable  MissingReason = "Unreachable"
	MissingBroken       MissingReason = "Broken"
	MissingUnsure       MissingReason = "Unsure"
	// The type is linked, and the link explains why it has no document.
	MissingOffSite      MissingReason = "OffSite"      // on another domain, which the crawl does not fetch
	MissingNotFound     MissingReason = "NotFound"     // the linked page does not exist
	MissingNotDocument  MissingReason = "NotDocument"  // the linked page is not a document of the type
	MissingFileType     MissingReason = "FileType"     // the linked file has a format that is not read
	MissingBadEncoding  MissingReason = "BadEncoding"  // the response could not be decoded
	MissingNeedsBrowser MissingReason = "NeedsBrowser" // scripts build the text of the linked page
	MissingExcluded     MissingReason = "Excluded"     // the paths of the Company exclude the linked page
	MissingLimit        MissingReason = "Limit"        // a limit of the crawl was reached before
)

// MissingReason is the reason why an expected type was not found.
//
// +kubebuilder:validation:MaxLength=16
// +kubebuilder:validation:Enum=NotLinked;Robots;AccessDenied;Unreachable;Broken;Unsure;OffSite;NotFound;NotDocument;FileType;BadEncoding;NeedsBrowser;Excluded;Limit
type MissingReason string

// Coverage is the result of the search for an expected document type.
type Coverage struct {
	// type is the expected type of document.
	// +required
	Type DocumentType `json:"type"`
	// state is Found or Missing.
	// +required
	State CoverageState `json:"state"`
	// documentID is the identifier of the document that was found. If the state is Missing,
	// it is that of a known document whose text was not found, if there is one.
	// +optional
	// +kubebuilder:validation:MaxLength=128
	DocumentID string `json:"documentID,omitempty"`
	// url is the URL of the document that was found. If the state is Missing, it is the URL
	// of that document or of the best candidate, if there is one.
	// +optional
	// +kubebuilder:validation:MaxLength=2048
	URL string `json:"url,omitempty"`
	// reason explains why the type is missing. It is set only if the state is Missing.
	// +optional
	Reason MissingReason `json:"reason,omitempty"`
}

// CompanyStatus is the observed state of a Company.
type CompanyStatus struct {
	// observedGeneration is the generation of the spec that this status reflects.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
	// conditions are the latest observations of the Company's state. The types are Ready,
	// Reconciling, Stalled, Suspended and CoverageComplete.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`
	// lastCrawl summarizes the most recent crawl.
	// +optional
	LastCrawl *CrawlSummary `json:"lastCrawl,omitempty"`
	// nextCrawlTime is the time of the next scheduled crawl.
	// +optional
	NextCrawlTime *metav1.Time `json:"nextCrawlTime,omitempty"`
	// documents is the number of documents of each type.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=31
	Documents []TypeCount `json:"documents,omitempty"`
	// documentCount is the total number of documents.
	// +optional
	DocumentCount int32 `json:"documentCount,omitempty"`
	// coverage lists each expected type and whether a document of it was found. It is empty
	// before the first crawl.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=31
	Coverage []Coverage `json:"coverage,omitempty"`
	// lastChangeTime is the time of the most recent change to a document.
	// +optional
	LastChangeTime *metav1.Time `json:"lastChangeTime,omitempty"`
}

// Company is a company whose legal documents are monitored.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:validation:XValidation:rule="self.metadata.name.size() <= 63",message="metadata.name must have at most 63 characters, because its CrawlJobs carry it as a label value; choose a shorter one"
// +kubebuilder:resource:shortName=co,categories=clausea,path=companies
// +kubebuilder:selectablefield:JSONPath=`.spec.suspend`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="State",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`
// +kubebuilder:printcolumn:name="Coverage",type=string,JSONPath=`.status.conditions[?(@.type=="CoverageComplete")].status`
// +kubebuilder:printcolumn:name="Documents",type=integer,JSONPath=`.status.documentCount`
// +kubebuilder:printcolumn:name="Last Change",type=date,JSONPath=`.status.lastChangeTime`
// +kubebuilder:printcolumn:name="Next Crawl",type=string,JSONPath=`.status.nextCrawlTime`
// +kubebuilder:printcolumn:name="Activity",type=string,JSONPath=`.status.conditions[?(@.type=="Reconciling")].message`,priority=1
// +kubebuilder:printcolumn:name="Suspend",type=boolean,JSONPath=`.spec.suspend`,priority=1
// +kubebuilder:printcolumn:name="Domains",type=string,JSONPath=`.spec.domains`,priority=1
// +kubebuilder:printcolumn:name="Message",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].message`,priority=1
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type Company struct {
	metav1.TypeMeta `json:",inline"`
	// metadata is the standard object metadata.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec is the desired state of the Company.
	// +required
	Spec CompanySpec `json:"spec"`
	// status is the observed state of the Company.
	// +optional
	Status CompanyStatus `json:"status,omitempty"`
}

// CompanyList is a list of Companies.
//
// +kubebuilder:object:root=true
type CompanyList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Company `json:"items"`
}
