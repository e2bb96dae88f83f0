package clustertest

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
)

// environment resolves the environment of a pod as the kubelet does: env overrides envFrom.
func (n *fakeKubelet) environment(ctx context.Context, pod *corev1.Pod) ([]string, error) {
	values := map[string]string{}
	c := &pod.Spec.Containers[0]
	for _, from := range c.EnvFrom {
		if from.SecretRef == nil {
			return nil, fmt.Errorf("envFrom of %s: the fake kubelet supports only Secrets", c.Name)
		}
		data, err := n.secret(ctx, pod.Namespace, from.SecretRef.Name, from.SecretRef.Optional)
		if err != nil {
			return nil, err
		}
		for k, v := range data {
			values[from.Prefix+k] = string(v)
		}
	}
	for _, e := range c.Env {
		v := e.Value
		if e.ValueFrom != nil {
			var err error
			if v, err = n.valueFrom(ctx, pod, e.ValueFrom); err != nil {
				return nil, err
			}
		}
		values[e.Name] = v
	}
	if file := n.accounts[pod.Namespace+"/"+pod.Spec.ServiceAccountName]; file != "" {
		values["KUBECONFIG"] = file // replaces the token that a kubelet mounts
	}
	var env []string
	for k, v := range values {
		env = append(env, k+"="+v)
	}
	slices.Sort(env)
	return env, nil
}

func (n *fakeKubelet) secret(ctx context.Context, namespace, name string, optional *bool) (map[string][]byte, error) {
	s := &corev1.Secret{}
	err := n.client.Get(ctx, types.NamespacedName{Namespace: namespace, Name: name}, s)
	if apierrors.IsNotFound(err) {
		if optional != nil && *optional {
			return nil, nil
		}
		return nil, fmt.Errorf("secret %q not found", name)
	}
	return s.Data, err
}

func (n *fakeKubelet) valueFrom(ctx context.Context, pod *corev1.Pod, from *corev1.EnvVarSource) (string, error) {
	switch {
	case from.SecretKeyRef != nil:
		ref := from.SecretKeyRef
		data, err := n.secret(ctx, pod.Namespace, ref.Name, ref.Optional)
		if err != nil {
			return "", err
		}
		if v, ok := data[ref.Key]; ok {
			return string(v), nil
		}
		return "", fmt.Errorf("couldn't find key %s in Secret %s/%s", ref.Key, pod.Namespace, ref.Name)
	case from.FieldRef != nil && from.FieldRef.FieldPath == "metadata.namespace":
		return pod.Namespace, nil
	case from.ResourceFieldRef != nil && from.ResourceFieldRef.Resource == "limits.memory":
		return fmt.Sprint(pod.Spec.Containers[0].Resources.Limits.Memory().Value()), nil
	}
	return "", fmt.Errorf("the fake kubelet does not support the reference %+v", from)
}
