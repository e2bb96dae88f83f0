package cli

import (
	"context"

	"go.opentelemetry.io/otel/attribute"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/tracing"
)

// startTracing exports traces until stop is called, if the environment asks for it. The variables
// OTEL_* are those of OpenTelemetry, and not settings of this program.
func (a *app) startTracing(ctx context.Context, role string) (stop func(), err error) {
	stop, err = tracing.Start(ctx, tracing.Options{
		Environment: a.variable, Role: role, Version: buildVersion(), Instance: workerIdentity(), Log: a.log.WithName("tracing"),
	})
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	return stop, nil
}

// traceReconcile starts the span of a reconcile that starts a run. Its parent is the request that
// created the CrawlJob.
func traceReconcile(ctx context.Context, job *v1alpha1.CrawlJob) (context.Context, func(error)) {
	ctx, span := tracing.Begin(tracing.Continue(ctx, job.Annotations[v1alpha1.AnnotationTraceparent]), "reconcile CrawlJob", tracing.Consumer,
		attribute.String("clausea.crawl_job", job.Namespace+"/"+job.Name))
	return ctx, func(err error) {
		if err != nil {
			span.Fail("the reconcile failed")
		}
		span.End()
	}
}

// variable returns an environment variable, "" if it is not set.
func (a *app) variable(name string) string {
	value, _ := a.env.Lookup(name)
	return value
}
