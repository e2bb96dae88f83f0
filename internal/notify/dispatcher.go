package notify

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// dispatcher sends the deliveries that are due while its Sender has the lease. Its loop owns all
// fields but the channel.
type dispatcher struct {
	*Sender
	fence store.Fence
	// webhooks are those that are Active, as they were at the last poll.
	webhooks []store.Webhook
	// endpoints has what is known about each webhook, by ID.
	endpoints map[string]*endpoint
	// cancelled has the IDs of webhooks that are not Active and have no pending deliveries.
	cancelled map[string]bool
	inFlight  int
	// ended receives the attempts that ended. It has room for all.
	ended chan endedAttempt
	// responses receives the attempts that got a response, before they end. It has room for all.
	responses chan endedAttempt
	// failing is set while the store fails, so that an outage is logged once.
	failing             bool
	sampledAt, expireAt time.Time
	caughtUp            time.Time // when the deliveries of all changes were last queued
}

// endpoint is what the process knows about the endpoint of a webhook.
type endpoint struct {
	inFlight int
	failing  bool
	// notBefore is the time before which nothing is sent, because the endpoint is overloaded.
	notBefore time.Time
}

// endedAttempt is an attempt that ended, and the error of the store, if it failed.
type endedAttempt struct {
	webhookID string
	attempt   Attempt
	err       error
}

func newDispatcher(s *Sender, fence store.Fence) *dispatcher {
	return &dispatcher{Sender: s, fence: fence, endpoints: map[string]*endpoint{}, cancelled: map[string]bool{}, caughtUp: time.Now(), ended: make(chan endedAttempt, maxInFlight), responses: make(chan endedAttempt, maxInFlight)}
}

// run sends until ctx ends or another Sender has the lease, and waits for the requests to end.
func (d *dispatcher) run(ctx context.Context) {
	var requests sync.WaitGroup
	sending, abort := context.WithCancel(context.WithoutCancel(ctx))
	defer abort()
	tick := time.NewTicker(d.PollInterval)
	defer tick.Stop()
	err := d.poll(ctx)
	for ctx.Err() == nil {
		if err == nil {
			err = d.dispatch(ctx, func(w store.Webhook, delivery store.Delivery) {
				requests.Go(func() { d.ended <- d.attempt(sending, w, delivery) })
			})
		}
		if d.report(ctx, err) {
			break
		}
		select {
		case <-tick.C:
			err = d.poll(ctx)
		case e := <-d.ended:
			err = e.err
			d.finish(e)
		case <-ctx.Done():
		}
	}
	timer := time.AfterFunc(shutdownGrace, abort)
	defer timer.Stop()
	requests.Wait()
}

// report logs the first error of an outage. It returns true if another Sender has the lease.
func (d *dispatcher) report(ctx context.Context, err error) (lost bool) {
	switch {
	case err == nil:
		d.failing = false
	case errors.Is(err, store.ErrFenced):
		return true
	case ctx.Err() == nil && !d.failing:
		d.failing = true
		d.Log.Error(err, "failed to process the deliveries to webhooks")
	}
	return false
}

// poll reads the webhooks and enqueues deliveries of new changes.
func (d *dispatcher) poll(ctx context.Context) error {
	behind, err := d.readFeed(ctx)
	if err == nil && !behind {
		d.caughtUp = time.Now()
	}
	d.Metrics.SetFeedLag(time.Since(d.caughtUp).Truncate(time.Millisecond))
	return err
}

// readFeed enqueues deliveries of new changes. It reports whether some are left.
func (d *dispatcher) readFeed(ctx context.Context) (behind bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	all, err := d.listWebhooks(ctx)
	if err != nil {
		return true, err
	}
	latest, err := d.Store.LatestChange(ctx)
	if err != nil {
		return true, fmt.Errorf("read the latest change: %w", err)
	}
	d.webhooks = d.webhooks[:0]
	known := map[string]bool{}
	for _, w := range all {
		known[w.ID] = true
		if w.State != store.WebhookActive {
			err = errors.Join(err, d.cancel(ctx, w.ID))
			continue
		}
		delete(d.cancelled, w.ID)
		if d.endpoints[w.ID] == nil {
			d.endpoints[w.ID] = &endpoint{failing: !w.FailingSince.IsZero()}
		}
		d.webhooks = append(d.webhooks, w)
		left, failed := d.enqueue(ctx, d.fence, w, latest)
		behind = behind || left
		err = errors.Join(err, failed) // the other webhooks continue
	}
	for id, e := range d.endpoints {
		if !known[id] && e.inFlight == 0 {
			delete(d.endpoints, id)
		}
	}
	maps.DeleteFunc(d.cancelled, func(id string, _ bool) bool { return !known[id] })
	return behind, errors.Join(err, d.maintain(ctx))
}

// cancel cancels the pending deliveries to a webhook that is not Active any more. The program that
// changed its state did the same, but this Sender may have enqueued others meanwhile.
func (d *dispatcher) cancel(ctx context.Context, id string) error {
	if d.cancelled[id] {
		return nil
	}
	if _, err := d.Store.CancelDeliveries(ctx, id); err != nil {
		return fmt.Errorf("cancel the deliveries to webhook %s: %w", id, err)
	}
	d.cancelled[id] = true
	return nil
}

// dispatch claims due deliveries and starts an attempt of each, the longest due first, while
// there is room for more.
func (d *dispatcher) dispatch(ctx context.Context, start func(store.Webhook, store.Delivery)) error {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	for d.inFlight < maxInFlight {
		d.noteResponses()
		now := d.Now()
		open := map[string]store.Webhook{}
		var ids []string
		for _, w := range d.webhooks {
			if d.endpoints[w.ID].open(now) {
				open[w.ID], ids = w, append(ids, w.ID)
			}
		}
		if len(ids) == 0 {
			return nil
		}
		claimed, err := d.Store.ClaimDeliveries(ctx, d.fence, store.DeliveryClaim{
			WebhookIDs: ids, Now: now, Until: now.Add(d.Client.timeout + claimMargin), Limit: 1,
		})
		if err != nil {
			return fmt.Errorf("claim deliveries to webhooks: %w", err)
		}
		if len(claimed) == 0 {
			return nil
		}
		d.inFlight++
		d.endpoints[claimed[0].WebhookID].inFlight++
		start(open[claimed[0].WebhookID], claimed[0])
	}
	return nil
}

// open reports whether another request can be sent to the endpoint.
func (e *endpoint) open(now time.Time) bool {
	limit := maxPerWebhook
	if e.failing {
		limit = 1
	}
	return e.inFlight < limit && !now.Before(e.notBefore)
}

// finish records the end of an attempt.
func (d *dispatcher) finish(e endedAttempt) {
	d.inFlight--
	d.endpoints[e.webhookID].inFlight--
	d.noteResponses()
}

// noteResponses notes whether the endpoints that have responded accept further requests.
func (d *dispatcher) noteResponses() {
	for {
		select {
		case e := <-d.responses:
			known := d.endpoints[e.webhookID]
			known.failing = !e.attempt.Delivered
			if wait := throttle(e.attempt); wait > 0 {
				known.notBefore = store.StoredTime(e.attempt.At.Add(wait)) // as NextAttempt
			}
		default:
			return
		}
	}
}
