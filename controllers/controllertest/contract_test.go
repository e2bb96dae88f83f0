package controllertest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/kubestore"
)

// clients returns a client and an empty namespace of each backend, without controllers.
var clients = map[string]func(*testing.T) (client.Client, string){
	"on the API server": clusterClient,
	"on MongoDB": func(t *testing.T) (client.Client, string) {
		return kubestore.NewClient(openMongo(t), scheme), "default"
	},
	"on the embedded store": func(t *testing.T) (client.Client, string) {
		return kubestore.NewClient(openEmbedded(t), scheme), "default"
	},
}

// contract is the behavior of the client that the reconcilers rely on, on every backend.
var contract = map[string]func(*testing.T, client.Client, string){
	"create sets identity and defaults":                     contractCreate,
	"update requires the version that was read":             contractUpdate,
	"leaving out defaults changes nothing":                  contractDefaults,
	"spec and status are written separately":                contractStatus,
	"patch changes the fields that it names":                contractPatch,
	"deletion waits for the finalizers":                     contractDelete,
	"list filters by label, limits, and has a stable order": contractList,
	"invalid objects are rejected with the same message":    contractInvalid,
	"deletion honors its preconditions":                     contractPreconditions,
}

func TestContractOfTheClient(t *testing.T) {
	t.Parallel()
	for backend, open := range clients {
		for name, test := range contract {
			t.Run(name+" "+backend, func(t *testing.T) {
				t.Parallel()
				c, ns := open(t)
				test(t, c, ns)
			})
		}
	}
}

func acme(ns string) *v1alpha1.Company {
	c := &v1alpha1.Company{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "acme", Labels: map[string]string{"tier": "one"}}}
	c.Spec.Domains = []v1alpha1.Domain{"example.com"}
	return c
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func contractCreate(t *testing.T, k client.Client, ns string) {
	c := acme(ns)
	c.Status.DocumentCount = 7
	must(t, k.Create(t.Context(), c))
	if _, err := strconv.ParseUint(c.ResourceVersion, 10, 64); err != nil || c.UID == "" || c.Generation != 1 || c.CreationTimestamp.IsZero() {
		t.Errorf("the metadata is %+v", c.ObjectMeta)
	}
	if len(c.Spec.ExpectedTypes) != 2 || c.Spec.DeletionPolicy != v1alpha1.DeletionRetain || *c.Spec.HistoryLimits.Failed != 3 {
		t.Errorf("the defaults are %+v", c.Spec)
	}
	if c.Status.DocumentCount != 0 {
		t.Error("create has set the status")
	}
	if err := k.Create(t.Context(), acme(ns)); !apierrors.IsAlreadyExists(err) {
		t.Errorf("creating a name twice: %v", err)
	}
	if err := k.Get(t.Context(), client.ObjectKey{Namespace: ns, Name: "none"}, c); !apierrors.IsNotFound(err) {
		t.Errorf("getting an object that does not exist: %v", err)
	}
	generated := acme(ns)
	generated.Name, generated.GenerateName = "", "acme-"
	must(t, k.Create(t.Context(), generated))
	if !strings.HasPrefix(generated.Name, "acme-") || len(generated.Name) != 10 {
		t.Errorf("the generated name is %q", generated.Name)
	}
}

func contractUpdate(t *testing.T, k client.Client, ns string) {
	c := acme(ns)
	must(t, k.Create(t.Context(), c))
	stale := c.DeepCopy()
	must(t, k.Update(t.Context(), c))
	if c.ResourceVersion != stale.ResourceVersion {
		t.Error("an update without a change was written")
	}
	c.Labels["tier"] = "two"
	must(t, k.Update(t.Context(), c))
	if c.Generation != 1 || c.ResourceVersion == stale.ResourceVersion {
		t.Errorf("after a change of a label: generation %d, version %s", c.Generation, c.ResourceVersion)
	}
	c.Spec.DisplayName = "Acme"
	must(t, k.Update(t.Context(), c))
	if c.Generation != 2 {
		t.Errorf("after a change of the spec: generation %d", c.Generation)
	}
	stale.Spec.DisplayName = "Old"
	if err := k.Update(t.Context(), stale); !apierrors.IsConflict(err) {
		t.Errorf("an update of an old version: %v", err)
	}
	none := c.DeepCopy()
	none.ResourceVersion = ""
	if err := k.Update(t.Context(), none); !apierrors.IsInvalid(err) {
		t.Errorf("an update without a version: %v", err)
	}
}

// contractDefaults updates an object several times with a manifest that leaves out the
// defaults.
func contractDefaults(t *testing.T, k client.Client, ns string) {
	c := acme(ns)
	must(t, k.Create(t.Context(), c))
	first := c.DeepCopy()
	manifest := func() *unstructured.Unstructured {
		u := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{"domains": []any{"example.com"}}}}
		u.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind("Company"))
		u.SetNamespace(ns)
		u.SetName(c.Name)
		u.SetLabels(first.Labels)
		u.SetResourceVersion(c.ResourceVersion)
		u.SetUID(c.UID)
		return u
	}
	same := func(what string, u client.Object) {
		t.Helper()
		if u.GetGeneration() != 1 || u.GetResourceVersion() != first.ResourceVersion {
			t.Errorf("%s: generation %d, version %s after %s", what, u.GetGeneration(), u.GetResourceVersion(), first.ResourceVersion)
		}
	}
	for range 3 {
		u := manifest()
		must(t, k.Update(t.Context(), u))
		same("an update without the defaults", u)
		must(t, k.Get(t.Context(), client.ObjectKeyFromObject(c), c))
		same("after an update without the defaults", c)
	}
	must(t, k.Patch(t.Context(), c, client.RawPatch(types.MergePatchType, []byte(`{"spec":{"deletionPolicy":null,"historyLimits":null}}`))))
	same("a patch that removes the defaults", c)
	u := manifest()
	u.Object["spec"].(map[string]any)["displayName"] = "Acme"
	must(t, k.Update(t.Context(), u))
	if u.GetGeneration() != 2 || u.GetResourceVersion() == first.ResourceVersion {
		t.Errorf("a change without the defaults: generation %d, version %s", u.GetGeneration(), u.GetResourceVersion())
	}
	c.ResourceVersion = u.GetResourceVersion()
	c.Status.DocumentCount = 3
	must(t, k.Status().Update(t.Context(), c))
	if c.Generation != 2 {
		t.Errorf("after a change of the status: generation %d", c.Generation)
	}
}

func contractStatus(t *testing.T, k client.Client, ns string) {
	c := acme(ns)
	must(t, k.Create(t.Context(), c))
	c.Spec.DisplayName, c.Status.DocumentCount = "Acme", 5
	must(t, k.Status().Update(t.Context(), c))
	if c.Spec.DisplayName != "" || c.Status.DocumentCount != 5 || c.Generation != 1 {
		t.Errorf("after a status update it is %+v, generation %d", c, c.Generation)
	}
	c.Spec.DisplayName, c.Status.DocumentCount = "Acme", 9
	must(t, k.Update(t.Context(), c))
	if c.Spec.DisplayName != "Acme" || c.Status.DocumentCount != 5 || c.Generation != 2 {
		t.Errorf("after an update it is %+v, generation %d", c, c.Generation)
	}
}

func contractPatch(t *testing.T, k client.Client, ns string) {
	c := acme(ns)
	must(t, k.Create(t.Context(), c))
	old := c.DeepCopy()
	c.Spec.DisplayName = "Acme"
	must(t, k.Patch(t.Context(), c, client.MergeFrom(old)))
	again := old.DeepCopy() // outdated, but the patches change different fields
	again.Labels["tier"] = "two"
	must(t, k.Patch(t.Context(), again, client.MergeFrom(old)))
	if again.Spec.DisplayName != "Acme" || again.Labels["tier"] != "two" {
		t.Errorf("after two patches it is %+v", again)
	}
	locked := old.DeepCopy()
	locked.Spec.DisplayName = "Lock"
	if err := k.Patch(t.Context(), locked, client.MergeFromWithOptions(old, client.MergeFromWithOptimisticLock{})); !apierrors.IsConflict(err) {
		t.Errorf("a locked patch of an old version: %v", err)
	}
	old = again.DeepCopy()
	again.Status.DocumentCount, again.Spec.DisplayName = 3, "ignored"
	must(t, k.Status().Patch(t.Context(), again, client.MergeFrom(old)))
	if again.Status.DocumentCount != 3 || again.Spec.DisplayName != "Acme" {
		t.Errorf("after a status patch it is %+v", again)
	}
	if _, ours := k.(*kubestore.Client); ours {
		for _, p := range []client.Patch{client.StrategicMergeFrom(old), client.RawPatch(types.JSONPatchType, []byte(`[]`))} {
			if err := k.Patch(t.Context(), again, p); !errors.Is(err, kubestore.ErrNotSupported) {
				t.Errorf("a patch of type %s: %v", p.Type(), err)
			}
		}
	}
}

func contractDelete(t *testing.T, k client.Client, ns string) {
	c := acme(ns)
	c.Finalizers = []string{"example.com/hold"}
	must(t, k.Create(t.Context(), c))
	must(t, k.Delete(t.Context(), c))
	must(t, k.Delete(t.Context(), c))
	must(t, k.Get(t.Context(), client.ObjectKeyFromObject(c), c))
	if c.DeletionTimestamp == nil || c.Generation != 2 {
		t.Errorf("with a finalizer: %+v", c.ObjectMeta)
	}
	more := c.DeepCopy()
	more.Finalizers = append(more.Finalizers, "example.com/more")
	if err := k.Update(t.Context(), more); !apierrors.IsInvalid(err) {
		t.Errorf("a new finalizer on an object that is being deleted: %v", err)
	}
	c.Finalizers = nil
	must(t, k.Update(t.Context(), c))
	if err := k.Get(t.Context(), client.ObjectKeyFromObject(c), c); !apierrors.IsNotFound(err) {
		t.Errorf("after the last finalizer: %v", err)
	}
	if err := k.Delete(t.Context(), c); !apierrors.IsNotFound(err) {
		t.Errorf("deleting an object that does not exist: %v", err)
	}
}

func contractPreconditions(t *testing.T, k client.Client, ns string) {
	c := acme(ns)
	must(t, k.Create(t.Context(), c))
	uid := types.UID("another")
	if err := k.Delete(t.Context(), c, client.Preconditions(metav1.Preconditions{UID: &uid})); !apierrors.IsConflict(err) {
		t.Errorf("deleting with another UID: %v", err)
	}
	uid = c.UID
	must(t, k.Delete(t.Context(), c, client.Preconditions(metav1.Preconditions{UID: &uid, ResourceVersion: &c.ResourceVersion})))
}

func contractList(t *testing.T, k client.Client, ns string) {
	for i := range 7 {
		c := acme(ns)
		c.Name, c.Labels["odd"] = fmt.Sprint("c", i), strconv.FormatBool(i%2 == 1)
		must(t, k.Create(t.Context(), c))
	}
	names := func(l *v1alpha1.CompanyList) (out []string) {
		for i := range l.Items {
			out = append(out, l.Items[i].Name)
		}
		return out
	}
	l := &v1alpha1.CompanyList{}
	must(t, k.List(t.Context(), l, client.InNamespace(ns), client.MatchingLabels{"odd": "true"}))
	if got := names(l); !slices.Equal(got, []string{"c1", "c3", "c5"}) {
		t.Errorf("by label: %v", got)
	}
	var all []string
	next := ""
	for {
		must(t, k.List(t.Context(), l, client.InNamespace(ns), client.Limit(3), client.Continue(next)))
		all = append(all, names(l)...)
		if next = l.Continue; next == "" {
			break
		}
	}
	if !slices.Equal(all, []string{"c0", "c1", "c2", "c3", "c4", "c5", "c6"}) {
		t.Errorf("with a limit: %v", all)
	}
	must(t, k.List(t.Context(), l, client.InNamespace("elsewhere")))
	if len(l.Items) > 0 {
		t.Errorf("in another namespace: %v", names(l))
	}
}

// contractInvalid sends the invalid manifests in the test data of the schema package. All
// backends must reject them with the same message.
func contractInvalid(t *testing.T, k client.Client, ns string) {
	b, err := os.ReadFile("../../internal/schema/testdata/refused.yaml")
	must(t, err)
	var cases []struct {
		Kind, Name, Field, Remedy string
		Spec, Old                 map[string]any
	}
	must(t, yaml.UnmarshalStrict(b, &cases))
	for i, c := range cases {
		obj := &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": v1alpha1.GroupVersion.String(), "kind": c.Kind,
			"metadata": map[string]any{"namespace": ns, "name": cmp.Or(c.Name, fmt.Sprint("x", i))}, "spec": integers(c.Spec),
		}}
		err := send(t.Context(), k, obj, c.Old)
		if err == nil {
			t.Errorf("%v was accepted", c.Spec)
			continue
		}
		// An API server rejects an unknown field before it checks the schema.
		if message := err.Error(); !strings.Contains(message, c.Field) || !strings.Contains(message, c.Remedy) && !strings.Contains(message, "unknown field") {
			t.Errorf("%v\nis rejected with %q, want %s and %q", c.Spec, message, c.Field, c.Remedy)
		}
	}
}

// send creates an object. Unless old is nil, it creates the object with the spec old and
// updates it.
func send(ctx context.Context, k client.Client, obj *unstructured.Unstructured, old map[string]any) error {
	if old == nil {
		return k.Create(ctx, obj, client.FieldValidation("Strict"))
	}
	spec := obj.Object["spec"]
	obj.Object["spec"] = integers(old)
	if err := k.Create(ctx, obj); err != nil {
		return fmt.Errorf("the object before the change: %w", err)
	}
	obj.Object["spec"] = spec
	return k.Update(ctx, obj, client.FieldValidation("Strict"))
}

// integers converts the numbers of a spec from float64 to int64, the type of integers in
// unstructured objects.
func integers(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, e := range v {
			v[key] = integers(e)
		}
	case []any:
		for i, e := range v {
			v[i] = integers(e)
		}
	case float64:
		return int64(v)
	}
	return v
}
