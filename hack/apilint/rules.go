package main

import "sigs.k8s.io/kube-api-linter/pkg/config"

// rules are the default rules of kube-api-linter without those that do not fit this API.
var rules = config.Linters{Disable: []string{
	"nodurations",       // "30m" in a manifest is what Flux and cert-manager users write, too
	"optionalfields",    // fields are strings and numbers whose zero value means unset
	"nonpointerstructs", // for in-tree types
	"requiredfields",    // it wants omitempty, which would omit a required count of 0
}}

// options say where the rules leave a choice.
var options = config.LintersConfig{
	"conditions": map[string]any{
		"isFirstField":     "Ignore",
		"useProtobuf":      "Forbid", // custom resources are JSON
		"usePatchStrategy": "Forbid", // and have no strategic merge patch
	},
	"defaults": map[string]any{"preferredDefaultMarker": "kubebuilder:default"}, // the marker that controller-gen reads
}
