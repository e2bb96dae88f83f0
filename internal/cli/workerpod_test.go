package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/settings"
)

// operatorValues loads the operator's settings from environment variables.
func operatorValues(t *testing.T, env map[string]string) *settings.Values {
	t.Helper()
	e := settings.ProcessEnvironment()
	e.Lookup = func(name string) (string, bool) { v, ok := env[name]; return v, ok }
	v, err := settings.New().Load(settings.CommandOperator, e)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestWorkerPodGetsTheOperatorSettingsWithoutSecrets(t *testing.T) {
	t.Parallel()
	pod, err := workerPod(operatorValues(t, map[string]string{
		"MONGO_URI": "mongodb://user:s3cret@db/clausea", "OPENAI_API_KEY": "s3cret", "MONGODB_DATABASE": "other",
		"CLAUSEA_USER_AGENT": "ClauseaBot custom", "CLAUSEA_ALLOW_ADDRESS": "10.0.0.0/8,192.168.0.0/16", "CLAUSEA_LEASE_DURATION": "1m30s",
		"CLAUSEA_BROWSER": "ws://browsers:9222", "CRAWLER_PROXY": "http://proxy:3128", "CLAUSEA_CA_FILE": "/etc/ca.pem", "LOG_LEVEL": "debug",
		"CLAUSEA_MAX_PAGES": "50", "CLAUSEA_MAX_DEPTH": "0", "CLAUSEA_DELAY": "2s", "CLAUSEA_LANGUAGES": "en,de", "CLAUSEA_RENDER": "Auto", "CLAUSEA_TIMEOUT": "2h",
		"CLAUSEA_WORKER_MEMORY": "64Mi", "CLAUSEA_MAX_CONCURRENT_RECONCILES": "7",
	}), logr.Discard())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, e := range pod.Env {
		got[e.Name] = e.Value
		if strings.Contains(e.Value, "s3cret") {
			t.Errorf("%s contains a secret", e.Name)
		}
	}
	want := map[string]string{
		"MONGODB_DATABASE": "other", "CLAUSEA_USER_AGENT": "ClauseaBot custom", "CLAUSEA_ALLOW_ADDRESS": "10.0.0.0/8,192.168.0.0/16",
		"CLAUSEA_LEASE_DURATION": "1m30s", "CLAUSEA_BROWSER": "ws://browsers:9222", "CRAWLER_PROXY": "http://proxy:3128", "LOG_LEVEL": "debug",
		"CLAUSEA_MAX_PAGES": "50", "CLAUSEA_MAX_DEPTH": "0", "CLAUSEA_DELAY": "2s", "CLAUSEA_LANGUAGES": "en,de", "CLAUSEA_RENDER": "Auto", "CLAUSEA_TIMEOUT": "2h",
	}
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s is %q, want %q", name, got[name], value)
		}
	}
	if len(got) != len(want) {
		t.Errorf("the environment is %v, want %v", got, want)
	}
	if pod.Resources.Requests.Memory().Cmp(*pod.Resources.Limits.Memory()) > 0 {
		t.Error("the memory request exceeds the limit")
	}
	if def, err := workerPod(operatorValues(t, nil), logr.Discard()); err != nil || len(def.Env) != 0 {
		t.Errorf("with default settings the environment is %v, %v", def.Env, err)
	}
}

func TestWorkerPodDoesNotGetURLsWithCredentials(t *testing.T) {
	t.Parallel()
	for _, browser := range []string{
		"ws://browsers:9222?token=s3cret", "wss://user:s3cret@browsers", "ws://browsers/s3cret", "/usr/bin/chromium", "chromium",
	} {
		pod, err := workerPod(operatorValues(t, map[string]string{"CLAUSEA_BROWSER": browser}), logr.Discard())
		if err != nil || len(pod.Env) != 0 {
			t.Errorf("with browser %s the environment is %v, %v", browser, pod.Env, err)
		}
	}
	pod, err := workerPod(operatorValues(t, map[string]string{"CRAWLER_PROXY": "http://user:s3cret@proxy:3128"}), logr.Discard())
	if err != nil || len(pod.Env) != 0 {
		t.Errorf("with a proxy password the environment is %v, %v", pod.Env, err)
	}
}

func TestWorkerPodGetsTheCAFileThatItsTemplateMounts(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "template.yaml")
	template := "spec: {containers: [{name: worker, volumeMounts: [{name: ca, mountPath: /etc/clausea}]}], volumes: [{name: ca, configMap: {name: ca}}]}"
	if err := os.WriteFile(file, []byte(template), 0o600); err != nil {
		t.Fatal(err)
	}
	for ca, want := range map[string]int{"/etc/clausea/ca.pem": 1, "/etc/other/ca.pem": 0} {
		pod, err := workerPod(operatorValues(t, map[string]string{"CLAUSEA_CA_FILE": ca, "CLAUSEA_WORKER_TEMPLATE": file}), logr.Discard())
		if err != nil || len(pod.Env) != want || want == 1 && (pod.Env[0].Name != "CLAUSEA_CA_FILE" || pod.Env[0].Value != ca) {
			t.Errorf("with the CA file %s, the environment is %v, %v", ca, pod.Env, err)
		}
	}
	if err := os.WriteFile(file, []byte("spec: {nodeSelektor: {}}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := workerPod(operatorValues(t, map[string]string{"CLAUSEA_WORKER_TEMPLATE": file}), logr.Discard()); err == nil || !strings.Contains(err.Error(), "nodeSelektor") {
		t.Errorf("with an unknown field, the error is %v", err)
	}
}
