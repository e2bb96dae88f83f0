package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/clausea/crawler/internal/demo"
)

func TestMaxDepthZeroFetchesOnlySeedsByFlagAndByManifest(t *testing.T) {
	t.Parallel()
	site, err := demo.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(site.Close)
	manifest := filepath.Join(t.TempDir(), "company.yaml")
	text := "apiVersion: crawl.clausea.co/v1alpha1\nkind: Company\nmetadata: {name: harbour}\nspec: {domains: [" + demo.Domain + "], crawl: {maxDepth: 0}}\n"
	if err := os.WriteFile(manifest, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{demo.Domain, "--max-depth", "0"}, {manifest}} {
		args = append([]string{"crawl", "--no-store", "-o", "json", "--delay", "0", "--ca-file", site.CAFile, "--connect-to", ":443:" + site.Addr, "--allow-address", "127.0.0.1/32"}, args...)
		_, out, errs := call(t, nil, args...)
		var report struct{ Fetches int }
		if err := json.Unmarshal([]byte(out), &report); err != nil || report.Fetches != 1 {
			t.Errorf("%v: %d fetches, %v: %s%s", args, report.Fetches, err, out, errs)
		}
	}
}
