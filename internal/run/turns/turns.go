// Package turns shares hosts among crawls that share a store: of all of them one at a
// time asks a host, and the delay between requests is kept from one to the next.
//
// A crawl's turn at a host is a lease. It runs out when the host may be asked again,
// by the store's clock, so that the time of the last request travels with it. Who
// finds it taken waits in line, which is a second lease: whoever has that one is the
// next. A crawl that has had its turn for a while looks whether there is a next one,
// and gives the host back if so. The store is written to a few times a turn, and not
// for each request.
package turns

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
)

// Defaults of Hosts.
const (
	DefaultLease    = 15 * time.Second
	DefaultTenure   = 20 * time.Second
	DefaultPatience = 10 * time.Minute
)

// Bounds of a wait for a turn.
const (
	// firstPoll and lastPoll are how often the store is asked whether it came, with
	// jitter; never less often than a place in line has to be renewed.
	firstPoll = 250 * time.Millisecond
	lastPoll  = 2 * time.Second
	// storePatience is how long a store that does not answer is asked again; its own
	// tries, which are as long again, come on top.
	storePatience = 30 * time.Second
	// giveTimeout bounds the giving back of a turn, which runs out by itself else. A
	// process that ends has no longer for it.
	giveTimeout = 2 * time.Second
	// maxWaiting turns of one crawl are waited for at once.
	maxWaiting = 16
)

// LeaseName is the lease that the one crawl has that asks a host.
func LeaseName(host string) string { return "host/" + host }

// LineName is the lease of the crawl that asks it next.
func LineName(host string) string { return "host/" + host + " next" }

// Hosts takes turns for one crawl. It is safe for concurrent use.
type Hosts struct {
	Leases store.Leases
	// Holder names the crawl in leases; it differs for each, and for each process that
	// a crawl is gone on with.
	Holder string
	// Lease is how long a crawl is believed after its last sign of life, which it
	// gives three times as often.
	Lease time.Duration
	// Tenure is how long a crawl has a host for which others wait.
	Tenure time.Duration
	// Patience is how long a turn is waited for.
	Patience time.Duration
	Log      logr.Logger

	once    sync.Once
	waiting chan struct{}
	mu      sync.Mutex
	yielded map[string]bool // hosts that were given back to who waited for them
}

var _ crawl.HostLeases = (*Hosts)(nil)

func (h *Hosts) init() {
	h.once.Do(func() {
		for p, d := range map[*time.Duration]time.Duration{&h.Lease: DefaultLease, &h.Tenure: DefaultTenure, &h.Patience: DefaultPatience} {
			if *p <= 0 {
				*p = d
			}
		}
		h.waiting, h.yielded = make(chan struct{}, maxWaiting), map[string]bool{}
	})
}

// Acquire implements crawl.HostLeases.
func (h *Hosts) Acquire(ctx context.Context, host string) (crawl.HostLease, error) {
	h.init()
	h.mu.Lock()
	yielded := h.yielded[host]
	h.mu.Unlock()
	var err error
	if !yielded { // who gave it back to others takes it after them
		var t *Turn
		if t, err = h.try(ctx, host); err == nil {
			return t, nil
		}
	}
	t, err := h.stand(ctx, host, err)
	if err != nil {
		return nil, fmt.Errorf("take a turn at %s: %w", host, err)
	}
	return t, nil
}

// stand waits in line until the turn is there, for as long as the store answers and
// patience lasts. err is what came of the first try.
func (h *Hosts) stand(ctx context.Context, host string, err error) (*Turn, error) {
	end := time.NewTimer(h.Patience)
	defer end.Stop()
	select {
	case h.waiting <- struct{}{}:
	case <-end.C:
		return nil, crawl.ErrHostBusy
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-h.waiting }()
	p := place{hosts: h, name: LineName(host)}
	defer func() { p.leave(ctx) }()
	answered := time.Now()
	for wait := firstPoll; ; wait = min(2*wait, lastPoll, h.Lease/3) {
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err == nil || errors.Is(err, store.ErrConflict):
			answered = time.Now()
		case time.Since(answered) > storePatience:
			return nil, err
		default:
			h.Log.V(1).Info("host not taken", "host", host, "error", err.Error())
		}
		select {
		case <-time.After(wait/2 + rand.N(wait/2)):
		case <-end.C:
			if err == nil || errors.Is(err, store.ErrConflict) {
				err = fmt.Errorf("%w, for %s", crawl.ErrHostBusy, h.Patience)
			}
			return nil, err
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if err = p.keep(ctx); err != nil {
			continue
		}
		var t *Turn
		if t, err = h.try(ctx, host); err == nil {
			return t, nil
		}
	}
}

// try takes the host if nobody has it.
func (h *Hosts) try(ctx context.Context, host string) (*Turn, error) {
	asked := time.Now()
	l, err := h.Leases.AcquireLease(ctx, LeaseName(host), h.Holder, h.Lease)
	if err != nil {
		return nil, err
	}
	h.mu.Lock()
	delete(h.yielded, host)
	h.mu.Unlock()
	return h.begin(ctx, host, l, asked), nil
}

// wanted says whether another crawl stands in line for the host.
func (h *Hosts) wanted(ctx context.Context, host string) bool {
	l, err := h.Leases.AcquireLease(ctx, LineName(host), h.Holder, h.Lease)
	if err == nil {
		_ = h.Leases.ReleaseLease(ctx, l) // it runs out by itself else
	}
	return errors.Is(err, store.ErrConflict)
}

// place is the first place in line for a host.
type place struct {
	hosts *Hosts
	name  string
	lease store.Lease // its name is empty while the place is another's
	kept  time.Time
}

// keep takes the place or holds on to it.
func (p *place) keep(ctx context.Context) error {
	if p.lease.Name != "" && time.Since(p.kept) < p.hosts.Lease/3 {
		return nil
	}
	now := time.Now()
	l, err := p.hosts.Leases.AcquireLease(ctx, p.name, p.hosts.Holder, p.hosts.Lease)
	if err != nil {
		return err
	}
	p.lease, p.kept = l, now
	return nil
}

// leave lets the next one have the place.
func (p *place) leave(ctx context.Context) {
	if p.lease.Name == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), giveTimeout)
	defer cancel()
	if err := p.hosts.Leases.ReleaseLease(ctx, p.lease); err != nil {
		p.hosts.Log.V(1).Info("place in line not released", "lease", p.name, "error", err.Error())
	}
}
