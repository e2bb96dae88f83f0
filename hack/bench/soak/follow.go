package soak

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// follower follows the events of the change feed as a client does. It connects again with the last ID
// when the stream breaks.
type follower struct {
	api       *client
	delivered []int64 // the sequences in the order of delivery
	resets    int
	connects  int
}

// follow receives events until ctx ends.
func (f *follower) follow(ctx context.Context) {
	for ctx.Err() == nil {
		f.connects++
		_ = f.stream(ctx) // any end of the stream is followed by a new connection
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

// stream receives the events of one connection.
func (f *follower) stream(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.api.origin+"/v1/changes/events", nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+apiKey)
	last := "0"
	if n := len(f.delivered); n > 0 {
		last = strconv.FormatInt(f.delivered[n-1], 10)
	}
	req.Header.Set("Last-Event-ID", last)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("follow the changes: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("follow the changes: status %d", res.StatusCode)
	}
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	var id, event string
	for lines.Scan() {
		line := lines.Text()
		switch {
		case line == "":
			switch event {
			case "change":
				n, err := strconv.ParseInt(id, 10, 64)
				if err != nil {
					return fmt.Errorf("read the ID of a change: %w", err)
				}
				f.delivered = append(f.delivered, n)
			case "reset":
				f.resets++
			}
			id, event = "", ""
		case strings.HasPrefix(line, "id:"):
			id = strings.TrimSpace(line[3:])
		case strings.HasPrefix(line, "event:"):
			event = strings.TrimSpace(line[6:])
		}
	}
	return lines.Err()
}
