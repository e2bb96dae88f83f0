package cli

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/httpapi"
)

// askAPI sends a request to the API of a process, with a key unless it is empty. It returns the
// status and the body.
func askAPI(t *testing.T, port, method, path, key, body string) (status int, answer []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://127.0.0.1:"+port+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		req.Header.Set("X-API-Key", key)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if answer, err = io.ReadAll(res.Body); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, answer
}

// openStream opens a stream of events and waits for its first line.
func openStream(t *testing.T, port, path, key string) *bufio.Reader {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1:"+port+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-API-Key", key)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	r := bufio.NewReader(res.Body)
	if line, err := r.ReadString('\n'); err != nil || !strings.HasPrefix(line, "retry:") {
		t.Fatalf("the stream %s begins with %q, %v", path, line, err)
	}
	return r
}

// startAPI starts the API and waits until it is ready.
func startAPI(t *testing.T, env []string, args ...string) (p *programProcess, port string) {
	t.Helper()
	p = startProgramWithEnv(t, env, append([]string{"api", "--port", "0", "--log-format", "json"}, args...)...)
	port = p.port(t)
	p.waitUntil(t, "readiness", func() bool { status, _ := getReadyz(port); return status == http.StatusOK })
	return p, port
}

func TestTheAPIAloneServesAnEmbeddedStore(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	p, port := startAPI(t, []string{"API_KEY=first-key"}, "--store", folder)
	for key, want := range map[string]int{"": http.StatusUnauthorized, "wrong": http.StatusUnauthorized, "first-key": http.StatusOK} {
		if status, body := askAPI(t, port, http.MethodGet, "/v1/keys", key, ""); status != want {
			t.Errorf("with the key %q, the status is %d: %s", key, status, body)
		}
	}
	if status, _ := askAPI(t, port, http.MethodGet, "/metrics", "", ""); status != http.StatusNotFound {
		t.Errorf("the port of the API serves /metrics with status %d", status)
	}
	if code, out, errs := call(t, nil, "keys", "create", "second", "--store", folder); code != exitDone {
		t.Errorf("keys create: exit code %d: %s", code, errs)
	} else if status, body := askAPI(t, port, http.MethodGet, "/v1/keys", strings.TrimSpace(out), ""); status != http.StatusForbidden {
		t.Errorf("a key that may read has status %d: %s", status, body)
	}
	stream := openStream(t, port, "/v1/changes/events", "first-key")
	p.terminate(t)
	if _, err := io.ReadAll(stream); err != nil {
		t.Errorf("the stream does not end with the signal: %v", err)
	}
	if err := p.waitForCleanExit(); err != nil {
		t.Error(err)
	}
	for _, unwanted := range []string{"first-key", "failed to shut down"} {
		if strings.Contains(p.output(), unwanted) {
			t.Errorf("the log contains %q:\n%s", unwanted, p.output())
		}
	}
	if _, err := os.Stat(filepath.Join(folder, socketName)); !os.IsNotExist(err) {
		t.Errorf("the socket remains: %v", err)
	}
}

func TestKeysOfAStandaloneProcessWorkInEveryAPIProcess(t *testing.T) {
	t.Parallel()
	uri := startMongo(t, 1).URI
	env := []string{"API_KEY=first-key", "MONGO_URI=" + uri}
	standalone := startProgramWithEnv(t, env, "standalone", "--port", "0", "--log-format", "json")
	_, port := startAPI(t, []string{"MONGO_URI=" + uri})
	at := standalone.port(t)
	standalone.waitUntil(t, "readiness", func() bool { status, _ := getReadyz(at); return status == http.StatusOK })
	status, body := askAPI(t, at, http.MethodPost, "/v1/keys", "first-key", `{"name":"shared","scopes":["admin"]}`)
	var key httpapi.CreatedKey
	if err := json.Unmarshal(body, &key); err != nil || status != http.StatusCreated {
		t.Fatalf("create a key: status %d: %s", status, body)
	}
	if status, body := askAPI(t, port, http.MethodGet, "/v1/keys", key.Secret, ""); status != http.StatusOK || !strings.Contains(string(body), key.ID) {
		t.Errorf("in the other process, the key has status %d: %s", status, body)
	}
	if status, _ := askAPI(t, port, http.MethodGet, "/v1/keys", "first-key", ""); status != http.StatusUnauthorized {
		t.Errorf("a key of the settings of another process has status %d", status)
	}
}

func TestAnAPIWithoutItsStoreReportsThatItIsUnavailable(t *testing.T) {
	t.Parallel()
	p := startProgram(t, "api", "--store", "mongodb://127.0.0.1:1/x", "--port", "0", "--log-format", "json")
	var port string
	p.waitUntil(t, "the port", func() bool {
		_, rest, found := strings.Cut(p.output(), `"listenAddress":"[::]:`)
		port, _, _ = strings.Cut(rest, `"`)
		return found
	})
	status, body := askAPI(t, port, http.MethodGet, "/v1/keys", "", "")
	var problem httpapi.Problem
	if err := json.Unmarshal(body, &problem); err != nil || status != http.StatusServiceUnavailable || !problem.Retryable {
		t.Errorf("the answer is %d: %s", status, body)
	}
	p.terminate(t)
	if err := p.waitForExit(); err != nil {
		t.Error(err)
	}
}

func TestTheAPIHasTheKeyThatSignsEvidence(t *testing.T) {
	t.Parallel()
	seed := strings.Repeat("A", 43) + "="
	_, port := startAPI(t, []string{"API_KEY=first-key", "CLAUSEA_EVIDENCE_KEY=" + seed}, "--store", t.TempDir())
	if status, body := askAPI(t, port, http.MethodGet, "/v1/evidence-key", "first-key", ""); status != http.StatusOK || !strings.Contains(string(body), "PUBLIC KEY") {
		t.Errorf("the public key has status %d: %s", status, body)
	}
}

func TestTheAPIRefusesSettingsThatCannotWork(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"set MONGO_URI":            {"--resources", "Kubernetes", "--store", t.TempDir()},
		"origins such as":          {"--cors-origins", "*"},
		"CIDRs such as":            {"--trusted-proxies", "10.0.0.1"},
		"Auto, Kubernetes or Stor": {"--resources", "Cluster"},
	} {
		if code, _, errs := call(t, nil, append([]string{"api"}, args...)...); code != exitUsage || !strings.Contains(errs, want) {
			t.Errorf("api %v: exit code %d: %s", args, code, errs)
		}
	}
}
