// Package retry says how soon a reconcile that failed is tried again, the same for
// all controllers.
package retry

import (
	"time"

	"golang.org/x/time/rate"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// An object that fails is tried again after 5 ms, twice that and so on up to 30 s.
// controller-runtime's own bound is 1,000 s, so that after an outage of a quarter of an
// hour some objects would stand still for another one.
const (
	first = 5 * time.Millisecond
	most  = 30 * time.Second
)

// All objects of a controller together are tried again at most 200 times a second, and
// 1,000 times at once. controller-runtime's own bounds are 10 and 100: when an API
// server refuses a third of all calls, 1,500 objects need over an hour with them (the
// test of chaos at full size). What a server can bear is the client's rate to guard.
const (
	perSecond = 200
	atOnce    = 1000
)

// Limiter makes a controller's rate limiter.
func Limiter() workqueue.TypedRateLimiter[reconcile.Request] {
	return workqueue.NewTypedMaxOfRateLimiter(
		workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](first, most),
		&workqueue.TypedBucketRateLimiter[reconcile.Request]{Limiter: rate.NewLimiter(perSecond, atOnce)},
	)
}
