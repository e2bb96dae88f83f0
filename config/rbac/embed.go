// Package rbac embeds the generated roles of the operator, so that the operator can check at
// start that it has their permissions.
package rbac

import _ "embed" // for Roles

// Roles is role.yaml: the ClusterRole and the Role of the operator.
//
//go:embed role.yaml
var Roles string
