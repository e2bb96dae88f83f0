package kubejob

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"sigs.k8s.io/yaml"
)

// workerContainer is the name of the container of a worker.
const workerContainer = "worker"

// Template is a partial pod template that is merged into the template of each worker pod, as
// kubectl patch merges: lists with names are merged by name.
type Template struct {
	patch   []byte // JSON, without envFrom of the worker
	envFrom []corev1.EnvFromSource
	mounts  []string // mount paths of the worker
}

// ParseTemplate parses the YAML of a PodTemplateSpec of which all fields are optional. It
// rejects unknown fields and what would keep a Job from ending or the worker from working.
func ParseTemplate(b []byte) (*Template, error) {
	var spec corev1.PodTemplateSpec
	if err := yaml.UnmarshalStrict(b, &spec); err != nil {
		return nil, fmt.Errorf("parse the pod template: %w", err)
	}
	if spec.Spec.RestartPolicy != "" && spec.Spec.RestartPolicy != corev1.RestartPolicyNever {
		return nil, errors.New("the pod template sets spec.restartPolicy: a Job replaces failed pods itself, so it must be Never")
	}
	t := &Template{}
	for _, c := range spec.Spec.Containers {
		if c.Name != workerContainer {
			return nil, fmt.Errorf("the pod template has the container %q: only %q is possible, because a pod with another container does not end with the crawl; use an initContainer with restartPolicy Always", c.Name, workerContainer)
		}
		if len(c.Command)+len(c.Args) > 0 {
			return nil, errors.New("the pod template sets command or args of the container worker: the operator sets them")
		}
		t.envFrom = c.EnvFrom
		for _, m := range c.VolumeMounts {
			t.mounts = append(t.mounts, m.MountPath)
		}
	}
	// The patch has only the fields of the file: those of spec include empty ones.
	var fields map[string]any
	if err := yaml.Unmarshal(b, &fields); err != nil {
		return nil, fmt.Errorf("parse the pod template: %w", err)
	}
	removeEnvFrom(fields)
	patch, err := json.Marshal(fields)
	if err != nil {
		return nil, fmt.Errorf("parse the pod template: %w", err)
	}
	t.patch = patch
	_, err = t.merge(&corev1.PodTemplateSpec{})
	return t, err
}

// removeEnvFrom removes envFrom of the containers, which merge appends: a strategic merge would
// replace the Secret of the worker.
func removeEnvFrom(fields map[string]any) {
	spec, _ := fields["spec"].(map[string]any)
	containers, _ := spec["containers"].([]any)
	for _, c := range containers {
		if c, ok := c.(map[string]any); ok {
			delete(c, "envFrom")
		}
	}
}

// Mounts reports whether the template mounts a volume at the path of a file of the worker, or at
// a folder above it.
func (t *Template) Mounts(file string) bool {
	return t != nil && slices.ContainsFunc(t.mounts, func(m string) bool {
		m = path.Clean(m)
		return file == m || strings.HasPrefix(path.Clean(file), strings.TrimSuffix(m, "/")+"/")
	})
}

// merge returns base with the fields of the template. The restart policy and the labels of base
// remain, because the operator finds its pods by them.
func (t *Template) merge(base *corev1.PodTemplateSpec) (*corev1.PodTemplateSpec, error) {
	if t == nil {
		return base, nil
	}
	original, err := json.Marshal(base)
	if err != nil {
		return nil, fmt.Errorf("merge the pod template: %w", err)
	}
	merged, err := strategicpatch.StrategicMergePatch(original, t.patch, corev1.PodTemplateSpec{})
	if err != nil {
		return nil, fmt.Errorf("merge the pod template: %w", err)
	}
	out := &corev1.PodTemplateSpec{}
	if err := json.Unmarshal(merged, out); err != nil {
		return nil, fmt.Errorf("merge the pod template: %w", err)
	}
	for k, v := range base.Labels {
		out.Labels[k] = v
	}
	out.Spec.RestartPolicy = base.Spec.RestartPolicy
	for i := range out.Spec.Containers {
		if c := &out.Spec.Containers[i]; c.Name == workerContainer {
			// Of several sources of a variable, the last one counts: the worker's own Secret.
			c.EnvFrom = append(slices.Clone(t.envFrom), c.EnvFrom...)
		}
	}
	return out, nil
}
