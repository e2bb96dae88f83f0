package soak

import (
	"bufio"
	"context"
	"fmt"
	"math"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// sample is the state of a process at one time.
type sample struct {
	at          time.Time
	anonymous   float64 // resident memory that only the process has, bytes
	heap        float64 // live heap after the last garbage collection, bytes
	goroutines  float64
	descriptors float64
}

// take samples a process.
func take(ctx context.Context, p *process) (s sample, err error) {
	s.at = time.Now()
	pid := p.pid()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return s, fmt.Errorf("read the memory of the process: %w", err)
	}
	for line := range strings.Lines(string(status)) {
		if v, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			if _, err := fmt.Sscan(v, &s.anonymous); err != nil {
				return s, fmt.Errorf("read the memory of the process: %w", err)
			}
			s.anonymous *= 1 << 10
		}
	}
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		return s, fmt.Errorf("count the descriptors of the process: %w", err)
	}
	s.descriptors = float64(len(files))
	m, err := metrics(ctx, p, "go_goroutines", "go_memstats_next_gc_bytes")
	if err != nil {
		return s, err
	}
	s.goroutines = m["go_goroutines"]
	// The next collection starts when the heap has doubled, because GOGC is 100 and GOMEMLIMIT is
	// not reached.
	s.heap = m["go_memstats_next_gc_bytes"] / 2
	return s, nil
}

// metrics reads metrics without labels.
func metrics(ctx context.Context, p *process, names ...string) (map[string]float64, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://localhost:"+p.metrics+"/metrics", nil)
	if err != nil {
		return nil, err
	}
	req.Close = true // the connection would count as a descriptor
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("read the metrics: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	out := map[string]float64{}
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), " ")
		for _, n := range names {
			if n == name {
				if out[n], err = strconv.ParseFloat(value, 64); err != nil {
					return nil, fmt.Errorf("read the metric %s: %w", n, err)
				}
			}
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read the metrics: %w", err)
	}
	for _, n := range names {
		if _, ok := out[n]; !ok {
			return nil, fmt.Errorf("the process has no metric %s", n)
		}
	}
	return out, nil
}

// interval is the time between two samples.
const interval = 10 * time.Second

// watch samples a process until stop ends. It prints each sixth sample.
func watch(stop context.Context, p *process) (all []sample, err error) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-stop.Done():
			return all, nil
		case <-tick.C:
		}
		s, err := take(context.WithoutCancel(stop), p)
		if err != nil {
			return all, err
		}
		if all = append(all, s); len(all)%6 == 0 {
			fmt.Fprintf(os.Stderr, "soak: %s: anonymous %.1f MiB, heap %.1f MiB, %.0f goroutines, %.0f descriptors\n",
				(time.Duration(len(all)) * interval), s.anonymous/mebibyte, s.heap/mebibyte, s.goroutines, s.descriptors)
		}
	}
}

const mebibyte = 1 << 20

// slope is the least-squares slope of a value over samples, per ten minutes, and its standard error.
func slope(samples []sample, value func(sample) float64) (per10m, standardError float64) {
	n := float64(len(samples))
	if n < 3 {
		return 0, math.Inf(1)
	}
	var meanX, meanY float64
	x := func(s sample) float64 { return s.at.Sub(samples[0].at).Minutes() / 10 }
	for _, s := range samples {
		meanX += x(s) / n
		meanY += value(s) / n
	}
	var sxx, sxy float64
	for _, s := range samples {
		sxx += (x(s) - meanX) * (x(s) - meanX)
		sxy += (x(s) - meanX) * (value(s) - meanY)
	}
	per10m = sxy / sxx
	var residual float64
	for _, s := range samples {
		r := value(s) - meanY - per10m*(x(s)-meanX)
		residual += r * r
	}
	return per10m, math.Sqrt(residual / (n - 2) / sxx)
}
