package httpapi

import (
	"context"
	"encoding/json"
	"net/http"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// maxManifest is the maximum size of a custom resource in a request, in bytes: that of Kubernetes.
const maxManifest = 3 << 20

// ManifestKind selects the custom resources of a kind.
type ManifestKind struct {
	Kind string `path:"kind" enum:"Company,CrawlJob"`
}

// ManifestPath selects a custom resource.
type ManifestPath struct {
	ManifestKind
	Namespace string `path:"namespace" minLength:"1" maxLength:"63"`
	Name      string `path:"name" minLength:"1" maxLength:"253"`
}

// ManifestBody is a custom resource to write.
type ManifestBody struct {
	Body   json.RawMessage
	DryRun bool `query:"dryRun" doc:"Only validate the resource."`
}

// decode returns the resource in the body, which must be of a kind.
func (b ManifestBody) decode(kind string) (*unstructured.Unstructured, error) {
	o := &unstructured.Unstructured{}
	if err := o.UnmarshalJSON(b.Body); err != nil {
		return nil, problem.Wrap(err, problem.MalformedRequest, "the body is not a custom resource in JSON")
	}
	if o.GetKind() != kind {
		return nil, problem.OfField("body.kind", "must be %s, as in the path", kind)
	}
	return o, nil
}

type manifestOutput struct{ Body map[string]any }

type manifestListInput struct {
	ManifestKind
	Namespace string `query:"namespace" maxLength:"63" doc:"Only resources of this namespace."`
	Limit     int    `query:"limit" minimum:"1" maximum:"500" default:"500"`
	Cursor    string `query:"cursor" maxLength:"1024"`
}

// registerManifests registers the routes of Companies and CrawlJobs as custom resources. They are
// for commands of the owner of the process.
func registerManifests(s *Server, manifests *service.Manifests) {
	const all, one = "/v1/resources/{kind}", "/v1/resources/{kind}/{namespace}/{name}"
	op := func(id, method, path string) Operation {
		return Operation{ID: id, Method: method, Path: path, Scope: store.ScopeAdmin, Hidden: true, MaxBody: maxManifest}
	}
	register(s, op("listManifests", http.MethodGet, all), func(ctx context.Context, caller service.Caller, in *manifestListInput) (*listOutput[map[string]any], error) {
		items, next, err := manifests.List(ctx, caller, in.Kind, in.Namespace, store.ListOptions{Limit: in.Limit, Continue: in.Cursor})
		if err != nil {
			return nil, err
		}
		return newList(ctx, items, next, func(o unstructured.Unstructured) map[string]any { return o.Object }), nil
	})
	register(s, op("getManifest", http.MethodGet, one), func(ctx context.Context, caller service.Caller, in *ManifestPath) (*manifestOutput, error) {
		return newManifestOutput(manifests.Get(ctx, caller, in.Kind, in.Namespace, in.Name))
	})
	create := op("createManifest", http.MethodPost, all)
	create.Status = http.StatusCreated
	register(s, create, func(ctx context.Context, caller service.Caller, in *struct {
		ManifestKind
		ManifestBody
	}) (*manifestOutput, error) {
		o, err := in.decode(in.Kind)
		if err != nil {
			return nil, err
		}
		return newManifestOutput(manifests.Create(ctx, caller, o, in.DryRun))
	})
	register(s, op("updateManifest", http.MethodPut, one), func(ctx context.Context, caller service.Caller, in *struct {
		ManifestPath
		ManifestBody
	}) (*manifestOutput, error) {
		o, err := in.decode(in.Kind)
		if err != nil {
			return nil, err
		}
		o.SetNamespace(in.Namespace)
		o.SetName(in.Name)
		return newManifestOutput(manifests.Update(ctx, caller, o, in.DryRun))
	})
	remove := op("deleteManifest", http.MethodDelete, one)
	remove.Status = http.StatusNoContent
	register(s, remove, func(ctx context.Context, caller service.Caller, in *ManifestPath) (*struct{}, error) {
		return nil, manifests.Delete(ctx, caller, in.Kind, in.Namespace, in.Name)
	})
}

func newManifestOutput(o *unstructured.Unstructured, err error) (*manifestOutput, error) {
	if err != nil {
		return nil, err
	}
	return &manifestOutput{Body: o.Object}, nil
}
