package httpapi

import (
	"context"
	"net/http"
	"net/netip"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/clausea/crawler/internal/ratelimit"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// Options configures a Server.
type Options struct {
	// Services are the use cases that the API serves.
	service.Services
	// Version is the version of the program. Callers without a key never see it.
	Version string
	// Authenticate returns the caller that an API key identifies.
	Authenticate func(ctx context.Context, key string) (service.Caller, error)
	// Anonymous allows requests without a key to read.
	Anonymous bool
	// Local makes every caller an administrator, without a key. It is for a Unix socket that
	// only the owner of the process can open.
	Local bool
	// Limiter limits requests. Limits are its quotas.
	Limiter ratelimit.Limiter
	Limits  Limits
	// Idempotency stores the responses of requests with an Idempotency-Key.
	Idempotency store.IdempotencyKeys
	// CORSOrigins lists the origins whose pages may call the API, exactly.
	CORSOrigins []string
	// TrustedProxies lists the proxies whose X-Forwarded-For names the IP address of the client.
	TrustedProxies []netip.Prefix
	Log            logr.Logger
	Metrics        prometheus.Registerer // nil: no metrics
	// Stop ends streams of events when it ends. It is the context of the process.
	Stop context.Context //nolint:containedctx // it bounds streams, not a call
	// Extra handles paths that are not routes of the API, such as the probes of the process. It
	// may be nil.
	Extra http.Handler
}

// Limits are the quotas of callers. A zero Quota is no limit.
type Limits struct {
	Key       ratelimit.Quota // requests of a key
	Anonymous ratelimit.Quota // requests of an IP address without a key
	FailedKey ratelimit.Quota // requests of an IP address with an invalid key
	// Crawls limits the crawls that a key starts.
	Crawls ratelimit.Quota
	// Concurrent is the maximum number of requests at once, streams not included.
	Concurrent int
	// Streams is the maximum number of streams of events at once.
	Streams int
}

// DefaultLimits returns the limits of a small deployment, chosen by hand.
func DefaultLimits() Limits {
	return Limits{
		Key:       ratelimit.Quota{Name: "key", Requests: 600, Window: time.Minute},
		Anonymous: ratelimit.Quota{Name: "anonymous", Requests: 60, Window: time.Minute},
		FailedKey: ratelimit.Quota{Name: "failed-key", Requests: 30, Window: time.Minute},
		Crawls:    ratelimit.Quota{Name: "crawls", Requests: 200, Window: 24 * time.Hour},
		// 1,000 streams with their buffers take about 30 MiB.
		Concurrent: 256, Streams: 1000,
	}
}
