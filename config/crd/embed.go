// Package crd holds the generated custom resource definitions, so that the program
// enforces without an API server the very schemas that an API server would.
package crd

import "embed"

// Bases has bases/*.yaml, one CustomResourceDefinition each.
//
//go:embed bases/*.yaml
var Bases embed.FS
