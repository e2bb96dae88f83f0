package cli

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The commands run as the page has them, in one shell. Settings in the environment lead requests for
// example.com to a local site, and the port is free.
func TestTheCommandsOfTheStandalonePageWork(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	t.Parallel()
	w := &testSites{requested: map[string]int{}, names: []string{"example.com"}}
	w.addr, w.caFile = serveTLS(t, append(w.names, "www.example.com"), http.HandlerFunc(w.serve))
	home := t.TempDir()
	port := freePort(t)
	script, blocks := "set -euo pipefail\n", 0
	for _, b := range codeBlocks(t, "start-standalone.md") {
		switch {
		case b.language != "sh":
		case strings.HasPrefix(b.text, "make build\n"): // the README's test builds the program
		default:
			script += strings.ReplaceAll(b.text, "PORT=8080", "PORT="+port)
			blocks++
		}
	}
	if blocks < 4 || !strings.Contains(script, "PORT="+port) {
		t.Fatalf("the page has %d blocks of commands, and none sets the port %s:\n%s", blocks, port, script)
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-c", script)
	cmd.Dir = home
	cmd.Env = append(os.Environ(), "PATH="+shellOfPage(t)+":"+os.Getenv("PATH"), "HOME="+home, "METRICS_PORT=0",
		"CLAUSEA_CONNECT_TO=:443:"+w.addr, "CLAUSEA_CA_FILE="+w.caFile, "CLAUSEA_ALLOW_ADDRESS=127.0.0.1/32", "CLAUSEA_DELAY=20ms")
	out, err := cmd.CombinedOutput()
	if err != nil {
		log, _ := os.ReadFile(filepath.Join(home, "clausea.log"))
		t.Fatalf("the commands of the page failed: %v\n%s\n%s", err, out, log)
	}
	for _, part := range []string{"https://example.com/legal/policy-1", "company.crawl.clausea.co/example.com created", "condition met", `"versionCount":1`} {
		if !strings.Contains(string(out), part) {
			t.Errorf("the output of the commands does not contain %s:\n%s", part, out)
		}
	}
	if n := strings.Count(string(out), `"otaName"`); n != siteDocuments {
		t.Errorf("the API lists %d documents after two crawls of a site with %d", n, siteDocuments)
	}
	if _, err := os.Stat(filepath.Join(home, "clausea-data", "clausea.db")); err != nil {
		t.Errorf("the folder of the page has no data: %v", err)
	}
}
