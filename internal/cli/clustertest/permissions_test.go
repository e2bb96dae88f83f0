package clustertest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
	auditv1 "k8s.io/apiserver/pkg/apis/audit/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// permission is a verb on a resource of an API group.
type permission struct{ group, resource, verb string }

// mayBeUnused reports whether a permission is required but need not appear in the audit log. The
// admission plugin OwnerReferencesPermissionEnforcement checks who may update finalizers. A list
// may be served by a watch. An event is patched only if it occurs again.
func (r permission) mayBeUnused() bool {
	return strings.HasSuffix(r.resource, "/finalizers") || r.verb == "list" || r.resource == "events" && r.verb == "patch"
}

// checkPermissions compares the operator's requests in all tests with the permissions of its role.
// It fails if a request was denied or if a permission is unused.
func (w *cluster) checkPermissions() (code int) {
	used, refused, err := w.requestedPermissions()
	if err != nil {
		fmt.Fprintln(os.Stderr, "read the audit log:", err)
		return 1
	}
	granted, err := w.grantedPermissions()
	if err != nil {
		fmt.Fprintln(os.Stderr, "read the operator's role:", err)
		return 1
	}
	for _, r := range sortPermissions(refused) {
		fmt.Fprintf(os.Stderr, "FAIL: the operator was denied: %s %s of API group %q\n", r.verb, r.resource, r.group)
		code = 1
	}
	for _, r := range sortPermissions(granted) {
		if !used[r] && !r.mayBeUnused() {
			fmt.Fprintf(os.Stderr, "FAIL: config/rbac grants an unused permission: %s %s of API group %q\n", r.verb, r.resource, r.group)
			code = 1
		}
	}
	return code
}

func sortPermissions(rights map[permission]bool) []permission {
	var all []permission
	for r := range rights {
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b permission) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return all
}

// requestedPermissions reads the operator's requests from the audit log.
func (w *cluster) requestedPermissions() (used, refused map[permission]bool, err error) {
	f, err := os.Open(w.auditLog)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = f.Close() }()
	used, refused = map[permission]bool{}, map[permission]bool{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		e := auditv1.Event{}
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, nil, err
		}
		if e.ObjectRef == nil {
			continue
		}
		r := permission{e.ObjectRef.APIGroup, e.ObjectRef.Resource, e.Verb}
		if e.ObjectRef.Subresource != "" {
			r.resource += "/" + e.ObjectRef.Subresource
		}
		if e.Annotations["authorization.k8s.io/decision"] == "forbid" {
			refused[r] = true
		} else {
			used[r] = true
		}
	}
	if len(used) == 0 {
		return nil, nil, errors.New("the audit log has no requests of the operator")
	}
	return used, refused, lines.Err()
}

func (w *cluster) grantedPermissions() (map[permission]bool, error) {
	forAll, own := &rbacv1.ClusterRole{}, &rbacv1.Role{}
	if err := w.admin.Get(context.Background(), client.ObjectKey{Name: "clausea-operator"}, forAll); err != nil {
		return nil, err
	}
	if err := w.admin.Get(context.Background(), client.ObjectKey{Namespace: operatorNamespace, Name: "clausea-operator"}, own); err != nil {
		return nil, err
	}
	granted := map[permission]bool{}
	for _, rule := range append(forAll.Rules, own.Rules...) {
		for _, g := range rule.APIGroups {
			for _, res := range rule.Resources {
				for _, verb := range rule.Verbs {
					granted[permission{g, res, verb}] = true
				}
			}
		}
	}
	return granted, nil
}
