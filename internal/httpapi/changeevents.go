package httpapi

import (
	"context"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

type changeEventsInput struct {
	StreamInput
	OfCompanies
	ChangeFilter
}

// FeedPosition is the data of an event that tells where a stream of changes begins.
type FeedPosition struct {
	Sequence int64 `json:"sequence" doc:"The stream has the changes after this one."`
}

const changeEventsDescription = `Sends each change that is stored from now on, in order and once. The ID of an event is the sequence of the change.

Every stream without Last-Event-ID begins with an event start, whose ID is the latest sequence: a client that reconnects before the first change misses none. With Last-Event-ID, the stream continues after that change, on any replica. An event reset instead means that the feed has not reached that sequence, because the store was replaced: read /v1/changes again.

Reviews are not part of the events, because people write them later.`

// registerChangeEvents registers the stream of changes.
func registerChangeEvents(s *Server, changes *service.Changes) {
	registerStream(s, Operation{
		ID: "followChanges", Path: "/v1/changes/events", Tag: "changes", Scope: store.ScopeRead,
		Summary: "Follow the changes of documents", Description: changeEventsDescription, Problems: []problem.Code{problem.Overloaded},
	}, map[string]any{"start": FeedPosition{}, "reset": FeedPosition{}, "change": Change{}},
		func(ctx context.Context, caller service.Caller, in *changeEventsInput) (*eventStream, error) {
			f := in.filter()
			f.Companies = in.Companies
			after := in.after(-1)
			ctx, cancel := context.WithCancel(ctx)
			stream, err := changes.Follow(ctx, caller, f, after)
			if err != nil {
				cancel()
				return nil, err
			}
			events, done := make(chan Event), make(chan struct{})
			go func() {
				defer close(done)
				defer close(events)
				sendChanges(ctx, s, stream, after < 0, events)
			}()
			return &eventStream{Events: events, Stop: func() {
				cancel()
				stream.Stop()
				<-done
			}}, nil
		})
}

// sendChanges sends the events of a stream until it or ctx ends.
func sendChanges(ctx context.Context, s *Server, stream *service.ChangeStream, isNew bool, to chan<- Event) {
	send := func(e Event) bool {
		select {
		case to <- e:
			return true
		case <-ctx.Done():
			return false
		}
	}
	if isNew || stream.Reset {
		name := "start"
		if stream.Reset {
			name = "reset"
		}
		if !send(Event{ID: stream.Start, SendZero: true, Name: name, Data: FeedPosition{stream.Start}}) {
			return
		}
	}
	for {
		c, ok := stream.Next()
		if !ok {
			if err := stream.Err(); err != nil {
				s.o.Log.Error(err, "failed to follow the changes", "requestID", requestOf(ctx).id)
			}
			return
		}
		if !send(Event{ID: c.Sequence, Name: "change", Data: changeOfRecord(c)}) {
			return
		}
	}
}
