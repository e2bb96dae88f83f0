// Package api embeds the role of the API, so that the API can check at start that it has its
// permissions.
package api

import _ "embed" // for Role

// Role is role.yaml: the Role of the API.
//
//go:embed role.yaml
var Role string
