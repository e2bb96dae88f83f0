// Package v1alpha1 has the custom resources Company and CrawlJob of the group
// crawl.clausea.co, their conditions and reasons, and the reading of manifests.
//
// What can be checked is in the schema (bounds, defaults, CEL), which is made of
// the markers here and enforced by the API server and in standalone mode alike.
//
// +kubebuilder:object:generate=true
// +groupName=crawl.clausea.co
package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// GroupVersion is the group and version of the types of this package.
var GroupVersion = schema.GroupVersion{Group: "crawl.clausea.co", Version: "v1alpha1"}

// SchemeBuilder and AddToScheme register the types of this package.
var (
	SchemeBuilder = runtime.NewSchemeBuilder(addTypes)
	AddToScheme   = SchemeBuilder.AddToScheme
)

func addTypes(s *runtime.Scheme) error {
	s.AddKnownTypes(GroupVersion, &Company{}, &CompanyList{}, &CrawlJob{}, &CrawlJobList{})
	metav1.AddToGroupVersion(s, GroupVersion)
	return nil
}
