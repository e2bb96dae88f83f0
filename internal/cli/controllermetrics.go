package cli

import (
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
)

// controllerPrefixes are of the metrics that controller-runtime and client-go keep of
// the controllers, their queues and their calls: what a dashboard for any controller
// shows. Those of the process are in the registry of this program already.
var controllerPrefixes = []string{"controller_runtime_", "workqueue_", "rest_client_", "leader_election_"}

// controllerMetrics gathers the metrics of the controllers.
func controllerMetrics() ([]*dto.MetricFamily, error) {
	all, err := metrics.Registry.Gather()
	return slices.DeleteFunc(all, func(f *dto.MetricFamily) bool {
		return !slices.ContainsFunc(controllerPrefixes, func(p string) bool { return strings.HasPrefix(f.GetName(), p) })
	}), err
}
