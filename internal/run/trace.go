package run

import (
	"context"

	"go.opentelemetry.io/otel/attribute"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/tracing"
)

// startSpan starts the span of an execution of a run.
func startSpan(ctx context.Context, rec store.Run) (context.Context, *tracing.Span) {
	return tracing.Begin(ctx, "run", tracing.Consumer,
		attribute.String("clausea.company", rec.Company), attribute.String("clausea.run_id", rec.ID), attribute.Int("clausea.attempt", int(rec.Attempts)),
		attribute.String("clausea.trigger", string(rec.Trigger)))
}

// endSpan ends the span of an execution of a run.
func endSpan(span *tracing.Span, rep Report, err error) {
	span.Set(attribute.String("clausea.state", string(rep.Run.State)), attribute.String("clausea.stop_reason", rep.Run.StopReason),
		attribute.Int64("clausea.pages", rep.Run.Progress.Fetched), attribute.Int("clausea.documents", len(rep.Documents)))
	if err != nil || rep.Run.State == store.RunFailed {
		reason := rep.Run.StopReason
		if reason == "" {
			reason = "the run ended early"
		}
		span.Fail(reason)
	}
	span.End()
}

// tracePage starts the span of a page below that of its run.
func tracePage(ctx context.Context, url string) (context.Context, func(int, crawl.SkipReason)) {
	ctx, span := tracing.Child(ctx, "page", tracing.Client)
	if span == nil {
		return ctx, func(int, crawl.SkipReason) {}
	}
	span.Set(tracing.URL(url))
	return ctx, func(status int, reason crawl.SkipReason) {
		if status > 0 {
			span.Set(attribute.Int("http.response.status_code", status))
		}
		if reason != "" {
			span.Set(attribute.String("clausea.skip_reason", string(reason)))
		}
		span.End()
	}
}
