package storetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/clausea/crawler/internal/store"
)

func company(name string) store.Object {
	return store.Object{ObjectKey: store.ObjectKey{Kind: "Company", Namespace: "default", Name: name}, UID: "uid-" + name, JSON: []byte(`{"n":0}`)}
}

func objectLifecycle(t *testing.T, s store.Store) {
	o := company("a")
	o.Labels = map[string]string{"app.kubernetes.io/name": "x", "$odd": "y"}
	made, err := s.CreateObject(t.Context(), o)
	must(t, err)
	got, err := s.GetObject(t.Context(), o.ObjectKey)
	must(t, err)
	if got.ResourceVersion != made.ResourceVersion || got.UID != o.UID || !maps.Equal(got.Labels, o.Labels) || string(got.JSON) != string(o.JSON) {
		t.Errorf("created %+v, got %+v", made, got)
	}
	if _, err := s.CreateObject(t.Context(), o); !errors.Is(err, store.ErrExists) {
		t.Errorf("creating it twice: %v", err)
	}
	got.JSON = []byte(`{"n":1}`)
	updated, err := s.UpdateObject(t.Context(), got)
	must(t, err)
	if number(t, updated) <= number(t, made) {
		t.Errorf("the updated version is %s, after %s", updated.ResourceVersion, made.ResourceVersion)
	}
	if _, err := s.UpdateObject(t.Context(), got); !errors.Is(err, store.ErrConflict) {
		t.Errorf("updating an outdated version: %v", err)
	}
	if err := s.DeleteObject(t.Context(), o.ObjectKey, made.ResourceVersion); !errors.Is(err, store.ErrConflict) {
		t.Errorf("deleting an outdated version: %v", err)
	}
	must(t, s.DeleteObject(t.Context(), o.ObjectKey, updated.ResourceVersion))
	if _, err := s.GetObject(t.Context(), o.ObjectKey); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("get a deleted object: %v", err)
	}
	if _, err := s.UpdateObject(t.Context(), updated); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("updating a deleted object: %v", err)
	}
	again, err := s.CreateObject(t.Context(), o)
	must(t, err)
	if number(t, again) <= number(t, updated) {
		t.Errorf("the version decreased from %s to %s after a deletion", updated.ResourceVersion, again.ResourceVersion)
	}
}

func number(t *testing.T, o store.Object) int64 {
	t.Helper()
	n, err := strconv.ParseInt(o.ResourceVersion, 10, 64)
	must(t, err)
	return n
}

func objectJSON(t *testing.T, s store.Store) {
	for i, text := range []string{
		`{}`, `{"a":{}}`, `{"a":[]}`, `{"a":null,"b":true,"c":false}`,
		`{"with.dots":{"a.b.c":1},"$dollar":{"$set":{"$x":[{"$y":"$z"}]}},"":"empty key"}`,
		`{"$date":"2020-01-01","$oid":"x","$numberLong":"7"}`,
		`{"i":9007199254740993,"neg":-9223372036854775808,"f":0.1,"big":1e300}`,
		`{"s":"nul \u0000 in a value, <b>&amp;</b>, 語, 😀, \u2028"}`,
		`{"metadata":{"annotations":{"kubectl.kubernetes.io/last":"{\"a\":1}"}},"_id":"mine","object":1,"deletedAt":"x"}`,
	} {
		o := company(fmt.Sprint("o", i))
		o.JSON = []byte(text)
		_, err := s.CreateObject(t.Context(), o)
		must(t, err)
		got, err := s.GetObject(t.Context(), o.ObjectKey)
		must(t, err)
		if !reflect.DeepEqual(parsed(t, got.JSON), parsed(t, o.JSON)) {
			t.Errorf("stored %s, got %s", text, got.JSON)
		}
	}
}

// parsed decodes JSON with exact integers, which float64 would round.
func parsed(t *testing.T, b []byte) any {
	t.Helper()
	var v any
	must(t, json.Unmarshal(b, &v))
	var ints struct{ I, Neg int64 }
	_ = json.Unmarshal(b, &ints)
	return []any{v, ints}
}

func objectContention(t *testing.T, s store.Store) {
	const writers, each = 16, 10
	made, err := s.CreateObject(t.Context(), company("counter"))
	must(t, err)
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for done := 0; done < each; {
				o, err := s.GetObject(t.Context(), made.ObjectKey)
				if err != nil {
					t.Error(err)
					return
				}
				var c struct{ N int }
				if err := json.Unmarshal(o.JSON, &c); err != nil {
					t.Error(err)
					return
				}
				o.JSON = fmt.Appendf(nil, `{"n":%d}`, c.N+1)
				switch _, err = s.UpdateObject(t.Context(), o); {
				case err == nil:
					done++
				case !errors.Is(err, store.ErrConflict):
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	if o, err := s.GetObject(t.Context(), made.ObjectKey); err != nil || string(o.JSON) != fmt.Sprintf(`{"n":%d}`, writers*each) {
		t.Errorf("after %d increments the object is %s, %v", writers*each, o.JSON, err)
	}
}

func objectCreation(t *testing.T, s store.Store) {
	var wg sync.WaitGroup
	var won atomic.Int32
	for i := range 16 {
		wg.Go(func() {
			o := company("same")
			o.JSON = fmt.Appendf(nil, `{"n":%d}`, i)
			switch _, err := s.CreateObject(t.Context(), o); {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, store.ErrExists):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("%d creators of the key succeeded", won.Load())
	}
}

func objectPaging(t *testing.T, s store.Store) {
	var want []string
	for _, ns := range []string{"a", "b"} {
		for i := range 60 {
			o := company(fmt.Sprintf("c%02d", i))
			o.Namespace = ns
			_, err := s.CreateObject(t.Context(), o)
			must(t, err)
			want = append(want, ns+"/"+o.Name)
		}
	}
	must(t, s.DeleteObject(t.Context(), store.ObjectKey{Kind: "Company", Namespace: "a", Name: "c00"}, ""))
	want = want[1:]
	list := func(ns string) (keys []string) {
		for _, o := range pagesOf(t, 25, func(p store.ListOptions) ([]store.Object, string, error) {
			items, next, _, err := s.ListObjects(t.Context(), "Company", ns, p)
			return items, next, err
		}) {
			keys = append(keys, o.Namespace+"/"+o.Name)
		}
		return keys
	}
	if got := list(""); !reflect.DeepEqual(got, want) {
		t.Errorf("listed %v", got)
	}
	if got := list("b"); !reflect.DeepEqual(got, want[59:]) {
		t.Errorf("listed in namespace b: %v", got)
	}
	if items, _, _, err := s.ListObjects(t.Context(), "CrawlJob", "", store.ListOptions{}); err != nil || len(items) != 0 {
		t.Errorf("listed %d objects of another kind, %v", len(items), err)
	}
}
