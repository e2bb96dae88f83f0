package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// definition returns the template of a custom resource definition: the manifest with the labels of
// the chart and, if crds.keep is set, the annotation with which Helm keeps it.
func definition(manifest []byte, source string) ([]byte, error) {
	const metadata = "metadata:\n  annotations:\n"
	text := strings.TrimPrefix(string(manifest), "---\n")
	if strings.Count(text, "\n"+metadata) != 1 {
		return nil, errors.New("the manifest does not have metadata that begin with annotations")
	}
	text = strings.ReplaceAll(text, "{{", `{{ "{{" }}`)
	text = strings.Replace(text, metadata, `metadata:
  labels:
    {{- include "clausea.labels" (dict "root" $) | nindent 4 }}
  annotations:
    {{- if .Values.crds.keep }}
    helm.sh/resource-policy: keep
    {{- end }}
`, 1)
	return []byte(fmt.Sprintf(header, source) + "{{- if .Values.crds.enabled }}\n" + text + "{{- end }}\n"), nil
}

// role is a ClusterRole or Role.
type role struct {
	Kind     string                `json:"kind"`
	Metadata struct{ Name string } `json:"metadata"`
	Rules    []map[string][]string `json:"rules"`
}

// rules returns named templates with the rules of the roles in config.
func rules(root string) ([]byte, error) {
	var out bytes.Buffer
	fmt.Fprintf(&out, header, "config/rbac and config/api")
	for _, source := range []string{"rbac/role.yaml", "rbac/user_roles.yaml", "api/role.yaml"} {
		b, err := os.ReadFile(filepath.Join(root, "config", source))
		if err != nil {
			return nil, fmt.Errorf("read roles: %w", err)
		}
		for doc := range strings.SplitSeq("\n"+string(b), "\n---\n") {
			var r role
			if err := yaml.Unmarshal([]byte(doc), &r); err != nil {
				return nil, fmt.Errorf("read the roles of config/%s: %w", source, err)
			}
			if len(r.Rules) == 0 {
				continue
			}
			if err := define(&out, r.Kind+"/"+r.Metadata.Name, r.Rules); err != nil {
				return nil, err
			}
			if r.Kind == "ClusterRole" && source == "rbac/role.yaml" {
				if err := define(&out, "namespaced/"+r.Metadata.Name, namespaced(r.Rules)); err != nil {
					return nil, err
				}
			}
		}
	}
	return out.Bytes(), nil
}

// namespaced returns the rules that a Role can grant: those on objects that are in a namespace.
func namespaced(rules []map[string][]string) (in []map[string][]string) {
	for _, r := range rules {
		if !slices.Equal(r["apiGroups"], []string{"apiextensions.k8s.io"}) {
			in = append(in, r)
		}
	}
	return in
}

func define(out *bytes.Buffer, name string, rules []map[string][]string) error {
	b, err := yaml.Marshal(rules)
	if err != nil {
		return fmt.Errorf("write the rules of %s: %w", name, err)
	}
	fmt.Fprintf(out, "{{- define \"clausea.rules.%s\" }}\n%s{{- end }}\n", name, b)
	return nil
}
