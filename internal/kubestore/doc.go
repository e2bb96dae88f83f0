// Package kubestore is the home of the custom resources where there is no
// Kubernetes: a controller-runtime client, cache, leader lock and event recorder
// over the store, so that a stock Manager runs the same reconcilers unchanged.
//
// It keeps to what reconcilers rely on: resource versions that are decimal integers
// and compared on every write, generations that count changes of the spec, a status
// subresource, deletion in two phases with finalizers, JSON merge patches, and the
// schema of the definitions with its defaults and rules. What it does not have
// (server-side apply, strategic merge, other subresources, garbage collection) it
// refuses with an error that says so; it never does nothing in silence.
package kubestore

import (
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/clausea/crawler/internal/store"
)

// ErrNotSupported says that a verb or an option is none of those that this client has.
var ErrNotSupported = errors.New("not supported without Kubernetes")

func notSupported(what string) error { return fmt.Errorf("%s: %w", what, ErrNotSupported) }

// apiError gives a store's error the type that an API server's client would have.
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

// ignoreRace is err, or nil where somebody else was quicker.
func ignoreRace(err error) error {
	if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}
