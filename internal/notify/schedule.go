package notify

import (
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// schedule has the time before each attempt, since the previous one. It is that of Standard
// Webhooks and takes about three days.
var schedule = []time.Duration{
	0, 5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

// jitter is the maximum share that is added to a time of the schedule, so that deliveries that
// failed together are not repeated together.
const jitter = 0.1

// resultOf returns the result of an attempt of a delivery: delivered, another attempt, or failed
// for ever.
func resultOf(d store.Delivery, a Attempt) store.DeliveryResult {
	r := store.DeliveryResult{ID: d.ID, Attempt: d.Attempts, At: a.At, Status: a.Status, Error: a.Error, Response: a.Response}
	switch {
	case a.Delivered:
		r.State = store.DeliveryDelivered
	case a.Status == http.StatusGone || d.Attempts >= len(schedule):
		r.State = store.DeliveryFailed
	default:
		wait := schedule[max(d.Attempts, 1)]
		wait += time.Duration(jitter * rand.Float64() * float64(wait))
		r.State, r.NextAttempt = store.DeliveryPending, a.At.Add(max(wait, a.RetryAfter))
	}
	return r
}

// throttle returns the time for which a webhook gets nothing after an attempt, or 0.
func throttle(a Attempt) time.Duration {
	switch a.Status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return max(a.RetryAfter, throttleTime)
	}
	return 0
}
