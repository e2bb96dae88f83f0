package kubestore

import (
	"net/http"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"

	"github.com/clausea/crawler/api/v1alpha1"
)

// kinds maps each supported kind to its resource.
var kinds = map[string]schema.GroupResource{
	"Company":  {Group: v1alpha1.GroupVersion.Group, Resource: "companies"},
	"CrawlJob": {Group: v1alpha1.GroupVersion.Group, Resource: "crawljobs"},
}

// NewRESTMapper returns a mapper for the supported kinds. It needs no server.
func NewRESTMapper() meta.RESTMapper {
	m := meta.NewDefaultRESTMapper([]schema.GroupVersion{v1alpha1.GroupVersion})
	for kind, gr := range kinds {
		m.AddSpecific(v1alpha1.GroupVersion.WithKind(kind), gr.WithVersion(v1alpha1.GroupVersion.Version),
			v1alpha1.GroupVersion.WithResource(singularNames[kind]), meta.RESTScopeNamespace)
	}
	return m
}

// singularNames maps each supported kind to the singular name of its resource.
var singularNames = map[string]string{"Company": "company", "CrawlJob": "crawljob"}

// provideMapper is the MapperProvider of a Manager.
func provideMapper(*rest.Config, *http.Client) (meta.RESTMapper, error) { return NewRESTMapper(), nil }
