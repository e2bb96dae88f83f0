package tracing

import (
	"context"
	"net/url"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// maxChildren is the maximum number of spans of one name below a span that Begin has started, so
// that a crawl of many pages has a bounded trace. Further ones are counted in an attribute of that
// span. Names are constants.
const maxChildren = 100

// Kind is the kind of a span.
type Kind = trace.SpanKind

// The kinds of spans.
const (
	Internal = trace.SpanKindInternal
	Server   = trace.SpanKindServer   // a request that this process serves
	Consumer = trace.SpanKindConsumer // work that was queued
	Client   = trace.SpanKindClient   // a request that this process sends
)

// Span is a span. The methods of a nil Span do nothing: a span is nil while traces are off.
type Span struct {
	span   trace.Span
	budget *budget // of the spans below it; nil if Child started it
}

// budget bounds the spans below a span.
type budget struct {
	mu      sync.Mutex
	started map[string]int // by name
	dropped int
}

// spend reports whether another span of a name may be started.
func (b *budget) spend(name string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.started[name] >= maxChildren {
		b.dropped++
		return false
	}
	b.started[name]++
	return true
}

type budgetKey struct{}

// Begin starts a span with a bounded number of spans below it. Its parent is the span of ctx; if
// there is none, it begins a trace.
func Begin(ctx context.Context, name string, kind Kind, attrs ...attribute.KeyValue) (context.Context, *Span) {
	t := tracer.Load()
	if t == nil {
		return ctx, nil
	}
	ctx, span := t.Start(ctx, name, trace.WithSpanKind(kind), trace.WithAttributes(attrs...))
	b := &budget{started: map[string]int{}}
	return context.WithValue(ctx, budgetKey{}, b), &Span{span, b}
}

// Child starts a span below the span of ctx, unless there is none that is recorded, or it has
// maxChildren spans already.
func Child(ctx context.Context, name string, kind Kind, attrs ...attribute.KeyValue) (context.Context, *Span) {
	t := tracer.Load()
	if t == nil || !trace.SpanFromContext(ctx).IsRecording() {
		return ctx, nil
	}
	b, ok := ctx.Value(budgetKey{}).(*budget)
	if !ok || !b.spend(name) {
		return ctx, nil
	}
	ctx, span := t.Start(ctx, name, trace.WithSpanKind(kind), trace.WithAttributes(attrs...))
	return ctx, &Span{span: span}
}

// SetName replaces the name of the span.
func (s *Span) SetName(name string) {
	if s != nil {
		s.span.SetName(name)
	}
}

// Set sets attributes.
func (s *Span) Set(attrs ...attribute.KeyValue) {
	if s != nil {
		s.span.SetAttributes(attrs...)
	}
}

// Fail marks the span as failed. reason must not contain secrets; it is one of a few words, and
// not the text of an error.
func (s *Span) Fail(reason string) {
	if s != nil {
		s.span.SetStatus(codes.Error, reason)
	}
}

// End ends the span.
func (s *Span) End() {
	if s == nil {
		return
	}
	if s.budget != nil {
		s.budget.mu.Lock()
		dropped := s.budget.dropped
		s.budget.mu.Unlock()
		if dropped > 0 {
			s.span.SetAttributes(attribute.Int("clausea.dropped_spans", dropped))
		}
	}
	s.span.End()
}

// traceparentHeader is the name of the W3C Trace Context header, and of its value in carriers.
const traceparentHeader = "traceparent"

var propagator = propagation.TraceContext{}

// Traceparent returns the span of ctx in the format of the header traceparent, "" if it has none.
func Traceparent(ctx context.Context) string {
	carrier := propagation.MapCarrier{}
	propagator.Inject(ctx, carrier)
	return carrier[traceparentHeader]
}

// Continue returns ctx with the span of a header traceparent as the parent of further spans. It
// returns ctx if the header is empty or invalid, or while traces are off.
func Continue(ctx context.Context, traceparent string) context.Context {
	if tracer.Load() == nil || traceparent == "" {
		return ctx
	}
	return propagator.Extract(ctx, propagation.MapCarrier{traceparentHeader: traceparent})
}

// URL returns the attribute url.full without credentials, query and fragment, which may contain
// secrets.
func URL(text string) attribute.KeyValue {
	const key = "url.full"
	u, err := url.Parse(text)
	if err != nil {
		return attribute.String(key, "invalid")
	}
	return attribute.String(key, (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String())
}
