package v1alpha1

import (
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Domain is a host name in lower case, without scheme, port or path.
//
// +kubebuilder:validation:MinLength=3
// +kubebuilder:validation:MaxLength=253
// +kubebuilder:validation:XValidation:rule="self.matches('^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?[.])+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$')",message="must be a host name in lower case without scheme, port or path; write example.com, not https://example.com/"
type Domain string

// PathPattern is a path in robots.txt's syntax: * is any text, $ the end.
//
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=512
// +kubebuilder:validation:XValidation:rule="self.startsWith('/') || self.startsWith('*')",message="must begin with / or *; write /legal/ or *.pdf$"
type PathPattern string

// Language is a BCP 47 tag, such as en or pt-BR.
//
// +kubebuilder:validation:MinLength=2
// +kubebuilder:validation:MaxLength=35
// +kubebuilder:validation:XValidation:rule="self.matches('^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$')",message="must be a BCP 47 language tag; write en or pt-BR"
type Language string

// DocumentType is a type of legal document.
//
// +kubebuilder:validation:MaxLength=64
// +kubebuilder:validation:Enum=privacy_policy;terms_of_service;cookie_policy;data_processing_agreement;subprocessors;acceptable_use_policy;community_guidelines;copyright_policy;children_privacy;regional_privacy_notice;security_policy;service_level_agreement;developer_terms;commercial_terms;conditions_of_sale;refund_policy;eula;ai_terms;imprint;accessibility_statement;advertising_policy;monetisation_policy;marketplace_sellers_conditions;platform_to_business_notice;ranking_parameters;conditions_of_carriage;law_enforcement_guidelines;brand_guidelines;complaints_policy;human_rights_policy;other_legal
type DocumentType string

// RenderMode says when a page is rendered in a browser.
//
// +kubebuilder:validation:MaxLength=16
// +kubebuilder:validation:Enum=Never;Auto;Always
type RenderMode string

// The render modes. Auto renders a page that matters and came back empty.
const (
	RenderNever  RenderMode = "Never"
	RenderAuto   RenderMode = "Auto"
	RenderAlways RenderMode = "Always"
)

// Seed is an address to begin with.
type Seed struct {
	// URL is an http or https address.
	// +kubebuilder:validation:MinLength=8
	// +kubebuilder:validation:MaxLength=2048
	// +kubebuilder:validation:XValidation:rule="isURL(self) && self.matches('^https?://[^/?#@]+([/?#].*)?$')",message="must be an http or https URL without user name and password; write https://example.com/privacy"
	URL string `json:"url"`
	// Type pins the type of document that is there: it is trusted and scoring is
	// bypassed. Without it the page is only where the crawl begins.
	// +optional
	Type DocumentType `json:"type,omitempty"`
}

// Paths narrow a crawl by path. The longer matching pattern wins; allow wins a draw.
type Paths struct {
	// Allow are paths to crawl; empty is all.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=100
	Allow []PathPattern `json:"allow,omitempty"`
	// Deny are paths to leave out.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=100
	Deny []PathPattern `json:"deny,omitempty"`
}

// CrawlLimits bound a crawl.
type CrawlLimits struct {
	// MaxPages is how many pages are fetched at most; 500 if unset.
	// +optional
	// +kubebuilder:validation:XValidation:rule="self >= 1 && self <= 100000",message="must be from 1 to 100000 pages; leave it out for 500"
	MaxPages *int32 `json:"maxPages,omitempty"`
	// MaxDepth is how many links from a seed at most, from 0 (the seeds alone) to 50; 6 if unset.
	// +optional
	// +kubebuilder:validation:XValidation:rule="self >= 0 && self <= 50",message="must be from 0 (the seeds alone) to 50 links; leave it out for 6"
	MaxDepth *int32 `json:"maxDepth,omitempty"`
	// Delay is the time between requests to one host, such as 1s; 1s if unset.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^(0|([0-9]{1,7}([.][0-9]{1,3})?(ms|s|m|h))+)$') && duration(self == '0' ? '0s' : self) <= duration('5m')",message="must be a duration from 0s to 5m; write 500ms or 2s"
	Delay *metav1.Duration `json:"delay,omitempty"`
	// Render says when a page is rendered in a browser; Never if unset.
	// +optional
	Render RenderMode `json:"render,omitempty"`
	// Languages are preferred, the first most; empty is any.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=20
	Languages []Language `json:"languages,omitempty"`
}

// Target is what to crawl.
type Target struct {
	// DisplayName is the company's name as people write it.
	// +optional
	// +kubebuilder:validation:MaxLength=200
	DisplayName string `json:"displayName,omitempty"`
	// Domains are the hosts in scope, with their subdomains.
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=20
	// +kubebuilder:validation:XValidation:rule="self.all(d, self.exists_one(e, e == d))",message="must not name a domain twice; remove the duplicate"
	Domains []Domain `json:"domains"`
	// Seeds are addresses to begin with beside the domains' home pages.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=100
	Seeds []Seed `json:"seeds,omitempty"`
	// Paths narrow the crawl.
	// +optional
	Paths *Paths `json:"paths,omitempty"`
	// Crawl bounds each crawl.
	// +optional
	Crawl *CrawlLimits `json:"crawl,omitempty"`
	// ExpectedTypes are the types of document that should be found.
	// +optional
	// +listType=atomic
	// +kubebuilder:default={"privacy_policy","terms_of_service"}
	// +kubebuilder:validation:MaxItems=31
	// +kubebuilder:validation:XValidation:rule="self.all(d, self.exists_one(e, e == d))",message="must not name a type twice; remove the duplicate"
	ExpectedTypes []DocumentType `json:"expectedTypes,omitempty"`
}

// StoreKey is the name by which the store knows a company: its own in the namespace
// default, else namespace and name.
func StoreKey(namespace, name string) string {
	if namespace == "" || namespace == metav1.NamespaceDefault {
		return name
	}
	return namespace + "/" + name
}

// NamespaceOf is the namespace of a company that StoreKey named.
func NamespaceOf(storeKey string) string {
	if namespace, _, ok := strings.Cut(storeKey, "/"); ok {
		return namespace
	}
	return metav1.NamespaceDefault
}
