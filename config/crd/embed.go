// Package crd embeds the generated CustomResourceDefinitions, so that standalone mode enforces
// the same schemas as an API server.
package crd

import "embed"

// Bases contains bases/*.yaml, each a CustomResourceDefinition.
//
//go:embed bases/*.yaml
var Bases embed.FS
