package chart

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	podsecurity "k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// podTemplates returns the pods that an object creates, or is.
func podTemplates(t *testing.T, u *unstructured.Unstructured) (pods []corev1.PodTemplateSpec) {
	t.Helper()
	part := map[string]any{"metadata": u.Object["metadata"], "spec": u.Object["spec"]}
	switch u.GetKind() {
	case "Pod":
	case "Deployment", "StatefulSet", "DaemonSet", "Job":
		part, _, _ = unstructured.NestedMap(u.Object, "spec", "template")
	case "CronJob":
		part, _, _ = unstructured.NestedMap(u.Object, "spec", "jobTemplate", "spec", "template")
	default:
		return nil
	}
	var p corev1.PodTemplateSpec
	if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(part, &p, true); err != nil {
		t.Fatalf("%s %s: %v", u.GetKind(), u.GetName(), err)
	}
	return []corev1.PodTemplateSpec{p}
}

func TestPodsComplyWithTheRestrictedStandard(t *testing.T) {
	t.Parallel()
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	restricted := podsecurity.LevelVersion{Level: podsecurity.LevelRestricted, Version: podsecurity.LatestVersion()}
	forEachSet(t, func(t *testing.T, all []*unstructured.Unstructured) {
		for _, u := range all {
			for _, p := range podTemplates(t, u) {
				if r := policy.AggregateCheckResults(evaluator.EvaluatePod(restricted, &p.ObjectMeta, &p.Spec)); !r.Allowed {
					t.Errorf("%s %s: %s: %s", u.GetKind(), u.GetName(), r.ForbiddenReason(), r.ForbiddenDetail())
				}
				for _, c := range slices.Concat(p.Spec.InitContainers, p.Spec.Containers) {
					checkContainer(t, u.GetName()+"/"+c.Name, c)
				}
			}
		}
	})
}

// checkContainer checks what the restricted standard leaves open.
func checkContainer(t *testing.T, name string, c corev1.Container) {
	t.Helper()
	if s := c.SecurityContext; s == nil || s.ReadOnlyRootFilesystem == nil || !*s.ReadOnlyRootFilesystem {
		t.Errorf("%s can write its root file system", name)
	}
	names := map[string]bool{}
	for _, e := range c.Env {
		if names[e.Name] {
			t.Errorf("%s has the environment variable %s twice", name, e.Name)
		}
		names[e.Name] = true
		if strings.Contains(e.Value, "s3cret") {
			t.Errorf("%s has a secret in the environment variable %s", name, e.Name)
		}
	}
}

func TestRolesHaveNoWildcards(t *testing.T) {
	t.Parallel()
	forEachSet(t, func(t *testing.T, all []*unstructured.Unstructured) {
		for _, u := range all {
			if u.GetKind() != "Role" && u.GetKind() != "ClusterRole" {
				continue
			}
			var r rbacv1.ClusterRole
			if err := runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, &r); err != nil || len(r.Rules) == 0 {
				t.Fatalf("%s %s has %d rules: %v", u.GetKind(), u.GetName(), len(r.Rules), err)
			}
			for _, rule := range r.Rules {
				for _, s := range slices.Concat(rule.Verbs, rule.APIGroups, rule.Resources, rule.NonResourceURLs) {
					if strings.Contains(s, "*") || s == "secrets" || s == "escalate" || s == "bind" || s == "impersonate" {
						t.Errorf("%s %s allows %s", u.GetKind(), u.GetName(), s)
					}
				}
			}
		}
	})
}

// Helm waits for resources that a chart has, so those of this program would delay each upgrade.
func TestObjectsAreUniqueAndNoneIsACrawl(t *testing.T) {
	t.Parallel()
	forEachSet(t, func(t *testing.T, all []*unstructured.Unstructured) {
		names := map[string]bool{}
		for _, u := range all {
			name := fmt.Sprint(u.GroupVersionKind().GroupKind(), " ", u.GetNamespace(), "/", u.GetName())
			if names[name] {
				t.Errorf("%s is there twice", name)
			}
			names[name] = true
			if u.GroupVersionKind().Group == "crawl.clausea.co" {
				t.Errorf("the chart has %s", name)
			}
			for _, label := range []string{"app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/managed-by", "helm.sh/chart"} {
				if u.GetLabels()[label] == "" {
					t.Errorf("%s lacks the label %s", name, label)
				}
			}
		}
	})
}

// Every Service, policy and budget must select a pod of the chart.
func TestSelectorsSelectPodsOfTheChart(t *testing.T) {
	t.Parallel()
	forEachSet(t, func(t *testing.T, all []*unstructured.Unstructured) {
		var pods []map[string]string
		for _, u := range all {
			for _, p := range podTemplates(t, u) {
				pods = append(pods, p.Labels)
			}
		}
		pods = append(pods, map[string]string{"app.kubernetes.io/component": "worker", "app.kubernetes.io/managed-by": "clausea-operator"})
		for _, u := range all {
			path := map[string][]string{
				"Service": {"spec", "selector"}, "PodDisruptionBudget": {"spec", "selector", "matchLabels"},
				"NetworkPolicy": {"spec", "podSelector", "matchLabels"}, "Deployment": {"spec", "selector", "matchLabels"},
			}[u.GetKind()]
			if path == nil {
				continue
			}
			selector, _, err := unstructured.NestedStringMap(u.Object, path...)
			if err != nil || len(selector) == 0 {
				t.Fatalf("%s %s has the selector %v: %v", u.GetKind(), u.GetName(), selector, err)
			}
			if !slices.ContainsFunc(pods, func(labels map[string]string) bool { return selects(selector, labels) }) {
				t.Errorf("%s %s selects no pod: %v", u.GetKind(), u.GetName(), selector)
			}
		}
	})
}

func selects(selector, labels map[string]string) bool {
	for k, v := range selector {
		if labels[k] != v {
			return false
		}
	}
	return true
}
