package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/internal/settings"
)

func newWait(a *app) *cobra.Command {
	var f resourceFlags
	var what string
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:     "wait --for=condition=NAME[=VALUE]|delete KIND/NAME... | -f FILE",
		Short:   "Wait until resources have a condition, or are gone",
		Example: "  clausea wait --for=condition=Complete crawljob/now --wait-timeout 10m",
		RunE: func(cmd *cobra.Command, args []string) error {
			objs, err := f.meant(cmd, args)
			if err != nil {
				return err
			}
			condition, value, err := parseFor(what)
			if err != nil {
				return err
			}
			r, err := a.resources(cmd.Context(), f)
			if err != nil {
				return err
			}
			defer r.close()
			return each(objs, func(o *unstructured.Unstructured) error {
				if condition == "" {
					err = awaitGone(cmd.Context(), r, o, timeout)
				} else {
					err = awaitCondition(cmd.Context(), r, o, condition, value, timeout)
				}
				if err == nil {
					_, err = fmt.Fprintln(cmd.OutOrStdout(), called(o), "condition met")
				}
				return err
			})
		},
	}
	f.add(cmd, true)
	cmd.Flags().StringVar(&what, "for", "", "`what` to wait for: condition=NAME, condition=NAME=VALUE or delete")
	cmd.Flags().DurationVar(&timeout, "wait-timeout", 30*time.Second, "how long to wait for each")
	return a.configured(cmd, settings.CommandWait)
}

// parseFor reads what to wait for; no condition is a deletion.
func parseFor(s string) (condition, value string, err error) {
	if s == "delete" {
		return "", "", nil
	}
	rest, ok := strings.CutPrefix(s, "condition=")
	condition, value, given := strings.Cut(rest, "=")
	if !ok || condition == "" {
		return "", "", usage("--for %q: write condition=Complete, condition=Ready=false or delete", s)
	}
	if !given {
		value = "True"
	}
	return condition, value, nil
}

func awaitCondition(ctx context.Context, c client.Client, o *unstructured.Unstructured, name, value string, timeout time.Duration) error {
	last := "it has no such condition yet"
	err := wait.PollUntilContextTimeout(ctx, pollEvery, timeout, true, func(ctx context.Context) (bool, error) {
		if err := c.Get(ctx, client.ObjectKeyFromObject(o), o); err != nil {
			return false, err
		}
		conditions, _, _ := unstructured.NestedSlice(o.Object, "status", "conditions")
		for _, raw := range conditions {
			have, _ := raw.(map[string]any)
			if kind, _ := have["type"].(string); !strings.EqualFold(kind, name) {
				continue
			}
			last = fmt.Sprintf("it is %v: %v", have["status"], have["message"])
			status, _ := have["status"].(string)
			return strings.EqualFold(status, value), nil
		}
		return false, nil
	})
	if err != nil {
		return fmt.Errorf("condition %s=%s: %s: %w", name, value, last, err)
	}
	return nil
}
