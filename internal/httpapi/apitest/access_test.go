package apitest

import (
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/clausea/crawler/internal/httpapi"
	"github.com/clausea/crawler/internal/notify"
)

func keysWork(t *testing.T, d *deployment) {
	created := decode[httpapi.CreatedKey](t, d.call("POST", "/v1/keys", `{"name":"reader","scopes":["read"]}`), 201)
	bearer := []string{"Authorization", "Bearer " + created.Secret}
	for _, server := range []*deployment{d, d.replica()} {
		if r := server.call("GET", "/v1/companies", "", bearer...); r.StatusCode != 200 {
			t.Errorf("a reader lists companies with status %d: %s", r.StatusCode, r.body)
		}
		refused(t, server.call("POST", "/v1/companies", `{"url":"acme.example"}`, bearer...), 403, "forbidden")
		refused(t, server.call("GET", "/v1/keys", "", bearer...), 403, "forbidden")
	}
	if keys := pages[httpapi.Key](d, "/v1/keys"); len(keys) != 1 || keys[0].ID != created.ID || strings.Contains(string(d.call("GET", "/v1/keys", "").body), created.Secret) {
		t.Errorf("the keys are %+v", keys)
	}
	rotated := decode[httpapi.CreatedKey](t, d.call("POST", "/v1/keys/"+created.ID+"/rotate", ""), 201)
	refused(t, d.call("GET", "/v1/companies", "", bearer...), 401, "invalid-key")
	bearer[1] = "Bearer " + rotated.Secret
	if r := d.call("GET", "/v1/companies", "", bearer...); r.StatusCode != 200 {
		t.Errorf("the rotated key has status %d: %s", r.StatusCode, r.body)
	}
	for range 2 {
		if r := d.call("DELETE", "/v1/keys/"+rotated.ID, ""); r.StatusCode != 204 {
			t.Errorf("the revocation has status %d: %s", r.StatusCode, r.body)
		}
	}
	refused(t, d.call("GET", "/v1/companies", "", bearer...), 401, "invalid-key")
	refused(t, d.call("GET", "/v1/companies", "", "Authorization", ""), 401, "unauthenticated")
	refused(t, d.call("DELETE", "/v1/keys/aaaaaaaa", ""), 404, "not-found")
	refused(t, d.call("POST", "/v1/keys", `{"name":"x","scopes":["read"],"expiresAt":"2020-01-01T00:00:00Z"}`), 422, "invalid-value")
}

// receive starts an endpoint of webhooks over TLS, to which the API may send. It returns its URL
// and a function that returns the types of the received events.
func (d *deployment) receive() (url string, received func() []string) {
	d.t.Helper()
	var mu sync.Mutex
	var events []string
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		var event struct{ Type string }
		_ = json.NewDecoder(req.Body).Decode(&event)
		mu.Lock()
		defer mu.Unlock()
		events = append(events, event.Type)
		w.WriteHeader(http.StatusNoContent)
	}))
	d.t.Cleanup(server.Close)
	ca := filepath.Join(d.t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		d.t.Fatal(err)
	}
	sender, err := notify.NewClient(notify.ClientOptions{AllowAddress: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, CAFile: ca})
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(sender.Close)
	d.endpoints = sender
	d.serve()
	return server.URL, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return append([]string{}, events...)
	}
}

func webhooksAreManaged(t *testing.T, d *deployment) {
	url, received := d.receive()
	r := d.call("POST", "/v1/webhooks", fmt.Sprintf(`{"name":"frontend","url":%q,"filter":{"companies":["acme"],"kinds":["Changed"]}}`, url))
	w := decode[httpapi.WebhookWithSecret](t, r, 201)
	etag, path := r.Header.Get("ETag"), "/v1/webhooks/"+w.ID
	if w.State != "Active" || w.Secret == "" || len(received()) != 1 || received()[0] != notify.PingEvent {
		t.Errorf("the webhook is %+v, and its endpoint received %v", w, received())
	}
	if l := pages[httpapi.Webhook](d, "/v1/webhooks"); len(l) != 1 || l[0].Filter.Companies[0] != "acme" || strings.Contains(string(d.call("GET", path, "").body), w.Secret) {
		t.Errorf("the webhooks are %+v", l)
	}
	refused(t, d.call("PATCH", path, `{"name":"y"}`), 428, "precondition-required")
	if got := decode[httpapi.Webhook](t, d.call("PATCH", path, `{"name":"y","state":"Paused"}`, "If-Match", etag), 200); got.Name != "y" || got.State != "Paused" {
		t.Errorf("the paused webhook is %+v", got)
	}
	refused(t, d.call("PATCH", path, `{"name":"z"}`, "If-Match", etag), 412, "precondition-failed")
	if rotated := decode[httpapi.WebhookWithSecret](t, d.call("POST", path+"/rotate", ""), 200); rotated.Secret == w.Secret || rotated.PreviousSecretUntil == nil {
		t.Errorf("the rotated webhook is %+v", rotated)
	}
	if l := pages[httpapi.WebhookDelivery](d, path+"/deliveries"); len(l) != 0 {
		t.Errorf("the deliveries are %+v", l)
	}
	refused(t, d.call("POST", "/v1/webhooks", `{"name":"x","url":"https://10.0.0.1/"}`), 422, "invalid-value")
	if r := d.call("DELETE", path, ""); r.StatusCode != 204 {
		t.Errorf("the deletion has status %d: %s", r.StatusCode, r.body)
	}
	refused(t, d.call("GET", path, ""), 404, "not-found")
}

func requestsAreRepeated(t *testing.T, d *deployment) {
	const body = `{"url":"acme.example"}`
	first := d.call("POST", "/v1/companies", body, "Idempotency-Key", `"k1"`)
	decode[httpapi.CreatedCompany](t, first, 201)
	for _, server := range []*deployment{d, d.replica()} {
		again := server.call("POST", "/v1/companies", body, "Idempotency-Key", "k1")
		if again.StatusCode != 201 || string(again.body) != string(first.body) || again.Header.Get("Idempotent-Replayed") != "true" || again.Header.Get("Location") != first.Header.Get("Location") {
			t.Errorf("the repeated request has status %d and %v: %s", again.StatusCode, again.Header, again.body)
		}
		refused(t, server.call("POST", "/v1/companies", `{"url":"other.example"}`, "Idempotency-Key", "k1"), 422, "idempotency-key-reused")
	}
	refused(t, d.call("POST", "/v1/companies", body, "Idempotency-Key", "k2"), 409, "already-exists")
}
