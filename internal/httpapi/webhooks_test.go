package httpapi

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
	"time"

	"github.com/clausea/crawler/internal/notify"
	"github.com/clausea/crawler/internal/store"
)

// receiver is an endpoint of webhooks over TLS on loopback.
type receiver struct {
	url string

	mu     sync.Mutex
	status int
	bodies []string
}

// respond sets the status of the responses.
func (r *receiver) respond(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}

// received returns the bodies of the requests.
func (r *receiver) received() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string{}, r.bodies...)
}

// newWebhookAPI starts an API and a receiver that it may send to.
func newWebhookAPI(t *testing.T) (*testAPI, *receiver) {
	t.Helper()
	r := &receiver{status: http.StatusNoContent}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		var event struct{ Type string }
		_ = json.NewDecoder(req.Body).Decode(&event)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.bodies = append(r.bodies, event.Type)
		w.WriteHeader(r.status)
	}))
	t.Cleanup(server.Close)
	r.url = server.URL + "/hook?token=hunter2"
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	client, err := notify.NewClient(notify.ClientOptions{AllowAddress: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, CAFile: ca})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return newTestAPI(t, func(o *Options) { o.Webhooks.Endpoints = client }), r
}

// createWebhook creates a webhook and returns it with its ETag.
func createWebhook(t *testing.T, a *testAPI, url string) (WebhookWithSecret, string) {
	t.Helper()
	r := a.call("POST", "/v1/webhooks", fmt.Sprintf(`{"name":"frontend","url":%q,"filter":{"companies":["acme"],"kinds":["Changed"]}}`, url))
	return decode[WebhookWithSecret](t, r, 201), r.Header.Get("ETag")
}

func TestAWebhookIsCreatedOnlyIfItsEndpointAcceptsAPing(t *testing.T) {
	t.Parallel()
	a, endpoint := newWebhookAPI(t)
	for _, status := range []int{302, 404, 410, 500} {
		endpoint.respond(status)
		p := decode[Problem](t, a.call("POST", "/v1/webhooks", fmt.Sprintf(`{"name":"x","url":%q}`, endpoint.url)), 422)
		if !strings.HasSuffix(p.Type, "/ping-failed") || !strings.Contains(p.Detail, fmt.Sprint(status)) || strings.Contains(p.Detail, "hunter2") {
			t.Errorf("an endpoint that responds with %d gives %+v", status, p)
		}
	}
	if l := decode[list[Webhook]](t, a.call("GET", "/v1/webhooks", ""), 200); len(l.Items) != 0 {
		t.Errorf("%d webhooks remain", len(l.Items))
	}
	endpoint.respond(200)
	w, etag := createWebhook(t, a, endpoint.url)
	if !strings.HasPrefix(w.Secret, "whsec_") || w.State != "Active" || etag == "" || w.Filter.Companies[0] != "acme" {
		t.Errorf("the new webhook is %+v with ETag %s", w, etag)
	}
	for _, path := range []string{"/v1/webhooks", "/v1/webhooks/" + w.ID} {
		if r := a.call("GET", path, ""); r.StatusCode != 200 || strings.Contains(string(r.body), "whsec_") || !strings.Contains(string(r.body), w.ID) {
			t.Errorf("GET %s: %d %s", path, r.StatusCode, r.body)
		}
	}
	for _, got := range endpoint.received() {
		if got != notify.PingEvent {
			t.Errorf("the endpoint received %s", got)
		}
	}
}

func TestURLsOfWebhooksThatAreNotPermittedAreRejectedWithoutARequest(t *testing.T) {
	t.Parallel()
	a, endpoint := newWebhookAPI(t)
	for _, url := range []string{
		"ftp://example.com/", "https://user:hunter2@example.com/", "https://example.com/#hunter2", "https://example.com:25/",
		"https://169.254.169.254/latest", "https://[::1]/", "https://10.0.0.1/", "https:///hook", "https://example.com/a b", `https://example.com\@10.0.0.1/`,
		"https:example.com", "javascript:alert(1)", "https://[fe80::1%25eth0]/", "http://169.254.169.254/",
	} {
		p := decode[Problem](t, a.call("POST", "/v1/webhooks", fmt.Sprintf(`{"name":"x","url":%q}`, url)), 422)
		if len(p.Errors) != 1 || p.Errors[0].Location != "body.url" || strings.Contains(p.Detail, "hunter2") {
			t.Errorf("%s gives %+v", url, p)
		}
	}
	for _, body := range []string{
		`{"name":"","url":"https://example.com/"}`, `{"name":"x","url":"https://example.com/","filter":{"kinds":["Deleted"]}}`,
		`{"name":"x","url":"https://example.com/","filter":{"companies":["other/acme"]}}`, `{"name":"x","url":"https://example.com/","filter":{"companies":[""]}}`,
		`{"name":"x\u0000","url":"https://example.com/"}`, `{"name":"x","url":"https://example.com/","filter":{"labels":["` + strings.Repeat("l", 101) + `"]}}`,
		`{"name":"x","url":"https://example.com/","secret":"hunter2"}`, `{"name":"x","url":"https://example.com/","secret":"whsec_aHVudGVyMg=="}`,
	} {
		if r := a.call("POST", "/v1/webhooks", body); r.StatusCode != 422 || strings.Contains(string(r.body), "hunter2") {
			t.Errorf("%s: %d %s", body, r.StatusCode, r.body)
		}
	}
	if got := endpoint.received(); len(got) != 0 {
		t.Errorf("the endpoint received %v", got)
	}
}

func TestAWebhookIsChangedWithItsETagAndDeleted(t *testing.T) {
	t.Parallel()
	a, endpoint := newWebhookAPI(t)
	w, etag := createWebhook(t, a, endpoint.url)
	path := "/v1/webhooks/" + w.ID
	if r := a.call("PATCH", path, `{"name":"y"}`); r.StatusCode != 428 {
		t.Errorf("without If-Match: %d %s", r.StatusCode, r.body)
	}
	if r := a.call("PATCH", path, `{"name":"y"}`, "If-Match", `"other"`); r.StatusCode != 412 {
		t.Errorf("with another ETag: %d %s", r.StatusCode, r.body)
	}
	r := a.call("PATCH", path, `{"name":"y","filter":{"types":["terms_of_service"]}}`, "If-Match", etag, "Content-Type", "application/merge-patch+json")
	if got := decode[Webhook](t, r, 200); got.Name != "y" || len(got.Filter.Companies) != 0 || got.Filter.Types[0] != "terms_of_service" || got.State != "Active" {
		t.Errorf("after the change: %+v", got)
	}
	if stale := a.call("PATCH", path, `{"name":"z"}`, "If-Match", etag); stale.StatusCode != 412 {
		t.Errorf("with the ETag before the change: %d", stale.StatusCode)
	}
	if r := a.call("PATCH", path, `{"state":"Disabled"}`, "If-Match", r.Header.Get("ETag")); r.StatusCode != 422 {
		t.Errorf("disabling by hand: %d", r.StatusCode)
	}
	if r := a.call("DELETE", path, ""); r.StatusCode != 204 {
		t.Errorf("delete: %d %s", r.StatusCode, r.body)
	}
	for _, c := range [][2]string{{"GET", path}, {"DELETE", path}, {"POST", path + "/test"}, {"POST", path + "/rotate"}, {"GET", path + "/deliveries"}, {"POST", path + "/deliveries/aa/redeliver"}} {
		if r := a.call(c[0], c[1], ""); r.StatusCode != 404 {
			t.Errorf("%s %s of a deleted webhook: %d %s", c[0], c[1], r.StatusCode, r.body)
		}
	}
}

func TestRotatingAWebhookKeepsItsPreviousSecretForADay(t *testing.T) {
	t.Parallel()
	a, endpoint := newWebhookAPI(t)
	w, _ := createWebhook(t, a, endpoint.url)
	rotated := decode[WebhookWithSecret](t, a.call("POST", "/v1/webhooks/"+w.ID+"/rotate", ""), 200)
	if rotated.Secret == w.Secret || rotated.PreviousSecretUntil == nil || time.Until(rotated.PreviousSecretUntil.Time) < 23*time.Hour {
		t.Errorf("after the rotation: %+v", rotated)
	}
	stored, err := a.store.GetWebhook(t.Context(), w.ID)
	if err != nil || len(stored.Secrets) != 2 || stored.Secrets[0].Reveal() != rotated.Secret || stored.Secrets[1].Reveal() != w.Secret {
		t.Errorf("the stored webhook has %d secrets, %v", len(stored.Secrets), err)
	}
}

func TestATestOfAWebhookReportsWhatTheEndpointAnswered(t *testing.T) {
	t.Parallel()
	a, endpoint := newWebhookAPI(t)
	w, _ := createWebhook(t, a, endpoint.url)
	if got := decode[WebhookTest](t, a.call("POST", "/v1/webhooks/"+w.ID+"/test", ""), 200); !got.Delivered || got.Status != 204 {
		t.Errorf("a test of a working endpoint: %+v", got)
	}
	endpoint.respond(503)
	if got := decode[WebhookTest](t, a.call("POST", "/v1/webhooks/"+w.ID+"/test", ""), 200); got.Delivered || got.Status != 503 || got.Error == "" {
		t.Errorf("a test of a failing endpoint: %+v", got)
	}
}

// storeDelivery stores a pending delivery of a webhook.
func storeDelivery(t *testing.T, a *testAPI, webhook string) string {
	t.Helper()
	stored, err := a.store.GetWebhook(t.Context(), webhook)
	if err != nil {
		t.Fatal(err)
	}
	now, next := time.Now(), stored.Cursor+1
	err = a.store.EnqueueDeliveries(t.Context(), store.Fence{}, webhook, next, []store.Delivery{{
		ChangeID: fmt.Sprint("change-", next), Sequence: next, Company: "acme", DocumentID: "d", CreatedAt: now, NextAttempt: now,
	}})
	if err != nil {
		t.Fatal(err)
	}
	return store.DeliveryID(webhook, fmt.Sprint("change-", next))
}

func TestPausingAWebhookCancelsItsDeliveriesAndResumingItPings(t *testing.T) {
	t.Parallel()
	a, endpoint := newWebhookAPI(t)
	w, etag := createWebhook(t, a, endpoint.url)
	path := "/v1/webhooks/" + w.ID
	id := storeDelivery(t, a, w.ID)
	if l := decode[list[WebhookDelivery]](t, a.call("GET", path+"/deliveries?state=Pending", ""), 200); len(l.Items) != 1 || l.Items[0].ID != id || l.Items[0].NextAttemptAt == nil {
		t.Errorf("the pending deliveries are %+v", l.Items)
	}
	r := a.call("PATCH", path, `{"state":"Paused"}`, "If-Match", etag)
	if got := decode[Webhook](t, r, 200); got.State != "Paused" {
		t.Errorf("the paused webhook is %+v", got)
	}
	if l := decode[list[WebhookDelivery]](t, a.call("GET", path+"/deliveries?state=Cancelled", ""), 200); len(l.Items) != 1 {
		t.Errorf("the cancelled deliveries are %+v", l.Items)
	}
	if r := a.call("POST", path+"/deliveries/"+id+"/redeliver", ""); r.StatusCode != 409 {
		t.Errorf("redelivering to a paused webhook: %d", r.StatusCode)
	}
	storeDelivery(t, a, w.ID) // as a sender does that read the webhook before it was paused
	endpoint.respond(500)
	etag = r.Header.Get("ETag")
	if r := a.call("PATCH", path, `{"state":"Active"}`, "If-Match", etag); r.StatusCode != 422 {
		t.Errorf("resuming with a failing endpoint: %d %s", r.StatusCode, r.body)
	}
	endpoint.respond(204)
	if got := decode[Webhook](t, a.call("PATCH", path, `{"state":"Active"}`, "If-Match", etag), 200); got.State != "Active" {
		t.Errorf("the resumed webhook is %+v", got)
	}
	if l := decode[list[WebhookDelivery]](t, a.call("GET", path+"/deliveries?state=Pending", ""), 200); len(l.Items) != 0 {
		t.Errorf("after the pause there are the pending deliveries %+v", l.Items)
	}
	got := decode[WebhookDelivery](t, a.call("POST", path+"/deliveries/"+id+"/redeliver", ""), 202)
	if got.State != "Pending" || got.Company != "acme" {
		t.Errorf("the redelivery is %+v", got)
	}
	other, _ := createWebhook(t, a, endpoint.url)
	if r := a.call("POST", "/v1/webhooks/"+other.ID+"/deliveries/"+id+"/redeliver", ""); r.StatusCode != 404 {
		t.Errorf("redelivering the delivery of another webhook: %d", r.StatusCode)
	}
}

func TestWebhooksNeedTheScopeAdmin(t *testing.T) {
	t.Parallel()
	a, endpoint := newWebhookAPI(t)
	w, _ := createWebhook(t, a, endpoint.url)
	key := decode[CreatedKey](t, a.call("POST", "/v1/keys", `{"name":"writer","scopes":["write"]}`), 201)
	for _, c := range [][3]string{
		{"GET", "/v1/webhooks"}, {"POST", "/v1/webhooks", `{"name":"x","url":"https://example.com/"}`}, {"GET", "/v1/webhooks/" + w.ID}, {"PATCH", "/v1/webhooks/" + w.ID, `{}`},
		{"DELETE", "/v1/webhooks/" + w.ID}, {"POST", "/v1/webhooks/" + w.ID + "/test"}, {"POST", "/v1/webhooks/" + w.ID + "/rotate"}, {"GET", "/v1/webhooks/" + w.ID + "/deliveries"},
		{"POST", "/v1/webhooks/" + w.ID + "/deliveries/aa/redeliver"},
	} {
		if r := a.call(c[0], c[1], c[2], "Authorization", "Bearer "+key.Secret); r.StatusCode != 403 {
			t.Errorf("%s %s with the scope write: %d", c[0], c[1], r.StatusCode)
		}
	}
}

func TestTheAuditLogHasNoSecretAndNoURLOfAWebhook(t *testing.T) {
	t.Parallel()
	a, endpoint := newWebhookAPI(t)
	w, etag := createWebhook(t, a, endpoint.url)
	path := "/v1/webhooks/" + w.ID
	a.call("PATCH", path, `{"state":"Paused"}`, "If-Match", etag)
	a.call("POST", path+"/test", "")
	a.call("POST", path+"/rotate", "")
	a.call("DELETE", path, "")
	entries, _, err := a.store.ListAudit(t.Context(), store.AuditQuery{TargetKind: "webhook"})
	if err != nil || len(entries) != 5 {
		t.Fatalf("the audit log has %d entries, %v; want 5", len(entries), err)
	}
	b, err := json.Marshal(entries)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"hunter2", "whsec_", "/hook"} {
		if strings.Contains(string(b), secret) {
			t.Errorf("the audit log contains %q: %s", secret, b)
		}
	}
	if !strings.Contains(string(b), `"host":"127.0.0.1:`) {
		t.Errorf("the audit log does not name the host: %s", b)
	}
}
