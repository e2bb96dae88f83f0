package httpapi

import (
	"context"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

type crawlEventsInput struct {
	CrawlPath
	StreamInput
}

// registerCrawlEvents registers the stream of the events of a crawl.
func registerCrawlEvents(s *Server, crawls *service.Crawls) {
	registerStream(s, Operation{
		ID: "streamCrawlEvents", Path: "/v1/crawls/{id}/events", Tag: "crawls", Scope: store.ScopeRead,
		Summary: "Follow a crawl",
		Description: "event is an event of the stored log; its ID is its position, after which any replica resumes. crawl is the crawl, whenever its counts or its state have changed. " +
			"reset says that the log does not continue at Last-Event-ID: discard the events that you have, because all follow. end is the crawl when it has ended; then the stream ends. " +
			"Do not connect again after end.",
		Problems: []problem.Code{problem.NotFound},
	}, map[string]any{"event": CrawlEvent{}, "crawl": Crawl{}, "reset": Crawl{}, "end": Crawl{}},
		func(ctx context.Context, caller service.Caller, in *crawlEventsInput) (*eventStream, error) {
			events, err := crawls.Events(ctx, caller, in.ID, in.after(0))
			if err != nil {
				return nil, err
			}
			return followCrawl(ctx, s, events), nil
		})
}

// followCrawl starts to follow a crawl. The stream ends the goroutine.
func followCrawl(ctx context.Context, s *Server, events *service.CrawlEvents) *eventStream {
	ctx, cancel := context.WithCancel(ctx)
	out, done := make(chan Event), make(chan struct{})
	go func() {
		defer close(done)
		defer close(out)
		err := events.Follow(ctx, func(e service.CrawlEvent) bool {
			select {
			case out <- crawlStreamEvent(e):
				return true
			case <-ctx.Done():
				return false
			}
		})
		if err != nil { // the client connects again
			s.o.Log.Error(err, "failed to follow a crawl", "requestID", requestOf(ctx).id)
		}
	}()
	return &eventStream{Events: out, Stop: func() {
		cancel()
		<-done
	}}
}

func crawlStreamEvent(e service.CrawlEvent) Event {
	if e.Kind == service.CrawlEventLogged {
		return Event{ID: e.Logged.Sequence, Name: string(e.Kind), Data: crawlEventOf(e.Logged)}
	}
	return Event{Name: string(e.Kind), Data: crawlOf(e.Crawl), Last: e.Kind == service.CrawlEventEnd}
}
