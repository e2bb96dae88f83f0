package kubestore

import (
	"encoding/json"

	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/clausea/crawler/api/v1alpha1"
)

// groupKindOf returns the group and kind of a supported kind.
func groupKindOf(kind string) schema.GroupKind {
	return v1alpha1.GroupVersion.WithKind(kind).GroupKind()
}

// validateMetadata validates names, labels, annotations and finalizers as an API server does.
// old is nil for a new object.
func validateMetadata(c, old content) field.ErrorList {
	path := field.NewPath("metadata")
	cur, err := decodeMetadata(c)
	if err != nil {
		return field.ErrorList{field.Invalid(path, nil, err.Error())}
	}
	errs := apivalidation.ValidateObjectMeta(cur, true, apivalidation.NameIsDNSSubdomain, path)
	if old == nil {
		return errs
	}
	was, err := decodeMetadata(old)
	if err != nil {
		return append(errs, field.Invalid(path, nil, err.Error()))
	}
	if was.DeletionTimestamp != nil {
		errs = append(errs, apivalidation.ValidateNoNewFinalizers(cur.Finalizers, was.Finalizers, path.Child("finalizers"))...)
	}
	return errs
}

// decodeMetadata returns the metadata of an object.
func decodeMetadata(c content) (*metav1.ObjectMeta, error) {
	m := &metav1.ObjectMeta{}
	b, err := json.Marshal(metadataOf(c))
	if err != nil {
		return nil, err
	}
	return m, json.Unmarshal(b, m)
}
