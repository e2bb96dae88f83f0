package v1alpha1

import (
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Domain is a lower-case host name without scheme, port or path. It may be in its own script.
//
// +kubebuilder:validation:MinLength=3
// +kubebuilder:validation:MaxLength=253
// +kubebuilder:validation:XValidation:rule="self.matches('^([a-z0-9[:^ascii:]]([a-z0-9[:^ascii:]-]{0,61}[a-z0-9[:^ascii:]])?[.])+[a-z0-9[:^ascii:]]([a-z0-9[:^ascii:]-]{0,61}[a-z0-9[:^ascii:]])?$')",message="must be a lower-case host name without scheme, port or path; write example.com, not https://example.com/"
type Domain string

// PathPattern is a path pattern in the syntax of robots.txt: * matches any text and $ the
// end of the path.
//
// +kubebuilder:validation:MinLength=1
// +kubebuilder:validation:MaxLength=512
// +kubebuilder:validation:XValidation:rule="self.startsWith('/') || self.startsWith('*')",message="must begin with / or *; write /legal/ or *.pdf$"
type PathPattern string

// Language is a BCP 47 language tag, such as en or pt-BR.
//
// +kubebuilder:validation:MinLength=2
// +kubebuilder:validation:MaxLength=35
// +kubebuilder:validation:XValidation:rule="self.matches('^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$')",message="must be a BCP 47 language tag; write en or pt-BR"
type Language string

// DocumentType is the type of a legal document.
//
// +kubebuilder:validation:MaxLength=64
// +kubebuilder:validation:Enum=privacy_policy;terms_of_service;cookie_policy;data_processing_agreement;subprocessors;acceptable_use_policy;community_guidelines;copyright_policy;children_privacy;regional_privacy_notice;security_policy;service_level_agreement;developer_terms;commercial_terms;conditions_of_sale;refund_policy;eula;ai_terms;imprint;accessibility_statement;advertising_policy;monetisation_policy;marketplace_sellers_conditions;platform_to_business_notice;ranking_parameters;conditions_of_carriage;law_enforcement_guidelines;brand_guidelines;complaints_policy;human_rights_policy;other_legal
type DocumentType string

// RenderMode determines which pages are rendered in a headless browser.
//
// +kubebuilder:validation:MaxLength=16
// +kubebuilder:validation:Enum=Never;Auto;Always
type RenderMode string

// The render modes. Auto renders a page that may be a legal document but came back
// without content.
const (
	RenderNever  RenderMode = "Never"
	RenderAuto   RenderMode = "Auto"
	RenderAlways RenderMode = "Always"
)

// OffSiteMode determines which documents on other domains are fetched.
//
// +kubebuilder:validation:MaxLength=16
// +kubebuilder:validation:Enum=Never;Linked
type OffSiteMode string

// The off-site modes. Linked fetches a page on another domain, alone, if the company's own
// pages link to it as a document of the company.
const (
	OffSiteNever  OffSiteMode = "Never"
	OffSiteLinked OffSiteMode = "Linked"
)

// Seed is a URL that the crawl starts with.
type Seed struct {
	// url is an http or https URL.
	// +required
	// +kubebuilder:validation:MinLength=8
	// +kubebuilder:validation:MaxLength=2048
	// +kubebuilder:validation:XValidation:rule="isURL(self) && self.matches('^https?://[^/?#@]+([/?#].*)?$')",message="must be an http or https URL without user name and password; write https://example.com/privacy"
	URL string `json:"url"`
	// type pins the page as a document of this type: the type is trusted and the page is
	// not scored. Without a type, the page is only a starting point for the crawl.
	// +optional
	Type DocumentType `json:"type,omitempty"`
}

// Paths restricts a crawl by path. If several patterns match, the longest one applies; if
// an allow and a deny pattern of equal length match, allow applies.
type Paths struct {
	// allow lists the paths to crawl. If it is empty, all paths are crawled.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=100
	Allow []PathPattern `json:"allow,omitempty"`
	// deny lists the paths to skip.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=100
	Deny []PathPattern `json:"deny,omitempty"`
}

// CrawlLimits bounds a crawl. The value of an unset field is that of the setting of the
// process that crawls, such as CLAUSEA_MAX_PAGES for maxPages. The defaults of the fields
// apply if that setting is unset too.
type CrawlLimits struct {
	// maxPages is the maximum number of pages to fetch. Defaults to 500.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=100000
	MaxPages *int32 `json:"maxPages,omitempty"`
	// maxDepth is the maximum number of links to follow from a seed, from 0 (only the
	// seeds) to 50. Defaults to 6.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=50
	MaxDepth *int32 `json:"maxDepth,omitempty"`
	// delay is the minimum time between two requests to a host, such as 500ms. Defaults
	// to 1s.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^(0|([0-9]{1,7}([.][0-9]{1,3})?(ms|s|m|h))+)$') && duration(self == '0' ? '0s' : self) <= duration('5m')",message="must be a duration from 0s to 5m; write 500ms or 2s"
	Delay *metav1.Duration `json:"delay,omitempty"`
	// timeLimit is the maximum duration of the crawl. A crawl that reaches it is Complete
	// with reason TimeLimit. It is measured anew when the crawl is retried or resumes. If
	// it is unset, the crawl is bounded by the activeDeadlineSeconds of the CrawlJob or, if
	// clausea crawl runs it, by 30m. A CrawlJob that a schedule creates gets
	// activeDeadlineSeconds of timeLimit plus one hour.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]{1,7}([.][0-9]{1,3})?(ms|s|m|h))+$') && duration(self) >= duration('1s') && duration(self) <= duration('168h')",message="must be a duration from 1s to 168h (one week); write 45m or 2h"
	TimeLimit *metav1.Duration `json:"timeLimit,omitempty"`
	// render determines which pages are rendered in a headless browser. Defaults to Never.
	// +optional
	Render RenderMode `json:"render,omitempty"`
	// offSite determines which documents on other domains are fetched: Linked fetches those
	// that the company's own pages present as the company's documents. Defaults to Linked.
	// +optional
	OffSite OffSiteMode `json:"offSite,omitempty"`
	// languages lists the preferred languages, most preferred first. If it is empty, no
	// language is preferred.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=20
	Languages []Language `json:"languages,omitempty"`
}

// IgnoredText is a text whose edits are no changes. # stands for any number.
//
// +kubebuilder:validation:MinLength=3
// +kubebuilder:validation:MaxLength=500
// +kubebuilder:validation:XValidation:rule="self.matches('[^0-9#[:space:][:punct:]]')",message="must contain a letter; write the words around the number, such as: we have # partners"
type IgnoredText string

// Target defines what to crawl.
type Target struct {
	// displayName is the human-readable name of the company.
	// +optional
	// +kubebuilder:validation:MaxLength=200
	DisplayName string `json:"displayName,omitempty"`
	// domains lists the domains that are in scope, including their subdomains.
	// +required
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=20
	// +kubebuilder:validation:XValidation:rule="self.all(d, self.exists_one(e, e == d))",message="must not list a domain twice; remove the duplicate"
	Domains []Domain `json:"domains"`
	// seeds lists URLs to start with, in addition to the home pages of the domains.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=100
	Seeds []Seed `json:"seeds,omitempty"`
	// paths restricts the crawl by path.
	// +optional
	Paths *Paths `json:"paths,omitempty"`
	// crawl bounds each crawl.
	// +optional
	Crawl *CrawlLimits `json:"crawl,omitempty"`
	// expectedTypes lists the types of document that a crawl is expected to find. Defaults
	// to privacy_policy and terms_of_service.
	// +optional
	// +listType=atomic
	// +kubebuilder:default={"privacy_policy","terms_of_service"}
	// +kubebuilder:validation:MaxItems=31
	// +kubebuilder:validation:XValidation:rule="self.all(d, self.exists_one(e, e == d))",message="must not list a type twice; remove the duplicate"
	ExpectedTypes []DocumentType `json:"expectedTypes,omitempty"`
	// ignoreText lists texts whose edits are no changes: an edit is ignored if its removed and
	// its added words lie within such a text of the old and the new version. # stands for any
	// number, so that "we have # partners" ignores a new number of partners. Case and
	// punctuation do not count. A version with nothing but ignored edits is stored, and makes
	// no change.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=50
	// +kubebuilder:validation:XValidation:rule="self.all(d, self.exists_one(e, e == d))",message="must not list a text twice; remove the duplicate"
	IgnoreText []IgnoredText `json:"ignoreText,omitempty"`
}

// IgnoreTexts returns the texts whose edits are no changes.
func (t *Target) IgnoreTexts() []string {
	var out []string
	for _, text := range t.IgnoreText {
		out = append(out, string(text))
	}
	return out
}

// StoreKey returns the key of a company in the store: its name if the namespace is default
// or empty, otherwise NAMESPACE/NAME.
func StoreKey(namespace, name string) string {
	if namespace == "" || namespace == metav1.NamespaceDefault {
		return name
	}
	return namespace + "/" + name
}

// NamespaceOf returns the namespace of a key that StoreKey returned.
func NamespaceOf(storeKey string) string {
	if namespace, _, ok := strings.Cut(storeKey, "/"); ok {
		return namespace
	}
	return metav1.NamespaceDefault
}
