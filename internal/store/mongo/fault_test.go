package mongo

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/clausea/crawler/hack/mongod/replicaset"
	"github.com/clausea/crawler/internal/store"
)

// perOperation is the number of writes of each kind. Every fourth is subject to a fault.
const perOperation = 60

// writeCommands lists the commands that the store uses to write.
var writeCommands = bson.A{"insert", "update", "findAndModify", "commitTransaction", "delete"}

// failPoint makes the server fail the next command of the store.
func failPoint(t *testing.T, s *Store, commands bson.A, data bson.D) {
	t.Helper()
	data = append(data, bson.E{Key: "failCommands", Value: commands},
		bson.E{Key: "appName", Value: "clausea"})
	cmd := bson.D{{Key: "configureFailPoint", Value: "failCommand"}, {Key: "mode", Value: bson.D{{Key: "times", Value: 1}}}, {Key: "data", Value: data}}
	err := s.retry(t.Context(), "set a fail point", func(ctx context.Context) error { return s.client.Database("admin").RunCommand(ctx, cmd).Err() })
	if err != nil {
		t.Fatalf("set %v: %v", data, err)
	}
}

// disableFailPoint disables the fail point and returns the number of commands that failed.
func disableFailPoint(t *testing.T, s *Store) int {
	t.Helper()
	var points struct{ Count int }
	off := bson.D{{Key: "configureFailPoint", Value: "failCommand"}, {Key: "mode", Value: "off"}}
	err := s.retry(t.Context(), "switch the fail point off", func(ctx context.Context) error {
		return s.client.Database("admin").RunCommand(ctx, off).Decode(&points)
	})
	if err != nil {
		t.Fatal(err)
	}
	return points.Count
}

// writeFault prevents the acknowledgement of the next write.
type writeFault struct {
	name string
	arm  func()
}

// faultsOf returns the faults of the proxy and those of the server's fail points.
func faultsOf(t *testing.T, p *proxy, clean *Store) []writeFault {
	faults := []writeFault{
		{string(lostResponse), func() { p.arm(lostResponse) }},
		{string(truncatedResponse), func() { p.arm(truncatedResponse) }},
		{string(lostCommand), func() { p.arm(lostCommand) }},
		{"the connection is closed", func() { failPoint(t, clean, writeCommands, bson.D{{Key: "closeConnection", Value: true}}) }},
		{"the majority is unconfirmed", func() {
			failPoint(t, clean, writeCommands, bson.D{{Key: "writeConcernError", Value: bson.D{{Key: "code", Value: 64}, {Key: "errmsg", Value: "waiting for replication timed out"}}}})
		}},
	}
	for _, code := range []int{10107, 189, 13435, 11602, 112} {
		faults = append(faults, writeFault{fmt.Sprint("code ", code), func() { failPoint(t, clean, writeCommands, bson.D{{Key: "errorCode", Value: code}}) }})
	}
	return faults
}

// startOwnSet starts a replica set for one test, because a fail point affects the whole server.
func startOwnSet(t *testing.T) *replicaset.Set {
	t.Helper()
	mongod, err := replicaset.Find()
	if err != nil {
		t.Fatal(err)
	}
	set, err := replicaset.Start(t.Context(), mongod, "", 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(set.Close)
	return set
}

// Every write that is acknowledged despite a fault must be stored exactly once.
func TestFaultsNeitherLoseNorDuplicateWrites(t *testing.T) {
	if testing.Short() {
		t.Skip("starts MongoDB")
	}
	t.Parallel()
	set := startOwnSet(t)
	clean := open(t, set.URI, "faults")
	host, _, _ := strings.Cut(strings.TrimPrefix(set.URI, "mongodb://"), "/")
	p := newProxy(t, host)
	s := open(t, p.uri(), "faults")
	l, err := s.AcquireLease(t.Context(), "run/c", "me", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	f := store.Fence{LeaseName: l.Name, Epoch: l.Epoch}

	faults := faultsOf(t, p, clean)
	counter, err := s.CreateObject(t.Context(), store.Object{ObjectKey: store.ObjectKey{Kind: "Company", Namespace: "f", Name: "counter"}, JSON: []byte(`{"n":0}`)})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.PutRun(t.Context(), store.Run{ID: "r", Company: "c", State: store.RunRunning}); err != nil {
		t.Fatal(err)
	}
	operations := map[string]func(ctx context.Context, i int) error{
		"create": func(ctx context.Context, i int) error {
			_, err := s.CreateObject(ctx, store.Object{ObjectKey: store.ObjectKey{Kind: "CrawlJob", Namespace: "f", Name: fmt.Sprint(i)}, JSON: []byte(`{}`)})
			return err
		},
		"update": func(ctx context.Context, i int) (err error) {
			counter.JSON = fmt.Appendf(nil, `{"n":%d}`, i+1)
			counter, err = s.UpdateObject(ctx, counter)
			return err
		},
		"document": func(ctx context.Context, i int) error {
			return s.PutDocument(ctx, f, store.Document{ID: fmt.Sprint(i), Company: "c", URL: fmt.Sprint("u", i)})
		},
		"new document": func(ctx context.Context, i int) error {
			id := fmt.Sprint("new-", i)
			done, err := s.CommitDocument(ctx, f, store.Commit{
				Document: store.Document{ID: id, Company: "n", URL: fmt.Sprint("u", i), ContentHash: id}, Create: true,
				Versions: []store.NewVersion{{Version: store.Version{ContentHash: id}, Text: "text of " + id}},
			})
			if err == nil && (done.Document.ID != id || !done.Created) {
				return fmt.Errorf("it is %s, created %v", done.Document.ID, done.Created)
			}
			return err
		},
		"version": func(ctx context.Context, i int) error {
			v, created, err := s.AppendVersion(ctx, f, store.Version{DocumentID: "d", ContentHash: fmt.Sprint(i), RunID: "r", FetchedAt: time.UnixMilli(int64(i))}, fmt.Sprint("text ", i))
			if err == nil && (v.Number != i+1 || !created) {
				return fmt.Errorf("it is version %d, created %v", v.Number, created)
			}
			return err
		},
		"pages": func(ctx context.Context, i int) error {
			return s.PutPages(ctx, f, []store.FetchedPage{{RunID: "r", URL: fmt.Sprint("a", i)}, {RunID: "r", URL: fmt.Sprint("b", i)}})
		},
		"run events": func(ctx context.Context, i int) error {
			return s.AppendRunEvents(ctx, f, "r", []store.RunEvent{{ID: fmt.Sprint("a", i)}, {ID: fmt.Sprint("b", i)}})
		},
		"lease": func(ctx context.Context, i int) error {
			l, err := s.AcquireLease(ctx, fmt.Sprint("lease-", i), "me", time.Hour)
			if err == nil && l.Epoch != 1 {
				return fmt.Errorf("its epoch is %d", l.Epoch)
			}
			return err
		},
	}
	caused := 0
	for name, write := range operations {
		for i := range perOperation {
			what := "none"
			if i%4 == 3 {
				fault := faults[caused%len(faults)]
				caused++
				what = fault.name
				fault.arm()
			}
			if err := write(t.Context(), i); err != nil {
				t.Fatalf("%s %d with fault %s: %v", name, i, what, err)
			}
		}
	}
	// Only once, because it takes a whole attemptTimeout.
	p.arm(lateResponse)
	if err := operations["document"](t.Context(), perOperation); err != nil {
		t.Fatalf("write with fault %s: %v", lateResponse, err)
	}
	checkFaulted(t, clean)
	atServer := disableFailPoint(t, clean)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.faults+atServer < caused || len(p.unsafe) > 0 {
		t.Errorf("the proxy caused %d faults and the server %d, want %d in total; unprotected commands: %v", p.faults, atServer, caused, p.unsafe)
	}
	t.Logf("%d writes of %d kinds, %d faults by the proxy, %d by the server, %d write commands", len(operations)*perOperation, len(operations), p.faults, atServer, p.commands)
}

// A rollback closes the cursor of a watch with error codes after which the driver does not
// resume by itself.
func TestAWatchMissesNothingWhenItsCursorIsKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("starts MongoDB")
	}
	t.Parallel()
	mongod, err := replicaset.Find()
	if err != nil {
		t.Fatal(err)
	}
	set, err := replicaset.Start(t.Context(), mongod, "", 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(set.Close)
	s := open(t, set.URI, "killed")
	w := follow(t, s)
	for i, code := range []int{43, 175, 237, 11600, 175, 175} {
		failPoint(t, s, bson.A{"getMore"}, bson.D{{Key: "errorCode", Value: code}})
		name := fmt.Sprint("c", i)
		if _, err := s.CreateObject(t.Context(), store.Object{ObjectKey: store.ObjectKey{Kind: "Company", Namespace: "f", Name: name}, JSON: []byte(`{}`)}); err != nil {
			t.Fatal(err)
		}
		select {
		case e, ok := <-w.Events():
			if !ok {
				t.Fatalf("the watch ended at code %d: %v", code, w.Err())
			}
			if e.Object.Name != name || e.Type != store.EventAdded {
				t.Fatalf("the event after code %d is %s of %s, want %s", code, e.Type, e.Object.Name, name)
			}
		case <-time.After(2 * time.Minute):
			t.Fatalf("no event was delivered after code %d", code)
		}
	}
	if disableFailPoint(t, s) == 0 {
		t.Error("no getMore command failed")
	}
}

// checkFaulted verifies what the writes stored.
func checkFaulted(t *testing.T, s *Store) {
	t.Helper()
	count := func(what string, want int, of func(store.ListOptions) (int, string, error)) {
		t.Helper()
		n, p := 0, store.ListOptions{Limit: store.MaxLimit}
		for {
			more, next, err := of(p)
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			n += more
			if next == "" {
				break
			}
			p.Continue = next
		}
		if n != want {
			t.Errorf("%d %s, want %d", n, what, want)
		}
	}
	ctx := t.Context()
	count("objects", perOperation, func(opts store.ListOptions) (int, string, error) {
		items, next, _, err := s.ListObjects(ctx, "CrawlJob", "f", opts)
		return len(items), next, err
	})
	count("documents", perOperation+1, func(opts store.ListOptions) (int, string, error) {
		items, next, err := s.ListDocuments(ctx, "c", opts)
		return len(items), next, err
	})
	count("versions", perOperation, func(opts store.ListOptions) (int, string, error) {
		items, next, err := s.ListVersions(ctx, "d", opts)
		return len(items), next, err
	})
	count("pages", 2*perOperation, func(opts store.ListOptions) (int, string, error) {
		items, next, err := s.QueryPages(ctx, store.PageQuery{RunID: "r", ListOptions: opts})
		return len(items), next, err
	})
	for n := 0; n <= 2*perOperation; n++ {
		events, err := s.ListRunEvents(ctx, "r", int64(n), 1)
		if err != nil || len(events) != min(1, 2*perOperation-n) || len(events) > 0 && events[0].Sequence != int64(n+1) {
			t.Errorf("after event %d of %d, the events are %+v, %v", n, 2*perOperation, events, err)
		}
	}
	count("new documents", perOperation, func(opts store.ListOptions) (int, string, error) {
		items, next, err := s.ListDocuments(ctx, "n", opts)
		return len(items), next, err
	})
	for i := range perOperation {
		id := fmt.Sprint("new-", i)
		if _, text, err := s.VersionText(ctx, id, 0); err != nil || text != "text of "+id {
			t.Errorf("the text of document %s is %q, %v", id, text, err)
		}
	}
	for n := 1; n <= perOperation; n++ {
		if _, text, err := s.VersionText(ctx, "d", n); err != nil || text != fmt.Sprint("text ", n-1) {
			t.Errorf("version %d is %q, %v", n, text, err)
		}
	}
	o, err := s.GetObject(ctx, store.ObjectKey{Kind: "Company", Namespace: "f", Name: "counter"})
	var c struct{ N int }
	if err == nil {
		err = json.Unmarshal(o.JSON, &c)
	}
	if err != nil || c.N != perOperation {
		t.Errorf("the counter is %s, %v", o.JSON, err)
	}
}
