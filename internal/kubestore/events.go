package kubestore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/events"

	"github.com/clausea/crawler/internal/store"
)

// eventKind is the kind under which events are stored. It is not an API resource.
const eventKind = "Event"

// eventTimeout bounds the write of one event.
const eventTimeout = 5 * time.Second

// Event is an event about an object, with the number of its occurrences.
type Event struct {
	Kind      string    `json:"kind"`
	Namespace string    `json:"namespace"`
	Name      string    `json:"name"`
	UID       string    `json:"uid,omitempty"`
	Type      string    `json:"type"` // Normal or Warning
	Reason    string    `json:"reason"`
	Action    string    `json:"action"`
	Note      string    `json:"note"`
	Count     int       `json:"count"` // occurrences
	First     time.Time `json:"first"` // time of the first occurrence
	Last      time.Time `json:"last"`  // time of the last occurrence
}

// Recorder records events in the store. It counts equal events, so that an object has one
// record per reason and note.
type Recorder struct {
	ctx     context.Context
	objects store.Objects
	log     logr.Logger
}

var _ events.EventRecorder = (*Recorder)(nil)

// NewRecorder returns a recorder whose writes end with ctx.
func NewRecorder(ctx context.Context, objects store.Objects, log logr.Logger) *Recorder {
	return &Recorder{ctx: ctx, objects: objects, log: log}
}

// Eventf implements events.EventRecorder. If an event cannot be stored, Eventf logs the error,
// so that the operation that the event is about does not fail.
func (r *Recorder) Eventf(regarding, _ runtime.Object, eventType, reason, action, note string, args ...any) {
	m, err := meta.Accessor(regarding)
	if err != nil {
		r.log.Error(err, "failed to record event", "reason", reason)
		return
	}
	e := Event{
		Kind: typeName(fmt.Sprintf("%T", regarding)), UID: string(m.GetUID()), Namespace: m.GetNamespace(), Name: m.GetName(),
		Type: eventType, Reason: reason, Action: action, Note: fmt.Sprintf(note, args...),
	}
	if gvk := regarding.GetObjectKind().GroupVersionKind(); gvk.Kind != "" {
		e.Kind = gvk.Kind
	}
	ctx, cancel := context.WithTimeout(r.ctx, eventTimeout)
	defer cancel()
	if err := r.save(ctx, e); err != nil {
		r.log.Error(err, "failed to record event", "reason", reason, "name", e.Name)
	}
}

// save stores an event, or increments the count of the stored one.
func (r *Recorder) save(ctx context.Context, e Event) error {
	sum := sha256.Sum256([]byte(e.UID + "\n" + e.Type + "\n" + e.Reason + "\n" + e.Note))
	key := store.ObjectKey{Kind: eventKind, Namespace: e.Namespace, Name: e.Name + "." + hex.EncodeToString(sum[:8])}
	for range maxAttempts {
		have, err := r.objects.GetObject(ctx, key)
		now := time.Now().UTC()
		switch {
		case errors.Is(err, store.ErrNotFound):
			e.Count, e.First, e.Last = 1, now, now
		case err != nil:
			return err
		default:
			var old Event
			if err := json.Unmarshal(have.JSON, &old); err != nil {
				return fmt.Errorf("decode event %s: %w", key.Name, err)
			}
			e.Count, e.First, e.Last = old.Count+1, old.First, now
		}
		b, merr := json.Marshal(e)
		if merr != nil {
			return fmt.Errorf("encode event %s: %w", key.Name, merr)
		}
		next := store.Object{ObjectKey: key, UID: e.UID, ResourceVersion: have.ResourceVersion, JSON: b}
		if err == nil {
			_, err = r.objects.UpdateObject(ctx, next)
		} else {
			_, err = r.objects.CreateObject(ctx, next)
		}
		if !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrExists) && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	return fmt.Errorf("record event %s: conflict in each attempt: %w", key.Name, store.ErrConflict)
}
