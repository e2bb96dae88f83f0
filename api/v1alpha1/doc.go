// Package v1alpha1 defines the custom resources Company and CrawlJob of the API group
// crawl.clausea.co, their conditions and their reasons.
//
// The markers in this package generate the schema: bounds, defaults and CEL validation
// rules. The API server enforces it, and standalone mode enforces the same schema.
//
// +kubebuilder:object:generate=true
// +groupName=crawl.clausea.co
package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// GroupVersion is the API group and version of the types in this package.
var GroupVersion = schema.GroupVersion{Group: "crawl.clausea.co", Version: "v1alpha1"}

// SchemeBuilder and AddToScheme register the types in this package with a scheme.
var (
	SchemeBuilder = runtime.NewSchemeBuilder(addTypes)
	AddToScheme   = SchemeBuilder.AddToScheme
)

func addTypes(s *runtime.Scheme) error {
	s.AddKnownTypes(GroupVersion, &Company{}, &CompanyList{}, &CrawlJob{}, &CrawlJobList{})
	metav1.AddToGroupVersion(s, GroupVersion)
	return nil
}
