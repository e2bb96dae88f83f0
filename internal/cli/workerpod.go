package cli

import (
	"net/url"
	"strings"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/run/kubejob"
	"github.com/clausea/crawler/internal/settings"
)

// workerPod is what the settings say of the pods of execution Job.
func workerPod(v *settings.Values, log logr.Logger) (kubejob.Pod, error) {
	if v.Execution == string(v1alpha1.ExecutionJob) && v.WorkerImage == "" {
		return kubejob.Pod{}, v.InvalidValue(&v.WorkerImage, "", "the image of the workers' pods, since execution is Job")
	}
	memory, err := resource.ParseQuantity(v.WorkerMemory)
	if err != nil {
		return kubejob.Pod{}, v.InvalidValue(&v.WorkerMemory, v.WorkerMemory, "a quantity such as 384Mi")
	}
	request := resource.MustParse("96Mi")
	if memory.Cmp(request) < 0 {
		request = memory
	}
	return kubejob.Pod{
		Image: v.WorkerImage, PriorityClassName: v.WorkerPriorityClass, Secret: v.WorkerSecret, Env: workerEnv(v, log),
		Resources: corev1.ResourceRequirements{
			Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("50m"), corev1.ResourceMemory: request},
			Limits:   corev1.ResourceList{corev1.ResourceMemory: memory},
		},
	}, nil
}

// workerEnv hands the operator's own settings on to its workers. Whoever may read Jobs
// reads them, so that an address with a password, a path or a query, which may be a
// credential, is not among them: workers have it from their Secret only. A browser by path is one of the operator's own image.
func workerEnv(v *settings.Values, log logr.Logger) []corev1.EnvVar {
	var env []corev1.EnvVar
	for _, g := range v.Environ(settings.CommandWorker) {
		env = append(env, corev1.EnvVar{Name: g.Name, Value: g.Value})
	}
	for _, address := range []struct {
		variable string
		value    settings.Secret
	}{{"CLAUSEA_BROWSER", v.Browser}, {"CRAWLER_PROXY", v.Proxy}} {
		u, err := url.Parse(address.value.Reveal())
		switch {
		case address.value.IsEmpty() || err == nil && u.Host == "":
		case err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "":
			log.Info("address that may hold a credential not handed on to the workers; their secret must have it", "variable", address.variable, "secret", v.WorkerSecret)
		default:
			env = append(env, corev1.EnvVar{Name: address.variable, Value: address.value.Reveal()})
		}
	}
	return env
}
