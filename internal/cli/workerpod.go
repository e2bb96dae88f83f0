package cli

import (
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/run/kubejob"
	"github.com/clausea/crawler/internal/settings"
)

// workerPod returns the pod configuration for execution Job.
func workerPod(v *settings.Values, log logr.Logger) (kubejob.Pod, error) {
	if v.Execution == string(v1alpha1.ExecutionJob) && v.WorkerImage == "" {
		return kubejob.Pod{}, v.InvalidValue(&v.WorkerImage, "", "the image of the worker pods, which execution Job requires")
	}
	memory, err := resource.ParseQuantity(v.WorkerMemory)
	if err != nil {
		return kubejob.Pod{}, v.InvalidValue(&v.WorkerMemory, v.WorkerMemory, "a quantity such as 384Mi")
	}
	request := resource.MustParse("96Mi")
	if memory.Cmp(request) < 0 {
		request = memory
	}
	template, err := workerTemplate(v)
	if err != nil {
		return kubejob.Pod{}, err
	}
	env := workerEnv(v, log)
	switch {
	case v.CAFile == "":
	case template.Mounts(v.CAFile):
		env = append(env, corev1.EnvVar{Name: "CLAUSEA_CA_FILE", Value: v.CAFile})
	default:
		log.Info("the workers of Kubernetes Jobs do not have the file of certificate authorities; mount it at the same path with --worker-template", "caFile", v.CAFile)
	}
	return kubejob.Pod{
		Image: v.WorkerImage, PriorityClassName: v.WorkerPriorityClass, Secret: v.WorkerSecret, Env: env, Template: template,
		Resources: corev1.ResourceRequirements{
			Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("50m"), corev1.ResourceMemory: request},
			Limits:   corev1.ResourceList{corev1.ResourceMemory: memory},
		},
	}, nil
}

// workerTemplate returns the pod template that the settings name, nil if they name none.
func workerTemplate(v *settings.Values) (*kubejob.Template, error) {
	if v.WorkerTemplate == "" {
		return nil, nil
	}
	b, err := os.ReadFile(v.WorkerTemplate)
	if err != nil {
		return nil, fmt.Errorf("read the pod template of the workers: %w", err)
	}
	t, err := kubejob.ParseTemplate(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", v.WorkerTemplate, err)
	}
	return t, nil
}

// workerEnv returns the environment that passes the operator's settings to its workers.
// Everyone with read access to Jobs can read it. It therefore omits URLs with a user, a
// path, a query or a fragment, which may contain a credential; workers get those from their
// Secret. It also omits a browser path, which refers to the operator's own image.
func workerEnv(v *settings.Values, log logr.Logger) []corev1.EnvVar {
	var env []corev1.EnvVar
	for _, g := range v.Environ(settings.CommandWorker) {
		env = append(env, corev1.EnvVar{Name: g.Name, Value: g.Value})
	}
	for _, setting := range []struct {
		variable string
		value    settings.Secret
	}{{"CLAUSEA_BROWSER", v.Browser}, {"CRAWLER_PROXY", v.Proxy}} {
		u, err := url.Parse(setting.value.Reveal())
		switch {
		case setting.value.IsEmpty() || err == nil && u.Host == "":
		case err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "":
			log.Info("skipped a URL that may contain a credential; add it to the worker secret", "variable", setting.variable, "secret", v.WorkerSecret)
		default:
			env = append(env, corev1.EnvVar{Name: setting.variable, Value: setting.value.Reveal()})
		}
	}
	return env
}
