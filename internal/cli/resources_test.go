package cli

import (
	"os"
	"path/filepath"
	"testing"

	"k8s.io/client-go/tools/clientcmd"
)

func TestTheContextOfAKubeconfigGivesTheNamespace(t *testing.T) {
	t.Parallel()
	for namespace, want := range map[string]string{"legal": "legal", "": "default"} {
		file := filepath.Join(t.TempDir(), "config")
		text := "{apiVersion: v1, kind: Config, current-context: c, clusters: [{name: k, cluster: {server: https://127.0.0.1:1}}], contexts: [{name: c, context: {cluster: k, namespace: '" + namespace + "'}}]}"
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := contextNamespace(&clientcmd.ClientConfigLoadingRules{ExplicitPath: file})
		if err != nil || got != want {
			t.Errorf("the namespace is %q, %v, want %q", got, err, want)
		}
	}
	if _, err := contextNamespace(&clientcmd.ClientConfigLoadingRules{ExplicitPath: filepath.Join(t.TempDir(), "none")}); err == nil {
		t.Error("a missing kubeconfig has a namespace")
	}
}
