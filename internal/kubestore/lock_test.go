package kubestore

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

// unreachable is a store that can stop responding.
type unreachable struct {
	store.Objects
	down   atomic.Bool
	failed atomic.Int64 // operations without a response
}

var errNoServer = errors.New("no server responds")

func (u *unreachable) fail() error {
	if !u.down.Load() {
		return nil
	}
	u.failed.Add(1)
	return errNoServer
}

func (u *unreachable) GetObject(ctx context.Context, key store.ObjectKey) (store.Object, error) {
	if err := u.fail(); err != nil {
		return store.Object{}, err
	}
	return u.Objects.GetObject(ctx, key)
}

func (u *unreachable) CreateObject(ctx context.Context, o store.Object) (store.Object, error) {
	if err := u.fail(); err != nil {
		return store.Object{}, err
	}
	return u.Objects.CreateObject(ctx, o)
}

func (u *unreachable) UpdateObject(ctx context.Context, o store.Object) (store.Object, error) {
	if err := u.fail(); err != nil {
		return store.Object{}, err
	}
	return u.Objects.UpdateObject(ctx, o)
}

func newUnreachable(t *testing.T) *unreachable {
	t.Helper()
	s, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return &unreachable{Objects: s}
}

// recordOf returns a record of the lock that a holder writes.
func recordOf(holder string) resourcelock.LeaderElectionRecord {
	return resourcelock.LeaderElectionRecord{HolderIdentity: holder, LeaseDurationSeconds: 15, RenewTime: metav1.Now()}
}

func TestALeaderRenewsItsLockWhileTheStoreDoesNotRespond(t *testing.T) {
	t.Parallel()
	s := newUnreachable(t)
	l := NewLock(s, "lock", "a", Election{})
	if err := l.Create(t.Context(), recordOf("a")); err != nil {
		t.Fatal(err)
	}
	s.down.Store(true)
	if err := l.Update(t.Context(), recordOf("a")); err != nil {
		t.Errorf("the renewal fails: %v", err)
	}
	if r, _, err := l.Get(t.Context()); err != nil || r.HolderIdentity != "a" {
		t.Errorf("the leader reads %+v, %v", r, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Update(ended, recordOf("a")); err == nil {
		t.Error("a renewal by a process that ends succeeds")
	}
	if err := l.Update(t.Context(), recordOf("")); err == nil {
		t.Error("the release of the lock succeeds")
	}
	s.down.Store(false)
	if err := l.Update(t.Context(), recordOf("a")); err != nil {
		t.Errorf("the renewal after the outage: %v", err)
	}
}

func TestACandidateCannotAcquireTheLockOfAStoreThatDoesNotRespond(t *testing.T) {
	t.Parallel()
	s := newUnreachable(t)
	s.down.Store(true)
	l := NewLock(s, "lock", "a", Election{})
	if err := l.Create(t.Context(), recordOf("a")); err == nil {
		t.Error("the candidate created the lock")
	}
	if _, _, err := l.Get(t.Context()); err == nil || apierrors.IsNotFound(err) {
		t.Errorf("the candidate reads the lock: %v", err)
	}
}

func TestACandidateCountsTheLeaseAnewAfterAnOutage(t *testing.T) {
	t.Parallel()
	s := newUnreachable(t)
	if err := NewLock(s, "lock", "a", Election{}).Create(t.Context(), recordOf("a")); err != nil {
		t.Fatal(err)
	}
	candidate := NewLock(s, "lock", "b", Election{})
	read := func() []byte {
		r, raw, err := candidate.Get(t.Context())
		if err != nil || r.HolderIdentity != "a" {
			t.Fatalf("the candidate reads %+v, %v", r, err)
		}
		return raw
	}
	before := read()
	s.down.Store(true)
	if _, _, err := candidate.Get(t.Context()); err == nil {
		t.Fatal("the candidate reads the lock during the outage")
	}
	s.down.Store(false)
	if after := read(); bytes.Equal(after, before) {
		t.Error("client-go cannot tell the record after the outage from the one before it")
	}
	if !bytes.Equal(read(), before) {
		t.Error("the record does not remain the same")
	}
}

func TestALeaderReportsThatAnotherProcessBecameTheLeader(t *testing.T) {
	t.Parallel()
	s := newUnreachable(t)
	var lost error
	l := NewLock(s, "lock", "a", Election{OnLost: func(err error) { lost = err }})
	if err := l.Create(t.Context(), recordOf("a")); err != nil {
		t.Fatal(err)
	}
	other := NewLock(s.Objects, "lock", "b", Election{})
	if _, _, err := other.Get(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := other.Update(t.Context(), recordOf("b")); err != nil {
		t.Fatal(err)
	}
	if err := l.Update(t.Context(), recordOf("a")); !apierrors.IsConflict(err) {
		t.Errorf("the renewal of a lock that another process holds: %v", err)
	}
	if _, _, err := l.Get(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(lost, ErrLeadershipLost) || !strings.Contains(lost.Error(), "b became the leader") {
		t.Errorf("the leader reports %v", lost)
	}
}

// TestALeaderSurvivesAnOutageLongerThanItsRenewDeadline uses the leader election of client-go.
func TestALeaderSurvivesAnOutageLongerThanItsRenewDeadline(t *testing.T) {
	t.Parallel()
	s := newUnreachable(t)
	e := Election{LeaseDuration: 2 * time.Second, RenewDeadline: time.Second, RetryPeriod: 10 * time.Millisecond}
	ctx, cancel := context.WithCancel(t.Context())
	elected, ended := make(chan struct{}), make(chan struct{})
	elector, err := leaderelection.NewLeaderElector(leaderelection.LeaderElectionConfig{
		Lock: NewLock(s, "lock", "a", e), LeaseDuration: e.LeaseDuration, RenewDeadline: e.RenewDeadline, RetryPeriod: e.RetryPeriod,
		Callbacks: leaderelection.LeaderCallbacks{OnStartedLeading: func(context.Context) { close(elected) }, OnStoppedLeading: func() {}},
	})
	if err != nil {
		t.Fatal(err)
	}
	go func() { defer close(ended); elector.Run(ctx) }()
	defer func() { cancel(); <-ended }()
	<-elected
	s.down.Store(true)
	tick := time.NewTicker(e.RetryPeriod)
	defer tick.Stop()
	// Each renewal is one operation, so that these take longer than the deadline.
	for s.failed.Load() < 3*int64(e.RenewDeadline/e.RetryPeriod)/2 {
		select {
		case <-ended:
			t.Fatal("the leader lost the election during the outage")
		case <-tick.C:
		}
	}
	s.down.Store(false)
	if !elector.IsLeader() {
		t.Error("the process is not the leader after the outage")
	}
}
