//go:build e2e

package e2e

import (
	"encoding/json"
	"strings"
	"time"
)

// limits are the idle memory that a pod may have, in MiB, by component. The dashboard
// hashes passwords, each with 19 MiB (argon2id).
var limits = map[string]float64{"operator": 80, "api": 60, "dashboard": 80}

// checkFigures logs the time until each pod was ready and its memory (the working set of its container,
// as the kubelet reports it), and compares the memory with the limits.
func (r *release) checkFigures() {
	r.t.Helper()
	var pods struct {
		Items []struct {
			Metadata struct {
				Name              string
				Labels            map[string]string
				DeletionTimestamp string
			}
			Status struct {
				Conditions        []struct{ Type, LastTransitionTime string }
				ContainerStatuses []struct {
					State struct{ Running struct{ StartedAt string } }
				}
			}
		}
	}
	out := kubectl(r.t, "-n", r.namespace, "get", "pods", "-l", "app.kubernetes.io/name=clausea", "-o", "json")
	if err := json.Unmarshal([]byte(out), &pods); err != nil {
		r.t.Fatal(err)
	}
	memory := r.memory()
	for _, pod := range pods.Items {
		component := pod.Metadata.Labels["app.kubernetes.io/component"]
		limit, ok := limits[component]
		if !ok || pod.Metadata.DeletionTimestamp != "" || len(pod.Status.ContainerStatuses) == 0 {
			continue
		}
		started, err := time.Parse(time.RFC3339, pod.Status.ContainerStatuses[0].State.Running.StartedAt)
		if err != nil {
			continue
		}
		for _, c := range pod.Status.Conditions {
			if ready, err := time.Parse(time.RFC3339, c.LastTransitionTime); err == nil && c.Type == "Ready" {
				r.t.Logf("figures: %s: %.1f MiB (limit %.0f), ready %v after the start of its container", pod.Metadata.Name, memory[pod.Metadata.Name], limit, ready.Sub(started))
			}
		}
		if m := memory[pod.Metadata.Name]; m == 0 || m > limit {
			r.t.Errorf("the pod %s has %.1f MiB of memory, want at most %.0f", pod.Metadata.Name, m, limit)
		}
	}
}

// memory returns the working set of the pods of the namespace, in MiB.
func (r *release) memory() map[string]float64 {
	r.t.Helper()
	var summary struct {
		Pods []struct {
			PodRef     struct{ Name, Namespace string }
			Containers []struct {
				Memory struct{ WorkingSetBytes, RSSBytes float64 }
			}
		}
	}
	out := kubectl(r.t, "get", "--raw", "/api/v1/nodes/node1/proxy/stats/summary")
	if err := json.Unmarshal([]byte(out), &summary); err != nil {
		r.t.Fatal(err)
	}
	used := map[string]float64{}
	for _, pod := range summary.Pods {
		if pod.PodRef.Namespace != r.namespace {
			continue
		}
		for _, c := range pod.Containers {
			used[pod.PodRef.Name] += c.Memory.WorkingSetBytes / (1 << 20)
		}
	}
	return used
}

// leftovers returns the objects of the namespace and of the cluster that carry the name of the release,
// without those that Kubernetes creates itself.
func (r *release) leftovers() []string {
	r.t.Helper()
	var left []string
	for _, scope := range []string{"true", "false"} {
		kinds := kubectl(r.t, "api-resources", "--verbs=list,delete", "--namespaced="+scope, "-o", "name")
		args := []string{"get", strings.Join(strings.Fields(kinds), ","), "-o", "name", "--ignore-not-found"}
		if scope == "true" {
			args = append(args, "-n", r.namespace)
		}
		for _, name := range strings.Fields(kubectl(r.t, args...)) {
			own := strings.Contains(name, "clausea") || scope == "true"
			system := strings.HasPrefix(name, "event") || name == "configmap/kube-root-ca.crt" || name == "serviceaccount/default" || name == "namespace/"+r.namespace
			if own && !system {
				left = append(left, name)
			}
		}
	}
	return left
}
