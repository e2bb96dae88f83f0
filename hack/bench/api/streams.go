package api

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/clausea/crawler/hack/bench/report"
	"github.com/clausea/crawler/internal/store"
)

// The streams: each crawl has the same number of followers, and receives events at a rate. Each
// follower connects to the other replica after half of the events.
const (
	crawls          = 10
	followers       = 50 // of each crawl
	eventsPerSecond = 20
	eventsPerCrawl  = 300
	streamTimeout   = 2 * time.Minute
)

// eventStore is what the streams need of a store.
type eventStore interface {
	PutRun(ctx context.Context, r store.Run) error
	AppendRunEvents(ctx context.Context, f store.Fence, runID string, events []store.RunEvent) error
}

// streams are the results of all followers.
type streams struct {
	received, lost, repeated atomic.Int64
}

// measureStreams appends events to crawls while clients follow them.
func measureStreams(ctx context.Context, r *report.Report, s eventStore, replicas []*program) error {
	ctx, cancel := context.WithTimeout(ctx, streamTimeout)
	defer cancel()
	for i := range crawls {
		run := store.Run{ID: runID(i), Company: "company-00000", State: store.RunRunning, CreatedAt: time.Now(), Heartbeat: time.Now()}
		if err := s.PutRun(ctx, run); err != nil {
			return fmt.Errorf("store a run: %w", err)
		}
	}
	var got streams
	delays := make([][]float64, crawls*followers)
	g, gctx := errgroup.WithContext(ctx)
	for i := range delays {
		g.Go(func() error {
			var err error
			delays[i], err = got.follow(gctx, replicas, i)
			if err != nil {
				return fmt.Errorf("follow crawl %d: %w", i%crawls, err)
			}
			return nil
		})
	}
	for i := range crawls {
		g.Go(func() error { return appendEvents(gctx, s, i) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	all := slices.Sorted(slices.Values(slices.Concat(delays...)))
	const want = crawls * followers * eventsPerCrawl
	r.Note("%d streams of %d crawls with %d events a second each: %d events received, from their creation to their receipt %.0f ms in the median and %.0f ms at p99. Each stream connected to the other replica after half of its events.",
		len(delays), crawls, eventsPerSecond, got.received.Load(), all[len(all)/2], all[len(all)*99/100])
	r.AtMost("events that streams lost or received twice", float64(got.lost.Load()+got.repeated.Load()+want-got.received.Load()), 0, fmt.Sprintf(" of %d", want))
	return nil
}

func runID(crawl int) string { return fmt.Sprintf("bench-%02d", crawl) }

// appendEvents appends the events of a crawl at their rate.
func appendEvents(ctx context.Context, s eventStore, crawl int) error {
	tick := time.NewTicker(time.Second / eventsPerSecond)
	defer tick.Stop()
	for i := range eventsPerCrawl {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		e := store.RunEvent{ID: fmt.Sprint("e", i), At: time.Now(), Type: store.RunDocumentFound, URL: "https://company-00000.example/legal", Message: strconv.FormatInt(time.Now().UnixMicro(), 10)}
		if err := s.AppendRunEvents(ctx, store.Fence{}, runID(crawl), []store.RunEvent{e}); err != nil {
			return fmt.Errorf("append an event: %w", err)
		}
	}
	return nil
}

// follow receives all events of a crawl, half of them from each replica. It returns the
// milliseconds from the creation of each event to its receipt.
func (s *streams) follow(ctx context.Context, replicas []*program, i int) (delays []float64, err error) {
	last := 0
	for n, p := range []*program{replicas[i%2], replicas[(i+1)%2]} {
		until := eventsPerCrawl / 2 * (n + 1)
		got, err := s.receive(ctx, p, runID(i%crawls), &last, until)
		if err != nil {
			return nil, err
		}
		delays = append(delays, got...)
	}
	return delays, nil
}

// receive follows a crawl at one replica after the event last, until it has the event until.
func (s *streams) receive(ctx context.Context, p *program, run string, last *int, until int) (delays []float64, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.address+"/v1/crawls/"+run+"/events", nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+p.keys[0])
	if *last > 0 {
		req.Header.Set("Last-Event-ID", strconv.Itoa(*last))
	}
	res, err := streamTransport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d", res.StatusCode)
	}
	lines := bufio.NewReaderSize(res.Body, 4<<10)
	for *last < until {
		line, err := lines.ReadString('\n')
		if err != nil {
			return nil, errors.Join(fmt.Errorf("read after event %d", *last), err)
		}
		if _, text, ok := strings.Cut(line, `"message":"`); ok {
			if at, err := strconv.ParseInt(text[:strings.IndexByte(text, '"')], 10, 64); err == nil {
				delays = append(delays, float64(time.Now().UnixMicro()-at)/1000)
			}
		}
		text, ok := strings.CutPrefix(line, "id: ")
		if !ok {
			continue
		}
		id, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil {
			return nil, fmt.Errorf("read the ID of an event: %w", err)
		}
		s.received.Add(1)
		switch {
		case id <= *last:
			s.repeated.Add(1)
		case id > *last+1:
			s.lost.Add(int64(id - *last - 1))
		}
		*last = max(*last, id)
	}
	return delays, nil
}

// streamTransport has a connection for each stream.
var streamTransport = &http.Transport{DisableKeepAlives: true, ResponseHeaderTimeout: time.Minute}
