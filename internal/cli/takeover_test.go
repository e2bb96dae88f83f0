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

// takeoverWatcher reads from the leases how long each was a dead worker's: from its kill to
// the next one's acquisition. Where the next one is killed too before it has begun, that
// is a takeover of its own.
type takeoverWatcher struct {
	leases *mongo.Collection
	end    func()

	mu        sync.Mutex
	killedAt  map[string]time.Time     // killed processes, by number
	orphaned  map[string]orphanedLease // leases of dead workers, by name
	holders   map[string]bool          // processes that have a lease now, by number
	takenOver []span
	elections []span // without a primary
}

type orphanedLease struct {
	at    time.Time
	epoch int64
}

type span struct{ from, to time.Time }

func (w span) length() time.Duration { return w.to.Sub(w.from) }

// takeoverStats is what the takeovers came to.
type takeoverStats struct {
	takenOver     int
	median, worst time.Duration
	late          int           // of them beyond the lease and 2 s
	worstAdjusted time.Duration // the worst, without the time in which there was no primary
	lateAdjusted  int
	elections     int
	orphaned      int
}

func (s takeoverStats) String() string {
	return fmt.Sprintf("%d leases lost their worker and were taken over after %v in the middle and %v at worst, %d beyond the lease and 2 s; less the time of %d elections %v at worst, %d beyond; nobody wanted %d more",
		s.takenOver, s.median.Round(time.Millisecond), s.worst.Round(time.Millisecond), s.late, s.elections, s.worstAdjusted.Round(time.Millisecond), s.lateAdjusted, s.orphaned)
}

// leasePollInterval is how often the leases are looked at, and leaseQueryTimeout how long a look may
// take: a primary that was stopped does not answer.
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
	w := &takeoverWatcher{leases: client.Database("storm").Collection("leases"), killedAt: map[string]time.Time{}, orphaned: map[string]orphanedLease{}}
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

// poll notes leases that are a dead process's, and those that are not any more.
func (w *takeoverWatcher) poll(ctx context.Context) {
	var all []struct {
		Name    string    `bson:"_id"`
		Holder  string    `bson:"holder"`
		Epoch   int64     `bson:"epoch"`
		Expires time.Time `bson:"expires"`
	}
	cursor, err := w.leases.Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$regex", Value: "^" + run.LeaseName("")}}}})
	if err != nil || cursor.All(ctx, &all) != nil {
		return // an election, or the end
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.holders = map[string]bool{}
	for _, l := range all {
		if o, ok := w.orphaned[l.Name]; ok && l.Epoch > o.epoch {
			since := l.Expires.Add(-killTestLease)
			if since.Before(o.at) { // it was given back already
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

// waitUntilWorking waits until a process has a run, but not for long: there may be none for it.
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

// recordKill notes that a process was killed.
func (w *takeoverWatcher) recordKill(pid int, at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.killedAt[strconv.Itoa(pid)] = at
}

// summarize says what the takeovers came to, once all runs have ended.
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

// takeoverSlack is what a takeover may take beyond the lease.
const takeoverSlack = 2 * time.Second

// recordElection notes a time in which there was no primary.
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
