package cli

import (
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
)

// controllerPrefixes select the metrics of controller-runtime and client-go about
// controllers, work queues and API requests, which generic controller dashboards use.
// Process metrics are excluded, because the program's own registry has them.
var controllerPrefixes = []string{"controller_runtime_", "workqueue_", "rest_client_", "leader_election_"}

// controllerMetrics gathers the metrics that controllerPrefixes select.
func controllerMetrics() ([]*dto.MetricFamily, error) {
	all, err := metrics.Registry.Gather()
	return slices.DeleteFunc(all, func(f *dto.MetricFamily) bool {
		return !slices.ContainsFunc(controllerPrefixes, func(p string) bool { return strings.HasPrefix(f.GetName(), p) })
	}), err
}
