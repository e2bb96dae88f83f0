package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/telemetry"
)

// Store is the part of the store that a Sender uses.
type Store interface {
	store.Leases
	store.Deliveries
	GetWebhook(ctx context.Context, id string) (store.Webhook, error)
	ListWebhooks(ctx context.Context, opts store.ListOptions) (items []store.Webhook, next string, err error)
	UpdateWebhook(ctx context.Context, w store.Webhook) (store.Webhook, error)
	ListChanges(ctx context.Context, q store.ChangeQuery) (items []store.Change, next string, err error)
	GetChange(ctx context.Context, id string) (store.Change, error)
	LatestChange(ctx context.Context) (int64, error)
}

// leaseName is the lease of the Sender of a deployment that is active.
const leaseName = "webhooks"

// The defaults of a Sender, chosen by hand.
const (
	defaultLeaseDuration = 30 * time.Second
	defaultPollInterval  = time.Second
	sampleInterval       = 30 * time.Second
	expireInterval       = time.Hour
)

// Options configures a Sender.
type Options struct {
	Store  Store
	Client *Client
	// Holder identifies the process. It must be unique.
	Holder string
	// Namespace is that of the companies whose changes are sent.
	Namespace string
	// LeaseDuration is the time after which another Sender replaces one that does not renew its
	// lease (default 30 s).
	LeaseDuration time.Duration
	// PollInterval is how often the feed of changes and the due deliveries are read (default 1 s).
	PollInterval time.Duration
	Metrics      *telemetry.WebhookMetrics // may be nil
	Log          logr.Logger
	// Now returns the time of deliveries and of their schedule. Nil is time.Now. Leases use the
	// time of the store.
	Now func() time.Time
}

// Sender sends changes to webhooks. Every process of a deployment may have one: the Sender with
// the lease is active, and another one replaces it if the lease expires. It is a Runnable of a
// Manager.
type Sender struct{ Options }

// New returns a Sender.
func New(o Options) *Sender {
	if o.LeaseDuration <= 0 {
		o.LeaseDuration = defaultLeaseDuration
	}
	if o.PollInterval <= 0 {
		o.PollInterval = defaultPollInterval
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Namespace = v1alpha1.NamespaceOf(v1alpha1.StoreKey(o.Namespace, ""))
	return &Sender{o}
}

// NeedLeaderElection implements manager.LeaderElectionRunnable: a Sender has a lease of its own.
func (s *Sender) NeedLeaderElection() bool { return false }

// Start implements manager.Runnable. It sends until ctx ends, and returns once its requests have
// ended.
func (s *Sender) Start(ctx context.Context) error {
	retry := time.NewTicker(s.LeaseDuration / 3)
	defer retry.Stop()
	available := true
	for {
		lease, err := s.acquire(ctx)
		switch {
		case err == nil:
			available = true
			s.own(ctx, lease)
		case errors.Is(err, store.ErrConflict), ctx.Err() != nil:
		case available: // one line for each outage
			available = false
			s.Log.Error(err, "failed to acquire the lease of webhooks")
		}
		select {
		case <-retry.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func (s *Sender) acquire(ctx context.Context) (store.Lease, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	return s.Store.AcquireLease(ctx, leaseName, s.Holder, s.LeaseDuration)
}

// own sends while the lease is held. After a signal to the process it releases the lease.
func (s *Sender) own(ctx context.Context, lease store.Lease) {
	owned, lose := context.WithCancel(ctx)
	renewed := make(chan struct{})
	go func() {
		defer close(renewed)
		defer lose()
		s.renew(owned, lease)
	}()
	s.Log.V(1).Info("started to send to webhooks", "epoch", lease.Epoch)
	d := newDispatcher(s, store.Fence{LeaseName: lease.Name, Epoch: lease.Epoch})
	d.run(owned)
	lose()
	<-renewed
	s.Metrics.SetBacklog(0, 0)
	s.Metrics.SetFeedLag(0)
	if ctx.Err() == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	if err := s.Store.ReleaseLease(ctx, lease); err != nil {
		s.Log.Error(err, "failed to release the lease of webhooks")
	}
}

// renew renews the lease until ctx ends, another Sender has it, or it has expired.
func (s *Sender) renew(ctx context.Context, lease store.Lease) {
	tick := time.NewTicker(s.LeaseDuration / 3)
	defer tick.Stop()
	for renewed := time.Now(); ; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		started := time.Now()
		limited, cancel := context.WithTimeout(ctx, storeTimeout)
		_, err := s.Store.RenewLease(limited, lease, s.LeaseDuration)
		cancel()
		switch {
		case err == nil:
			renewed = started
		case ctx.Err() != nil:
			return
		case errors.Is(err, store.ErrFenced) || time.Since(renewed) > s.LeaseDuration:
			s.Log.Error(err, "lost the lease of webhooks")
			return
		}
	}
}

// listWebhooks returns all webhooks.
func (s *Sender) listWebhooks(ctx context.Context) (all []store.Webhook, err error) {
	opts := store.ListOptions{Limit: MaxWebhooks}
	for len(all) < MaxWebhooks {
		items, next, err := s.Store.ListWebhooks(ctx, opts)
		if err != nil {
			return nil, fmt.Errorf("list the webhooks: %w", err)
		}
		all = append(all, items...)
		if opts.Continue = next; next == "" {
			break
		}
	}
	return all[:min(len(all), MaxWebhooks)], nil
}
