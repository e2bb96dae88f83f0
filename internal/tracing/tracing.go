// Package tracing records traces with OpenTelemetry: the request that started a crawl, the
// CrawlJob, the run, its pages, and the operations of the store. Traces are off unless the
// standard variables OTEL_* name an endpoint; the spans then cost next to nothing.
package tracing

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// scope is the name of the instrumentation scope.
const scope = "github.com/clausea/crawler"

// shutdownTimeout bounds the export of the last spans.
const shutdownTimeout = 3 * time.Second

// Options configures Start.
type Options struct {
	// Environment returns the value of a variable, "" if it is not set.
	Environment func(name string) string
	// Role is the name of the command, and the default of OTEL_SERVICE_NAME is clausea-ROLE.
	Role, Version string
	// Instance identifies the process.
	Instance string
	Log      logr.Logger
}

// Enabled reports whether the environment asks for traces.
func Enabled(env func(name string) string) bool {
	if strings.EqualFold(env("OTEL_SDK_DISABLED"), "true") || env("OTEL_TRACES_EXPORTER") == "none" {
		return false
	}
	return env("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || env("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != ""
}

// Start begins to export spans, if the environment asks for it. The exporter and the sampler read
// their OTEL_* variables themselves. The returned function exports the last spans, for at most 3 s.
func Start(ctx context.Context, o Options) (stop func(), err error) {
	if !Enabled(o.Environment) {
		return func() {}, nil
	}
	for _, name := range []string{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"} {
		if protocol := o.Environment(name); protocol != "" {
			if protocol != "http/protobuf" {
				return nil, fmt.Errorf("start tracing: %s is %q; only http/protobuf is supported", name, protocol)
			}
			break
		}
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("start tracing: %w", err)
	}
	name := "clausea-" + o.Role
	described, err := resource.New(ctx,
		resource.WithAttributes(attribute.String("service.name", name), attribute.String("service.version", o.Version), attribute.String("service.instance.id", o.Instance)),
		resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("start tracing: describe the process: %w", err)
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(described))
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { o.Log.V(1).Info("failed to export traces", "error", err.Error()) }))
	tracer.Store(&tracerHolder{provider.Tracer(scope)})
	o.Log.Info("traces are exported", "service", name)
	return func() {
		tracer.Store(nil)
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
		defer cancel()
		if err := provider.Shutdown(ctx); err != nil {
			o.Log.Info("failed to export the last traces", "error", err.Error())
		}
	}, nil
}

// tracer is the tracer of the process, nil while traces are off.
var tracer atomic.Pointer[tracerHolder]

type tracerHolder struct{ trace.Tracer }
