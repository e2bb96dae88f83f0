package kubejob

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/clausea/crawler/controllers/runner"
)

const template = `
metadata:
  annotations: {sidecar.istio.io/inject: "false"}
  labels: {team: legal, app.kubernetes.io/name: other}
spec:
  imagePullSecrets: [{name: registry}]
  nodeSelector: {disk: ssd}
  tolerations: [{key: crawls, operator: Exists}]
  affinity: {podAntiAffinity: {}}
  serviceAccountName: crawls
  containers:
    - name: worker
      resources: {requests: {cpu: 200m}, limits: {memory: 700Mi}}
      env: [{name: CRAWLER_PROXY, valueFrom: {secretKeyRef: {name: proxy, key: url}}}]
      envFrom: [{configMapRef: {name: more}}]
      volumeMounts: [{name: ca, mountPath: /etc/clausea/}]
  volumes: [{name: ca, configMap: {name: ca}}]
`

func TestTemplateIsMergedIntoThePodOfAWorker(t *testing.T) {
	t.Parallel()
	tmpl, err := ParseTemplate([]byte(template))
	if err != nil {
		t.Fatal(err)
	}
	pod := Pod{Image: "clausea:1", Secret: "clausea", Template: tmpl, Env: []corev1.EnvVar{{Name: "CLAUSEA_DELAY", Value: "2s"}}, Resources: corev1.ResourceRequirements{
		Requests: corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("96Mi")}, Limits: corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("384Mi")},
	}}
	spec := runner.RunSpec{RunID: "r1", Company: "legal/acme", CrawlJob: types.NamespacedName{Namespace: "legal", Name: "now"}}
	job, err := pod.job(spec, "now-r1-1", 0)
	if err != nil {
		t.Fatal(err)
	}
	got, s := job.Spec.Template, job.Spec.Template.Spec
	c := s.Containers[0]
	env := map[string]string{}
	for _, e := range c.Env {
		env[e.Name] = e.Value
	}
	for what, ok := range map[string]bool{
		"annotation":         got.Annotations["sidecar.istio.io/inject"] == "false",
		"label":              got.Labels["team"] == "legal" && got.Labels["app.kubernetes.io/name"] == "clausea" && got.Labels[labelRun] == "r1",
		"imagePullSecrets":   len(s.ImagePullSecrets) == 1 && s.ImagePullSecrets[0].Name == "registry",
		"nodeSelector":       s.NodeSelector["disk"] == "ssd",
		"tolerations":        len(s.Tolerations) == 1,
		"affinity":           s.Affinity != nil,
		"serviceAccountName": s.ServiceAccountName == "crawls",
		"containers":         len(s.Containers) == 1 && c.Image == "clausea:1" && len(c.Args) == 3,
		"securityContext":    *c.SecurityContext.ReadOnlyRootFilesystem,
		"resources":          c.Resources.Requests.Cpu().String() == "200m" && c.Resources.Requests.Memory().String() == "96Mi" && c.Resources.Limits.Memory().String() == "700Mi",
		"env":                len(c.Env) == 3 && env["CLAUSEA_DELAY"] == "2s" && env["GOMEMLIMIT"] == "629145600",
		"envFrom":            len(c.EnvFrom) == 2 && c.EnvFrom[0].ConfigMapRef.Name == "more" && c.EnvFrom[1].SecretRef.Name == "clausea",
		"volumes":            len(s.Volumes) == 2 && len(c.VolumeMounts) == 2,
		"restartPolicy":      s.RestartPolicy == corev1.RestartPolicyNever,
		"Mounts":             tmpl.Mounts("/etc/clausea/ca.pem") && !tmpl.Mounts("/etc/ca.pem"),
	} {
		if !ok {
			t.Errorf("%s is wrong in %+v", what, got)
		}
	}
}

func TestTemplateThatWouldBreakTheWorkerIsRejected(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"spec: {nodeSelektor: {}}":                                  `unknown field "nodeSelektor"`,
		"spec: {restartPolicy: Always}":                             "it must be Never",
		"spec: {containers: [{name: istio}]}":                       `the container "istio"`,
		"spec: {containers: [{name: worker, args: [crawl]}]}":       "the operator sets them",
		"spec: {containers: [{name: worker, resources: {cpu: 1}}]}": `unknown field "cpu"`,
		"- a list": "parse the pod template",
	} {
		if _, err := ParseTemplate([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	if _, err := ParseTemplate(nil); err != nil {
		t.Errorf("an empty template: %v", err)
	}
}

func TestJobsAreNamedAndLabelledAfterTheirCrawlJob(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a-company.", 12) + "x"
	for name, want := range map[string]string{"example-com-now": "example-com-now-95a1c4b2-3", "a.b": "a-b-95a1c4b2-3", long: ""} {
		spec := runner.RunSpec{RunID: "01a22263c2c83a0595a1c4b2", Company: "legal/example-com", CrawlJob: types.NamespacedName{Namespace: "legal", Name: name}}
		got := jobName(spec, 3)
		if want != "" && got != want || len(validation.IsDNS1123Label(got)) > 0 || len(jobName(spec, 99999)) > maxJobName {
			t.Errorf("the Job of %s is %s, want %s", name, got, want)
		}
		labels := labelsOf(spec)
		if labels[labelCompany] != "example-com" || !strings.HasPrefix(name, labels[labelCrawlJob]) {
			t.Errorf("the labels of %s are %v", name, labels)
		}
		for k, v := range labels {
			if len(validation.IsValidLabelValue(v)) > 0 {
				t.Errorf("the label %s of %s is %s", k, name, v)
			}
		}
	}
}
