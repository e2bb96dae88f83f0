package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// request is a request whose rate is measured.
type request struct {
	name, path string
	status     int
	// conditional sends the ETag of the resource, which the client has.
	conditional bool
}

// roundTime is how long each server is measured in a round.
const roundTime = 2 * time.Second

// comparison is what the rounds measured: requests a second, and microseconds of CPU time a
// request.
type comparison struct {
	rates, bareRates, cpu, bareCPU []float64
}

// ratio returns the median of the ratios of all rounds.
func (c *comparison) ratio() float64 {
	var all []float64
	for i := range c.rates {
		all = append(all, c.rates[i]/c.bareRates[i])
	}
	return median(all)
}

func (c *comparison) row(name string) [][]string {
	cells := func(server string, rates, cpu []float64) []string {
		return []string{name, server, fmt.Sprintf("%.0f", median(rates)), fmt.Sprintf("%.1f", median(cpu))}
	}
	return [][]string{cells("Clausea", c.rates, c.cpu), cells("net/http", c.bareRates, c.bareCPU)}
}

func median(all []float64) float64 {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}

// compare measures a request and a bare handler that writes the same response, alternately.
func (p *program) compare(ctx context.Context, q request, rounds int) (*comparison, error) {
	authorization := []string{"Authorization", "Bearer " + p.keys[0]}
	var header []string
	r, err := p.call(ctx, http.MethodGet, q.path, nil, authorization...)
	if err != nil {
		return nil, err
	}
	if q.conditional {
		header = []string{"If-None-Match", r.Header.Get("ETag")}
		if r, err = p.call(ctx, http.MethodGet, q.path, nil, append(authorization, header...)...); err != nil {
			return nil, err
		}
	}
	if r.Status != q.status {
		return nil, fmt.Errorf("GET %s: status %d, want %d", q.path, r.Status, q.status)
	}
	rival, err := startBare(ctx, r)
	if err != nil {
		return nil, err
	}
	defer func() { _, _ = rival.Stop() }()
	ours, err := newLoad(ctx, p.address, p.keys, q.path, q.status, header...)
	if err != nil {
		return nil, err
	}
	defer ours.close()
	theirs, err := newLoad(ctx, rival.address, p.keys, q.path, q.status, header...)
	if err != nil {
		return nil, err
	}
	defer theirs.close()
	c := &comparison{}
	for range rounds {
		if err := rival.measure(ctx, theirs, &c.bareRates, &c.bareCPU); err != nil {
			return nil, fmt.Errorf("net/http: %w", err)
		}
		if err := p.measure(ctx, ours, &c.rates, &c.cpu); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// measure sends a load to a program for a round.
func (p *program) measure(ctx context.Context, l *load, rates, cpu *[]float64) error {
	if _, err := l.run(ctx, roundTime/4); err != nil { // warm up
		return err
	}
	before, err := p.CPU()
	if err != nil {
		return err
	}
	start := time.Now()
	n, err := l.run(ctx, roundTime)
	if err != nil {
		return err
	}
	took := time.Since(start)
	after, err := p.CPU()
	if err != nil {
		return err
	}
	*rates = append(*rates, float64(n)/took.Seconds())
	*cpu = append(*cpu, float64((after-before).Microseconds())/float64(max(n, 1)))
	return nil
}

// startBare starts the bare handler with a response.
func startBare(ctx context.Context, r recorded) (*program, error) {
	b, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "bench-bare")
	if err != nil {
		return nil, fmt.Errorf("create a folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }() // the program has read the file when it is ready
	file := filepath.Join(dir, "response.json")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		return nil, fmt.Errorf("write the response: %w", err)
	}
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	return startChild(ctx, "", "api/bare", port, []string{"--port", port, "--response", file}, "/")
}
