package frontier

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// start is a moment to count from.
var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func item(host string, n int) Item {
	return Item{URL: fmt.Sprintf("http://%s/%d", host, n), Host: host, Score: 0.5}
}

func TestAHostIsAskedOnceAtATimeAndNeverSoonerThanItsDelay(t *testing.T) {
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
		var claimed []string
		begin := func(h string) {
			if at, ok := last[h]; ok && now.Sub(at) < delays[h] {
				t.Fatalf("%s is asked again after %v, its delay is %v", h, now.Sub(at), delays[h])
			}
			if busy[h] {
				t.Fatalf("%s is asked while it is being asked", h)
			}
			if now.Before(notBefore[h]) {
				t.Fatalf("%s is asked %v too soon", h, notBefore[h].Sub(now))
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
			"claim": func(t *rapid.T) {
				h := host.Draw(t, "host")
				if ok, _ := f.AcquireSlot(h, now); ok {
					begin(h)
					claimed = append(claimed, h)
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
				if len(claimed) == 0 {
					return
				}
				busy[claimed[0]] = false
				f.ReleaseSlot(claimed[0])
				claimed = claimed[1:]
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
				if f.InFlight() != len(out)+len(claimed) {
					t.Fatalf("%d in flight, want %d", f.InFlight(), len(out)+len(claimed))
				}
			},
		})
	})
}

func TestACrawlDelayIsKeptUpToAMinute(t *testing.T) {
	t.Parallel()
	for asked, want := range map[time.Duration]time.Duration{
		0: time.Second, 500 * time.Millisecond: time.Second, 5 * time.Second: 5 * time.Second,
		time.Minute: time.Minute, time.Hour: time.Minute,
	} {
		f := New(Options{Delay: time.Second})
		f.RaiseDelay("a", asked)
		f.Add(item("a", 1))
		f.Add(item("a", 2))
		it, ok, _ := f.Next(start, -1)
		if !ok {
			t.Fatal("the first one has to wait")
		}
		f.Done(&it)
		if _, ok, wait := f.Next(start, -1); ok || wait != want {
			t.Errorf("a Crawl-delay of %v: the next one in %v, want %v", asked, wait, want)
		}
		if _, ok, _ := f.Next(start.Add(want), -1); !ok {
			t.Errorf("a Crawl-delay of %v: nothing after %v", asked, want)
		}
	}
}

func TestHostsThatHangHoldNobodyUp(t *testing.T) {
	t.Parallel()
	const hosts = 4
	f := New(Options{MaxConcurrentHosts: hosts})
	for n := range 20 {
		f.Add(item(fmt.Sprint("host", n), 0))
	}
	give := func(now time.Time) (n int) {
		for {
			if _, ok, _ := f.Next(now, -1); !ok {
				return n
			}
			n++
		}
	}
	if n := give(start); n != hosts {
		t.Fatalf("%d at once, want %d", n, hosts)
	}
	if _, _, wait := f.Next(start, -1); wait != slowAfter {
		t.Errorf("the next one in %v, want %v", wait, slowAfter)
	}
	if n := give(start.Add(slowAfter)); n != hosts {
		t.Errorf("%d more once the first are slow, want %d", n, hosts)
	}
	give(start.Add(2 * slowAfter))
	give(start.Add(3 * slowAfter))
	if n := give(start.Add(time.Hour)); f.InFlight() != hosts*hungFactor || n != 0 {
		t.Errorf("%d hang, want no more than %d", f.InFlight(), hosts*hungFactor)
	}
}

func TestAnItemThatNeededNoRequestCostsNoDelay(t *testing.T) {
	t.Parallel()
	f := New(Options{Delay: time.Second})
	f.Add(item("a", 1))
	f.Add(item("a", 2))
	it, _, _ := f.Next(start, -1)
	f.DoneWithoutRequest(&it)
	if _, ok, wait := f.Next(start, -1); !ok {
		t.Errorf("the next one in %v", wait)
	}
}

func TestAFullFrontierSaysSo(t *testing.T) {
	t.Parallel()
	f := New(Options{MaxQueued: 2})
	if !f.Add(item("a", 1)) || !f.Add(item("a", 2)) || f.Add(item("a", 3)) {
		t.Error("a frontier of two takes three")
	}
	if got := len(f.Clear()); got != 2 || f.Queued() != 0 {
		t.Errorf("%d were there, %d are left", got, f.Queued())
	}
}

func TestTheBestComeFirstAndThenTheShallow(t *testing.T) {
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
			t.Errorf("%s comes, want %s", it.URL, want)
		}
	}
}
