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

// right is a verb on a resource of a group, as a role has it.
type right struct{ group, resource, verb string }

// idle are rights that are needed and need not show in the log: the admission plugin
// OwnerReferencesPermissionEnforcement looks up who may update finalizers; a list comes
// by a watch where the API server can do that; an event is patched if it happens again.
func (r right) idle() bool {
	return strings.HasSuffix(r.resource, "/finalizers") || r.verb == "list" || r.resource == "events" && r.verb == "patch"
}

// judgeRights holds what the operator asked the API server for in all tests against
// what its role grants: nothing was refused, and nothing is granted that is not used.
func (w *cluster) judgeRights() (code int) {
	used, refused, err := w.asked()
	if err != nil {
		fmt.Fprintln(os.Stderr, "read the API server's log:", err)
		return 1
	}
	granted, err := w.granted()
	if err != nil {
		fmt.Fprintln(os.Stderr, "read the operator's role:", err)
		return 1
	}
	for _, r := range sorted(refused) {
		fmt.Fprintf(os.Stderr, "FAIL: the operator was refused to %s %s of %q\n", r.verb, r.resource, r.group)
		code = 1
	}
	for _, r := range sorted(granted) {
		if !used[r] && !r.idle() {
			fmt.Fprintf(os.Stderr, "FAIL: config/rbac lets the operator %s %s of %q, and it never does\n", r.verb, r.resource, r.group)
			code = 1
		}
	}
	return code
}

func sorted(rights map[right]bool) []right {
	var all []right
	for r := range rights {
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b right) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return all
}

// asked reads the API server's log of the operator's requests.
func (w *cluster) asked() (used, refused map[right]bool, err error) {
	f, err := os.Open(w.auditLog)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = f.Close() }()
	used, refused = map[right]bool{}, map[right]bool{}
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
		r := right{e.ObjectRef.APIGroup, e.ObjectRef.Resource, e.Verb}
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
		return nil, nil, errors.New("it has no request of the operator's")
	}
	return used, refused, lines.Err()
}

func (w *cluster) granted() (map[right]bool, error) {
	role := &rbacv1.ClusterRole{}
	if err := w.admin.Get(context.Background(), client.ObjectKey{Name: "clausea-operator"}, role); err != nil {
		return nil, err
	}
	granted := map[right]bool{}
	for _, rule := range role.Rules {
		for _, g := range rule.APIGroups {
			for _, res := range rule.Resources {
				for _, verb := range rule.Verbs {
					granted[right{g, res, verb}] = true
				}
			}
		}
	}
	return granted, nil
}
