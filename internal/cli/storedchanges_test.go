package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/clausea/crawler/internal/store"
)

// checkChanges verifies that the feed has exactly one Created change per document and one Changed
// or Flapping change per further version, and that the runs and their events are consistent with
// it. It returns all errors together.
func checkChanges(ctx context.Context, s store.Store) error {
	changes, err := listAll(func(p store.ListOptions) ([]store.Change, string, error) {
		return s.ListChanges(ctx, store.ChangeQuery{Order: store.OldestFirst, ListOptions: p})
	})
	if err != nil {
		return err
	}
	docs, err := listAll(func(p store.ListOptions) ([]store.Document, string, error) { return s.ListDocuments(ctx, "", p) })
	if err != nil {
		return err
	}
	runs, err := listAll(func(p store.ListOptions) ([]store.Run, string, error) {
		return s.QueryRuns(ctx, store.RunQuery{ListOptions: p})
	})
	if err != nil {
		return err
	}
	stored, created, err := countChanges(changes)
	errs := []error{err}
	for _, d := range docs {
		versions, err := listAll(func(p store.ListOptions) ([]store.Version, string, error) { return s.ListVersions(ctx, d.ID, p) })
		if err != nil {
			return err
		}
		want := 0
		for _, v := range versions {
			if v.Technical {
				continue
			}
			want++
			if n := stored[d.ID][v.Number]; n != 1 {
				errs = append(errs, fmt.Errorf("version %d of %s has %d changes", v.Number, d.URL, n))
			}
		}
		if len(stored[d.ID]) != want || len(versions) != d.Versions {
			errs = append(errs, fmt.Errorf("%s has the changes %v, %d versions, and %d versions in its record", d.URL, stored[d.ID], len(versions), d.Versions))
		}
		delete(stored, d.ID)
	}
	for id, of := range stored {
		errs = append(errs, fmt.Errorf("document %s does not exist and has changes of the versions %v", id, of))
	}
	for _, r := range runs {
		errs = append(errs, checkRun(ctx, s, r, created[r.ID]))
	}
	return errors.Join(errs...)
}

// countChanges returns the number of changes with a new version by document and version, and the
// number of Created changes by run. It returns an error if the order or a Created change is wrong.
func countChanges(changes []store.Change) (stored map[string]map[int]int, created map[string]int64, err error) {
	var errs []error
	stored, created = map[string]map[int]int{}, map[string]int64{}
	last := int64(0)
	for _, c := range changes {
		if c.Sequence <= last {
			errs = append(errs, fmt.Errorf("sequence %d follows %d", c.Sequence, last))
		}
		last = c.Sequence
		switch c.Kind {
		case store.ChangeCreated:
			created[c.RunID]++
		case store.ChangeChanged, store.ChangeFlapping:
		default:
			continue
		}
		if stored[c.DocumentID] == nil {
			stored[c.DocumentID] = map[int]int{}
		}
		stored[c.DocumentID][c.To]++
		if (c.Kind == store.ChangeCreated) != (c.From == 0 && c.To == 1) {
			errs = append(errs, fmt.Errorf("the %s change of %s is from version %d to %d", c.Kind, c.URL, c.From, c.To))
		}
	}
	return stored, created, errors.Join(errs...)
}

// checkRun verifies that a run is Complete or Interrupted and counts the documents that it created,
// and that its events have no gap and report each new document and the end once.
func checkRun(ctx context.Context, s store.Store, r store.Run, created int64) error {
	var errs []error
	wantEnds := 1
	if r.State == store.RunInterrupted {
		wantEnds = 0
	}
	if r.State != store.RunComplete && r.State != store.RunInterrupted || r.Documents.New != created {
		errs = append(errs, fmt.Errorf("run %s of %s is %s with the documents %+v, and created %d", r.ID, r.Company, r.State, r.Documents, created))
	}
	found := map[string]int64{}
	ends := 0
	for last := int64(0); ; {
		events, err := s.ListRunEvents(ctx, r.ID, last, store.MaxLimit)
		if err != nil {
			return err
		}
		if len(events) == 0 {
			break
		}
		for _, e := range events {
			if e.Sequence != last+1 {
				errs = append(errs, fmt.Errorf("event %d of run %s follows event %d", e.Sequence, r.ID, last))
			}
			last = e.Sequence
			switch {
			case e.Type == store.RunDocumentFound:
				found[e.DocumentID]++
			case e.Type == store.RunStateChanged && e.Reason == string(store.RunComplete):
				ends++
			}
		}
	}
	if int64(len(found)) != created || ends != wantEnds {
		errs = append(errs, fmt.Errorf("run %s of %s has events of %d new documents, want %d, and %d events of its end", r.ID, r.Company, len(found), created, ends))
	}
	for id, n := range found {
		if n != 1 {
			errs = append(errs, fmt.Errorf("run %s has %d events that document %s was found", r.ID, n, id))
		}
	}
	return errors.Join(errs...)
}
