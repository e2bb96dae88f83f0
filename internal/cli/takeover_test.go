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

// takeovers reads from the leases how long each was a dead worker's: from its kill to
// the next one's acquisition. Where the next one is killed too before it has begun, that
// is a takeover of its own.
type takeovers struct {
	leases *mongo.Collection
	end    func()

	mu      sync.Mutex
	dead    map[string]time.Time // killed processes, by number
	orphans map[string]orphan    // leases of dead workers, by name
	holds   map[string]bool      // processes that have a lease now, by number
	waits   []span
	windows []span // without a primary
}

type orphan struct {
	at    time.Time
	epoch int64
}

type span struct{ from, to time.Time }

func (w span) length() time.Duration { return w.to.Sub(w.from) }

// spell is what the takeovers came to.
type spell struct {
	leases        int
	median, worst time.Duration
	over          int           // of them beyond the lease and 2 s
	less          time.Duration // the worst, without the time in which there was no primary
	lessOver      int
	elections     int
	left          int
}

func (s spell) String() string {
	return fmt.Sprintf("%d leases lost their worker and were taken over after %v in the middle and %v at worst, %d beyond the lease and 2 s; less the time of %d elections %v at worst, %d beyond; nobody wanted %d more",
		s.leases, s.median.Round(time.Millisecond), s.worst.Round(time.Millisecond), s.over, s.elections, s.less.Round(time.Millisecond), s.lessOver, s.left)
}

// lookEvery is how often the leases are looked at, and lookWithin how long a look may
// take: a primary that was stopped does not answer.
const (
	lookEvery  = 100 * time.Millisecond
	lookWithin = time.Second
)

func watchTakeovers(t *testing.T, uri string) *takeovers {
	t.Helper()
	client, err := mongo.Connect(options.Client().ApplyURI(uri).SetTimeout(lookWithin).SetServerSelectionTimeout(lookWithin))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	w := &takeovers{leases: client.Database("storm").Collection("leases"), dead: map[string]time.Time{}, orphans: map[string]orphan{}}
	done := make(chan struct{})
	w.end = func() { cancel(); <-done }
	t.Cleanup(func() {
		w.end()
		_ = client.Disconnect(context.Background())
	})
	go func() {
		defer close(done)
		tick := time.NewTicker(lookEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				w.look(ctx)
			}
		}
	}()
	return w
}

// look notes leases that are a dead process's, and those that are not any more.
func (w *takeovers) look(ctx context.Context) {
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
	w.holds = map[string]bool{}
	for _, l := range all {
		if o, ok := w.orphans[l.Name]; ok && l.Epoch > o.epoch {
			since := l.Expires.Add(-stormLease)
			if since.Before(o.at) { // it was given back already
				since = time.Now()
			}
			w.waits = append(w.waits, span{o.at, since})
			delete(w.orphans, l.Name)
		}
		if pid := strings.Split(l.Holder, "/"); len(pid) > 1 {
			w.holds[pid[1]] = true
			if at, ok := w.dead[pid[1]]; ok {
				w.orphans[l.Name] = orphan{at, l.Epoch}
			}
		}
	}
}

// atWork waits until a process has a run, but not for long: there may be none for it.
func (w *takeovers) atWork(pid int) bool {
	for deadline := time.Now().Add(10 * killEvery); time.Now().Before(deadline); <-time.After(lookEvery) {
		w.mu.Lock()
		holds := w.holds[strconv.Itoa(pid)]
		w.mu.Unlock()
		if holds {
			return true
		}
	}
	return false
}

// killed notes that a process was killed.
func (w *takeovers) killed(pid int, at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dead[strconv.Itoa(pid)] = at
}

// stop says what the takeovers came to, once all runs have ended.
func (w *takeovers) stop() spell {
	w.end()
	s := spell{leases: len(w.waits), left: len(w.orphans), elections: len(w.windows)}
	var lengths []time.Duration
	for _, one := range w.waits {
		length := one.length()
		lengths = append(lengths, length)
		less := length
		for _, e := range w.windows {
			less -= max(0, span{latest(e.from, one.from), earliest(e.to, one.to)}.length())
		}
		s.less = max(s.less, less)
		if length > stormLease+slack {
			s.over++
		}
		if less > stormLease+slack {
			s.lessOver++
		}
	}
	if s.leases > 0 {
		slices.Sort(lengths)
		s.median, s.worst = lengths[s.leases/2], lengths[s.leases-1]
	}
	return s
}

// slack is what a takeover may take beyond the lease.
const slack = 2 * time.Second

// elected notes a time in which there was no primary.
func (w *takeovers) elected(from, to time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.windows = append(w.windows, span{from, to})
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
