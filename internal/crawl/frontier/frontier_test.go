package frontier

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// start is the time at which the tests begin.
var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func item(host string, n int) Item {
	return Item{URL: fmt.Sprintf("http://%s/%d", host, n), Host: host, Score: 0.5}
}

func TestRequestsToAHostNeverOverlapAndRespectItsDelay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		base := time.Duration(rapid.IntRange(0, 2000).Draw(t, "delay")) * time.Millisecond
		f := New(Options{Delay: base, MaxConcurrentHosts: rapid.IntRange(1, 4).Draw(t, "hosts")})
		delays := map[string]time.Duration{}
		for _, h := range []string{"a", "b", "c", "d", "e"} {
			for n := range 6 {
				f.Add(item(h, n))
			}
			delays[h] = base
		}
		now := start
		last, busy, notBefore := map[string]time.Time{}, map[string]bool{}, map[string]time.Time{}
		var out []Item
		var acquired []string
		begin := func(h string) {
			if at, ok := last[h]; ok && now.Sub(at) < delays[h] {
				t.Fatalf("%s gets another request after %v, its delay is %v", h, now.Sub(at), delays[h])
			}
			if busy[h] {
				t.Fatalf("%s gets a request while another is in flight", h)
			}
			if now.Before(notBefore[h]) {
				t.Fatalf("%s gets a request %v before Postpone allows it", h, notBefore[h].Sub(now))
			}
			last[h], busy[h] = now, true
		}
		host := rapid.SampledFrom([]string{"a", "b", "c", "d", "e"})
		t.Repeat(map[string]func(*rapid.T){
			"next": func(t *rapid.T) {
				if it, ok, _ := f.Next(now, -1); ok {
					begin(it.Host)
					out = append(out, it)
				}
			},
			"acquire": func(t *rapid.T) {
				h := host.Draw(t, "host")
				if ok, _ := f.AcquireSlot(h, now); ok {
					begin(h)
					acquired = append(acquired, h)
				}
			},
			"done": func(t *rapid.T) {
				if len(out) == 0 {
					return
				}
				it := out[0]
				out = out[1:]
				busy[it.Host] = false
				f.Done(&it)
			},
			"release": func(t *rapid.T) {
				if len(acquired) == 0 {
					return
				}
				busy[acquired[0]] = false
				f.ReleaseSlot(acquired[0])
				acquired = acquired[1:]
			},
			"later": func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "ms")) * time.Millisecond)
			},
			"postpone": func(t *rapid.T) {
				h, d := host.Draw(t, "host"), time.Duration(rapid.IntRange(0, 5000).Draw(t, "ms"))*time.Millisecond
				f.Postpone(h, now.Add(d))
				if until := now.Add(d); until.After(notBefore[h]) {
					notBefore[h] = until
				}
			},
			"": func(t *rapid.T) {
				if f.InFlight() != len(out)+len(acquired) {
					t.Fatalf("%d in flight, want %d", f.InFlight(), len(out)+len(acquired))
				}
			},
		})
	})
}

func TestCrawlDelayIsHonoredUpToAMinute(t *testing.T) {
	t.Parallel()
	for crawlDelay, want := range map[time.Duration]time.Duration{
		0: time.Second, 500 * time.Millisecond: time.Second, 5 * time.Second: 5 * time.Second,
		time.Minute: time.Minute, time.Hour: time.Minute,
	} {
		f := New(Options{Delay: time.Second})
		f.RaiseDelay("a", crawlDelay)
		f.Add(item("a", 1))
		f.Add(item("a", 2))
		it, ok, _ := f.Next(start, -1)
		if !ok {
			t.Fatal("the first item is not available")
		}
		f.Done(&it)
		if _, ok, wait := f.Next(start, -1); ok || wait != want {
			t.Errorf("Crawl-delay %v: the next item is available in %v, want %v", crawlDelay, wait, want)
		}
		if _, ok, _ := f.Next(start.Add(want), -1); !ok {
			t.Errorf("Crawl-delay %v: no item is available after %v", crawlDelay, want)
		}
	}
}

func TestHungHostsDoNotBlockOthers(t *testing.T) {
	t.Parallel()
	const hosts = 4
	f := New(Options{MaxConcurrentHosts: hosts})
	for n := range 20 {
		f.Add(item(fmt.Sprint("host", n), 0))
	}
	startAll := func(now time.Time) (n int) {
		for {
			if _, ok, _ := f.Next(now, -1); !ok {
				return n
			}
			n++
		}
	}
	if n := startAll(start); n != hosts {
		t.Fatalf("%d requests start, want %d", n, hosts)
	}
	if _, _, wait := f.Next(start, -1); wait != slowAfter {
		t.Errorf("the next item is available in %v, want %v", wait, slowAfter)
	}
	if n := startAll(start.Add(slowAfter)); n != hosts {
		t.Errorf("%d more requests start once the first are slow, want %d", n, hosts)
	}
	startAll(start.Add(2 * slowAfter))
	startAll(start.Add(3 * slowAfter))
	if n := startAll(start.Add(time.Hour)); f.InFlight() != hosts*totalHostsFactor || n != 0 {
		t.Errorf("%d requests in flight, want at most %d", f.InFlight(), hosts*totalHostsFactor)
	}
}

func TestAnItemWithoutARequestStartsNoDelay(t *testing.T) {
	t.Parallel()
	f := New(Options{Delay: time.Second})
	f.Add(item("a", 1))
	f.Add(item("a", 2))
	it, _, _ := f.Next(start, -1)
	f.DoneWithoutRequest(&it)
	if _, ok, wait := f.Next(start, -1); !ok {
		t.Errorf("the next item is available in %v, want now", wait)
	}
}

func TestAFullFrontierRejectsItems(t *testing.T) {
	t.Parallel()
	f := New(Options{MaxQueued: 2})
	if !f.Add(item("a", 1)) || !f.Add(item("a", 2)) || f.Add(item("a", 3)) {
		t.Error("a frontier with MaxQueued 2 does not hold exactly two items")
	}
	if got := len(f.Clear()); got != 2 || f.Queued() != 0 {
		t.Errorf("Clear returned %d items and left %d", got, f.Queued())
	}
}

func TestItemsAreOrderedByRankThenDepth(t *testing.T) {
	t.Parallel()
	f := New(Options{})
	for _, it := range []Item{
		{URL: "low", Host: "a", Score: 0.1}, {URL: "high", Host: "b", Score: 0.9},
		{URL: "deep", Host: "c", Score: 0.9, Depth: 3}, {URL: "pinned", Host: "d", Score: 0.1, Pinned: true},
	} {
		f.Add(it)
	}
	for _, want := range []string{"pinned", "high", "deep", "low"} {
		if it, _, _ := f.Next(start, -1); it.URL != want {
			t.Errorf("Next returned %s, want %s", it.URL, want)
		}
	}
}
