package dashboard

import (
	"context"
	"fmt"
	"time"

	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

const (
	// crawlRedraw is the shortest time between two updates of a page.
	crawlRedraw = time.Second
	// streamHeartbeat is the time between two comments on a stream without events, and
	// maxStreamTime when a stream ends and the browser connects again: proxies end responses
	// that send nothing or take too long.
	streamHeartbeat = 15 * time.Second
	maxStreamTime   = 14 * time.Minute
)

// crawlEvents sends the changing part of the page of a crawl whenever it changes, and the event end
// when the crawl has ended. Each event is complete, so that a browser that connects again needs
// none of the earlier ones.
func (s *Server) crawlEvents(v *visit, w *events) error {
	ctx, cancel := context.WithTimeout(v.Context(), maxStreamTime)
	followed, err := s.o.Services.Crawls.Events(ctx, v.Caller, v.Path("id"), 0)
	if err != nil {
		cancel()
		return err
	}
	updates, done := make(chan service.CrawlEvent), make(chan error, 1)
	go func() {
		defer close(updates)
		done <- followed.Follow(ctx, func(e service.CrawlEvent) bool {
			select {
			case updates <- e:
				return true
			case <-ctx.Done():
				return false
			}
		})
	}()
	err = s.sendCrawl(v, w, updates)
	cancel()
	if followErr := <-done; followErr != nil {
		s.o.Log.Error(followErr, "failed to follow a crawl", "crawl", v.Path("id"))
	}
	if err != nil && w.opened {
		return nil // the browser has left, or connects again
	}
	return err
}

// sendCrawl sends the state of a crawl until updates is closed or the browser does not read.
func (s *Server) sendCrawl(v *visit, w *events, updates <-chan service.CrawlEvent) error {
	redraw, beat := time.NewTicker(crawlRedraw), time.NewTicker(s.heartbeat)
	defer redraw.Stop()
	defer beat.Stop()
	var crawl *service.Crawl
	var log []store.RunEvent
	changed := false
	send := func() error {
		changed = false
		m := s.modelOf(v, page{})
		html, err := toHTML(v.Context(), newCrawlView(crawl, log, s.o.Now()).live(m))
		if err != nil {
			return fmt.Errorf("render the page of a crawl: %w", err)
		}
		return w.Send("", "", string(html))
	}
	if err := w.Send("", "", ""); err != nil {
		return err
	}
	for {
		var err error
		select {
		case e, ok := <-updates:
			if !ok {
				return nil
			}
			if e.Logged != nil {
				log, changed = append(log, *e.Logged), true
				continue
			}
			crawl, changed = e.Crawl, true
			if e.Kind != service.CrawlEventEnd {
				continue
			}
			if err = send(); err == nil {
				err = w.Send("end", "", "end")
			}
			if err == nil {
				return nil
			}
		case <-redraw.C:
			if changed && crawl != nil {
				err = send()
			}
		case <-beat.C:
			// A page that stays open is no use of the session, and ends with it.
			if _, err = s.readSession(v.Request, s.o.Services.Sessions.Get); err == nil {
				err = w.Send("", "", "")
			}
		}
		if err != nil {
			return err
		}
	}
}
