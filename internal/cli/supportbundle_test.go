package cli

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

// bundleFiles reads a support bundle.
func bundleFiles(t *testing.T, file string) map[string]string {
	t.Helper()
	packed, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	gz, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for r := tar.NewReader(gz); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[strings.TrimPrefix(h.Name, "clausea-support/")] = string(text)
	}
}

// The secrets that the test plants.
const (
	plantedPassword = "p4ss-of-the-database"
	plantedAPIKey   = "key-of-the-admin-0123456789"
	plantedModelKey = "sk-proj-planted0123456789"
	plantedWebhook  = "whsec_cGxhbnRlZHNlY3JldG9mYXdlYmhvb2s="
	plantedHeader   = "Authorization: Bearer planted-token-0123456789abcdef"
	plantedPing     = "https://ping.example/planted-ping-token"
	plantedText     = "We may sell the planted sentence of a document."
	plantedProxy    = "http://user:pr0xy-planted@proxy.example:3128"
)

// plantSecrets fills a store with records that contain secrets and texts.
func plantSecrets(t *testing.T, folder string) {
	t.Helper()
	s, err := sqlite.Open(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close(t.Context()) }()
	uri := "mongodb://crawler:" + plantedPassword + "@db.example/clausea"
	leak := fmt.Sprintf("connect to %s with %s and %q", uri, plantedAPIKey, plantedHeader)
	run := store.Run{ID: "r1", Company: "default/acme", State: store.RunFailed, StopReason: "Internal", Message: leak, CreatedAt: time.Now(), Task: []byte(`{"secret":"` + plantedText + `"}`)}
	company := fmt.Sprintf(`{"apiVersion":"crawl.clausea.co/v1alpha1","kind":"Company","metadata":{"name":"acme","namespace":"default"},"spec":{"domains":["acme.example"]},"status":{"conditions":[{"type":"Ready","status":"False","reason":"CrawlFailed","message":%q}]}}`, leak)
	event := fmt.Sprintf(`{"kind":"Company","namespace":"default","name":"acme","type":"Warning","reason":"CrawlFailed","note":%q,"last":"2026-01-01T00:00:00Z"}`, leak)
	webhook := store.Webhook{ID: "w1", Name: "hook", URL: "https://hooks.example/" + plantedWebhook, Secrets: []store.Secret{store.NewSecret(plantedWebhook)}, State: store.WebhookActive, CreatedAt: time.Now()}
	document := store.Document{ID: "d1", Company: "default/acme", URL: "https://acme.example/terms", Type: "terms_of_service", Title: plantedText, State: store.DocumentPresent}
	version := store.NewVersion{Version: store.Version{DocumentID: "d1", ContentHash: "h", FetchedAt: time.Now()}, Text: plantedText}
	_, companyErr := s.CreateObject(t.Context(), store.Object{ObjectKey: store.ObjectKey{Kind: "Company", Namespace: "default", Name: "acme"}, JSON: []byte(company)})
	_, eventErr := s.CreateObject(t.Context(), store.Object{ObjectKey: store.ObjectKey{Kind: "Event", Namespace: "default", Name: "e1"}, JSON: []byte(event)})
	_, webhookErr := s.CreateWebhook(t.Context(), webhook)
	_, documentErr := s.CommitDocument(t.Context(), store.Fence{}, store.Commit{Document: document, Create: true, Versions: []store.NewVersion{version}})
	if err := errors.Join(s.PutRun(t.Context(), run), companyErr, eventErr, webhookErr, documentErr); err != nil {
		t.Fatal(err)
	}
}

func TestASupportBundleHasNoSecretAndNoText(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	plantSecrets(t, folder)
	metrics := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintln(w, "go_goroutines 42")
	}))
	defer metrics.Close()
	_, port, err := net.SplitHostPort(metrics.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{
		"MONGO_URI": "mongodb://crawler:" + plantedPassword + "@db.example/clausea", "API_KEY": plantedAPIKey, "OPENAI_API_KEY": plantedModelKey, "HEARTBEAT_URL": plantedPing,
		"CRAWLER_PROXY": plantedProxy, "OTEL_EXPORTER_OTLP_ENDPOINT": plantedPing, "DASHBOARD_PASSWORD": plantedPassword, "METRICS_PORT": port,
	}
	file := filepath.Join(t.TempDir(), "bundle.tar.gz")
	code, out, errs := call(t, env, "support-bundle", file, "--store", folder)
	if code != exitDone {
		t.Fatalf("exit code %d: %s%s", code, out, errs)
	}
	files := bundleFiles(t, file)
	want := []string{"README.txt", "counts.json", "environment.json", "events.json", "failed-runs.json", "metrics.txt", "resources.json", "settings.json", "store.txt", "version.json"}
	var names []string
	for name := range files {
		names = append(names, name)
	}
	if slices.Sort(names); !slices.Equal(names, want) {
		t.Errorf("the files are %v, want %v: %s", names, want, out)
	}
	files["the output"] = out + errs
	for name, text := range files {
		for _, secret := range []string{
			plantedPassword, plantedAPIKey, plantedModelKey, plantedWebhook, "planted-token", "planted-ping-token", "planted sentence", "pr0xy-planted",
		} {
			if strings.Contains(text, secret) {
				t.Errorf("%s contains %q:\n%s", name, secret, text)
			}
		}
	}
	for name, part := range map[string]string{
		"counts.json": `"runsFailed": 1`, "events.json": "CrawlFailed", "failed-runs.json": `"stopReason": "Internal"`, "metrics.txt": "go_goroutines 42",
		"resources.json": "default/acme", "settings.json": "[redacted]", "store.txt": "embedded store", "version.json": `"go": "go1.`, "environment.json": `"OTEL_EXPORTER_OTLP_ENDPOINT"`,
		"README.txt": "failed-runs.json", "the output": file,
	} {
		if !strings.Contains(files[name], part) {
			t.Errorf("%s does not contain %q:\n%s", name, part, files[name])
		}
	}
	if code, _, errs := call(t, env, "support-bundle", file, "--store", folder); code != exitUsage || !strings.Contains(errs, "exists already") {
		t.Errorf("an existing file: exit code %d: %s", code, errs)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info, err)
	}
}

func TestASupportBundleNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "bundle.tar.gz")
	code, out, errs := call(t, map[string]string{"METRICS_PORT": "1"}, "support-bundle", file, "--store", filepath.Join(t.TempDir(), "none"))
	if code != exitDone {
		t.Fatalf("exit code %d: %s%s", code, out, errs)
	}
	files := bundleFiles(t, file)
	for _, name := range []string{"store.txt", "counts.json", "metrics.txt"} {
		if _, ok := files[name]; ok || !strings.Contains(out, "missing: "+name) || !strings.Contains(files["README.txt"], "missing: "+name) {
			t.Errorf("%s is not reported as missing: %s", name, out)
		}
	}
	if files["settings.json"] == "" {
		t.Error("the settings are missing")
	}
}
