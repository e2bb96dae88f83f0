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

// lockKind is the kind under which leader election locks are stored. It is not an API
// resource.
const lockKind = "LeaderLock"

// lockResource is the resource that errors about locks name.
var lockResource = schema.GroupResource{Group: "crawl.clausea.co", Resource: "leaderlocks"}

// Lock is a lock for client-go's leader election: a record in the store that is updated with
// compare-and-swap.
type Lock struct {
	objects store.Objects
	key     store.ObjectKey
	holder  string

	mu   sync.Mutex
	last store.Object // as it was last read or written
}

var _ resourcelock.Interface = (*Lock)(nil)

// NewLock returns the lock with a name for one candidate. holder must be unique per process.
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
		return nil, nil, fmt.Errorf("decode leader lock %s: %w", l.key.Name, err)
	}
	l.setLast(o)
	return r, o.JSON, nil
}

// Create implements resourcelock.Interface.
func (l *Lock) Create(ctx context.Context, r resourcelock.LeaderElectionRecord) error {
	b, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encode leader lock %s: %w", l.key.Name, err)
	}
	o, err := l.objects.CreateObject(ctx, store.Object{ObjectKey: l.key, UID: l.key.Name, JSON: b})
	if err != nil {
		return apiError(err, lockResource, l.key.Name)
	}
	l.setLast(o)
	return nil
}

// Update implements resourcelock.Interface. It returns a conflict if another process has
// written the record since it was last read.
func (l *Lock) Update(ctx context.Context, r resourcelock.LeaderElectionRecord) error {
	b, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encode leader lock %s: %w", l.key.Name, err)
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

// RecordEvent implements resourcelock.Interface. It does nothing; elections are logged.
func (l *Lock) RecordEvent(string) {}

// Identity implements resourcelock.Interface.
func (l *Lock) Identity() string { return l.holder }

// Describe implements resourcelock.Interface.
func (l *Lock) Describe() string { return l.key.Namespace + "/" + l.key.Name }
