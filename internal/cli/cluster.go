package cli

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/go-logr/logr"
	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/discovery"
	authorizationclient "k8s.io/client-go/kubernetes/typed/authorization/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/yaml"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/config/rbac"
	"github.com/clausea/crawler/internal/settings"
)

const (
	// firstCheckInterval and maxCheckInterval are the times between two checks of a cluster that
	// lacks something, at first and later.
	firstCheckInterval = time.Second
	maxCheckInterval   = 10 * time.Second
	// monitorInterval is the time between two checks of the definitions after the start. The
	// permissions, each of which takes a request, are checked every permissionChecks times.
	monitorInterval  = 10 * time.Second
	permissionChecks = 6
	// clusterCheckTimeout limits one check of the definitions or of the permissions.
	clusterCheckTimeout = 10 * time.Second
)

// clusterClient is a part of the program that uses a cluster.
type clusterClient struct {
	name   string // as messages call it
	folder string // of the manifests with its permissions
	// permissions are those without which it does not work.
	permissions []authorizationv1.ResourceAttributes
}

// clusterCheck checks that a cluster has what a part of the program needs: the custom resource
// definitions and the permissions.
type clusterCheck struct {
	clusterClient
	discovery discovery.DiscoveryInterface
	reviews   authorizationclient.SelfSubjectAccessReviewsGetter
	log       logr.Logger
	ready     *readyState
	loggedAt  time.Time
}

// newClusterCheck creates a check of the cluster of config.
func newClusterCheck(config *rest.Config, of clusterClient, log logr.Logger, ready *readyState) (*clusterCheck, error) {
	c := &clusterCheck{clusterClient: of, log: log, ready: ready}
	config = rest.CopyConfig(config)
	config.Timeout = clusterCheckTimeout // discovery has no context
	d, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("create the discovery client: %w", err)
	}
	a, err := authorizationclient.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("create the authorization client: %w", err)
	}
	c.discovery, c.reviews = d, a
	return c, nil
}

// operatorClient returns the operator that watches watchNamespace, or all namespaces, and whose
// lease is in leaseNamespace.
func operatorClient(watchNamespace, leaseNamespace string) (clusterClient, error) {
	permissions, err := requiredPermissions(rbac.Roles, watchNamespace, leaseNamespace)
	return clusterClient{"operator", "config/rbac", permissions}, err
}

// requiredPermissions returns the permissions in roles, which has a manifest of a ClusterRole or a
// Role in each YAML document. It leaves out those on events, finalizers and definitions: without
// them, events are missing, only some clusters reject requests, or discovery replaces the definition.
func requiredPermissions(roles, watchNamespace, leaseNamespace string) ([]authorizationv1.ResourceAttributes, error) {
	var all []authorizationv1.ResourceAttributes
	for _, manifest := range strings.Split(roles, "\n---\n") {
		role := &rbacv1.Role{} // a ClusterRole has the same fields
		if err := yaml.Unmarshal([]byte(manifest), role); err != nil {
			return nil, fmt.Errorf("read the roles: %w", err)
		}
		namespace := watchNamespace
		if role.Kind == "Role" {
			namespace = leaseNamespace
		}
		for _, rule := range role.Rules {
			all = append(all, permissionsOf(rule, namespace)...)
		}
	}
	return all, nil
}

func permissionsOf(rule rbacv1.PolicyRule, namespace string) (all []authorizationv1.ResourceAttributes) {
	for _, group := range rule.APIGroups {
		for _, name := range rule.Resources {
			resource, sub, _ := strings.Cut(name, "/")
			if resource == "events" || sub == "finalizers" || resource == "customresourcedefinitions" {
				continue
			}
			for _, verb := range rule.Verbs {
				all = append(all, authorizationv1.ResourceAttributes{Namespace: namespace, Verb: verb, Group: group, Resource: resource, Subresource: sub})
			}
		}
	}
	return all
}

// wait returns when the cluster has everything, or when ctx ends.
func (c *clusterCheck) wait(ctx context.Context) error {
	c.ready.set(componentCluster, "checking the custom resource definitions and permissions")
	for interval := firstCheckInterval; ; interval = min(2*interval, maxCheckInterval) {
		problem := c.check(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		c.report(problem)
		if problem == "" {
			return nil
		}
		select {
		case <-ctx.Done():
			c.log.Info("stopped while the cluster was not ready", "cause", problem)
			return ctx.Err()
		case <-time.After(interval):
		}
	}
}

// Start implements manager.Runnable. It repeats the check until ctx ends.
func (c *clusterCheck) Start(ctx context.Context) error {
	tick := time.NewTicker(monitorInterval)
	defer tick.Stop()
	problem := ""
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if problem == "" && n%permissionChecks != 0 {
			problem = c.checkDefinitions(ctx)
		} else {
			problem = c.check(ctx)
		}
		if ctx.Err() == nil {
			c.report(problem)
		}
	}
}

// NeedLeaderElection implements manager.LeaderElectionRunnable.
func (c *clusterCheck) NeedLeaderElection() bool { return false }

// report publishes the result of a check. It logs each new problem, and the same one once a
// minute.
func (c *clusterCheck) report(problem string) {
	changed := c.ready.set(componentCluster, problem)
	switch {
	case problem == "" && changed:
		c.log.Info("the custom resource definitions and permissions are complete")
	case problem != "" && (changed || time.Since(c.loggedAt) >= logInterval):
		c.loggedAt = time.Now()
		c.log.Error(nil, "the cluster is not ready", "cause", problem)
	}
}

// check returns a sentence that says what the cluster lacks and how to correct it; empty if it
// lacks nothing.
func (c *clusterCheck) check(ctx context.Context) string {
	if problem := c.checkDefinitions(ctx); problem != "" {
		return problem
	}
	return c.checkPermissions(ctx)
}

const installDefinitions = "run kubectl apply -k config/crd (or install the chart's CRDs)"

// checkDefinitions checks that the API server serves the custom resources.
func (c *clusterCheck) checkDefinitions(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(ctx, clusterCheckTimeout)
	defer cancel()
	gv := v1alpha1.GroupVersion.String()
	served, err := c.discovery.ServerResourcesForGroupVersion(gv)
	switch {
	case apierrors.IsNotFound(err):
		return fmt.Sprintf("the custom resource definitions of %s are not installed: %s", gv, installDefinitions)
	case apierrors.IsUnauthorized(err):
		return fmt.Sprintf("the API server rejects the credentials of the %s: check its ServiceAccount or kubeconfig", c.name)
	case apierrors.IsForbidden(err):
		return "" // discovery is restricted; the watches report a missing definition
	case err != nil:
		return fmt.Sprintf("the API server does not respond (%s): check that it is running and that the network allows the connection", err)
	}
	missing := map[string]bool{"companies": true, "crawljobs": true}
	for i := range served.APIResources {
		delete(missing, served.APIResources[i].Name)
	}
	if len(missing) == 0 || ctx.Err() != nil {
		return ""
	}
	return fmt.Sprintf("the custom resource definition of %s is not installed: %s", strings.Join(slices.Sorted(maps.Keys(missing)), " and "), installDefinitions)
}

// checkPermissions asks the API server whether each permission is granted.
func (c *clusterCheck) checkPermissions(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(ctx, clusterCheckTimeout)
	defer cancel()
	denied := map[string][]string{} // verbs by resource
	for i := range c.permissions {
		review := &authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{ResourceAttributes: &c.permissions[i]}}
		result, err := c.reviews.SelfSubjectAccessReviews().Create(ctx, review, metav1.CreateOptions{})
		if err != nil {
			if apierrors.IsForbidden(err) {
				return "" // reviews are restricted; the watches report a missing permission
			}
			return fmt.Sprintf("the permissions cannot be checked (%s): check that the API server is running", err)
		}
		if !result.Status.Allowed {
			what := resourceName(&c.permissions[i])
			denied[what] = append(denied[what], c.permissions[i].Verb)
		}
	}
	if len(denied) == 0 {
		return ""
	}
	var list []string
	for _, what := range slices.Sorted(maps.Keys(denied)) {
		list = append(list, strings.Join(denied[what], ", ")+" "+what)
	}
	return fmt.Sprintf("the %s lacks permissions (%s): apply %s, and check that its bindings name the ServiceAccount and the namespace of the %[1]s", c.name, strings.Join(list, "; "), c.folder)
}

// resourceName returns the name of a resource as kubectl auth can-i accepts it, with its
// namespace.
func resourceName(a *authorizationv1.ResourceAttributes) string {
	name := a.Resource
	if a.Group != "" {
		name += "." + a.Group
	}
	if a.Subresource != "" {
		name += "/" + a.Subresource
	}
	if a.Namespace == "" {
		return name + " in all namespaces"
	}
	return name + " in namespace " + a.Namespace
}

// namespaceFile holds the namespace of a pod.
const namespaceFile = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"

// leaderNamespace returns the namespace of the leader election lease.
func leaderNamespace(v *settings.Values) (string, error) {
	if v.LeaderNamespace != "" {
		return v.LeaderNamespace, nil
	}
	b, err := os.ReadFile(namespaceFile)
	if err != nil {
		return "", usage("outside a pod, the operator requires the namespace of its leader election lease: set --leader-election-namespace or CLAUSEA_LEADER_ELECTION_NAMESPACE")
	}
	return strings.TrimSpace(string(b)), nil
}
