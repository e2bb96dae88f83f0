package cli

import (
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	commonv1 "go.opentelemetry.io/proto/otlp/common/v1"
	tracev1 "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// traceReceiver is an OTLP/HTTP receiver that keeps the spans.
type traceReceiver struct {
	*httptest.Server
	mu       sync.Mutex
	spans    []*tracev1.Span
	services map[string]bool
}

func newTraceReceiver(t *testing.T) *traceReceiver {
	t.Helper()
	r := &traceReceiver{services: map[string]bool{}}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		var exported collector.ExportTraceServiceRequest
		if err == nil {
			err = proto.Unmarshal(body, &exported)
		}
		if err != nil || req.URL.Path != "/v1/traces" || req.Header.Get("X-Token") != "otlp-secret" {
			t.Errorf("the export %s has the headers %v: %v", req.URL.Path, req.Header, err)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, resource := range exported.GetResourceSpans() {
			r.services[attributeOf(resource.GetResource().GetAttributes(), "service.name")] = true
			for _, s := range resource.GetScopeSpans() {
				r.spans = append(r.spans, s.GetSpans()...)
			}
		}
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	t.Cleanup(r.Close)
	return r
}

func attributeOf(attrs []*commonv1.KeyValue, key string) string {
	for _, a := range attrs {
		if a.GetKey() == key {
			if s, ok := a.GetValue().GetValue().(*commonv1.AnyValue_StringValue); ok {
				return s.StringValue
			}
			return fmt.Sprint(a.GetValue().GetIntValue())
		}
	}
	return ""
}

// ofTrace returns the spans of a trace by their IDs.
func (r *traceReceiver) ofTrace(id string) map[string]*tracev1.Span {
	r.mu.Lock()
	defer r.mu.Unlock()
	spans := map[string]*tracev1.Span{}
	for _, s := range r.spans {
		if hex.EncodeToString(s.GetTraceId()) == id {
			spans[hex.EncodeToString(s.GetSpanId())] = s
		}
	}
	return spans
}

// checkSpans fails unless each span has its parent, and none has a secret.
func checkSpans(t *testing.T, spans map[string]*tracev1.Span, root string) {
	t.Helper()
	for _, s := range spans {
		if id := hex.EncodeToString(s.GetParentSpanId()); id != root && spans[id] == nil {
			t.Errorf("the parent of the span %s is missing", s.GetName())
		}
		for _, a := range s.GetAttributes() {
			if v := a.GetValue().String(); strings.Contains(v, "first-key") || strings.Contains(v, "otlp-secret") {
				t.Errorf("the span %s has the attribute %s: %s", s.GetName(), a.GetKey(), v)
			}
		}
	}
}

func TestOneTraceLeadsFromTheRequestThatStartsACrawlToTheVersionsThatItStores(t *testing.T) {
	t.Parallel()
	receiver := newTraceReceiver(t)
	sites := newTestSites(t, 1)
	p := startStandaloneWithEnv(t, sites, []string{
		"API_KEY=first-key", "OTEL_EXPORTER_OTLP_ENDPOINT=" + receiver.URL, "OTEL_EXPORTER_OTLP_HEADERS=x-token=otlp-secret", "OTEL_SERVICE_NAME=crawler-of-the-test",
		"OTEL_BSP_SCHEDULE_DELAY=100",
	}, t.TempDir(), "--delay", "0s")
	port := p.port(t)
	p.waitUntil(t, "readiness", func() bool { status, _ := getReadyz(port); return status == http.StatusOK })
	create := fmt.Sprintf(`{"name":"acme","spec":{"domains":[%q]}}`, sites.names[0])
	if status, body := askAPI(t, port, http.MethodPost, "/v1/companies", "first-key", create); status != http.StatusCreated {
		t.Fatalf("create the company: %d: %s", status, body)
	}
	const traceID, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1:"+port+"/v1/crawls", strings.NewReader(`{"company":"acme"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = http.Header{"Content-Type": {"application/json"}, "X-Api-Key": {"first-key"}, "Traceparent": {"00-" + traceID + "-" + parent + "-01"}}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil || res.StatusCode != http.StatusAccepted {
		t.Fatalf("start a crawl: the status is %d: %s, %v", res.StatusCode, answer, err)
	}
	find := func(name string) (found *tracev1.Span) {
		for _, s := range receiver.ofTrace(traceID) {
			if s.GetName() == name {
				found = s
			}
		}
		return found
	}
	p.waitUntil(t, "the span of the run", func() bool { return find("run") != nil })
	p.terminate(t)
	if err := p.waitForCleanExit(); err != nil {
		t.Error(err)
	}
	spans := receiver.ofTrace(traceID)
	checkSpans(t, spans, parent)
	path := []string{"store append_version", "page", "run", "reconcile CrawlJob", "POST startCrawl"}
	s := find(path[0])
	for i, name := range path {
		if s == nil || s.GetName() != name {
			t.Fatalf("there is no span %q at position %d of %v; the trace has %d spans", name, i, path, len(spans))
		}
		s = spans[hex.EncodeToString(s.GetParentSpanId())]
	}
	if n := attributeOf(find("run").GetAttributes(), "clausea.documents"); n != fmt.Sprint(siteDocuments) {
		t.Errorf("the run has %s documents", n)
	}
	if url := attributeOf(find("page").GetAttributes(), "url.full"); !strings.HasPrefix(url, "https://"+sites.names[0]) {
		t.Errorf("a page has the URL %q", url)
	}
	receiver.mu.Lock()
	defer receiver.mu.Unlock()
	if !receiver.services["crawler-of-the-test"] || len(receiver.services) != 1 {
		t.Errorf("the services are %v", receiver.services)
	}
}

func TestAnUnsupportedProtocolOfTracesIsAUsageError(t *testing.T) {
	t.Parallel()
	p := startProgramWithEnv(t, []string{"OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:1", "OTEL_EXPORTER_OTLP_PROTOCOL=grpc"}, "standalone", "--store", t.TempDir(), "--port", "0")
	<-p.exited
	if code := p.cmd.ProcessState.ExitCode(); code != exitUsage || !strings.Contains(p.output(), "only http/protobuf is supported") {
		t.Errorf("the exit code is %d:\n%s", code, p.output())
	}
}
