package kubestore

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/clausea/crawler/internal/store"
)

// EventSelector selects events by their object. An empty field selects every value.
type EventSelector struct{ Namespace, Kind, Name, UID string }

func (s EventSelector) matches(e *Event) bool {
	return (s.Namespace == "" || s.Namespace == e.Namespace) && (s.Kind == "" || s.Kind == e.Kind) &&
		(s.Name == "" || s.Name == e.Name) && (s.UID == "" || s.UID == e.UID)
}

// ListEvents returns the selected events, ordered by the time of their last occurrence.
func ListEvents(ctx context.Context, objects store.Objects, s EventSelector) ([]Event, error) {
	var out []Event
	_, _, err := listAll(ctx, objects, eventKind, s.Namespace, 0, "", func(page []store.Object) error {
		for _, o := range page {
			var e Event
			if err := json.Unmarshal(o.JSON, &e); err != nil {
				return fmt.Errorf("decode event %s: %w", o.Name, err)
			}
			e.Kind, e.UID = typeName(e.Kind), o.UID
			if s.matches(&e) {
				out = append(out, e)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list events: %w", err)
	}
	slices.SortStableFunc(out, func(a, b Event) int { return a.Last.Compare(b.Last) })
	return out, nil
}

// typeName returns the name of a Go type without its package: CrawlJob for *v1alpha1.CrawlJob.
// Recorders store it for objects that do not state their kind.
func typeName(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }
