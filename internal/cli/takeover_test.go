package cli

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/internal/run"
)

// takeoverWatcher measures takeover times from the leases: the time between the kill of a worker
// and the next acquisition of its lease. If the next worker is killed before it starts, its
// takeover is counted separately.
type takeoverWatcher struct {
	leases *mongo.Collection
	end    func()

	mu        sync.Mutex
	killedAt  map[string]time.Time     // by process ID
	orphaned  map[string]orphanedLease // leases of killed workers, by name
	holders   map[string]bool          // process IDs that hold a lease
	takenOver []span
	elections []span // periods without a primary
}

type orphanedLease struct {
	at    time.Time
	epoch int64
}

type span struct{ from, to time.Time }

func (w span) length() time.Duration { return w.to.Sub(w.from) }

// takeoverStats summarizes the takeovers.
type takeoverStats struct {
	takenOver     int
	median, worst time.Duration
	late          int           // longer than the lease and takeoverSlack
	worstAdjusted time.Duration // worst, excluding periods without a primary
	lateAdjusted  int
	elections     int
	orphaned      int
}

func (s takeoverStats) String() string {
	return fmt.Sprintf("%d leases taken over, median %v, worst %v, %d later than the lease and 2 s; excluding %d elections worst %v, %d later; %d leases not taken over",
		s.takenOver, s.median.Round(time.Millisecond), s.worst.Round(time.Millisecond), s.late, s.elections, s.worstAdjusted.Round(time.Millisecond), s.lateAdjusted, s.orphaned)
}

// leasePollInterval is the interval at which the leases are read. leaseQueryTimeout limits a
// read, because a paused primary does not respond.
const (
	leasePollInterval = 100 * time.Millisecond
	leaseQueryTimeout = time.Second
)

func watchTakeovers(t *testing.T, uri string) *takeoverWatcher {
	t.Helper()
	client, err := mongo.Connect(options.Client().ApplyURI(uri).SetTimeout(leaseQueryTimeout).SetServerSelectionTimeout(leaseQueryTimeout))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	w := &takeoverWatcher{leases: client.Database("repeatedkill").Collection("leases"), killedAt: map[string]time.Time{}, orphaned: map[string]orphanedLease{}}
	done := make(chan struct{})
	w.end = func() { cancel(); <-done }
	t.Cleanup(func() {
		w.end()
		_ = client.Disconnect(context.Background())
	})
	go func() {
		defer close(done)
		tick := time.NewTicker(leasePollInterval)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				w.poll(ctx)
			}
		}
	}()
	return w
}

// poll records leases of killed processes, and leases that were taken over.
func (w *takeoverWatcher) poll(ctx context.Context) {
	var all []struct {
		Name    string    `bson:"_id"`
		Holder  string    `bson:"holder"`
		Epoch   int64     `bson:"epoch"`
		Expires time.Time `bson:"expires"`
	}
	cursor, err := w.leases.Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$regex", Value: "^" + run.LeaseName("")}}}})
	if err != nil || cursor.All(ctx, &all) != nil {
		return // during an election, or at the end of the test
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.holders = map[string]bool{}
	for _, l := range all {
		if o, ok := w.orphaned[l.Name]; ok && l.Epoch > o.epoch {
			since := l.Expires.Add(-killTestLease)
			if since.Before(o.at) { // the lease was released already
				since = time.Now()
			}
			w.takenOver = append(w.takenOver, span{o.at, since})
			delete(w.orphaned, l.Name)
		}
		if pid := strings.Split(l.Holder, "/"); len(pid) > 1 {
			w.holders[pid[1]] = true
			if at, ok := w.killedAt[pid[1]]; ok {
				w.orphaned[l.Name] = orphanedLease{at, l.Epoch}
			}
		}
	}
}

// waitUntilWorking waits until a process holds a lease. It gives up after ten kill intervals,
// because there may be no run for the process.
func (w *takeoverWatcher) waitUntilWorking(pid int) bool {
	for deadline := time.Now().Add(10 * killInterval); time.Now().Before(deadline); <-time.After(leasePollInterval) {
		w.mu.Lock()
		holds := w.holders[strconv.Itoa(pid)]
		w.mu.Unlock()
		if holds {
			return true
		}
	}
	return false
}

// recordKill records the kill of a process.
func (w *takeoverWatcher) recordKill(pid int, at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.killedAt[strconv.Itoa(pid)] = at
}

// summarize returns the statistics. Call it after all runs have ended.
func (w *takeoverWatcher) summarize() takeoverStats {
	w.end()
	s := takeoverStats{takenOver: len(w.takenOver), orphaned: len(w.orphaned), elections: len(w.elections)}
	var lengths []time.Duration
	for _, one := range w.takenOver {
		length := one.length()
		lengths = append(lengths, length)
		less := length
		for _, e := range w.elections {
			less -= max(0, span{latest(e.from, one.from), earliest(e.to, one.to)}.length())
		}
		s.worstAdjusted = max(s.worstAdjusted, less)
		if length > killTestLease+takeoverSlack {
			s.late++
		}
		if less > killTestLease+takeoverSlack {
			s.lateAdjusted++
		}
	}
	if s.takenOver > 0 {
		slices.Sort(lengths)
		s.median, s.worst = lengths[s.takenOver/2], lengths[s.takenOver-1]
	}
	return s
}

// takeoverSlack is the expected maximum time of a takeover after the lease expires.
const takeoverSlack = 2 * time.Second

// recordElection records a period without a primary.
func (w *takeoverWatcher) recordElection(from, to time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.elections = append(w.elections, span{from, to})
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
