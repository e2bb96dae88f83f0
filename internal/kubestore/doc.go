// Package kubestore stores custom resources in standalone mode, without Kubernetes. It
// implements a controller-runtime client, cache, leader election lock and event recorder over
// the store, so that a standard Manager runs the same reconcilers unchanged.
//
// It implements the behavior that reconcilers rely on: resource versions that are decimal
// integers and are compared on every write, generations that count changes of the spec, a
// status subresource, two-phase deletion with finalizers, JSON merge patches, and the schema
// of the CustomResourceDefinitions with its defaults and validation rules. An unsupported
// operation (server-side apply, strategic merge patches, other subresources, garbage
// collection) fails with ErrNotSupported.
package kubestore

import (
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/clausea/crawler/internal/store"
)

// ErrNotSupported means that the client does not support an operation or an option.
var ErrNotSupported = errors.New("not supported without Kubernetes")

func notSupported(what string) error { return fmt.Errorf("%s: %w", what, ErrNotSupported) }

// apiError translates an error of the store into the error that an API server would return.
func apiError(err error, gr schema.GroupResource, name string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, store.ErrNotFound):
		return apierrors.NewNotFound(gr, name)
	case errors.Is(err, store.ErrExists):
		return apierrors.NewAlreadyExists(gr, name)
	case errors.Is(err, store.ErrConflict):
		return apierrors.NewConflict(gr, name, errors.New("the object has been modified; please apply your changes to the latest version and try again"))
	case errors.Is(err, store.ErrExpired):
		return apierrors.NewResourceExpired(err.Error())
	}
	return err
}

// ignoreRace returns nil if err means that another writer changed or deleted the object, and
// err otherwise.
func ignoreRace(err error) error {
	if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}
