package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/settings"
)

func newWait(a *app) *cobra.Command {
	var f resourceFlags
	var what string
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:     "wait --for=condition=NAME[=VALUE]|delete KIND/NAME... | -f FILE|FOLDER",
		Short:   "Wait until resources meet a condition or are deleted",
		Example: "  clausea wait --for=condition=Complete crawljob/now --timeout 10m",
		RunE: func(cmd *cobra.Command, args []string) error {
			objs, err := f.targets(cmd, args)
			if err != nil {
				return err
			}
			condition, value, err := parseFor(what)
			if err != nil {
				return err
			}
			r, err := a.openResources(cmd.Context(), f, openForReading)
			if err != nil {
				return err
			}
			defer r.close()
			return forEach(objs, func(o *unstructured.Unstructured) error {
				if condition == "" {
					err = waitForDeletion(cmd.Context(), r, o, timeout)
				} else {
					err = waitForCondition(cmd.Context(), r, o, condition, value, timeout)
				}
				if err == nil {
					_, err = fmt.Fprintln(cmd.OutOrStdout(), displayName(o), "condition met")
				}
				return err
			})
		},
	}
	f.addFlags(cmd, true)
	cmd.Flags().StringVar(&what, "for", "", "`condition` to wait for: condition=NAME, condition=NAME=VALUE or delete")
	cmd.Flags().DurationVar(&timeout, "timeout", 30*time.Second, "time to wait for each resource")
	return a.withSettings(cmd, settings.CommandWait)
}

// parseFor parses the value of --for. An empty condition means deletion.
func parseFor(s string) (condition, value string, err error) {
	if s == "delete" {
		return "", "", nil
	}
	rest, ok := strings.CutPrefix(s, "condition=")
	condition, value, hasValue := strings.Cut(rest, "=")
	if !ok || condition == "" {
		return "", "", usage("--for %q: expected a value such as condition=Complete, condition=Ready=false or delete", s)
	}
	if !hasValue {
		value = "True"
	}
	return condition, value, nil
}

func waitForCondition(ctx context.Context, c client.Reader, o *unstructured.Unstructured, name, value string, timeout time.Duration) error {
	wanted := fmt.Sprintf("condition %s=%s", name, value)
	// The first read has a timeout of its own, so even a short wait reads the resource once.
	readCtx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	err := wait.PollUntilContextTimeout(ctx, pollInterval, timeout, true, func(pollCtx context.Context) (bool, error) {
		ctx := readCtx
		readCtx = pollCtx
		have := o.DeepCopy() // o keeps the last state if a later read fails
		if err := c.Get(ctx, client.ObjectKeyFromObject(o), have); err != nil {
			return false, unlessEnded(ctx, err)
		}
		*o = *have
		if has := conditionOf(o, name); has != nil && isCurrent(o, has) && strings.EqualFold(string(has.Status), value) {
			return true, nil
		}
		if other := conditionOf(o, oppositeCondition(name)); other != nil && isFinal(o, other) && strings.EqualFold(value, string(metav1.ConditionTrue)) {
			return false, fmt.Errorf("the crawl has already finished: %s", describeCondition(other))
		}
		return false, nil
	})
	switch {
	case err == nil:
		return nil
	case !wait.Interrupted(err), ctx.Err() != nil:
		return fmt.Errorf("wait for %s: %w", wanted, err)
	}
	if o.GetUID() == "" {
		return fmt.Errorf("%s not met after %s: the store did not respond: %w", wanted, timeout, err)
	}
	return fmt.Errorf("%s not met after %s: %s: %w", wanted, timeout, describeProgress(o, name), err)
}

// unlessEnded returns err, or nil if ctx has ended: a read that the end of the wait interrupted
// fails with an error of the driver that says nothing about the resource.
func unlessEnded(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return nil
}

// conditionOf returns the condition of a resource with the given case-insensitive name, or
// nil.
func conditionOf(o *unstructured.Unstructured, name string) *metav1.Condition {
	all, _, _ := unstructured.NestedSlice(o.Object, "status", "conditions")
	for _, raw := range all {
		m, _ := raw.(map[string]any)
		c := &metav1.Condition{}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(m, c); err == nil && strings.EqualFold(c.Type, name) {
			return c
		}
	}
	return nil
}

// isCurrent reports whether a condition refers to the current spec. Like kubectl wait, it
// rejects conditions of an older generation, except the final condition of a CrawlJob.
func isCurrent(o *unstructured.Unstructured, c *metav1.Condition) bool {
	return c.ObservedGeneration == 0 || c.ObservedGeneration >= o.GetGeneration() || isFinal(o, c)
}

// isFinal reports whether a condition shows that a CrawlJob has finished.
func isFinal(o *unstructured.Unstructured, c *metav1.Condition) bool {
	return o.GetKind() == "CrawlJob" && oppositeCondition(c.Type) != "" && c.Status == metav1.ConditionTrue
}

// oppositeCondition returns the final condition that excludes the named final condition. It
// returns "" if the named condition is not final.
func oppositeCondition(name string) string {
	switch {
	case strings.EqualFold(name, v1alpha1.ConditionComplete):
		return v1alpha1.ConditionFailed
	case strings.EqualFold(name, v1alpha1.ConditionFailed):
		return v1alpha1.ConditionComplete
	}
	return ""
}

// describeProgress describes the state of a resource by the named condition, otherwise by
// Ready.
func describeProgress(o *unstructured.Unstructured, name string) string {
	for _, n := range []string{name, v1alpha1.ConditionReady} {
		if c := conditionOf(o, n); c != nil {
			if !isCurrent(o, c) {
				return describeCondition(c) + " (before the last change of the spec)"
			}
			return describeCondition(c)
		}
	}
	return "no conditions yet; is a standalone process or the operator running?"
}

// describeCondition formats a condition as text.
func describeCondition(c *metav1.Condition) string {
	return fmt.Sprintf("%s is %s (%s): %s", c.Type, c.Status, c.Reason, c.Message)
}
