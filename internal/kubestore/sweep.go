package kubestore

import (
	"context"
	"encoding/json"
	"time"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/internal/store"
)

// Events live as long as Kubernetes keeps them, and three times that: an hour is
// short for a crawl that is made once a day.
const (
	eventTTL        = 24 * time.Hour
	cleanupInterval = time.Hour
)

// EventCleaner deletes events that are old, so that they don't grow without end. It is a
// Manager's Runnable and runs on the leader.
type EventCleaner struct {
	Objects store.Objects
	Log     logr.Logger
}

// Start sweeps until ctx ends.
func (s *EventCleaner) Start(ctx context.Context) error {
	tick := time.NewTicker(cleanupInterval)
	defer tick.Stop()
	for {
		if err := s.DeleteBefore(ctx, time.Now().Add(-eventTTL)); err != nil && ctx.Err() == nil {
			s.Log.Error(err, "old events not deleted")
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// DeleteBefore deletes the events that last happened before a time.
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
		// One that happened again meanwhile has another version, and stays.
		if err := s.Objects.DeleteObject(ctx, o.ObjectKey, o.ResourceVersion); ignoreRace(err) != nil {
			return err
		}
	}
	return nil
}
