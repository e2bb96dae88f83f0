package service

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-logr/logr"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/store"
)

// runningRuns is a store that has these running runs and more.
type runningRuns []store.Run

func (r runningRuns) ListRunsByState(_ context.Context, state store.RunState, _ store.ListOptions) ([]store.Run, string, error) {
	if state != store.RunRunning {
		return nil, "", nil
	}
	return r, "more", nil
}

func (r runningRuns) Size(context.Context) (store.Size, error) {
	if len(r) == 0 {
		return store.Size{}, store.ErrUnavailable
	}
	return store.Size{Bytes: int64(len(r)) << 20, Indexes: 1 << 10}, nil
}

func newSystem(runs runningRuns) *System {
	return &System{Guard: Guard{Now: time.Now}, Store: runs, Resources: Resources{Namespace: kubestore.DefaultNamespace}, Config: []Setting{{Name: "port", Value: "8080", Source: "default"}}}
}

func TestOnlyAdministratorsReadTheSettings(t *testing.T) {
	t.Parallel()
	s := newSystem(nil)
	if _, err := s.Settings(t.Context(), Caller{Scopes: []store.APIScope{store.ScopeWrite}}); !problem.IsCode(err, problem.Forbidden) {
		t.Errorf("a caller who may write: %v", err)
	}
	got, err := s.Settings(t.Context(), Caller{Scopes: []store.APIScope{store.ScopeAdmin}})
	if err != nil || len(got) != 1 || got[0].Value != "8080" {
		t.Errorf("an administrator: %+v, %v", got, err)
	}
}

func TestTheWorkersAreThoseOfTheNamespaceInOrder(t *testing.T) {
	t.Parallel()
	key := func(name string) string { return v1alpha1.StoreKey(kubestore.DefaultNamespace, name) }
	s := newSystem(runningRuns{
		{ID: "1", Company: key("globex"), Worker: "b", Fence: store.Fence{LeaseName: "run/globex", Epoch: 3}},
		{ID: "2", Company: "elsewhere/acme", Worker: "a"},
		{ID: "3", Company: key("initech"), Worker: "a"},
		{ID: "4", Company: key("acme"), Worker: "a"},
	})
	w, err := s.Workers(t.Context(), Caller{Scopes: []store.APIScope{store.ScopeRead}})
	if err != nil || len(w.Runs) != 3 || !w.More {
		t.Fatalf("%+v, %v", w, err)
	}
	for i, want := range []string{"4", "3", "1"} {
		if w.Runs[i].RunID != want {
			t.Errorf("run %d is %+v; expected %s", i, w.Runs[i], want)
		}
	}
	if r := w.Runs[2]; r.Company != "globex" || r.Lease != "run/globex" || r.Epoch != 3 {
		t.Errorf("the last run: %+v", r)
	}
	if _, err := s.Workers(t.Context(), Caller{}); !problem.IsCode(err, problem.Forbidden) {
		t.Errorf("a caller without scopes: %v", err)
	}
}

func TestTheSizeOfADatabaseServerIsWhatItReports(t *testing.T) {
	t.Parallel()
	caller, now := Caller{Scopes: []store.APIScope{store.ScopeRead}}, time.Now()
	s := newSystem(nil)
	s.Guard = NewGuard(nil, logr.Discard())
	s.Guard.Now = func() time.Time { return now }
	for _, step := range []struct {
		runs runningRuns
		want StoreSize
	}{
		{nil, StoreSize{}},
		{make(runningRuns, 2), StoreSize{Known: true, Bytes: 2 << 20, Indexes: 1 << 10}},
		{make(runningRuns, 5), StoreSize{Known: true, Bytes: 5 << 20, Indexes: 1 << 10, Growth: 3 << 20, Since: now.Add(sizeTTL)}},
	} {
		s.Store = step.runs
		if step.want.Known {
			step.want.At = now
		}
		if size, err := s.Size(t.Context(), caller); err != nil || size != step.want {
			t.Errorf("%d runs: %+v, %v, want %+v", len(step.runs), size, err, step.want)
		}
		now = now.Add(sizeTTL)
	}
}

func TestTheSizeOfAnEmbeddedStoreIsThatOfItsFiles(t *testing.T) {
	t.Parallel()
	caller := Caller{Scopes: []store.APIScope{store.ScopeRead}}
	s := newSystem(nil)
	s.DataFolder = t.TempDir()
	if err := os.Mkdir(filepath.Join(s.DataFolder, "packs"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"a": "123", "packs/b": "4567"} {
		if err := os.WriteFile(filepath.Join(s.DataFolder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if size, err := s.Size(t.Context(), caller); err != nil || !size.Known || size.Files != 2 || size.Bytes != 7 {
		t.Errorf("two files of 7 bytes: %+v, %v", size, err)
	}
}
