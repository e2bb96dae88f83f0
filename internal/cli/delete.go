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
	var d deleter
	cmd := &cobra.Command{
		Use:   "delete KIND/NAME... | -f FILE|FOLDER | documents --company NAME",
		Short: "Delete Companies and CrawlJobs, or the stored documents of a company",
		Long: `Delete Companies and CrawlJobs. A running CrawlJob is canceled. A standalone process or the
operator completes the deletion; --wait waits for it.

delete documents --company NAME deletes everything that is stored for a company: its documents
with all versions, its changes, pages and runs. Without --yes, it only shows what it would delete.`,
		Example: `  clausea delete crawljob/now
  clausea delete -f company.yaml --wait
  clausea delete documents --company example.com --yes`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 && isDocuments(args[0]) {
				return a.deleteDocuments(cmd, d, args[1:])
			}
			if d.company != "" || d.yes {
				return usage("--company and --yes apply only to delete documents")
			}
			objs, err := d.targets(cmd, args)
			if err != nil {
				return err
			}
			return a.deleteResources(cmd, d, objs)
		},
	}
	d.addFlags(cmd, true)
	addDryRun(cmd, &d.dryRun)
	fs := cmd.Flags()
	fs.BoolVar(&d.waits, "wait", false, "wait for the deletion to complete, which requires a running standalone process or operator")
	fs.DurationVar(&d.timeout, "timeout", 2*time.Minute, "with --wait: time to wait for each resource")
	fs.StringVar(&d.company, "company", "", "delete the documents of this `company` (delete documents)")
	fs.BoolVarP(&d.yes, "yes", "y", false, "delete without asking (delete documents)")
	return a.withSettings(cmd, settings.CommandDelete)
}

// deleter holds the flags of delete.
type deleter struct {
	resourceFlags
	dryRun  dryRun
	waits   bool
	timeout time.Duration
	company string
	yes     bool
}

// isDocuments reports whether an argument names the stored documents.
func isDocuments(arg string) bool { return arg == "documents" || arg == "document" }

// deleteResources deletes resources in order. It continues after a failed one.
func (a *app) deleteResources(cmd *cobra.Command, d deleter, objs []*unstructured.Unstructured) error {
	ctx, w := cmd.Context(), cmd.OutOrStdout()
	if d.dryRun == dryRunClient {
		return forEach(objs, func(o *unstructured.Unstructured) error {
			_, err := fmt.Fprintln(w, displayName(o), "deleted"+d.dryRun.suffix())
			return err
		})
	}
	open := openExisting
	if d.dryRun == dryRunServer {
		open = openForReading
	}
	r, err := a.openResources(ctx, d.resourceFlags, open)
	if err != nil {
		return err
	}
	defer r.close()
	requested := false
	err = forEach(objs, func(o *unstructured.Unstructured) error {
		result, err := r.deleteResource(ctx, o, d)
		if err == nil {
			requested = requested || result == deletionRequested
			_, err = fmt.Fprintln(w, displayName(o), result+d.dryRun.suffix())
		}
		return err
	})
	if requested {
		a.noteIfIdle(ctx, cmd.ErrOrStderr(), r)
	}
	return err
}

// deletionRequested is the result of delete for a resource that a controller has yet to clean up.
const deletionRequested = "deletion requested"

// deleteResource deletes a resource. result is deleted, or deletionRequested if the resource still
// exists.
func (r *resourceClient) deleteResource(ctx context.Context, o *unstructured.Unstructured, d deleter) (result string, err error) {
	key := client.ObjectKeyFromObject(o)
	if d.dryRun == dryRunServer {
		return "deleted", r.Get(ctx, key, o.DeepCopy())
	}
	if err := r.Delete(ctx, o); err != nil {
		return "", err
	}
	if d.waits {
		return "deleted", waitForDeletion(ctx, r, o, d.timeout)
	}
	switch err := r.Get(ctx, key, o.DeepCopy()); {
	case apierrors.IsNotFound(err):
		return "deleted", nil
	case err != nil:
		return "", fmt.Errorf("read the resource after deleting it: %w", err)
	}
	return deletionRequested, nil
}

func waitForDeletion(ctx context.Context, c client.Reader, o *unstructured.Unstructured, timeout time.Duration) error {
	err := wait.PollUntilContextTimeout(ctx, pollInterval, timeout, true, func(ctx context.Context) (bool, error) {
		err := c.Get(ctx, client.ObjectKeyFromObject(o), o.DeepCopy())
		if apierrors.IsNotFound(err) {
			return true, nil
		}
		return false, unlessEnded(ctx, err)
	})
	switch {
	case wait.Interrupted(err) && ctx.Err() == nil:
		return fmt.Errorf("not deleted after %s; is a standalone process or the operator running? %w", timeout, err)
	case err != nil:
		return fmt.Errorf("wait for the deletion: %w", err)
	}
	return nil
}
