package kubestore

import (
	"encoding/json"

	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/clausea/crawler/api/v1alpha1"
)

func schemaKind(kind string) schema.GroupKind {
	return v1alpha1.GroupVersion.WithKind(kind).GroupKind()
}

// checkMeta checks names, labels, annotations and finalizers as an API server does.
func checkMeta(c content) field.ErrorList {
	path := field.NewPath("metadata")
	b, err := json.Marshal(metaOf(c))
	if err != nil {
		return field.ErrorList{field.Invalid(path, nil, err.Error())}
	}
	m := metav1.ObjectMeta{}
	if err := json.Unmarshal(b, &m); err != nil {
		return field.ErrorList{field.Invalid(path, nil, err.Error())}
	}
	return apivalidation.ValidateObjectMeta(&m, true, apivalidation.NameIsDNSSubdomain, path)
}
