// Package retry defines how fast the controllers retry failed reconciles.
package retry

import (
	"time"

	"golang.org/x/time/rate"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// The delay before a retry of one object starts at 5 ms and doubles up to 30 s. The
// maximum of controller-runtime is 1,000 s: after an outage, some objects would wait for
// a quarter of an hour.
const (
	baseDelay = 5 * time.Millisecond
	maxDelay  = 30 * time.Second
)

// A controller makes at most 200 retries per second, in bursts of 1,000. The defaults of
// controller-runtime are 10 and 100. With them, 1,500 objects need over an hour to
// converge on an API server that rejects a third of all calls, as the chaos test shows at
// full size. The API server is protected by the rate limit of the client.
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
