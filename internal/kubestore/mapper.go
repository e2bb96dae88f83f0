package kubestore

import (
	"net/http"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"

	"github.com/clausea/crawler/api/v1alpha1"
)

// kinds are the resources that the store holds, by kind.
var kinds = map[string]schema.GroupResource{
	"Company":  {Group: v1alpha1.GroupVersion.Group, Resource: "companies"},
	"CrawlJob": {Group: v1alpha1.GroupVersion.Group, Resource: "crawljobs"},
}

// NewRESTMapper maps the kinds of this project; it asks no server.
func NewRESTMapper() meta.RESTMapper {
	m := meta.NewDefaultRESTMapper([]schema.GroupVersion{v1alpha1.GroupVersion})
	for kind, gr := range kinds {
		m.AddSpecific(v1alpha1.GroupVersion.WithKind(kind), gr.WithVersion(v1alpha1.GroupVersion.Version),
			v1alpha1.GroupVersion.WithResource(singularNames[kind]), meta.RESTScopeNamespace)
	}
	return m
}

var singularNames = map[string]string{"Company": "company", "CrawlJob": "crawljob"}

// provideMapper is a manager's MapperProvider.
func provideMapper(*rest.Config, *http.Client) (meta.RESTMapper, error) { return NewRESTMapper(), nil }
