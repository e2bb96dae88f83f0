package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/problem"
)

// resourceAccess is what commands use of a client of Companies and CrawlJobs.
type resourceAccess interface {
	client.Reader
	Create(ctx context.Context, obj client.Object, opts ...client.CreateOption) error
	Update(ctx context.Context, obj client.Object, opts ...client.UpdateOption) error
	Delete(ctx context.Context, obj client.Object, opts ...client.DeleteOption) error
}

// apiResources reaches Companies and CrawlJobs through the API of the process that has the store
// open. It accepts unstructured resources only. Its errors are those of an API server.
type apiResources struct{ api *localAPI }

var _ resourceAccess = apiResources{}

// errTyped reports a resource that is not unstructured, which is a mistake of the programmer.
var errTyped = errors.New("only unstructured resources are supported")

// Get implements client.Reader.
func (r apiResources) Get(ctx context.Context, key client.ObjectKey, obj client.Object, _ ...client.GetOption) error {
	o, ok := obj.(*unstructured.Unstructured)
	if !ok {
		return errTyped
	}
	named := o.DeepCopy()
	named.SetNamespace(key.Namespace)
	named.SetName(key.Name)
	return r.exchange(ctx, http.MethodGet, resourcePath(named), nil, o)
}

// List implements client.Reader. The only option with an effect is the namespace.
func (r apiResources) List(ctx context.Context, list client.ObjectList, opts ...client.ListOption) error {
	l, ok := list.(*unstructured.UnstructuredList)
	if !ok {
		return errTyped
	}
	o := client.ListOptions{}
	o.ApplyOptions(opts)
	kind := strings.TrimSuffix(l.GetKind(), "List")
	l.Items = nil
	for cursor := ""; ; {
		var page struct {
			Items      []json.RawMessage `json:"items"`
			NextCursor string            `json:"nextCursor"`
		}
		path := "/v1/resources/" + kind + "?" + url.Values{"namespace": {o.Namespace}, "cursor": {cursor}}.Encode()
		if err := r.api.call(ctx, http.MethodGet, path, nil, &page); err != nil {
			return statusError(err)
		}
		for _, b := range page.Items {
			var item unstructured.Unstructured
			if err := item.UnmarshalJSON(b); err != nil {
				return fmt.Errorf("read the resources of the API: %w", err)
			}
			l.Items = append(l.Items, item)
		}
		if cursor = page.NextCursor; cursor == "" {
			return nil
		}
	}
}

// Create implements client.Writer. The only option with an effect is DryRunAll.
func (r apiResources) Create(ctx context.Context, obj client.Object, opts ...client.CreateOption) error {
	o := client.CreateOptions{}
	o.ApplyOptions(opts)
	if obj.GetNamespace() == "" {
		obj.SetNamespace(kubestore.DefaultNamespace)
	}
	return r.exchange(ctx, http.MethodPost, "/v1/resources/"+obj.GetObjectKind().GroupVersionKind().Kind+dryRunQuery(o.DryRun), obj, obj)
}

// Update implements client.Writer. The only option with an effect is DryRunAll.
func (r apiResources) Update(ctx context.Context, obj client.Object, opts ...client.UpdateOption) error {
	o := client.UpdateOptions{}
	o.ApplyOptions(opts)
	return r.exchange(ctx, http.MethodPut, resourcePath(obj)+dryRunQuery(o.DryRun), obj, obj)
}

// Delete implements client.Writer. No option has an effect.
func (r apiResources) Delete(ctx context.Context, obj client.Object, _ ...client.DeleteOption) error {
	return statusError(r.api.call(ctx, http.MethodDelete, resourcePath(obj), nil, nil))
}

// exchange sends in, unless it is nil, and reads the response into out.
func (r apiResources) exchange(ctx context.Context, method, path string, in any, out client.Object) error {
	o, ok := out.(*unstructured.Unstructured)
	if !ok {
		return errTyped
	}
	var b json.RawMessage
	if err := r.api.call(ctx, method, path, in, &b); err != nil {
		return statusError(err)
	}
	if err := o.UnmarshalJSON(b); err != nil {
		return fmt.Errorf("read the resource of the API: %w", err)
	}
	return nil
}

// resourcePath returns the path of a resource in the API.
func resourcePath(o client.Object) string {
	return "/v1/resources/" + o.GetObjectKind().GroupVersionKind().Kind + "/" + url.PathEscape(o.GetNamespace()) + "/" + url.PathEscape(o.GetName())
}

func dryRunQuery(dryRun []string) string {
	if len(dryRun) == 0 {
		return ""
	}
	return "?dryRun=true"
}

// statusReasons maps the codes of problems to the reasons of an API server.
var statusReasons = map[problem.Code]metav1.StatusReason{
	problem.NotFound: metav1.StatusReasonNotFound, problem.AlreadyExists: metav1.StatusReasonAlreadyExists, problem.Conflict: metav1.StatusReasonConflict,
	problem.InvalidValue: metav1.StatusReasonInvalid, problem.MalformedRequest: metav1.StatusReasonBadRequest,
}

// statusError returns the error of an API server for a problem.
func statusError(err error) error {
	var p *apiProblem
	if !errors.As(err, &p) || statusReasons[p.code] == "" {
		return err
	}
	return &apierrors.StatusError{ErrStatus: metav1.Status{
		Status: metav1.StatusFailure, Code: int32(p.code.Definition().Status), Reason: statusReasons[p.code], Message: p.Error(),
	}}
}
