package httpapi

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/telemetry"
)

// lockedBuffer is a buffer that several goroutines write.
type lockedBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// Secrets of the settings in TestNoSecretLeavesTheAPI. Those of the API are created in it.
const (
	canaryAdminKey = "canary-admin-key-5f1c"
	canaryMongoURI = "mongodb://clausea:canary-mongo-7d2e@db.internal:27017/clausea"
	canaryProxy    = "http://crawler:canary-proxy-9b3a@proxy.internal:3128"
	canaryModel    = "sk-canary-model-2c4f"
	canaryEvidence = "canary-evidence-key-8e6d"
)

func TestNoSecretLeavesTheAPI(t *testing.T) {
	t.Parallel()
	var logged lockedBuffer
	log, err := telemetry.NewLogger(telemetry.LogOptions{
		Level: "debug", Format: telemetry.FormatJSON, Out: &logged,
		Redact: telemetry.NewRedactor(canaryAdminKey, canaryMongoURI, canaryProxy, canaryModel, canaryEvidence),
	})
	if err != nil {
		t.Fatal(err)
	}
	registry := prometheus.NewRegistry()
	a := newTestAPI(t, func(o *Options) {
		unlimited(o)
		o.Log, o.Metrics = log, registry
		o.Authenticate = service.NewAuthenticator(o.Idempotency.(store.Store), canaryAdminKey).Authenticate
	})
	a.addEcho(Operation{Idempotent: true}, func(*echoInput) (*echoOutput, error) {
		return nil, errors.New("connect to " + canaryMongoURI + " through " + canaryProxy + " with " + canaryModel + " and " + canaryEvidence)
	})
	admin := "Bearer " + canaryAdminKey
	create := func(body string) string {
		return decode[CreatedKey](t, a.call("POST", "/v1/keys", body, "Authorization", admin), 201).Secret
	}
	canaries := map[string]string{
		"API_KEY": canaryAdminKey, "the password of MONGO_URI": "canary-mongo-7d2e", "the password of the proxy": "canary-proxy-9b3a",
		"the key of the language model": canaryModel, "the key of evidence packs": canaryEvidence, "a webhook secret": "whsec_Y2FuYXJ5LXdlYmhvb2stc2VjcmV0LTEyMzQ1Njc4OTA=",
		"an API key": create(`{"name":"k","scopes":["write"]}`), "the key of a feed": create(`{"name":"f","scopes":["feed"]}`),
	}
	var answered strings.Builder
	for _, op := range a.targets() {
		for _, secret := range canaries {
			for _, h := range []http.Header{
				{"Authorization": {"Bearer " + secret}},
				{"Authorization": {"Bearer " + secret + "x"}},
				{"Authorization": {"Basic " + secret}},
				{"X-Api-Key": {secret}, "Idempotency-Key": {secret}},
				{"Authorization": {admin}, "X-Api-Key": {secret}},
				{"Authorization": {admin}, "Idempotency-Key": {secret}, "Accept": {"*/*, " + secret}, "Content-Type": {"application/" + secret}},
				{"Authorization": {admin}, "Cookie": {"key=" + secret}, "X-Forwarded-For": {secret}, "Last-Event-Id": {secret}, "If-Match": {secret}},
			} {
				body := ""
				if op.takesBody {
					encoded, _ := json.Marshal(map[string]any{"secret": secret, "url": secret, "name": []string{secret}, "scopes": secret})
					body = string(encoded)
				}
				for _, query := range []string{"", "?key=" + secret} {
					r, err := a.send(op.Method, pathOf(op.Operation)+query, body, h)
					if err != nil {
						t.Fatalf("%s: %v", op.ID, err)
					}
					answered.Write(r.body)
				}
			}
		}
	}
	failed := a.call("POST", "/v1/echo/a", `{"text":"x"}`, "Authorization", admin)
	answered.Write(failed.body)
	if failed.StatusCode != 500 {
		t.Errorf("the failure has status %d: %s", failed.StatusCode, failed.body)
	}
	entries, _, err := a.store.ListAudit(t.Context(), store.AuditQuery{})
	if err != nil || len(entries) == 0 {
		t.Fatalf("the audit log has %d entries, %v", len(entries), err)
	}
	audit, err := json.Marshal(entries)
	if err != nil {
		t.Fatal(err)
	}
	outputs := map[string]string{"the log": logged.String(), "the responses": answered.String(), "the audit log": string(audit), "the metrics": exposition(t, registry)}
	for where, text := range outputs {
		for name, secret := range canaries {
			if strings.Contains(text, secret) {
				t.Errorf("%s contains %s", where, name)
			}
		}
	}
	if !strings.Contains(outputs["the log"], "failed to serve a request") || !strings.Contains(outputs["the metrics"], `operation="echo"`) {
		t.Error("the requests are not logged and measured")
	}
}

// exposition returns the metrics as Prometheus reads them.
func exposition(t *testing.T, g prometheus.Gatherer) string {
	t.Helper()
	families, err := g.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, f := range families {
		if _, err := expfmt.MetricFamilyToText(&out, f); err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}
