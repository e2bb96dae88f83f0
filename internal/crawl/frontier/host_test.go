package frontier

import (
	"fmt"
	"testing"
	"time"
)

func TestADelayStartsAgainWhenTheRequestIsWritten(t *testing.T) {
	t.Parallel()
	p := politeness{delay: time.Second}
	p.startRequest(start)
	if d := p.wait(start); !p.busy || d != time.Second {
		t.Errorf("busy is %v and the delay %v, want a busy host and 1s", p.busy, d)
	}
	p.endRequest()
	p.markSent(start.Add(300 * time.Millisecond))
	if d := p.wait(start); p.busy || d != 1320*time.Millisecond {
		t.Errorf("busy is %v and the delay %v, want an idle host and 1.32s", p.busy, d)
	}
	p.markSent(start)
	if d := p.wait(start); d != 1320*time.Millisecond {
		t.Errorf("an earlier time of writing changed the delay to %v", d)
	}
	var none politeness
	none.markSent(start)
	if !none.nextAllowed.IsZero() {
		t.Errorf("a host without a delay is postponed until %v", none.nextAllowed)
	}
}

func TestADelayCanOnlyBeRaised(t *testing.T) {
	t.Parallel()
	p := politeness{delay: time.Second}
	for _, c := range []struct{ raise, want time.Duration }{{0, time.Second}, {3 * time.Second, 3 * time.Second}, {2 * time.Second, 3 * time.Second}} {
		if p.raiseDelay(c.raise); p.delay != c.want {
			t.Errorf("raised to %v, the delay is %v, want %v", c.raise, p.delay, c.want)
		}
	}
}

func TestUndoneDelayKeepsAnEarlierPostponement(t *testing.T) {
	t.Parallel()
	p := politeness{delay: time.Minute}
	p.postpone(start.Add(time.Second))
	p.postpone(start)
	p.startRequest(start.Add(time.Second))
	p.endRequest()
	p.undoDelay()
	if d := p.wait(start); d != time.Second {
		t.Errorf("the next request is allowed after %v, want 1s", d)
	}
}

func TestSlowRequestsCountOnlyTowardsTheTotal(t *testing.T) {
	t.Parallel()
	table := newHostTable(0, 1)
	table.startRequest(table.get("host0"), start)
	if ok, wait := table.capacity(start.Add(slowAfter / 4)); ok || wait != slowAfter*3/4 {
		t.Errorf("with a recent request, capacity is %v after %v, want false after %v", ok, wait, slowAfter*3/4)
	}
	if ok, _ := table.capacity(start.Add(slowAfter)); !ok {
		t.Error("a slow request uses the capacity")
	}
	for n := 1; n < totalHostsFactor; n++ {
		table.startRequest(table.get(fmt.Sprint("host", n)), start)
	}
	if ok, wait := table.capacity(start.Add(time.Hour)); ok || wait != 0 {
		t.Errorf("at the total, capacity is %v after %v, want false after the end of a request", ok, wait)
	}
	table.endRequest(table.get("host0"))
	if ok, _ := table.capacity(start.Add(time.Hour)); !ok || table.inFlight != totalHostsFactor-1 {
		t.Errorf("after the end of a request, capacity is %v with %d in flight", ok, table.inFlight)
	}
}

func TestAHostIsCreatedOnceWithTheDelay(t *testing.T) {
	t.Parallel()
	table := newHostTable(time.Second, 1)
	first := table.get("a")
	if table.get("a") != first || table.get("b") == first || len(table.list) != 2 || first.politeness.delay != time.Second {
		t.Errorf("%d hosts with delay %v", len(table.list), first.politeness.delay)
	}
}

func TestHostInFlightFollowsSlots(t *testing.T) {
	t.Parallel()
	f := New(Options{})
	for range 2 {
		if ok, _ := f.AcquireSlot("a", start); !ok || f.HostInFlight("a") != 1 || f.HostInFlight("b") != 0 {
			t.Errorf("acquired %v, in flight %d and %d", ok, f.HostInFlight("a"), f.HostInFlight("b"))
		}
		if ok, wait := f.AcquireSlot("a", start); ok || wait != 0 {
			t.Errorf("a busy host has a slot (%v) after %v", ok, wait)
		}
		f.ReleaseSlot("a")
	}
	if n := f.HostInFlight("a") + f.InFlight(); n != 0 {
		t.Errorf("%d requests in flight after the last release", n)
	}
}

func TestAnItemWithoutARequestDoesNotUndoAPostponement(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	f := New(Options{Delay: time.Second})
	f.Add(Item{URL: "https://example.com/", Host: "example.com", Score: 1})
	it, ok, _ := f.Next(now, 0)
	if !ok {
		t.Fatal("no item")
	}
	until := now.Add(time.Minute)
	f.Postpone("example.com", until)
	f.DoneWithoutRequest(&it)
	if got := f.NextAllowed("example.com"); !got.Equal(until) {
		t.Errorf("the next request is allowed at %s, want %s", got, until)
	}
}
