package notify_test

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/go-logr/logr/funcr"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/clausea/crawler/internal/notify"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
	"github.com/clausea/crawler/internal/telemetry"
)

// waitLimit is how long tests wait for a condition before they fail.
const waitLimit = 30 * time.Second

// eventually waits for a condition.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	limit := time.NewTimer(waitLimit)
	defer limit.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-limit.C:
			t.Fatalf("%s did not happen within %s", what, waitLimit)
		}
	}
}

// clock is a clock that tests advance. It starts at the present time, which is that of the
// verification of signatures.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = at
}

// message is a request that a receiver got.
type message struct {
	header http.Header
	body   []byte
	event  struct {
		SpecVersion, ID, Type, Source, Subject, Time string
		Data                                         struct {
			Sequence            int64
			Company, DocumentID string
			Tags                []string
			Kind                string
		}
	}
}

// receiver is an endpoint of webhooks over TLS.
type receiver struct {
	server *httptest.Server

	mu       sync.Mutex
	messages []message
	respond  func(w http.ResponseWriter, m message)
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{respond: status(http.StatusNoContent)}
	r.server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		m := message{header: req.Header}
		m.body, _ = io.ReadAll(req.Body)
		_ = json.Unmarshal(m.body, &m.event)
		r.mu.Lock()
		r.messages = append(r.messages, m)
		respond := r.respond
		r.mu.Unlock()
		respond(w, m)
	}))
	t.Cleanup(r.server.Close)
	return r
}

// status returns a response with a status, and with header fields as name and value in turn.
func status(code int, header ...string) func(http.ResponseWriter, message) {
	return func(w http.ResponseWriter, _ message) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
	}
}

// answer sets how the receiver responds from now on.
func (r *receiver) answer(respond func(http.ResponseWriter, message)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.respond = respond
}

// received returns the messages so far.
func (r *receiver) received() []message {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]message{}, r.messages...)
}

// fixture is a store with webhooks, and what a Sender needs.
type fixture struct {
	t        *testing.T
	store    store.Store
	clock    *clock
	client   *notify.Client
	registry *prometheus.Registry
	metrics  *telemetry.WebhookMetrics
	log      *logLines
	commits  int
}

// logLines collects log lines.
type logLines struct {
	mu    sync.Mutex
	lines []string
}

func (l *logLines) add(_, line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, line)
}

func (l *logLines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines, "\n")
}

// newFixture returns a fixture whose client trusts the certificate that all receivers share.
func newFixture(t *testing.T, change func(*notify.ClientOptions)) *fixture {
	t.Helper()
	s, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	f := &fixture{t: t, store: s, clock: &clock{now: time.Now()}, registry: prometheus.NewRegistry(), log: &logLines{}}
	if f.metrics, err = telemetry.NewWebhookMetrics(f.registry); err != nil {
		t.Fatal(err)
	}
	o := notify.ClientOptions{AllowAddress: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, CAFile: caFile(t), Now: f.clock.Now}
	if change != nil {
		change(&o)
	}
	if f.client, err = notify.NewClient(o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.client.Close)
	return f
}

// caFile writes the certificate of the receivers to a file and returns its path.
func caFile(t *testing.T) string {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	server.StartTLS()
	defer server.Close()
	path := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// secret is the secret of all webhooks of a fixture.
var secret = notify.NewSecret()

// webhook stores an active webhook.
func (f *fixture) webhook(id, url string, change func(*store.Webhook)) store.Webhook {
	f.t.Helper()
	w := store.Webhook{ID: id, Name: id, URL: url, Secrets: []store.Secret{secret}, State: store.WebhookActive, CreatedAt: f.clock.Now()}
	if change != nil {
		change(&w)
	}
	w, err := f.store.CreateWebhook(f.t.Context(), w)
	if err != nil {
		f.t.Fatal(err)
	}
	return w
}

// change commits a change of a document and returns its ID.
func (f *fixture) change(company, document string, kind store.ChangeKind) string {
	f.t.Helper()
	f.commits++
	text, run := fmt.Sprint("text ", f.commits), fmt.Sprint("run-", f.commits)
	d := store.Document{ID: document, Company: company, URL: "https://x.example/" + document, Type: "terms_of_service", Language: "en",
		ContentHash: text, State: store.DocumentPresent, LastChanged: f.clock.Now(), RunID: run}
	c := store.Change{ID: store.ChangeID(document, run, kind, text), Kind: kind, At: f.clock.Now(), Company: company, DocumentID: document,
		DocumentType: d.Type, Language: d.Language, URL: d.URL, RunID: run}
	_, err := f.store.CommitDocument(f.t.Context(), store.Fence{}, store.Commit{
		Document: d, Create: kind == store.ChangeCreated,
		Versions: []store.NewVersion{{Version: store.Version{ContentHash: text, FetchedAt: f.clock.Now(), URL: d.URL, RunID: run}, Text: text}},
		Changes:  []store.Change{c},
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return c.ID
}

// options returns the options of a Sender that polls often.
func (f *fixture) options(holder string) notify.Options {
	return notify.Options{
		Store: f.store, Client: f.client, Holder: holder, PollInterval: 5 * time.Millisecond, Metrics: f.metrics, Now: f.clock.Now,
		Log: logr.New(funcr.New(f.log.add, funcr.Options{Verbosity: 9}).GetSink()),
	}
}

// start starts a Sender until the end of the test, or until the returned function is called.
func (f *fixture) start(o notify.Options) (stop func()) {
	f.t.Helper()
	ctx, cancel := context.WithCancel(f.t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := notify.New(o).Start(ctx); err != nil {
			f.t.Error(err)
		}
	}()
	stop = func() { cancel(); <-done }
	f.t.Cleanup(stop)
	return stop
}

// delivery returns the delivery of a change, or a zero one if it is not enqueued yet.
func (f *fixture) delivery(webhook, change string) store.Delivery {
	f.t.Helper()
	d, _ := f.store.GetDelivery(f.t.Context(), store.DeliveryID(webhook, change))
	return d
}

// awaitState waits for the state of a delivery.
func (f *fixture) awaitState(webhook, change string, state store.DeliveryState) {
	f.t.Helper()
	eventually(f.t, fmt.Sprintf("the state %s of a delivery", state), func() bool { return f.delivery(webhook, change).State == state })
}

// awaitAttempt waits for the end of an attempt of a pending delivery and returns it.
func (f *fixture) awaitAttempt(webhook, change string, attempts int) (d store.Delivery) {
	f.t.Helper()
	at := f.clock.Now().Truncate(time.Millisecond)
	eventually(f.t, fmt.Sprintf("attempt %d", attempts), func() bool {
		d = f.delivery(webhook, change)
		return d.Attempts == attempts && !d.LastAttempt.Before(at)
	})
	return d
}

// awaitWebhook waits for the state of a webhook and returns it.
func (f *fixture) awaitWebhook(id string, state store.WebhookState) (w store.Webhook) {
	f.t.Helper()
	eventually(f.t, fmt.Sprintf("the state %s of a webhook", state), func() bool {
		var err error
		if w, err = f.store.GetWebhook(f.t.Context(), id); err != nil {
			f.t.Fatal(err)
		}
		return w.State == state
	})
	return w
}

// counted returns the value of clausea_webhook_deliveries_total for an outcome.
func (f *fixture) counted(outcome string) (n float64) {
	f.t.Helper()
	families, err := f.registry.Gather()
	if err != nil {
		f.t.Fatal(err)
	}
	for _, family := range families {
		for _, m := range family.GetMetric() {
			if len(m.GetLabel()) == 1 && m.GetLabel()[0].GetValue() == outcome {
				n = m.GetCounter().GetValue()
			}
		}
	}
	return n
}

// gauge returns the value of a gauge without labels.
func (f *fixture) gauge(name string) float64 {
	f.t.Helper()
	families, err := f.registry.Gather()
	if err != nil {
		f.t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() == name {
			return family.GetMetric()[0].GetGauge().GetValue()
		}
	}
	f.t.Fatalf("there is no metric %s", name)
	return 0
}
