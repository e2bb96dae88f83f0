package tracing

import (
	"testing"

	"github.com/go-logr/logr"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

func environment(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

// The tests of this package share the tracer of the process and do not run in parallel.

func TestTracesAreOffWithoutAnEndpoint(t *testing.T) {
	const endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT"
	for _, env := range []func(string) string{
		environment(), environment(endpoint, "http://x", "OTEL_SDK_DISABLED", "TRUE"), environment(endpoint, "http://x", "OTEL_TRACES_EXPORTER", "none"),
	} {
		if Enabled(env) {
			t.Error("traces are enabled")
		}
	}
	if !Enabled(environment("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://x")) {
		t.Error("traces are not enabled")
	}
	stop, err := Start(t.Context(), Options{Environment: environment(), Log: logr.Discard()})
	if err != nil {
		t.Fatal(err)
	}
	stop()
	ctx, span := Begin(t.Context(), "run", Internal)
	if span != nil || ctx != t.Context() || Traceparent(ctx) != "" {
		t.Error("a span exists while traces are off")
	}
	span.Set(URL("https://example.com/"))
	span.Fail("x")
	span.End()
}

func record(t *testing.T) *tracetest.InMemoryExporter {
	t.Helper()
	exporter := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(exporter))
	tracer.Store(&tracerHolder{provider.Tracer(scope)})
	t.Cleanup(func() { tracer.Store(nil) })
	return exporter
}

func TestTheSpansBelowASpanAreBounded(t *testing.T) {
	exporter := record(t)
	if _, orphan := Child(t.Context(), "store ping", Client); orphan != nil {
		t.Error("an operation outside a trace has a span")
	}
	ctx, run := Begin(Continue(t.Context(), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), "run", Consumer)
	for range maxChildren + 7 {
		_, page := Child(ctx, "page", Client)
		page.End()
	}
	_, other := Child(ctx, "store get_run", Client)
	other.Fail("the operation failed")
	other.End()
	run.End()
	spans := exporter.GetSpans()
	if len(spans) != maxChildren+2 {
		t.Errorf("%d spans were recorded", len(spans))
	}
	last := spans[len(spans)-1]
	if last.Name != "run" || last.Parent.SpanID().String() != "b7ad6b7169203331" {
		t.Errorf("the last span is %+v", last)
	}
	dropped := int64(0)
	for _, a := range last.Attributes {
		if a.Key == "clausea.dropped_spans" {
			dropped = a.Value.AsInt64()
		}
	}
	if dropped != 7 {
		t.Errorf("%d dropped spans are counted", dropped)
	}
}

func TestAttributesOfURLsHaveNoSecrets(t *testing.T) {
	for text, want := range map[string]string{
		"https://user:pw@example.com/terms?token=x#y": "https://example.com/terms",
		"https://example.com":                         "https://example.com",
		"http://%zz":                                  "invalid",
	} {
		if got := URL(text).Value.AsString(); got != want {
			t.Errorf("%s is shown as %s", text, got)
		}
	}
	if Traceparent(Continue(t.Context(), "nonsense")) != "" {
		t.Error("an invalid traceparent is continued")
	}
}
