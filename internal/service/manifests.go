package service

import (
	"context"
	"errors"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// Manifests has the use cases of Companies and CrawlJobs of all namespaces as custom resources, for
// commands on the machine of the process. All need the scope admin. Their problems have the text
// of the API server, or of the store in its place.
type Manifests struct {
	Guard  Guard
	Client client.Client
}

// newManifest returns an empty resource of a kind.
func newManifest(kind, namespace, name string) *unstructured.Unstructured {
	o := &unstructured.Unstructured{}
	o.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(kind))
	o.SetNamespace(namespace)
	o.SetName(name)
	return o
}

// Get returns a resource.
func (s *Manifests) Get(ctx context.Context, caller Caller, kind, namespace, name string) (*unstructured.Unstructured, error) {
	if err := caller.Authorize(store.ScopeAdmin); err != nil {
		return nil, err
	}
	o := newManifest(kind, namespace, name)
	if err := s.Client.Get(ctx, client.ObjectKeyFromObject(o), o); err != nil {
		return nil, manifestError(err, "read", o)
	}
	return o, nil
}

// List returns one page of the resources of a kind, by namespace and name. An empty namespace
// selects all.
func (s *Manifests) List(ctx context.Context, caller Caller, kind, namespace string, opts store.ListOptions) ([]unstructured.Unstructured, string, error) {
	if err := caller.Authorize(store.ScopeAdmin); err != nil {
		return nil, "", err
	}
	list := &unstructured.UnstructuredList{}
	list.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(kind + "List"))
	if err := s.Client.List(ctx, list, client.InNamespace(namespace), client.Limit(int64(opts.Limit)), client.Continue(opts.Continue)); err != nil {
		return nil, "", manifestError(err, "list", newManifest(kind, namespace, ""))
	}
	return list.Items, list.GetContinue(), nil
}

// Create creates a resource and returns it with its defaults. A dry run only validates it.
func (s *Manifests) Create(ctx context.Context, caller Caller, o *unstructured.Unstructured, dryRun bool) (*unstructured.Unstructured, error) {
	options := []client.CreateOption{client.FieldValidation("Strict")}
	if dryRun {
		options = append(options, client.DryRunAll)
	}
	return o, s.change(ctx, caller, "create", o, dryRun, func(ctx context.Context, r *Recorded) error {
		if err := s.Client.Create(ctx, o, options...); err != nil {
			return manifestError(err, "create", o)
		}
		r.TargetName, r.After = manifestName(o), o.Object
		return nil
	})
}

// Update replaces all of a resource but its status, and returns it. o has the resource version
// that it replaces. A dry run only validates it.
func (s *Manifests) Update(ctx context.Context, caller Caller, o *unstructured.Unstructured, dryRun bool) (*unstructured.Unstructured, error) {
	options := []client.UpdateOption{client.FieldValidation("Strict")}
	if dryRun {
		options = append(options, client.DryRunAll)
	}
	return o, s.change(ctx, caller, "update", o, dryRun, func(ctx context.Context, r *Recorded) error {
		before := newManifest(o.GetKind(), o.GetNamespace(), o.GetName())
		if err := s.Client.Get(ctx, client.ObjectKeyFromObject(o), before); err != nil {
			return manifestError(err, "read", o)
		}
		if err := s.Client.Update(ctx, o, options...); err != nil {
			return manifestError(err, "update", o)
		}
		r.Before, r.After = before.Object, o.Object
		return nil
	})
}

// Delete requests the deletion of a resource. It remains until its finalizers are removed.
func (s *Manifests) Delete(ctx context.Context, caller Caller, kind, namespace, name string) error {
	o := newManifest(kind, namespace, name)
	return s.change(ctx, caller, "delete", o, false, func(ctx context.Context, _ *Recorded) error {
		if err := s.Client.Delete(ctx, o); err != nil {
			return manifestError(err, "delete", o)
		}
		return nil
	})
}

// change authorizes and records a change of a resource. A dry run changes nothing and is not
// recorded.
func (s *Manifests) change(ctx context.Context, caller Caller, verb string, o *unstructured.Unstructured, dryRun bool, work func(context.Context, *Recorded) error) error {
	if dryRun {
		if err := caller.Authorize(store.ScopeAdmin); err != nil {
			return err
		}
		return work(ctx, &Recorded{})
	}
	kind := strings.ToLower(o.GetKind())
	return s.Guard.Change(ctx, caller, Action{Name: kind + "." + verb, Scope: store.ScopeAdmin, TargetKind: kind, TargetName: manifestName(o)}, work)
}

// manifestName returns NAMESPACE/NAME.
func manifestName(o *unstructured.Unstructured) string { return o.GetNamespace() + "/" + o.GetName() }

// manifestError returns the problem of a call with a resource. An error without a status is
// internal.
func manifestError(err error, verb string, o *unstructured.Unstructured) error {
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		return fmt.Errorf("%s %s %s: %w", verb, o.GetKind(), manifestName(o), err)
	}
	code, known := manifestProblems[apierrors.ReasonForError(err)]
	if !known {
		return fmt.Errorf("%s %s %s: %w", verb, o.GetKind(), manifestName(o), err)
	}
	return problem.Wrap(err, code, "%s", status.Status().Message)
}

// manifestProblems maps the reasons of an API server to the codes of problems.
var manifestProblems = map[metav1.StatusReason]problem.Code{
	metav1.StatusReasonNotFound: problem.NotFound, metav1.StatusReasonAlreadyExists: problem.AlreadyExists, metav1.StatusReasonConflict: problem.Conflict,
	metav1.StatusReasonInvalid: problem.InvalidValue, metav1.StatusReasonBadRequest: problem.MalformedRequest, metav1.StatusReasonExpired: problem.PreconditionFailed,
}
