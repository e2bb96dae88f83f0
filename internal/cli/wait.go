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
		Use:     "wait --for=condition=NAME[=VALUE]|delete KIND/NAME... | -f FILE",
		Short:   "Wait until resources have a condition, or are gone",
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
			r, err := a.openResources(cmd.Context(), f, openExisting)
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
	cmd.Flags().StringVar(&what, "for", "", "`what` to wait for: condition=NAME, condition=NAME=VALUE or delete")
	cmd.Flags().DurationVar(&timeout, "timeout", 30*time.Second, "how long to wait for each, as kubectl wait has it")
	return a.withSettings(cmd, settings.CommandWait)
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

func waitForCondition(ctx context.Context, c client.Client, o *unstructured.Unstructured, name, value string, timeout time.Duration) error {
	wanted := fmt.Sprintf("condition %s=%s", name, value)
	reading := ctx // however short the wait, the resource is read once
	err := wait.PollUntilContextTimeout(ctx, pollInterval, timeout, true, func(polling context.Context) (bool, error) {
		ctx := reading
		reading = polling
		have := o.DeepCopy() // what was read last stays when a later read fails
		if err := c.Get(ctx, client.ObjectKeyFromObject(o), have); err != nil {
			return false, err
		}
		*o = *have
		if has := conditionOf(o, name); has != nil && isCurrent(o, has) && strings.EqualFold(string(has.Status), value) {
			return true, nil
		}
		if other := conditionOf(o, oppositeCondition(name)); other != nil && isFinal(o, other) && strings.EqualFold(value, string(metav1.ConditionTrue)) {
			return false, fmt.Errorf("it has ended otherwise: %s", describeCondition(other))
		}
		return false, nil
	})
	switch {
	case err == nil:
		return nil
	case !wait.Interrupted(err):
		return fmt.Errorf("%s: %w", wanted, err)
	}
	return fmt.Errorf("%s is not met after %s: %s: %w", wanted, timeout, describeProgress(o, name), err)
}

// conditionOf is a resource's condition of that name, in whatever case it is written.
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

// isCurrent says whether a condition is about the spec as it is now; one of an older
// generation is ignored, as kubectl wait does. The end of a CrawlJob stays its end.
func isCurrent(o *unstructured.Unstructured, c *metav1.Condition) bool {
	return c.ObservedGeneration == 0 || c.ObservedGeneration >= o.GetGeneration() || isFinal(o, c)
}

// isFinal says whether a condition is that of a CrawlJob which has ended.
func isFinal(o *unstructured.Unstructured, c *metav1.Condition) bool {
	return o.GetKind() == "CrawlJob" && oppositeCondition(c.Type) != "" && c.Status == metav1.ConditionTrue
}

// oppositeCondition is the final condition that excludes the one of this name, empty for one
// that is not final.
func oppositeCondition(name string) string {
	switch {
	case strings.EqualFold(name, v1alpha1.ConditionComplete):
		return v1alpha1.ConditionFailed
	case strings.EqualFold(name, v1alpha1.ConditionFailed):
		return v1alpha1.ConditionComplete
	}
	return ""
}

// describeProgress says what a resource is at: by the condition of that name, else by Ready.
func describeProgress(o *unstructured.Unstructured, name string) string {
	for _, n := range []string{name, v1alpha1.ConditionReady} {
		if c := conditionOf(o, n); c != nil {
			if !isCurrent(o, c) {
				return describeCondition(c) + " (that was before the last change of its spec)"
			}
			return describeCondition(c)
		}
	}
	return "it has no conditions yet; is standalone or the operator running?"
}

// describeCondition is a condition for a person.
func describeCondition(c *metav1.Condition) string {
	return fmt.Sprintf("%s is %s (%s): %s", c.Type, c.Status, c.Reason, c.Message)
}
