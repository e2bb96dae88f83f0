package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/internal/settings"
)

// pollInterval is the interval at which wait and delete poll a resource.
const pollInterval = 250 * time.Millisecond

func newDelete(a *app) *cobra.Command {
	var f resourceFlags
	var waits bool
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:     "delete KIND/NAME... | -f FILE",
		Short:   "Delete Companies and CrawlJobs; deleting a running CrawlJob cancels it",
		Example: "  clausea delete crawljob/now",
		RunE: func(cmd *cobra.Command, args []string) error {
			objs, err := f.targets(cmd, args)
			if err != nil {
				return err
			}
			r, err := a.openResources(cmd.Context(), f, openExisting)
			if err != nil {
				return err
			}
			defer r.close()
			return forEach(objs, func(o *unstructured.Unstructured) error {
				if err := r.Delete(cmd.Context(), o); err != nil {
					return err
				}
				if waits {
					if err := waitForDeletion(cmd.Context(), r, o, timeout); err != nil {
						return err
					}
				}
				_, err := fmt.Fprintln(cmd.OutOrStdout(), displayName(o), "deleted")
				return err
			})
		},
	}
	f.addFlags(cmd, true)
	cmd.Flags().BoolVar(&waits, "wait", false, "wait for the deletion to finish, which requires a running standalone process or operator")
	cmd.Flags().DurationVar(&timeout, "timeout", 2*time.Minute, "time to wait for each resource")
	return a.withSettings(cmd, settings.CommandDelete)
}

func waitForDeletion(ctx context.Context, c client.Client, o *unstructured.Unstructured, timeout time.Duration) error {
	err := wait.PollUntilContextTimeout(ctx, pollInterval, timeout, true, func(ctx context.Context) (bool, error) {
		err := c.Get(ctx, client.ObjectKeyFromObject(o), o.DeepCopy())
		if apierrors.IsNotFound(err) {
			return true, nil
		}
		return false, err
	})
	if err != nil {
		return fmt.Errorf("the resource is marked for deletion but still exists; is a standalone process or the operator running? %w", err)
	}
	return nil
}
