package kubestore

import (
	"context"
	"encoding/json"
	"time"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/store"
)

// eventTTL is the time after its last occurrence after which an event is deleted. It is longer
// than the hour of Kubernetes, because a company is often crawled only once a day.
const eventTTL = 24 * time.Hour

// cleanupInterval is the time between two deletions. It was chosen by hand.
const cleanupInterval = time.Hour

// EventCleaner deletes old events. It is a Runnable of a Manager and runs on the leader.
type EventCleaner struct {
	Objects store.Objects
	Log     logr.Logger
}

// Start implements manager.Runnable. It deletes old events periodically until ctx ends.
func (s *EventCleaner) Start(ctx context.Context) error {
	tick := time.NewTicker(cleanupInterval)
	defer tick.Stop()
	for {
		if err := s.DeleteBefore(ctx, time.Now().Add(-eventTTL)); err != nil && ctx.Err() == nil {
			s.Log.Error(err, "failed to delete expired events")
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// DeleteBefore deletes the events that last occurred before a time.
func (s *EventCleaner) DeleteBefore(ctx context.Context, before time.Time) error {
	var items []store.Object
	_, _, err := listAll(ctx, s.Objects, eventKind, "", 0, "", func(page []store.Object) error {
		items = append(items, page...)
		return nil
	})
	if err != nil {
		return err
	}
	for _, o := range items {
		var e Event
		if json.Unmarshal(o.JSON, &e) == nil && !e.Last.Before(before) {
			continue
		}
		// An event that occurred again since the list has another version. Do not delete it.
		if err := s.Objects.DeleteObject(ctx, o.ObjectKey, o.ResourceVersion); ignoreRace(err) != nil {
			return err
		}
	}
	return nil
}
