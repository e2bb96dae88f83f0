// Package retry sets the retry rate of failed reconciles, which is the same for all
// controllers.
package retry

import (
	"time"

	"golang.org/x/time/rate"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// A failing object is retried after 5 ms, 10 ms and so on, up to every 30 s. The maximum
// of controller-runtime is 1,000 s, which would leave some objects untouched for a
// quarter of an hour after an outage has ended.
const (
	baseDelay = 5 * time.Millisecond
	maxDelay  = 30 * time.Second
)

// All objects of a controller together are retried at most 200 times per second, in
// bursts of 1,000. The defaults of controller-runtime are 10 and 100: with them 1,500
// objects need over an hour to converge on an API server that rejects a third of all
// calls, as the chaos test shows at full size. The rate limit of the client protects the
// API server.
const (
	retriesPerSecond = 200
	retryBurst       = 1000
)

// Limiter returns the rate limiter of one controller.
func Limiter() workqueue.TypedRateLimiter[reconcile.Request] {
	return workqueue.NewTypedMaxOfRateLimiter(
		workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](baseDelay, maxDelay),
		&workqueue.TypedBucketRateLimiter[reconcile.Request]{Limiter: rate.NewLimiter(retriesPerSecond, retryBurst)},
	)
}
