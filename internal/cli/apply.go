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
	var mode dryRun
	cmd := &cobra.Command{
		Use:   "apply -f FILE|FOLDER...",
		Short: "Create or update Companies and CrawlJobs from manifests, as kubectl apply does",
		Long: `Create or update Companies and CrawlJobs from manifests, as kubectl apply does. Resources in the
store are acted on by standalone processes that use the same store, and those in a cluster by the
operator.`,
		Example: `  clausea apply -f config/samples/company_minimal.yaml
  clausea apply -f config/samples --dry-run=server
  clausea wait --for=condition=Ready company/example-com --timeout 10m
  clausea get crawljobs`,
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if len(f.files) == 0 {
				return usage("specify a manifest: -f FILE or -f FOLDER, for example clausea apply -f company.yaml")
			}
			objs, err := f.targets(cmd, nil)
			if err != nil {
				return err
			}
			return a.applyAll(cmd, f, objs, mode)
		},
	}
	f.addFlags(cmd, true)
	addDryRun(cmd, &mode)
	return a.withSettings(cmd, settings.CommandApply)
}

// applyAll applies manifests in order. It continues after a failed one.
func (a *app) applyAll(cmd *cobra.Command, f resourceFlags, objs []*unstructured.Unstructured, mode dryRun) error {
	ctx := cmd.Context()
	if mode == dryRunClient {
		return forEach(objs, func(o *unstructured.Unstructured) error {
			if err := validate(ctx, o); err != nil {
				return err
			}
			_, err := fmt.Fprintln(cmd.OutOrStdout(), displayName(o), "validated"+mode.suffix())
			return err
		})
	}
	open := openStoreForCommand
	if mode == dryRunServer {
		open = openForReading
	}
	r, err := a.openResources(ctx, f, open)
	if err != nil {
		return err
	}
	defer r.close()
	changed := false
	err = forEach(objs, func(o *unstructured.Unstructured) error {
		action, err := apply(ctx, r, o, mode)
		if err == nil {
			changed = changed || action != actionUnchanged
			_, err = fmt.Fprintln(cmd.OutOrStdout(), displayName(o), action+mode.suffix())
		}
		return err
	})
	if changed && mode == dryRunNone {
		a.noteIfIdle(ctx, cmd.ErrOrStderr(), r)
	}
	return err
}

// actionUnchanged is the action of apply that changes nothing.
const actionUnchanged = "unchanged"

// apply creates or updates a resource to match its manifest. It replaces the spec and
// merges labels and annotations. action is created, configured or unchanged. With
// dryRunServer, it changes nothing.
func apply(ctx context.Context, c resourceAccess, want *unstructured.Unstructured, mode dryRun) (action string, err error) {
	createOptions, updateOptions := []client.CreateOption{client.FieldValidation("Strict")}, []client.UpdateOption{client.FieldValidation("Strict")}
	if mode == dryRunServer {
		createOptions, updateOptions = append(createOptions, client.DryRunAll), append(updateOptions, client.DryRunAll)
	}
	err = retry.RetryOnConflict(retry.DefaultRetry, func() error {
		have := want.DeepCopy()
		err := c.Get(ctx, client.ObjectKeyFromObject(want), have)
		if apierrors.IsNotFound(err) {
			action = "created"
			fresh := want.DeepCopy()
			fresh.SetResourceVersion("") // a manifest that get printed has a version, and Create rejects it
			return c.Create(ctx, fresh, createOptions...)
		}
		if err != nil {
			return err
		}
		old := have.DeepCopy()
		have.Object["spec"] = want.DeepCopy().Object["spec"]
		have.SetLabels(merged(have.GetLabels(), want.GetLabels()))
		have.SetAnnotations(merged(have.GetAnnotations(), want.GetAnnotations()))
		if err := c.Update(ctx, have, updateOptions...); err != nil {
			return err
		}
		action = "configured"
		unchanged := have.GetResourceVersion() == old.GetResourceVersion() && mode == dryRunNone
		if unchanged || equality.Semantic.DeepEqual(old.Object["spec"], have.Object["spec"]) && reflect.DeepEqual(old.GetLabels(), have.GetLabels()) && reflect.DeepEqual(old.GetAnnotations(), have.GetAnnotations()) {
			action = actionUnchanged
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
