package kubestore

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/tools/leaderelection/resourcelock"

	"github.com/clausea/crawler/internal/store"
)

// lockKind is the kind under which leader election locks are stored. It is not an API
// resource.
const lockKind = "LeaderLock"

// lockResource is the resource that errors about locks name.
var lockResource = schema.GroupResource{Group: "crawl.clausea.co", Resource: "leaderlocks"}

// Lock is a lock for client-go's leader election: a record in the store that is updated with
// compare-and-swap.
//
// The leader survives an outage of the store, whatever its length. While the store does not
// respond, the lock reports that it is renewed: no process can write to the store and so act as
// the leader. A candidate that missed an outage together with the leader waits for a whole lease
// after it, so that the leader renews its lock first. If another process became the leader
// nevertheless, the lock calls onLost.
type Lock struct {
	objects store.Objects
	key     store.ObjectKey
	holder  string
	log     logr.Logger
	timeout time.Duration // of one operation
	onLost  func(error)   // nil: not called

	mu     sync.Mutex
	last   store.Object                       // as it was last read or written
	held   *resourcelock.LeaderElectionRecord // as this process last wrote it; nil unless it is the leader
	missed bool                               // a candidate's last read had no response
	outage outage
}

var _ resourcelock.Interface = (*Lock)(nil)

// NewLock returns the lock with a name for one candidate. holder must be unique per process.
func NewLock(objects store.Objects, name, holder string, e Election) *Lock {
	timeout := e.RenewDeadline / 2 // client-go ends the leadership if a renewal takes the whole deadline
	if timeout <= 0 {
		timeout = defaultRenewDeadline / 2
	}
	return &Lock{
		objects: objects, key: store.ObjectKey{Kind: lockKind, Namespace: DefaultNamespace, Name: name}, holder: holder,
		log: e.Log, timeout: timeout, onLost: e.OnLost, outage: outage{answered: time.Now()},
	}
}

// Get implements resourcelock.Interface.
func (l *Lock) Get(ctx context.Context) (*resourcelock.LeaderElectionRecord, []byte, error) {
	o, err := l.call(ctx, func(ctx context.Context) (store.Object, error) { return l.objects.GetObject(ctx, l.key) })
	l.mu.Lock()
	defer l.mu.Unlock()
	if isOutage(ctx, err) {
		if l.held == nil {
			l.missed = true
			return nil, nil, apiError(err, lockResource, l.key.Name)
		}
		r := *l.held
		return &r, l.last.JSON, nil
	}
	if err != nil {
		return nil, nil, apiError(err, lockResource, l.key.Name)
	}
	r := &resourcelock.LeaderElectionRecord{}
	if err := json.Unmarshal(o.JSON, r); err != nil {
		return nil, nil, fmt.Errorf("decode leader lock %s: %w", l.key.Name, err)
	}
	l.last = o
	if l.held != nil && r.HolderIdentity != "" && r.HolderIdentity != l.holder {
		l.lose(r.HolderIdentity)
	}
	if l.missed { // client-go counts the lease from now, because the bytes have changed
		l.missed = false
		return r, append(slices.Clone(o.JSON), ' '), nil
	}
	return r, o.JSON, nil
}

// Create implements resourcelock.Interface.
func (l *Lock) Create(ctx context.Context, r resourcelock.LeaderElectionRecord) error {
	return l.write(ctx, r, func(ctx context.Context, b []byte) (store.Object, error) {
		return l.objects.CreateObject(ctx, store.Object{ObjectKey: l.key, UID: l.key.Name, JSON: b})
	})
}

// Update implements resourcelock.Interface. It returns a conflict if another process has
// written the record since it was last read.
func (l *Lock) Update(ctx context.Context, r resourcelock.LeaderElectionRecord) error {
	return l.write(ctx, r, func(ctx context.Context, b []byte) (store.Object, error) {
		l.mu.Lock()
		o := l.last
		l.mu.Unlock()
		o.JSON = b
		return l.objects.UpdateObject(ctx, o)
	})
}

// write stores a record. The leader's renewal succeeds if the store does not respond.
func (l *Lock) write(ctx context.Context, r resourcelock.LeaderElectionRecord, put func(context.Context, []byte) (store.Object, error)) error {
	b, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encode leader lock %s: %w", l.key.Name, err)
	}
	o, err := l.call(ctx, func(ctx context.Context) (store.Object, error) { return put(ctx, b) })
	l.mu.Lock()
	defer l.mu.Unlock()
	mine := r.HolderIdentity == l.holder
	switch {
	case mine && l.held != nil && isOutage(ctx, err):
		l.held = &r
		return nil
	case err != nil:
		return apiError(err, lockResource, l.key.Name)
	}
	l.last, l.held, l.outage.previous = o, nil, 0
	if mine {
		l.held = &r
	}
	return nil
}

// RecordEvent implements resourcelock.Interface. It does nothing; elections are logged.
func (l *Lock) RecordEvent(string) {}

// Identity implements resourcelock.Interface.
func (l *Lock) Identity() string { return l.holder }

// Describe implements resourcelock.Interface.
func (l *Lock) Describe() string { return l.key.Namespace + "/" + l.key.Name }
