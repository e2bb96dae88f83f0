// Package e2e tests the chart with Helm on a real Kubernetes node, on which every pod runs. Its files
// have the build tag e2e: hack/e2e/run.sh starts the cluster of hack/cluster and runs the tests in its
// namespaces. docs/e2e.md describes them.
package e2e
