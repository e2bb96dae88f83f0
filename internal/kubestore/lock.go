package kubestore

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/tools/leaderelection/resourcelock"

	"github.com/clausea/crawler/internal/store"
)

// lockKind is the kind under which leader locks are stored; it is no resource.
const lockKind = "LeaderLock"

var lockResource = schema.GroupResource{Group: "crawl.clausea.co", Resource: "leaderlocks"}

// Lock is a leader lock for client-go's election: one record that is compared and
// swapped, in the store.
type Lock struct {
	objects store.Objects
	key     store.ObjectKey
	holder  string

	mu   sync.Mutex
	last store.Object // as last read or written
}

var _ resourcelock.Interface = (*Lock)(nil)

// NewLock is the lock of a name for one candidate; holder must differ for each process.
func NewLock(objects store.Objects, name, holder string) *Lock {
	return &Lock{objects: objects, key: store.ObjectKey{Kind: lockKind, Namespace: DefaultNamespace, Name: name}, holder: holder}
}

// Get implements resourcelock.Interface.
func (l *Lock) Get(ctx context.Context) (*resourcelock.LeaderElectionRecord, []byte, error) {
	o, err := l.objects.GetObject(ctx, l.key)
	if err != nil {
		return nil, nil, apiError(err, lockResource, l.key.Name)
	}
	r := &resourcelock.LeaderElectionRecord{}
	if err := json.Unmarshal(o.JSON, r); err != nil {
		return nil, nil, fmt.Errorf("read the leader lock %s: %w", l.key.Name, err)
	}
	l.setLast(o)
	return r, o.JSON, nil
}

// Create implements resourcelock.Interface.
func (l *Lock) Create(ctx context.Context, r resourcelock.LeaderElectionRecord) error {
	b, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("write the leader lock %s: %w", l.key.Name, err)
	}
	o, err := l.objects.CreateObject(ctx, store.Object{ObjectKey: l.key, UID: l.key.Name, JSON: b})
	if err != nil {
		return apiError(err, lockResource, l.key.Name)
	}
	l.setLast(o)
	return nil
}

// Update implements resourcelock.Interface: a record that somebody else wrote since
// it was read makes a conflict.
func (l *Lock) Update(ctx context.Context, r resourcelock.LeaderElectionRecord) error {
	b, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("write the leader lock %s: %w", l.key.Name, err)
	}
	l.mu.Lock()
	o := l.last
	l.mu.Unlock()
	o.JSON = b
	o, err = l.objects.UpdateObject(ctx, o)
	if err != nil {
		return apiError(err, lockResource, l.key.Name)
	}
	l.setLast(o)
	return nil
}

func (l *Lock) setLast(o store.Object) {
	l.mu.Lock()
	l.last = o
	l.mu.Unlock()
}

// RecordEvent implements resourcelock.Interface; elections are in the log.
func (l *Lock) RecordEvent(string) {}

// Identity implements resourcelock.Interface.
func (l *Lock) Identity() string { return l.holder }

// Describe implements resourcelock.Interface.
func (l *Lock) Describe() string { return l.key.Namespace + "/" + l.key.Name }
