package cli

import (
	"context"
	"fmt"
	"reflect"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/internal/settings"
)

func newApply(a *app) *cobra.Command {
	var f resourceFlags
	cmd := &cobra.Command{
		Use:   "apply -f FILE",
		Short: "Create or update Companies and CrawlJobs from manifests, as kubectl apply does",
		Example: `  clausea apply -f config/samples/company_minimal.yaml
  clausea wait --for=condition=Ready company/example-com --timeout 10m
  clausea get crawljobs`,
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if len(f.files) == 0 {
				return usage("no manifest; for example: clausea apply -f company.yaml")
			}
			objs, err := f.targets(cmd, nil)
			if err != nil {
				return err
			}
			r, err := a.openResources(cmd.Context(), f, openStore)
			if err != nil {
				return err
			}
			defer r.close()
			return forEach(objs, func(o *unstructured.Unstructured) error {
				action, err := apply(cmd.Context(), r, o)
				if err == nil {
					_, err = fmt.Fprintln(cmd.OutOrStdout(), displayName(o), action)
				}
				return err
			})
		},
	}
	f.addFlags(cmd, true)
	return a.withSettings(cmd, settings.CommandApply)
}

// apply creates or updates a resource to match its manifest. It replaces the spec and
// merges labels and annotations. action is created, configured or unchanged.
func apply(ctx context.Context, c client.Client, want *unstructured.Unstructured) (action string, err error) {
	strict := client.FieldValidation("Strict")
	err = retry.RetryOnConflict(retry.DefaultRetry, func() error {
		have := want.DeepCopy()
		err := c.Get(ctx, client.ObjectKeyFromObject(want), have)
		if apierrors.IsNotFound(err) {
			action = "created"
			fresh := want.DeepCopy()
			fresh.SetResourceVersion("") // a manifest that get printed has a version, and Create rejects it
			return c.Create(ctx, fresh, strict)
		}
		if err != nil {
			return err
		}
		old := have.DeepCopy()
		have.Object["spec"] = want.DeepCopy().Object["spec"]
		have.SetLabels(merged(have.GetLabels(), want.GetLabels()))
		have.SetAnnotations(merged(have.GetAnnotations(), want.GetAnnotations()))
		if err := c.Update(ctx, have, strict); err != nil {
			return err
		}
		action = "configured"
		if have.GetResourceVersion() == old.GetResourceVersion() || equality.Semantic.DeepEqual(old.Object["spec"], have.Object["spec"]) && reflect.DeepEqual(old.GetLabels(), have.GetLabels()) && reflect.DeepEqual(old.GetAnnotations(), have.GetAnnotations()) {
			action = "unchanged"
		}
		return nil
	})
	return action, err
}

// merged returns the entries of have and want. want takes precedence.
func merged(have, want map[string]string) map[string]string {
	if len(want) == 0 {
		return have
	}
	out := map[string]string{}
	for _, m := range []map[string]string{have, want} {
		for k, v := range m {
			out[k] = v
		}
	}
	return out
}
