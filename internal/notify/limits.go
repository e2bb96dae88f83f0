package notify

import "time"

// Bounds, chosen by hand.
const (
	// MaxWebhooks is the maximum number of webhooks of a deployment. The store claims deliveries
	// of at most 200 webhooks at once.
	MaxWebhooks = 200
	// maxPerWebhook is the maximum number of requests to a webhook at once, and 1 while its
	// endpoint fails.
	maxPerWebhook = 4
	// maxInFlight is the maximum number of requests at once. It is above MaxWebhooks, so that
	// endpoints that do not respond, one request each, cannot occupy all of them.
	maxInFlight = 256
	// claimMargin is the time beyond the timeout of a request after which a claimed delivery is
	// due again, because the process that claimed it is assumed to be lost.
	claimMargin = 45 * time.Second
	// storeTimeout limits an operation of the store.
	storeTimeout = 10 * time.Second
	// shutdownGrace is the time that requests have to end after a signal to the process.
	shutdownGrace = 5 * time.Second
	// keepDeliveries is the time for which deliveries that ended are kept.
	keepDeliveries = 30 * 24 * time.Hour
	// maxFailing is the time after which a webhook whose endpoint accepted nothing is disabled.
	maxFailing = 3 * 24 * time.Hour
	// throttleTime is how long a webhook gets nothing after its endpoint responded that it is
	// overloaded without a Retry-After.
	throttleTime = 30 * time.Second
)
